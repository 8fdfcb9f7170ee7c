"""The two faces of the loss surface: their geometry against closed forms, and what is seen."""

import math
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

GRID = """
const grid = (nx, ny, f) => Float64Array.from({ length: nx * ny }, (_, k) => (
  f(k % nx, Math.floor(k / nx))
));
"""

STATE = """
// A bowl: the loss is 1 + (x - 2)^2 + 4 (y + 1)^2 for x in [-3, 7] and y in [-5, 3].
const bowl = (x, y) => 1 + (x - 2) ** 2 + 4 * (y + 1) ** 2;
const axis = (low, high, n) => Float64Array.from({ length: n }, (_, i) => (
  low + (high - low) * i / (n - 1)
));
function surfaceOf(f, n = 41) {
  const [x, y] = [axis(-3, 7, n), axis(-5, 3, n)];
  const loss = Float64Array.from({ length: n * n }, (_, k) => f(x[k % n], y[Math.floor(k / n)]));
  return { nx: n, ny: n, x, y, loss, xLabel: 'weight of a (cm)', yLabel: 'bias (cm)',
    lossLabel: 'mean squared error (cm²)', xName: 'a', yName: 'bias', xIndex: 0, yIndex: 1,
    axes: 'units', held: new Float64Array(2), ux: Float64Array.of(1, 0), uy: Float64Array.of(0, 1),
    px: Float64Array.of(1, 0), py: Float64Array.of(0, 1), slice: false, lowest: [2, -1],
    lowestLoss: 1 };
}
function runOf(start, rate, steps, label, colour) {
  const count = steps + 1;
  const [params, gradient] = [new Float64Array(2 * count), new Float64Array(2 * count)];
  let [x, y] = start;
  for (let i = 0; i < count; i += 1) {
    params.set([x, y], 2 * i);
    gradient.set([2 * (x - 2), 8 * (y + 1)], 2 * i);
    [x, y] = [x - rate * 2 * (x - 2), y - rate * 8 * (y + 1)];
  }
  const each = (f) => Float64Array.from({ length: count }, (_, i) => f(2 * i));
  const loss = each((k) => bowl(params[k], params[k + 1]));
  return { choices: { loss: 'squared', rule: 'steepest', learning_rate: rate, scale: 'none' },
    size: 2, count, index: Int32Array.from({ length: count }, (_, i) => i), params, gradient, loss,
    fullLoss: loss, norm: each((k) => Math.hypot(gradient[k], gradient[k + 1])),
    rate: new Float64Array(count).fill(rate), curvature: 8, limit: 0.25, exactLimit: true,
    best: count - 1, lowest: 1, stop: { reason: 'steps', message: '' }, verdicts: [],
    label, colour };
}
function stateOf(more = {}) {
  const scene = { params: [{ name: 'a', word: 'weight' }, { name: 'bias', word: 'bias' }] };
  return { scene, surface: surfaceOf(bowl), runs: [runOf([-2, 2], 0.08, 40, 'Run 1', 0)],
    active: 0, at: 0, phase: 0, ahead: true, axes: 'units', theme: 'light',
    hover: { row: -1, point: null, loss: null, level: null }, ...more };
}
"""

MOUNT = (
    "async ({ card, more, width }) => {"
    + STATE
    + """
  const { makeRelief } = await import('/cards/relief.js');
  const { makeMap } = await import('/cards/map.js');
  const place = document.createElement('div');
  place.style.width = `${width}px`;
  document.body.append(place);
  const calls = [];
  const on = new Proxy({}, { get: (_, name) => (...args) => calls.push([name, ...args]) });
  const made = (card === 'relief' ? makeRelief : makeMap)(place, on);
  window.t = { made, calls, place, stateOf, runOf, surfaceOf };
  made.show(stateOf(more), null);
}"""
)

COLOUR = """([layer, x, y]) => {
  const canvas = t.place.querySelectorAll('canvas')[layer];
  const ratio = canvas.width / canvas.getBoundingClientRect().width;
  const data = canvas.getContext('2d').getImageData(x * ratio, y * ratio, 1, 1).data;
  return [...data];
}"""

RUN_COLOUR = [0xD5, 0x5E, 0x00]
VIRIDIS_LOW = [68, 1, 84]
MAP_PATHS, RELIEF_SURFACE, RELIEF_PATHS = 2, 1, 3


def mount(page: Any, card: str, width: int = 480, **more: Any) -> Any:
    """Mount a card with the bowl and wait until it is drawn."""
    page.evaluate(MOUNT, {"card": card, "more": more, "width": width})
    drawn = "t.made.ground" if card == "map" else "t.made.stage && !t.made.raster.moving"
    page.wait_for_function(drawn)
    page.evaluate("t.made.frames.flush()")
    return page.locator(f".st-{card}")


def pixel_of(page: Any, card: str, x: float, y: float) -> list[float]:
    """Return where a point of the plane is in a card, in pixels."""
    if card == "map":
        return page.evaluate("([x, y]) => [t.made.ground.x(x), t.made.ground.y(y)]", [x, y])
    spot = """([x, y]) => {
      const { field, view } = t.made.stage;
      const [u, v] = [field.u(x), field.v(y)];
      return view.project(u, v, field.heightAt(u, v)).slice(0, 2);
    }"""
    return page.evaluate(spot, [x, y])


def calls(page: Any, name: str) -> list[list[float]]:
    return [call[1:] for call in page.evaluate("t.calls") if call[0] == name]


@pytest.mark.parametrize(
    ("low", "high", "count", "values", "labels"),
    [
        (0, 10, 5, [0, 2, 4, 6, 8, 10], ["0", "2", "4", "6", "8", "10"]),
        (-1.2, 13.5, 3, [0, 5, 10], ["0", "5", "10"]),
        (-0.31, 0.29, 3, [-0.2, 0, 0.2], ["-0.2", "0", "0.2"]),
        (0, 3000, 3, [0, 2000], ["0", "2,000"]),
        (-6.4, 2.6, 3, [-4, 0], ["-4", "0"]),
        (-0.12, 0.12, 2, [-0.1, 0.1], ["-0.1", "0.1"]),
    ],
)
def test_linear_ticks_are_round(
    modules: Any, low: float, high: float, count: int, values: list[float], labels: list[str]
) -> None:
    ask = "async (a) => (await import('/draw/ticks.js')).linearTicks(...a)"
    assert modules.evaluate(ask, [low, high, count]) == {"values": values, "labels": labels}


TAG = """async (labels) => {
  const { tagBeside } = await import('/draw/tags.js');
  const context = document.createElement('canvas').getContext('2d');
  let box = null;
  context.roundRect = (...rectangle) => { box = rectangle.slice(0, 4); };
  const [points, frame] = [[[260, 200], [230, 200]], { left: 0, right: 400, top: 0, bottom: 400 }];
  const theme = { type: 12, ink: '#000', card: '#fff', line: '#888' };
  tagBeside(context, 'downhill in 6 params', points, { frame, places: [], theme, labels });
  return box;
}"""


@pytest.mark.parametrize("free", ["above", "below", "neither"])
def test_a_tag_hides_no_label_of_a_run(modules: Any, free: str) -> None:
    labels = [
        {"left": 200, "right": 250, "top": top, "bottom": top + 14}
        for name, top in (("above", 172), ("below", 212))
        if name != free
    ]
    left, top, width, height = modules.evaluate(TAG, labels)
    assert left < 200 < 250 < left + width, "the tag is over both in width"
    for label in labels:
        assert top + height <= label["top"] or top >= label["bottom"], (free, top, height)
    assert abs(top + height / 2 - 200) < 70, "and near its arrow"


def test_a_tag_goes_aside_where_all_above_and_below_is_taken(modules: Any) -> None:
    column = {"left": 200, "right": 235, "top": 0, "bottom": 400}
    left, _, width, _ = modules.evaluate(TAG, [column])
    assert left >= 235 or left + width <= 200


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("flipper_length_mm (mm)", "flipper_length_mm (mm)"),
        ("flipper_length_mm[Gentoo]", "flipper_lengt…[Gentoo]"),
        ("Alter des Patienten bei der Aufnahme", "Alter des Patienten…"),
        ("[" + "x" * 30 + "]", "[" + "x" * 20 + "…"),
    ],
)
def test_a_name_is_cut_before_its_class_and_not_within_a_short_word(
    modules: Any, name: str, short: str
) -> None:
    ask = "async (name) => (await import('/numerals.js')).shortened(name, 22)"
    assert modules.evaluate(ask, name) == short


@pytest.mark.parametrize(
    ("low", "high", "values"),
    [(0.5, 2000, [1, 10, 100, 1000]), (1, 1e9, [1, 100, 1e4, 1e6, 1e8]), (3, 60, [5, 10, 20, 50])],
)
def test_logarithmic_ticks_are_powers_of_ten(
    modules: Any, low: float, high: float, values: list[float]
) -> None:
    ask = "async (a) => (await import('/draw/ticks.js')).logTicks(...a).values"
    assert modules.evaluate(ask, [low, high, 5]) == values


def test_ticks_of_a_curved_axis_are_round_rise_and_are_spread(modules: Any) -> None:
    ask = """async () => {
      const { curvedTicks } = await import('/draw/ticks.js');
      return curvedTicks((share) => 34.7 + 2790 * share ** 2, 5);
    }"""
    ticks = modules.evaluate(ask)
    assert ticks["labels"] == ["100", "500", "1,000", "1,500", "2,000"][: len(ticks["labels"])] or (
        all(len(label.replace(",", "").rstrip("0")) <= 2 for label in ticks["labels"])
    )
    shares = np.sqrt((np.array(ticks["values"]) - 34.7) / 2790)
    assert (np.diff(shares) > 0.06).all()
    assert (shares < 1).all()


def test_scales_go_there_and_back(modules: Any) -> None:
    ask = """async () => {
      const { scale, logScale } = await import('/draw/ticks.js');
      const [line, log] = [scale(2, 4, 100, 0), logScale(1, 1000, 0, 300)];
      return [line(2.5), line.invert(75), log(10), log.invert(200)];
    }"""
    assert modules.evaluate(ask) == pytest.approx([75, 2.5, 100, 100])


def test_the_contour_of_a_plane_is_one_straight_line(modules: Any) -> None:
    ask = f"""async () => {{{GRID}
      const {{ contourLines }} = await import('/draw/contours.js');
      return contourLines(grid(9, 7, (x, y) => 2 * x + y), 9, 7, 7.5).map((line) => [...line]);
    }}"""
    (line,) = modules.evaluate(ask)
    x, y = np.array(line).reshape(-1, 2).T
    assert 2 * x + y == pytest.approx(7.5)
    assert {y.min(), y.max()} == {0, 6}


def test_the_contour_of_a_cone_is_one_closed_circle(modules: Any) -> None:
    ask = f"""async () => {{{GRID}
      const {{ contourLines }} = await import('/draw/contours.js');
      const cone = grid(81, 81, (x, y) => Math.hypot(x - 40, y - 40));
      return contourLines(cone, 81, 81, 25.3).map((line) => [...line]);
    }}"""
    (line,) = modules.evaluate(ask)
    points = np.array(line).reshape(-1, 2)
    assert points[0] == pytest.approx(points[-1])
    assert np.hypot(*(points - 40).T) == pytest.approx(25.3, abs=0.01)
    length = np.hypot(*np.diff(points, axis=0).T).sum()
    assert length == pytest.approx(2 * math.pi * 25.3, rel=2e-3)


@pytest.mark.parametrize(("level", "side"), [(0.1, 1), (-0.1, -1)])
def test_a_saddle_is_parted_by_the_middle_of_its_cell(
    modules: Any, level: float, side: int
) -> None:
    ask = f"""async (level) => {{{GRID}
      const {{ contourLines }} = await import('/draw/contours.js');
      const saddle = grid(12, 12, (x, y) => (x - 5.5) * (y - 5.5));
      return contourLines(saddle, 12, 12, level).map((line) => [...line]);
    }}"""
    lines = modules.evaluate(ask, level)
    assert len(lines) == 2
    for line in lines:
        x, y = np.array(line).reshape(-1, 2).T - 5.5
        assert (x * y * side > 0).all()
        assert x * y == pytest.approx(level, abs=0.13)


def test_contours_of_many_levels_are_those_of_each(modules: Any) -> None:
    ask = f"""async () => {{{GRID}
      const {{ contourLines, linesAtLevels }} = await import('/draw/contours.js');
      const bowls = grid(31, 23, (x, y) => Math.sin(x / 4) * Math.cos(y / 3) + (x - y) / 40);
      const levels = [-0.7, -0.2, 0.1, 0.15, 0.8, 9];
      const told = (lines) => lines.map((one) => [...one]);
      const each = levels.flatMap((level) => contourLines(bowls, 31, 23, level));
      return [told(linesAtLevels(bowls, 31, 23, levels)), told(each)];
    }}"""
    together, each = modules.evaluate(ask)
    assert together == each and len(each) > 5


def test_contours_keep_out_of_holes(modules: Any) -> None:
    ask = f"""async () => {{{GRID}
      const {{ contourLines }} = await import('/draw/contours.js');
      const plane = grid(9, 9, (x, y) => (x === 4 && y === 4 ? Infinity : x + 0.5));
      return contourLines(plane, 9, 9, 4).map((line) => [...line]);
    }}"""
    lines = [np.array(line).reshape(-1, 2) for line in modules.evaluate(ask)]
    assert len(lines) == 2
    assert all((abs(line[:, 0] - 3.5) < 1e-9).all() for line in lines)
    assert all((abs(line[:, 1] - 4) >= 1).all() for line in lines)


@pytest.mark.parametrize(
    ("azimuth", "elevation", "zoom"), [(0.6, 0.6, 1), (4, 1.2, 2), (2, 0.2, 1)]
)
def test_the_eye_sees_a_point_where_its_ray_comes_from(
    modules: Any, azimuth: float, elevation: float, zoom: float
) -> None:
    ask = """async ([azimuth, elevation, zoom]) => {
      const { Camera } = await import('/draw/camera.js');
      const camera = new Camera({ azimuth, elevation });
      camera.zoom(zoom);
      const view = camera.view(640, 480, { left: 50, right: 30, top: 20, bottom: 40 });
      const point = [0.4, -0.7, 0.3];
      const [x, y] = view.project(...point);
      const { from, along } = view.ray(x, y);
      const way = point.map((part, i) => part - from[i]);
      const length = Math.hypot(...way);
      return way.map((part, i) => part / length - along[i]);
    }"""
    assert modules.evaluate(ask, [azimuth, elevation, zoom]) == pytest.approx([0, 0, 0], abs=1e-12)


def test_a_turned_box_stays_in_the_picture(modules: Any) -> None:
    ask = """async () => {
      const { Camera } = await import('/draw/camera.js');
      const { TOP } = await import('/draw/heights.js');
      const seen = [];
      for (let k = 0; k < 24; k += 1) {
        const camera = new Camera({ azimuth: k / 24 * 2 * Math.PI, elevation: 0.68 });
        const view = camera.view(480, 374, { left: 46, right: 40, top: 28, bottom: 42 });
        for (const u of [-1, 1]) for (const v of [-1, 1]) for (const z of [0, TOP]) {
          seen.push(view.project(u, v, z));
        }
      }
      return seen;
    }"""
    x, y, _ = np.array(modules.evaluate(ask)).T
    assert x.min() > 20 and x.max() < 460
    assert y.min() > 5 and y.max() < 369


def test_heights_are_square_roots_of_losses_exact_between_the_points_of_the_grid(
    modules: Any,
) -> None:
    ask = f"""async () => {{{STATE}
      const {{ HeightField, TOP }} = await import('/draw/heights.js');
      const field = new HeightField(surfaceOf(bowl));
      const losses = [[0, 0], [3.3, -2.2], [-2.9, 2.9]].map(([x, y]) => (
        [field.lossAt(field.u(x), field.v(y)), bowl(x, y)]
      ));
      const there = [1, 20, 90].map((loss) => [field.lossOf(field.heightOf(loss)), loss]);
      const {{ low, high, nx }} = field;
      const top = field.heightOf(high);
      const fine = [...field.loss].every((loss, k) => (
        Math.abs(loss - bowl(-3 + 10 * (k % nx) / (nx - 1), -5 + 8 * Math.floor(k / nx) / (nx - 1)))
          < 1e-9
      ));
      const quarter = field.heightOf(low + (high - low) / 4) / TOP;
      return {{ losses, there, low, high, top: top / TOP, quarter, fine, nx }};
    }}"""
    found = modules.evaluate(ask)
    assert found["nx"] == 201
    assert found["fine"]
    assert (found["low"], found["high"]) == (1, 90)
    assert (found["top"], found["quarter"]) == pytest.approx((1, 0.5))
    for got, want in found["losses"]:
        assert got == pytest.approx(want, rel=2e-3)
    for got, want in found["there"]:
        assert got == pytest.approx(want)


def test_what_is_not_finite_stays_a_hole(modules: Any) -> None:
    ask = f"""async () => {{{STATE}
      const {{ HeightField }} = await import('/draw/heights.js');
      const field = new HeightField(surfaceOf((x, y) => (x > 4 ? Infinity : bowl(x, y))));
      const at = (x, y) => field.heightAt(field.u(x), field.v(y));
      return [at(5, 0), at(-2, 0), field.heightAt(1.1, 0), field.high].map(String);
    }}"""
    hole, ground, outside, high = modules.evaluate(ask)
    assert hole == outside == "NaN"
    assert float(ground) > 0
    assert math.isfinite(float(high))


def test_a_ray_picks_the_point_that_is_seen(modules: Any) -> None:
    ask = f"""async () => {{{STATE}
      const {{ Camera }} = await import('/draw/camera.js');
      const {{ HeightField }} = await import('/draw/heights.js');
      const field = new HeightField(surfaceOf(bowl));
      const camera = new Camera({{ azimuth: 0.8, elevation: 1 }});
      const view = camera.view(640, 480, {{ left: 9, right: 9, top: 9, bottom: 9 }});
      return [[2, -1], [0.5, 0.5], [-2, 2.5]].map(([x, y]) => {{
        const [u, v] = [field.u(x), field.v(y)];
        const [px, py] = view.project(u, v, field.heightAt(u, v));
        return [field.pick(view.ray(px, py)), [x, y], field.pick(view.ray(2, 2))];
      }});
    }}"""
    for picked, meant, sky in modules.evaluate(ask):
        assert picked == pytest.approx(meant, abs=2e-3)
        assert sky is None


def test_a_line_is_cut_at_the_frame_and_says_where_it_leaves(modules: Any) -> None:
    ask = """async () => {
      const { flatLine } = await import('/draw/paths.js');
      const frame = { left: 0, right: 100, top: 0, bottom: 50 };
      const { seenOf } = await import('/draw/seen.js');
      const points = Float64Array.of(50, 25, 150, 25, 150, 45, 50, 45, NaN, 3, 50, 5);
      const line = flatLine(seenOf(points, 2, [[0, 0], [100, 50]], 0.7), 0, 5, frame);
      return { pieces: line.pieces.map(({ points }) => points), exits: line.exits };
    }"""
    found = modules.evaluate(ask)
    ends = [(points[:2], points[-2:]) for points in found["pieces"]]
    assert ends == [([50, 25], [100, 25]), ([100, 45], [50, 45])]
    assert found["exits"] == [{"x": 100, "y": 25, "angle": 0}]


SEEN = """async ([points, corners, cell, size, deep]) => {
  const { seenOf } = await import('/draw/seen.js');
  const { segments, joints } = seenOf(Float64Array.from(points), size, corners, cell, deep);
  return [segments, joints];
}"""


def zigzag(steps: int, decay: float) -> Any:
    """Return the points of a walk to and fro across a ravine, whose floor falls slowly."""
    far = 150 * (-decay) ** np.arange(steps)
    return np.column_stack([200 + far + 0.003 * np.arange(steps), 200 + 0.6 * far])


def covered(points: Any, segments: Any, more: int = 1) -> Any:
    """Return which pixels of 400 x 400 some steps of a path pass, and those beside them."""
    picture = Image.new("1", (400, 400))
    draw = ImageDraw.Draw(picture)
    for i in segments:
        draw.line([*points[i], *points[i + 1]], fill=1, width=3)
    return np.asarray(picture.convert("L").filter(ImageFilter.MaxFilter(more))) > 0


@pytest.mark.parametrize("steps", [500, 20_000])
def test_of_a_zigzag_few_steps_are_drawn_and_the_picture_is_the_same(
    steps: int, modules: Any
) -> None:
    points = zigzag(steps, 0.9999)
    asked = [points.ravel().tolist(), [[0, 0], [400, 400]], 0.7, 2, False]
    segments, joints = modules.evaluate(SEEN, asked)
    assert len(segments) < 200 and len(joints) < 200
    assert segments[0] == 0 and segments == sorted(segments)
    # What is drawn up to a step shows all that was walked up to it.
    for last in (steps // 2, steps):
        whole = covered(points, range(last - 1))
        first = [i for i in segments if i < last - 1]
        assert not (covered(points, first) & ~whole).any()
        assert not (whole & ~covered(points, first, more=3)).any()


def test_lines_one_above_the_other_are_two_where_they_are_told_apart(modules: Any) -> None:
    twice = [0, 0, 0.1, 1, 1, 0.1, 0, 0, 0.1, 1, 1, 0.9, 0, 0, 0.9]
    corners = [[-1, -1], [1, 1]]
    seen = [modules.evaluate(SEEN, [twice, corners, 1 / 256, 3, deep])[0] for deep in (False, True)]
    assert seen == [[0], [0, 2, 3]]


def test_what_leaves_all_bounds_is_seen_up_to_the_frame(modules: Any) -> None:
    far = [50, 25, 1e300, -1e300, -1e308, 1e308, 1e308, -1e308, 50, 25]
    segments, joints = modules.evaluate(SEEN, [far, [[0, 0], [100, 50]], 0.7, 2, False])
    assert segments[0] == 0 and joints == [4]


def test_a_path_of_many_steps_is_drawn_with_few_lines(page: Any) -> None:
    mount(page, "map")
    lines = """() => {
      const count = (steps) => {
        let lines = 0;
        const context = t.made.layers.contexts[2];
        const lineTo = CanvasRenderingContext2D.prototype.lineTo;
        context.lineTo = (...to) => { lines += 1; lineTo.apply(context, to); };
        const run = t.runOf([-2, 2], 0.24999, steps, 'Run 1', 0);
        t.made.show({ ...t.made.state, runs: [run], at: steps }, new Set(['runs', 'at']));
        t.made.frames.flush();
        return lines;
      };
      return [count(200), count(20000)];
    }"""
    few, many = page.evaluate(lines)
    assert 0 < few <= many < 3000


def test_the_eye_is_told_and_taken_back(page: Any) -> None:
    card = mount(page, "relief")
    card.press("ArrowLeft")
    card.press("+")
    turned: Any = calls(page, "turn")[-1][0]
    turn, tilt, near = turned
    first = page.evaluate("t.made.firstLook")
    assert turn == pytest.approx(math.degrees(first["azimuth"] + 0.1), abs=0.01)
    assert tilt == pytest.approx(math.degrees(first["elevation"]), abs=0.01)
    assert near == 1.15
    card.press("0")
    assert calls(page, "turn")[-1] == [None]
    look = "(camera) => t.made.show({ ...t.made.state, camera }, new Set(['camera']))"
    page.evaluate(look, [30, 60, 2])
    seen = page.evaluate(
        "[t.made.camera.azimuth, t.made.camera.elevation, t.made.camera.closeness]"
    )
    assert seen == pytest.approx([math.pi / 6, math.pi / 3, 2])
    page.evaluate(look, [0, 0, 100])
    assert page.evaluate("t.made.camera.elevation") == 0.12
    assert page.evaluate("t.made.camera.closeness") == 6
    page.evaluate(look, None)
    assert page.evaluate("t.made.camera.azimuth") == first["azimuth"]


def test_labels_of_runs_cover_neither_one_another_nor_the_frame(modules: Any) -> None:
    ask = """async () => {
      const { labelPlaces } = await import('/draw/paths.js');
      const points = Array.from({ length: 20 }, (_, i) => [10 * i, 100]);
      const lines = [0, 4, 8].map((down) => (
        { points: points.map(([x, y]) => [x, y + down]), width: 40 }
      ));
      return labelPlaces(lines, { left: 0, right: 200, top: 0, bottom: 200 });
    }"""
    places = modules.evaluate(ask)
    for n, one in enumerate(places):
        assert 0 <= one["x"] <= 160
        for other in places[:n]:
            assert abs(one["x"] - other["x"]) >= 40 or abs(one["y"] - other["y"]) >= 14


def test_a_tag_hides_nothing_where_there_is_room_and_stays_in_the_frame(modules: Any) -> None:
    ask = """async () => {
      const { boxAround, boxesAlong, placeTag } = await import('/draw/tags.js');
      const context = document.createElement('canvas').getContext('2d');
      const frame = { left: 0, right: 300, top: 0, bottom: 200 };
      const look = { colour: '#000', paper: '#fff', edge: '#999', size: 12 };
      const spots = () => [[5, 20], [-40, 100], [150, 199]];
      const place = (taken) => placeTag(context, 'a word', spots, { frame, taken, look });
      const circle = boxAround([[30, 20]], 10);
      const path = boxesAlong([{ points: [0, 60, 60, 140] }]);
      return [[], [circle], [circle, ...path]].map(place);
    }"""
    boxes = modules.evaluate(ask)
    assert boxes[0]["left"] == 5
    assert boxes[1]["left"] == 2
    assert boxes[2]["left"] == 150
    assert boxes[2]["bottom"] == 198


def test_letters_grow_with_those_of_the_page(page: Any) -> None:
    for card in ("map", "relief"):
        mount(page, card)
        grown = page.evaluate(
            """(card) => {
          const sizes = () => {
            const { theme } = t.made;
            return [theme.type, card === 'map' ? t.made.ground.frame.left : 0];
          };
          const before = sizes();
          t.place.style.fontSize = '32px';
          t.made.show(t.made.state, new Set(['theme']));
          t.made.frames.flush();
          const after = sizes();
          t.made.destroy();
          t.place.remove();
          return [before, after];
        }""",
            card,
        )
        (before, margin), (after, wider) = grown
        assert after == pytest.approx(2 * before)
        assert card == "relief" or wider > margin


def test_the_hidden_side_of_a_hill_is_known(modules: Any) -> None:
    ask = f"""async () => {{{STATE}
      const {{ Camera }} = await import('/draw/camera.js');
      const {{ HeightField }} = await import('/draw/heights.js');
      const {{ Raster }} = await import('/draw/raster.js');
      const {{ Stage }} = await import('/draw/tracks.js');
      const field = new HeightField(surfaceOf((x) => 100 - 4 * (x - 2) ** 2));
      const view = new Camera({{ azimuth: Math.PI / 2, elevation: 0.15 }}).view(
        400, 300, {{ left: 9, right: 9, top: 9, bottom: 9 }},
      );
      const raster = new Raster();
      raster.setField(field);
      raster.draw(view, 400, 300, 1);
      const stage = new Stage(field, view, raster);
      return [-0.8, 0.8].map((u) => stage.place(u, 0, field.heightAt(u, 0))[2]);
    }}"""
    assert modules.evaluate(ask) == [True, False]


@pytest.mark.parametrize("card", ["map", "relief"])
def test_the_minimum_is_dark_violet_and_the_start_has_the_colour_of_its_run(
    page: Any, card: str
) -> None:
    mount(page, card)
    layer = 0 if card == "map" else RELIEF_SURFACE
    x, y = pixel_of(page, card, 2, -1)
    spots = [(x + dx, y + dy) for dx in range(-3, 4) for dy in range(-3, 4)]  # a contour is white
    seen = np.array([page.evaluate(COLOUR, [layer, *spot]) for spot in spots])
    assert (seen[:, 3] == 255).all()
    assert np.abs(seen[:, :3] - VIRIDIS_LOW).max(axis=1).min() < 45
    x, y = pixel_of(page, card, -2, 2)
    marks = MAP_PATHS if card == "map" else RELIEF_PATHS
    ring = [page.evaluate(COLOUR, [marks, x + dx, y]) for dx in (-5, 0, 5)]
    assert any(np.abs(np.array(pixel[:3]) - RUN_COLOUR).max() < 12 for pixel in ring)


def test_the_surface_is_seen_and_its_picture_is_one_sharp_canvas(page: Any) -> None:
    mount(page, "relief")
    covered = page.evaluate("""() => {
      const { width, height } = t.made.layers.canvases[1];
      const { data } = t.made.layers.contexts[1].getImageData(0, 0, width, height);
      let count = 0;
      for (let k = 3; k < data.length; k += 4) count += data[k] === 255;
      const picture = t.made.picture();
      const sharp = picture.width === Math.max(2, devicePixelRatio) * t.made.layers.width;
      return [count / (width * height), sharp, picture.tagName];
    }""")
    assert 0.15 < covered[0] < 0.7
    assert covered[1:] == [True, "CANVAS"]


def test_a_press_on_the_map_starts_there_and_a_drag_follows(page: Any) -> None:
    card = mount(page, "map")
    box = card.bounding_box()
    path = [pixel_of(page, "map", x, y) for x, y in [(0, 0), (3, 1), (4, -3)]]
    page.mouse.move(box["x"] + path[0][0], box["y"] + path[0][1])
    page.mouse.down()
    page.wait_for_function("t.calls.some((call) => call[0] === 'start')")
    assert calls(page, "start")[0] == pytest.approx([0, 0], abs=0.06)
    for x, y in path[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.up()
    assert calls(page, "start")[-1] == pytest.approx([4, -3], abs=0.06)
    assert len(calls(page, "startEnd")) == 1


def test_the_start_is_held_where_it_is_taken_and_stays_in_the_window(page: Any) -> None:
    card = mount(page, "map")
    box = card.bounding_box()
    x, y = pixel_of(page, "map", -2, 2)
    page.mouse.move(box["x"] + x + 8, box["y"] + y + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + x + 9, box["y"] + y + 8)
    page.wait_for_function("t.calls.some((call) => call[0] === 'start')")
    assert calls(page, "start")[-1] == pytest.approx([-2, 2], abs=0.1)
    page.mouse.move(box["x"] - 200, box["y"] - 200)
    page.mouse.up()
    assert calls(page, "start")[-1] == pytest.approx([-3, 3])


def test_arrow_keys_move_the_start(page: Any) -> None:
    card = mount(page, "map")
    handle = card.get_by_role("slider")
    assert handle.get_attribute("aria-valuetext").startswith(
        "weight of a (cm) -2, bias (cm) 2: loss"
    )
    handle.press("ArrowRight")
    handle.press("Shift+ArrowDown")
    right, down = calls(page, "start")
    assert right == pytest.approx([-2 + 10 / 200, 2])
    assert down == pytest.approx([-2, 2 - 80 / 200])
    assert len(calls(page, "startEnd")) == 2


@pytest.mark.parametrize("card", ["map", "relief"])
def test_the_pointer_looks_at_the_point_under_it(page: Any, card: str) -> None:
    box = mount(page, card).bounding_box()
    x, y = pixel_of(page, card, 3, -2)
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.move(box["x"] + 1, box["y"] + 1)
    (looked, away) = calls(page, "look")
    assert looked == pytest.approx([3, -2], abs=0.1)
    assert away == [None]


def test_a_click_on_the_surface_starts_there_and_a_drag_turns_it(page: Any) -> None:
    card = mount(page, "relief")
    box = card.bounding_box()
    x, y = pixel_of(page, "relief", 1, 0)
    before = card.get_attribute("data-azimuth")
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    page.mouse.move(box["x"] + x + 60, box["y"] + y + 10, steps=4)
    page.mouse.up()
    page.wait_for_function("(was) => t.made.wrap.dataset.azimuth !== was", arg=before)
    assert not calls(page, "start")
    x, y = pixel_of(page, "relief", 1, 0)
    page.mouse.click(box["x"] + x, box["y"] + y)
    (start,) = calls(page, "start")
    assert start == pytest.approx([1, 0], abs=0.1)
    assert len(calls(page, "startEnd")) == 1


def test_keys_turn_and_zoom_and_the_wheel_only_zooms_what_has_the_focus(page: Any) -> None:
    card = mount(page, "relief")
    close = "t.made.camera.closeness"
    card.hover()
    page.mouse.wheel(0, -200)
    assert page.evaluate(close) == 1
    card.focus()
    page.mouse.wheel(0, -200)
    page.wait_for_function(f"{close} > 1")
    first = page.evaluate("t.made.firstLook.azimuth")
    card.press("ArrowLeft")
    card.press("-")
    assert page.evaluate("t.made.camera.azimuth") == pytest.approx(first + 0.1)
    card.press("0")
    assert page.evaluate(close) == 1
    assert page.evaluate("t.made.camera.azimuth") == pytest.approx(first)


def test_a_new_path_draws_no_surface_anew(page: Any) -> None:
    mount(page, "relief")
    drawn = page.evaluate("""() => {
      let surfaces = 0;
      const draw = t.made.raster.draw.bind(t.made.raster);
      t.made.raster.draw = (...all) => { surfaces += 1; draw(...all); };
      clearTimeout(t.made.resting);
      const state = t.stateOf({ at: 3 });
      state.scene = t.made.state.scene;
      state.surface = t.made.state.surface;
      t.made.show(state, new Set(['runs', 'at']));
      t.made.frames.flush();
      const before = surfaces;
      t.made.show({ ...state, surface: t.surfaceOf((x) => x * x) }, new Set(['surface']));
      t.made.frames.flush();
      return [before, surfaces];
    }""")
    assert drawn == [0, 1]


def test_both_say_what_is_seen(page: Any) -> None:
    for card in ("map", "relief"):
        words = mount(page, card, at=1).get_attribute("aria-label")
        assert "weight of a (cm) from -3 to 7 and bias (cm) from -5 to 3." in words
        assert "Run 1, round 1 of 40: loss" in words
        assert "Lowest 1 at 2, -1." in words
        page.evaluate("t.made.destroy(); t.place.remove()")


@pytest.mark.parametrize("phase", [1, 2, 3, 4])
def test_each_part_of_a_step_is_drawn(page: Any, phase: int) -> None:
    mount(page, "map", phase=phase)
    differs = page.evaluate(
        """(phase) => {
      const context = t.made.layers.contexts[2];
      const { width, height } = context.canvas;
      const look = () => context.getImageData(0, 0, width, height).data.join();
      const now = look();
      t.made.show({ ...t.made.state, phase: phase - 1 }, new Set(['phase']));
      t.made.frames.flush();
      return now !== look();
    }""",
        phase,
    )
    assert differs


def test_a_destroyed_card_leaves_nothing(page: Any) -> None:
    for card in ("map", "relief"):
        mount(page, card)
        page.evaluate("t.made.destroy()")
        assert page.evaluate("t.place.childElementCount") == 0

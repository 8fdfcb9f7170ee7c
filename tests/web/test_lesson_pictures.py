"""The pictures of the lesson on a narrow stage: none is flat, no text cut or struck out."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from steepest.lesson.written import in_language
from steepest.page.lesson.builds import builds
from steepest.view.style import THEMES

if TYPE_CHECKING:
    from playwright.sync_api import Page

PHONE = (374, 430)
"""The stage of the lesson on a phone of 390 x 844, as wide and high as that."""

DRAWN = """async ([[width, height], draw]) => {
  document.body.innerHTML = '';
  const place = document.createElement('div');
  place.style.cssText = `position:relative;font:14px sans-serif`;
  Object.assign(place.style, { width: `${width}px`, height: `${height}px` });
  document.body.append(place);
  const drawing = ['draw_data', 'draw_loss', 'draw_network', 'draw_terms'];
  const modules = ['stage', 'layout', 'line', ...drawing];
  const web = {};
  for (const name of modules) Object.assign(web, await import(`/lesson/${name}.js`));
  const stage = new web.Stage(place);
  stage.canvas.style.cssText = 'width:100%;height:100%';
  const texts = [];
  const write = stage.context.fillText;
  stage.context.fillText = function (text, x, y, room = Infinity) {
    const wide = Math.min(room, this.measureText(text).width);
    const left = x - { left: 0, center: 0.5, right: 1 }[this.textAlign] * wide;
    const high = 0.35 * Number.parseFloat(this.font.match(/([\\d.]+)px/)[1]);
    texts.push({ text, left, right: left + wide, top: y - high, bottom: y + high });
    write.call(this, text, x, y, room);
  };
  stage.begin();
  stage.colours.accent = '#b34700';
  const found = await eval(draw)(stage, web);
  return { texts, found };
}"""


def drawn(modules: "Page", draw: str, size: tuple[int, int] = PHONE) -> dict[str, Any]:
    """Return what was drawn: texts with their boxes, and what `draw` returns."""
    found: dict[str, Any] = modules.evaluate(DRAWN, [size, draw])
    return found


@pytest.mark.parametrize("align", ["left", "center", "right"])
@pytest.mark.parametrize("at", [2, 372])
def test_a_text_at_the_edge_is_not_cut(modules: "Page", align: str, at: int) -> None:
    look = json.dumps({"align": align})
    [text] = drawn(modules, f"(stage) => stage.text('200,000', {at}, 50, {look})")["texts"]
    assert text["left"] >= -0.01 and text["right"] <= PHONE[0] + 0.01


def test_a_text_out_of_sight_stays_there(modules: "Page") -> None:
    """The pictures that are not shown alone are drawn beside the stage."""
    [text] = drawn(modules, "(stage) => stage.text('200,000', -700, 50)")["texts"]
    assert text["right"] < 0


AVERAGE = """(stage, web) => {
  const line = { bowl: { x: [0, 1], y: [0, 1], loss: () => LOSS } };
  const scales = { inner: [40, 10, 300, 150], pixels: 1, px: (x) => 50 + x, py: (y) => 90 - y };
  web.drawAverage(stage, scales, [20, 200, 250, 250], {
    line, params: [0, 0], time: 99, words: { loss: '4.63 × 10⁸', average: 'average square' },
  });
}"""


KNOBS = """(stage, web) => {
  const { radius, places } = web.knobPlaces(BOX, stage.size);
  const reached = [];
  const { arc } = stage.context;
  stage.context.arc = function (x, y, r, from, to, back) {
    if (r > radius) reached.push(y - r);
    arc.call(this, x, y, r, from, to, back);
  };
  places.forEach((at, i) => web.drawKnob(stage, at, radius, {
    value: 0, low: -1, high: 1, colour: '#000', name: i ? 'bias' : 'weight', text: '-15.4',
    wide: 60, nudge: 1,
  }));
  return reached.at(-1);
}"""


@pytest.mark.parametrize("box", [(0, 20, 60, 100), (0, 20, 60, 130), (0, 20, 80, 200)], ids=str)
def test_the_arrow_of_a_knob_is_below_the_number_above(modules: "Page", box: list[int]) -> None:
    drawing = drawn(modules, KNOBS.replace("BOX", json.dumps(box)))
    above = max(text["bottom"] for text in drawing["texts"][:2])
    assert drawing["found"] > above
    assert max(text["bottom"] for text in drawing["texts"]) <= box[1] + box[3] + 3


@pytest.mark.parametrize("start", [[-1.3, -0.1], [4.0, 2.0], [0.0, 9.0]], ids=str)
def test_no_error_of_a_line_is_cut(modules: "Page", start: list[float]) -> None:
    x, y = [-2.8, -1.0, 0.0, 1.0, 2.6], [1.0, 0.0, 1.0, 0.0, 0.0]
    line = {"bowl": {"x": x, "y": y}, "start": start}
    low, high = drawn(modules, f"(stage, web) => web.heightsOf({json.dumps(line)})")["found"]
    predicted = [start[0] * value + start[1] for value in x]
    assert low < min(*y, *predicted) and high > max(*y, *predicted)


@pytest.mark.parametrize(("side", "is_in"), [(20, False), (140, True)])
def test_a_loss_is_in_its_square_or_above_it(modules: "Page", side: int, is_in: bool) -> None:
    texts = drawn(modules, AVERAGE.replace("LOSS", str(side * side)))["texts"]
    number, below = texts
    top = 200 + 250 - 3 * 14 - side
    assert below["top"] > top + side
    if is_in:
        assert number["right"] - number["left"] < side
        assert top < number["top"] and number["bottom"] < top + side
    else:
        assert number["top"] > 200 and number["bottom"] < top


PARTS = """(stage, web) => {
  const z = Array.from({ length: 60 }, (_, i) => i / 30 - 1);
  const parts = z.map((_, i) => SIGN * [6, 0, 3.7][Math.floor(i / 20)]);
  const average = parts.reduce((sum, part) => sum + part, 0) / parts.length;
  const dots = [];
  const draw = stage.dot;
  stage.dot = function (place, ...look) { dots.push(place); draw.call(this, place, ...look); };
  const words = { part: 'part', x: 'x' };
  const short = (value) => String(Math.round(100 * value) / 100);
  web.drawRowParts(stage, [6, 0, 362, 250], { z, parts, average, words, short, time: 99 });
  return { dots, average: short(average) };
}"""


@pytest.mark.parametrize("sign", [1, -1])
def test_the_average_is_written_beside_the_rows(modules: "Page", sign: int) -> None:
    shown = drawn(modules, PARTS.replace("SIGN", str(sign)))
    dots = shown["found"]["dots"]
    [text] = [one for one in shown["texts"] if one["text"] == shown["found"]["average"]]
    assert len(dots) == 60
    over = [
        (x, y)
        for x, y in dots
        if text["left"] <= x <= text["right"] and text["top"] <= y <= text["bottom"]
    ]
    assert over == []


NEURON = """(stage, web) => {
  const lines = [];
  const draw = stage.line;
  stage.line = function (points, ...look) { lines.push(points); draw.call(this, points, ...look); };
  const words = { weight: 'weight', bias: 'bias', input: 'input', output: 'output' };
  const box = [0, 0, stage.width, stage.height];
  web.drawNetwork(stage, box, { sizes: [2, 8, 1], alone: true, words });
  return lines.filter((points) => points.length === 2);
}"""


@pytest.mark.parametrize("size", [PHONE, (786, 700), (1220, 380)])
def test_no_line_strikes_the_name_of_its_weight(modules: "Page", size: tuple[int, int]) -> None:
    shown = drawn(modules, NEURON, size)
    names = [one for one in shown["texts"] if one["text"].startswith("weight")]
    assert len(names) == 2
    for (x0, y0), (x1, y1) in shown["found"]:
        for k in range(201):
            x, y = x0 + k / 200 * (x1 - x0), y0 + k / 200 * (y1 - y0)
            assert not any(
                one["left"] < x < one["right"] and one["top"] < y < one["bottom"] for one in names
            )


def test_no_picture_of_rows_or_map_is_flat_on_a_phone(modules: "Page") -> None:
    """Within its axes, of 4.4 by 3.6 letters, each has a height of two fifths of its width."""
    sets = sorted({one.pictures for one in builds()})
    boxes = drawn(
        modules, f"(stage, web) => {json.dumps(sets)}.map((names) => web.boxesOf(stage, names))"
    )["found"]
    for names, of in zip(sets, boxes, strict=True):
        assert set(of) == set(names)
        for name in {"data", "map", "bowl", "curve"} & set(names):
            _, _, wide, high = of[name]
            if name == "data" and "loss" in names and "map" in names:
                wide *= 0.7  # the knobs are beside it
            assert high - 4.4 * 14 > 0.4 * (wide - 3.6 * 14), (names, name)


STROKES = """(stage, web) => {
  const x = Array.from({ length: ROWS }, (_, i) => i / ROWS);
  const scales = { inner: [0, 0, 370, 400], px: (v) => 370 * v, py: (v) => 200 - 90 * v };
  const shares = [];
  stage.line = () => shares.push(stage.context.globalAlpha);
  web.drawErrors(stage, scales, { bowl: { x, y: x.map(() => 1) } }, [0, -1]);
  return shares;
}"""


@pytest.mark.parametrize("rows", [20, 300, 5000])
def test_strokes_of_many_rows_fade_by_the_root_of_their_number(modules: "Page", rows: int) -> None:
    shares = drawn(modules, STROKES.replace("ROWS", str(rows)))["found"]
    assert len(shares) == rows
    share = pytest.approx(0.4 * min(1, 18 / rows**0.5), rel=1e-4)
    assert min(shares) == max(shares) == share


COLOURS = """(stage) => {
  stage.canvas.style.colorScheme = 'SCHEME';
  stage.begin();
  return stage.colours.classes;
}"""


def luminance(code: str) -> float:
    """Return the relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2)."""
    parts = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_curve_of_each_class_is_seen_on_its_paper(modules: "Page", scheme: str) -> None:
    """By WCAG 2.2 (1.4.11) what is to be seen of a picture has a contrast of 3 to 1."""
    colours = drawn(modules, COLOURS.replace("SCHEME", scheme))["found"]
    paper = luminance(THEMES[scheme].paper)
    assert len(set(colours)) == len(colours) == 8
    for colour in colours:
        low, high = sorted((luminance(colour), paper))
        assert (high + 0.05) / (low + 0.05) >= 3, colour


@pytest.mark.parametrize("share", [0.0, 2.9e-17, 2e-6, 0.53])
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_tiny_share_is_no_row_of_zeros_and_as_on_the_slides(
    modules: "Page", share: float, language: str
) -> None:
    ask = """async ([share, language]) => {
      const { numerals } = await import('/lesson/telling.js');
      return numerals(language).percent(share);
    }"""
    shown = modules.evaluate(ask, [share, language])
    assert shown == in_language(share, language, "own_left")
    assert len(shown) <= 10

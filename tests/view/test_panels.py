"""The panels: what matplotlib was handed is what NumPy and SciPy work out from the rows."""

import re
from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, softmax, xlogy

import steepest as st
from steepest.numerals import short
from steepest.view.chart import Losses, Map, Readable, path_style
from steepest.view.fit import draw_fit
from steepest.view.heights import cut_of, heights_of
from steepest.view.panel import DrawnPath, Panel, path_of
from steepest.view.relief import AZIMUTHS, HANGS, HEIGHT, Relief
from steepest.view.scene import Scene

Array = NDArray[np.float64]

RNG = np.random.default_rng(7)
X = RNG.normal(size=(50, 3))
NOISE = RNG.normal(size=50)
ONE = X[:, :1]
LINE = 3 * ONE[:, 0] + 1 + 0.5 * NOISE
PLANE = X @ [1.0, -2.0, 0.5] + 1 + 0.3 * NOISE
TWO = (X[:, 0] + 0.6 * NOISE > 0).astype(int)
THREE = np.digitize(X[:, 0] + 0.3 * NOISE, [-0.5, 0.5])
TEXTBOOK: dict[str, Any] = {"rule": "steepest", "scale": "none", "learning_rate": 0.1}

SOURCES: dict[str, tuple[Array, Array]] = {
    "line": (ONE, LINE),
    "plane": (X, PLANE),
    "two, one feature": (ONE, TWO),
    "two": (X, TWO),
    "three, one feature": (ONE, THREE),
    "three": (X, THREE),
}


@cache
def scene_of(name: str, steps: int = 12) -> Scene:
    loss = "squared" if name in ("line", "plane") else "cross_entropy"
    return st.descend(SOURCES[name], steps=steps, loss=loss, **TEXTBOOK).scene


def drawn(make: Any, name: str) -> tuple[Any, Scene, DrawnPath]:
    """Return a panel on axes of its own, its scene and its path."""
    scene = scene_of(name)
    path = path_of(scene)
    axes = Figure().add_subplot()
    return make(axes, scene, path), scene, path


def xy(artist: Any) -> tuple[Array, Array]:
    x, y = artist.get_data()
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


def mean_loss(name: str, weight: Array, bias: Array) -> Array:
    """Return the mean loss of one weight and one bias over rows of one feature."""
    x, y = SOURCES[name][0][:, 0], SOURCES[name][1]
    margins = weight[..., None] * x + bias[..., None]
    if name == "line":
        return ((margins - y) ** 2).mean(axis=-1)
    p = expit(margins)
    return -(xlogy(y, p) + xlogy(1 - y, 1 - p)).mean(axis=-1)


@pytest.mark.parametrize("name", ["line", "two, one feature"])
def test_the_map_is_the_loss_of_every_weight_and_bias(name: str) -> None:
    panel, scene, _ = drawn(Map, name)
    weights, biases = np.meshgrid(scene.surface.x, scene.surface.y)
    colours = np.asarray(panel.image.get_array()).reshape(weights.shape)
    assert colours == pytest.approx(mean_loss(name, weights, biases), rel=1e-10)


@pytest.mark.parametrize("name", ["line", "two, one feature"])
@pytest.mark.parametrize("at", [0, 3, 12])
def test_the_path_on_the_map_is_the_params_up_to_that_point(name: str, at: int) -> None:
    panel, scene, _ = drawn(Map, name)
    panel.show(at)
    line, start, here, arrow = panel.moving
    x, y = xy(line)
    assert np.column_stack([x, y]) == pytest.approx(scene.trace.params[: at + 1])
    assert np.ravel(xy(here)) == pytest.approx(scene.trace[at].params)
    assert np.ravel(xy(start)) == pytest.approx(scene.trace[0].params)
    assert arrow.get_visible() == (at == 0)


def test_the_arrow_points_against_the_gradient_of_the_mean_squared_error() -> None:
    panel, scene, _ = drawn(Map, "line")
    arrow = panel.moving[3]
    step = np.subtract(arrow.xy, arrow.xyann)
    weight, bias = scene.trace[0].params
    off = weight * ONE[:, 0] + bias - LINE
    downhill = -np.array([(2 * off * ONE[:, 0]).mean(), (2 * off).mean()])
    assert step / np.linalg.norm(step) == pytest.approx(downhill / np.linalg.norm(downhill))


def test_the_cross_is_the_solution_of_the_normal_equations() -> None:
    panel, _, _ = drawn(Map, "line")
    crosses = [line for line in panel.moving[0].axes.lines if line.get_marker() == "+"]
    solved, *_ = np.linalg.lstsq(np.column_stack([ONE, np.ones(50)]), LINE, rcond=None)
    assert np.ravel(xy(crosses[0])) == pytest.approx(solved, rel=1e-6)


def test_the_cross_of_two_classes_is_where_scipy_finds_the_minimum() -> None:
    panel, _, _ = drawn(Map, "two, one feature")
    crosses = [line for line in panel.moving[0].axes.lines if line.get_marker() == "+"]
    found = minimize(lambda p: mean_loss("two, one feature", p[0], p[1]), [0.0, 0.0], tol=1e-12)
    assert np.ravel(xy(crosses[0])) == pytest.approx(found.x, rel=1e-4)


def test_contours_are_drawn_at_losses_of_the_surface() -> None:
    panel, scene, _ = drawn(Map, "line")
    contours = panel.moving[0].axes.findobj(mpl.contour.ContourSet)
    assert len(contours) == 1
    levels = contours[0].levels
    assert (np.diff(levels) > 0).all()
    assert scene.surface.loss.min() < levels[0] and levels[-1] < scene.surface.loss.max()
    (x, y), *_ = contours[0].get_paths()[7].vertices
    assert mean_loss("line", x, y) == pytest.approx(levels[7], rel=0.02)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("at", [0, 5, 12])
def test_the_curve_is_the_loss_of_every_step(name: str, at: int) -> None:
    panel, scene, _ = drawn(Losses, name)
    panel.show(at)
    line, here = panel.moving
    steps, losses = xy(line)
    assert steps.tolist() == list(range(at + 1))
    assert losses == pytest.approx(scene.trace.full_losses[: at + 1])
    assert np.ravel(xy(here)) == pytest.approx([at, scene.trace.full_losses[at]])


def test_the_dashed_line_is_the_lowest_loss_of_the_run() -> None:
    panel, scene, _ = drawn(Losses, "line")
    dashed = [line for line in panel.moving[0].axes.lines if line.get_linestyle() == "--"]
    assert set(xy(dashed[0])[1]) == {scene.trace.full_losses.min()}


def test_losses_of_mini_batches_lie_behind_those_of_all_rows() -> None:
    run = st.descend((ONE, LINE), batch=10, steps=20, **TEXTBOOK)
    path = path_of(run.scene)
    axes = Figure().add_subplot()
    Losses(axes, run.scene, path)
    dots = next(line for line in axes.lines if line.get_marker() == ".")
    assert xy(dots)[1] == pytest.approx(run.trace.losses)
    assert path.steps.tolist() == np.flatnonzero(np.isfinite(run.trace.full_losses)).tolist()


@pytest.mark.parametrize("steps", [60, 200])
def test_axes_are_logarithmic_only_where_the_numbers_span_much(steps: int) -> None:
    run = st.descend((ONE, LINE), steps=steps, start=[100, -100], tol=0.0, **TEXTBOOK)
    axes = Figure().add_subplot()
    Losses(axes, run.scene, path_of(run.scene))
    assert axes.get_yscale() == "log"
    assert axes.get_xscale() == ("symlog" if steps > 100 else "linear")


def at_last(name: str) -> tuple[Panel, Scene, Array, Array]:
    """Return the fit at the last step, with its weights, (features, k), and biases, (k,)."""
    panel, scene, _ = drawn(draw_fit, name)
    panel.show(12)
    matrix = scene.trace[12].params.reshape(SOURCES[name][0].shape[1] + 1, -1)
    return panel, scene, matrix[:-1], matrix[-1]


@pytest.mark.parametrize("extreme", [1e300, 1.7e308, -1.7e308, 1e-320], ids="{:g}".format)
def test_a_loss_at_the_end_of_float64_is_drawn_on_axes_that_have_numbers(extreme: float) -> None:
    """With room around it the axis would go on to infinity, or to 0 on a logarithmic one."""

    def objective(params: Array) -> tuple[float, Array]:
        return (extreme if 2 < params[0] < 2.5 else float(params @ params)), 2 * params

    run = st.descend(
        objective, start=[3.0, 4.0], rule="adam", scale="none", learning_rate=0.3, steps=4
    )
    assert extreme in run.trace.full_losses and len(run.trace) > 2
    figure = run.figure(panels=["loss"])
    [axes] = figure.axes
    low, high = axes.get_ylim()
    figure.draw_without_rendering()
    assert np.isfinite([low, high]).all() and low < high
    assert low > 0 or axes.get_yscale() == "linear"
    said = f"lowest of these steps: {short(float(run.trace.full_losses.min()))}"
    [words] = [one for one in axes.texts if one.get_text() == said]
    assert axes.get_window_extent().y0 < words.get_window_extent().y0
    beyond = [one for one in axes.texts if one.get_text() == "beyond ±1e+300: out of sight"]
    assert bool(beyond) == (abs(extreme) > 1e300)
    figure.canvas.draw()


def test_the_line_is_weight_times_feature_plus_bias() -> None:
    panel, _, weight, bias = at_last("line")
    x, y = xy(panel.moving[0])
    assert x.min() < ONE.min() and x.max() > ONE.max()
    assert y == pytest.approx(weight[0, 0] * x + bias[0])


def test_predictions_are_drawn_against_actual_numbers() -> None:
    panel, _, weights, bias = at_last("plane")
    actual, predicted = xy(panel.moving[0])
    assert actual == pytest.approx(PLANE)
    assert predicted == pytest.approx(X @ weights[:, 0] + bias[0])


def test_two_classes_of_one_feature_are_a_logistic_curve() -> None:
    panel, _, weight, bias = at_last("two, one feature")
    (curve,) = panel.moving
    x, y = xy(curve)
    assert y == pytest.approx(expit(weight[0, 0] * x + bias[0]))


def test_three_classes_of_one_feature_are_three_curves_that_add_up_to_one() -> None:
    panel, _, weights, bias = at_last("three, one feature")
    curves = np.array([xy(curve)[1] for curve in panel.moving])
    x, _ = xy(panel.moving[0])
    assert pytest.approx(softmax(x[:, None] * weights + bias, axis=1)) == curves.T
    assert curves.sum(axis=0) == pytest.approx(1.0)


def test_rows_of_two_classes_lie_at_their_margins() -> None:
    panel, _, weights, bias = at_last("two")
    margins = X @ weights[:, 0] + bias[0]
    *marks, said = panel.moving
    for label, points in enumerate(marks):
        x, y = xy(points)
        assert x == pytest.approx(margins[label == TWO])
        assert np.abs(y - label).max() <= 0.045
    outside = np.sum(np.abs(margins) > said.axes.get_xlim()[1])
    assert said.get_text() == {0: "", 1: "1 row outside"}.get(outside, f"{outside} rows outside")


def test_rows_whose_margins_are_out_of_sight_are_counted() -> None:
    scene = st.descend(SOURCES["two"], steps=3, **{**TEXTBOOK, "learning_rate": 500.0}).scene
    panel = draw_fit(Figure().add_subplot(), scene, path_of(scene))
    panel.show(1)
    *_, said = panel.moving
    assert re.fullmatch(r"\d+ rows outside", said.get_text())


def test_the_curve_behind_the_margins_is_the_logistic_function() -> None:
    panel, _, _, _ = at_last("two")
    curve = panel.moving[0].axes.lines[0]
    x, y = xy(curve)
    assert y == pytest.approx(expit(x))


def test_rows_of_three_classes_lie_at_the_probability_of_their_own() -> None:
    panel, _, weights, bias = at_last("three")
    own = softmax(X @ weights + bias, axis=1)[np.arange(50), THREE]
    *drawn, said = panel.moving
    for label, points in enumerate(drawn):
        x, y = xy(points)
        assert y == pytest.approx(own[label == THREE])
        assert np.abs(x - label).max() <= 0.32
    assert isinstance(said, mpl.text.Text)
    words = f"{np.sum(own > 0.5)} of 50 rows above one half\nthe least {short(own.min())}"
    assert said.get_text() == words


def test_names_of_more_than_four_classes_are_turned() -> None:
    many = np.arange(50) % 6
    scene = st.descend((X, many), loss="cross_entropy", steps=2, **TEXTBOOK).scene
    axes = Figure().add_subplot()
    draw_fit(axes, scene, path_of(scene))
    names = axes.get_xticklabels()
    assert [name.get_text() for name in names] == list("012345")
    assert {name.get_rotation() for name in names} == {35.0}


def relief_of(scene: Scene) -> Relief:
    return Relief(Figure().add_subplot(), scene, path_of(scene))


@pytest.mark.parametrize("name", ["line", "plane", "two"])
def test_the_path_in_three_dimensions_is_at_its_true_losses(name: str) -> None:
    scene = scene_of(name)
    panel = relief_of(scene)
    panel.show(12)
    shadow, _, line, *_ = panel.moving
    x, y, z = (np.asarray(values) for values in line.get_data_3d())
    visible = np.isfinite(z)
    assert visible.any()
    heights = heights_of(scene.surface)
    assert z[visible] == pytest.approx(heights.of(scene.trace.full_losses[visible]))
    assert (z[visible] <= 1.0).all()
    assert shadow.get_visible() == scene.surface.is_slice
    if scene.surface.is_slice:
        below = np.asarray(shadow.get_data_3d()[2])
        on_slice = scene.surface.at(x, y)
        inside = np.isfinite(below)
        assert below[inside] == pytest.approx(np.minimum(heights.of(on_slice), 1.0)[inside])


@pytest.mark.parametrize("at", [0, 5])
def test_a_point_off_the_slice_stands_on_a_stem(at: int) -> None:
    """It does not hang in the air: a line joins its true loss and that of the slice there."""
    scene = scene_of("plane")
    panel = relief_of(scene)
    panel.show(at)
    _, _, _, start, here, *_ = panel.moving
    heights = heights_of(scene.surface)
    for stem, step in ((start, 0), (here, at)):
        x, y, z = (np.asarray(values) for values in stem.get_data_3d())
        true = heights.of(scene.trace.full_losses[step])
        there = min(heights.of(scene.surface.at(*scene.surface.path[step])).item(), 1.0)
        assert abs(true - there) > HANGS
        assert z == pytest.approx([true, there])
        assert np.column_stack([x, y]) == pytest.approx(np.tile(scene.surface.path[step], (2, 1)))


def test_on_the_whole_surface_there_is_no_stem() -> None:
    panel = relief_of(scene_of("line"))
    panel.show(3)
    assert all(len(stem.get_data_3d()[0]) == 0 for stem in panel.moving[3:5])


def hidden_points(scene: Scene, wide: float, azimuth: float, elevation: float) -> int:
    """Return how many points of the path lie behind the surface, along rays of 200 points.

    The box is `wide` times as wide as deep.
    """
    surface, trace = scene.surface, scene.trace
    low, high = surface.loss.min(), cut_of(surface)
    unit = np.array([np.ptp(surface.x) / wide, np.ptp(surface.y), (high - low) / HEIGHT])
    origin = np.array([surface.x[0], surface.y[0], low])
    a, e = np.deg2rad(azimuth), np.deg2rad(elevation)
    toward = np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)])
    hidden = 0
    for params, loss in zip(trace.params, trace.full_losses, strict=True):
        ray = (
            origin
            + (np.array([*params, loss]) - origin)
            + unit * toward * np.linspace(0.03, 1.5 * wide, 200)[:, None]
        )
        inside = (ray[:, 0] >= surface.x[0]) & (ray[:, 0] <= surface.x[-1])
        inside &= (ray[:, 1] >= surface.y[0]) & (ray[:, 1] <= surface.y[-1])
        above = surface.at(ray[inside, 0], ray[inside, 1])
        above = np.where(above <= high, above, low)
        hidden += bool((above > ray[inside, 2] + 0.03 * (high - low)).any())
    return hidden


@pytest.mark.parametrize("across", [4, 12])
def test_no_point_of_the_path_is_hidden_from_the_chosen_side(across: int) -> None:
    scene = scene_of("line")
    panel = Relief(Figure((across, 4)).add_subplot(), scene, path_of(scene))
    panel.settle()
    axes = panel.axes
    wide = float(axes._box_aspect[0] / axes._box_aspect[1])
    assert wide == pytest.approx(1.0 if across == 4 else 1.7)
    chosen = hidden_points(scene, wide, axes.azim, axes.elev)
    others = [hidden_points(scene, wide, azimuth, axes.elev) for azimuth in range(-180, 180, 30)]
    assert chosen == min(others)
    assert max(others) > 0 or across == 12  # across a wide box the walls are too flat to hide any


@pytest.mark.parametrize("name", SOURCES)
def test_the_surface_is_turned_as_the_map_is(name: str) -> None:
    """x runs to the right, and y, upwards on the map, away from who looks."""
    axes = relief_of(scene_of(name)).axes
    assert axes.azim in AZIMUTHS
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    corners = np.array([[x0, y0, 0, 1], [x1, y0, 0, 1], [x0, y1, 0, 1]])
    seen = corners @ axes.get_proj().T
    right, up, deep = (seen[:, :3] / seen[:, 3:]).T
    assert right[1] > right[0] and up[2] > up[0] and deep[2] > deep[0]


@pytest.mark.parametrize(("points", "mark"), [(13, "o"), (81, "")])
def test_a_long_path_has_no_marks(points: int, mark: str) -> None:
    path = path_of(st.descend((ONE, LINE), steps=points - 1, tol=0.0, **TEXTBOOK).scene)
    assert len(path.steps) == points
    assert path_style(path)["marker"] == mark


@pytest.mark.parametrize("low", [0.0, 5.0, 1e4, -3.0])
@pytest.mark.parametrize("span", [1e-5, 1e-2, 1.0, 1e3])
def test_ticks_that_differ_have_labels_that_differ(low: float, span: float) -> None:
    axes = Figure().add_subplot()
    axes.set_xlim(low, low + span)
    axes.xaxis.set_major_formatter(Readable())
    ticks = np.linspace(low, low + span, 6)
    labels = [axes.xaxis.get_major_formatter()(tick) for tick in ticks]
    assert len(set(labels)) == 6
    read = [float(label.replace(",", "")) for label in labels]
    assert read == pytest.approx(ticks, abs=span / 100)


@pytest.mark.parametrize("size", [(6.0, 1.6), (3.2, 1.2)])
@pytest.mark.parametrize("batch", [None, 10])
@pytest.mark.parametrize("rate", [0.01, 0.3])
def test_what_is_said_beside_the_loss_is_above_all_that_is_drawn(
    size: tuple[float, float], batch: int | None, rate: float
) -> None:
    y = X @ np.arange(1.0, X.shape[1] + 1)
    chosen = {**TEXTBOOK, "learning_rate": rate, "batch": batch, "validation": 0.3, "steps": 40}
    run = st.descend((X, y), **chosen)
    figure = Figure(figsize=(2 * size[0], 2 * size[1]))
    axes = figure.add_axes((0.25, 0.25, 0.5, 0.5))
    Losses(axes, run.scene, path_of(run.scene))
    figure.draw_without_rendering()
    said = [
        text for text in axes.texts if "dashed:" in text.get_text() or "dots" in text.get_text()
    ]
    assert len(said) == (1 if batch is None else 2)
    lowest = min(text.get_window_extent().y0 for text in said)
    for line in axes.lines:
        drawn = axes.transData.transform(np.column_stack(xy(line)).astype(float))
        assert not len(drawn) or np.nanmax(drawn[:, 1]) <= lowest

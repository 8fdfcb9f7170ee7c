"""The surface that the page works out: Python's losses, Python's window."""

from collections.abc import Callable
from typing import Any

import golden
import numpy as np
import pytest

import steepest as st
from steepest.descent.plan.method import coordinates_of
from steepest.surface.axes import CoordinateAxes
from steepest.surface.surface import surface_on_plane

SURFACE = """async ({ scene, choices, ask }) => {
  const { localEngine } = await import('/engine/local.js');
  const doubles = (values) => Float64Array.from(values);
  const engine = localEngine({ ...scene, X: doubles(scene.X), y: doubles(scene.y) });
  const see = (ask.see ?? []).map(({ params, loss }) => ({
    params: doubles(params),
    loss: doubles(loss),
  }));
  const surface = await engine.surface({ choices, rows: null, ...ask, see });
  const plain = (value) => (ArrayBuffer.isView(value) ? Array.from(value) : value);
  return Object.fromEntries(Object.entries(surface).map(([key, value]) => [key, plain(value)]));
}"""

Look = Callable[..., Any]


@pytest.fixture
def look(modules: Any) -> Look:
    """Return the page's surface of a run of Python's, with the run in sight."""

    def surface_of(run: st.Run, choices: golden.Case, **ask: Any) -> Any:
        path = {"params": run.trace.params.ravel().tolist(), "loss": run.trace.full_losses.tolist()}
        usual = {"see": [path], "base": run.params.tolist(), "points": 31}
        scene = golden.scene_of(run)
        asked = {"scene": scene, "choices": choices, "ask": usual | ask}
        found = modules.evaluate(SURFACE, asked)
        arrays = ("x", "y", "loss", "held", "ux", "uy", "px", "py")
        return found | {name: np.array(found[name]) for name in arrays}

    return surface_of


def walked(kind: str, **more: Any) -> tuple[st.Run, golden.Case]:
    asked = {"rule": "momentum", "scale": "standard", "learning_rate": 0.1} | more
    run = golden.run_of(kind, **asked)
    return run, golden.choices_of(run, **asked)


def true_losses(run: st.Run, found: Any) -> Any:
    """Return the loss of all rows at each cell, by Python, one by one."""
    at = [found["held"] + x * found["ux"] + y * found["uy"] for y in found["y"] for x in found["x"]]
    return np.array([run.objective.value(params) for params in at])


@pytest.mark.parametrize("l2", [0.0, 0.2])
@pytest.mark.parametrize("kind", golden.DATA)
def test_the_same_surface_as_in_python(kind: str, l2: float, look: Look) -> None:
    run, choices = walked(kind, l2=l2)
    found, wanted = look(run, choices), run.surface(points=31)
    assert found["x"] == pytest.approx(wanted.x, rel=1e-6)
    assert found["y"] == pytest.approx(wanted.y, rel=1e-6)
    x, y = (grid.ravel() for grid in np.meshgrid(found["x"], found["y"]))
    assert found["loss"] == pytest.approx(wanted.at(x, y), rel=1e-11)
    assert found["slice"] == wanted.is_slice
    assert (found["xName"], found["yName"]) == (wanted.x_name, wanted.y_name)
    if wanted.lowest is None:
        assert found["lowest"] is found["lowestLoss"] is None
    else:
        assert found["lowest"] == pytest.approx(wanted.lowest, rel=1e-5)
        assert found["lowestLoss"] == pytest.approx(wanted.at(*wanted.lowest)[0], rel=1e-9)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("mean", [2000.0, 1e6])
@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
def test_of_a_feature_far_from_0_the_lowest_point_is_the_lowest(
    loss: str, mean: float, turned: bool, look: Look
) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    y = x + 1.2 * rng.normal(size=200)
    data = x + mean, (y > 0).astype(int) if loss == "cross_entropy" else y
    near = st.descend((x, data[1]), loss=loss)
    run = st.descend(data, loss=loss, scale="standard", rule="steepest", steps=20)
    found = look(run, golden.choices_of(run, scale="standard"), x=int(turned), y=int(not turned))
    assert found["lowest"][int(turned)] == pytest.approx(near.weights[0], rel=1e-5)
    assert found["lowestLoss"] == pytest.approx(near.loss, rel=1e-8)
    assert found["loss"] == pytest.approx(true_losses(run, found), rel=1e-8)
    wanted = run.surface(*(run.param_names[i] for i in (int(turned), int(not turned))), points=31)
    for one, other in ((found["x"], wanted.x), (found["y"], wanted.y)):
        assert np.abs(one - other).max() < (other[-1] - other[0]) * 1e-6


@pytest.mark.parametrize("share", [0.9, 1.01, 3.0])
@pytest.mark.parametrize("kind", ["squared", "cross_entropy", "softmax"])
def test_the_same_window_where_the_run_diverges(kind: str, share: float, look: Look) -> None:
    rate = golden.safe_rate(kind, "steepest", "none", share)
    run = golden.run_of(kind, learning_rate=rate, steps=200)
    found, wanted = look(run, golden.choices_of(run)), run.surface(points=31)
    for one, other in ((found["x"], wanted.x), (found["y"], wanted.y)):
        assert np.abs(one - other).max() < (other[1] - other[0]) * 1e-3


@pytest.mark.parametrize("kind", golden.DATA)
def test_the_same_window_of_a_run_that_hardly_moves(kind: str, look: Look) -> None:
    """The bowl around it is what there is to see."""
    arrived = golden.run_of(kind, scale="round", steps=100).params
    run = golden.run_of(kind, start=arrived * 1.001, learning_rate=1e-9, steps=3)
    found, wanted = look(run, golden.choices_of(run)), run.surface(points=31)
    assert found["x"] == pytest.approx(wanted.x, rel=1e-6)
    assert found["y"] == pytest.approx(wanted.y, rel=1e-6)


@pytest.mark.parametrize("first, second", [(0, 1), (2, 5), (3, 4), (1, 3)])
def test_any_two_params_of_softmax(first: int, second: int, look: Look) -> None:
    run, choices = walked("softmax", l2=0.1)
    found = look(run, choices, x=first, y=second)
    names = run.param_names
    wanted = run.surface(names[first], names[second], points=31)
    assert found["x"] == pytest.approx(wanted.x, rel=1e-6)
    assert found["loss"] == pytest.approx(true_losses(run, found), rel=1e-11)
    assert (found["xIndex"], found["yIndex"]) == (first, second)


@pytest.mark.parametrize("scale", ["standard", "round"])
@pytest.mark.parametrize("kind", golden.DATA)
def test_the_coordinates_of_the_walk(kind: str, scale: str, look: Look) -> None:
    run, choices = walked(kind, scale=scale, l2=0.05)
    found = look(run, choices, axes="walk")
    assert found["axes"] == "walk"
    assert found["loss"] == pytest.approx(true_losses(run, found), rel=1e-11)
    read = np.array([[found[p] @ found[u] for u in ("ux", "uy", "held")] for p in ("px", "py")])
    assert read[:, :2] == pytest.approx(np.eye(2), abs=1e-9)
    size = np.abs(run.params) @ np.abs([found["px"], found["py"]]).T
    assert (np.abs(read[:, 2]) <= 1e-12 * size).all()
    if scale == "standard":
        chosen = coordinates_of(run.objective, scale)
        unit = np.eye(len(run.params))[0]
        assert found["ux"] == pytest.approx(chosen.params(unit), rel=1e-12)
        assert found["xLabel"].endswith(", in standard units")


GROUND = """async (surface) => {
  const { Ground } = await import('/draw/ground.js');
  const { fieldOf } = await import('/draw/heights.js');
  const doubles = ['x', 'y', 'loss'].map((name) => [name, Float64Array.from(surface[name])]);
  const whole = { ...surface, ...Object.fromEntries(doubles) };
  const context = document.createElement('canvas').getContext('2d');
  return [[480, 520], [640, 600], [300, 620], [150, 700]].map(([width, height]) => {
    const ground = new Ground(context, fieldOf(whole), whole, { type: 11 }, { width, height });
    const { left, right, top, bottom } = ground.frame;
    const pixels = (axis) => Math.abs(axis(1) - axis(0));
    return [pixels(ground.x), pixels(ground.y), (right - left) * (bottom - top)];
  });
}"""


@pytest.mark.parametrize("kind", ["squared", "huber"])
def test_the_coordinates_of_a_walk_are_drawn_to_one_scale(
    kind: str, look: Look, modules: Any
) -> None:
    """So the arrow stands across the contours, and those of a round bowl are circles."""
    run, choices = walked(kind, scale="standard")
    found = look(run, choices, axes="walk")
    scale = coordinates_of(run.objective, "standard")
    names = run.param_names
    axes = CoordinateAxes.of_walk(names, *names, scale.params, scale.position)
    path, losses = run.trace.params, run.trace.full_losses
    wanted = surface_on_plane(run.objective, axes, run.params, path, losses, 31)
    for own, peer in ((found["x"], wanted.x), (found["y"], wanted.y)):
        assert own == pytest.approx(peer, rel=1e-9, abs=1e-9 * np.ptp(peer))
    assert np.ptp(found["x"]) == pytest.approx(np.ptp(found["y"]), rel=1e-12)
    arrays = {name: one.tolist() for name, one in found.items() if isinstance(one, np.ndarray)}
    told = found | arrays
    *usual, narrow = modules.evaluate(GROUND, told)
    for across, up, area in usual:
        assert across == pytest.approx(up, rel=1e-9) and area > 3e4
    assert narrow[1] > 1.5 * narrow[0], "a strip is not cut to a small square"
    look_in_units = look(run, choices, axes="units")
    assert abs(np.ptp(look_in_units["x"]) / np.ptp(look_in_units["y"]) - 1) > 0.1


def test_the_round_bowl_is_round(look: Look) -> None:
    run, choices = walked("squared", scale="round")
    found = look(run, choices, axes="walk", window=[-1, 1, -1, 1], points=3)
    x0, y0 = found["lowest"]
    around = look(run, choices, axes="walk", points=3, window=[x0 - 2, x0 + 2, y0 - 2, y0 + 2])
    rise = around["loss"].reshape(3, 3) - found["lowestLoss"]
    assert rise == pytest.approx(np.array([[4, 2, 4], [2, 0, 2], [4, 2, 4]]), abs=1e-9)


@pytest.mark.parametrize("kind", ["squared", "softmax"])
def test_the_round_coordinates_do_not_turn_with_the_order_of_the_rows(
    kind: str, look: Look
) -> None:
    """The bound of one feature is round already: then its eigenvectors are those of rounding."""
    run, choices = walked(kind, scale="round")
    order = np.random.default_rng(0).permutation(len(run.data.y))
    rows = run.data.X[order], run.data.y[order].astype(int)
    other = st.descend(rows, loss=choices["loss"], steps=0)
    ask: Any = {"axes": "walk", "see": [], "base": run.params.tolist()}
    one, two = look(run, choices, **ask), look(other, choices, **ask)
    for way in ("ux", "uy"):
        assert one[way] == pytest.approx(two[way], rel=1e-12, abs=1e-12)


def test_without_a_scale_the_walk_sees_the_readers_units(look: Look) -> None:
    run, choices = walked("squared", scale="none", learning_rate=0.01)
    assert look(run, choices, axes="walk")["axes"] == "units"


def test_a_window_that_is_given_is_kept(look: Look) -> None:
    run, choices = walked("squared")
    found = look(run, choices, window=[-4, 25, -10, 90.5], points=5)
    assert found["x"] == pytest.approx([-4, 3.25, 10.5, 17.75, 25])
    assert found["y"] == pytest.approx([-10, 15.125, 40.25, 65.375, 90.5])
    assert found["loss"] == pytest.approx(true_losses(run, found), rel=1e-12)


def test_several_runs_are_all_in_sight(look: Look) -> None:
    run, choices = walked("squared")
    paths = [
        {"params": [x, y, 11.0, 33.0], "loss": [60.0, 40.0]} for x, y in [(1.0, 62.0), (30.0, 5.0)]
    ]
    found = look(run, choices, see=paths)
    assert found["x"][0] < 1 < 30 < found["x"][-1]
    assert found["y"][0] < 5 < 62 < found["y"][-1]


@pytest.mark.parametrize("size", [3.0, 4.0, 5.0, 7.0, 30.0, 3e3, 1e6])
@pytest.mark.parametrize("kind", ["cross_entropy", "softmax", "absolute", "huber"])
def test_margins_of_any_size(kind: str, size: float, look: Look) -> None:
    run, choices = walked(kind)
    found = look(run, choices, window=[-size, size, -20 * size, 20 * size], points=9)
    assert np.isfinite(found["loss"]).all()
    assert found["loss"] == pytest.approx(true_losses(run, found), rel=1e-11)


@pytest.mark.parametrize("classes", [2, 3])
def test_tiny_losses_keep_their_digits(classes: int, look: Look) -> None:
    y = np.repeat(np.arange(classes), 12)
    X = 3.0 * y + np.random.default_rng(1).uniform(-1, 1, len(y))
    run = st.descend((X[:, None], y), loss="cross_entropy", steps=300)
    x, y = (run.params[i] for i in (0, len(run.params) - run.objective.layout.shape[1]))
    window = [x - 0.1, x + 0.1, y - 0.1, y + 0.1]
    found = look(run, golden.choices_of(run), window=window, points=5)
    assert found["loss"].max() < 1e-5
    assert found["loss"] == pytest.approx(true_losses(run, found), rel=1e-11, abs=0)


def test_what_is_too_large_is_a_hole(look: Look) -> None:
    run, choices = walked("squared")
    found = look(run, choices, window=[-1e200, 1e200, -1, 1], points=3)
    assert not np.isfinite(found["loss"][[0, 2]]).any()
    assert found["loss"][1] == pytest.approx(true_losses(run, found)[1])


def test_the_penalty_is_in_the_label(look: Look) -> None:
    run, choices = walked("squared", l2=0.5)
    assert look(run, choices)["lossLabel"] == "mean squared + penalty"

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from proved import paired
from reference import problem

import steepest as st
from steepest.surface.directions import choose_axes
from steepest.surface.surface import surface_on_plane

WORDS = {
    "squared": "squared",
    "absolute": "absolute",
    "huber": "huber",
    "cross_entropy": "cross_entropy",
    "softmax": "cross_entropy",
}
WALKS: dict[str, dict[str, Any]] = {
    "converged": {},
    "unconverged": {"rule": "steepest", "scale": "none", "learning_rate": 1e-2, "steps": 20},
    "hardly begun": {"rule": "steepest", "scale": "none", "learning_rate": 1e-3, "steps": 1},
    "not begun": {"steps": 0},
    "momentum": {"rule": "momentum", "scale": "none", "learning_rate": 1e-2, "steps": 60},
    "mini-batches": {"batch": 7, "steps": 40},
}


def walked(kind: str, walk: str = "converged", seed: int = 0, features: int = 1) -> st.Run:
    data = problem(kind, seed, features=features)
    return st.descend(data, loss=WORDS[kind], l2=0.01, seed=seed, **WALKS[walk])


def place(surface: st.Surface, x: float, y: float) -> tuple[int, int]:
    """Return the cell nearest to (x, y)."""
    return int(np.argmin(np.abs(surface.y - y))), int(np.argmin(np.abs(surface.x - x)))


@pytest.mark.parametrize("walk", WALKS)
@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("features", [1, 3])
def test_the_end_is_a_point_of_the_grid_with_the_runs_loss(
    kind: str, walk: str, features: int
) -> None:
    run = walked(kind, walk, features=features)
    surface = run.surface(points=21)
    names = list(run.param_names)
    x, y = run.params[names.index(surface.x_name)], run.params[names.index(surface.y_name)]
    i, j = place(surface, x, y)
    assert (surface.x[j], surface.y[i]) == pytest.approx((x, y), rel=1e-14)
    assert surface.loss[i, j] == pytest.approx(run.loss, rel=1e-12)


@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("features", [1, 3])
def test_every_cell_is_the_loss_of_the_objective(kind: str, features: int) -> None:
    run = walked(kind, features=features)
    surface = run.surface(points=7)
    names = list(run.param_names)
    at = [names.index(surface.x_name), names.index(surface.y_name)]
    for i, y in enumerate(surface.y):
        for j, x in enumerate(surface.x):
            params = run.params.copy()
            params[at] = x, y
            assert surface.loss[i, j] == pytest.approx(run.objective.value(params), rel=1e-11)


@pytest.mark.parametrize("kind", WORDS)
def test_the_loss_at_any_point_is_the_true_one(kind: str) -> None:
    run = walked(kind)
    surface = run.surface(points=7)
    found = surface.at(surface.x, surface.y[2])
    assert found == pytest.approx(surface.loss[2], rel=1e-11)
    assert surface.at(0.5, 0.25).shape == (1,)


def inside(values: Any, axis: Any, share: float = 0.1) -> bool:
    """Tell whether all values are further from the ends of the axis than this share of it."""
    room = share * (axis[-1] - axis[0])
    return bool(np.min(values) >= axis[0] + room and np.max(values) <= axis[-1] - room)


@pytest.mark.parametrize(("kind", "walk"), paired(WORDS, WALKS))
@given(seed=some.integers(0, 10**6))
def test_start_path_and_minimum_are_well_inside(kind: str, walk: str, seed: int) -> None:
    run = walked(kind, walk, seed)
    surface = run.surface(points=41)
    known = ~np.isnan(surface.path_loss)
    for axis, column in ((surface.x, 0), (surface.y, 1)):
        assert inside(surface.path[known, column], axis)
        if surface.lowest is not None:
            assert inside(surface.lowest[column], axis)


@pytest.mark.parametrize("kind", ["squared", "cross_entropy", "softmax"])
def test_the_lowest_point_is_the_minimum_of_the_plane(kind: str) -> None:
    run = walked(kind, "unconverged", features=2)
    surface = run.surface(points=11)
    assert surface.lowest is not None
    (lowest,) = surface.at(*surface.lowest)
    around = surface.at(
        surface.lowest[0] + [1e-3, -1e-3, 0, 0], surface.lowest[1] + [0, 0, 1e-3, -1e-3]
    )
    assert (lowest <= around).all()
    assert lowest <= surface.loss.min()


def test_with_two_params_the_surface_is_all_there_is() -> None:
    surface = walked("squared").surface(points=5)
    assert (surface.x_name, surface.y_name) == ("x1", "bias")
    assert not surface.is_slice
    assert surface.held == {}
    assert surface.exact
    assert not surface.distance.any()


def test_with_more_the_surface_is_a_slice_and_says_what_it_holds() -> None:
    run = walked("squared", "unconverged", features=3)
    surface = run.surface(x="x3", y="x1", points=5)
    assert surface.is_slice
    assert surface.held == {"x2": run.weights[1], "bias": run.bias}
    off = np.delete(run.trace.params - run.params, [2, 0], axis=1)
    assert np.allclose(surface.distance, np.sqrt((off**2).sum(axis=1)), rtol=1e-12)
    assert surface.distance[-1] == 0
    assert np.array_equal(surface.path, run.trace.params[:, [2, 0]])
    assert np.array_equal(surface.path_loss, run.trace.full_losses)


def test_softmax_shows_a_weight_and_the_bias_of_the_same_class() -> None:
    surface = walked("softmax").surface(points=5)
    assert (surface.x_name, surface.y_name) == ("x1[0]", "bias[0]")
    assert len(surface.held) == 4


def test_of_a_run_that_diverged_the_centre_is_its_best_point() -> None:
    data = problem("squared", 0, features=1)
    run = st.descend(data, rule="steepest", scale="none", learning_rate=0.5, steps=100)
    surface = run.surface(points=21)
    i, j = place(surface, run.weights[0], run.bias)
    assert run.verdicts
    assert surface.loss[i, j] == pytest.approx(run.trace.losses.min(), rel=1e-12)
    assert np.isfinite(surface.loss).all()


@pytest.mark.parametrize("points", [2, 3, 10, 51])
def test_the_points_a_side_are_as_asked(points: int) -> None:
    surface = walked("squared").surface(points=points)
    assert surface.loss.shape == (points, points)
    assert len(surface.x) == len(surface.y) == points
    assert np.allclose(np.diff(surface.x, 2), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"x": "weight"}, "there is no param 'weight'; the params are x1, x2, bias"),
        ({"y": "weight"}, "there is no param 'weight'; the params are x1, x2, bias"),
        ({"x": "bias"}, "a surface needs two different params, but both are 'bias'"),
        ({"x": "x2", "y": "x2"}, "a surface needs two different params, but both are 'x2'"),
        ({"points": 1}, "points is 1, but it must be a whole number from 2 up"),
        ({"points": 10.5}, "points is 10.5, but it must be a whole number from 2 up"),
        ({"points": True}, "points is True, but it must be a whole number from 2 up"),
        ({"points": -5}, "points is -5, but it must be a whole number from 2 up"),
    ],
)
def test_a_surface_that_cannot_be_is_refused(more: dict[str, Any], said: str) -> None:
    run = walked("squared", features=2)
    with pytest.raises(st.ChoiceError, match=said):
        run.surface(**more)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (("a", 0), "x is 'a', but it must be a number, or a list of numbers"),
        ((0, "b"), "y is 'b', but it must be a number, or a list of numbers"),
        (([1.0, 2.0], [1.0, 2.0, 3.0]), r"x has the shape \(2,\) and y \(3,\)"),
    ],
)
def test_a_point_that_cannot_be_is_refused(at: tuple[Any, Any], said: str) -> None:
    surface = walked("squared", features=2).surface(points=3)
    with pytest.raises(st.ChoiceError, match=said):
        surface.at(*at)


@pytest.mark.parametrize("name", ["from input 2", "from y", "from input y", "from input 2: y"])
def test_a_weight_of_an_input_is_named_by_its_feature_too(name: str) -> None:
    run = st.descend("moons", "class", hidden=(3,), steps=2)
    assert run.feature_names == ("x", "y")
    surface = run.surface(x=f"layer 1, unit 2, {name}", y="bias 1", points=3)
    assert surface.x_name == "weight 4"
    for wrong in ("from z", "from input 1: y", "from 2: x"):
        with pytest.raises(st.ChoiceError, match="there is no param"):
            run.surface(x=f"layer 1, unit 2, {wrong}", y="bias 1", points=3)


def test_a_perfect_fit_in_large_units_can_be_drawn() -> None:
    x = np.random.default_rng(0).normal(size=30) + 1e3
    surface = st.descend((x, 1e8 * (2 * x + 1))).surface()
    assert surface.loss.min() < 1e-20 * surface.loss.max()


@settings(max_examples=100, deadline=None)
@given(
    middle=some.floats(-1e6, 1e6),
    half=some.floats(1e-3, 1e6),
    points=some.integers(2, 202),
)
def test_a_given_window_has_its_ends_and_its_mirror_to_the_bit(
    middle: float, half: float, points: int
) -> None:
    run = st.descend("geyser", "waiting", ["duration"], steps=1)
    window = np.array([[middle - half, middle + half], [-half, half]])
    axes = choose_axes(run.param_names, run.params, None, None, None, usual=run.param_names)
    surface = surface_on_plane(
        run.objective, axes, run.params, run.trace.params, run.trace.losses, points, window
    )
    assert (surface.x[0], surface.x[-1]) == tuple(window[0])
    assert (surface.y[0], surface.y[-1]) == tuple(window[1])
    assert np.array_equal(surface.y, -surface.y[::-1])
    assert points % 2 == 0 or surface.y[points // 2] == 0.0
    assert (np.diff(surface.x) >= 0).all()


def test_the_grid_of_a_run_has_its_end_as_a_point_and_mirrors_about_it() -> None:
    surface = st.descend("geyser", "waiting", ["duration"], steps=3).surface(points=51)
    at = int(np.abs(surface.x - surface.path[-1, 0]).argmin())
    assert surface.x[at] == surface.path[-1, 0]

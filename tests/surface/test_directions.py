"""Planes of two vectors, and of any objective: against plain loops and SciPy's least squares."""

from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import problem
from scipy.linalg import lstsq, null_space

import steepest as st
from steepest.objective.function import as_objective
from steepest.surface.axes import CoordinateAxes, DirectionAxes, Held
from steepest.surface.directions import choose_axes
from steepest.surface.surface import surface_of_trace
from steepest.trace import Trace

U, V = np.array([1.0, -2.0, 0.5, 0.0]), np.array([0.0, 30.0, 10.0, -20.0])


def run_of_four() -> st.Run:
    data = problem("cross_entropy", 0, features=3)
    return st.descend(data, l2=0.01, rule="steepest", scale="none", learning_rate=0.1, steps=30)


def test_the_loss_on_a_plane_of_vectors_is_the_true_one() -> None:
    run = run_of_four()
    surface = run.surface(plane=(U, V), points=7)
    true = [[run.objective.value(run.params + x * U + y * V) for x in surface.x] for y in surface.y]
    assert np.allclose(surface.loss, true, rtol=1e-11)
    assert (surface.x_name, surface.y_name) == ("u", "v")
    assert 0.0 in surface.x and 0.0 in surface.y
    assert surface.is_slice and not surface.held


def test_the_path_is_projected_by_least_squares() -> None:
    run = run_of_four()
    surface = run.surface(plane=(U, V), points=5)
    steps = run.trace.params - run.params
    true, *_ = lstsq(np.column_stack([U, V]), steps.T)
    assert np.allclose(surface.path, true.T, rtol=1e-10, atol=1e-14)
    others = null_space(np.stack([U, V]))
    assert np.allclose(surface.off_plane, np.linalg.norm(steps @ others, axis=1), atol=1e-14)
    assert np.array_equal(surface.path[-1], [0, 0]) and surface.off_plane[-1] == 0
    assert surface.distance is surface.off_plane


@pytest.mark.parametrize("plane", [None, (U, V)])
def test_path_loss_is_recorded_and_plane_loss_that_of_the_projection(plane: Any) -> None:
    run = run_of_four()
    surface = run.surface(plane=plane, points=5)
    assert np.array_equal(surface.path_loss, run.trace.full_losses)
    on_plane = [surface.at(*at)[0] for at in surface.path]
    assert np.allclose(surface.plane_loss, on_plane, rtol=1e-12)
    assert surface.plane_loss[-1] == pytest.approx(run.loss, rel=1e-12)
    assert surface.off_plane[0] > 0 and surface.plane_loss[0] != pytest.approx(run.trace[0].loss)


def test_on_a_plane_with_two_params_the_path_is_on_it() -> None:
    run = st.descend(problem("squared", 0, features=1), seed=1)
    surface = run.surface(plane=([1.0, 1.0], [1.0, -1.0]), points=5)
    assert np.allclose(surface.plane_loss, surface.path_loss, rtol=1e-9)
    assert np.allclose(surface.off_plane, 0, atol=1e-12) and not surface.is_slice


def test_the_plane_of_two_unit_vectors_is_the_surface_of_the_names() -> None:
    run = run_of_four()
    named = run.surface("x2", "bias", points=9)
    same = run.surface(plane=np.eye(4)[[1, 3]], points=9)
    assert np.array_equal(named.loss, same.loss)
    assert np.allclose(named.x, same.x + run.params[1]) and np.allclose(
        named.y, same.y + run.params[3]
    )


@given(seed=some.integers(0, 10**6), scale=some.floats(-200, 200))
def test_coordinates_are_read_back_however_long_the_vectors(seed: int, scale: float) -> None:
    generator = np.random.default_rng(seed)
    origin, u, v = generator.normal(size=(3, 5))
    axes = DirectionAxes.through(origin, u, v * 10.0**scale)
    at = generator.normal(size=(6, 2))
    params = origin + at @ np.stack([u, v])
    assert np.allclose(axes.read(params) * [1, 10.0**scale], at, rtol=1e-6, atol=1e-9)
    assert np.allclose(axes.rest(origin), origin)


def function(params: Any) -> tuple[float, Any]:
    """A function of 5 params that is no sum over rows, with its gradient."""
    sines, powers = np.sin(params), np.arange(1.0, 6.0)
    return float(powers @ (params - sines) ** 2), 2 * powers * (params - sines) * (
        1 - np.cos(params)
    )


def test_a_function_of_params_has_a_surface_like_any_other() -> None:
    objective = as_objective(function, 5)
    trace, start = Trace(5), np.array([2.0, -1.0, 1.5, 1.0, -2.0])
    for step in islice(st.steps(function, "steepest", 0.05, start=start), 20):
        trace.append(step)
    u, v = np.random.default_rng(0).normal(size=(2, 5))
    axes = choose_axes([f"p{i}" for i in range(5)], trace[-1].params, plane=(u, v), usual=("", ""))
    surface = surface_of_trace(objective, axes, trace, trace[-1], 11)
    for i, y in enumerate(surface.y):
        for j, x in enumerate(surface.x):
            assert surface.loss[i, j] == function(trace[-1].params + x * u + y * v)[0]
    assert surface.lowest is None
    assert np.allclose(surface.path_loss, [step.loss for step in trace])
    for axis, column in ((surface.x, 0), (surface.y, 1)):
        assert axis[0] < surface.path[:, column].min() < surface.path[:, column].max() < axis[-1]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "word": ({"plane": "pca"}, r"must be one of path, random, sharpest, or two vectors \(u, v\)"),
    "one": ({"plane": (U,)}, r"must be two vectors \(u, v\), each of shape \(4,\)"),
    "number": ({"plane": 3}, "plane is 3, but it must be two vectors"),
    "short": ({"plane": (U, [1.0, 2.0])}, r"the vector v of the plane is of shape \(2,\), but"),
    "words": ({"plane": (["a"] * 4, V)}, r"the vector u of the plane is \['a', 'a', 'a', 'a'\]"),
    "zero": ({"plane": (U, 0 * V)}, "the vector v of the plane must be finite numbers, not all"),
    "nan": ({"plane": (np.nan * U, V)}, "the vector u of the plane must be finite numbers"),
    "parallel": ({"plane": (U, -1e300 * U)}, "the vectors u and v of the plane are parallel"),
    "nearly": ({"plane": (U, U + 1e-12 * V)}, "the vectors u and v of the plane are parallel"),
    "both": ({"plane": (U, V), "x": "x1"}, "either x and y, which are names of params, or plane"),
}


@pytest.mark.parametrize(("more", "message"), REFUSED.values(), ids=REFUSED)
def test_a_plane_that_cannot_be_is_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(st.ChoiceError, match=message):
        run_of_four().surface(**more)


def test_what_is_held_is_looked_up_not_copied() -> None:
    names = tuple(f"p{i}" for i in range(1000))
    held = CoordinateAxes.of_params(names, "p3", "p1").held(np.arange(1000.0))
    assert len(held) == 998 and held["p2"] == 2.0 and held["p999"] == 999.0
    assert "p3" not in held and "p1" not in held and "q" not in held
    assert list(held)[:3] == ["p0", "p2", "p4"]
    assert dict(held) == {f"p{i}": float(i) for i in range(1000) if i not in (1, 3)} == held
    assert repr(held) == "{p0: 0, p2: 2, p4: 4, p5: 5, ...}"
    with pytest.raises(KeyError):
        held["p1"]


def test_of_two_params_nothing_is_held() -> None:
    held = Held(("a", "b"), np.ones(2), (0, 1))
    assert not held and held == {} and repr(held) == "{}"

"""Vertices of the absolute and the quantile loss: their slopes, their edges, what they prove."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.typing import NDArray
from reference import pinball_program, problem

import steepest as st
from steepest.objective.kinks.smoothed_newton import SmoothedNewton
from steepest.objective.kinks.vertex import Vertex, vertex_near
from steepest.objective.linear import LinearObjective

Array = NDArray[np.float64]


def _first(X: Array, y: Array, share: float, weight: Array | None = None) -> Vertex:
    """Return the vertex nearest to least squares, seen from there."""
    objective = LinearObjective(X, y, st.Quantile(share), sample_weight=weight)
    smoothed = objective.smoothed()
    assert smoothed is not None
    at = objective.evaluate(smoothed.begin())
    found = vertex_near(SmoothedNewton(smoothed, at, smoothed.first_width(at)), len(y))
    assert found is not None
    return Vertex(smoothed, objective.evaluate(found.params), found.rows)


@settings(deadline=None, max_examples=20)
@given(
    seed=some.integers(0, 1000),
    rows=some.sampled_from([8, 30, 90]),
    share=some.sampled_from([0.1, 0.5, 0.9]),
    weighted=some.booleans(),
)
def test_edges_lead_lower_to_the_linear_program(
    seed: int, rows: int, share: float, weighted: bool
) -> None:
    X, y = problem("squared", seed, rows=rows, features=3)
    weight = np.random.default_rng(seed).integers(1, 4, rows) * 1.0 if weighted else None
    vertex = _first(X, y, share, weight)
    for _ in range(100):
        assert np.abs(vertex.residual[vertex.rows]).max() < 1e-9
        if vertex.is_lowest:
            break
        change, at_kinks = vertex.lower
        there = vertex.smoothed.objective.evaluate(vertex.at.params + change)
        assert there.loss < vertex.at.loss
        beyond = vertex.smoothed.objective.value(vertex.at.params + 1.01 * change)
        assert beyond >= there.loss * (1 - 1e-12)
        vertex = Vertex(vertex.smoothed, there, at_kinks)
    lowest = pinball_program(X, y, share, 0.0, weight)
    assert vertex.at.loss == pytest.approx(lowest, rel=1e-9)
    assert vertex.bound == pytest.approx(lowest, rel=1e-9)


def test_slopes_at_a_vertex_make_the_gradient_0() -> None:
    X, y = problem("squared", 3, rows=40, features=2)
    vertex = _first(X, y, 0.3)
    slopes = np.where(vertex.residual < 0.0, -0.3, 0.7)
    slopes[vertex.rows] = vertex.slopes
    assert np.allclose(np.column_stack([X, np.ones(40)]).T @ slopes, 0.0, atol=1e-9)


def test_a_vertex_of_rows_of_fewer_directions_than_params() -> None:
    X, y = problem("squared", 1, rows=30, features=2)
    objective = LinearObjective(np.column_stack([X, X[:, 0]]), y, st.Quantile(0.5))
    smoothed = objective.smoothed()
    assert smoothed is not None
    newton = SmoothedNewton(smoothed, objective.evaluate(smoothed.begin()), 1.0)
    assert vertex_near(newton, 2) is None
    found = vertex_near(newton, 30)
    assert found is not None and len(found.rows) == 3
    there = Vertex(smoothed, objective.evaluate(found.params), found.rows)
    assert np.abs(there.residual[there.rows]).max() < 1e-9
    run = st.descend((np.column_stack([X, X[:, 0]]), y), loss="absolute")
    assert run.loss == pytest.approx(st.descend((X, y), loss="absolute").loss, rel=1e-12)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_ties_that_stop_an_edge_do_not_stop_the_descent(share: float) -> None:
    rng = np.random.default_rng(5)
    X = rng.integers(0, 3, (50, 3)).astype(float)
    y = np.round(X.sum(axis=1) + rng.normal(size=50))
    run = st.descend((np.repeat(X, 4, axis=0), np.repeat(y, 4)), loss="quantile", quantile=share)
    assert run.loss == pytest.approx(pinball_program(X, y, share), rel=1e-9)
    assert run.stop.reason == "arrived"


def test_a_descent_goes_on_from_a_vertex_to_the_same_bits() -> None:
    X, y = problem("squared", 7, rows=60, features=5)
    whole = st.descend((X, y), loss="absolute")
    first = st.descend((X, y), loss="absolute", steps=3)
    assert len(whole.trace) > 5
    assert np.array_equal(first.resume().params, whole.params)


def test_a_bottom_that_is_flat_is_no_point_and_another_is_one() -> None:
    x, y = np.ones(4), np.array([0.0, 1.0, 3.0, 9.0])
    flat = LinearObjective(np.array([[0.0], [0.0], [1.0], [1.0]]), y, st.Quantile(0.5)).smoothed()
    one = LinearObjective(
        np.append(x, 0.0)[:, None], np.append(y, 5.0), st.Quantile(0.3)
    ).smoothed()
    assert flat is not None and one is not None
    for smoothed, rows, is_point in ((flat, [0, 2], False), (one, [1, 4], True)):
        vertex = Vertex(smoothed, smoothed.objective.evaluate(np.zeros(2)), np.array(rows))
        there = Vertex(smoothed, smoothed.objective.evaluate(vertex.params), np.array(rows))
        assert there.is_lowest and there.dual_point.is_point == is_point

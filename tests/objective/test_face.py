"""The face of the lowest losses: what bounds it, and that nothing is said where nothing does."""

import numpy as np
import pytest

import steepest as st
from steepest.objective.kinks.face import OptimalFace
from steepest.objective.kinks.smoothed_newton import DualPoint
from steepest.objective.linear import LinearObjective


def face_of(X: np.ndarray, y: np.ndarray, params: np.ndarray, slopes: np.ndarray) -> OptimalFace:
    """Return the face about params where no row is known to be at its kink."""
    objective = LinearObjective(X, y, st.Absolute())
    smoothed, none = objective.smoothed(), np.empty(0, dtype=np.intp)
    assert smoothed is not None
    dual_point = DualPoint(none, none, slopes, np.zeros(objective.size))
    return OptimalFace(smoothed, objective.evaluate(params), dual_point)


def test_the_median_of_two_is_any_number_between_them() -> None:
    X, y = np.array([[0.0], [0.0], [1.0], [1.0]]), np.array([1.0, 5.0, 2.0, 10.0])
    slopes = np.array([1.0, -1.0, 1.0, -1.0])
    face = face_of(X, y, np.array([3.0, 2.0]), slopes)
    assert face.middle() == pytest.approx([3.0, 3.0])
    for one in face.intervals():
        ends = [one.low, one.high]
        assert np.isfinite(ends).all() and one.low < face.params[one.param] < one.high
        if one.param == 1:
            assert one.low >= 1.0 - 1e-9 and one.high <= 5.0 + 1e-9


def test_where_rounding_hides_the_kinks_a_direction_has_no_end() -> None:
    """Rows that are all hit, their slopes all in the middle: seen with an old BLAS kernel."""
    X = np.random.default_rng(1).normal(size=(6, 6))
    params = np.arange(7.0)
    face = face_of(X, X @ params[:-1] + params[-1], params, np.zeros(6))
    assert face and np.array_equal(face.middle(), params)
    ends = np.array([(one.low, one.high) for one in face.intervals()])
    assert np.isinf(ends).all()
    run = st.descend((X, X @ params[:-1] + params[-1]), loss="absolute")
    assert run.stop.reason in ("arrived", "settled") and run.loss < 1e-12

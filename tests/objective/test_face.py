"""The face of the lowest losses: what bounds it, and that nothing is said where nothing does."""

import numpy as np
import pytest
from scipy.optimize import linprog

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


def lowest_and_ends(X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the least sum of errors, and the range of each param there, by HiGHS."""
    n, p = X.shape
    A = np.hstack([X, np.ones((n, 1))])
    equal = np.hstack([A, np.eye(n), -np.eye(n)])
    cost = np.append(np.zeros(p + 1), np.ones(2 * n))
    bounds = [(None, None)] * (p + 1) + [(0, None)] * (2 * n)
    least = linprog(cost, A_eq=equal, b_eq=y, bounds=bounds).fun
    ends = []
    for i in range(p + 1):
        for sign in (1.0, -1.0):
            found = linprog(
                sign * np.eye(len(cost))[i],
                A_eq=equal,
                b_eq=y,
                A_ub=cost[None],
                b_ub=[least + 1e-11],
                bounds=bounds,
            )
            ends.append(sign * found.fun)
    return least, np.reshape(ends, (p + 1, 2))


@pytest.mark.parametrize("seed", range(-1, 8))
def test_each_param_has_the_range_that_a_linear_program_finds(seed: int) -> None:
    X, y = np.arange(1.0, 5.0)[:, None], np.array([1.0, 2.0, 2.0, 5.0])
    if seed >= 0:
        rng = np.random.default_rng(seed)
        X = rng.integers(0, 3, (8 + 2 * seed, 1 + seed % 3)).astype(float)
        y = rng.integers(0, 9, len(X)).astype(float)
    run = st.descend((X, y), loss="absolute")
    least, ends = lowest_and_ends(X, y)
    assert run.loss * len(y) == pytest.approx(least)
    widths = {f"weight of x{i + 1}": float(np.ptp(one)) for i, one in enumerate(ends[:-1])}
    widths = {**widths, "bias": float(np.ptp(ends[-1]))}
    notes = [note for note in run.notes if note.name == "flat bottom"]
    numbers = dict(notes[0].numbers) if notes else {}
    wide = {name: width for name, width in widths.items() if width > 1e-6}
    assert numbers == pytest.approx(wide, abs=1e-7)
    for note in notes:
        middle = np.allclose(run.params, ends.mean(axis=1), atol=1e-5)
        assert "at least" not in note.message and ("in the middle" in note.message) == middle


@pytest.mark.parametrize("loss", ["absolute", "quantile"])
@pytest.mark.parametrize("rows", [100, 101])
def test_a_weight_that_l1_holds_at_0_is_exactly_0_in_the_middle_of_a_flat_bottom(
    loss: str, rows: int
) -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(rows, 3))
    y = X[:, 0] + generator.normal(size=rows)
    run = st.descend((X, y), loss=loss, l1=10.0)
    assert run.weights.tolist() == [0.0, 0.0, 0.0]
    off = np.mean(np.abs(y - np.median(y)))
    assert run.loss == pytest.approx(off if loss == "absolute" else off / 2)
    few = st.descend((X, y), loss=loss, l1=0.2)
    assert np.count_nonzero(few.weights) == 1

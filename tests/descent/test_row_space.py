"""L1 where many weights stay: proximal points found in the space of the rows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose
from reference import problem
from scipy.optimize import minimize
from scipy.sparse import csr_array
from sklearn.linear_model import ElasticNet

import steepest as st
from steepest.descent.steps import proximal_newton, row_space, semismooth_newton, working_set
from steepest.descent.steps.row_space import RowSpace, has_row_space
from steepest.descent.steps.semismooth_newton import Quadratic
from steepest.objective.loss.penalty import minimum_norm_subgradient

ONE_MARGIN = ("squared", "huber", "poisson", "cross_entropy")


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take steps through the rows wherever a working set is of more than four weights."""
    monkeypatch.setattr(proximal_newton, "MANY", 4)
    monkeypatch.setattr(working_set, "MOST_WEIGHTS", 6)


def quadratic(seed: int, rows: int, features: int, ridge: float) -> Quadratic:
    generator = np.random.default_rng(seed)
    A = generator.normal(size=(rows, features)) / np.sqrt(rows)
    centre = generator.normal(size=features) * (generator.random(features) < 0.5)
    threshold = generator.uniform(0.01, 0.3, features)
    slope = A.T @ generator.normal(size=rows)
    weight = ridge * generator.uniform(0.5, 2.0, features)
    return Quadratic(A, A.astype(np.float32), slope, weight, threshold, centre)


def left_of(of: Quadratic, x: Any, sigma: float) -> float:
    """Return the largest part of the minimum-norm subgradient, by the formula."""
    moved = x - of.centre
    smooth = of.rows.T @ (of.rows @ moved) + of.slope + of.ridge * x + moved / sigma
    return float(np.abs(minimum_norm_subgradient(smooth, x, of.threshold)).max())


@settings(max_examples=60, deadline=None)
@given(
    seed=some.integers(0, 10_000),
    rows=some.integers(1, 30),
    features=some.integers(1, 60),
    ridge=some.sampled_from([0.0, 0.1]),
    sigma=some.sampled_from([0.1, 10.0, 1e4]),
)
def test_proximal_points_are_as_near_as_promised(
    seed: int, rows: int, features: int, ridge: float, sigma: float
) -> None:
    of = quadratic(seed, rows, features, ridge)
    found = of.proximal_point(sigma)
    # The dual gradient that is left makes a subgradient of no more than A' times it.
    moved = np.linalg.norm(found.x - of.centre)
    most = semismooth_newton.DUAL_RTOL * moved / sigma**0.5 * np.linalg.norm(of.rows, 2)
    if found.converged:
        assert left_of(of, found.x, sigma) <= most * (1 + 1e-9) + 1e-9
    else:
        assert sigma > 1.0


@pytest.mark.parametrize(("rows", "features"), [(12, 40), (40, 12)])
def test_a_proximal_point_is_that_of_a_smooth_solver_on_both_sides_of_0(
    rows: int, features: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semismooth_newton, "DUAL_RTOL", 1e-12)
    of, sigma = quadratic(3, rows, features, 0.05), 2.0

    def value(halves: Any) -> tuple[float, Any]:
        x = halves[:features] - halves[features:]
        moved = x - of.centre
        curved = of.rows.T @ (of.rows @ moved)
        loss = 0.5 * moved @ curved + of.slope @ moved + 0.5 * of.ridge @ x**2
        loss += moved @ moved / (2 * sigma) + np.tile(of.threshold, 2) @ halves
        smooth = curved + of.slope + of.ridge * x + moved / sigma
        return float(loss), np.concatenate([smooth, -smooth]) + np.tile(of.threshold, 2)

    start, bounds = np.zeros(2 * features), [(0.0, None)] * (2 * features)
    options = {"ftol": 1e-16, "gtol": 1e-11, "maxiter": 10_000, "maxfun": 100_000}
    theirs = minimize(value, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    found = of.proximal_point(sigma)
    assert_allclose(found.x, theirs[:features] - theirs[features:], atol=1e-5)
    assert 0 < np.count_nonzero(found.x) < features


def test_a_matrix_from_the_last_one_leads_to_the_same_point(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of = quadratic(5, 30, 400, 0.1)
    updated = of.proximal_point(100.0)
    monkeypatch.setattr(semismooth_newton, "CHANGED", 0.0)
    assert_allclose(updated.x, of.proximal_point(100.0).x, atol=1e-6)
    assert np.count_nonzero(updated.x) > 30 and updated.newton > 2


def test_where_float32_is_too_coarse_equations_are_solved_in_float64() -> None:
    plain = quadratic(1, 20, 60, 0.0)
    # The squares of these overflow in float32.
    of = Quadratic(
        1e25 * plain.rows,
        (1e25 * plain.rows).astype(np.float32),
        1e25 * plain.slope,
        plain.ridge,
        1e25 * plain.threshold,
        1e-25 * plain.centre,
    )
    with np.errstate(over="ignore", invalid="ignore"):
        found = of.proximal_point(1e-50)
    assert found.converged
    assert_allclose(1e25 * found.x, plain.proximal_point(1.0).x, atol=1e-6)


def away_from_lowest(run: st.Run) -> float:
    """Return by how much the conditions of Karush, Kuhn & Tucker are missed, in standard units."""
    objective = run.objective
    smooth = objective.evaluate(run.params).smooth_gradient
    slope, weights = smooth[:-1], run.params[:-1]
    missed = minimum_norm_subgradient(slope, weights, objective.penalty.l1)
    return float(max(np.abs(missed / objective.moments.deviation).max(), abs(smooth[-1])))


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets the Newton steps of each proximal point."""
    taken: list[int] = []
    lowest = RowSpace.lowest

    def counting(self: RowSpace, *more: Any) -> Any:
        found = lowest(self, *more)
        taken.append(found[1])
        return found

    monkeypatch.setattr(RowSpace, "lowest", counting)
    return taken


@settings(max_examples=40, deadline=None)
@given(
    kind=some.sampled_from(ONE_MARGIN),
    seed=some.integers(0, 10_000),
    rows=some.integers(8, 40),
    features=some.integers(7, 90),
    l1=some.sampled_from([1e-3, 0.01, 0.1]),
    l2=some.sampled_from([0.0, 0.02]),
)
def test_it_ends_where_no_step_leads_down(
    kind: str, seed: int, rows: int, features: int, l1: float, l2: float
) -> None:
    run = st.descend(problem(kind, seed, rows=rows, features=features), loss=kind, l1=l1, l2=l2)
    assert run.stop.reason == "arrived"
    assert away_from_lowest(run) <= 1e-7 * max(1.0, run.objective.null_loss)
    assert (np.diff(run.trace.losses) <= 1e-13 * np.abs(run.trace.losses[1:])).all()


@pytest.mark.parametrize("form", [np.float32, np.float64])
def test_more_weights_stay_than_a_working_set_has_room_for(
    form: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = counted(monkeypatch)
    X, y = problem("squared", 4, rows=60, features=300)
    X = X.astype(form)
    most = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / 60
    l1, l2 = 0.01 * most, 0.1 * most
    theirs = ElasticNet(l1 + l2, l1_ratio=l1 / (l1 + l2), tol=1e-14, max_iter=1_000_000)
    theirs.fit(X.astype(np.float64), y)
    ours = st.descend((X, y), l1=2 * l1, l2=2 * l2)
    assert_allclose(ours.weights, theirs.coef_, atol=1e-7 * np.abs(theirs.coef_).max())
    assert np.array_equal(ours.weights == 0.0, theirs.coef_ == 0.0)
    assert len(taken) > 2 and np.count_nonzero(ours.weights) > 150


def hard(name: str) -> tuple[Any, Any, Any]:
    """Return X, y and sample weights that make trouble."""
    generator = np.random.default_rng(2)
    X, y = problem("squared", 6, rows=50, features=120)
    weights = None
    if name == "collinear":
        X[:, 60:] = X[:, :60]
    elif name == "constant":
        X[:, 40:60], X[:, 60:80] = 0.0, 7.0
    elif name == "scales":
        X = X * np.logspace(-3, 3, 120) + np.logspace(-3, 4, 120)
    elif name == "weights":
        weights = generator.integers(0, 4, 50).astype(float)
    elif name == "tall":
        X, y = problem("squared", 6, rows=200, features=40)
    return X, y, weights


@pytest.mark.parametrize("l2", [0.0, 0.05])
@pytest.mark.parametrize("name", ["collinear", "constant", "scales", "weights", "tall"])
def test_rows_that_make_trouble(name: str, l2: float, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = counted(monkeypatch)
    X, y, weights = hard(name)
    run = st.descend((X, y), l1=0.02, l2=l2, sample_weight=weights)
    assert run.stop.reason == "arrived" and taken
    assert away_from_lowest(run) <= 1e-7 * max(1.0, run.objective.null_loss)
    if name == "constant":
        assert not run.weights[40:80].any()


def test_a_penalty_above_the_most_leaves_no_weight() -> None:
    X, y = problem("squared", 4, rows=60, features=300)
    most = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() * 2 / 60
    run = st.descend((X, y), l1=1.01 * most)
    assert not run.weights.any() and run.bias == pytest.approx(y.mean(), rel=1e-12)


def test_any_number_of_threads_has_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = counted(monkeypatch)
    X, y = problem("squared", 1, rows=300, features=3_000)
    one, two = (st.descend((X, y), l1=0.02, l2=0.02, threads=n, steps=5) for n in (1, 2))
    assert len(one.objective.blocks.slices) > 1 and taken
    assert np.array_equal(one.trace.params, two.trace.params)


@pytest.mark.parametrize("kind", ["squared", "cross_entropy"])
def test_a_resumed_run_is_the_run_that_never_stopped(kind: str, tmp_path: Path) -> None:
    data = problem(kind, 3, rows=30, features=80)
    whole = st.descend(data, loss=kind, l1=0.01, l2=0.01, steps=6)
    for at in (2, 4):
        st.descend(data, loss=kind, l1=0.01, l2=0.01, steps=at).save(tmp_path / "run.steepest")
        again = st.load(tmp_path / "run.steepest").resume(steps=6 - at)
        assert np.array_equal(again.trace.params, whole.trace.params)


def test_sparse_rows_are_filled_up_where_a_working_set_has_no_room() -> None:
    X, y = problem("squared", 2, rows=30, features=60)
    X = np.where(np.abs(X) > 1.0, X, 0.0)
    sparse, dense = (st.descend((each, y), l1=0.05) for each in (csr_array(X), X))
    assert sparse.stop.reason == "arrived"
    assert_allclose(sparse.weights, dense.weights, atol=1e-7)


def test_classes_and_rows_beyond_the_room_have_other_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = problem("squared", 2, rows=30, features=60)
    assert has_row_space(st.LinearObjective(X, y, "squared", l1=0.05))
    assert not has_row_space(st.LinearObjective(X, np.arange(30) % 3, "cross_entropy", l1=0.05))
    monkeypatch.setattr(row_space, "MOST_NUMBERS", 30 * 60 - 1)
    assert not has_row_space(st.LinearObjective(X, y, "squared", l1=0.05))

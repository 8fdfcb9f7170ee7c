"""The duality gap of L1: never less than the distance to the lowest loss, and 0 at it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from reference import problem
from sklearn.linear_model import Lasso

import steepest as st
from steepest.objective.loss.penalty import Penalty
from steepest.objective.minimum.feature_sizes import sizes_that_decide
from steepest.objective.through_origin import ThroughOriginObjective

SMOOTH = {
    "squared": st.Squared(),
    "huber": st.Huber(),
    "poisson": "poisson",
    "cross_entropy": st.CrossEntropy(),
    "softmax": st.Softmax(3),
}


@settings(max_examples=60)
@given(
    some.sampled_from(sorted(SMOOTH)),
    some.integers(0, 50),
    some.floats(1e-3, 1.0),
    some.sampled_from([0.0, 1e-3, 0.3]),
    some.booleans(),
    some.floats(0.0, 1.0),
)
def test_no_loss_is_lower_by_more_than_the_gap(
    kind: str, seed: int, l1: float, l2: float, weighed: bool, share: float
) -> None:
    X, y = problem(kind, seed)
    generator = np.random.default_rng(seed)
    weight = (
        generator.integers(0, 4, len(y)) + (np.arange(len(y)) < len(y) // 2) if weighed else None
    )
    lowest = st.descend((X, y), loss=SMOOTH[kind], l1=l1, l2=l2, sample_weight=weight)
    objective = lowest.objective
    at = objective.evaluate(lowest.params)
    assert objective.duality_gap(at) <= 1e-9 * objective.null_loss
    drawn = share**4 * generator.normal(size=objective.size)
    there = objective.evaluate(lowest.params + drawn)
    rounding = 1e-12 * (objective.null_loss + there.loss)
    assert objective.duality_gap(there) >= there.loss - lowest.loss - rounding


def test_without_a_bias_it_is_one_as_well() -> None:
    X, y = problem("squared", 0)
    objective = ThroughOriginObjective.of(X, y, st.Squared(), Penalty(0.1))
    lowest = Lasso(0.05, fit_intercept=False, tol=1e-14, max_iter=100_000).fit(X, y).coef_
    bottom = objective.evaluate(lowest)
    assert objective.duality_gap(bottom) <= 1e-9 * objective.null_loss
    for away in (1e-3, 0.1, 1.0):
        there = objective.evaluate(lowest + away)
        assert objective.duality_gap(there) >= there.loss - bottom.loss


def half_staying(rows: int, features: int) -> tuple[Any, Any, float]:
    """Return rows, targets and an L1 that leaves about as many weights as there are rows."""
    generator = np.random.default_rng(5)
    X = generator.normal(size=(rows, features))
    y = X[:, ::2] @ generator.normal(size=features // 2) + 1.0
    return X, y, 2e-2 * float(np.abs(X.T @ (y - y.mean())).max()) / rows


@pytest.mark.parametrize("tol", [1e-2, 1e-3, 1e-4])
def test_a_lasso_of_few_rows_has_arrived_only_where_the_gap_proves_it(tol: float) -> None:
    X, y, l1 = half_staying(100, 1000)
    found = Lasso(l1 / 2, tol=1e-12, max_iter=100_000).fit(X, y)
    run = st.descend((X, y), loss="squared", l1=l1, tol=tol)
    last, lowest = run.trace.last, run.objective.value(np.append(found.coef_, found.intercept_))
    assert run.stop.reason == "arrived"
    assert run.loss - lowest <= last.gap * (1 + 1e-9) <= tol * run.objective.null_loss
    assert "no loss is lower than this one by more than" in run.stop.message


def test_the_gap_is_no_less_than_by_the_closed_form_of_the_squared_loss() -> None:
    X, y, l1 = half_staying(40, 80)
    objective = st.LinearObjective(X, y, "squared", l1=l1)
    for step in st.descend((X, y), loss="squared", l1=l1).trace:
        rest = y - X @ step.params[:-1] - step.params[-1]
        rest -= rest.mean()
        rest *= min(1.0, l1 / (2.0 * np.abs(X.T @ rest).max() / len(y)))
        centred = y - y.mean()
        lowest = (centred @ centred - (centred - rest) @ (centred - rest)) / len(y)
        told = objective.duality_gap(objective.evaluate(step.params))
        assert told >= step.loss - lowest - 1e-12 * objective.null_loss


@settings(max_examples=40)
@given(
    some.sampled_from(["squared", "cross_entropy", "softmax"]),
    some.integers(0, 50),
    some.sampled_from([0.0, 1e-3]),
    some.booleans(),
    some.floats(0.0, 1.0),
)
def test_the_sum_of_squares_of_x_proves_as_much_as_the_sizes_of_all_features(
    kind: str, seed: int, l2: float, weighed: bool, share: float
) -> None:
    X, y, l1 = half_staying(30, 200)
    generator = np.random.default_rng(seed)
    X *= np.exp(generator.normal(size=200))
    y = y if kind == "squared" else np.digitize(y, [1.0] if kind == "cross_entropy" else [-2, 3])
    weight = generator.integers(1, 4, len(y)) if weighed else None
    run = st.descend((X, y), loss=SMOOTH[kind], l1=20 * l1, l2=l2, sample_weight=weight, steps=4)
    known, alone = run.objective, run.objective.penalised(run.objective.penalty)
    alone.square_sum = None
    drawn = share**8 * generator.normal(size=known.size)
    at = known.evaluate(run.params + drawn * (generator.random(known.size) < 0.1))
    lowest = st.descend((X, y), loss=SMOOTH[kind], l1=20 * l1, l2=l2, sample_weight=weight).loss
    told, exact = known.duality_gap(at), alone.duality_gap(at)
    rounding = 1e-12 * (known.null_loss + at.loss)
    assert abs(told - exact) <= 1e-12 * exact + rounding
    assert told >= at.loss - lowest - rounding
    slope, change = at.smooth_gradient[known.layout.weights], np.full(known.outputs, 1e-9)
    sizes = sizes_that_decide(known.blocks, known.square_sum, slope, change, known.penalty)
    assert sizes is None or np.all(sizes >= alone.feature_sizes * (1.0 - 1e-12))


def test_where_few_weights_stay_no_feature_is_read_for_the_gap_but_those() -> None:
    X, y, l1 = half_staying(100, 1000)
    run = st.descend((X, y), loss="squared", l1=40 * l1)
    assert run.stop.reason == "arrived" and "feature_sizes" not in vars(run.objective)
    assert run.objective.square_sum == pytest.approx(np.square(X).sum())
    found = Lasso(20 * l1, tol=1e-12, max_iter=100_000).fit(X, y)
    lowest = run.objective.value(np.append(found.coef_, found.intercept_))
    assert run.loss - lowest <= run.trace.last.gap * (1 + 1e-9)

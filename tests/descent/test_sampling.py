"""Samples that grow: many rows start as few, and end at the minimum of them all."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import steepest as st
from steepest import LinearObjective
from steepest.descent.sampling import AdaptiveSample


def many(rows: int = 60_000, features: int = 3) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(rows, features)) * [1.0, 50.0, 0.01] + [0.0, 100.0, 1.0]
    margin = (X - X.mean(axis=0)) / X.std(axis=0) @ [1.0, -2.0, 0.5]
    return X, (margin + generator.logistic(size=rows) > 0).astype(float)


def test_the_end_is_scikit_learns_minimum_of_all_rows() -> None:
    X, y = many()
    run = st.descend((X, y), loss="cross_entropy", l2=1e-3)
    theirs = LogisticRegression(C=1 / (1e-3 * len(X)), solver="newton-cholesky", tol=1e-12)
    theirs.fit(X, y)
    assert np.allclose(run.weights, theirs.coef_[0], rtol=1e-6)
    assert run.stop.reason == "arrived"
    assert run.trace[-1].full_loss == run.loss == run.trace.losses[-1]


def test_the_steps_say_how_many_rows_they_saw() -> None:
    run = st.descend(many(), loss="cross_entropy", l2=1e-3)
    seen = [step.rows for step in run.trace]
    assert seen == sorted(seen) and seen[0] == 3750 and seen[-1] == 60_000
    assert np.isnan(run.trace.full_losses[0]) and np.isfinite(run.trace.full_losses[-1])
    assert run.trace[-1].passes < 20


def test_few_rows_are_seen_whole() -> None:
    X, y = many(5000)
    objective = LinearObjective(X, y, "cross_entropy")
    growing = AdaptiveSample(objective)
    assert growing.sizes == () and growing.first is objective
    assert not growing.outgrown(objective, 1.0, 0.0)


def test_the_sizes_grow_to_a_share_of_the_rows() -> None:
    X = np.zeros((1_000_000, 1), dtype=np.float32)
    sizes = AdaptiveSample(LinearObjective(X, np.zeros(len(X)), "squared")).sizes
    assert sizes == (7812, 62_500)


def test_a_sample_is_left_once_it_can_tell_no_more() -> None:
    growing = AdaptiveSample(LinearObjective(*many(), "cross_entropy"))
    sample = growing.first
    assert not growing.outgrown(sample, 0.5, 0.1)
    assert growing.outgrown(sample, 0.5, 0.01)
    assert growing.larger(sample) is growing.objective


@pytest.mark.parametrize("seed", [0, 1])
def test_the_sample_depends_on_the_seed_alone(seed: int) -> None:
    objective = LinearObjective(*many(), "cross_entropy")
    first, again = AdaptiveSample(objective, seed).first, AdaptiveSample(objective, seed).first
    assert np.array_equal(first.blocks.X, again.blocks.X)
    assert not np.array_equal(first.blocks.X, AdaptiveSample(objective, seed + 1).first.blocks.X)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_a_feature_that_few_rows_have_is_told_in_its_own_unit(unit: float) -> None:
    X, y = many(200_000)
    rare = np.zeros(len(X))
    rare[[7, 90_001, 150_003]] = unit
    X = np.column_stack([X, rare])
    objective = LinearObjective(X, y, "cross_entropy")
    assert np.array_equal(objective.units.deviation, objective.moments.deviation)
    run = st.descend((X, y), loss="cross_entropy", l2=1e-3 * min(1.0, unit) ** 2)
    gradient = run.trace[-1].gradient / np.append(X.std(axis=0), 1.0)
    assert run.stop.reason == "arrived" and np.abs(gradient).max() < 1e-9


def test_the_units_of_many_rows_are_those_of_a_few() -> None:
    objective = LinearObjective(*many(), "cross_entropy")
    mean, deviation = objective.units
    assert not np.array_equal(deviation, objective.moments.deviation)
    assert np.allclose(deviation, objective.moments.deviation, rtol=0.05)
    assert np.abs(mean - objective.moments.mean).max() < 0.05 * deviation.max()


@pytest.mark.parametrize("steps", [4, 7, 10])
def test_a_run_goes_on_to_the_bit_whichever_rows_its_rounding_read(steps: int) -> None:
    X, y = many(200_000)
    rare = np.zeros(len(X))
    rare[[7, 90_001, 150_003]] = 1e6
    data = np.column_stack([X, rare]), y
    whole = st.descend(data, loss="cross_entropy", l2=1e-3)
    on_all = [index for index in whole.trace.rounded if whole.trace[int(index)].rows == len(X)]
    assert len(on_all) > 1  # the first from some rows, which have not the feature, then from all
    again = st.descend(data, loss="cross_entropy", l2=1e-3, steps=steps).resume()
    assert np.array_equal(again.trace.losses, whole.trace.losses)
    assert np.array_equal(again.params, whole.params)

"""Samples that grow: many rows start as few, and end at the minimum of them all."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import steepest as st
from steepest import LinearObjective
from steepest.descent.checkpoint import Checkpoint
from steepest.descent.evaluator import Evaluator
from steepest.descent.sampling import AdaptiveSample, sample_sizes


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


def test_the_steps_say_how_many_rows_they_read() -> None:
    run = st.descend(many(), loss="cross_entropy", l2=1e-3)
    rows = [step.rows for step in run.trace]
    assert rows == sorted(rows) and rows[0] == 3750 and rows[-1] == 60_000
    assert np.isnan(run.trace.full_losses[0]) and np.isfinite(run.trace.full_losses[-1])
    assert run.trace[-1].passes < 20


def first_checkpoint(sampler: AdaptiveSample) -> Checkpoint:
    return Checkpoint(0, np.zeros(4), (), sampler.first.count)


def adaptive(seed: int = 0) -> AdaptiveSample:
    objective = LinearObjective(*many(), "cross_entropy")
    return AdaptiveSample(objective, seed, sample_sizes(objective))


def test_few_rows_are_read_whole() -> None:
    data = many(5000)
    assert sample_sizes(LinearObjective(*data, "cross_entropy")) == ()
    run = st.descend(data, loss="cross_entropy", l2=1e-3)
    assert set(run.trace.rows) == {5000}


def test_rows_that_weigh_nothing_are_read_whole() -> None:
    X, y = many()
    weight = np.where(np.arange(len(y)) % 7, 1.0, 0.0)
    objective = LinearObjective(X, y, "cross_entropy", sample_weight=weight)
    assert not objective.every_row_counts and sample_sizes(objective) == ()


def test_the_sizes_grow_to_a_share_of_the_rows() -> None:
    X = np.zeros((1_000_000, 1), dtype=np.float32)
    objective = LinearObjective(X, np.zeros(len(X)), "squared")
    assert sample_sizes(objective) == (7812, 62_500)


def test_a_sample_is_left_once_it_can_tell_no_more() -> None:
    sampler = adaptive()
    drawing = sampler.begin(first_checkpoint(sampler))
    at = drawing.next().evaluate(np.zeros(4))
    # 4 params of 3,750 rows: a step of steepness s promises s^2 / 2.
    limit = np.sqrt(4 / 3750 * at.loss)
    assert not drawing.exhausted(at, limit * 1.001)
    assert drawing.exhausted(at, limit * 0.999) and not drawing.sees_all
    assert drawing.enlarge() is sampler.objective
    assert drawing.sees_all and not drawing.exhausted(at, 0.0)


def test_a_step_on_a_sample_has_no_loss_of_all_rows() -> None:
    sampler = adaptive()
    drawing, evaluator = sampler.begin(first_checkpoint(sampler)), Evaluator()
    at = evaluator.evaluate(drawing.next(), np.zeros(4))
    assert np.isnan(drawing.full_loss(at, 0, evaluator))
    at = evaluator.evaluate(drawing.enlarge(), np.zeros(4))
    assert drawing.full_loss(at, 0, evaluator) == at.loss == pytest.approx(np.log(2.0))
    assert evaluator.rows_read == 3750 + 60_000


def test_a_sample_has_a_row_of_each_stretch() -> None:
    sampler = adaptive()
    target = np.arange(60_000.0)
    numbered = LinearObjective(np.zeros((60_000, 1)), target, "squared")
    sample = AdaptiveSample(numbered, 0, sampler.sizes).first
    assert np.array_equal(sample.blocks.y // 16, np.arange(3750))


@pytest.mark.parametrize("seed", [0, 1])
def test_the_sample_depends_on_the_seed_alone(seed: int) -> None:
    first, again, other = (adaptive(each).first for each in (seed, seed, seed + 1))
    assert np.array_equal(first.blocks.X, again.blocks.X)
    assert not np.array_equal(first.blocks.X, other.blocks.X)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_a_feature_that_few_rows_have_has_its_own_unit(unit: float) -> None:
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
def test_a_run_goes_on_to_the_bit_whichever_rows_its_whitening_read(steps: int) -> None:
    X, y = many(200_000)
    rare = np.zeros(len(X))
    rare[[7, 90_001, 150_003]] = 1e6
    data = np.column_stack([X, rare]), y
    whole = st.descend(data, loss="cross_entropy", l2=1e-3)
    on_all = [index for index in whole.trace.whitened if whole.trace[int(index)].rows == len(X)]
    assert len(on_all) > 1  # the first from some rows, which have not the feature, then from all
    again = st.descend(data, loss="cross_entropy", l2=1e-3, steps=steps).resume()
    assert np.array_equal(again.trace.losses, whole.trace.losses)
    assert np.array_equal(again.params, whole.params)

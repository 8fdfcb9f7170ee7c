from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import problem
from scipy.sparse import csr_array

from steepest import ChoiceError, LinearObjective, Squared
from steepest.data.blocks import LANES, Block
from steepest.objective import normal_equations as module
from steepest.objective.normal_equations import NormalEquations

Array = Any


def line(rows: int = 60, features: int = 4, seed: int = 0, **more: Any) -> LinearObjective:
    X, y = problem("squared", seed, rows=rows, features=features)
    return LinearObjective(X, y, Squared(), **more)


def difference(objective: LinearObjective, params: Array, other: Array) -> float:
    """Return by how much two gradients differ, as shares of the largest the data can have."""
    mean, deviation = objective.moments
    unit = np.append(deviation + np.abs(mean), 1.0)
    return float(np.abs((params - other) / unit).max()) / np.sqrt(objective.null_loss)


@given(
    seed=some.integers(0, 10**6),
    rows=some.integers(3, 80),
    features=some.integers(1, 8),
    l2=some.sampled_from([0.0, 0.3, 50.0]),
    far=some.floats(1e-3, 1e3),
)
def test_loss_and_gradient_are_those_of_the_rows(
    seed: int, rows: int, features: int, l2: float, far: float
) -> None:
    objective = line(rows, features, seed, l2=l2)
    equations = NormalEquations.of(objective)
    params = np.random.default_rng(seed + 1).normal(size=features + 1) * far
    loss, gradient = equations.value_and_gradient(params)
    true, slope = objective.value_and_gradient(params)
    assert loss == pytest.approx(true, rel=1e-10, abs=1e-12 * objective.null_loss)
    assert equations.value(params) == loss
    assert difference(objective, gradient, slope) <= 1e-11 * (1 + far**2)


def mean_square(X: Array, y: Array, params: Array) -> Fraction:
    """Return the mean squared residual without any rounding."""
    weights = [Fraction(weight) for weight in params]
    rows = ([*map(Fraction, row), Fraction(1)] for row in X.tolist())
    total = Fraction(0)
    for row, target in zip(rows, y.tolist(), strict=True):
        total += (sum(a * b for a, b in zip(row, weights, strict=True)) - Fraction(target)) ** 2
    return total / len(y)


@pytest.mark.parametrize("noise", [1e-3, 1e-6, 1e-8])
def test_a_loss_near_0_is_right_in_its_own_digits(noise: float) -> None:
    generator = np.random.default_rng(5)
    X, _ = problem("squared", 5, rows=80, features=3)
    weights = generator.normal(size=3)
    y = X @ weights + 1.0 + noise * generator.normal(size=80)
    objective = LinearObjective(X, y, Squared())
    equations = NormalEquations.of(objective)
    equations.value(generator.normal(size=4))
    for away in (0.0, 0.1, 3.0):
        params = np.append(weights, 1.0) + away * noise * generator.normal(size=4)
        loss = equations.value(params)
        assert loss < 1e-4 * objective.null_loss
        # What is left is the rounding of a margin of 1, seen in a residual of `noise`.
        within = max(1e-12, 1e-15 / noise)
        assert loss == pytest.approx(float(mean_square(X, y, params)), rel=within)
        assert loss == pytest.approx(objective.value(params), rel=max(1e-9, within))


def test_features_far_from_0_cost_no_digits() -> None:
    generator = np.random.default_rng(6)
    X = 1.7e9 + 1e3 * generator.normal(size=(50, 1))
    y = 3.0 * (X[:, 0] - 1.7e9) + generator.normal(size=50)
    equations = NormalEquations.of(LinearObjective(X, y, Squared()))
    mean, deviation = equations.objective.moments
    # A slope that was not centred first would be off by 1e-16 times 1.7e6 deviations.
    at = equations.read(np.array([3.0, -3.0 * 1.7e9]))
    exact = [
        Fraction(x) * 3 - 3 * Fraction(1.7e9) - Fraction(t) for x, t in zip(X[:, 0], y, strict=True)
    ]
    centred = [(Fraction(x) - Fraction(mean[0])) / Fraction(deviation[0]) for x in X[:, 0]]
    slope = 2 * sum(r * z for r, z in zip(exact, centred, strict=True)) / 50
    assert at.gradient[0] == pytest.approx(float(slope), abs=1e-8)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count how often X is read for its residuals."""
    counted: list[int] = []
    for name in ("loss_and_gradient", "double_double_loss_and_gradient"):
        residuals = getattr(module, name)

        def counting(*of: Any, residuals: Any = residuals) -> Any:
            counted.append(1)
            return residuals(*of)

        monkeypatch.setattr(module, name, counting)
    yield counted


def test_a_thousand_steps_read_the_rows_a_few_times(reads: list[int]) -> None:
    objective = line(200, 3, l2=0.01)
    equations = NormalEquations.of(objective)
    params = other = objective.random_start(np.random.default_rng(1))
    losses = []
    for _ in range(1000):
        loss, gradient = equations.value_and_gradient(params)
        true, slope = objective.value_and_gradient(other)
        losses.append(loss)
        assert loss == pytest.approx(true, rel=1e-10)
        params, other = params - 0.05 * gradient, other - 0.05 * slope
    assert len(reads) <= 5
    assert np.allclose(params, other, rtol=1e-9, atol=1e-11)
    assert losses[-1] <= min(losses) * (1 + 1e-14)


def test_far_from_the_lowest_point_the_rows_are_not_read(reads: list[int]) -> None:
    equations = NormalEquations.of(line())
    for seed in range(20):
        equations.value_and_gradient(np.random.default_rng(seed).normal(size=5))
    assert not reads


def test_the_penalty_is_in_the_losses_that_are_read_anew() -> None:
    objective = line(l2=0.7)
    equations = NormalEquations.of(objective)
    params = np.linspace(-2, 1, 5)
    at = equations.read(params)
    assert at.loss == pytest.approx(objective.value(params), rel=1e-13)
    equations.expansion = at
    assert equations.value(params) == at.loss


@pytest.mark.parametrize("few", [2**18, 0])
@given(seed=some.integers(0, 10**6))
def test_whole_sample_weights_are_repeated_rows(few: int, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_DOUBLE_DOUBLE", few)
        patch.setattr(module, "NEEDS_DOUBLE_DOUBLE", 0.0)
        X, y = problem("squared", seed, rows=30, features=3)
        times = np.random.default_rng(seed).integers(0, 4, 30)
        weighted = LinearObjective(X, y, Squared(), sample_weight=times.astype(float), l2=0.1)
        repeated = LinearObjective(np.repeat(X, times, 0), np.repeat(y, times), Squared(), l2=0.1)
        one, other = NormalEquations.of(weighted), NormalEquations.of(repeated)
        params = np.linspace(-1, 1, 4)
        assert one.needs_double_double == bool(few)
        assert one.value(params) == pytest.approx(other.value(params), rel=1e-12)
        here, there = one.read(params), other.read(params)
        assert here.loss == pytest.approx(there.loss, rel=1e-12)
        assert here.loss == pytest.approx(weighted.value(params), rel=1e-12)
        gradients = one.value_and_gradient(params)[1], weighted.value_and_gradient(params)[1]
        assert difference(weighted, *gradients) <= 1e-12 * np.sqrt(here.loss)


@pytest.mark.parametrize("kind", ["float32", "sparse"])
def test_other_kinds_of_rows_have_the_same_equations(kind: str) -> None:
    X, y = problem("squared", 8, rows=500, features=5)
    X = np.where(np.abs(X) > 1.5, X, 0.0).astype(np.float32)
    dense = NormalEquations.of(LinearObjective(X.astype(float), y, Squared()))
    given_X = X if kind == "float32" else csr_array(X.astype(float))
    other = NormalEquations.of(LinearObjective(given_X, y, Squared()))
    assert np.allclose(other.gram, dense.gram, rtol=1e-12, atol=1e-13)
    params = np.linspace(-1, 1, 6)
    assert other.read(params).loss == pytest.approx(dense.read(params).loss, rel=1e-13)
    assert np.allclose(other.factor.root, dense.factor.root, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("few", [2**18, 0])
def test_any_number_of_threads_gives_the_same_bits(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 1024)
    monkeypatch.setattr(module, "MOST_DOUBLE_DOUBLE", few)
    monkeypatch.setattr(module, "NEEDS_DOUBLE_DOUBLE", 0.0)
    results = []
    for threads in (1, 2, 5):
        equations = NormalEquations.of(line(1000, 7, 3, l2=0.1, threads=threads))
        at = equations.read(np.linspace(-1, 1, 8))
        factor = equations.factor
        results.append([equations.gram, at.loss, at.gradient, factor.root, factor.inverse])
    assert len(equations.objective.blocks.slices) > 2 * LANES
    for one, *others in zip(*results, strict=True):
        assert all(np.array_equal(one, other) for other in others)


def test_what_is_kept_at_a_time_does_not_grow_with_the_rows() -> None:
    blocks = line(4000, 3, threads=1).blocks
    blocks.slices = [slice(at, at + 10) for at in range(0, 4000, 10)]
    read, kept = [], []

    def ones(block: Block) -> Array:
        read.append(block.at)
        kept.append(np.full((3, 3), float(len(block.y))))
        return kept[-1]

    assert np.array_equal(blocks.sum_large(ones), np.full((3, 3), 4000.0))
    assert [at.start for at in read[1:]] == [at.stop for at in read[:-1]]
    assert sum((one > 10).any() for one in kept) <= LANES


def test_a_target_that_never_changes_is_met() -> None:
    constant = LinearObjective([[1.0], [2.0], [4.0]], [5.0, 5.0, 5.0], "squared")
    equations = NormalEquations.of(constant)
    loss, gradient = equations.value_and_gradient(np.array([0.0, 5.0]))
    assert loss == 0.0 and not gradient.any()


def test_what_grows_beyond_float64_is_infinite() -> None:
    equations = NormalEquations.of(line())
    loss, _ = equations.value_and_gradient(np.full(5, 1e200))
    assert not np.isfinite(loss)


def test_only_the_squared_loss_has_normal_equations() -> None:
    X, y = problem("huber", 0)
    objective = LinearObjective(X, y, "huber")
    assert objective.normal_equations() is None
    with pytest.raises(ChoiceError, match="the loss is huber, but only the squared loss"):
        NormalEquations.of(objective)


def test_nor_is_there_a_quadratic_with_l1() -> None:
    objective = line(l1=0.1)
    assert not objective.is_quadratic and not objective.has_normal_equations
    assert objective.normal_equations() is None


def test_each_descent_has_a_copy_that_begins_where_it_is_asked() -> None:
    equations = NormalEquations.of(line())
    params = np.linspace(-1, 2, 5)
    one, other = equations.copy_for_descent(), equations.copy_for_descent(params)
    assert one.reference is None and np.array_equal(other.reference, params)
    one.expansion = one.read(params)
    assert equations.reference is None
    assert one.value(2 * params) == other.value(2 * params)

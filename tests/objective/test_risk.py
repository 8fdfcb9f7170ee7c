import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import LOSSES, hessian, plain, problem
from scipy.optimize import approx_fprime
from scipy.stats import entropy
from sklearn._loss import HalfBinomialLoss, HalfMultinomialLoss, HalfSquaredError
from sklearn.linear_model._linear_loss import LinearModelLoss

from steepest import Absolute, ChoiceError, CrossEntropy, Huber, LinearObjective, Softmax, Squared
from steepest.data.tree_sum import tree_sum
from steepest.objective.model.linear import param_names

KINDS = {
    "squared": Squared(),
    "absolute": Absolute(),
    "huber": Huber(),
    "cross_entropy": CrossEntropy(),
    "softmax": Softmax(3),
}


def made(kind: str, seed: int = 0, l2: float = 0.0, **more: Any) -> tuple[Any, Any, Any, Any]:
    """Return an objective of that kind, its X and y, and params somewhere."""
    X, y = problem(kind, seed, **more)
    objective = LinearObjective(X, y, KINDS[kind], l2=l2)
    return objective, X, y, np.random.default_rng(seed + 1).normal(size=objective.size)


def test_every_loss_has_a_twin() -> None:
    assert set(LOSSES) == set(KINDS)


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("kind", KINDS)
@given(seed=some.integers(0, 10**6), rows=some.integers(3, 60), features=some.integers(1, 6))
def test_value_and_gradient_are_the_plain_formulas(
    kind: str, l2: float, seed: int, rows: int, features: int
) -> None:
    objective, X, y, params = made(kind, seed, l2, rows=rows, features=features)
    value, gradient = objective.value_and_gradient(params)
    true, slope = plain(kind, X, y, params, l2)
    assert value == pytest.approx(true, rel=1e-12)
    assert objective.value(params) == pytest.approx(true, rel=1e-12)
    assert np.allclose(gradient, slope, rtol=1e-11, atol=1e-12 * np.abs(slope).max())


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_is_the_difference_of_values(kind: str, l2: float) -> None:
    objective, _, _, params = made(kind, l2=l2, rows=50, features=4)
    steps = 1e-6 * np.eye(objective.size)
    slopes = [(objective.value(params + h) - objective.value(params - h)) / 2e-6 for h in steps]
    assert np.allclose(objective.value_and_gradient(params)[1], slopes, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("kind", ["squared", "cross_entropy", "softmax"])
def test_scikit_learn_finds_the_same_loss_and_gradient(kind: str, l2: float) -> None:
    objective, X, y, params = made(kind, l2=l2, rows=80, features=5)
    theirs = {
        "squared": HalfSquaredError(),
        "cross_entropy": HalfBinomialLoss(),
        "softmax": HalfMultinomialLoss(n_classes=3),
    }[kind]
    twice = 2.0 if kind == "squared" else 1.0
    coef = params.reshape(-1, objective.layout.shape[1]).T
    coef = np.asfortranarray(coef) if kind == "softmax" else coef.ravel()
    value, gradient = LinearModelLoss(theirs, fit_intercept=True).loss_gradient(
        coef, X, y, l2_reg_strength=l2 / twice
    )
    ours = objective.value_and_gradient(params)
    assert ours[0] == pytest.approx(twice * value, rel=1e-13)
    assert np.allclose(ours[1], twice * gradient.T.ravel(), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("kind", ["squared", "huber", "cross_entropy", "softmax"])
def test_the_hessian_is_the_difference_of_gradients(kind: str, l2: float) -> None:
    objective, _, _, params = made(kind, l2=l2, rows=40, features=3)
    found = approx_fprime(params, lambda p: objective.value_and_gradient(p)[1], 1e-7)
    whole = hessian(objective, params)
    assert np.allclose(whole, found, rtol=1e-5, atol=1e-5)
    assert np.allclose(whole, whole.T, rtol=1e-13, atol=1e-15)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 2048)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("kind", KINDS)
def test_any_number_of_threads_gives_the_same_bits(kind: str) -> None:
    X, y = problem(kind, 3, rows=1000, features=7)
    results = []
    for threads in (1, 2, 5):
        objective = LinearObjective(X, y, KINDS[kind], l2=0.1, threads=threads)
        params = np.linspace(-1, 1, objective.size)
        value, gradient = objective.value_and_gradient(params)
        margins = objective.margins(params)
        results.append([value, gradient, margins, objective.gram, *objective.moments])
    assert len(objective.blocks.slices) > 10
    for one, *others in zip(*results, strict=True):
        assert all(np.array_equal(one, other) for other in others)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("kind", KINDS)
def test_many_blocks_make_the_whole(kind: str) -> None:
    objective, X, y, params = made(kind, 4, l2=0.1, rows=1001, features=7)
    assert len(objective.blocks.slices) > 10
    value, gradient = objective.value_and_gradient(params)
    true, slope = plain(kind, X, y, params, 0.1)
    assert value == pytest.approx(true, rel=1e-12)
    assert np.abs(gradient - slope).max() <= 1e-12 * np.abs(slope).max()
    matrix = params.reshape(8, -1)
    margins = (X @ matrix[:-1] + matrix[-1]).reshape(objective.margins(params).shape)
    assert np.allclose(objective.margins(params), margins, rtol=1e-12, atol=1e-12)


@pytest.mark.usefixtures("small_blocks")
def test_moments_and_gram_are_those_of_the_whole() -> None:
    X, y = problem("squared", 5, rows=999, features=6)
    X[:, 2] = 7.5
    objective = LinearObjective(X, y, Squared())
    mean, deviation = objective.moments
    assert np.allclose(mean, X.mean(axis=0), rtol=1e-13)
    varying = np.arange(6) != 2
    assert np.allclose(deviation[varying], X.std(axis=0)[varying], rtol=1e-13)
    assert deviation[2] == 1.0
    Z = np.column_stack([(X - mean) / deviation, np.ones(len(X))])
    assert np.allclose(objective.gram, Z.T @ Z / len(X), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@given(seed=some.integers(0, 10**6))
def test_the_order_of_the_rows_does_not_matter(kind: str, seed: int) -> None:
    objective, X, y, params = made(kind, seed)
    order = np.random.default_rng(seed).permutation(len(X))
    other = LinearObjective(X[order], y[order], KINDS[kind])
    value, gradient = objective.value_and_gradient(params)
    again, slope = other.value_and_gradient(params)
    assert again == pytest.approx(value, rel=1e-13)
    assert np.allclose(slope, gradient, rtol=1e-11, atol=1e-12 * np.abs(gradient).max())


@pytest.mark.parametrize("kind", KINDS)
@given(seed=some.integers(0, 10**6), times=some.integers(2, 4))
def test_rows_that_are_there_twice_do_not_matter(kind: str, seed: int, times: int) -> None:
    objective, X, y, params = made(kind, seed)
    other = LinearObjective(np.tile(X, (times, 1)), np.tile(y, times), KINDS[kind])
    value, gradient = objective.value_and_gradient(params)
    again, slope = other.value_and_gradient(params)
    assert again == pytest.approx(value, rel=1e-13)
    assert np.allclose(slope, gradient, rtol=1e-11, atol=1e-12 * np.abs(gradient).max())


@given(
    some.lists(some.floats(-1e6, 1e6), min_size=1, max_size=100),
)
def test_the_tree_sums_as_exactly_as_floats_can(numbers: list[float]) -> None:
    (total,) = tree_sum([(number,) for number in numbers])
    size = math.fsum(map(abs, numbers))
    assert abs(total - math.fsum(numbers)) <= 7 * 2**-53 * size


def test_the_tree_adds_neighbours_item_by_item() -> None:
    ones = [(np.array([1.0]), i) for i in range(5)]
    total, places = tree_sum(ones)
    assert total.tolist() == [5.0]
    assert places == 10
    assert [part[0].tolist() for part in ones] == [[1.0]] * 5
    # ((1e16 + 1) + (-1e16 + 1)) keeps what neighbours lose to one another, no more, no less.
    assert tree_sum([(1e16,), (1.0,), (-1e16,), (1.0,)]) == ((1e16 + 1.0) + (-1e16 + 1.0),)


def test_a_batch_is_the_objective_on_its_rows() -> None:
    objective, X, y, params = made("softmax", l2=0.2)
    rows = np.array([3, 5, 8, 13])
    sample = objective.sample(rows)
    assert sample.value(params) == pytest.approx(plain("softmax", X[rows], y[rows], params, 0.2)[0])


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"huber"}))  # its guess is only near
def test_the_null_loss_is_that_of_the_best_constant(kind: str) -> None:
    objective, *_ = made(kind, rows=41)
    flat = np.zeros(objective.size)
    k = objective.layout.shape[1]
    for shift in np.random.default_rng(0).normal(size=(20, k)):
        flat[-k:] = shift
        assert objective.null_loss <= objective.value(flat) * (1 + 1e-13)


def test_a_random_start_depends_on_its_seed() -> None:
    objective, *_ = made("softmax")
    one, two, other = (objective.random_start(np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    assert one.shape == (objective.size,)


@given(factor=some.floats(1e-6, 1e6), shift=some.floats(-1e3, 1e3))
def test_a_random_start_predicts_the_same_in_other_units(factor: float, shift: float) -> None:
    X, y = problem("squared", 0)
    one = LinearObjective(X, y, Squared())
    two = LinearObjective(X * factor + shift * factor, y, Squared())
    starts = [o.random_start(np.random.default_rng(7)) for o in (one, two)]
    # What is lost is the rounding of the shifted column itself.
    assert np.allclose(one.margins(starts[0]), two.margins(starts[1]), rtol=1e-9, atol=1e-9)


def test_params_are_named_by_row_and_class() -> None:
    assert param_names(["a", "b"], None) == ("a", "b", "bias")
    assert param_names(["a"], ["no", "yes"]) == ("a", "bias")
    assert param_names(["a"], [1, 2, 3]) == (
        *("a[1]", "a[2]", "a[3]"),
        *("bias[1]", "bias[2]", "bias[3]"),
    )


def test_a_forked_process_has_threads_of_its_own() -> None:
    code = """
import multiprocessing, numpy as np, steepest as st
from steepest.data import block_sizes
block_sizes.BLOCK_BYTES = 2**12
data = np.arange(2000.0).reshape(-1, 1), np.arange(2000.0) % 7
st.descend(data, threads=2)
def child(): st.descend(data, threads=2)
fork = multiprocessing.get_context("fork").Process(target=child)
fork.start(); fork.join(30)
assert fork.exitcode == 0, fork.exitcode
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_an_objective_takes_lists_and_the_name_of_a_loss() -> None:
    value, gradient = LinearObjective([[0.0], [1.0]], [1.0, 3.0], "squared").value_and_gradient(
        np.array([2.0, 0.0])
    )
    assert value == 1.0 and gradient.tolist() == [-1.0, -2.0]
    assert LinearObjective([[0.0], [1.0], [2.0]], [0, 1, 2], "cross_entropy").size == 6


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ChoiceError, match=r"X has the shape \(2, 1\) and y \(3,\)"):
        LinearObjective([[0.0], [1.0]], [1.0, 2.0, 3.0], "squared")


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_null_loss_of_classes_is_scipys_entropy(classes: int, weighted: bool) -> None:
    generator = np.random.default_rng(classes)
    y = np.append(np.arange(classes), generator.integers(classes, size=37)).astype(float)
    weight = generator.uniform(0.1, 3.0, len(y)) if weighted else None
    objective = LinearObjective(
        generator.normal(size=(len(y), 2)), y, "cross_entropy", sample_weight=weight
    )
    shares = np.bincount(y.astype(int), weight)
    assert objective.null_loss == pytest.approx(entropy(shares), rel=1e-14)

"""The Hessian of the mean loss: weighted Gram matrices and curvatures, against plain NumPy."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import hessian, problem
from scipy.sparse import csr_array

from steepest import ChoiceError, LinearObjective
from steepest.data.blocks import Block, Blocks
from steepest.objective.coordinates import hessian_whitening
from steepest.objective.coordinates.hessian_whitening import HessianWhitening
from steepest.objective.linear_algebra.hessian import centred, weighted_gram

Array = Any

LOSSES = {
    "squared": "squared",
    "huber": "huber",
    "cross_entropy": "cross_entropy",
    "softmax": "cross_entropy",
}


def objective_of(kind: str, seed: int, l2: float = 0.0, **sizes: int) -> LinearObjective:
    X, y = problem(kind, seed, **sizes)
    return LinearObjective(X, y, LOSSES[kind], l2=l2)


def plain_gram(X: Array, mean: Array, columns: Array, last: Array | None = None) -> Array:
    """Return `Z' diag(c) Z` for each column c, Z whole."""
    Z = np.column_stack([X - mean, np.ones(len(X))])
    if last is not None:
        Z = np.column_stack([Z, last])
    return np.stack([Z.T @ (column[:, None] * Z) for column in columns.T])


FORMS: dict[str, Any] = {"float64": np.asarray, "float32": np.float32, "sparse": csr_array}


@pytest.mark.parametrize("size", [3 * 2**20, 1500])
@pytest.mark.parametrize("form", FORMS)
@given(
    seed=some.integers(0, 10**6),
    rows=some.integers(2, 90),
    features=some.integers(1, 7),
    columns=some.sampled_from([0, 1, 3]),
    weighted=some.booleans(),
    last=some.booleans(),
)
def test_a_weighted_gram_matrix_is_numpys(
    size: int,
    form: str,
    seed: int,
    rows: int,
    features: int,
    columns: int,
    weighted: bool,
    last: bool,
) -> None:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(rows, features)).astype(np.float32).astype(np.float64)
    X[np.abs(X) < 0.5] = 0.0
    y, mean = generator.normal(size=rows), generator.normal(size=features)
    weight = generator.uniform(0.1, 3.0, rows) if weighted else None
    curvature = generator.uniform(0.0, 2.0, (rows, columns)) if columns else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("steepest.data.block_sizes.BLOCK_BYTES", size)
        blocks = Blocks(FORMS[form](X), y, sample_weight=weight)
        found = weighted_gram(
            blocks,
            mean,
            None if curvature is None else lambda block: curvature[block.at],
            (lambda block: 2.0 * block.y) if last else None,
        )
    counted = np.ones(rows) if weight is None else weight
    ones = np.ones((rows, 1)) if curvature is None else curvature
    true = plain_gram(X, mean, ones * counted[:, None], 2.0 * y if last else None)
    assert found.shape == (max(columns, 1), features + 1 + last, features + 1 + last)
    assert np.allclose(found, true / counted.sum(), rtol=1e-11, atol=1e-12)


def test_a_feature_far_from_0_loses_no_digits_in_its_gram_matrix() -> None:
    generator = np.random.default_rng(0)
    small = generator.integers(-50, 50, size=(200, 2)) / 8.0
    far = Blocks(small + 2.0**40, np.zeros(200))
    (found,) = weighted_gram(far, np.full(2, 2.0**40))
    assert np.array_equal(found, weighted_gram(Blocks(small, np.zeros(200)), np.zeros(2))[0])


def test_rows_are_centred_with_a_one_and_a_last_column() -> None:
    X, y = problem("squared", 0)
    (block,) = Blocks(X, y).map(lambda block: block)
    Z = centred(block, X.mean(axis=0), y)
    assert np.array_equal(Z, np.column_stack([X - X.mean(axis=0), np.ones(30), y]))
    assert np.array_equal(centred(block, X.mean(axis=0)), Z[:, :-1])


def test_sparse_rows_of_very_many_features_have_no_gram_matrix() -> None:
    X = csr_array(np.eye(3, 2100))
    with pytest.raises(ChoiceError, match="X is sparse with 2,100 features, too many"):
        weighted_gram(Blocks(X, np.zeros(3)), np.zeros(2100))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("kind", LOSSES)
def test_curvatures_along_directions_are_those_of_the_whole_matrix(
    kind: str, l2: float, weighted: bool
) -> None:
    X, y = problem(kind, 0)
    times = np.random.default_rng(2).integers(1, 4, len(y)) if weighted else np.ones(len(y), int)
    weight = times.astype(float) if weighted else None
    objective = LinearObjective(X, y, LOSSES[kind], l2=l2, sample_weight=weight)
    repeated = LinearObjective(np.repeat(X, times, 0), np.repeat(y, times), LOSSES[kind], l2=l2)
    params, u, v = np.random.default_rng(1).normal(size=(3, objective.size))
    at, before = objective.evaluate(params), objective.evaluate(params - v)
    plane = np.array([u, v]) @ hessian(repeated, params) @ np.array([u, v]).T
    assert np.allclose(objective.curvature_along(at, [u, v]), plane)
    assert np.allclose(objective.curvature_along(at, [u, v], before), plane)
    assert np.allclose(objective.curvature_along(at, [u]), plane[:1, :1])


@pytest.mark.parametrize("kind", LOSSES)
def test_gram_matrices_by_margin_are_the_blocks_of_the_whole_matrix(kind: str) -> None:
    objective = objective_of(kind, 0)
    params = np.random.default_rng(1).normal(size=objective.size)
    features, classes = objective.layout.shape[0] - 1, objective.layout.shape[1]
    blocks = grams(objective, objective.margins(params), np.zeros(features))
    whole = hessian(objective, params).reshape(features + 1, classes, features + 1, classes)
    for one in range(classes):
        assert np.allclose(blocks[one], whole[:, one, :, one])


def grams(objective: LinearObjective, margins: Array, mean: Array, every: int = 1) -> Array:
    """Return `Z' diag(own curvature) Z / total` by margin, from one row in `every`."""

    def own(block: Block) -> Array:
        return objective.loss.own_curvature(margins[::every][block.at], block.y)

    return weighted_gram(objective.blocks.every(every), mean, own)


def test_every_third_row_counts_for_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 700)
    X, y = problem("cross_entropy", 0, rows=90)
    weight = np.arange(90) % 4 + 1.0
    whole = LinearObjective(X, y, "cross_entropy", sample_weight=weight)
    few = LinearObjective(X[::3], y[::3], "cross_entropy", sample_weight=weight[::3])
    assert len(whole.blocks.slices) > 3
    params, mean = np.ones(whole.size), X.mean(axis=0)
    wanted = grams(few, few.margins(params), mean)
    assert np.allclose(grams(whole, whole.margins(params), mean, 3), wanted)


@pytest.fixture
def without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hessian_whitening, "BOUND_SHARE", 0.0)


def axes(whitening: Any, size: int) -> Array:
    """Return T of `params = T position`, column by column."""
    return np.column_stack([whitening.params(axis) for axis in np.eye(size)])


@pytest.mark.usefixtures("without_bound")
@pytest.mark.parametrize("l2", [0.0, 0.2])
@pytest.mark.parametrize("kind", ["cross_entropy", "softmax", "squared"])
def test_whitened_each_margins_block_of_the_hessian_is_1(
    kind: str, l2: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hessian_whitening, "LIGHT", 0.0)
    X, y = problem(kind, 3, rows=80, features=4)
    objective = LinearObjective(X + 100.0, y, LOSSES[kind], l2=l2)
    maker = replace(HessianWhitening.of(objective, objective), free=None)
    params = 0.1 * np.random.default_rng(1).normal(size=objective.size)
    params[-objective.layout.biases :] -= 100.0 * objective.model.split(params)[0].sum(axis=0)
    whitening = maker.at(objective, objective.evaluate(params), shared=False, thinning=1)
    assert whitening is not None
    T, k = axes(whitening, objective.size), objective.layout.biases
    found = T.T @ hessian(objective, params) @ T
    for one in range(k):
        assert np.allclose(found[one::k, one::k], np.eye(5), atol=1e-6)
    assert np.allclose(whitening.params(whitening.position(params)), params, rtol=1e-9)
    gradient = objective.evaluate(params).gradient
    assert np.allclose(whitening.pullback(gradient), T.T @ gradient, rtol=1e-6, atol=1e-8)


@pytest.mark.usefixtures("without_bound")
def test_rows_that_are_sure_count_as_average_rows_do() -> None:
    """Left out of a margin's matrix, they add what they curve by times the matrix of all rows."""
    X, y = problem("softmax", 3, rows=80, features=4)
    weight = np.arange(80) % 3 + 1.0
    objective = LinearObjective(X, y, "cross_entropy", sample_weight=weight)
    maker = replace(HessianWhitening.of(objective, objective), free=None)
    at = objective.evaluate(2.0 * np.random.default_rng(1).normal(size=objective.size))
    own, total = objective.loss.own_curvature(at.cache, y), weight.sum()
    heavy = own >= 0.5 * (weight @ own) / total
    assert 5 < heavy.sum() < 0.7 * heavy.size
    Z = np.column_stack([X, np.ones(80)])
    whitening = maker.at(objective, at, shared=False, thinning=1)
    assert whitening is not None
    T = axes(whitening, objective.size)
    for one in range(3):
        some = np.where(heavy[:, one], own[:, one], 0.0)
        left = weight @ (own[:, one] - some) / total
        wanted = (Z.T * (weight * (some + left))) @ Z / total
        block = T[one::3, one::3]
        assert np.allclose(block.T @ wanted @ block, np.eye(5), atol=1e-6)


@pytest.mark.parametrize("l2", [0.0, 0.2])
def test_from_where_weights_have_nothing_in_common_no_step_brings_it_in(l2: float) -> None:
    """L2 alone curves there: it would be taken out again slowly."""
    objective = objective_of("softmax", 0, l2=l2, rows=90)
    random = np.random.default_rng(1)
    start = objective.random_start(random)
    for begun, has in ((start, False), (start + 1.0, l2 > 0.0)):
        maker = HessianWhitening.of(objective, objective, begun)
        whitening = maker.at(objective, objective.evaluate(begun), shared=False, thinning=1)
        assert whitening is not None
        weights = whitening.params(random.normal(size=9)).reshape(-1, 3)[:-1]
        assert (np.abs(weights.mean(axis=1)).max() > 1e-12) == has


@pytest.mark.usefixtures("without_bound")
@pytest.mark.parametrize("every", [1, 3])
def test_shared_whitening_is_by_the_mean_of_the_margins_blocks(every: int) -> None:
    objective = objective_of("softmax", 0, rows=90)
    params = np.random.default_rng(1).normal(size=objective.size)
    maker = replace(HessianWhitening.of(objective, objective), free=None)
    at = objective.evaluate(params)
    whitening = maker.at(objective, at, shared=True, thinning=every)
    assert whitening is not None
    shared = grams(objective, at.cache, np.zeros(2), every).mean(axis=0)
    T = axes(whitening, 9)[::3, ::3]
    assert np.allclose(T.T @ shared @ T, np.eye(3), atol=1e-9)
    assert np.allclose(axes(whitening, 9), np.kron(T, np.eye(3)), atol=1e-12)


@pytest.mark.parametrize(("l2", "free"), [(0.0, slice(None)), (0.2, slice(-1, None))])
def test_a_step_leaves_alone_what_all_margins_share(l2: float, free: slice) -> None:
    """It would change no loss: with a penalty that is so of the biases only."""
    objective = objective_of("softmax", 0, l2=l2, rows=90)
    maker, random = HessianWhitening.of(objective, objective), np.random.default_rng(1)
    at = objective.evaluate(objective.random_start(random))
    whitening = maker.at(objective, at, shared=False, thinning=1)
    whole = replace(maker, free=None).at(objective, at, shared=False, thinning=1)
    assert whitening is not None and whole is not None
    position = random.normal(size=9)
    apart, with_shared = whitening.params(position), whole.params(position)
    assert np.allclose(apart.reshape(3, 3)[free].sum(axis=1), 0.0, atol=1e-12)
    assert np.abs(with_shared.reshape(3, 3)[free].sum(axis=1)).max() > 0.1
    assert objective.value(apart) == pytest.approx(objective.value(with_shared), rel=1e-12)
    # Of what is not shared the coordinates are the same: there and back.
    assert np.allclose(whitening.params(whitening.position(apart)), apart, rtol=1e-9)


def test_at_first_the_bound_is_1() -> None:
    objective = objective_of("cross_entropy", 4, l2=0.1, rows=50, features=3)
    T = axes(HessianWhitening.of(objective, objective).at_first, 4)
    X1 = np.column_stack([objective.blocks.X, np.ones(50)])
    bound = 0.25 * X1.T @ X1 / 50 + 0.1 * np.diag([1, 1, 1, 0])
    # The penalty counts in features less their mean as in features as they are.
    assert np.allclose(T.T @ bound @ T, np.eye(4), atol=1e-9)


def test_flat_directions_are_left_alone() -> None:
    flat = np.array([[[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]])
    whitening = HessianWhitening(np.zeros(2), np.ones(2), flat, l2=0.0).at_first
    assert np.abs(axes(whitening, 3)).max() < 2.0


def test_there_is_no_whitening_where_all_rows_are_sure() -> None:
    objective = objective_of("cross_entropy", 0)
    maker = HessianWhitening.of(objective, objective)
    sure = objective.evaluate(np.zeros(3))._replace(cache=np.full(30, 1e3))
    assert maker.at(objective, sure, shared=False, thinning=1) is None


def test_a_loss_with_kinks_has_no_whitening() -> None:
    X, y = problem("absolute", 0)
    objective = LinearObjective(X, y, "absolute")
    assert objective.hessian_whitening(objective) is None and not objective.has_curvature

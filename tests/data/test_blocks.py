"""Blocks of rows: some rows, every so many-th, some features, as NumPy has them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.sparse import csr_array

from steepest.data.blocks import Block, Blocks

FORMS: dict[str, Any] = {"float64": np.asarray, "float32": np.float32, "sparse": csr_array}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 500)


def made(form: str, rows: int = 60, features: int = 4, weighted: bool = True) -> Any:
    """Return X, y, weights or None, and the blocks of them."""
    generator = np.random.default_rng(rows)
    X = generator.integers(-3, 4, size=(rows, features)).astype(float)
    y, weight = generator.normal(size=rows), generator.uniform(0.5, 2.0, rows)
    given_weight = weight if weighted else None
    return X, y, given_weight, Blocks(FORMS[form](X), y, sample_weight=given_weight, threads=2)


def whole(blocks: Blocks) -> tuple[Any, Any, Any]:
    """Return X, y and weights of all blocks, put together again."""
    parts = blocks.map(lambda block: (block.dense(), block.y, block.weight))
    X, y, weight = zip(*parts, strict=True)
    joined = None if weight[0] is None else np.concatenate(weight)
    return np.vstack(X), np.concatenate(y), joined


def assert_are(blocks: Blocks, X: Any, y: Any, weight: Any) -> None:
    found = whole(blocks)
    assert np.array_equal(found[0], X) and found[0].dtype == np.float64
    assert np.array_equal(found[1], y)
    assert (found[2] is None) == (weight is None)
    assert weight is None or np.array_equal(found[2], weight)
    assert blocks.total == pytest.approx(len(y) if weight is None else weight.sum(), rel=1e-14)
    assert len(blocks) == len(y) and blocks.features == X.shape[1]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_the_blocks_are_all_rows_in_order(form: str, weighted: bool) -> None:
    X, y, weight, blocks = made(form, weighted=weighted)
    assert len(blocks.slices) > 3
    assert_are(blocks, X, y, weight)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("form", FORMS)
@given(step=some.integers(1, 70))
def test_every_so_many_th_row_is_numpys(form: str, weighted: bool, step: int) -> None:
    X, y, weight, blocks = made(form, weighted=weighted)
    few = None if weight is None else weight[::step]
    assert_are(blocks.every(step), X[::step], y[::step], few)


def test_every_row_is_the_same_blocks_and_dense_rows_are_not_copied() -> None:
    X, _, _, blocks = made("float64")
    assert blocks.every(1) is blocks
    assert np.shares_memory(blocks.X, X)
    assert np.shares_memory(blocks.every(3).X, X)
    assert np.shares_memory(blocks.columns(slice(1, 3)).X, X)


@pytest.mark.parametrize("form", FORMS)
@given(indices=some.lists(some.integers(0, 59), min_size=1, max_size=80))
def test_rows_are_taken_in_the_order_of_their_indices(form: str, indices: list[int]) -> None:
    X, y, weight, blocks = made(form)
    chosen = np.array(indices)
    assert_are(blocks.take(chosen), X[chosen], y[chosen], weight[chosen])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("features", [slice(0, 1), slice(1, 3), slice(0, 4)])
def test_some_features_are_numpys_columns(form: str, features: slice) -> None:
    X, y, weight, blocks = made(form)
    assert_are(blocks.columns(features), X[:, features], y, weight)


@pytest.fixture(params=[1, 2, 5])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    yield request.param


def test_a_sum_over_blocks_is_that_over_rows_with_the_same_bits(threads: int) -> None:
    X, y, _, _ = made("float64", rows=500)
    blocks = Blocks(X, y, threads=threads)

    def work(block: Block) -> tuple[float, Any]:
        return float(block.y.sum()), block.X.T @ block.y

    total, products = blocks.sum(work)
    assert total == pytest.approx(y.sum(), rel=1e-12)
    assert np.allclose(products, X.T @ y, rtol=1e-12)
    one = Blocks(X, y, threads=1).sum(work)
    assert total == one[0] and np.array_equal(products, one[1])
    large = blocks.sum_large(lambda block: block.X.T @ block.X)
    assert np.array_equal(large, X.T @ X)  # of whole numbers no bit is lost


def test_a_block_knows_which_rows_it_has() -> None:
    _, y, _, blocks = made("sparse")
    for block in blocks.map(lambda block: block):
        assert np.array_equal(block.y, y[block.at])
        assert block.X.shape[0] == len(block.y)


@pytest.mark.parametrize(("rows", "sizes"), [(800, [800]), (1797, [899, 898]), (2200, [550] * 4)])
def test_blocks_with_a_least_number_of_rows_are_even(
    rows: int, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 3 * 2**19)
    # A row of 64 features with 42 outputs: 847 of them fit into a block.
    blocks = Blocks(np.zeros((rows, 64)), np.zeros(rows), outputs=42, least=600)
    assert [at.stop - at.start for at in blocks.slices] == sizes


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_stretch_of_one_block_is_as_blocks_made_anew(form: str, weighted: bool) -> None:
    X, y, weight, blocks = made(form, rows=5, weighted=weighted)
    assert len(blocks.slices) == 1
    whole(blocks)
    at = slice(1, 4)
    part, some_weight = blocks.stretch(at), weight[at] if weighted else None
    anew = Blocks(FORMS[form](X)[at], y[at], sample_weight=some_weight, threads=2)
    assert_are(part, X[at], y[at], some_weight)
    assert (len(part), part.slices, part.total) == (3, anew.slices, anew.total)
    assert_are(part.stretch(slice(0, 2)), X[1:3], y[1:3], weight[1:3] if weighted else None)
    assert_are(blocks, X, y, weight)

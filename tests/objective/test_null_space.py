from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.typing import NDArray
from scipy.linalg import null_space as scipy_null_space
from scipy.sparse import csr_array

import steepest as st
from steepest.data.blocks import Blocks
from steepest.data.moments import moments
from steepest.objective.minimum.null_space import MOST_SINGULAR, null_space, rank_is_affordable

Array = NDArray[np.float64]


def dependent(seed: int, rows: int, free: int, bound: int) -> Array:
    """Return `free` columns, and `bound` sums of multiples of these, with units of their own."""
    random = np.random.default_rng(seed)
    own = random.integers(-9, 10, (rows, free)).astype(float)
    own[:free] += np.diag(np.full(free, 30.0))[: min(rows, free)]
    X = np.hstack(
        [own, own @ random.integers(-2, 3, (free, bound)) + random.integers(-5, 6, bound)]
    )
    return X[:, random.permutation(free + bound)] * 2.0 ** random.integers(-12, 13, free + bound)


def space_of(X: Any, weight: Array | None = None) -> Any:
    blocks = Blocks(X, np.zeros(X.shape[0]), sample_weight=weight)
    return null_space(blocks, moments(blocks))


SIZES = [(12, 4, 0), (12, 4, 1), (30, 3, 4), (9, 5, 9), (4, 6, 2), (3, 1, 1), (40, 1, 12)]


@pytest.mark.parametrize(("rows", "free", "bound"), SIZES)
@given(seed=some.integers(0, 10**6), weighted=some.booleans(), sparse=some.booleans())
def test_the_null_space_is_scipys(
    rows: int, free: int, bound: int, seed: int, weighted: bool, sparse: bool
) -> None:
    X = dependent(seed, rows, free, bound)
    weight = np.random.default_rng(seed).uniform(0.5, 3.0, rows) if weighted else None
    mean, unit = X.mean(axis=0), np.where(np.ptp(X, axis=0) > 0, X.std(axis=0), 1.0)
    theirs = scipy_null_space((X - mean) / unit, rcond=1e-12) / unit[:, None]
    ours = space_of(csr_array(X) if sparse else X, weight)
    if ours is None:
        assert theirs.shape[1] == 0
        return
    assert ours.dimension == theirs.shape[1]
    involved = np.abs(theirs * unit[:, None]).max(axis=1) > 1e-4
    assert ours.columns.tolist() == np.flatnonzero(involved).tolist()
    weights = np.random.default_rng(seed).normal(size=(free + bound, 2)) / unit[:, None]
    part = ours.part(weights)
    # No row moves, what is left is at right angles to all that could go, and taking off is final.
    assert np.allclose(
        (X - mean) @ part, 0, atol=1e-11 * (1 + np.abs(X).max() * np.abs(part).max())
    )
    left = weights - part
    across = theirs / np.linalg.norm(theirs, axis=0)
    assert np.allclose(across.T @ left, 0, atol=1e-10 * np.abs(weights).max())
    assert np.allclose(ours.part(left), 0, atol=1e-10 * np.abs(weights).max())


@given(seed=some.integers(0, 10**6))
def test_a_relation_holds_in_every_row(seed: int) -> None:
    X = dependent(seed, 30, 4, 3)
    space = space_of(X)
    assert space.relations.shape == (space.dimension, 7)
    for relation in space.relations:
        assert np.isclose(relation, 1.0).any()
        told = X @ relation
        assert np.ptp(told) <= 1e-9 * np.abs(X * relation).max()


def test_what_is_ill_conditioned_is_not_dependent() -> None:
    """The products of these columns have no digit left that would tell them apart."""
    t = np.linspace(0.0, 1.0, 40)
    X = np.column_stack([t, t + 1e-9 * np.sin(9 * t)])
    assert space_of(X) is None
    objective = st.LinearObjective(X, t, "squared")
    assert objective.identifiability().null_space is None


def test_units_decide_nothing() -> None:
    X = np.random.default_rng(0).normal(size=(30, 3)) * [1e-8, 1.0, 1e8]
    assert space_of(X) is None
    twice = np.column_stack([X, X[:, 0] * 1e16])
    assert space_of(twice).columns.tolist() == [0, 3]


def test_columns_that_take_no_part_stay_to_the_bit() -> None:
    X = np.random.default_rng(0).normal(size=(30, 3))
    space = space_of(np.column_stack([X, X[:, 1]]))
    weights = np.array([[1.0], [5.0], [3.0], [1.0]])
    assert (weights - space.part(weights))[[0, 2]].tolist() == [[1.0], [3.0]]
    assert np.allclose(weights - space.part(weights), [[1.0], [3.0], [3.0], [3.0]])


def test_full_rank_costs_no_reading_of_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where coordinates have shown it, or the products of all pairs that they were made of."""

    def read(*_: object) -> None:
        raise AssertionError("the rows are read for their singular values")

    monkeypatch.setattr("steepest.objective.minimum.null_space.standardised_svd", read)
    X = np.random.default_rng(0).normal(size=(60, 3))
    y = (X[:, 0] + np.random.default_rng(1).normal(size=60) > 0).astype(float)
    for options in ({}, {"scale": "standard"}, {"scale": "none"}, {"loss": "squared"}):
        assert not st.descend((X, y), **options).notes


def test_too_many_rows_and_features_are_not_looked_at() -> None:
    size = MOST_SINGULAR + 1
    X = np.random.default_rng(0).normal(size=(size, size + 4)).astype(np.float32)
    blocks = Blocks(X, np.zeros(size))
    assert not rank_is_affordable(blocks)
    known = st.LinearObjective(X, np.arange(size), "squared").identifiability()
    assert known.null_space is None
    assert known.unknown == f"{size:,} rows of {size + 4:,} features are too many for their rank"

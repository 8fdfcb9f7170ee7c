"""Loss and gradient of few rows of very many features, of which few have a weight."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import steepest as st
from steepest.data.blocks import WIDE_COLUMNS, Blocks
from steepest.objective.risk import Risk

SMOOTH = {"squared": "squared", "huber": st.Huber(), "poisson": "poisson", "cross_entropy": None}
ROWS, FEATURES = 30, 2 * WIDE_COLUMNS + 5


def wide(kind: str, threads: int | None = None, **penalty: Any) -> st.LinearObjective:
    generator = np.random.default_rng(2)
    X = generator.normal(size=(ROWS, FEATURES))
    y = generator.integers(0, 2, ROWS).astype(float)
    loss = SMOOTH[kind] or st.CrossEntropy()
    weight = generator.random(ROWS)
    return st.LinearObjective(X, y, loss, sample_weight=weight, threads=threads, **penalty)


def few_weights(size: int) -> Any:
    generator = np.random.default_rng(3)
    params = np.zeros(size)
    params[generator.choice(size - 1, 9, replace=False)] = generator.normal(size=9)
    params[-1] = 0.5
    return params


@pytest.mark.parametrize("kind", sorted(SMOOTH))
def test_it_is_that_of_blocks_of_rows(kind: str) -> None:
    objective = wide(kind, l1=0.1, l2=0.01)
    assert objective.blocks.is_wide
    params = few_weights(objective.size)
    found, plain = objective.evaluate(params), Risk.evaluate(objective, params)
    assert found.loss == pytest.approx(plain.loss, rel=1e-14)
    np.testing.assert_allclose(found.gradient, plain.gradient, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found.smooth_gradient, plain.smooth_gradient, rtol=0, atol=1e-14)
    np.testing.assert_allclose(found.cache, plain.cache, rtol=1e-13)
    assert found.rows_read == plain.rows_read


@pytest.mark.parametrize("kind", ["squared", "cross_entropy"])
def test_any_number_of_threads_gives_the_same_bits(kind: str) -> None:
    params = few_weights(FEATURES + 1)
    alone, *others = (wide(kind, threads).evaluate(params) for threads in (1, 2, 5))
    for other in others:
        assert other.loss == alone.loss
        assert np.array_equal(other.gradient, alone.gradient)


@settings(max_examples=40)
@given(some.integers(2 * WIDE_COLUMNS, 9 * WIDE_COLUMNS), some.sampled_from([1, 2, 3, 16]))
def test_every_column_is_taken_once_and_none_with_few_others(features: int, threads: int) -> None:
    blocks = Blocks(np.zeros((1, features)), np.zeros(1), threads=threads)
    taken: list[slice] = []
    blocks.by_columns(taken.append)
    taken.sort(key=lambda at: at.start)
    assert np.array_equal(np.concatenate([np.r_[at] for at in taken]), np.arange(features))
    assert all(at.stop - at.start >= WIDE_COLUMNS for at in taken)

"""Products of columns that are kept along a path: those that are worked out of X each time."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import steepest as st
from steepest.data.blocks import WIDE_COLUMNS
from steepest.objective.linear_algebra import kept_gram
from steepest.objective.linear_algebra.hessian import hessian_block
from steepest.objective.linear_algebra.kept_gram import KeptGram, has_kept_gram

ROWS, FEATURES = 20, 2 * WIDE_COLUMNS


def wide(weighed: bool = False) -> st.LinearObjective:
    generator = np.random.default_rng(4)
    X = generator.normal(size=(ROWS, FEATURES)) * np.exp(generator.normal(size=FEATURES)) + 3.0
    y = X[:, 0] + generator.normal(size=ROWS)
    weight = generator.random(ROWS) if weighed else None
    return st.LinearObjective(X, y, "squared", l1=0.1, sample_weight=weight)


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "weighed"])
def objective(request: Any) -> st.LinearObjective:
    return wide(request.param)


@pytest.mark.parametrize("most", [40, kept_gram.MOST_COLUMNS], ids=["begun-anew", "kept"])
@settings(max_examples=20)
@given(asked=some.lists(some.sets(some.integers(0, 60), min_size=1, max_size=40), max_size=6))
def test_they_are_those_of_the_columns_asked_for(
    objective: st.LinearObjective, most: int, asked: list[set[int]]
) -> None:
    blocks, loss, units = objective.blocks, objective.loss, objective.units
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_gram, "MOST_COLUMNS", most)
        patch.setattr(kept_gram, "LEAST_COLUMNS", 2)
        kept = KeptGram(blocks, loss, units)
        for some_features in asked:
            chosen = np.array(sorted(some_features)) * (FEATURES // 61)
            margins = np.zeros(ROWS)
            plain = hessian_block(
                blocks, loss, lambda b, m=margins: m[b.at], chosen, units, loss.curvature
            )
            found = kept.block(chosen)
            np.testing.assert_allclose(found, plain, rtol=1e-12, atol=1e-12 * plain.max())
            assert kept.count <= most


def test_only_few_rows_of_very_many_features_that_curve_alike_have_them() -> None:
    X, y = np.ones((3, FEATURES)), np.array([0.0, 1.0, 1.0])
    assert has_kept_gram(wide().blocks, st.Squared())
    assert not has_kept_gram(wide().blocks, st.Huber())
    assert not has_kept_gram(st.LinearObjective(X[:, 1:], y, "squared").blocks, st.Squared())

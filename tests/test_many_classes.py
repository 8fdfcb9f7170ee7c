"""Softmax with hundreds of classes: the same minimum as scikit-learn's, and a table that fits."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import steepest as st

CLASSES = 300
MOST_BYTES = 400e6


@pytest.fixture(scope="module")
def data() -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(3000, 20))
    score = X @ generator.normal(size=(20, CLASSES))
    names = (score + 2 * generator.gumbel(size=score.shape)).argmax(axis=1)
    names[:CLASSES] = np.arange(CLASSES)
    return X, np.char.add("c", np.char.zfill(names.astype(str), 3))


@pytest.mark.prove
def test_the_minimum_is_scikit_learns_in_little_memory(data: tuple[Any, Any]) -> None:
    X, y = data
    tracemalloc.start()
    run = st.descend((X, y), l2=1e-3)
    run.surface(points=51)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    theirs = LogisticRegression(C=1 / (1e-3 * len(X)), tol=1e-10, max_iter=2000).fit(X, y)
    matrix = np.vstack([theirs.coef_.T, theirs.intercept_])
    assert run.stop.reason in ("arrived", "settled")
    assert run.loss == pytest.approx(run.objective.value(matrix.ravel()), rel=1e-9)
    assert np.allclose(run.weights, theirs.coef_.T, atol=1e-4)
    assert most < MOST_BYTES


def test_the_table_of_many_classes_is_no_wider_than_that_of_few(data: tuple[Any, Any]) -> None:
    words = st.descend(data, l2=1e-3, steps=2).explain()
    table = words[words.index("Actual against predicted") :].split("\n\n")[0]
    assert "P(predicted)" in table
    assert max(map(len, table.splitlines())) < 100

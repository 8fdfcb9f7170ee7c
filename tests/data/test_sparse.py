from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import problem
from scipy import sparse
from sklearn.linear_model import LogisticRegression

import steepest as st
from steepest.data.prepare import prepare

LOSSES = {
    "squared": st.Squared(),
    "huber": st.Huber(),
    "cross_entropy": st.CrossEntropy(),
    "softmax": st.Softmax(3),
}
FORMATS = ["csr", "csc", "coo", "lil"]


def holed(kind: str, seed: int, rows: int = 40, features: int = 6) -> tuple[Any, Any]:
    """Return X, dense but mostly zeros, and y."""
    X, y = problem(kind, seed, rows=rows, features=features)
    X[np.random.default_rng(seed).random(X.shape) < 0.7] = 0.0
    return X, y


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", LOSSES)
@given(seed=some.integers(0, 10**6), form=some.sampled_from(FORMATS))
def test_sparse_rows_are_the_dense_ones(kind: str, weighted: bool, seed: int, form: str) -> None:
    X, y = holed(kind, seed)
    weight = np.random.default_rng(seed).uniform(0, 2, len(y)) if weighted else None
    ours, dense = (
        st.LinearObjective(x, y, LOSSES[kind], l2=0.1, sample_weight=weight)
        for x in (sparse.csr_array(X).asformat(form), X)
    )
    params = np.random.default_rng(seed + 1).normal(size=dense.size)
    for one, other in zip(ours.evaluate(params)[:4], dense.evaluate(params)[:4], strict=True):
        assert np.allclose(one, other, rtol=1e-12, atol=1e-12)
    for one, other in zip(ours.moments, dense.moments, strict=True):
        assert np.allclose(one, other, rtol=1e-12, atol=1e-13)
    assert np.allclose(ours.gram, dense.gram, rtol=1e-11, atol=1e-12)
    some_rows = np.array([3, 3, 17])
    assert ours.sample(some_rows).value(params) == pytest.approx(
        dense.sample(some_rows).value(params), rel=1e-12
    )


@pytest.mark.parametrize("kind", LOSSES)
def test_any_number_of_threads_gives_the_same_bits(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 2048)
    X, y = holed(kind, 3, rows=1000, features=7)
    found = []
    for threads in (1, 2, 5):
        objective = st.LinearObjective(sparse.csr_array(X), y, LOSSES[kind], threads=threads)
        params = np.linspace(-1, 1, objective.size)
        found.append([*objective.evaluate(params)[:4], objective.gram, *objective.moments])
        assert len(objective.blocks.slices) > 5
    for one, *others in zip(*found, strict=True):
        assert all(np.array_equal(one, other) for other in others)


def test_blocks_share_the_numbers_of_x() -> None:
    X = sparse.random_array((500, 30), density=0.2, rng=0, format="csr")
    blocks = st.LinearObjective(X, np.zeros(500), "squared").blocks
    assert all(blocks.map(lambda block: np.shares_memory(block.X.data, X.data)))


def test_a_constant_column_is_told_though_its_sum_is_rounded() -> None:
    X = sparse.csr_array(np.column_stack([np.full(5000, 0.1), np.arange(5000) % 3]))
    mean, deviation = st.LinearObjective(X, np.zeros(5000), "squared").moments
    assert deviation[0] == 1.0
    assert mean[0] == pytest.approx(0.1, rel=1e-15)


def test_a_number_given_in_parts_is_one() -> None:
    parts = sparse.csr_array(([1.0, 2.0, 5.0], [0, 0, 0], [0, 2, 3]), shape=(2, 1))
    objective = st.LinearObjective(parts, [0.0, 1.0], "squared")
    assert objective.moments.mean.tolist() == [4.0]
    assert objective.moments.deviation.tolist() == [1.0]
    assert parts.nnz == 3  # the reader's own is left as it is


@pytest.mark.parametrize("matrix", [sparse.csr_array, sparse.csr_matrix, sparse.csc_array])
def test_a_run_on_sparse_rows_is_scikit_learns(matrix: Any, tmp_path: Path) -> None:
    X, y = holed("cross_entropy", 7, rows=200, features=8)
    run = st.descend((matrix(X), y), l2=0.01)
    theirs = LogisticRegression(C=1 / (0.01 * len(y)), tol=1e-10, max_iter=1000).fit(X, y)
    assert np.allclose(run.weights, theirs.coef_[0], rtol=1e-4, atol=1e-6)
    assert np.array_equal(run.predict(matrix(X)), theirs.predict(X))
    assert np.allclose(run.predict_proba(matrix(X)), run.predict_proba(X), rtol=1e-12)
    assert run.score((matrix(X), y)) == pytest.approx(theirs.score(X, y))
    run.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    assert sparse.issparse(again.data.X)
    assert again.objective.value(run.params) == run.objective.value(run.params)


def test_a_sparse_run_is_told_and_drawn(tmp_path: Path) -> None:
    X, y = holed("cross_entropy", 7, rows=50, features=4)
    run, dense = (st.descend((x, y), steps=5, rule="steepest") for x in (sparse.csr_array(X), X))
    assert run.explain() == dense.explain()
    assert np.allclose(run.table()["share"], dense.table()["share"], rtol=1e-11)
    assert np.allclose(run.surface(points=7).loss, dense.surface(points=7).loss, rtol=1e-12)
    run.figure(tmp_path / "run.png")
    run.page(tmp_path / "run.html")
    assert (tmp_path / "run.png").stat().st_size > 10_000


def test_wide_sparse_rows_are_never_made_dense() -> None:
    X = sparse.random_array((300, 8_000), density=1e-3, rng=0, format="csr")
    y = np.asarray(X.sum(axis=1)).ravel()
    run = st.descend((X, y), steps=5)
    assert run.plan.scale == "standard"
    assert run.loss < run.trace.losses[0]
    with pytest.raises(st.ChoiceError, match="X is sparse with 8,000 features"):
        st.descend((X, y), scale="round", steps=1)


def test_missing_numbers_of_sparse_rows_are_named() -> None:
    X = sparse.csr_array(np.array([[0.0, 1.0], [np.nan, 0.0], [np.nan, np.inf]]))
    y = np.arange(3.0)
    said = (
        r"column 'x1' has 2 missing values \(first: row 2\); column 'x2' has 1 infinite value "
        r"\(first: row 3\)"
    )
    with pytest.raises(st.DataError, match=said):
        prepare((X, y))
    X = sparse.csr_array(np.array([[0.0, 1.0], [np.nan, 0.0], [2.0, 3.0]]))
    assert prepare((X, y), missing="drop").X.toarray().tolist() == [[0.0, 1.0], [2.0, 3.0]]


@pytest.mark.parametrize(
    ("X", "said"),
    [
        (sparse.csr_array(np.ones((2, 2), complex)), "X must hold numbers, got complex128"),
        (sparse.csr_array((3, 0)), r"two dimensions, got the shape \(3, 0\)"),
        (sparse.csr_array((3, 2)), "X has 3 rows and y has 2 values"),
    ],
)
def test_sparse_rows_that_cannot_be_used_are_refused(X: Any, said: str) -> None:
    with pytest.raises(st.DataError, match=said):
        prepare((X, np.arange(2.0)))


def test_sparse_rows_of_another_width_are_refused() -> None:
    X, y = holed("squared", 0)
    run = st.descend((sparse.csr_array(X), y), steps=1)
    with pytest.raises(st.DataError, match="X has 2 columns, the training data had 6"):
        run.predict(sparse.csr_array((3, 2)))

"""The gap that is proved by the curvature of the first rows of each row group, or else of all.

Without a bias, or of more weights than a Hessian is worked out for, it is proved by that of L2;
where neither is known, nothing is called a proof.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

import steepest as st

ROWS, GROUP, L2 = 4000, 1000, 1e-3


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have some thirty blocks in a row group, though it is small."""
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 2048)
    monkeypatch.setattr("steepest.objective.linear_algebra.hessian.CACHED_NUMBERS", 8)


def descended(folder: Path, x: np.ndarray, weight: np.ndarray | None) -> tuple[st.Run, float]:
    """Return the run of files of x, (rows, 3), and the lowest loss, as scikit-learn finds it."""
    rng = np.random.default_rng(1)
    y = (x @ [1.0, -0.5, 0.3] + rng.logistic(size=ROWS) > 0.4).astype(np.int8)
    columns = {f"x{j}": x[:, j] for j in range(3)} | {"y": y}
    asked = {"l2": L2}
    if weight is not None:
        columns["often"] = weight
        asked["sample_weight"] = "often"
    pq.write_table(pa.table(columns), folder / "rows.parquet", row_group_size=GROUP)
    run = st.descend(str(folder / "*.parquet"), "y", threads=1, **asked)
    counts = np.ones(ROWS) if weight is None else weight
    peer = LogisticRegression(C=1.0 / (L2 * counts.sum()), solver="newton-cholesky", tol=1e-12)
    peer.fit(x, y, sample_weight=counts)
    margin = x @ peer.coef_[0] + peer.intercept_[0]
    losses = np.logaddexp(0.0, margin) - y * margin
    lowest = counts @ losses / counts.sum() + 0.5 * L2 * peer.coef_[0] @ peer.coef_[0]
    return run, float(lowest)


@pytest.mark.parametrize("weighed", [False, True])
def test_a_part_of_the_rows_proves_a_gap_that_is_large_enough(tmp_path, weighed):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, 3)) * [1.0, 10.0, 0.1]
    run, lowest = descended(tmp_path, x, rng.exponential(size=ROWS) if weighed else None)
    near = run.objective.evaluate(run.params + 1e-5)
    proved = run.objective.proved_gap(near)
    assert proved.passes < 0.2
    assert near.loss - lowest <= proved.gap <= 12.0 * (near.loss - lowest)
    assert proved.gap <= 1e-6 * near.loss
    assert "as the curvature of the rows proves" in run.stop.message


def test_where_the_first_rows_of_each_group_are_all_alike_the_others_prove_it(tmp_path):
    x = np.random.default_rng(0).normal(size=(ROWS, 3))
    x[np.arange(ROWS) % GROUP < GROUP // 4, 1] = 0.0
    run, lowest = descended(tmp_path, x, None)
    near = run.objective.evaluate(run.params + 1e-5)
    proved = run.objective.proved_gap(near)
    assert 1.0 < proved.passes < 1.2
    assert near.loss - lowest <= proved.gap * (1.0 + 1e-6) <= 1.1 * (near.loss - lowest)


def few_rows(folder: Path, features: int) -> tuple[str, np.ndarray, np.ndarray]:
    """Write files of features, (rows, features), and return their pattern with X and y, (rows,)."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(ROWS // 2, features)) * np.geomspace(0.3, 3.0, features)
    y = (x[:, 0] - x[:, 1] + rng.logistic(size=len(x)) > 0.2).astype(np.int8)
    columns = {f"x{j}": x[:, j] for j in range(features)} | {"y": y}
    pq.write_table(pa.table(columns), folder / "rows.parquet", row_group_size=GROUP)
    return str(folder / "*.parquet"), x, y


@pytest.mark.parametrize("features", [3, 40])
@pytest.mark.parametrize("l2", [1e-3, 1e-1])
def test_without_a_bias_the_penalty_proves_it(tmp_path, features, l2):
    files, x, y = few_rows(tmp_path, features)
    run = st.descend(files, "y", bias=False, l2=l2, threads=1)
    peer = LogisticRegression(C=1.0 / (l2 * len(y)), fit_intercept=False, tol=1e-12).fit(x, y)
    margin = x @ peer.coef_[0]
    lowest = np.mean(np.logaddexp(0.0, margin) - y * margin) + 0.5 * l2 * np.sum(peer.coef_**2)
    gap = run.trace.gaps[-1]
    assert run.loss - lowest <= gap + 1e-12 and gap <= 1e-6 * run.loss
    assert "as the penalty proves" in run.stop.message and run.stop.reason == "arrived"
    assert "as the penalty proves" in next(one.message for one in run.checks if one.name == "end")
    near = run.objective.evaluate(run.params + 1e-6)
    assert near.loss - lowest <= run.objective.proved_gap(near).gap
    assert run.objective.proved_gap(run.objective.evaluate(run.params + 1.0)) is None


@pytest.mark.parametrize(("classes", "l2"), [(2, 1e-3), (3, 1e-1)])
def test_of_many_weights_with_a_bias_the_penalty_and_the_rows_prove_it(tmp_path, classes, l2):
    features = 520 // (classes - 1)
    files, x, y = few_rows(tmp_path, features)
    if classes == 3:
        y = (y + (x[:, 2] > 0.5)).astype(np.int8)
        columns = {f"x{j}": x[:, j] for j in range(features)} | {"y": [f"c{one}" for one in y]}
        pq.write_table(pa.table(columns), tmp_path / "rows.parquet", row_group_size=GROUP)
    run = st.descend(files, "y", l2=l2, threads=1)
    peer = LogisticRegression(C=1.0 / (l2 * len(y)), solver="newton-cg", tol=1e-10)
    with threadpool_limits(1):
        peer.fit(x, y)
    margin = peer.decision_function(x)
    margin = np.column_stack([np.zeros(len(y)), margin]) if classes == 2 else margin
    losses = logsumexp(margin, axis=1) - margin[np.arange(len(y)), y]
    lowest = np.mean(losses) + 0.5 * l2 * np.sum(peer.coef_**2)
    gap = run.trace.gaps[-1]
    assert run.loss - lowest <= gap + 1e-12 and gap <= 1e-6 * run.loss
    assert "as the penalty and the curvature of the rows proves" in run.stop.message
    assert run.stop.reason == "arrived"


@pytest.mark.parametrize(
    ("asked", "said"), [({"bias": False}, "one more safe step"), ({}, "an estimate by how")]
)
def test_what_is_not_proved_is_not_called_so(tmp_path, monkeypatch, asked, said):
    """Without a penalty, and of more params than those whose Hessian is worked out."""
    monkeypatch.setattr("steepest.objective.linear.MOST_PROVED", 3)
    files, _, _ = few_rows(tmp_path, 3)
    run = st.descend(files, "y", threads=1, **asked)
    assert run.stop.reason == "arrived" and np.isnan(run.trace.gaps[-1])
    assert "proves" not in run.explain() and said in run.stop.message

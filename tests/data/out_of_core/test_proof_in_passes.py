"""The gap that is proved by the curvature of a sample, the first rows of each row group, or all.

Without a bias, or of many weights, it is proved by that of L2 where that is enough; where memory
has no room for the curvature of all pairs of params, nothing is called a proof.
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
def test_a_part_of_the_rows_proves_a_gap_that_is_large_enough(tmp_path, monkeypatch, weighed):
    monkeypatch.setattr("steepest.objective.minimum.sure_gap.METRIC_ROWS", 40)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, 3)) * [1.0, 10.0, 0.1]
    run, lowest = descended(tmp_path, x, rng.exponential(size=ROWS) if weighed else None)
    near = run.objective.evaluate(run.params + 1e-4)
    proved = run.objective.proved_gap(near)
    assert 0.0 < proved.passes < 0.2
    assert near.loss - lowest <= proved.gap <= 12.0 * (near.loss - lowest)
    assert proved.gap <= 1e-6 * near.loss
    assert "as the curvature of the rows proves" in run.stop.message


def test_where_the_first_rows_of_each_group_are_all_alike_the_others_prove_it(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("steepest.objective.minimum.sure_gap.METRIC_ROWS", 40)
    x = np.random.default_rng(0).normal(size=(ROWS, 3))
    x[np.arange(ROWS) % GROUP < GROUP // 4, 1] = 0.0
    run, lowest = descended(tmp_path, x, None)
    near = run.objective.evaluate(run.params + 1e-4)
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
    assert run.objective.proved_gap(run.objective.evaluate(run.params + 1.0), True) is None


@pytest.mark.parametrize(("classes", "l2"), [(2, 1e-3), (3, 1e-1)])
def test_of_many_weights_with_a_bias_the_penalty_and_the_rows_prove_it(
    tmp_path, monkeypatch, classes, l2
):
    monkeypatch.setattr("steepest.data.out_of_core.limits.PROOF_MATRICES", 10**7)
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


@pytest.mark.parametrize("kind", ["plain", "no bias", "softmax", "l2 too small"])
def test_of_many_weights_the_curvature_of_a_sample_proves_it(tmp_path, monkeypatch, kind):
    """Of more params than L2 is not asked first; of a smaller number than 512, to be quick."""
    monkeypatch.setattr("steepest.objective.linear.FEW_PROVED", 3)
    files, x, y = few_rows(tmp_path, 6)
    l2, bias = 1e-9 if kind == "l2 too small" else 0.0, kind != "no bias"
    if kind == "softmax":
        y = (y + (x[:, 2] > np.random.default_rng(0).normal(size=len(x)))).astype(np.int8)
        columns = {f"x{j}": x[:, j] for j in range(6)} | {"y": [f"c{one}" for one in y]}
        pq.write_table(pa.table(columns), tmp_path / "rows.parquet", row_group_size=GROUP)
    run = st.descend(files, "y", l2=l2, bias=bias, threads=1)
    peer = LogisticRegression(C=np.inf, fit_intercept=bias, tol=1e-12, max_iter=1000).fit(x, y)
    margin = peer.decision_function(x)
    margin = margin if kind == "softmax" else np.column_stack([np.zeros(len(y)), margin])
    lowest = np.mean(logsumexp(margin, axis=1) - margin[np.arange(len(y)), y])
    gap = run.trace.gaps[-1]
    assert run.loss - lowest <= gap + 1e-9 * l2 + 1e-12 and gap <= 1e-6 * run.loss
    near = run.objective.evaluate(1.0001 * run.params)
    proved = run.objective.proved_gap(near)
    assert near.loss - lowest <= proved.gap <= 30.0 * (near.loss - lowest) + 1e-12
    assert run.objective.proved_gap(run.objective.evaluate(2.0 * run.params)).gap == np.inf
    by = "the penalty and " if l2 else ""
    assert f"as {by}the curvature of the rows proves" in run.stop.message
    assert "no proof" not in [one.name for one in run.notes]


def test_a_walk_that_nothing_whitens_ends_where_it_is_proved(tmp_path, monkeypatch):
    """And goes on from its second step to the same end: it is asked anew there."""
    monkeypatch.setattr("steepest.data.out_of_core.limits.MATRICES", 10**8)
    files, x, y = few_rows(tmp_path, 40)
    run = st.descend(files, "y", threads=1)
    assert not len(run.trace.whitened)
    peer = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(x, y)
    margin = peer.decision_function(x)
    lowest = np.mean(np.logaddexp(0.0, margin) - y * margin)
    gap = run.trace.gaps[-1]
    assert run.loss - lowest <= gap <= 1e-6 * run.loss
    assert run.loss - lowest > 1e-13 * run.loss  # not gone on to the last digits
    assert "as the curvature of the rows proves" in run.stop.message
    gone_on = st.descend(files, "y", threads=1, callback=lambda step: step.index == 2).resume()
    assert np.array_equal(gone_on.trace.losses, run.trace.losses)
    assert gone_on.stop == run.stop and gone_on.trace.passes[-1] == run.trace.passes[-1]


@pytest.mark.parametrize(
    ("asked", "said"), [({"bias": False}, "one more safe step"), ({}, "an estimate by how")]
)
def test_what_is_not_proved_is_not_called_so_and_why_is_said(tmp_path, monkeypatch, asked, said):
    """Without a penalty, and of more pairs of params than memory has room for."""
    monkeypatch.setattr("steepest.data.out_of_core.limits.PROOF_MATRICES", 10**7)
    files, _, _ = few_rows(tmp_path, 3)
    run = st.descend(files, "y", threads=1, **asked)
    assert run.stop.reason == "arrived" and np.isnan(run.trace.gaps[-1])
    assert said in run.stop.message and "proves" not in run.stop.message
    (note,) = [one for one in run.notes if one.name == "no proof"]
    assert "give so much (memory=, --memory), or an l2, such as 1e-4, which" in note.message
    assert note.message in " ".join(run.explain().split())
    proved = st.descend(files, "y", threads=1, l2=1e-4, **asked)
    if not asked:
        assert np.isnan(proved.trace.gaps[-1])
    else:
        assert "as the penalty proves" in proved.stop.message
        assert "no proof" not in [one.name for one in proved.notes]

"""Columns that are nearly the same, in passes: the end is the lowest loss, its proof is true."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.special import expit

import steepest as st
from steepest.numerals import bound

ROWS = 30_000


@pytest.mark.parametrize(
    ("seed", "e"), [(113, 1e-8), (112, 1e-7), (111, 1e-6), (135, 1e-6), (156, 1.0)]
)
def test_the_proved_gap_is_no_less_than_the_true_one(tmp_path: Path, seed: int, e: float) -> None:
    """Newton's method knows the difference of the columns, in its unit, as a column."""
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, ROWS))
    y = (rng.random(ROWS) < 1 / (1 + np.exp(-4 * z - x))).astype(int)
    near = x + e * z
    pq.write_table(pa.table({"a": x, "b": near, "y": y}), tmp_path / "rows.parquet")
    run = st.descend(tmp_path, "y", memory="64MB")
    Z = np.column_stack([x, (near - x) / e, np.ones(ROWS)])
    w = np.zeros(3)
    for _ in range(20):
        yhat = expit(Z @ w)
        w -= np.linalg.solve((Z.T * (yhat * (1 - yhat))) @ Z, Z.T @ (yhat - y))
    best = float(np.mean(np.logaddexp(0, Z @ w) - y * (Z @ w)))
    last = run.trace.last
    assert run.stop.reason == "arrived"
    assert last.full_loss - best <= last.gap <= 1e-6 * best
    assert f"by more than {bound(last.gap)} (" in run.stop.message
    assert float(bound(last.gap)) >= last.gap

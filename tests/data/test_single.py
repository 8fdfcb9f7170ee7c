"""X of float32 stays float32; params, sums and all that is told are float64."""

from pathlib import Path

import numpy as np
import pytest
from reference import problem

import steepest as st
from steepest.data.prepare import prepare

LOSSES = {
    "squared": st.Squared(),
    "absolute": st.Absolute(),
    "cross_entropy": st.CrossEntropy(),
    "softmax": st.Softmax(3),
}


@pytest.mark.parametrize("kind", LOSSES)
def test_float32_is_the_same_numbers_in_float64(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.blocks.BLOCK_BYTES", 8192)
    X, y = problem(kind, 0, rows=500, features=5)
    single = X.astype(np.float32)
    ours, double = (
        st.LinearObjective(x, y, LOSSES[kind], l2=0.1) for x in (single, single.astype(np.float64))
    )
    params = np.random.default_rng(0).normal(size=ours.size)
    assert ours.blocks.X.dtype == np.float32 and np.shares_memory(ours.blocks.X, single)
    assert ours.evaluate(params).gradient.dtype == np.float64
    for one, other in zip(ours.evaluate(params)[:4], double.evaluate(params)[:4], strict=True):
        assert np.array_equal(one, other)
    for one, other in zip(ours.moments, double.moments, strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(ours.gram, double.gram)


def test_a_run_keeps_float32_and_arrives_as_exactly(tmp_path: Path) -> None:
    X, y = problem("cross_entropy", 1, rows=300, features=4)
    X = X.astype(np.float32)
    run, double = (st.descend((x, y), l2=0.01) for x in (X, X.astype(np.float64)))
    assert run.data.X is X
    assert run.stop.reason == "arrived"
    assert np.allclose(run.params, double.params, rtol=1e-12)
    run.save(tmp_path / "run.steepest")
    assert st.load(tmp_path / "run.steepest").data.X.dtype == np.float32
    run.figure(tmp_path / "run.png")
    assert np.allclose(run.predict_proba(X), double.predict_proba(X), rtol=1e-12)


def test_missing_numbers_of_float32_are_named() -> None:
    X = np.array([[1.0], [np.nan], [np.inf]], np.float32)
    with pytest.raises(st.DataError, match=r"1 missing value .*row 2.* and 1 infinite value"):
        prepare((X, np.arange(3.0)))

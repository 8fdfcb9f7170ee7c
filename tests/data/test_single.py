"""X of float32 stays float32; params, sums and all that is told are float64."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reference import problem
from scipy.sparse import csc_array, csr_array

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
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 8192)
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


FORMS: dict[str, Callable[[NDArray[np.float32]], Any]] = {
    "by rows": np.ascontiguousarray,
    "by columns": np.asfortranarray,
    "csr": csr_array,
    "csc": csc_array,
}


def _exactly(kind: str, margin: Any, y: Any) -> tuple[Any, Any]:
    """Return loss and slope of each row, of margins in long doubles."""
    if kind == "squared":
        return (margin - y) ** 2, 2 * (margin - y)
    if kind == "huber":
        held = np.clip(margin - y, -1, 1)
        return held * (margin - y - held / 2), held
    return np.logaddexp(0, margin) - y * margin, 1 / (1 + np.exp(-margin)) - y


@pytest.mark.parametrize("far", [0.0, 1e3, 1e6])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["squared", "huber", "cross_entropy"])
def test_float32_of_a_mean_far_from_0_is_as_exact_as_the_formula(
    kind: str, form: str, far: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A margin of d products is off by (d + 2) eps of their sizes, whatever the rows are kept as.

    So is a loss by that times its slope, and half its square times the curvature, 2 at most.
    """
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 8192)
    rng, rows, features = np.random.default_rng(0), 3000, 4
    X = (rng.normal(size=(rows, features)) + far * np.array([1, -1, 1, 0])).astype(np.float32)
    weights, away = rng.normal(size=features), rng.normal(size=rows)
    params = np.append(weights, -weights @ X.mean(axis=0, dtype=float))
    exact = X.astype(np.longdouble) @ params[:-1].astype(np.longdouble) + params[-1]
    y = (away > 0).astype(float) if kind == "cross_entropy" else np.asarray(exact + away, float)
    losses, slopes = _exactly(kind, exact, y)
    X1 = np.abs(np.column_stack([X, np.ones(rows)]).astype(np.longdouble))
    eps = np.finfo(float).eps
    off = (features + 2) * eps * (X1 @ np.abs(params) + np.abs(y))
    bound = (off * (np.abs(slopes) + off)).mean() + np.log2(rows) * eps * losses.mean()
    at = st.LinearObjective(FORMS[form](X), y, kind).evaluate(params)
    assert abs(at.loss - losses.mean()) <= bound
    gradient = np.append(X.astype(np.longdouble).T @ slopes, slopes.sum()) / rows
    of_slopes = 2 * off + (np.log2(rows) + 2) * eps * np.abs(slopes)
    assert (np.abs(at.gradient - gradient) <= X1.T @ of_slopes / rows).all()

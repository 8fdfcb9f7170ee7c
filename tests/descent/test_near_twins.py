"""Features that are nearly the same: the minimum is that of the same rows told otherwise."""

import numpy as np
import pytest

import steepest as st

RNG = np.random.default_rng(3)
X, Z = RNG.normal(size=(2, 100))
TARGETS = {
    "cross_entropy": RNG.random(100) < 1.0 / (1.0 + np.exp(-X - Z)),
    "poisson": RNG.poisson(np.exp(0.5 * X + 0.5 * Z)),
    "huber:0.5": X + Z + RNG.normal(size=100),
}


@pytest.mark.parametrize("loss", TARGETS)
@pytest.mark.parametrize("apart", [1e-5, 1e-7, 1e-9])
def test_a_column_beside_its_near_copy(loss: str, apart: float) -> None:
    run = st.descend((np.c_[X, X + apart * Z], TARGETS[loss]), loss=loss)
    plain = st.descend((np.c_[X, Z], TARGETS[loss]), loss=loss)
    # What the copy is off by is itself rounded: to 1e-16 of it, against `apart`.
    assert run.loss == pytest.approx(plain.loss, rel=1e-9 + 1e-15 / apart)
    assert run.stop.reason in ("arrived", "settled")
    assert run.lowest_loss is None or run.loss <= run.lowest_loss * (1 + 1e-7)


def test_a_column_beside_its_single_precision_copy() -> None:
    height = np.round(170.0 + 10.0 * X, 2)
    single = height.astype(np.float32)
    target = TARGETS["cross_entropy"]
    run = st.descend((np.c_[height, single], target))
    other = st.descend((np.c_[height, (single - height) * 1e5], target))
    assert run.loss == pytest.approx(other.loss, rel=1e-8)

"""Least squares with defaults against the values that NIST certifies, digit by digit."""

import numpy as np
import pytest
from strd import Regression, regressions

import steepest as st

SETS = regressions()
LEAST = {"pontius": 7, "filip": 7, "wampler4": 7, "wampler5": 7}
"""The right digits asked for; of all others nine."""


@pytest.mark.parametrize("name", SETS)
def test_the_defaults_reach_the_certified_digits(name: str) -> None:
    one: Regression = SETS[name]
    X, y = one.arrays()
    run = st.descend((X, y), loss="squared")
    digits = one.digits(run.params)
    ones = np.column_stack([X, np.ones(len(y))])
    lapack = one.digits(np.linalg.lstsq(ones, y, rcond=None)[0])
    assert digits >= LEAST.get(name, 9)
    assert digits >= lapack - 1
    assert run.stop.reason == "arrived" and len(run.trace) <= 6

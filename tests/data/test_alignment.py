"""Where the numbers begin in memory changes no bit of a run and none of a prediction."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from reference import problem

import steepest as st
from steepest.data.arrays import as_c_array

LINE = 64
"""Bytes that a processor reads at once: no kernel asks for more."""


def placed(array: np.ndarray, offset: int) -> np.ndarray:
    """Return a copy that begins so many bytes after a multiple of 64."""
    room = np.zeros(array.nbytes + 2 * LINE, np.uint8)
    begin = -room.ctypes.data % LINE + offset
    copy = room[begin : begin + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    assert copy.ctypes.data % LINE == offset
    return copy


def placed_rows(X: Any, offset: int) -> Any:
    """Return a copy of X, dense or CSR, of which all numbers begin there."""
    if isinstance(X, np.ndarray):
        return placed(X, offset)
    copy = X.copy()
    copy.data, copy.indices = placed(X.data, offset), placed(X.indices, offset // 8 * 4)
    return copy


KINDS: dict[str, Callable[[np.ndarray], Any]] = {
    "double": lambda X: X,
    "single": lambda X: X.astype(np.float32),
    "column order": np.asfortranarray,
    "sparse": lambda X: sp.csr_array(X * (np.abs(X) > 1.0)),
}
LOSSES = {
    "squared": "squared",
    "absolute": "absolute",
    "cross_entropy": "cross_entropy",
    "softmax": "cross_entropy",
}


@pytest.mark.parametrize("rule", ["auto", "adam"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_has_the_same_bits_wherever_its_numbers_begin(
    kind: str, loss: str, rule: str
) -> None:
    rows, y = problem(loss, 0, rows=301, features=13)
    X, weight = KINDS[kind](rows), np.linspace(0.5, 2.0, len(y))
    rate = {} if rule == "auto" else {"rule": rule, "learning_rate": 0.01}
    asked = {"loss": LOSSES[loss], "steps": 12, **rate}
    wanted = st.descend((X, y), sample_weight=weight, **asked)
    # 1 and 4 are no multiples of a number's 8 bytes; the others are, but not of a register's.
    for offset in (1, 4, 8, 24, 48):
        data = placed_rows(X, offset), placed(y, offset)
        run = st.descend(data, sample_weight=placed(weight, offset), **asked)
        assert np.array_equal(run.trace.params, wanted.trace.params)
        assert np.array_equal(run.trace.losses, wanted.trace.losses)
        assert np.array_equal(run.margins(data[0]), wanted.margins(X))
        assert run.score(data) == wanted.score((X, y))


def test_an_objective_has_them_too() -> None:
    X, y = problem("squared", 1, rows=500, features=7)
    params, weight = np.arange(8.0), np.linspace(0.0, 1.0, 500)
    wanted = st.LinearObjective(X, y, "squared", sample_weight=weight).value_and_gradient(params)
    odd = st.LinearObjective(
        placed(X, 1), placed(y, 3), "squared", sample_weight=placed(weight, 5)
    ).value_and_gradient(params)
    assert odd[0] == wanted[0] and np.array_equal(odd[1], wanted[1])


def test_what_is_in_order_already_is_not_copied() -> None:
    X = np.ones((5, 3))
    assert as_c_array(X, np.float64) is X
    assert as_c_array(placed(X, 8), np.float64).ctypes.data % LINE == 8
    assert as_c_array(placed(X, 1), np.float64).flags.aligned

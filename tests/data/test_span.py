"""Numbers whose squares leave float64 are refused by name; all others give the same fit."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import sparse

import steepest as st
from steepest.data.span import check_span
from steepest.errors import DataError

X = np.array([[0.0, 3.0], [2.0, 1.0], [4.0, 2.0], [1.0, 0.0], [3.0, 1.0], [0.0, 1.5]])
Y = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 9.0])
COUNTS = Y.round()
CLASSES = ["a", "b", "a", "b", "a", "a"]

KINDS: dict[str, dict[str, Any]] = {
    "squared": {},
    "raw units": {"scale": "none", "rule": "steepest", "steps": 20},
    "l1": {"l1": 1e-3},
    "poisson": {"loss": "poisson"},
    "momentum": {"rule": "momentum", "scale": "standard"},
}


@pytest.mark.parametrize("kind", [*KINDS, "classes", "sparse"])
@pytest.mark.parametrize("size", [1e154, 1e200, 1e300, 1e-155, 1e-200, 1e-310])
def test_what_has_no_square_is_refused_by_its_name(kind: str, size: float) -> None:
    target = CLASSES if kind == "classes" else COUNTS
    rows = X * [1.0, size]
    given = sparse.csr_array(rows) if kind == "sparse" else rows
    largest = int(np.argmax(np.abs(X[:, 1]))) + 1
    word = rf"\(row {largest}\), .*beyond float64" if size > 1 else "below float64"
    with pytest.raises(st.DataError, match=rf"^second .*{word}; tell it in"):
        st.descend((given, target), features=["first", "second"], **KINDS.get(kind, {}))


@pytest.mark.parametrize("loss", ["squared", "absolute", "huber"])
@pytest.mark.parametrize("size", [1e154, 1e307, 1e-155, 1e-300])
def test_so_is_a_target(loss: str, size: float) -> None:
    with pytest.raises(st.DataError, match=r"^y (holds|differs)"):
        st.descend((X, Y * size), loss=loss)


@given(some.floats(-150, 150), some.floats(-150, 150))
def test_all_other_sizes_give_the_same_fit(of_x: float, of_y: float) -> None:
    rows, y = X * [1.0, 10.0**of_x], Y * 10.0**of_y
    X1 = np.column_stack([X, np.ones(len(Y))])
    residual = X1 @ np.linalg.lstsq(X1, Y, rcond=None)[0] - Y
    found = st.descend((rows, y))
    assert found.loss == pytest.approx(np.mean(residual**2) * 10.0 ** (2 * of_y), rel=1e-9)


def test_a_constant_is_no_fault_of_its_size() -> None:
    rows = np.column_stack([X, np.full(len(Y), 1e-200), np.zeros(len(Y))])
    assert st.descend((rows, Y)).loss == pytest.approx(st.descend((X, Y)).loss, rel=1e-12)


def test_a_target_on_disk_is_not_copied_to_be_looked_at():
    """Rows that are read in passes have no array as long as they are in memory."""
    y = np.linspace(-1.0, 1.0, 200_000)
    X = y[:, None]
    tracemalloc.start()
    check_span(X, y, np.array([0.5]), ["x"], "y")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < y.nbytes / 20


def test_a_row_is_called_by_its_place_among_those_left_out():
    y = np.array([1.0, 1e200, 2.0])
    rows = [3, 8, 10]
    with pytest.raises(DataError, match=r"y holds numbers up to 1e\+200 \(row 8\)"):
        check_span(np.ones((3, 1)), y, [0.5], ["x"], "y", place=lambda i: f"row {rows[i]}")

"""Columns are read from Arrow's buffers as pyarrow converts them, without what it loads for it."""

import subprocess
import sys
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

import steepest.data.arrow as arrow
from steepest.data.columns import numbers

KINDS = {
    "double": (pa.float64(), float),
    "single": (pa.float32(), float),
    "whole": (pa.int64(), int),
    "byte": (pa.int8(), int),
    "true or false": (pa.bool_(), lambda value: value > 0),
    "decimal": (pa.decimal128(10, 3), lambda value: Decimal(int(value))),
}

values = some.lists(some.one_of(some.none(), some.integers(-100, 100)), max_size=40)


@given(some.sampled_from(sorted(KINDS)), values, some.integers(0, 40), some.integers(0, 9))
def test_numbers_are_those_that_pyarrow_converts(
    kind: str, whole: list[Any], cut: int, start: int
) -> None:
    type_, of = KINDS[kind]
    array = pa.array([None if value is None else of(value) for value in whole], type_)
    parts = [array[:cut], array[cut:]] if cut < len(array) else [array]
    column = pa.chunked_array(parts, type_).slice(start)
    wanted = column.cast(pa.float64(), safe=False).to_numpy()
    found = numbers(column)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, wanted)


def test_numbers_load_no_pandas() -> None:
    pytest.importorskip("pandas")
    program = (
        "import sys, steepest as st; st.descend('geyser', 'waiting', ['duration']);"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_press_while_conversions_load_is_heard_after(monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import signal

    def press(value: str) -> None:
        # As while pandas loads: whoever swallows the exception does so here.
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(pa, "scalar", press)
    try:
        with pytest.raises(KeyboardInterrupt):
            arrow.ready_for_text()
    finally:
        signal.signal(signal.SIGINT, before)

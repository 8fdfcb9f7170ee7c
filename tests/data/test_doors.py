"""Whatever a frame or a file holds, no error but ours leaves: it is taken, or refused in words."""

import datetime
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import steepest as st
from steepest.data.likely import look
from steepest.data.prepare import prepare
from steepest.data.table import read_table
from steepest.errors import SteepestError

ROWS = 12
COUNT = np.arange(ROWS)
DAY = datetime.date(2020, 1, 31)

KINDS: dict[str, Any] = {
    "half": COUNT.astype("float16"),
    "long double": COUNT.astype("longdouble"),
    "beyond float64": [2**70 + i for i in range(ROWS)],
    "beyond int64": COUNT.astype("uint64") + 2**63,
    "infinite": [np.inf, -np.inf, np.nan] * 4,
    "huge": COUNT * 1e307,
    "tiny": COUNT * 5e-324,
    "complex": COUNT * 1j,
    "decimal": [Decimal(i) / 8 for i in range(ROWS)],
    "narrow decimal": pa.array([Decimal(i) for i in range(ROWS)], pa.decimal128(4, 1)),
    "fraction": [Fraction(i, 3) for i in range(ROWS)],
    "mixed": ["a", 1, None] * 4,
    "gaps": [None] * ROWS,
    "some": [None, 1.5, 2.0] * 4,
    "truth": [True, None, False] * 4,
    "words": ["a", "b", None] * 4,
    "blanks": ["", " ", "\u00a0"] * 4,
    "marks": ["1,5", "2.5", "1 000"] * 4,
    "amounts": ["€1", "2 %", "-"] * 4,
    "bytes": [b"a", b"\xff", b""] * 4,
    "dates": [DAY + datetime.timedelta(days=i) for i in range(ROWS)],
    "hours": [datetime.time(i) for i in range(ROWS)],
    "spans": [datetime.timedelta(hours=i) for i in range(ROWS)],
    "lists": [[1, 2]] * ROWS,
    "records": [{"k": 1}] * ROWS,
    "objects": [object() for _ in range(ROWS)],
    "once": [1] * ROWS,
    "codes": ["01", "02", "10"] * 4,
}
OF_PANDAS: dict[str, Any] = {
    "cut": pd.cut(COUNT, 3),
    "intervals": pd.arrays.IntervalArray.from_breaks(np.arange(ROWS + 1)),
    "nullable": pd.array([1, None, 3] * 4, dtype="Int64"),
    "nullable truth": pd.array([True, None, False] * 4, dtype="boolean"),
    "arrow": pd.array(COUNT, dtype="int8[pyarrow]"),
    "sparse": pd.arrays.SparseArray(COUNT),
    "period": pd.period_range("2020", periods=ROWS, freq="M"),
    "zone": pd.date_range("2020", periods=ROWS, tz="Europe/Berlin"),
    "category": pd.Categorical([1.5, None, 2.5] * 4),
}
OF_POLARS: dict[str, Any] = {
    "enum": pl.Series(["a", "b", None] * 4, dtype=pl.Enum(["b", "a"])),
    "decimal": pl.Series([Decimal(i) for i in range(ROWS)], dtype=pl.Decimal(10, 2)),
    "wide": pl.Series(range(ROWS), dtype=pl.Int128),
    "array": pl.Series([[1, 2]] * ROWS, dtype=pl.Array(pl.Int64, 2)),
    "object": pl.Series([object()] * ROWS, dtype=pl.Object),
}
OF_ARROW: dict[str, Any] = {
    "half": pa.array(COUNT.astype("float16")),
    "view": pa.array(["a", "b", None] * 4, pa.string_view()),
    "dictionary": pa.array(KINDS["dates"]).dictionary_encode(),
    "months": pa.array([(1, 2, 3)] * ROWS, pa.month_day_nano_interval()),
    "runs": pa.RunEndEncodedArray.from_arrays([6, ROWS], ["a", "b"]),
    "days": pa.array(KINDS["dates"], pa.date64()),
    "map": pa.array([[("k", 1)]] * ROWS, pa.map_(pa.string(), pa.int64())),
}
OTHERS = {pd.DataFrame: OF_PANDAS, pl.DataFrame: OF_POLARS, pa.table: OF_ARROW, dict: {}}

USES = some.fixed_dictionaries(
    {"missing": some.sampled_from(["error", "drop", "mean", "most", "indicator"])},
    optional={
        "category": some.just("c"),
        "sample_weight": some.just("c"),
        "date": some.sampled_from([{"c": "days"}, {"c": "season"}]),
        "terms": some.sampled_from(["c + c^2", ". + c:x"]),
        "class_weight": some.just("balanced"),
        "validation": some.sampled_from([0.25, "c", "last:c:0.25"]),
    },
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(some.data())
def test_no_error_but_ours_leaves_a_frame(data: some.DataObject) -> None:
    make = data.draw(some.sampled_from(list(OTHERS)))
    kinds = {**KINDS, **OTHERS[make]}
    name = data.draw(some.sampled_from(sorted(kinds)))
    target = data.draw(some.sampled_from("xc"))
    uses = data.draw(USES)
    try:
        frame = make({"x": COUNT % 5, "c": kinds[name]})
    except Exception:
        return  # what pandas, polars or Arrow do not take is no frame
    with suppress(SteepestError), np.errstate(all="ignore"):  # as `descend` has it
        prepare(frame, target, **uses)
    with suppress(SteepestError):
        look(read_table(frame), "frame")


CELLS = ["1", "2.5", "1,5", "", "NA", '"', '""', '"a\nb"', "a", " b ", "01", "#", "-", "€5", "3 %"]
CELLS += ["1e999", "inf", "2024-01-05", "31.12.2024", "true", "\u2212 2", "\u00a0", "\0", "\ufeff"]
FIELDS = some.one_of(some.sampled_from(CELLS), some.text(max_size=3))
ENDS = some.sampled_from(["\n", "\r\n", "\r", ",\n", "\n\n"])
LETTERS = some.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    some.lists(some.lists(FIELDS, min_size=1, max_size=4), max_size=8),
    some.sampled_from(",;\t| "),
    ENDS,
    LETTERS,
)
def test_no_error_but_ours_leaves_a_text_file(
    tmp_path: Path, rows: list[list[str]], delimiter: str, end: str, letters: str
) -> None:
    path = tmp_path / "any.csv"
    text = end.join(delimiter.join(row) for row in [["x", "c"], *rows])
    path.write_bytes(text.encode(letters, errors="replace"))
    with suppress(SteepestError):
        prepare(path, "x", missing="drop")
    with suppress(SteepestError):
        look(read_table(path), "any.csv")


@pytest.mark.parametrize("kind", ["half", "view"])
def test_types_that_arrow_does_not_compute_with_are_as_any(kind: str) -> None:
    y = COUNT % 5
    plain = {"half": COUNT.astype(float), "view": ["a", "b", None] * 4}
    runs = [
        st.descend(pa.table({"c": column, "y": y}), "y", missing="most")
        for column in (OF_ARROW[kind], plain[kind])
    ]
    assert runs[0].weights == pytest.approx(runs[1].weights)

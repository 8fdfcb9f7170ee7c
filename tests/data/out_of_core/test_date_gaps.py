"""What stands for a gap among dates that are read in passes: what does in memory, by all rows."""

from collections import Counter
from datetime import datetime, timedelta
from math import cos, pi, sin
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import steepest as st
from steepest.data.out_of_core import digests, evidence
from steepest.errors import DataError

FILLS = ("mean", "most", "indicator")
HOWS = ("days", "year", "season")
KINDS = {
    "dates": pa.date32(),
    "times": pa.timestamp("ns"),
    "times of a zone": pa.timestamp("s", tz="Europe/Berlin"),
}


def days_of(rows: int, seed: int = 0) -> list[datetime | None]:
    """Return days of nine years, the 9th of March of several years the most frequent season."""
    draws = np.random.default_rng(seed).integers(0, 3200, rows).tolist()
    days: list[datetime | None] = [datetime(2010, 1, 1) + timedelta(one) for one in draws]
    days[::13] = [datetime(2010 + i % 2, 3, 9) for i in range(len(days[::13]))]
    days[5::17] = [None] * len(days[5::17])
    return days


def table_of(kind: pa.DataType, rows: int = 2500) -> pa.Table:
    rng = np.random.default_rng(1)
    columns = {"y": rng.normal(size=rows), "w": rng.integers(1, 4, rows).astype(float)}
    return pa.table({"day": pa.array(days_of(rows)).cast(kind), **columns})


def written(table: pa.Table, folder: Path) -> Path:
    folder.mkdir()
    for part in range(2):
        half = table.num_rows // 2
        rows = table.slice(part * half, half)
        pq.write_table(rows, folder / f"p{part}.parquet", row_group_size=500)
    return folder


def numbers_of(day: datetime, how: str) -> tuple[float, ...]:
    """Return what a date becomes, worked out by the calendar of the standard library."""
    if how == "days":
        return ((day - datetime(1970, 1, 1)) / timedelta(days=1),)
    begin, end = datetime(day.year, 1, 1), datetime(day.year + 1, 1, 1)
    over = (day - begin) / (end - begin)
    return (day.year + over,) if how == "year" else (sin(2 * pi * over), cos(2 * pi * over))


def fill_by_hand(table: pa.Table, how: str, missing: str, weighted: bool) -> np.ndarray:
    days = table["day"].cast(pa.timestamp("us")).to_pylist()
    weights = table["w"].to_pylist() if weighted else [1.0] * len(days)
    there = [
        (numbers_of(day, how), w) for day, w in zip(days, weights, strict=True) if day is not None
    ]
    if missing != "most":
        values, by = zip(*there, strict=True)
        return np.average(np.array(values), axis=0, weights=by)
    totals: Counter[tuple[float, ...]] = Counter()
    for value, weight in there:
        totals[value] += weight
    return np.array(min(totals, key=lambda one: (-totals[one], one)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("missing", FILLS)
def test_fills_of_dates_are_those_of_all_rows(tmp_path, kind, how, missing):
    table = table_of(KINDS[kind])
    folder = written(table, tmp_path / "d")
    for weighted in (False, True):
        asked = {"features": ["day"], "date": {"day": how}, "missing": missing, "steps": 0}
        asked |= {"sample_weight": "w"} if weighted else {}
        whole, run = st.descend(table, "y", **asked), st.descend(folder, "y", **asked)
        assert run.feature_names == whole.feature_names
        (fill,) = run.data.features.fills.values()
        by_hand = fill_by_hand(table, how, missing, weighted)
        assert np.allclose(np.atleast_1d(fill), by_hand, rtol=1e-12, atol=1e-14)
        (other,) = whole.data.features.fills.values()
        assert np.allclose(fill, other, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("missing", FILLS)
def test_gaps_among_dates_of_words(tmp_path, missing, how):
    path = tmp_path / "g.csv"
    days = ["2024/1/3", "", "2024/1/5", "2024/2/9", "2024/2/9"]
    days += ["2024.1.8", "2024/1/8", "2024.01.08"]  # one date in three spellings
    path.write_text("day,y\n" + "".join(f"{day},{i * i % 7}\n" for i, day in enumerate(days)))
    asked = {"date": {"day": how}, "missing": missing}
    whole, run = st.descend(path, "y", **asked), st.descend(path, "y", memory="64MB", **asked)
    assert run.loss == pytest.approx(whole.loss, rel=1e-9)
    assert run.feature_names == whole.feature_names
    for name, fill in whole.data.features.fills.items():
        assert run.data.features.fills[name] == pytest.approx(fill, rel=1e-12)


def test_a_fit_of_filled_dates_is_that_in_memory(tmp_path):
    table = table_of(pa.date32())
    asked = {"features": ["day"], "date": {"day": "season"}, "missing": "indicator"}
    whole = st.descend(table, "y", **asked)
    run = st.descend(written(table, tmp_path / "d"), "y", **asked)
    assert run.loss == pytest.approx(whole.loss, rel=1e-9)


@pytest.mark.parametrize("how", HOWS)
def test_of_too_many_different_dates_the_fill_is_not_known(tmp_path, how, monkeypatch):
    for module in (digests, evidence):
        monkeypatch.setattr(module, "MOST_DISTINCT", 1000)
    folder = written(table_of(pa.date32()), tmp_path / "d")
    asked = {"features": ["day"], "date": {"day": how}}
    with pytest.raises(DataError, match="'day' holds more than 1,000 different dates; what stands"):
        st.descend(folder, "y", missing="mean", **asked)
    assert st.descend(folder, "y", missing="drop", steps=1, **asked).loss > 0

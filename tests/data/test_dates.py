"""Dates as features: the numbers of pandas' own calendar, kept with the run."""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from asked import Ask
from hypothesis import given
from hypothesis import strategies as some
from pyarrow import csv
from sklearn.impute import SimpleImputer

import steepest as st
from steepest.data.fill import FILLS
from steepest.data.prepare import prepare
from steepest.errors import ChoiceError, DataError

DAYS = some.dates(datetime.date(1700, 1, 1), datetime.date(2200, 12, 31))


@given(some.lists(DAYS, min_size=4, max_size=12, unique=True))
def test_the_numbers_are_those_of_the_calendar(days: list[datetime.date]) -> None:
    table = {"day": days, "y": np.arange(len(days), dtype=float)}
    made = {how: prepare(table, "y", date={"day": how}) for how in ("days", "year", "season")}
    over = [
        (one - datetime.date(one.year, 1, 1)).days
        / (366 if pd.Period(one, "D").is_leap_year else 365)
        for one in days
    ]
    since = [one.toordinal() - datetime.date(1970, 1, 1).toordinal() for one in days]
    assert made["days"].X[:, 0].tolist() == since
    years = np.array([one.year for one in days]) + over
    np.testing.assert_allclose(made["year"].X[:, 0], years, rtol=1e-14)
    angle = 2 * np.pi * np.array(over)
    season = np.column_stack([np.sin(angle), np.cos(angle)])
    np.testing.assert_allclose(made["season"].X, season, atol=1e-13)
    assert made["season"].features.names == ("day sin", "day cos")
    assert (made["days"].features.units, made["year"].features.units) == (("days",), ("years",))


def test_hours_are_a_part_of_a_day_and_zones_are_one_time() -> None:
    stamps = pd.to_datetime(["2024-01-01 06:00", "2024-07-02 12:00", "2025-01-01 00:00"])
    for column in (stamps, stamps.tz_localize("UTC").tz_convert("Asia/Tokyo")):
        table = pd.DataFrame({"at": column, "y": [1.0, 2.0, 4.0]})
        days = prepare(table, "y", date={"at": "days"}).X[:, 0]
        assert np.diff(days).tolist() == [183.25, 182.5]
        year = prepare(table, "y", date={"at": "year"}).X[:, 0]
        assert year[0] == 2024 + 0.25 / 366 and year[2] == 2025


@given(some.lists(DAYS, min_size=4, max_size=9, unique=True), some.sampled_from("-/."))
def test_words_with_the_year_first_are_dates(days: list[datetime.date], mark: str) -> None:
    words = [f"{day.year}{mark}{day.month}{mark}{day.day:02}" for day in days]
    y = np.arange(len(days), dtype=float)
    for how in ("days", "year", "season"):
        said = prepare({"day": pd.Categorical(words), "y": y}, "y", date={"day": how})
        known = prepare({"day": days, "y": y}, "y", date={"day": how})
        assert np.array_equal(said.X, known.X)


@pytest.mark.parametrize("word", ["31/01/2024", "2024/13/01", "2024-02-30", "2024-1/2", "soon"])
def test_what_does_not_say_its_month_is_no_date(word: str) -> None:
    table = {"day": ["2024/01/31", "2024/02/01", word], "y": [1.0, 2.0, 4.0]}
    with pytest.raises(DataError, match="'day' must hold dates such as 2024-01-31"):
        prepare(table, "y", date={"day": "days"})


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (
            ["2020-01-01", "2019-13-45", "", "2020-01-03"],
            "such as '2020-01-01', and what is no such date in 1 row, the first '2019-13-45' on "
            "row 2; write all as 2024-01-31, and --date day=days",
        ),
        (["2020/01/01", "", "2020/01/02", ""], "such as '2020/01/01'; --date day=days"),
        (["1.2.2024"] * 4, "such as '1.2.2024'; write them with the year first, then the month"),
    ],
)
def test_dates_among_words_are_said_without_date(days: list[str], said: str) -> None:
    with pytest.raises(DataError) as caught:
        prepare({"day": days, "x": [1, 2, 4, 3], "y": [1.0, 2.0, 4.0, 3.0]}, "y")
    assert f"'day' holds dates written as text, {said}" in str(caught.value)


def test_gaps_are_filled_or_told() -> None:
    days = pd.to_datetime(["2024-01-01", None, "2024-01-05", "2024-01-09"])
    table = pd.DataFrame({"day": days, "y": [1.0, 2.0, 4.0, 3.0]})
    filled = prepare(table, "y", date={"day": "days"}, missing="indicator")
    assert filled.features.names == ("day", "day missing")
    assert filled.X[1, 0] == pytest.approx(np.mean(filled.X[[0, 2, 3], 0]), rel=1e-14)
    with pytest.raises(DataError, match="'day' has 1 missing value"):
        prepare(table, "y", date={"day": "days"})
    assert prepare(table, "y", date={"day": "season"}, missing="drop").dropped == 1
    there = pd.DataFrame({"at": days[[0, 2, 3]], "x": [1.0, None, 3.0], "y": [1.0, 2.0, 4.0]})
    run = st.descend(there, "y", date={"at": "season"}, missing="indicator", steps=1)
    assert run.feature_names == ("at sin", "at cos", "x", "x missing")
    as_given = np.column_stack([run.data.X[:, :2], there["x"]])
    np.testing.assert_array_equal(run.predict(as_given), run.predict(there))


def seasons_with_gaps() -> pd.DataFrame:
    days = pd.date_range("2023-01-01", periods=40, freq="17D").to_series(index=range(40))
    days[39] = days[2]
    days[[5, 6, 20]] = None
    return pd.DataFrame({"day": days, "y": np.sin(np.arange(40) / 3.0)})


@pytest.mark.parametrize("missing", FILLS)
def test_gaps_of_a_season_are_filled_as_scikit_learn_fills_sine_and_cosine(missing: str) -> None:
    table, date = seasons_with_gaps(), {"day": "season"}
    there = table["day"].notna().to_numpy()
    encoded = np.full((40, 2), np.nan)
    encoded[there] = prepare(table[there], "y", date=date).X
    how = "most_frequent" if missing == "most" else "mean"
    wanted = SimpleImputer(strategy=how, add_indicator=missing == "indicator").fit(encoded)
    if missing == "most":
        wanted.statistics_ = encoded[2]  # of each column alone it would be no date
    # Its indicator is one for each column; a date is missing in both.
    filled = wanted.transform(encoded)[:, : 3 if missing == "indicator" else 2]
    made = prepare(table, "y", date=date, missing=missing)
    np.testing.assert_allclose(made.X, filled, rtol=0, atol=1e-15)
    assert made.features.names[2:] == (("day missing",) if missing == "indicator" else ())
    run = st.descend(table, "y", date=date, missing=missing, steps=3)
    new = pd.DataFrame({"day": [None, table["day"][0]]})
    given = run.predict(new)
    run.save("seasons.steepest")
    np.testing.assert_array_equal(st.load("seasons.steepest").predict(new), given)
    if missing != "indicator":
        np.testing.assert_array_equal(given, run.predict(np.array([[np.nan] * 2, encoded[0]])))


def test_a_season_of_gaps_alone_is_told() -> None:
    table = seasons_with_gaps()
    table["day"] = pd.Series([pd.NaT] * 40, dtype="datetime64[ns]")
    with pytest.raises(DataError, match="'day' has no value in the rows to learn from"):
        prepare(table, "y", date={"day": "season"}, missing="mean")


def test_every_door_takes_them(ask: Ask) -> None:
    days = pd.date_range("2023-01-01", periods=60, freq="11D")
    y = 10 * np.sin(2 * np.pi * days.day_of_year / 365) + np.arange(60) % 3
    table = pd.DataFrame({"day": days, "y": y})
    table.to_csv("d.csv", index=False)
    fit = ["fit", "d.csv", "--target", "y", "--date", "day=season", "--save", "r"]
    assert ask(*fit).status == 0
    run = st.load("r")
    assert run.feature_names == ("day sin", "day cos") and run.metrics()["r2"] > 0.9
    assert ask("predict", "r", "d.csv", "-o", "p.csv").status == 0
    np.testing.assert_allclose(csv.read_csv(Path("p.csv"))["predicted"], run.predict(table))
    assert run.record()["dates"] == {"day": "season"}
    assert (
        "--date day=days (or year, or season) takes it as a number"
        in ask("fit", "d.csv", "--target", "y").err
    )
    assert "it must say what the column becomes" in ask(*fit[:4], "--date", "day").err


REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "a word": ({"day": "weeks"}, ChoiceError, "date of 'day' is 'weeks'; it must be one of days,"),
    "no mapping": ("day", ChoiceError, "say what each column becomes"),
    "no column": ({"dai": "days"}, DataError, "no column 'dai' for the dates; did you mean 'day'"),
    "numbers": ({"x": "days"}, DataError, "'x' must hold dates such as 2024-01-31, got int64"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_date(name: str) -> None:
    date, error, message = REFUSED[name]
    days = [datetime.date(2024, 1, day) for day in (1, 2, 5)]
    with pytest.raises(error, match=message):
        prepare({"day": days, "x": [1, 2, 4], "y": [1, 2, 4]}, "y", ["x", "day"], date=date)

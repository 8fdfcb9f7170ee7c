"""Numbers as people write them: read as what they are, told, and never guessed where unclear."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from steepest.data.features import choose_features
from steepest.data.prepare import prepare
from steepest.data.table import Table, read_table
from steepest.data.text.number_marks import deciding_mark, written_numbers
from steepest.data.text.reading import AS_FOUND, Reading
from steepest.errors import DataError

IN_A_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)


def read(folder: Path, text: str, reading: Reading = AS_FOUND) -> Table:
    (folder / "f.csv").write_text(text, encoding="utf-8")
    return read_table(folder / "f.csv", (), reading)


def column(folder: Path, values: list[str], reading: Reading = AS_FOUND) -> tuple[Any, ...]:
    """Return a column of a file of these values, its unit and what was said."""
    lines = "".join(f'"{value}";{i % 3}\n' for i, value in enumerate(values))
    table = read(folder, f"x;y\n{lines}", reading)
    unit = (table.arrow.schema.field("x").metadata or {}).get(b"unit", b"").decode()
    return table.arrow["x"].to_pylist(), unit, list(table.notes)


MARKED = {
    "decimal comma": (["1,5", "2,25", "3"], [1.5, 2.25, 3.0], "", "the decimal mark ','"),
    "comma, no digit behind": (["1,", "2,5"], [1.0, 2.5], "", "the decimal mark ','"),
    "comma, none before": ([",5", "2,5"], [0.5, 2.5], "", "the decimal mark ','"),
    "German": (["1.234,5", "3,25"], [1234.5, 3.25], "", "',' and the thousands mark '.'"),
    "American": (["1,234.5", "3.25"], [1234.5, 3.25], "", "the thousands mark ','"),
    "Indian": (["12,34,567", "1,234.5"], [1234567.0, 1234.5], "", "the thousands mark ','"),
    "Swiss": (["1'234.5", "3"], [1234.5, 3.0], "", '''the thousands mark "'"'''),
    "typeset Swiss": (["1\u2019234.5", "3"], [1234.5, 3.0], "", '''thousands mark "'"'''),
    "French": (["1\u202f234,5", "3"], [1234.5, 3.0], "", "',' and the thousands mark ' '"),
    "no-break": (["12\u00a0000", "3"], [12000, 3], "", "the thousands mark ' '"),
    "blank": (["12 000", "1 234 567"], [12000, 1234567], "", "the thousands mark ' '"),
    "two groups": (["1,234,567", "5"], [1234567, 5], "", "the thousands mark ','"),
    "percent": (["5%", "12.5 %"], [5.0, 12.5], "%", "the unit '%'"),
    "dollars": (["$5.00", "-$10.50"], [5.0, -10.5], "$", "the unit '$'"),
    "a sign behind the dollar": (["$5", "$-10"], [5, -10], "$", "the unit '$'"),
    "euros": (["1.234,50 €", "3,20 €"], [1234.5, 3.2], "€", "the unit '€'"),
    "codes of money": (["EUR 5", "EUR 7"], [5, 7], "EUR", "the unit 'EUR'"),
    "U+2212": (["\u22125", "3"], [-5, 3], "", "its own sign for minus"),
    "a dash": (["\u20132.5", "3"], [-2.5, 3.0], "", "its own sign for minus"),
    "accounts": (["(5)", "3"], [-5, 3], "", "its own sign for minus"),
    "accounts in dollars": (["($5.50)", "$3"], [-5.5, 3.0], "$", "the unit '$'"),
    "SAP": (["5-", "3"], [-5, 3], "", "its own sign for minus"),
    "powers": (["1,5e3", "2,5E-1"], [1500.0, 0.25], "", "the decimal mark ','"),
    "gaps": (["1,5", "NA", "", "n/a", "2,5"], [1.5, None, None, None, 2.5], "", "mark ','"),
    "a plus": (["+1,5", "2,5"], [1.5, 2.5], "", "the decimal mark ','"),
}


@pytest.mark.parametrize(("values", "numbers", "unit", "said"), MARKED.values(), ids=MARKED)
def test_marks_are_read_and_told(
    tmp_path: Path, values: list[str], numbers: list[float], unit: str, said: str
) -> None:
    found, its, notes = column(tmp_path, values)
    assert (found, its) == (numbers, unit)
    assert said in notes[0] and notes[0].startswith("'x' read with ")


WORDS = {
    "two units": ["5%", "$3"],
    "a unit in some rows": ["5%", "3"],
    "two thousands marks": ["1,234,567", "1'234"],
    "two decimal marks": ["1,5", "2.5"],
    "groups of one": ["1,2,3", "4,5,6"],
    "a time": ["0:05", "1:10"],
    "a date": ["1.2.2024", "3.4.2024"],
    "a range": ["5-7", "8-9"],
    "versions": ["1.2.3", "1.2.4"],
    "telephone": ["0228 1234", "030 5678"],
    "two signs": ["--5", "3"],
    "a word": ["1,5", "none"],
    "nothing but marks": [",", "."],
}


@pytest.mark.parametrize("values", WORDS.values(), ids=WORDS)
def test_what_is_no_number_stays_as_it_is_written(tmp_path: Path, values: list[str]) -> None:
    assert column(tmp_path, values) == (values, "", [])


def test_codes_are_words_whatever_is_beside_them(tmp_path: Path) -> None:
    found, _, notes = column(tmp_path, ["01000", "20095"])
    assert found == ["01000", "20095"]
    assert "codes" in notes[0]


UNCLEAR = ["1,234", "5,678"]


def test_what_may_be_two_numbers_is_asked(tmp_path: Path) -> None:
    table = read(tmp_path, 'x;y\n"1,234";1\n"5,678";2\n')
    said = "may be 1.234 as well as 1234; say which with --decimal ',' or --thousands ','"
    with pytest.raises(DataError, match=re.escape(said)):
        choose_features(table, ["x"], "y")


@pytest.mark.parametrize(
    ("reading", "numbers"),
    [
        (Reading(decimal=","), [1.234, 5.678]),
        (Reading(thousands=","), [1234, 5678]),
        (Reading(decimal="."), [1234, 5678]),
        (Reading(thousands="."), [1.234, 5.678]),
        (Reading(usual_decimal=","), [1.234, 5.678]),
    ],
)
def test_what_is_said_decides(tmp_path: Path, reading: Reading, numbers: list[float]) -> None:
    assert column(tmp_path, UNCLEAR, reading)[0] == numbers


@pytest.mark.parametrize(
    ("beside", "numbers"),
    [("0,5", [1.234, 5.678]), ("1.234,5", [1.234, 5.678]), ("0.5", [1234, 5678])],
)
def test_another_column_decides(tmp_path: Path, beside: str, numbers: list[float]) -> None:
    table = read(tmp_path, f'x;y\n"1,234";{beside}\n"5,678";{beside}\n')
    assert table.arrow["x"].to_pylist() == numbers


def test_points_between_thousands_beside_decimal_commas(tmp_path: Path) -> None:
    """Arrow reads 1.234 as little more than 1."""
    table = read(tmp_path, "x;y\n1.234;0,5\n12.345;1,5\n")
    assert table.arrow.to_pydict() == {"x": [1234, 12345], "y": [0.5, 1.5]}


def test_columns_that_contradict_each_other_decide_nothing() -> None:
    comma, point = (written_numbers(pa.chunked_array([[one]])) for one in ("1,5", "1.5"))
    assert comma is not None and point is not None
    assert deciding_mark({"a": comma}) == "," and deciding_mark({"a": point}) == "."
    assert deciding_mark({"a": comma, "b": point}) == deciding_mark({}) == ""


NUMBERS = some.decimals(-(10**9), 10**9, places=2)
GROUPS = some.sampled_from([(",", "."), (".", ","), (",", " "), (".", "'"), (",", ""), (".", " ")])


def in_marks(value: Decimal, decimal: str, thousands: str) -> str:
    """Return a number with these marks, as Python's own format has them."""
    return f"{value:,.2f}".replace(",", "t").replace(".", decimal).replace("t", thousands)


@IN_A_FOLDER
@given(
    some.lists(NUMBERS, min_size=1, max_size=8),
    GROUPS,
    some.sampled_from(["{}", "{} €", "{}%", "CHF {}", "({})"]),
)
def test_numbers_in_any_marks_are_read_again(
    tmp_path: Path, values: list[Decimal], marks: tuple[str, str], dress: str
) -> None:
    values = [abs(value) if dress == "({})" else value for value in values]
    texts = [dress.format(in_marks(value, *marks)) for value in values]
    found, unit, _ = column(tmp_path, texts)
    sign = -1 if dress == "({})" else 1
    assert found == [sign * float(value) for value in values]
    assert unit == dress.replace("{}", "").strip().replace("()", "")


@given(some.lists(some.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6))
def test_any_float_with_a_comma_is_itself(values: list[float]) -> None:
    texts = [repr(value).replace(".", ",") for value in values]
    one = written_numbers(pa.chunked_array([texts]))
    assert one is not None
    mark = one.mark(",")
    assert mark is not None
    assert np.array_equal(one.numbers(mark).cast(pa.float64(), safe=False).to_numpy(), values)


PIECES = some.sampled_from(["1", "23", "456", "789", ".", ",", " ", "'", "-", "(", ")", "%", "e2"])


@settings(max_examples=80)
@given(some.lists(some.lists(PIECES, max_size=6).map("".join), min_size=1, max_size=3))
def test_no_text_is_read_as_another_number_than_its_digits(texts: list[str]) -> None:
    """Whatever is taken for numbers has its digits in order, and one gap a gap."""
    one = written_numbers(pa.chunked_array([texts]))
    if one is None:
        return
    for mark in one.readings:
        for text, number in zip(texts, one.numbers(mark).to_pylist(), strict=True):
            digits = re.sub(r"[eE].*|\D", "", text).lstrip("0")
            told = "" if number is None else f"{Decimal(str(number)):f}"
            shown = re.sub(r"\D", "", told).strip("0")
            assert shown == digits.strip("0")[: len(shown)]


@pytest.mark.parametrize("mark", ["?", ".", "*", "-", "--", "\u2013", "N/A", ""])
def test_a_mark_alone_among_numbers_is_a_gap(mark: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"a,y\n1.5,1\n{mark},2\n-3,3\n")
    with pytest.raises(DataError, match=r"'a' has 1 missing value \(first: line 3\)"):
        prepare(tmp_path / "t.csv", "y")
    assert prepare(tmp_path / "t.csv", "y", missing="drop").X[:, 0].tolist() == [1.5, -3.0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a;y\n1.234;1\n2.500;2\n", True),
        ("a;y\n1.234;1.5\n2.500;2\n", False),
        ("a;y\n0.234;1\n2.500;2\n", False),
        ("a,y\n1.234,1\n2.500,2\n", False),
    ],
)
def test_a_point_that_may_be_that_of_thousands_is_told_beside_semicolons(
    tmp_path: Path, content: str, said: bool
) -> None:
    path = tmp_path / "points.csv"
    path.write_text(content)
    note = "'a' read with the decimal mark '.'; if not, --thousands ."
    assert (note in read_table(path).notes) == said
    assert read_table(path).arrow["a"][1].as_py() == 2.5
    assert note not in read_table(path, reading=Reading(decimal=".")).notes
    if said:
        whole = read_table(path, reading=Reading(thousands="."))
        assert whole.arrow["a"].to_pylist() == [1234, 2500]

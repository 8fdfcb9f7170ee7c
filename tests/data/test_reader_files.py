"""Files that other programs wrote are read as the values that these programs show.

`written` beside holds what R, haven and PSPP wrote (tools/reader_fixtures.R); databases and
arrays are written by their own libraries here.
"""

import contextlib
import datetime
import json
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tables import columns

import steepest as st
from steepest.data.prepare import prepare
from steepest.data.table import Table, read_table
from steepest.data.text.reading import Reading
from steepest.errors import ChoiceError, DataError, FileError, SteepestError

WRITTEN = Path(__file__).parent / "written"
IN_A_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)

AGE = [20, 31, None, 45, 52, 38, 27, 60, 41, 33, 29, 48]
INCOME = [1.5, 2.25, 3, None, 5.125, 2.5, 1.75, 6, 3.5, 2.75, 2, 4.5]
LEVEL = [{"H": "High", "L": "Low", "M": "Medium"}[letter] for letter in "HLMHLLMHMLLH"]
SMOKER = [True, False, None, True, False, False, True, True, False, False, True, False]
DAY = [datetime.date(2024, 1, 1) + datetime.timedelta(days=i) for i in range(12)]
"""What R's data frame in tools/reader_fixtures.R holds."""


def day(value: Any) -> datetime.date:
    return value.date() if isinstance(value, datetime.datetime) else value


def levels(table: Table, name: str) -> list[str]:
    return table.arrow[name].combine_chunks().dictionary.to_pylist()


@pytest.mark.parametrize("name", ["people.rds", "people.sav", "people.dta", "people.xpt"])
def test_a_frame_that_r_wrote_is_what_r_shows(name: str) -> None:
    pytest.importorskip("rdata")
    pytest.importorskip("pyreadstat")
    table = read_table(WRITTEN / name)
    found = columns(table)
    assert found["age"] == AGE
    assert found["income"] == INCOME
    assert [day(value) for value in found["day"]] == DAY
    assert found["name"] == list("abcdefghijkl")
    if name != "people.xpt":
        assert found["level"] == LEVEL
        assert found["smoker"] == SMOKER


def test_levels_are_in_the_order_of_their_codes_not_of_the_alphabet() -> None:
    pytest.importorskip("pyreadstat")
    for name in ("people.sav", "people.dta"):
        assert levels(read_table(WRITTEN / name), "level") == ["High", "Low", "Medium"]
    pytest.importorskip("rdata")
    assert levels(read_table(WRITTEN / "people.rds"), "level") == ["Low", "Medium", "High"]


def test_what_spss_marks_as_missing_is_a_gap_and_a_label_alone_is_told() -> None:
    pytest.importorskip("pyreadstat")
    pspp, sav, dta = (read_table(WRITTEN / f) for f in ("pspp.sav", "people.sav", "people.dta"))
    assert columns(pspp)["age"] == [20, 31, None, 45, 52]
    assert columns(pspp)["edu"] == ["High", "Medium", "Low", "High", "Low"]
    assert columns(sav)["sat"][2] is None
    assert columns(dta)["sat"][2] == 99
    assert "'sat' is read as numbers, of which 99 (Refused) has a label" in dta.notes[0]


def test_objects_of_r_are_chosen_by_name_and_a_matrix_has_the_names_of_r() -> None:
    pytest.importorskip("rdata")
    first = read_table(WRITTEN / "two.rda")
    assert first.arrow.column_names == ["x", "y"]
    assert "the object 'other' is read, of 2 (--sheet takes another)" in first.notes
    assert read_table(WRITTEN / "two.rda", (), Reading(sheet="d")).arrow.num_rows == 12
    assert columns(read_table(WRITTEN / "matrix.rds")) == {"V1": [1, 2, 3], "V2": [4, 5, 6]}
    with pytest.raises(ChoiceError, match="there is no object 'e'; its objects are other, d"):
        read_table(WRITTEN / "two.rda", (), Reading(sheet="e"))
    with pytest.raises(DataError, match="there is no data frame, only the object"):
        read_table(WRITTEN / "list.rds")


@pytest.mark.parametrize(
    ("name", "package"), [("people.rds", "rdata"), ("people.sav", "pyreadstat")]
)
def test_a_reader_that_is_not_installed_is_named_with_its_line(
    monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(FileError, match=rf"needs {package}; pip install 'steepest\[tables\]'"):
        read_table(WRITTEN / name)


ARFF = r"""% a comment
@relation 'people x'
@attribute age integer
@attribute 'how far' {near, 'very far', far}
@ATTRIBUTE income REAL
@attribute day date "yyyy-MM-dd"
@attribute name string
@data
20, near, 1.5, "2024-01-02", 'O\'Neil, B.'
31,'very far',?,?,'?', {2}
{0 5, 2 3.5}
"""


def test_arff_is_read_as_weka_describes_it(tmp_path: Path) -> None:
    path = tmp_path / "p.arff"
    path.write_text(ARFF)
    table = read_table(path)
    assert columns(table) == {
        "age": [20, 31, 5],
        "how far": ["near", "very far", "near"],  # what a sparse row leaves out is the first
        "income": [1.5, None, 3.5],
        "day": [datetime.datetime(2024, 1, 2), None, None],
        "name": ["O'Neil, B.", "?", None],  # in quotes it is no gap
        "weight": [1.0, 2.0, 1.0],
    }
    assert levels(table, "how far") == ["near", "very far", "far"]
    assert table.place(1) == "line 10"
    assert "--weights weight" in table.notes[0]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("@attribute a integer\n@data\n3.7", "line 4: '3.7' must be a whole number for 'a', got"),
        ("@attribute a {x, y}\n@data\nz", "line 4: 'z' must be one of x, y for 'a', got 'z'"),
        ("@attribute a real\n@data\n1,2", "must be 1 values, one for each attribute, got 2"),
        ("@attribute a real\n@data\n{1 2}", "an index from 0 to 0 and a value, got '1 2'"),
        ("@attribute a relational\n@data\n1", "line 2: '@attribute a relational' must be numeric"),
        ("@attribute a real\n@attribute a real\n@data\n1,1", "two attributes are named 'a'"),
        ("@attribute a real\n", "there is no line @data"),
        ("@attribute a date yyy-W\n@data\n1", "must be a date of yyyy"),
        ("@attribute a real\n@data\n1, {x}", "a number as the weight in braces"),
    ],
)
def test_what_is_wrong_in_arff_is_told_by_its_line(tmp_path: Path, lines: str, said: str) -> None:
    path = tmp_path / "bad.arff"
    path.write_text("@relation r\n" + lines)
    with pytest.raises(DataError) as error:
        read_table(path)
    assert said in str(error.value)


def test_scipy_reads_the_same_dense_arff(tmp_path: Path) -> None:
    arff = pytest.importorskip("scipy.io.arff")
    path = tmp_path / "s.arff"
    path.write_text(
        "@relation r\n@attribute a real\n@attribute b {x,y-z}\n@data\n1.5,x\n?,y-z\n-2e3,x\n"
    )
    rows, _ = arff.loadarff(str(path))
    found = columns(read_table(path))
    assert found["a"][::2] == rows["a"][::2].tolist() and found["a"][1] is None
    assert found["b"] == [label.decode() for label in rows["b"]]


ORANGE = (
    "age\tlevel\tname\tincome\tnote\n"
    "continuous\tlow high\tstring\tc\ts\n"
    "\t\tmeta\tclass\tignore\n"
    "20\tlow\tann\t1.5\tq\n31\thigh\tbob\t?\tq\n40\tlow\tcid\t3\tq\n"
)


def test_a_blank_in_a_value_of_orange_has_a_mark_before_it(tmp_path: Path) -> None:
    path = tmp_path / "heart.tab"
    lines = ["thal\ty", "normal fixed\\ defect reversable\\ defect\tc", "\tclass"]
    path.write_text("\n".join([*lines, "fixed defect\t1", "normal\t2", "fixed defect\t3"]))
    table = read_table(path)
    assert levels(table, "thal") == ["normal", "fixed defect", "reversable defect"]
    assert columns(table)["thal"] == ["fixed defect", "normal", "fixed defect"]


def test_the_three_lines_of_orange_are_believed(tmp_path: Path) -> None:
    path = tmp_path / "o.tab"
    path.write_text(ORANGE)
    table = read_table(path)
    assert columns(table) == {
        "age": [20, 31, 40],
        "level": ["low", "high", "low"],
        "name": ["ann", "bob", "cid"],
        "income": [1.5, None, 3],
    }
    assert levels(table, "level") == ["low", "high"]
    assert table.index == ("name",)
    assert table.place(2) == "line 6"
    assert "'income' is flagged as the class (--target)" in table.notes
    assert "'note' left out, flagged to be ignored" in table.notes


def test_tabs_without_those_lines_are_text(tmp_path: Path) -> None:
    path = tmp_path / "plain.tab"
    path.write_text("a\tb\n0\tx\n1\ty\n0\tx\n")
    assert columns(read_table(path)) == {"a": [0, 1, 0], "b": ["x", "y", "x"]}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("31\t", "x\t", "line 5: 'age' is 'x', but its type is a number"),
        ("\thigh\tbob", "\tmid\tbob", "line 5: 'level' is 'mid', but its values are low, high"),
        ("31\thigh\t", "31\t", "line 5: expected 5 values as in the header, got 4"),
    ],
)
def test_what_is_wrong_in_orange_is_told_by_its_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "o.tab"
    path.write_text(ORANGE.replace(old, new))
    with pytest.raises(DataError) as error:
        read_table(path)
    assert said in str(error.value)


def test_svmlight_is_what_scikit_learn_writes(tmp_path: Path) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    generator = np.random.default_rng(0)
    X = generator.normal(size=(9, 4)) * (generator.random((9, 4)) < 0.5)
    X[:, 0], X[3] = 0.0, 0.0  # an empty first column must not shift the others
    X[0, 3] = 2.5
    y = generator.normal(size=9)
    path = tmp_path / "a.svm"
    datasets.dump_svmlight_file(X, y, str(path), zero_based=False)
    table = read_table(path).arrow
    assert np.allclose(table["target"].to_numpy(), y, rtol=1e-15)
    for i in range(4):
        assert np.allclose(table[f"feature {i + 1}"].to_numpy(), X[:, i], rtol=1e-15)


def test_what_new_sparse_rows_leave_out_is_0(tmp_path: Path) -> None:
    train, new = tmp_path / "train.svm", tmp_path / "new.svm"
    train.write_text("1 1:1 3:2\n2 1:2\n0 3:-1 # c\n1.5 2:1 3:1\n")
    new.write_text("0 1:1\n")
    run = st.descend(train, target="target")
    first = run.predict(new)[0]
    assert first == pytest.approx(run.bias + run.weights[0], rel=1e-12)
    assert run.data.features.names == ("feature 1", "feature 2", "feature 3")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1 0:5", "'0:5' must be index:value, with indices from 1 that increase"),
        ("1 2:5 1:1", "'1:1' must be index:value"),
        ("1 5", "'5' must be index:value"),
        ("a 1:5", "the label is 'a', which must be a number"),
        ("1 1:x", "the value of feature 1 is 'x', which must be a number"),
        ("1 60000000:1", "1 rows x 60,000,000 features are too many for a table"),
    ],
)
def test_what_is_wrong_in_sparse_rows_is_told(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "bad.svm"
    path.write_text(line + "\n")
    with pytest.raises(DataError) as error:
        read_table(path)
    assert said in str(error.value)


@IN_A_FOLDER
@given(
    rows=some.lists(
        some.fixed_dictionaries(
            {"a": some.none() | some.integers(-9, 9), "b": some.none() | some.sampled_from("xy")}
        ),
        min_size=1,
        max_size=5,
    )
)
def test_rows_of_json_are_the_same_by_line_and_in_a_list(
    tmp_path: Path, rows: list[dict[str, Any]]
) -> None:
    lines, listed = tmp_path / "a.jsonl", tmp_path / "a.json"
    lines.write_text("\n\n".join(json.dumps(row) for row in rows))
    listed.write_text("\n " + json.dumps(rows, indent=1))
    wanted = {name: [row[name] for row in rows] for name in "ab"}
    assert columns(read_table(lines)) == columns(read_table(listed)) == wanted


def test_a_late_fraction_and_an_object_in_json(tmp_path: Path) -> None:
    path = tmp_path / "late.jsonl"
    path.write_text('{"a": 1, "b": {"c": 5}}\n' * 40_000 + '{"a": 2.75, "d": true}\n')
    found = columns(read_table(path))
    assert list(found) == ["a", "b.c", "d"]
    assert found["a"][-1] == 2.75 and found["b.c"][-1] is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1}\n\n{"a": "x"}', "'a' mixes numbers (line 1) and words (line 3)"),
        ('{"a": 1}\n{"a":', "bad.json, line 2: it is no JSON"),
        ("[1, 2]", "row 1: a row must be an object of names and values, got 1"),
        ("[{]", "bad.json: it is no JSON"),
    ],
)
def test_what_is_wrong_in_json_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(DataError) as error:
        read_table(path)
    assert said in str(error.value)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "people.db"
    made = sqlite3.connect(path)
    made.execute("create table people(age integer, income real, name text)")
    made.executemany(
        "insert into people values(?,?,?)", [(20, 1.5, "a"), (31, None, "b"), (40, 2.5, "c")]
    )
    made.execute('create table "mixed ""up"""(x, y)')
    made.executemany('insert into "mixed ""up""" values(?,?)', [(1, 2), ("a", 3)])
    made.commit()
    made.close()
    return path


def test_a_table_of_sqlite_and_a_query(database: Path) -> None:
    table = read_table(database)
    assert columns(table) == {
        "age": [20, 31, 40],
        "income": [1.5, None, 2.5],
        "name": ["a", "b", "c"],
    }
    assert "the table 'people' is read, of 2 (--sheet takes another)" in table.notes
    mixed = read_table(database, (), Reading(sheet='mixed "up"'))
    assert mixed.refused["x"] == "mixes numbers such as 1 and words such as 'a'; make it one kind"
    asked = Reading(query="select age + 1 as older from people where income > 2")
    assert columns(read_table(database, (), asked)) == {"older": [41]}


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (Reading(query="delete from people"), "refuses the query 'delete from people'"),
        (Reading(query="select nope from people"), "no such column: nope"),
        (Reading(query="select age, age from people"), "two columns 'age'; name one with AS"),
        (Reading(sheet="nope"), "there is no table 'nope'; its tables are people, mixed"),
        (Reading(sheet="people", query="select 1"), "sheet and query are both given"),
    ],
)
def test_a_query_that_cannot_be_is_told_and_changes_nothing(
    database: Path, reading: Reading, said: str
) -> None:
    before = database.read_bytes()
    with pytest.raises(ChoiceError) as error:
        read_table(database, (), reading)
    assert said in str(error.value)
    assert database.read_bytes() == before


def test_a_table_of_duckdb(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "people.duckdb"
    made = duckdb.connect(str(path))
    made.execute(
        "create table people as select i as age, (i * 1.5)::decimal(10, 2) as income, "
        "i % 2 = 0 as even, date '2024-01-01' + i::int as day from range(40) t(i)"
    )
    made.close()
    table = read_table(path).arrow
    assert table["day"][3].as_py() == datetime.date(2024, 1, 4)
    run = st.descend(path, target="income", features=["age", "even"])
    assert run.weights == pytest.approx([1.5, 0.0], abs=1e-9)
    summed = Reading(query="select sum(age) as years, count(*) as n from people")
    assert columns(read_table(path, (), summed)) == {"years": [780], "n": [40]}
    with pytest.raises(ChoiceError, match="refuses the query"):
        read_table(path, (), Reading(query="select nope from people"))
    with pytest.raises(ChoiceError, match="read-only"):
        read_table(path, (), Reading(query="create table x(a int)"))


def test_arrays_of_numpy_are_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    X, y = np.arange(12.0).reshape(6, 2), np.array(list("ababab"))
    np.savez(path, X=X, y=y, made=np.array("today"), small=X[:, 0].astype(np.uint8))
    table = read_table(path)
    assert table.arrow.column_names == ["X 1", "X 2", "y", "small"]
    assert columns(table)["X 2"] == X[:, 1].tolist()
    assert columns(table)["y"] == list("ababab")
    assert table.notes == ("left out, not of 6 rows: made ()",)


def test_one_array_of_numpy_by_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.array([(1, 2.5), (3, 4.5)], dtype=[("n", int), ("x", float)]))
    assert columns(read_table(path)) == {"n": [1, 3], "x": [2.5, 4.5]}


def test_objects_of_python_are_refused_without_a_hint_to_load_them(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, y=np.array([1, "a"], dtype=object))
    with pytest.raises(FileError) as error:
        read_table(path)
    assert "arrays of objects as numbers" in str(error.value)
    assert "pickle" not in str(error.value)


SUFFIXES = ".sav .dta .xpt .sas7bdat .rds .rda .arff .tab .svm .jsonl .json .db .duckdb .npz .npy"


@pytest.mark.parametrize("suffix", SUFFIXES.split())
def test_bytes_of_no_format_are_refused_in_words(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("rdata")
    pytest.importorskip("pyreadstat")
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(b"nonsense here, no table at all")
    with pytest.raises(SteepestError) as error:
        read_table(path)
    assert f"bad{suffix}" in str(error.value)


def test_a_reader_of_spss_that_breaks_down_ends_no_process_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The trial of a sound file ends itself here, as by a fault of its reader."""
    pytest.importorskip("pyreadstat")
    breaks_down = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    monkeypatch.setattr("steepest.data.readers.statistics._TRIAL", breaks_down)
    with pytest.raises(FileError, match="its reader breaks down on it"):
        read_table(WRITTEN / "people.sav")


def whole_files(folder: Path) -> dict[str, bytes]:
    """Return a small file of each format that Python itself reads: bytes of it may be damaged."""
    np.savez(folder / "a.npz", X=np.arange(6.0), y=np.array(list("ababab")))
    np.save(folder / "a.npy", np.array([(1, 2.5)], dtype=[("n", int), ("x", float)]))
    written = {
        ".arff": "@relation r\n@attribute a numeric\n@attribute d date 'yyyy-MM-dd'\n@data\n1,?\n",
        ".tab": "age\tlevel\nc\tlow high\n\tclass\n20\tlow\n31\thigh\n",
        ".svm": "1 1:1 3:2\n2 1:2\n",
    }
    files = {suffix: text.encode() for suffix, text in written.items()}
    return files | {path.suffix: path.read_bytes() for path in folder.iterdir()}


DAMAGE = some.tuples(
    some.floats(0, 1, exclude_max=True), some.integers(0, 12), some.binary(min_size=0, max_size=6)
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return whole_files(tmp_path_factory.mktemp("sound"))


@given(draw=some.data(), damage=some.lists(DAMAGE, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_damaged_bytes_are_read_or_refused_in_words(
    draw: some.DataObject, damage: list[tuple[float, int, bytes]], sound: dict[str, bytes]
) -> None:
    suffix = draw.draw(some.sampled_from(sorted(sound)))
    contents = bytearray(sound[suffix])
    for share, taken, put in damage:
        at = int(share * len(contents))
        contents[at : at + taken] = put
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"damaged{suffix}"
        path.write_bytes(contents)
        with contextlib.suppress(SteepestError):
            prepare(path, read_table(path).arrow.column_names[-1])


def test_a_part_is_refused_of_a_file_that_has_none(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ChoiceError, match="no spreadsheet, database or file of R"):
        read_table(path, (), Reading(sheet="a"))
    with pytest.raises(ChoiceError, match=r"query is given, but a\.csv is no"):
        read_table(path, (), Reading(query="select 1"))

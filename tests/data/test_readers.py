"""Tables by any door against pandas, polars and the standard library, on any data."""

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as some
from pyarrow import feather, parquet
from sklearn.preprocessing import LabelEncoder

import steepest as st
from steepest.data.columns import counts, kind_of, listing, numbers, words
from steepest.data.features import Features, choose_features
from steepest.data.gaps import Holes, holes_in_words, sound_rows
from steepest.data.prepare import prepare
from steepest.data.table import Table, read_table
from steepest.data.target import Target, plain_target
from steepest.data.text.dialect import read_dialect
from steepest.data.text.text_file import line_of
from steepest.data.written import flat, write_table

IN_A_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
FLOATS = some.floats(allow_nan=False, allow_infinity=False)
LETTERS = some.text(some.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")))
WORDS = some.text("abcdé,;|'\" \n", min_size=1, max_size=6).map(lambda word: f"w{word}")


@some.composite
def frames(draw: some.DrawFn) -> pd.DataFrame:
    """Draw a frame of one column of numbers, one of whole numbers and one of words."""
    rows = draw(some.integers(1, 8))

    def column(values: some.SearchStrategy[Any]) -> list[Any]:
        return draw(some.lists(values, min_size=rows, max_size=rows))

    wholes = some.integers(-(2**53), 2**53)
    return pd.DataFrame({"number": column(FLOATS), "whole": column(wholes), "word": column(WORDS)})


@IN_A_FOLDER
@given(frames(), some.sampled_from(",;\t|"))
def test_text_is_read_as_the_writer_meant_it(
    tmp_path: Path, frame: pd.DataFrame, delimiter: str
) -> None:
    path = tmp_path / ("f.tsv" if delimiter == "\t" else "f.csv")
    frame.to_csv(path, sep=delimiter, index=False)
    table = read_table(path, as_written=("word",)).arrow
    assert numbers(table["number"]).tolist() == frame["number"].tolist()
    assert numbers(table["whole"]).tolist() == frame["whole"].astype(float).tolist()
    assert table["word"].to_pylist() == frame["word"].tolist()


@IN_A_FOLDER
@given(frames())
def test_text_is_read_as_polars_reads_it(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.to_csv(tmp_path / "f.csv", index=False)
    theirs = pl.read_csv(tmp_path / "f.csv", schema_overrides={"number": pl.Float64})
    ours = read_table(tmp_path / "f.csv").arrow
    assert ours.column_names == theirs.columns
    assert numbers(ours["number"]).tolist() == theirs["number"].to_list()


@IN_A_FOLDER
@given(frames(), some.sampled_from([".parquet", ".arrow", ".feather", ".csv", ".tsv"]))
def test_a_table_that_is_written_is_read_by_pandas(
    tmp_path: Path, frame: pd.DataFrame, ending: str
) -> None:
    path = tmp_path / f"f{ending}"
    write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    if ending in (".csv", ".tsv"):
        sep = "," if ending == ".csv" else "\t"
        again = pd.read_csv(path, sep=sep, dtype=str, keep_default_na=False)
    else:
        again = pd.read_parquet(path) if ending == ".parquet" else pd.read_feather(path)
    assert list(map(float, again["number"])) == frame["number"].tolist()
    assert list(map(int, again["whole"])) == frame["whole"].tolist()
    assert again["word"].tolist() == frame["word"].tolist()


@pytest.mark.parametrize("kind", ["pandas", "polars", "lazy", "arrow", "batch", "dict"])
@settings(max_examples=20)
@given(frame=frames())
def test_frames_of_any_kind_are_the_same_table(kind: str, frame: pd.DataFrame) -> None:
    data = frame.to_dict("list")
    make: dict[str, Any] = {
        "pandas": lambda: frame,
        "polars": lambda: pl.DataFrame(data),
        "lazy": lambda: pl.LazyFrame(data),
        "arrow": lambda: pa.table(data),
        "batch": lambda: pa.RecordBatch.from_pydict(data),
        "dict": lambda: data,
    }
    assert read_table(make[kind]()).arrow.to_pydict() == data


@IN_A_FOLDER
@given(some.lists(some.lists(WORDS, min_size=2, max_size=2), min_size=1, max_size=9))
def test_the_line_of_a_row_is_where_the_standard_library_finds_it(
    tmp_path: Path, rows: list[list[str]]
) -> None:
    path = tmp_path / "f.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([["a", "b"], *rows])
    dialect = read_dialect(path)
    lines = [2 + sum(field.count("\n") for row in rows[:i] for field in row) + i for i in range(9)]
    for i in range(len(rows)):
        assert line_of(path, dialect, i) == lines[i]
    assert line_of(path, dialect, len(rows)) is None


@given(some.lists(some.text("ab1 ", max_size=2) | some.none(), max_size=20))
def test_levels_are_counted_as_the_standard_library_counts(values: list[str | None]) -> None:
    column = pa.chunked_array([pa.array(values, pa.string())])
    bare = [(value or "").strip() for value in values]
    assert counts(column) == Counter(value for value in bare if value)
    assert words(column).to_pylist() == [value or None for value in bare]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pa.array([1, 2]), "number"),
        (pa.array([1.5, None]), "number"),
        (pa.array([True, None]), "boolean"),
        (pa.array(["a", None]), "text"),
        (pa.array(["a"], pa.large_string()), "text"),
        (pa.array(["a"]).dictionary_encode(), "dictionary"),
        (pa.array([0], pa.date32()), "time"),
        (pa.array([None]), "empty"),
        (pa.array([[1]]), "other"),
        (pa.array([b"x"]), "other"),
    ],
)
def test_the_kind_of_a_column_goes_by_its_arrow_type(values: pa.Array, kind: str) -> None:
    assert kind_of(pa.chunked_array([values])) == kind


@given(some.lists(some.sampled_from(["ant", "bee", "cat", "1", "é"]), min_size=4, max_size=30))
def test_indicators_are_the_dummies_of_pandas_without_the_base(levels: list[str]) -> None:
    assume(len(set(levels)) > 1)
    frame = pd.DataFrame({"kind": pd.Categorical(levels), "y": range(len(levels))})
    table = read_table(frame)
    features = choose_features(table, ["kind"], "y")
    dummies = pd.get_dummies(frame["kind"], prefix="kind", prefix_sep="=").astype(float)
    most = max(Counter(levels).values())
    base = min(level for level in set(levels) if levels.count(level) == most)
    dummies = dummies.drop(columns=f"kind={base}")
    assert features.bases == {"kind": base}
    assert sorted(features.names) == sorted(dummies.columns)
    assert np.array_equal(features.matrix(table), dummies[list(features.names)])


@given(
    some.lists(some.sampled_from(["no", "yes", "maybe"]), min_size=6, max_size=40)
    | some.lists(some.sampled_from([-2.5, 0.5, 7.5]), min_size=6, max_size=40)
    | some.lists(some.integers(0, 2), min_size=6, max_size=40)
)
def test_codes_of_classes_are_those_of_scikit_learn(labels: list[Any]) -> None:
    assume(1 < len(set(labels)) <= len(labels) // 2)
    target, codes = plain_target(labels, classify=True)
    encoder = LabelEncoder().fit(labels)
    assert list(target.classes or ()) == encoder.classes_.tolist()
    assert codes.tolist() == encoder.transform(labels).tolist()


LABELS = some.lists(LETTERS, min_size=2, unique=True) | some.lists(FLOATS, min_size=2, unique=True)


@given(LETTERS, LABELS | some.none(), LETTERS)
def test_a_target_comes_back_from_json(name: str, labels: list[Any] | None, unit: str) -> None:
    target = Target(name, None if labels is None else tuple(labels), unit)
    assert Target.from_dict(json.loads(json.dumps(target.to_dict()))) == target


@given(frames())
def test_features_come_back_from_json_and_make_the_same_matrix(frame: pd.DataFrame) -> None:
    table = read_table(frame.assign(twice=np.arange(len(frame)) % 2, y=0.0))
    assume(frame["number"].nunique() > 1)
    features = choose_features(table, ["number", "twice"], "y")
    again = Features.from_dict(json.loads(json.dumps(features.to_dict())))
    assert again == features
    assert np.array_equal(again.matrix(table), features.matrix(table))


@given(some.lists(some.tuples(some.booleans(), some.booleans()), min_size=1, max_size=20))
def test_holes_are_counted_and_the_first_is_named(marks: list[tuple[bool, bool]]) -> None:
    gaps, infinite = (np.array(column) for column in zip(*marks, strict=True))
    holes = Holes("a", gaps, infinite & ~gaps)
    assert bool(holes) == any(gap or inf for gap, inf in marks)
    assert sound_rows([holes], len(marks)).tolist() == [not (g or i) for g, i in marks]
    said = holes_in_words([holes], lambda row: f"row {row}")
    for what, there in (("missing", gaps), ("infinite", infinite & ~gaps)):
        found = re.search(rf"(\d+) {what} values? \(first: row (\d+)\)", said)
        assert bool(found) == there.any()
        if found:
            assert [int(group) for group in found.groups()] == [there.sum(), there.argmax()]


@given(some.lists(FLOATS | some.just(float("nan")), min_size=5, max_size=30))
def test_rows_with_gaps_are_those_that_pandas_drops(values: list[float]) -> None:
    frame = pd.DataFrame({"x": values, "y": np.arange(len(values), dtype=float)})
    kept = frame.dropna()
    assume(len(kept) > 2 and kept["x"].nunique() > 1)
    data = prepare(frame, "y", missing="drop")
    assert data.dropped == len(frame) - len(kept)
    assert np.array_equal(np.ravel(data.X), kept["x"])
    assert np.array_equal(data.y, kept["y"])


@given(some.lists(some.lists(FLOATS, min_size=2, max_size=2), min_size=1, max_size=6))
def test_columns_of_lists_are_flattened_to_one_column_an_item(rows: list[list[float]]) -> None:
    table = pa.table({"i": range(len(rows)), "params": rows})
    again = flat(table, {"params": ["weight", "bias"]})
    assert again.column_names == ["i", "weight", "bias"]
    assert [list(row) for row in zip(*map(again.__getitem__, ("weight", "bias")), strict=True)] == [
        [pa.scalar(a), pa.scalar(b)] for a, b in rows
    ]


@given(some.permutations(range(8)), some.integers(1, 8))
def test_places_of_kept_rows_stay_those_of_the_source(order: list[int], count: int) -> None:
    table = Table(pa.table({"a": range(8)}), "table")
    first = np.array(order[:count])
    kept = table.keep(first).keep(np.arange(count)[::-1])
    assert kept.arrow["a"].to_pylist() == order[:count][::-1]
    assert [kept.place(i) for i in range(count)] == [f"row {row + 1}" for row in first[::-1]]


@given(some.lists(LETTERS, max_size=30), some.integers(1, 15))
def test_a_long_list_is_cut_and_says_by_how_much(names: list[str], most: int) -> None:
    said = listing(names, most)
    assert said.startswith(", ".join(names[:most]))
    more = re.search(r", \.\.\. and (\d+) more$", said)
    assert (int(more[1]) if more else 0) == max(0, len(names) - most)


def test_arrow_files_of_both_formats_are_told_by_their_first_bytes(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2], "b": ["x", None]})
    feather.write_feather(table, tmp_path / "file.arrow", compression="uncompressed")
    with pa.ipc.new_stream(tmp_path / "stream.arrow", table.schema) as stream:
        stream.write_table(table)
    parquet.write_table(table, tmp_path / "f.pq")
    for name in ("file.arrow", "stream.arrow", "f.pq"):
        assert read_table(tmp_path / name).arrow.equals(table)


def test_a_file_that_is_cut_while_it_is_read_is_told(tmp_path: Path) -> None:
    from steepest.data.readers.orange import read_orange
    from steepest.data.text.reading import Reading

    path = tmp_path / "t.tab"
    path.write_text("a\tb\nc\tc\n")  # the third line, of flags, was there when it was looked at
    with pytest.raises(st.FileError, match="it was cut short while it was read; try again"):
        read_orange(path, Reading())

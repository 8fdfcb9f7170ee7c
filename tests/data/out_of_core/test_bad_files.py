"""What is wrong with files that are read in passes, told by file and row."""

import errno
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.csv import write_csv
from pyarrow.feather import write_feather

import steepest as st
from steepest.data.out_of_core.arrow_rows import MOST_WHOLE, arrow_rows
from steepest.data.out_of_core.sources import source_of_files
from steepest.data.table import read_table
from steepest.errors import ChoiceError, DataError, FileError


def table(seed: int = 0, rows: int = 60) -> pa.Table:
    g = np.random.default_rng(seed)
    x = g.normal(size=rows)
    return pa.table({"x": x, "z": g.normal(size=rows), "y": x + g.normal(size=rows)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for k in range(3):
        pq.write_table(table(k), tmp_path / f"p{k}.parquet", row_group_size=20)
    return tmp_path


def refused(source: object, kind: type[Exception], **asked: object) -> str:
    with pytest.raises(kind) as caught:
        st.descend(source, **{"target": "y", **asked})
    return str(caught.value)


def test_a_folder_of_no_data(tmp_path):
    (tmp_path / "notes.md").write_text("nothing")
    assert "the folder has no data in it" in refused(tmp_path, FileError)
    assert "no file has a name like this" in refused(str(tmp_path / "*.parquet"), FileError)
    assert "there is no such file" in refused([tmp_path / "a.parquet"], FileError)


def test_types_that_do_not_go_together(folder):
    last = table(5).set_column(0, "x", pa.array(["tall"] * 60))
    pq.write_table(last, folder / "p2.parquet")
    told = refused(folder, DataError)
    assert "column 'x' is double in p0.parquet, but string in p2.parquet" in told
    assert "where the first cell that is no number is 'tall' on row 1 of p2.parquet" in told
    assert "--drop x" in told
    assert st.descend(folder, "y", drop=["x"]).feature_names == ("z",)


@pytest.mark.parametrize("bad", [0, 1])
def test_the_first_cell_that_is_no_number_is_said_with_its_file_and_line(tmp_path, bad):
    for k in range(2):
        lines = [f"{i},{i * 7 % 11}.5,{i % 5}" for i in range(1000)]
        if k == bad:
            lines[300], lines[400], lines[456] = "300,NA,1", "400,inf,1", "456,oops,1"
            lines[700] = "700,later,1"
        (tmp_path / f"p{k}.csv").write_text("\n".join(["a,b,y", *lines]) + "\n")
    told = refused(tmp_path, DataError, features=["a", "b"])
    first, second = [("string", "double"), ("double", "string")][bad]
    assert f"column 'b' is {first} in p0.csv, but {second} in p1.csv" in told
    assert f"the first cell that is no number is 'oops' on line 458 of p{bad}.csv; write" in told


def test_numbers_written_as_text_have_no_first_word(folder):
    last = table(5).set_column(0, "x", pa.array(["1", "-2.5e3", "NA"] * 20))
    pq.write_table(last, folder / "p2.parquet")
    told = refused(folder, DataError)
    assert "but string in p2.parquet; write it as one type" in told


def test_numbers_after_whole_numbers_are_no_whole_numbers(folder):
    first = table(5).set_column(0, "x", pa.array(range(60), pa.int64()))
    pq.write_table(first, folder / "p0.parquet")
    whole = pa.concat_tables(
        [pq.read_table(folder / f"p{k}.parquet") for k in range(3)], promote_options="permissive"
    )
    assert st.descend(folder, "y").loss == pytest.approx(st.descend(whole, "y").loss, rel=1e-12)


def test_a_column_that_only_later_files_have_and_one_that_the_last_lacks(folder):
    pq.write_table(table(5).drop_columns("z"), folder / "p2.parquet")
    told = refused(folder, DataError)
    assert "column 'z' is in p0.parquet, but not in p2.parquet" in told and "--drop z" in told
    later = table(5).append_column("new", pa.array(np.arange(60.0)))
    pq.write_table(later, folder / "p2.parquet")
    assert "'new' is in p2.parquet, but not in p0.parquet, p1.parquet" in refused(folder, DataError)
    assert st.descend(folder, "y", ["x"]).problem.rows == 180


def test_an_empty_file_among_full_ones(folder):
    pq.write_table(table(0, 0), folder / "p1.parquet")
    run = st.descend(folder, "y")
    assert run.problem.rows == 120 and "1 file without a row: p1.parquet" in run.explain()
    for k in (0, 2):
        pq.write_table(table(0, 0), folder / f"p{k}.parquet")
    assert "there is no row in 3 files" in refused(folder, DataError)
    (folder / "p1.parquet").write_bytes(b"")
    assert "is not a Parquet file, or is damaged or cut short" in refused(folder, FileError)


def test_a_row_group_cut_short(folder):
    file = folder / "p1.parquet"
    rows = pq.ParquetFile(file).metadata
    at, size = rows.row_group(1).column(0).data_page_offset, rows.row_group(1).total_byte_size
    damaged = bytearray(file.read_bytes())
    damaged[at : at + size // 2] = bytes(size // 2)
    file.write_bytes(damaged)
    told = refused(folder, FileError)
    assert "p1.parquet, row group 2: it is damaged or cut short" in told and "make the file" in told


def test_labels_that_appear_late_are_classes(folder):
    for k, label in enumerate("abc"):
        told = ["a"] * 30 + [label] * 30
        pq.write_table(table(k).set_column(2, "y", pa.array(told)), folder / f"p{k}.parquet")
    run = st.descend(folder, "y", l2=1e-2)
    assert run.classes == ("a", "b", "c")
    new = table(9).set_column(2, "y", pa.array(["d"] * 60))
    with pytest.raises(DataError, match="has the class 'd'"):
        run.score(new)


def test_gaps_are_told_by_file_and_row(folder):
    x = table(1)["x"].to_pylist()
    x[42] = None
    pq.write_table(
        table(1).set_column(0, "x", pa.array(x)), folder / "p1.parquet", row_group_size=9
    )
    told = refused(folder, DataError)
    assert "column 'x' has 1 missing value (first: row 43 of p1.parquet)" in told


def test_a_file_that_changes_during_the_run(folder):
    def change(step: st.Step) -> None:
        file = folder / "p1.parquet"
        os.utime(file, ns=(1, file.stat().st_mtime_ns + 10**9))

    asked = {"cache": "none", "callback": change, "rule": "momentum", "steps": 4}
    with pytest.raises(FileError, match=r"p1.parquet changed while it was read"):
        st.descend(str(folder / "*.parquet"), "y", **asked)


def test_a_cache_folder_that_cannot_be_written_to(folder, tmp_path):
    file = tmp_path / "notes"
    file.write_text("a file, and no folder")
    for cache in (file, tmp_path / "gone"):
        told = refused(str(folder / "*.parquet"), FileError, cache=cache)
        assert f"cannot write to the cache folder {cache}" in told and "--cache DIR" in told


def test_a_cache_folder_that_is_full(folder, monkeypatch):
    scratch = "steepest.data.out_of_core.scratch.Scratch"
    with monkeypatch.context() as patched:
        patched.setattr(f"{scratch}.free", lambda self: 100)
        told = refused(folder, FileError, cache=str(folder))
        assert "the rows take 0.00288 MB, but 0.0001 MB are free" in told
        anew = st.descend(folder, "y")
        assert "decoded anew in each pass" in anew.explain()

    def full(*given: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    told = refused(folder, FileError, cache=str(folder))
    assert "No space left on device; free some room" in told and "--cache none" in told


def test_memory_that_is_no_size_or_too_small(folder):
    assert "memory is 'much', but it must be a size" in refused(folder, ChoiceError, memory="much")
    assert "takes 64 MB at least" in refused(folder, ChoiceError, memory="1MB")


def test_files_of_one_name_in_two_folders_keep_their_types(tmp_path):
    for name, kind in (("a", pa.float64()), ("b", pa.string())):
        (tmp_path / name).mkdir()
        x = pa.array(["1"] * 30).cast(kind)
        y = pa.array(np.arange(30.0))
        pq.write_table(pa.table({"x": x, "y": y}), tmp_path / name / "p.parquet")
    files = [tmp_path / name / "p.parquet" for name in "ab"]
    said = refused(files, DataError, target="y")
    assert f"is double in {files[0]}, but string in {files[1]}" in said


def test_text_files_are_called_by_their_names_and_have_partitions(tmp_path):
    for year in (2023, 2024):
        (tmp_path / f"year={year}").mkdir()
        rows = "".join(f"{i},{i % 7 + year}\n" for i in range(40))
        (tmp_path / f"year={year}" / "p.csv").write_text("x,y\n" + rows)
    assert st.descend(tmp_path, "y").feature_names == ("x", "year")
    (tmp_path / "year=2024" / "p.csv").write_text("z,y\n1,2\n2,3\n")
    said = refused(tmp_path, DataError, target="y", features=["x"])
    assert "'x' is in year=2023/p.csv, but not in year=2024/p.csv" in said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"cache": False}, "cache is False, but it must be a folder"),
        ({"cluster": 5}, "cluster is 5, but it must be the address"),
        ({"threads": -1}, "threads is -1, but it must be a whole number"),
        ({"checkpoint": 5}, "checkpoint is 5, but it must be the name of a file"),
        ({"validation": 1.2}, "validation is 1.2, but a share of the rows is above 0 and below 1"),
        (
            {"validation": "last:0.2"},
            "validation is last:0.2, but of files that are read in passes",
        ),
        ({"validation": 0.2, "missing": "mean"}, "what fills gaps is of all rows"),
        ({"loss": "poisson", "offset": np.ones(3)}, "offset of files beyond memory is the name of"),
    ],
)
def test_what_cannot_be_asked_of_files_in_passes_is_told(folder, asked, said):
    assert said in refused(folder, ChoiceError, target="y", **asked)


def test_a_pattern_where_one_file_is_needed_and_files_that_are_not_read_in_passes(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(FileError, match="in passes: its name must end in one of"):
        st.descend(tmp_path / "*.xlsx", "y")
    with pytest.raises(FileError, match="a pattern is read in passes"):
        read_table(tmp_path / "*.xlsx")


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_letters_that_are_none_are_told_by_file_column_and_row(folder, suffix):
    letters = np.array([0, 2, 4, 6], np.int32)
    buffers = [None, pa.py_buffer(letters), pa.py_buffer(b"ok\xc3\xa9\xff\xfe")]
    last = pa.Array.from_buffers(pa.string(), 3, buffers)
    words = pa.concat_arrays([pa.array(["ok"] * 57), last])
    spoiled = table(1).append_column("c", words)
    for k in (0, 2):
        sound = table(k).append_column("c", pa.array(["ok", "no"] * 30))
        pq.write_table(sound, folder / f"p{k}.parquet")
    (folder / "p1.parquet").unlink()
    path = folder / f"p1.{suffix}"
    if suffix == "parquet":
        pq.write_table(spoiled, path, row_group_size=20)
    else:
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, spoiled.schema) as writer:
            writer.write_table(spoiled, max_chunksize=20)
    said = refused(folder, DataError)
    assert f"p1.{suffix}: column 'c', row 60 holds bytes that are no letters in UTF-8" in said


@pytest.mark.parametrize("batches", ["small", "large", "packed"])
def test_an_arrow_file_that_is_cut_in_the_midst_of_a_batch(tmp_path, batches, monkeypatch):
    """A file that is mapped would end the process by a signal: SIGBUS."""
    file, rows = tmp_path / "t.arrow", 300_000
    made = table(0, rows).append_column("c", pa.array(["a word", "another", None] * 100_000))
    written = pa.ipc.IpcWriteOptions(compression="lz4" if batches == "packed" else None)
    with (
        pa.OSFile(str(file), "wb") as opened,
        pa.ipc.new_file(opened, made.schema, options=written) as writer,
    ):
        writer.write_table(made, 1000 if batches == "small" else rows)
    most = MOST_WHOLE if batches == "small" else 2**20
    monkeypatch.setattr("steepest.data.out_of_core.arrow_rows.MOST_WHOLE", most)
    source = source_of_files([file], "t.arrow")
    found = source.own_batches(source.units[-1], made.column_names)
    held = next(found)
    os.truncate(file, 4096)
    last = -1 if batches == "small" else len(held) - 1
    assert held["x"].to_numpy()[-1] == made["x"][last].as_py()
    if batches == "large":
        with pytest.raises(FileError, match=r"t.arrow changed while it was read"):
            list(found)


def test_rows_of_a_mapped_batch_are_those_of_the_file(tmp_path, monkeypatch):
    """Of all kinds that a file may hold, with gaps, from places that are no whole byte of bits."""
    g, rows = np.random.default_rng(0), 1001
    there = g.random(rows) < 0.9
    made = pa.table(
        {
            "double": pa.array(g.normal(size=rows), mask=~there),
            "byte": pa.array(g.integers(0, 9, rows), pa.int8()),
            "truth": pa.array(g.random(rows) < 0.5, mask=~there),
            "word": pa.array([f"{'ä' * (k % 4)}{k}" for k in range(rows)], mask=~there),
            "long": pa.array([f"w{k}" for k in range(rows)], pa.large_string()),
            "level": pa.array(["u", "v", None] * 333 + ["w", "w"]).dictionary_encode(),
            "day": pa.array(g.integers(0, 9, rows), pa.int32()).cast(pa.date32()),
            "none": pa.nulls(rows),
            "price": pa.array(range(rows), pa.decimal128(9, 2)),
            "list": [[k] for k in range(rows)],
        }
    )
    file = tmp_path / "t.arrow"
    with pa.OSFile(str(file), "wb") as opened, pa.ipc.new_file(opened, made.schema) as writer:
        writer.write_table(made.slice(0, 500))
        writer.write_table(made.slice(500))
    monkeypatch.setattr("steepest.data.out_of_core.arrow_rows.MOST_WHOLE", 1)
    for columns in (made.column_names, ["level", "word"], ["none", "truth"]):
        parts = [b for n in (0, 1) for b in arrow_rows(file, n, columns, 77)]
        assert max(map(len, parts)) == 77
        found = pa.Table.from_batches(parts)
        found.validate(full=True)
        assert found.equals(made.select(columns).cast(found.schema))


def as_folder(given: pa.Table, folder: Path) -> Path:
    """Write a table as two Parquet files, and return their folder."""
    folder.mkdir()
    half = given.num_rows // 2
    pq.write_table(given.slice(0, half), folder / "a.parquet")
    pq.write_table(given.slice(half), folder / "b.parquet")
    return folder


@pytest.mark.parametrize("rows", [40, 1600])
def test_ids_are_refused_as_in_memory(tmp_path, rows):
    a = np.arange(rows)
    ids = pa.table({"a": a, "t": [f"n{k % 7}x{k // 7}" for k in range(rows)], "y": a * a % 11})
    whole = refused(ids, DataError).partition(": ")[2]
    assert "'t' holds names or ids" in whole
    write_csv(ids, tmp_path / "id.csv")
    for source in (tmp_path / "id.csv", as_folder(ids, tmp_path / "ids")):
        found = refused(source, DataError, memory="64MB").partition(": ")[2]
        cut = ", such as" if rows > 1000 else "; leave"
        assert found.partition(cut)[0] == whole.partition(cut)[0]


def test_levels_ends_and_gaps_outside_the_sample_are_judged(tmp_path):
    """Only what the sample lacks stands behind it; a dictionary of whole numbers too."""
    rows = 4000
    g = np.random.default_rng(0)
    words, codes = g.choice(["u", "v"], rows).tolist(), g.integers(0, 3, rows)
    words[-1], codes[-1] = "rare", 7
    made = pa.table(
        {
            "c": words,
            "d": pa.array(codes).dictionary_encode(),
            "h": pa.array(g.integers(0, 9, rows).astype(np.float16)),
            "y": g.normal(size=rows),
        }
    )
    write_feather(made, tmp_path / "t.arrow", compression="uncompressed")
    whole, run = st.descend(made, "y"), st.descend(tmp_path / "t.arrow", "y", memory="64MB")
    assert run.feature_names == whole.feature_names
    assert {"c=rare", "d=7"} <= set(run.feature_names)
    assert run.loss == pytest.approx(whole.loss, rel=1e-9)


def test_bytes_that_are_no_text(tmp_path, ask):
    good, bad = b"a,t,b\n1,x,2\n4,y,5\n", b"a,t,b\n1,x\x81,2\n4,y,5\n"
    Path("u.csv").write_bytes(bad)
    Path("f").mkdir()
    Path("f/1.csv").write_bytes(good)
    Path("f/2.csv").write_bytes(bad)
    for asked in (["u.csv"], ["u.csv", "--memory", "64MB"], ["f"]):
        said = ask("fit", *asked, "--target", "b")
        assert said.status == 2
        assert "line 2 holds the byte 0x81, which is not UTF-8; save" in said.err


def test_letters_of_windows_far_into_a_file(tmp_path):
    """What the first bytes do not show is found where Arrow meets it, as in memory."""
    lines = [f"{k},{'pq'[k % 2]},{k * k % 7}\n".encode() for k in range(10_000)]
    (tmp_path / "w.csv").write_bytes(b"a,t,y\n" + b"".join(lines) + b"3,caf\xe9,2\n")
    whole = st.descend(tmp_path / "w.csv", "y", steps=1)
    run = st.descend(tmp_path / "w.csv", "y", steps=1, memory="64MB")
    assert run.feature_names == whole.feature_names and "t=café" in run.feature_names


@pytest.mark.parametrize("rows", [11, 3000])
def test_only_what_is_no_date_is_blamed(tmp_path, rows):
    start = np.datetime64("2020-01-01")
    days = [str(start + k) for k in range(rows)]
    days[-1] = "2019-13-45"
    write_csv(pa.table({"day": days, "y": np.arange(rows) % 7}), tmp_path / "d.csv")
    asked = {"date": {"day": "season"}}
    said = "dates such as 2024-01-31, got what is no such date in 1 row, the first "
    whole = refused(tmp_path / "d.csv", DataError, **asked)
    assert f"{said}'2019-13-45' on line {rows + 1}" in whole
    found = refused(tmp_path / "d.csv", DataError, memory="64MB", **asked)
    assert f"{said}'2019-13-45' on line {rows + 1} of d.csv" in found


def test_a_value_outside_the_sample_is_on_no_row_of_it(tmp_path):
    held = pa.table({"x": np.arange(3000), "y": ["soft"] * 2999 + ["hard"]})
    found = refused(as_folder(held, tmp_path / "w"), DataError, loss="squared")
    assert "got text in" in found and "the first 'soft' on row " in found
    rare = pa.table({"x": np.arange(3000), "y": ["1"] * 2999 + ["hard"]})
    found = refused(as_folder(rare, tmp_path / "r"), DataError, loss="squared")
    assert "'hard' on a row outside the sample" in found


@pytest.mark.parametrize(
    ("column", "value", "asked", "said"),
    [
        ("x", "1e155", {}, "x holds numbers up to 1e+155 ({at}), whose squares are beyond"),
        ("y", "-1e200", {}, "y holds numbers up to 1e+200 ({at}), whose squares are beyond"),
        ("x", "", {}, "column 'x' has 1 missing value (first: {at})"),
        ("w", "-2", {"sample_weight": "w"}, "-2 on {at}"),
        ("y", "-3", {"loss": "poisson"}, "the target is -3 on {at}; leave such rows out"),
    ],
    ids=["a feature", "the target", "a gap", "a weight", "a count"],
)
@pytest.mark.parametrize("files", ["in memory", "in passes", "a folder", "Parquet"])
def test_a_value_is_told_by_its_place_in_the_file_of_the_reader(
    tmp_path, column, value, asked, said, files
):
    """On line 53 of b.csv, whose row 51 it is behind a blank line; no scratch file is named."""
    for name in "ab":
        rows = [f"{k},{k % 5 + 1},{k % 3}".split(",") for k in range(60)]
        if name == "b":
            rows[50]["xwy".index(column)] = value
        lines = [",".join(row) for row in rows]
        text = ["x,w,y", *lines[:20], "", *lines[20:]]
        (tmp_path / f"{name}.csv").write_text("\n".join(text) + "\n")
    source, options = tmp_path / "b.csv", {"memory": None if files == "in memory" else "64MB"}
    if files == "Parquet":
        for name in "ab":
            pq.write_table(read_table(tmp_path / f"{name}.csv").arrow, tmp_path / f"{name}.parquet")
            (tmp_path / f"{name}.csv").unlink()
    source = tmp_path if files in ("a folder", "Parquet") else source
    place = "row 51 of b.parquet" if files == "Parquet" else "line 53"
    place += "" if files in ("in memory", "Parquet") else " of b.csv"
    kind = ChoiceError if "loss" in asked else DataError
    found = refused(source, kind, **options, **asked)
    assert said.format(at=place) in found and "part-" not in found


@pytest.mark.parametrize("rows", [60, 3000])
@pytest.mark.parametrize("why", ["a gap", "no weight"])
@pytest.mark.parametrize("target", ["y", "c"])
def test_a_level_of_rows_that_are_left_out_is_none(tmp_path, rows, why, target):
    """As in memory: levels, classes and what the others are held against are of rows left.

    To the gap of 1e-6 that is proved, of which the params are the root.
    """
    g = np.random.default_rng(0)
    x, w = g.normal(size=rows), np.ones(rows)
    word, label = g.choice(["u", "v"], rows).tolist(), g.choice(["a", "b"], rows).tolist()
    # So common that it would be the level of the bias.
    out = np.arange(rows) % 2 == 1
    for k in np.flatnonzero(out):
        word[k], label[k] = "left out", "no class"
    x[out], w[out] = (np.nan, 1.0) if why == "a gap" else (x[out], 0.0)
    made = pa.table({"x": x, "k": word, "c": label, "w": w, "y": g.normal(size=rows)})
    made = made.drop_columns(["y" if target == "c" else "c"])
    asked = {"missing": "drop", "sample_weight": "w", "l2": 0.01}
    whole = st.descend(made, target, **asked)
    run = st.descend(as_folder(made, tmp_path / "f"), target, **asked)
    assert run.feature_names == whole.feature_names and len(run.feature_names) == 2
    assert run.classes == whole.classes and run.problem.rows == rows // 2
    assert run.loss == pytest.approx(whole.loss, rel=1e-6)
    np.testing.assert_allclose(run.params, whole.params, atol=1e-3)

"""Decoded rows that are kept by name: found again to the same bits, written anew when not."""

import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from test_read_in_passes import table_of, with_gaps, written

import steepest as st
from steepest.cli.program import cli
from steepest.data.out_of_core.limits import limits_of
from steepest.data.prepare import prepare
from steepest.errors import ChoiceError, FileError
from steepest.temporary_folder import TemporaryFolder

ASKED = {"drop": ["y"], "l2": 1e-3}


def kept(data: object, folder: Path, **more: object) -> st.Run:
    return st.descend(data, "k", cache=str(folder), keep_cache="rows", **ASKED, **more)


@pytest.fixture
def files(tmp_path: Path) -> str:
    (tmp_path / "data").mkdir()
    return written(tmp_path / "data", table_of())


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


def test_other_bytes_of_the_same_size_and_mtime_are_read_anew(tmp_path, cache):
    path = tmp_path / "a.csv"
    text = "x,y\n" + "".join(f"{i % 10},{3 * i % 7}\n" for i in range(1000))
    path.write_text(text)
    asked = {"target": "y", "features": ["x"], "cache": str(cache), "keep_cache": "rows"}
    st.descend([path], **asked)
    at = path.stat().st_mtime_ns
    path.write_text(text.replace(",3\n", ",9\n"))
    os.utime(path, ns=(at, at))
    x, y = np.loadtxt(path, delimiter=",", skiprows=1, unpack=True)
    lowest = np.polyfit(x, y, 1, full=True)[1][0] / 1000
    run = st.descend([path], **asked)
    assert run.loss == pytest.approx(lowest, rel=1e-6)
    assert "decoded rows kept in" in source_note(run)


def source_note(run: st.Run) -> str:
    return " ".join(note.message for note in run.notes if note.name == "table")


def written_at(cache: Path) -> int:
    return (cache / "rows" / "steepest-cache.json").stat().st_mtime_ns


def test_a_run_has_the_same_bits_without_it_when_it_is_written_and_when_it_is_found(files, cache):
    without = st.descend(files, "k", **ASKED)
    first = kept(files, cache)
    at = written_at(cache)
    again = kept(files, cache)
    for run in (first, again):
        assert np.array_equal(run.params, without.params)
        assert [step.loss for step in run.trace] == [step.loss for step in without.trace]
    assert f"decoded rows kept in {cache / 'rows'}" in source_note(first)
    assert f"decoded rows read from {cache / 'rows'}" in source_note(again)
    assert written_at(cache) == at and [one.name for one in cache.iterdir()] == ["rows"]


def test_sums_over_batches_have_the_same_bits_too(files, cache, monkeypatch):
    monkeypatch.setattr("steepest.data.out_of_core.file_units.BATCH_ROWS", 70)
    asked = {"target": "k", "drop": ["y"], "missing": "mean"}
    without = st.descend(files, **asked)
    runs = [st.descend(files, **asked, cache=str(cache), keep_cache="rows") for _ in range(2)]
    assert all(np.array_equal(run.params, without.params) for run in runs)


def test_it_is_not_decoded_again(files, cache, monkeypatch):
    kept(files, cache)

    def refuse(*args: object) -> None:
        raise AssertionError("a file was decoded")

    monkeypatch.setattr("steepest.data.out_of_core.file_units._parquet_batches", refuse)
    assert kept(files, cache).trace.last.loss > 0.0


def test_a_copied_file_is_known_by_its_bytes_and_another_is_read_anew(files, cache):
    run, at = kept(files, cache), written_at(cache)
    first = Path(files).parent / "p0.parquet"
    os.utime(first, ns=(1, 1))
    kept(files, cache)
    assert written_at(cache) == at
    pq.write_table(pq.read_table(first).slice(1), first)
    other = kept(files, cache)
    assert written_at(cache) != at and not np.array_equal(other.params, run.params)
    assert np.array_equal(other.params, st.descend(files, "k", **ASKED).params)
    first.unlink()
    assert kept(files, cache).objective.count < other.objective.count


@pytest.mark.parametrize("pattern", ["", "**/*.*t*", "*/**/*.*r*"])
def test_what_is_kept_beside_the_files_is_no_data(files, pattern):
    """Else the next run would count each row twice."""
    folder = Path(files).parent
    first, rows = kept(str(folder), folder), len(table_of())
    named = str(folder.parent / pattern) if pattern else str(folder)
    with TemporaryFolder(folder) as scratch:
        shutil.copy(folder / "rows" / "part-000000.arrow", scratch)
        again = st.descend(named, "k", memory="100MB", **ASKED)
    assert again.problem.rows == rows and np.array_equal(again.params, first.params)
    whole = st.descend(str(folder / "rows"), "k", **ASKED)
    assert whole.problem.rows == rows, "asked for by its own name it is read"


@pytest.mark.parametrize("damage", ["cut", "gone", "record"])
def test_a_damaged_cache_is_written_anew(files, cache, damage):
    run = kept(files, cache)
    record = cache / "rows" / "steepest-cache.json"
    part = cache / "rows" / json.loads(record.read_text())["parts"][1][0]
    if damage == "cut":
        os.truncate(part, part.stat().st_size - 8)
    elif damage == "gone":
        part.unlink()
    else:
        record.write_text("{}")
    assert np.array_equal(kept(files, cache).params, run.params)
    assert "decoded rows read from" in source_note(kept(files, cache))


def test_a_text_file_is_parsed_once_and_another_manner_of_reading_is_another_cache(
    tmp_path, cache, monkeypatch
):
    path = tmp_path / "t.csv"
    pc.write_csv(table_of(), path)
    first, at = kept(path, cache), written_at(cache)
    spool = "steepest.data.out_of_core.spool.Spool.text"
    with monkeypatch.context() as held:
        held.setattr(spool, lambda *args: pytest.fail("the text was parsed again"))
        assert np.array_equal(kept(path, cache).params, first.params)
    kept(path, cache, delimiter=",")
    assert written_at(cache) != at


def test_partitions_and_columns_of_some_files_are_as_without_it(tmp_path, cache):
    for year in (2023, 2024):
        folder = tmp_path / "data" / f"year={year}"
        folder.mkdir(parents=True)
        pq.write_table(table_of(year, 300), folder / "rows.parquet")
    data = str(tmp_path / "data")
    assert "year" in kept(data, cache).feature_names
    assert np.array_equal(kept(data, cache).params, st.descend(data, "k", **ASKED).params)
    pq.write_table(table_of(0, 30).drop_columns(["x"]), folder / "rows.parquet")
    with pytest.raises(st.DataError, match=r"column 'x' is in .*2023.*, but not in .*2024"):
        kept(data, cache)


def test_a_checkpoint_goes_on_from_it(files, cache, tmp_path):
    whole = kept(files, cache, rule="adam", learning_rate=0.1, steps=6)
    kept(files, cache, rule="adam", learning_rate=0.1, steps=3, checkpoint=tmp_path / "c")
    gone_on = st.load(tmp_path / "c").resume(steps=3)
    assert np.array_equal(gone_on.params, whole.params)


def test_its_size_is_said_before_it_is_written(files, cache):
    said: list[tuple[str, bool]] = []
    limits = limits_of(None, str(cache), 1, keep_cache="rows")

    def tell(what: str, done: int, rows: int, size: int) -> None:
        said.append((what, (cache / "rows").exists()))

    prepare(files, "k", drop=["y"], limits=limits, progress=tell)
    what, was_there = said[0]
    assert re.fullmatch(rf"writing about 0.096 MB to {cache / 'rows'}, which are kept", what)
    assert not was_there


def test_other_things_are_left_alone(files, cache):
    (cache / "rows").mkdir()
    (cache / "rows" / "mine.txt").write_text("mine")
    with pytest.raises(FileError, match=r"it is there, and no cache of steepest; choose another"):
        kept(files, cache)
    assert (cache / "rows" / "mine.txt").read_text() == "mine"
    shutil.rmtree(cache / "rows")
    with pytest.raises(ChoiceError, match="no folder is named to keep it in; name one with"):
        st.descend(files, "k", keep_cache="rows")
    with pytest.raises(ChoiceError, match="must be the name of a folder in"):
        st.descend(files, "k", cache=str(cache), keep_cache="../rows")


def test_a_full_disk_and_levels_without_one_order_are_refused(files, cache, monkeypatch, tmp_path):
    monkeypatch.setattr("steepest.data.out_of_core.scratch.Scratch.free", lambda self: 10)
    with pytest.raises(FileError, match=r"the rows take about .* but .* are free; free some room"):
        kept(files, cache)
    assert list(cache.iterdir()) == []
    coded(tmp_path / "coded.parquet", ordered=True)
    monkeypatch.undo()
    words = "coded.parquet: the levels of the ordered column 'c' differ from row group to"
    with pytest.raises(FileError, match=words):
        kept([tmp_path / "coded.parquet"], cache)
    assert list(cache.iterdir()) == []


def coded(path: Path, ordered: bool = False) -> Path:
    """Write words as dictionaries, whose levels each row group has in another order, or lacks."""
    table = with_gaps(table_of())
    for name in ("c", "k"):
        groups = [_coded(table[name][at : at + 100], ordered) for at in range(0, len(table), 100)]
        table = table.set_column(table.column_names.index(name), name, pa.chunked_array(groups))
    with pq.ParquetWriter(path, table.schema) as writer:
        for batch in table.to_batches():
            writer.write_batch(batch)
    return path


def _coded(words: pa.ChunkedArray, ordered: bool) -> pa.Array:
    found = words.combine_chunks().dictionary_encode()
    return pa.DictionaryArray.from_arrays(found.indices, found.dictionary, ordered=ordered)


@pytest.mark.parametrize("missing", ["drop", "most", "indicator"])
def test_dictionaries_whose_levels_differ_are_kept_to_the_same_bits(tmp_path, cache, missing):
    file = coded(tmp_path / "coded.parquet")
    levels = {
        str(group.to_batches()[0]["c"].dictionary)
        for group in map(pq.ParquetFile(file).read_row_group, range(15))
    }
    assert len(levels) > 1
    asked = {**ASKED, "missing": missing}
    without = st.descend([file], "k", **asked)
    for how in ("kept in", "read from"):
        run = st.descend([file], "k", **asked, cache=str(cache), keep_cache="rows")
        assert f"decoded rows {how}" in source_note(run)
        assert run.feature_names == without.feature_names
        assert [step.loss for step in run.trace] == [step.loss for step in without.trace]
        assert np.array_equal(run.params, without.params)
    by_levels = st.descend([file], "c", drop=["k"], missing="drop", steps=3)
    cached = st.descend([file], "c", drop=["k"], missing="drop", steps=3, cache=str(cache),
                        keep_cache="rows")  # fmt: skip
    assert list(cached.problem.classes) == list(by_levels.problem.classes)
    assert np.array_equal(cached.params, by_levels.params)


def test_the_command_line_keeps_it_and_finds_it(files, cache):
    asked = ["fit", files, "--target", "k", "--drop", "y", "--l2", "0.001", "--cache", str(cache)]
    for how in ("kept in", "read from"):
        done = CliRunner().invoke(cli, [*asked, "--keep-cache", "rows"], catch_exceptions=False)
        assert done.exit_code == 0 and f"decoded rows {how}" in " ".join(done.output.split())


def test_a_run_holds_no_scratch_file_of_a_text_that_was_read(tmp_path, cache):
    path = tmp_path / "a.csv"
    path.write_text("x,y\n" + "".join(f"{i % 10},{3 * i % 7}\n" for i in range(1000)))
    run = st.descend([path], target="y", features=["x"], cache=str(cache))
    assert run.data is not None and list(cache.iterdir()) == []
    assert re.fullmatch(r"line \d+ of a.csv", run.data.place(6))

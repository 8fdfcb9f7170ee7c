import io
import json
import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reference import problem

import steepest as st

RUNS: dict[str, Any] = {
    "a line": lambda: st.descend("geyser", "waiting"),
    "classes": lambda: st.descend("penguins", "species", ["bill_length_mm", "sex"], l2=0.01),
    "a mini-batch run": lambda: st.descend(problem("squared", 0), batch=7, steps=33),
    "a diverged run": lambda: st.descend(
        problem("squared", 0), rule="steepest", scale="none", learning_rate=0.9
    ),
    "two classes": lambda: st.descend(
        problem("cross_entropy", 0), rule="adam", learning_rate=0.1, steps=9, seed=3
    ),
    "huber": lambda: st.descend(problem("huber", 0), loss="huber", delta=0.3),
    "no steps": lambda: st.descend(problem("squared", 0), steps=0),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "run.steepest"
    RUNS["classes"]().save(path)
    return path


@pytest.mark.parametrize("name", RUNS)
def test_a_run_comes_back_to_the_bit(name: str, tmp_path: Path) -> None:
    run = RUNS[name]()
    run.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    for key, array in run.trace.to_arrays().items():
        assert np.array_equal(again.trace.to_arrays()[key], array, equal_nan=True)
    assert (again.plan, again.stop, again.verdicts) == (run.plan, run.stop, run.verdicts)
    assert again.loss == run.loss
    assert np.array_equal(again.params, run.params)
    assert np.array_equal(again.predict(again.data.X), run.predict(run.data.X))
    assert again.explain() == run.explain()
    one, two = again.surface(points=9), run.surface(points=9)
    assert np.array_equal(one.loss, two.loss)
    assert np.array_equal(one.x, two.x)


def test_a_run_of_which_vectors_were_given_up_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = st.Trace.__init__.__defaults__
    assert usual is not None
    monkeypatch.setattr(st.Trace.__init__, "__defaults__", (16 * 3 * 10, *usual[1:]))
    run = st.descend(problem("squared", 0), batch=7, steps=90)
    assert len(run.trace.kept) < 15
    run.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    assert again.trace.kept.tolist() == run.trace.kept.tolist()
    assert np.array_equal(again.trace.params, run.trace.params)
    assert np.array_equal(again.surface(points=9).loss, run.surface(points=9).loss)


def test_the_parts_can_be_read_without_steepest(saved: Path) -> None:
    with zipfile.ZipFile(saved) as archive:
        record = json.loads(archive.read("run.json"))
        params = np.load(io.BytesIO(archive.read("params.npy")), allow_pickle=False)
    assert (record["format"], record["version"]) == ("steepest run", 1)
    assert np.array_equal(params, st.load(saved).trace.params)


def test_saving_again_replaces_the_file(tmp_path: Path) -> None:
    path = tmp_path / "run.steepest"
    path.write_text("what was here before")
    RUNS["a line"]().save(path)
    assert st.load(path).stop.reason == "arrived"
    assert [one.name for one in tmp_path.iterdir()] == ["run.steepest"]


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_a_saved_file_may_be_read_as_others_are(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    RUNS["no steps"]().save(tmp_path / "run")
    assert (tmp_path / "run").stat().st_mode == (tmp_path / "plain").stat().st_mode


def assert_refused(path: Path, said: str) -> None:
    with pytest.raises(st.FileError, match=said) as told:
        st.load(path)
    assert str(path) in str(told.value)


DAMAGED = "it is no saved run, or it is damaged .*; save the run again"


def test_a_missing_file(tmp_path: Path) -> None:
    assert_refused(tmp_path / "none.steepest", "there is no such file")


def test_a_folder(tmp_path: Path) -> None:
    assert_refused(tmp_path, "Is a directory|Permission denied")


@pytest.mark.parametrize("content", [b"", b"weight,bias\n1,2\n", bytes(1000)])
def test_a_file_that_is_no_zip(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.steepest"
    path.write_bytes(content)
    assert_refused(path, DAMAGED)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.99, 0.9999])
def test_a_file_that_was_cut_off(share: float, saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    path = tmp_path / "run.steepest"
    path.write_bytes(whole[: int(share * len(whole))])
    assert_refused(path, DAMAGED)


def contents(path: Path) -> list[tuple[int, int]]:
    """Return where the compressed bytes of each part begin and end."""
    found = []
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            head = path.read_bytes()[part.header_offset :][:30]
            names = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
            first = part.header_offset + 30 + names
            found.append((first, first + part.compress_size))
    return found


def test_a_flipped_byte_never_changes_a_number(saved: Path, tmp_path: Path) -> None:
    whole, path = saved.read_bytes(), tmp_path / "run.steepest"
    true = st.load(saved)
    refused = tried = 0
    for first, last in contents(saved):
        for at in np.linspace(first, last - 1, 12).astype(int):
            flipped = bytearray(whole)
            flipped[at] ^= 0xFF
            path.write_bytes(flipped)
            tried += 1
            try:
                run = st.load(path)
            except st.FileError as error:
                assert "it is damaged" in str(error)
                refused += 1
            else:  # bits that pad a part to whole bytes mean nothing
                assert np.array_equal(run.trace.params, true.trace.params)
                assert np.array_equal(run.data.X, true.data.X)
                assert run.plan == true.plan
    assert refused > 0.8 * tried


def rewritten(saved: Path, target: Path, change: Any) -> Path:
    """Write the saved run to `target` with its record changed."""
    with zipfile.ZipFile(saved) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    record = json.loads(parts["run.json"])
    parts["run.json"] = json.dumps(change(record)).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target


def test_a_run_that_was_only_packed_again_is_whole(saved: Path, tmp_path: Path) -> None:
    path = rewritten(saved, tmp_path / "run.steepest", lambda record: record)
    assert st.load(path).loss == st.load(saved).loss


def test_a_later_version(saved: Path, tmp_path: Path) -> None:
    path = rewritten(saved, tmp_path / "run", lambda record: {**record, "version": 99})
    assert_refused(path, r"saved by a later steepest \(format 99, .*; update steepest")


@pytest.mark.parametrize("change", [lambda r: {**r, "format": "other"}, lambda r: [1, 2]])
def test_a_zip_of_something_else_with_a_run_json(change: Any, saved: Path, tmp_path: Path) -> None:
    path = rewritten(saved, tmp_path / "run", change)
    assert_refused(path, "it is a zip file, but not a saved run of steepest")


def test_a_foreign_zip(tmp_path: Path) -> None:
    path = tmp_path / "run.steepest"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert_refused(path, DAMAGED)


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "run.steepest"
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("run.json", json.dumps({"format": "steepest run", "version": 1}))
        archive.writestr("X.npy", buffer.getvalue())
    assert_refused(path, "allow_pickle=False")


def test_saving_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(st.FileError, match=r"there is no folder .*; make it first"):
        RUNS["no steps"]().save(tmp_path / "none" / "run.steepest")


def test_saving_over_a_folder(tmp_path: Path) -> None:
    with pytest.raises(st.FileError, match="it is a folder; name a file in it"):
        RUNS["no steps"]().save(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="needs limits on the size of files")
@pytest.mark.parametrize("room", [0, 100, 3000])
def test_a_full_disk_leaves_the_old_file_and_says_so(room: int, tmp_path: Path) -> None:
    path = tmp_path / "run.steepest"
    path.write_text("old")
    program = f"""
        import resource, signal, sys
        import steepest as st
        run = st.descend("breast_cancer", "diagnosis", l2=0.01, steps=20)
        sys.dont_write_bytecode = True  # of it the disk would keep the first bytes alone
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))
        try:
            run.save({str(path)!r})
        except st.FileError as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"cannot write {path}: File too large; nothing was left behind" in done.stdout
    assert done.stderr == ""
    assert [one.name for one in tmp_path.iterdir()] == ["run.steepest"]
    assert path.read_text() == "old"


def test_every_flipped_byte_is_refused_or_harmless(tmp_path: Path) -> None:
    whole = st.descend("orings", "damaged", steps=2)
    path = tmp_path / "run.steepest"
    whole.save(path)
    good = bytearray(path.read_bytes())
    for at in range(0, len(good), 7):
        bad = bytearray(good)
        bad[at] ^= 0xFF
        path.write_bytes(bad)
        try:
            assert np.array_equal(st.load(path).params, whole.params)
        except st.FileError as error:
            assert "run.steepest" in str(error)


@pytest.mark.parametrize("seed", [np.int64(3), 3.0])
def test_numbers_of_any_type_can_be_saved(tmp_path: Path, seed: object) -> None:
    run = st.descend("orings", "damaged", seed=seed, steps=np.int64(2), delta=np.float32(1))
    run.save(tmp_path / "run.steepest")
    assert st.load(tmp_path / "run.steepest").plan == run.plan

"""Every failure point visited: the 1st, 2nd, 3rd, ... call that may fail does, until all pass.

As SQLite tests itself (sqlite.org/testing.html, 3.1 to 3.3). After each failure the old file opens
and says what it said, nothing else is left beside it, and the next try succeeds.
"""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from failing import visit

import steepest as st
from steepest.run import checkpoint_file

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]

KINDS = ("write", "sync", "rename", "opening", "allocation", "kill")


def run_of(steps: int) -> st.Run:
    return st.descend("orings", "damaged", rule="adam", learning_rate=0.5, steps=steps)


@pytest.mark.parametrize("kind", KINDS)
def test_saving(tmp_path: Path, kind: str) -> None:
    path, old, new = tmp_path / "run.steepest", run_of(2), run_of(5)
    old.save(path)

    def sound(passed: bool) -> None:
        found = st.load(path)
        assert len(found.trace) == (6 if passed else len(found.trace)) and len(found.trace) in (
            3,
            6,
        )
        assert [one.name for one in tmp_path.iterdir()] == [path.name]
        new.save(path)
        assert len(st.load(path).trace) == 6
        old.save(path)

    assert visit(kind, lambda: new.save(path), sound) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_checkpoints_and_resume(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_file, "WRITING", float("inf"))
    path, whole = tmp_path / "run.ckpt", run_of(4)
    start = run_of(4)
    start.save(path)
    said: list[str] = []

    def work() -> None:
        file = checkpoint_file.CheckpointFile(path, 0, said.append)
        st.descend("orings", "damaged", rule="adam", learning_rate=0.5, steps=4, checkpoint=file)

    def sound(passed: bool) -> None:
        found = st.load(path)
        gone_on = found if found.stop.reason == "steps" else found.resume()
        assert np.array_equal(gone_on.trace.params, whole.trace.params)
        assert [one.name for one in tmp_path.iterdir()] == [path.name]

    assert visit(kind, work, sound) > 0


@pytest.mark.parametrize("kind", ["sync", "rename", "opening"])
@pytest.mark.parametrize("name", ["a.html", "a.csv", "a.parquet", "a.onnx", "a.svg"])
def test_what_is_written_of_a_run(tmp_path: Path, kind: str, name: str) -> None:
    run, path = run_of(3), tmp_path / name
    write: dict[str, Callable[[], object]] = {
        "a.html": lambda: run.page(path),
        "a.svg": lambda: run.figure(path, panels=["loss"]),
        "a.onnx": lambda: run.to_onnx(path),
    }

    def other() -> None:
        from steepest.data.written import write_table

        write_table(run.trace_table(), path)

    work = write.get(name, other)
    work()
    before = path.read_bytes()

    def sound(passed: bool) -> None:
        assert path.read_bytes()[:100] == before[:100] and path.stat().st_size > 0.9 * len(before)
        assert [one.name for one in tmp_path.iterdir()] == [path.name]

    assert visit(kind, work, sound) > 0


@pytest.mark.parametrize("kind", ["allocation", "read"])
def test_opening(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "run.steepest"
    run_of(3).save(path)
    whole = path.read_bytes()

    def sound(passed: bool) -> None:
        assert path.read_bytes() == whole
        assert len(st.load(path).trace) == 4

    assert visit(kind, lambda: st.load(path), sound) > 0


def test_the_walk_ends_at_what_fails() -> None:
    """The harness itself: it finds a file that is written in place."""

    def in_place() -> None:
        io.BytesIO()
        np.zeros(3)
        np.empty(3)

    assert visit("allocation", in_place, lambda passed: None) == 2

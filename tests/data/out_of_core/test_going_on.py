"""A run of rows that are read in passes goes on from its checkpoint, to the same bits."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pytest
from test_read_in_passes import table_of, written

import steepest as st
from steepest.errors import ChoiceError, FileError
from steepest.run import checkpoint_file

ROWS = 1500
TOLD = ("losses", "full_losses", "learning_rates", "gradient_norms", "gaps", "rows")


class KilledError(BaseException):
    """Ends a run as a kill does: nothing of ours catches it."""


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    monkeypatch.setattr(checkpoint_file, "WRITING", float("inf"))


def killer(at):
    def kill(step):
        if step.index == at:
            raise KilledError

    return kill


def killed(path, data, at, **asked):
    with pytest.raises(KilledError):
        st.descend(data, **asked, checkpoint=path, every=0, callback=killer(at))
    return st.load(path)


def assert_same(one, other):
    for name in TOLD:
        left, right = getattr(one.trace, name), getattr(other.trace, name)
        assert np.array_equal(left, right, equal_nan=True), name
    assert np.array_equal(one.params, other.params)
    assert one.stop == other.stop and one.verdicts == other.verdicts


CASES = [
    {"target": "k", "drop": ["y"], "l2": 1e-3, "class_weight": {"yes": 2.0, "no": 1.0}},
    {"target": "y", "drop": ["k"], "l1": 0.05, "sample_weight": "w"},
    {"target": "k", "drop": ["y", "c"], "bias": False, "threads": 2},
    *(
        pytest.param(one, marks=pytest.mark.prove)
        for one in (
            {"target": "c", "drop": ["k"], "missing": "mean", "cache": "none"},
            {"target": "w", "drop": ["k"], "loss": "poisson"},
            {"target": "y", "drop": ["k"], "loss": "quantile:0.3"},
            {"target": "y", "drop": ["k"], "hidden": (4,), "steps": 6, "batch": 100, "seed": 4},
            {"target": "y", "terms": "x + z^2 + c", "rule": "adam", "steps": 9},
        )
    ),
]


@pytest.mark.parametrize("asked", CASES)
def test_a_killed_run_goes_on_to_the_same_bits(tmp_path, monkeypatch, asked):
    (tmp_path / "there").mkdir()
    files = written(tmp_path / "there", table_of())
    whole = st.descend(files, **asked)
    for at in {1, len(whole.trace) - 1}:
        monkeypatch.chdir(tmp_path)
        left = killed(tmp_path / "run.ckpt", "there/*.parquet", at, **asked)
        assert len(left.trace) == at
        monkeypatch.chdir(tmp_path / "there")
        assert_same(left.resume(), whole)


def test_a_csv_goes_on_and_its_checkpoint_holds_no_row(tmp_path):
    pc.write_csv(table_of(), tmp_path / "t.csv")
    asked = {"target": "y", "drop": ["k"], "loss": "huber", "memory": "64MB"}
    whole = st.descend(tmp_path / "t.csv", **asked)
    assert_same(killed(tmp_path / "a.ckpt", str(tmp_path / "t.csv"), 2, **asked).resume(), whole)
    with zipfile.ZipFile(tmp_path / "a.ckpt") as kept:
        assert not any(name.startswith(("X", "y")) for name in kept.namelist())


def test_a_finished_run_goes_on_in_its_own_file(tmp_path):
    files, path = written(tmp_path, table_of()), tmp_path / "run.ckpt"
    asked = {"target": "y", "drop": ["k"], "rule": "adam", "learning_rate": 0.1}
    st.descend(files, **asked, steps=5, checkpoint=path)
    gone_on = st.load(path).resume(steps=4, checkpoint=path)
    assert np.array_equal(gone_on.trace.losses, st.descend(files, **asked, steps=9).trace.losses)
    assert np.array_equal(st.load(path).params, gone_on.params)


def test_rows_that_changed_are_told(tmp_path):
    files = written(tmp_path, table_of())
    asked = {"target": "k", "drop": ["y"]}
    left = killed(tmp_path / "run.ckpt", files, 1, **asked)
    whole, changed = (tmp_path / "p1.parquet").read_bytes(), tmp_path / "p1.parquet"
    at = changed.stat().st_mtime_ns
    for mtime in (at + 10**9, at):
        changed.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
        os.utime(changed, ns=(mtime, mtime))
        with pytest.raises(FileError, match=r"p1.parquet changed since the checkpoint was written"):
            left.resume()
    changed.write_bytes(whole)
    left = killed(tmp_path / "run.ckpt", files, 1, **asked)
    (tmp_path / "p3.parquet").write_bytes((tmp_path / "p2.parquet").read_bytes())
    with pytest.raises(FileError, match=r"p3.parquet was not among the files"):
        left.resume()
    (tmp_path / "p0.parquet").unlink()
    with pytest.raises(FileError, match=r"p0.parquet: No such file"):
        left.resume()


def test_files_of_another_time_and_the_same_bytes_are_the_same(tmp_path):
    files = written(tmp_path, table_of())
    asked = {"target": "k", "drop": ["y"]}
    whole = st.descend(files, **asked)
    path = tmp_path / "run.ckpt"
    killed(path, files, 1, **asked)
    for time_of_change in (0, 10**9):  # the second time from the checkpoint of the first
        os.utime(tmp_path / "p1.parquet", ns=(time_of_change, time_of_change))
        with pytest.raises(KilledError):
            left = st.load(path)
            left.resume(checkpoint=path, every=0, callback=killer(at=len(left.trace)))
    assert_same(st.load(path).resume(), whole)


def test_what_no_file_can_name_is_refused_before_the_first_step(tmp_path):
    table, path = table_of(), tmp_path / "run.ckpt"
    batches = pa.RecordBatchReader.from_batches(table.schema, table.to_batches())
    with pytest.raises(ChoiceError, match="data is no file and no plain word or number"):
        st.descend(batches, "k", drop=["y"], checkpoint=path)
    other = {"validation": table_of(seed=1)}
    with pytest.raises(ChoiceError, match="validation is no file and no plain"):
        st.descend(written(tmp_path, table), "k", drop=["y"], checkpoint=path, **other)


@pytest.mark.parametrize("spoiled", [{"given": 5}, {"asked": {}}, {"files": {"a": {"size": 1}}}, 7])
def test_a_damaged_origin_is_refused_in_words(tmp_path, spoiled):
    path = tmp_path / "run.ckpt"
    killed(path, written(tmp_path, table_of()), 1, target="k", drop=["y"])
    with zipfile.ZipFile(path) as kept:
        parts = {name: kept.read(name) for name in kept.namelist()}
    (name,) = [one for one in parts if one.endswith(".json")]
    record = json.loads(parts[name])
    inner = record if "origin" in record else record["record"]
    inner["origin"] = spoiled if spoiled == 7 else {**inner["origin"], **spoiled}
    parts[name] = json.dumps(record).encode()
    with zipfile.ZipFile(path, "w") as damaged:
        for one, part in parts.items():
            damaged.writestr(one, part)
    with pytest.raises(FileError, match="damaged"):
        st.load(path)


STEEPEST = [sys.executable, "-m", "steepest"]
FIT = ["--target", "k", "--drop", "y", "--rule", "adam", "--steps", "400", "--every", "0s"]


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory):
    """Return the files of a run that is killed, and the run that never was."""
    files = written(tmp_path_factory.mktemp("there"), table_of())
    return files, st.descend(files, "k", drop=["y"], rule="adam", steps=400)


@pytest.mark.prove
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(100))
def test_a_command_killed_at_a_random_moment_is_gone_on_with(tmp_path, whole_run, seed):
    """Every tenth is taken up by the command, the others here, which is quicker."""
    (files, whole), path, end = whole_run, tmp_path / "run.ckpt", tmp_path / "e.steepest"
    command = subprocess.Popen([*STEEPEST, "fit", files, *FIT, "--checkpoint", str(path)])
    while not path.exists():
        time.sleep(0.01)
    time.sleep(float(np.random.default_rng(seed).uniform(0.0, 2.0)))
    command.send_signal(signal.SIGKILL)
    command.wait()
    if seed % 10 == 0:
        subprocess.run([*STEEPEST, "resume", str(path), "--save", str(end)], check=True)
        kept = st.load(end)
    else:
        kept = st.load(path).resume()
    assert np.array_equal(kept.trace.losses, whole.trace.losses)
    assert np.array_equal(kept.params, whole.params)


def test_a_checkpoint_tells_its_first_step_and_that_resume_finds_the_rows(tmp_path):
    files = written(tmp_path, table_of())
    how = {"target": "y", "drop": ["k"], "rule": "steepest", "learning_rate": 1e-3, "scale": "none"}
    run = killed(tmp_path / "run.steepest", files, 4, **how)
    told = run.explain()
    assert "none was taken" not in told and "resume reads them anew from their files" in told
    step = told.split("Step 2 ")[1].split("Step 3 ")[0]
    moved = run.trace[0].params[0] - 1e-3 * run.trace[0].gradient[0]
    assert f"= {moved:.4g}" in step

"""A run kept in a file while it goes on: after a kill it goes on to the same bits."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from proved import every_other
from reference import problem
from test_resume import RUNS, assert_same

import steepest as st
from steepest.run import checkpoint_file
from steepest.run.checkpoint_file import CheckpointFile, seconds_in

STEEPEST = [sys.executable, "-m", "steepest"]


class KilledError(BaseException):
    """Ends a run as a kill does: nothing of ours catches it."""


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let checkpoints take all the time there is, so that each step has one."""
    monkeypatch.setattr(checkpoint_file, "WRITING", float("inf"))


def killed(path: Path, at: int, **choices: Any) -> st.Run:
    """Return the checkpoint of a run that is killed at a step."""

    def kill(step: st.Step) -> None:
        if step.index == at:
            raise KilledError

    with pytest.raises(KilledError):
        st.descend(**choices, checkpoint=path, every=0, callback=kill)
    return st.load(path)


SOME = ("adam", "rate backtracking", "plane", "lbfgs of a network", "dropout, clipped", "l1")


@pytest.mark.parametrize(
    "name",
    [*SOME, *(pytest.param(name, marks=pytest.mark.prove) for name in RUNS if name not in SOME)],
)
def test_a_killed_run_goes_on_to_the_same_bits(name: str, tmp_path: Path) -> None:
    choices = {**RUNS[name], "steps": 12, "seed": 3}
    whole = st.descend(**choices)
    left = killed(tmp_path / "run.ckpt", 7, **choices)
    assert (left.stop.reason, len(left.trace)) == ("interrupted", 7)
    assert_same(left.resume(), whole)


def test_patience_and_tol_are_those_that_were_asked_for(tmp_path: Path) -> None:
    data = problem("squared", 0, rows=60)
    choices = {"rule": "adam", "learning_rate": 0.05, "validation": 0.3, "stop": "validation"}
    choices |= {"patience": 5, "hidden": (6,), "seed": 1, "steps": 400}
    whole = st.descend(data, **choices)
    assert whole.stop.reason == "validation"
    # Between the best step and the end: what is counted goes on to be.
    left = killed(tmp_path / "run.ckpt", len(whole.trace) - 3, data=data, **choices)
    assert_same(left.resume(), whole)
    line = {"data": problem("squared", 0), "rule": "steepest", "scale": "standard", "tol": 1e-3}
    assert_same(killed(tmp_path / "run.ckpt", 2, **line).resume(), st.descend(**line))


def test_the_file_holds_the_run_once_it_is_over_and_goes_on_in_itself(tmp_path: Path) -> None:
    path = tmp_path / "run.ckpt"
    choices = {"data": problem("squared", 0), "rule": "adam", "learning_rate": 0.1, "steps": 9}
    whole = st.descend(**choices, checkpoint=path)
    assert st.load(path).stop == whole.stop
    gone_on = killed(path, 5, **choices).resume(checkpoint=path, every=0)
    assert st.load(path).stop == gone_on.stop == whole.stop
    assert [one.name for one in tmp_path.iterdir()] == ["run.ckpt"]


def test_a_checkpoint_says_that_it_is_one(tmp_path: Path) -> None:
    left = killed(tmp_path / "run.ckpt", 3, data="orings", target="damaged", steps=9)
    words = left.explain()
    assert "a checkpoint of step 2, where it had not ended; resume goes on" in words
    assert "end: could not judge, it had not ended: a checkpoint" in words
    assert not left.is_judged


def test_an_objective_of_ones_own_goes_on_when_it_is_given_again(tmp_path: Path) -> None:
    def bowl(params: np.ndarray) -> tuple[float, np.ndarray]:
        return float(params @ params), 2 * params

    choices: dict[str, Any] = {"start": [3.0, 4.0], "rule": "adam", "learning_rate": 0.1}
    killed(tmp_path / "run.ckpt", 6, data=bowl, steps=20, **choices)
    left = st.load(tmp_path / "run.ckpt", bowl)
    assert_same(left.resume(), st.descend(bowl, steps=20, **choices))


def test_a_disk_that_refuses_ends_no_run_and_leaves_the_last_checkpoint(tmp_path: Path) -> None:
    path, said = tmp_path / "run.ckpt", list[str]()
    file = CheckpointFile(path, 0, said.append)

    def closed(step: st.Step) -> None:
        if step.index == 4:
            tmp_path.joinpath("run.ckpt").chmod(0o444)

    run = st.descend("orings", "damaged", rule="adam", steps=9, checkpoint=file, callback=closed)
    assert run.stop.reason == "steps"
    assert len(said) == 1 and "no checkpoint was written, the run goes on" in said[0]
    assert len(st.load(path).trace) == 4


def test_what_no_file_can_hold_is_refused_before_the_first_step(tmp_path: Path) -> None:
    with pytest.raises(st.FileError, match="there is no folder"):
        st.descend("geyser", "waiting", checkpoint=tmp_path / "none" / "run.ckpt")
    with pytest.raises(st.ChoiceError, match="a checkpoint keeps one run"):
        st.seeds(2, "xor", "class", hidden=(4,), checkpoint=tmp_path / "run.ckpt")


@pytest.mark.parametrize("every", ["soon", "3 days", "-1s", -1, float("nan")])
def test_a_time_that_is_none(every: Any) -> None:
    with pytest.raises(st.ChoiceError, match=r"every is .*, but it must be"):
        seconds_in(every)


LONG = [
    *("fit", "breast_cancer", "--target", "diagnosis", "--rule", "adam", "--learning-rate", "0.01"),
    *("--scale", "standard", "--batch", "64", "--seed", "5", "--steps", "6000"),
    *("--checkpoint", "run.ckpt", "--every", "0s"),
]


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*STEEPEST, *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(command: subprocess.Popen[str]) -> str:
    """Return what a command has said, which must have ended well."""
    out, err = command.communicate()
    assert command.returncode == 0, err + out
    return out


def until_written(path: Path) -> None:
    for _ in range(2000):
        if path.exists():
            return
        time.sleep(0.01)
    raise AssertionError("no checkpoint was written")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> st.Run:
    folder = tmp_path_factory.mktemp("whole")
    ended(start(folder, *LONG, "--save", "whole"))
    return st.load(folder / "whole")


def assert_goes_on(folder: Path, whole: st.Run) -> None:
    out = ended(start(folder, "resume", "run.ckpt", "--save", "run.steepest"))
    assert_same(st.load(folder / "run.steepest"), whole)
    assert out.endswith(
        "run.steepest holds the 569 rows that it was made from; --without-data leaves them out\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("name", every_other(["SIGKILL", "SIGTERM", "SIGHUP"]))
def test_a_killed_command_is_gone_on_with(tmp_path: Path, whole: st.Run, name: str) -> None:
    command = start(tmp_path, *LONG)
    until_written(tmp_path / "run.ckpt")
    command.send_signal(getattr(signal, name))
    _, err = command.communicate()
    number = getattr(signal, name)
    assert command.returncode == (-number if name == "SIGKILL" else 128 + number)
    assert "Traceback" not in err
    assert_goes_on(tmp_path, whole)


def test_a_checkpoint_that_a_full_disk_refused_holds_no_rows(monkeypatch, tmp_path, ask) -> None:
    words = ("fit", "geyser", "--target", "waiting", "--checkpoint", str(tmp_path / "run.ckpt"))

    def full(*given: object, **more: object) -> None:
        raise st.FileError("cannot write run.ckpt: No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint_file, "write_run", full)
        said = ask(*words)
    assert said.status == 0 and "no checkpoint was written, the run goes on" in said.err
    assert "holds the rows too" not in said.out
    assert f"{tmp_path / 'run.ckpt'} holds the rows too" in ask(*words).out


@pytest.mark.prove
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("seed", range(100))
def test_a_command_killed_at_a_random_moment_is_gone_on_with(
    tmp_path: Path, whole: st.Run, seed: int
) -> None:
    random.seed(seed)
    command = start(tmp_path, *LONG)
    until_written(tmp_path / "run.ckpt")
    time.sleep(random.random() * 1.5)
    command.kill()
    command.communicate()
    kept = st.load(tmp_path / "run.ckpt")
    if len(kept.trace) == len(whole.trace):  # It was killed after its last step.
        assert np.array_equal(kept.trace.params, whole.trace.params, equal_nan=True)
        return
    assert_goes_on(tmp_path, whole)
    left = {one.name for one in tmp_path.iterdir()}
    assert left >= {"run.ckpt", "run.steepest"}
    # The next run that writes there removes what the kill left.
    ended(start(tmp_path, "resume", "run.steepest", "--steps", "1", *LONG[-4:-2]))
    assert {one.name for one in tmp_path.iterdir()} == {"run.ckpt", "run.steepest"}

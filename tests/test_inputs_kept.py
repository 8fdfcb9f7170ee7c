"""No output is one of the inputs: at every door that writes, whatever a reader names is kept."""

import shutil
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import pytest
from asked import Ask

import steepest as st
from steepest.cli.program import cli
from steepest.errors import FileError

TABLE = "a,b,y\n" + "".join(f"{i},{i * 7 % 5},{i * 2 + i % 3}\n" for i in range(20))

LINK = "lesson.html#v=1&data=geyser&target=waiting&features=duration&rate=0.3&start=1,50"

OWN = '[data.regression]\ndata = "own.txt"\ntarget = "y"\nfeatures = ["a"]\n'

FIT = ["fit", "f.csv", "--target", "y"]
PASSES = ["fit", "d/*.csv", "--target", "y"]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every kind of input, named so that an output may have its name."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "d").mkdir()
    for name in ("f.csv", "own.txt", "v.csv", "d/p0.csv", "d/p1.csv", "links.svg"):
        (folder / name).write_text(TABLE)
    (folder / "links.svg").write_text(f'link\n"{LINK}"\n')
    (folder / "own.toml").write_text(OWN)
    st.descend(folder / "f.csv", "y", steps=2).save(folder / "run.csv")
    st.descend(str(folder / "d"), "y", memory="64MB", checkpoint=folder / "c", every=0)
    shutil.copy(folder / "own.toml", folder / "t.pptx")  # It is refused before it is opened.
    return folder


TAKEN = {
    "fit --save": ([*FIT, "--save", "f.csv"], "f.csv"),
    "fit --table": ([*FIT, "--table", "f.csv"], "f.csv"),
    "fit --checkpoint": ([*FIT, "--checkpoint", "f.csv"], "f.csv"),
    "fit --start": ([*FIT, "--start", "run.csv", "--trace", "run.csv"], "run.csv"),
    "fit --validation": ([*FIT, "--validation", "v.csv", "--trace", "v.csv"], "v.csv"),
    "fit of a pattern": ([*PASSES, "--trace", "d/p1.csv"], "p1.csv"),
    "fit of a folder": (["fit", "d", "--target", "y", "--save", "d/p0.csv"], "p0.csv"),
    "fit of a pattern --checkpoint": ([*PASSES, "--checkpoint", "./d/p0.csv"], "p0.csv"),
    "path --table": (["path", "f.csv", "--target", "y", "--table", "f.csv"], "f.csv"),
    "path --save": (["path", "f.csv", "--target", "y", "--save", "f.csv"], "f.csv"),
    "data -o": (["data", "f.csv", "-o", "f.csv"], "f.csv"),
    "predict over the run": (["predict", "run.csv", "f.csv", "-o", "run.csv"], "run.csv"),
    "predict over the rows": (["predict", "run.csv", "f.csv", "-o", "f.csv"], "f.csv"),
    "predict in passes": (["predict", "run.csv", "d/*.csv", "-o", "d/p1.csv"], "p1.csv"),
    "resume --save": (["resume", "run.csv", "--save", "run.csv"], "run.csv"),
    "resume over the rows": (["resume", "c", "--save", "d/p0.csv"], "p0.csv"),
    "resume --checkpoint": (["resume", "c", "--checkpoint", "d/p0.csv"], "p0.csv"),
    "show over the run": (["show", "run.csv", "--trace", "run.csv"], "run.csv"),
    "show over the rows": (["show", "c", "--trace", "d/p1.csv"], "p1.csv"),
    "class --figure": (["class", "links.svg", "--figure", "links.svg"], "links.svg"),
    "lesson --quiz": (["lesson", "own.txt", "--target", "y", "--quiz", "own.txt"], "own.txt"),
    "lesson --quiz over own data": (["lesson", "--from", "own.toml", "--quiz", "own.txt"], "own"),
    "lesson --toml": (["lesson", "--from", "own.toml", "--toml", "own.toml"], "own.toml"),
    "lesson --pptx": (["lesson", "--template", "t.pptx", "--pptx", "t.pptx"], "t.pptx"),
}
"""For each door that writes, a command whose output is one of its inputs, and which."""

ENDING_DECIDES = {
    "lesson --out": ["lesson", "f.csv", "--target", "y", "--out", "f.csv"],
    "lesson --handout": ["lesson", "f.csv", "--target", "y", "--handout", "f.csv"],
    "lesson --scorm": ["lesson", "f.csv", "--target", "y", "--scorm", "f.csv"],
    "rate --figure": ["rate", "f.csv", "--target", "y", "--figure", "f.csv"],
    "path --figure": ["path", "f.csv", "--target", "y", "--figure", "f.csv"],
    **{
        f"{command} --{kind}": [command, *words, f"--{kind}", words[0]]
        for command, words in (("fit", FIT[1:]), ("show", ["run.csv"]), ("resume", ["run.csv"]))
        for kind in ("figure", "film", "page", "onnx")
    },
}
"""Doors whose files have other endings than what is read here has."""

ELSEWHERE = {
    *("demo --out", "fit --frames", "show --frames", "resume --frames"),  # folders
    *("show --table", "resume --table", "resume --trace"),  # as `show --trace`, by one check
    "fit --trace",  # as `fit --table`
}


def doors() -> set[str]:
    """Return each option of each command that names what is written."""
    found = set()
    for name, command in cli.commands.items():
        for one in command.params:
            said = getattr(one, "metavar", None) in ("FILE", "RUN", "FOLDER")
            if isinstance(one, click.Option) and said:
                found.add(f"{name} {max(one.opts, key=len)}")
    return found


READ = {"lesson --from", "lesson --template", "class --from", "class --data"}
"""Options that name what is read."""


def test_no_door_is_left_out() -> None:
    """Whoever adds an option that writes says here which input it might replace."""
    asked = {f"{words[0]} {one}" for words, _ in TAKEN.values() for one in words if one[:2] == "--"}
    asked |= {*ENDING_DECIDES, *ELSEWHERE, *READ, "data --out", "predict --out"}
    assert doors() <= asked


@pytest.mark.parametrize("door", TAKEN)
def test_no_output_is_an_input(
    inputs: Path, monkeypatch: pytest.MonkeyPatch, ask: Ask, door: str
) -> None:
    monkeypatch.chdir(inputs)
    before = {path: path.read_bytes() for path in inputs.rglob("*") if path.is_file()}
    words, name = TAKEN[door]
    answer = ask(*words)
    assert (answer.status, answer.out) == (2, ""), answer
    assert f"{name}" in answer.err and "would be read from and written to" in answer.err
    assert before == {path: path.read_bytes() for path in inputs.rglob("*") if path.is_file()}


@pytest.mark.parametrize("door", ENDING_DECIDES)
def test_an_input_has_no_ending_that_is_written(
    inputs: Path, monkeypatch: pytest.MonkeyPatch, ask: Ask, door: str
) -> None:
    monkeypatch.chdir(inputs)
    before = {path: path.read_bytes() for path in inputs.rglob("*") if path.is_file()}
    answer = ask(*ENDING_DECIDES[door])
    assert answer.status == 2 and "its name must end in" in answer.err
    assert before == {path: path.read_bytes() for path in inputs.rglob("*") if path.is_file()}


def test_a_checkpoint_and_another_output_are_two_files(
    inputs: Path, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    monkeypatch.chdir(inputs)
    for words in ([*FIT, "--trace", "new.csv"], ["resume", "run.csv", "--table", "new.csv"]):
        answer = ask(*words, "--checkpoint", "new.csv")
        assert answer.status == 2 and "new.csv would be written to twice" in answer.err
    assert ask("resume", "c", "--checkpoint", "c", "--steps", "1").status == 0


IN_PYTHON: dict[str, Callable[[Path], object]] = {
    "checkpoint over a file": lambda here: st.descend(
        here / "f.csv", "y", checkpoint=here / "f.csv"
    ),
    "over one of a list": lambda here: st.descend(
        [here / "d/p0.csv", here / "d/p1.csv"], "y", checkpoint=here / "d/p1.csv"
    ),
    "over one of a folder": lambda here: st.descend(
        str(here / "d"), "y", checkpoint=here / "d/p1.csv"
    ),
    "over rows to measure on": lambda here: st.descend(
        here / "f.csv", "y", validation=str(here / "v.csv"), checkpoint=here / "v.csv"
    ),
    "resume over the rows": lambda here: st.load(here / "c").resume(
        steps=1, checkpoint=here / "d/p0.csv"
    ),
    "predict_to": lambda here: st.load(here / "run.csv").predict_to(
        str(here / "d/*.csv"), here / "d/p0.csv"
    ),
    "predict_to of one file": lambda here: st.load(here / "run.csv").predict_to(
        here / "f.csv", here / "f.csv"
    ),
    "lesson": lambda here: st.load(here / "run.csv").lesson(
        here / "own.txt", settings=here / "own.toml"
    ),
}


@pytest.mark.parametrize("door", IN_PYTHON)
def test_nor_in_python(inputs: Path, door: str) -> None:
    before = {path: path.read_bytes() for path in inputs.rglob("*") if path.is_file()}
    with pytest.raises(FileError, match="would be read from and written to"):
        IN_PYTHON[door](inputs)
    assert before == {path: path.read_bytes() for path in inputs.rglob("*") if path.is_file()}


def test_a_name_without_a_file_is_no_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    """As that of a shipped data set, and a column that marks rows."""
    monkeypatch.chdir(tmp_path)
    assert ask("fit", "geyser", "--target", "waiting", "--save", "geyser").status == 0
    assert np.isfinite(st.load("geyser").loss)

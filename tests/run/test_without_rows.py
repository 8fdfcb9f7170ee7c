"""A run that is saved without its rows: nothing of a row is in the file, all else is as it was."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked import Ask

import steepest as st
from steepest.errors import ChoiceError
from steepest.run.report import report

RUNS: dict[str, Callable[[], st.Run]] = {
    "a number": lambda: st.descend("geyser", "waiting"),
    "three classes": lambda: st.descend(
        "penguins", "species", l2=0.01, missing="mean", validation=0.2, class_weight="balanced"
    ),
    "a network": lambda: st.descend("spirals", "class", hidden=(4,), steps=9),
    "no bias": lambda: st.descend("diabetes", "progression", bias=False),
    "l1": lambda: st.descend("diabetes", "progression", l1=40.0),
    "batches": lambda: st.descend("geyser", "waiting", batch=32, steps=20),
    "no steps": lambda: st.descend("geyser", "waiting", steps=0),
    "no finite loss": lambda: st.descend(
        "geyser", "waiting", rule="steepest", scale="none", learning_rate=0.9
    ),
}

TOLD = "saved without its rows: it predicts"


@pytest.fixture(params=RUNS)
def both(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[st.Run, st.Run]:
    """Return a run, and what `load` gives of its file without rows."""
    run = RUNS[request.param]()
    run.save(tmp_path / "run", data=False)
    return run, st.load(tmp_path / "run")


def test_it_predicts_and_tells_the_same(both: tuple[st.Run, st.Run], tmp_path: Path) -> None:
    run, bare = both
    assert np.array_equal(bare.predict(run.data.X), run.predict(run.data.X))
    assert np.array_equal(bare.params, run.params) and bare.param_names == run.param_names
    told = bare.explain().splitlines()
    assert [line for line in told if line.startswith(TOLD)]
    table = run.explain().partition("\nActual against predicted")
    rest = table[2].partition("\n\n")[2] if table[1] else ""
    kept = (table[0] + rest).splitlines()
    assert [line for line in told if line and not line.startswith(TOLD)] == list(filter(None, kept))
    ours, theirs = report(run), report(bare)
    for name in set(ours) - {"start_loss"}:
        assert ours[name] == theirs[name], name
    bare.save(tmp_path / "again")
    assert st.load(tmp_path / "again").explain() == bare.explain()


def test_what_needs_rows_says_so(both: tuple[st.Run, st.Run], tmp_path: Path) -> None:
    bare = both[1]
    for ask in (
        bare.surface,
        bare.table,
        bare.elsewhere,
        lambda: bare.data,
        lambda: bare.page(tmp_path / "a.html"),
        lambda: bare.film(tmp_path / "a.gif"),
        lambda: bare.resume(steps=1),
        lambda: bare.explain(row=1),
        lambda: bare.figure(panels=["fit"]),
        lambda: bare.objective.value(bare.params),
    ):
        with pytest.raises(ChoiceError, match=r"saved without its rows.*start=run"):
            ask()
    assert "saved without its rows" in str(bare.summary().weights)
    bare.figure(tmp_path / "a.png")


def test_metrics_are_those_that_were_worked_out(tmp_path: Path) -> None:
    run = RUNS["three classes"]()
    run.save(tmp_path / "run", data=False)
    bare = st.load(tmp_path / "run")
    for rows in (None, "validation"):
        ours, theirs = run.metrics(rows), bare.metrics(rows)
        assert list(ours) == list(theirs)
        for name in ours:
            assert np.array_equal(ours[name], theirs[name])
    assert bare.metrics("penguins")["accuracy"] == run.metrics("penguins")["accuracy"]
    RUNS["a number"]().save(tmp_path / "number", data=False)
    with pytest.raises(ChoiceError, match="no metrics of rows kept back were recorded"):
        st.load(tmp_path / "number").metrics("validation")
    again = st.descend("geyser", "waiting", start=st.load(tmp_path / "number"))
    assert again.loss == pytest.approx(RUNS["a number"]().loss)


def numbers_in(path: Path) -> set[float]:
    """Return all numbers in the file of a run, of its arrays and of its JSON."""
    found: set[float] = set()

    def read(value: Any) -> None:
        if isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                read(one)
        elif isinstance(value, int | float):
            found.add(float(value))

    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".npy"):
                array = np.load(io.BytesIO(archive.read(name)), allow_pickle=False)
                found |= set(array.astype(np.float64).ravel().tolist())
            else:
                read(json.loads(archive.read(name)))
    return found


@pytest.mark.parametrize("hidden", [None, (3,)])
def test_no_number_of_a_row_is_in_the_file(hidden: tuple[int, ...] | None, tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    X, y, weight = draw.normal(size=(40, 3)), draw.normal(size=40), draw.uniform(1, 2, 40)
    run = st.descend((X, y), sample_weight=weight, validation=0.25, hidden=hidden, steps=30)
    rows = {*X.ravel().tolist(), *y.tolist(), *weight.tolist()}
    run.save(tmp_path / "with")
    assert rows <= numbers_in(tmp_path / "with")
    run.save(tmp_path / "without", data=False)
    assert not rows & numbers_in(tmp_path / "without")


def test_an_objective_that_was_given_has_no_rows_to_leave_out(tmp_path: Path) -> None:
    run = st.descend(lambda p: (float(p @ p), 2 * p), start=[3.0])
    with pytest.raises(ChoiceError, match="that needs a table"):
        run.save(tmp_path / "run", data=False)


def test_the_command_line_says_which_files_hold_rows(ask: Ask) -> None:
    fit = ("fit", "geyser", "--target", "waiting")
    told = ask(*fit, "--save", "r", "--page", "p.html").out
    assert "r holds the 272 rows that it was made from; --without-data leaves them out" in told
    assert "p.html holds rows of the data: a page computes with them" in told
    bare = ask(*fit, "--save", "b", "--without-data", "--json")
    assert json.loads(bare.out)["rows_inside"] == []
    assert TOLD in ask("show", "b").out
    assert ask("predict", "b", "geyser").out == ask("predict", "r", "geyser").out
    for command in (("show", "b", "--page", "q.html"), ("resume", "b"), ("play", "b")):
        failed = ask(*command)
        assert failed.status == 2 and "was saved without its rows" in failed.err
    assert "none is asked for; add --save RUN" in ask(*fit, "--without-data").err

"""One run told at every door: end, lowest loss, limit, verdicts and notes are the same at each.

A door is read as its reader has it, text by text. What it must say is put together here from
numbers that come from outside: LAPACK's, and those that follow from the rows by hand.
"""

import json
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from frames import read_frame
from matplotlib.figure import Figure
from scipy.optimize import minimize
from telling import ask as ask_page
from telling import record

import steepest as st
from steepest.notebook.widget import RunWidget
from steepest.numerals import short
from steepest.session import Session
from steepest.sklearn import SteepestClassifier, SteepestRegressor
from steepest.view.film import Reel
from steepest.view.format import FILM_SIZE, Format
from steepest.view.style import look

CLOSING = re.compile(r"(.*); (lowest loss: .*); (limit of a fixed learning rate: .*)")

CLOSING_TYPE = 10
"""The size of the type in which a picture says how the run ended, and no other of its words."""

LINES = ("lowest loss: ", "limit of a fixed learning rate: ")

NONE = "there is none"
UNKNOWN = "not known"


class Kind(NamedTuple):
    """A kind of run: its rows as CSV or a shipped data set, and what is true of it."""

    table: str
    target: str
    features: Sequence[str]
    options: dict[str, Any]
    reason: str
    verdict: str
    note: str = ""


def csv(names: str, rows: Iterator[Sequence[object]]) -> str:
    return "\n".join([names, *(",".join(map(str, row)) for row in rows)])


def apart() -> str:
    return csv("x,c", ((x, "no" if x < 7 else "yes") for x in range(14)))


def one_level_apart() -> str:
    """Return rows whose level `s` has one class alone, while all others have both."""
    cells = ((i % 7, "pqrs"[i % 4], "no" if i % 4 == 3 or i % 3 else "yes") for i in range(36))
    return csv("x,k,c", cells)


GEYSER = ("geyser", "waiting", ["duration"])
TEXTBOOK = {"rule": "steepest", "scale": "none"}
FLAT = csv("x,y", iter([(1, 1), (1, 3), (2, 5), (2, 7)]))

KINDS = {
    "arrives": Kind(*GEYSER, {}, "arrived", ""),
    "settles": Kind(*GEYSER, {"rule": "adam"}, "settled", ""),
    "diverges": Kind(*GEYSER, {**TEXTBOOK, "learning_rate": 1.0}, "diverged", "divergence"),
    "unsettled": Kind(
        *("orings", "damaged", ["temperature"]),
        {**TEXTBOOK, "learning_rate": 90.0, "steps": 30},
        "steps",
        "unsettled",
    ),
    "stopped": Kind(*GEYSER, {**TEXTBOOK, "learning_rate": 0.05, "steps": 20}, "steps", ""),
    "stalled": Kind(*GEYSER, {"loss": "absolute", "rule": "steepest"}, "stalled", "stalled"),
    "separated": Kind(apart(), "c", ["x"], {}, "separated", "separation"),
    "quasi": Kind(one_level_apart(), "c", ["x", "k"], {}, "separated", "separation"),
    "flat": Kind(FLAT, "y", ["x"], {"loss": "absolute"}, "arrived", "", "flat bottom"),
}


class Told(NamedTuple):
    """A run of a kind, where its rows are, and what each door must say of it."""

    kind: Kind
    run: st.Run
    table: str
    said: "Said"


class Said(NamedTuple):
    """What a door says of how a run ended; each verdict and note is a line."""

    end: str
    lowest: str
    limit: str
    verdicts: list[str]
    notes: list[str]


@pytest.fixture(scope="module", params=KINDS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    kind = KINDS[request.param]
    table = kind.table
    if "\n" in table:
        path = tmp_path_factory.mktemp("doors") / "rows.csv"
        path.write_text(kind.table)
        table = str(path)
    run = st.descend(table, kind.target, kind.features, **kind.options)
    lowest, limit = truth(request.param, run)
    verdicts = [f"{verdict.message}; {verdict.remedy}" for verdict in run.verdicts]
    notes = [note.message for note in run.notes]
    said = Said(
        run.stop.message,
        f"lowest loss: {lowest}",
        f"limit of a fixed learning rate: {limit}",
        verdicts,
        notes,
    )
    return Told(kind, run, table, said)


def truth(name: str, run: st.Run) -> tuple[str, str]:
    """Return lowest loss and limit of the learning rate, as words, from outside."""
    if name in ("separated", "quasi"):
        return NONE, UNKNOWN
    if name == "flat":
        return "1", UNKNOWN  # each of the four rows is 1 off the median of its own x
    Z = np.column_stack([run.data.X, np.ones(len(run.data.y))])
    if name == "stalled":
        return short(st.descend(*GEYSER, loss="absolute").loss), UNKNOWN
    if name == "unsettled":
        sign = 1 - 2 * run.data.y
        least = minimize(lambda p: np.logaddexp(0, sign * (Z @ p)).mean(), np.zeros(2), tol=1e-12)
        most = np.linalg.eigvalsh(Z.T @ Z / len(Z))[-1] / 4
        return short(least.fun), f"{short(2 / most, 3)} (2/curvature, by a bound on the curvature)"
    (square,) = np.linalg.lstsq(Z, run.data.y)[1]
    curvature = np.linalg.eigvalsh(2 * Z.T @ Z / len(Z))[-1]
    limits = {
        "arrives": "2 (2/curvature in whitened coordinates)",  # where the curvature is 1
        "diverges": f"{short(2 / curvature, 3)} (2/curvature)",
        "stopped": f"{short(2 / curvature, 3)} (2/curvature)",
    }
    return short(square / len(Z)), limits.get(name, UNKNOWN)


def test_the_kinds_are_what_they_are_called(told: Told) -> None:
    kind, run = told.kind, told.run
    assert run.stop.reason == kind.reason
    assert [verdict.name for verdict in run.verdicts] == [kind.verdict] * bool(kind.verdict)
    of_the_walk = [note.name for note in run.notes if note.name != "table"]
    assert of_the_walk == [kind.note] * bool(kind.note)


# --- the doors -----------------------------------------------------------------------------------


def of_words(text: str) -> Said:
    """Return what the words of `explain` say, on the command line and off it."""
    lines = [line.strip() for line in text.splitlines()]
    verdicts = [
        f"{line.partition('): ')[2]}; {after.removeprefix('what to do: ')}"
        for line, after in pairwise(lines)
        if line.startswith("Verdict (")
    ]
    result = next(i for i, line in enumerate(lines) if line.startswith("Result after"))
    (lowest,), (limit,) = ([one for one in lines if one.startswith(said)] for said in LINES)
    after = lines[lines.index("Worth knowing") + 1 :] if "Worth knowing" in lines else [""]
    return Said(lines[result - 2], lowest, limit, verdicts, after[: after.index("")])


def of_picture(figure: Figure) -> Said:
    """Return what stands over the panels of a picture, lines that were wrapped as one."""
    shown = [one for one in figure.texts if one.get_visible()]
    closing = [one for one in shown if one.get_fontsize() == CLOSING_TYPE]
    lines = [one.get_text().replace("\n", " ") for one in closing]
    bold = [one.get_fontweight() == "bold" for one in closing]
    found = CLOSING.fullmatch(lines[0])
    assert found is not None
    verdicts = [line for line, is_bold in zip(lines, bold, strict=True) if is_bold]
    notes = [line for line, is_bold in zip(lines[1:], bold[1:], strict=True) if not is_bold]
    return Said(found[1], found[2], found[3], verdicts, notes)


def of_numbers(told: Any, lowest: float | None, limit: float | None, formula: str) -> Said:
    """Return what numbers say; `told` has stop, verdicts and notes, as JSON and pages do."""
    verdicts = told["verdicts"]
    none = NONE if any(one["name"] == "separation" for one in verdicts) else UNKNOWN
    return Said(
        told["stop"]["message"],
        f"lowest loss: {none if lowest is None else short(lowest)}",
        f"{LINES[1]}{UNKNOWN if limit is None else short(limit, 3) + formula}",
        [f"{one['message']}; {one['remedy']}" for one in verdicts],
        [one["message"] for one in told["notes"]],
    )


def formula(told: Told) -> str:
    """Return how the limit follows, which numbers alone do not say."""
    return told.said.limit.partition(" (")[2] and " (" + told.said.limit.partition(" (")[2]


def of_record(told: Told, page: Any) -> Said:
    run = page["run"]
    return of_numbers(run, run["lowest"], run["limit"], formula(told))


def words_of(told: Told, *more: str) -> tuple[str, ...]:
    """Return the words of the command line that make the run."""
    options = told.kind.options.items()
    pairs = ((f"--{name.replace('_', '-')}", str(value)) for name, value in options)
    flags = [word for pair in pairs for word in pair]
    features = ",".join(told.kind.features)
    return ("fit", told.table, "--target", told.kind.target, "--features", features, *flags, *more)


# --- and what they say ---------------------------------------------------------------------------


def test_words(told: Told) -> None:
    assert of_words(told.run.explain()) == told.said


def test_the_command_line(told: Told, ask: Callable[..., Any]) -> None:
    fitted, _, _ = ask(*words_of(told, "--save", "run.steepest")).out.partition("\nWritten")
    assert of_words(fitted) == told.said
    assert of_words(ask("show", "run.steepest").out) == told.said


def test_json(told: Told, ask: Callable[..., Any]) -> None:
    answer = ask(*words_of(told, "--json"))
    found = json.loads(answer.out)
    said = of_numbers(found, found["lowest_loss"], found["limit"], formula(told))
    assert said == told.said and answer.status == 0
    assert [f"{one['name']}: {one['state']}, {one['message']}" for one in found["checks"]] == [
        str(check) for check in told.run.checks
    ]


def test_the_figure(told: Told) -> None:
    assert of_picture(told.run.figure(panels=["loss"])) == told.said


@pytest.mark.prove
def test_the_last_frame_of_the_film(told: Told) -> None:
    wanted = Format(("map",), FILM_SIZE)
    with look(wanted.theme):
        reel = Reel(told.run.scene, wanted)
        closing = [text for text in reel.figure.texts if text.get_fontsize() == CLOSING_TYPE]
        for over, _ in enumerate(reel.pictures([(1, 0), reel.builds[-1]])):
            assert all(text.get_visible() == bool(over) for text in closing)
    assert of_picture(reel.figure) == told.said


def test_the_saved_page(told: Told, tmp_path: Path) -> None:
    # Of auto on one or two features a page opens on a walk to watch, unless its surface is named.
    told.run.page(tmp_path / "page.html", surface=told.run.surface())
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="steepest-record">(.*?)</script>', page)
    assert found is not None
    assert of_record(told, json.loads(found[1])) == told.said


def test_the_words_of_the_page(told: Told, modules: Any) -> None:
    tell = """(states) => states.map(({ runs: [run] }) =>
      ({ end: m.endLines(run), verdicts: m.verdictLines(run) }))"""
    (page,) = ask_page(modules, "/words/ending.js", tell, [[record(told.run), {}]])
    lines = page["verdicts"]
    verdicts = [
        f"{message.partition('): ')[2]}; {remedy.removeprefix('what to do: ')}"
        for message, remedy in zip(lines[::3], lines[1::3], strict=True)
    ]
    assert (*page["end"], verdicts) == told.said[:4]
    explained = {line.strip() for line in told.run.explain().splitlines()}
    assert set(lines) <= explained


def test_what_became_of_the_run_is_on_the_page_what_the_verdict_says(
    told: Told, modules: Any
) -> None:
    tell = "(states) => states.map(({ runs }) => m.outcomeOf(runs[0]))"
    (page,) = ask_page(modules, "/words/outcome.js", tell, [[record(told.run), {}]])
    for verdict in told.run.verdicts:
        assert verdict.message in page["sentence"] and verdict.remedy[1:] in page["remedy"]
    ends = ("arrived", "settled")
    reason = told.run.stop.reason
    assert page["word"] == reason if reason in ends else page["word"] not in ends


def test_the_live_page(told: Told) -> None:
    answer = Session.of_run(told.run).answer({"ask": "open"})
    assert of_record(told, answer["scene"]) == told.said


def test_the_notebook(told: Told) -> None:
    assert of_record(told, read_frame(RunWidget(told.run).record)) == told.said
    assert repr(told.run).endswith(f", {told.kind.reason}>")


def test_scikit_learn(told: Told) -> None:
    run, options = told.run, dict(told.kind.options)
    rows = pd.DataFrame(run.data.X, columns=run.feature_names)
    chosen = {"max_iter": options.pop("steps", None), "random_state": 0, **options}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if run.classes is None:
            model = SteepestRegressor(**chosen).fit(rows, run.data.y)
        else:
            labels = np.array(run.classes)[run.data.y.astype(int)]
            model = SteepestClassifier(l2=0.0, **chosen).fit(rows, labels)
    said = [str(one.message) for one in caught]
    if run.stop.reason == "steps":
        assert said.pop().startswith(f"{run.stop.message}, before it had arrived")
    assert said == told.said.verdicts
    of_the_walk = [note for note in run.notes if note.name != "table"]
    assert model.run_.stop.reason == run.stop.reason and model.run_.notes == of_the_walk
    assert (model.run_.lowest_loss, model.run_.plan.limit) == (run.lowest_loss, run.plan.limit)

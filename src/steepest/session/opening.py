"""What the reader has becomes data, with a target and features, and a first run on it."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from steepest.data.columns import kind_of, listing, numbers
from steepest.data.likely import MOST, Candidate, likely_targets, sampled
from steepest.data.prepare import prepare
from steepest.data.prepared import Data
from steepest.data.reader_process import read_apart
from steepest.data.shipped import about, datasets
from steepest.data.table import Table, read_table
from steepest.descent.plan.method import coordinates_of, neuron_of
from steepest.descent.plan.options import Options
from steepest.descent.rules import Steepest
from steepest.errors import ChoiceError, DataError, FileError
from steepest.numerals import counted
from steepest.page.lesson.rows import variance_share
from steepest.run.descend import descend_rows
from steepest.run.run import Run
from steepest.run.watched import network_walk
from steepest.session.request import ChosenOptions
from steepest.temporary_folder import TemporaryFolder

__all__ = ["OpenData", "open_file", "open_run", "open_table"]

ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".pq", ".arrow", ".feather", ".ipc")
"""What may be dropped on the page: a file by its own contents, nothing packed."""

STEPS = 200
"""Steps of a first run."""

HOW = frozenset({"rule", "learning_rate", "scale", "batch", "clip", "dropout", "epochs", "steps"})
"""Choices of a walk: where all are left open a network is shown on one that can be watched."""

SECONDS = 5.0
"""The most that a first run may take."""

SAFE = 0.75
"""The share of the limit of divergence at which a first run walks."""

CALM = 0.15
"""The same where one feature in standard units makes a round bowl: half would arrive at once."""

MOST_TRIED = 12
"""Columns that are tried as a target or as a feature before giving up."""


@dataclass(frozen=True)
class OpenData:
    """Data with a first run on them; `table` is None where there are only the rows of a run."""

    table: Table | None
    data: Data
    run: Run
    note: str = ""
    proposed: Sequence[Candidate] = ()
    """The likely targets where none was said, the chosen one among them or not."""

    @property
    def network(self) -> ChosenOptions:
        """The options that make the run's network; none of one neuron."""
        made: Any = self.run.problem.risk("a page").to_record().get("network")
        if made is None:
            return {}
        units = tuple(made["units"])
        single: ChosenOptions = {"dtype": made["dtype"]} if "dtype" in made else {}
        named: ChosenOptions = {"activation": made["activation"], "init": made["initial"]}
        return {"hidden": units, **named, **single}

    def offer(self) -> dict[str, object]:
        """Return what can be chosen: data sets, columns with their kinds; and what is chosen."""
        features = [column.name for column in self.data.features.columns]
        name = self.data.name if self.data.name in datasets() else ""
        return {
            "datasets": datasets(),
            "columns": self._columns(),
            "chosen": {"data": name, "target": self.data.target.name, "features": features},
        }

    def _columns(self) -> list[dict[str, str]]:
        if self.table is None:
            kinds = {column.name: column.kind for column in self.data.features.columns}
            kinds[self.data.target.name] = "category" if self.data.target.classes else "number"
            return [{"name": name, "kind": kind} for name, kind in kinds.items()]
        arrow = self.table.arrow
        kinds = {name: kind_of(arrow[name]) for name in arrow.column_names}
        said = {"text": "category", "dictionary": "category"}
        return [{"name": name, "kind": said.get(kind, kind)} for name, kind in kinds.items()]


def open_run(run: Run) -> OpenData:
    """Return a run that is there already; other columns can be chosen of a shipped data set.

    Raises ChoiceError for a run of an objective that was given, as of a watched training, and for
    one that was saved without its rows.
    """
    try:
        run.problem.schema("the live page")
    except ChoiceError:
        raise ChoiceError(
            "the live page descends anew on the rows of a table, and this run of "
            f"{run.problem.name} has none; write the page that replays it: "
            "steepest show RUN --page run.html, or run.page('run.html')"
        ) from None
    data = run.data
    shipped = data.name in datasets()
    return OpenData(read_table(data.name) if shipped else None, data, run)


def open_file(name: str, contents: bytes, given_up: Callable[[], bool] = lambda: False) -> Table:
    """Return the table in a file that is only known by its name and contents.

    It is read in a process of its own, see `read_apart`; `given_up` ends that. Raises DataError or
    FileError, which tell it by its own name.
    """
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise FileError(f"cannot read {name or 'the file'}: known are {', '.join(ENDINGS)}")
    with TemporaryFolder() as folder:
        # A name of our own: nothing of what a page says becomes a path.
        path = folder / f"dropped{ending}"
        path.write_bytes(contents)
        try:
            table = read_apart(path, given_up)
        except (DataError, FileError) as error:
            said = str(error).replace(str(path), name).replace(path.name, name)
            raise type(error)(said) from None
    return replace(table, name=name, path=None)


def open_table(
    table: Table,
    target: str | None = None,
    features: Sequence[str] | None = None,
    given_up: Callable[[], bool] = lambda: False,
    **choices: Unpack[ChosenOptions],
) -> OpenData:
    """Return a table with a first run on it; what is not chosen is proposed, and that is said.

    Rows with gaps are left out, which is said too. Raises DataError if nothing can be learnt.
    """
    data, proposed, candidates = _prepared(table, target, features)
    if target is None and features is None and table.name in datasets():
        hidden = about(table.name).hidden
        choices = {**({"hidden": hidden} if hidden else {}), **choices}
    chosen: ChosenOptions = {"steps": STEPS} if choices.get("hidden") else first_choices(data)
    chosen["seconds"] = SECONDS
    chosen.update(choices)
    run = descend_rows(data, given_up=given_up, **chosen)
    if choices.get("hidden") and not HOW & choices.keys():
        run = network_walk(run) or run
    said = [*data.notes, proposed] if proposed else list(data.notes)
    if data.dropped:
        said.append(f"{counted(data.dropped, 'row')} with gaps left out")
    return OpenData(table, data, run, "; ".join(said), candidates)


def _prepared(
    table: Table, target: str | None, features: Sequence[str] | None
) -> tuple[Data, str, Sequence[Candidate]]:
    """Return the data of a table, what was proposed in words, and what could be the target."""
    if table.name in datasets():
        shown = about(table.name)
        target = shown.target if target is None else target
        if features is None and target == shown.target:
            features = shown.features
    if target is not None and features is not None:
        dates = _dates(table, features)
        return prepare(table, target, features, missing="drop", date=dates), "", ()
    candidates, ids = likely_targets(table)
    goals = [target] if target is not None else _goals(table, candidates)
    data = _proposed(table, goals, features, ids)
    names, goal = ", ".join(data.features.names), data.target.name
    others = [] if target is not None else [one.name for one in candidates if one.name != goal]
    listed = f" (likely too: {', '.join(others[:MOST])})" if others else ""
    return (
        data,
        f"{goal} is predicted by {names}: choose other columns if you like{listed}",
        () if target is not None else candidates,
    )


def _goals(table: Table, candidates: Sequence[Candidate]) -> list[str]:
    """Return the columns to try as the target: the likely ones, then from the last to the first."""
    likely = [one.name for one in candidates]
    others = [name for name in reversed(table.arrow.column_names) if name not in likely]
    return [*likely, *others][:MOST_TRIED]


def _proposed(
    table: Table, goals: Sequence[str], features: Sequence[str] | None, ids: Collection[str]
) -> Data:
    """Return the first that can be learnt from: of the goals, one number each."""
    refused: DataError | None = None
    for goal in goals:
        for chosen in [features] if features is not None else _single(table, goal, ids):
            try:
                dates = _dates(table, chosen)
                return prepare(table, goal, chosen, missing="drop", date=dates)
            except DataError as error:
                refused = refused or error
    columns = listing(table.arrow.column_names)
    raise refused or DataError(
        f"{table.name}: there is no column of numbers to predict from; columns: {columns}"
    )


def _single(table: Table, goal: str, ids: Collection[str]) -> list[list[str]]:
    """Return the columns to try as the one feature: numbers, truths, words, dates, then ids.

    Of numbers the first is that which alone explains most of the goal.
    """
    others = [name for name in table.arrow.column_names if name != goal]
    kinds = {name: kind_of(table.arrow[name]) for name in others}
    by_kind = {
        kind: [name for name in others if kinds[name] == kind]
        for kind in ("number", "boolean", "text", "time")
    }
    shares = _shares(table, goal, [name for name in by_kind["number"] if name not in ids])
    by_kind["number"].sort(key=lambda name: -shares.get(name, -1.0))
    ordered = [name for names in by_kind.values() for name in names]
    return [[name] for name in sorted(ordered, key=lambda name: name in ids)[:MOST_TRIED]]


def _shares(table: Table, goal: str, names: Sequence[str]) -> dict[str, float]:
    """Return the share of variance that each column of numbers explains, on some of the rows.

    None of a goal that is no column, which whoever prepares the data refuses.
    """
    if goal not in table.arrow.column_names:
        return {}
    few = sampled(table)
    is_class = kind_of(few.arrow[goal]) != "number"
    y = (
        few.arrow[goal].combine_chunks().dictionary_encode().indices.to_numpy(False).astype(float)
        if is_class
        else numbers(few.arrow[goal])
    )
    found = {}
    for name in names:
        x = numbers(few.arrow[name])
        whole = np.isfinite(x) & np.isfinite(y)
        if whole.sum() > 1:
            found[name] = variance_share(x[whole], y[whole], is_class)
    return found


def _dates(table: Table, features: Sequence[str]) -> dict[str, str]:
    """Return the columns of dates among the features, each taken in days."""
    there = [name for name in features if name in table.arrow.column_names]
    return {name: "days" for name in there if kind_of(table.arrow[name]) == "time"}


def first_choices(data: Data) -> ChosenOptions:
    """Return choices whose steps arrive: in standard units, where a bowl is a bowl."""
    scale = coordinates_of(neuron_of(data, Options()), "standard")
    limit = Steepest().limit(scale.curvature) if scale.curvature else None
    round_bowl = len(data.features.names) == 1
    rate = _below((CALM if round_bowl else SAFE) * limit) if limit else "auto"
    return {"rule": "steepest", "scale": scale.name, "learning_rate": rate, "steps": STEPS}


def _below(rate: float) -> float:
    """Return the next number below that is easy to say.

    >>> _below(0.052), _below(6.0), _below(0.001)
    (0.05, 5.0, 0.001)
    """
    ten = math.floor(math.log10(rate))
    easy = [float(f"{digit}e{ten}") for digit in (1, 2, 5)]
    return max((number for number in easy if number <= rate), default=easy[0])

"""Data of an author's own for one part of the lesson: the line, the classes, the network.

In a `lesson.toml` each has a table, `[data.regression]`, `[data.classification]`, `[data.network]`,
with the name of a file beside it, or of a data set that comes with steepest.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any, cast

import numpy as np

from steepest.errors import ChoiceError, SteepestError
from steepest.lesson.toml_values import check_keys, line_of, listed, text_of
from steepest.lesson.walks import HALF, NetworkWalk
from steepest.page.lesson.record import NetworkRows, started
from steepest.page.lesson.rows import MOST_CLASSES, LessonRows, own_classes
from steepest.page.schema import SceneRecord
from steepest.run.descend import descend
from steepest.run.run import Run

__all__ = [
    "PARTS",
    "OwnData",
    "check_regression",
    "class_rows",
    "file_beside",
    "named_faults",
    "network_rows",
    "own_data",
]

PARTS = ("regression", "classification", "network")
"""The parts of the lesson that data may be named for."""

MOST_NETWORK_ROWS = 500
"""Rows that the network learns: the page trains it, and works its surface out, as it opens."""

TRAINING_RATES = (0.3, 0.1, 0.03)
"""Rates of the training that are tried; of them it is that which ends lowest."""

HALVINGS = 8
"""How often the rate of the walk of two params is halved until no step of it rises."""

MOST_TWO_RATE = 6.0
"""The rate of that walk which is tried first: that on two moons."""


@dataclass(frozen=True)
class OwnData:
    """A table of data for one part: a file or a shipped data set, its target, and its features.

    Without features they are all other columns. `where` is the place in the lesson.toml.
    """

    data: str
    target: str
    features: tuple[str, ...] = ()
    where: str = field(default="", compare=False)


def own_data(tables: Mapping[str, Any], text: str, path: str) -> dict[str, OwnData]:
    """Return the data of each part from the table `data` of a lesson.toml; ChoiceError if odd."""
    check_keys(list(tables), PARTS, f"{path}: data")
    return {part: _one(part, said, text, path) for part, said in tables.items()}


def _one(part: str, said: object, text: str, path: str) -> OwnData:
    line = line_of(f"data.{part}", text)
    where = f"{path}{f', line {line}' if line else ''}: [data.{part}]"
    if not isinstance(said, dict):
        raise ChoiceError(f"{where} is {said!r}, but it must be a table with data and target")
    check_keys(list(said), ("data", "target", "features"), where)
    missing = [name for name in ("data", "target") if not said.get(name)]
    if missing:
        raise ChoiceError(
            f"{where} has no {' and no '.join(missing)}; it needs data = 'file.csv', or the name "
            "of a shipped data set, and target = 'the column that is predicted'"
        )
    features = listed("features", said.get("features", []), where)
    return OwnData(
        text_of("data", said["data"], where),
        text_of("target", said["target"], where),
        tuple(text_of("features", one, where) for one in features),
        where,
    )


def file_beside(folder: str, data: str) -> str:
    """Return the file of that name in the folder, where there is one, else the name as it is."""
    beside = Path(folder) / data
    return str(beside) if folder and data and beside.is_file() else data


@contextmanager
def named_faults(own: OwnData | None) -> Iterator[None]:
    """Begin what is wrong with data with their place in the lesson.toml, where they have one."""
    try:
        yield
    except SteepestError as error:
        if own is None:
            raise
        raise type(error)(f"{own.where}: {error}") from error


def check_regression(own: OwnData, run: Run) -> None:
    """Raise ChoiceError where the target of a regression is a class."""
    classes = run.data.target.classes
    if classes:
        raise ChoiceError(
            f"{own.where}: the target {run.problem.target_name!r} is one of {len(classes)} "
            "classes, but a regression predicts a number; choose a column of numbers, or name "
            "these data in [data.classification]"
        )


def class_rows(own: OwnData, folder: str, seed: int) -> LessonRows:
    """Return the rows of `[data.classification]`; ChoiceError for what is no table of classes."""
    scene = _scene(own, folder)
    classes = scene["target"]["classes"] or []
    if len(classes) > MOST_CLASSES:
        raise ChoiceError(
            f"{own.where}: {own.target!r} has {len(classes)} classes, but a picture of the lesson "
            f"has colours for {MOST_CLASSES}; choose a column with fewer"
        )
    # Not None: a descent takes no feature that is the same in every row.
    return started(cast(LessonRows, own_classes(scene)), seed)


def network_rows(own: OwnData, folder: str) -> NetworkRows:
    """Return the rows of `[data.network]`, in standard units; ChoiceError for others than needed.

    The network of the lecture has two inputs and one output: two features and two classes.
    """
    scene = _scene(own, folder)
    names = [one["name"] for one in scene["features"]]
    classes = scene["target"]["classes"] or []
    if len(names) != 2 or len(classes) != 2:
        raise ChoiceError(
            f"{own.where}: the network of the lesson, 2-8-8-1, takes two features and two classes, "
            f"but here are {len(names)} ({', '.join(names[:MOST_CLASSES])}) and {len(classes)}; "
            "name features = ['one', 'other'] and a target of two classes"
        )
    X, y = _drawn(scene)
    rows: NetworkRows = {
        "source": scene["source"],
        **{"x": names[0], "xLabel": names[0], "y": names[1], "yLabel": names[1]},  # type: ignore[typeddict-item]
        "classes": classes,
        "own": True,
        "total": scene["rows"],
        "dropped": scene["dropped"],
        "of": 1,
        "made": "own_network",
        "bounds": [],
        "isClass": "",
        "X": X.ravel(),
        "Y": y,
        "start": np.zeros(0),
        "target": own.target,
        "rates": [],
    }
    return {**rows, "rates": _rates(rows)}


def _scene(own: OwnData, folder: str) -> SceneRecord:
    """Return data as the page has them; their faults begin with the place in the lesson.toml."""
    data = file_beside(folder, own.data)
    features = list(own.features) or None
    with named_faults(own):
        run = descend(data, own.target, features, loss="cross_entropy", missing="drop", steps=1)
    return cast(SceneRecord, run.record())


def _drawn(scene: SceneRecord) -> tuple[Any, Any]:
    """Return X, (rows, 2), in standard units, and y, (rows,), of a sample of so many rows."""
    y = np.asarray(scene["y"], dtype=np.float64)
    X = np.asarray(scene["X"], dtype=np.float64).reshape(len(y), 2)
    if len(y) > MOST_NETWORK_ROWS:
        random = np.random.default_rng(0)
        kept = np.sort(random.choice(len(y), MOST_NETWORK_ROWS, replace=False))
        X, y = X[kept], y[kept]
    deviation = X.std(axis=0)
    return (X - X.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0), y


def _rates(rows: NetworkRows) -> list[float]:
    """Return the rate of the training, that which ends lowest, and that of the walk of two params.

    The walk's is the largest of 6, 3, 1.5, ... at which no step rises or leaves the window.
    """
    trained = {one: NetworkWalk({**rows, "rates": [one, 0.0]}).trained for one in TRAINING_RATES}
    training = min(trained, key=lambda one: trained[one].trace.last.loss)
    halved = [MOST_TWO_RATE / 2**k for k in range(HALVINGS)]
    rough = takewhile(
        lambda rate: not _falls(NetworkWalk({**rows, "rates": [training, rate]})), halved[:-1]
    )
    return [training, halved[len(list(rough))]]


def _falls(network: NetworkWalk) -> bool:
    """Whether no step of the walk of two params rises or leaves the window."""
    trace = network.walk.trace
    inside = np.abs(np.asarray(trace.params) - network.center) <= HALF
    return bool(np.all(np.diff(trace.losses) <= 0) and inside.all())

"""What the lesson is told on: rows of a number and of classes, and the params that it starts at.

The reader's own rows where they fit, with the one feature that alone tells most of the target; what
they are not is shown on rows that come with steepest, and the page says so.
"""

from functools import cache
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from steepest.data.shipped import about, dataset
from steepest.page.lesson.builds import LANGUAGES, builds, sentences
from steepest.page.schema import SceneRecord

__all__ = [
    "NETWORK",
    "LessonRecord",
    "LessonRows",
    "lesson_record",
    "lesson_rows",
    "variance_share",
]

Array = NDArray[np.float64]

SHIPPED = {"numbers": ("geyser", "duration"), "classes": ("penguins", "flipper_length_mm")}
"""The rows that stand in where the reader's own are of the other kind."""

NETWORK = "moons"
"""Two features and two classes that no line parts: what the network of 2-8-8-1 learns."""

MOST_CLASSES = 8
"""Classes that have a colour each."""

AWAY = (2.0, 2.6)
"""How far from the lowest loss the random line starts, in standard deviations of the target.

So its errors are seen beside the spread of the rows, and the way down fits in the picture.
"""

SLANT = np.pi / 12
"""How far the way to the start may be from a diagonal: weight and bias both are off."""


class LessonRows(TypedDict):
    """Rows of one feature or two for the lesson: (rows * features) X and (rows,) y.

    `classes` are the names of the classes, None where the target is a number; `own` says that the
    rows are the reader's, of `total` rows with `of` features, `dropped` of them left out for a gap;
    `start` are weights, then biases, in
    standard units of the feature.
    """

    source: str
    x: str
    xLabel: str
    y: str
    yLabel: str
    classes: list[str] | None
    own: bool
    total: int
    dropped: int
    of: int
    X: Array
    Y: Array
    start: Array


class LessonRecord(TypedDict):
    """The lesson for the page: builds, sentences by language, and what it is told on.

    `tasks` are those that are answered in the page, by language; none where nobody made them.
    `theme` is the look that its author chose; empty, that of the system.
    """

    builds: list[dict[str, Any]]
    words: dict[str, dict[str, Any]]
    numbers: LessonRows
    classes: LessonRows
    network: LessonRows
    target: str
    isClass: bool
    tasks: dict[str, list[dict[str, Any]]]
    theme: str


def lesson_record(scene: SceneRecord, title: str = "") -> LessonRecord:
    """Return the lesson on the rows of a scene, under its own title where none is given."""
    numbers, classes = lesson_rows(scene)
    titled = {"title": title} if title else {}
    return {
        "builds": [one._asdict() for one in builds()],
        "words": {one: sentences(one) | titled for one in LANGUAGES},
        "numbers": numbers,
        "classes": classes,
        "network": _plane_rows(NETWORK),
        "target": scene["target"]["name"],
        "isClass": scene["target"]["classes"] is not None,
        "tasks": {},
        "theme": "",
    }


def lesson_rows(scene: SceneRecord) -> tuple[LessonRows, LessonRows]:
    """Return the rows of a number and those of classes; at most one of them is the reader's own."""
    seed = scene["run"]["choices"]["seed"]
    own = _own_rows(scene)
    is_class = own is not None and own["classes"] is not None
    numbers = own if own is not None and not is_class else _shipped("numbers")
    classes = own if own is not None and is_class else _shipped("classes")
    return _started(numbers, seed), _started(classes, seed)


def _own_rows(scene: SceneRecord) -> LessonRows | None:
    """Return the rows of a scene with its most telling feature; None if they cannot be drawn."""
    names = scene["target"]["classes"]
    y = np.asarray(scene["y"], dtype=np.float64)
    if len(y) < 2 or (names is not None and len(names) > MOST_CLASSES):
        return None
    X = np.asarray(scene["X"], dtype=np.float64).reshape(len(y), -1)
    shares = [variance_share(column, y, names is not None) for column in X.T]
    best = int(np.argmax(shares)) if shares else 0
    if not shares or shares[best] < 0:
        return None
    feature = scene["features"][best]
    return {
        "source": scene["source"],
        "x": feature["name"],
        "xLabel": feature["label"],
        "y": scene["target"]["name"],
        "yLabel": scene["target"]["label"],
        "classes": names,
        "own": True,
        "total": scene["rows"],
        "dropped": scene["dropped"],
        "of": X.shape[1],
        "X": X[:, best].copy(),
        "Y": y,
        "start": np.zeros(0),
    }


def variance_share(x: Array, y: Array, is_class: bool) -> float:
    """Return the share of a variance that is explained: of y by a line, or of x by its classes.

    `x` and `y` are (rows,), y the codes of classes or numbers; -1 where x or y does not vary.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        spread = x - x.mean()
        if is_class:
            means = [spread[y == code].mean() * np.ones(int((y == code).sum())) for code in set(y)]
            share = float(np.sum(np.concatenate(means) ** 2) / np.sum(spread**2))
        else:
            rest = y - y.mean()
            share = float((spread @ rest) ** 2 / ((spread @ spread) * (rest @ rest)))
    return share if np.isfinite(share) else -1.0


@cache
def _shipped(kind: str) -> LessonRows:
    """Return shipped rows of a kind, those without a gap."""
    name, feature = SHIPPED[kind]
    said, table = about(name), dataset(name)
    kept = table.select([feature, said.target]).drop_null()
    units = {one.name: (one.metadata or {}).get(b"unit", b"").decode() for one in kept.schema}
    values, names = kept.column(said.target).to_pylist(), None
    if kind == "classes":
        names = sorted(set(values))
        values = [names.index(value) for value in values]
    label = {n: f"{n} ({unit})" if unit else n for n, unit in units.items()}
    return {
        "source": said.title,
        "x": feature,
        "xLabel": label[feature],
        "y": said.target,
        "yLabel": label[said.target],
        "classes": names,
        "own": False,
        "total": len(values),
        "dropped": len(table) - len(values),
        "of": 1,
        "X": np.array(kept.column(feature).to_pylist(), dtype=np.float64),
        "Y": np.array(values, dtype=np.float64),
        "start": np.zeros(0),
    }


@cache
def _plane_rows(name: str) -> LessonRows:
    """Return shipped rows of two features and two classes."""
    said, table = about(name), dataset(name)
    first, second = said.features
    X = np.column_stack([np.array(table.column(one).to_pylist()) for one in said.features])
    values = table.column(said.target).to_pylist()
    names = sorted(set(values))
    return {
        "source": said.title,
        "x": first,
        "xLabel": first,
        "y": second,
        "yLabel": second,
        "classes": [str(one) for one in names],
        "own": False,
        "total": len(values),
        "dropped": 0,
        "of": 2,
        "X": X.ravel(),
        "Y": np.array([names.index(value) for value in values], dtype=np.float64),
        "start": np.zeros(0),
    }


def _started(rows: LessonRows, seed: int) -> LessonRows:
    """Return rows with a random start, in standard units of the feature."""
    random = np.random.default_rng(seed)
    if rows["classes"] is None:
        return {**rows, "start": _start_away(rows, random)}
    margins = 1 if len(rows["classes"]) == 2 else len(rows["classes"])
    return {**rows, "start": random.standard_normal(2 * margins)}


def _start_away(rows: LessonRows, random: np.random.Generator) -> Array:
    """Return a weight and a bias at a random place of a ring about those of the lowest loss."""
    x, y = rows["X"], rows["Y"]
    standard = (x - x.mean()) / x.std()
    lowest = np.array([standard @ (y - y.mean()) / len(y), y.mean()])
    far = random.uniform(*AWAY) * y.std()
    angle = np.pi / 4 + np.pi / 2 * random.integers(4) + random.uniform(-SLANT, SLANT)
    away: Array = lowest + far * np.array([np.cos(angle), np.sin(angle)])
    return away

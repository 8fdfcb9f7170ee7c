"""What the lesson is told on: rows of a number and of classes, and the params that it starts at.

The reader's own rows where they can be drawn (`page/lesson/rows.py`), else rows that come with
steepest, and the page says so; the network learns rows that come with steepest.
"""

from functools import cache
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from steepest.data.shipped import about, dataset
from steepest.page.lesson.builds import LANGUAGES, builds, sentences
from steepest.page.lesson.rows import MOST_CLASSES, LessonRows, own_classes, own_numbers
from steepest.page.schema import SceneRecord

__all__ = [
    "LessonRecord",
    "NetworkRows",
    "lesson_record",
    "lesson_rows",
    "shipped_network",
    "started",
]

Array = NDArray[np.float64]

SHIPPED = {"numbers": ("geyser", "duration"), "classes": ("penguins", "flipper_length_mm")}
"""The rows that stand in where the reader's own cannot be drawn."""

NETWORK = "moons"
"""Two features and two classes that no line parts: what the network of 2-8-8-1 learns."""

NETWORK_RATES = (0.3, 6.0)
"""The rates of its training, and of the walk of two of its params."""

AWAY = (2.0, 2.6)
"""How far from the lowest loss the random line starts, in standard deviations of the target.

So its errors are seen beside the spread of the rows, and the way down fits in the picture.
"""

SLANT = np.pi / 12
"""How far the way to the start may be from a diagonal: weight and bias both are off."""


class NetworkRows(LessonRows):
    """Rows of two features, `x` and `y`, and two classes: what the network of the lesson learns.

    `target` is the column of the classes; `rates` are those of the training and of the walk of two
    params.
    """

    target: str
    rates: list[float]


class LessonRecord(TypedDict):
    """The lesson for the page: builds, sentences by language, and what it is told on.

    `tasks` are those that are answered in the page, by language; none where nobody made them.
    `theme` is the look that its author chose; empty, that of the system.
    """

    builds: list[dict[str, Any]]
    words: dict[str, dict[str, Any]]
    numbers: LessonRows
    classes: LessonRows
    network: NetworkRows
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
        "network": shipped_network(),
        "target": scene["target"]["name"],
        "isClass": scene["target"]["classes"] is not None,
        "tasks": {},
        "theme": "",
    }


def lesson_rows(scene: SceneRecord) -> tuple[LessonRows, LessonRows]:
    """Return rows of a number and of classes: the reader's own where these can be drawn."""
    seed = scene["run"]["choices"]["seed"]
    numbers = own_numbers(scene) or _standing_in(scene, "numbers")
    classes = own_classes(scene) or _standing_in(scene, "classes")
    return started(numbers, seed), started(classes, seed)


def _standing_in(scene: SceneRecord, kind: str) -> LessonRows:
    """Return shipped rows of a kind, with the word that tells why they stand in."""
    named = scene["target"]["classes"] or []
    why = "shipped_many" if kind == "classes" and len(named) > MOST_CLASSES else f"shipped_{kind}"
    return {**_shipped(kind), "made": why if scene["target"]["name"] else "shipped_none"}


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
        "made": "",
        "bounds": [],
        "isClass": "",
        "X": np.array(kept.column(feature).to_pylist(), dtype=np.float64),
        "Y": np.array(values, dtype=np.float64),
        "start": np.zeros(0),
    }


@cache
def shipped_network() -> NetworkRows:
    """Return the shipped rows that the network learns where its author has none."""
    said, table = about(NETWORK), dataset(NETWORK)
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
        "made": "",
        "bounds": [],
        "isClass": "",
        "X": X.ravel(),
        "Y": np.array([names.index(value) for value in values], dtype=np.float64),
        "start": np.zeros(0),
        "target": said.target,
        "rates": list(NETWORK_RATES),
    }


def started(rows: LessonRows, seed: int) -> LessonRows:
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

"""Rows of one feature for the lesson, made of the reader's own: of a number, and of classes.

A target is one of the two. Where it is a number, its classes are its thirds; where it is a class,
the line predicts another number of the same rows, or 1 for one class and 0 for the others.
"""

from collections.abc import Mapping
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from steepest.page.schema import SceneRecord

__all__ = ["MOST_CLASSES", "LessonRows", "own_classes", "own_numbers", "variance_share"]

Array = NDArray[np.float64]

MOST_CLASSES = 8
"""Classes that have a colour each."""

FEWEST_VALUES = 3
"""Values of a column that a line predicts: one of two is a yes and a no."""


FEWEST_ROWS = 6
"""Rows that three classes have at least: fits take no more classes than half of the rows."""


class LessonRows(TypedDict):
    """Rows of one feature or two for the lesson: (rows * features) X and (rows,) y.

    `classes` are the names of the classes, None where the target is a number; `own` says that the
    rows are the reader's, of `total` rows with `of` features, `dropped` of them left out for a gap.
    `made` is the word that tells what was made of the reader's target: `made_thirds`, or of few
    values `made_halves`, each up to and with one of `bounds`; `made_other`, another number of the
    rows; `made_one`, 1 where it is the class `isClass`; or why other rows stand in, `shipped_...`;
    empty where it is the target itself. `start` are weights, then biases, in standard units of the
    feature.
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
    made: str
    bounds: list[float]
    isClass: str
    X: Array
    Y: Array
    start: Array


def own_numbers(scene: SceneRecord) -> LessonRows | None:
    """Return the rows of a scene for a line, by the feature that tells most; None if there is none.

    Of a target of classes `y` is another feature that the first one tells most of, where it has
    more than two values, else 1 for the class that is told best and 0 for the others.
    """
    names, y, X = _parts_of(scene)
    if len(y) < 2:
        return None
    if names is None:
        return _with_feature(scene, X, y, {"y": _name(scene), "yLabel": _label(scene)})
    first = _best(X, y, is_class=True)
    if first is None:
        return None
    return _other(scene, X, first) or _one_class(scene, X, y, names, first)


def own_classes(scene: SceneRecord) -> LessonRows | None:
    """Return the rows of a scene in classes, by the feature that tells most; None if there is none.

    Of a target that is a number they are its thirds, or two parts where it has few values, by the
    feature of the line. None too for more classes than `MOST_CLASSES`.
    """
    names, y, X = _parts_of(scene)
    said: dict[str, Any] = {"y": _name(scene), "yLabel": _label(scene)}
    if len(y) < 2 or (names is not None and len(names) > MOST_CLASSES):
        return None
    if names is not None:
        return _with_feature(scene, X, y, {**said, "classes": names})
    bounds = _bounds(y)
    if not bounds:
        return None
    said |= {"classes": [str(one) for one in range(len(bounds) + 1)], "bounds": bounds}
    said["made"] = "made_thirds" if len(bounds) > 1 else "made_halves"
    first = _best(X, y, is_class=False)
    if first is None:
        return None
    codes = np.searchsorted(bounds, y).astype(np.float64)
    return _with_feature(scene, X[:, [first]], codes, said, first)


def _bounds(y: Array) -> list[float]:
    """Return where thirds of `y` end, but for the last; of few rows or values one bound, or none.

    >>> _bounds(np.arange(9.0)), _bounds(np.array([0.0, 0, 0, 1])), _bounds(np.ones(3))
    ([2.0, 5.0], [0.0], [])
    """
    ordered = np.sort(y)
    n = len(ordered)
    thirds = [float(ordered[-(-n * part // 3) - 1]) for part in (1, 2)]
    if n >= FEWEST_ROWS and thirds[0] < thirds[1] < ordered[-1]:
        return thirds
    below = ordered[ordered < ordered[-1]]
    return [float(min(below[-1], max(np.median(ordered), below[0])))] if len(below) else []


def _other(scene: SceneRecord, X: Array, first: int) -> LessonRows | None:
    """Return another feature as what the line predicts from that at `first`; None without one."""
    shares = [
        -1.0
        if at == first or len(np.unique(column)) < FEWEST_VALUES
        else variance_share(X[:, first], column, is_class=False)
        for at, column in enumerate(X.T)
    ]
    best = int(np.argmax(shares))
    if shares[best] < 0 or len(np.unique(X[:, first])) < FEWEST_VALUES:
        return None
    feature = scene["features"][best]
    said = {"y": feature["name"], "yLabel": feature["label"], "made": "made_other"}
    return _with_feature(scene, X[:, [first]], X[:, best].copy(), said, first)


def _one_class(
    scene: SceneRecord, X: Array, y: Array, names: list[str], first: int
) -> LessonRows | None:
    """Return 1 for the class that the feature `first` tells best, else 0; of two the last."""
    common = np.argsort(-np.bincount(y.astype(np.intp)), kind="stable")[:MOST_CLASSES]
    codes = [1] if len(names) == 2 else common.tolist()
    told = {
        code: variance_share(X[:, first], (y == code).astype(np.float64), is_class=False)
        for code in codes
    }
    code = max(told, key=lambda one: told[one])
    name = f"{_name(scene)} {names[code]}"
    said = {"y": name, "yLabel": name, "made": "made_one", "isClass": names[code]}
    return _with_feature(scene, X[:, [first]], (y == code).astype(np.float64), said, first)


def _parts_of(scene: SceneRecord) -> tuple[list[str] | None, Array, Array]:
    """Return the names of the classes, y (rows,) and X (rows, features)."""
    y = np.asarray(scene["y"], dtype=np.float64)
    X = np.asarray(scene["X"], dtype=np.float64)
    return scene["target"]["classes"], y, X.reshape(len(y), -1) if len(y) else X.reshape(0, 0)


def _name(scene: SceneRecord) -> str:
    return scene["target"]["name"]


def _label(scene: SceneRecord) -> str:
    return scene["target"]["label"]


def _best(X: Array, y: Array, is_class: bool) -> int | None:
    """Return the column that tells most of y; None where none varies, or y does not."""
    shares = [variance_share(column, y, is_class) for column in X.T]
    best = int(np.argmax(shares)) if shares else 0
    return best if shares and shares[best] >= 0 else None


def _with_feature(
    scene: SceneRecord, X: Array, y: Array, said: Mapping[str, Any], at: int | None = None
) -> LessonRows | None:
    """Return rows of y with the column of X that tells most of it, the feature `at` if given."""
    best = _best(X, y, is_class="classes" in said)
    if best is None:
        return None
    feature = scene["features"][best if at is None else at]
    made: LessonRows = {
        "source": scene["source"],
        "x": feature["name"],
        "xLabel": feature["label"],
        "y": "",
        "yLabel": "",
        "classes": None,
        "own": True,
        "total": scene["rows"],
        "dropped": scene["dropped"],
        "of": len(scene["columns"]),
        "made": "",
        "bounds": [],
        "isClass": "",
        "X": X[:, best].copy(),
        "Y": y,
        "start": np.zeros(0),
    }
    return made | said  # type: ignore[operator]


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

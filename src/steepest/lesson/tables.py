"""The tables of a lesson: what a row adds to the gradient, and the cross entropy term by term."""

from typing import NamedTuple

import numpy as np

from steepest.lesson.lesson import Lesson
from steepest.lesson.written import in_language

__all__ = ["Rows", "rows_of"]

FEW = 5
"""Rows of the data that a table on a slide has: seven lines are read from the last row of seats."""


class Rows(NamedTuple):
    """The heads of a table, its rows, and the last one, which sums them up."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    last: tuple[str, ...]


def rows_of(lesson: Lesson, key: str) -> Rows | None:
    """Return the table of a build, None if it has none."""
    return {"parts": _parts, "class_row": _terms}[key](lesson) if key in WITH_TABLE else None


WITH_TABLE = ("parts", "class_row")


def _parts(lesson: Lesson) -> Rows:
    """Return what rows add to the gradient of the weight: `-2 error z`."""
    line, language = lesson.line, lesson.language
    w, b = line.start
    errors = line.y - w * line.z - b
    parts = -2.0 * errors * line.z
    chosen = np.unique(np.linspace(0, len(parts) - 1, FEW).astype(int))
    rows = tuple(
        (
            f"{row + 1:,}",
            *(in_language(float(one), language) for one in (errors[row], line.z[row], parts[row])),
        )
        for row in chosen
    )
    said = lesson.words["ui"]
    heads = (said["row"], said["error"], said["units"], said["part"])
    average = in_language(float(parts.mean()), language)
    return Rows(heads, rows, (said["mean"], "", "", average))


def _terms(lesson: Lesson) -> Rows:
    """Return the terms `y log p` of the row that is explained, a line for each class."""
    classes, language = lesson.classes, lesson.language
    given = classes.probabilities(0)[classes.row]
    actual = classes.codes[classes.row]
    rows = tuple(
        (
            name,
            "1" if i == actual else "0",
            in_language(float(given[i]), language),
            in_language(float(np.log(given[i])) if i == actual else 0.0, language),
        )
        for i, name in enumerate(classes.classes)
    )
    said = lesson.words["ui"]
    heads = (said["class"], said["actual"], said["predicted"], said["term"])
    cost = in_language(float(classes.costs[classes.row]), language)
    return Rows(heads, rows, (said["total"], "", "", cost))

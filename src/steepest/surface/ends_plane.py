"""The plane of several runs of one objective: the principal directions of their starts and ends."""

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError
from steepest.numerals import short
from steepest.objective.objective import Objective
from steepest.surface.axes import IDENTITY, DirectionAxes
from steepest.surface.path_plane import PathDirections, path_directions

__all__ = ["axes_of_ends"]

Array = NDArray[np.float64]


def axes_of_ends(
    objective: Objective, starts: Array, ends: Array, best: int, scale: str
) -> DirectionAxes:
    """Return the axes through the end `best`, of starts and ends, (runs, params) each.

    The directions are the first two principal ones of all of these, in standard units, or in the
    params as they are where `scale` is none. Raises ChoiceError where they span no plane.
    """
    known = None if scale == "none" else objective.standard_units
    units = IDENTITY if known is None else known
    points = np.array([units.position(params) for params in (*starts, *ends)])
    (u, v), (first, second), _ = _directions(points)
    said = f", {units.in_words}," if units.in_words else ","
    far = _mean_distance(points[len(starts) :])
    words = (
        "The axes are the two principal directions of all starts and ends"
        f"{said} which hold {100 * (first + second):.3g} % of how these differ; two ends are "
        f"{short(far)} apart on average."
    )
    numbers = {"first": float(first), "second": float(second), "apart": far}
    return DirectionAxes.through(
        ends[best],
        u,
        v,
        units,
        x_name=f"ends 1 ({100 * first:.3g} %)",
        y_name=f"ends 2 ({100 * second:.3g} %)",
        word="ends",
        in_words=words,
        numbers=numbers,
    )


def _directions(points: Array) -> PathDirections:
    """Return the two principal directions; ChoiceError where the points span no plane."""
    try:
        return path_directions(points)
    except ChoiceError:
        raise ChoiceError(
            "the starts and ends of these runs lie on one straight line, so they span no plane; "
            "take more seeds, or draw each run by itself: runs[0].figure()"
        ) from None


def _mean_distance(points: Array) -> float:
    """Return the mean distance of two of the points, (points, params)."""
    distances = [np.linalg.norm(a - b) for i, a in enumerate(points) for b in points[:i]]
    return float(np.mean(distances))

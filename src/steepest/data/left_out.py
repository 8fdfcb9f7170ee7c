"""Rows that are left out: those with gaps, if they may be, and those that weigh 0."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from steepest.data.features import LEFT_OPEN
from steepest.data.gaps import Holes, holes_in_words, sound_rows
from steepest.data.weights import check_weights
from steepest.errors import DataError
from steepest.numerals import counted

__all__ = ["check_rows", "counting_rows", "row_place", "whole_rows"]


def counting_rows(
    weights: NDArray[np.float64] | None, place: Callable[[int], str], where: str
) -> NDArray[np.intp] | None:
    """Return which rows have a weight, (counting,) from 0, or None if all do.

    Raises DataError for a weight below 0, and if fewer than two rows have one.
    """
    if weights is None:
        return None
    check_weights(weights, place, where)
    counting = np.flatnonzero(weights)
    if len(counting) == len(weights):
        return None
    check_rows(len(counting), where, f"{counted(len(weights) - len(counting), 'row')} of weight 0")
    return counting


def whole_rows(
    holes: list[Holes],
    needed: list[Holes],
    rows: int,
    place: Callable[[int], str],
    where: str,
    missing: str,
) -> NDArray[np.bool_]:
    """Return which rows stay, (rows,): the whole ones, or those without a hole that nothing fills.

    `holes` are those of the features, `needed` of the target and the weights, which have no fill.
    Raises DataError for holes if they may neither be filled nor left out.
    """
    everywhere = [*holes, *needed]
    sound = sound_rows(everywhere, rows)
    if everywhere and missing == "error":
        raise DataError(
            f"{where}: {holes_in_words(everywhere, place)}; fill them in, or leave "
            f"{counted(int((~sound).sum()), 'row')} out with --missing drop (in Python: "
            f"missing='drop'){_filling(holes)}"
        )
    if missing in LEFT_OPEN:
        return sound
    infinite = [Holes(one.name, np.zeros_like(one.gaps), one.infinite) for one in holes]
    if wrong := [one for one in infinite if one]:
        raise DataError(
            f"{where}: {holes_in_words(wrong, place)}, which is no gap, so nothing fills it; mend "
            "it, or leave the rows out with --missing drop (in Python: missing='drop')"
        )
    return sound_rows(needed, rows)


def _filling(holes: list[Holes]) -> str:
    """Return the options that fill, if there are gaps in features."""
    gaps = any(one.gaps.any() for one in holes)
    return ", or have gaps filled with --missing mean, most or indicator" if gaps else ""


def check_rows(rows: int, name: str, went: str) -> None:
    """Raise DataError for fewer than two rows, from which nothing can be learnt."""
    if rows < 2:
        left = f" left after {went} went" if went else ""
        raise DataError(f"{name}: only {counted(rows, 'row')}{left}; a descent needs two or more")


def row_place(index: int) -> str:
    """Return the place of row `index` (from 0) of an array, counted from 1."""
    return f"row {index + 1}"

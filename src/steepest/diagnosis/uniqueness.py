"""Uniqueness: what the rows leave open, of which the result is the least."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.note import Note
from steepest.numerals import counted, short
from steepest.objective.minimum.null_space import NullSpace

__all__ = ["note_rank", "note_shared"]

MOST_RELATIONS = 4
"""Relations that are listed one by one."""

MOST_TERMS = 4
"""Features that are named in one of them."""

CENTRED = 1e-9
"""The mean over the classes, against the largest param, that is rounding."""


def note_rank(evidence: Evidence) -> Note | None:
    """Return the note on weights that the rows do not tell, None if they tell all."""
    known = evidence.identifiability
    if known is None or known.null_space is None:
        return None
    space = known.null_space
    rank, mean = space.features - space.dimension, evidence.objective.feature_means
    names = evidence.problem.feature_names
    known_of = f"the rows tell {rank:,} of {counted(space.features, 'direction')} of the weights"
    return Note(
        name="rank",
        message=(
            f"{_unique(evidence)}: {known_of}, since {_why(space, names, mean)}; {_which(evidence)}"
        ),
        numbers={
            "rank": float(rank),
            "features": float(space.features),
            "columns": float(len(space.columns)),
        },
    )


def _unique(evidence: Evidence) -> str:
    """Return that the minimum is not unique, or is so by a penalty alone that is below rounding.

    Of a loss that falls for ever there is none: then it is the weights of each loss.
    """
    l2 = evidence.objective.penalty.l2
    if evidence.stop.reason == "separated":
        return "the weights are not unique"
    if not l2:
        return "the minimum is not unique"
    return f"the minimum is unique by l2 = {short(l2)} alone, which is below rounding"


def _which(evidence: Evidence) -> str:
    """Return which of the params with these predictions the result is.

    At a flat bottom others have this loss too, by other predictions.
    """
    if evidence.at_minimum:
        same = "these predictions" if len(evidence.flat) else "this loss"
        return f"of all weights with {same} the result has the least (sum of squares)"
    if evidence.stop.reason == "separated":
        return "the loss has no minimum, so the others are where start and steps put them"
    return "the run ended before its minimum, so the others are where start and steps put them"


def _why(space: NullSpace, names: Sequence[str], mean: NDArray[np.float64]) -> str:
    """Return how the features depend on each other."""
    if space.relations is None:
        few = f"{counted(len(space.columns), 'feature')} depend on each other"
        return f"{few}, as they must where rows are no more than features"
    listed = [_relation(one, names, float(one @ mean)) for one in space.relations[:MOST_RELATIONS]]
    more = space.dimension - len(listed)
    return ", ".join(listed) + (f", and {more:,} more depend on others" if more else "")


def _relation(relation: NDArray[np.float64], names: Sequence[str], constant: float) -> str:
    """Return `x3 = 2 x1 - x2 + 5`, by the number 1 that a feature has in the relation."""
    columns = np.flatnonzero(relation)
    own = int(columns[np.flatnonzero(relation[columns] == 1.0)[-1]])
    others = columns[columns != own]
    if not others.size:
        return f"{names[own]} is the same in every row"
    if others.size > MOST_TERMS:
        return f"{names[own]} is a sum of multiples of {others.size:,} others"
    terms = [_term(-relation[one], names[one]) for one in others]
    size = max(abs(constant), float(np.abs(relation[columns]).max()))
    terms += [_term(constant)] if abs(constant) > CENTRED * size else []
    return f"{names[own]} = {' '.join(terms)}".replace("= + ", "= ").replace("= - ", "= -")


def _term(number: float, name: str = "") -> str:
    """Return `+ 2 x1`, `- x1`, `+ 5`: without a number where it is 1 and there is a name."""
    size = abs(number)
    term = name if name and abs(size - 1.0) < CENTRED else f"{short(size)} {name}".rstrip()
    return f"{'-' if number < 0 else '+'} {term}"


def note_shared(evidence: Evidence) -> Note | None:
    """Return the note on what three or more classes have in common, which is reported as 0."""
    known, params = evidence.identifiability, evidence.trace.last.params
    if known is None or not known.shared:
        return None
    matrix = params.reshape(evidence.objective.layout.shape)
    free = matrix[-1:] if known.shared == "biases" else matrix
    if np.abs(free.mean(axis=1)).max() > CENTRED * np.abs(params).max():
        return None
    return Note(
        name="classes",
        message=(
            f"what the {known.shared} of all {matrix.shape[1]} classes have in common changes no "
            "probability and no loss: they are given with a sum of 0 over the classes"
        ),
        numbers={"classes": float(matrix.shape[1])},
    )

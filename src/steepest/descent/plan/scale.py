"""The coordinates in which to walk, by the word that `scale=` takes."""

from steepest.errors import ChoiceError
from steepest.objective.coordinates.bounded import SCALES, most_exact_bound
from steepest.objective.coordinates.coordinates import Coordinates, Identity
from steepest.objective.objective import Objective

__all__ = ["coordinates_of", "has_exact_bound", "param_coordinates_of"]


def coordinates_of(objective: Objective, scale: str) -> Coordinates:
    """Return the coordinates called `scale`; ChoiceError for a name that does not fit."""
    if scale not in SCALES:
        raise ChoiceError(f"there is no scale {scale!r}; choose one of auto, {', '.join(SCALES)}")
    found = objective.coordinates(scale)
    if found is not None:
        return found
    if scale != "none":
        there = [one for one in SCALES if one == "none" or objective.coordinates(one) is not None]
        raise ChoiceError(
            f"the scale {scale} needs an objective of weights and a bias; use {' or '.join(there)}"
        )
    return Identity()


def param_coordinates_of(objective: Objective, scale: str) -> Coordinates | None:
    """Return the coordinates called `scale`, without their bound, if each is that of one param.

    None where they mix the params. The reader's own units need no objective that knows of them.
    """
    return Identity() if scale == "none" else objective.param_coordinates(scale)


def has_exact_bound(objective: Objective) -> bool:
    """Return whether the loss curves by its bound everywhere along one direction, and is a bowl.

    A kink of L1 may hold what would grow without it; the bound of very many features is no
    eigenvalue.
    """
    most = most_exact_bound(objective.most_matrix)
    return objective.is_quadratic and objective.layout.shape[0] <= most

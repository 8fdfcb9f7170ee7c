"""The furthest point of a polyhedron in a direction, by an active set.

`max c'a` of all a with `N a >= -s`, from a = 0: along what is left of c beside the normals that
hold it, up to the next of them; where nothing is left c is a combination of these, and if that has
no positive part the point is the furthest (Karush, Kuhn & Tucker; Nocedal & Wright 2006,
"Numerical optimization", section 16.5). For few directions: each round reads N once.
"""

from math import inf

import numpy as np

from steepest.objective.evaluation import Vector
from steepest.objective.model.model import Array

__all__ = ["furthest"]

MOVED = 1e-9
"""The share of the largest that is none: of a direction, a move, a multiplier."""

ROUNDS = 200
"""Rounds at most: of 8 directions some 20 are taken, but many normals in one point may cycle."""


def furthest(normals: Array, slack: Vector, along: Vector) -> tuple[float, bool]:
    """Return how far `along @ a` can go, and whether that is proved to be all.

    `normals` is (n, k), `slack`, (n,), how far each is away at a = 0, and `along` (k,). It is
    infinite where nothing bounds it.

    >>> box = np.vstack([np.eye(2), -np.eye(2)])
    >>> furthest(box, np.array([1.0, 1.0, 2.0, 3.0]), np.array([1.0, 1.0]))
    (5.0, True)
    """
    at, slack, held = np.zeros(len(along)), np.maximum(slack, 0.0), list[int]()
    for _ in range(ROUNDS):
        holding = normals[held].T
        parts = np.linalg.lstsq(holding, along, rcond=None)[0]
        direction = along - holding @ parts
        if np.linalg.norm(direction) > MOVED * np.linalg.norm(along):
            distance, met = _next(normals, slack, direction)
            if met is None:
                return inf, False
            at, slack = (
                at + distance * direction,
                np.maximum(slack + distance * (normals @ direction), 0.0),
            )
            held.append(met)
        elif len(free := np.flatnonzero(parts > MOVED * np.abs(parts).max())):
            del held[int(free[0])]
        else:
            return float(along @ at), True
    return float(along @ at), False


def _next(normals: Array, slack: Vector, direction: Vector) -> tuple[float, int | None]:
    """Return how far the direction goes, and which normal ends it; None where none does."""
    rates = normals @ direction
    ahead = np.flatnonzero(rates < -MOVED * np.abs(rates).max(initial=0.0))
    if not len(ahead):
        return inf, None
    distances = -slack[ahead] / rates[ahead]
    first = int(distances.argmin())
    return float(distances[first]), int(ahead[first])

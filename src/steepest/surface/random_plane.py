"""A random plane: two Gaussian directions, as long in each unit as the unit's weights are.

A direction d drawn from the standard normal distribution becomes, unit by unit,

    d_unit |w_unit| / |d_unit|,    biases 0

with w_unit all weights that a unit receives: a network of ReLU is the same function when a unit's
weights grow and those after it shrink, so without it the size of a picture means nothing (filter
normalisation: Li et al. 2018, "Visualizing the loss landscape of neural nets", section 4). That
undoes a right angle, so the second is made orthogonal to the first after it, not before.

A random plane hides saddles: on it the curvature is the mean of all directions' curvatures
(Boettcher & Wheeler 2022, arXiv 2208.13219).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError

__all__ = ["random_directions"]

Array = NDArray[np.float64]

PARALLEL = 1e-6
"""The share of the second direction that must be left beside the first."""


def random_directions(position: Array, unit_lengths: Callable[[Array], Array], seed: int) -> Array:
    """Return two directions, (2, params), through a position, (params,), orthogonal.

    `unit_lengths` takes params, (params,), to the length of the weights into each one's unit.
    Raises ChoiceError where no two directions are left.
    """
    drawn = np.random.default_rng(seed).standard_normal((2, len(position)))
    wanted = unit_lengths(position)
    lengths = np.array([unit_lengths(one) for one in drawn])
    scale = np.divide(wanted, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    u, v = drawn * scale
    square = float(u @ u)
    left = v - (u @ v) / square * u if square else v
    if not np.linalg.norm(left) > PARALLEL * np.linalg.norm(v):
        moving = np.count_nonzero(wanted)
        raise ChoiceError(
            "plane is 'random', whose directions move each unit's weights as far as they are from "
            f"0, and no bias; here {moving} of {len(position)} params would move, which span no "
            "plane; choose two params, x and y"
        )
    return np.stack([u, left])

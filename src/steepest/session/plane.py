"""The plane that a page asks for by a word: of a path, random, or the sharpest.

A request says `plane`, one of the words (or has it as its `axes`), and with it
    path   (points x params) numbers, the params of the path; else the first path of `see` is taken
    steps  (points,) the steps at which these were, without which no random walk is compared with it
    seed   of a random plane
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError
from steepest.objective.risk import Risk
from steepest.session.request import index_of, paths_of, vector_of, word_of
from steepest.surface.axes import Axes
from steepest.surface.planes import PLANES, Path, axes_of_plane

__all__ = ["axes_by_word", "plane_of"]

Array = NDArray[np.float64]

MOST_SEED = 2**32
"""Seeds are below that, as those of a descent are."""


def plane_of(request: Mapping[str, object]) -> str | None:
    """Return the word for a plane in a request, None where it is over params; else ChoiceError."""
    plane, axes = (word_of(request.get(name), name) for name in ("plane", "axes"))
    if plane is not None and plane not in PLANES:
        raise ChoiceError(f"the plane is {plane!r}, but it must be one of {', '.join(PLANES)}")
    return axes if plane is None and axes in PLANES else plane


def axes_by_word(
    request: Mapping[str, object], objective: Risk, base: Array, scale: str, plane: str
) -> Axes:
    """Return the axes of a plane through `base`, (params,), as `run.surface(plane=...)` has them.

    `scale` names the coordinates of the walk, "none" the params as they are.
    """
    seed = index_of(request.get("seed", 0), "seed", MOST_SEED)
    path = _path(request, objective, base)
    return axes_of_plane(objective, path, base, scale, seed, plane)


def _path(request: Mapping[str, object], objective: Risk, base: Array) -> Path:
    """Return the path in a request, the losses of its ends worked out; else the base alone."""
    given, shown, size = request.get("path"), request.get("see"), objective.size
    if given is not None:
        params = vector_of(given, "the path")
        if not len(params) or len(params) % size:
            raise ChoiceError(f"the path has {len(params)} numbers, but a point has {size}")
        params = params.reshape(-1, size)
    else:
        params, _ = paths_of(shown[:1] if isinstance(shown, list) else shown, size)
        params = params if len(params) else base[None, :]
    losses = np.full(len(params), np.nan)
    losses[[0, -1]] = objective.value(params[0]), objective.value(params[-1])
    steps = request.get("steps")
    return Path(params, losses, None if steps is None else _steps(steps, len(params)))


def _steps(value: object, count: int) -> NDArray[np.intp]:
    """Return the steps of so many points, which must rise."""
    steps = vector_of(value, "the steps", count)
    if (np.diff(steps) <= 0).any():
        raise ChoiceError("the steps of a path must rise from point to point")
    return steps.astype(np.intp)

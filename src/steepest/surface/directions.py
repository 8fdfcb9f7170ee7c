"""The two directions of a surface: params by name, a plane by a word, or two vectors given."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.checks import as_numbers
from steepest.errors import ChoiceError
from steepest.objective.evaluation import length_of
from steepest.surface.axes import Axes, CoordinateAxes, DirectionAxes

__all__ = ["choose_axes"]

Array = NDArray[np.float64]

PARALLEL = 1e-8
"""The sine of the angle between two directions below which coordinates lose half their digits."""


@np.errstate(over="ignore")
def choose_axes(
    names: Sequence[str],
    origin: Array,
    x: str | None = None,
    y: str | None = None,
    plane: str | tuple[ArrayLike, ArrayLike] | None = None,
    *,
    usual: tuple[str, str],
    of_word: Callable[[str], Axes] | None = None,
) -> Axes:
    """Return the axes of the params `x` and `y`, or of a `plane` of two vectors through `origin`.

    `names` are those of all params, `origin` has shape (params,), and so have the two vectors u
    and v: the axes then read params `origin + x u + y v` as (x, y). `of_word` makes the axes of a
    plane that is a word. The two `usual` names stand for an x or y that is None. Raises ChoiceError
    for names that are no params or twice the same, for both names and a plane, and for vectors that
    are not two of that shape, not finite, 0, or parallel.
    """
    if plane is None:
        x, y = usual[0] if x is None else x, usual[1] if y is None else y
        return CoordinateAxes.of_params(names, x, y)
    if x is not None or y is not None:
        raise ChoiceError(
            "a surface has either x and y, which are names of params, or plane, which is a word or "
            "two vectors, but both are given; leave one out"
        )
    if isinstance(plane, str) and of_word is not None:
        return of_word(plane)
    u, v = _two_vectors(plane, len(origin))
    return DirectionAxes.through(origin, u, v)


def _two_vectors(plane: object, size: int) -> tuple[Array, Array]:
    """Return u and v of the plane, (size,) each; ChoiceError if they do not span one."""
    if isinstance(plane, str) or not isinstance(plane, Sequence | np.ndarray) or len(plane) != 2:
        raise ChoiceError(
            f"plane is {plane!r}, but it must be two vectors (u, v), each of shape ({size},)"
        )
    u, v = (_vector(name, one, size) for name, one in zip("uv", plane, strict=True))
    first, second = u / length_of(u), v / length_of(v)
    sine = np.linalg.norm(second - (first @ second) * first)
    if sine < PARALLEL:
        raise ChoiceError(
            "the vectors u and v of the plane are parallel, so they span a line; choose two that "
            "point in different directions"
        )
    return u, v


def _vector(name: str, given: object, size: int) -> Array:
    """Return one vector as (size,) float64; ChoiceError if it is none, or not finite, or 0."""
    vector = as_numbers(given)
    if vector is None or vector.shape != (size,):
        got = repr(given) if vector is None else f"of shape {vector.shape}"
        raise ChoiceError(
            f"the vector {name} of the plane is {got}, but it must have the shape ({size},): one "
            "number for each param"
        )
    if not np.isfinite(vector).all() or not vector.any():
        raise ChoiceError(
            f"the vector {name} of the plane must be finite numbers, not all of them 0, for it is "
            "a direction"
        )
    return vector

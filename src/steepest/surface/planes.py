"""The planes that a word names: of the path, random, and the sharpest, as axes with their words.

What is a direction's length, and what is orthogonal, depends on units: weights of features in
grams and in metres have nothing in common. So directions are found in the units of the walk:
standard units, or the params as they are where `scale` is none.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.checks import whole_number
from steepest.errors import ChoiceError
from steepest.numerals import short
from steepest.objective.coordinates.coordinates import Units
from steepest.objective.linear_algebra.lanczos import End
from steepest.objective.objective import Objective
from steepest.surface.axes import IDENTITY, DirectionAxes
from steepest.surface.path_plane import path_directions, walk_share
from steepest.surface.random_plane import random_directions
from steepest.surface.sharpest_plane import sharpest_ends, sharpest_spans
from steepest.trace import Trace

__all__ = ["PLANES", "Path", "axes_of_plane"]

Array = NDArray[np.float64]

RANDOM_SPAN = 2.5
"""What makes the window of a random plane reach from -1 to 1, as the literature draws it."""


class Path(NamedTuple):
    """What a plane is found by: `params`, (points, params), their `losses`, and which `steps`.

    Losses are NaN where they are not known, `steps` None.
    """

    params: Array
    losses: Array
    steps: NDArray[np.intp] | None = None

    @classmethod
    def of(cls, trace: Trace) -> "Path":
        """Return the path of the kept steps of a trace."""
        params = np.asarray(trace.params, dtype=np.float64)
        return cls(params, trace.full_losses[trace.kept], trace.kept)


class _Walk:
    """A path in the units in which its planes are found, and its `end`, (params,)."""

    def __init__(self, objective: Objective, path: Path, end: Array, scale: str) -> None:
        known = None if scale == "none" else objective.standard_units
        self.units: Units = IDENTITY if known is None else known
        self.objective, self.path, self.end = objective, path, end
        self.said = f", {self.units.in_words}," if self.units.in_words else ""

    def position(self, params: Array) -> Array:
        return self.units.position(params)

    def axes(
        self, u: Array, v: Array, names: tuple[str, str], words: str, numbers: Mapping[str, float]
    ) -> DirectionAxes:
        """Return the axes along two directions, turned so that the path comes from below 0."""
        come = self.position(self.end - self.path.params[0])
        u, v = (one if one @ come >= 0 else -one for one in (u, v))
        x_name, y_name = names
        return DirectionAxes.through(
            self.end,
            u,
            v,
            self.units,
            x_name=x_name,
            y_name=y_name,
            in_words=words,
            numbers=numbers,
        )


def axes_of_plane(
    objective: Objective, path: Path, end: Array, scale: str, seed: int, word: str
) -> DirectionAxes:
    """Return the axes of the plane that `word`, one of `PLANES`, names, through `end`, (params,).

    `scale` names the coordinates of the walk, `seed` is that of a random plane. Raises ChoiceError
    for another word, and where there is no such plane.
    """
    if word not in PLANES:
        raise ChoiceError(
            f"plane is {word!r}, but it must be one of {', '.join(PLANES)}, or two vectors (u, v)"
        )
    whole_number("seed", seed, least=0)
    return replace(PLANES[word](_Walk(objective, path, end, scale), seed), word=word)


def _of_path(walk: _Walk, seed: int) -> DirectionAxes:
    points = np.array([walk.position(params) for params in walk.path.params])
    (u, v), (first, second), taken = path_directions(points)
    words = (
        f"The axes are the two principal directions of the steps{walk.said or ','} which hold "
        f"{_percent(first)} and {_percent(second)} of how the params moved, together "
        f"{_percent(first + second)}"
    )
    names = (f"path 1 ({_percent(first)})", f"path 2 ({_percent(second)})")
    numbers = {"first": first, "second": second, "share": first + second}
    if walk.path.steps is not None:
        numbers["random_walk"] = walk_share(points.shape[1], walk.path.steps[taken])
        noise = _percent(numbers["random_walk"])
        words += f"; a random walk of as many params and steps gives {noise}"
    words += "."
    return walk.axes(u, v, names, words, _floats(numbers))


def _random(walk: _Walk, seed: int) -> DirectionAxes:
    position = walk.position(walk.end)
    u, v = random_directions(position, walk.objective.unit_lengths, seed)
    words = (
        f"The axes are two random directions (seed {seed}){walk.said or ','} as long in each unit "
        "as its weights are, and orthogonal; biases are held. Such a plane shows the mean "
        "curvature of all directions, and hides a saddle."
    )
    axes = walk.axes(u, v, ("random 1", "random 2"), words, {"seed": seed})
    return _spanning(axes, np.full(2, RANDOM_SPAN))


def _sharpest(walk: _Walk, seed: int) -> DirectionAxes:
    product = walk.objective.hessian_at(walk.end)
    units, size = walk.units, walk.objective.size

    def in_units(direction: Array) -> Array:
        assert product is not None
        return units.pullback(product(units.params(direction)))

    known, why = None if product is None else in_units, walk.objective.no_hessian
    ends = sharpest_ends(known, size, walk.objective.kind, why)
    top, bottom = ends.top, ends.bottom
    without = " without l1" if walk.objective.penalty.l1 else ""
    words = (
        f"The axes are the eigenvectors at both ends of the Hessian's spectrum{without}"
        f"{walk.said or ','} with eigenvalues {_eigenvalue(top)} and {_eigenvalue(bottom)}: "
        f"{_meaning(bottom, bool(walk.objective.penalty.l1))}."
    )
    names = (f"curvature {short(top.value)}", f"curvature {short(bottom.value)}")
    numbers = {
        "top": top.value,
        "top_residual": top.residual,
        "bottom": bottom.value,
        "bottom_residual": bottom.residual,
        "products": ends.products,
    }
    axes = walk.axes(top.vector, bottom.vector, names, words, _floats(numbers))
    losses = walk.path.losses
    loss = max(float(losses[0]), float(np.nanmin(losses))) if np.isfinite(losses[0]) else 0.0
    length = float(np.linalg.norm(walk.position(walk.end)))
    return _spanning(axes, 2.0 * sharpest_spans(ends, loss, length))


PLANES: dict[str, Callable[[_Walk, int], DirectionAxes]] = {
    "path": _of_path,
    "random": _random,
    "sharpest": _sharpest,
}
"""The words for planes."""


def _spanning(axes: DirectionAxes, spans: Array) -> DirectionAxes:
    return replace(axes, spans=spans)


def _eigenvalue(end: End) -> str:
    """Return an eigenvalue and how far it may be off."""
    return f"{short(end.value)} (± {short(end.residual, 2)})"


def _meaning(bottom: End, has_kinks: bool) -> str:
    """Return what the lower end says of the point: its eigenvalue is known to its residual."""
    if bottom.value < -bottom.residual:
        so = "" if has_kinks else ", so the result is no minimum of all params"
        return f"along the second the loss curves down{so}"
    if bottom.value > bottom.residual:
        return "the loss curves up along both"
    return "along the second it is flat, as far as is known"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _floats(numbers: Mapping[str, float]) -> dict[str, float]:
    return {name: float(number) for name, number in numbers.items()}

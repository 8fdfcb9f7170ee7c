"""The loss of a module on a plane: by the fastest of the methods that give what a plain loop gives.

A network that our own kernels know (`known_network`), the first layer worked out once for the whole
plane (`first_layer`), many points in one call (`torch.func.vmap`), or one call a point. Every time
the first, the middle and the last point are compared with those of the loop; a method
whose losses differ is not used.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from steepest.bridge.torch.batches import Batches
from steepest.bridge.torch.criterion import Criterion
from steepest.bridge.torch.first_layer import first_layer
from steepest.bridge.torch.known_network import known_network
from steepest.bridge.torch.params import Params
from steepest.objective.evaluation import Vector
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.plane_loss import PointwiseLoss

__all__ = ["TorchPlaneLoss"]

Array = NDArray[np.float64]

Calculation = Callable[[Array, Array], Array]
"""The loss at points (a[i], b[i]), (points,), or on a grid of a and b."""

LITTLE_WORK = 2**20
"""Params times rows up to which many points in one call are quicker than one after the other.

Measured against a loop: 2-8-8-1, 500 rows, 1.5 times; 30-64-1, 569 rows, 1.0; 784-128-10, 5,000
rows, 0.9.
"""

TOGETHER = 2**21
"""Numbers of a layer, of all points of one call together."""

MOST_TOGETHER = 64
"""Points of one call: more are no quicker."""

ALIKE = 1e-12
"""The share of itself by which a method's loss may differ from the loop's, in float64."""


class Evaluated(Protocol):
    """What is asked of the objective of a module."""

    model: nn.Module
    loss: Any
    size: int
    rounding: float
    number_type: torch.dtype
    trainable: Params
    criterion: Criterion
    batches: Batches
    shares: tuple[float, ...]

    @property
    def params(self) -> Vector:
        """The params as they are in the module, (size,)."""

    def value(self, params: Vector) -> float:
        """Return the loss at params, (size,)."""

    def quiet(self) -> AbstractContextManager[None]:
        """Return the context in which the module is called."""

    def parts(self, vector: Tensor) -> Iterator[Tensor]:
        """Yield the share of each batch in the loss at a vector, (size,)."""

    def rest(self) -> dict[str, Tensor]:
        """Return frozen parameters and buffers, to be written to."""


class _Way(NamedTuple):
    """A method to work out the loss: its name, and the loss at points and on a grid.

    `by_lines` says whether a line's is the same whichever others are asked for with it.
    """

    name: str
    by_lines: bool
    at: Calculation
    grid: Calculation

    @classmethod
    def of_points(cls, name: str, by_lines: bool, at: Calculation) -> "_Way":
        """Return a method whose grid is all its points."""
        return cls(name, by_lines, at, lambda a, b: at(*_points_of(a, b)))


def _points_of(a: Array, b: Array) -> tuple[Array, Array]:
    """Return the points of a grid, a row of it after the other, (len(a) len(b),) each."""
    return np.tile(a, len(b)), np.repeat(b, len(a))


class TorchPlaneLoss:
    """The loss of a module on a `plane`; see the module's docstring for how."""

    def __init__(self, objective: Evaluated, plane: Plane) -> None:
        self._objective, self._plane = objective, plane
        self._loop = PointwiseLoss(objective.value, plane)

    @cached_property
    def _way(self) -> "_Way":
        """The method that is tried first."""
        objective, plane = self._objective, self._plane
        known = known_network(objective, plane)
        if known is not None:
            return _Way("known network", known.by_lines, known.at, known.grid)
        layer = first_layer(objective, plane)
        if layer is not None:
            return _Way.of_points("first layer", True, layer)
        if objective.size * objective.batches.rows <= LITTLE_WORK:
            return _Way.of_points("vmap", False, self._together)
        return self._plain

    @cached_property
    def _plain(self) -> "_Way":
        return _Way.of_points("loop", True, self._loop.at)

    @property
    def by_lines(self) -> bool:
        """Whether the loss on a line is the same whichever others are asked for with it."""
        return self._way.by_lines

    @property
    def way(self) -> str:
        """What the method is called: known network, first layer, vmap or loop."""
        return self._way.name

    @np.errstate(over="ignore", invalid="ignore")
    def at(self, a: Array, b: Array) -> Array:
        """Return the loss at the points `(a[i], b[i])`, (points,)."""
        return self._checked(a, b, lambda: self._way.at(a, b))

    @np.errstate(over="ignore", invalid="ignore")
    def grid(self, a: Array, b: Array) -> Array:
        """Return the loss on a grid, (len(b), len(a)): `[i, j]` is that at `(a[j], b[i])`."""
        points = _points_of(a, b)
        found = self._checked(*points, lambda: self._way.grid(a, b).ravel())
        return found.reshape(len(b), len(a))

    def _checked(self, a: Array, b: Array, work: Callable[[], Array]) -> Array:
        """Return the loss at points as `work` has it, by the loop where that has other losses."""
        with self._objective.quiet():
            if self._way is self._plain or len(a) < 1:
                return self._loop.at(a, b)
            return self._compared(a, b, work)

    def _compared(self, a: Array, b: Array, work: Callable[[], Array]) -> Array:
        try:
            found = work()
        except (RuntimeError, ValueError, TypeError, NotImplementedError, UserWarning):
            found = np.full(len(a), np.nan)
        some = np.unique([0, len(a) // 2, len(a) - 1])
        true = self._loop.at(a[some], b[some])
        most = max(ALIKE, 10.0 * self._objective.rounding)
        if np.allclose(found[some], true, rtol=most, atol=most * most, equal_nan=True):
            return found
        self._way = self._plain
        return self._loop.at(a, b)

    def bowl(self) -> None:
        """Return None: a module's minimum on a plane is not known."""

    def _together(self, a: Array, b: Array) -> Array:
        """Return the loss at points, many in one call of the module."""
        objective, plane = self._objective, self._plane
        wide = objective.batches.rows * max(1, int(objective.size**0.5))
        count = int(np.clip(TOGETHER // wide, 2, MOST_TOGETHER))
        loss = torch.func.vmap(lambda vector: torch.stack(list(objective.parts(vector))).sum())
        found = []
        with objective.quiet(), torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("error")  # PyTorch says so where it loops by itself, slowly.
            for first in range(0, len(a), count):
                some = slice(first, first + count)
                points = plane.origin + np.outer(a[some], plane.u) + np.outer(b[some], plane.v)
                found.append(loss(torch.from_numpy(points)).numpy())
        return np.concatenate(found)

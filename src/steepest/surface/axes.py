"""The axes of a surface: which two directions through the params it shows, and how they are read.

Two params as they are, in the reader's units; or two coordinates of the walk, in which a scale
makes the ravine a bowl. Both are linear, so params at (x, y) are `held + x u + y v`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError

__all__ = ["Axes"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Axes:
    """Two directions `u` and `v` through the params, each (params,).

    `names` are those of all coordinates, of which the axes show the `first` and the `second`.
    `coordinates`, (params, params), turns params into them; None where the params are the
    coordinates, of which there may be too many for a matrix.
    """

    names: tuple[str, ...]
    first: int
    second: int
    u: Array
    v: Array
    coordinates: Array | None = None

    @classmethod
    def of_params(cls, names: Sequence[str], x: str, y: str) -> "Axes":
        """Return the axes of the params `x` and `y`; ChoiceError for names that are not two."""
        first, second = _two(names, x, y)
        size = len(names)
        return cls(tuple(names), first, second, _unit(size, first), _unit(size, second))

    @classmethod
    def of_walk(
        cls,
        names: Sequence[str],
        x: str,
        y: str,
        params: Callable[[Array], Array],
        position: Callable[[Array], Array],
    ) -> "Axes":
        """Return the axes of two coordinates of a walk, named by the params they are those of.

        `params` and `position` are the linear maps of a scale, from the walk to the params and
        back.
        """
        first, second = _two(names, x, y)
        one = np.eye(len(names))
        back = np.column_stack([position(row) for row in one])
        return cls(tuple(names), first, second, params(one[first]), params(one[second]), back)

    @property
    def x_name(self) -> str:
        """The name of the coordinate along x."""
        return self.names[self.first]

    @property
    def y_name(self) -> str:
        """The name of the coordinate along y."""
        return self.names[self.second]

    @property
    def reading(self) -> tuple[Array, Array]:
        """The two vectors, each (params,), whose products with params are x and y."""
        if self.coordinates is None:
            return self.u, self.v
        return self.coordinates[self.first], self.coordinates[self.second]

    def read(self, params: Array) -> Array:
        """Return x and y of params, (2,); of many, (n, params), (n, 2)."""
        return self._all(params)[..., [self.first, self.second]]

    def off(self, moves: Array) -> Array:
        """Return how moves, (n, params), go in the coordinates not shown, (n, params - 2)."""
        return np.delete(self._all(moves), [self.first, self.second], axis=1)

    def held(self, base: Array) -> Mapping[str, float]:
        """Return the coordinates that the axes do not show, as they are at `base`."""
        at = self._all(base).tolist()
        shown = (self.first, self.second)
        return {name: at[i] for i, name in enumerate(self.names) if i not in shown}

    def rest(self, base: Array) -> Array:
        """Return what is left of `base` at x = y = 0, (params,): what the axes hold."""
        x, y = self.read(base)
        rest: Array = base - x * self.u - y * self.v
        return rest

    def _all(self, params: Array) -> Array:
        return params if self.coordinates is None else params @ self.coordinates.T


def _two(names: Sequence[str], x: str, y: str) -> tuple[int, int]:
    if x == y:
        raise ChoiceError(f"a surface needs two different params, but both are {x!r}")
    return _index(x, names), _index(y, names)


def _index(name: str, names: Sequence[str]) -> int:
    if name not in names:
        known = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
        raise ChoiceError(f"there is no param {name!r}; the params are {known}")
    return list(names).index(name)


def _unit(size: int, index: int) -> Array:
    unit = np.zeros(size)
    unit[index] = 1.0
    return unit

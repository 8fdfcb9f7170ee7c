"""The axes of a surface: params at (x, y) are `rest + x u + y v`; how x and y are read off params.

Two params as they are, in the reader's units; two coordinates of the descent, in which a scale
makes the ravine a bowl; or two directions through a point. All are linear.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError
from steepest.objective.coordinates.coordinates import Identity, Units
from steepest.objective.evaluation import length_of

__all__ = ["Axes", "CoordinateAxes", "DirectionAxes", "Held"]

Array = NDArray[np.float64]

IDENTITY: Units = Identity()
"""The params as they are."""


class Axes(Protocol):
    """Two directions `u` and `v` through the params, (params,) each, and how params are read."""

    @property
    def u(self) -> Array:
        """The direction of x, (params,)."""

    @property
    def v(self) -> Array:
        """The direction of y, (params,)."""

    @property
    def x_name(self) -> str:
        """The name of the coordinate along x."""

    @property
    def y_name(self) -> str:
        """The name of the coordinate along y."""

    @property
    def word(self) -> str:
        """The word for the plane: `units` over coordinates, `given` over two vectors, ..."""

    @property
    def in_words(self) -> str:
        """What plane it is, in sentences; empty where the names say it."""

    @property
    def numbers(self) -> Mapping[str, float]:
        """The numbers in those words, each by its name."""

    @property
    def units_in_words(self) -> str:
        """In what the distance from the plane is: `in params`, `in standard units`."""

    @property
    def reading(self) -> tuple[Array, Array]:
        """The two vectors, each (params,), whose products with a step are what x and y change."""

    @property
    def has_one_scale(self) -> bool:
        """Whether x and y are drawn to one scale, as coordinates of the descent are."""

    def read(self, params: Array) -> Array:
        """Return x and y of params, (2,); of many, (n, params), (n, 2)."""

    def size(self, params: Array) -> Array:
        """Return how large params are along x and y, (2,): how far from all params 0."""

    def off_plane(self, steps: Array) -> Array:
        """Return how far steps, (n, params), lead away from the plane, (n,)."""

    def held(self, origin: Array) -> Mapping[str, float]:
        """Return the coordinates that the axes do not show, by name, as they are at `origin`."""

    def rest(self, origin: Array) -> Array:
        """Return the params at x = y = 0 of the plane through `origin`, (params,)."""


@dataclass(frozen=True, eq=False)
class CoordinateAxes:
    """Two coordinates, the `first` and the `second` of `names`, along `u` and `v`.

    `coordinates`, (params, params), turns params into all of them; None where the params are the
    coordinates, of which there may be too many for a matrix.
    """

    names: tuple[str, ...]
    first: int
    second: int
    u: Array
    v: Array
    coordinates: Array | None = None
    word: ClassVar[str] = "units"
    in_words: ClassVar[str] = ""
    units_in_words: ClassVar[str] = "in params"
    numbers: ClassVar[Mapping[str, float]] = MappingProxyType({})

    @classmethod
    def of_params(cls, names: Sequence[str], x: str, y: str) -> "CoordinateAxes":
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
    ) -> "CoordinateAxes":
        """Return the axes of two coordinates of a descent, named by the params they are those of.

        `params` and `position` are the linear maps of a scale, from its coordinates to the params
        and back.
        """
        first, second = _two(names, x, y)
        one = np.eye(len(names))
        back = np.column_stack([position(row) for row in one])
        return cls(tuple(names), first, second, params(one[first]), params(one[second]), back)

    @property
    def has_one_scale(self) -> bool:
        """Whether x and y are coordinates of the descent."""
        return self.coordinates is not None

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

    def size(self, params: Array) -> Array:
        """Return |x| and |y| of params, (2,)."""
        return np.abs(self.read(params))

    def off_plane(self, steps: Array) -> Array:
        """Return the length of steps, (n, params), in the coordinates not shown, (n,)."""
        others = np.delete(self._all(steps), [self.first, self.second], axis=1)
        return np.linalg.norm(others, axis=1)

    def held(self, origin: Array) -> "Held":
        """Return the coordinates that the axes do not show, by name, as they are at `origin`."""
        return Held(self.names, self._all(origin), (self.first, self.second))

    def rest(self, origin: Array) -> Array:
        """Return what is left of `origin` at x = y = 0, (params,): what the axes hold."""
        x, y = self.read(origin)
        rest: Array = origin - x * self.u - y * self.v
        return rest

    def _all(self, params: Array) -> Array:
        return params if self.coordinates is None else params @ self.coordinates.T


@dataclass(frozen=True, eq=False)
class DirectionAxes:
    """Two directions through `origin`: x and y are the least-squares coefficients on u and v.

    `(x, y) = G^-1 (u, v)'(params - origin)`, with G the four products of u and v: the point of
    the plane nearest to params. All that is measured, products, lengths and distances, is in
    `coordinates`, in which u and v are `directions`, (2, params), and `inverse` is
    `G^-1 (u, v)'`, (2, params). `spans`, (2,), is how far the plane is drawn along both
    axes; None where the path says it.
    """

    origin: Array
    u: Array
    v: Array
    directions: Array
    inverse: Array
    coordinates: Units = IDENTITY
    x_name: str = "u"
    y_name: str = "v"
    word: str = "given"
    in_words: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    spans: Array | None = None
    has_one_scale: ClassVar[bool] = False

    @classmethod
    def through(
        cls,
        origin: Array,
        u: Array,
        v: Array,
        coordinates: Units = IDENTITY,
        **named: Any,
    ) -> "DirectionAxes":
        """Return the axes along u and v, (params,) each, of any length, but not parallel.

        They are directions in `coordinates`; `named` are the other fields.
        """
        # At equal lengths: a long one beside a short one would else look like one direction.
        lengths = np.array([[length_of(u)], [length_of(v)]])
        directions = np.stack([u, v])
        inverse = np.linalg.pinv((directions / lengths).T) / lengths
        x, y = coordinates.params(u), coordinates.params(v)
        return cls(origin, x, y, directions, inverse, coordinates, **named)

    @property
    def units_in_words(self) -> str:
        """In what the distance from the plane is."""
        return self.coordinates.in_words or "in params"

    @property
    def reading(self) -> tuple[Array, Array]:
        """The two vectors, each (params,), whose products with a step are what x and y change."""
        x, y = map(self.coordinates.inverse_pullback, self.inverse)
        return x, y

    def read(self, params: Array) -> Array:
        """Return x and y of params, (2,); of many, (n, params), (n, 2)."""
        return self._position(params - self.origin) @ self.inverse.T

    def size(self, params: Array) -> Array:
        """Return the coefficients of params themselves, without a sign, or `spans`, (2,)."""
        if self.spans is not None:
            return self.spans
        return np.abs(self._position(params) @ self.inverse.T)

    def off_plane(self, steps: Array) -> Array:
        """Return the length of what steps, (n, params), have beside u and v, (n,)."""
        positions = self._position(steps)
        along = (positions @ self.inverse.T) @ self.directions
        return np.linalg.norm(positions - along, axis=1)

    def held(self, origin: Array) -> Mapping[str, float]:
        """Return an empty mapping: a plane of directions holds no param by its name."""
        return {}

    def rest(self, origin: Array) -> Array:
        """Return the params at x = y = 0 of the plane through `origin`, (params,)."""
        x, y = self.read(origin)
        rest: Array = origin - x * self.u - y * self.v
        return rest

    def _position(self, steps: Array) -> Array:
        """Return steps, (params,) or (n, params), in the coordinates of the plane."""
        if steps.ndim == 1:
            return self.coordinates.position(steps)
        if self.coordinates is IDENTITY:
            return steps
        return np.array([self.coordinates.position(step) for step in steps])


class Held(Mapping[str, float]):
    """The coordinates that a surface does not show, by name: a count, and a look-up.

    `values` are all coordinates, (names,), of which the two in `shown` are left out. There may be
    a million of them, so none is copied.
    """

    def __init__(self, names: Sequence[str], values: Array, shown: tuple[int, int]) -> None:
        self._names, self._values, self._shown = names, values, shown

    def __getitem__(self, name: str) -> float:
        index = self._names.index(name) if name in self._names else None
        if index is None or index in self._shown:
            raise KeyError(name)
        return float(self._values[index])

    def __len__(self) -> int:
        return len(self._names) - 2

    def __iter__(self) -> Iterator[str]:
        return (name for i, name in enumerate(self._names) if i not in self._shown)

    def __repr__(self) -> str:
        first = [f"{name}: {self[name]:g}" for name, _ in zip(self, range(4), strict=False)]
        return "{" + ", ".join(first + ["..."] * (len(self) > 4)) + "}"


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

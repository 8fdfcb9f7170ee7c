"""The outputs of a network at many points of a plane: the first layer as a sum of three.

On `origin + a u + b v` the sums of the first layer are linear in a and b: `P + a Q + b R` with
`P = W x + c` at the origin and Q, R the same of u and v, so X is read three times, however many
points there are. Where the activation is one of an exponential, `1 - c / (1 + exp(k z))`, that of
a sum is a product: `exp(k (P + a Q)) exp(k b R)`, from a table over b and one line over a, so the
first layer takes no exponential a point. From there on a layer is one product of stacks of
matrices, for so many points at a time that their numbers stay in the cache.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.objective.model.network import Network
from steepest.objective.plane.plane import Plane

__all__ = ["LayerOnPlane", "Margins", "layers_on_plane"]

Array = NDArray[np.float64]

TILE = 2**17
"""Numbers of the widest layer at a time, 1 MB: measured, 2^15 took a fifth longer on small nets."""

MOST_EXPONENT = 300.0
"""The largest exponent that a table may hold: of two multiplied the product still is float64."""

MOST_TABLE = 2**23
"""Numbers of a table of exponentials, 64 MB."""


class LayerOnPlane(NamedTuple):
    """A layer at the origin and along both directions: (units, inputs), and biases (units, 1)."""

    weights: tuple[Array, Array, Array]
    bias: tuple[Array, Array, Array]

    def at(self, a: Array, b: Array) -> tuple[Array, Array]:
        """Return the weights, (points, units, inputs), and biases, (points, units, 1)."""
        x, y = a[:, None, None], b[:, None, None]
        return tuple(p + x * q + y * r for p, q, r in (self.weights, self.bias))  # type: ignore[return-value]


def layers_on_plane(model: Network, plane: Plane) -> list[LayerOnPlane]:
    """Return the layers of a network at the origin of a plane and along u and v."""
    three = [
        model.matrices(np.ascontiguousarray(vector, dtype=np.float64))
        for vector in (plane.origin, plane.u, plane.v)
    ]
    return [
        LayerOnPlane(tuple(one.weights for one in same), tuple(one.bias[:, None] for one in same))
        for same in zip(*three, strict=True)
    ]


@dataclass(frozen=True, eq=False)
class Margins:
    """The outputs for some rows, X' of (inputs, rows), at the points of a plane."""

    model: Network
    layers: list[LayerOnPlane]
    X: Array

    @cached_property
    def sums(self) -> list[Array]:
        """The three parts of the first layer's sums, (units, rows) each."""
        first = self.layers[0]
        return [w @ self.X + c for w, c in zip(first.weights, first.bias, strict=True)]

    @property
    def together(self) -> int:
        """How many points are taken at a time."""
        return max(1, TILE // (max(self.model.sizes[1:]) * self.X.shape[1]))

    def at(self, a: Array, b: Array) -> Iterator[tuple[slice, Array]]:
        """Yield which points (a[i], b[i]), and their outputs, (points, outputs, rows)."""
        base, by_a, by_b = self.sums
        for first in range(0, len(a), self.together):
            at = slice(first, first + self.together)
            z = a[at, None, None] * by_a
            z += base
            z += b[at, None, None] * by_b
            yield at, self._after(self.model.activation.value(z), a[at], b[at])

    def on_grid(self, a: Array, b: Array) -> Iterator[tuple[int, slice, Array]]:
        """Yield j, which i, and the outputs at (a[j], b[i]), (points, outputs, rows)."""
        base, by_a, by_b = self.sums
        table = self._table(b)
        for j, x in enumerate(a):
            line = base + x * by_a
            every = np.full(len(b), x)
            row = None if table is None else self._exponentials(line)
            for first in range(0, len(b), self.together):
                at = slice(first, first + self.together)
                if table is None or row is None:
                    z = b[at, None, None] * by_b
                    z += line
                    z = self.model.activation.value(z)
                else:
                    z = self._of_exponentials(table[at] * row)
                yield j, at, self._after(z, every[at], b[at])

    def _table(self, b: Array) -> Array | None:
        """Return `exp(k b R)`, (len(b), units, rows); None where there is none, or no room."""
        by_b = self.sums[2]
        if self.model.activation.of_exponential is None or len(b) * by_b.size > MOST_TABLE:
            return None
        return self._exponentials(b[:, None, None] * by_b)

    def _exponentials(self, z: Array) -> Array | None:
        """Return `exp(k z)`; None where one might overflow in a product."""
        assert self.model.activation.of_exponential is not None
        _, k = self.model.activation.of_exponential
        exponent = k * z
        if not np.abs(exponent).max(initial=0.0) <= MOST_EXPONENT:
            return None
        return np.exp(exponent, out=exponent)

    def _of_exponentials(self, z: Array) -> Array:
        """Return `1 - c / (1 + z)` in the place of z."""
        assert self.model.activation.of_exponential is not None
        c, _ = self.model.activation.of_exponential
        z += 1.0
        np.divide(-c, z, out=z)
        z += 1.0
        return z

    def _after(self, z: Array, a: Array, b: Array) -> Array:
        """Return the outputs at some points by the activations of the first layer."""
        for i, layer in enumerate(self.layers[1:]):
            weights, bias = layer.at(a, b)
            z = weights @ (self.model.activation.value(z) if i else z)
            z += bias
        return z

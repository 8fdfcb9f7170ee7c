"""The outputs of a network at many points of a plane: the first layer as a sum of three.

On `origin + a u + b v` the sums of the first layer are linear in a and b: `P + a Q + b R` with
`P = W x + c` at the origin and Q, R the same of u and v, so X is read three times, however many
points there are. Where the activation is one of an exponential, `1 - c / (1 + exp(k z))`, that of
a sum is a product: `exp(k (P + a Q)) exp(k b R)`, from a table over b and one line over a, so the
first layer takes no exponential a point; c is folded into the weights after it. From there on a
layer is one product of stacks of matrices, for so many points at a time that their numbers stay in
the cache.
"""

from collections.abc import Iterator
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
    """A layer at the origin, along u and along v: (units, inputs + 1), biases as last column."""

    origin: Array
    by_a: Array
    by_b: Array

    def at(self, a: Array, b: Array) -> Array:
        """Return the layer at the points (a[i], b[i]), (points, units, inputs + 1)."""
        along: Array = a[:, None, None] * self.by_a
        along += b[:, None, None] * self.by_b
        along += self.origin
        return along


def layers_on_plane(model: Network, plane: Plane) -> list[LayerOnPlane]:
    """Return the layers of a network at the origin of a plane and along u and v."""
    three = [
        [np.column_stack(layer) for layer in model.matrices(np.asarray(vector, dtype=np.float64))]
        for vector in (plane.origin, plane.u, plane.v)
    ]
    return [LayerOnPlane(*same) for same in zip(*three, strict=True)]


class Margins:
    """The outputs for some rows, X' of (inputs, rows), at the points of a plane.

    What is yielded is overwritten by what comes next.
    """

    def __init__(self, model: Network, layers: list[LayerOnPlane], X: Array) -> None:
        self.activation = model.activation
        first, *self.after = layers
        self.sums = [one[:, :-1] @ X + one[:, -1:] for one in first]
        rows, (_, *hidden, outputs) = X.shape[1], model.sizes
        self.together = max(1, TILE // (max(model.sizes[1:]) * rows))
        self._room = [np.empty((self.together, units, rows)) for units in (*hidden, outputs)]

    def at(self, a: Array, b: Array) -> Iterator[tuple[slice, Array]]:
        """Yield which points (a[i], b[i]), and their outputs, (points, outputs, rows)."""
        base, by_a, by_b = self.sums
        for at in self._parts(len(a)):
            z = np.multiply(a[at, None, None], by_a, out=self._first(at))
            z += base
            z += b[at, None, None] * by_b
            self.activation.put(z, out=z)
            yield at, self._outputs(self.after, a[at], b[at])

    def on_grid(self, a: Array, b: Array) -> Iterator[tuple[int, slice, Array]]:
        """Yield j, which i, and the outputs at (a[j], b[i]), (points, outputs, rows)."""
        base, by_a, by_b = self.sums
        table, folded = self._table(b), self._folded()
        for j, x in enumerate(a):
            line, every = base + x * by_a, np.full(len(b), x)
            row = None if table is None else self._exponentials(line)
            for at in self._parts(len(b)):
                z = self._first(at)
                if table is None or row is None:
                    np.multiply(b[at, None, None], by_b, out=z)
                    z += line
                    self.activation.put(z, out=z)
                    yield j, at, self._outputs(self.after, every[at], b[at])
                else:
                    np.multiply(table[at], row, out=z)
                    z += 1.0
                    np.reciprocal(z, out=z)
                    yield j, at, self._outputs(folded, every[at], b[at])

    def _parts(self, count: int) -> Iterator[slice]:
        """Yield which points are taken together."""
        for first in range(0, count, self.together):
            yield slice(first, min(first + self.together, count))

    def _first(self, at: slice) -> Array:
        """Return where the first activations of some points go, (points, units, rows)."""
        return self._room[0][: at.stop - at.start]

    def _outputs(self, layers: list[LayerOnPlane], a: Array, b: Array) -> Array:
        """Return the outputs at some points, by the `layers` after the first activations."""
        z = self._room[0][: len(a)]
        for i, layer in enumerate(layers, start=1):
            there = layer.at(a, b)
            z = np.matmul(there[:, :, :-1], z, out=self._room[i][: len(a)])
            z += there[:, :, -1:]
            if i < len(layers):
                self.activation.put(z, out=z)
        return z

    def _folded(self) -> list[LayerOnPlane]:
        """Return the layers after the first for its `1 / (1 + exp(k z))` as its activations.

        `W (1 - c r) + b = -c W r + (b + W 1)`, so two passes over all activations are saved.
        """
        if self.activation.of_exponential is None:
            return self.after
        (c, _), (second, *rest) = self.activation.of_exponential, self.after
        parts = (
            np.column_stack([-c * one[:, :-1], one[:, -1] + one[:, :-1].sum(axis=1)])
            for one in second
        )
        return [LayerOnPlane(*parts), *rest]

    def _table(self, b: Array) -> Array | None:
        """Return `exp(k b R)`, (len(b), units, rows); None where there is none, or no room."""
        by_b = self.sums[2]
        if self.activation.of_exponential is None or len(b) * by_b.size > MOST_TABLE:
            return None
        return self._exponentials(b[:, None, None] * by_b)

    def _exponentials(self, z: Array) -> Array | None:
        """Return `exp(k z)`; None where one might overflow in a product."""
        assert self.activation.of_exponential is not None
        _, k = self.activation.of_exponential
        exponent = k * z
        if not np.abs(exponent).max(initial=0.0) <= MOST_EXPONENT:
            return None
        return np.exp(exponent, out=exponent)

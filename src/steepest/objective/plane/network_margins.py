"""The outputs of a network at many points of a plane: the first layer as a sum of three.

On `origin + a u + b v` the sums of the first layer are linear in a and b: `P + a Q + b R` with
`P = W x + c` at the origin and Q, R the same of u and v, so X is read three times, however many
points there are. Where the activation is one of an exponential, `1 - c / (1 + exp(k z))`, that of
a sum is a product: `exp(k (P + a Q)) exp(k b R)`, from a table over b and one line over a, so the
first layer takes no exponential a point. From there on a layer is one product of stacks of
matrices, for so many points at a time that their numbers stay in the cache.
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
        self.first, *self.after = layers
        self.sums = [one[:, :-1] @ X + one[:, -1:] for one in self.first]
        rows, hidden = X.shape[1], model.sizes[1:-1]
        self.together = max(1, TILE // (max(model.sizes[1:]) * rows))
        # The last row of each stack stays 1: what biases are multiplied by.
        self._inside = [np.ones((self.together, units + 1, rows)) for units in hidden]
        self._out = np.empty((self.together, model.sizes[-1], rows))

    def at(self, a: Array, b: Array) -> Iterator[tuple[slice, Array]]:
        """Yield which points (a[i], b[i]), and their outputs, (points, outputs, rows)."""
        base, by_a, by_b = self.sums
        for at, z in self._parts(len(a)):
            np.multiply(a[at, None, None], by_a, out=z)
            z += base
            z += b[at, None, None] * by_b
            self.activation.apply(z)
            yield at, self._outputs(a[at], b[at])

    def on_grid(self, a: Array, b: Array) -> Iterator[tuple[int, slice, Array]]:
        """Yield j, which i, and the outputs at (a[j], b[i]), (points, outputs, rows)."""
        base, by_a, by_b = self.sums
        table = self._table(b)
        for j, x in enumerate(a):
            line = base + x * by_a
            every = np.full(len(b), x)
            row = None if table is None else self._exponentials(line)
            for at, z in self._parts(len(b)):
                if table is None or row is None:
                    np.multiply(b[at, None, None], by_b, out=z)
                    z += line
                    self.activation.apply(z)
                else:
                    np.multiply(table[at], row, out=z)
                    self._of_exponentials(z)
                yield j, at, self._outputs(every[at], b[at])

    def _parts(self, count: int) -> Iterator[tuple[slice, Array]]:
        """Yield which points are taken together, and where their first activations go."""
        for first in range(0, count, self.together):
            at = slice(first, min(first + self.together, count))
            yield at, self._inside[0][: at.stop - first, :-1]

    def _outputs(self, a: Array, b: Array) -> Array:
        """Return the outputs at some points, whose first activations are there."""
        count = len(a)
        for i, layer in enumerate(self.after):
            is_last = i + 1 == len(self.after)
            out = self._out[:count] if is_last else self._inside[i + 1][:count, :-1]
            np.matmul(layer.at(a, b), self._inside[i][:count], out=out)
            if not is_last:
                self.activation.apply(out)
        return out

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

    def _of_exponentials(self, z: Array) -> None:
        """Put `1 - c / (1 + z)` in the place of z."""
        assert self.activation.of_exponential is not None
        c, _ = self.activation.of_exponential
        z += 1.0
        np.divide(-c, z, out=z)
        z += 1.0

"""The outputs of a network at many points of a plane: the first layer as a sum of three.

On `origin + a u + b v` the sums of the first layer are linear in a and b: `P + a Q + b R` with
`P = W x + c` at the origin and Q, R the same of u and v, so X is read three times, however many
points there are. On a grid the line `L = P + a Q` is worked out once for all b, and `b R` once for
all a:

    1 - c / (1 + exp(k z))  is an activation of an exponential, and of a sum `z = L + b R`
                            `1 / (1 + exp(k z)) = q / (q + exp(k b R))` with `q = exp(-k L)`: none
                            is taken a point, in two passes; c goes into the weights
    max(L + b R, 0)         is `max(b R, -L) + L`: where these are all hidden units, what L adds to
                            the outputs is linear in b, so a unit takes one comparison

From there on a layer is one product of stacks of matrices, its biases the weights of an input of
1, for so many points at a time that their numbers stay in the cache.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.data.float_types import FLOAT32, FLOAT64
from steepest.objective.model.network import Network
from steepest.objective.plane.plane import Plane

__all__ = ["LayerOnPlane", "Margins", "layers_on_plane", "row_tiles"]

Array = NDArray[np.float64]

TILE = 2**19
"""Numbers of the widest layer at a time, 2 or 4 MB: calls cost more than a smaller cache wins.

Measured of 51 x 51, ms of CPU with 2^17 and 2^19: 2-8-8-1 40.0 and 39.1, in float32 17.9 and 15.9;
30-16-1 in float32 18.0 and 12.6. On 784-128-10 2^19 took a fifth less, since rows in their hundreds
make quick products of matrices.
"""

TOGETHER = 8
"""Points that are taken together at least, where rows can be split for it: a line serves them."""

MOST_EXPONENT = {FLOAT64: 300.0, FLOAT32: 40.0}
"""The largest exponent that is taken: digits of the sum that it stands for are lost beyond."""


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

    def lines(self, b: Array) -> "Lines":
        """Return the lines of points (any, b[i])."""
        return Lines(self, b[:, None, None] * self.by_b)


class Lines(NamedTuple):
    """Lines of points in a layer: what is the same for every a is worked out once."""

    layer: LayerOnPlane
    moved: Array
    """By how much they are away from b = 0, (points, units, inputs + 1)."""

    def at(self, a: float) -> Array:
        """Return the layer at the points (a, b[i]), (points, units, inputs + 1)."""
        points: Array = self.moved + (self.layer.origin + a * self.layer.by_a)
        return points


def layers_on_plane(model: Network, plane: Plane) -> list[LayerOnPlane]:
    """Return the layers of a network at the origin of a plane and along u and v."""
    three = [
        [np.column_stack(layer) for layer in model.matrices(np.asarray(vector, dtype=np.float64))]
        for vector in (plane.origin, plane.u, plane.v)
    ]
    return [LayerOnPlane(*same) for same in zip(*three, strict=True)]


def row_tiles(block: Block, most: int) -> Iterator[Block]:
    """Yield the rows of a block, evenly, at `most` so many at a time."""
    X, count = block.dense(), len(block.y)
    each = -(-count // -(-count // max(1, most)))
    for first in range(0, count, each):
        at = slice(first, first + each)
        weight = None if block.weight is None else block.weight[at]
        yield Block(at, X[at], block.y[at], weight)


class Margins:
    """The outputs for some rows, X' of (inputs, rows), at the points of a plane.

    They are worked out with what the network computes with, and yielded as float64. What is
    yielded is overwritten by what comes next.
    """

    @staticmethod
    def rows(model: Network) -> int:
        """Return how many rows are taken together: some points of the widest layer fit a tile."""
        return TILE // (TOGETHER * max(model.sizes[1:]))

    def __init__(self, model: Network, layers: list[LayerOnPlane], X: Array) -> None:
        self.activation, self.dtype = model.activation, model.dtype
        X = X.astype(self.dtype, copy=False)
        first, *self.after = (
            LayerOnPlane(*(one.astype(self.dtype, copy=False) for one in layer)) for layer in layers
        )
        self.sums = [one[:, :-1] @ X + one[:, -1:] for one in first]
        rows, (_, *hidden, outputs) = X.shape[1], model.sizes
        self.together = max(1, TILE // (max(model.sizes[1:]) * rows))
        # Each hidden layer has a unit that is always 1, by which the next multiplies its biases.
        self._room = [np.ones((self.together, units + 1, rows), self.dtype) for units in hidden]
        self._out: Array = np.empty((self.together, outputs, rows), self.dtype)

    def at(self, a: Array, b: Array) -> Iterator[tuple[slice, Array]]:
        """Yield which points (a[i], b[i]), and their outputs, (points, outputs, rows)."""
        base, by_a, by_b = self.sums
        a, b = a.astype(self.dtype, copy=False), b.astype(self.dtype, copy=False)
        for at in self._parts(len(a)):
            z = np.multiply(a[at, None, None], by_a, out=self._first(len(a[at])))
            z += base
            z += b[at, None, None] * by_b
            self.activation.put(z, out=z)
            yield at, self._outputs([layer.at(a[at], b[at]) for layer in self.after])

    def on_grid(self, a: Array, b: Array) -> Iterator[tuple[int, slice, Array]]:
        """Yield j, which i, and the outputs at (a[j], b[i]), (points, outputs, rows)."""
        base, by_a, by_b = self.sums
        a, b = a.astype(self.dtype, copy=False), b.astype(self.dtype, copy=False)
        folded, of_ramps = self._folded(), self.activation.is_ramp and len(self.after) == 1
        for at in self._parts(len(b)):
            moved = b[at, None, None] * by_b
            table = self._exponentials(moved, 1.0) if folded else None
            after, after_folded = ([one.lines(b[at]) for one in of] for of in (self.after, folded))
            for j, x in enumerate(a):
                line = base + x * by_a
                row = None if table is None else self._exponentials(line, -1.0)
                if table is not None and row is not None:
                    self._put_reciprocals(table, row)
                    yield j, at, self._outputs([layer.at(x) for layer in after_folded])
                elif of_ramps:
                    yield j, at, self._of_ramps(line, moved, x, b[at])
                else:
                    z = np.add(moved, line, out=self._first(len(moved)))
                    self.activation.put(z, out=z)
                    yield j, at, self._outputs([layer.at(x) for layer in after])

    def _parts(self, count: int) -> Iterator[slice]:
        """Yield which points are taken together."""
        for first in range(0, count, self.together):
            yield slice(first, min(first + self.together, count))

    def _first(self, count: int) -> Array:
        """Return where the first activations of so many points go, (points, units, rows)."""
        return self._room[0][:count, :-1]

    def _outputs(self, layers: list[Array]) -> Array:
        """Return the outputs at some points, float64, by the `layers` after the first activations.

        Each is (points, units, inputs + 1).
        """
        *inner, last = layers
        count = len(last)
        z = self._room[0][:count]
        for layer, room in zip(inner, self._room[1:], strict=True):
            units = np.matmul(layer, z, out=room[:count, :-1])
            self.activation.put(units, out=units)
            z = room[:count]
        outputs: Array = np.matmul(last, z, out=self._out[:count])
        return outputs.astype(np.float64, copy=False)

    def _of_ramps(self, line: Array, moved: Array, a: float, b: Array) -> Array:
        """Return the outputs of one hidden layer of ReLU: `W max(b R, -L) + W L + c`."""
        (last,) = self.after
        np.maximum(moved, -line, out=self._first(len(b)))
        outputs = self._outputs([last.lines(b).at(a)])
        outputs += (last.origin + a * last.by_a)[:, :-1] @ line
        outputs += b[:, None, None] * (last.by_b[:, :-1] @ line)
        return outputs

    def _folded(self) -> list[LayerOnPlane]:
        """Return the layers after the first for its `1 / (1 + exp(k z))` as its activations.

        `W (1 - c r) + b = -c W r + (b + W 1)`, so two passes over all activations are saved. None,
        an empty list, where the activation is not of an exponential.
        """
        if self.activation.of_exponential is None:
            return []
        (c, _), (second, *rest) = self.activation.of_exponential, self.after
        parts = (
            np.column_stack([-c * one[:, :-1], one[:, -1] + one[:, :-1].sum(axis=1)])
            for one in second
        )
        return [LayerOnPlane(*parts), *rest]

    def _put_reciprocals(self, table: Array, row: Array) -> None:
        """Make `1 / (1 + table / row)` the first activations."""
        z = np.add(table, row, out=self._first(len(table)))
        np.divide(row, z, out=z)

    def _exponentials(self, z: Array, side: float) -> Array | None:
        """Return `exp(side k z)`, `side` 1 or -1; None where the exponent is beyond its limit."""
        assert self.activation.of_exponential is not None
        _, k = self.activation.of_exponential
        exponent = side * k * z
        if not np.abs(exponent).max(initial=0.0) <= MOST_EXPONENT[self.dtype]:
            return None
        return np.exp(exponent, out=exponent)

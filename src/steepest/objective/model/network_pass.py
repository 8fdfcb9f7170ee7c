"""What a pass over rows leaves of a network: the numbers of all its units, in room that is kept.

A step of a small network takes some thirty calls of NumPy, each as short as the allocation of its
result. So the room is made once for a network's sizes and a number of rows, and used again at the
next step; each thread has its own.
"""

from collections.abc import Sequence
from itertools import pairwise
from threading import local
from typing import Any

import numpy as np

from steepest.data.float_types import FLOAT64
from steepest.objective.model.model import Array
from steepest.objective.model.network_products import parts_of_rows

__all__ = ["Pass", "pass_of"]

MOST_KEPT = 4
"""Passes that a thread keeps: a block, the last block, all rows beside a mini-batch, those held."""

MOST_BYTES = 2**24
"""Bytes of a pass that is kept, 16 MB: a block of rows has some 1.5 MB. Larger are made anew."""


class Pass:
    """All numbers of a network of `sizes` units for a block of rows, layer by layer.

    `sums` z of all layers, `activations` a from the inputs on, and `slopes` `s'(z)` and `deltas`
    of the hidden layers: each (units, rows). `inputs` are what each layer is multiplied by: the
    activations before it, and under them a row of ones, by which its biases are multiplied.
    `across` are the hidden activations by rows, (rows, units); `parts` are the rows by which the
    first layer is multiplied. `gradient`, (params,), is room too, and `by` its views by layer,
    weights and bias, which whoever first needs them makes. `count` says how often the room was
    used: what was read of it at another count is gone. The last sums are not part of the room: they
    are the caller's. All are of one `dtype`.

    A row is copied for a one beside it where it has no more numbers than the first layer has
    units; longer rows are taken as they are, without ones. Measured: 7 us where adding the biases
    took 21, of 569 rows of 30-64-1, but 681 where it took 43, of 588 of 784-128-10.
    """

    def __init__(self, sizes: tuple[int, ...], rows: int, dtype: np.dtype[Any] = FLOAT64) -> None:
        hidden = sizes[1:-1]
        self.outputs, self.ones, self.count = sizes[-1], np.ones(rows, dtype), 0
        self._copies = sizes[0] <= sizes[1]
        before = [sizes[0] if self._copies else 0, *hidden]
        self.inputs: list[Array] = [np.ones((units + 1, rows), dtype) for units in before]
        self.activations = [inputs[:-1] for inputs in self.inputs]
        self.across = [activations.T for activations in self.activations[1:]]
        self.parts: Sequence[slice] = parts_of_rows(sizes[0] * sizes[1], rows)
        self.sums: list[Array] = [np.empty((units, rows), dtype) for units in sizes[1:]]
        self.slopes: list[Array] = [np.empty((units, rows), dtype) for units in hidden]
        self.deltas: list[Array] = [np.empty((units, rows), dtype) for units in hidden]
        self.gradient: Array = np.empty(sum((a + 1) * b for a, b in pairwise(sizes)), dtype)
        self.by: Sequence[tuple[Array, Array]] = ()

    def begin(self, X: Array) -> None:
        """Take rows X, (rows, inputs), with which the room is used anew."""
        self.count += 1
        if self._copies:
            self.activations[0][:] = X.T
        else:
            self.inputs[0] = self.activations[0] = X.T
        self.sums[-1] = np.empty((self.outputs, len(self.ones)), self.ones.dtype)


class _Kept(local):
    """The passes of one thread, by the sizes of a network, the number of rows, and the type."""

    def __init__(self) -> None:
        self.passes: dict[tuple[tuple[int, ...], int, np.dtype[Any]], Pass] = {}


_KEPT = _Kept()


def pass_of(sizes: tuple[int, ...], rows: int, dtype: np.dtype[Any] = FLOAT64) -> Pass:
    """Return room for the numbers, of `dtype`, of a network of `sizes` units for so many rows."""
    passes, key = _KEPT.passes, (sizes, rows, dtype)
    if key in passes:
        return passes[key]
    made = Pass(sizes, rows, dtype)
    if 32 * sum(sizes[1:]) * rows + 8 * len(made.gradient) <= MOST_BYTES:
        if len(passes) == MOST_KEPT:
            passes.clear()
        passes[key] = made
    return made

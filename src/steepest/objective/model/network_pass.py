"""What a pass over rows leaves of a network: the numbers of all its units, in room that is kept.

A step of a small network takes some thirty calls of NumPy, each as short as the allocation of its
result. So the room is made once for a network's sizes and a number of rows, and used again at the
next step; each thread has its own.
"""

from collections.abc import Sequence
from itertools import pairwise
from threading import local

import numpy as np

from steepest.objective.model.model import Array

__all__ = ["Pass", "pass_of"]

MOST_KEPT = 4
"""Passes that a thread keeps: a block, the last block, all rows beside a mini-batch, those held."""

MOST_BYTES = 2**24
"""Bytes of a pass that is kept, 16 MB: a block of rows has some 3 MB. Larger are made anew."""


class Pass:
    """All numbers of a network of `sizes` units for a block of rows, layer by layer.

    `sums` z of all layers, `activations` a from the inputs on, and `slopes` `s'(z)` and `deltas`
    of the hidden layers: each (units, rows). `out` is where each layer's activations go, None for
    the last, which has none. `gradient`, (params,), is room too, and `by` its views layer by layer,
    weights and bias, which whoever first needs them makes. `count` says how often the room was
    used: what was read of it at another count is gone. The last sums are not part of the room:
    they are the caller's.
    """

    def __init__(self, sizes: tuple[int, ...], rows: int) -> None:
        hidden = sizes[1:-1]
        self.outputs, self.ones, self.count = sizes[-1], np.ones(rows), 0
        self.sums = [np.empty((units, rows)) for units in sizes[1:]]
        inside = [np.empty((units, rows)) for units in hidden]
        self.activations = [np.empty((0, rows)), *inside]
        self.out: list[Array | None] = [*inside, None]
        self.slopes = [np.empty((units, rows)) for units in hidden]
        self.deltas = [np.empty((units, rows)) for units in hidden]
        self.gradient = np.empty(sum((a + 1) * b for a, b in pairwise(sizes)))
        self.by: Sequence[tuple[Array, Array]] = ()

    def begin(self, inputs: Array) -> Array:
        """Return the inputs, (inputs, rows), with which the room is used anew."""
        self.count += 1
        self.activations[0] = inputs
        self.sums[-1] = np.empty((self.outputs, len(self.ones)))
        return inputs


class _Kept(local):
    """The passes of one thread, by the sizes of a network and the number of rows."""

    def __init__(self) -> None:
        self.passes: dict[tuple[tuple[int, ...], int], Pass] = {}


_KEPT = _Kept()


def pass_of(sizes: tuple[int, ...], rows: int) -> Pass:
    """Return room for the numbers of a network of `sizes` units for so many rows."""
    passes, key = _KEPT.passes, (sizes, rows)
    if key in passes:
        return passes[key]
    made = Pass(sizes, rows)
    if 32 * sum(sizes[1:]) * rows + 8 * len(made.gradient) <= MOST_BYTES:
        if len(passes) == MOST_KEPT:
            passes.clear()
        passes[key] = made
    return made

"""The loss of a step by what was heard of its backward passes, and by what factor it entered.

    loss = sum_p f_p v_p / sum_p f_p

with v_p what the criterion said in pass p and f_p the gradient that arrived there: 0.1 of
`(0.1 * mse).backward()`, 1 each of ten batches that are accumulated undivided, -1 of a loss that
is climbed. What no backward pass went through is no loss of a step. A pass through several values
has their sum, `sum_i f_i v_i`. Where that is not what backward was called on, as with a penalty
that the criterion does not know, the loss is what it was called on.
"""

from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.bridge.torch.heard import Pass

__all__ = ["Losses", "losses_of_steps"]

Array = NDArray[np.float64]

ROUNDINGS = 8.0
"""Rounding units of its own type by which what backward was called on may be off the sum."""

UNKNOWN = float("nan")


class Losses(NamedTuple):
    """Of each step, (steps,): `loss`, its `rows` (0: not known), the `factor` of its gradient.

    Loss and factor are NaN where not known. `whole` is 1 where backward was called on what was
    heard and on nothing else, 0 where not, NaN where that is not known; `heard` how many values.
    """

    loss: Array
    rows: Array
    factor: Array
    whole: Array
    heard: Array


@np.errstate(all="ignore")
def losses_of_steps(steps: list[list[Pass]], numbers: Array, scales: Array) -> Losses:
    """Return the losses of steps by their backward passes.

    `numbers` are those of the passes, one after the other, NaN for None; `scales`, (steps,), by
    what a GradScaler multiplied all that backward was called on.
    """
    met = _met(steps, numbers, scales)
    count, of = len(steps), met.step

    def any_of(which: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.bincount(of[which], minlength=count) > 0

    def sum_of(values: Array) -> Array:
        return _sums(of[met.is_heard], values[met.is_heard], count)

    heard, total = np.bincount(of[met.is_heard], minlength=count), sum_of(met.factor)
    rows = np.where(any_of(met.is_heard & (met.rows == 0.0)), 0.0, sum_of(met.rows))
    whole = np.where(any_of(np.isnan(met.differs)), UNKNOWN, 1.0)
    whole[any_of(met.differs == 1.0)] = 0.0
    weighs = (heard > 1) & np.isfinite(total) & (total != 0.0)
    loss = np.where(weighs, sum_of(met.factor * met.value) / total, sum_of(met.value) / heard)
    other = (whole == 0.0) & ~any_of(np.isnan(met.root))
    loss[other], total[other] = _sums(of, met.root, count)[other], UNKNOWN
    loss[heard == 0] = total[heard == 0] = whole[heard == 0] = UNKNOWN
    parts = _sums(of, met.parts, count)
    return Losses(loss, np.where(heard > 0, rows, 0.0), total, whole, parts)


class _Met(NamedTuple):
    """Of each backward pass, (passes,): its step, the number it was called on, what it met."""

    step: NDArray[np.intp]
    root: Array
    value: Array
    factor: Array
    rows: Array
    parts: NDArray[np.intp]
    differs: Array
    """1 where it was called on another number than was heard, 0 where not, NaN if not known."""

    @property
    def is_heard(self) -> NDArray[np.bool_]:
        return self.parts > 0


def _met(steps: list[list[Pass]], numbers: Array, scales: Array) -> _Met:
    passes = list(chain.from_iterable(steps))
    count = len(passes)
    step = np.repeat(np.arange(len(steps)), [len(one) for one in steps])
    parts = np.array([len(one.parts) for one in passes], dtype=np.intp)
    of = np.repeat(np.arange(count), parts)
    at = np.arange(len(of)) * 2 + of + 1
    root = numbers[np.arange(count) + 2 * (np.cumsum(parts) - parts)] / scales[step]
    values, factors = numbers[at], numbers[at + 1] / scales[step[of]]
    rows = np.array([part.rows for one in passes for part in one.parts], dtype=float)

    def sum_of(terms: Array) -> Array:
        return _sums(of, terms, count)

    terms, single = factors * values, parts == 1
    total = sum_of(terms)
    return _Met(
        step,
        root,
        np.where(single, sum_of(values), total),
        np.where(single, sum_of(factors), 1.0),
        np.where(single, sum_of(rows), 0.0),
        parts,
        _differs(passes, root, total, sum_of(np.abs(terms))),
    )


def _differs(passes: list[Pass], root: Array, total: Array, size: Array) -> Array:
    """Return whether a pass was called on another number than the `total` of what it met.

    `size` is the sum of the sizes of what is summed.
    """
    units = np.array([UNKNOWN if one.root is None else one.root.unit for one in passes])
    off = np.abs(root - total)
    known = ~np.isnan(units) & np.isfinite(off) & np.isfinite(size)
    differs = np.where(known, off > ROUNDINGS * units * size, UNKNOWN)
    unheard = np.array([not one.parts for one in passes], dtype=bool)
    return np.where(unheard & ~np.isnan(units), root != 0.0, differs)


def _sums(of: NDArray[np.intp], terms: NDArray[np.generic], count: int) -> Array:
    """Return the sums of terms by what each is of, (count,): of no terms NumPy makes integers."""
    return np.bincount(of, terms, count).astype(np.float64)

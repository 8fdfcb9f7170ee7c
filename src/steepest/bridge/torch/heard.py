"""The loss of a step by what was heard of its backward passes, and by what factor it entered.

    loss = sum_p f_p v_p / sum_p f_p

with v_p what the criterion said in pass p and f_p the gradient that arrived there: 0.1 of
`(0.1 * mse).backward()`, 1 each of ten batches that are accumulated undivided, -1 of a loss that
is climbed. What no backward pass went through is no loss of a step. A pass through several values
has their sum, `sum_i f_i v_i`. Where that is not what backward was called on, as with a penalty
that the criterion does not know, the loss is what it was called on.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = [
    "LossOfStep",
    "Part",
    "Pass",
    "loss_of_step",
    "part_of",
    "root_of_backward",
    "told_parts",
]

ROUNDINGS = 8.0
"""Rounding units of its own type by which what backward was called on may be off the sum."""

UNKNOWN = float("nan")


class Part(NamedTuple):
    """A value that the criterion said, the gradient that arrived at it, and of how many `rows`.

    Its `factor` is None where none could arrive; rows are 0 where they are not known.
    """

    value: Tensor
    factor: Tensor | None
    rows: int


@dataclass(slots=True)
class Pass:
    """A backward pass: the number that it was called on, None if not known, and what it met."""

    root: Tensor | None
    parts: list[Part]

    @property
    def tensors(self) -> list[Tensor | None]:
        """Its numbers: what it was called on, then value and factor of each part."""
        return [self.root, *(one for part in self.parts for one in part[:2])]

    @property
    def rounding(self) -> float:
        """By what share the number that it was called on is rounded."""
        return 0.0 if self.root is None else ROUNDINGS * float(torch.finfo(self.root.dtype).eps)


class LossOfStep(NamedTuple):
    """The `loss`, its `rows` (0: not known), the `factor` of its gradient; NaN where not known.

    `is_whole` is 1 where backward was called on what was heard and on nothing else, 0 where not.
    """

    loss: float
    rows: int
    factor: float
    is_whole: float


def part_of(value: Tensor, rows: int, arrived: Tensor | None = None) -> Part:
    """Return a part: of many values their mean, by the gradients that arrived at them."""
    if not value.ndim:
        return Part(value, arrived, rows)
    if arrived is None:
        return Part(value.mean(), None, rows)
    factor, weighed = arrived.sum(), (arrived * value).sum()
    return Part(torch.where(factor == 0.0, value.mean(), weighed / factor), factor, rows)


def told_parts(parts: dict[int, Part]) -> list[Part]:
    """Return the parts by number: those below 0 alone, if any, which the loop itself has told.

    Where it told one that the criterion said too, its rows are the criterion's.
    """
    told = [part for number, part in parts.items() if number < 0]
    said = [part for number, part in parts.items() if number > 0]
    if len(told) == len(said) == 1:
        return [told[0]._replace(rows=said[0].rows)]
    return told or said


@np.errstate(all="ignore")
def loss_of_step(passes: list[Pass], numbers: Iterator[float], scale: float) -> LossOfStep:
    """Return the loss of a step; `numbers` are those of the passes' `tensors`, NaN for None.

    `scale` is by what a GradScaler multiplied all that backward was called on.
    """
    met = [_met(one, np.array([next(numbers) for _ in one.tensors]), scale) for one in passes]
    heard = [one for one in met if one.is_heard]
    if not heard:
        return LossOfStep(UNKNOWN, 0, UNKNOWN, UNKNOWN)
    rows = sum(one.rows for one in heard) if all(one.rows for one in heard) else 0
    roots = [one.root for one in met]
    whole = UNKNOWN if np.isnan([one.differs for one in met]).any() else 1.0
    if any(one.differs == 1.0 for one in met):
        whole = 0.0
    if whole == 0.0 and not np.isnan(roots).any():
        return LossOfStep(float(sum(roots)), rows, UNKNOWN, 0.0)
    values, factors = (np.array([getattr(one, k) for one in heard]) for k in ("value", "factor"))
    total = float(factors.sum())
    weights = factors if np.isfinite(total) and total else None
    loss = float(values[0]) if len(heard) == 1 else float(np.average(values, weights=weights))
    return LossOfStep(loss, rows, total, whole)


class _Met(NamedTuple):
    root: float
    value: float
    factor: float
    rows: int
    is_heard: bool
    differs: float
    """1 where it was called on another number than was heard, 0 where not, NaN if not known."""


def _met(one: Pass, numbers: NDArray[np.float64], scale: float) -> _Met:
    root, values, factors = numbers[0] / scale, numbers[1::2], numbers[2::2] / scale
    if not one.parts:
        return _Met(root, 0.0, 0.0, 0, False, UNKNOWN if one.root is None else float(root != 0.0))
    terms = factors * values
    known = one.root is not None and not np.isnan(factors).any()
    off, total = abs(root - terms.sum()), np.abs(terms).sum()
    finite = bool(np.isfinite(off) and np.isfinite(total))
    differs = float(off > one.rounding * total) if known and finite else UNKNOWN
    if len(one.parts) > 1:
        return _Met(root, float(terms.sum()), 1.0, 0, True, differs)
    return _Met(root, float(values[0]), float(factors[0]), one.parts[0].rows, True, differs)


def root_of_backward() -> Tensor | None:
    """Return the number that the backward pass of now was called on; None if it is not known.

    It is what `torch.autograd.backward` was called with, on whichever thread: hooks of a GPU are
    called on another one. One pass within another, and one of given gradients, are not known.
    """
    found = [at for frame in sys._current_frames().values() for at in _backwards(frame)]
    if len(found) != 1 or found[0].get("grad_tensors") is not None:
        return None
    tensors = found[0]["tensors"]
    several = (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)
    if len(several) != 1 or several[0].numel() != 1:
        return None
    return several[0].detach().reshape(()).clone()


def _backwards(frame: FrameType | None) -> Iterator[Mapping[str, Any]]:
    """Yield what each call of backward in a stack was given."""
    while frame is not None:
        if frame.f_code is torch.autograd.backward.__code__:
            yield frame.f_locals
        frame = frame.f_back

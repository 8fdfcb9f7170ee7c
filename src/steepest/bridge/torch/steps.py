"""The numbers of the points of a watched training: worked out of many points at once.

While a step is taken its numbers only wait; on a device, where they are. So the training is not
held up, and a device is read once in many steps.
"""

from itertools import chain
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from steepest.bridge.torch.heard import Number, Pass
from steepest.bridge.torch.losses import losses_of_steps

__all__ = ["Steps", "Waiting", "worked_out"]

Array = NDArray[np.float64]

UNKNOWN = float("nan")


class Waiting(NamedTuple):
    """A point whose numbers are not worked out yet."""

    lengths: Tensor | None
    """The length of the gradient by tensor, (tensors,); None where none was taken."""
    moves: Tensor
    """The length of the step by tensor, (tensors,)."""
    passes: list[Pass]
    given: Number | None
    """The length of the gradient of one tensor as the optimizer was given it."""
    first: int
    """The place of that tensor."""
    alpha: Number | None
    seconds: float
    scale: float
    """By what a GradScaler multiplied the loss."""
    rate: float


class Steps(NamedTuple):
    """The numbers of all points, (points,) each: losses NaN where not known, rows 0."""

    losses: Array
    rows: Array
    gradient_norms: Array
    moves: Array
    seconds: Array
    given: Array
    """By what the gradient was multiplied before an optimizer was given it; NaN if not known."""
    alphas: Array
    """`-d1/d0` of the slopes along each step at both its ends; NaN where not asked for."""
    rates: Array
    """The learning rate in force, of the group of params that holds most."""
    factors: Array
    """By what the loss entered what was descended; NaN if not known."""
    whole: Array
    """1 where backward was called on what was heard and on nothing else, 0 where not; NaN."""
    heard: Array
    """How many losses the loop worked out at each point, finite or not."""

    @property
    def begun(self) -> "Steps":
        """The same of the points where steps began: of all but the last, or of the only one."""
        return Steps(*(one[: max(len(one) - 1, 1)] for one in self))


@np.errstate(all="ignore")
def worked_out(points: list[Waiting]) -> tuple[Array, Array]:
    """Return the numbers of some points, (points, fields of `Steps`), and those by tensor.

    These are the lengths of gradient and step, (points, 2 tensors).
    """
    scales, seconds, rates = (
        np.array([getattr(one, name) for one in points]) for name in ("scale", "seconds", "rate")
    )
    moves = _rows([one.moves for one in points])
    lengths, known = np.zeros_like(moves), np.array([one.lengths is not None for one in points])
    if known.any():
        lengths[known] = _rows([one.lengths for one in points if one.lengths is not None])
    norms = np.where(known, np.linalg.norm(lengths, axis=1), UNKNOWN)
    heard = chain.from_iterable(each.numbers for one in points for each in one.passes)
    numbers = _numbers([*(one.given for one in points), *(one.alpha for one in points), *heard])
    given, alphas, numbers = np.split(numbers, [len(points), 2 * len(points)])
    made = lengths[np.arange(len(points)), [one.first for one in points]]
    losses = losses_of_steps([one.passes for one in points], numbers, scales)
    found = Steps(
        losses=losses.loss,
        rows=losses.rows,
        gradient_norms=norms / scales,
        moves=np.linalg.norm(moves, axis=1),
        seconds=seconds,
        given=np.where(made != 0.0, given * scales / made, UNKNOWN),
        alphas=alphas,
        rates=rates,
        factors=losses.factor,
        whole=losses.whole,
        heard=losses.heard,
    )
    return np.array(found).T, np.hstack([lengths, moves])


def _numbers(numbers: list[Number | None]) -> Array:
    """Return numbers as float64 on this side, NaN for None: those of a device in one reading."""
    far = {at: one for at, one in enumerate(numbers) if isinstance(one, Tensor)}
    found = np.array([None if at in far else one for at, one in enumerate(numbers)], np.float64)
    if far:
        found[list(far)] = _rows(list(far.values()))
    return found


def _rows(tensors: list[Tensor]) -> Array:
    """Return tensors of one shape, stacked, as float64 on this side."""
    kinds = {one.dtype for one in tensors}
    same = tensors if len(kinds) == 1 else [one.to(torch.float64) for one in tensors]
    devices = {one.device for one in same}
    same = same if len(devices) == 1 else [one.cpu() for one in same]
    return torch.stack(same).to(torch.float64).cpu().numpy()

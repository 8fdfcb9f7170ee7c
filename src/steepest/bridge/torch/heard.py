"""What is heard of a backward pass: what the criterion said, by what factor it entered, of what.

A number is read where it is made if that is the CPU; one of a device stays there until many are
read together (`steps`).
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import FrameType
from typing import Any, NamedTuple, TypeAlias

import torch
from torch import Tensor
from torch._C._functorch import is_functorch_wrapped_tensor
from torch._subclasses.fake_tensor import FakeTensor
from torch.fx.experimental.proxy_tensor import get_proxy_mode

__all__ = [
    "Number",
    "Part",
    "Pass",
    "Root",
    "has_numbers",
    "number_of",
    "part_of",
    "root_of_backward",
    "rounding_of",
    "told_parts",
    "value_of",
]

Number: TypeAlias = float | Tensor
"""A number: of the CPU a float, of a device a tensor, (), that is read with many others."""


class Part(NamedTuple):
    """A value that the criterion said, the gradient that arrived at it, and of how many `rows`.

    Its `factor` is None where none could arrive; rows are 0 where they are not known.
    """

    value: Number
    factor: Number | None
    rows: int


class Root(NamedTuple):
    """A number that backward was called on, and the rounding unit of its type."""

    value: Number
    unit: float


@dataclass(slots=True)
class Pass:
    """A backward pass: the number that it was called on, None if not known, and what it met."""

    root: Root | None
    parts: list[Part]

    @property
    def numbers(self) -> list[Number | None]:
        """Its numbers: what it was called on, then value and factor of each part."""
        found: list[Number | None] = [None if self.root is None else self.root.value]
        for part in self.parts:
            found += part[:2]
        return found


def number_of(tensor: Tensor) -> Number:
    """Return the one number of a tensor: as it is now, whatever becomes of the tensor."""
    return tensor.item() if tensor.is_cpu else tensor.detach().reshape(()).clone()


@cache
def rounding_of(dtype: torch.dtype) -> float:
    """Return the rounding unit of a type of numbers; 0 of integers."""
    return float(torch.finfo(dtype).eps) if dtype.is_floating_point else 0.0


def value_of(loss: Tensor) -> Number:
    """Return what a criterion said, as it is now; of many values a tensor of them."""
    return loss.detach().clone() if loss.ndim else number_of(loss)


def part_of(value: Number, rows: int, arrived: Tensor | None = None) -> Part:
    """Return a part: of many values their mean, by the gradients that arrived at them."""
    if not isinstance(value, Tensor) or not value.ndim:
        return Part(value, None if arrived is None else number_of(arrived), rows)
    if arrived is None:
        return Part(number_of(value.mean()), None, rows)
    factor, weighed = arrived.sum(), (arrived * value).sum()
    mean = torch.where(factor == 0.0, value.mean(), weighed / factor)
    return Part(number_of(mean), number_of(factor), rows)


def told_parts(parts: dict[int, Part]) -> list[Part]:
    """Return the parts by number: those below 0 alone, if any, which the loop itself has told.

    Where it told one that the criterion said too, its rows are the criterion's.
    """
    told = [part for number, part in parts.items() if number < 0]
    said = [part for number, part in parts.items() if number > 0]
    if len(told) == len(said) == 1:
        return [told[0]._replace(rows=said[0].rows)]
    return told or said


def root_of_backward() -> Root | None:
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
    return Root(number_of(several[0]), rounding_of(several[0].dtype))


def _backwards(frame: FrameType | None) -> Iterator[Mapping[str, Any]]:
    """Yield what each call of backward in a stack was given."""
    while frame is not None:
        if frame.f_code is torch.autograd.backward.__code__:
            yield frame.f_locals
        frame = frame.f_back


def has_numbers(tensor: Tensor) -> bool:
    """Return whether a tensor has numbers of its own that can be kept.

    Those of `torch.func` transforms stand for many tensors or for a derivative, and are gone with
    the transform; those on the device "meta" and those that are traced have none.
    """
    return not (
        tensor.is_meta
        or is_functorch_wrapped_tensor(tensor)
        or isinstance(tensor, FakeTensor)
        or torch.jit.is_tracing()
        or get_proxy_mode() is not None
    )

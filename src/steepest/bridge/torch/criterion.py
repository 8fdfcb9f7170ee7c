"""The loss of several batches as the criterion itself would have it of all rows at once.

    loss = sum_b d_b m_b / sum_b d_b

with m_b the criterion's mean of batch b and d_b its own denominator: the rows, the numbers of the
output, the sum of the class weights of the targets that are not ignored. A mean of batch means is
another number as soon as batches differ in these. d_b is asked of the criterion: the quotient of
its sum and its mean, at two outputs that are not the batch's own; where these differ (as of CTC,
which divides each row) it is the rows.
"""

import inspect
import math
import warnings
from collections.abc import Callable, Mapping
from copy import copy
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from steepest.bridge.torch.batches import Batch, tensors_in
from steepest.errors import ChoiceError

__all__ = ["Criterion"]

MODEL_NAMES = ("model", "module", "net", "network")
"""What the first argument of a loss is called that takes the model and a batch."""

BROADCAST = "Using a target size"
"""How PyTorch's warning begins where output and target are of two shapes: rows meet all rows."""


class Criterion:
    """A loss: a module, a function (output, target), or a function (model, batch).

    The last is known by its first argument's name, one of `MODEL_NAMES`. `dtype` is the type that
    its own tensors take, such as the weights of classes.
    """

    def __init__(self, loss: Any, dtype: torch.dtype) -> None:
        if not callable(loss) or isinstance(loss, type):
            raise ChoiceError(
                f"loss is {loss!r}, but it must be a module such as nn.CrossEntropyLoss(), a "
                "function (output, target), or a function (model, batch)"
            )
        self.takes_model = _first_argument(loss) in MODEL_NAMES
        self._loss = _with_buffers(loss, dtype) if isinstance(loss, nn.Module) else loss
        self._summed = None if self.takes_model else _summed(loss, dtype)
        self.is_sum = getattr(loss, "reduction", "") == "sum"
        self.name = str(getattr(loss, "__name__", type(loss).__name__))

    def of(self, model: Callable[..., Any], batch: Batch) -> Tensor:
        """Return the loss of a batch, one number; `model` is the module, called as it is."""
        if self.takes_model:
            return self._number(self._loss(model, batch.whole))
        return self.of_output(model(*batch.args, **batch.kwargs), batch.target)

    def of_output(self, output: Any, target: Any) -> Tensor:
        """Return the loss of an output and its target; ChoiceError if it is not one number."""
        return self._number(self._loss(output, target))

    def _number(self, found: Any) -> Tensor:
        if isinstance(found, Tensor) and found.numel() == 1 and found.is_floating_point():
            return found.reshape(())
        got = f"of shape {tuple(found.shape)}" if isinstance(found, Tensor) else repr(found)
        raise ChoiceError(
            f"the loss {self.name} is {got}, but it must be one number a batch: choose "
            'reduction="mean", or take the mean of it'
        )

    def denominator(self, output: Any, batch: Batch) -> float:
        """Return by what the criterion's mean of a batch divides; its rows, where not known."""
        if self.is_sum:
            return 1.0
        found = None if self._summed is None else self._asked(output, batch)
        return float(batch.rows) if found is None else found

    @property
    def is_asked(self) -> bool:
        """Whether the criterion itself says by what it divides."""
        return self._summed is not None

    def _asked(self, output: Any, batch: Batch) -> float | None:
        """Return the quotient of sum and mean, where it is the same at two outputs; else None."""
        if not isinstance(output, Tensor) or self._summed is None:
            return None
        generator = torch.Generator().manual_seed(0)
        quotients = []
        for _ in range(2):
            other = output * _between_zero_and_one(output, generator)
            total, mean = (float(loss(other, batch.target)) for loss in (self._summed, self._loss))
            if total == 0.0 and math.isnan(mean):
                return 0.0
            quotients.append(total / mean if mean else float("nan"))
        return _agreed(quotients, output, batch)


def check_shapes(criterion: Criterion, output: Any, batch: Batch) -> None:
    """Raise ChoiceError where the loss would pair each row's output with every row's target."""
    if criterion.takes_model:
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=BROADCAST)
        try:
            criterion.of_output(output, batch.target)
        except UserWarning:
            shapes = [tuple(one.shape) for one in tensors_in((output, batch.target))]
            raise ChoiceError(
                f"the output has shape {shapes[0]} and the target {shapes[1]}, so the loss would "
                "pair each row with every other; reshape one: y.reshape(-1, 1)"
            ) from None


def _between_zero_and_one(output: Tensor, generator: torch.Generator) -> Tensor:
    """Return random factors: a probability times one is still a probability."""
    drawn = torch.rand(output.shape, generator=generator, dtype=torch.float64)
    return drawn.to(output.device, output.dtype)


def _agreed(quotients: list[float], output: Tensor, batch: Batch) -> float | None:
    """Return what two quotients say, rounded where that is a count; None where they differ."""
    first, second = quotients
    rounding = 64 * torch.finfo(output.dtype).eps
    if not abs(first - second) <= rounding * abs(first):
        return None
    target = batch.target
    counts = {batch.rows, output.numel(), target.numel() if isinstance(target, Tensor) else 0}
    whole = round(first)
    near = abs(first - whole) <= rounding * abs(first)
    return float(whole) if near and (whole in counts or abs(first) < 1 / rounding) else first


def _summed(loss: Any, dtype: torch.dtype) -> Callable[..., Any] | None:
    """Return the same criterion as a sum; None where it has no such choice, or is one already."""
    if isinstance(loss, nn.Module):
        if getattr(loss, "reduction", None) != "mean":
            return None
        summed = copy(loss)
        vars(summed)["reduction"] = "sum"
        return _with_buffers(summed, dtype)
    arguments = _arguments(loss)
    if "reduction" not in arguments or arguments["reduction"].default != "mean":
        return None
    return partial(loss, reduction="sum")


def _with_buffers(loss: nn.Module, dtype: torch.dtype) -> Callable[..., Any]:
    """Return a criterion whose own tensors, such as the weights of classes, are of the type."""
    own = {**dict(loss.named_parameters()), **dict(loss.named_buffers())}
    cast = {
        name: one.detach().to(dtype if one.is_floating_point() else one.dtype)
        for name, one in own.items()
    }
    return lambda *given: torch.func.functional_call(loss, cast, given)


def _first_argument(loss: Any) -> str:
    return "" if isinstance(loss, nn.Module) else next(iter(_arguments(loss)), "")


def _arguments(function: Any) -> Mapping[str, inspect.Parameter]:
    """Return the arguments of a function; none of what does not tell them."""
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}

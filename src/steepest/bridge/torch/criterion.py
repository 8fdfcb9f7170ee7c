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
from collections import OrderedDict
from collections.abc import Callable, Mapping
from copy import copy
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from steepest.bridge.torch.batches import Batch, tensors_in
from steepest.bridge.torch.untouched import HOOKS
from steepest.errors import ChoiceError

__all__ = ["Criterion"]

MODEL_NAMES = ("model", "module", "net", "network")
"""What the first argument of a loss is called that takes the model and a batch."""

BROADCAST = "Using a target size"
"""How PyTorch's warning begins where output and target are of two shapes: rows meet all rows."""


class _Both(nn.Module):
    """A module together with a loss of it, so that this sees the module with other tensors."""

    def __init__(self, model: nn.Module, loss: Callable[..., Any]) -> None:
        super().__init__()
        self.model, self._loss = model, loss

    def forward(self, batch: Any) -> Any:
        """Return the loss of a batch."""
        return self._loss(self.model, batch)


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
        self.divides_by = "rows" if self.takes_model else ""
        self._summed = None if self.takes_model else _summed(loss, dtype)
        self.is_sum = getattr(loss, "reduction", "") == "sum"
        self.name = str(getattr(loss, "__name__", type(loss).__name__))

    def of(self, model: nn.Module, given: Mapping[str, Tensor], batch: Batch) -> Tensor:
        """Return the loss of a batch, one number, of a module with the tensors `given`, by name."""
        if not self.takes_model:
            output = functional_call(model, dict(given), batch.args, dict(batch.kwargs))
            return self.of_output(output, batch.target)
        whole = {f"model.{name}": one for name, one in given.items()}
        return self._number(functional_call(_Both(model, self._loss), whole, (batch.whole,)))

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
        if self._summed is None and not self.is_sum and not self.divides_by:
            self._look_at_halves(output, batch)
        if self.is_sum:
            return 1.0
        found = None if self._summed is None else self._asked(output, batch)
        return float(batch.rows) if found is None else found

    def _look_at_halves(self, output: Any, batch: Batch) -> None:
        """Find out of a function whether it is a sum of its rows' losses, their mean, or neither.

        Whose value of all rows is what those of two parts say.
        """
        self.divides_by = "unknown"
        count, target = batch.rows, batch.target
        tensors = [one for one in (output, target) if isinstance(one, Tensor)]
        if count < 2 or len(tensors) < 2 or any(len(one) != count for one in tensors):
            return
        cut = max(1, count // 3)
        first, second, whole = (
            float(self.of_output(output[at], target[at]))
            for at in (slice(cut), slice(cut, None), slice(None))
        )
        mean = (cut * first + (count - cut) * second) / count
        most = 64 * torch.finfo(tensors[0].dtype).eps * (abs(first) + abs(second))
        if abs(mean - whole) <= most:
            self.divides_by = "rows"
        elif abs(first + second - whole) <= most:
            self.is_sum, self.divides_by = True, "nothing"

    def in_words(self, batches: int) -> tuple[str, ...]:
        """Return how batches are weighed, where that rests on no more than a guess."""
        if batches < 2 or (self.divides_by != "unknown" and not self.takes_model):
            return ()
        return ("batches weighed by their rows: by what the loss divides is not known",)

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
        return _agreed(quotients, float(torch.finfo(output.dtype).eps))


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


def _agreed(quotients: list[float], eps: float) -> float | None:
    """Return what two quotients say, rounded where that is a count; None where they differ."""
    first, second = quotients
    rounding = 64 * eps
    if not abs(first - second) <= rounding * abs(first):
        return None
    return float(round(first)) if abs(first - round(first)) <= rounding * abs(first) else first


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
    """Return a criterion whose own tensors, such as the weights of classes, are of the type.

    No hook of it is called.
    """
    own = {**dict(loss.named_parameters()), **dict(loss.named_buffers())}
    cast = {
        name: one.detach().to(dtype if one.is_floating_point() else one.dtype)
        for name, one in own.items()
    }
    silent = copy(loss)
    vars(silent).update({name: OrderedDict() for name in HOOKS})
    return lambda *given: functional_call(silent, cast, given)


def _first_argument(loss: Any) -> str:
    return "" if isinstance(loss, nn.Module) else next(iter(_arguments(loss)), "")


def _arguments(function: Any) -> Mapping[str, inspect.Parameter]:
    """Return the arguments of a function; none of what does not tell them."""
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}

"""The loss of a module of PyTorch on its data, as a function of one vector of its parameters.

    loss(params) = sum_b d_b criterion(model(X_b; params), y_b) / sum_b d_b

The module is called with fresh tensors (`torch.func.functional_call`), so its own are never written
to, and what a descent or a surface did is gone with them.
"""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call

from steepest.bridge.torch.batches import Batch, Batches
from steepest.bridge.torch.criterion import Criterion, check_shapes
from steepest.bridge.torch.params import Params
from steepest.bridge.torch.untouched import BATCH_NORMS, untouched
from steepest.errors import ChoiceError, SteepestError
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.objective import Objective

__all__ = ["TorchObjective"]

STATISTICS = ("running", "batch")
"""Whose mean and spread a layer takes that normalises: kept ones, or those of each batch."""


class TorchObjective(Objective):
    """The mean loss of a module over its data; `size` params, those that ask for a gradient.

    `loss` is a module such as `nn.CrossEntropyLoss()`, a function (output, target), or a function
    (model, batch), whose first argument is called so. `data` is (X, y), tensors or arrays, a list
    of such batches, a DataLoader or a Dataset; it is read once. `statistics` is running or batch:
    which of them BatchNorm takes; dropout is off. `dtype` is the type in which all is worked out,
    that of the module where it is None. Frozen parameters and buffers are those of now.

    Raises ChoiceError for a module without params, for a loss that is not one number, and for what
    PyTorch refuses; DataError for NaN.
    """

    kind = "a module of PyTorch"
    is_convex = False
    plane_is_dear = True

    def __init__(
        self,
        model: nn.Module,
        loss: Any,
        data: Any,
        *,
        statistics: str = "running",
        dtype: torch.dtype | None = None,
    ) -> None:
        if not isinstance(model, nn.Module):
            raise ChoiceError(f"the model is {model!r}, but it must be a torch.nn.Module")
        if statistics not in STATISTICS:
            raise ChoiceError(f"statistics is {statistics!r}, but it must be running or batch")
        self.model: nn.Module = getattr(model, "_orig_mod", model)
        self.name = type(self.model).__name__
        self.statistics, self.dtype = statistics, dtype
        self.trainable = Params(self.model, dtype)
        self.size = self.trainable.size
        self.criterion = Criterion(loss, dtype)
        self._rest = _rest(self.model, dtype)
        devices, first = self.trainable.devices, next(iter(self.trainable.places.values()))
        device = first.device if len(devices) == 1 else None
        self.batches = Batches.of(data, first.dtype, device, dtype)
        self.shares = self._shares()

    @property
    def param_names(self) -> tuple[str, ...]:
        """The name of each param, (size,), as the module has it: `fc1.weight[3, 2]`."""
        return self.trainable.names

    @property
    def params(self) -> Vector:
        """The params as they are in the module now, (size,), in float64."""
        return self.trainable.read()

    def index_of(self, name: str) -> int | None:
        """Return the index of the param by its number: `weight 15`, `bias 14`; else None."""
        return self.trainable.index_of(name)

    def value(self, params: Vector) -> float:
        """Return the loss at `params`, (size,)."""
        with self.quiet(), torch.no_grad():
            return float(sum(float(one) for one in self.parts(_leaf(params))))

    def evaluate(self, params: Vector) -> Evaluation:
        """Return loss and gradient at `params`, (size,), by one backward pass a batch."""
        loss, gradient = 0.0, torch.zeros(self.size, dtype=torch.float64)
        with self.quiet():
            leaf = _leaf(params).requires_grad_()
            for part in self.parts(leaf):
                loss += float(part.detach())
                gradient += gradient_of(part, leaf)
        found = gradient.numpy()
        found.setflags(write=False)
        return Evaluation(params, loss, found, found)

    def quiet(self) -> Any:
        """Return the context in which the module is called: modes, hooks and random state kept."""
        return untouched(self.model, self.statistics == "batch")

    def parts(self, vector: Tensor) -> Any:
        """Yield the share of each batch in the loss at a vector, (size,) in float64, as float64."""
        for batch, share in zip(self.batches.all, self.shares, strict=True):
            if share:
                yield share * self.criterion.of(self.called(vector), batch).to("cpu", torch.float64)

    def called(self, vector: Tensor) -> Callable[..., Any]:
        """Return the module as a function of its inputs, with the params of a vector, (size,)."""
        tensors = self.trainable.tensors(vector)
        rest = {name: one.clone() for name, one in self._rest.items()}
        given = {**tensors, **rest}
        return lambda *args, **kwargs: functional_call(self.model, given, args, kwargs)

    def _shares(self) -> tuple[float, ...]:
        """Return the share of each batch's own mean in the loss; of a sum, 1 each."""
        leaf = _leaf(self.params)
        with self.quiet(), torch.no_grad():
            parts = [
                self._denominator(leaf, batch, number)
                for number, batch in enumerate(self.batches.all, start=1)
            ]
        whole = 1.0 if self.criterion.is_sum else sum(parts)
        return tuple(part / whole if whole else 0.0 for part in parts)

    def _denominator(self, leaf: Tensor, batch: Batch, number: int) -> float:
        """Return that of a batch; ChoiceError, in whose words it is, for what PyTorch refuses."""
        model = self.called(leaf)
        try:
            if self.criterion.takes_model:
                self.criterion.of(model, batch)
                return float(batch.rows)
            output = model(*batch.args, **batch.kwargs)
            check_shapes(self.criterion, output, batch)
            return self.criterion.denominator(output, batch)
        except SteepestError:
            raise
        except Exception as error:
            raise ChoiceError(
                f"batch {number} cannot be evaluated: {type(error).__name__}: "
                f"{str(error).splitlines()[0]}; give batches with which loss(model(X), y) works"
            ) from error


def gradient_of(part: Tensor, leaf: Tensor, create_graph: bool = False) -> Tensor:
    """Return the gradient of a number by the vector; 0 where it does not depend on it."""
    (found,) = torch.autograd.grad(
        part, leaf, create_graph=create_graph, allow_unused=True, materialize_grads=True
    )
    return found


def _leaf(params: Vector) -> Tensor:
    """Return params, (size,), as a tensor of its own."""
    return torch.from_numpy(np.array(params, dtype=np.float64))


def _rest(model: nn.Module, dtype: torch.dtype | None) -> dict[str, Tensor]:
    """Return frozen parameters and buffers, copied: what the loss is a function beside params."""
    frozen = {name: one for name, one in model.named_parameters() if not one.requires_grad}
    kept = {**frozen, **dict(model.named_buffers())}
    return {
        name: one.detach().to(dtype if dtype and one.is_floating_point() else one.dtype, copy=True)
        for name, one in kept.items()
    }

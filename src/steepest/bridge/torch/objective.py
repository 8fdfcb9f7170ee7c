"""The loss of a module of PyTorch on its data, as a function of one vector of its parameters.

    loss(params) = sum_b d_b criterion(model(X_b; params), y_b) / sum_b d_b

The module is called with fresh tensors (`torch.func.functional_call`), so its own are never written
to, and what a descent or a surface did is gone with them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call

from steepest.bridge.torch.batches import Batch, Batches
from steepest.bridge.torch.criterion import Criterion, check_shapes
from steepest.bridge.torch.derivatives import Derivatives, leaf_of
from steepest.bridge.torch.known_network import known_activity
from steepest.bridge.torch.on_plane import TorchPlaneLoss
from steepest.bridge.torch.params import Params
from steepest.bridge.torch.pictured import points_in_time
from steepest.bridge.torch.sample import Sample, half_width
from steepest.bridge.torch.untouched import BATCH_NORMS, DROPOUTS, own_hooks, untouched
from steepest.data.float_types import FLOAT64, LOSS_ROUNDING
from steepest.errors import ChoiceError, DataError, SteepestError
from steepest.numerals import counted
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.model.activity import LayerActivity
from steepest.objective.objective import Objective
from steepest.objective.plane.plane import Plane

__all__ = ["TorchObjective"]

LITTLE_WORK = 2**26
"""Params times rows up to which one thread works: a pass of about 50 ms on one core.

Measured on two cores with others at work: 2-8-8-1, 50 rows, 0.4 ms by one thread, 24 ms by two.
"""

ROUNDINGS = 100.0
"""Roundings by which two losses may differ: 1e-5 in float32, where large terms cancel."""

STATISTICS = ("running", "batch")
"""Whose mean and spread a layer takes that normalises: kept ones, or those of each batch."""


def module_of(model: Any) -> nn.Module:
    """Return a module, not compiled; ChoiceError for what is none."""
    if not isinstance(model, nn.Module):
        raise ChoiceError(f"the model is {model!r}, but it must be a torch.nn.Module")
    found: nn.Module = getattr(model, "_orig_mod", model)
    return found


@torch.inference_mode(False)  # or else no gradient could be taken of what is copied
def batches_of(own: Params, data: Any) -> Batches:
    """Return the data, read once, for the module whose params these are."""
    first = next(iter(own.places.values()))
    return Batches.of(data, first.dtype, first.device if len(own.devices) == 1 else None)


class TorchObjective(Objective):
    """The mean loss of a module over its data; `size` params, those that ask for a gradient.

    `loss` is a module such as `nn.CrossEntropyLoss()`, a function (output, target), or a function
    (model, batch), whose first argument is called so. `data` is (X, y), tensors or arrays, a list
    of such batches, a DataLoader or a Dataset; it is read once. `rows` draws so many of its rows;
    `drawn` then has how far their loss may be from that of all. `statistics` is running or batch:
    which of them BatchNorm takes; dropout is off. `dtype` is the type in which all is worked out:
    float64 where the module can, whatever its own is, or else its own. Frozen parameters and
    buffers are those of now.

    Raises ChoiceError for a module without params, for a loss that is not one number, and for what
    PyTorch refuses; DataError for NaN.
    """

    kind = "a module of PyTorch"
    is_convex = False
    plane_is_dear = True
    tested_at: Vector | None = None
    """Where second derivatives are tested, (size,), if not at the params as they are: those of a
    training that diverged are no numbers."""

    def __init__(
        self,
        model: nn.Module,
        loss: Any,
        data: Any,
        *,
        rows: int | None = None,
        statistics: str = "running",
        dtype: torch.dtype | None = None,
    ) -> None:
        self.model = module_of(model)
        if statistics not in STATISTICS:
            raise ChoiceError(f"statistics is {statistics!r}, but it must be running or batch")
        if dtype is not None and not getattr(dtype, "is_floating_point", False):
            raise ChoiceError(
                f"dtype is {dtype!r}, but it must be a type of real numbers, such as torch.float32"
            )
        self.name = type(self.model).__name__
        self.statistics, self.loss = statistics, loss
        own = Params(self.model)
        first = next(iter(own.places.values()))
        batches = data if isinstance(data, Batches) else batches_of(own, data)
        self.rows_drawn = None if rows is None else Sample.of_rows(batches, rows)
        batches = batches if self.rows_drawn is None else self.rows_drawn.batches
        self.one_thread = own.size * batches.rows <= LITTLE_WORK
        self._is_quiet, self._draws = False, False
        self.said = (*batches.said, *_hooks_in_words(self.model))
        try:
            self._take(batches, dtype or torch.float64)
        except ChoiceError:
            if dtype is not None or first.dtype == torch.float64:
                raise
            self._take(batches, first.dtype)

    @torch.inference_mode(False)
    def _take(self, batches: Batches, dtype: torch.dtype) -> None:
        """Work in a type of numbers from now on; ChoiceError where the module does not."""
        self.number_type, self.eps = dtype, float(torch.finfo(dtype).eps)
        self.rounding = LOSS_ROUNDING[FLOAT64] if dtype == torch.float64 else ROUNDINGS * self.eps
        self.trainable = Params(self.model, dtype)
        self.size = self.trainable.size
        self.criterion = Criterion(self.loss, dtype)
        self.batches = batches.in_type(dtype)
        self._rest = _rest(self.model, dtype)
        self.shares = self._shares()

    @property
    def param_names(self) -> tuple[str, ...]:
        """The name of each param, (size,), as the module has it: `fc1.weight[3, 2]`."""
        return self.trainable.names

    @property
    def loss_in_words(self) -> str:
        """The loss, over how many rows, in which numbers, and how the module is called."""
        modules = list(self.model.modules())
        rows = self.rows_in_words or counted(self.batches.rows, "row")
        said = [f"loss {self.criterion.name} of {self.name} over {rows}"]
        said.append(f"in {str(self.number_type).removeprefix('torch.')}")
        if any(isinstance(one, BATCH_NORMS) for one in modules):
            said.append(f"{self.statistics} statistics of normalisation")
        if any(isinstance(one, DROPOUTS) for one in modules):
            said.append("dropout off")
        if self._draws:
            said.append("the same random numbers every time")
        weighed = self.criterion.in_words(len(self.batches.all))
        return "; ".join([", ".join(said), *weighed, *self.said])

    @property
    def rows_in_words(self) -> str:  # type: ignore[override]
        """How many rows of how many the loss is of, and how far that is off; empty for all."""
        return "" if self.rows_drawn is None else self.rows_drawn.in_words

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
            return float(sum(float(one) for one in self.parts(leaf_of(params))))

    def evaluate(self, params: Vector) -> Evaluation:
        """Return loss and gradient at `params`, (size,), by one backward pass a batch."""
        try:
            loss, gradient = self.derivatives.at(params)
        except RuntimeError as error:
            raise ChoiceError(
                f"PyTorch has no gradient of this loss: {str(error).splitlines()[0]}; change the "
                "layer or the loss that it is from"
            ) from error
        gradient.setflags(write=False)
        return Evaluation(params, loss, gradient, gradient)

    @property
    def derivatives(self) -> Derivatives:
        """Its derivatives by the params."""
        keeps = self.one_thread or len(self.batches.all) == 1
        return Derivatives(self.parts, self.quiet, self.trainable, self.eps, keeps)

    @cached_property
    def no_hessian(self) -> str:  # type: ignore[override]
        """Why there are no second derivatives, with the layer that has wrong ones; else empty."""
        return self._precise.fault(self.params if self.tested_at is None else self.tested_at)

    @property
    def has_curvature(self) -> bool:  # type: ignore[override]
        """Whether PyTorch's second derivatives are those of the gradient: see `no_hessian`."""
        return not self.no_hessian

    def hessian_at(self, params: Vector) -> Callable[[Vector], Vector] | None:
        """Return what takes a direction, (size,), to the Hessian times it, by double backward.

        None where that is not what differences of the gradient are.
        """
        if self.no_hessian:
            return None
        product, fault = self._precise.checked_at(params)
        return None if fault else product

    @cached_property
    def _precise(self) -> Derivatives:
        """Derivatives in float64 where the module can: for differences single is too coarse."""
        if self.number_type == torch.float64:
            return self.derivatives
        twin = copy(self)
        try:
            twin._take(self.batches, torch.float64)
        except ChoiceError:
            return self.derivatives
        return twin.derivatives

    def curvature_along(
        self, at: Evaluation, directions: Sequence[Vector], before: Evaluation | None = None
    ) -> NDArray[np.float64] | None:
        """Return `u' H v`, (k, k), for directions u, v, (size,); None where it is not known."""
        if self.no_hessian:
            return None
        product = self._precise.product_at(at.params)
        return np.array(directions) @ np.array([product(one) for one in directions]).T

    def on_plane(self, plane: Plane) -> TorchPlaneLoss:
        """Return the loss on a plane through the params."""
        return TorchPlaneLoss(self, plane)

    def picture_points(self, most: int) -> int:
        """Return the points a side of a picture, `most` or as many as there is time for.

        Our own kernels, of the networks that they know, take no time worth measuring.
        """
        first, second = np.eye(2, self.size)
        if self.on_plane(Plane(self.params, first, second)).way == "known network":
            return most
        return points_in_time(lambda: self.value(self.params), most)

    def unit_lengths(self, params: Vector) -> Vector:
        """Return for each param, (size,), the length of the weights into its unit; else 0."""
        return self.trainable.unit_lengths(params)

    @property
    def rows_read(self) -> int:
        """How many rows an evaluation reads."""
        return self.batches.rows

    @property
    def layer_names(self) -> tuple[str, ...]:  # type: ignore[override]
        """The tensors of weights, as the module has them: those of two indices or more."""
        return tuple(name for name, place in self.trainable.places.items() if len(place.shape) > 1)

    def by_layer(self, vector: Vector) -> list[Vector]:
        """Return each tensor of weights of a vector of all params, (size,)."""
        return [vector[self.trainable.places[name].at] for name in self.layer_names]

    def activity(self, params: Vector) -> Sequence[LayerActivity] | None:
        """Return what the units answer at params, (size,), of a module that is a network of ours.

        None of any other: what its layers hand on is not looked at.
        """
        return known_activity(self, params)

    def first_not_finite(self, params: Vector) -> str:
        """Return the first tensor of params, (size,), with a number that is not finite, or none."""
        for name, place in self.trainable.places.items():
            if not np.isfinite(params[place.at]).all():
                return f"a number of {name}"
        return ""

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Call the module inside: modes, hooks and random state are kept; within itself, as it is.

        Around many evaluations it is paid for once: it takes a quarter of a millisecond.
        """
        if self._is_quiet:
            yield
            return
        self._is_quiet = True
        try:
            with untouched(self.model, self.statistics == "batch", self.one_thread):
                yield
        finally:
            self._is_quiet = False

    def parts(self, vector: Tensor) -> Iterator[Tensor]:
        """Yield the share of each batch in the loss at a vector, (size,) in float64, as float64.

        A module that draws random numbers draws the same every time.
        """
        if self._draws:
            torch.manual_seed(0)
        tensors = self.trainable.tensors(vector)
        for batch, share in zip(self.batches.all, self.shares, strict=True):
            if share:
                found = self.criterion.of(self.model, {**tensors, **self.rest()}, batch)
                yield share * found.to("cpu", torch.float64)

    def _given(self, vector: Tensor) -> dict[str, Tensor]:
        """Return all tensors of the module, by name, with the params of a vector, (size,)."""
        return {**self.trainable.tensors(vector), **self.rest()}

    def rest(self) -> dict[str, Tensor]:
        """Return frozen parameters and buffers, copied: a pass may write to them."""
        return {name: one.clone() for name, one in self._rest.items()}

    def _shares(self) -> tuple[float, ...]:
        """Return the share of each batch's own mean in the loss; of a sum, 1 each.

        A sample's half-width is found with them.
        """
        given = self._given(leaf_of(self.params))
        weighed = partial(_weighed, self.criterion, self.model, given)
        with self.quiet(), torch.no_grad():
            before = torch.get_rng_state()
            parts = [_told(weighed, batch, i) for i, batch in enumerate(self.batches.all, start=1)]
            self._draws = not torch.equal(before, torch.get_rng_state())
            if self.rows_drawn is not None and self.criterion.is_sum:
                raise ChoiceError(
                    "rows goes with a mean, but the loss is a sum, which some rows do not have; "
                    'choose reduction="mean", or leave rows out'
                )
            if self.rows_drawn is not None:
                sample = self.rows_drawn._replace(batches=self.batches)
                self.rows_drawn = sample._replace(half_width=half_width(sample, weighed))
        whole = 1.0 if self.criterion.is_sum else sum(part for _, part in parts)
        if not whole:
            raise DataError("all targets are ignored or weigh 0, so there is no loss")
        return tuple(part / whole for _, part in parts)


def _weighed(
    criterion: Criterion, model: nn.Module, given: Mapping[str, Tensor], batch: Batch
) -> tuple[float, float]:
    """Return the loss of a batch, and by what it is divided."""
    if criterion.takes_model:
        return float(criterion.of(model, given, batch)), float(batch.rows)
    output = functional_call(model, dict(given), batch.args, dict(batch.kwargs))
    check_shapes(criterion, output, batch)
    loss = float(criterion.of_output(output, batch.target))
    return loss, criterion.denominator(output, batch)


def _told(
    weighed: Callable[[Batch], tuple[float, float]], batch: Batch, number: int
) -> tuple[float, float]:
    """Return what `weighed` does; ChoiceError, in its words, for what PyTorch refuses."""
    try:
        return weighed(batch)
    except SteepestError:
        raise
    except Exception as error:
        raise ChoiceError(
            f"batch {number} cannot be evaluated: {type(error).__name__}: "
            f"{str(error).splitlines()[0]}; give batches with which loss(model(X), y) works"
        ) from error


def _rest(model: nn.Module, dtype: torch.dtype) -> dict[str, Tensor]:
    """Return frozen parameters and buffers, copied: what the loss is a function beside params."""
    frozen = {name: one for name, one in model.named_parameters() if not one.requires_grad}
    kept = {**frozen, **dict(model.named_buffers())}
    return {
        name: one.detach().to(dtype if one.is_floating_point() else one.dtype, copy=True)
        for name, one in kept.items()
    }


def _hooks_in_words(model: nn.Module) -> tuple[str, ...]:
    """Return that hooks are not called, where there are any of the reader's."""
    count = sum(len(own_hooks(module)) for module in model.modules())
    return (f"{counted(count, 'hook')} on it not called",) if count else ()

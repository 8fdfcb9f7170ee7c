"""`watch`: a training in PyTorch that somebody else wrote, as a run of ours.

The loop stays as it is. What it does is heard by hooks (`listening`), understood by what weights
and gradients do (`recorder`), kept in memory that is bounded (`recording`), and made into a run
once it is over (`watched_run`).
"""

import logging
from collections.abc import Callable
from functools import cached_property
from time import perf_counter
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from steepest.bridge.torch.curvature import is_quadratic, largest_curvature
from steepest.bridge.torch.factor import factor_of
from steepest.bridge.torch.listening import Listening
from steepest.bridge.torch.objective import TorchObjective
from steepest.bridge.torch.params import check_made
from steepest.bridge.torch.recorder import Recorder
from steepest.bridge.torch.recording import Recording
from steepest.bridge.torch.rules import Known, rule_of
from steepest.bridge.torch.tensors import Tensors
from steepest.bridge.torch.trying import try_data
from steepest.bridge.torch.watched_run import param_names, run_of
from steepest.bridge.torch.watching import Watching
from steepest.descent.stop import Stop
from steepest.errors import ChoiceError, SteepestError
from steepest.numerals import counted
from steepest.run.run import Run
from steepest.surface.directions import choose_axes

__all__ = ["Watched", "watch"]

Array = NDArray[np.float64]
Loss = TypeVar("Loss")

log = logging.getLogger("steepest")


def watch(
    model: nn.Module,
    *optimizers: Any,
    loss: Any = None,
    data: Any = None,
    scaler: Any = None,
    gradients: bool = False,
    plane: tuple[ArrayLike, ArrayLike] | tuple[str, str] | None = None,
    statistics: str = "running",
) -> "Watched":
    """Return what watches a training of `model` in a `with` block; then its `run` is there.

    The loop is yours and stays as it is: closures, several `optimizers`, accumulated gradients,
    schedulers, clipping, compiled models. Optimizers that are not named are found when they step.
    Nothing of yours is changed, and no error of ours ends your training.

    - `loss`: the criterion. If it is a module, such as `nn.CrossEntropyLoss()`, what it says in the
      loop, and a backward pass goes through, is recorded; else tell it:
      `watched.loss(value).backward()`.
    - `data`: (X, y), a list of batches, a loader or a data set, on which the loss of all rows is
      worked out afterwards. Without it there is no surface.
    - `scaler`: a GradScaler of the loop: the gradients told are those of the loss as it is.
    - `gradients`: keep the whole gradient of each step too, from which comes `alphas`.
    - `plane`: two vectors (u, v), (params,), or the names of two params, such as "0.weight[3, 1]":
      where every point lies on their plane is in `path`, and drawn, also of a training so long
      that weights are thinned. Left out, such a training keeps that of the two params that moved
      most before. On a plane that is chosen later only the steps that kept their weights are known.
    - `statistics`: those that BatchNorm takes where the loss of all rows is worked out.

    Raises ChoiceError for a model without params, for optimizers that hold none of them, and for
    a loss that some rows of the data do not have: they are tried first. Data that fail later cost
    no step: the run is there without the loss of all rows, and says why.

    >>> import torch
    >>> from torch import nn
    >>> import steepest as st
    >>> X = torch.linspace(-1, 1, 20).reshape(-1, 1)
    >>> y = 3 * X + 1
    >>> model, loss = nn.Linear(1, 1), nn.MSELoss()
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
    ...     for _ in range(100):
    ...         optimizer.zero_grad()
    ...         loss(model(X), y).backward()
    ...         optimizer.step()
    >>> len(watched.run.trace), watched.run.plan.rule.name, f"{watched.run.plan.limit:.3g}"
    (101, 'steepest', '1')
    """
    return Watched(model, optimizers, loss, data, scaler, gradients, plane, statistics)


class Watched:
    """A training that is watched in a `with` block; `run` is what came of it, once that is over."""

    def __init__(
        self,
        model: nn.Module,
        optimizers: tuple[Any, ...],
        loss: Any,
        data: Any,
        scaler: Any,
        gradients: bool,
        plane: tuple[ArrayLike, ArrayLike] | tuple[str, str] | None,
        statistics: str,
    ) -> None:
        if not isinstance(model, nn.Module):
            raise ChoiceError(f"the model is {model!r}, but it must be a torch.nn.Module")
        self.model: nn.Module = getattr(model, "_orig_mod", model)
        self._criterion, self._data, self._statistics = loss, data, statistics
        check_made(dict(self.model.named_parameters()))
        tensors = Tensors(self.model)
        if not tensors.size:
            raise ChoiceError(
                "the model has no parameters that ask for a gradient, so there is nothing to "
                "watch; set requires_grad=True on those that are trained"
            )
        optimizers = tuple(map(_unwrapped, optimizers))
        _check(optimizers, tensors)
        self._plane = None if plane is None else _plane_of(plane, tensors)
        self._recording = Recording(tensors, gradients, self._plane)
        self._recorder = Recorder(tensors, optimizers, self._recording, _scale_of(scaler))
        self._listening = Listening(self._recorder, loss)
        self._why_unmeasured = _not_given(loss, data)
        if not self._why_unmeasured:
            try_data(self.model, loss, data, statistics)
        self._began = self._seconds = 0.0
        self._stop: Stop | None = None

    def __enter__(self) -> Self:
        """Begin to listen."""
        if self._stop is not None:
            raise ChoiceError("this training is over; watch the next one with another watch(...)")
        self._began = perf_counter()
        self._listening.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the recording; an error of the loop passes through, and what was before is kept."""
        listening = self._listening
        self._seconds = perf_counter() - self._began
        listening.stop()
        listening.tell(self._recorder.close)
        failed = listening.failure
        if failed is not None:
            self._recording.cut()
        self._stop = _stop_of(self._recording, error, failed)
        if failed is not None:
            log.warning("%s", self._stop.message)

    def loss(self, value: Loss) -> Loss:
        """Return the loss as it was given, and record it: for a criterion that is no module."""
        if isinstance(value, Tensor) and self._stop is None:
            self._listening.hear_loss(value)
        return value

    @cached_property
    def run(self) -> Run:
        """The run: trace, words, verdicts, planes, figures, file, like any other.

        The loss of all rows is worked out when it is first asked for. Raises ChoiceError within the
        block, and where nothing was recorded.
        """
        if self._stop is None:
            raise ChoiceError("the training is still watched; its run is there after the block")
        if not self._recording.points:
            raise ChoiceError(self._nothing())
        return run_of(self._watching(self._stop))

    @property
    def alphas(self) -> Array:
        """`alpha = -d1/d0` of the slopes d along each step at both its ends, (steps,).

        Of plain descent `1 + alpha` is learning rate times the curvature along the step: above 2 it
        leads higher than it began, as far as that is a bowl (Schneider et al. 2021, "Cockpit").
        Raises ChoiceError where the gradients were not kept: it takes `gradients=True`.
        """
        if not self._recording.keeps_gradients:
            raise ChoiceError("alphas need the whole gradients; watch(..., gradients=True)")
        return self._recording.steps().alphas[:-1]

    @property
    def path(self) -> Array:
        """Where each point is on the `plane`, (points, 2): `start + a u + b v` is nearest to it.

        Raises ChoiceError where no plane was given.
        """
        if self._plane is None:
            raise ChoiceError("path needs a plane; watch(..., plane=(u, v)) with two vectors")
        known = self._recording.projections()
        assert known is not None
        products = known.products
        return np.linalg.solve(self._plane @ self._plane.T, (products - products[0]).T).T

    @property
    def layers(self) -> dict[str, tuple[Array, Array]]:
        """By each tensor's name the lengths of its gradient and of its step, (kept,) each.

        The length of a step is measured, whatever an adaptive rule made of rate and gradient.
        """
        _, lengths, moves = self._recording.layers()
        names = self._recording.tensors.names
        return {name: (lengths[:, i], moves[:, i]) for i, name in enumerate(names)}

    def _nothing(self) -> str:
        failed = self._listening.failure
        if failed is not None:
            return f"nothing was recorded: {_said(failed)}; the training itself went on"
        return (
            "nothing was recorded: no gradient of the model's params was made and no optimizer of "
            "theirs stepped within the block; train this model in it"
        )

    def _watching(self, stop: Stop) -> Watching:
        """Return what was watched, with the objective where loss and data are known."""
        recording, objective = self._recording, self._objective()
        known, curvature = rule_of(self._recorder.optimizers), None
        factor = factor_of(recording, recording.steps(), objective)
        if objective is not None and is_quadratic(self.model, self._criterion):
            objective.is_quadratic = objective.is_convex = True
            curvature = self._curvature(known, factor)
        name = type(self.model).__name__
        heard = self._listening
        return Watching(
            recording,
            objective,
            known,
            name,
            stop,
            curvature,
            self._seconds,
            heard.seconds,
            self._why_unmeasured,
            heard.hears_loss,
            factor,
        )

    def _objective(self) -> TorchObjective | None:
        """Return the objective of loss and data; None, and why, where there is none.

        What was recorded is not lost by data that cannot be used.
        """
        if self._why_unmeasured:
            return None
        try:
            return self._measured()
        except Exception as error:
            told = str(error) if isinstance(error, SteepestError) else _said(error)
            self._why_unmeasured = f"the data cannot be used ({told})"
            return None

    def _measured(self) -> TorchObjective:
        objective = TorchObjective(
            self.model, self._criterion, self._data, statistics=self._statistics
        )
        if objective.size != self._recording.tensors.size:
            raise ChoiceError(
                f"the model has {counted(objective.size, 'param')} that ask for a gradient, but "
                f"had {self._recording.tensors.size:,} when it was watched; watch each part of a "
                "training that freezes or unfreezes params by itself"
            )
        if not np.isfinite(objective.params).all():
            objective.tested_at = self._first_row()
        return objective

    def _first_row(self) -> Array:
        """Return the weights at the first point that kept them, (size,)."""
        at, rows = self._recording.weights()
        return rows[0] if len(at) else self._recording.last_row

    def _curvature(self, known: Known, factor: float) -> float | None:
        """Return the largest curvature of what is descended; None where its factor is not known."""
        if not factor > 0.0:
            return None
        found = largest_curvature(self.model, self._criterion, self._data, self._first_row())
        return None if found is None else factor * found + known.decay


def _not_given(loss: Any, data: Any) -> str:
    """Return what was not given of what the loss of all rows takes; empty if all was."""
    lacking = [name for name, one in (("loss", loss), ("data", data)) if one is None]
    were = "was" if lacking == ["loss"] else "were"
    return f"no {' and '.join(lacking)} {were} given" if lacking else ""


WRAPPERS = ("accelerate", "lightning", "pytorch_lightning")
"""Packages whose optimizers only hand on to another: it is that one's rule."""


def _unwrapped(optimizer: Any) -> Any:
    """Return the optimizer that one of another package hands on to, else itself."""
    if type(optimizer).__module__.split(".")[0] in WRAPPERS:
        return getattr(optimizer, "optimizer", optimizer)
    return optimizer


def _plane_of(plane: tuple[ArrayLike, ArrayLike] | tuple[str, str], tensors: Tensors) -> Array:
    """Return two vectors as rows, (2, size); ChoiceError where they span no plane."""
    size = tensors.size
    if not isinstance(plane, str) and any(isinstance(one, str) for one in plane):
        axes = choose_axes(param_names(tensors), np.zeros(size), *map(str, plane), usual=("", ""))
        return np.array([axes.u, axes.v])
    try:
        found = [np.asarray(one, dtype=np.float64).ravel() for one in plane]
    except (TypeError, ValueError):
        found = []
    if len(found) != 2 or any(one.size != size for one in found):
        got = f"; it is {plane!r}" if isinstance(plane, str) else ""
        raise ChoiceError(
            f"plane must be two vectors (u, v) of {size:,} params each, or two names of params{got}"
        )
    rows = np.array(found)
    if not np.isfinite(rows).all() or np.linalg.matrix_rank(rows) < 2:
        raise ChoiceError("the two vectors of the plane must be finite and of two directions")
    return rows


def _check(optimizers: tuple[Any, ...], tensors: Tensors) -> None:
    """Raise ChoiceError for an optimizer that holds none of the params, or is a scheduler."""
    for number, one in enumerate(optimizers, start=1):
        groups = getattr(one, "param_groups", None)
        if groups is None and hasattr(one, "optimizer"):
            raise ChoiceError(
                f"optimizer {number} is a {type(one).__name__}, which has an optimizer; give that"
            )
        if groups is None and not callable(getattr(one, "step", None)):
            raise ChoiceError(
                f"optimizer {number} is {one!r}, but it must be an optimizer of PyTorch, such as "
                "torch.optim.SGD(model.parameters(), lr=0.1)"
            )
        held = [id(param) for group in groups or () for param in group["params"]]
        if groups is not None and not any(one in tensors.index for one in held):
            raise ChoiceError(
                f"optimizer {number}, {type(one).__name__}, holds none of the model's params; "
                "give the model that it trains"
            )


def _scale_of(scaler: Any) -> Callable[[], float]:
    """Return by what a scaler multiplies the loss; 1 without any."""
    if scaler is None:
        return lambda: 1.0
    return lambda: float(scaler.get_scale())


def _said(error: BaseException) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _stop_of(recording: Recording, error: BaseException | None, failed: Exception | None) -> Stop:
    """Return why the recording ended: with the loop, by an error of it, or by one of ours."""
    after = f"after {recording.length_in_words}"
    if failed is not None:
        return Stop(
            "failed",
            f"the recording failed {after} ({_said(failed)}); the training itself went on",
        )
    if isinstance(error, KeyboardInterrupt):
        return Stop("interrupted", f"the training was interrupted {after}; it is kept")
    if error is not None:
        return Stop("failed", f"the training raised an error {after}: {_said(error)}")
    return Stop("steps", f"the loop that was watched ended {after}")

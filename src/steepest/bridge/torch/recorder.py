"""The steps of a training that somebody else runs, told by what its weights and gradients do.

A point is where a gradient was taken; a step leads from one to the next. Whether a gradient begins
a new point is decided by what happened since the last one:

- an optimizer's step is over, or the gradients were thrown away: a new point;
- the weights are the same: gradients are accumulated, and the point has their sum;
- the weights are others within a step (a closure that is asked again), or before one (SAM looks
  aside): no point. Where no optimizer ever says that it steps, they were changed by hand: a point.

So a wrapper may call no hook or two, and a step that changes nothing is one all the same.
"""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import torch
from torch import Tensor

from steepest.bridge.torch.heard import Part, Pass, told_parts
from steepest.bridge.torch.left_over import LeftOver
from steepest.bridge.torch.point import Point
from steepest.bridge.torch.recording import Recording
from steepest.bridge.torch.tensors import Tensors

__all__ = ["Recorder"]

LOOKED_AT = 64
"""Points at which it is looked whether gradients are cleared between steps, and changed before one.

A loop does or it does not.
"""


class Recorder:
    """Turns what is heard of a training into its `recording`; see this module.

    `optimizers` are those that were named; others whose hooks tell of a step are learnt. `scale` is
    by what the loss was multiplied when its gradient was taken, as a GradScaler does.
    """

    def __init__(
        self,
        tensors: Tensors,
        optimizers: Sequence[Any],
        recording: Recording,
        scale: Callable[[], float],
    ) -> None:
        self.tensors, self.recording, self._scale = tensors, recording, scale
        self.optimizers = list(optimizers)
        self._within: list[int] = []
        self._open: Point | None = None
        self._tentative: Point | None = None
        self._by_hand = 0
        self._fires = False
        self._parts: dict[int, Part] = {}
        self._root: Tensor | None = None
        self._unfinished: set[int] = set()
        self._types: set[torch.dtype] = set()
        self._cleared = True
        self._left_over = LeftOver(tensors, recording)
        self._began = perf_counter()

    def loss_is(self, number: int, part: Part) -> None:
        """Hear of a loss that a backward pass goes through, by its number; see `told_parts`."""
        self._parts[number] = part

    def works_in(self, dtype: torch.dtype) -> None:
        """Hear of a type in which the loop works out its losses."""
        if dtype.is_floating_point and dtype not in self._types:
            self._types.add(dtype)
            eps = float(torch.finfo(dtype).eps)
            self.recording.coarsest = max(self.recording.coarsest, eps)

    def root_is(self, root: Tensor | None) -> None:
        """Hear on which number backward was called; None where that is not known."""
        self._root = root

    def gradients_begin(self) -> None:
        """Hear that a backward pass is about to make its first gradient of these tensors.

        One within another, as of a checkpointed layer, is heard too, and is no other pass.
        """
        point = self._open
        if self._within or self._unfinished:
            return
        self._left_over.before_backward(self.recording.points < LOOKED_AT)
        if point is not None and not point.over:
            self._cleared = not any(self.tensors.holds_gradient(at) for at in point.made)

    def gradient_made(self, at: int) -> None:
        """Hear that tensor `at` has its gradient."""
        self._unfinished.add(at)

    def gradients_made(self) -> None:
        """Hear that a backward pass is over, and all its gradients are made."""
        if not self._unfinished:
            return
        point, row = self._open, self.tensors.weights()
        self.recording.passes += not self._within
        self._left_over.after_backward(self._unfinished)
        if point is None or point.over:
            self._begin(row)
        elif torch.equal(row, point.row):
            if self._within or not self._cleared:
                self._take(point)
            else:
                self._thrown_away(row)
        elif self._within or self._fires:
            self.recording.aside += 1
            self._parts, self._root, self._unfinished = {}, None, set()
        else:
            self._changed_by_hand(point, row)

    def _begin(self, row: Tensor) -> None:
        """Begin a new point at these weights; the one before it is whole now."""
        if self._open is not None:
            self._commit(self._open, row)
        self._open = Point(row, perf_counter() - self._began)
        self._take(self._open)

    def _take(self, point: Point) -> None:
        """Take the gradients of now as those of a point: the sum of its backward passes."""
        point.made |= self._unfinished
        self._unfinished = set()
        point.lengths = self.tensors.gradient_lengths(point.made)
        if self.recording.keeps_gradients or not self.recording.points:
            point.gradient = self.tensors.gradient(point.made)
        point.passes.append(Pass(self._root, told_parts(self._parts)))
        self._parts, self._root = {}, None
        point.scale = self._scale()
        if not self._fires or not point.rates:
            point.rates = self._rates()

    def _thrown_away(self, row: Tensor) -> None:
        """Hear of a gradient that no step was taken by: a scaler skipped it, or the loop did."""
        assert self._open is not None
        self.recording.unused.append(self.recording.points)
        self._begin(row)

    def _changed_by_hand(self, point: Point, row: Tensor) -> None:
        """Hear of weights that changed although no optimizer has ever told of a step.

        The first time it may be one that looks aside before its first step, as SAM does: the point
        waits for what comes next.
        """
        self._by_hand += 1
        if self._by_hand == 1:
            self._tentative = point
            self._open = Point(row, perf_counter() - self._began)
            self._take(self._open)
            return
        self._settle()
        self._begin(row)

    def _settle(self) -> None:
        """Take the point that waited for a point."""
        waiting, self._tentative = self._tentative, None
        if waiting is not None and self._open is not None:
            self._commit(waiting, self._open.row)

    def step_begins(self, optimizer: Any, has_closure: bool) -> None:
        """Hear that an optimizer of these weights begins a step."""
        self._learn(optimizer)
        if id(optimizer) in self._within:
            # Its last step raised an error, so nobody heard of its end.
            del self._within[self._within.index(id(optimizer)) :]
        self._within.append(id(optimizer))
        if self._tentative is not None and self._by_hand == 1:
            self._open, self._tentative = self._tentative, None
            self.recording.aside += 1
        self._fires = True
        if not has_closure and self._is_new(optimizer):
            self._given_by_hand()
        if self._open is not None and not has_closure:
            self._before_step(self._open, optimizer)

    def _learn(self, optimizer: Any) -> None:
        if not any(one is optimizer for one in self.optimizers):
            self.optimizers.append(optimizer)

    def _is_new(self, optimizer: Any) -> bool:
        """Return whether a step is begun for which no backward pass has made a gradient."""
        point = self._open
        return point is None or (point.over and id(optimizer) in point.stepped)

    def _given_by_hand(self) -> None:
        """Begin a point whose gradients were put there by the loop, and not by a backward pass."""
        held = {at for at, one in enumerate(self.tensors.all) if one.grad is not None}
        self._unfinished = held
        self.recording.by_hand += 1
        self._left_over.forget()
        self._begin(self.tensors.weights())

    def _before_step(self, point: Point, optimizer: Any) -> None:
        point.stepped.add(id(optimizer))
        point.rates = self._rates()
        scaled = getattr(optimizer, "grad_scale", None)
        if isinstance(scaled, Tensor):
            point.scale = float(scaled)
        if self.recording.points >= LOOKED_AT or len(self._within) > 1:
            return
        self._left_over.before_step(optimizer, point)
        if point.given is None:
            first = min(point.made, default=None)
            grad = None if first is None else self.tensors.all[first].grad
            if first is not None and grad is not None and grad.layout is torch.strided:
                length = self.tensors.gradient_length(first)
                point.given = length / (point.scale if isinstance(scaled, Tensor) else 1.0)

    def step_ends(self, optimizer: Any) -> None:
        """Hear that an optimizer of these weights has taken its step."""
        if id(optimizer) in self._within:
            del self._within[self._within.index(id(optimizer)) :]
        if not self._within and self._open is not None:
            self._open.over = True
            self._open.stepped.add(id(optimizer))

    def _rates(self) -> tuple[float, ...]:
        """Return the learning rate of each group of params, of all optimizers, as it is now."""
        groups: dict[int, Any] = {}
        for one in self.optimizers:
            for group in getattr(one, "param_groups", ()):
                groups[id(group)] = group
        self.recording.groups = list(groups.values())
        return tuple(float(group.get("lr", float("nan"))) for group in groups.values())

    def _commit(self, point: Point, after: Tensor) -> None:
        """Record a point, and the step from it to the weights `after`."""
        moves = self.tensors.moved(point.row, after)
        self.recording.append(point, moves, after)

    def close(self) -> None:
        """End the recording at the weights of now."""
        self._settle()
        point = self._open
        if point is None:
            return
        row = self.tensors.weights()
        self.recording.stepped = self._fires or not torch.equal(row, point.row) or self._by_hand > 0
        self.recording.idle = self._idle() if self._fires else []
        if not self.recording.stepped and self.recording.points:
            self.recording.keep_first(row)
            self._open = None
            return
        if point.over or not torch.equal(row, point.row):
            self._commit(point, row)
            point = Point(row, perf_counter() - self._began, rates=self._rates())
        self.recording.end(point)
        self._open = None

    def _idle(self) -> list[int]:
        """Return the places of the tensors that no optimizer holds."""
        groups = (group for one in self.optimizers for group in getattr(one, "param_groups", ()))
        held = {id(one) for group in groups for one in group["params"]}
        return [at for at, one in enumerate(self.tensors.all) if id(one) not in held]

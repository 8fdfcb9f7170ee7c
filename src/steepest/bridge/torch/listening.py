"""Hooks on a training: what is heard of its gradients, its optimizers' steps and its loss.

All of them only read. An error of ours ends the listening, never the training: it is kept for the
end. Whatever is heard costs time of the training's, and that is counted.
"""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.autograd import Variable
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from steepest.bridge.torch.heard import Number, has_numbers, part_of, root_of_backward, value_of
from steepest.bridge.torch.recorder import Recorder

__all__ = ["Listening"]


class Listening:
    """Hooks that tell a `recorder`; `seconds` is what they took, `failure` what went wrong in them.

    The gradient is reported by hooks that autograd calls before and after it adds to a parameter's
    own, and by one at the end of each backward pass: before anybody clips, scales or clears it.
    Steps are reported by the hooks of all optimizers that hold one of the parameters, so also of
    one within a wrapper. A loss is reported by a hook on what the criterion said, once a backward
    pass reaches it.
    """

    def __init__(self, recorder: Recorder, criterion: object) -> None:
        self.recorder = recorder
        self.seconds = 0.0
        self.failure: Exception | None = None
        self._criterion = criterion if isinstance(criterion, nn.Module) else None
        self._handles: list[Any] = []
        self._ours: WeakKeyDictionary[Any, tuple[int, bool]] = WeakKeyDictionary()
        self._backward = self._made = -1
        self._losses = 0

    @property
    def hears_loss(self) -> bool:
        """Whether the criterion is a module, which says what it worked out."""
        return self._criterion is not None

    def start(self) -> None:
        """Begin to listen."""
        for at, one in enumerate(self.recorder.tensors.all):
            before: Any = one.register_hook
            after: Any = one.register_post_accumulate_grad_hook
            self._handles += [before(self._before_gradient), after(self._on_gradient(at))]
        self._handles.append(register_optimizer_step_pre_hook(self._on_step))
        self._handles.append(register_optimizer_step_post_hook(self._after_step))
        if self._criterion is not None:
            self._handles.append(self._criterion.register_forward_hook(self._on_loss))

    def stop(self) -> None:
        """Listen no more: every hook is gone."""
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def tell(self, heard: Callable[..., None], *what: Any, **more: Any) -> None:
        """Tell the recorder; an error of ours ends the listening and is kept."""
        if self.failure is not None:
            return
        began = perf_counter()
        try:
            heard(*what, **more)
        except Exception as error:
            self.failure = error
            self.stop()
        self.seconds += perf_counter() - began

    def _before_gradient(self, arriving: Tensor) -> None:
        now = torch._C._current_graph_task_id()
        if now != self._backward and self.failure is None:
            self._backward = now
            self.tell(self.recorder.gradients_begin)
            engine: Any = Variable._execution_engine
            engine.queue_callback(self._after_backward)

    def _on_gradient(self, at: int) -> Callable[[Tensor], None]:
        def heard(parameter: Tensor) -> None:
            if self._made != self._backward:
                self._made = self._backward
                self.tell(self._hear_root)
            self.recorder.gradient_made(at)

        return heard

    def _hear_root(self) -> None:
        self.recorder.root_is(root_of_backward())

    def _after_backward(self) -> None:
        self._backward = self._made = -1
        self.tell(self.recorder.gradients_made)

    def _on_step(self, optimizer: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        if self._is_ours(optimizer):
            closure = args[1] if len(args) > 1 else kwargs.get("closure")
            self.tell(self.recorder.step_begins, optimizer, closure is not None)

    def _after_step(self, optimizer: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        if self._is_ours(optimizer):
            self.tell(self.recorder.step_ends, optimizer)

    def _is_ours(self, optimizer: Any) -> bool:
        """Return whether an optimizer holds one of the parameters; groups may be added to it."""
        groups = optimizer.param_groups
        known = self._ours.get(optimizer)
        if known is None or known[0] != len(groups):
            own = self.recorder.tensors.index
            holds = any(id(one) in own for group in groups for one in group["params"])
            self._ours[optimizer] = known = (len(groups), holds)
        return known[1]

    def _on_loss(self, criterion: nn.Module, inputs: tuple[Any, ...], loss: Any) -> None:
        """Hear of a loss, of training only: one of validation asks for no gradient.

        Where the criterion is compiled the hook is not in its graph, and nothing is heard.
        """
        if not torch.compiler.is_compiling() and isinstance(loss, Tensor) and loss.requires_grad:
            self.tell(self._hear_criterion, inputs[0] if inputs else None, loss)

    def _hear_criterion(self, first: object, loss: Tensor) -> None:
        if not has_numbers(loss):
            return
        kind = loss.device.type
        if isinstance(first, Tensor):
            self.recorder.works_in(first.dtype)
        if torch.is_autocast_enabled(kind):
            self.recorder.works_in(torch.get_autocast_dtype(kind))
        rows = first.shape[0] if isinstance(first, Tensor) and first.ndim else 0
        self._hear(loss, rows, by_loop=False)

    def hear_loss(self, loss: Tensor) -> None:
        """Hear of a loss that the loop itself gives, in place of what the criterion says."""
        if has_numbers(loss):
            self.tell(self._hear, loss, 0, by_loop=True)

    def _hear(self, loss: Tensor, rows: int, by_loop: bool) -> None:
        """Hear of a loss once a backward pass goes through it, and by what factor it enters.

        One of which no gradient can be taken is kept as it is.
        """
        self._losses += 1
        number, value = -self._losses if by_loop else self._losses, value_of(loss)
        if not loss.requires_grad:
            self.recorder.loss_is(number, part_of(value, rows))
            return

        def arrives(gradient: Tensor) -> None:
            self.tell(self._hear_part, number, value, rows, gradient)

        hook: Any = loss.register_hook
        hook(arrives)

    def _hear_part(self, number: int, value: Number, rows: int, arrived: Tensor) -> None:
        if has_numbers(arrived):
            self.recorder.loss_is(number, part_of(value, rows, arrived))

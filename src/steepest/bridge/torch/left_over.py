"""Gradients from before: of which tensors a step goes by parts that an earlier step has used.

A tensor is looked at by itself: what another optimizer holds may keep its gradient as long as it
likes, as in a GAN, where each loss makes gradients of both and each optimizer clears its own.
"""

from typing import Any

from steepest.bridge.torch.point import Point
from steepest.bridge.torch.recording import Recording
from steepest.bridge.torch.tensors import Tensors

__all__ = ["LeftOver"]


class LeftOver:
    """Counts in a `recording` the steps by gradients that were not cleared, or too early."""

    def __init__(self, tensors: Tensors, recording: Recording) -> None:
        self.tensors, self.recording = tensors, recording
        self._used: set[int] = set()
        self._stepped: set[int] = set()
        self._added: dict[int, int] = {}
        self._counts: dict[int, tuple[int, int]] = {}

    def before_backward(self, looks: bool) -> None:
        """Find which gradients that a step has used are still there."""
        self._used = {at for at in self._used if looks and self.tensors.holds_gradient(at)}
        self._added = {at: where for at, where in self._added.items() if at in self._used}

    def after_backward(self, made: set[int]) -> None:
        """Note to which of them the backward pass has added, and where these are in memory."""
        self._added |= {at: self._place(at) for at in self._used & made}

    def forget(self) -> None:
        """Note that the loop put gradients there itself."""
        self._used, self._added = set(), {}

    def before_step(self, optimizer: Any, point: Point) -> None:
        """Look at the gradients that a step goes by."""
        index, groups = self.tensors.index, optimizer.param_groups
        own = {index.get(id(one), -1) for group in groups for one in group["params"]} - {-1}
        self._is_emptied(own & point.made, point)
        own = {at for at in own if self.tensors.all[at].grad is not None}
        if own & self._stepped:
            self._count(id(optimizer), any(map(self._is_uncleared, own & set(self._added))))
        self._stepped |= own
        self._used |= own

    def _is_emptied(self, made: set[int], point: Point) -> None:
        """Count a step whose gradients were made, and are gone."""
        if not made or point.lengths is None:
            return
        self.recording.steps_looked_at += 1
        if not any(map(self.tensors.holds_gradient, made)):
            self.recording.emptied += bool(point.lengths[sorted(made)].any())

    def _count(self, optimizer: int, is_uncleared: bool) -> None:
        """Count a step, for each optimizer by itself; reported is the one that clears least."""
        looked_at, uncleared = self._counts.get(optimizer, (0, 0))
        self._counts[optimizer] = looked_at + 1, uncleared + is_uncleared
        worst = max(self._counts.values(), key=lambda counts: (counts[1] / counts[0], counts[0]))
        self.recording.looked_at, self.recording.uncleared = worst

    def _is_uncleared(self, at: int) -> bool:
        """Return whether a gradient is still the one that was added to: it may be replaced."""
        return self._added[at] == self._place(at) and self.tensors.holds_gradient(at)

    def _place(self, at: int) -> int:
        grad = self.tensors.all[at].grad
        return 0 if grad is None or grad.is_sparse else grad.data_ptr()

"""The parameters that are watched, as they are now: one row of all, and lengths tensor by tensor.

Nothing here writes to a tensor of the model's, draws a random number, or keeps one alive.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import sqrt
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

__all__ = ["Tensors"]

Array = NDArray[Any]

FLOAT32 = torch.float32

PLAIN = (torch.float32, torch.float64)
"""The types that NumPy has too."""

SHORT = 4096
"""Numbers up to which a length is NumPy's, on one thread."""

SMALLEST, LARGEST = 1e-30, 1e35
"""Between which a square, in float32 too, has its digits: others are worked out in float64."""


class Tensors:
    """The parameters of a model that ask for a gradient; a tied one is there once.

    Rows are float64 where a parameter is, else float32: what bfloat16 holds, float32 holds too.
    """

    def __init__(self, model: nn.Module) -> None:
        own = [(name, one) for name, one in model.named_parameters() if one.requires_grad]
        self.names = tuple(name for name, _ in own)
        self.all = tuple(one for _, one in own)
        self.sizes = [one.numel() for one in self.all]
        self.size = sum(self.sizes)
        ends = accumulate(self.sizes, initial=0)
        self._parts = [slice(*ends_of) for ends_of in pairwise(ends)]
        devices = {one.device for one in self.all}
        self.device = devices.pop() if len(devices) == 1 else torch.device("cpu")
        self._is_spread = len({one.device for one in self.all}) > 1
        double = any(one.dtype == torch.float64 for one in self.all)
        self.dtype = torch.float64 if double else FLOAT32
        self.coarsest = max((torch.finfo(one.dtype).eps for one in self.all), default=0.0)
        self._is_here = self.device.type == "cpu"
        plain = all(one.dtype in PLAIN and one.is_contiguous() for one in self.all)
        self._views = _Views(self.all) if self._is_here and plain and not self._is_spread else None
        self._change = torch.empty(self.size, dtype=self.dtype, device=self.device)
        self._spare: list[Tensor] = []
        short = self._views is not None and double is False and self.size <= SHORT
        self._squares = _Squares(self.sizes) if short and all(self.sizes) else None
        self.index = {id(one): at for at, one in enumerate(self.all)}

    def weights(self) -> Tensor:
        """Return the weights of now as a row of its own, (size,)."""
        if self._views is None:
            return self._row(self.all)
        row = self._spare.pop() if self._spare else torch.empty_like(self._change)
        np.concatenate(self._views.now(), out=row.numpy())
        return row

    def give_back(self, *rows: Tensor) -> None:
        """Take back rows that nobody keeps: the next ones are written there, in memory at hand."""
        if self._views is not None:
            self._spare += rows

    @torch.no_grad()
    def gradient(self, made: set[int]) -> Tensor:
        """Return the gradient, (size,): of those `made`, by their places; 0 of the others."""
        parts = []
        for at, one in enumerate(self.all):
            found = self._gradient(at) if at in made else None
            parts.append(torch.zeros_like(one) if found is None else found)
        return self._row(parts)

    def gradient_lengths(self, made: set[int]) -> Tensor:
        """Return the length of the gradient of each tensor, (tensors,); 0 of those not `made`."""
        whole = len(made) == len(self.all)
        found = [self._gradient(at) if whole or at in made else None for at in range(len(self.all))]
        there = [one for one in found if one is not None and one.dtype in PLAIN]
        if self._views is None or len(there) < len(found):
            return self._lengths(found)
        flat = [(one.detach() if one.requires_grad else one).numpy().ravel() for one in there]
        if self._squares is not None:
            return self._squares.lengths(np.concatenate(flat))
        return _on_this_side(list(map(_length, flat)))

    def gradient_length(self, at: int) -> Tensor:
        """Return the length of the gradient of one tensor, worked out as that of all is."""
        found = self._gradient(at)
        if self._views is None or found is None or found.dtype not in PLAIN:
            return self._lengths([found])[0]
        return _on_this_side([_length(found.detach().numpy().ravel())])[0]

    def moved(self, row: Tensor, after: Tensor) -> Tensor:
        """Return how far each tensor is from one row to another, (tensors,)."""
        torch.sub(after, row, out=self._change)
        if self._views is None:
            return self._lengths(torch.split(self._change, self.sizes))
        change = self._change.numpy()
        if self._squares is not None:
            return self._squares.lengths(change)
        return _on_this_side([_length(change[part]) for part in self._parts])

    def holds_gradient(self, at: int) -> bool:
        """Return whether a tensor has a gradient that is not 0."""
        grad = self.all[at].grad
        if grad is None:
            return False
        found = grad.detach()
        return bool((found.coalesce().values() if found.is_sparse else found).any())

    def _gradient(self, at: int) -> Tensor | None:
        found = self.all[at].grad
        if found is None:
            return None
        return found.to_dense() if found.layout is not torch.strided else found

    @torch.no_grad()
    def _row(self, parts: Sequence[Tensor]) -> Tensor:
        flat = [one.reshape(-1) for one in parts]
        if self._is_spread:
            flat = [one.to(self.device) for one in flat]
        return torch.cat(flat).to(self.dtype)

    @torch.no_grad()
    def _lengths(self, parts: Sequence[Tensor | None]) -> Tensor:
        """Return the length of each, (parts,), 0 of None, where it is."""
        there = [one.to(self.dtype) for one in parts if one is not None]
        found = iter(torch._foreach_norm(there) if there else ())
        zero = torch.zeros((), dtype=self.dtype, device=self.device)
        lengths = [zero if one is None else next(found).to(self.device) for one in parts]
        return torch.stack(lengths)


class _Squares:
    """The lengths of many short parts of float32 at once: in float64, which holds each square."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._starts = [0, *accumulate(sizes)][:-1]
        self._squares = np.empty(sum(sizes))

    def lengths(self, flat: Array) -> Tensor:
        """Return the length of each part of all of them, one after the other, (parts,)."""
        np.multiply(flat, flat, out=self._squares, dtype=np.float64)
        return torch.from_numpy(np.sqrt(np.add.reduceat(self._squares, self._starts)))


class _Views:
    """Parameters on this side as flat arrays that share their memory, as long as they keep it."""

    def __init__(self, parameters: Sequence[Tensor]) -> None:
        self._all = parameters
        self._at = [-1] * len(parameters)
        self._flat: list[Array] = [np.empty(0)] * len(parameters)

    def now(self) -> list[Array]:
        """Return the arrays: of one whose `data` was replaced that of now."""
        for i, one in enumerate(self._all):
            if one.data_ptr() != self._at[i]:
                self._at[i], self._flat[i] = one.data_ptr(), one.detach().numpy().reshape(-1)
        return self._flat


def _on_this_side(lengths: list[float]) -> Tensor:
    return torch.from_numpy(np.array(lengths))


@np.errstate(over="ignore")
def _length(flat: Array) -> float:
    """Return the length of a flat array; PyTorch takes five times as long of a short one."""
    if flat.size > SHORT:
        return float(torch.linalg.vector_norm(torch.from_numpy(flat)))
    square = float(flat.dot(flat))
    if SMALLEST < square < LARGEST:
        return sqrt(square)
    return float(np.linalg.norm(flat.astype(np.float64)))

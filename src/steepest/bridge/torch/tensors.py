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
        devices = {one.device for one in self.all}
        self.device = devices.pop() if len(devices) == 1 else torch.device("cpu")
        self._parts = [slice(*ends) for ends in pairwise(accumulate(self.sizes, initial=0))]
        self._is_spread = len({one.device for one in self.all}) > 1
        double = any(one.dtype == torch.float64 for one in self.all)
        self.dtype = torch.float64 if double else FLOAT32
        self.coarsest = max((torch.finfo(one.dtype).eps for one in self.all), default=0.0)
        self._is_here = self.device.type == "cpu"
        plain = all(one.dtype in PLAIN and one.is_contiguous() for one in self.all)
        self._views = _Views(self.all) if self._is_here and plain and not self._is_spread else None
        self._change = torch.empty(self.size, dtype=self.dtype, device=self.device)
        self._spare: list[Tensor] = []
        self._own_lengths = None if self._views is None else _Lengths(self.sizes)
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
        if self._own_lengths is None or len(there) < len(found):
            return self._lengths(found)
        return self._own_lengths.of(
            [(one.detach() if one.requires_grad else one).numpy().ravel() for one in there]
        )

    def gradient_length(self, at: int) -> Tensor:
        """Return the length of the gradient of one tensor, worked out as that of all is."""
        found = self._gradient(at)
        if self._views is None or found is None or found.dtype not in PLAIN:
            return self._lengths([found])[0]
        return torch.tensor(_length(found.detach().numpy().ravel()), dtype=torch.float64)

    def moved(self, row: Tensor, after: Tensor) -> Tensor:
        """Return how far each tensor is from one row to another, (tensors,)."""
        torch.sub(after, row, out=self._change)
        if self._own_lengths is None:
            return self._lengths(torch.split(self._change, self.sizes))
        change = self._change.numpy()
        return self._own_lengths.of([change[part] for part in self._parts])

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
        # In float64, which holds the squares of float32; Apple's devices do not have it.
        kind = self.dtype if self.device.type == "mps" else torch.float64
        found = iter(torch._foreach_norm(there, dtype=kind) if there else ())
        zero = torch.zeros((), dtype=kind, device=self.device)
        lengths = [zero if one is None else next(found).to(self.device) for one in parts]
        return torch.stack(lengths)


class _Lengths:
    """The lengths of all tensors on this side: those of the short ones together, by one sum each.

    Their squares are float64, which holds those of float32.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self._short = [at for at, size in enumerate(sizes) if 0 < size <= SHORT]
        self._long = [at for at, size in enumerate(sizes) if size > SHORT]
        ends = list(accumulate((sizes[at] for at in self._short), initial=0))
        self._starts, self._squares = ends[:-1], np.empty(ends[-1])
        self._count = len(sizes)

    @np.errstate(over="ignore")
    def of(self, flat: Sequence[Array]) -> Tensor:
        """Return the length of each array, (tensors,)."""
        lengths = np.zeros(self._count)
        if self._short:
            short = np.concatenate([flat[at] for at in self._short])
            np.multiply(short, short, out=self._squares, dtype=np.float64)
            lengths[self._short] = np.sqrt(np.add.reduceat(self._squares, self._starts))
        for at in self._long:
            lengths[at] = _length(flat[at])
        return torch.from_numpy(lengths)


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


@np.errstate(over="ignore")
def _length(flat: Array) -> float:
    """Return the length of a flat array; PyTorch takes five times as long of a short one."""
    if flat.size > SHORT:
        square = float(torch.linalg.vector_norm(torch.from_numpy(flat))) ** 2
    else:
        square = float(flat.dot(flat))
    if SMALLEST < square < LARGEST:
        return sqrt(square)
    return float(np.linalg.norm(flat.astype(np.float64)))

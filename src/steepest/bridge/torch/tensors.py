"""The parameters that are watched, as they are now: one row of all, and lengths tensor by tensor.

Nothing here writes to a tensor of the model's, draws a random number, or keeps one alive.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = ["Tensors"]

FLOAT32 = torch.float32


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
        self._is_spread = len({one.device for one in self.all}) > 1
        double = any(one.dtype == torch.float64 for one in self.all)
        self.dtype = torch.float64 if double else FLOAT32
        self._change: Tensor | None = None
        self.index = {id(one): at for at, one in enumerate(self.all)}

    def weights(self) -> Tensor:
        """Return the weights of now as a row of its own, (size,)."""
        return self._row(self.all)

    def gradient(self, made: set[int]) -> Tensor:
        """Return the gradient, (size,): of those `made`, by their places; 0 of the others."""
        parts = []
        for at, one in enumerate(self.all):
            found = self._gradient(at) if at in made else None
            parts.append(torch.zeros_like(one) if found is None else found)
        return self._row(parts)

    def gradient_lengths(self, made: set[int]) -> Tensor:
        """Return the length of the gradient of each tensor, (tensors,); 0 of those not `made`."""
        if len(made) == len(self.all):
            gradients = [one.grad for one in self.all]
            plain = all(g is not None and g.layout is torch.strided for g in gradients)
            if plain:
                return self._lengths(gradients)  # type: ignore[arg-type]
        places = [at for at in sorted(made) if self.all[at].grad is not None]
        lengths = self._lengths([g for at in places if (g := self._gradient(at)) is not None])
        whole = torch.zeros(len(self.all), dtype=self.dtype, device=self.device)
        whole[places] = lengths
        return whole

    def moved(self, row: Tensor, after: Tensor) -> Tensor:
        """Return how far each tensor is from one row to another, (tensors,)."""
        if self._change is None:
            self._change = torch.empty_like(row)
        torch.sub(after, row, out=self._change)
        return torch.stack(torch._foreach_norm(self._change.split(self.sizes)))

    def _gradient(self, at: int) -> Tensor | None:
        found = self.all[at].grad
        if found is None:
            return None
        found = found.detach()
        return found.to_dense() if found.layout is not torch.strided else found

    def _row(self, parts: Sequence[Tensor]) -> Tensor:
        flat = [one.reshape(-1) for one in parts]  # no gradient is asked for: see `Listening.tell`
        if self._is_spread:
            flat = [one.to(self.device) for one in flat]
        return torch.cat(flat).to(self.dtype)

    def _lengths(self, parts: Sequence[Tensor]) -> Tensor:
        if not parts:
            return torch.zeros(0, dtype=self.dtype, device=self.device)
        same = [one if one.dtype == self.dtype else one.to(self.dtype) for one in parts]
        found = torch._foreach_norm(same)
        if self._is_spread:
            found = [one.to(self.device) for one in found]
        return torch.stack(found)

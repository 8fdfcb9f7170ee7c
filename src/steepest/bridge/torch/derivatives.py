"""Derivatives of a module's loss: the gradient, and the Hessian times a direction, checked.

    H v = d/dp (g(p)' v)

by differentiating the backward pass (Pearlmutter 1994, "Fast exact multiplication by the Hessian").
That needs each operation's backward to have a right derivative of its own, which is not so of all:
in PyTorch 2.13 those of `weight_norm` are wrong without a word. So before anything is drawn

    u' H v = v' H u        and        H v = (g(p + h v) - g(p - h v)) / 2h

are tested, the second parameter by parameter, which tells the layer. It is tested at several h:
near enough there is no kink of a ReLU between, far enough rounding is less than the difference.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from steepest.bridge.torch.params import Params
from steepest.objective.evaluation import Vector

__all__ = ["Derivatives", "leaf_of"]

Product = Callable[[Vector], Vector]

ALIKE = 1e-3
"""What product and difference may differ by, by their length; truncation leaves 1e-6 of it."""

ROUNDINGS = 1e3
"""The roundings of a gradient that a difference of two may be off by, and a product's symmetry."""

STEPS = (1.0, 1e-2, 1e-4)
"""The h of differences by the cube root of the rounding, at which truncation is as small as it.

One kink of a ReLU between the two points is enough to spoil a difference: of 3.5 million units of
a small network of convolutions some lay within 1e-7, none within 1e-9.
"""

PRECISE = 1e-12
"""The rounding from which on differences are too coarse to be asked: float32 meets kinks."""


class Derivatives(NamedTuple):
    """The derivatives of a loss that comes in `parts`, each one number, at a vector of `params`.

    `quiet` is the context in which they are worked out, `precision` the rounding of their numbers.
    With `keeps_graphs` the backward passes of the gradient are kept for all products.
    """

    parts: Callable[[Tensor], Iterator[Tensor]]
    quiet: Callable[[], AbstractContextManager[None]]
    params: Params
    precision: float
    keeps_graphs: bool

    def at(self, params: Vector) -> tuple[float, Vector]:
        """Return loss and gradient at params, (size,), by one backward pass a part."""
        loss = 0.0
        with self.quiet():
            leaf = leaf_of(params).requires_grad_()
            gradient = torch.zeros_like(leaf)
            for part in self.parts(leaf):
                loss += float(part.detach())
                gradient += _gradient_of(part, leaf)
        return loss, gradient.numpy()

    def product_at(self, params: Vector) -> Product:
        """Return what takes a direction, (size,), to the Hessian at params times it."""
        with self.quiet():
            leaf = leaf_of(params).requires_grad_()

        def gradients() -> Iterator[Tensor]:
            return (_gradient_of(part, leaf, create_graph=True) for part in self.parts(leaf))

        with self.quiet(), _differentiable_twice():
            # One backward pass of all parts is half the work of one for each, on small networks.
            kept = [sum(gradients(), torch.zeros_like(leaf))] if self.keeps_graphs else None

        def product(direction: Vector) -> Vector:
            with self.quiet(), _differentiable_twice():
                along = leaf_of(direction)
                total = torch.zeros_like(along)
                for gradient in gradients() if kept is None else kept:
                    if gradient.requires_grad:
                        total += _gradient_of(gradient @ along, leaf, keep=kept is not None)
            return total.numpy()

        return product

    def checked_at(self, params: Vector) -> tuple[Product | None, str]:
        """Return the product at params, (size,), and what is wrong with it; empty if nothing is."""
        try:
            product = self.product_at(params)
            return product, self._fault(params, product)
        except (RuntimeError, NotImplementedError) as error:
            first = str(error).splitlines()[0]
            return None, f"PyTorch has no second derivatives of this model: {first}"

    def fault(self, params: Vector) -> str:
        """Return what is wrong with second derivatives at params, (size,); empty if nothing is."""
        return self.checked_at(params)[1]

    def _fault(self, params: Vector, product: Product) -> str:
        u, v = np.random.default_rng(0).standard_normal((2, len(params)))
        Hu, Hv = product(u), product(v)
        if not (np.isfinite(params).all() and np.isfinite(Hu).all() and np.isfinite(Hv).all()):
            return self._not_finite(params)
        gap, size = abs(u @ Hv - v @ Hu), float(np.linalg.norm(u) * np.linalg.norm(Hv))
        is_symmetric = gap <= ROUNDINGS * self.precision * size or not np.isfinite(size)
        if is_symmetric and self.precision > PRECISE:
            return ""
        wrong = self._unlike_differences(params, v, Hv)
        if wrong or is_symmetric:
            return wrong
        return (
            f"the second derivatives that PyTorch gives are no symmetric matrix: u'Hv is "
            f"{u @ Hv:.6g} and v'Hu {v @ Hu:.6g}"
        )

    def _not_finite(self, params: Vector) -> str:
        """Return why there are no second derivatives at a point, params, (size,)."""
        for name, place in self.params.places.items():
            if not np.isfinite(params[place.at]).all():
                return f"{name} has a number that is not finite there, so there are none to be had"
        return (
            "the second derivatives are not finite there: the loss leaves the range of its "
            "numbers, or the data do"
        )

    def _unlike_differences(self, params: Vector, v: Vector, Hv: Vector) -> str:
        """Return which parameter's part of `H v` is not that of a difference of the gradient."""
        wrong = dict.fromkeys(self.params.places, "")
        for step in STEPS:
            h = step * self.precision ** (1 / 3)
            above, below = (self.at(params + side * h * v)[1] for side in (1.0, -1.0))
            measured = (above - below) / (2 * h)
            rounding = ROUNDINGS * self.precision * (np.abs(above) + np.abs(below)).max() / h
            wrong = {
                name: f"{got:.6g} instead of {true:.6g} long"
                for name in wrong
                for got, true in [self._differ(name, Hv, measured, rounding)]
                if got != true
            }
            if not wrong:
                return ""
        name, lengths = next(iter(wrong.items()))
        return (
            f"the second derivatives that PyTorch gives are wrong in the layer "
            f"{self.params.layer_of(name)}: by {name}, H v is {lengths}, as differences of the "
            "gradient have it"
        )

    def _differ(
        self, name: str, Hv: Vector, measured: Vector, rounding: float
    ) -> tuple[float, float]:
        """Return the lengths of a parameter's part in both, equal ones where they agree."""
        at = self.params.places[name].at
        got, true = Hv[at], measured[at]
        length = float(np.linalg.norm(true))
        most = ALIKE * max(length, float(np.linalg.norm(got))) + rounding * len(true) ** 0.5
        if not np.linalg.norm(got - true) > most:
            return length, length
        return float(np.linalg.norm(got)), length


def leaf_of(params: Vector) -> Tensor:
    """Return params, (size,), as a tensor of its own, in float64."""
    return torch.from_numpy(np.array(params, dtype=np.float64))


def _gradient_of(
    part: Tensor, leaf: Tensor, create_graph: bool = False, keep: bool = False
) -> Tensor:
    """Return the gradient of a number by the vector; 0 where it does not depend on it."""
    (found,) = torch.autograd.grad(
        part,
        leaf,
        create_graph=create_graph,
        retain_graph=create_graph or keep,
        allow_unused=True,
        materialize_grads=True,
    )
    return found


@contextmanager
def _differentiable_twice() -> Iterator[None]:
    """Use the kernels inside whose backward passes have derivatives: no fused attention or LSTM."""
    with sdpa_kernel(SDPBackend.MATH), torch.backends.cudnn.flags(enabled=False):
        yield

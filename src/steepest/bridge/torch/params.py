"""The trainable parameters of a module as one vector, and back: in the module's own order.

A vector of all is what a descent walks on; a module wants a tensor each, of its own shape, type and
device. Both maps are linear, so PyTorch differentiates through them: one vector is the leaf.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate, chain, pairwise
from math import prod
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from steepest.errors import ChoiceError
from steepest.objective.evaluation import Vector

__all__ = ["Params", "check_made", "names_of"]

IS_BIAS = re.compile(r"(?:^|\.)(?:parametrizations\.)?[^.]*bias[^.]*(?:\.original\d*)?$")
"""What a parameter is called that is a bias: `fc.bias`, `lstm.bias_ih_l0`, `attn.in_proj_bias`."""

NUMBERED = re.compile(r"(weight|bias) ?(\d+)", re.IGNORECASE | re.ASCII)
"""A param by its number: `weight 15`."""

INDEXED = re.compile(r"([^\[\]]+?)\s*\[\s*(\d+(?:\s*,\s*\d+)*)\s*\]")
"""The name of a number of a tensor by its place, as PyTorch writes it."""


class _Place(NamedTuple):
    """Where a parameter lies in the vector, and what tensor it is."""

    at: slice
    shape: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device
    is_bias: bool


class Params:
    """The parameters of a module that ask for a gradient, one after the other: `size` numbers.

    A tied one is there once. `dtype` is the type in which the module is given them, None for that
    of each. Raises ChoiceError where none can be trained, and for complex ones.
    """

    def __init__(self, model: nn.Module, dtype: torch.dtype | None = None) -> None:
        own = {name: one for name, one in model.named_parameters() if one.requires_grad}
        _check(own)
        self._own = own
        self._kinds = {name: _kind(module) for name, module in model.named_modules()}
        ends = accumulate((one.numel() for one in own.values()), initial=0)
        self.places = {
            name: _Place(
                slice(*ends_of),
                tuple(one.shape),
                dtype or one.dtype,
                one.device,
                IS_BIAS.search(name) is not None,
            )
            for (name, one), ends_of in zip(own.items(), pairwise(ends), strict=True)
        }
        self.size = sum(one.numel() for one in own.values())

    @property
    def devices(self) -> set[torch.device]:
        """The devices on which the parameters are."""
        return {place.device for place in self.places.values()}

    def read(self) -> Vector:
        """Return the parameters as they are in the module now, (size,), copied."""
        parts = [one.detach().to("cpu", torch.float64).reshape(-1) for one in self._own.values()]
        return torch.cat(parts).numpy().copy()

    def tensors(self, vector: Tensor) -> dict[str, Tensor]:
        """Return each parameter, by its name, of a vector of all, (size,), in float64."""
        return {
            name: vector[place.at].view(place.shape).to(place.device, place.dtype)
            for name, place in self.places.items()
        }

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of each param, (size,): `fc1.weight[3, 2]`, indices as PyTorch counts them."""
        shapes = ((name, place.shape) for name, place in self.places.items())
        return tuple(chain.from_iterable(names_of(*one) for one in shapes))

    def index_of(self, name: str) -> int | None:
        """Return the index of a param by its number, `weight 15`, or its place, `fc1.weight[3,2]`.

        Weights count layer by layer, receiving unit by receiving unit, and so do biases. None of
        another form; ChoiceError for a place that its tensor has not.
        """
        if found := NUMBERED.fullmatch(name.strip()):
            return self._index_of_number(found[1].lower() == "bias", int(found[2]))
        if (found := INDEXED.fullmatch(name.strip())) and found[1] in self.places:
            return self._index_at(found[1], [int(one) for one in found[2].split(",")])
        return None

    def _index_at(self, tensor: str, at: Sequence[int]) -> int:
        """Return the index of the number of a tensor at a place."""
        place = self.places[tensor]
        fits = len(at) == len(place.shape)
        if not fits or not all(i < most for i, most in zip(at, place.shape, strict=True)):
            last = ", ".join(str(most - 1) for most in place.shape)
            raise ChoiceError(
                f"{tensor} has the shape {tuple(place.shape)}, so {list(at)} is no place in it; "
                f"its last number is {tensor}[{last}]"
            )
        return int(place.at.start + np.ravel_multi_index(tuple(at), place.shape))

    def _index_of_number(self, is_bias: bool, number: int) -> int | None:
        """Return the index of a weight or bias by its number, from 1; None of too large a one."""
        left = number - 1
        for place in self.places.values():
            count = place.at.stop - place.at.start
            if place.is_bias != is_bias:
                continue
            if 0 <= left < count:
                return int(place.at.start) + left
            left -= count
        return None

    def unit_lengths(self, vector: Vector) -> Vector:
        """Return for each param, (size,), the length of the weights into its unit; else 0.

        A unit's weights are a row of a matrix, a filter of a convolution: all that stands under
        one first index. What has one index or none (biases, scales of a normalisation) is 0.
        """
        lengths = np.zeros(self.size)
        for place in self.places.values():
            if len(place.shape) > 1:
                rows = vector[place.at].reshape(place.shape[0], -1)
                lengths[place.at] = np.repeat(np.linalg.norm(rows, axis=1), rows.shape[1])
        return lengths

    def layer_of(self, name: str) -> str:
        """Return the module that a parameter is of, by its place and kind: `net.0 (Linear)`."""
        place = name.partition(".parametrizations")[0]
        if place == name:
            place = name.rpartition(".")[0]
        return f"{place or 'itself'} ({self._kinds[place]})"


def names_of(name: str, shape: Sequence[int]) -> list[str]:
    """Return the name of each number of a tensor: `fc.weight[3, 2]`, of one number its own.

    >>> names_of("fc.weight", (1, 2)), names_of("scale", ())
    (['fc.weight[0, 0]', 'fc.weight[0, 1]'], ['scale'])
    """
    if not shape:
        return [name]
    *outer, last = shape
    ends = [f"{i}]" for i in range(last)]
    starts = [f"{name}["]
    for size in outer:
        inner = [f"{i}, " for i in range(size)]
        starts = [start + one for start in starts for one in inner]
    return [start + one for start in starts for one in ends]


def check_made(own: Mapping[str, Tensor]) -> None:
    """Raise ChoiceError for a parameter of a lazy layer that has no numbers yet."""
    unmade = [name for name, one in own.items() if isinstance(one, UninitializedParameter)]
    if unmade:
        raise ChoiceError(
            f"the parameter {unmade[0]} of a lazy layer is not made yet; call the model once, "
            "model(X), so that it is"
        )


def _check(own: Mapping[str, Tensor]) -> None:
    """Raise ChoiceError where no parameter can be trained, one is unmade, or no real number."""
    check_made(own)
    if not sum(prod(one.shape) for one in own.values()):
        raise ChoiceError(
            "the model has no parameters that ask for a gradient, so there is nothing to descend "
            "on; set requires_grad=True on those that are meant"
        )
    for name, one in own.items():
        if not one.is_floating_point():
            raise ChoiceError(
                f"the parameter {name} is {one.dtype}, but steepest descends on real numbers; "
                "keep real and imaginary part as two parameters"
            )


def _kind(module: nn.Module) -> str:
    """Return what a module is, and how its parameters are made where they are not its own."""
    made = getattr(module, "parametrizations", None)
    kinds = [type(one).__name__ for each in made.values() for one in each] if made else []
    hooks = [type(one).__name__ for one in module._forward_pre_hooks.values()]
    name = type(module).__name__.removeprefix("Parametrized")
    return " with ".join([name, *kinds, *hooks])

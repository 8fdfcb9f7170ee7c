"""The names of a network's params: by number, `weight 15`, or by place, `layer 2, unit 3`.

Weights and biases are numbered from 1 each, in the order of the params; see `network`.
"""

import re
from collections.abc import Sequence

from steepest.errors import ChoiceError

__all__ = ["Places", "by_input", "index_of"]

Places = tuple[tuple[slice, tuple[int, int], slice], ...]
"""Where each layer's weights are among the params, their shape, where its biases are."""

NUMBERED = re.compile(r"(weight|bias) ?(\d+)", re.IGNORECASE | re.ASCII)
"""A param by its number."""

PLACED = re.compile(
    r"layer (\d+), ?unit (\d+)(?:, ?from (?:unit|input) (\d+))?", re.IGNORECASE | re.ASCII
)
"""A param by its place: `layer 2, unit 3, from unit 1`, and a bias without what it is from."""

FROM_FEATURE = re.compile(
    r"(layer 1, ?unit \d+, ?from )(?:input )?(?:(\d+): )?(.+)", re.IGNORECASE | re.ASCII
)
"""A weight of the first layer by its feature, with its number or without."""


def by_input(name: str, features: Sequence[str]) -> str:
    """Return a param's name with the number of an input in place of its feature, if it is one.

    >>> by_input("layer 1, unit 2, from age", ["sex", "age"])
    'layer 1, unit 2, from input 2'
    """
    if not isinstance(name, str) or PLACED.fullmatch(name.strip()):
        return name
    found = FROM_FEATURE.fullmatch(name.strip())
    if found is None or found[3] not in features:
        return name
    index = features.index(found[3]) + 1
    return name if found[2] not in (None, str(index)) else f"{found[1]}input {index}"


def index_of(name: str, sizes: tuple[int, ...], places: Places) -> int:
    """Return the index, from 0, of the param that a name says in a network of `sizes` units.

    Raises ChoiceError for what is not there.
    """
    weights, biases = places[-1][0].stop, sum(sizes[1:])
    if placed := PLACED.fullmatch(name.strip()):
        layer, unit, source = (None if part is None else int(part) for part in placed.groups())
        assert layer is not None and unit is not None
        return _index_at(layer, unit, source, sizes, places)
    numbered = NUMBERED.fullmatch(name.strip())
    before, count = (0, weights) if numbered and numbered[1][0] in "wW" else (weights, biases)
    if numbered is None or not 1 <= int(numbered[2]) <= count:
        raise ChoiceError(
            f"there is no param {name!r}; the network {_shape(sizes)} has weight 1 to weight "
            f"{weights} and bias 1 to bias {biases}, which can also be named by unit: 'layer "
            "1, unit 1, from input 1' and 'layer 1, unit 1'"
        )
    return before + int(numbered[2]) - 1


def _index_at(
    layer: int, unit: int, source: int | None, sizes: tuple[int, ...], places: Places
) -> int:
    """Return the index of the weight from `source` into a unit, or of its bias, all from 1."""
    shape = _shape(sizes)
    _check_there("layer", layer, len(sizes) - 1, f"the network {shape} has")
    inputs, units = sizes[layer - 1], sizes[layer]
    _check_there("unit", unit, units, f"layer {layer} of the network {shape} has")
    weights, _, biases = places[layer - 1]
    if source is None:
        return biases.start + unit - 1
    kind = "input" if layer == 1 else "unit"
    _check_there(kind, source, inputs, f"layer {layer} of the network {shape} receives")
    return weights.start + (unit - 1) * inputs + source - 1


def _check_there(what: str, number: int, count: int, there: str) -> None:
    """Raise ChoiceError for one that is not among `count`; `there` says who has these."""
    if not 1 <= number <= count:
        many = f"{what} 1 to {what} {count}" if count > 1 else f"{what} 1 alone"
        raise ChoiceError(f"there is no {what} {number}: {there} {many}")


def _shape(sizes: tuple[int, ...]) -> str:
    return "-".join(map(str, sizes))

"""How much the rows of each class count: as many of each in effect, or numbers of the reader's."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepared import Data
from steepest.data.target import Target
from steepest.errors import ChoiceError
from steepest.numerals import short

__all__ = ["BALANCED", "check_class_weight", "count_by_class"]

BALANCED = "balanced"

MOST_RATIO = 1e15
"""How many times another class may count: beyond, rounding of the sum (2^-52) is more than a row.

Measured of 20 rows: with 1e300 the loss of the other class is 7e-298 of the whole.
"""

Array = NDArray[np.float64]


def check_class_weight(given: object) -> None:
    """Raise ChoiceError for what is neither None, "balanced", nor numbers above 0 by class."""
    if given is None or given == BALANCED:
        return
    if not isinstance(given, Mapping):
        raise ChoiceError(
            f"class_weight is {given!r}; it must be 'balanced' or a number for each class, such as "
            "{'yes': 5.0}"
        )
    for label, number in given.items():
        known = isinstance(number, int | float) and not isinstance(number, bool)
        if not (known and 0.0 < number < float("inf")):
            raise ChoiceError(
                f"class_weight of {label!r} is {number!r}; it must be a number above 0"
            )


def count_by_class(data: Data, class_weight: object) -> Data:
    """Return the data with their rows counting by class too, which is said.

    The rows that are kept back count by the same numbers.
    """
    if class_weight is None:
        return data
    by_class, said = class_weights(class_weight, data.target, data.y, data.sample_weight)
    back = None if data.validation is None else data.validation.counting(by_class)
    return replace(data.counting(by_class), notes=(*data.notes, said), validation=back)


def class_weights(
    given: object, target: Target, y: Array, weights: Array | None
) -> tuple[Array, str]:
    """Return by how much the rows of each class count, (k,), and it in words.

    y, (rows,), are their codes, and `weights`, (rows,), how much they count besides. "balanced" is
    `sum(weights) / (k * sum(weights of the class))`, after which each of the k classes counts the
    same (King & Zeng 2001, "Logistic regression in rare events data", eq. 8; scikit-learn's
    formula too). Else `given` has a number for some classes, and the others 1.

    Raises ChoiceError where the target is a number, and for a class that is not there.
    """
    if target.classes is None:
        raise ChoiceError(
            f"class_weight goes with classes, but {target.name!r} is predicted as a number; leave "
            "it out, or use the loss cross_entropy"
        )
    codes = y.astype(np.intp)
    if given == BALANCED:
        sizes = np.bincount(codes, weights, minlength=len(target.classes))
        by_class = sizes.sum() / (len(sizes) * sizes)
    else:
        assert isinstance(given, Mapping)
        by_class = _said(given, target)
    named = zip(target.classes, by_class, strict=True)
    shown = ", ".join(f"{label} {short(weight)}" for label, weight in list(named)[:5])
    more = ", ..." if len(by_class) > 5 else ""
    return by_class, f"each row counts by its class: {shown}{more}"


def _said(given: Mapping[object, float], target: Target) -> Array:
    """Return the weight of each class, (k,), 1 where none was said."""
    names = [str(label) for label in target.classes or ()]
    by_class = np.ones(len(names))
    for label, weight in given.items():
        if str(label) not in names:
            raise ChoiceError(
                f"class_weight names the class {label!r}, which {target.name!r} does not have; its "
                f"classes are {', '.join(names)}"
            )
        by_class[names.index(str(label))] = weight
    _check_ratio(names, by_class)
    return by_class


def _check_ratio(names: list[str], by_class: Array) -> None:
    """Raise ChoiceError where the rows of a class would count less than rounding of the sum."""
    least, most = int(by_class.argmin()), int(by_class.argmax())
    # Not the product, which may be infinite.
    if by_class[most] / MOST_RATIO > by_class[least]:
        raise ChoiceError(
            f"class_weight of {names[most]!r} is {by_class[most]:g}, and of {names[least]!r} "
            f"{by_class[least]:g}: more than {MOST_RATIO:g} times apart, so the rows of "
            f"{names[least]!r} would be lost in rounding; give numbers nearer to each other"
        )

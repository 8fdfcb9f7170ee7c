"""Of many cases alike some run at each `make test`, and the others with `make prove`."""

from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest


def paired(*lists: Iterable[Any]) -> list[Any]:
    """Return all tuples of the lists' values, of which make test takes enough to have each value.

    The first of each list go together, then the second, and so on round the shorter lists.
    """
    listed = [list(values) for values in lists]
    quick = {tuple(i % len(values) for values in listed) for i in range(max(map(len, listed)))}
    places = product(*(range(len(values)) for values in listed))
    chosen = ((at, [values[i] for values, i in zip(listed, at, strict=True)]) for at in places)
    slow = pytest.mark.prove
    return [
        pytest.param(*one) if at in quick else pytest.param(*one, marks=slow) for at, one in chosen
    ]


def every_other(values: Iterable[Any]) -> list[Any]:
    """Return the values, of which make test takes the first, the third, ..."""
    slow = pytest.mark.prove
    return [
        one
        if i % 2 == 0
        else pytest.param(*(one if isinstance(one, tuple) else (one,)), marks=slow)
        for i, one in enumerate(values)
    ]

"""Sums in a fixed tree: neighbours first, so that their order depends on their number alone.

So one thread and many give the same bits, and the error grows by the log of their number only
(Higham 1993, "The accuracy of floating point summation").
"""

from collections.abc import Callable, Sequence
from operator import add, iadd
from typing import Any, TypeVar

__all__ = ["Sums", "tree_merge", "tree_sum"]

Sums = tuple[Any, ...]
Part = TypeVar("Part")


def tree_sum(parts: Sequence[Sums]) -> Sums:
    """Add tuples item by item, neighbours first, then the results; `parts` stay as they are.

    The sums of neighbours are ours: later ones are added into them, since new arrays of a large
    gradient (101,770 params, say) are memory that the system has to clear.

    >>> tree_sum([(1.0, 10), (2.0, 20), (3.0, 30)])
    (6.0, 60)
    """
    pairs = zip(parts[::2], parts[1::2], strict=False)
    first = [_added(left, right, add) for left, right in pairs]
    level = [*first, *parts[len(parts) - len(parts) % 2 :]]
    return tree_merge(level, lambda left, right: _added(left, right, iadd))


def tree_merge(parts: Sequence[Part], merge: Callable[[Part, Part], Part]) -> Part:
    """Merge neighbours, then the results, until one is left, in a fixed order."""
    level = list(parts)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        merged = [merge(left, right) for left, right in pairs]
        level = merged + level[len(level) - len(level) % 2 :]
    return level[0]


def _added(left: Sums, right: Sums, plus: Callable[[Any, Any], Any]) -> Sums:
    return tuple(map(plus, left, right))

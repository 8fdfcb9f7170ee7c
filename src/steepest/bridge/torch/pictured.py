"""How fine a picture of a module's loss is: as fine as there is time for.

A picture's loss is worked out point by point, so that of a network of convolutions over thousands
of rows would take minutes; its grid is coarser then, and never so coarse that its shape is
lost. A surface that is asked for with its own `points` is not cut.
"""

from collections.abc import Callable
from time import perf_counter

__all__ = ["points_in_time"]

SECONDS = 10.0
"""What the points of a picture may take by the time of one."""

SIDES = (41, 31, 21)
"""Points a side of coarser pictures; the last however long it takes."""

TIMES = 3
"""Times that one point is timed: the shortest counts, since other work makes it longer."""


def points_in_time(
    point: Callable[[], object], most: int, clock: Callable[[], float] = perf_counter
) -> int:
    """Return the points a side, `most` or fewer, of a picture whose loss `point` works out once.

    >>> seconds = iter([0.0, 0.03] * 3)
    >>> points_in_time(lambda: None, 61, seconds.__next__)
    21
    """
    found = []
    for _ in range(TIMES):
        began = clock()
        point()
        found.append(clock() - began)
    there_is_time = (side for side in (most, *SIDES) if side**2 * min(found) <= SECONDS)
    return next(there_is_time, min(most, SIDES[-1]))

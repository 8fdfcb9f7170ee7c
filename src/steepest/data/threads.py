"""Work shared among threads, which are made once and kept; results come in the order of the parts.

NumPy, BLAS and SciPy's sparse products let go of the interpreter while they compute, so plain
threads do.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import numpy as np

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.limits import Limit, current

__all__ = ["cores", "map_on_threads"]

Result = TypeVar("Result")
Part = TypeVar("Part")


def map_on_threads(
    work: Callable[[Part], Result], parts: Sequence[Part], threads: int
) -> list[Result]:
    """Return `work(part)` for all parts, in order.

    Each thread has its run of neighbours as one task: a task a part would hand the interpreter to
    and fro, measured a third slower. The thread that asks does the first share itself.
    """
    limit = current()
    if limit is not None:
        work = _limited(work, limit)
    if len(parts) == 1 and ONE_BLAS_THREAD.entered:
        # In a descent, which sees to warnings: on few rows a context costs as much as the work.
        return [work(parts[0])]
    with ONE_BLAS_THREAD:
        if len(parts) == 1 or threads == 1:
            return _in_turn(work, parts)
        each = -(-len(parts) // threads)
        mine, *others = (parts[i : i + each] for i in range(0, len(parts), each))
        started = [_pool(threads).submit(_in_turn, work, share) for share in others]
        done = [_in_turn(work, mine), *(share.result() for share in started)]
        return [result for share in done for result in share]


def _limited(work: Callable[[Part], Result], limit: Limit) -> Callable[[Part], Result]:
    """Return work that asks the limit of the question first, at each part."""

    def limited(part: Part) -> Result:
        limit.check()
        return work(part)

    return limited


def _in_turn(work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    """Return `work(part)` for each of the parts, on the thread that calls this."""
    with np.errstate(over="ignore", invalid="ignore"):
        return [work(part) for part in parts]


@cache
def cores() -> int:
    """Return how many cores this machine has."""
    return os.cpu_count() or 1


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Return the threads, made once and kept: making them costs more than a small block does."""
    return ThreadPoolExecutor(threads, thread_name_prefix="steepest")


if hasattr(os, "register_at_fork"):
    # A forked process has the pool, but none of its threads.
    os.register_at_fork(after_in_child=_pool.cache_clear)

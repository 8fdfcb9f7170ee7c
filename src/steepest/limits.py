"""Limits on a question: how long it may take, asked inside the long work, and before work in one.

Whoever asks sets a limit `within` a block. Passes over the rows ask it at each of their blocks,
and matrix decompositions, which nothing can stop once they have begun, before they begin: by the
time and the memory that one of their size takes. Where no limit is set nothing is asked.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter

from steepest.errors import ChoiceError

__all__ = ["Limit", "check", "check_decomposition", "current", "within"]

DECOMPOSED = 10.0
"""Multiplications of a decomposition of a matrix (n, n), in n³: QR 2, eigenvectors 9, SVD 20."""

A_SECOND = 4e9
"""Multiplications a second: measured of `eigh` of 2,000 by 2,000 on one thread, 5e9."""

COPIES = 6
"""Matrices of its size that a decomposition holds at once: itself, two results, and workspace."""


@dataclass(frozen=True)
class Limit:
    """A question may take so many `seconds` and `memory` in bytes; `given_up` may end it sooner."""

    seconds: float
    memory: float
    given_up: Callable[[], None]
    """What raises an exception of its own where nobody waits for the answer any more."""
    began: float

    def check(self) -> None:
        """Raise what `given_up` does, or ChoiceError if the time is over."""
        self.given_up()
        if perf_counter() - self.began > self.seconds:
            raise ChoiceError(
                f"this has taken the {self.seconds:g} s that one question may take; take fewer "
                "columns or rows, or do it in Python, where nothing bounds it"
            )

    def check_decomposition(self, rows: int, columns: int) -> None:
        """Raise ChoiceError for a matrix (rows, columns) that takes longer than is left, or more.

        It takes `10 rows columns²`, the smaller number squared.
        """
        self.check()
        left = self.seconds - (perf_counter() - self.began)
        takes = DECOMPOSED * rows * columns * min(rows, columns) / A_SECOND
        holds = 8.0 * COPIES * rows * columns
        if takes > left or holds > self.memory:
            raise ChoiceError(
                f"a matrix of {rows:,} by {columns:,} would take about {takes:,.0f} s and "
                f"{holds / 1e6:,.0f} MB, more than one question may take; take fewer columns, or "
                "do it in Python, where nothing bounds it"
            )


LIMIT: ContextVar[Limit | None] = ContextVar("limit", default=None)
"""The limit of the question that this thread answers."""


@contextmanager
def within(seconds: float, memory: float, given_up: Callable[[], None]) -> Iterator[None]:
    """Set the limit of all that is done in the block; times in seconds, memory in bytes."""
    token = LIMIT.set(Limit(seconds, memory, given_up, perf_counter()))
    try:
        yield
    finally:
        LIMIT.reset(token)


def current() -> Limit | None:
    """Return the limit, for other threads that work at the same question; None if there is none."""
    return LIMIT.get()


def check() -> None:
    """Raise ChoiceError if the time of the question is over."""
    limit = LIMIT.get()
    if limit is not None:
        limit.check()


def check_decomposition(rows: int, columns: int | None = None) -> None:
    """Raise ChoiceError if a matrix, square or not, is too large to decompose in the time left."""
    limit = LIMIT.get()
    if limit is not None:
        limit.check_decomposition(rows, rows if columns is None else columns)

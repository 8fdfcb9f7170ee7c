"""Progress bars: on standard error, only on a terminal, only for what takes over a second."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from steepest.numerals import short
from steepest.trace import Step

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["bar", "watch_steps"]

QUIET_SECONDS = 1.0
"""Seconds before a bar appears."""

PERIOD = 0.1
"""Seconds between two states of a bar."""

Show = Callable[[float, Callable[[], str]], None]


@contextmanager
def bar(task: str, total: float | None) -> Iterator[Show]:
    """Yield `show(done, say)`, which moves the bar of a `task` of `total` parts.

    The bar says the time left where the total is known, else the time that has passed.
    """
    began = last = perf_counter()
    progress: Progress | None = None

    def show(done: float, say: Callable[[], str]) -> None:
        nonlocal last, progress
        now = perf_counter()
        if now - began < QUIET_SECONDS or now - last < PERIOD:
            return
        last = now
        progress = progress or _progress(task, total, began)
        if not progress.live.is_started and progress.console.is_terminal:
            progress.start()
        progress.update(progress.task_ids[0], completed=done, text=say())

    try:
        yield show
    finally:
        # An interrupt may have come while the bar was being put up; then it has no end to it.
        with suppress(IndexError):
            if progress is not None and progress.live.is_started:
                progress.stop()


def _progress(task: str, total: float | None, began: float) -> "Progress":
    """Return the bar of a task that began at that time, not yet shown.

    It is not made before it is shown: rich takes as long to load as a fit of few rows.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    clock = TimeElapsedColumn if total is None else TimeRemainingColumn
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=8),
        clock(table_column=Column(min_width=7)),
        TextColumn("{task.fields[text]}", markup=False),
        console=Console(file=sys.stderr),
        transient=True,
        get_time=perf_counter,
    )
    progress.add_task(task, total=total, text="")
    progress.tasks[0].start_time = began
    return progress


@contextmanager
def watch_steps(
    steps: Iterable[Step], most: int | None, seconds: float | None = None, since: float = 0.0
) -> Iterator[Iterator[Step]]:
    """Yield the steps as they are, with a bar that says the loss and the length of the gradient.

    `most` is how many steps there are at most, `seconds` how long after `since` it may take; the
    bar is full when the first of the two is reached, and has no end where neither is known.
    """
    known = most is not None or seconds is not None
    with bar("descending", 1.0 if known else None) as show:

        def watched() -> Iterator[Step]:
            began = perf_counter()
            for count, step in enumerate(steps, start=1):
                of_steps = step.index / most if most else 0.0
                of_time = (step.seconds - since) / seconds if seconds else 0.0
                say = partial(_in_words, step, most, count, began)
                show(max(of_steps, of_time), say)
                yield step

        yield watched()


def _in_words(step: Step, most: int | None, count: int, began: float) -> str:
    """Return what a bar says of a step, the last of so many since the clock was at `began`."""
    of = "" if most is None else f"/{most:,}"
    passes = [f"{short(step.passes)} passes"] if step.passes else []
    said = [
        f"{step.index:,}{of}",
        f"loss {short(step.loss)}",
        f"gradient {short(step.gradient_norm)}",
        *passes,
        f"{short(count / (perf_counter() - began))}/s",
    ]
    return "  ".join(said)

"""Progress bars: on standard error, only on a terminal, only for what takes over a second."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from steepest.trace import Step
from steepest.view.numerals import short

__all__ = ["bar", "watch_steps"]

PATIENCE = 1.0
"""Seconds before a bar appears."""

PERIOD = 0.1
"""Seconds between two looks of a bar."""


@contextmanager
def bar(task: str, total: int | None) -> Iterator[Callable[[int, str], None]]:
    """Yield `show(done, text)`, which moves the bar of a `task` of `total` parts."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[text]}"),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )
    number = progress.add_task(task, total=total, text="")
    began = last = perf_counter()

    def show(done: int, text: str = "") -> None:
        nonlocal last
        now = perf_counter()
        if now - began < PATIENCE or now - last < PERIOD:
            return
        last = now
        if not progress.live.is_started and progress.console.is_terminal:
            progress.start()
        progress.update(number, completed=done, text=text)

    try:
        yield show
    finally:
        # An interrupt may have come while the bar was being put up; then it has no end to it.
        with suppress(IndexError):
            if progress.live.is_started:
                progress.stop()


@contextmanager
def watch_steps(steps: Iterable[Step], total: int | None) -> Iterator[Iterator[Step]]:
    """Yield the steps as they are, with a bar that shows the loss and how steep it is there."""
    with bar("descending", total) as show:

        def watched() -> Iterator[Step]:
            for step in steps:
                show(step.index, f"loss {short(step.loss)}, gradient {short(step.gradient_norm)}")
                yield step

        yield watched()

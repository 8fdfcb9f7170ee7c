"""How far a pass over files is, on a terminal: rows and bytes."""

from collections.abc import Iterator
from contextlib import contextmanager

from steepest.data.out_of_core.first_pass import Progress, silent
from steepest.data.out_of_core.scratch import size_in_words

__all__ = ["passes_shown"]


@contextmanager
def passes_shown(progress: bool) -> Iterator[Progress]:
    """Yield what is called with how far a pass is; it shows a bar where `progress` is wanted."""
    if not progress:
        yield silent
        return
    from steepest.view.progress import bar

    with bar("reading", 1.0) as show:

        def tell(what: str, done: int, rows: int, size: int) -> None:
            share = done / rows
            read = f"{size_in_words(share * size)} of {size_in_words(size)}"
            show(share, lambda: f"{what}: {done:,} of {rows:,} rows, {read}")

        yield tell

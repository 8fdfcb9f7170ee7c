"""What `play` does: open what the reader named, and serve the page until it ends."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import click

from steepest.data.table import read_table
from steepest.errors import ChoiceError
from steepest.run.run import load
from steepest.server import PORT, serve
from steepest.session import Session
from steepest.session.opening import Opened, open_run, open_table

__all__ = ["play_on"]


def play_on(
    data: str,
    target: str | None,
    features: Sequence[str] | None,
    port: int | None,
    open_browser: bool,
) -> None:
    """Serve the page on `data`; every page that is opened begins with it."""
    opened = _opened(data, target, features)
    if opened.note:
        click.echo(opened.note)
    serve(lambda: Session(opened), PORT if port is None else port, open_browser, click.echo)


def _opened(data: str, target: str | None, features: Sequence[str] | None) -> Opened:
    if not (Path(data).is_file() and zipfile.is_zipfile(data)):
        return open_table(read_table(data), target, features)
    if target is not None or features is not None:
        raise ChoiceError(f"{data} is a saved run: its target and features are settled; leave them")
    return open_run(load(data))

"""What every command that has a run can do with it: tell it, draw it, write it out."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from steepest.data.written import write_table
from steepest.errors import FileError
from steepest.files import FIGURES, FILMS, PAGES, TABLES, check_writable
from steepest.interrupts import INTERRUPTED
from steepest.run.report import report
from steepest.run.run import Run

__all__ = ["KINDS", "check", "hand_over", "outputs", "tell", "write"]

KINDS = {
    "figure": (FIGURES, "Draw data, surface, map and losses"),
    "film": (FILMS, "Film the path as it grows"),
    "page": (PAGES, "Write one page to play with, that opens anywhere"),
    "table": (TABLES, "Write actual and predicted by the row"),
    "trace": (TABLES, "Write every step"),
}
"""What can be written of a run: the endings of its files, and what it is."""

Command = TypeVar("Command", bound=Callable[..., object])


def outputs(command: Command) -> Command:
    """Add the options that name what is written about a run."""
    as_json = click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object, no words."
    )
    command = as_json(command)
    for kind, (endings, said) in reversed(KINDS.items()):
        help = f"{said} ({' '.join(endings)})."
        option = click.option(
            f"--{kind}", multiple=True, type=click.Path(), metavar="FILE", help=help
        )
        command = option(command)
    return command


def check(files: dict[str, Sequence[str]], save: str | None, source: str) -> None:
    """Refuse what could not be written, or would overwrite the source, before any work is done."""
    for kind, paths in files.items():
        for path in paths:
            check_writable(path, KINDS[kind][0])
    if save is not None:
        check_writable(save)
    _check_distinct([path for paths in files.values() for path in paths], save, source)


def _check_distinct(paths: list[str], save: str | None, source: str) -> None:
    """Raise FileError if two files that are named are one."""
    named = [Path(path).resolve() for path in [source, *paths, *([save] if save else [])]]
    for path, count in Counter(named).items():
        if count > 1:
            what = "read from and written to" if path == named[0] else "written to twice"
            raise FileError(f"{path.name} would be {what}; give each file a name of its own")


def write(
    run: Run,
    figure: Sequence[str],
    film: Sequence[str],
    page: Sequence[str],
    table: Sequence[str],
    trace: Sequence[str],
) -> list[str]:
    """Write all that was asked for; return where."""
    for path in figure:
        run.figure(path)
    if film:
        run.film(*film, progress=True)
    for path in page:
        run.page(path)
    for path in table:
        write_table(run.table(), path)
    for path in trace:
        write_table(run.trace_table(), path)
    return [*figure, *film, *page, *table, *trace]


def hand_over(run: Run, save: str | None, files: dict[str, Sequence[str]], as_json: bool) -> None:
    """Save, write and tell a run that was just made; one that was interrupted says so to shells."""
    if save is not None:
        run.save(save)
    written = write(run, **files)
    tell(run, written if save is None else [*written, save], as_json)
    if run.stop.reason == "interrupted":
        sys.exit(INTERRUPTED)


def tell(run: Run, files: Sequence[str], as_json: bool = False) -> None:
    """Print the run: its story, or one JSON object; then where its files are."""
    if as_json:
        click.echo(json.dumps(report(run, files), indent=2, allow_nan=False))
        return
    for line in run.explain().splitlines():
        click.secho(line, bold=line.startswith(("Step ", "Verdict", "Result")))
    if files:
        click.echo("\nWritten:")
    for path in files:
        click.echo(f"  {path}")

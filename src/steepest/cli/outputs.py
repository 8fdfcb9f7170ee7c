"""What every command that has a run can do with it: tell it, draw it, write it out."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from steepest.data.written import write_table
from steepest.errors import FileError
from steepest.files import FIGURES, FILMS, TABLES, check_writable
from steepest.report import report
from steepest.run import Run

__all__ = ["check", "outputs", "tell", "write"]

Command = TypeVar("Command", bound=Callable[..., Any])


def outputs(command: Command) -> Command:
    """Add the options that name what is written about a run."""
    for option in (
        click.option(
            "--figure",
            multiple=True,
            type=click.Path(),
            metavar="FILE",
            help=f"Draw data, surface, map and losses ({' '.join(FIGURES)}).",
        ),
        click.option(
            "--film",
            multiple=True,
            type=click.Path(),
            metavar="FILE",
            help=f"Film the path as it grows ({' '.join(FILMS)}).",
        ),
        click.option(
            "--table",
            multiple=True,
            type=click.Path(),
            metavar="FILE",
            help=f"Write actual and predicted by the row ({' '.join(TABLES)}).",
        ),
        click.option(
            "--trace", multiple=True, metavar="FILE", help=f"Write every step ({' '.join(TABLES)})."
        ),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object, no words."),
    ):
        command = option(command)
    return command


def check(files: dict[str, Sequence[str]], save: str | None, source: str) -> None:
    """Refuse what could not be written, or would overwrite the source, before any work is done."""
    kinds = {"figure": FIGURES, "film": FILMS, "table": TABLES, "trace": TABLES}
    for kind, paths in files.items():
        for path in paths:
            check_writable(path, kinds[kind])
    if save is not None:
        check_writable(save)
    _check_apart([path for paths in files.values() for path in paths], save, source)


def _check_apart(paths: list[str], save: str | None, source: str) -> None:
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
    table: Sequence[str],
    trace: Sequence[str],
) -> list[str]:
    """Write all that was asked for; return where."""
    for path in figure:
        run.figure(path)
    if film:
        run.film(*film, progress=True)
    for path in table:
        write_table(run.table(), path)
    for path in trace:
        write_table(run.trace_table(), path)
    return [*figure, *film, *table, *trace]


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

"""`steepest show`: say a saved run again, draw it, write it out."""

import json
import sys

import click

from steepest.cli.outputs import (
    STATUSES,
    UNJUDGED,
    Outputs,
    check,
    outputs,
    surface_of,
    tell,
    write,
)
from steepest.run.elsewhere.libraries import LIBRARIES
from steepest.run.load import load

__all__ = ["show"]


@click.command(epilog=STATUSES)
@click.argument("run", type=click.Path())
@click.option("--summary", is_flag=True, help="Say it as three tables: weights, run, rows.")
@click.option(
    "--as",
    "library",
    type=click.Choice(list(LIBRARIES)),
    help="Print the lines that fit the same with another library.",
)
@outputs
def show(run: str, summary: bool, library: str | None, out: Outputs) -> None:
    """Tell a saved RUN again, and draw, film or write it out, also as a page.

    \b
    Example:
      steepest fit geyser --target waiting --save geyser.steepest
      steepest show geyser.steepest --figure geyser.svg --panels surface,map --theme dark
      steepest show geyser.steepest --plane sharpest --figure sharpest.png
      steepest show geyser.steepest --summary
      steepest show geyser.steepest --as scikit-learn
    """
    check(out.files, None, run)
    loaded = load(run)
    surface = surface_of(loaded, out)
    written = write(loaded, out, surface)
    if library is not None:
        click.echo(loaded.elsewhere(library))
    elif summary:
        found = loaded.summary()
        click.echo(json.dumps(found.to_dict(), indent=2) if out.as_json else found)
    else:
        tell(loaded, written, out.as_json, surface)
    if not loaded.is_judged:
        sys.exit(UNJUDGED)

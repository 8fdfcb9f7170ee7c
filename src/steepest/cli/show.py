"""`steepest show`: say a saved run again, draw it, write it out."""

import sys

import click

from steepest.cli.outputs import STATUSES, UNJUDGED, Outputs, check, outputs, tell, write
from steepest.run.load import load

__all__ = ["show"]


@click.command(epilog=STATUSES)
@click.argument("run", type=click.Path())
@outputs
def show(run: str, out: Outputs) -> None:
    """Tell a saved RUN again, and draw, film or write it out, also as a page.

    \b
    Example:
      steepest fit geyser --target waiting --save geyser.steepest
      steepest show geyser.steepest --figure geyser.svg --panels surface,map --theme dark
    """
    check(out.files, None, run)
    loaded = load(run)
    tell(loaded, write(loaded, out), out.as_json)
    if not loaded.is_judged:
        sys.exit(UNJUDGED)

"""`steepest show`: say a saved run again, draw it, write it out."""

import json
import sys

import click

from steepest.cli.output_options import outputs
from steepest.cli.outputs import (
    STATUSES,
    UNJUDGED,
    Outputs,
    check,
    check_reread,
    page_note,
    surface_of,
    tell,
    write,
)
from steepest.cli.saving import rows_inside
from steepest.run.elsewhere.libraries import LIBRARIES
from steepest.run.load import load
from steepest.run.one_row import row_story
from steepest.run.run import Run

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
@click.option(
    "--row", type=int, metavar="N", help="Tell row N of the table: forward to its loss, and back."
)
@click.option("--step", type=int, metavar="N", help="Of --row, at which params. [default: result]")
@outputs
def show(
    run: str,
    summary: bool,
    library: str | None,
    row: int | None,
    step: int | None,
    out: Outputs,
) -> None:
    """Tell a saved RUN again, and draw, film or write it out, also as a page.

    \b
    Example:
      steepest fit geyser --target waiting --save geyser.steepest
      steepest show geyser.steepest --figure geyser.svg --panels surface,map --theme dark
      steepest show geyser.steepest --plane sharpest --figure sharpest.png
      steepest show geyser.steepest --summary
      steepest show geyser.steepest --as scikit-learn
      steepest show geyser.steepest --row 12 --step 0
      steepest show geyser.steepest --onnx geyser.onnx
    """
    check(out.files, None, run)
    loaded = load(run)
    check_reread(loaded, out.files)
    surface = surface_of(loaded, out)
    written = write(loaded, out, surface)
    if library is not None:
        click.echo(loaded.elsewhere(library))
    elif row is not None or step is not None:
        _tell_row(loaded, row, step, out.as_json)
    elif summary:
        found = loaded.summary()
        click.echo(json.dumps(found.to_dict(), indent=2) if out.as_json else found)
    else:
        notes = [*page_note(loaded, out, surface), *rows_inside(loaded, out.files["page"])]
        tell(loaded, written, out.as_json, surface, notes=notes)
    if not loaded.is_judged:
        sys.exit(UNJUDGED)


def _tell_row(run: Run, row: int | None, step: int | None, as_json: bool) -> None:
    """Print the pass of one row, in words or as one JSON object."""
    if row is not None and as_json:
        click.echo(json.dumps(row_story(run, row, step).to_dict(), indent=2))
        return
    click.echo(run.explain(row, step))

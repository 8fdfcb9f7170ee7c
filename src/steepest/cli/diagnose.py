"""`steepest diagnose`: what is wrong with a saved run, and what was looked at."""

import json
import sys

import click

from steepest.cli.outputs import STATUSES, UNJUDGED
from steepest.run.load import load
from steepest.run.report import report
from steepest.view.words import tell_diagnosis

__all__ = ["diagnose"]


@click.command(epilog=STATUSES)
@click.argument("run", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
def diagnose(run: str, as_json: bool) -> None:
    """Say what is wrong with a saved RUN, with numbers, remedy and source, and what was looked at.

    \b
    Example:
      steepest fit geyser --target waiting --save geyser.steepest
      steepest diagnose geyser.steepest
    """
    loaded = load(run)
    if as_json:
        found = report(loaded)
        parts = ("format", "stop", "limit", "verdicts", "notes", "checks")
        click.echo(json.dumps({name: found[name] for name in parts}, indent=2))
    else:
        click.echo(tell_diagnosis(loaded.story))
    if not loaded.is_judged:
        sys.exit(UNJUDGED)

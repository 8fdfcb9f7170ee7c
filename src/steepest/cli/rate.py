"""`steepest rate`: a learning rate with a reason."""

import json
from collections.abc import Sequence
from typing import Any

import click

from steepest.cli.fit import others_read, start_of
from steepest.cli.options import descent_options, names_in
from steepest.cli.outputs import check
from steepest.cli.table_options import column_options, use_options
from steepest.descent.plan.option import Part
from steepest.files import FIGURES
from steepest.run.find_rate import TRIAL_STEPS, find_rate

__all__ = ["rate"]


@click.command()
@click.argument("data", type=click.Path())
@column_options
@use_options
@descent_options(Part.OBJECTIVE, Part.METHOD)
@click.option(
    "--trial-steps", type=int, default=TRIAL_STEPS, show_default=True, help="Steps of each trial."
)
@click.option(
    "--figure",
    type=click.Path(),
    multiple=True,
    metavar="FILE",
    help=f"Draw trials and range test ({' '.join(FIGURES)}).",
)
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
def rate(
    data: str,
    features: str | None,
    drop: Sequence[str],
    start: str | None,
    figure: Sequence[str],
    as_json: bool,
    **rest: Any,
) -> None:
    """Find a fixed learning rate for DATA, with its reason: trials, limit, margin, range test.

    The rule is steepest descent unless --rule says another that takes a rate.

    \b
    Examples:
      steepest rate geyser --target waiting --scale standard
      steepest rate spirals --target class --hidden 8,8 --rule adam --figure rate.png
    """
    check({"figure": figure}, None, data, *others_read(start, rest["validation"]))
    rest.pop("learning_rate")
    if rest["rule"] == "auto":
        rest["rule"] = "steepest"
    found = find_rate(
        data,
        features=None if features is None else names_in(features),
        drop=names_in(",".join(drop)),
        start=None if start is None else start_of(start),
        **rest,
    )
    for path in figure:
        found.figure(path)
    click.echo(json.dumps(found.to_dict(), indent=2) if as_json else found.explain())

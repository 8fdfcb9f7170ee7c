"""`steepest path`: one model along penalties, and which of them rows kept back choose."""

import json
from collections.abc import Sequence
from typing import Any

import click

from steepest.cli.options import descent_options, names_in
from steepest.cli.outputs import check, print_words
from steepest.cli.saving import Saving, rows_inside, saving
from steepest.cli.table_options import column_options, use_options_of_folds
from steepest.data.written import write_table
from steepest.descent.plan.option import Part
from steepest.run.descend_path import KINDS, REFUSED, penalty_path
from steepest.run.penalty_path import PenaltyPath

__all__ = ["path"]

CHOICES = ("lowest", "one-error")
"""Which run of a path is kept: see `PathStory.best` and `within_error`."""


@click.command()
@click.argument("data", type=click.Path())
@column_options
@click.option(
    "--penalty", type=click.Choice(KINDS), default="l1", show_default=True, help="Which penalty."
)
@click.option(
    "--penalties",
    default="50",
    show_default=True,
    metavar="N|A,B,...",
    help="How many, or they themselves.",
)
@click.option(
    "--folds", type=int, default=5, show_default=True, help="Parts that are kept back; 0: none."
)
@use_options_of_folds
@descent_options(Part.OBJECTIVE, Part.METHOD, without=REFUSED)
@click.option("--figure", type=click.Path(), metavar="FILE", help="Draw weights and losses.")
@click.option("--table", type=click.Path(), metavar="FILE", help="Write a row for each penalty.")
@click.option(
    "--choose",
    type=click.Choice(CHOICES),
    default=CHOICES[0],
    show_default=True,
    help="Which run --save keeps: the lowest of rows kept back, or within one standard error.",
)
@saving("Keep the chosen run, for predict and show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, no words.")
def path(
    data: str,
    target: str,
    features: str | None,
    drop: Sequence[str],
    penalties: str,
    folds: int,
    figure: str | None,
    table: str | None,
    choose: str,
    save: Saving,
    as_json: bool,
    **rest: Any,
) -> None:
    """Train on DATA along a path of penalties, and choose one by cross-validation.

    \b
    Examples:
      steepest path diabetes --target progression --figure path.png
      steepest path penguins --target species --penalties 1,0.1,0.01 --choose one-error --save p
    """
    if save.path is not None and not folds:
        raise click.UsageError("without --folds no run is chosen, so none is saved; leave --save")
    files = {"figure": [figure] if figure else [], "table": [table] if table else []}
    check(files, save.path, data)
    asked = {
        "features": None if features is None else names_in(features),
        "drop": names_in(",".join(drop)),
        **{name: one for name, one in rest.items() if one is not None},
    }
    given = _penalties(penalties)
    found = penalty_path(data, target, penalties=given, folds=folds or None, **asked)
    written = _write(found, figure, table)
    chosen = found.best if choose == CHOICES[0] else found.within_one_error
    notes: list[str] = []
    if chosen is not None:
        save.write(chosen)
        notes = rows_inside(chosen, (), save)
    _tell(found, [*written, *save.paths], notes, as_json)


def _penalties(text: str) -> int | list[float]:
    """Return how many penalties there are to be, or the list of them."""
    try:
        return int(text) if text.strip().isdecimal() else [float(one) for one in text.split(",")]
    except ValueError:
        raise click.UsageError(
            f"--penalties is {text!r}, but it must be how many, or numbers with commas between"
        ) from None


def _write(found: PenaltyPath, figure: str | None, table: str | None) -> list[str]:
    """Write figure and table where they are asked for; return where."""
    if figure is not None:
        found.figure(figure)
    if table is not None:
        write_table(found.table.to_arrow(), table)
    return [one for one in (figure, table) if one is not None]


def _tell(found: PenaltyPath, files: list[str], notes: list[str], as_json: bool) -> None:
    """Print the path, in words or as one JSON object."""
    if as_json:
        record = {**found.to_dict(), "files": files, "rows_inside": notes}
        click.echo(json.dumps(record, indent=2, allow_nan=False))
        return
    print_words(found.explain(), files, notes)

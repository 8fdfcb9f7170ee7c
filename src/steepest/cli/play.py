"""`steepest play`: open what the reader named, and serve the page until it ends."""

import re
import shlex
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from steepest.checks import whole_numbers
from steepest.cli.options import names_in
from steepest.cli.saving import warn
from steepest.data.likely import MOST
from steepest.data.table import read_table
from steepest.errors import ChoiceError, DataError
from steepest.run.load import load

if TYPE_CHECKING:
    from steepest.session.opening import OpenData
    from steepest.session.request import ChosenOptions

__all__ = ["opened", "play", "tell_proposed"]


@click.command()
@click.argument("data", type=click.Path(), default="geyser")
@click.option("--target", metavar="COLUMN", help="The column to predict.  [default: proposed]")
@click.option("--features", metavar="A,B,...", help="Columns to predict from.  [default: one]")
@click.option("--hidden", metavar="8,8", help="Units of each hidden layer: a network, no neuron.")
@click.option("--port", type=click.IntRange(0, 65535), help="Where to listen.  [default: 8421]")
@click.option("--no-open", is_flag=True, help="Print the address; leave the browser alone.")
def play(
    data: str,
    target: str | None,
    features: str | None,
    hidden: str | None,
    port: int | None,
    no_open: bool,
) -> None:
    """Open the live page in the browser, on DATA: a file, a shipped data set, or a saved run.

    Only this machine can reach it, and only by the address that is printed. Another file can be
    dropped on the page.

    \b
    Examples:
      steepest play
      steepest play penguins --target species --features bill_length_mm
      steepest play mine.csv --target price --hidden 8,8 --no-open
    """
    from steepest.server import PORT, serve
    from steepest.session import Session

    found = opened(data, target, None if features is None else names_in(features), hidden)
    if found.run.stop.reason == "interrupted":
        raise KeyboardInterrupt
    tell_proposed(found, data)
    serve(lambda: Session(found), PORT if port is None else port, not no_open, click.echo)


def opened(
    data: str, target: str | None, features: Sequence[str] | None, hidden: str | None
) -> "OpenData":
    """Return the data of a table or a saved run.

    Raises ChoiceError for columns of a saved run, and DataError for a table that cannot be used.
    """
    from steepest.session.opening import open_run, open_table

    if not (Path(data).is_file() and zipfile.is_zipfile(data)):
        made: ChosenOptions = {} if hidden is None else {"hidden": whole_numbers("hidden", hidden)}
        try:
            return open_table(read_table(data), target, features, **made)
        except DataError as error:
            raise DataError(_with_options_of_fit(str(error), data)) from error
    if target is not None or features is not None or hidden is not None:
        raise ChoiceError(
            f"{data} is a saved run: its target, features and hidden units are settled; leave them"
        )
    return open_run(load(data))


def tell_proposed(found: "OpenData", data: str) -> None:
    """Say what was chosen, and on the error stream that a target was taken which nobody named."""
    if found.note:
        click.echo(_with_options_of_fit(found.note, data))
    if not found.proposed:
        return
    goal = found.data.target.name
    likely = {one.name: one for one in found.proposed}
    others = [str(one) for name, one in likely.items() if name != goal][:MOST]
    listed = f"it could also be {', '.join(others)}; " if others else ""
    warn(
        f"no --target says what to predict, so it is {likely.get(goal, goal)}; {listed}"
        f"--target COLUMN says which, and `steepest data {shlex.quote(data)}` looks at the table"
    )


def _with_options_of_fit(words: str, data: str) -> str:
    """Return the words; where they name options that this command lacks, with who has them."""
    known = {name for one in click.get_current_context().command.params for name in one.opts}
    lacking = sorted({*re.findall(r"--[a-z][a-z-]*", words)} - known)
    if not lacking:
        return words
    return (
        f"{words}\n({' and '.join(lacking)}: of `steepest fit {shlex.quote(data)} --save RUN`, "
        "whose RUN opens here too)"
    )

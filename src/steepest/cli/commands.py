"""The commands: each turns words into calls; `main` turns errors into messages."""

import csv
import os
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from steepest import __version__
from steepest.cli.outputs import INTERRUPTED, KINDS, check, hand_over, outputs, tell, write
from steepest.cli.resume import resume
from steepest.data.shipped import about, dataset, datasets
from steepest.data.written import write_table
from steepest.descent.rules import RULES
from steepest.errors import FileError, SteepestError
from steepest.files import TABLES
from steepest.objective.coordinates.bounded import SCALES
from steepest.objective.loss.named import LOSSES
from steepest.run.descend import descend
from steepest.run.run import Run, load

__all__ = ["main"]

COLOUR = False if os.environ.get("NO_COLOR") else None
"""None leaves it to click: colour on a terminal, none in a pipe."""

USER_ERROR = 2


def main() -> None:
    """Run the command line; every error that a user can cause ends in one message and status 2."""
    try:
        cli(standalone_mode=False, prog_name="steepest", color=COLOUR)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("steepest: interrupted", err=True)
        sys.exit(INTERRUPTED)
    except Exception as error:
        if os.environ.get("STEEPEST_DEBUG"):
            raise
        sys.exit(_tell_error(error))


def _tell_error(error: Exception) -> int:
    """Print what went wrong; return the exit status."""
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, SteepestError):
        _complain(str(error))
        return USER_ERROR
    if isinstance(error, BrokenPipeError):
        # Whoever read our output has gone; what is left of it goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    elif isinstance(error, OSError):
        _complain(f"cannot go on: {error.strerror or error}")
    else:
        _complain(
            f"a fault of steepest itself, not of yours: {type(error).__name__}: {error}; "
            "STEEPEST_DEBUG=1 shows where"
        )
    return 1


def _complain(message: str) -> None:
    click.secho(f"steepest: {message}", err=True, fg="red", color=COLOUR)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96})
@click.version_option(__version__, prog_name="steepest", message="%(prog)s %(version)s")
def cli() -> None:
    """Gradient descent you can see: every step, on the true loss surface, on your own data.

    \b
    steepest demo                                       see it on two real data sets
    steepest play                                       play with it in the browser
    steepest fit geyser --target waiting                train on a shipped data set ...
    steepest fit mine.csv --target price --figure a.png ... or on your own
    """


cli.add_command(resume)


@cli.command()
@click.option(
    "--out",
    default="steepest-demo",
    show_default=True,
    metavar="FOLDER",
    help="Where the figures, films, pages and tables go.",
)
def demo(out: str) -> None:
    """Tell the four steps on two real data sets, a regression and a classification.

    \b
    Example:
      steepest demo --out steepest-demo
    """
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make the folder {folder}: {error.strerror}") from error
    for name, choices in DEMOS.items():
        shown = about(name)
        click.secho(f"\n{shown.title}", bold=True)
        click.echo(f"{shown.description}\n")
        run = descend(name, shown.target, list(shown.features), progress=True, **choices)
        files = write(
            run,
            figure=[f"{out}/{name}.png", f"{out}/{name}.svg"],
            film=[f"{out}/{name}.gif", f"{out}/{name}.mp4"],
            page=[f"{out}/{name}.html"],
            table=[] if run.classes is None else [f"{out}/{name}-table.csv"],
            trace=[],
        )
        tell(run, files)


DEMOS: dict[str, dict[str, Any]] = {
    "geyser": {
        "rule": "steepest",
        "learning_rate": 0.05,
        "scale": "none",
        "seed": 3,
        "steps": 1000,
    },
    "orings": {
        "rule": "steepest",
        "learning_rate": 2.0,
        "scale": "standard",
        "seed": 3,
        "steps": 64,
    },
}
"""How the demo walks: textbook steps, and at a rate that is seen to arrive."""


@cli.command()
@click.argument("data", type=click.Path())
@click.option("--target", required=True, metavar="COLUMN", help="The column to predict.")
@click.option("--features", metavar="A,B,...", help="Columns to predict from.  [default: the rest]")
@click.option("--drop", multiple=True, metavar="A,B,...", help="Columns to leave out.")
@click.option(
    "--missing",
    type=click.Choice(["error", "drop"]),
    default="error",
    show_default=True,
    help="What to do with rows that have gaps.",
)
@click.option("--loss", type=click.Choice(["auto", *LOSSES]), default="auto", show_default=True)
@click.option(
    "--delta",
    type=float,
    default=1.0,
    show_default=True,
    help="Where the Huber loss turns straight, in units of the target.",
)
@click.option(
    "--quantile",
    type=float,
    default=0.5,
    show_default=True,
    help="For the loss quantile: the share of the rows below the prediction.",
)
@click.option(
    "--rule",
    type=click.Choice(["auto", *RULES]),
    default="auto",
    show_default=True,
    help="How a gradient becomes a direction.",
)
@click.option(
    "--learning-rate",
    default="auto",
    show_default=True,
    metavar="RATE",
    help="A number, auto, time:RATE, step:RATE, cosine:RATE, adgd, polyak[:LOWEST], silver, "
    "backtracking, exact or dog.",
)
@click.option(
    "--scale",
    type=click.Choice(["auto", *SCALES]),
    default="auto",
    show_default=True,
    help="The coordinates in which steps are taken; results stay in your units.",
)
@click.option("--steps", type=int, help="How many.  [default: until it has arrived]")
@click.option("--seconds", type=float, help="Stop after this time.")
@click.option("--tol", type=float, help="How small the gradient must be to have arrived.")
@click.option("--batch", type=int, metavar="ROWS", help="Go by mini-batches of so many rows.")
@click.option(
    "--start",
    metavar="W,...,B|RUN",
    help="Weights, then bias; or a saved run, where it ended.  [default: random]",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random start.")
@click.option(
    "--l1",
    type=float,
    default=0.0,
    show_default=True,
    help="Penalty on the sizes of the weights: many come to rest at exactly 0.",
)
@click.option(
    "--l2",
    type=float,
    default=0.0,
    show_default=True,
    help="Penalty on the squares of the weights.",
)
@click.option(
    "--save", type=click.Path(), metavar="RUN", help="Keep the run, for predict and show."
)
@outputs
def fit(
    data: str,
    features: str | None,
    drop: Sequence[str],
    learning_rate: str,
    start: str | None,
    save: str | None,
    as_json: bool,
    **rest: Any,
) -> None:
    """Train on DATA: a CSV, TSV, Parquet or Arrow file, or the name of a shipped data set.

    \b
    Examples:
      steepest fit geyser --target waiting --figure geyser.png --page geyser.html
      steepest fit geyser --target waiting --scale none --rule steepest \\
          --learning-rate 0.05 --steps 1000 --film geyser.mp4
      steepest fit penguins --target species --l2 0.001 --save penguins.steepest
      steepest fit diabetes --target progression --l1 50
    """
    files = {kind: rest.pop(kind) for kind in KINDS}
    check(files, save, data)
    run = descend(
        data,
        features=None if features is None else _names(features),
        drop=_names(",".join(drop)),
        learning_rate=learning_rate,
        start=None if start is None else _start(start),
        progress=True,
        **rest,
    )
    hand_over(run, save, files, as_json)


@cli.command()
@click.argument("data", type=click.Path(), default="geyser")
@click.option("--target", metavar="COLUMN", help="The column to predict.  [default: proposed]")
@click.option("--features", metavar="A,B,...", help="Columns to predict from.  [default: one]")
@click.option("--port", type=click.IntRange(0, 65535), help="Where to listen.  [default: 8421]")
@click.option("--no-open", is_flag=True, help="Print the address; leave the browser alone.")
def play(
    data: str, target: str | None, features: str | None, port: int | None, no_open: bool
) -> None:
    """Open the live page in the browser, on DATA: a file, a shipped data set, or a saved run.

    Only this machine can reach it, and only by the address that is printed. Another file can be
    dropped on the page.

    \b
    Examples:
      steepest play
      steepest play penguins --target species --features bill_length_mm
      steepest play mine.csv --target price --no-open
    """
    from steepest.cli.play import play_on

    named = None if features is None else _names(features)
    play_on(data, target, named, port, open_browser=not no_open)


@cli.command()
@click.argument("run", type=click.Path())
@outputs
def show(run: str, as_json: bool, **files: Sequence[str]) -> None:
    """Tell a saved RUN again, and draw, film or write it out, also as a page.

    \b
    Example:
      steepest fit geyser --target waiting --save geyser.steepest
      steepest show geyser.steepest --figure geyser.svg
    """
    check(files, None, run)
    loaded = load(run)
    tell(loaded, write(loaded, **files), as_json)


@cli.command()
@click.argument("run", type=click.Path())
@click.argument("data", type=click.Path())
@click.option(
    "-o", "--out", type=click.Path(), metavar="FILE", help=f"Where to write ({' '.join(TABLES)})."
)
def predict(run: str, data: str, out: str | None) -> None:
    """Predict for the rows of DATA with a saved RUN; they are written beside its columns.

    Without -o the table is printed as CSV.

    \b
    Example:
      steepest fit geyser --target waiting --save geyser.steepest
      steepest predict geyser.steepest geyser -o predicted.csv
    """
    if out is not None:
        check({"table": [out]}, None, data)
    table = load(run).prediction_table(data)
    if out is not None:
        write_table(table, out)
        click.echo(f"{table.num_rows:,} rows written to {out}")
    else:
        _print_csv(table)


@cli.command()
@click.argument("name", required=False)
@click.option(
    "-o",
    "--out",
    type=click.Path(),
    metavar="FILE",
    help=f"Write the data set out ({' '.join(TABLES)}).",
)
def data(name: str | None, out: str | None) -> None:
    """List the shipped data sets, or describe one by NAME, or write it out.

    \b
    Examples:
      steepest data
      steepest data penguins
      steepest data penguins -o penguins.csv
    """
    if name is None:
        _list_data()
    elif out is None:
        _describe(name)
    else:
        table = dataset(name)
        write_table(table, out)
        click.echo(f"{table.num_rows:,} rows written to {out}")


def _list_data() -> None:
    for name in datasets():
        shown = about(name)
        size = f"{shown.rows} x {len(shown.columns)}"
        click.echo(f"{name:15} {size:>9}  {shown.task:15} {shown.title}")
        for line in (f"source: {shown.source}", f"licence: {shown.licence}"):
            click.echo(textwrap.fill(line, 96, initial_indent=" " * 4, subsequent_indent=" " * 8))
    click.echo("\nsteepest data NAME says more; steepest data NAME -o FILE writes one out.")


def _describe(name: str) -> None:
    shown, table = about(name), dataset(name)
    click.secho(shown.title, bold=True)
    click.echo(f"{shown.description}\n")
    for field in table.schema:
        told = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        unit = f" ({told['unit']})" if told.get("unit") else ""
        click.echo(f"  {field.name}{unit}: {told.get('description', '')}")
    click.echo(f"\nsource: {shown.source}\nlicence: {shown.licence}")
    features = f" --features {','.join(shown.features)}" if len(shown.features) == 1 else ""
    # Many features often tell classes apart without fault: then only a penalty has a minimum.
    penalty = " --l2 0.001" if shown.task == "classification" and not features else ""
    click.echo(f"try: steepest fit {name} --target {shown.target}{features}{penalty}")


def _names(text: str) -> list[str]:
    """Return the names in a list with commas; one that holds a comma itself is put in quotes."""
    listed = next(csv.reader([text], skipinitialspace=True), [])
    return [name.strip() for name in listed if name.strip()]


def _start(text: str) -> list[float] | Run:
    """Return the params in a list with commas, or the run that a file holds."""
    if Path(text).is_file():
        return load(text)
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        raise click.UsageError(
            f"--start is {text!r}, but it must be numbers with commas between: the weights, "
            "then the bias, such as 0.5,-2; or the file of a saved run"
        ) from None


def _print_csv(table: Any) -> None:
    from pyarrow.csv import write_csv

    write_csv(table, sys.stdout.buffer)

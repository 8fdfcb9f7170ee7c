"""The options that say how a table is read, and how its rows count."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click

from steepest.cli.options import names_in
from steepest.cli.what_runs import what_runs_is_told
from steepest.data.class_weight import BALANCED
from steepest.data.prepare import MISSING
from steepest.data.text.reading import Reading

__all__ = [
    "TEXT",
    "column_options",
    "reading_options",
    "reading_words",
    "use_options",
    "use_options_of_folds",
]

TEXT = {
    "decimal": ("MARK", "The mark before decimals, . or ,"),
    "thousands": ("MARK", "The mark between thousands: . , ' or a blank."),
    "delimiter": ("LETTER", "What parts the fields of a line."),
    "sheet": ("NAME", "The sheet of a spreadsheet, table of a database, object of a file of R."),
    "query": ("SQL", "What to read from a database, SQLite or DuckDB."),
    "encoding": ("NAME", "What the bytes are, such as utf-8, utf-16 or cp1252."),
}
"""What can be said of a text file, the metavar and help of each."""

Command = TypeVar("Command", bound=Callable[..., object])


def text_options(command: Command) -> Command:
    """Add the options that say how a text file is read."""
    for name, (metavar, help) in reversed(TEXT.items()):
        usual = {"sheet": "the first with rows", "query": "a whole table"}.get(name)
        help = f"{help.rstrip('.')}.  [default: {usual or 'found by looking'}]"
        command = click.option(f"--{name}", metavar=metavar, help=help)(command)
    return command


def reading_options(command: Command) -> Command:
    """Add the options that say how a text file is read; the command gets a `Reading`."""

    @wraps(command)
    def gathered(**given: Any) -> object:
        return command(reading=Reading(**{name: given.pop(name) for name in TEXT}), **given)

    return text_options(cast(Command, gathered))


def reading_words(reading: Reading) -> list[str]:
    """Return the options that say how a text file is read, as `reading_options` had them."""
    said = {name: getattr(reading, name) for name in TEXT}
    return [f"--{name}={value}" for name, value in said.items() if value is not None]


def use_options(command: Command) -> Command:
    """Add the options that say as what columns and rows are used; they become `descend`'s own."""
    return use_options_of_folds(_VALIDATION(command))


def use_options_of_folds(command: Command) -> Command:
    """Add the same but for the rows to keep back, where folds say them."""

    @wraps(command)
    def gathered(**given: Any) -> object:
        given["category"] = names_in(",".join(given["category"]))
        given["date"] = dict(_date(text) for text in given["date"])
        given["sample_weight"] = given.pop("weights")
        with what_runs_is_told(**given):
            return command(**given)

    made = text_options(cast(Command, gathered))
    for option in reversed(_USES):
        made = option(made)
    return made


def column_options(command: Command) -> Command:
    """Add the options that say which columns and rows of DATA are learnt from."""
    for option in reversed(_COLUMNS):
        command = option(command)
    return command


def _class_weight(
    context: object, option: object, text: str | None
) -> str | dict[str, float] | None:
    """Return "balanced", or the numbers in `yes=5,no=1` by class."""
    if text is None or text == BALANCED:
        return text
    pairs = [part.rpartition("=") for part in names_in(text)]
    try:
        return {name: float(number) for name, _, number in pairs}
    except ValueError:
        raise click.BadParameter(
            f"{text!r} must be balanced, or numbers by class such as yes=5,no=1"
        ) from None


def _date(text: str) -> tuple[str, str]:
    """Return a column and what its dates become, of `day=season`."""
    name, sign, how = text.rpartition("=")
    if not sign:
        raise click.UsageError(
            f"--date is {text!r}, but it must say what the column becomes: {text}=days, year or "
            "season"
        )
    return name, how


_COLUMNS = (
    click.option("--target", required=True, metavar="COLUMN", help="The column to predict."),
    click.option(
        "--features", metavar="A,B,...", help="Columns to predict from.  [default: the rest]"
    ),
    click.option("--drop", multiple=True, metavar="A,B,...", help="Columns to leave out."),
    click.option(
        "--missing",
        type=click.Choice(MISSING),
        default="error",
        show_default=True,
        help="What to do with gaps: drop leaves their rows out, the others fill them; RUN keeps "
        "how.",
    ),
)

_VALIDATION = click.option(
    "--validation",
    metavar="SHARE|COLUMN|...",
    help="Rows to keep back: 0.2, last:0.2, last:COLUMN:0.2 by time, COLUMN:0.2 for groups, a "
    "COLUMN of marks, a file.",
)

_USES = (
    click.option(
        "--category",
        multiple=True,
        metavar="A,B,...",
        help="Columns that are categories, though they hold numbers or many words.",
    ),
    click.option(
        "--date",
        multiple=True,
        metavar="COLUMN=days|year|season",
        help="What a column of dates becomes.",
    ),
    click.option(
        "--terms",
        metavar="TEXT",
        help="Powers and products of columns as features: 'age + age^2 + sex:age', '. + age^2'.",
    ),
    click.option(
        "--positive", metavar="CLASS", help="Which of two classes log-odds and AUC are of."
    ),
    click.option("--weights", metavar="COLUMN", help="The column of how much each row counts."),
    click.option(
        "--exposure",
        metavar="COLUMN",
        help="Of counts (--loss poisson): the column of the years, say, that each is over.",
    ),
    click.option("--offset", metavar="COLUMN", help="The column of the exposure's logarithm."),
    click.option(
        "--class-weight",
        metavar="balanced|A=1,...",
        callback=_class_weight,
        help="How much the rows of each class count; balanced: each class the same.",
    ),
)

"""`steepest data`: the shipped data sets, and a look at any table."""

import json
import textwrap
from pathlib import Path

import click

from steepest.cli.table_options import reading_options, reading_words
from steepest.data.distinct_files import check_distinct
from steepest.data.likely import TableLook, look
from steepest.data.shipped import About, about, dataset, datasets
from steepest.data.streams import PIPED
from steepest.data.table import read_table
from steepest.data.text.reading import Reading
from steepest.data.written import write_table
from steepest.files import TABLES

__all__ = ["data"]


@click.command()
@click.argument("name", required=False, metavar="[DATA]")
@click.option(
    "-o",
    "--out",
    type=click.Path(),
    metavar="FILE",
    help=f"Write the table out ({' '.join(TABLES)}).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, no words.")
@reading_options
def data(name: str | None, out: str | None, as_json: bool, reading: Reading) -> None:
    """Look at a table: what its columns hold, what could be predicted, and by which command.

    DATA is a file, - for what is piped in, or the name of a shipped data set; these are listed
    without DATA.

    \b
    Examples:
      steepest data
      steepest data penguins
      steepest data penguins -o penguins.csv
      steepest data penguins.csv
    """
    if name is None:
        if as_json or out:
            raise click.UsageError("say which table: a file, or the name of a shipped data set")
        _list_data()
        return
    if _means_shipped(name):
        about(name)  # a misspelt name is refused with the nearest one
    if out is not None:
        _write(name, out, reading)
    elif as_json:
        from steepest.view.table_look import look_report

        report = look_report(_look(name, reading))
        click.echo(json.dumps(report, indent=2, allow_nan=False, ensure_ascii=False))
    elif _is_shipped(name):
        _describe(name)
    else:
        _tell(_look(name, reading))


def _is_shipped(name: str) -> bool:
    """Return whether a name is that of a shipped data set, and no file has it."""
    return name in datasets() and not Path(name).exists()


def _means_shipped(name: str) -> bool:
    """Return whether a name that no file has is bare of suffix and folder: that of a data set."""
    return name != PIPED and not Path(name).exists() and Path(name).name == name.split(".")[0]


def _look(name: str, reading: Reading) -> TableLook:
    return look(read_table(name, reading=reading), name, reading_words(reading))


def _write(name: str, out: str, reading: Reading) -> None:
    """Write a table out, unless it would replace itself."""
    check_distinct([out], [name])
    table = read_table(name, reading=reading).arrow
    write_table(table, out)
    click.echo(f"{table.num_rows:,} rows written to {out}")


def _tell(found: TableLook) -> None:
    from steepest.view.table_look import HEADS, tell_look

    for at, line in enumerate(tell_look(found).splitlines()):
        click.secho(line, bold=at == 0 or line.startswith(HEADS))


def _list_data() -> None:
    for name in datasets():
        shown = about(name)
        size = f"{shown.rows} × {len(shown.columns)}"
        click.echo(f"{name:15} {size:>9}  {shown.task:15} {shown.title}")
        network = [f"a network learns it: {_hidden(shown)}"] if shown.hidden else []
        for line in (*network, f"source: {shown.source}", f"licence: {shown.licence}"):
            click.echo(textwrap.fill(line, 96, initial_indent=" " * 4, subsequent_indent=" " * 8))
    click.echo("\nsteepest data NAME says more; steepest data NAME -o FILE writes one out.")


def _describe(name: str) -> None:
    shown, table = about(name), dataset(name)
    click.secho(shown.title, bold=True)
    click.echo(f"{shown.description}\n")
    for field in table.schema:
        metadata = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        unit = f" ({metadata['unit']})" if metadata.get("unit") else ""
        click.echo(f"  {field.name}{unit}: {metadata.get('description', '')}")
    click.echo(f"\nsource: {shown.source}\nlicence: {shown.licence}")
    features = f" --features {','.join(shown.features)}" if len(shown.features) == 1 else ""
    # Many features often separate the classes: then only a penalty has a minimum.
    penalty = " --l2 0.001" if shown.task == "classification" and not features else ""
    network = f" {_hidden(shown)}" if shown.hidden else ""
    click.echo(f"try: steepest fit {name} --target {shown.target}{features}{network}{penalty}")


def _hidden(shown: About) -> str:
    """Return the option that says the hidden layers of a data set's network."""
    return f"--hidden {','.join(map(str, shown.hidden))}"

"""`steepest data`: the shipped data sets, listed, described, written out."""

import textwrap

import click

from steepest.data.shipped import about, dataset, datasets
from steepest.data.written import write_table
from steepest.files import TABLES

__all__ = ["data"]


@click.command()
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
        size = f"{shown.rows} × {len(shown.columns)}"
        click.echo(f"{name:15} {size:>9}  {shown.task:15} {shown.title}")
        for line in (f"source: {shown.source}", f"licence: {shown.licence}"):
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
    # Many features often tell classes apart without fault: then only a penalty has a minimum.
    penalty = " --l2 0.001" if shown.task == "classification" and not features else ""
    click.echo(f"try: steepest fit {name} --target {shown.target}{features}{penalty}")

"""`steepest predict`: the predictions of a saved run for a table."""

import sys
from typing import TYPE_CHECKING

import click

from steepest.cli.outputs import check
from steepest.cli.table_options import reading_options
from steepest.data.new_rows import MISSING
from steepest.data.out_of_core.limits import limits_of
from steepest.data.text.reading import Reading
from steepest.data.written import write_table
from steepest.files import TABLES
from steepest.run.load import load
from steepest.run.predict_in_passes import predict_in_passes

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["predict"]


@click.command()
@click.argument("run", type=click.Path())
@click.argument("data", type=click.Path())
@click.option(
    "-o", "--out", type=click.Path(), metavar="FILE", help=f"Where to write ({' '.join(TABLES)})."
)
@click.option(
    "--missing",
    type=click.Choice(MISSING),
    help="What to do with rows that have gaps: drop leaves them out, blank their predictions, fill "
    "fills them as in training.  [default: fill if RUN was filled, else error]",
)
@click.option(
    "--threshold",
    type=float,
    metavar="P",
    help="Of two classes: from which probability on the second is said.  [default: 0.5]",
)
@click.option(
    "--memory", metavar="SIZE", help="Read DATA in one pass, and write it as it comes; needs -o."
)
@reading_options
def predict(
    run: str,
    data: str,
    out: str | None,
    missing: str | None,
    threshold: float | None,
    memory: str | None,
    reading: Reading,
) -> None:
    """Predict for the rows of DATA with a saved RUN; they are written beside its columns.

    Without -o the table is printed as CSV. DATA may be -, which is what is piped in.

    \b
    Example:
      steepest fit geyser --target waiting --save geyser.steepest
      steepest predict geyser.steepest geyser -o predicted.csv
    """
    if out is not None:
        check({"table": [out]}, None, data)
        found, limits = load(run), limits_of(memory, None, None)
        rows = predict_in_passes(found, data, out, missing, threshold, reading, limits)
        if rows is not None:
            click.echo(f"{rows:,} rows written to {out}")
            return
    table = load(run).prediction_table(data, missing=missing, reading=reading, threshold=threshold)
    if out is not None:
        write_table(table, out)
        click.echo(f"{table.num_rows:,} rows written to {out}")
    else:
        _print_csv(table)


def _print_csv(table: "pa.Table") -> None:
    from pyarrow.csv import write_csv

    write_csv(table, sys.stdout.buffer)

"""`steepest fit`: train on a table, and say, draw and keep what came of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from steepest.cli.options import descent_options, names_in
from steepest.cli.output_options import outputs
from steepest.cli.outputs import (
    STATUSES,
    Outputs,
    check,
    check_seeds,
    hand_over,
    hand_over_seeds,
)
from steepest.cli.saving import Saving, checkpoints, saving
from steepest.cli.table_options import column_options, use_options
from steepest.run.checkpoint_file import CheckpointFile
from steepest.run.descend import descend
from steepest.run.load import load
from steepest.run.run import Run

__all__ = ["fit", "others_read", "start_of"]


@click.command(epilog=STATUSES)
@click.argument("data", type=click.Path())
@column_options
@use_options
@descent_options()
@saving("Keep the run, for predict and show.")
@checkpoints
@click.option(
    "--seeds",
    type=int,
    metavar="N",
    help="Train from N random starts, --seed and the next ones, and tell their ends; a figure "
    "shows all, what else is written is of the best.",
)
@click.option(
    "--memory",
    metavar="SIZE",
    help="Read DATA in passes, in so much memory.  [default: 512MB for a folder or pattern]",
)
@click.option(
    "--cache",
    metavar="DIR|none",
    help="Where the scratch file of decoded rows is made; none decodes anew in each pass.",
)
@click.option(
    "--keep-cache",
    metavar="NAME",
    help="Keep the decoded files under this name in the folder of --cache: later runs find them.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS|local",
    help="Workers of Dask that hold the rows: tcp://host:8786.",
)
@outputs
def fit(
    data: str,
    features: str | None,
    drop: Sequence[str],
    start: str | None,
    save: Saving,
    checkpoint: CheckpointFile | None,
    seeds: int | None,
    out: Outputs,
    **rest: Any,
) -> None:
    """Train on DATA: a CSV, TSV, Parquet, Arrow or Excel file, a shipped data set, or -.

    - is what is piped in. A folder, or a pattern such as 'folder/*.parquet', is read in passes.
    `steepest data DATA` looks at a table first.

    \b
    Examples:
      steepest fit geyser --target waiting --figure geyser.png --page geyser.html
      steepest fit geyser --target waiting --scale none --rule steepest \\
          --learning-rate 0.05 --steps 1000 --film geyser.mp4 --frames slides
      steepest fit penguins --target species --l2 0.001 --save penguins.steepest
      steepest fit diabetes --target progression --l1 50 --validation 0.2 --stop validation
      steepest fit spirals --target class --hidden 8,8 --seeds 5 --figure seeds.png
      steepest fit 'folder/*.parquet' --target y --l2 0.001 --memory 512MB
      zcat mine.csv.gz | steepest fit - --target price --category zip --missing drop
    """
    sources = [data, *others_read(start, rest["validation"])]
    check(out.files, save.path, *sources, checkpoint=checkpoint)
    asked = {
        "features": None if features is None else names_in(features),
        "drop": names_in(",".join(drop)),
        "start": None if start is None else start_of(start),
        "progress": True,
        **rest,
    }
    if seeds is None:
        hand_over(descend(data, checkpoint=checkpoint, **asked), save, out, checkpoint)
        return
    check_seeds(out, checkpoint)
    from steepest.run.descend_seeds import seeds as descend_seeds

    hand_over_seeds(descend_seeds(seeds, data, **asked), save, out)


def others_read(*named: str | None) -> list[str]:
    """Return those of some options that name files: a start, or rows to measure on.

    A share, a column and a list of numbers have no ending.
    """
    return [one for one in named if one is not None and Path(one).is_file() and Path(one).suffix]


def start_of(text: str) -> list[float] | Run:
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

"""`steepest resume`: go on with a saved run."""

import click

from steepest.cli.options import descent_options
from steepest.cli.output_options import outputs
from steepest.cli.outputs import STATUSES, Outputs, check, check_reread, hand_over
from steepest.cli.saving import Saving, checkpoints, saving
from steepest.descent.plan.option import Part
from steepest.run.checkpoint_file import CheckpointFile
from steepest.run.load import load

__all__ = ["resume"]


@click.command(epilog=STATUSES)
@click.argument("run", type=click.Path())
@descent_options(Part.STOPPING, steps="How many more.")
@click.option(
    "--cluster",
    metavar="ADDRESS|local|none",
    help="Workers of Dask that hold rows read in passes; none: this process.  [default: as before]",
)
@saving("Keep the run; RUN itself stays.")
@checkpoints
@outputs
def resume(
    run: str,
    steps: int | None,
    epochs: int | None,
    seconds: float | None,
    tol: float | None,
    cluster: str | None,
    save: Saving,
    checkpoint: CheckpointFile | None,
    out: Outputs,
) -> None:
    """Go on with a saved RUN as if it had never stopped: the same rule, rate, rows and order.

    RUN may be a checkpoint of `fit --checkpoint`, whole after a kill too: without a number it goes
    on as far as it was asked to. It may be its own --checkpoint once more.

    \b
    Examples:
      steepest fit geyser --target waiting --rule adam --learning-rate 0.1 --steps 100 \\
          --save geyser.steepest
      steepest resume geyser.steepest --steps 100 --save further.steepest
      steepest fit spirals --target class --hidden 8 --epochs 50 --checkpoint spirals.ckpt
      steepest resume spirals.ckpt --checkpoint spirals.ckpt
      steepest resume geyser.steepest --seconds 1 --figure geyser.png
    """
    check(out.files, save.path, run)
    check(out.files, save.path, checkpoint=checkpoint)
    former = load(run)
    check_reread(former, out.files, save.path)
    gone_on = former.resume(
        steps=steps,
        epochs=epochs,
        seconds=seconds,
        tol=tol,
        progress=True,
        checkpoint=checkpoint,
        cluster=cluster,
    )
    hand_over(gone_on, save, out, checkpoint)

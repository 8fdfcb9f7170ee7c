"""Keeping a run in a file, with its rows or without, and saying which files hold rows."""

import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

import click

from steepest.errors import ChoiceError
from steepest.numerals import counted
from steepest.run.checkpoint_file import EVERY, CheckpointFile, checkpoint_file
from steepest.run.run import Run

__all__ = ["Saving", "checkpoints", "going_on", "rows_inside", "saving", "warn"]

Command = TypeVar("Command", bound=Callable[..., object])


@dataclass(frozen=True)
class Saving:
    """Where a run is to be kept, None if it is not, and whether with its rows.

    Raises ChoiceError for rows to leave out of a file that is not asked for.
    """

    path: str | None = None
    data: bool = True

    def __post_init__(self) -> None:
        if self.path is None and not self.data:
            raise ChoiceError(
                "--without-data says what the file of the run leaves out, but none is asked for; "
                "add --save RUN"
            )

    @property
    def paths(self) -> list[str]:
        """The path, if there is one."""
        return [] if self.path is None else [self.path]

    def write(self, run: Run) -> None:
        """Keep a run, if that was asked for."""
        for path in self.paths:
            run.save(path, data=self.data)


NOT_SAVED = Saving()


def saving(help: str) -> Callable[[Command], Command]:
    """Return a decorator that adds --save and --without-data; the command gets a `Saving`."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def gathered(save_to: str | None, without_data: bool, **given: Any) -> object:
            return command(save=Saving(save_to, not without_data), **given)

        path, made = click.Path(), cast(Command, gathered)
        without = "Of --save: leave all rows out; RUN predicts and tells its words without them."
        made = click.option("--without-data", is_flag=True, help=without)(made)
        return click.option("--save", "save_to", type=path, metavar="RUN", help=help)(made)

    return decorate


def checkpoints(command: Command) -> Command:
    """Add --checkpoint and --every; the command gets a `CheckpointFile`, None if none is named.

    Raises ChoiceError for --every alone.
    """

    @wraps(command)
    def gathered(checkpoint: str | None, every: str | None, **given: Any) -> object:
        if checkpoint is None and every is not None:
            raise ChoiceError(
                f"--every {every} says when a checkpoint is written, but none is asked for; add "
                "--checkpoint FILE"
            )
        named = checkpoint_file(checkpoint, every or EVERY)
        if named is not None:
            named.tell = warn
        return command(checkpoint=named, **given)

    help = "How often, such as 30s, 5min or 1h; never more than a twentieth of the time.  "
    made = click.option("--every", metavar="TIME", help=f"{help}[default: {EVERY:g}s]")(
        cast(Command, gathered)
    )
    help = "Keep the run here while it goes on, whole or not at all: for resume, after a kill too."
    return click.option("--checkpoint", type=click.Path(), metavar="FILE", help=help)(made)


def warn(message: str) -> None:
    """Say on the error stream what the reader should know, though the work goes on."""
    click.secho(f"steepest: {message}", err=True, fg="yellow")


def going_on(save: Saving, checkpoint: CheckpointFile | None) -> str:
    """Return the command that goes on with a run that was interrupted; empty if no file can.

    >>> going_on(Saving("my run.steepest"), None)
    "steepest resume 'my run.steepest'"
    """
    if checkpoint is not None and checkpoint.is_written:
        path = shlex.quote(os.fspath(checkpoint.path))
        return f"steepest resume {path} --checkpoint {path}"
    return f"steepest resume {shlex.quote(save.path)}" if save.path and save.data else ""


def rows_inside(
    run: Run,
    pages: Sequence[str],
    save: Saving = NOT_SAVED,
    checkpoint: CheckpointFile | None = None,
) -> list[str]:
    """Return a sentence for each file that was written and holds rows of the data, which says so.

    Not of a table of the rows: they are what it is.
    """
    if not run.problem.has_rows:
        return []
    rows = counted(run.problem.rows + run.problem.validation_rows, "row")
    made = f"holds the {rows} that it was made from; --without-data leaves them out"
    whole = save.data and not run.problem.is_stored
    kept = [f"{path} {made}" for path in save.paths if whole]
    if checkpoint is not None and checkpoint.is_written:
        inside = "names the files of the rows" if run.problem.is_stored else "holds the rows too"
        kept += [f"{checkpoint.path} {inside}; once the run is saved it may be deleted"]
    return [*kept, *(f"{path} holds rows of the data: a page computes with them" for path in pages)]

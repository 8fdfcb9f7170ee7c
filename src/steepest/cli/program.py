"""The program `steepest`: its commands in one group, and every error in one message."""

import os
import sys
from io import TextIOWrapper

import click

from steepest import __version__
from steepest.cli.classroom import classroom
from steepest.cli.data import data
from steepest.cli.demo import demo
from steepest.cli.diagnose import diagnose
from steepest.cli.fit import fit
from steepest.cli.lesson import lesson
from steepest.cli.path import path
from steepest.cli.play import play
from steepest.cli.predict import predict
from steepest.cli.rate import rate
from steepest.cli.resume import resume
from steepest.cli.show import show
from steepest.errors import SteepestError

__all__ = ["run"]

COLOUR = False if os.environ.get("NO_COLOR") else None
"""None leaves it to click: colour on a terminal, none in a pipe."""

USER_ERROR = 2


def run() -> None:
    """Run the command line; every error that a user can cause ends in one message and status 2."""
    _print_anything()
    try:
        cli(standalone_mode=False, prog_name="steepest", color=COLOUR)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        # click's name for Ctrl-C.
        raise KeyboardInterrupt from None
    except Exception as error:
        if os.environ.get("STEEPEST_DEBUG"):
            raise
        sys.exit(_tell_error(error))


def _print_anything() -> None:
    """Have a sign that a terminal or a pipe cannot encode, such as →, printed as a `?`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


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
    steepest lesson                                     the lecture, a press a build
    steepest fit geyser --target waiting                train on a shipped data set ...
    steepest fit mine.csv --target price --figure a.png ... or on your own
    """


for command in (
    classroom,
    data,
    demo,
    diagnose,
    fit,
    lesson,
    path,
    play,
    predict,
    rate,
    resume,
    show,
):
    cli.add_command(command)

"""The program `steepest`: its commands in one group, and every error in one message."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

import click

from steepest import __version__
from steepest.errors import SteepestError

__all__ = ["cli", "load", "run"]

COMMANDS = {
    "class": "classroom",
    **{
        name: name
        for name in (
            "data",
            "demo",
            "diagnose",
            "fit",
            "lesson",
            "path",
            "play",
            "predict",
            "rate",
            "resume",
            "show",
        )
    },
}
"""The commands, and what each is called in a module of the same name: `class` is Python's word."""

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
    elif isinstance(error, MemoryError):
        _complain(f"cannot go on: there is not enough memory ({error or 'all is taken'})")
    else:
        _complain(
            f"a fault of steepest itself, not of yours: {type(error).__name__}: {error}; "
            "STEEPEST_DEBUG=1 shows where"
        )
    return 1


def _complain(message: str) -> None:
    click.secho(f"steepest: {message}", err=True, fg="red", color=COLOUR)


class Commands(click.Group):
    """A group whose commands load when they are asked for: all of them take twice as long."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context | None, cmd_name: str) -> click.Command | None:
        """Return a command by its name; None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"steepest.cli.{name}"), name)
        return command


def load(words: Sequence[str]) -> None:
    """Load the command that the first of the words names, if it names one."""
    for word in words[:1]:
        cli.get_command(None, word)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
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

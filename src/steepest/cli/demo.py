"""`steepest demo`: the four steps on two real data sets, written to a folder."""

import os
import sys
import webbrowser
from pathlib import Path

import click

from steepest.cli.outputs import Outputs, tell, write
from steepest.data.shipped import about
from steepest.descent.plan.keywords import OptionKeywords
from steepest.errors import FileError
from steepest.run.descend import descend
from steepest.run.run import Run

__all__ = ["demo"]

DEMOS: dict[str, OptionKeywords] = {
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
"""How the demo walks: textbook steps, at a rate whose arrival can be watched."""

MORE = (
    "More: steepest data lists the other data sets; two spirals need a network:\n"
    "  steepest fit spirals --target class --hidden 8,8 --figure spirals.png"
)


@click.command()
@click.option(
    "--out",
    default="steepest-demo",
    show_default=True,
    metavar="FOLDER",
    help="Where the pages and tables go.",
)
@click.option("--all", "pictures", is_flag=True, help="Draw figures and shoot films too.")
@click.option("--no-open", is_flag=True, help="Leave the browser alone.")
def demo(out: str, pictures: bool, no_open: bool) -> None:
    """Tell the four steps on two real data sets, a regression and a classification.

    The lesson on the first is opened before anything else is made, if there is a screen for it.

    \b
    Examples:
      steepest demo
      steepest demo --all --no-open --out steepest-demo
    """
    _make(Path(out))
    first, *others = DEMOS
    run = _run(first)
    page = Path(out, f"{first}.html").absolute()
    run.lesson(page)
    click.echo(f"to see it move, open {page}")
    if not no_open and _has_screen():
        webbrowser.open(page.as_uri())
    _tell(first, run, out, pictures)
    for name in others:
        run = _run(name)
        run.lesson(Path(out, f"{name}.html"))
        _tell(name, run, out, pictures)
    click.echo(f"\n{MORE}\nto see it move, open {page}")
    if not pictures:
        click.echo("figures and films too: steepest demo --all")


def _run(name: str) -> Run:
    """Return the run of a data set as the demo walks."""
    shown = about(name)
    return descend(name, shown.target, list(shown.features), progress=True, **DEMOS[name])


def _tell(name: str, run: Run, out: str, pictures: bool) -> None:
    """Tell a run, and write its table, and its figures and films if they are asked for."""
    shown = about(name)
    click.secho(f"\n{shown.title}", bold=True)
    click.echo(f"{shown.description}\n")
    files = {
        "figure": [f"{out}/{name}.png", f"{out}/{name}.svg"] if pictures else [],
        "film": [f"{out}/{name}.gif", f"{out}/{name}.mp4"] if pictures else [],
        "page": [],
        "table": [] if run.classes is None else [f"{out}/{name}-table.csv"],
        "trace": [],
        "onnx": [],
    }
    tell(run, [f"{out}/{name}.html", *write(run, Outputs(files))])


def _has_screen() -> bool:
    """Return whether a browser can show a page: on Linux there must be a display."""
    displays = ("DISPLAY", "WAYLAND_DISPLAY")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in displays)


def _make(folder: Path) -> None:
    """Make a folder if it is not there; FileError if it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make the folder {folder}: {error.strerror}") from error

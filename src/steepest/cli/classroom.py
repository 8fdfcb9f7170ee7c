"""`steepest class`: what a class did, from the links of its pages."""

import json
from typing import TYPE_CHECKING

import click

from steepest.cli.options import names_in
from steepest.data.distinct_files import check_distinct
from steepest.errors import ChoiceError
from steepest.extras import check_installed
from steepest.files import FIGURES, check_writable

if TYPE_CHECKING:
    from steepest.lesson.classroom import Classroom

__all__ = ["classroom"]


@click.command("class")
@click.argument("links", type=click.Path())
@click.option("--data", metavar="FILE", help="The data of the class.  [default: as the links say]")
@click.option("--target", metavar="COLUMN", help="The column predicted.  [default: the links']")
@click.option("--features", metavar="A,B,...", help="Predicted from.  [default: the links']")
@click.option(
    "--from", "said", metavar="FILE", help="Its lesson.toml: data, and tasks of your own."
)
@click.option(
    "--figure",
    multiple=True,
    metavar="FILE",
    help=f"Draw all runs over one surface ({' '.join(FIGURES)}).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, no words.")
def classroom(
    links: str,
    data: str | None,
    target: str | None,
    features: str | None,
    said: str | None,
    figure: tuple[str, ...],
    as_json: bool,
) -> None:
    """Run the links in LINKS again, a CSV with a link a row, and say how the class ended.

    A link is what a page copies: it holds the choices of its run, and answers to tasks. No name is
    read: of the table only the links are taken. A link of another data set is left out, and said.

    \b
    Examples:
      steepest class links.csv --figure class.png
      steepest class links.csv --json
      steepest class links.csv --from lesson.toml
    """
    from steepest.lesson.classroom import classroom_of
    from steepest.lesson.settings import Settings, read_settings

    for path in figure:
        check_writable(path, FIGURES)
        check_installed("figure", "a figure")
    _check_asked(data, target or features)
    settings = Settings() if said is None else read_settings(said)
    named = [one for one in (data, said) if one is not None]
    check_distinct(figure, [links, *named, *settings.sources])
    columns = None if features is None else names_in(features)
    room = classroom_of(links, data or settings.data_beside or None, target, columns, settings)
    for path in figure:
        _draw(room, path)
    click.echo(json.dumps(room.to_dict(), indent=2) if as_json else room.explain())
    for path in figure if not as_json else ():
        click.echo(f"\nwrote {path}")


def _check_asked(data: str | None, columns: str | None) -> None:
    """Raise ChoiceError for columns of data that are not named."""
    if columns and data is None:
        raise ChoiceError("--target and --features are of --data FILE; add it, or leave them out")


def _draw(room: "Classroom", path: str) -> None:
    """Write the figure of a class."""
    from steepest.lesson.class_figure import draw_class
    from steepest.view.figure import save_figure
    from steepest.view.format import Format

    save_figure(draw_class(room, Format()), path)

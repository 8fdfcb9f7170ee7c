"""The options that say what a command with a run writes, and how that looks."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import click

from steepest.cli.options import names_in
from steepest.files import FIGURES, FILMS, MODELS, PAGES, TABLES
from steepest.page.lesson.builds import LANGUAGES
from steepest.surface.planes import PLANES
from steepest.view.format import FILM_SIZE, FPS, PANELS, SIZE, THEME_NAMES

__all__ = ["KINDS", "PAGED", "PRESENT", "output_options"]

KINDS = {
    "figure": (FIGURES, "Draw data, surface, map and losses"),
    "film": (FILMS, "Film the path as it grows"),
    "page": (PAGES, "Write one page to play with, that opens anywhere"),
    "table": (TABLES, "Write actual and predicted by the row"),
    "trace": (TABLES, "Write every step"),
    "onnx": (MODELS, "Write the model for other programs"),
}
"""What can be written of a run: the endings of its files, and what it is."""

Option = Callable[[Any], Any]


def output_options() -> list[Option]:
    """Return the options in the order of the help."""
    return [*_file_options(), PRESENT, *_picture_options(), *_page_options(), _JSON]


PRESENT = click.option("--present", is_flag=True, help="Of a page: open it before a class.")

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object, no words.")


def _file_options() -> Iterator[Option]:
    """Yield the options that name files, one for each of `KINDS`."""
    for kind, (endings, said) in KINDS.items():
        help = f"{said} ({' '.join(endings)})."
        yield click.option(f"--{kind}", multiple=True, type=click.Path(), metavar="FILE", help=help)


def _picture_options() -> Iterator[Option]:
    """Yield the options of figures, films and frames."""
    yield click.option(
        "--frames",
        type=click.Path(),
        metavar="FOLDER",
        help="Write a picture for each of the four steps, for slides (.png).",
    )
    yield click.option(
        "--panels",
        metavar="A,B,...",
        callback=_names,
        help=f"What is drawn: some of {', '.join(PANELS)}.",
    )
    yield click.option(
        "--size",
        metavar="WIDTHxHEIGHT",
        callback=_size,
        help=f"Pixels.  [default: {SIZE[0]}x{SIZE[1]}; of films {FILM_SIZE[0]}x{FILM_SIZE[1]}]",
    )
    yield click.option(
        "--theme",
        type=click.Choice(THEME_NAMES),
        help="Colours of pictures and page.  [default: light; of a page the browser's]",
    )
    for axis in ("x", "y"):
        yield click.option(
            f"--{axis}",
            f"surface_{axis}",
            metavar="PARAM",
            help=f"The param along {axis} of the surface: of a network weight 15, or its unit.",
        )
    yield click.option(
        "--plane",
        "surface_plane",
        type=click.Choice(list(PLANES)),
        help="The surface over a plane in place of two params: of the path, random, or of the "
        "ends of the Hessian's spectrum; the words describe it too.",
    )
    yield click.option("--fps", type=int, help=f"Frames a second of a film.  [default: {FPS}]")


PAGED = ("title", "text", "hide", "lang")
"""What is said of a page alone."""


def _page_options() -> Iterator[Option]:
    """Yield the options of pages; their theme is that of pictures too."""
    yield click.option("--title", "page_title", metavar="TEXT", help="Of a page: what heads it.")
    yield click.option(
        "--text", "page_text", metavar="TEXT", help="Of a page: a text that stands above all."
    )
    yield click.option(
        "--hide",
        "page_hide",
        metavar="A,B,...",
        callback=_names,
        help="Of a page: pictures and controls that are not shown, such as rate,tasks,chart.",
    )
    yield click.option(
        "--lang", "page_lang", type=click.Choice(LANGUAGES), help="Of a page: that of its lesson."
    )


def _size(context: object, option: object, text: str | None) -> tuple[int, int] | None:
    """Return a size in pixels that is written as `1280x720`."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)[x×](\d+)", text.strip())
    if match is None:
        raise click.BadParameter(f"{text!r} must be width x height in pixels, such as 1280x720")
    return int(match[1]), int(match[2])


def _names(context: object, option: object, text: str | None) -> list[str] | None:
    """Return the names in a list with commas; None where the option was not given."""
    return None if text is None else names_in(text)

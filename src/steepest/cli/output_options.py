"""The options that name what is written about a run, as `Outputs` keeps them."""

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar, cast

import click

from steepest.cli.options import names_in
from steepest.cli.outputs import KINDS, Outputs
from steepest.page.lesson.builds import LANGUAGES
from steepest.surface.planes import PLANES
from steepest.view.format import FILM_SIZE, FPS, PANELS, SIZE, THEME_NAMES

__all__ = ["PRESENT", "outputs"]

Command = TypeVar("Command", bound=Callable[..., object])


def outputs(command: Command) -> Command:
    """Add the options that name what is written about a run; the command gets an `Outputs`."""

    @wraps(command)
    def gathered(**given: Any) -> object:
        files = {kind: given.pop(kind) for kind in KINDS}
        frames, as_json, present = (given.pop(name) for name in ("frames", "as_json", "present"))
        said = {name: given.pop(name) for name in ("panels", "size", "theme", "fps")}
        look = {name: value for name, value in said.items() if value is not None}
        named = {name: given.pop(f"surface_{name}") for name in ("x", "y", "plane")}
        axes = {name: value for name, value in named.items() if value is not None}
        pace = {"fps": look.pop("fps")} if "fps" in look else {}
        page = {name: value for name in PAGED if (value := given.pop(f"page_{name}")) is not None}
        if files["page"] and "theme" in look:
            page["theme"] = look["theme"]
        return command(
            out=Outputs(files, frames, look, pace, axes, as_json, present, page), **given
        )

    made = cast(Command, gathered)
    drawn = [*_file_options(), PRESENT, *_picture_options()]
    for option in reversed([*drawn, *_page_options(), _JSON]):
        made = option(made)
    return made


PRESENT = click.option("--present", is_flag=True, help="Of a page: open it before a class.")

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object, no words.")


def _file_options() -> Iterator[Callable[[Command], Command]]:
    """Yield the options that name files, one for each of `KINDS`."""
    for kind, (endings, said) in KINDS.items():
        help = f"{said} ({' '.join(endings)})."
        yield click.option(f"--{kind}", multiple=True, type=click.Path(), metavar="FILE", help=help)


def _picture_options() -> Iterator[Callable[[Command], Command]]:
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


def _page_options() -> Iterator[Callable[[Command], Command]]:
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


def _names(context: object, option: object, text: str | None) -> list[str] | None:
    """Return the names in a list with commas; None where the option was not given."""
    return None if text is None else names_in(text)


def _size(context: object, option: object, text: str | None) -> tuple[int, int] | None:
    """Return a size in pixels that is written as `1280x720`."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)[x×](\d+)", text.strip())
    if match is None:
        raise click.BadParameter(f"{text!r} must be width x height in pixels, such as 1280x720")
    return int(match[1]), int(match[2])

"""`steepest lesson`: the lecture on the reader's own data, as one page."""

import click

from steepest.cli.options import names_in
from steepest.cli.play import opened
from steepest.page.lesson.builds import LANGUAGES

__all__ = ["lesson"]


@click.command()
@click.argument("data", type=click.Path(), default="geyser")
@click.option("--target", metavar="COLUMN", help="The column to predict.  [default: proposed]")
@click.option("--features", metavar="A,B,...", help="Columns to predict from.  [default: one]")
@click.option(
    "-o", "--out", default="lesson.html", show_default=True, metavar="FILE", help="Where it goes."
)
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    help="The language it begins in.  [default: the browser's]",
)
def lesson(data: str, target: str | None, features: str | None, out: str, lang: str | None) -> None:
    """Write the lecture on DATA as one page that opens anywhere and asks the network for nothing.

    DATA is a file, a shipped data set, or a saved run. One press is one build: Space, the arrows, a
    presenter's keys, a swipe or the buttons.

    \b
    Examples:
      steepest lesson
      steepest lesson mine.csv --target price --features size -o lesson.html
      steepest lesson penguins --target species --lang de
    """
    found = opened(data, target, None if features is None else names_in(features), None)
    if found.note:
        click.echo(found.note)
    found.run.lesson(out, language=lang or "")
    click.echo(f"wrote {out}; open it, and press Space for the next build")

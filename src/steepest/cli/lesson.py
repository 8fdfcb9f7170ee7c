"""`steepest lesson`: the lecture on the reader's own data, as a page, slides, sheet and tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import click

from steepest.cli.options import names_in
from steepest.cli.output_options import PRESENT
from steepest.cli.play import opened, tell_proposed
from steepest.data.distinct_files import check_distinct
from steepest.errors import ChoiceError
from steepest.extras import check_installed
from steepest.files import check_writable
from steepest.lesson.doors import KINDS, NEEDS, Doors, unused_option
from steepest.lesson.own_data import check_regression, named_faults
from steepest.lesson.settings import (
    LESSON_THEMES,
    Settings,
    read_settings,
    write_settings,
)
from steepest.page.lesson.builds import LANGUAGES
from steepest.run.run import Run

__all__ = ["lesson"]

PAGE = "lesson.html"
"""What is written where nothing else is asked for."""

USUAL = "geyser"
"""The data set of a lesson that names none."""

HELP = {
    "pptx": "Write it as slides, a slide a build.",
    "handout": "Write two pages to print, tasks with room to write, and the answers.",
    "scorm": "Write its tasks as a package for Moodle, Canvas and the like, which reports.",
    "quiz": "Write its tasks as a quiz in GIFT, for Moodle's question bank.",
}


SAID = ("title", "author", "hide")
"""What is said of the lesson itself, as in a lesson.toml."""


def _author_options(command: Any) -> Any:
    """Add the options of what an author says of the lesson, one for each of `SAID`."""
    options = [
        click.option("--title", metavar="TEXT", help="What heads it."),
        click.option("--author", metavar="NAME", help="Who gives it: of page, slides, hand-out."),
        click.option(
            "--hide",
            metavar="A,B,...",
            help="Builds of page and slides that are left out, such as momentum,ravine.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _file_options(command: Any) -> Any:
    """Add the options that name files, one for each of `HELP`."""
    for kind, said in reversed(HELP.items()):
        said = f"{said.rstrip('.')} ({' '.join(KINDS[kind])})."
        command = click.option(f"--{kind}", metavar="FILE", help=said)(command)
    return command


@click.command()
@click.argument("data", type=click.Path(), required=False)
@click.option("--target", metavar="COLUMN", help="The column to predict.  [default: proposed]")
@click.option("--features", metavar="A,B,...", help="Columns to predict from.  [default: one]")
@click.option(
    "-o", "--out", metavar="FILE", help=f"Write it as a page.  [default: {PAGE}, if nothing else]"
)
@_file_options
@click.option("--toml", metavar="FILE", help="Write a lesson.toml to change, and to use by --from.")
@click.option(
    "--from",
    "said",
    metavar="FILE",
    help="A lesson.toml: data, order, sentences, slides and tasks of your own.",
)
@_author_options
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    help="The language.  [default: en; of a page the browser's]",
)
@click.option(
    "--theme",
    type=click.Choice(LESSON_THEMES),
    help="Of page and slides.  [default: light; of a page the system's]",
)
@click.option(
    "--link",
    metavar="URL",
    help="Where the tasks are answered: a page, slides and a hand-out show its QR code.",
)
@click.option("--template", metavar="FILE", help="Of slides: your own .pptx or .potx.")
@click.option("--no-film", is_flag=True, help="Of slides: leave the film out.")
@click.option(
    "--paper",
    type=click.Choice(["a4", "letter"]),
    help="Of the hand-out.  [default: a4]",
)
@click.option(
    "--scorm-version",
    type=click.Choice(["1.2", "2004"]),
    help="Of the package.  [default: 1.2]",
)
@click.option(
    "--exam", is_flag=True, help="Of the page: tasks without hints, verdicts and answers in it."
)
@PRESENT
def lesson(
    data: str | None,
    target: str | None,
    features: str | None,
    out: str | None,
    toml: str | None,
    said: str | None,
    lang: str | None,
    theme: str | None,
    link: str | None,
    template: str | None,
    no_film: bool,
    paper: str | None,
    scorm_version: str | None,
    exam: bool,
    present: bool,
    **rest: str | None,
) -> None:
    """Write the lecture on DATA as one page that opens anywhere and asks the network for nothing.

    DATA is a file, a shipped data set, or a saved run; the geyser if left out. One press is one
    build: Space, the arrows, a presenter's keys, a swipe or the buttons. The same lecture is
    slides, a hand-out, a quiz and a package for a learning management system.

    \b
    Examples:
      steepest lesson
      steepest lesson mine.csv --target price --features size -o lesson.html
      steepest lesson penguins --target species --lang de --pptx lesson.pptx
      steepest lesson --toml lesson.toml
      steepest lesson mine.csv --title "Week 3" --author "A. Lecturer" --hide momentum
      steepest lesson --from lesson.toml --handout sheet.pdf --quiz quiz.gift
    """
    settings = Settings() if said is None else read_settings(said)
    given: dict[str, Any] = {"language": lang, "theme": theme, "link": link, "exam": exam or None}
    given |= {"data": data, "target": target, "features": features}
    author: dict[str, Any] = {name: rest.pop(name) for name in SAID}
    settings = settings.with_given({**given, **author, **_lists(features, author["hide"])})
    settings.shown(Doors.every_build())
    asked = {"page": out, **rest}
    wanted = {kind: path for kind, path in asked.items() if path is not None}
    if not wanted and toml is None:
        wanted = {"page": PAGE}
    said_of = {"template": template, "no-film": no_film or None, "paper": paper}
    said_of |= {"scorm-version": scorm_version, "present": present or None}
    if toml is None:
        said_of |= {"exam": exam or None, "theme": theme, "link": link}
        said_of |= {"author": author["author"], "hide": author["hide"]}
    _check(wanted, toml, said_of)
    sources = [*settings.sources, *(one for one in (said, template) if one is not None)]
    check_distinct([*wanted.values(), *([toml] if toml is not None else [])], sources)
    run = _run_of(settings)
    doors = Doors(
        run,
        settings,
        template,
        film=not no_film,
        paper=paper or "a4",
        version=scorm_version or "1.2",
        present=present,
        progress=True,
    )
    for kind, path in wanted.items():
        doors.write(kind, path)
    if toml is not None:
        write_settings(_with_data(settings, run), doors.every_build(), doors.lesson.own_words, toml)
    _tell(wanted, toml, is_linked=bool(settings.link))


def _lists(features: str | None, hide: str | None) -> dict[str, tuple[str, ...] | None]:
    """Return the options that are lists of names; None where not given."""
    given = {"features": features, "hide": hide}
    return {name: None if text is None else tuple(names_in(text)) for name, text in given.items()}


def _with_data(settings: Settings, run: Run) -> Settings:
    """Return the settings with the data, target and features that were chosen."""
    data = settings.data or USUAL
    features = settings.features or tuple(one.name for one in run.data.features.columns)
    return replace(settings, data=data, target=run.problem.target_name, features=features)


def _check(wanted: dict[str, str], toml: str | None, said_of: Mapping[str, object]) -> None:
    """Refuse what cannot be written, and options of a file that is not asked for, before any work.

    `said_of` are the options that say how one kind of file is made, None where not given.
    """
    for kind, path in wanted.items():
        check_writable(path, KINDS[kind])
        if kind in NEEDS:
            check_installed(*NEEDS[kind])
    if toml is not None:
        check_writable(toml, (".toml",))
    unused = unused_option(wanted, said_of)
    if unused is not None:
        name, used_by, called = unused
        flags = ["-o FILE" if kind == "page" else f"--{kind} FILE" for kind in used_by]
        raise ChoiceError(
            f"--{name} says how {called} is made, but none is asked for; add {' or '.join(flags)}, "
            "or leave it"
        )


def _run_of(settings: Settings) -> Run:
    """Return the run that the lesson is on; a file is looked for beside the lesson.toml too."""
    data = settings.data_beside or USUAL
    features: Sequence[str] | None = settings.features or None
    with named_faults(settings.regression):
        found = opened(data, settings.target or None, features, None)
    if settings.regression is not None:
        check_regression(settings.regression, found.run)
    tell_proposed(found, data)
    return found.run


def _tell(wanted: dict[str, str], toml: str | None, is_linked: bool) -> None:
    """Say what was written, what to do with it, and that a sheet names no place to answer at."""
    for kind, path in wanted.items():
        after = "; open it, and press Space for the next build" if kind == "page" else ""
        click.echo(f"wrote {path}{after}")
    if toml is not None:
        click.echo(f"wrote {toml}; change it, then: steepest lesson --from {toml}")
    if "handout" in wanted and not is_linked:
        click.echo("the hand-out has no link to answer its tasks at; --link URL adds its QR code")

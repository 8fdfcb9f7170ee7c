"""What every command that has a run can do with it: tell it, draw it, write it out."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from steepest.cli.saving import Saving, going_on, rows_inside, warn
from steepest.data.distinct_files import check_distinct
from steepest.data.written import write_table
from steepest.errors import ChoiceError
from steepest.extras import check_installed
from steepest.files import FIGURES, FILMS, MODELS, PAGES, TABLES, check_writable
from steepest.interrupts import exit_status
from steepest.numerals import counted
from steepest.page.look import PageLook
from steepest.run.checkpoint_file import CheckpointFile
from steepest.run.report import report
from steepest.run.run import Run
from steepest.surface.surface import Surface
from steepest.view.format import Format

if TYPE_CHECKING:
    from steepest.run.seeds import Seeds

__all__ = [
    "KINDS",
    "STATUSES",
    "UNJUDGED",
    "Outputs",
    "check",
    "check_reread",
    "check_seeds",
    "hand_over",
    "hand_over_seeds",
    "print_words",
    "surface_of",
    "tell",
    "write",
]

KINDS = {
    "figure": (FIGURES, "Draw data, surface, map and losses"),
    "film": (FILMS, "Film the path as it grows"),
    "page": (PAGES, "Write one page to play with; of one feature it opens in the lesson"),
    "table": (TABLES, "Write actual and predicted by the row"),
    "trace": (TABLES, "Write every step"),
    "onnx": (MODELS, "Write the model for other programs"),
}
"""What can be written of a run: the endings of its files, and what it is."""

UNJUDGED = 3
"""The exit status where something could not be judged: the words say what under `Looked at`."""

STATUSES = (
    "Exit status: 0, or 3 if something could not be judged (under `Looked at` it says what), 2 for "
    "a mistake, 130 after Ctrl-C."
)
"""The exit statuses, for the help of each command that has a run."""

HEADS = (
    *("Step ", "Result", "Fit", "Verdict", "Worth knowing", "Looked at"),
    *("Plane", "Ends of", "Together", "Path over", "Chosen by"),
)
"""How the lines begin that are printed bold."""


@dataclass(frozen=True)
class Outputs:
    """What is to be written of a run: the files of each of `KINDS`, and how pictures look."""

    files: Mapping[str, Sequence[str]]
    frames: str | None = None
    """The folder of a picture for each of the four steps."""
    look: Mapping[str, Any] = field(default_factory=dict)
    """What was said of panels, size and theme, as `Run.figure` takes them."""
    pace: Mapping[str, Any] = field(default_factory=dict)
    """What was said of the frames a second, as `Run.film` takes them besides."""
    axes: Mapping[str, Any] = field(default_factory=dict)
    """What was said of the axes of the surface: x, y and plane, as `Run.surface` takes them."""
    as_json: bool = False
    present: bool = False
    """Whether pages open in the lesson, as a class sees it."""
    page: Mapping[str, Any] = field(default_factory=dict)
    """What else was said of a page, as `Run.page` takes it."""

    def __post_init__(self) -> None:
        PageLook(**self.page)
        self._check_page()
        Format(**self.look, **self.pace).check_film(self.files.get("film", ()))
        self._check_drawn()
        if self.present and not self.files.get("page"):
            raise ChoiceError("--present says how a page opens, but none is asked for: --page FILE")
        if self.files.get("film") or self.frames is not None:
            check_installed("film", "a film")
        if self.files.get("figure"):
            check_installed("figure", "a figure")
        if self.files.get("onnx"):
            check_installed("onnx", "to write ONNX")

    def _check_page(self) -> None:
        """Raise ChoiceError for the look of a page where none is asked for."""
        idle = [] if self.files.get("page") else [name for name in self.page if name != "theme"]
        if idle:
            flags = " and ".join(f"--{name}" for name in idle)
            raise ChoiceError(f"{flags}: of a page, but none is asked for; add --page FILE")

    def _check_drawn(self) -> None:
        """Raise ChoiceError for the look of a picture where none is asked for."""
        films = bool(self.files.get("film"))
        drawn = films or self.frames is not None or bool(self.files.get("figure"))
        paged = bool(self.files.get("page"))
        params = [] if self.files.get("page") else [name for name in self.axes if name != "plane"]
        look = [name for name in self.look if not (paged and name == "theme")]
        idle = [*([] if drawn else [*look, *params]), *([] if films else self.pace)]
        if idle:
            flags = " and ".join(f"--{name}" for name in idle)
            what = "--film FILE" if drawn else "--figure FILE, --film FILE or --frames FOLDER"
            both = set(idle) <= {*params, "theme"}
            what, of = (f"--page FILE, {what}", " or a page") if both else (what, "")
            verb = "says" if len(idle) == 1 else "say"
            raise ChoiceError(
                f"{flags} {verb} how a picture{of} looks, but none is asked for; add {what}"
            )


def check(
    files: Mapping[str, Sequence[str]],
    save: str | None,
    *sources: str,
    checkpoint: CheckpointFile | None = None,
) -> None:
    """Refuse what could not be written, or would overwrite a source, before any work is done.

    A source is a file, or a folder or pattern of files, that is read.
    """
    for kind, paths in files.items():
        for path in paths:
            check_writable(path, KINDS[kind][0])
    if save is not None:
        check_writable(save)
    kept = [] if checkpoint is None else [checkpoint.path]
    written = [path for paths in files.values() for path in paths]
    check_distinct([*written, *([save] if save else []), *kept], sources)


def check_reread(run: Run, files: Mapping[str, Sequence[str]], save: str | None = None) -> None:
    """Refuse to overwrite the files from which a saved run reads its rows anew."""
    if run.problem.origin is not None:
        check(files, save, *run.problem.origin.files)


def drawn_run(run: Run, out: Outputs, runs: "Seeds | None" = None) -> Run:
    """Return the run that pictures are of: a walk to watch in place of one of auto.

    That is of one run alone, on its usual surface.
    """
    asked = bool(out.files["figure"] or out.files["film"] or out.frames is not None)
    if not asked or runs is not None or out.axes:
        return run
    from steepest.run.watched import watched

    walk = watched(run)
    return run if walk is None else walk


def watch_note(run: Run, out: Outputs) -> list[str]:
    """Return a line on the walk that pictures show in place of the run of the words, if they do."""
    walk = drawn_run(run, out)
    if walk is run:
        return []
    rate, steps = walk.plan.rate_in_words, counted(len(walk.trace) - 1, "step")
    return [
        f"the pictures show a walk that can be watched, from the same start: {steps} of rate "
        f"{rate} in standard units; --rule, --learning-rate or --scale choose another"
    ]


def page_note(run: Run, out: Outputs, surface: Surface | None) -> list[str]:
    """Return a line for each page that opens on another run than that of the words."""
    if surface is not None or not out.files["page"] or run.walk_of_page is None:
        return []
    if out.present or (_may_open_in_lesson(out, surface) and run.opens_in_lesson):
        opens = "the lesson, on a walk in standard units from its own start"
    else:
        opens = "Explore, on a walk in standard units from the same start"
    return [f"{path} opens in {opens}; this fit is run 2 in Explore" for path in out.files["page"]]


def surface_of(run: Run, out: Outputs) -> Surface | None:
    """Return the surface whose axes were named; None where it is the usual one."""
    return _drawn(run, out) if out.axes else None


def _drawn(run: Run, out: Outputs) -> Surface:
    """Return the surface of the pictures, with a bar where it takes long."""
    return run.surface(points=run.picture_points, progress=True, **out.axes)


def write(
    run: Run, out: Outputs, surface: Surface | None = None, runs: "Seeds | None" = None
) -> list[str]:
    """Write all that was asked for, pictures over `surface` where one is given; return where.

    The figure is of all `runs` where there are several, and so is the page on the usual plane.
    """
    files, named, drawn = out.files, surface, drawn_run(run, out, runs)
    if surface is None and not drawn.no_surface and (files["figure"] or files["film"]):
        surface = _drawn(drawn, out)
    look = {**out.look, "surface": surface}
    for path in files["figure"]:
        drawn.figure(path, **look) if runs is None else runs.figure(path, **out.look)
    if files["film"]:
        first, *more = files["film"]
        drawn.film(first, *more, progress=True, **look, **out.pace)
    frames = [] if out.frames is None else drawn.frames(out.frames, **look)
    _pages(run, out, named, runs)
    for path in files["table"]:
        write_table(run.table(), path)
    for path in files["trace"]:
        write_table(run.trace_table(), path)
    for path in files["onnx"]:
        run.to_onnx(path)
    written = [path for kind in KINDS for path in files[kind]]
    return [*written, *map(str, frames)]


def _pages(run: Run, out: Outputs, surface: Surface | None, runs: "Seeds | None") -> None:
    """Write the pages: of all runs where there are several, but on a surface that was named.

    One of one feature opens in the lesson, unless something that can be explored was asked for.
    """
    for path in out.files["page"]:
        if runs is None or surface is not None:
            in_lesson = _may_open_in_lesson(out, surface)
            run.page(path, surface=surface, present=out.present, lesson=in_lesson, **out.page)
        else:
            runs.page(path, present=out.present)


def _may_open_in_lesson(out: Outputs, surface: Surface | None) -> bool:
    """Whether nothing of what can be explored was asked for."""
    return surface is None and not {"hide", "text"} & out.page.keys()


def hand_over(
    run: Run, save: Saving, out: Outputs, checkpoint: CheckpointFile | None = None
) -> None:
    """Save, write and tell a run that was just made; one that was interrupted says so to shells."""
    save.write(run)
    surface = surface_of(run, out)
    written = [*write(run, out, surface), *save.paths]
    notes = [
        *watch_note(run, out),
        *page_note(run, out, surface),
        *rows_inside(run, out.files["page"], save, checkpoint),
    ]
    tell(run, written, out.as_json, surface, notes=notes)
    if run.stop.reason == "interrupted":
        if command := going_on(save, checkpoint):
            warn(f"to go on: {command}")
        sys.exit(exit_status())
    if not run.is_judged:
        sys.exit(UNJUDGED)


def hand_over_seeds(runs: "Seeds", save: Saving, out: Outputs) -> None:
    """Tell all runs and draw them; save and write the best."""
    best = runs.best
    save.write(best)
    files = [*write(best, out, surface_of(best, out), runs), *save.paths]
    notes = rows_inside(best, out.files["page"], save)
    if out.as_json:
        found = {"seeds": runs.to_dict(), "best": best.plan.seed, "files": files}
        click.echo(json.dumps({**found, "rows_inside": notes}, indent=2, allow_nan=False))
    else:
        print_words(runs.explain(), files, notes)
    if runs[-1].stop.reason == "interrupted":
        sys.exit(exit_status())


def check_seeds(out: Outputs, checkpoint: CheckpointFile | None) -> None:
    """Raise ChoiceError for what several seeds have not: panels of their figure, a checkpoint."""
    if checkpoint is not None:
        raise ChoiceError("--checkpoint keeps one run, but --seeds makes several; leave one out")
    if said := [name for name in out.page if name != "theme"]:
        raise ChoiceError(f"--{said[0]} is of the page of one run, but --seeds makes several")
    if "panels" in out.look:
        raise ChoiceError(
            "--panels are those of the figure of one run; with --seeds leave it out, the figure "
            "shows the paths on one plane and the losses"
        )


def tell(
    run: Run,
    files: Sequence[str],
    as_json: bool = False,
    surface: Surface | None = None,
    *,
    notes: Sequence[str] = (),
) -> None:
    """Print the run, in words or as one JSON object, what plane `surface` is, and its files.

    `notes` say which of these hold rows.
    """
    if as_json:
        shown: dict[str, object] = {} if surface is None else {"surface": surface.to_report()}
        shown["rows_inside"] = list(notes)
        click.echo(json.dumps(report(run, files) | shown, indent=2, allow_nan=False))
        return
    plane = "" if surface is None or not surface.in_words else f"\nPlane\n  {surface.in_words}"
    print_words(f"{run.explain()}\n{plane}".rstrip(), files, notes)


def print_words(words: str, files: Sequence[str], notes: Sequence[str] = ()) -> None:
    """Print words, their headings bold, then where files are, and what is to be known of these."""
    for line in words.splitlines():
        click.secho(line, bold=line.startswith(HEADS))
    if files:
        click.echo("\nWritten:")
    for line in [*files, *notes]:
        click.echo(f"  {line}")

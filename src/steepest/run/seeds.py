"""Several runs of one model on the same rows, each from a random start of its own."""

import os
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.run.run import Run
from steepest.run.several import Several
from steepest.surface.axes import Axes, CoordinateAxes
from steepest.surface.ends_plane import axes_of_ends
from steepest.surface.surface import Surface, surface_on_plane
from steepest.view.format import Format
from steepest.view.seeds_story import SeedPath, SeedResult, SeedsScene, SeedsStory

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.figure import Figure

__all__ = ["Seeds"]

Array = NDArray[np.float64]

PICTURE_POINTS = 101
"""Points a side of the plane that is drawn."""

MOST_ON_PAGE = 6
"""Runs that a page has colours for: `MOST_RUNS` of its `state/state.js`."""


@dataclass(frozen=True, repr=False, eq=False)
class Seeds(Several):
    """The runs, in the order of their seeds; `seeds[0]` is the first, `best` the best."""

    def __repr__(self) -> str:
        """Return what was fitted, and how the losses end."""
        losses = [run.loss for run in self.runs]
        return (
            f"<Seeds: {len(self.runs)} runs, {self.runs[0].problem}; loss {min(losses):.6g} to "
            f"{max(losses):.6g}>"
        )

    @property
    def best(self) -> Run:
        """The run with the lowest loss of the rows kept back, or of all rows without any."""
        return self.runs[self.story.best]

    @cached_property
    def story(self) -> SeedsStory:
        """All that is said of them, as one plain record."""
        first = self.runs[0]
        kept_back = bool(first.problem.validation_rows)
        losses = [run.validation_loss if kept_back else run.loss for run in self.runs]
        finite = np.where(np.isfinite(losses), losses, np.inf)
        return SeedsStory(
            title=f"{first.story.title}, {len(self.runs)} seeds",
            how=f"{first.story.loss_in_words}; rule {first.plan.rule.word}",
            loss_label=first.story.loss_label,
            measure_name="R²" if first.classes is None else "accuracy",
            has_validation=kept_back,
            runs=[_result(run, kept_back) for run in self.runs],
            best=int(np.argmin(finite)),
        )

    def explain(self) -> str:
        """Return their ends in one table, in words and numbers."""
        from steepest.view.seeds_words import tell_seeds

        return tell_seeds(self.story)

    def table(self) -> "pa.Table":
        """Return a row for each run: its seed, its losses, its steps, its end and its verdicts."""
        import pyarrow as pa

        results = self.story.runs
        names = ("seed", "start_loss", "loss", "validation_loss", "steps", "end")
        columns = {name: [getattr(one, name) for one in results] for name in names}
        measure = "r2" if self.story.measure_name == "R²" else self.story.measure_name
        columns[measure] = [one.measure for one in results]
        columns["verdicts"] = [", ".join(one.verdicts) for one in results]
        return pa.table(columns)

    def to_dict(self) -> list[dict[str, object]]:
        """Return the rows of the table for JSON: what is no finite number is None."""
        return [
            {k: None if isinstance(v, float) and not isfinite(v) else v for k, v in row.items()}
            for row in self.table().to_pylist()
        ]

    def surface(self, points: int = PICTURE_POINTS) -> Surface:
        """Return the true loss on the plane of all starts and ends, through the best end.

        The axes are their two principal directions, or the params where there are two; `path` holds
        all starts, then all ends, (2 runs, 2), `path_loss` their true losses; the paths between lie
        in the window too. Raises ChoiceError where they span no plane.
        """
        starts = np.array([run.trace[0].params for run in self.runs], dtype=np.float64)
        ends = np.array([run.params for run in self.runs], dtype=np.float64)
        best, end = self.best, ends[self.story.best]
        axes = self._axes(starts, ends)
        results = self.story.runs
        losses = [*(one.start_loss for one in results), *(one.loss for one in results)]
        between = [run.trace.full_losses[run.trace.kept][: len(_walked(run))] for run in self.runs]
        params = np.concatenate([starts, ends, *map(_walked, self.runs)])
        known = np.concatenate([losses, *between])
        surface = surface_on_plane(best.objective, axes, end, params, known, points)
        path, path_loss, off_plane = (
            one[: len(losses)] for one in (surface.path, surface.path_loss, surface.off_plane)
        )
        return replace(surface, path=path, path_loss=path_loss, off_plane=off_plane)

    def _axes(self, starts: Array, ends: Array) -> Axes:
        """Return the axes of the plane; of two params these themselves."""
        best, names = self.best, self.best.param_names
        if len(names) == 2:
            return CoordinateAxes.of_params(names, *names)
        return axes_of_ends(best.objective, starts, ends, self.story.best, best.plan.scale)

    def draw(self, wanted: Format) -> "Figure":
        """Return their paths on one plane and their losses by the step as a figure.

        Raises ChoiceError where starts and ends span no plane.
        """
        from steepest.view.seeds_figure import draw_seeds

        return draw_seeds(self.scene, wanted)

    def page(self, path: str | os.PathLike[str], *, present: bool = False) -> None:
        """Write the runs as one page, .html: the best, and beside it those with the lowest losses.

        It opens on the plane of all starts and ends, or, with `present`, in the lesson, whose tasks
        it has; six runs stand side by side at most. Raises FileError for another ending, and
        ChoiceError where starts and ends span no plane.
        """
        from steepest.page.html import write_page
        from steepest.page.record import MOST_SAVED
        from steepest.page.run_record import run_record
        from steepest.page.surface_record import page_points, surface_record
        from steepest.view.seeds_words import together_in_words

        best = self.best
        risk = best.problem.risk("a page")
        surface = surface_record(best.story, self.surface(page_points(risk)))
        order = sorted(self.runs, key=lambda run: (run is not best, run.loss))
        shown = order[1:MOST_ON_PAGE]
        others = [run_record(run.story, risk, most=MOST_SAVED) for run in shown]
        note = together_in_words(self.story, shown=1 + len(shown))
        together = {"surface": surface, "others": others, "note": note}
        record, lesson = {**best.record(), **together}, best.lesson_record()
        write_page(record, self.explain(), path, present=present, lesson=lesson)

    @cached_property
    def scene(self) -> SeedsScene:
        """All that is drawn of them, as one plain record."""
        surface, best = self.surface(), self.best
        ends = np.array([run.params for run in self.runs], dtype=np.float64)
        paths = [
            SeedPath(surface.axes.read(_walked(run)), run.trace.full_losses) for run in self.runs
        ]
        return SeedsScene(self.story, surface, paths, surface.axes.off_plane(ends - best.params))


def _walked(run: Run) -> Array:
    """Return the params of a run's kept steps up to its result, (kept, params)."""
    kept = run.trace.kept <= run.result.index
    return run.trace.params[kept]


def _result(run: Run, kept_back: bool) -> SeedResult:
    start = run.trace[0]
    metrics = run.metrics("validation") if kept_back else run.metrics()
    measure = metrics["r2" if run.classes is None else "accuracy"]
    return SeedResult(
        seed=run.plan.seed,
        start_loss=run.problem.loss_at(start.params, start.full_loss),
        loss=run.loss,
        validation_loss=run.validation_loss,
        measure=float("nan") if measure is None else float(measure),
        steps=len(run.trace) - 1,
        end=run.stop.reason,
        verdicts=[verdict.name for verdict in run.verdicts],
    )

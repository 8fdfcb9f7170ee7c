"""The pictures of a run: figure, film, and frames for slides."""

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from steepest.errors import ChoiceError
from steepest.extras import check_installed
from steepest.files import FIGURES, check_writable
from steepest.view.format import FILM_SIZE, FPS, SIZE, Format

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from steepest.objective.objective import Objective
    from steepest.objective.problem import Problem
    from steepest.surface.surface import Surface
    from steepest.trace import Trace
    from steepest.view.scene import Scene
    from steepest.view.story import Story

__all__ = ["Pictures"]

PICTURE_POINTS = 151
"""Points a side of a surface that is drawn: enough for a thin ravine."""


class Pictures:
    """What a run draws of itself, from its story and its scene."""

    if TYPE_CHECKING:

        @property
        def problem(self) -> Problem:
            """What was minimised."""

        @property
        def story(self) -> Story:
            """All that is said of the run."""

        @property
        def objective(self) -> Objective:
            """The function that was minimised."""

        trace: Trace

        @property
        def no_surface(self) -> str:
            """Why there is no surface to draw; empty where there is one."""

        def surface(self, x: str | None = None, y: str | None = None, points: int = 101) -> Surface:
            """Return the true loss over two params."""

    @cached_property
    def scene(self) -> "Scene":
        """All that is drawn of the run, as one plain record: its story, rows and surface."""
        return self.scene_over(self.surface(points=self.picture_points))

    @property
    def picture_points(self) -> int:
        """Points a side of a surface that is drawn."""
        return self.problem.picture_points or PICTURE_POINTS

    def scene_over(self, surface: "Surface") -> "Scene":
        """Return the scene with a surface of this run; ChoiceError for one of another run."""
        from steepest.view.scene import Scene

        self.check_own(surface)
        return Scene.set(self.story, self.problem, surface)

    def check_own(self, surface: "Surface") -> None:
        """Raise ChoiceError for a surface of another run."""
        if surface.objective is not self.objective or len(surface.path) != len(self.trace.kept):
            raise ChoiceError(
                "the surface is of another run, so this one's path is not on it; give one of "
                "run.surface(...)"
            )

    def figure(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        panels: Sequence[str] | None = None,
        size: tuple[int, int] = SIZE,
        theme: str = "light",
        surface: "Surface | None" = None,
    ) -> "Figure":
        """Return the run as a figure; written to `path` (.png, .svg or .pdf) too, if given.

        It shows data and fit, the loss surface with the path on it, the same from above, and the
        loss against the step: `panels` chooses some of fit, surface, map, loss, gradient and
        sharpness (the largest curvature, which takes time), in their order. Without data the length
        of the gradient takes the place of the fit; without a surface too there are the two charts,
        and why. `size` is pixels across and down, at 100 an inch of the usual size, and type grows
        with it; `theme` is light or dark; `surface` is one of `run.surface(...)` in place of the
        usual one: over other params, or another plane. Raises ChoiceError for what cannot be or
        without matplotlib, and FileError for any other ending.
        """
        if path is not None:
            check_writable(path, FIGURES)
        check_installed("figure", "a figure")
        from steepest.view.figure import draw, draw_charts, save_figure

        why, wanted = self.no_surface, Format(panels, size, theme)
        if why:
            figure = draw_charts(self.story, wanted, why)
        else:
            figure = draw(self._scene_of(surface), wanted)
        if path is not None:
            save_figure(figure, path)
        return figure

    def film(
        self,
        path: str | os.PathLike[str],
        *more: str | os.PathLike[str],
        progress: bool = False,
        panels: Sequence[str] | None = None,
        size: tuple[int, int] = FILM_SIZE,
        theme: str = "light",
        surface: "Surface | None" = None,
        fps: int = FPS,
    ) -> None:
        """Write the run as a film, .gif or .mp4, in which the path grows step by step.

        Several paths are written from one drawing. `panels`, `size`, `theme` and `surface` are as
        in `figure` (but an MP4 has even sides), `fps` is frames a second. Raises FileError for any
        other ending, and ChoiceError for what cannot be.
        """
        check_installed("film", "a film")
        from steepest.view.film import shoot

        shoot(self._scene_of(surface), [path, *more], Format(panels, size, theme, fps), progress)

    def frames(
        self,
        folder: str | os.PathLike[str],
        *,
        panels: Sequence[str] | None = None,
        size: tuple[int, int] = FILM_SIZE,
        theme: str = "light",
        surface: "Surface | None" = None,
    ) -> "list[Path]":
        """Write one picture for each of the four steps, built up one after the other, for slides.

        They are the pictures of the film at which a step has just been taken: `step-1.png` to
        `step-4.png` in the folder, which is made if it is not there. Returns their paths. A run
        without a step has the first and the last. Raises ChoiceError and FileError as `figure`.
        """
        check_installed("film", "a picture for each step")
        from steepest.view.film import write_frames

        return write_frames(self._scene_of(surface), folder, Format(panels, size, theme))

    def _scene_of(self, surface: "Surface | None") -> "Scene":
        """Return the scene over a surface, or over the usual one."""
        return self.scene if surface is None else self.scene_over(surface)

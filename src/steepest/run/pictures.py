"""The pictures of a run: figure, film, and frames for slides."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from steepest.extras import check_installed
from steepest.view.format import FILM_SIZE, FPS, SIZE, Format

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from steepest.objective.problem import Problem
    from steepest.surface.surface import Surface
    from steepest.view.scene import Scene
    from steepest.view.story import Story

__all__ = ["Pictures"]


class Pictures:
    """What a run draws of itself, from its story and its scene."""

    if TYPE_CHECKING:

        @property
        def problem(self) -> Problem:
            """What was minimised."""

        @property
        def story(self) -> Story:
            """All that is told of the run."""

        @property
        def scene(self) -> Scene:
            """All that is drawn of it besides."""

        def scene_over(self, surface: Surface) -> Scene:
            """Return the scene with another surface."""

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
        loss against the step: `panels` chooses some of fit, surface, map, loss and gradient, in
        their order. Without data the length of the gradient takes the place of the fit; without a
        surface too there are the two charts, and why. `size` is pixels across and down, at 100 an
        inch of the usual size, and type grows with it; `theme` is light or dark. Raises
        ChoiceError for what cannot be or without matplotlib, and FileError for any other ending.
        """
        check_installed("figure", "a figure")
        from steepest.view.figure import draw, draw_charts, save_figure

        why, wanted = self.problem.no_surface, Format(panels, size, theme)
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

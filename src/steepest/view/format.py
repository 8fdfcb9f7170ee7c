"""How a picture is asked for: which panels, how large, in which colours, how many a second."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from steepest.checks import whole_number
from steepest.errors import ChoiceError

__all__ = [
    "FIGURE_PANELS",
    "FILM_PANELS",
    "FILM_SIZE",
    "FPS",
    "PANELS",
    "SIZE",
    "THEME_NAMES",
    "Format",
]

PANELS = ("fit", "surface", "map", "loss", "gradient", "sharpness")
"""Data and fit, the surface in three dimensions, it from above; by the step loss, gradient and the
largest curvature."""

FIGURE_PANELS = ("fit", "surface", "map", "loss")
FILM_PANELS = ("fit", "surface", "map")

OF_SCENE = ("fit", "surface", "map", "sharpness")
"""The panels that need a scene: rows and a surface, or the loss itself."""

WITHOUT_SURFACE = ("loss", "gradient")
"""The panels of a figure without a surface."""

SIZE = (1600, 900)
FILM_SIZE = (1280, 720)
"""Pixels across and down, at 16:9: what slides and screens have."""

SIDES = (320, 7680)
"""The pixels a side may have: below, words take all the room; above, no screen has so many."""

FPS = 15
"""Frames a second of a film."""

MOST_FPS = 50
"""Frames a second at most: a GIF's times are whole hundredths of a second, and browsers play one of
less than two of them at ten frames a second (measured in Chromium 156)."""

THEME_NAMES = ("light", "dark")


@dataclass(frozen=True)
class Format:
    """The format of a picture, checked; ChoiceError, which says what there is, for what cannot be.

    `panels` are names of `PANELS`, None for the usual ones; `size` is pixels across and down;
    `theme` is one of `THEME_NAMES`; `fps` is frames a second.
    """

    panels: Sequence[str] | None = None
    size: tuple[int, int] = SIZE
    theme: str = "light"
    fps: int = FPS

    def __post_init__(self) -> None:
        if self.theme not in THEME_NAMES:
            known = ", ".join(THEME_NAMES)
            raise ChoiceError(f"there is no theme {self.theme!r}; choose one of {known}")
        whole_number("fps", self.fps, 1, MOST_FPS)
        _check_size(self.size)
        if self.panels is not None:
            object.__setattr__(self, "panels", _named(self.panels))

    def check_film(self, paths: Iterable[str | os.PathLike[str]]) -> None:
        """Raise ChoiceError for an MP4 of an odd side: its colours are those of 2 x 2 pixels."""
        across, down = self.size
        wider, taller = (side + side % 2 for side in self.size)
        is_mp4 = any(Path(path).suffix.lower() == ".mp4" for path in paths)
        if is_mp4 and (wider, taller) != (across, down):
            raise ChoiceError(
                f"size is {across}x{down}, but an MP4 has even sides; use {wider}x{taller}"
            )

    def panels_of(self, usual: Sequence[str], no_surface: str = "") -> Sequence[str]:
        """Return the names of the panels to draw: those asked for, else the `usual` ones.

        `no_surface` says why there is none: then ChoiceError for a panel that would need it.
        """
        if self.panels is None:
            return WITHOUT_SURFACE if no_surface else usual
        needing = [name for name in self.panels if name in OF_SCENE]
        if no_surface and needing:
            raise ChoiceError(f"the panel {needing[0]} cannot be drawn: {no_surface}")
        return self.panels


def _named(panels: Sequence[str] | str) -> tuple[str, ...]:
    names = (panels,) if isinstance(panels, str) else tuple(panels)
    unknown = [name for name in names if name not in PANELS]
    if unknown or not names:
        got = f"there is no panel {unknown[0]!r}" if unknown else "panels is empty"
        raise ChoiceError(f"{got}; choose some of {', '.join(PANELS)}")
    if len(set(names)) < len(names):
        raise ChoiceError(f"panels names one twice: {', '.join(names)}; name each once")
    return names


def _check_size(size: object) -> None:
    low, high = SIDES
    if not isinstance(size, tuple | list) or len(size) != 2:
        raise ChoiceError(f"size is {size!r}, but it must be pixels across and down: (1280, 720)")
    for side in size:
        whole_number("a side of size", side, low, high)

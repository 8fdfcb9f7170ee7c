"""Colours, marks and type, the same for the same meaning in every picture.

The colours of marks are those of Okabe & Ito 2008 ("Color universal design"), distinct for
readers with any kind of colour vision; classes differ in shape too. The surface is viridis, which
gets evenly lighter with the loss. A theme is the colours of paper and ink, as matplotlib's own
settings: what is drawn within `look` takes them from there.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple
from warnings import catch_warnings, simplefilter

import matplotlib as mpl
import numpy as np
from matplotlib.patheffects import Normal, Stroke

__all__ = [
    "CLASSES",
    "MARKS",
    "PATH",
    "SURFACE",
    "THEMES",
    "Theme",
    "halo",
    "look",
    "theme_in_use",
    "title_size",
]

PATH = "#d55e00"
SURFACE = "viridis"
CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#a0522d", "#555555", "#b8a500")
MARKS = ("o", "^", "s", "D", "v", "P", "X", "*")


class Theme(NamedTuple):
    """The colours of paper and ink, and of what stands back: muted words, edges, faint lines.

    `held_out` is that of the loss of the rows that were kept back.
    """

    paper: str
    ink: str
    muted: str
    edge: str
    faint: str
    wall: str
    data: str
    held_out: str


THEMES: Mapping[str, Theme] = {
    "light": Theme(
        *("#ffffff", "#1b1f24", "#5b6570", "#9aa4ae", "#c9d1d8", "#f6f8fa", "#3b5b7a", "#0072b2")
    ),
    "dark": Theme(
        *("#14181d", "#e9edf1", "#a3aeb9", "#66717c", "#46515c", "#1e242b", "#8fb3d6", "#56b4e9")
    ),
}
"""The themes that `theme=` names."""


@contextmanager
def look(theme: str = "light") -> Iterator[None]:
    """Draw in this style, whatever the reader's own settings are, and leave those as they were."""
    with mpl.rc_context(), np.errstate(over="ignore", invalid="ignore"), catch_warnings():
        # A letter that the font lacks is drawn as a box; there is nothing the reader could do.
        simplefilter("ignore", UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(_settings(THEMES[theme]))
        before = _in_use.set(THEMES[theme])
        try:
            yield
        finally:
            _in_use.reset(before)


def _settings(theme: Theme) -> dict[Any, str | float | bool]:
    return {
        "figure.facecolor": theme.paper,
        "axes.facecolor": theme.paper,
        "savefig.facecolor": "auto",
        "font.family": "DejaVu Sans",
        "font.size": 10.5,
        "text.color": theme.ink,
        "axes.labelcolor": theme.ink,
        "axes.edgecolor": theme.edge,
        "axes.titlesize": 11.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": False,
        "xtick.color": theme.muted,
        "ytick.color": theme.muted,
        "xtick.labelsize": 9.5,
        "ytick.labelsize": 9.5,
        "legend.frameon": False,
        "legend.fontsize": 9.5,
        "svg.fonttype": "path",
        "svg.hashsalt": "steepest",
        "text.parse_math": False,
    }


_in_use: ContextVar[Theme] = ContextVar("theme", default=THEMES["light"])


def theme_in_use() -> Theme:
    """Return the theme of the innermost `look`; the light one outside of any."""
    return _in_use.get()


def halo(width: float, colour: str = "white") -> list[Stroke | Normal]:
    """Return the edge that keeps a line visible: white on the colours of the surface."""
    return [Stroke(linewidth=width, foreground=colour), Normal()]


def title_size(title: str) -> float:
    """Return the size of type in which a title fits its page."""
    return 17.0 if len(title) <= 75 else 17.0 * 75 / len(title)

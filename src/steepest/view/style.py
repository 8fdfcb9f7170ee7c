"""Colours, marks and type, the same for the same meaning in every picture.

The colours of marks are those of Okabe & Ito 2008 ("Color universal design"), distinct for
readers with any kind of colour vision; classes differ in shape too. The surface is viridis, which
gets evenly lighter with the loss.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from warnings import catch_warnings, simplefilter

import matplotlib as mpl
import numpy as np
from matplotlib.patheffects import Normal, Stroke

__all__ = [
    "CLASSES",
    "DATA",
    "INK",
    "MARKS",
    "MUTED",
    "PATH",
    "SURFACE",
    "halo",
    "look",
    "title_size",
]

INK = "#1b1f24"
MUTED = "#5b6570"
DATA = "#3b5b7a"
PATH = "#d55e00"
SURFACE = "viridis"
CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#a0522d", "#555555", "#b8a500")
MARKS = ("o", "^", "s", "D", "v", "P", "X", "*")

SETTINGS: dict[Any, str | float | bool] = {
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#9aa4ae",
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "svg.fonttype": "path",
    "svg.hashsalt": "steepest",
    "text.parse_math": False,
}


@contextmanager
def look() -> Iterator[None]:
    """Draw in this style, whatever the reader's own settings are, and leave those as they were."""
    with mpl.rc_context(), np.errstate(over="ignore", invalid="ignore"), catch_warnings():
        # A letter that the font lacks is drawn as a box; there is nothing the reader could do.
        simplefilter("ignore", UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield


def halo(width: float) -> list[Stroke | Normal]:
    """Return the white edge that keeps a mark visible on any colour of the surface."""
    return [Stroke(linewidth=width, foreground="white"), Normal()]


def title_size(title: str) -> float:
    """Return the size of type in which a title fits its page."""
    return 17.0 if len(title) <= 75 else 17.0 * 75 / len(title)

"""Colours of a lesson, the same for the same meaning in every picture, and what it is drawn on."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter
from numpy.typing import NDArray

from steepest.lesson.written import power_of_ten, text_in
from steepest.view.chart import numbers_on
from steepest.view.style import look

__all__ = ["INKS", "PIXELS", "Inks", "Sketch", "number_axes", "sketch"]

Array = NDArray[np.float64]


class Inks(NamedTuple):
    """What acts, the loss and the path; the weight; the bias; and what is transparent."""

    now: str
    weight: str
    bias: str
    ground: str


INKS = {
    "light": Inks("#b34700", "#1d5aa8", "#86308c", "#f1efe9"),
    "dark": Inks("#ff9a57", "#86b8ff", "#e59bea", "#22272d"),
}
"""By theme: one accent, and two inks that the weight and the bias have wherever they stand."""

TYPE = 4.0 / 3.0
"""How much larger than drawn pictures stand on a slide: type of 10.5 points has 14 there."""

PIXELS = 192
"""Pixels an inch of a slide: twice those of a screen, so that a projector's are all used."""


class Sketch(NamedTuple):
    """A figure with axes side by side, in a theme."""

    figure: Figure
    axes: list[Axes]
    inks: Inks

    def png(self) -> bytes:
        """Return the picture as PNG, without paper: it lies on that of the slide."""
        made = BytesIO()
        self.figure.savefig(made, format="png", facecolor="none")
        return made.getvalue()


@contextmanager
def sketch(
    theme: str, size: tuple[float, float], widths: Sequence[float], turned: Sequence[bool] = ()
) -> Iterator[Sketch]:
    """Draw on axes of so many `widths` side by side, on a figure of `size` inches of a slide.

    Those that are `turned` are in three dimensions.
    """
    with look(theme):
        mpl.rcParams.update(
            {"axes.titlesize": 10.5, "axes.titleweight": "normal", "axes.facecolor": "none"}
        )
        figure = Figure(
            figsize=(size[0] / TYPE, size[1] / TYPE), dpi=PIXELS * TYPE, layout="constrained"
        )
        FigureCanvasAgg(figure)
        grid = figure.add_gridspec(1, len(widths), width_ratios=list(widths))
        turns = [*turned, *[False] * len(widths)]
        axes = [
            figure.add_subplot(grid[i], projection="3d" if turns[i] else None)
            for i in range(len(widths))
        ]
        yield Sketch(figure, axes, INKS[theme])


def number_axes(language: str, *axes: Axis) -> None:
    """Label axes with numbers as a person of that language reads them.

    Where numbers would have a power of ten each, they have one together, at the end of the axis.
    """
    for axis in axes:
        numbers_on(axis)
        plain = axis.get_major_formatter()
        ticks = _Ticks(language, plain)
        axis.set_major_formatter(ticks)
        plain.set_axis(axis)
        is_below = axis is axis.axes.xaxis and axis.axes.name != "3d"
        below = BELOW if is_below and ticks.get_offset() else 0.0
        axis.labelpad = float(mpl.rcParams["axes.labelpad"]) + below


class _Ticks(Formatter):
    """Labels of ticks in a language, and the power of ten that they have in common."""

    def __init__(self, language: str, plain: Formatter) -> None:
        self._language, self._plain = language, plain

    @property
    def _power(self) -> int:
        """The power of ten of the largest end of the axis, 0 where numbers are written out."""
        assert self.axis is not None
        size = float(np.max(np.abs(self.axis.get_view_interval())))
        is_written_out = size == 0 or LEAST <= size < MOST
        return 0 if is_written_out else math.floor(math.log10(size))

    def __call__(self, value: float, pos: int | None = None) -> str:
        """Return the label of the tick at `value`."""
        return text_in(self._plain(value / 10.0**self._power, pos), self._language)

    def get_offset(self) -> str:
        """Return what all numbers are multiplied with; empty where they are written out."""
        return power_of_ten(self._power).strip() if self._power else ""


BELOW = 9.0
"""Points by which the name of an axis makes room for its power of ten."""

LEAST, MOST = 1e-3, 1e7
"""Between them the ends of an axis are written out."""

"""Colours of a lesson, the same for the same meaning in every picture, and what it is drawn on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, FuncFormatter
from numpy.typing import NDArray

from steepest.lesson.written import text_in
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
    """Label axes with numbers as a person of that language reads them."""
    for axis in axes:
        numbers_on(axis)
        plain = axis.get_major_formatter()
        axis.set_major_formatter(FuncFormatter(_numbers_in(language, plain)))
        plain.set_axis(axis)


def _numbers_in(language: str, plain: Formatter) -> Callable[[float, int | None], str]:
    return lambda value, place: text_in(plain(value, place), language)

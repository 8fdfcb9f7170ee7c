"""Two panels beside each other under a title: the figure of what is no single run."""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from steepest.view.format import Format
from steepest.view.sheet import Sheet
from steepest.view.style import look, theme_in_use, title_size

__all__ = ["draw_pair"]

Panel = Callable[[Axes], None]


def draw_pair(
    wanted: Format, title: str, how: str, footnote: str, left: Panel, right: Panel
) -> Figure:
    """Return a figure of two panels, with words above and, where there are any, below."""
    with look(wanted.theme):
        sheet, muted = Sheet(wanted.size), theme_in_use().muted
        sheet.head(title, fontsize=title_size(title), fontweight="bold")
        sheet.head(how, fontsize=11.5, color=muted)
        if footnote:
            sheet.foot(footnote, fontsize=9.5, color=muted)
        for draw, axes in zip((left, right), sheet.panels(2), strict=True):
            draw(axes)
        sheet.settle()
        return sheet.figure

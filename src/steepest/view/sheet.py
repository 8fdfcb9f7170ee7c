"""A sheet: a figure with words from its top down and from its bottom up, panels in what is left.

The words are measured before the panels get their room, so none is printed over another.
"""

from collections.abc import Iterator
from math import log

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.text import Text

from steepest.view.format import SIZE

__all__ = ["GAP", "MARGIN", "Sheet"]

DPI = 100
"""Pixels an inch of a figure of the usual size; of a larger one type and lines grow with it."""

MARGIN = 0.03
"""The share of the width that stays free at either side, and of the height above and below."""

GAP = 0.012
"""The share of the height between one text and the next."""

GOOD_ASPECT = 1.3
"""The width of a panel by its height that suits a chart: of the grids that fill, the nearest."""

TALL = 1.3
"""How much higher than another a row with the surface in three dimensions is."""

SPACE = {"w_pad": 0.12, "h_pad": 0.1, "wspace": 0.05, "hspace": 0.05}
"""Free room about the panels: inches at each side, and shares of a panel between two."""


class Sheet:
    """A figure of so many pixels. Places are shares of its width and height, from the bottom."""

    def __init__(self, size: tuple[int, int], usual: tuple[int, int] = SIZE) -> None:
        """Make an empty figure; type is as large on it as on one of the `usual` size."""
        width, height = size
        dpi = DPI * ((width * height) / (usual[0] * usual[1])) ** 0.5
        # A hundredth of a pixel more, since matplotlib rounds down.
        self.figure = Figure(figsize=((width + 0.01) / dpi, (height + 0.01) / dpi), dpi=dpi)
        self.canvas = FigureCanvasAgg(self.figure)
        self.left, self.right = MARGIN, 1.0 - MARGIN
        self._top, self._bottom = 1.0 - MARGIN, MARGIN

    @property
    def is_wide(self) -> bool:
        """Whether the figure is wider than high."""
        width, height = self.figure.get_size_inches()
        return bool(width >= height)

    def head(self, text: str, **type: object) -> Text:
        """Write a text below those at the top, on as many lines as it needs."""
        written = self.write(self.left, self._top, text, self.right - self.left, **type)
        self._top -= self.height_of(written) + GAP
        return written

    def foot(self, text: str, **type: object) -> Text:
        """Write a text above those at the bottom, on as many lines as it needs."""
        written = self.write(self.left, 0.0, text, self.right - self.left, **type)
        self.keep_free(self.height_of(written))
        written.set_y(self._bottom - GAP)
        return written

    def keep_free(self, height: float) -> float:
        """Keep so much free above what stands at the bottom; return the top of it."""
        top = self._bottom + height
        self._bottom = top + GAP
        return top

    @property
    def room(self) -> float:
        """The share of the height that is free; below 0 once texts stand over each other."""
        return self._top - self._bottom

    @property
    def top(self) -> float:
        """How high up the next text at the top would stand."""
        return self._top

    def skip(self, height: float) -> None:
        """Leave so much free below what stands at the top."""
        self._top -= height

    def rule(self, colour: str) -> None:
        """Draw a line from left to right below what stands at the top, to write on."""
        across = [self.left, self.right]
        line = Line2D(across, [self._top] * 2, color=colour, lw=0.6, figure=self.figure)
        self.figure.add_artist(line)

    def write(self, x: float, y: float, text: str, width: float, **type: object) -> Text:
        """Write a text whose upper left corner is (x, y), wrapped to a width."""
        written = self.figure.text(x, y, text, va="top", **type)  # type: ignore[arg-type]
        written.set_text(self.filled(text, width, written.get_fontproperties()))
        return written

    def filled(self, text: str, width: float, font: FontProperties) -> str:
        """Return a text broken between words into lines of at most a width, as a font sets it.

        A word that is longer than that is broken too.
        """
        most = width * self.figure.bbox.width
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line = ""
            for word in self._pieces(paragraph, font, most):
                longer = f"{line} {word}" if line else word
                if line and self.measured(longer, font) > most:
                    lines.append(line)
                    longer = word
                line = longer
            lines.append(line)
        return "\n".join(lines)

    def _pieces(self, paragraph: str, font: FontProperties, most: float) -> Iterator[str]:
        """Yield the words of a paragraph, those that are too long in pieces that fit."""
        for word in paragraph.split(" "):
            rest = word
            while len(rest) > 1 and self.measured(rest, font) > most:
                fits = (n for n in range(len(rest) - 1, 1, -1))
                at = next((n for n in fits if self.measured(rest[:n], font) <= most), 1)
                yield rest[:at]
                rest = rest[at:]
            yield rest

    def measured(self, line: str, font: FontProperties) -> float:
        """Return the width of a line of text in pixels, as a font sets it."""
        renderer = self.canvas.get_renderer()  # type: ignore[no-untyped-call]
        return float(renderer.get_text_width_height_descent(line, font, ismath=False)[0])

    def height_of(self, text: Text) -> float:
        """Return the height of a text; 0 of an empty one."""
        if not text.get_text():
            return 0.0
        extent = text.get_window_extent()
        return float(extent.height / self.figure.bbox.height)

    def panels(self, count: int, tall: int | None = None) -> list[Axes]:
        """Return axes for so many panels in what the words have left; `tall` needs more height."""
        height = self._top - self._bottom
        rect = (MARGIN / 2, self._bottom, 1.0 - MARGIN, height)
        self.figure.set_layout_engine("constrained", rect=rect, **SPACE)
        columns = self._columns(count, height)
        rows = -(-count // columns)
        ratios = [TALL if tall is not None and row == tall // columns else 1 for row in range(rows)]
        grid = self.figure.add_gridspec(rows, columns, height_ratios=ratios)
        return [self.figure.add_subplot(grid[divmod(i, columns)]) for i in range(count)]

    def _columns(self, count: int, height: float) -> int:
        """Return in how many columns so many panels fill the room and are nearest to good ones."""
        width, tall = self.figure.get_size_inches()
        filling = [n for n in range(1, count + 1) if -(-count // n) * n - count < 2]

        def off(columns: int) -> float:
            rows = -(-count // columns)
            return abs(log(width / columns / (tall * height / rows) / GOOD_ASPECT))

        return min(filling, key=off)

    def settle(self) -> None:
        """Give every panel its final place: what moves later does not push the others about.

        A name that is longer than its axis is broken into lines before.
        """
        self._lay_out()
        for axes in self.figure.axes:
            place = axes.get_position()
            tall = place.height * self.figure.bbox.height / self.figure.bbox.width
            for label, length in ((axes.xaxis.label, place.width), (axes.yaxis.label, tall)):
                text = self.filled(label.get_text(), length, label.get_fontproperties())
                label.set_text(text)
        self._lay_out()
        self.figure.set_layout_engine("none")

    def _lay_out(self) -> None:
        """Give every panel its place, without drawing what is in it."""
        if (engine := self.figure.get_layout_engine()) is not None:
            engine.execute(self.figure)

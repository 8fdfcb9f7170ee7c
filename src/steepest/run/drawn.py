"""What has one figure of its own: drawn when it is asked for, and written to a path if given."""

import os
from abc import abstractmethod
from typing import TYPE_CHECKING

from steepest.extras import check_installed
from steepest.view.format import SIZE, Format

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Drawn"]


class Drawn:
    """Something with a figure: `draw` says which."""

    @abstractmethod
    def draw(self, wanted: Format) -> "Figure":
        """Return the figure, of such a size and theme."""

    def figure(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        size: tuple[int, int] = SIZE,
        theme: str = "light",
    ) -> "Figure":
        """Return it as a figure; written to `path` too, if one is given.

        `path`, `size` and `theme` are as `Run.figure` has them. Raises ChoiceError for a size,
        theme or ending that there is not, and for what has no picture: ends that span no plane.
        """
        check_installed("figure", "a figure")
        from steepest.view.figure import save_figure

        figure = self.draw(Format(None, size, theme))
        if path is not None:
            save_figure(figure, path)
        return figure

"""How a notebook shows a run: as the page, with a picture for where no page can be.

Exports, and viewers that know no widgets, take the picture; a plain terminal takes the words. Only
`notebook/widget.py` needs anywidget; without it the picture is shown, and how to get the page is
said. Of an objective that was given, without rows, there is no page: the picture is shown.
"""

import base64
import io
import sys
from typing import TYPE_CHECKING

from steepest.errors import ChoiceError
from steepest.extras import install_line, is_installed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from steepest.notebook.widget import RunWidget
    from steepest.run.run import Run

__all__ = ["Bundle", "marimo_view", "mime_bundle"]

Bundle = tuple[dict[str, str], dict[str, object]]
"""What a notebook's display takes: the contents by their types, and what is said of these."""

DPI = 80
"""Dots an inch of the picture: it lies in the notebook's file."""


def mime_bundle(run: "Run") -> Bundle:
    """Return the run as a notebook's display takes it, and what is said of that, both by type.

    The richest type that is known wins.
    """
    if not _in_kernel():
        return {"text/plain": repr(run)}, {}
    picture = {"text/plain": repr(run)}
    if is_installed("figure"):
        picture["image/png"] = _picture(run)
    if not run.objective.has_page:
        return picture, {}
    if not is_installed("notebook"):
        said = f"{run!r}\nfor the page to play with: {install_line('notebook')}"
        return picture | {"text/plain": said}, {}
    widget = _widget(run)
    if widget is None:
        return picture, {}
    # This tells Colab from where it gets what shows widgets.
    shown, about = widget._repr_mimebundle_() or ({}, {})
    return shown | picture, about


def marimo_view(run: "Run") -> "Figure | RunWidget":
    """Return what marimo shows: it makes a page of a widget by itself."""
    if not run.objective.has_page or not is_installed("notebook"):
        return run.figure()
    return _widget(run) or run.figure()


def _widget(run: "Run") -> "RunWidget | None":
    """Return the page as a widget; None of a run that has no page."""
    from steepest.notebook.widget import RunWidget

    try:
        return RunWidget(run)
    except ChoiceError:
        return None


def _in_kernel() -> bool:
    """Return whether a notebook's kernel asks; IPython in a terminal asks in the same way."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")


def _picture(run: "Run") -> str:
    """Return the figure of a run as PNG in base64, as notebooks keep it."""
    picture = io.BytesIO()
    run.figure().savefig(picture, format="png", dpi=DPI)
    return base64.b64encode(picture.getvalue()).decode("ascii")

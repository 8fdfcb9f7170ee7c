"""How a notebook shows a run: as the page, with a picture for where no page can be.

Exports, and viewers that know no widgets, take the picture; a plain terminal takes the words. Only
`notebook/widget.py` needs anywidget; without it the picture is shown, and how to get the page is
said. Of an objective that was given, without rows, there is no page here: the picture is shown, or
why there is none, and how to have the page that replays its steps.
"""

import base64
import html
import io
import sys
from typing import TYPE_CHECKING, Any

from steepest.errors import ChoiceError
from steepest.extras import install_line, is_installed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from steepest.notebook.widget import RunWidget
    from steepest.run.run import Run

__all__ = ["Bundle", "marimo_view", "mime_bundle", "show_with_still"]

Bundle = tuple[dict[str, str], dict[str, object]]
"""What a notebook's display takes: the contents by their types, and what is said of these."""

DPI = 80
"""Dots an inch of the picture: it lies in the notebook's file."""


STILL = (
    '<div data-steepest-still="{mark}"><img alt="{words}" style="max-width:100%" '
    'src="data:image/png;base64,{png}"></div>'
)
"""The picture below a widget: whoever exports the notebook as HTML has it, and the page hides it.

nbconvert takes the widget's view before any other type of an output, which needs a network to
show; so the picture is an output of its own, as HTML, since it drops the words of other pictures.
"""


def show_with_still(run: "Run") -> None:
    """Show a run in a notebook as its page, and as a picture that the page hides once it is there.

    Raises NotImplementedError where there is no page to show, so that IPython asks for the bundle.
    """
    packages = is_installed("figure") and is_installed("notebook")
    widget = _widget(run) if _in_kernel() and packages and run.objective.has_page else None
    if widget is None:
        raise NotImplementedError
    from IPython import display as ipython

    display: Any = ipython.display  # IPython tells no types
    shown, about = widget._repr_mimebundle_() or ({}, {})
    display(shown | {"text/plain": repr(run)}, metadata=about, raw=True)
    words, png = html.escape(repr(run), quote=True), _picture(run)
    still = STILL.format(mark=widget.mark, words=words, png=png)
    display({"text/html": still, "text/plain": ""}, raw=True)


def mime_bundle(run: "Run") -> Bundle:
    """Return the run as a notebook's display takes it, and what is said of that, both by type.

    The richest type that is known wins.
    """
    if not _in_kernel():
        return {"text/plain": repr(run)}, {}
    if not run.objective.has_page:
        return _without_page(run), {}
    picture = {"text/plain": repr(run)}
    if is_installed("figure"):
        picture["image/png"] = _picture(run)
    if not is_installed("notebook"):
        said = f"{run!r}\nfor the page to play with: {install_line('notebook')}"
        return picture | {"text/plain": said}, {}
    widget = _widget(run)
    if widget is None:
        return picture, {}
    # This tells Colab from where it gets what shows widgets.
    shown, about = widget._repr_mimebundle_() or ({}, {})
    return shown | picture, about


def _without_page(run: "Run") -> dict[str, str]:
    """Return a run without rows by type: its picture, if there is one, and how to get its page."""
    text = f'{run!r}\nrun.page("run.html") writes a page that replays its steps.'
    if not is_installed("figure"):
        return {"text/plain": text}
    try:
        png = _picture(run)
    except ChoiceError as error:
        return {"text/plain": f"{text}\nNo picture: {error}."}
    words = f"<p>{html.escape(text.splitlines()[1])}</p>"
    still = STILL.format(mark="", words=html.escape(repr(run), quote=True), png=png)
    return {"text/plain": text, "image/png": png, "text/html": still + words}


def marimo_view(run: "Run") -> "Figure | RunWidget | str":
    """Return what marimo shows: it makes a page of a widget by itself."""
    if run.objective.has_page and is_installed("notebook"):
        return _widget(run) or run.figure()
    try:
        return run.figure()
    except ChoiceError as error:
        return f"{run!r}\nNo picture: {error}."


def _widget(run: "Run") -> "RunWidget | None":
    """Return the page as a widget; None of a run that has no page."""
    from steepest.notebook.widget import RunWidget

    try:
        return RunWidget(run)
    except ChoiceError:
        return None


def _in_kernel() -> bool:
    """Return whether a notebook's kernel asks; IPython in a terminal asks alike."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")


def _picture(run: "Run") -> str:
    """Return the figure of a run as PNG in base64, as notebooks keep it."""
    picture = io.BytesIO()
    run.figure().savefig(picture, format="png", dpi=DPI)
    return base64.b64encode(picture.getvalue()).decode("ascii")

"""The page as a notebook's widget, and what a notebook shows where there is none.

The record lies in the widget's own state, so that a notebook that is opened again shows it with no
Python at all; requests and answers go over the widget's channel, each array as a buffer.
"""

from uuid import uuid4

import anywidget
import traitlets

from steepest.page.html import notebook_script, style
from steepest.page.wire import to_buffers, to_frame
from steepest.run.run import Run
from steepest.session import Session

__all__ = ["RunWidget"]


class RunWidget(anywidget.AnyWidget):
    """The page of a run below a notebook's cell."""

    record = traitlets.Bytes().tag(sync=True)
    """What the page shows at first, as one frame."""

    mark = traitlets.Unicode().tag(sync=True)
    """What the picture bears that stands for the page in exports: the page hides it."""

    def __init__(self, run: Run, **rest: object) -> None:
        # Set here and not in the class, so that the page's text is only made where it is shown.
        self._esm, self._css = notebook_script(), style()
        self._session = Session.of_run(run)
        super().__init__(record=to_frame(run.record()), mark=uuid4().hex, **rest)
        self.on_msg(self._answer)

    def _answer(self, widget: object, content: object, buffers: object) -> None:
        """Answer a request of the page."""
        number = content.get("id") if isinstance(content, dict) else None
        answer = self._session.answer(content)
        whole = answer if "error" in answer else {"answer": answer}
        header, arrays = to_buffers({"id": number, **whole})
        self.send(header, arrays)

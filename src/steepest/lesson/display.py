"""How a notebook shows a lesson: its page in a frame, which every viewer of HTML has.

The whole page lies in the output of the cell, so that the notebook shows it once more without
Python and without a network, and nbconvert takes it as it is. The frame is sandboxed: what is in it
reads nothing of the notebook around it.
"""

import html
from dataclasses import dataclass

__all__ = ["LessonView"]

FRAME = (
    '<iframe title="{title}" allow="fullscreen" '
    'sandbox="allow-scripts allow-downloads allow-modals allow-popups '
    'allow-popups-to-escape-sandbox" '
    'style="display:block;width:100%;aspect-ratio:16/9;min-height:420px;border:0" '
    "srcdoc='{page}'></iframe>"
)
"""A frame of the shape that a lecture has, not too low for a narrow screen.

The page is in single quotes, which it hardly has: its data have 14,000 double ones.
"""


@dataclass(frozen=True, repr=False)
class LessonView:
    """A lesson as the last line of a cell shows it; `page` is the HTML of the file that is saved.

    It is about 0.65 MB of the notebook whatever the rows: many are drawn by a sample of them.
    """

    title: str
    page: str
    builds: int

    def __repr__(self) -> str:
        """Return what it is, in a line."""
        return f"<Lesson: {self.title}; {self.builds} builds>"

    def _repr_html_(self) -> str:
        """Return the frame with the page in it, as Jupyter, VS Code, Colab and marimo show it."""
        title = html.escape(self.title, quote=True)
        page = self.page.replace("&", "&amp;").replace("'", "&#39;")
        return FRAME.format(title=title, page=page)

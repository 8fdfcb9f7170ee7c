"""Where the questions of a lesson are answered: its link, checked, and that as a QR code.

A QR code (ISO/IEC 18004, by segno) is made when the lesson is written: what shows it asks the
network for nothing.
"""

from io import BytesIO
from urllib.parse import urlsplit

from steepest.errors import ChoiceError
from steepest.lesson.markdown import Line, Piece, Shown
from steepest.lesson.own_slide import Content, Image

__all__ = ["QUESTIONS", "check_link", "qr_code", "questions_slide"]

QUESTIONS = "questions"
"""The key of the build that shows the link."""

LONGEST = 300
"""Letters of a link: the QR code of a longer one is too fine to be read from the back of a room."""

MODULE = 24
"""Pixels of a module of the code, so that it is sharp on a large screen too."""


def check_link(link: str) -> None:
    """Raise ChoiceError for what is no address of a page, or too long to be read as a QR code."""
    if any(not letter.isprintable() or letter.isspace() for letter in link) or not _host(link):
        raise ChoiceError(
            f"the link of the lesson is {link[:60]!r}, but it must be the address of a page, such "
            "as https://example.org/lesson.html"
        )
    if len(link) > LONGEST:
        raise ChoiceError(
            f"the link of the lesson has {len(link)} letters, but a QR code that a phone reads "
            f"from a distance holds {LONGEST}; use a shorter one, without what comes after #"
        )


def _host(link: str) -> str:
    """Return the host that a link names; empty where it names none, or no page's."""
    try:
        parts = urlsplit(link)
        return parts.hostname or "" if parts.scheme in ("https", "http") else ""
    except ValueError:
        return ""


def qr_code(link: str) -> Image:
    """Return the QR code of a link as PNG, black on white, and the 4 modules of margin it needs."""
    import segno

    made = BytesIO()
    segno.make(link, micro=False, error="m").save(made, kind="png", scale=MODULE, border=4)
    return Image(made.getvalue(), "image/png")


def questions_slide(link: str) -> Content:
    """Return the slide with the code of a link, and the link in letters."""
    lines = [Line(0, (), "", Shown(QUESTIONS, f"QR: {link}")), Line(0, (Piece(link, link=link),))]
    return Content((), lines, {QUESTIONS: qr_code(link)})

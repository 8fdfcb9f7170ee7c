"""An author's own slide as it is shown: its heading, its lines, and the pictures that they name."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from steepest.errors import FileError
from steepest.extras import is_installed
from steepest.lesson.markdown import Line, Piece, Shown, lines_of

__all__ = ["Content", "Image", "content_of"]

KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
"""The first bytes of a file and its type: what a browser, PowerPoint and a hand-out all show."""


class Image(NamedTuple):
    """A picture's bytes, and their type."""

    data: bytes
    kind: str

    @property
    def url(self) -> str:
        """The picture as an address that holds it."""
        return f"data:{self.kind};base64,{base64.b64encode(self.data).decode()}"


@dataclass(frozen=True)
class Content:
    """A slide of the author's own; `images` are its pictures by the names in its lines.

    `title` is its heading in styles. It comes after the slide `after`; where that is empty, where
    whoever made it puts it.
    """

    title: Sequence[Piece]
    lines: Sequence[Line]
    images: Mapping[str, Image]
    after: str = ""

    @property
    def heading(self) -> str:
        """The words of the title alone."""
        return "".join(piece.text for piece in self.title)

    @property
    def text(self) -> str:
        """The words alone, a line each; of a picture what it shows."""
        said = [f"{line.mark} {line.text}".strip() for line in self.lines if not line.shown]
        return "\n".join([*said, *(line.shown.words for line in self.lines if line.shown)])

    def record(self) -> dict[str, Any]:
        """Return the title and the lines as a page gets them."""
        title = [piece._asdict() for piece in self.title]
        return {"title": title, "lines": [self._line(line) for line in self.lines]}

    def _line(self, line: Line) -> dict[str, Any]:
        shown = line.shown and {
            "source": self.images[line.shown.source].url,
            "words": line.shown.words,
        }
        pieces = [piece._asdict() for piece in line.pieces]
        return {"level": line.level, "mark": line.mark, "pieces": pieces, "shown": shown}


def content_of(markdown: str, folder: str, after: str = "") -> Content:
    """Return a slide in Markdown as it is shown; pictures are looked for in a folder.

    Raises FileError for a picture that cannot be read, or is of a type that cannot be shown.
    """
    title, lines = lines_of(markdown)
    shown = [line.shown for line in lines if line.shown]
    images = {one.source: _image(one, Path(folder)) for one in shown}
    return Content(title, lines, images, after)


def _image(shown: Shown, folder: Path) -> Image:
    data = _data(shown.source, folder)
    kind = next((kind for first, kind in KINDS.items() if data.startswith(first)), None)
    if kind is None:
        raise FileError(
            f"a slide of your own shows {shown.source[:60]}, but that is no PNG, JPEG or GIF; "
            "save it as one of these"
        )
    _check_whole(data, shown.source)
    return Image(data, kind)


def _check_whole(data: bytes, source: str) -> None:
    """Raise FileError for a picture that cannot be drawn to its end.

    Pillow tries, where it is there with matplotlib. A browser shows half of one that was cut off,
    and PowerPoint a red cross.
    """
    if not is_installed("figure"):
        return
    from PIL import Image as Pillow

    try:
        with Pillow.open(BytesIO(data)) as picture:
            picture.load()
    except Exception as error:  # Pillow's readers raise OSError, SyntaxError, ValueError, ...
        raise FileError(
            f"a slide of your own shows {source[:60]}, but the picture is damaged: {error}; save "
            "it anew"
        ) from error


def _data(source: str, folder: Path) -> bytes:
    """Return the bytes of a picture, by its address or beside the lesson."""
    if source.startswith("data:"):
        try:
            return base64.b64decode(source.partition(",")[2], validate=True)
        except binascii.Error:
            return b""
    if "://" in source:
        raise FileError(
            f"a slide of your own shows {source}, but a lesson asks the network for nothing; "
            "save the picture beside lesson.toml, and name it there"
        )
    path = folder / unquote(source)
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise FileError(f"a slide of your own shows {path}, which cannot be read: {why}") from error

"""The empty presentation that slides are put on: of PowerPoint's own make, or the lecturer's."""

import os
import re
import zipfile
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

from steepest.errors import FileError

__all__ = ["number_slide", "open_presentation", "title_layout", "titled_layout"]

TEMPLATES = (".pptx", ".potx")

WIDE = 12192000, 6858000
"""The size of a slide in English metric units: 13 1/3 x 7 1/2 inches, 16:9."""

TITLE_TYPES, SUBTITLE, NUMBER = (1, 3), 4, 13
"""Of PowerPoint's types of placeholders: title and centred title, subtitle, slide number."""

FURNITURE = (13, 15, 16)
"""Slide number, footer and date."""

TITLE_TOP, TITLE_HEIGHT = 0.04, 0.11
"""Where on the slide our own title stands, in shares of the height."""


def open_presentation(template: str | os.PathLike[str] | None, links: str) -> Any:
    """Return a presentation without slides, 16:9, or in the size and look of a template.

    `links` is the colour that links have where there is no template.
    Raises FileError for a template that is none.
    """
    from pptx import Presentation

    if template is None:
        made = Presentation()
        _widen(made)
        _colour_links(made, links)
        return made
    path = Path(template)
    if path.suffix.lower() not in TEMPLATES:
        raise FileError(f"cannot use {path} as a template: its name must end in .pptx or .potx")
    try:
        made = Presentation(_as_presentation(path))
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}") from error
    except Exception as error:
        raise FileError(f"{path} is no presentation: {error}") from error
    _empty(made)
    return made


def _as_presentation(path: Path) -> BytesIO:
    """Return the file, a template as a presentation: they differ in one line of their contents."""
    made = BytesIO()
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as write:
        for name in read.namelist():
            data = read.read(name)
            if name == "[Content_Types].xml":
                data = data.replace(b"template.main+xml", b"presentation.main+xml")
            write.writestr(name, data)
    made.seek(0)
    return made


def _widen(made: Any) -> None:
    """Make PowerPoint's own empty presentation, 4:3, one of 16:9 with a title at the left."""
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    share = WIDE[0] / made.slide_width
    made.slide_width, made.slide_height = WIDE
    for owner in (made.slide_master, *made.slide_layouts):
        for shape in owner.placeholders:
            if shape._element.spPr.xfrm is not None:
                shape.left, shape.width = int(share * shape.left), int(share * shape.width)
    for owner in (made.slide_master, titled_layout(made)):
        title = next(one for one in owner.placeholders if _type(one) == 1)
        title.top, title.height = (int(part * WIDE[1]) for part in (TITLE_TOP, TITLE_HEIGHT))
        title.left, title.width = int(0.045 * WIDE[0]), int(0.91 * WIDE[0])
    style = made.slide_master._element.find(".//{*}titleStyle/{*}lvl1pPr")
    style.set("algn", PP_ALIGN.to_xml(PP_ALIGN.LEFT))
    style.find("{*}defRPr").set("sz", str(100 * int(Pt(28).pt)))
    style.find("{*}defRPr").set("b", "1")
    _left(title_layout(made))


def _colour_links(made: Any, colour: str) -> None:
    """Give links a colour: programs take that of the theme, whatever a run of letters says."""
    for relation in made.slide_master.part.rels.values():
        if relation.reltype.endswith("/theme"):
            theme = relation.target_part
            code = colour.removeprefix("#").upper().encode()
            theme._blob = LINKS.sub(rb'\g<1><a:srgbClr val="' + code + rb'"/>', theme.blob)


LINKS = re.compile(rb"(<a:(?:folH|h)link>)\s*<a:srgbClr[^>]*/>")
"""The colours of links in a theme, those that were followed too."""


def _left(layout: Any) -> None:
    """Have title and subtitle of the first slide begin where the titles of the others do."""
    for one in layout.placeholders:
        if _type(one) in (*TITLE_TYPES, SUBTITLE):
            one.left, one.width = int(0.045 * WIDE[0]), int(0.91 * WIDE[0])
            for level in one._element.iter("{*}lvl1pPr"):
                level.set("algn", "l")


def _empty(made: Any) -> None:
    """Take all slides out of a presentation."""
    listed = made.slides._sldIdLst
    for one in list(listed):
        made.part.drop_rel(one.rId)
        listed.remove(one)


def _type(placeholder: Any) -> int:
    kind = placeholder.placeholder_format.type
    return 0 if kind is None else int(kind)


def title_layout(made: Any) -> Any:
    """Return the layout of the first slide: with title and subtitle, else any with a title."""
    for layout in made.slide_layouts:
        types = [_type(one) for one in layout.placeholders]
        if SUBTITLE in types and any(kind in types for kind in TITLE_TYPES):
            return layout
    return titled_layout(made)


def titled_layout(made: Any) -> Any:
    """Return the layout that has a title and the fewest other places; FileError if none has."""
    titled = [
        layout
        for layout in made.slide_layouts
        if any(_type(one) in TITLE_TYPES for one in layout.placeholders)
    ]
    if not titled:
        raise FileError("the template has no layout with a title; add one, such as Title Only")
    return min(titled, key=lambda layout: _others(layout))


def _others(layout: Any) -> tuple[int, bool]:
    """Return how many placeholders are no title and no furniture, and whether it is centred."""
    types = [_type(one) for one in layout.placeholders]
    return sum(kind not in (*TITLE_TYPES, *FURNITURE) for kind in types), 1 not in types


def number_slide(slide: Any) -> None:
    """Put the number on a slide where its layout, or else its master, has it.

    python-pptx copies no furniture from a layout. It comes last, as a slide is read aloud in the
    order of its shapes.
    """
    owners = (slide.slide_layout, slide.slide_layout.slide_master)
    for owner in owners:
        for one in owner.placeholders:
            if _type(one) == NUMBER:
                copied = deepcopy(one._element)
                slide.shapes._spTree.append(copied)
                copied.nvSpPr.cNvPr.set("id", str(_free_id(slide)))
                return


def _free_id(slide: Any) -> int:
    return max(int(one.get("id")) for one in slide.shapes._spTree.iter("{*}cNvPr")) + 1

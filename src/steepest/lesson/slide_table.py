"""The tables of the slides: native cells, in the colours of the deck or of a template.

What python-pptx gives a table, Medium Style 2, is light blue on dark paper too. So on our own paper
a table has no style but letters and lines in the colours of the theme, and on a template the style
that the template says its tables have.
"""

from typing import Any, NamedTuple

from steepest.lesson.markdown import Piece
from steepest.lesson.own_parts import width_of
from steepest.lesson.tables import Rows

__all__ = ["INCH", "SMALL", "Box", "add_table"]

INCH = 914400
"""English metric units an inch."""

SMALL = 14
"""The size of type in points."""

LINE = 0.42
"""Inches that a line of a table is high."""

MARGIN = 0.06
"""Inches that are free left and right in a cell."""

NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""No Style, No Grid, as PowerPoint calls it."""

HAIR, RULE = 0.75, 1.5
"""Points that a line between rows is wide, and one below the heads or above the sum."""


class Box(NamedTuple):
    """A place on a slide, in English metric units."""

    left: int
    top: int
    width: int
    height: int

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height in inches."""
        return self.width / INCH, self.height / INCH


def add_table(slide: Any, rows: Rows, room: Box, colours: tuple[str, str] | None) -> Any:
    """Return a table that was put at the top of a room, with bold heads and a bold last row.

    `colours` are those of the lines between rows and of the two that are wider; without them it
    has the style of the template. A column is as wide as its longest text asks for.
    """
    lines = [rows.heads, *rows.rows, rows.last]
    height = min(int(LINE * INCH) * len(lines), room.height)
    size = len(lines), len(rows.heads)
    shape = slide.shapes.add_table(*size, room.left, room.top, room.width, height)
    table = shape.table
    table.last_row = True
    _style(table, NO_STYLE if colours else _style_of_template(slide))
    for i, line in enumerate(lines):
        for j, text in enumerate(line):
            _fill(table.cell(i, j), text, i in (0, len(lines) - 1), j > 0)
            if colours and i > 0:
                is_rule = i in (1, len(lines) - 1)
                _rule(table.cell(i, j), colours[is_rule], RULE if is_rule else HAIR)
    _widen(table, lines, room.width)
    return shape


def _widen(table: Any, lines: list[tuple[str, ...]], width: int) -> None:
    """Give each column the width of its longest word, and of what is left what its texts ask for.

    A number with its power of ten is a word: its spaces are no-break ones.
    """
    columns = list(zip(*lines, strict=True))
    words = [max(map(_widest_word, column)) for column in columns]
    texts = [max(map(_width, column)) for column in columns]
    left = 72 * (width / INCH - 2 * MARGIN * len(columns)) / SMALL - sum(words)
    share = min(1.0, max(0.0, left) / max(1e-9, sum(texts) - sum(words)))
    margins = 2 * MARGIN * 72 / SMALL
    wanted = [
        margins + word + share * (text - word) for word, text in zip(words, texts, strict=True)
    ]
    for column, want in zip(table.columns, wanted, strict=True):
        column.width = int(width * want / sum(wanted))


def _widest_word(text: str) -> float:
    return max(map(_width, text.split(" ")))


def _width(text: str) -> float:
    """Return how wide a text is in sizes of type, as if it were bold."""
    return width_of(Piece(text.translate(NARROW), is_bold=True))


NARROW = str.maketrans("\N{NO-BREAK SPACE}⁻⁰¹²³⁴⁵⁶⁷⁸⁹", 12 * ".")
"""What is as narrow as a point in a number with its power of ten."""


def _fill(cell: Any, text: str, is_bold: bool, is_number: bool) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    cell.margin_left = cell.margin_right = int(MARGIN * INCH)
    cell.text_frame.text = text
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if is_number else PP_ALIGN.LEFT
    for font in (paragraph.font, *(run.font for run in paragraph.runs)):
        font.size, font.bold = Pt(SMALL), is_bold


def _style(table: Any, name: str) -> None:
    """Give a table the style of an id, and bands of colour only with that of a template."""
    table.horz_banding = name != NO_STYLE
    (named,) = table._tbl.tblPr.iter("{*}tableStyleId")
    named.text = name


def _style_of_template(slide: Any) -> str:
    """Return the id of the style that tables of the presentation have unless another is chosen."""
    from pptx.oxml import parse_xml

    for part in slide.part.package.iter_parts():
        if part.partname == "/ppt/tableStyles.xml":
            return str(parse_xml(part.blob).get("def", NO_STYLE))
    return NO_STYLE


def _rule(cell: Any, colour: str, points: float) -> None:
    """Draw a line above a cell."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls
    from pptx.util import Pt

    code = colour.removeprefix("#").upper()
    line = f'<a:lnT {nsdecls("a")} w="{int(Pt(points))}"><a:solidFill><a:srgbClr val="{code}"/>'
    cell._tc.get_or_add_tcPr().append(parse_xml(f"{line}</a:solidFill></a:lnT>"))

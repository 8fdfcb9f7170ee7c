"""A table of a summary, the same as text, HTML, JSON and data frame."""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steepest.errors import ChoiceError
from steepest.numerals import short
from steepest.view.section import Section, aligned

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SummaryTable"]


@dataclass(frozen=True)
class SummaryTable:
    """Columns of the same length by their names; None is what is not there.

    As text and HTML the columns in `shown_once` are left out: the `note` says them. A table of one
    row may be `upright`, a line for each column.
    """

    title: str
    columns: Mapping[str, Sequence[Any]]
    note: str = ""
    shown_once: tuple[str, ...] = ()
    upright: bool = False

    def __str__(self) -> str:
        """Return the table as text, its columns aligned."""
        lines = aligned(self._cells(), left=True)
        return str(Section(self.title, (*lines, *([self.note] if self.note else []))))

    def _cells(self) -> list[list[str]]:
        """Return heads and rows as words; upright a head and its cell in each."""
        shown = {name: cells for name, cells in self.columns.items() if name not in self.shown_once}
        lines = [[name.replace("_", " "), *map(_word, cells)] for name, cells in shown.items()]
        return lines if self.upright else [list(row) for row in zip(*lines, strict=True)]

    def to_html(self) -> str:
        """Return the table as HTML, its words escaped."""
        cells = [[html.escape(cell) for cell in row] for row in self._cells()]
        top = "" if self.upright else f"<thead>{_line(cells[0], 'th')}</thead>"
        body = "".join(_line(row, "td") for row in cells[not self.upright :])
        note = f"<p>{html.escape(self.note)}</p>" if self.note else ""
        caption = f"<caption>{html.escape(self.title)}</caption>"
        return f"<table>{caption}{top}<tbody>{body}</tbody></table>{note}"

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the columns as lists, what is no finite number as None, for JSON."""
        return {name: [_plain(cell) for cell in cells] for name, cells in self.columns.items()}

    def to_arrow(self) -> "pa.Table":
        """Return the table as one of Arrow."""
        import pyarrow as pa

        return pa.table(self.to_dict())

    def to_frame(self, package: str = "pandas") -> Any:
        """Return the table as a data frame of pandas, or of polars.

        Raises ChoiceError for another package.
        """
        if package == "pandas":
            return self.to_arrow().to_pandas()
        if package == "polars":
            import polars

            return polars.from_arrow(self.to_arrow())
        raise ChoiceError(f"package is {package!r}; data frames are of pandas or polars")


def _line(cells: Sequence[str], kind: str) -> str:
    return f"<tr>{''.join(f'<{kind}>{cell}</{kind}>' for cell in cells)}</tr>"


def _word(cell: object) -> str:
    """Return a cell as words: nothing where nothing is."""
    plain = _plain(cell)
    if plain is None:
        return ""
    return short(plain) if isinstance(plain, float) else str(plain)


def _plain(cell: Any) -> Any:
    """Return a cell as Python's own; None for what is no finite number."""
    cell = cell.item() if hasattr(cell, "item") else cell
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell

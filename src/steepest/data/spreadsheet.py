"""Spreadsheets, .xlsx .xlsm .xlsb .xls .ods, as the text file that they would be as CSV.

So what people write above, below and beside a table is found there as in any text file, and read
by the same rules. Line n of the text is row n of the sheet: what messages name. python-calamine
reads the cells, with the values that the file keeps of formulas; it is an extra.
"""

import csv
import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from steepest.data.readers.contents import INSTALL
from steepest.errors import ChoiceError, DataError, FileError
from steepest.temporary_folder import folder_until_exit

__all__ = ["SPREADSHEETS", "SheetText", "sheet_as_text"]

SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


class SheetText(NamedTuple):
    """A sheet as a file of text, with commas between, and what is to be said of it."""

    path: Path
    notes: tuple[str, ...]


def sheet_as_text(path: Path, sheet: str | None) -> SheetText:
    """Return the sheet of that name as text, or the first that has two rows.

    Raises FileError for a file that is no spreadsheet, or without python-calamine; ChoiceError for
    a sheet that is not there, DataError if none has rows.
    """
    book = _opened(path)
    names = list(book.sheet_names)
    if sheet is not None and sheet not in names:
        raise ChoiceError(
            f"{path.name}: there is no sheet {sheet!r}; its sheets are {', '.join(names)}"
        )
    for name in names if sheet is None else [sheet]:
        rows = _rows(book, name, path)
        if len(rows) > 1:
            said = f"the sheet {name!r} is read, of {len(names)} (--sheet takes another)"
            return SheetText(
                _written(rows, path.name), (said,) if len(names) > 1 and sheet is None else ()
            )
    which = f"the sheet {sheet!r} has" if sheet is not None else "its sheets have"
    raise DataError(f"{path.name}: {which} no rows; a table needs a header and rows")


def _rows(book: Any, name: str, path: Path) -> list[list[Any]]:
    """Return the cells of a sheet by row; FileError for one that is damaged."""
    import python_calamine

    try:
        rows: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise _damaged(path, error) from error
    return rows


def _damaged(path: Path, error: Exception) -> FileError:
    return FileError(
        f"cannot read {path}: it is no {path.suffix} file, or is damaged or protected "
        f"({error}); save it anew, or as CSV"
    )


def _opened(path: Path) -> Any:
    """Return the workbook; FileError if it is none, or is protected by a password."""
    try:
        import python_calamine
    except ModuleNotFoundError:
        raise FileError(
            f"cannot read {path}: a spreadsheet needs python-calamine; {INSTALL}, or save the "
            "sheet as CSV"
        ) from None
    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except (python_calamine.CalamineError, OSError) as error:
        raise _damaged(path, error) from error


def _written(rows: Iterable[Sequence[object]], name: str) -> Path:
    """Write cells as CSV, a line a row, and return where; the file goes when Python ends.

    It is called `name`, as messages are to call it.
    """
    folder = folder_until_exit()
    path = folder / name
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(map(_texts, rows))
    except OSError as error:
        raise FileError(f"cannot unpack a spreadsheet in {folder}: {error.strerror}") from error
    return path


def _texts(row: Sequence[object]) -> list[str]:
    """Return the cells of a row as text; of an empty row none, so that it is a blank line."""
    texts = [_text(cell) for cell in row]
    return texts if any(text.strip() for text in texts) else []


def _text(cell: object) -> str:
    """Return a cell as text that is read as the same value again.

    >>> [_text(cell) for cell in (2.0, 0.1, True, "a", datetime.date(2024, 1, 2), "")]
    ['2', '0.1', 'true', 'a', '2024-01-02', '']
    """
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    # A line of the text is a row of the sheet, so a cell has one line.
    return " ".join(str(cell).splitlines())

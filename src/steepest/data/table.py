"""Any table that the reader has, as one Arrow table with a name.

Files by their suffix, data frames by what narwhals knows, and the data sets that are shipped.
"""

import difflib
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from steepest.data.arrow import empty_table
from steepest.data.frames import InMemory, from_memory, one_line, plain_columns
from steepest.data.readers.contents import Contents
from steepest.data.readers.database import DATABASES
from steepest.data.readers.r_objects import R_OBJECTS
from steepest.data.readers.readers import READERS, reader_of
from steepest.data.shipped import dataset, datasets
from steepest.data.spreadsheet import SPREADSHEETS, sheet_as_text
from steepest.data.streams import kind_by_start, spooled
from steepest.data.text.dialect import ROW_INDEX, Dialect
from steepest.data.text.encoding import UTF8
from steepest.data.text.read import read_text
from steepest.data.text.reading import AS_FOUND, Reading
from steepest.data.text.text_file import line_of
from steepest.errors import ChoiceError, DataError, FileError, SteepestError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["PACKED", "Table", "names_no_table", "read_table", "unpacked_suffix"]

_TEXT = (".csv", ".tsv", ".txt", ".dat", ".data", ".tab")
PACKED = (".gz", ".bz2", ".zst", ".lz4")
"""What may stand behind the suffix of a text file."""
_ARROW = (".arrow", ".feather", ".ipc")
_PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class Table:
    """An Arrow table, and what messages need to say on which line of its file a row is."""

    arrow: "pa.Table"
    name: str  # "geyser.csv", "data frame": how messages call it
    path: Path | None = None  # the text file whose lines messages name
    dialect: Dialect | None = None  # of that file
    line_word: str = "line"  # what messages call a line of it: of a spreadsheet it is a row
    kept: "NDArray[np.intp] | None" = None  # (rows,) rows of the source that are left, None for all
    index: tuple[str, ...] = ()  # columns that number or name the rows: no features unless asked
    notes: tuple[str, ...] = ()  # what was decided while it was read
    decimal: str = ""  # the decimal mark of its text, where it made a difference
    refused: Mapping[str, str] = field(default_factory=dict)  # columns that no one can read, why
    lines: "NDArray[np.intp] | None" = None  # (rows,) the line of each, where the reader knows
    of_source: Callable[[int], str] | None = None  # the place of a row of the source, where it says

    def place(self, row: int) -> str:
        """Return the place of row `row` (from 0): "line 14" of a text file, else "row 13".

        Of a spreadsheet it is "sheet row 14", as the program that shows it counts. Of a value from
        beyond a sample, whose row in `kept` is -1, no place is known.
        """
        return self.place_in_source(self.source_row(row))

    def source_row(self, row: int) -> int:
        """Return which row of the source row `row` is, both from 0; -1 is outside the sample."""
        return row if self.kept is None else int(self.kept[row])

    def place_in_source(self, source: int) -> str:
        """Return the place of row `source` (from 0) of the source; -1 is outside the sample."""
        if source < 0:
            return "a row outside the sample"
        if self.of_source is not None:
            return self.of_source(source)
        line = self._line(source)
        return f"row {source + 1}" if line is None else f"{self.line_word} {line}"

    def _line(self, source: int) -> int | None:
        """Return the line of a row of the source, None if there are no lines."""
        if self.lines is not None:
            return int(self.lines[source])
        return line_of(self.path, self.dialect, source) if self.path and self.dialect else None

    @property
    def finder(self) -> Callable[[int], str]:
        """What tells the place of a row of the source, by its number, and holds no rows itself."""
        bare = replace(self, arrow=empty_table(self.arrow.schema), kept=None)
        return bare.place_in_source

    def keep(self, rows: "NDArray[np.intp]") -> "Table":
        """Return the table with only `rows`, (kept,), from 0; places stay those of the source."""
        kept = rows if self.kept is None else self.kept[rows]
        return replace(self, arrow=self.arrow.take(rows), kept=kept)


def read_table(
    source: object, as_written: Sequence[str] = (), reading: Reading = AS_FOUND
) -> Table:
    """Return the table that `source` is or names.

    `source` is a path to .csv, .tsv, .txt (packed too), .parquet, .arrow, .feather, .ipc, a
    spreadsheet (.xlsx, .xls, .ods) or a file of one of the `readers` (SPSS, Stata, SAS, R, ARFF,
    Orange, svmlight, JSON, SQLite, DuckDB, NumPy), of which `reading` may name the sheet, table or
    object; "-", which is what is piped in; the name of a shipped data set; an Arrow table or record
    batch; a data frame of pandas, polars or any kind that narwhals knows; a dict of columns; or a
    `Table` already. The columns of a text file that are in `as_written` stay text, even if all they
    hold could be read as numbers; `reading` says how its text is read.

    Raises FileError for a file that cannot be opened or is not what its suffix says, DataError
    for contents that are no table: ragged lines, columns without or with the same name, no rows.
    """
    if isinstance(source, Table):
        return source
    if isinstance(source, str | os.PathLike):
        return _read_named(source, as_written, reading)
    found = from_memory(source)
    return _from_columns(found, found.name)


def _from_columns(found: InMemory, name: str) -> Table:
    return _checked(Table(found.arrow, name, refused=found.refused))


def _read_named(
    source: str | os.PathLike[str], as_written: Sequence[str], reading: Reading
) -> Table:
    """Read a file, or a shipped data set if no file has the name."""
    path = Path(source)
    if isinstance(source, str) and not os.path.lexists(path) and source in datasets():
        return Table(dataset(source), source)
    name, path = spooled(path)
    _check_opens(path)
    suffix, packed = unpacked_suffix(path)
    _check_part(reading, suffix, name)
    reader = None if packed else reader_of(path, suffix, reading)
    if reader is not None:
        return _from_reader(reader(path, reading), name)
    if suffix in _TEXT:
        return _from_text(path, name, reading, as_written)
    if suffix in SPREADSHEETS and not packed:
        sheet = sheet_as_text(path, reading.sheet)
        plain = replace(reading, delimiter=",", encoding=UTF8)
        found = _from_text(sheet.path, name, plain, as_written)
        return replace(found, line_word="sheet row", notes=(*sheet.notes, *found.notes))
    if suffix in _PARQUET and not packed:
        return _from_columns(_read_binary(path, "a Parquet file", _parquet), name)
    if suffix in _ARROW and not packed:
        return _from_columns(_read_binary(path, "an Arrow file", _arrow), name)
    known = " ".join(dict.fromkeys((*_TEXT, *_PARQUET, *_ARROW, *SPREADSHEETS, *READERS)))
    raise FileError(
        f"cannot read {path}: the suffix {path.suffix!r} is not known; known are {known}, and "
        f"{' '.join(PACKED)} behind those of text"
    )


def unpacked_suffix(path: Path) -> tuple[str, bool]:
    """Return the suffix of a file in small letters, and whether one of `PACKED` is behind it.

    >>> unpacked_suffix(Path("a.CSV.gz")), unpacked_suffix(Path("a.parquet"))
    (('.csv', True), ('.parquet', False))
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] != [] and suffixes[-1] in PACKED
    return "".join(suffixes[-2:-1] if packed else suffixes[-1:]), packed


def _check_part(reading: Reading, suffix: str, name: str) -> None:
    """Raise ChoiceError if a part is named, or a query given, of a file that has none."""
    if reading.sheet is not None and suffix not in (*SPREADSHEETS, *R_OBJECTS, *DATABASES):
        raise ChoiceError(
            f"sheet is {reading.sheet!r}, but {name} is no spreadsheet, database or file of R, "
            "which have several; leave it out"
        )
    if reading.query is not None and suffix not in DATABASES:
        raise ChoiceError(f"query is given, but {name} is no database; leave it out")


def _from_reader(contents: Contents, name: str) -> Table:
    found = from_memory(contents.columns)
    table = Table(found.arrow, name, refused=found.refused, notes=contents.notes)
    return _checked(replace(table, lines=contents.lines), contents.aside)


def _from_text(path: Path, name: str, reading: Reading, as_written: Sequence[str]) -> Table:
    try:
        text = read_text(path, reading, as_written)
    except SteepestError as error:
        # A header may well begin as these files do, so it is asked only where it is no text.
        kind = kind_by_start(path)
        if kind == ".csv" or kind.endswith(path.suffix.lower()):
            raise
        raise FileError(
            f"cannot read {path}: it begins as files such as {kind} do, and is no text; give it "
            "its suffix"
        ) from error
    found = Table(text.arrow, name, path, text.dialect, notes=text.notes, decimal=text.decimal)
    return _checked(found)


def _check_opens(path: Path) -> None:
    """Raise FileError if the file is missing, a folder, closed to us, or empty."""
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError:
        raise FileError(_missing(path)) from None
    except IsADirectoryError:
        raise FileError(f"cannot read {path}: it is a folder; name a file in it") from None
    except PermissionError as error:
        raise FileError(f"cannot read {path}: you may not read it; ask for the right") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"cannot read {path}: {reason}; is the disk sound?") from error
    if empty:
        raise FileError(f"cannot read {path}: the file is empty; it needs a header and rows")


def names_no_table(source: str) -> bool:
    """Return whether a word names neither a file, nor a shipped data set, nor looks like a path."""
    path = Path(source)
    like_path = os.sep in source or path.suffix[1:].isalpha() or source == "-"
    return not source.strip() or not (like_path or os.path.lexists(path) or source in datasets())


def _missing(path: Path) -> str:
    """Say that there is no such file, and what is nearest to it."""
    shipped = "`steepest data` lists the shipped data sets"
    if any(sign in str(path) for sign in "*?["):
        return (
            f"cannot read {path}: a pattern is read in passes, by `steepest fit` and `steepest "
            "predict RUN PATTERN -o FILE` (in Python: st.descend, run.predict_to); name one "
            "file"
        )
    try:
        beside = [other.name for other in path.parent.iterdir() if other.is_file()]
    except OSError:
        return f"cannot read {path}: there is no folder {path.parent}; {shipped}"
    near = difflib.get_close_matches(path.name, [*beside, *datasets()], n=1)
    hint = f"; did you mean {near[0]}?" if near else ";"
    return f"cannot read {path}: there is no such file{hint} {shipped}"


def _read_binary(path: Path, kind: str, read: "Callable[[Path], pa.Table]") -> InMemory:
    """Read a Parquet or Arrow file; raise FileError if it is cut short or something else."""
    import pyarrow as pa

    try:
        return plain_columns(read(path), path.name)
    # Names of columns that are no letters are found when they are asked for.
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise FileError(
            f"cannot read {path}: it is not {kind}, or is damaged or cut short "
            f"({one_line(error)}); make it anew"
        ) from error


def _parquet(path: Path) -> "pa.Table":
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        return file.read()


def _arrow(path: Path) -> "pa.Table":
    """Read an Arrow file of either format; the one with a footer says so in its first bytes."""
    import pyarrow as pa

    with pa.OSFile(str(path)) as file:
        footed = file.read(6) == b"ARROW1"
        file.seek(0)
        return (pa.ipc.open_file if footed else pa.ipc.open_stream)(file).read_all()


def _checked(table: Table, aside: Sequence[str] = ()) -> Table:
    """Return the table if it has rows, and columns with different names; its index is found.

    The columns `aside` are flagged by the file to be no features.
    """
    names = table.arrow.column_names
    _check_names(names, table.name)
    if table.arrow.num_rows == 0:
        raise DataError(f"{table.name}: there is no row; columns: {', '.join(names[:12])}")
    index = tuple(name for name in names if _is_index(name) or name in aside)
    if not index or len(index) == len(names):
        return table
    what = "flagged as meta" if aside else "a row index"
    said = f"{' and '.join(map(repr, index))} left out, {what} (--features takes it)"
    return replace(table, index=index, notes=(*table.notes, said))


def _is_index(name: str) -> bool:
    """Return whether a column bears a name that only the index of a data frame has."""
    return name == ROW_INDEX or name.startswith("__index_level_")


def _check_names(names: Sequence[str], where: str) -> None:
    """Raise DataError if there are no columns, or one has no name or that of another."""
    if not names:
        raise DataError(f"{where}: there is no column; a table needs columns with names")
    for name, count in Counter(names).items():
        if not name.strip():
            first = names.index(name) + 1
            raise DataError(f"{where}: column {first} has no name; name it in the header")
        if count > 1:
            at = [index + 1 for index, other in enumerate(names) if other == name]
            raise DataError(
                f"{where}: columns {' and '.join(map(str, at))} are both named {name!r}; "
                "rename one of them"
            )

"""Any table that the reader has, as one Arrow table with a name.

Files by their suffix, data frames by what narwhals knows, and the data sets that are shipped.
"""

import difflib
import os
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from steepest.data import text
from steepest.data.shipped import dataset, datasets
from steepest.errors import DataError, FileError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["Table", "read_table"]

_TEXT = (".csv", ".tsv", ".txt")
_PACKED = (".gz", ".bz2", ".zst", ".lz4")
_ARROW = (".arrow", ".feather", ".ipc")
_PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class Table:
    """An Arrow table, and what messages need to say on which line of its file a row is."""

    arrow: "pa.Table"
    name: str  # "geyser.csv", "data frame": how messages call it
    path: Path | None = None  # the text file whose lines messages name
    kept: "NDArray[np.intp] | None" = None  # (rows,) rows of the source that are left, None for all

    def place(self, row: int) -> str:
        """Return the place of row `row` (from 0): "line 14" of a text file, else "row 13"."""
        source = row if self.kept is None else int(self.kept[row])
        line = text.line_of(self.path, source) if self.path else None
        return f"row {source + 1}" if line is None else f"line {line}"

    def keep(self, rows: "NDArray[np.intp]") -> "Table":
        """Return the table with only `rows`, (kept,), from 0; places stay those of the source."""
        kept = rows if self.kept is None else self.kept[rows]
        return Table(self.arrow.take(rows), self.name, self.path, kept)


def read_table(source: object, as_written: Sequence[str] = ()) -> Table:
    """Return the table that `source` is or names.

    `source` is a path to .csv, .tsv, .txt (packed too), .parquet, .arrow, .feather or .ipc; the
    name of a shipped data set; an Arrow table or record batch; a data frame of pandas, polars or
    any kind that narwhals knows; a dict of columns; or a `Table` already. The columns of a text
    file that are in `as_written` stay text, even if all they hold could be read as numbers.

    Raises FileError for a file that cannot be opened or is not what its suffix says, DataError
    for contents that are no table: ragged lines, columns without or with the same name, no rows.
    """
    if isinstance(source, Table):
        return source
    if isinstance(source, str | os.PathLike):
        return _read_named(source, as_written)
    try:
        table = _from_memory(source)
    except (ValueError, TypeError) as error:
        raise DataError(
            f"cannot make a table of this {type(source).__name__} ({_one_line(error)}); give a "
            "path, a data frame, an Arrow table, a dict of columns, or (X, y) arrays"
        ) from error
    return _checked(table)


def _from_memory(source: object) -> Table:
    """Return a table that is in memory already as an Arrow table."""
    import narwhals as nw
    import pyarrow as pa

    if isinstance(source, pa.Table):
        return Table(source, "table")
    if isinstance(source, pa.RecordBatch):
        return Table(pa.Table.from_batches([source]), "table")
    if isinstance(source, dict):
        return Table(pa.table(source), "table")
    # Narwhals raises a TypeError for what is no frame.
    frame = nw.from_native(source)  # type: ignore[call-overload]
    whole = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    # pandas adds its row index behind the columns; it is not one of them.
    return Table(whole.to_arrow().select(range(len(whole.columns))), "data frame")


def _read_named(source: str | os.PathLike[str], as_written: Sequence[str]) -> Table:
    """Read a file, or a shipped data set if no file has the name."""
    path = Path(source)
    if isinstance(source, str) and not os.path.lexists(path) and source in datasets():
        return Table(dataset(source), source)
    _check_opens(path)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] and suffixes[-1] in _PACKED
    suffix = "".join(suffixes[-2:-1] if packed else suffixes[-1:])
    if suffix in _TEXT:
        header = text.read_header(path)
        _check_names(header.names, path.name)
        return _checked(Table(text.read_text(path, header, as_written), path.name, path))
    if suffix in _PARQUET and not packed:
        return _checked(Table(_read_binary(path, "a Parquet file", _parquet), path.name))
    if suffix in _ARROW and not packed:
        return _checked(Table(_read_binary(path, "an Arrow file", _arrow), path.name))
    known = " ".join(_TEXT + _PARQUET + _ARROW)
    raise FileError(
        f"cannot read {path}: the suffix {path.suffix!r} is not known; known are {known}, and "
        f"{' '.join(_PACKED)} behind those of text"
    )


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


def _missing(path: Path) -> str:
    """Say that there is no such file, and what is nearest to it."""
    shipped = "`steepest data` lists the shipped data sets"
    try:
        beside = [other.name for other in path.parent.iterdir() if other.is_file()]
    except OSError:
        return f"cannot read {path}: there is no folder {path.parent}; {shipped}"
    near = difflib.get_close_matches(path.name, [*beside, *datasets()], n=1)
    hint = f"; did you mean {near[0]}?" if near else ";"
    return f"cannot read {path}: there is no such file{hint} {shipped}"


def _read_binary(path: Path, kind: str, read: "Callable[[Path], pa.Table]") -> "pa.Table":
    """Read a Parquet or Arrow file; raise FileError if it is cut short or something else."""
    import pyarrow as pa

    try:
        return read(path)
    except (pa.ArrowException, OSError) as error:
        raise FileError(
            f"cannot read {path}: it is not {kind}, or is damaged or cut short "
            f"({_one_line(error)}); make it anew"
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


def _checked(table: Table) -> Table:
    """Return the table if it has rows, and columns with different names."""
    _check_names(table.arrow.column_names, table.name)
    if table.arrow.num_rows == 0:
        names = ", ".join(table.arrow.column_names[:12])
        raise DataError(f"{table.name}: there is no row; columns: {names}")
    return table


def _check_names(names: Sequence[str], where: str) -> None:
    """Raise DataError if there are no columns, or one has no name or that of another."""
    if not names:
        raise DataError(f"{where}: there is no column; a table needs columns with names")
    for name, count in Counter(names).items():
        at = [index + 1 for index, other in enumerate(names) if other == name]
        if not name.strip():
            raise DataError(f"{where}: column {at[0]} has no name; name it in the header")
        if count > 1:
            raise DataError(
                f"{where}: columns {' and '.join(map(str, at))} are both named {name!r}; "
                "rename one of them"
            )


def _one_line(error: Exception) -> str:
    """Return an error of another library, which may have many lines, as one of 200 characters."""
    return textwrap.shorten(str(error) or type(error).__name__, 200, placeholder=" ...")

"""A table of a database in a file, SQLite or DuckDB, or what a query returns; nothing is written.

Which of both it is, its first bytes say, for `.db` may be either.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from steepest.data.readers.contents import Contents, chosen_part, needed_package, no_such_file
from steepest.data.text.reading import Reading
from steepest.errors import ChoiceError, DataError

__all__ = ["DATABASES", "read_database"]

DATABASES = (".db", ".sqlite", ".sqlite3", ".duckdb")
"""The suffixes of databases."""

_SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY rowid"
_DUCKDB_TABLES = "SELECT table_name FROM information_schema.tables ORDER BY table_name"


def read_database(path: Path, reading: Reading) -> Contents:
    """Return a table, `reading.sheet` names which, or the rows of `reading.query`.

    Raises FileError for a file that is no database, ChoiceError for a table that is not there or a
    query that it refuses, DataError if there is no table.
    """
    with path.open("rb") as file:
        begins = file.read(16)
    if reading.sheet is not None and reading.query is not None:
        raise ChoiceError("sheet and query are both given; a query names its tables itself")
    return (_from_duckdb if begins[8:12] == b"DUCK" else _from_sqlite)(path, reading)


def _from_sqlite(path: Path, reading: Reading) -> Contents:
    """Return the rows of SQLite, whose columns may mix types: that is reported by column."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            tables = [name for (name,) in database.execute(_SQLITE_TABLES)]
            query, notes = _query(tables, reading, path)
            try:
                rows = database.execute(query)
                names = [name for name, *_ in rows.description or ()]
                values = list(zip(*rows, strict=True)) or [()] * len(names)
            except sqlite3.Error as error:
                raise _refused(path, reading, error) from error
    except (sqlite3.DatabaseError, UnicodeError) as error:
        raise no_such_file(path, "a database of SQLite", error) from error
    _check_names(names, path)
    return Contents(dict(zip(names, map(list, values), strict=True)), notes)


def _from_duckdb(path: Path, reading: Reading) -> Contents:
    """Return the rows of DuckDB, which is run once: its relations run anew at each look."""
    duckdb = needed_package("duckdb", path, "a database of DuckDB")
    try:
        with duckdb.connect(str(path), read_only=True) as database:
            tables = [name for (name,) in database.execute(_DUCKDB_TABLES).fetchall()]
            query, notes = _query(tables, reading, path)
            try:
                found = database.sql(query)
                table = None if found is None else found.to_arrow_table()
            except duckdb.Error as error:
                raise _refused(path, reading, error) from error
    except duckdb.Error as error:
        raise no_such_file(path, "a database of DuckDB that this version opens", error) from error
    _check_names([] if table is None else table.column_names, path)
    return Contents(table, notes)


def _query(tables: list[str], reading: Reading, path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the query that reads what is asked for, and a note on the table if it was chosen."""
    if reading.query is not None:
        return reading.query, ()
    name, notes = chosen_part(tables, reading.sheet, path.name, "table")
    quoted = name.replace('"', '""')
    return f'SELECT * FROM "{quoted}"', notes


def _refused(path: Path, reading: Reading, error: Exception) -> ChoiceError | DataError:
    """Return the error of a query, or of a table that the database cannot read."""
    said = str(error).splitlines()[0]
    if reading.query is None:
        return DataError(f"{path.name}: the database cannot read it ({said})")
    return ChoiceError(f"{path.name} refuses the query {reading.query!r}: {said}")


def _check_names(names: list[str], path: Path) -> None:
    """Refuse a query that returns no columns, or one name twice."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if not names:
        raise ChoiceError(f"{path.name}: the query returns no table; it must SELECT columns")
    if twice:
        raise ChoiceError(
            f"{path.name}: the query returns two columns {twice[0]!r}; name one with AS"
        )

"""svmlight's rows, `label index:value ...`, which LIBSVM and XGBoost write too; indices from 1.

The columns are `target` and `feature 1` to `feature k`. What a row does not write is 0. One base,
that of the format itself, at each reading: a guess from the smallest index there is would shift
the columns of a file whose first happens to be empty.
"""

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.data.readers.contents import Contents
from steepest.data.text.encoding import UTF8, open_text
from steepest.data.text.reading import Reading
from steepest.errors import DataError

__all__ = ["SVMLIGHT", "read_svmlight"]

SVMLIGHT = (".svm", ".svmlight", ".libsvm")
"""The suffixes of svmlight's rows."""

MOST_CELLS = 50_000_000
"""Rows times columns of a file that is read as a table: 400 MB of numbers."""


class _Found(NamedTuple):
    labels: "array[float]"
    lines: "array[int]"
    rows: "array[int]"
    columns: "array[int]"
    values: "array[float]"


def read_svmlight(path: Path, reading: Reading) -> Contents:
    """Return the rows as a table; columns that `reading.usual_columns` has and no row are 0.

    Raises DataError with the line for what is no row, for an index 0, and for a table of more than
    50,000,000 cells, which is better read as sparse arrays.
    """
    found = _Found(array("d"), array("q"), array("q"), array("q"), array("d"))
    with open_text(path, reading.encoding or UTF8) as text:
        for number, line in enumerate(text, start=1):
            said = line.partition("#")[0].split()
            if said:
                try:
                    _add(found, said, number)
                except ValueError as error:
                    raise DataError(f"{path.name}, line {number}: {error}; mend the line") from None
    width = max([*found.columns, *_usual(reading.usual_columns)], default=0)
    X = _dense(found, width, path)
    columns = {"target": np.array(found.labels)}
    columns |= {f"feature {i + 1}": X[:, i] for i in range(width)}
    return Contents(columns, (), np.array(found.lines, dtype=np.intp))


def _usual(names: tuple[str, ...]) -> Iterator[int]:
    """Yield the indices of the columns that a model was trained on."""
    for name in names:
        word, _, index = name.rpartition(" ")
        if word == "feature" and index.isdigit():
            yield int(index)


def _add(found: _Found, said: list[str], number: int) -> None:
    """Add a row; ValueError says what is wrong with it."""
    found.labels.append(_number(said[0], "label"))
    found.lines.append(number)
    before = 0
    for pair in said[1:]:
        index, sign, value = pair.partition(":")
        if index == "qid":
            continue
        if not sign or not index.isdigit() or int(index) <= before:
            raise ValueError(
                f"{pair!r} must be index:value, with indices from 1 that increase (scikit-learn "
                "writes them so with zero_based=False)"
            )
        before = int(index)
        found.rows.append(len(found.labels) - 1)
        found.columns.append(before)
        found.values.append(_number(value, f"value of feature {before}"))


def _number(text: str, what: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"the {what} is {text!r}, which must be a number") from None


def _dense(found: _Found, width: int, path: Path) -> NDArray[np.float64]:
    """Return X, (rows, width)."""
    rows = len(found.labels)
    if rows * width > MOST_CELLS:
        raise DataError(
            f"{path.name}: {rows:,} rows x {width:,} features are too many for a table "
            f"({MOST_CELLS:,} cells at most); in Python, read it with "
            "sklearn.datasets.load_svmlight_file and give st.descend((X, y)), which stay sparse"
        )
    X = np.zeros((rows, width))
    X[np.array(found.rows, dtype=np.intp), np.array(found.columns, dtype=np.intp) - 1] = (
        found.values
    )
    return X

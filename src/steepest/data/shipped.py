"""The data sets that come with steepest: small, and free to pass on.

Each is a Parquet file in `shipped/`, made by `tools/ship_datasets.py`: real ones from published
packages; those of points in a plane are made, and say so. What is said about a set (title, source,
licence, units, the hidden layers that it needs) lies in the metadata of its file.
"""

import difflib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from steepest.errors import ChoiceError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["About", "about", "dataset", "datasets"]

_FOLDER = Path(__file__).parent / "shipped"


@dataclass(frozen=True)
class About:
    """What a shipped data set is, where it comes from, and a good first use of it."""

    name: str
    title: str
    description: str
    source: str  # full citation, and the package the figures were copied from
    licence: str
    target: str  # the column that examples predict
    features: tuple[str, ...]  # the columns that examples predict it from
    task: str  # "regression" or "classification"
    rows: int
    columns: tuple[str, ...]
    hidden: tuple[int, ...] = ()  # units of each hidden layer of a network that learns it


def datasets() -> list[str]:
    """Return the names of the shipped data sets, in order."""
    return sorted(path.stem for path in _FOLDER.glob("*.parquet"))


def dataset(name: str) -> "pa.Table":
    """Return a shipped data set as an Arrow table.

    The metadata of each field has its `unit` and `description`. Raises ChoiceError if no data
    set has the name.
    """
    from pyarrow import parquet

    with parquet.ParquetFile(_file(name)) as file:
        return file.read()


def about(name: str) -> About:
    """Return what is known about a shipped data set, without reading its rows.

    Raises ChoiceError if no data set has the name.
    """
    from pyarrow import parquet

    with parquet.ParquetFile(_file(name)) as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
    said = {key.decode(): value.decode() for key, value in schema.metadata.items()}
    return About(
        name=name,
        title=said["title"],
        description=said["description"],
        source=said["source"],
        licence=said["licence"],
        target=said["target"],
        features=tuple(json.loads(said["features"])),
        task=said["task"],
        rows=rows,
        columns=tuple(schema.names),
        hidden=tuple(json.loads(said.get("hidden", "[]"))),
    )


def _file(name: str) -> Path:
    """Return the file of a data set; raise ChoiceError, with the nearest name, if there is none."""
    known = datasets()
    if name in known:
        return _FOLDER / f"{name}.parquet"
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ";"
    raise ChoiceError(f"there is no data set {name!r}{hint} shipped are: {', '.join(known)}")

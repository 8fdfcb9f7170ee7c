"""Rows of Spark: the example of the docs, by Arrow, and through Parquet, on Spark itself."""

import os
import re
import sys
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np
import pytest

import steepest as st

pytestmark = [
    *(pytest.mark.prove, pytest.mark.timeout(600)),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas"),
]

DOCS = Path(__file__).parents[2] / "docs" / "features.md"


@pytest.fixture(scope="module")
def frame() -> Any:
    """A data frame of Spark of 5 partitions, of which one has no row."""
    sql = pytest.importorskip("pyspark.sql")
    if which("java") is None:
        pytest.skip("Spark needs Java")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    made = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = made.getOrCreate()
    rows = session.range(2000, numPartitions=5).where("id < 1600")
    yield rows.selectExpr(
        "cast(id % 7 as double) as a", "rand(1) as b", "cast(id % 3 as double) + 0.1 * id as y"
    )
    session.stop()


def lowest(frame: Any) -> np.ndarray:
    """Return the weights and the bias of least squares, by NumPy."""
    a, b, y = np.array([tuple(row) for row in frame.collect()]).T
    return np.linalg.lstsq(np.column_stack([a, b, np.ones(len(y))]), y, rcond=None)[0]


def test_the_example_of_the_docs(frame: Any, tmp_path: Path) -> None:
    block = r"```python\n(import pyarrow.*?mapInArrow.*?)```"
    found = re.search(block, DOCS.read_text(), re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {"frame": frame, "folder": str(tmp_path), "st": st}
    exec(found[1], names)
    assert len(list(tmp_path.glob("*.arrow"))) == 4
    assert np.allclose(names["run"].params, lowest(frame), rtol=1e-6)


def test_through_parquet(frame: Any, tmp_path: Path) -> None:
    frame.write.parquet(str(tmp_path / "rows"))
    run = st.descend(tmp_path / "rows", "y")
    assert np.allclose(run.params, lowest(frame), rtol=1e-6)

"""Data frames of Dask as a reader has them: after filters and joins, with partitions of no rows."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import steepest as st
from steepest.errors import DataError

distributed = pytest.importorskip("distributed")
dd = pytest.importorskip("dask.dataframe")

# Dask leaves sockets to be closed when they are forgotten.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROWS = 40


@pytest.fixture(scope="module", autouse=True)
def _client() -> Any:
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster),
    ):
        yield


def frame() -> Any:
    """Return four partitions of ten rows, of x from 0 to 39."""
    x = np.arange(float(ROWS))
    noise = np.random.default_rng(0).normal(size=ROWS)
    table = pd.DataFrame({"x": x, "k": np.arange(ROWS) % 7, "y": 2.0 * x + noise})
    return dd.from_pandas(table.assign(c=pd.Series(list("ab") * 20)), npartitions=4)


def joined(rows: Any) -> Any:
    return rows.merge(dd.from_pandas(pd.DataFrame({"k": [1, 2], "z": [1.0, 5.0]}), 1), on="k")


FRAMES = {
    "the first is empty": lambda f: f[f.x >= 10],
    "one in the middle is empty": lambda f: f[(f.x < 10) | (f.x >= 20)],
    "the last is empty": lambda f: f[f.x < 30],
    "one row and thirty": lambda f: f[(f.x < 1) | (f.x >= 10)],
    "more partitions than before": lambda f: f[f.x >= 10].repartition(npartitions=7),
    "unknown levels": lambda f: f.assign(c=f.c.astype("category"))[f.x >= 10],
    "a join": lambda f: joined(f[f.x >= 5]),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_is_the_table_of_its_rows(name: str) -> None:
    given = FRAMES[name](frame())
    table = given.compute().assign(c=lambda t: t.c.astype(str))
    run, memory = st.descend(given, "y"), st.descend(table, "y")
    assert run.problem.rows == len(table) and run.feature_names == memory.feature_names
    numbers = [table[one].to_numpy() for one in run.feature_names if one in table]
    levels = [(table["c"] == "b").to_numpy(float), np.ones(len(table))]
    X = np.column_stack([*numbers, *levels])
    left = table["y"] - X @ np.linalg.lstsq(X, table["y"], rcond=None)[0]
    assert run.loss == pytest.approx((left**2).mean(), rel=1e-6)


def test_a_frame_without_a_row_and_with_one() -> None:
    given = frame()
    with pytest.raises(DataError, match=r"data frame: there is no row in its 4 partitions"):
        st.descend(given[given.x > 100], "y")
    with pytest.raises(DataError, match="only 1 row"):
        st.descend(given[given.x < 1], "y")


def test_columns_by_number_and_two_of_one_name() -> None:
    assert st.descend(frame()[["x", "y"]].rename(columns={"x": 0}), "y").feature_names == ("0",)
    two = dd.concat([frame(), frame()[["x"]]], axis=1)
    with pytest.raises(DataError, match="2 columns have the name 'x'; name each once"):
        st.descend(two, "y")


def test_a_column_alone_is_no_frame() -> None:
    with pytest.raises(DataError, match="cannot make a table of this Series"):
        st.descend(frame().x, "y")

"""Memory of a fit in passes: what was asked is kept, whatever the loss, the columns, the rows.

Each fit is a process of its own, whose anonymous memory is looked at all the time: never above 1.2
times what was asked, 150 MB of the interpreter and its packages aside. The rows are made by a seed,
file by file, so that the test itself holds few of them.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

pytestmark = [
    pytest.mark.prove,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells anonymous memory"),
]

INTERPRETER = 150e6
"""Bytes of Python with the packages that a fit loads."""

TARGETS = ("y", "count", "two", "three")

LOSSES: dict[str, tuple[str, dict[str, Any]]] = {
    "squared": ("y", {}),
    "huber": ("y", {"loss": "huber:1"}),
    "absolute": ("y", {"loss": "absolute"}),
    "quantile": ("y", {"loss": "quantile:0.9"}),
    "poisson": ("count", {"loss": "poisson"}),
    "two classes": ("two", {"l2": 1e-4}),
    "softmax": ("three", {"l2": 1e-4}),
    "lasso": ("y", {"l1": 0.01}),
    "two classes, l1": ("two", {"l1": 0.01}),
    "decoded anew": ("two", {"l2": 1e-4, "cache": "none"}),
}

LEVELS = (3, 40, 300)
"""Levels of the columns of words."""


def made(folder: Path, rows: int, width: int, in_file: int, words: bool = False) -> Path:
    """Write rows of numbers, and of words, with a target of each kind; return the folder."""
    weights = np.random.default_rng(0).normal(size=width) / width**0.5
    for part, start in enumerate(range(0, rows, in_file)):
        drawn, count = np.random.default_rng([1, part]), min(in_file, rows - start)
        X = drawn.standard_normal((count, width), dtype=np.float32)
        margin, columns = X @ weights, {f"x{j}": X[:, j] for j in range(width)}
        for levels in LEVELS if words else ():
            code = drawn.integers(0, levels, count)
            columns[f"c{levels}"] = np.array([f"level {i:04}" for i in range(levels)])[code]
            margin = margin + 0.3 * np.sin(code)
        told = margin + drawn.logistic(size=count)
        columns["y"] = margin + drawn.normal(size=count)
        columns["count"] = drawn.poisson(np.exp(np.clip(margin, -3, 3) / 2))
        columns["two"] = np.where(told > 0, "yes", "no")
        columns["three"] = np.array(["a", "b", "c"])[np.digitize(told, [-0.5, 0.5])]
        file = folder / f"part-{part:03}.parquet"
        parquet.write_table(pa.table(columns), file, row_group_size=125_000)
    return folder


@pytest.fixture(scope="module")
def tall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("tall"), 1_000_000, 28, 250_000)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("wide"), 4000, 1200, 1000)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("words"), 200_000, 6, 50_000, words=True)


def peak(folder: Path, loss: str, memory: str, **more: Any) -> float:
    """Return the most anonymous memory of a fit, in bytes."""
    target, options = LOSSES[loss]
    drop = [name for name in TARGETS if name != target]
    asked = {"target": target, "drop": drop, "memory": memory, **options, **more}
    command = [sys.executable, Path(__file__).with_name("peak_of_fit.py"), folder]
    done = subprocess.run(
        [*command, json.dumps(asked)], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr[-2000:]
    return float(json.loads(done.stdout)["peak"])


def assert_kept(found: float, memory: float) -> None:
    assert found < 1.2 * memory + INTERPRETER, f"{found / 1e6:.0f} MB"


@pytest.mark.parametrize("loss", LOSSES)
def test_of_tall_rows(tall: Path, loss: str) -> None:
    assert_kept(peak(tall, loss, "128MB"), 128e6)


@pytest.mark.parametrize("loss", LOSSES)
def test_of_wide_rows_whose_matrix_of_pairs_would_not_fit(wide: Path, loss: str) -> None:
    assert_kept(peak(wide, loss, "64MB"), 64e6)


@pytest.mark.parametrize("loss", LOSSES)
def test_of_words_of_many_levels(words: Path, loss: str) -> None:
    assert_kept(peak(words, loss, "128MB", category=[f"c{LEVELS[-1]}"]), 128e6)


def test_it_does_not_grow_with_the_rows(tall: Path, tmp_path: Path) -> None:
    more = made(tmp_path, 5_000_000, 28, 250_000)
    few, many = (peak(folder, "two classes", "512MB") for folder in (tall, more))
    assert_kept(many, 512e6)
    assert many < 1.1 * few

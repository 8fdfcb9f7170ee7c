"""Beyond memory: CPU seconds of the process tree, and peak memory, each fit in a fresh process.

Rows are made by a seed into Parquet files of a temporary folder, which is deleted. Walls depend on
what else the machine does, so CPU seconds of the process and its children are what is compared; a
peer's reading is told beside its fit. Spark has its session up, and its data cached, before the
clock.
"""

import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bench.timing import progress, table

FEATURES = 28
PART_ROWS = 2_000_000
L2 = 1e-4
LIMIT = 1800.0
"""Seconds that one fit may take."""

HEADER = ("", "CPU s, fit", "CPU s, reading", "peak, MB", "anonymous, MB", "gap", "passes")

FITS = ("passes", "passes-anew", "memory", "newton-cholesky", "sgd", "dask-ml", "spark")
"""Who fits: ours in passes, decoded once or anew, ours in memory, and the peers."""

NEEDED = {"newton-cholesky": "sklearn", "sgd": "sklearn", "dask-ml": "dask_ml", "spark": "pyspark"}


def scale(quick: bool) -> str:
    """Return the tables; `BENCH_SCALE`, such as 1e6,1e7, says of how many rows."""
    usual = "1e5" if quick else "1e6"
    names = os.environ.get("BENCH_SCALE", usual).split(",")
    return "\n".join(_of_rows(name, int(float(name))) for name in names)


def _of_rows(name: str, rows: int) -> str:
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as folder:
        make(Path(folder), rows)
        found = {}
        for fit in FITS:
            if find_spec(NEEDED.get(fit, "numpy")) is None:
                continue
            progress(f"  {name} rows: {fit}")
            found[fit] = _measured(fit, folder)
    lowest = min((one["loss"] for one in found.values() if "loss" in one), default=0.0)
    cells = [_row(fit, one, lowest) for fit, one in found.items()]
    return table(f"{name} rows of {FEATURES}, logistic, L2, float32 in Parquet", HEADER, cells)


def _row(fit: str, one: dict[str, float], lowest: float) -> list[str]:
    if "loss" not in one:
        return [fit, "not done", *[""] * (len(HEADER) - 2)]
    gap = max(one["loss"] - lowest, 0.0) / lowest
    passes = f"{one['passes']:.1f}" if one.get("passes") else ""
    return [
        fit,
        f"{one['cpu']:.1f}",
        f"{one['reading']:.1f}",
        f"{one['peak']:,.0f}",
        f"{one['anonymous']:,.0f}",
        f"{gap:.1g}",
        passes,
    ]


def _measured(fit: str, folder: str) -> dict[str, float]:
    """Return what a fresh process tells of a fit; nothing where it failed or took too long."""
    command = [sys.executable, "-m", "bench.scale_worker", fit, folder]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return {}
    if done.returncode:
        progress(done.stderr.strip()[-400:])
        return {}
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def make(folder: Path, rows: int) -> None:
    """Write the rows: skewed, rounded, of few levels and of large units, and correlated."""
    for part, start in enumerate(range(0, rows, PART_ROWS)):
        _write(folder / f"part-{part:03}.parquet", part, min(PART_ROWS, rows - start))


def _write(path: Path, part: int, rows: int) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    fixed, drawn = np.random.default_rng(7), np.random.default_rng([11, part])
    mixed = np.eye(FEATURES) + 1.2 * fixed.standard_normal((FEATURES, FEATURES)) / FEATURES**0.5
    weights = 0.35 * fixed.standard_normal(FEATURES).astype(np.float32)
    Z = drawn.standard_normal((rows, FEATURES), dtype=np.float32) @ mixed.astype(np.float32)
    Z[:, :8] = np.exp(0.5 * Z[:, :8])
    Z[:, 8:18] = np.round(Z[:, 8:18], 3)
    Z[:, 18:23] = np.clip(np.round(Z[:, 18:23]), -3, 3)
    chance = 1.0 / (1.0 + np.exp(0.5 - Z @ weights))
    Z[:, 8:18] = 10.0 * Z[:, 8:18] + 5.0
    Z[:, 23:] *= 100.0
    columns = {f"x{j}": np.ascontiguousarray(Z[:, j]) for j in range(FEATURES)}
    columns["label"] = (drawn.random(rows, dtype=np.float32) < chance).astype(np.int8)
    parquet.write_table(pa.table(columns), path, compression="zstd")

"""A step on a Dask cluster of two workers and 100 parts beside one process on the same files.

Of few rows a step is all overhead; of many its CPU seconds, of the workers and of this process
together, are told beside those of one process. Both have the same bits.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.scale import FEATURES, L2

PARTS, WORKERS = 100, 2
FEW, MANY = 100, 100_000
"""Rows of a part."""

STEPS = 20


def make_parts(path: Path, rows: int) -> None:
    """Write a file of `PARTS` row groups of so many rows each."""
    import pyarrow as pa
    from pyarrow import parquet

    drawn = np.random.default_rng(3)
    X = drawn.standard_normal((PARTS * rows, FEATURES), dtype=np.float32)
    label = (drawn.random(len(X)) < 1.0 / (1.0 + np.exp(-X[:, 0]))).astype(np.int8)
    columns = {f"x{j}": np.ascontiguousarray(X[:, j]) for j in range(FEATURES)}
    parquet.write_table(pa.table(columns | {"label": label}), path, row_group_size=rows)


def objective_of_file(path: Path, cluster: Any = None) -> Any:
    """Return the objective on a file, in one process, or on a cluster."""
    from steepest.data.out_of_core.limits import limits_of
    from steepest.data.prepare import prepare
    from steepest.descent.plan.method import objective_of
    from steepest.descent.plan.options import Options

    limits = limits_of("512MB", None, 1, cluster)
    return objective_of(prepare(path, "label", limits=limits), Options(l2=L2), threads=1)


def tree_cpu() -> float:
    """Return the CPU seconds of this process and of all processes below it that still run."""
    import psutil

    here = psutil.Process()
    times = [one.cpu_times() for one in (here, *here.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def step(objective: Any) -> tuple[float, float]:
    """Return the least wall seconds of a step, and the mean CPU seconds, after one to warm up."""
    params = np.full(objective.size, 1e-3)
    objective.evaluate(params)
    walls, before = [], tree_cpu()
    for _ in range(STEPS):
        began = time.perf_counter()
        objective.evaluate(params)
        walls.append(time.perf_counter() - began)
    return min(walls), (tree_cpu() - before) / STEPS


def dask(folder: str) -> dict[str, Any]:
    """Return walls and CPU seconds of a step, of few rows and of many, alone and on a cluster."""
    from distributed import Client, LocalCluster

    found: dict[str, Any] = {}
    made = LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None)
    with made as cluster, Client(cluster) as client:
        for name, rows in (("few", FEW), ("many", MANY)):
            path = Path(folder) / f"{name}.parquet"
            make_parts(path, rows)
            alone, shared = objective_of_file(path), objective_of_file(path, client)
            params = np.full(alone.size, 1e-3)
            ours, theirs = (one.evaluate(params).gradient for one in (alone, shared))
            found[f"{name}, same bits"] = float(np.array_equal(ours, theirs))
            for who, one in (("alone", alone), ("cluster", shared)):
                wall, used = step(one)
                found[f"{name}, {who}, wall"], found[f"{name}, {who}, cpu"] = wall, used
    return found

"""What one pass costs, in CPU seconds: of Parquet decoded anew, of a warm cache, and in memory.

A pass is one value and gradient of all rows. Beside it stands what it is compared with: reading
the same columns by pyarrow's `iter_batches` and nothing else, and the same pass in memory.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.scale import L2
from bench.scale_worker import NAMES, cpu, rows_of

PASSES = 3
"""Passes of which the least is told, after one that warms up."""


def least(work: Callable[[], Any]) -> float:
    """Return the least CPU seconds that `work` took, of `PASSES` after a first."""
    work()
    taken = []
    for _ in range(PASSES):
        began = cpu()
        work()
        taken.append(cpu() - began)
    return min(taken)


def iter_batches(folder: str) -> dict[str, Any]:
    """Read all columns of all files, batch by batch on one thread, as pyarrow alone does."""
    from pyarrow import parquet

    def read() -> None:
        for file in sorted(Path(folder).glob("*.parquet")):
            opened = parquet.ParquetFile(file, pre_buffer=False)
            for batch in opened.iter_batches(2**17, columns=NAMES, use_threads=False):
                del batch

    return {"cpu": least(read)}


def _evaluated(data: Any) -> dict[str, Any]:
    from steepest.descent.plan.method import objective_of
    from steepest.descent.plan.options import Options

    objective = objective_of(data, Options(l2=L2))
    params = np.full(objective.size, 1e-3)
    return {"cpu": least(lambda: objective.evaluate(params))}


def in_passes(folder: str, cache: str | None) -> dict[str, Any]:
    """Evaluate on rows that are decoded anew, or read from a scratch file."""
    from steepest.data.out_of_core.limits import limits_of
    from steepest.data.prepare import prepare

    limits = limits_of(None, cache, None)
    return _evaluated(prepare(f"{folder}/*.parquet", "label", limits=limits))


def in_memory(folder: str) -> dict[str, Any]:
    """Evaluate on rows in memory."""
    from steepest.data.prepare import prepare

    X, y = rows_of(folder)
    return _evaluated(prepare((X, y), classify=True))

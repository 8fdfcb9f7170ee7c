"""One fit of `bench.scale` in a process of its own: tells its seconds, memory, loss and passes."""

import json
import resource
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.scale import FEATURES, L2

NAMES = [f"x{j}" for j in range(FEATURES)]
TICK = 0.02
"""Seconds between two looks at the memory."""


class Peak:
    """The most anonymous memory that the process had, in MB, looked at every `TICK` seconds."""

    def __init__(self) -> None:
        self.most = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            self.most = max(self.most, _status("RssAnon"))
            time.sleep(TICK)


def _status(name: str) -> float:
    """Return a line of the process's status in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1e3 for line in lines if line.startswith(f"{name}:"))


def cpu() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def rows_of(folder: str) -> tuple[np.ndarray, np.ndarray]:
    """Return X, (rows, features) of float32, and y, (rows,), read file by file."""
    from pyarrow import parquet

    parts = [parquet.read_table(one) for one in sorted(Path(folder).glob("*.parquet"))]
    count = sum(part.num_rows for part in parts)
    X, y, at = np.empty((count, FEATURES), np.float32), np.empty(count, np.int8), 0
    for part in parts:
        stop = at + part.num_rows
        for j, name in enumerate(NAMES):
            X[at:stop, j] = part[name].to_numpy()
        y[at:stop], at = part["label"].to_numpy(), stop
    return X, y


def loss_of(folder: str, weights: np.ndarray, bias: float) -> float:
    """Return the mean loss of all rows with its penalty, worked out without steepest."""
    X, y = rows_of(folder)
    total = 0.0
    for at in range(0, len(y), 2**18):
        margin = X[at : at + 2**18].astype(np.float64) @ weights + bias
        total += float(np.logaddexp(0.0, margin).sum() - y[at : at + 2**18] @ margin)
    return total / len(y) + 0.5 * L2 * float(weights @ weights)


def passes(folder: str, cache: str | None) -> dict[str, Any]:
    """Fit in passes over the files."""
    import steepest as st

    clock, began = time.perf_counter(), cpu()
    run = st.descend(f"{folder}/*.parquet", "label", l2=L2, cache=cache)
    used = {"cpu": cpu() - began, "wall": time.perf_counter() - clock}
    return {"w": run.weights, "b": run.bias, **used, "passes": 1 + run.trace.last.passes}


def memory(folder: str) -> dict[str, Any]:
    """Fit with all rows in memory, from one Arrow table."""
    from pyarrow import parquet

    import steepest as st

    began = cpu()
    table = parquet.read_table(folder)
    read = cpu() - began
    run = st.descend(table, "label", l2=L2)
    return {"w": run.weights, "b": run.bias, "cpu": cpu() - began - read, "reading": read}


def newton_cholesky(folder: str) -> dict[str, Any]:
    """Fit by scikit-learn's fastest solver of tall data."""
    from sklearn.linear_model import LogisticRegression

    began = cpu()
    X, y = rows_of(folder)
    read = cpu() - began
    model = LogisticRegression(C=1.0 / (L2 * len(y)), solver="newton-cholesky").fit(X, y)
    found = {"w": model.coef_[0].astype(float), "b": float(model.intercept_[0])}
    return {**found, "cpu": cpu() - began - read, "reading": read}


def sgd(folder: str) -> dict[str, Any]:
    """Fit by averaged stochastic gradient descent on standard units, batch by batch, 4 passes."""
    from pyarrow import parquet
    from sklearn.linear_model import SGDClassifier
    from sklearn.preprocessing import StandardScaler

    began, scaler = cpu(), StandardScaler()
    files = sorted(Path(folder).glob("*.parquet"))

    def batches() -> Any:
        for file in files:
            for batch in parquet.ParquetFile(file).iter_batches(2**17):
                X = np.column_stack([batch[name].to_numpy() for name in NAMES])
                yield X.astype(np.float64), batch["label"].to_numpy()

    for X, _ in batches():
        scaler.partial_fit(X)
    model = SGDClassifier("log_loss", alpha=L2, average=True)
    for _ in range(3):
        for X, y in batches():
            model.partial_fit(scaler.transform(X), y, classes=[0, 1])
    weights = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - weights @ scaler.mean_)
    return {"w": weights, "b": bias, "cpu": cpu() - began}


def dask_ml(folder: str) -> dict[str, Any]:
    """Fit by dask-ml's Newton steps on arrays that threads hold."""
    import dask.array as da
    from dask_ml.linear_model import LogisticRegression

    began = cpu()
    X, y = rows_of(folder)
    read = cpu() - began
    arrays = (da.from_array(one, chunks=(2**18, *one.shape[1:])) for one in (X, y))
    model = LogisticRegression(solver="newton", C=1.0 / (L2 * len(y))).fit(*arrays)
    found = {"w": np.ravel(model.coef_).astype(float), "b": float(np.ravel(model.intercept_)[0])}
    return {**found, "cpu": cpu() - began - read, "reading": read}


def spark(folder: str) -> dict[str, Any]:
    """Fit by Spark ML on two local threads, its data cached before the clock."""
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.feature import VectorAssembler
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[2]").config("spark.driver.memory", "8g")
    session = session.config("spark.ui.enabled", "false").getOrCreate()
    java = session.sparkContext._gateway.proc.pid

    def java_cpu() -> float:
        fields = Path(f"/proc/{java}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100.0

    began = java_cpu()
    frame = session.read.parquet(folder)
    rows = VectorAssembler(inputCols=NAMES, outputCol="features").transform(frame)
    rows = rows.select("features", "label").persist()
    rows.count()
    read = java_cpu() - began
    model = LogisticRegression(regParam=L2, standardization=False, maxIter=200, tol=1e-9).fit(rows)
    used = java_cpu() - began - read
    status = Path(f"/proc/{java}/status").read_text().splitlines()
    peak = next(float(one.split()[1]) / 1e3 for one in status if one.startswith("VmHWM:"))
    weights, bias = model.coefficients.toArray(), float(model.intercept)
    session.stop()
    return {"w": weights, "b": bias, "cpu": used, "reading": read, "peak": peak, "anonymous": peak}


FITTED = {
    "passes": lambda folder: passes(folder, None),
    "passes-anew": lambda folder: passes(folder, "none"),
    "memory": memory,
    "memory-old": memory,
    "newton-cholesky": newton_cholesky,
    "sgd": sgd,
    "dask-ml": dask_ml,
    "spark": spark,
}


def measured() -> dict[str, Callable[[str], dict[str, Any]]]:
    """Return all that can be asked of a process, by its name."""
    from bench import scale_csv, scale_dask, scale_passes

    return {
        **FITTED,
        "iter-batches": scale_passes.iter_batches,
        "pass-anew": lambda folder: scale_passes.in_passes(folder, "none"),
        "pass-cached": lambda folder: scale_passes.in_passes(folder, None),
        "pass-memory": scale_passes.in_memory,
        "csv": scale_csv.ours,
        "partial-fit": scale_csv.partial_fit,
        "dask": scale_dask.dask,
    }


def main() -> None:
    """Print what the work named by the first word, on the place in the second, took and reached."""
    from bench.scale_csv import csv_loss

    name, place = sys.argv[1:3]
    peak = Peak()
    found = measured()[name](place)
    told = {"reading": 0.0, "passes": 0.0, "peak": _status("VmHWM"), "anonymous": peak.most}
    told |= {name: one for name, one in found.items() if name not in ("w", "b")}
    if "w" in found:
        loss = loss_of if Path(place).is_dir() else csv_loss
        told["loss"] = loss(place, np.asarray(found["w"], float).ravel(), float(found["b"]))
    print(json.dumps(told if "w" in found else found))


if __name__ == "__main__":
    main()

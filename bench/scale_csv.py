"""A CSV beyond memory: `st.descend` on the path beside pandas' chunks and `partial_fit`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.scale import L2
from bench.scale_worker import cpu

COLUMNS = 10
AT_A_TIME = 500_000
CSV_NAMES = [f"x{j}" for j in range(COLUMNS)]


def make_csv(path: Path, rows: int) -> None:
    """Write the rows: of two digits first and of four later, and two columns of whole numbers."""
    from pyarrow import csv, table

    weights = 0.4 * np.random.default_rng(7).standard_normal(COLUMNS)
    with path.open("wb") as file:
        for part, start in enumerate(range(0, rows, AT_A_TIME)):
            drawn = np.random.default_rng([13, part])
            X = drawn.standard_normal((min(AT_A_TIME, rows - start), COLUMNS))
            label = drawn.random(len(X)) < 1.0 / (1.0 + np.exp(-X @ weights))
            X = np.round(X, 2 if part == 0 else 4)
            X[:, :2] = np.round(100.0 * X[:, :2])
            whole = {f"x{j}": X[:, j].astype(np.int64) for j in range(2)}
            columns = whole | {name: X[:, j] for j, name in enumerate(CSV_NAMES) if j >= 2}
            said = csv.WriteOptions(include_header=part == 0)
            csv.write_csv(table(columns | {"label": label.astype(np.int8)}), file, said)


def ours(path: str) -> dict[str, Any]:
    """Fit in passes over the file."""
    import steepest as st

    began = cpu()
    run = st.descend(path, "label", l2=L2, memory="512MB")
    return {"w": run.weights, "b": run.bias, "cpu": cpu() - began}


def chunks(path: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield X, (rows, columns), and y, (rows,), as pandas reads them."""
    import pandas as pd

    for frame in pd.read_csv(path, chunksize=AT_A_TIME):
        yield frame[CSV_NAMES].to_numpy(np.float64), frame["label"].to_numpy()


def partial_fit(path: str) -> dict[str, Any]:
    """Fit by averaged stochastic gradient descent on standard units, chunk by chunk: 4 passes."""
    from sklearn.linear_model import SGDClassifier
    from sklearn.preprocessing import StandardScaler

    began, scaler = cpu(), StandardScaler()
    for X, _ in chunks(path):
        scaler.partial_fit(X)
    model = SGDClassifier("log_loss", alpha=L2, average=True, random_state=0)
    for _ in range(3):
        for X, y in chunks(path):
            model.partial_fit(scaler.transform(X), y, classes=[0, 1])
    weights = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - weights @ scaler.mean_)
    return {"w": weights, "b": bias, "cpu": cpu() - began}


def csv_loss(path: str, weights: np.ndarray, bias: float) -> float:
    """Return the mean loss of all rows with its penalty, worked out without steepest."""
    total, rows = 0.0, 0
    for X, y in chunks(path):
        margin = X @ weights + bias
        total += float(np.logaddexp(0.0, margin).sum() - y @ margin)
        rows += len(y)
    return total / rows + 0.5 * L2 * float(weights @ weights)

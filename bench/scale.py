"""Beyond memory: CPU seconds of the process tree, and peak memory, each fit in a fresh process.

Rows are made by a seed into files of a temporary folder, which is deleted. Walls depend on what
else the machine does, so CPU seconds of the process and its children are what is compared; a
peer's reading is told beside its fit. Spark has its session up, and its data cached, before the
clock. Whoever takes longer than `LIMIT` is told as not done.

`BENCH_SCALE=1e6,1e7,5e7` says of how many rows; `BENCH_SCALE_FITS=passes,sgd` who fits;
`BENCH_SCALE_LIMIT=900` the seconds that each may take, and `BENCH_SCALE_OLD=OTHER_SRC` has the
steepest of another checkout's `src` fit in memory, too.
"""

import compileall
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
LIMIT = float(os.environ.get("BENCH_SCALE_LIMIT", "900"))
"""Seconds that one fit may take, its packages and reading among them."""

OLD = os.environ.get("BENCH_SCALE_OLD", "")
"""The folder `src` of another checkout, which fits in memory; none if empty."""

HEADER = (
    *("", "CPU s, fit", "wall s, fit", "CPU s, reading", "ns a row"),
    *("peak, MB", "anonymous, MB", "gap", "passes"),
)

FITS = (
    *("passes", "passes-anew", "memory", "memory-old"),
    *("newton-cholesky", "sgd", "dask-ml", "spark"),
)
"""Who fits: ours in passes, decoded once or anew, ours in memory and of old, and the peers."""

NEEDED = {
    **{"newton-cholesky": "sklearn", "sgd": "sklearn", "partial-fit": "sklearn"},
    **{"dask-ml": "dask_ml", "spark": "pyspark", "dask": "distributed"},
}

WAYS = {
    "iter-batches": "pyarrow's iter_batches alone",
    "pass-anew": "Parquet decoded anew",
    "pass-cached": "warm cache",
    "pass-memory": "in memory",
}

Found = dict[str, float]


def row_counts(quick: bool) -> list[tuple[str, int]]:
    """Return the numbers of rows, each with how it is said."""
    names = os.environ.get("BENCH_SCALE", "1e5" if quick else "1e6").split(",")
    return [(name, int(float(name))) for name in names]


def fits(quick: bool) -> str:
    """Return a table of whole fits for each number of rows."""
    return "\n".join(_fits(name, rows) for name, rows in row_counts(quick))


def _fits(name: str, rows: int) -> str:
    chosen = os.environ.get("BENCH_SCALE_FITS", ",".join(FITS)).split(",")
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as folder:
        make(Path(folder), rows)
        found = _all([fit for fit in FITS if fit in chosen], folder)
    title = f"{name} rows of {FEATURES}, logistic, L2, float32 in Parquet"
    return table(title, HEADER, _fitted(found, rows))


def passes(quick: bool) -> str:
    """Return a table of what one pass costs, for each number of rows."""
    return "\n".join(_passes(name, rows) for name, rows in row_counts(quick))


def _passes(name: str, rows: int) -> str:
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as folder:
        make(Path(folder), rows)
        found = _all(list(WAYS), folder)
    beside = {"pass-anew": "iter-batches", "pass-cached": "pass-memory"}
    cells = []
    for way, one in found.items():
        other = found.get(beside.get(way, ""), {})
        ratio = f"{one['cpu'] / other['cpu']:.2f}" if "cpu" in one and "cpu" in other else ""
        said = [f"{one['cpu']:.2f}", f"{1e9 * one['cpu'] / rows:.0f}"] if one else ["not done", ""]
        cells.append([WAYS[way], *said, ratio])
    header = ("", "CPU s", "ns a row", "of the one above or below")
    return table(f"One pass over {name} rows of {FEATURES}", header, cells)


def csv(quick: bool) -> str:
    """Return a table of fits of a CSV, for each number of rows."""
    from bench.scale_csv import COLUMNS, make_csv

    parts = []
    for name, rows in row_counts(quick):
        with tempfile.TemporaryDirectory(prefix="bench-scale-") as folder:
            path = Path(folder) / "rows.csv"
            make_csv(path, rows)
            found = _all(["csv", "partial-fit"], str(path))
        title = f"A CSV of {name} rows of {COLUMNS}, logistic, L2"
        parts.append(table(title, HEADER, _fitted(found, rows)))
    return "\n".join(parts)


def cluster() -> str:
    """Return a table of steps on a cluster of Dask, beside those of one process."""
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as folder:
        found = _all(["dask"], folder).get("dask", {})
    names = sorted({name.rpartition(", ")[0] for name in found if name.endswith("wall")})
    cells = [
        [name, f"{1e3 * found[f'{name}, wall']:.1f}", f"{1e3 * found[f'{name}, cpu']:.1f}"]
        for name in names
    ]
    same = all(one for name, one in found.items() if name.endswith("bits"))
    title = f"A step, 2 workers, 100 parts of 100 rows (few) or 100,000; same bits: {same}"
    return table(title, ("", "wall, ms, least", "CPU, ms"), cells)


def _all(names: list[str], place: str) -> dict[str, Found]:
    """Return what each tells that is installed, by its name."""
    there = [one for one in names if find_spec(NEEDED.get(one, "numpy")) is not None]
    there = [one for one in there if OLD or one != "memory-old"]
    _compile()
    found = {}
    for name in there:
        progress(f"  {Path(place).name}: {name}")
        found[name] = _measured(name, place)
    return found


def _compile() -> None:
    """Compile our modules, as those of an installed package are: a fit's CPU time is without."""
    import steepest

    for folder in [*steepest.__path__, *([OLD] if OLD else [])]:
        compileall.compile_dir(folder, quiet=2)


def _fitted(found: dict[str, Found], rows: int) -> list[list[str]]:
    lowest = min((one["loss"] for one in found.values() if "loss" in one), default=0.0)
    return [_row(fit, one, lowest, rows) for fit, one in found.items()]


def _row(fit: str, one: Found, lowest: float, rows: int) -> list[str]:
    if "loss" not in one:
        return [fit, f"not done in {LIMIT:.0f} s", *[""] * (len(HEADER) - 2)]
    gap = max(one["loss"] - lowest, 0.0) / lowest
    passes = f"{one['passes']:.1f}" if one.get("passes") else ""
    return [
        fit,
        f"{one['cpu']:.1f}",
        f"{one['wall']:.1f}" if "wall" in one else "",
        f"{one['reading']:.1f}",
        f"{1e9 * one['cpu'] / rows:,.0f}",
        f"{one['peak']:,.0f}",
        f"{one['anonymous']:,.0f}",
        f"{gap:.1g}",
        passes,
    ]


def _measured(fit: str, place: str) -> Found:
    """Return what a fresh process tells of a fit; nothing where it failed or took too long."""
    command = [sys.executable, "-m", "bench.scale_worker", fit, place]
    there = dict(os.environ)
    if fit == "memory-old":
        there["PYTHONPATH"] = os.pathsep.join([OLD, there.get("PYTHONPATH", "")])
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT, check=False, env=there
        )
    except subprocess.TimeoutExpired:
        return {}
    if done.returncode:
        progress(done.stderr.strip()[-400:])
        return {}
    told: Found = json.loads(done.stdout.splitlines()[-1])
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

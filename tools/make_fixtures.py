"""Make files as this build saves them: old files that later builds must open, for years.

Run by hand with the build whose files are to be kept, from a checkout of it:
`PYTHONPATH=CHECKOUT/src python tools/make_fixtures.py`. It writes to `tests/fixtures/BUILD/`: runs,
pages (packed by gzip), and `expected.json`, in which that build says what each of them holds.
`tests/test_old_files.py` and `tests/web/test_old_pages.py` read them. Files that were kept once
are not made again by a later build: they would be new files.
"""

import gzip
import json
import math
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

import steepest as st
from steepest.descent.rules import Momentum

FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures"

MORE = 10
"""Steps that a run is gone on with."""

GEYSER: dict[str, Any] = {"data": "geyser", "target": "waiting", "features": ["duration"]}
PLAIN: dict[str, Any] = {"rule": "steepest", "scale": "none", "learning_rate": 0.05}
HEAVY: dict[str, Any] = {"rule": Momentum(beta=0.5), "scale": "none", "start": (0.0, 70.0)}
PENGUINS: dict[str, Any] = {"data": "penguins", "target": "species", "missing": "drop"}


def visits() -> pa.Table:
    """Return counts that grow with two features, 60 rows."""
    random = np.random.default_rng(7)
    hours, rain = random.uniform(0, 3, 60).round(2), random.integers(0, 2, 60)
    counts = random.poisson(np.exp(0.3 + 0.6 * hours - 0.4 * rain))
    return pa.table({"hours": hours, "rain": rain, "visits": counts})


def words() -> tuple[csr_array, ArrayLike]:
    """Return two classes by a sparse matrix, 40 rows of 6 features."""
    random = np.random.default_rng(8)
    X = random.integers(0, 3, (40, 6)) * (random.random((40, 6)) < 0.3)
    y = X @ random.standard_normal(6) + random.logistic(size=40) > 0
    return csr_array(X.astype(np.float64)), y


def runs() -> dict[str, dict[str, Any]]:
    """Return the choices of each run that is kept, by the name of its file."""
    return {
        "textbook": {**GEYSER, **PLAIN, "steps": 100},
        "momentum": {**GEYSER, **HEAVY, "learning_rate": 0.1, "steps": 60},
        "momentum_diverged": {**GEYSER, **HEAVY, "learning_rate": 0.12, "steps": 60},
        "nesterov": {**GEYSER, "rule": "nesterov", "learning_rate": 0.02, "steps": 20},
        "adam": {**GEYSER, "rule": "adam", "learning_rate": "time:0.5", "steps": 20},
        "huber": {**GEYSER, "loss": "huber", "delta": 3.0, "steps": 4},
        "quantile": {**GEYSER, "loss": "quantile", "quantile": 0.8, "steps": 30},
        "poisson": {"data": visits(), "target": "visits", "loss": "poisson", "steps": 3},
        "two_classes": {"data": "orings", "target": "damaged", "steps": 3},
        "three_classes": {**PENGUINS, "l2": 0.001, "steps": 5},
        "batches": {**GEYSER, "batch": 32, "seed": 1, "steps": 20},
        "l1": {"data": "diabetes", "target": "progression", "l1": 50.0, "steps": 2},
        "weighted": {**GEYSER, "sample_weight": np.arange(272) % 3, "steps": 2},
        "sparse": {"data": words(), "l2": 0.01, "steps": 3},
        "diverged": {**GEYSER, **PLAIN, "learning_rate": 0.1},
        "own_rate": {**GEYSER, **PLAIN, "learning_rate": lambda index: 0.05, "steps": 10},
    }


def pages() -> dict[str, dict[str, Any]]:
    """Return the choices of each page that is kept, by the name of its file."""
    two = ["bill_length_mm", "flipper_length_mm"]
    return {
        "textbook": {**GEYSER, **PLAIN, "steps": 40},
        "two_classes": {"data": "orings", "target": "damaged"},
        "three_classes": {**PENGUINS, "features": two, "l2": 0.001, "steps": 5},
    }


def main() -> None:
    """Write all files, and what this build says of them."""
    folder = FIXTURES / build()
    folder.mkdir(parents=True, exist_ok=True)
    expected = {
        "build": folder.name,
        "more": MORE,
        "runs": {name: keep_run(folder, name, choices) for name, choices in runs().items()},
        "pages": {name: keep_page(folder, name, choices) for name, choices in pages().items()},
    }
    text = json.dumps(expected, indent=1, allow_nan=False)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


def build() -> str:
    """Return the commit of the steepest that is imported; a changed checkout is refused."""
    here = Path(st.__file__).parent
    if git(here, "status", "--porcelain", "--", str(here)):
        raise SystemExit(f"{here} differs from its commit: make the files with a clean checkout")
    return git(here, "rev-parse", "--short=7", "HEAD")


def git(folder: Path, *words: str) -> str:
    """Return what git says in a folder."""
    call = ["git", "-C", str(folder), *words]
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()


def keep_run(folder: Path, name: str, choices: dict[str, Any]) -> dict[str, Any]:
    """Save a run, and return what this build says of it and of its next steps."""
    run = st.descend(**choices)
    run.save(folder / f"{name}.steepest")
    rows = some_rows(run)
    return {
        "params": run.params.tolist(),
        "loss": run.loss,
        "steps": len(run.trace) - 1,
        "losses": finite([run.trace.losses[0], run.trace.losses[-1]]),
        "stop": [run.stop.reason, run.stop.message],
        "verdicts": [[verdict.level, verdict.name, verdict.message] for verdict in run.verdicts],
        "features": list(run.feature_names),
        "classes": None if run.classes is None else [str(name) for name in run.classes],
        "rows": rows.to_pydict(),
        "predictions": run.predict(rows).tolist(),
        "probabilities": None if run.classes is None else run.predict_proba(rows).tolist(),
        "resumed": resumed(run, choices),
    }


def some_rows(run: st.Run) -> pa.Table:
    """Return three rows of the data by the columns that the run asks for."""
    if run.data.name in st.datasets():
        return st.dataset(run.data.name).slice(10, 3)
    if "hours" in run.feature_names:
        return visits().slice(10, 3).select(["hours", "rain"])
    X = words()[0].toarray()[10:13]
    return pa.table(dict(zip(run.feature_names, X.T, strict=True)))


def resumed(run: st.Run, choices: dict[str, Any]) -> dict[str, Any] | None:
    """Return where the next steps lead, those of a run that was not stopped; None without any."""
    if "steps" not in choices or callable(choices.get("learning_rate")):
        return None
    on = run.resume(steps=MORE)
    whole = st.descend(**{**choices, "steps": choices["steps"] + MORE})
    assert np.array_equal(on.trace.losses, whole.trace.losses), "resumed is not as if not stopped"
    assert np.array_equal(on.params, whole.params), "resumed is not as if not stopped"
    new = on.trace.losses[len(run.trace) :]
    return {"losses": finite(new), "params": on.params.tolist(), "stop": on.stop.reason}


def keep_page(folder: Path, name: str, choices: dict[str, Any]) -> dict[str, Any]:
    """Save a page, packed, and return the losses that it is to show."""
    run = st.descend(**choices)
    with tempfile.TemporaryDirectory() as other:
        run.page(Path(other) / "page.html")
        text = (Path(other) / "page.html").read_bytes()
    (folder / f"{name}.html.gz").write_bytes(gzip.compress(text, 9, mtime=0))
    losses = run.trace.losses
    return {"steps": len(losses) - 1, "losses": finite([losses[0], losses[-1]])}


def finite(values: ArrayLike) -> list[float | None]:
    """Return numbers as JSON has them: one that is not finite is null."""
    return [float(value) if math.isfinite(value) else None for value in np.asarray(values)]


if __name__ == "__main__":
    main()

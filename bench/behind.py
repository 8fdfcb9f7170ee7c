"""Where steepest was behind: all such tables in one go, beside the peers and an older build.

`python -m bench behind` prints a table for each problem, every peer at one and at two threads, of
which the faster counts; those of a path of penalties, of one loss and gradient, of a surface; then
this checkout beside the commit `FORMER` on the same problems, and the time of an import and of a
first fit on the command line, each in a process of its own. A peer has 12 times as long as we take,
12 s at most, and no peer is begun once a problem took 90 s (`BRISK`). The older build comes from
git: without its history that part is left out, and the table says so.
"""

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np

from bench import checkouts
from bench.checkouts import HEADER, ROOT, THIS
from bench.one_pass import one_pass
from bench.paths import path
from bench.surface import entropy_surface
from bench.timing import in_turn, milliseconds, progress, table, times
from bench.training import BRISK, QUICK, train

__all__ = ["BEHIND", "behind"]

BEHIND = (
    "small-one",
    "small-cancer",
    "small-twenty",
    "softmax-digits",
    "softmax-mnist",
    "softmax-many",
    "squares-wide",
    "ridge-wide",
    "ridge-flat",
    "lasso-wide",
    "elastic-wide",
    "lasso-half",
    "elastic-half",
    "sparse-text",
    "poisson-tall",
    "huber-tall",
)
"""The problems of other sizes or losses than the tall tables of two classes."""

THREADS = (1, 2)

FORMER = "271cc86"
"""The build that the times are compared with, from before these problems were worked on."""

COLD_ROWS, COLD_ROUNDS = 300, 5


def behind(quick: bool) -> str:
    """Return all the tables, one after the other."""
    return "\n".join([*(_told(name, quick) for name in BEHIND), _others(quick)])


def _told(name: str, quick: bool) -> str:
    progress(f"  {name}")
    return train(name, QUICK if quick else BRISK, THREADS)


def _others(quick: bool) -> str:
    """Return the tables that are no training, and those beside the older build."""
    passes = [path(quick), *([] if quick else [one_pass(), entropy_surface(100_000)])]
    with tempfile.TemporaryDirectory() as folder:
        former = _former(Path(folder))
        if former is None:
            return "\n".join(
                [*passes, f"### Beside {FORMER}\n\nLeft out: git has no such commit.\n"]
            )
        return "\n".join([*passes, _beside(former, quick), _cold(former, Path(folder))])


def _former(folder: Path) -> Path | None:
    """Return the `src` of the older build, taken out of git into a folder; None if it has none."""
    call = ["git", "-C", str(ROOT), "archive", "--format=tar", FORMER, "src"]
    try:
        found = subprocess.run(call, capture_output=True, check=False)
    except OSError:
        return None
    if found.returncode:
        return None
    with tarfile.open(fileobj=BytesIO(found.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder / "src"


def _beside(former: Path, quick: bool) -> str:
    """Return the table of this checkout and the older build, in turn."""
    pace = QUICK if quick else BRISK
    rows = [checkouts.beside(name, former, pace) for name in BEHIND]
    return table(f"This checkout beside {FORMER}, in turn, medians", HEADER, rows)


def _cold(former: Path, folder: Path) -> str:
    """Return the table of an import, and of a fit of few rows on the command line."""
    path = folder / "rows.csv"
    _write(path)
    words = {
        "import steepest": ["-c", "import steepest"],
        f"steepest fit, {COLD_ROWS} rows": ["-m", "steepest", "fit", str(path), "--target", "y"],
    }
    rows = [_cold_row(said, call, former, folder / "compiled") for said, call in words.items()]
    return table("Cold processes", ("", "this ms", f"{FORMER} ms", "this / former"), rows)


def _cold_row(said: str, words: list[str], former: Path, compiled: Path) -> list[str]:
    works = {str(src): _process(words, src, compiled) for src in (THIS, former)}
    this, other = in_turn(works, COLD_ROUNDS).values()
    return [said, milliseconds(this), milliseconds(other), times(this / other)]


def _process(words: list[str], src: Path, compiled: Path) -> Callable[[], object]:
    """Return what runs Python on these words with steepest from `src`; an error ends the bench.

    Modules are kept `compiled` there after the first run, as they are where pip installed them.
    """
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(compiled)}
    return partial(
        subprocess.run,
        [sys.executable, *words],
        env=checkouts.environment(src) | kept,
        capture_output=True,
        check=True,
    )


def _write(path: Path) -> None:
    """Write rows of two features and a target as CSV."""
    generator = np.random.default_rng(0)
    X = generator.standard_normal((COLD_ROWS, 2))
    y = X @ [1.0, -2.0] + generator.standard_normal(COLD_ROWS)
    np.savetxt(path, np.column_stack([X, y]), delimiter=",", header="a,b,y", comments="")

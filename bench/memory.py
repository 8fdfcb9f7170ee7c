"""The memory of a fit: its peak over the size of the rows, each in a fresh process.

Linux tells a process the most memory that it ever held (VmHWM). What it held before the rows were
there, packages and all, is taken off; the rows themselves count: 1 would be no memory but theirs.
"""

import multiprocessing
import tempfile
import warnings
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from bench.peers import OURS, Peer, others, peer_named, scikit
from bench.problems import Problem
from bench.recipes import RECIPES
from bench.timing import progress, table
from bench.worker import missing

MEASURED = {
    "logistic-even": (OURS, scikit.LBFGS, scikit.NEWTON_CHOLESKY, others.GLUM, others.TORCH),
    "squares-tall": (OURS, scikit.LINE, scikit.RIDGE[0], scikit.LSTSQ),
}
"""The two largest problems, and who is measured on them."""

TOL = 1e-4
"""The setting of all: what a fit holds it holds from its first steps on."""

LIMIT = 90.0
"""Seconds that a fit may take, with its packages and rows."""

STATUS = Path("/proc/self/status")

HEADER = ("", "peak, MB", "peak / rows")


def memory(quick: bool) -> str:
    """Return the tables: the peak of steepest and of some peers on the two largest problems."""
    if not STATUS.exists():
        return "### Memory of a fit\n\nLeft out: needs Linux, which tells a process its peak.\n"
    return "\n".join(_table(name, quick) for name in MEASURED)


def _table(name: str, quick: bool) -> str:
    recipe = RECIPES[name]
    problem = recipe.problem(quick)
    size = problem.X.nbytes + problem.y.nbytes
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder, "X.npy"), problem.X)
        np.save(Path(folder, "y.npy"), problem.y)
        few = replace(problem, X=problem.X[:200], y=problem.y[:200])
        del problem
        rows = [_row(folder, name, peer, few, size) for peer in MEASURED[name]]
    return table(f"Memory of a fit. {recipe.said(quick)}, {megabytes(size)} MB", HEADER, rows)


def _row(folder: str, name: str, peer: Peer, few: Problem, size: int) -> list[str]:
    """Return what a peer needs, in a row of the table."""
    progress(f"    {peer.name}")
    peak = None if missing(peer) else _peak(folder, name, peer, few)
    if peak is None:
        return [peer.name, "not measured", ""]
    return [peer.name, megabytes(peak), f"{peak / size:.2f}"]


def _peak(folder: str, name: str, peer: Peer, few: Problem) -> int | None:
    """Return the peak of a fit in bytes; None if it was too slow or failed."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_fit, args=(theirs, folder, name, peer.name, few))
    process.start()
    theirs.close()
    try:
        return ours.recv() if ours.poll(LIMIT) else None
    except EOFError:
        return None
    finally:
        process.kill()
        process.join()


def _fit(pipe: Connection, folder: str, recipe: str, name: str, few: Problem) -> None:
    """Send the peak of a fit in bytes, less what was there before the rows."""
    warnings.simplefilter("ignore")
    peer = peer_named(RECIPES[recipe].field, name)
    peer.fit(few, TOL)
    before = status("VmRSS")
    X, y = (np.load(Path(folder, f"{array}.npy")) for array in ("X", "y"))
    peer.fit(replace(few, X=X, y=y), TOL)
    pipe.send(status("VmHWM") - before)


def status(word: str) -> int:
    """Return a figure of this process in bytes, as Linux tells it."""
    lines = STATUS.read_text(encoding="ascii").splitlines()
    line = next(line for line in lines if line.startswith(f"{word}:"))
    return 1024 * int(line.split()[1])


def megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f}"

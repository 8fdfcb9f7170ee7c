"""What all benchmarks share: competitors timed in turn, and the table that is printed."""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

TORCH_MISSING = "torch is not installed: pip install -e .[bench]"

PACKAGES = (
    "steepest",
    "numpy",
    "scipy",
    "scikit-learn",
    "torch",
    "glum",
    "snapml",
    "celer",
    "skglm",
    "statsmodels",
)
"""Whose versions are told."""

PAUSE = 0.02
"""Seconds between two competitors: threads of the last one that still wait for work fall asleep."""


def has_torch() -> bool:
    """Return whether torch can be imported."""
    return find_spec("torch") is not None


def in_turn(works: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each work: one warm-up, then `rounds` times all in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(1 + rounds):
        for name, work in works.items():
            seconds[name].append(_seconds(work))
    return {name: statistics.median(taken[1:]) for name, taken in seconds.items()}


def _seconds(work: Callable[[], Any]) -> float:
    time.sleep(PAUSE)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def on_threads(name: str, threads: int) -> str:
    """Return the name of a work on so many threads.

    >>> on_threads("torch eager", 2)
    'torch eager, 2 threads'
    """
    return f"{name}, {threads} thread{'s' * (threads > 1)}"


def faster_of_threads(seconds: Mapping[str, float]) -> dict[str, float]:
    """Return the faster of a work's numbers of threads; others as they are.

    >>> faster_of_threads({"ours": 1.0, "torch, 1 thread": 3.0, "torch, 2 threads": 2.0})
    {'ours': 1.0, 'torch, 2 threads': 2.0}
    """
    best: dict[str, str] = {}
    for name, taken in seconds.items():
        work, _, said = name.rpartition(", ")
        work = work if said.endswith(("thread", "threads")) else name
        if work not in best or taken < seconds[best[work]]:
            best[work] = name
    return {name: seconds[name] for name in best.values()}


def asked(bar: str) -> str:
    """Return the line under a table that tells what is asked of steepest there."""
    return f"Asked: {bar}.\n" if bar else ""


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown: the first column to the left, the others to the right."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    lines = ["| " + " | ".join(cells) + " |" for cells in (header, rule, *rows)]
    return "\n".join([f"### {title}", "", *lines, ""])


def milliseconds(seconds: float) -> str:
    """Return `seconds` as milliseconds, to three digits or to the whole one."""
    taken = 1000 * seconds
    return f"{taken:,.0f}" if taken >= 100 else f"{taken:.3g}"


def times(ratio: float) -> str:
    """Return a ratio of times as a text."""
    return f"{ratio:,.0f}x" if ratio >= 100 else f"{ratio:.2f}x"


def machine() -> str:
    """Return on what and with which versions the tables were made."""
    known = [f"{name} {_version(name)}" for name in PACKAGES]
    python = f"Python {platform.python_version()}"
    load = f"load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    cores = f"{os.cpu_count()} cores ({_processor()}, {load})"
    return ", ".join([cores, platform.system(), python, *known])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _processor() -> str:
    """Return the name of the processor, where Linux tells it, else the kind of machine."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.machine()


def progress(text: str) -> None:
    """Say on the terminal, beside the tables, what is being timed."""
    print(text, file=sys.stderr, flush=True)

"""The pages of two checkouts side by side: `python -m bench pages OTHER_SRC`.

Each is made, opened and dragged by a process that imports steepest from its own `src`; the two
take turns.
"""

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.checkouts import ROOT, THIS, environment, told_of
from bench.timing import machine, progress, table, times
from bench.worker import FailedError

ROUNDS = 3
"""How often the two take turns; of each the times of all rounds are one sample."""

HEADER = ("", "loss", "this ms", "other ms", "other to this", "this 95th", "other 95th")

Times = dict[tuple[str, str], list[float]]
"""The milliseconds of what is waited for under a loss."""


def main(words: Sequence[str]) -> None:
    """Print the table; `words` are those of the command line after `pages`."""
    parser = argparse.ArgumentParser(prog="python -m bench pages", description=__doc__)
    parser.add_argument("other", type=Path, metavar="OTHER_SRC", help="the src of another checkout")
    asked = parser.parse_args(words)
    sides = (THIS, asked.other.resolve())
    try:
        names = [told_of(src)["name"] for src in sides]
        found = _in_turn(sides)
    except FailedError as error:
        parser.error(str(error))
    print(f"{machine()}\n\n- this: {names[0]}\n- other: {names[1]}\n")
    rows = [_row(key, ours, found[1][key]) for key, ours in found[0].items()]
    print(table("Two pages in turn, medians. Above 1x this one is faster", HEADER, rows))


def _in_turn(sides: Sequence[Path]) -> list[Times]:
    """Return the times of each side."""
    found: list[Times] = [defaultdict(list) for _ in sides]
    for round_ in range(1, ROUNDS + 1):
        for src, times_of in zip(sides, found, strict=True):
            progress(f"  round {round_} of {ROUNDS}: {src}")
            for name, loss, taken, _ in _told(src):
                times_of[name, loss] += taken
    return found


def _told(src: Path) -> list[Any]:
    """Return what is waited for on the pages of a checkout; FailedError if it does not say."""
    words = [sys.executable, "-c", "from bench.page import tell; tell()"]
    told = subprocess.run(
        words, cwd=ROOT, env=environment(src), stdout=subprocess.PIPE, text=True, check=False
    )
    if told.returncode:
        raise FailedError(f"{src}: its pages could not be timed")
    waits: list[Any] = json.loads(told.stdout.splitlines()[-1])
    return waits


def _row(key: tuple[str, str], *sides: Sequence[float]) -> tuple[str, ...]:
    """Return a row: both medians, their ratio, and both 95th percentiles."""
    (ours, late), (theirs, later) = (np.quantile(taken, [0.5, 0.95]) for taken in sides)
    told = [f"{ours:.3g}", f"{theirs:.3g}", times(theirs / ours), f"{late:.3g}", f"{later:.3g}"]
    return *key, *told

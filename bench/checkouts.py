"""Two checkouts of steepest side by side: `python -m bench checkouts OTHER_SRC`.

`OTHER_SRC` is the folder `src` of another checkout; it is compared with the one that this file
belongs to. Both are asked in turn (A B A B ...) for whole calls of `st.descend`, each in a process
that imports steepest from its own `src`: to the same gap, each at its loosest setting that arrives;
without any step; and, on 300 x 1, as it comes. Python calls are counted beside the times: they are
the same in every run, however busy the machine is.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

from bench import calls
from bench.peers import OURS, Peer
from bench.peers.ours import AS_IT_COMES, SET_UP
from bench.recipes import RECIPES, group
from bench.timing import machine, milliseconds, progress, table, times
from bench.training import (
    FULL,
    QUICK,
    SAMPLE,
    Goal,
    Pace,
    climb_to,
    find_goal,
    median_of,
    sample_of,
    why_not,
)
from bench.worker import FailedError, Fit, LateError, Worker, serve

ROOT = Path(__file__).parents[1]

THIS = ROOT / "src"

SMALL = ("small-one", "small-cancer", "small-twenty")
"""What is compared if nothing is named: where our Python takes longer than the arithmetic."""

ROUNDS = 31
"""How often a pair of quick fits is run in turn, if not said: smaller differences want more."""

SERVE = "from bench.checkouts import answer; answer()"

HEADER = (
    "",
    "setting",
    "this ms",
    "other ms",
    "other to this",
    "middle half",
    "gap",
    "gap of other",
    "rounds",
)
"""`middle half` is where half of the ratios of single rounds lie: how far noise goes."""


class Checkout(Worker):
    """A checkout with a problem, in a process that imports steepest from `src`."""

    def __init__(self, src: Path, recipe: str, peer: Peer, quick: bool) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        words = [str(theirs.fileno()), recipe, peer.name, "quick" * quick]
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE, *words],
            cwd=ROOT,
            env=environment(src),
            pass_fds=[theirs.fileno()],
        )
        theirs.close()

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._pipe.close()


def answer() -> None:
    """Serve fits from within the process of a `Checkout`, which says on its command line which."""
    handle, recipe, name, quick = sys.argv[1:]
    serve(Connection(int(handle)), recipe, name, bool(quick))


def environment(src: Path) -> dict[str, str]:
    """Return the environment in which Python finds steepest in `src` before any other."""
    paths = [str(src), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def told_of(src: Path) -> dict[str, Any]:
    """Return the calls that a checkout counts, and its name; FailedError if it is not that."""
    found = subprocess.run(
        [sys.executable, "-m", "bench.calls"],
        cwd=ROOT,
        env=environment(src),
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        raise FailedError(f"{src}: {found.stderr.strip().splitlines()[-1]}")
    told = json.loads(found.stdout)
    if not Path(told["file"]).resolve().is_relative_to(src.resolve()):
        raise FailedError(f"{src} holds no steepest: {told['file']} was imported")
    numpy, version = told["numpy"], told["version"]
    return {**told, "name": f"steepest {version}, {_commit(src)}, NumPy {numpy}"}


def _commit(src: Path) -> str:
    """Return the commit of a checkout, and whether its `src` was changed since."""
    commit = _git(src, "rev-parse", "--short=7", "HEAD")
    changed = " and changes" if _git(src, "status", "--porcelain", "--", ".") else ""
    return f"commit {commit}{changed}" if commit else "no commit"


def _git(folder: Path, *words: str) -> str:
    """Return what git says in a folder; nothing where it knows no commit."""
    try:
        call = ["git", "-C", str(folder), *words]
        return subprocess.run(call, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


class Side(NamedTuple):
    """One of the two: its process, its setting, and a fit at that, the first one not counted."""

    worker: Worker
    tol: float
    fit: Fit

    def sample(self) -> Fit:
        """Return a timed sample."""
        return sample_of(self.worker, self.tol, self.fit)


def compare(name: str, other: Path, quick: bool, rounds: int) -> list[list[str]]:
    """Return the rows of a problem, one for each kind of call."""
    pace = QUICK if quick else _often(rounds)
    try:
        goal = _goal(name, other, pace)
    except (FailedError, LateError) as error:
        return [_left_out(RECIPES[name].said(quick), error)]
    return [_row(name, peer, goal, other, pace) for peer in _kinds(name)]


def beside(name: str, other: Path, pace: Pace) -> list[str]:
    """Return the row of whole fits alone, to the gap from the loss that is known already."""
    try:
        return _row(name, OURS, find_goal(name, pace), other, pace)
    except FailedError as error:
        return _left_out(RECIPES[name].said(pace.quick), error)


def _often(rounds: int) -> Pace:
    """Return the pace at which quick fits are run in turn so often."""
    return FULL._replace(rounds=rounds, pair=max(FULL.pair, 2 * SAMPLE * rounds))


def _kinds(name: str) -> tuple[Peer, ...]:
    return (OURS, SET_UP, AS_IT_COMES) if name == calls.RECIPE else (OURS, SET_UP)


def _goal(name: str, other: Path, pace: Pace) -> Goal:
    """Return the lowest loss that the references find, of which this is one, or the other does."""
    goal = find_goal(name, pace)
    with Checkout(other, name, OURS, pace.quick) as worker:
        loss = worker.fit(OURS.tols[-1], limit=goal.limit).loss
    return min(goal, goal._replace(lowest=loss, found_by="the other checkout"))


def _row(name: str, peer: Peer, goal: Goal, other: Path, pace: Pace) -> list[str]:
    """Return the row of one kind of call on a problem."""
    said = _said(name, peer, pace.quick)
    progress(f"    {said}")
    sides: list[Side] = []
    try:
        with ExitStack() as stack:
            for src in (THIS, other):
                worker = stack.enter_context(Checkout(src, name, peer, pace.quick))
                sides.append(_ready(worker, peer, goal))
                # The other one has as long as any peer has.
                goal = goal._replace(limit=pace.limit(sides[0].fit.seconds))
            return [said, *_cells(sides, _in_turn(sides, pace), None if peer is SET_UP else goal)]
    except (FailedError, LateError) as error:
        return _left_out(said, error, sides)


def _said(name: str, peer: Peer, quick: bool) -> str:
    """Return the problem and the kind of call, in words."""
    recipe = RECIPES[name]
    kinds = {OURS.name: f"gap {recipe.gap:g}", SET_UP.name: "steps=0"}
    return f"{recipe.said(quick)}, {kinds.get(peer.name, 'as it comes')}"


def _ready(worker: Worker, peer: Peer, goal: Goal) -> Side:
    """Return a checkout at its setting: the loosest that arrives, if there is one to choose."""
    if peer is OURS:
        climb = climb_to(worker, peer, goal)
        if not climb.fits or not goal.reached(climb.fits[-1]):
            raise FailedError(why_not(climb, goal))
        return Side(worker, climb.tols[-1], climb.fits[-1])
    worker.fit(peer.tols[0], limit=goal.limit)
    return Side(worker, peer.tols[0], worker.fit(peer.tols[0], limit=goal.limit))


def _in_turn(sides: Sequence[Side], pace: Pace) -> list[list[Fit]]:
    """Return the samples of each side, taken in turn."""
    rounds = pace.rounds_of(sum(side.fit.seconds for side in sides))
    turns = [[side.sample() for side in sides] for _ in range(rounds)]
    return [list(samples) for samples in zip(*turns, strict=True)]


def _cells(sides: Sequence[Side], fits: Sequence[list[Fit]], goal: Goal | None) -> list[str]:
    """Return what is printed of both; without a goal no gap is told."""
    settings = list(dict.fromkeys(f"tol {side.tol:g}" for side in sides if side.tol))
    ours, theirs = map(median_of, fits)
    ratios = [other.seconds / this.seconds for this, other in zip(*fits, strict=True)]
    low, _, high = quantiles(ratios)
    gaps = ["" if goal is None else f"{max(goal.gap(taken[-1]), 0.0):.0e}" for taken in fits]
    both = [milliseconds(ours), milliseconds(theirs), times(theirs / ours)]
    both += [f"{low:.2f} to {high:.2f}"]
    return [" / ".join(settings), *both, *gaps, str(len(fits[0]))]


def _left_out(said: str, error: Exception, sides: Sequence[Side] = ()) -> list[str]:
    """Return the row of a problem at which a side fails: the other one, if this one arrived."""
    if not sides:
        return [said, f"left out: {error}", *[""] * (len(HEADER) - 2)]
    told = [milliseconds(sides[0].fit.seconds), f"left out: {error}"]
    return [said, f"tol {sides[0].tol:g}", *told, *[""] * (len(HEADER) - 4)]


def count_table(this: dict[str, Any], other: dict[str, Any]) -> str:
    """Return the table of Python calls: of a call as it comes, of its set-up, and of a step."""
    rows = [
        ["the whole call", *(f"{told['fit']:,}" for told in (this, other))],
        ["of these with steps=0", *(f"{told['set_up']:,}" for told in (this, other))],
        ["steps", *(str(told["steps"]) for told in (this, other))],
        ["a step", *(f"{_of_a_step(told):,.0f}" for told in (this, other))],
    ]
    said = RECIPES[calls.RECIPE].said(quick=False)
    title = f"Python calls within steepest and NumPy, as it comes. {said}"
    return table(title, ("", "this", "other"), rows)


def _of_a_step(told: dict[str, Any]) -> float:
    return (told["fit"] - told["set_up"]) / max(told["steps"], 1)


def named(words: Iterable[str]) -> list[str]:
    """Return the problems that are asked for by name or group; ValueError for an unknown word."""
    asked = set(words)
    known = set(RECIPES) | set(map(group, RECIPES))
    if unknown := sorted(asked - known):
        raise ValueError(
            f"no problem is called {', '.join(unknown)}; there are {', '.join(sorted(known))}"
        )
    return [name for name in RECIPES if {name, group(name)} & asked]


def main(words: Sequence[str]) -> None:
    """Print both tables; `words` are those of the command line after `checkouts`."""
    parser = argparse.ArgumentParser(prog="python -m bench checkouts", description=__doc__)
    parser.add_argument("other", type=Path, metavar="OTHER_SRC", help="the src of another checkout")
    parser.add_argument("--problems", nargs="+", metavar="NAME", default=SMALL, help="or groups")
    parser.add_argument(
        "--all", action="store_true", help="all problems of the tables in docs/speed.md"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of quick fits, at least 3")
    parser.add_argument("--quick", action="store_true", help="few rows: does it run at all?")
    asked = parser.parse_args(words)
    try:
        names = list(RECIPES) if asked.all else named(asked.problems)
        this, other = told_of(THIS), told_of(asked.other.resolve())
    except (ValueError, FailedError) as error:
        parser.error(str(error))
    print(f"{machine()}\n\n- this: {this['name']}\n- other: {other['name']}\n", flush=True)
    how = (asked.other.resolve(), asked.quick, asked.rounds)
    rows = [row for name in names for row in compare(name, *how)]
    title = "Two checkouts in turn, medians. Above 1x this one is faster"
    print(table(title, HEADER, rows), count_table(this, other), sep="\n", flush=True)

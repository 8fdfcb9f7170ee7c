"""Training to the same loss: steepest and its peers, each at the loosest setting that arrives.

The settings of a peer are tried from loose to tight until one comes within the gap of the lowest
loss known; that one is timed in turn with steepest (A B A B ...), each in a process of its own.
What takes too long is stopped, the earlier the less time steepest itself needed.
"""

import statistics
import time
from dataclasses import replace
from functools import cache
from math import inf
from typing import NamedTuple

from bench.peers import OURS, REFERENCES, Peer, entrants
from bench.peers.ours import AS_IT_COMES
from bench.problems import Recipe
from bench.recipes import RECIPES
from bench.timing import milliseconds, progress, table, times
from bench.worker import FailedError, Fit, LateError, Worker, missing

LADDER = 3.0
"""How many limits of one fit all settings of a peer may take, before the last one is begun."""

ONCE = 8.0
"""Times our time at which a peer is not run on more threads: on two it takes half of it at best."""

SAMPLE = 0.05
"""Seconds that a sample lasts at least: quick fits are repeated within it."""


class Pace(NamedTuple):
    """How much time is spent, in seconds: on a fit of a peer, on a pair in turn, on a problem.

    `reference` is for the fits that tell the lowest loss, and for our own. No peer is begun once
    the problem took `most`; the table says so. `quick` is that of few rows.

    A fit may take `times_ours` as long as ours did, but within `shortest` and `longest`. One that
    takes more than half of `pair` is not repeated: the one that found its setting counts.
    """

    reference: float
    shortest: float
    longest: float
    times_ours: float
    pair: float
    rounds: int
    most: float = 900.0
    quick: bool = False

    def limit(self, ours: float) -> float:
        """Return how long a fit may take if ours took so long."""
        return min(self.longest, max(self.shortest, self.times_ours * ours))

    def rounds_of(self, seconds: float) -> int:
        """Return how often a pair that takes so long is run in turn: three times at least."""
        return max(3, min(self.rounds, int(self.pair / max(seconds, 2 * SAMPLE))))


FULL = Pace(reference=60.0, shortest=2.0, longest=30.0, times_ours=25.0, pair=4.0, rounds=11)
BRISK = Pace(
    reference=20.0, shortest=1.0, longest=12.0, times_ours=12.0, pair=2.0, rounds=7, most=90.0
)
QUICK = Pace(
    reference=5.0, shortest=1.0, longest=3.0, times_ours=25.0, pair=1.0, rounds=3, quick=True
)

HEADER = ("", "setting", "median ms", "to steepest", "gap", "rounds")


class Goal(NamedTuple):
    """The lowest loss known, who found it, how far above it is near enough, and when it is late."""

    lowest: float
    found_by: str
    most: float
    limit: float

    def gap(self, fit: Fit) -> float:
        """Return by which share of the lowest loss this one is above it."""
        return (fit.loss - self.lowest) / abs(self.lowest)

    def reached(self, fit: Fit) -> bool:
        """Return whether a loss is near enough to the lowest."""
        return self.gap(fit) <= self.most


class Climb(NamedTuple):
    """The settings that were tried, the fit of each, and whether a last one was stopped."""

    tols: list[float]
    fits: list[Fit]
    stopped: bool


class Entry(NamedTuple):
    """What a peer came to; without `ratio` it did not arrive, and `said` tells why."""

    name: str
    said: str
    seconds: float | None = None
    ratio: float | None = None
    gap: float | None = None
    rounds: int = 0
    tol: float | None = None

    def cells(self) -> list[str]:
        """Return the row of the table."""
        taken = "" if self.seconds is None else milliseconds(self.seconds)
        ratio = "" if self.ratio is None else times(self.ratio)
        gap = "" if self.gap is None else f"{self.gap:.0e}"
        return [self.name, self.said, taken, ratio, gap, str(self.rounds or "")]


class Contest:
    """One problem: steepest in a process that stays, and the others next to it, one by one."""

    def __init__(
        self, name: str, goal: Goal, pace: Pace, threads: tuple[int | None, ...] = (None,)
    ) -> None:
        self.name, self.goal, self.pace, self.threads = name, goal, pace, threads
        self.ours: Worker | None = None
        self.tol = 0.0
        self.samples: list[Fit] = []
        self.until = time.monotonic() + pace.most

    def start(self, ours: Worker) -> str:
        """Find our own setting; return why there is none, or an empty text."""
        try:
            climb = climb_to(ours, OURS, self.goal)
        except FailedError as failure:
            return f"failed: {failure}"
        if not climb.fits or not self.goal.reached(climb.fits[-1]):
            return why_not(climb, self.goal)
        self.ours, self.tol, self.samples = ours, climb.tols[-1], [climb.fits[-1]]
        self.goal = self.goal._replace(limit=self.pace.limit(climb.fits[-1].seconds))
        return ""

    def enter(self, peer: Peer) -> Entry:
        """Return what a peer comes to, on that number of threads on which it is fastest.

        The setting that arrives on the first number of threads is the loosest tried on others.
        """
        if missing(peer):
            return Entry(peer.name, "not installed")
        if time.monotonic() > self.until:
            return Entry(peer.name, f"left out: the problem took over {self.pace.most:.0f} s")
        found = self._enter(peer, self.threads[0])
        if found.tol is None or (found.ratio or 0.0) > ONCE:
            # What is late by so much is by half of that on twice the threads.
            return found
        at = replace(peer, tols=peer.tols[peer.tols.index(found.tol) :])
        every = [found, *(self._enter(at, threads) for threads in self.threads[1:])]
        return min(every, key=lambda entry: inf if entry.ratio is None else entry.ratio)

    def _enter(self, peer: Peer, threads: int | None) -> Entry:
        """Return what a peer comes to on so many threads."""
        try:
            with Worker(self.name, peer, self.pace.quick, threads) as theirs:
                climb = climb_to(theirs, peer, self.goal)
                if not climb.fits or not self.goal.reached(climb.fits[-1]):
                    gap = min(map(self.goal.gap, climb.fits), default=None)
                    return Entry(peer.name, why_not(climb, self.goal), gap=gap)
                found = self._pair(peer, theirs, climb.tols[-1], climb.fits[-1])
                return found._replace(said=f"{found.said}{_on(threads)}")
        except LateError:
            return Entry(peer.name, "did not start")
        except FailedError as failure:
            return Entry(peer.name, f"failed: {failure}")

    def _pair(self, peer: Peer, theirs: Worker, tol: float, first: Fit) -> Entry:
        """Return the medians of a peer and of steepest in turn; the ratio is of this pair."""
        own = self.samples[-1].seconds if self.ours else 0.0
        once = first.seconds > self.pace.pair / 2
        rounds = 0 if once else self.pace.rounds_of(own + first.seconds)
        ours, fits = [], [] if rounds else [first]
        for _ in range(rounds):
            fits.append(sample_of(theirs, tol, first))
            ours += [sample_of(self.ours, self.tol, self.samples[-1])] if self.ours else []
        self.samples += ours
        seconds = median_of(fits)
        ratio = seconds / median_of(ours or self.samples) if self.ours else None
        gap = self.goal.gap(fits[-1])
        return Entry(peer.name, _setting(peer, tol), seconds, ratio, gap, len(fits), tol)

    def own_entry(self, why: str) -> Entry:
        """Return our own row, the median of all samples next to all peers."""
        if why:
            return Entry(OURS.name, why)
        gap = self.goal.gap(self.samples[-1])
        seconds = median_of(self.samples[1:] or self.samples)
        return Entry(OURS.name, _setting(OURS, self.tol), seconds, 1.0, gap, len(self.samples) - 1)


def train(name: str, pace: Pace, threads: tuple[int | None, ...] = (None,)) -> str:
    """Return the table of one problem; or why there is none, as where its rows are missing.

    `threads` is on how many each peer is run, each by itself, and the fastest counts.
    """
    try:
        goal = find_goal(name, pace)
    except FailedError as failure:
        return f"### {RECIPES[name].said(pace.quick)}\n\nLeft out: {failure}\n"
    return _held(Contest(name, goal, pace, threads), RECIPES[name])


def _held(contest: Contest, recipe: Recipe) -> str:
    """Return the table of a contest, the fastest first below steepest."""
    name, quick = contest.name, contest.pace.quick
    with Worker(name, OURS, quick) as ours:
        why = contest.start(ours)
        entries = []
        for peer in entrants(recipe.field):
            progress(f"    {peer.name}")
            entries.append(contest.enter(peer))
    entries.sort(key=lambda entry: (entry.seconds is None, entry.seconds or 0.0))
    rows = [entry.cells() for entry in (contest.own_entry(why), *entries)]
    told = _verdict(entries, contest.goal, recipe.wanted)
    return f"{table(recipe.said(quick), HEADER, rows)}\n{told}\n"


@cache
def find_goal(name: str, pace: Pace) -> Goal:
    """Return the lowest loss that the tightest settings of two different methods find."""
    recipe, found, told = RECIPES[name], [], ""
    limit = pace.reference
    for peer in REFERENCES[recipe.field]:
        progress(f"    lowest loss, by {peer.name}")
        try:
            with Worker(name, peer, pace.quick) as worker:
                fit = worker.fit(peer.tols[-1], limit=limit)
                found.append((fit.loss, peer.name))
        except (LateError, FailedError) as error:
            told = str(error)
            progress(f"    none: {told}")
    if not found:
        raise FailedError(told)
    return Goal(*min(found), recipe.gap, limit)


def climb_to(worker: Worker, peer: Peer, goal: Goal) -> Climb:
    """Try the settings from loose to tight until one arrives or the time is over."""
    tried = Climb([], [], False)
    for tol in peer.tols:
        if sum(fit.seconds for fit in tried.fits) > LADDER * goal.limit:
            return tried._replace(stopped=True)
        try:
            fit = worker.fit(tol, limit=goal.limit)
        except LateError:
            return tried._replace(stopped=True)
        if not tried.fits and fit.seconds < goal.limit:
            # The first fit of a process pays for what it loads.
            fit = worker.fit(tol, limit=goal.limit)
        tried.tols.append(tol)
        tried.fits.append(fit)
        if goal.reached(fit):
            break
    return tried


def sample_of(worker: Worker, tol: float, first: Fit) -> Fit:
    """Return the mean of as many fits as make a sample, by how long the first one took."""
    return worker.fit(tol, repeats=max(1, int(SAMPLE / first.seconds)))


def median_of(fits: list[Fit]) -> float:
    """Return the median seconds."""
    return statistics.median(fit.seconds for fit in fits)


def _setting(peer: Peer, tol: float) -> str:
    """Say the setting: a tolerance, or nothing where there is none to set."""
    return f"tol {tol:g}" if tol else "default" if peer.name == AS_IT_COMES.name else "direct"


def _on(threads: int | None) -> str:
    return "" if threads is None else f", {threads} thread{'s' * (threads > 1)}"


def why_not(climb: Climb, goal: Goal) -> str:
    """Say why no setting arrived."""
    if climb.stopped:
        return f"did not arrive in {goal.limit:.0f} s"
    return "no setting arrived"


def _verdict(entries: list[Entry], goal: Goal, wanted: float) -> str:
    """Say who was fastest, next to what is aimed at, and what the gaps are measured from."""
    arrived = [entry for entry in entries if entry.seconds and entry.name != AS_IT_COMES.name]
    told = "No peer arrived."
    if arrived:
        best = min(arrived, key=lambda entry: entry.ratio or entry.seconds or 0.0)
        ratio = "" if best.ratio is None else f", {times(best.ratio)} (aim: {wanted:g}x)"
        told = f"Fastest peer: {best.name}{ratio}."
    lowest = f"Lowest loss known: {goal.lowest:.12g} ({goal.found_by})"
    return f"{told} {lowest}; near enough: within {goal.most:g} of it."

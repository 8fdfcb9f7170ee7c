"""What it costs a training of PyTorch to be watched: CPU time of a step with and without.

Both trainings begin at the same weights and take the same steps in turn. The time of a step is the
least of many spans of CPU time, so that other work on the machine does not count. PyTorch is on one
thread; what is worked out after the training is not in it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from time import process_time
from typing import Any, NamedTuple

import numpy as np

from bench.dense import spirals
from bench.timing import TORCH_MISSING, asked, has_torch, milliseconds, progress, table

__all__ = ["torch_watch"]

Manner = Callable[[Any, Any], AbstractContextManager[Any]]

SPAN = 20
"""Steps that are timed together."""


class Case(NamedTuple):
    """A training: module, criterion and rows, in batches of so many; and what is asked of us."""

    name: str
    model: Any
    loss: Any
    X: Any
    y: Any
    batch: int
    bar: str


def torch_watch(quick: bool = False) -> str:
    """Return the table: a step as it is, what watching adds, also with whole gradients kept."""
    if not has_torch():
        return TORCH_MISSING
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    rounds = 1 if quick else 6
    rows = [row(case, rounds) for case in cases(torch)]
    header = ("", "ms a step", "watched: more ms", "share", "with gradients: more ms", "asked")
    spans = f"least of {5 * rounds} spans of {SPAN} steps"
    title = f"Watching a training of PyTorch, CPU time of a step, {spans}"
    bar = "weights, lengths and losses of each step; at most the last column's"
    return f"{table(title, header, rows)}\n{asked(bar)}"


def cases(torch: Any) -> Iterator[Case]:
    """Yield two dense networks and one of convolutions, of random images where pixels are many."""
    nn, (X, y) = torch.nn, spirals()
    layers = nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1)
    spiral = torch.from_numpy(X), torch.from_numpy(y.astype(np.float64))[:, None]
    small = nn.Sequential(*layers).double()
    yield Case("2-8-8-1 tanh, all 500 rows", small, nn.BCEWithLogitsLoss(), *spiral, 500, "0.2 ms")
    pixels, digit = torch.rand(5000, 784), torch.randint(0, 10, (5000,))
    wide = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    loss = nn.CrossEntropyLoss()
    yield Case("784-128-10 ReLU, batches of 128", wide, loss, pixels, digit, 128, "0.35 ms")
    first = nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    second = nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    net = nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(16 * 49, 10))
    images = pixels[:2000].reshape(-1, 1, 28, 28), digit[:2000]
    yield Case("convolutions of 1-8-16 channels, batches of 64", net, loss, *images, 64, "5 %")


def row(case: Case, rounds: int) -> list[str]:
    """Return the line of the table of a training."""
    progress(f"watching {case.name}")
    alone, watched, whole = least(case, rounds)
    more = f"{100 * (watched - alone) / alone:.1f} %"
    parts = alone, watched - alone, whole - alone
    plain, added, kept = map(milliseconds, parts)
    return [case.name, plain, added, more, kept, case.bar]


def least(case: Case, rounds: int) -> tuple[float, ...]:
    """Return the seconds of a step alone, watched, and watched with its whole gradient kept."""
    import steepest as st

    def watching(model: Any, optimizer: Any, **options: Any) -> AbstractContextManager[Any]:
        return st.torch.watch(model, optimizer, loss=case.loss, **options)

    def kept(model: Any, optimizer: Any) -> AbstractContextManager[Any]:
        return watching(model, optimizer, gradients=True)

    manners = (lambda model, optimizer: nullcontext(), watching, kept)
    found: list[list[float]] = [[] for _ in manners]
    for _ in range(1 + rounds):
        for times, manner in zip(found, manners, strict=True):
            times.append(min(spans(case, manner)))
    return tuple(min(times[1:]) for times in found)


def spans(case: Case, manner: Manner) -> Iterator[float]:
    """Yield the CPU seconds of a step in each span of a training; the first is left out."""
    import torch

    model = deepcopy(case.model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    with manner(model, optimizer):
        for at in range(6):
            start = process_time()
            walk(case, model, optimizer, at * SPAN)
            if at:
                yield (process_time() - start) / SPAN


def walk(case: Case, model: Any, optimizer: Any, first: int) -> None:
    """Take the steps of a span, on one batch after the other."""
    batches = max(1, len(case.X) // case.batch)
    for step in range(first, first + SPAN):
        some = slice(case.batch * (step % batches), case.batch * (step % batches + 1))
        optimizer.zero_grad()
        case.loss(model(case.X[some]), case.y[some]).backward()
        optimizer.step()

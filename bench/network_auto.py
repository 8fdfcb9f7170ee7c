"""What `auto` comes to in the time of Adam: ours and PyTorch's, each at its best of three rates.

All have the same seconds of the processor, which a loaded machine does not shorten, and start from
random weights by the same seed; the loss is that of all rows they learn from. Adam's is the lowest
at the end of an epoch, auto's that of its result.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import steepest as st
from bench.network_peers import Net, torch_net, torch_rows
from bench.networks import cancer, digits, spirals
from bench.timing import PAUSE, asked, has_torch, progress, table

__all__ = ["network_auto"]

RATES = (0.001, 0.01, 0.1)


class Problem(NamedTuple):
    """The rows, the units of each hidden layer, the rows of Adam's batches, and the seconds."""

    rows: Callable[[], tuple[Any, Any]]
    hidden: tuple[int, ...]
    batch: int
    seconds: float


def numbers(rows: int, noise: float = 0.1) -> tuple[Any, Any]:
    """Return 20 normal features, and what a network of 32 tanh units makes of them, with noise."""
    generator = np.random.default_rng(0)
    X = generator.standard_normal((rows, 20))
    weights = generator.standard_normal((20, 32)) * 2.0 / np.sqrt(20.0)
    units = np.tanh(X @ weights + generator.standard_normal(32))
    y = units @ generator.standard_normal(32) / 2.0
    return X, y + noise * generator.standard_normal(rows)


def sides(rows: int, wrong: float) -> tuple[Any, Any]:
    """Return the same features, and whether the number is above its median; a share is wrong."""
    X, y = numbers(rows, 0.0)
    turned = np.random.default_rng(1).random(rows) < wrong
    return X, ((y > np.median(y)) ^ turned).astype(int)


def images(rows: int) -> tuple[Any, Any]:
    """Return rows of 28 x 28 in ten classes: one of five smooth pictures of its own, and noise."""
    generator = np.random.default_rng(0)
    pictures = generator.standard_normal((50, 28, 28))
    for _ in range(4):
        beside = [np.roll(pictures, shift, axis) for shift in (1, -1) for axis in (1, 2)]
        pictures = (pictures + sum(beside)) / 5.0
    flat = pictures.reshape(50, 784)
    flat /= flat.std(axis=1, keepdims=True)
    which, other = generator.integers(0, 50, (2, rows))
    mixed = flat[which] + generator.uniform(0.0, 1.2, (rows, 1)) * flat[other]
    X = np.maximum(mixed + generator.standard_normal((rows, 784)), 0.0)
    return X, which // 5


PROBLEMS = {
    "two spirals, 2-16-16-1, 500 rows": Problem(spirals, (16, 16), 64, 1.0),
    "digits, 64-32-10, 1,797 rows": Problem(digits, (32,), 64, 1.0),
    "breast cancer, 30-16-1, 569 rows": Problem(cancer, (16,), 64, 1.0),
    "two spirals with noise, 2-16-16-1, 50,000 rows": Problem(
        lambda: spirals(50_000, 0.3), (16, 16), 256, 4.0
    ),
    "a number, 20-32-1, 20,000 rows": Problem(lambda: numbers(20_000), (32,), 256, 4.0),
    "a number, 20-32-1, 100,000 rows": Problem(lambda: numbers(100_000), (32,), 256, 4.0),
    "two classes, 20-32-32-1, 100,000 rows": Problem(
        lambda: sides(100_000, 0.0), (32, 32), 256, 4.0
    ),
    "two classes, a tenth wrong, 20-32-1, 100,000 rows": Problem(
        lambda: sides(100_000, 0.1), (32,), 256, 4.0
    ),
    "images, 784-32-10, 20,000 rows": Problem(lambda: images(20_000), (32,), 256, 8.0),
}


def network_auto(quick: bool) -> str:
    """Return the table of the losses that all come to in the same time."""
    chosen = list(PROBLEMS)[2:3] if quick else list(PROBLEMS)
    header = ("", "s", "auto became", "auto", "Adam of ours", "Adam of torch", "best Adam to auto")
    lines = [_line(title, PROBLEMS[title], 0.2 if quick else None) for title in chosen]
    said = "loss in equal time of the processor, Adam at its best of three rates"
    return table(said, header, lines) + asked("1 or more of the best Adam to auto")


def _line(title: str, problem: Problem, seconds: float | None) -> list[str]:
    X, y = problem.rows()
    is_number = y.dtype.kind == "f"
    limit = problem.seconds if seconds is None else seconds
    y = (y - y.mean()) / y.std() if is_number else y
    net = Net(X, y, problem.hidden, "tanh")
    data = (X, y if is_number else net.words)
    progress(f"    {title}: auto")
    time.sleep(PAUSE)
    auto = st.descend(data, hidden=net.hidden, callback=_over(limit))
    ours, theirs = {}, {}
    for rate in RATES:
        progress(f"    {title}: Adam, rate {rate:g}")
        ours[rate] = _adam(data, net, rate, problem.batch, limit)
        if has_torch():
            theirs[rate] = _torch_adam(net, rate, problem.batch, limit)
    best = min([*ours.values(), *theirs.values()])
    told = [_best(ours), _best(theirs), f"{best / auto.loss:.3g}"]
    return [title, f"{limit:g}", auto.plan.rule.name, f"{auto.loss:.3g}", *told]


def _over(seconds: float) -> Callable[[st.Step], bool]:
    """Return what ends a run once it has used the processor for so long from now on."""
    start = time.process_time()
    return lambda step: time.process_time() - start >= seconds


def _best(losses: dict[float, float]) -> str:
    """Return the lowest loss and its rate."""
    if not losses:
        return ""
    rate = min(losses, key=losses.__getitem__)
    return f"{losses[rate]:.3g} (rate {rate:g})"


def _adam(data: Any, net: Net, rate: float, batch: int, seconds: float) -> float:
    run = st.descend(
        data,
        hidden=net.hidden,
        rule="adam",
        learning_rate=rate,
        batch=batch,
        steps=10**9,
        callback=_over(seconds),
    )
    return float(np.nanmin(run.trace.full_losses))


def _torch_adam(net: Net, rate: float, batch: int, seconds: float) -> float:
    import torch

    torch.set_num_threads(1)
    module, X, y, loss_of = torch_net(net)
    optimizer, rows = torch.optim.Adam(module.parameters(), lr=rate), torch_rows(X, y, batch)
    in_epoch, lowest, steps = -(-len(net.X) // batch), np.inf, 0
    start = time.process_time()
    while time.process_time() - start < seconds:
        some, target = next(rows)
        optimizer.zero_grad()
        loss_of(module(some), target).backward()
        optimizer.step()
        steps += 1
        if steps % in_epoch == 0:
            with torch.no_grad():
                lowest = min(lowest, loss_of(module(X), y).item())
    with torch.no_grad():
        return min(lowest, float(loss_of(module(X), y).item()))

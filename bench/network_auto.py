"""What `auto` comes to in the time of Adam: ours and PyTorch's, each at its best of three rates.

All have the same seconds of the processor, which a loaded machine does not shorten: where auto ends
by itself before they are over, Adam has as many as auto took. All start from random weights by the
same seed; the loss is that of all rows they learn from. Adam's is the lowest
at the end of an epoch, auto's that of its result.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import steepest as st
from bench.network_peers import Net, torch_net, torch_rows
from bench.networks import cancer, digits, spirals, standard
from bench.timing import PAUSE, asked, has_torch, progress, table

__all__ = ["network_auto"]

RATES = (0.001, 0.01, 0.1)


class Problem(NamedTuple):
    """The rows, the units of each hidden layer, the rows of Adam's batches, and the seconds.

    `seed` is that of start and batches, for all who are compared.
    """

    rows: Callable[[], tuple[Any, Any]]
    hidden: tuple[int, ...]
    batch: int
    seconds: float
    activation: str = "tanh"
    seed: int = 0

    def net(self) -> Net:
        """Return the network; a number has spread 1."""
        X, y = self.rows()
        if y.dtype.kind == "f":
            y = (y - y.mean()) / y.std()
        return Net(X, y, self.hidden, self.activation)


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


def friedman(rows: int) -> tuple[Any, Any]:
    """Return ten uniform features and a number that five of them make (Friedman 1991), noise 1."""
    from sklearn.datasets import make_friedman1

    X, y = make_friedman1(rows, noise=1.0, random_state=3)
    return standard(X), y


def rings(rows: int) -> tuple[Any, Any]:
    """Return ten normal features, and whether their squares are more than usual (Hastie 2009)."""
    from sklearn.datasets import make_hastie_10_2

    X, y = make_hastie_10_2(rows, random_state=4)
    return X, (y > 0).astype(int)


def pinwheel(rows: int) -> tuple[Any, Any]:
    """Return points on four blades that turn as they go out, with noise, and the blade."""
    generator = np.random.default_rng(5)
    blade = generator.integers(0, 4, rows)
    out = generator.gamma(4.0, 0.25, rows)
    angle = np.pi / 2.0 * blade + 1.5 * out + 0.25 * generator.standard_normal(rows)
    return standard(np.column_stack([out * np.cos(angle), out * np.sin(angle)])), blade


def waves(rows: int) -> tuple[Any, Any]:
    """Return six uniform features, and a sum of products of waves along them, with noise."""
    generator = np.random.default_rng(6)
    X = generator.uniform(-1.7, 1.7, (rows, 6))
    y = np.sin(2.0 * X[:, 0]) * X[:, 1] + np.cos(2.0 * X[:, 2] + X[:, 3]) + 0.5 * X[:, 4] * X[:, 5]
    return X, y + 0.05 * generator.standard_normal(rows)


def sparse_numbers(rows: int) -> tuple[Any, Any]:
    """Return 50 normal features, of which four make a number with rare heavy noise."""
    generator = np.random.default_rng(7)
    X = generator.standard_normal((rows, 50))
    y = np.abs(X[:, 0]) + X[:, 1] * np.tanh(2.0 * X[:, 2]) + np.maximum(X[:, 3], 0.0) ** 2
    return X, y + 0.2 * generator.standard_t(4, rows)


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
    "a number, 10-64-1 relu, 40,000 rows": Problem(
        lambda: friedman(40_000), (64,), 256, 4.0, "relu", 1
    ),
    "a number, 6-24-24-24-1, 15,000 rows": Problem(
        lambda: waves(15_000), (24, 24, 24), 256, 4.0, "tanh", 2
    ),
    "a number, 50-32-16-1 softplus, 60,000 rows": Problem(
        lambda: sparse_numbers(60_000), (32, 16), 256, 4.0, "softplus", 3
    ),
    "two classes, 10-64-1 relu, 80,000 rows": Problem(
        lambda: rings(80_000), (64,), 256, 4.0, "relu", 4
    ),
    "four classes, 2-32-32-4 gelu, 30,000 rows": Problem(
        lambda: pinwheel(30_000), (32, 32), 256, 4.0, "gelu", 5
    ),
}


def network_auto(quick: bool) -> str:
    """Return the table of the losses that all come to in the same time."""
    chosen = list(PROBLEMS)[2:3] if quick else list(PROBLEMS)
    header = ("", "s", "auto became", "auto", "Adam of ours", "Adam of torch", "best Adam to auto")
    lines = [_line(title, PROBLEMS[title], 0.2 if quick else None) for title in chosen]
    said = "loss in equal time of the processor, Adam at its best of three rates"
    return table(said, header, lines) + asked("1 or more of the best Adam to auto")


def _line(title: str, problem: Problem, seconds: float | None) -> list[str]:
    net, limit = problem.net(), problem.seconds if seconds is None else seconds
    progress(f"    {title}: auto")
    time.sleep(PAUSE)
    start = time.process_time()
    auto = _ours(net, problem, limit)
    limit = min(limit, time.process_time() - start)
    ours, theirs = {}, {}
    for rate in RATES:
        progress(f"    {title}: Adam, rate {rate:g}")
        ours[rate] = _adam(net, problem, rate, limit)
        if has_torch():
            theirs[rate] = _torch_adam(net, problem, rate, limit)
    best = min([*ours.values(), *theirs.values()])
    told = [_best(ours), _best(theirs), f"{best / auto.loss:.3g}"]
    return [title, f"{limit:.2g}", auto.plan.rule.name, f"{auto.loss:.3g}", *told]


def _ours(net: Net, problem: Problem, seconds: float, **more: Any) -> st.Run:
    """Return a run of ours, by default if nothing is chosen, for so long."""
    return st.descend(
        (net.X, net.y if net.y.dtype.kind == "f" else net.words),
        hidden=net.hidden,
        activation=net.activation,
        seed=problem.seed,
        callback=_over(seconds),
        **more,
    )


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


def _adam(net: Net, problem: Problem, rate: float, seconds: float) -> float:
    chosen = {"rule": "adam", "learning_rate": rate, "batch": problem.batch, "steps": 10**9}
    return float(np.nanmin(_ours(net, problem, seconds, **chosen).trace.full_losses))


def _torch_adam(net: Net, problem: Problem, rate: float, seconds: float) -> float:
    import torch

    torch.set_num_threads(1)
    module, X, y, loss_of = torch_net(net, problem.seed)
    optimizer = torch.optim.Adam(module.parameters(), lr=rate)
    rows, batch = torch_rows(X, y, problem.batch), problem.batch
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

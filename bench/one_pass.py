"""One value and gradient of two-class cross entropy: steepest, its peers, and reading X once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from sklearn._loss import HalfBinomialLoss
from sklearn.linear_model._linear_loss import LinearModelLoss

from bench.timing import TORCH_MISSING, has_torch, in_turn, milliseconds, table, times
from steepest import CrossEntropy, LinearObjective

ROWS, FEATURES, THREADS, ROUNDS = 500_000, 30, 2, 15

STEEPEST = f"steepest, {THREADS} threads"
PLAIN = "plain NumPy (two BLAS calls)"
LIMIT = f"reading X once (sum, {THREADS} threads)"

Work = Callable[[], tuple[float, Any]]


def one_pass() -> str:
    """Return the table: median time, ratios, the loss, and the gradient next to plain NumPy's."""
    X, y, params = _data()
    works = _competitors(X, y, params)
    seconds = in_turn({**works, LIMIT: _reading(X)}, ROUNDS)
    answers = {name: work() for name, work in works.items()}
    rows = [_row(name, seconds, answers) for name in seconds]
    note = "" if has_torch() else f"\n{TORCH_MISSING}\n"
    title = f"One value and gradient: cross entropy, {ROWS:,} x {FEATURES}, float64"
    header = ("", "median ms", "to steepest", "to reading X once", "loss", "gradient off by")
    return table(title, header, rows) + note


def _data() -> tuple[Any, Any, Any]:
    """Return features, classes that a line divides with some noise, and params to start from."""
    generator = np.random.default_rng(0)
    X = generator.standard_normal((ROWS, FEATURES))
    truth = generator.standard_normal(FEATURES) / np.sqrt(FEATURES)
    y = (X @ truth + generator.logistic(size=ROWS) > 0).astype(np.float64)
    return X, y, 0.3 * generator.standard_normal(FEATURES + 1)


def _competitors(X: Any, y: Any, params: Any) -> dict[str, Work]:
    """Return what is timed, each a function that returns loss and gradient."""
    many = LinearObjective(X, y, CrossEntropy(), threads=THREADS)
    one = LinearObjective(X, y, CrossEntropy(), threads=1)
    peer = LinearModelLoss(HalfBinomialLoss(), fit_intercept=True)
    works: dict[str, Work] = {
        STEEPEST: lambda: many.value_and_gradient(params),
        "steepest, 1 thread": lambda: one.value_and_gradient(params),
        PLAIN: lambda: _plain(X, y, params),
        "scikit-learn LinearModelLoss": lambda: peer.loss_gradient(params, X, y, n_threads=THREADS),
    }
    if has_torch():
        works["torch autograd"] = _autograd(X, y, params)
    return works


def _plain(X: Any, y: Any, params: Any) -> tuple[float, Any]:
    margin = X @ params[:-1] + params[-1]
    loss = np.mean(np.logaddexp(0.0, margin) - y * margin)
    wrong = (1.0 / (1.0 + np.exp(-margin)) - y) / len(y)
    return float(loss), np.append(X.T @ wrong, wrong.sum())


def _autograd(X: Any, y: Any, params: Any) -> Work:
    import torch

    torch.set_num_threads(THREADS)
    X, y, params = (torch.from_numpy(array) for array in (X, y, params))

    def work() -> tuple[float, Any]:
        leaf = params.clone().requires_grad_()
        margin = X @ leaf[:-1] + leaf[-1]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(margin, y)
        loss.backward()
        return loss.item(), leaf.grad.numpy()

    return work


def _reading(X: Any) -> Callable[[], float]:
    """Return the least that a pass must do: touch every number of X, each thread its share."""
    threads = ThreadPoolExecutor(THREADS)
    parts = np.array_split(X, THREADS)
    return lambda: sum(threads.map(np.sum, parts))


def _row(name: str, seconds: dict[str, float], answers: dict[str, Any]) -> list[str]:
    taken = seconds[name]
    ratios = [times(taken / seconds[STEEPEST]), times(taken / seconds[LIMIT])]
    if name not in answers:
        return [name, milliseconds(taken), *ratios, "", ""]
    loss, gradient = answers[name]
    off = np.abs(gradient - answers[PLAIN][1]).max()
    return [name, milliseconds(taken), *ratios, f"{loss:.12f}", f"{off:.0e}"]

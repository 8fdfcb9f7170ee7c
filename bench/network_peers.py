"""How others train a network: PyTorch, scikit-learn and JAX, each as its manual has it."""

import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

__all__ = ["ADAM_RATES", "STEPPERS", "TRAINERS", "Net", "Stepper", "torch_net", "torch_rows"]

RATE = 0.1

ADAM_RATES = (0.003, 0.01, 0.03, 0.1)


class Net(NamedTuple):
    """The rows, the units of each hidden layer, and what they answer; y are class codes.

    `dtype` is what everybody computes with, and X is that already.
    """

    X: Any
    y: Any
    hidden: tuple[int, ...]
    activation: str
    dtype: str = "float64"

    @property
    def words(self) -> Any:
        """The classes as words, so that no reader takes them for numbers."""
        return np.array([f"class {code}" for code in self.y])

    @property
    def sizes(self) -> tuple[int, ...]:
        """The units of all layers; two classes have one output, and so has a number."""
        classes = 2 if self.y.dtype.kind == "f" else int(self.y.max()) + 1
        return (self.X.shape[1], *self.hidden, 1 if classes == 2 else classes)


Steps = Callable[[Net, int | None, int], tuple[float, float]]
"""Takes so many steps, of a batch or of all rows: the seconds of each, and the last loss."""


class Stepper(NamedTuple):
    """A peer's steps, what it is in, whether it is asked for mini-batches, and for k classes."""

    step: Steps
    module: str
    takes_batches: bool
    takes_classes: bool = True

    def takes(self, net: Net, batch: int | None) -> bool:
        """Return whether it is installed, and can be asked."""
        asked = (batch is None or self.takes_batches) and (net.sizes[-1] == 1 or self.takes_classes)
        return asked and find_spec(self.module) is not None


def torch_net(net: Net, seed: int = 0) -> tuple[Any, Any, Any, Any]:
    """Return the module, X, y and the loss; weights and biases are drawn as PyTorch draws them."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    kind = getattr(torch, net.dtype)
    layers: list[Any] = []
    activations = {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU, "softplus": nn.Softplus}
    for before, after in zip(net.sizes, net.sizes[1:], strict=False):
        layers += [nn.Linear(before, after, dtype=kind), activations[net.activation]()]
    module, X = nn.Sequential(*layers[:-1]), torch.tensor(net.X, dtype=kind)
    if net.y.dtype.kind == "f":
        return module, X, torch.tensor(net.y, dtype=kind)[:, None], nn.functional.mse_loss
    if net.sizes[-1] == 1:
        y = torch.tensor(net.y, dtype=kind)[:, None]
        return module, X, y, nn.functional.binary_cross_entropy_with_logits
    return module, X, torch.tensor(net.y), nn.functional.cross_entropy


def torch_rows(X: Any, y: Any, batch: int | None) -> Iterator[tuple[Any, Any]]:
    """Yield all rows, or mini-batches in a new order each epoch, without end."""
    import torch

    while True:
        if batch is None:
            yield X, y
            continue
        order = torch.randperm(len(X))
        for first in range(0, len(X), batch):
            at = order[first : first + batch]
            yield X[at], y[at]


def _torch_steps(net: Net, batch: int | None, steps: int) -> tuple[float, float]:
    import torch

    module, X, y, loss_of = torch_net(net)
    params = list(module.parameters())
    optimizer, rows, norms, losses = (
        torch.optim.SGD(params, lr=RATE),
        torch_rows(X, y, batch),
        [],
        [],
    )
    start = time.perf_counter()
    for _ in range(steps):
        some, target = next(rows)
        optimizer.zero_grad()
        loss = loss_of(module(some), target)
        loss.backward()
        norms.append(torch.nn.utils.get_total_norm([one.grad for one in params]).item())
        optimizer.step()
        losses.append(loss.item())
    return (time.perf_counter() - start) / steps, losses[-1]


def _torch_by_hand(net: Net, batch: int | None, steps: int) -> tuple[float, float]:
    import torch

    module, X, y, loss_of = torch_net(net)
    params, rows = list(module.parameters()), torch_rows(X, y, batch)
    norms, losses = [], []
    start = time.perf_counter()
    for _ in range(steps):
        some, target = next(rows)
        loss = loss_of(module(some), target)
        gradients = torch.autograd.grad(loss, params)
        norms.append(torch.stack(torch._foreach_norm(gradients)).norm().item())
        with torch.no_grad():
            torch._foreach_sub_(params, gradients, alpha=RATE)
        losses.append(loss.item())
    return (time.perf_counter() - start) / steps, losses[-1]


def _scikit_steps(net: Net, batch: int | None, steps: int) -> tuple[float, float]:
    """Return steps of `fit`, which keeps the loss alone; of all rows an epoch is a step."""
    model = _scikit(net, 0, "sgd", RATE, steps, len(net.X) if batch is None else batch)
    model.set_params(momentum=0.0, nesterovs_momentum=False)
    start = time.perf_counter()
    model.fit(net.X, net.y)
    return (time.perf_counter() - start) / steps, float(model.loss_)


def _jax_steps(net: Net, batch: int | None, steps: int, scan: bool = False) -> tuple[float, float]:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X, y, generator = jnp.asarray(net.X), jnp.asarray(net.y), np.random.default_rng(0)
    params = [
        (
            jnp.asarray(generator.normal(size=(a, b)) * (2 / (a + b)) ** 0.5, net.dtype),
            jnp.zeros(b, net.dtype),
        )
        for a, b in zip(net.sizes, net.sizes[1:], strict=False)
    ]
    inside = jnp.tanh if net.activation == "tanh" else jax.nn.relu

    def loss_of(params: Any) -> Any:
        a = X
        for weights, bias in params[:-1]:
            a = inside(a @ weights + bias)
        z = (a @ params[-1][0] + params[-1][1])[:, 0]
        return jnp.mean(jnp.logaddexp(0.0, (1 - 2 * y) * z))

    def step(params: Any, _: Any = None) -> Any:
        loss, slopes = jax.value_and_grad(loss_of)(params)
        square = sum(jnp.vdot(one, one) for one in jax.tree.leaves(slopes))
        return jax.tree.map(lambda p, g: p - RATE * g, params, slopes), (loss, jnp.sqrt(square))

    if scan:
        whole = jax.jit(lambda params: jax.lax.scan(step, params, None, length=steps))
        jax.block_until_ready(whole(params))
        start = time.perf_counter()
        losses = np.asarray(whole(params)[1][0])
        return (time.perf_counter() - start) / steps, float(losses[-1])
    one = jax.jit(step)
    jax.block_until_ready(one(params))
    start = time.perf_counter()
    for _ in range(steps):
        params, (loss, norm) = one(params)
        told = float(loss), float(norm)
    return (time.perf_counter() - start) / steps, told[0]


def _jax_scan(net: Net, batch: int | None, steps: int) -> tuple[float, float]:
    return _jax_steps(net, batch, steps, scan=True)


STEPPERS: dict[str, Stepper] = {
    "torch eager": Stepper(_torch_steps, "torch", True),
    "torch by hand": Stepper(_torch_by_hand, "torch", True),
    "scikit-learn fit": Stepper(_scikit_steps, "sklearn", False),
    "JAX jit, a step": Stepper(_jax_steps, "jax", False, takes_classes=False),
    "JAX scan": Stepper(_jax_scan, "jax", False, takes_classes=False),
}

Train = Callable[[Net, int, float, float], tuple[float | None, float]]
"""Trains from a seed to a goal, within so many seconds: how long it took, if so, and the loss."""


def _torch_adam(rate: float, batch: int | None) -> Train:
    def train(net: Net, seed: int, goal: float, limit: float) -> tuple[float | None, float]:
        import torch

        module, X, y, loss_of = torch_net(net, seed)
        optimizer, rows = torch.optim.Adam(module.parameters(), lr=rate), torch_rows(X, y, batch)
        in_epoch = 1 if batch is None else -(-len(X) // batch)
        start, loss = time.perf_counter(), np.inf
        while (taken := time.perf_counter() - start) < limit:
            for _ in range(in_epoch):
                some, target = next(rows)
                optimizer.zero_grad()
                value = loss_of(module(some), target)
                value.backward()
                optimizer.step()
            if batch is not None:
                with torch.no_grad():
                    value = loss_of(module(X), y)
            loss = value.item()
            if loss <= goal:
                return time.perf_counter() - start, loss
        return (taken if loss <= goal else None), loss

    return train


class _ArrivedError(Exception):
    """The goal is reached, in the middle of what a peer calls a step."""


def _torch_lbfgs(history: int) -> Train:
    """Return its iterations in calls of 20, its default, ended where the loss is low enough.

    One iteration a call would evaluate twice where it begins, and loses its line search.
    """

    def train(net: Net, seed: int, goal: float, limit: float) -> tuple[float | None, float]:
        import torch

        module, X, y, loss_of = torch_net(net, seed)
        optimizer = torch.optim.LBFGS(
            module.parameters(), history_size=history, line_search_fn="strong_wolfe"
        )
        reached = [np.inf]

        def closure() -> Any:
            optimizer.zero_grad()
            value = loss_of(module(X), y)
            value.backward()
            reached[0] = value.item()
            if reached[0] <= goal:
                raise _ArrivedError
            return value

        start = time.perf_counter()
        try:
            while time.perf_counter() - start < limit:
                optimizer.step(closure)
        except _ArrivedError:
            return time.perf_counter() - start, reached[0]
        return None, reached[0]

    return train


def _scikit(net: Net, seed: int, solver: str, rate: float, most: int, batch: Any = "auto") -> Any:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        net.hidden,
        activation=net.activation,
        solver=solver,
        learning_rate_init=rate,
        batch_size=batch,
        alpha=0.0,
        tol=0.0,
        max_iter=most,
        max_fun=10**9,
        n_iter_no_change=10**9,
        random_state=seed,
    )


def _scikit_train(solver: str, rate: float) -> Train:
    """Return fits of more and more iterations: that of the fewest which arrive counts, alone."""

    def train(net: Net, seed: int, goal: float, limit: float) -> tuple[float | None, float]:
        from sklearn.metrics import log_loss

        def fit(most: int) -> tuple[float, float]:
            model, start = _scikit(net, seed, solver, rate, most), time.perf_counter()
            model.fit(net.X, net.y)
            return time.perf_counter() - start, float(log_loss(net.y, model.predict_proba(net.X)))

        most = 8
        seconds, loss = fit(most)
        while loss > goal and 2 * seconds < limit:
            most *= 2
            seconds, loss = fit(most)
        if loss > goal:
            return None, loss
        few, found = most // 2, (seconds, loss)
        for _ in range(4):
            middle = (few + most) // 2
            seconds, loss = fit(middle)
            if loss <= goal:
                most, found = middle, (seconds, loss)
            else:
                few = middle
        return found

    return train


TRAINERS: dict[str, Train] = {
    **{f"torch Adam, rate {rate:g}": _torch_adam(rate, None) for rate in ADAM_RATES},
    **{f"torch Adam, batches of 64, rate {rate:g}": _torch_adam(rate, 64) for rate in ADAM_RATES},
    **{f"torch LBFGS, history {size}": _torch_lbfgs(size) for size in (10, 50)},
    "scikit-learn lbfgs": _scikit_train("lbfgs", 0.001),
    **{f"scikit-learn adam, rate {rate:g}": _scikit_train("adam", rate) for rate in ADAM_RATES},
}
"""Who trains, each at each of its rates: the best counts."""

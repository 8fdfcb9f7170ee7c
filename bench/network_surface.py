"""The loss surface of a network of 51 x 51 cells: steepest, loops and vmap in PyTorch, libraries.

What is too slow to be run whole is timed on as many cells as `BUDGET` allows, and scaled up; the
table says so. PyTorch is timed at one thread and at two, and the better counts and is told; all are
float64, or all float32. steepest is the default call: all cores.
"""

import timeit
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from bench.dense import NETS, torch_loss, torch_model, torch_rows
from bench.timing import (
    TORCH_MISSING,
    asked,
    faster_of_threads,
    has_torch,
    in_turn,
    milliseconds,
    on_threads,
    table,
    times,
)
from steepest.objective.loss.regression import Squared
from steepest.objective.network import NetworkObjective
from steepest.objective.plane.plane import Plane

__all__ = ["TWO_LOSSES", "network_surface", "two_weights_surface"]

POINTS, ROUNDS, FEW_ROUNDS = 51, 5, 3

CELLS = POINTS**2

BUDGET = 0.6
"""Seconds that one round of a work that is not ours may take."""

CHECKED = 60
"""Cells on which every surface is compared with a plain float64 loop."""

STEEPEST = "steepest on_plane"

LARGE = 10_000
"""Params above which a network is large: fewer cells are asked of peers."""

TWO_LOSSES = {"squared": 300, "cross-entropy": 50}
"""The losses of the surfaces over two weights, and how many times faster than a loop is asked."""

GRID = np.linspace(-1.0, 1.0, POINTS)

At = Callable[[Any], Any]
"""A work on some cells, by their numbers, (cells,): their losses, (cells,)."""


class Work(NamedTuple):
    """A work on cells, and how many of them are timed."""

    at: At
    cells: int


def network_surface(name: str) -> str:
    """Return the tables of a random plane of the network called `name`, by type of number."""
    return "\n".join(_random_plane(name, dtype) for dtype in ("float64", "float32"))


def _random_plane(name: str, dtype: str) -> str:
    objective = NETS[name].objective(threads=None, dtype=dtype)
    generator = np.random.default_rng(0)
    # Biases of 0, as at a start, make loss-landscapes divide by 0.
    params = objective.random_start(generator) + 0.01 * generator.standard_normal(objective.size)
    u, v = generator.standard_normal((2, objective.size))
    scale = np.divide(
        objective.unit_lengths(params),
        objective.unit_lengths(u),
        out=np.zeros_like(u),
        where=objective.unit_lengths(u) > 0,
    )
    plane = Plane(params, u * scale, v * scale)
    works: dict[str, At] = {}
    if has_torch():
        of = _in_torch(objective, plane, dtype)
        for threads in (1, 2):
            loop = on_threads("torch inference_mode loop", threads)
            works[loop] = _torch_loop(objective, of, threads)
            works[on_threads("torch.func.vmap", threads)] = _torch_vmap(objective, of, threads)
    note = "" if has_torch() else f"\n{TORCH_MISSING}\n"
    title = (
        f"Loss surface of a network, random plane, {POINTS} x {POINTS}: {NETS[name].name}, {dtype}"
    )
    # The libraries compute in float32 whatever they are given.
    theirs = _libraries(objective, plane) if dtype == "float32" else ""
    large, single = objective.size > LARGE, dtype == "float32"
    bar = asked(f"{15 if large else 3 if single else 4}x the faster of torch")
    return _surface(title, objective, plane, works) + bar + theirs + note


def two_weights_surface(loss: str) -> str:
    """Return the table of two weights of different units of 30-64-1, `loss` squared or not."""
    net = NETS["30-64-1"]
    objective = net.objective(threads=None, loss=Squared() if loss == "squared" else None)
    params = objective.random_start(np.random.default_rng(0))
    index = objective.model.index_of
    first = index("layer 1, unit 1, from input 4")
    second = index("layer 1, unit 2, from input 8")
    plane = Plane.of_two(params, first, second)
    works: dict[str, At] = {"plain NumPy loop": partial(_plain, objective, plane)}
    title = f"Loss surface over two weights, {POINTS} x {POINTS}: {net.name}, {loss}"
    return _surface(title, objective, plane, works) + asked(f"{TWO_LOSSES[loss]}x the loop")


def _cells(numbers: Any) -> tuple[Any, Any]:
    return GRID[numbers % POINTS], GRID[numbers // POINTS]


def _plain(objective: NetworkObjective, plane: Plane, numbers: Any) -> Any:
    """Return the losses by a plain NumPy loop in float64, BLAS on one thread: its best."""
    X, y = objective.blocks.X.astype(np.float64, copy=False), objective.blocks.y
    cells = zip(*_cells(numbers), strict=True)
    with threadpool_limits(1):
        return np.array([_at(objective, plane.params(a, b), X, y) for a, b in cells])


def _at(objective: NetworkObjective, params: Any, X: Any, y: Any) -> float:
    tanh, a = objective.model.activation.name == "tanh", X
    *inner, last = objective.model.matrices(params)
    for weights, bias in inner:
        z = a @ weights.T + bias
        a = np.tanh(z) if tanh else np.maximum(z, 0.0)
    z = a @ last.weights.T + last.bias
    if objective.loss.is_quadratic:
        return float(np.mean((z[:, 0] - y) ** 2))
    if z.shape[1] == 1:
        return float(np.mean(np.logaddexp(0.0, (1.0 - 2.0 * y) * z[:, 0])))
    lead = z.max(axis=1, keepdims=True)
    own = z[np.arange(len(y)), y.astype(int)]
    return float(np.mean(np.log(np.exp(z - lead).sum(axis=1)) + lead[:, 0] - own))


class InTorch(NamedTuple):
    """The rows and the plane as tensors of one type."""

    X: Any
    y: Any
    origin: Any
    u: Any
    v: Any

    def loss(self, objective: NetworkObjective, a: Any, b: Any) -> Any:
        """Return the loss at one point."""
        params = self.origin + a * self.u + b * self.v
        return torch_loss(objective, params, self.X, self.y)


def _in_torch(objective: NetworkObjective, plane: Plane, dtype: str) -> InTorch:
    import torch

    X, y = torch_rows(objective)
    kind = getattr(torch, dtype)
    vectors = (torch.from_numpy(np.array(one)) for one in (plane.origin, plane.u, plane.v))
    target = y if objective.outputs > 1 else y.to(kind)
    return InTorch(X.to(kind), target, *(one.to(kind) for one in vectors))


def _torch_loop(objective: NetworkObjective, of: InTorch, threads: int) -> At:
    import torch

    @torch.inference_mode()
    def at(numbers: Any) -> Any:
        torch.set_num_threads(threads)
        cells = zip(*(one.tolist() for one in _cells(numbers)), strict=True)
        return [of.loss(objective, a, b).item() for a, b in cells]

    return at


def _torch_vmap(objective: NetworkObjective, of: InTorch, threads: int) -> At:
    """Return the losses of a row of cells at a time: of the sizes tried that was the fastest."""
    import torch

    batched = torch.func.vmap(lambda a, b: of.loss(objective, a, b))
    together = POINTS if objective.size < LARGE else 4

    @torch.inference_mode()
    def at(numbers: Any) -> Any:
        torch.set_num_threads(threads)
        found = []
        for first in range(0, len(numbers), together):
            a, b = (torch.from_numpy(one[first:][:together]) for one in _cells(numbers))
            found.append(batched(a.to(of.X.dtype), b.to(of.X.dtype)).numpy())
        return np.concatenate(found)

    return at


def _surface(title: str, objective: NetworkObjective, plane: Plane, works: dict[str, At]) -> str:
    """Return the table of one surface: steepest, and each work on the cells it has time for."""

    def whole() -> Any:
        return objective.on_plane(plane).grid(GRID, GRID)

    timed = {name: Work(at, _affordable(at)) for name, at in works.items()}
    runs = {name: partial(work.at, _spread(work.cells)) for name, work in timed.items()}
    rounds = FEW_ROUNDS if objective.size > LARGE else ROUNDS
    seconds = in_turn({STEEPEST: whole, **runs}, rounds)
    checked = _spread(CHECKED)
    truth = _plain(objective, plane, checked)
    off = {STEEPEST: float(np.abs(whole().ravel()[checked] - truth).max())}
    off |= {name: float(np.abs(work.at(checked) - truth).max()) for name, work in timed.items()}
    scaled = {name: taken * CELLS / _timed(timed, name) for name, taken in seconds.items()}
    best = faster_of_threads(scaled)
    rows = [_row(name, best, _timed(timed, name), off[name]) for name in best]
    return table(title, ("", "median ms", "to steepest", "off by", "cells timed"), rows)


def _timed(works: dict[str, Work], name: str) -> int:
    """Return on how many cells a work is timed: steepest on all."""
    return works[name].cells if name in works else CELLS


def _row(name: str, seconds: dict[str, float], cells: int, off: float) -> list[str]:
    taken = seconds[name]
    said = "all" if cells == CELLS else f"estimated from {cells:,} of {CELLS:,} cells"
    return [name, milliseconds(taken), times(taken / seconds[STEEPEST]), f"{off:.0e}", said]


def _spread(count: int) -> Any:
    """Return the numbers of `count` cells spread over the grid."""
    return np.linspace(0, CELLS - 1, count).astype(int)


def _affordable(at: At) -> int:
    """Return how many cells a work has time for in one round, by the best of a few trials."""
    trial = partial(at, _spread(4))
    each = min(timeit.repeat(trial, number=1, repeat=3)) / 4
    return min(CELLS, max(4, int(BUDGET / each)))


def _libraries(objective: NetworkObjective, plane: Plane) -> str:
    """Return the table of the libraries that draw such surfaces, in float32 as they do.

    Their directions are their own, so nothing is compared but time.
    """
    known = {"loss_landscapes": _loss_landscapes, "loss_landscape_3d": _loss_landscape_3d}
    there = {name: made for name, made in known.items() if has_torch() and find_spec(name)}
    missing = ", ".join(sorted(set(known) - set(there)))
    note = f"\nNot installed, so not timed: {missing} (in the extra bench).\n" if missing else ""
    if not there:
        return note
    side = 3 if objective.size > LARGE else 9
    runs = {name: made(objective, plane, side) for name, made in there.items()}
    seconds = in_turn({STEEPEST: lambda: objective.on_plane(plane).grid(GRID, GRID), **runs}, 3)
    rows = []
    for name, taken in seconds.items():
        cells = CELLS if name == STEEPEST else side**2
        scaled = taken * CELLS / cells
        said = "all" if cells == CELLS else f"estimated from {cells} of {CELLS:,} cells"
        rows.append([name, milliseconds(scaled), times(scaled / seconds[STEEPEST]), said])
    title = f"The same by libraries of loss surfaces (float32): {objective.model.in_words}"
    bar = asked("20x loss-landscapes, 200x loss-landscape-3d")
    return "\n" + table(title, ("", "median ms", "to steepest", "cells timed"), rows) + bar + note


def _loss_landscapes(objective: NetworkObjective, plane: Plane, side: int) -> Callable[[], Any]:
    import loss_landscapes
    import torch
    from loss_landscapes.metrics import Loss

    torch.set_num_threads(1)
    model, X, y, criterion = _as_they_take_it(objective, plane)
    metric = Loss(criterion, X, y)
    return lambda: loss_landscapes.random_plane(
        model, metric, distance=1, steps=side, normalization="filter", deepcopy_model=True
    )


def _loss_landscape_3d(objective: NetworkObjective, plane: Plane, side: int) -> Callable[[], Any]:
    import torch
    from loss_landscape_3d import LossLandscapeCalculator

    model, X, y, criterion = _as_they_take_it(objective, plane)
    rows = torch.utils.data.TensorDataset(X, y)
    loader = torch.utils.data.DataLoader(rows, batch_size=64)
    calculator = LossLandscapeCalculator(model, loader, criterion)
    state = model.state_dict()
    along = [{name: torch.randn_like(one) for name, one in state.items()} for _ in range(2)]
    axis = np.linspace(-1.0, 1.0, side)
    return lambda: calculator.calculate(axis, axis, *along, state)


def _as_they_take_it(objective: NetworkObjective, plane: Plane) -> tuple[Any, Any, Any, Any]:
    """Return the model, X, y and the criterion."""
    import torch

    X, y = torch_rows(objective)
    model = torch_model(objective, plane.origin)
    if objective.outputs > 1:
        return model, X.float(), y, torch.nn.CrossEntropyLoss()
    return model, X.float(), y.float()[:, None], torch.nn.BCEWithLogitsLoss()

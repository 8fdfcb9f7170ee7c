"""A loss surface of 101 x 101 cells over one weight and one bias: steepest, and loops over cells.

A loop that is too slow to be run whole is timed on as many cells as fit into `BUDGET` seconds,
spread over the whole grid, and its time is scaled up; the table says so.
"""

import timeit
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from bench.timing import TORCH_MISSING, has_torch, in_turn, milliseconds, table, times
from steepest import CrossEntropy, LinearObjective, Squared
from steepest.objective.plane.plane import Plane

POINTS, THREADS, ROUNDS = 101, 2, 5

CELLS = POINTS**2

BUDGET = 10.0
"""Seconds that all rounds of one loop may take together."""

CHECKED = 150
"""Cells on which every surface is compared with a plain float64 loop."""

FEW = 10_000
"""Blocks up to which torch is faster on one thread."""

STEEPEST = "steepest on_plane"

Cell = Callable[[float, float], float]
"""A loop's work on one cell: the loss at a weight and a bias."""


class Loop(NamedTuple):
    """A loop over the cells, and how many of them are timed."""

    at: Cell
    cells: int


def entropy_surface(rows: int) -> str:
    """Return the table of one logistic neuron on `rows` rows."""
    x, y = _data(rows)
    y = (y > 0).astype(np.float64)
    loops = {"NumPy loop": _entropy(x, y)}
    if has_torch():
        loops["torch loop, float64"] = _torch_entropy(x, y, "float64")
        loops["torch loop, float32"] = _torch_entropy(x, y, "float32")
    objective = LinearObjective(x[:, None], y, CrossEntropy(), threads=THREADS)
    note = "" if has_torch() else f"\n{TORCH_MISSING}\n"
    return _surface(f"cross entropy, {rows:,} rows", objective, _entropy(x, y), loops) + note


def squared_surface(rows: int) -> str:
    """Return the table of a line by the squared loss on `rows` rows: six numbers draw it."""
    x, y = _data(rows)
    objective = LinearObjective(x[:, None], y, Squared(), threads=THREADS)

    def plain(weight: float, bias: float) -> float:
        return np.mean((weight * x + bias - y) ** 2)

    return _surface(f"squared, {rows:,} rows", objective, plain, {"NumPy loop": plain})


def _steepest(objective: LinearObjective, plane: Plane, grid: Any) -> Any:
    """Return the loss on the grid, from the rows of X on."""
    return objective.on_plane(plane).grid(grid, grid)


def _data(rows: int) -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    x = generator.standard_normal(rows)
    return x, 1.5 * x - 0.3 + generator.logistic(size=rows)


def _entropy(x: Any, y: Any) -> Cell:
    """Return the loss by NumPy: `log(1 + exp(-m))` with the margin's sign turned for class 0."""
    side = 1.0 - 2.0 * y
    return lambda weight, bias: np.mean(np.logaddexp(0.0, side * (weight * x + bias)))


def _torch_entropy(x: Any, y: Any, dtype: str) -> Cell:
    """Return the loss by torch, as surface libraries do it: set the params, run the model.

    On few rows torch gets one thread: that is its best, more wait for each other at every cell.
    """
    import torch

    torch.set_num_threads(THREADS if len(x) > FEW else 1)
    kind = getattr(torch, dtype)
    x, y = torch.from_numpy(x)[:, None].to(kind), torch.from_numpy(y)[:, None].to(kind)
    neuron = torch.nn.Linear(1, 1, dtype=kind)

    @torch.inference_mode()
    def at(weight: float, bias: float) -> float:
        neuron.weight.fill_(weight)
        neuron.bias.fill_(bias)
        return torch.nn.functional.binary_cross_entropy_with_logits(neuron(x), y).item()

    return at


def _surface(what: str, objective: LinearObjective, plain: Cell, loops: dict[str, Cell]) -> str:
    """Return the table of one surface: steepest, and each loop on the cells it has time for."""
    grid = np.linspace(-4.0, 4.0, POINTS)
    plane = Plane.of_two(np.zeros(2), 0, 1)
    whole = partial(_steepest, objective, plane, grid)
    timed = {name: Loop(at, _affordable(grid, at)) for name, at in loops.items()}
    works = {name: partial(_run, grid, loop.at, loop.cells) for name, loop in timed.items()}
    seconds = in_turn({STEEPEST: whole, **works}, ROUNDS)
    truth = _run(grid, plain, CHECKED)
    off = {STEEPEST: _off(whole().ravel()[_spread(CHECKED)], truth)}
    off |= {name: _off(_run(grid, at, CHECKED), truth) for name, at in loops.items()}
    header = ("", "median ms", "to steepest", "off by (relative)", "cells timed")
    rows = [_row(name, seconds, timed, off[name]) for name in seconds]
    return table(f"Loss surface, {POINTS} x {POINTS}: {what}", header, rows)


def _spread(count: int) -> Any:
    """Return the numbers of `count` cells spread over the grid."""
    return np.linspace(0, CELLS - 1, count).astype(int)


def _run(grid: Any, at: Cell, count: int) -> Any:
    """Return the loss at `count` cells, one after the other."""
    return np.array([at(grid[i % POINTS], grid[i // POINTS]) for i in _spread(count)])


def _affordable(grid: Any, at: Cell) -> int:
    """Return how many cells a loop has time for in one round, by the best of a few trials."""
    trial = partial(_run, grid, at, 20)
    each = min(timeit.repeat(trial, number=1, repeat=5)) / 20
    return min(CELLS, max(POINTS, int(BUDGET / ROUNDS / each)))


def _off(loss: Any, truth: Any) -> float:
    return float(np.max(np.abs(loss - truth) / truth))


def _row(name: str, seconds: dict[str, float], loops: dict[str, Loop], off: float) -> list[str]:
    cells = loops[name].cells if name in loops else CELLS
    taken = seconds[name] * CELLS / cells
    ratio = taken / seconds[STEEPEST]
    said = "all" if cells == CELLS else f"estimated from {cells:,} of {CELLS:,} cells"
    return [name, milliseconds(taken), times(ratio), f"{off:.0e}", said]

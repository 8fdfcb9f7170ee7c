"""The Hessian of a network times a direction: by the R-operator, and by PyTorch's two backwards.

PyTorch's graph of the gradient is kept, so only its second backward is timed, at one thread and at
two; ours keeps as much. Then both ends of the spectrum, with the residual of each by its own size.
"""

from functools import partial
from typing import Any

import numpy as np

from bench.dense import NETS, torch_loss, torch_rows
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
from steepest.objective.linear_algebra.lanczos import spectrum_ends
from steepest.objective.network import NetworkObjective

__all__ = ["network_hessian"]

ROUNDS = 7

NUMBERS = 2e6
"""Rows times params of the products that make one round: 40 of the smallest network."""

STEEPEST = "steepest, R-operator"


def network_hessian(name: str) -> str:
    """Return the tables of the network called `name`: a product, and both ends."""
    objective = NETS[name].objective(threads=2)
    generator = np.random.default_rng(0)
    params, along = objective.random_start(generator), generator.standard_normal(objective.size)
    product = objective.hessian_at(params)
    assert product is not None
    works: dict[str, Any] = {STEEPEST: partial(product, along)}
    if has_torch():
        for threads in (1, 2):
            name_on = on_threads("torch double backward", threads)
            works[name_on] = _torch(objective, params, along, threads)
    count = max(1, int(NUMBERS / (objective.count * objective.size)))
    repeated = {one: partial(_repeat, work, count) for one, work in works.items()}
    seconds = {one: taken / count for one, taken in in_turn(repeated, ROUNDS).items()}
    truth = works[STEEPEST]()
    rows = [
        [
            one,
            milliseconds(taken),
            times(taken / seconds[STEEPEST]),
            f"{np.abs(works[one]() - truth).max() / np.abs(truth).max():.0e}",
        ]
        for one, taken in faster_of_threads(seconds).items()
    ]
    note = "" if has_torch() else f"\n{TORCH_MISSING}\n"
    title = f"Hessian times a direction: {NETS[name].name}"
    header = ("", "median ms", "to steepest", "differs by (relative)")
    told = table(title, header, rows) + asked("1.5x torch")
    return f"{told}\n{_ends(name, objective, product)}{note}"


def _repeat(work: Any, count: int) -> None:
    for _ in range(count):
        work()


def _ends(name: str, objective: NetworkObjective, product: Any) -> str:
    """Return the table of both ends of the spectrum, each to a thousandth of its own size."""
    find = partial(spectrum_ends, product, objective.size)
    seconds = in_turn({"": find}, 3)[""]
    ends = find()
    rows = [
        [said, f"{end.value:.6g}", f"{end.relative_residual:.0e}", str(ends.products)]
        for said, end in (("top", ends.top), ("bottom", ends.bottom))
    ]
    title = f"Both ends of the spectrum in {milliseconds(seconds)} ms: {NETS[name].name}"
    return table(title, ("", "eigenvalue", "residual by its size", "products"), rows)


def _torch(objective: NetworkObjective, params: Any, along: Any, threads: int) -> Any:
    """Return the second backward through a graph that is kept."""
    import torch

    X, y = torch_rows(objective)
    at = torch.from_numpy(params.copy()).requires_grad_()
    (gradient,) = torch.autograd.grad(torch_loss(objective, at, X, y), at, create_graph=True)
    direction = torch.from_numpy(along)

    def product() -> Any:
        torch.set_num_threads(threads)
        (found,) = torch.autograd.grad(gradient, at, grad_outputs=direction, retain_graph=True)
        return found.numpy()

    return product

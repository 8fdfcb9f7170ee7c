"""Libraries of loss surfaces on a plane of `bench.torch_surface`: their time, and how far off.

Each is given the plane as it takes one, and what it returns is compared with a float64 loop at the
points where its own documentation says that they are.
"""

import contextlib
import io
from collections.abc import Callable, Mapping
from copy import deepcopy
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from steepest.objective.plane.plane import Plane

__all__ = ["Peer", "missing_peers", "peers_on"]

SIDE = 7
"""Points a side that they are timed on: they take as long for each as for any other."""

Points = tuple[Any, Any]
"""Coordinates on the plane, (points,) each."""


class Peer(NamedTuple):
    """A work that returns losses, and the points at which they are told to be."""

    work: Callable[[], Any]
    points: Points
    plane: Plane | None = None
    """Its own plane, of a library that takes no other; None where it is the one it was given."""


def missing_peers() -> list[str]:
    """Return the libraries that are not installed."""
    known = {
        "loss-landscapes": "loss_landscapes",
        "loss-landscape-3d": "loss_landscape_3d",
        "Landscaper": "landscaper",
    }
    return [name for name, package in known.items() if not find_spec(package)]


def peers_on(plane: Plane, of: tuple[Any, ...]) -> Mapping[str, Peer]:
    """Return the peers on a plane of (model, loss, X, y), by what is asked of them."""
    absent = missing_peers()
    found: dict[str, Peer] = {}
    if "loss-landscapes" not in absent:
        found |= _loss_landscapes(plane, of)
    if "loss-landscape-3d" not in absent:
        found["loss-landscape-3d, calculate"] = _loss_landscape_3d(plane, of)
    if "Landscaper" not in absent:
        found["Landscaper, compute"] = _landscaper(plane, of)
    return found


def _moved(plane: Plane, model: Any, a: float, b: float) -> Any:
    """Return a copy of the module at a point of the plane."""
    import torch

    made = deepcopy(model)
    at = torch.from_numpy(plane.origin + a * plane.u + b * plane.v)
    own = next(made.parameters()).dtype
    torch.nn.utils.vector_to_parameters(at.to(own), made.parameters())
    return made


def _loss_landscapes(plane: Plane, of: tuple[Any, ...]) -> dict[str, Peer]:
    """Return a plane and a line from the origin: so many steps from the start to the ends."""
    import loss_landscapes
    from loss_landscapes.metrics import Loss

    model, loss, X, y = of
    corners = [_moved(plane, model, *at) for at in ((0, 0), (1, 0), (0, 1))]
    metric, steps = Loss(loss, X, y), np.arange(SIDE) / SIDE

    def grid() -> Any:
        return loss_landscapes.planar_interpolation(*corners, metric, SIDE, deepcopy_model=True)

    def line() -> Any:
        return loss_landscapes.linear_interpolation(*corners[:2], metric, SIDE, deepcopy_model=True)

    return {
        "loss-landscapes, planar_interpolation": Peer(
            grid, (np.repeat(steps, SIDE), np.tile(steps, SIDE))
        ),
        "loss-landscapes, linear_interpolation": Peer(line, (steps, np.zeros(SIDE))),
    }


def _loss_landscape_3d(plane: Plane, of: tuple[Any, ...]) -> Peer:
    """Return the grid of a calculator, from -1 to 1."""
    import torch
    from loss_landscape_3d import LossLandscapeCalculator

    model, loss, X, y = of
    rows = torch.utils.data.TensorDataset(X, y)
    loader = torch.utils.data.DataLoader(rows, batch_size=len(X))
    calculator = LossLandscapeCalculator(deepcopy(model), loader, loss)
    zero = _moved(Plane(0 * plane.origin, plane.u, plane.v), model, 1.0, 0.0).state_dict()
    other = _moved(Plane(0 * plane.origin, plane.u, plane.v), model, 0.0, 1.0).state_dict()
    centre = _moved(plane, model, 0.0, 0.0).state_dict()
    axis = np.linspace(-1.0, 1.0, SIDE)

    def grid() -> Any:
        with contextlib.redirect_stdout(io.StringIO()):
            return calculator.calculate(axis, axis, zero, other, centre)

    return Peer(grid, (np.repeat(axis, SIDE), np.tile(axis, SIDE)))


def _landscaper(plane: Plane, of: tuple[Any, ...]) -> Peer:
    """Return the grid of Landscaper, from -1 to 1 along two directions of length 1.

    It makes each tensor of a direction as long as the root of its numbers, and all of it as long as
    a share of the weights: those of this plane are made so before, and the share is told to it.
    """
    import torch
    from landscaper.compute import compute_loss_landscape

    model, loss, X, y = of
    tensors = list(model.parameters())
    u, v = (_by_tensor(one, tensors) for one in (plane.u, plane.v))
    length = float(np.linalg.norm(plane.origin))
    axis, directions = np.linspace(-1.0, 1.0, SIDE), []
    for one in (u, v):
        parts = torch.from_numpy(one).to(tensors[0].dtype).split([p.numel() for p in tensors])
        directions.append([d.view(p.shape) for d, p in zip(parts, tensors, strict=True)])

    def grid() -> Any:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            found, _ = compute_loss_landscape(
                deepcopy(model),
                (X, y),
                directions,
                lambda module, rows: float(loss(module(rows[0]), rows[1])),
                steps=SIDE,
                distance=SIDE / 2 / (SIDE // 2) / length,
                dim=2,
                device="cpu",
            )
        return found

    points = np.repeat(axis, SIDE), np.tile(axis, SIDE)
    return Peer(grid, points, Plane(plane.origin, u, v))


def _by_tensor(vector: Any, tensors: Any) -> Any:
    """Return a vector of length 1 that is as long in each tensor as the root of its numbers."""
    cuts = np.cumsum([one.numel() for one in tensors])[:-1]
    parts = np.split(vector, cuts)
    lengths = [np.linalg.norm(part) or 1.0 for part in parts]
    parts = [np.sqrt(len(one)) / length * one for one, length in zip(parts, lengths, strict=True)]
    made = np.concatenate(parts)
    return made / np.linalg.norm(made)

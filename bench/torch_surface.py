"""Surfaces of modules of PyTorch: `st.torch`, a plain loop and vmap, each against a float64 loop.

PyTorch runs on one thread, of which it makes the most on modules of this size; the plain loop is in
inference mode, on tensors of the module's own type, by `functional_call` and by nothing else.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from bench.dense import spirals
from bench.timing import TORCH_MISSING, has_torch, in_turn, milliseconds, table, times
from bench.torch_surface_peers import missing_peers, peers_on
from steepest.objective.plane.plane import Plane

__all__ = ["TORCH_SURFACES", "torch_surface"]

ROUNDS = 3

SIDE = 51

OURS = "st.torch"


class Case(NamedTuple):
    """A module with its rows, and on how many of the cells it is timed."""

    name: str
    make: Callable[[Any], tuple[Any, Any, Any, Any]]
    dtype: str
    cells: int


def _dense(torch: Any) -> tuple[Any, Any, Any, Any]:
    """Return 2-8-8-1, the criterion, and two spirals."""
    nn, (X, y) = torch.nn, spirals()
    layers = nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1)
    rows = torch.from_numpy(X), torch.from_numpy(y.astype(np.float64))[:, None]
    return nn.Sequential(*layers), nn.BCEWithLogitsLoss(), *rows


def _convolutional(torch: Any) -> tuple[Any, Any, Any, Any]:
    """Return a small network of convolutions, the criterion, and 500 images."""
    nn = torch.nn
    inner = [(1, 8), (8, 16)]
    layers = [
        layer
        for before, after in inner
        for layer in (nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    ]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(16 * 49, 10))
    rows = torch.rand(500, 1, 28, 28), torch.randint(0, 10, (500,))
    return model, nn.CrossEntropyLoss(), *rows


TORCH_SURFACES = {
    "dense": Case("2-8-8-1 tanh, 500 rows", _dense, "float64", SIDE**2),
    "dense32": Case("2-8-8-1 tanh, 500 rows", _dense, "float32", SIDE**2),
    "cnn": Case("convolutions of 1-8-16 channels, 500 images of 28 x 28", _convolutional, "float32",
                SIDE),
}  # fmt: skip


def torch_surface(name: str) -> str:
    """Return the table of a random plane of the module called `name`."""
    if not has_torch():
        return TORCH_MISSING
    import torch

    import steepest as st

    case = TORCH_SURFACES[name]
    torch.set_num_threads(1)
    torch.manual_seed(0)
    dtype = getattr(torch, case.dtype)
    model, loss, X, y = case.make(torch)
    model, X = model.to(dtype), X.to(dtype)
    y = y.to(dtype) if y.is_floating_point() else y
    seen = st.torch.surface(model, loss, (X, y), points=2, dtype=dtype)
    plane, on = seen.plane, seen.objective.on_plane(seen.plane)
    cells = np.linspace(0, SIDE**2 - 1, case.cells).astype(int)
    a, b = (np.linspace(-1.0, 1.0, SIDE)[one] for one in (cells % SIDE, cells // SIDE))
    works: dict[str, Callable[[], Any]] = {OURS: partial(on.at, a, b)}
    works["torch inference_mode loop"] = partial(_loop, (model, loss, X, y), plane, dtype, a, b)
    works |= {
        f"torch.func.vmap, {count} points": partial(
            _vmap, (model, loss, X, y), plane, dtype, a, b, count
        )
        for count in (4, 51)
    }
    peers = peers_on(plane, (model, loss, X, y))
    seconds = in_turn(works | {name: peer.work for name, peer in peers.items()}, ROUNDS)
    found = {name: (peer.work(), len(peer.points[0])) for name, peer in peers.items()}
    found |= {name: (work(), case.cells) for name, work in works.items()}
    exact = model.double(), loss, X.double(), _double(y)
    truth = _loop(exact, plane, torch.float64, a, b)
    true = dict.fromkeys(works, truth)
    true |= {
        name: _loop(exact, peer.plane or plane, torch.float64, *peer.points)
        for name, peer in peers.items()
    }
    each = {name: taken / found[name][1] for name, taken in seconds.items()}
    rows = [
        [name, milliseconds(taken * SIDE**2), times(taken / each[OURS]),
         f"{np.abs(np.ravel(found[name][0]) - true[name]).max():.0e}"]
        for name, taken in each.items()
    ]  # fmt: skip
    scaled = "" if case.cells == SIDE**2 else f", from {case.cells:,} cells"
    title = (
        f"Surface of a module of PyTorch in {case.dtype}, random plane, {SIDE} x {SIDE}{scaled}: "
        f"{case.name} (steepest's way: {on.way})"
    )
    absent = missing_peers()
    note = f"\nNot installed: {', '.join(absent)} (pip install --no-deps).\n" if absent else ""
    return table(title, ("", "median ms", "to steepest", "off by"), rows) + note


def _double(y: Any) -> Any:
    return y.double() if y.is_floating_point() else y


def _tensors(model: Any, plane: Plane, dtype: Any) -> Callable[[Any, Any], dict[str, Any]]:
    """Return what makes the module's parameters at a point, by their names."""
    import torch

    origin, u, v = (
        torch.from_numpy(np.array(one)).to(dtype) for one in (plane.origin, plane.u, plane.v)
    )
    known = [(name, one.shape, one.numel()) for name, one in model.named_parameters()]

    def at(a: Any, b: Any) -> dict[str, Any]:
        parts = (origin + a * u + b * v).split([count for _, _, count in known])
        return {n: part.view(s) for (n, s, _), part in zip(known, parts, strict=True)}

    return at


def _loop(of: tuple[Any, ...], plane: Plane, dtype: Any, a: Any, b: Any) -> Any:
    """Return the losses one after the other, (cells,)."""
    import torch

    model, loss, X, y = of
    tensors, found = _tensors(model, plane, dtype), []
    with torch.inference_mode():
        for at in zip(a.tolist(), b.tolist(), strict=True):
            output = torch.func.functional_call(model, tensors(*at), (X,))
            found.append(loss(output, y).item())
    return np.array(found)


def _vmap(of: tuple[Any, ...], plane: Plane, dtype: Any, a: Any, b: Any, count: int) -> Any:
    """Return the losses, so many points in one call, (cells,)."""
    import torch

    model, loss, X, y = of
    tensors = _tensors(model, plane, dtype)
    batched = torch.func.vmap(
        lambda a, b: loss(torch.func.functional_call(model, tensors(a, b), (X,)), y)
    )
    found = []
    with torch.inference_mode():
        for i in range(0, len(a), count):
            at = (torch.from_numpy(one[i : i + count]).to(dtype) for one in (a, b))
            found.append(batched(*at).numpy())
    return np.concatenate(found)

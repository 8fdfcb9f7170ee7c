"""Both ends of a module's Hessian over unequal batches with weights of classes, by four programs.

The truth is the whole matrix, by `torch.func.hessian` of all rows at once, in float64. Who takes a
mean of batch means, or weighs batches by their rows, has the curvature of another loss. Both ends
take longer than the top alone, so programs are compared with ours at what they find; all at the
same `TOL`, but by it PyHessian stops once the value changes no more, and we once its residual is
below it.
"""

import warnings
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np

from bench.timing import TORCH_MISSING, has_torch, in_turn, milliseconds, table, times

__all__ = ["torch_hessian"]

ROUNDS, TOL = 5, 1e-4

OURS, TOP = "st.torch", ", the top alone"

OURS_TOP = OURS + TOP

BATCHES = (130, 130, 40)

Ends = Callable[[], tuple[float, float]]


def torch_hessian() -> str:
    """Return the table: the ends as each program has them, how far off, and how long it took."""
    if not has_torch():
        return TORCH_MISSING
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    nn, generator = torch.nn, np.random.default_rng(0)
    model = nn.Sequential(nn.Linear(10, 16), nn.Tanh(), nn.Linear(16, 3)).double()
    X = torch.from_numpy(generator.standard_normal((sum(BATCHES), 10)))
    y = torch.from_numpy((3 * generator.random(len(X)) ** 2).astype(np.int64))
    loss = nn.CrossEntropyLoss(torch.tensor([1.0, 6.0, 0.3], dtype=torch.float64))
    batches = list(zip(X.split(BATCHES), y.split(BATCHES), strict=True))
    known = {
        OURS: (_ours, "steepest"),
        OURS_TOP: (_our_top, "steepest"),
        "curvlinops": (_curvlinops, "curvlinops"),
        "hessian-eigenthings": (_eigenthings, "hessian_eigenthings"),
        f"PyHessian{TOP}": (_pyhessian, "pyhessian"),
    }
    works: Mapping[str, Ends] = {
        name: made(model, loss, batches) for name, (made, package) in known.items()
        if find_spec(package)
    }  # fmt: skip
    truth = _truth(model, loss, X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {name: work() for name, work in works.items()}
        seconds = in_turn(works, ROUNDS)
    rows = [
        [name, *(_told(one, ".6f") for one in (top, bottom)),
         *(_told(abs(a - b) / abs(b), ".0e") for a, b in zip((top, bottom), truth, strict=True)),
         milliseconds(seconds[name]),
         times(seconds[name] / seconds[OURS_TOP if name.endswith(TOP) else OURS])]
        for name, (top, bottom) in found.items()
    ]  # fmt: skip
    sizes = ", ".join(map(str, BATCHES))
    title = (
        f"Ends of the Hessian, 10-16-3 tanh, batches of {sizes} rows, weights "
        f"of classes: {truth[0]:.6f} and {truth[1]:.6f}"
    )
    missing = ", ".join(name for name in known if name not in works)
    note = f"\nNot installed: {missing} (pip install --no-deps).\n" if missing else ""
    header = ("", "top", "bottom", "top off by", "bottom off by", "median ms", "to steepest")
    return table(title, header, rows) + note


def _told(number: float, digits: str) -> str:
    """Return a number, or nothing of one that was not asked for."""
    return "" if np.isnan(number) else f"{number:{digits}}"


def _truth(model: Any, loss: Any, X: Any, y: Any) -> tuple[float, float]:
    """Return the largest and the smallest eigenvalue of the whole matrix."""
    import torch

    known = [(name, one.shape, one.numel()) for name, one in model.named_parameters()]

    def of(vector: Any) -> Any:
        parts = vector.split([count for _, _, count in known])
        given = {n: part.view(s) for (n, s, _), part in zip(known, parts, strict=True)}
        return loss(torch.func.functional_call(model, given, (X,)), y)

    whole = torch.func.hessian(of)(torch.nn.utils.parameters_to_vector(model.parameters()).detach())
    values = np.linalg.eigvalsh(whole.numpy())
    return float(values[-1]), float(values[0])


def _ours(model: Any, loss: Any, batches: Any) -> Ends:
    import steepest as st
    from steepest.objective.linear_algebra.lanczos import spectrum_ends

    objective = st.torch.objective(model, loss, batches)

    def ends() -> tuple[float, float]:
        product = objective.hessian_at(objective.params)
        assert product is not None
        found = spectrum_ends(product, objective.size, tol=TOL)
        return found.top.value, found.bottom.value

    return ends


def _our_top(model: Any, loss: Any, batches: Any) -> Ends:
    import steepest as st
    from steepest.objective.linear_algebra.lanczos import spectrum_ends

    objective = st.torch.objective(model, loss, batches)

    def ends() -> tuple[float, float]:
        product = objective.hessian_at(objective.params)
        assert product is not None
        found = spectrum_ends(product, objective.size, tol=TOL, top_alone=True)
        return found.top.value, float("nan")

    return ends


def _curvlinops(model: Any, loss: Any, batches: Any) -> Ends:
    from curvlinops import HessianLinearOperator
    from scipy.sparse.linalg import eigsh

    made = HessianLinearOperator(
        model, loss, list(model.parameters()), batches, check_deterministic=False
    )
    matrix = made.to_scipy()

    def ends() -> tuple[float, float]:
        top, bottom = (
            float(eigsh(matrix, k=1, which=end, tol=TOL, return_eigenvectors=False)[0])
            for end in ("LA", "SA")
        )
        return top, bottom

    return ends


def _eigenthings(model: Any, loss: Any, batches: Any) -> Ends:
    import hessian_eigenthings

    def of(model: Any, batch: Any) -> Any:
        return loss(model(batch[0]), batch[1])

    matrix = hessian_eigenthings.HessianOperator(model, batches, of)

    def ends() -> tuple[float, float]:
        top, bottom = (
            float(
                hessian_eigenthings.lanczos(matrix, k=1, tol=TOL, which=end, seed=0).eigenvalues[0]
            )
            for end in ("LA", "SA")
        )
        return top, bottom

    return ends


def _pyhessian(model: Any, loss: Any, batches: Any) -> Ends:
    from pyhessian import hessian

    def ends() -> tuple[float, float]:
        made = hessian(model, loss, dataloader=batches, cuda=False)
        values, _ = made.eigenvalues(maxIter=300, tol=TOL, top_n=1)
        return float(values[0]), float("nan")

    return ends

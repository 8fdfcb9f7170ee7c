"""The trace of a training that was watched: what its loop did, and the loss of all rows.

That is worked out afterwards, at a number of points that is bounded, by the objective of the same
model, loss and data.
"""

import numpy as np
from numpy.typing import NDArray

from steepest.bridge.torch.objective import TorchObjective
from steepest.bridge.torch.recording import Recording
from steepest.bridge.torch.steps import Steps
from steepest.step import NUMBERS
from steepest.trace import Trace

__all__ = ["trace_of"]

Array = NDArray[np.float64]

MOST_MEASURED = 100
"""Points at which the loss of all rows is worked out: so many passes over the data, whatever the
training took; a figure of the loss has room for no more."""

SAME_LOSS = 1e-5
"""The share by which a loss of all rows may be off that of a training in float32."""

SAME_GRADIENT = 0.01
"""The share by which a gradient of all rows may be off that of a training in float32 or coarser."""

ROUNDINGS = 8.0
"""Rounding units of coarser arithmetic by which it may be off."""


def trace_of(
    recording: Recording, steps: Steps, objective: TorchObjective | None, total_rows: int
) -> tuple[Trace, int, bool]:
    """Return the trace, at how many points the loss of all rows was measured, and if it is each's.

    That is so where the loop's loss is the same wherever it was measured: its steps saw all rows.
    """
    count = len(steps.losses)
    kept, params = recording.weights()
    kept, params = _with_last(kept, params, count, recording.last_row)
    full, at_end, points = _measured(objective, kept, params, count)
    gradients = _gradients(recording, kept, params.shape, count)
    norms = steps.gradient_norms.copy()
    by_all = _are_of_all(steps, full, total_rows, recording.coarsest)
    by_all = by_all and _agrees(recording, steps, objective, kept, params)
    if at_end is not None and np.isnan(norms[-1]):
        # Beside the lengths of mini-batches that of all rows would look like a fall.
        saw_all = (steps.begun.rows >= total_rows).all()
        gradients[-1], norms[-1] = at_end, np.linalg.norm(at_end) if saw_all else np.nan
    full = np.where(np.isnan(full), steps.losses, full) if by_all else full
    losses = full if by_all else np.where(np.isnan(steps.losses), _only_last(full), steps.losses)
    columns = {
        "loss": losses,
        "full_loss": full,
        "gradient_norm": norms,
        "steepness": norms,
        "learning_rate": steps.rates,
        "seconds": steps.seconds,
        "rows": steps.rows,
        "passes": _passes(steps.rows, total_rows),
        "gap": np.full(count, np.nan),
        "validation_loss": np.full(count, np.nan),
    }
    arrays = {
        "numbers": np.array([columns.get(name, np.zeros(count)) for name in NUMBERS]).T,
        "kept": kept,
        "params": params,
        "gradients": gradients,
        "stride": np.array(recording.stride),
    }
    trace = Trace.from_arrays(arrays)
    trace.projections = recording.projections()
    return trace, points, by_all


def _are_of_all(steps: Steps, full: Array, total_rows: int, coarsest: float) -> bool:
    """Return whether the loop's losses are those of all rows, by all that were measured.

    `coarsest` is the rounding unit of its arithmetic.
    """
    begun = steps.begun
    losses, full = begun.losses, full[: len(begun.losses)]
    known = np.isfinite(full) & np.isfinite(losses)
    rounding = ROUNDINGS * coarsest
    allowed = max(SAME_LOSS, rounding) * np.abs(full) + rounding * np.abs(full[known][:1]).sum()
    same = bool((np.abs(full - losses) <= allowed)[known].all())
    return bool(known.any()) and same and bool((begun.rows >= total_rows).all())


def _agrees(
    recording: Recording,
    steps: Steps,
    objective: TorchObjective | None,
    kept: NDArray[np.intp],
    params: Array,
) -> bool:
    """Return whether the first gradient is that of all rows by the loss's factor.

    Where backward was called on nothing but the loss, it is.
    """
    if (steps.begun.whole == 1.0).all():
        return True
    own, factor = recording.first_gradient, steps.factors[0]
    if objective is None or own is None or kept[0] or not np.isfinite(factor):
        return False
    whole = factor * objective.evaluate(params[0]).gradient
    longest = max(np.linalg.norm(own), np.linalg.norm(whole))
    allowed = SAME_GRADIENT * longest + SAME_LOSS * abs(steps.losses[0])
    return bool(np.linalg.norm(own - whole) <= allowed)


def _only_last(full: Array) -> Array:
    """Return NaN in place of all numbers but the last."""
    return np.append(np.full(len(full) - 1, np.nan), full[-1])


def _with_last(
    kept: NDArray[np.intp], params: Array, count: int, last: Array
) -> tuple[NDArray[np.intp], Array]:
    """Return the kept points with the last one among them."""
    if len(kept) and kept[-1] == count - 1:
        return kept, params
    return np.append(kept, count - 1), np.vstack([params, last[None]])


def _measured(
    objective: TorchObjective | None, kept: NDArray[np.intp], params: Array, count: int
) -> tuple[Array, Array | None, int]:
    """Return the loss of all rows at some kept points, (points,), and the gradient at the last.

    The number is how many these are: evenly among them, first and last too.
    """
    full = np.full(count, np.nan)
    if objective is None:
        return full, None, 0
    places = np.unique(np.linspace(0, len(kept) - 1, MOST_MEASURED).astype(int))
    for place in places[:-1]:
        full[kept[place]] = objective.value(params[place])
    at_end = objective.evaluate(params[-1])
    full[-1] = at_end.loss
    return full, at_end.gradient, len(places)


def _gradients(
    recording: Recording, kept: NDArray[np.intp], shape: tuple[int, ...], count: int
) -> Array:
    """Return the gradients at the kept points, (kept, params): NaN where they were not kept."""
    whole = np.full(shape, np.nan)
    if recording.keeps_gradients:
        at, rows = recording.gradients()
        whole[np.searchsorted(kept, at)] = rows
    elif recording.first_gradient is not None:
        whole[0] = recording.first_gradient
    return whole


def _passes(rows: Array, total: int) -> Array:
    """Return how often all rows had been read once each point was known, (points,)."""
    return np.cumsum(rows) / total if total else np.zeros(len(rows))

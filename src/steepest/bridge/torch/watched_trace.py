"""The trace of a training that was watched: what its loop did, and the loss of all rows.

That is worked out afterwards, at a number of points that is bounded, by the objective of the same
model, loss and data.
"""

import numpy as np
from numpy.typing import NDArray

from steepest.bridge.torch.objective import TorchObjective
from steepest.bridge.torch.recording import Recording, Steps
from steepest.step import COLUMNS, NUMBERS
from steepest.trace import Trace

__all__ = ["trace_of"]

Array = NDArray[np.float64]

MOST_MEASURED = 100
"""Points at which the loss of all rows is worked out: so many passes over the data, whatever the
training took; a figure of the loss has room for no more."""

SAME_LOSS = 1e-5
"""The share by which a float32 loss of all rows may be off the one that the training worked out."""


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
    known = ~np.isnan(full[:-1]) & ~np.isnan(steps.losses[:-1])
    off = np.abs(full[:-1] - steps.losses[:-1]) > SAME_LOSS * np.abs(full[:-1])
    whole = steps.rows[:-1] >= total_rows
    by_all = bool(known.any() and not off[known].any() and whole.all())
    losses = steps.losses.copy()
    if np.isnan(losses[-1]):
        losses[-1] = full[-1]
    full = np.where(np.isnan(full), losses, full) if by_all else full
    norms = steps.gradient_norms.copy()
    gradients = _gradients(recording, kept, params.shape, count)
    if at_end is not None and np.isnan(norms[-1]):
        gradients[-1], norms[-1] = at_end, np.linalg.norm(at_end)
    columns = {
        "loss": full if by_all else losses,
        "full_loss": full,
        "gradient_norm": norms,
        "steepness": norms,
        "learning_rate": _main_rates(recording, count),
        "seconds": steps.seconds,
        "rows": steps.rows,
        "passes": _passes(steps.rows, total_rows),
        "gap": np.full(count, np.nan),
        "validation_loss": np.full(count, np.nan),
    }
    numbers = np.zeros((count, len(NUMBERS)))
    for name, column in columns.items():
        numbers[:, COLUMNS[name]] = column
    arrays = {
        "numbers": numbers,
        "kept": kept,
        "params": params,
        "gradients": gradients,
        "stride": np.array(recording.stride),
    }
    return Trace.from_arrays(arrays), points, by_all


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


def _main_rates(recording: Recording, count: int) -> Array:
    """Return the rate in force at each point, (points,), of the group that holds most params."""
    held = [sum(one.numel() for one in group["params"]) for group in recording.groups]
    main = int(np.argmax(held)) if held else 0
    rates = [at[main] if main < len(at) else np.nan for at in recording.rates[:count]]
    return np.array(rates, dtype=np.float64)


def _passes(rows: Array, total: int) -> Array:
    """Return how often all rows had been read once each point was known, (points,)."""
    return np.cumsum(rows) / total if total else np.zeros(len(rows))

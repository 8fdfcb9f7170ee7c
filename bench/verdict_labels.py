"""The label of a run by its outcome: sound, or what a change of it shows to have been wrong.

    fall = (loss at the start - at the end) / (loss at the start - the lowest that was reached)

The lowest is that of the same steps at the best of a fine grid of rates, by the run's own settings
or by the usual ones, and of a linear model the minimum itself. A run is

- separation: a linear program finds weights that tell the classes apart (then there is no minimum);
- too large (divergence, unsettled, oscillation): its last loss is not finite, is above its first,
  or is above its lowest by a tenth of the fall;
- sound: its fall is 0.9 or more;
- too small: another rate of the grid, with all else the same, has a fall of 0.9, and it is larger;
- too large: the same, and it is smaller;
- else what no rate mends. Of a linear model: a ravine. Of a network: vanishing, saturation, saddle.

Of a faulty network whose hidden units are equal symmetry is right too, and dead units where a
hidden layer answers 0 to all rows: that is looked at by plain NumPy.
"""

from functools import cache

import numpy as np
from scipy.optimize import linprog

import steepest as st
from bench.verdict_cases import Case

__all__ = ["HEALTHY", "label"]

HEALTHY: frozenset[str] = frozenset()

FALL = 0.9
"""The fall, as a share of what can be reached, of a sound run."""

TOO_LARGE = frozenset({"divergence", "unsettled", "oscillation"})

GRID = np.geomspace(1e-3, 1e3, 19)
"""Rates that are tried: these times the run's own, three each decade."""


def label(case: Case, run: st.Run) -> frozenset[str]:
    """Return the names that are right of a run; `HEALTHY` of a sound one."""
    if is_separable(case):
        return frozenset({"separation"})
    fault = fault_of(case, run)
    return fault if fault == HEALTHY or run.objective.is_convex else fault | of_units(case, run)


def fault_of(case: Case, run: st.Run) -> frozenset[str]:
    """Return what a change of the run shows to be wrong with it, but for its units."""
    losses = run.trace.full_losses
    first, last = float(losses[0]), float(losses[-1])
    if not np.isfinite(last) or last > first:
        return TOO_LARGE
    own = reached(case)
    floor = min(min(own.values()), lowest(case, run), last)
    whole = first - floor
    if last - float(np.nanmin(losses)) > (1.0 - FALL) * whole:
        return TOO_LARGE
    if first - last >= FALL * whole:
        return HEALTHY
    better = [rate for rate, loss in own.items() if first - loss >= FALL * whole]
    if better:
        larger = max(better) > case.rate
        return frozenset({"too small"}) if larger else TOO_LARGE
    if run.objective.is_convex:
        return frozenset({"ravine"})
    return frozenset({"vanishing", "saturation", "saddle"})


def of_units(case: Case, run: st.Run) -> frozenset[str]:
    """Return whether the units of a hidden layer are equal, and whether they are 0, by name."""
    layers = [a for a in hidden_answers(case, run) if a.shape[1] > 1]
    alike = any(bool((a == a[:, :1]).all()) for a in layers)
    dead = any(not a.any() for a in layers)
    return frozenset({"symmetry"} if alike else ()) | frozenset({"dead units"} if dead else ())


def reached(case: Case) -> dict[float, float]:
    """Return the last loss of the same run at each rate of the grid."""
    rates = [float(case.rate * factor) for factor in GRID]
    return {rate: case.changed(learning_rate=rate).end() for rate in rates}


def lowest(case: Case, run: st.Run) -> float:
    """Return the minimum of a linear model, or what the usual settings reach by the grid."""
    if run.objective.is_convex:
        return float(st.descend((case.X, case.y), loss=case.options["loss"]).loss)
    if all(case.options[name] == value for name, value in case.usual.items()):
        return np.inf
    usual = case.changed(**case.usual, learning_rate=0.3)
    return min(reached(usual).values())


def hidden_answers(case: Case, run: st.Run) -> list[np.ndarray]:
    """Return what each hidden layer answers to the rows, (rows, units), by plain NumPy."""
    answer, layers = np.asarray(case.X, dtype=float), []
    for weights, bias in matrices(case, run)[:-1]:
        answer = activate(case, answer @ weights + bias)
        layers.append(answer)
    return layers


def matrices(case: Case, run: st.Run) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return weights, (inputs, units), and biases of all layers."""
    params = np.asarray(run.trace.last_finite.params)
    if not case.in_torch:
        return [(one.weights, one.bias) for one in run.problem.layers(params)]
    width = case.options["hidden"]
    first, bias, out, last = np.split(params, np.cumsum([2 * width, width, width]))
    return [(first.reshape(width, 2).T, bias), (out[:, None], last)]


def activate(case: Case, z: np.ndarray) -> np.ndarray:
    """Return what units answer to their sums."""
    kind = case.options.get("activation", "relu")
    if kind == "tanh":
        return np.tanh(z)
    return np.maximum(z, 0.0) if kind == "relu" else 1.0 / (1.0 + np.exp(-z))


@cache
def _is_apart(key: bytes, rows: int, classes: tuple[int, ...]) -> bool:
    X1 = np.frombuffer(key).reshape(rows, -1)
    codes, k, width = np.array(classes), max(classes) + 1, X1.shape[1]
    # Each row's own class is ahead of each other by 1 at least.
    ahead = [
        np.concatenate([((j == code) * 1.0 - (j == other) * 1.0) * x for j in range(k)])
        for x, code in zip(X1, codes, strict=True)
        for other in range(k)
        if other != code
    ]
    found = linprog(
        np.zeros(k * width), A_ub=-np.array(ahead), b_ub=-np.ones(len(ahead)), bounds=(None, None)
    )
    return bool(found.status == 0)


def is_separable(case: Case) -> bool:
    """Return whether weights tell the classes of a linear model apart, by HiGHS."""
    if case.family not in ("logistic", "softmax"):
        return False
    X1 = np.ascontiguousarray(np.column_stack([case.X, np.ones(len(case.X))]))
    codes = np.unique(case.y, return_inverse=True)[1]
    return _is_apart(X1.tobytes(), len(X1), tuple(map(int, codes)))

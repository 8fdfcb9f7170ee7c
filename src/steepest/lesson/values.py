"""The numbers in the sentences of a lesson, by the names of their places."""

from collections.abc import Mapping

import numpy as np

from steepest.lesson.race import FAR
from steepest.lesson.walks import RATE, RATES, ClassWalks, LineWalks, NetworkWalk
from steepest.view.story import shortened

__all__ = ["NAME", "Value", "values_of"]

Value = float | int | str
"""A number, or words."""

NAME = 24
"""Letters of a name: two of them stand in an equation over a picture on a third of a slide."""

LARGE, LARGEST = 1e7, 1e15
"""From the one to the other a sum of squares is written with all its digits."""


def values_of(
    line: LineWalks, classes: ClassWalks, network: NetworkWalk, words: Mapping[str, str]
) -> dict[str, Value]:
    """Return the values of all places; `words` are those of the pictures."""
    found: dict[str, Value] = {}
    for some in (
        _of_rows(line),
        _of_steps(line, words),
        _of_row(line),
        _of_rates(line),
        _of_ravine(line),
        _of_classes(classes),
        _of_network(network),
    ):
        found |= some
    return found


def _of_rows(line: LineWalks) -> dict[str, Value]:
    rows, x = line.rows, line.x
    return {
        "source": rows["source"],
        "x": shortened(rows["x"], NAME),
        "y": shortened(rows["y"], NAME),
        "n": len(x),
        "mean": float(x.mean()),
        "deviation": float(x.std()),
    }


def _of_steps(line: LineWalks, words: Mapping[str, str]) -> dict[str, Value]:
    """Return weight, bias, gradient and loss of the first steps, and the losses of the walk."""
    trace = line.walk.trace
    found: dict[str, Value] = {"rate": RATE, "rounds": len(trace) - 1}
    for step in range(3):
        w, b = trace[step].params
        found |= {f"w{step}": float(w), f"b{step}": float(b), f"loss{step}": trace[step].loss}
    for name, slope in zip("wb", trace[0].gradient, strict=True):
        found |= {
            f"g{name}": float(slope),
            f"g{name}_in": float(slope),
            f"g{name}_size": abs(float(slope)),
            f"{name}_way": words["up"] if slope < 0 else words["down"],
        }
    found["sq_sum"] = _told_whole(trace[0].loss * len(line.y))
    found["loss_end"] = trace.last.loss
    found["lowest"] = line.lowest
    return found


def _told_whole(value: float) -> float | int:
    """Return a large sum as a whole number: rounded to a power of ten it is not rows times loss."""
    return round(value) if LARGE <= value < LARGEST else value


def _of_row(line: LineWalks) -> dict[str, Value]:
    """Return the row that the line at the start misses most."""
    w, b = line.start
    predicted = w * line.z + b
    row = int(np.argmax(np.abs(line.y - predicted)))
    actual, given = float(line.y[row]), float(predicted[row])
    return {"row_y": actual, "row_f": given, "row_e": actual - given}


def _of_rates(line: LineWalks) -> dict[str, Value]:
    """Return each rate with its last loss, and what share of the distance it leaves."""
    far = np.linalg.norm(line.start - line.best)
    tries = len(line.rates["good"].trace) - 1
    found: dict[str, Value] = {"tries": tries, "limit": 1}
    for name, run in line.rates.items():
        last = run.trace.last
        found |= {
            "rate" if name == "good" else name: RATES[name],
            f"{name}_loss": last.loss,
            f"{name}_left": float(np.linalg.norm(last.params - line.best) / far),
        }
    return found


def _of_ravine(line: LineWalks) -> dict[str, Value]:
    """Return what the same walk does in the feature's own units, without momentum and with it."""
    least, most = line.curvatures
    race = line.race
    best, start = (line.in_own_units(one) for one in (line.best, line.start))
    last = line.plain.trace.last
    left = float(np.linalg.norm(last.params - best) / np.linalg.norm(start - best))
    return {
        "condition": most / least,
        "far": FAR,
        "beta": race.beta,
        "stretch": race.condition,
        "ravine_left": left,
        "plain_loss": race.plain.trace.last.loss,
        "momentum_loss": race.momentum.trace.last.loss,
    }


def _of_classes(classes: ClassWalks) -> dict[str, Value]:
    rows, costs, trace = classes.rows, classes.costs, classes.walk.trace
    cost = float(costs[classes.row])
    return {
        "c_x": shortened(rows["x"], NAME),
        "c_y": shortened(rows["y"], NAME),
        "c_n": len(costs),
        "k": len(classes.classes),
        "row_p": float(np.exp(-cost)),
        "row_cost": cost,
        "cost_sum": float(costs.sum()),
        "c_loss0": float(costs.mean()),
        "c_rounds": len(trace) - 1,
        "c_loss_end": trace.last.loss,
    }


def _of_network(network: NetworkWalk) -> dict[str, Value]:
    losses, layers = network.walk.trace.losses, network.trained.layers
    return {
        "weights": sum(int(layer.weights.size) for layer in layers),
        "biases": sum(int(layer.bias.size) for layer in layers),
        "params": len(network.trained.param_names),
        "n_rounds": len(losses) - 1,
        "n_loss0": float(losses[0]),
        "n_loss_end": float(losses[-1]),
    }

"""A run as one JSON object, stable from version to version, for programs to read."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from steepest.run.run import Run

__all__ = ["report"]

FORMAT = 1


def report(run: Run, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return the run in numbers: data, choices, weights, bias, loss, stop, verdicts, files.

    `weights` maps each feature to its weight, or to its weight by class; `bias` is a number, or
    one by class. A loss that is no finite number is null.
    """
    classes = None if run.classes is None else [str(name) for name in run.classes]
    several = classes if classes is not None and len(classes) > 2 else None
    return {
        "format": FORMAT,
        "data": {
            "name": run.data.name,
            "rows": len(run.data.y),
            "dropped": run.data.dropped,
            "target": run.data.target.name,
            "classes": classes,
            "base_levels": run.data.features.bases,
        },
        "choices": run.plan.to_dict(),
        "weights": {
            name: _by_class(weight, several)
            for name, weight in zip(run.feature_names, run.weights, strict=True)
        },
        "bias": _by_class(run.bias, several),
        "loss": _finite(run.loss),
        "steps": len(run.trace) - 1,
        "start_loss": _finite(run.objective.value(run.trace[0].params)),
        "stop": asdict(run.stop),
        "verdicts": [
            asdict(verdict) | {"numbers": {k: _finite(v) for k, v in verdict.numbers.items()}}
            for verdict in run.verdicts
        ],
        "files": list(files),
    }


def _by_class(value: ArrayLike, classes: list[str] | None) -> float | dict[str, float]:
    """Return a number as it is, (); of several classes, (k,), each by the name of its class."""
    numbers = np.asarray(value).tolist()
    return numbers if classes is None else dict(zip(classes, numbers, strict=True))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None

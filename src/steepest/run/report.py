"""A run as one JSON object, stable from version to version, for programs to read."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from steepest.diagnosis.metrics import Measured
from steepest.run.run import Run
from steepest.view.metrics import fit_section

__all__ = ["report"]

FORMAT = 1


def report(run: Run, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return the run in numbers: data, choices, weights, bias, loss, stop, verdicts, checks, files.

    `metrics` are those of `Run.metrics` on the rows of the run, and on those kept back, and
    `metrics_in_words` says where they mislead.
    `weights` maps each feature to its weight, or to its weight by class; `bias` is a number, or
    one by class. `lowest_loss` is null where there is none, or it is not known, and so is `limit`,
    that of a fixed learning rate. Of an objective that was given there are `objective` and `params`
    instead, each param by its name. A loss that is no finite number is null, and so is that of rows
    kept back where there are none.
    """
    start = run.trace[0]
    return {
        "format": FORMAT,
        **run.problem.to_report(),
        "choices": run.plan.to_dict(),
        **run.problem.params_report(run.params),
        "loss": _finite(run.loss),
        "validation_loss": _finite(run.validation_loss),
        "metrics": _metrics(run, run.story.fitted),
        "validation_metrics": _metrics(run, run.story.held_out),
        "metrics_in_words": {one.heading: list(one.lines) for one in fit_section(run.story)},
        "lowest_loss": run.lowest_loss,
        "limit": run.plan.limit,
        "steps": len(run.trace) - 1,
        "start_loss": _finite(run.problem.loss_at(start.params, start.full_loss)),
        "stop": asdict(run.stop),
        "verdicts": [
            asdict(verdict) | {"numbers": {k: _finite(v) for k, v in verdict.numbers.items()}}
            for verdict in run.verdicts
        ],
        "notes": [asdict(note) for note in run.notes],
        "checks": [asdict(check) for check in run.checks],
        "files": list(files),
    }


def _metrics(run: Run, said: Measured | None) -> dict[str, Any] | None:
    """Return the metrics of some rows; None without any, or where the loss is no number."""
    if said is None or not math.isfinite(run.loss):
        return None
    found = dict(said.metrics)
    return {k: _finite(v) if isinstance(v, float) else _listed(v) for k, v in found.items()}


def _listed(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None

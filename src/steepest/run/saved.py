"""A run as a file: what of it is kept, and how it is read again, also from earlier versions."""

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypedDict

from numpy.typing import NDArray

from steepest.archive import damaged, read_archive, write_archive
from steepest.data.features import Features
from steepest.data.prepare import Data
from steepest.data.sparse import matrix_of, matrix_parts
from steepest.data.target import Target
from steepest.descent.checkpoint import Checkpoint
from steepest.descent.plan.method import objective_on
from steepest.descent.plan.options import Options
from steepest.descent.plan.plan import Plan
from steepest.descent.stopping import Stop
from steepest.diagnosis.verdict import Verdict
from steepest.errors import ChoiceError
from steepest.objective.loss.named import LOSSES
from steepest.objective.model.linear import param_names
from steepest.objective.risk import LinearObjective
from steepest.trace import Trace

if TYPE_CHECKING:
    from steepest.run.run import Run

__all__ = ["read_run", "write_run"]

Arrays = Mapping[str, NDArray[Any]]


class RunParts(TypedDict):
    """What a run is made of; see `Run`."""

    data: Data
    objective: LinearObjective
    plan: Plan
    trace: Trace
    stop: Stop
    verdicts: list[Verdict]
    options: Options | None
    checkpoint: Checkpoint | None


def write_run(run: "Run", path: str | os.PathLike[str]) -> None:
    """Write a run to `path`, whole or not at all; see `Run.save`.

    Its plan is kept in words with their numbers, the options beside it as they were given.
    Raises ChoiceError for a loss of the reader's own: no file holds code.
    """
    if run.plan.loss.name not in LOSSES:
        raise ChoiceError(
            f"the loss {run.plan.loss.name} is your own, and no file holds code, so the run cannot "
            "be saved; keep run.params and run.trace_table()"
        )
    data, options = run.data, None if run.options is None else run.options.to_dict()
    record = {
        "name": data.name,
        "dropped": data.dropped,
        "weightless": data.weightless,
        "features": data.features.to_dict(),
        "target": data.target.to_dict(),
        "choices": run.plan.to_dict(),
        "stop": asdict(run.stop),
        "verdicts": [asdict(verdict) for verdict in run.verdicts],
        "asked": options,
    }
    arrays = {**matrix_parts(data.X), "y": data.y}
    if run.checkpoint is not None and options is not None:
        arrays |= run.checkpoint.to_arrays()
    if data.sample_weight is not None:
        arrays["sample_weight"] = data.sample_weight
    write_archive(path, record, arrays | run.trace.to_arrays())


def read_run(path: str | os.PathLike[str]) -> RunParts:
    """Return the parts of the run in the file `path`.

    Raises FileError for a file that is missing, damaged, foreign, or of a later version.
    """
    record, arrays = read_archive(path)
    try:
        parts = _parts_of(record, arrays)
        fits = _fit_together(parts)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise damaged(path, error) from error
    if not fits:
        raise damaged(path, ValueError("its parts do not fit together"))
    return parts


def _fit_together(parts: RunParts) -> bool:
    """Return whether trace, objective, names and checkpoint are of the same size."""
    trace, data, at = parts["trace"], parts["data"], parts["checkpoint"]
    names = param_names(data.features.names, data.target.classes)
    fits = trace.size == parts["objective"].size == len(names)
    if at is None:
        return fits
    return fits and at.index in (len(trace) - 1, len(trace)) and at.params.size == trace.size


def _parts_of(record: Mapping[str, Any], arrays: Arrays) -> RunParts:
    data = _data_of(record, arrays)
    options = Options.from_dict(record["asked"]) if record.get("asked") else None
    classes = None if data.target.classes is None else len(data.target.classes)
    plan = Plan.from_dict(record["choices"], classes, options)
    return RunParts(
        data=data,
        objective=objective_on(data, plan.loss, plan.penalty),
        plan=plan,
        trace=Trace.from_arrays(arrays),
        stop=Stop(**record["stop"]),
        verdicts=[Verdict(**verdict) for verdict in record["verdicts"]],
        options=options,
        checkpoint=Checkpoint.from_arrays(arrays),
    )


def _data_of(record: Mapping[str, Any], arrays: Arrays) -> Data:
    return Data(
        X=matrix_of(arrays),
        y=arrays["y"],
        features=Features.from_dict(record["features"]),
        target=Target.from_dict(record["target"]),
        name=record["name"],
        dropped=record["dropped"],
        sample_weight=arrays.get("sample_weight"),
        weightless=record.get("weightless", 0),
    )

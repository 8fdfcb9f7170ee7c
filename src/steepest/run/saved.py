"""A run as a file: what of it is kept, and how it is read again, also from earlier versions."""

import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from steepest.archive import damaged, read_archive, write_archive
from steepest.data.features import Features
from steepest.data.origin import origin_in
from steepest.data.prepared import Data
from steepest.data.sparse import matrix_of
from steepest.data.target import Target
from steepest.descent.checkpoint import Checkpoint
from steepest.descent.plan.method import model_on, objective_on
from steepest.descent.plan.options import Options
from steepest.descent.plan.plan import GIVEN, Plan
from steepest.descent.rule import GradientTransformation
from steepest.descent.steps.step_size import Schedule
from steepest.descent.stop import Stop
from steepest.diagnosis.as_record import as_record, of_record
from steepest.diagnosis.check import Check
from steepest.diagnosis.findings import Findings
from steepest.diagnosis.note import Note
from steepest.diagnosis.verdict import Verdict
from steepest.errors import ChoiceError
from steepest.objective.loss.named import LOSSES
from steepest.objective.model.hidden_layers import HiddenLayers
from steepest.objective.problem import Problem
from steepest.objective.recorded import Recorded
from steepest.objective.risk import Risk
from steepest.objective.table_problem import KEPT_BACK, TableProblem
from steepest.objective.without_rows import ProblemWithoutRows, RiskWithoutRows
from steepest.run.checked import check_data, check_parts, check_recorded
from steepest.run.without_rows import recorded_of, recorded_so_far
from steepest.surface.kept import kept_arrays, kept_record, surface_kept
from steepest.surface.surface import Surface
from steepest.trace import Trace

if TYPE_CHECKING:
    from steepest.run.run import Run

__all__ = ["Code", "check_kept", "read_run", "write_run"]

Arrays = Mapping[str, NDArray[Any]]


class RunParts(TypedDict):
    """What a run is made of; see `Run`."""

    problem: Problem
    plan: Plan
    trace: Trace
    stop: Stop
    findings: Findings
    options: Options | None
    checkpoint: Checkpoint | None
    kept_surface: Surface | None


class Code(NamedTuple):
    """What no file holds, given beside it: an objective, a rule, a function of the step."""

    objective: object = None
    rule: GradientTransformation | None = None
    learning_rate: Schedule | None = None


NO_CODE = Code()


def write_run(
    run: "Run",
    path: str | os.PathLike[str],
    *,
    data: bool = True,
    surface: Surface | None = None,
    to_go_on: bool = False,
) -> None:
    """Write a run to `path`, whole or not at all; see `Run.save`.

    Its plan is kept in words with their numbers, the options beside it as they were given. Without
    `data` no row is kept, and no checkpoint, from which nothing goes on without them. A file
    `to_go_on` of rows beyond memory tells in their place from where they are read anew. Raises
    ChoiceError for a loss of the reader's own: no file holds code; and for a `surface` that is
    another run's, or that a file need not keep.
    """
    check_kept(run.plan)
    stored = run.problem.is_stored
    if stored and to_go_on:
        run = _to_read_again(run)
    elif stored or not data:
        run = _without_rows(run)
    options = None if run.options is None else run.options.to_dict()
    record = {
        **run.problem.to_record(),
        "choices": run.plan.to_dict(),
        "stop": asdict(run.stop),
        "verdicts": [as_record(verdict) for verdict in run.verdicts],
        "notes": [as_record(note) for note in run.notes],
        "checks": [asdict(check) for check in run.checks],
        "asked": options,
    }
    arrays = run.problem.to_arrays()
    if run.checkpoint is not None and options is not None:
        arrays |= run.checkpoint.to_arrays()
    if stored and to_go_on and run.problem.origin is not None:
        record["origin"] = run.problem.origin.to_record()
    if surface is not None:
        _check_surface(run, surface)
        from steepest.view.scene import drawn_points

        record |= {"surface": kept_record(surface)}
        arrays |= kept_arrays(surface, drawn_points(run.story))
    write_archive(path, record, arrays | run.trace.to_arrays())


def check_kept(plan: Plan) -> None:
    """Raise ChoiceError for a plan whose run no file can hold."""
    if plan.loss_name not in (*LOSSES, GIVEN):
        raise ChoiceError(
            f"the loss {plan.loss_name} is your own, and no file holds code, so the run cannot "
            "be saved; keep run.params and run.trace_table()"
        )


def _check_surface(run: "Run", surface: Surface) -> None:
    """Raise ChoiceError for a surface that is another run's, or drawn from rows in the file."""
    run.check_own(surface)
    if run.problem.rows:
        raise ChoiceError(
            "a file keeps the surface of an objective that was given; this run is of rows, from "
            "which its surface is drawn again, so leave surface out"
        )


def _without_rows(run: "Run") -> "Run":
    """Return the run without its rows; ChoiceError where there are none."""
    problem = _problem_left(run, recorded_of(run))
    return replace(run, problem=problem, trace=run.informed_trace, checkpoint=None)


def _to_read_again(run: "Run") -> "Run":
    """Return the run without its rows, with all else from which it goes on to the same bits."""
    recorded = recorded_so_far(run) if run.stop.reason == "interrupted" else recorded_of(run)
    return replace(run, problem=_problem_left(run, recorded))


def _problem_left(run: "Run", recorded: Recorded) -> ProblemWithoutRows:
    """Return the problem of a run with what was recorded of its rows in their place."""
    objective = run.objective
    assert isinstance(objective, Risk)
    columns = _no_rows_of(run.problem.schema("saving without data"))
    risk = RiskWithoutRows(
        objective.model, objective.loss, objective.penalty, recorded, objective.to_record()
    )
    return ProblemWithoutRows(columns, risk, recorded)


def _no_rows_of(data: Data) -> Data:
    """Return the data with no row left."""
    X, y = np.empty((0, len(data.features.names))), np.empty(0)
    return replace(data, X=X, y=y, sample_weight=None, kept=None, validation=None, square_sum=None)


def read_run(path: str | os.PathLike[str], code: Code = NO_CODE) -> RunParts:
    """Return the parts of the run in the file `path`, with the code that the file has not.

    Raises FileError for a file that is missing, damaged, foreign, or of a later version, and
    ChoiceError for code that is not the run's.
    """
    record, arrays = read_archive(path)
    try:
        parts = _parts_of(record, arrays, code.objective)
        check_parts(parts)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        if code.objective is not None and isinstance(error, ChoiceError):
            raise
        raise damaged(path, error) from error
    if code.objective is not None:
        _check_objective(parts)
    parts["plan"] = parts["plan"].with_code(code.rule, code.learning_rate)
    return parts


def _check_objective(parts: RunParts) -> None:
    """Raise ChoiceError if the objective has another loss than was recorded of the last step."""
    last, problem = parts["trace"][-1], parts["problem"]
    found = problem.objective.value(last.params)
    usual = abs(parts["trace"].first.loss)
    if not np.isclose(found, last.full_loss, rtol=1e-6, atol=1e-9 * usual, equal_nan=True):
        raise ChoiceError(
            f"the objective has the loss {found:.6g} where the run in the file ended with "
            f"{last.full_loss:.6g}; give the objective that it was made with, {problem.name}"
        )


def _parts_of(record: Mapping[str, Any], arrays: Arrays, objective: object) -> RunParts:
    options = Options.from_dict(record["asked"]) if record.get("asked") else None
    problem, plan = _problem_and_plan(record, arrays, options, objective)
    trace, drawn = Trace.from_arrays(arrays), record.get("surface")
    names, own = problem.param_names, problem.objective
    return RunParts(
        problem=problem,
        plan=plan,
        trace=trace,
        stop=Stop(**record["stop"]),
        findings=Findings.of_file(
            verdicts=[Verdict(**of_record(verdict)) for verdict in record["verdicts"]],
            notes=[Note(**of_record(note)) for note in record.get("notes", [])],
            checks=[Check(**check) for check in record.get("checks", [])],
        ),
        options=options,
        checkpoint=Checkpoint.from_arrays(arrays),
        kept_surface=None if drawn is None else surface_kept(drawn, arrays, names, trace, own),
    )


def _problem_and_plan(
    record: Mapping[str, Any], arrays: Arrays, options: Options | None, objective: object
) -> tuple[Problem, Plan]:
    """Return what was minimised, of data or of the objective that is given, and how."""
    if "objective" in record:
        problem = Problem.from_record(record["objective"], objective)
        return problem, Plan.from_dict(record["choices"], None, options)
    if objective is not None:
        raise ChoiceError("the run in the file has its data and its objective; leave objective out")
    without = "without_rows" in record
    data = _columns_of(record) if without else _data_of(record, arrays)
    check_data(data)
    classes = None if data.target.classes is None else len(data.target.classes)
    plan = Plan.from_dict(record["choices"], classes, options)
    if without:
        recorded = Recorded.of_file(record["without_rows"], arrays)
        check_recorded(recorded, arrays["params"].shape[1], classes)
        return _problem_without_rows(data, plan, record, recorded), plan
    return _table_problem(data, plan, record), plan


def _problem_without_rows(
    columns: Data, plan: Plan, record: Mapping[str, Any], recorded: Recorded
) -> ProblemWithoutRows:
    """Return the problem of a file that holds no rows."""
    assert plan.loss is not None
    hidden, bias = _model_in(record)
    model = model_on(len(columns.features.names), plan.loss, hidden, bias=bias)
    written = {name: record[name] for name in ("network", "bias") if name in record}
    risk = RiskWithoutRows(model, plan.loss, plan.penalty, recorded, written)
    return ProblemWithoutRows(columns, risk, recorded)


def _table_problem(data: Data, plan: Plan, record: Mapping[str, Any]) -> TableProblem:
    """Return the problem of data under the plan's loss and penalty, with the model of the file."""
    assert plan.loss is not None
    hidden, bias = _model_in(record)
    return TableProblem(data, objective_on(data, plan.loss, plan.penalty, hidden, bias=bias))


def _model_in(record: Mapping[str, Any]) -> tuple[HiddenLayers | None, bool]:
    """Return the hidden layers that a file holds, None of a neuron, and whether it has a bias."""
    network = record.get("network")
    hidden = None if network is None else HiddenLayers.from_dict(network)
    return hidden, bool(record.get("bias", True))


def _columns_of(record: Mapping[str, Any]) -> Data:
    """Return the data of a file that holds no rows: features, target and names."""
    names = Features.from_dict(record["features"]).names
    columns = _rows_of(record, {"X": np.empty((0, len(names))), "y": np.empty(0)})
    return replace(columns, origin=origin_in(record))


def _data_of(record: Mapping[str, Any], arrays: Arrays) -> Data:
    data = _rows_of(record, arrays)
    begin = len(KEPT_BACK)
    back = {name[begin:]: part for name, part in arrays.items() if name.startswith(KEPT_BACK)}
    return replace(data, validation=_rows_of(record, back)) if back else data


def _rows_of(record: Mapping[str, Any], arrays: Arrays) -> Data:
    return Data(
        X=matrix_of(arrays),
        y=arrays["y"],
        features=Features.from_dict(record["features"]),
        target=Target.from_dict(record["target"]),
        name=record["name"],
        dropped=record["dropped"],
        sample_weight=arrays.get("sample_weight"),
        weightless=record.get("weightless", 0),
        notes=tuple(record.get("reading", ())),
        kept=arrays.get("rows_kept"),
        count_by=record.get("count_by", ""),
    )

"""A recording becomes a run: trace, plan, stop and verdicts, as those of a descent of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from steepest.bridge.torch.lost import lost_of
from steepest.bridge.torch.params import names_of
from steepest.bridge.torch.steps import Steps
from steepest.bridge.torch.tensors import Tensors
from steepest.bridge.torch.told import notes_of
from steepest.bridge.torch.watched_trace import trace_of
from steepest.bridge.torch.watching import Watching
from steepest.descent.loop import Method
from steepest.descent.plan.plan import Plan
from steepest.descent.sampling import AllRows
from steepest.descent.steps.step_size import Fixed, Scheduled, StepSize
from steepest.descent.stop import Stop
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.findings import Findings
from steepest.diagnosis.lost import Lost
from steepest.diagnosis.training import Training
from steepest.diagnosis.verdicts import judge
from steepest.objective.coordinates.coordinates import Identity
from steepest.objective.function import MissingObjective
from steepest.objective.loss.penalty import Penalty
from steepest.objective.objective import Objective
from steepest.objective.problem import Problem, problem_of
from steepest.run.run import Run
from steepest.trace import Trace

__all__ = ["param_names", "run_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LoopRows(AllRows):
    """The rows of a loop that is not ours: its steps saw `rows_each` of them.

    None says that their loss is that of all rows, 0 that it is another one, of whichever rows.
    """

    rows_each: int | None = None

    @property
    def varies(self) -> bool:
        """Whether losses may rise by chance."""
        return self.rows_each is not None

    @property
    def steps_in_words(self) -> str:
        """What steps are whose losses may rise by chance."""
        return super().steps_in_words if self.rows_each else "steps whose loss is the loop's own"


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def run_of(watching: Watching) -> Run:
    """Return the run of a training; its rates are those that were in force at each step."""
    recording, steps = watching.recording, watching.recording.steps()
    objective: Objective = watching.objective or _unmeasured(watching)
    trace, measured, by_all = trace_of(recording, steps, watching.objective, watching.total_rows)
    rates = trace.learning_rates
    plan = _plan_of(watching, steps, rates, by_all)
    method = Method(
        objective,
        trace.first.params,
        watching.known.rule,
        _step_size(rates),
        Identity(watching.curvature),
        LoopRows(objective, rows_each=plan.batch),
    )
    problem = _problem_of(watching, objective)
    lost = lost_of(steps, trace, objective)
    stop = _without_loss(lost) or _diverged(trace) or watching.stop
    evidence = Evidence(
        method,
        trace,
        stop,
        problem,
        training=_training(watching, steps),
        lost=lost,
        said=tuple(notes_of(watching, steps, measured, by_all)),
    )
    return Run(
        problem=problem,
        plan=plan,
        trace=trace,
        stop=stop,
        findings=Findings(judge(evidence), evidence),
    )


def _unmeasured(watching: Watching) -> MissingObjective:
    """Return the objective of a training whose data are not known."""
    missing = MissingObjective(watching.name, watching.recording.tensors.size)
    missing.missing = (
        f"{watching.why_unmeasured}, so only the losses that the loop worked out are known; "
        "give watch(model, optimizer, loss=..., data=...), and the loss of all rows, planes and "
        "surfaces are there"
    )
    return missing


def _problem_of(watching: Watching, objective: Objective) -> Problem:
    """Return the problem with the names of its params, and of its loss where that is known."""
    if watching.objective is not None:
        return problem_of(watching.objective, None)
    said = (
        "loss: what the loop worked out itself; that of all rows, and how many these are, is not "
        "known"
    )
    return Problem(
        objective, watching.name, param_names(watching.recording.tensors), loss_in_words=said
    )


def param_names(tensors: Tensors) -> tuple[str, ...]:
    """Return the names of all params, as those of `TorchObjective`: `fc.weight[3, 2]`."""
    shapes = zip(tensors.names, tensors.all, strict=True)
    return tuple(chain.from_iterable(names_of(name, one.shape) for name, one in shapes))


def _plan_of(watching: Watching, steps: Steps, rates: Array, by_all: bool) -> Plan:
    return Plan(
        loss=None,
        penalty=Penalty(),
        rule=watching.known.rule,
        learning_rate=_rate_in_words(rates[:-1] if len(rates) > 1 else rates),
        scale="none",
        curvature=watching.curvature,
        seed=0,
        random_start=False,
        steps=len(rates) - 1,
        batch=None if by_all else _batch_of(steps, watching.total_rows),
    )


def _batch_of(steps: Steps, total_rows: int) -> int:
    """Return how many rows most steps were on; 0 where that is not known, or where they saw all."""
    rows = steps.rows[:-1] if len(steps.rows) > 1 else steps.rows
    return 0 if (rows >= total_rows).all() and total_rows else int(np.median(rows))


def _rate_in_words(rates: Array) -> float | str:
    """Return the rate of all steps, or from which to which it went."""
    known = rates[np.isfinite(rates)]
    if not len(known):
        return "not known"
    if np.ptp(known) == 0.0:
        return float(known[0])
    return f"scheduled, {known[0]:.4g} at first, {known[-1]:.4g} at last"


def _step_size(rates: Array) -> StepSize:
    """Return the rates in force as a step size."""
    known = rates[:-1][np.isfinite(rates[:-1])]
    if len(known) and known[0] > 0.0 and np.ptp(known) == 0.0:
        return Fixed(float(known[0]))
    return Scheduled(lambda index: float(rates[min(index, len(rates) - 1)]))


def _training(watching: Watching, steps: Steps) -> Training:
    recording = watching.recording
    factors = steps.factors[:-1]
    if not np.isfinite(factors).any():
        factors = np.full(min(len(factors), 1), watching.factor)
    return Training(
        steps.moves[:-1],
        steps.gradient_norms[:-1],
        tuple(recording.unused),
        recording.uncleared,
        recording.looked_at,
        recording.emptied,
        recording.steps_looked_at,
        recording.passes,
        recording.stepped,
        factors,
        watching.factor,
        recording.maximizes,
    )


def _without_loss(lost: Lost | None) -> Stop | None:
    """Return the stop of a training that went on after its loss was no number; None of others."""
    if lost is None:
        return None
    return Stop("failed", f"{lost.what} is no finite number from step {lost.step:,} on")


def _diverged(trace: Trace) -> Stop | None:
    """Return the stop of a training that ended at numbers that are not finite, None of any other.

    They are looked for in the weights too: a loss that saturates may be finite without them.
    """
    last = trace.last
    losses: Sequence[float] = (last.loss, last.full_loss)
    if np.isfinite(last.params).all() and not np.isinf(losses).any() and not _turned_nan(trace):
        return None
    return Stop("diverged", f"diverged: loss is {last.full_loss:g} at step {last.index:,}")


def _turned_nan(trace: Trace) -> bool:
    """Return whether a loss of all rows was a number at first and is none at last."""
    return bool(np.isfinite(trace.full_losses[0]) and np.isnan(trace.full_losses[-1]))

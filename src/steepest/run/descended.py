"""A problem under options, descended on: planned, trained, and what came of it as a run."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from steepest.descent.plan.method import plan_method
from steepest.descent.plan.options import OPTIONS, Options
from steepest.descent.plan.plan import Plan
from steepest.errors import ChoiceError
from steepest.objective.problem import Problem
from steepest.run.callback import Callback
from steepest.run.checkpoint_file import CheckpointFile
from steepest.run.training import Outcome, train

if TYPE_CHECKING:
    from steepest.run.run import Run

    RunOf = Callable[[Problem, Plan, Options | None, Outcome], Run]

__all__ = ["descended"]


def descended(
    of: "RunOf",
    problem: Problem,
    options: Options,
    callback: Callback,
    progress: bool,
    given_up: Callable[[], bool],
    keeping: CheckpointFile | None = None,
) -> "Run":
    """Return the run of a problem under these options; `of` makes it of what training came to.

    Raises ChoiceError for options that do not fit the problem.
    """
    options = options.in_steps(problem.rows)
    _check_validation(options, problem)
    method, reasons = plan_method(problem.objective, options)
    plan = Plan.of(
        options,
        loss=problem.loss,
        penalty=problem.objective.penalty,
        rule=method.rule,
        scale=method.coordinates.name,
        curvature=method.coordinates.curvature,
        reasons=reasons,
    )
    run_of = partial(of, problem, plan, options)
    keep = None if keeping is None else keeping.of(problem, plan, run_of)
    outcome = train(
        method, options, problem, callback, progress=progress, given_up=given_up, keep=keep
    )
    run = run_of(outcome)
    if keeping is not None:
        keeping.write(run)
    return callback.raise_with_run(run)


def _check_validation(options: Options, problem: Problem) -> None:
    """Raise ChoiceError where rows kept back are to end the run, and there are none.

    Patience is theirs too: without that stop nothing would wait.
    """
    if not options.by_validation and options.patience != OPTIONS["patience"].default:
        raise ChoiceError(
            f"patience is {options.patience}, but it counts only with stop = validation; say that "
            "too (--stop validation), or leave patience out"
        )
    if options.by_validation and not problem.validation_rows:
        raise ChoiceError(
            "stop is validation, but no rows were kept back; say which: validation=0.2, or "
            "--validation 0.2"
        )

"""Which step of a walk is its result, and the least weights of the same loss.

Where the minimum is not unique a walk ends wherever its start and its steps have put what the rows
do not tell. Of a walk that is over by itself one more point is recorded: that of the least weights
with the loss of the result. No step of the rule leads there, and `Step.least` says so.
"""

from collections.abc import Sequence

import numpy as np

from steepest.descent.loop import Descent
from steepest.descent.stop import RISEN, Stop
from steepest.diagnosis.verdict import Verdict
from steepest.objective.evaluation import norm
from steepest.objective.minimum.identifiability import Identifiability
from steepest.objective.problem import Problem
from steepest.trace import Step, Trace

__all__ = ["add_minimum_norm", "result_of"]

SAME_PARAMS_RTOL = 1e-12
"""The share of the params by which the least may differ and still be the same but for rounding."""


def result_of(
    trace: Trace,
    stop: Stop,
    verdicts: Sequence[Verdict],
    curvature: float | None,
    by_validation: bool,
) -> Step:
    """Return the step that is the result: the last, or the best where the run left that for worse.

    With `by_validation` it is the one with the lowest loss of the rows that were kept back.
    At kinks, and where the loss curves without bound (`curvature` None), steps go down and up. Of
    losses that are the same but for rounding the last is it.
    """
    if by_validation and trace.best_validated is not None:
        return trace.best_validated
    left = bool(verdicts) or stop.reason == "risen" or curvature is None
    best = trace.best.full_loss
    # Not "above": a last loss that is no number is worse than any.
    # None is worked out of a training whose data are not known: its result is the last.
    if np.isnan(best):
        return trace.last
    lower = not trace.last.full_loss - best <= trace.least_fall * abs(best)
    return trace.best if left and lower and not trace.last.least else trace.last


def add_minimum_norm(
    trace: Trace,
    descent: Descent,
    known: Identifiability | None,
    stop: Stop,
    result: Step,
    problem: Problem,
) -> bool:
    """Add the minimum-norm point with the loss of `result`; False if it is that already.

    Its loss is worked out, not taken for granted: where it is larger, beyond rounding, the rows do
    tell what they seemed to leave open, and nothing is added.
    """
    if not known or not stop.at_minimum:
        return False
    objective = descent.method.objective
    params = objective.minimum_norm(known, result.params)
    if norm(params - result.params) <= SAME_PARAMS_RTOL * norm(result.params):
        return False
    at = objective.evaluate(params)
    allowed = RISEN * abs(result.full_loss) + trace.least_fall * objective.null_loss
    # A loss that is no number is refused too.
    if not at.loss <= result.full_loss + allowed:
        return False
    params.setflags(write=False)
    count, last = objective.count, trace.last
    trace.append(
        last._replace(
            index=last.index + 1,
            params=params,
            loss=at.loss,
            full_loss=at.loss,
            gradient=at.gradient,
            gradient_norm=norm(at.gradient),
            steepness=descent.steepness(at),
            learning_rate=0.0,
            momentum=0.0,
            rows=count,
            passes=last.passes + at.rows_read / count,
            whitened=False,
            least=True,
            validation_loss=problem.validation_loss(params),
        )
    )
    return True

"""How sure a fit is of its params: standard errors and confidence intervals, or why there are none.

At the minimum of a mean loss that is minus the logarithm of a likelihood the params of many rows
are about normal, with the inverse of Fisher's information as covariance: `(Z' D Z)^-1` of rows
`z = [x 1]`, D how much the loss of each row curves. That of the squared loss is times the variance
of the noise, estimated as `sum r^2 / (rows - params)`, and its intervals are Student's (McCullagh &
Nelder 1989, "Generalized Linear Models", 2nd ed., sections 2.5 and 12.2). A weight says how often a
row is there. The theory takes the model for true, and the rows for independent of each other.
"""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from steepest.descent.stop import Stop
from steepest.diagnosis.student import two_sided_quantile
from steepest.objective.minimum.null_space import rank_is_affordable
from steepest.objective.problem import Problem
from steepest.objective.risk import Risk

__all__ = ["Uncertainty", "uncertainty_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Uncertainty:
    """Standard errors and both ends of the intervals, (params,) each; NaN with a `reason` why.

    An interval so made covers the true param in a share `level` of all samples. `freedom` are the
    degrees of freedom of Student's t, infinite where the interval is the normal's.
    """

    level: float
    errors: Array
    low: Array
    high: Array
    freedom: float
    reason: str = ""


def uncertainty_of(problem: Problem, params: Array, stop: Stop, level: float) -> Uncertainty:
    """Return how sure the params, (params,), of a run that ended by `stop` are."""
    reason = _why_not(problem, stop)
    if reason:
        unknown = np.full(len(params), np.nan)
        return Uncertainty(level, unknown, unknown, unknown, inf, reason)
    loss = problem.loss
    assert loss is not None and isinstance(problem.objective, Risk)
    margins, data = problem.objective.margins(params), problem.objective.blocks
    weight = np.ones(len(data.y)) if data.sample_weight is None else data.sample_weight
    estimated, freedom, scale = loss.dispersion == "estimated", inf, 1.0
    information = weight if estimated else weight * loss.curvature(margins, data.y)
    if estimated:
        freedom = float(weight.sum()) - len(params)
        off = data.y - margins
        scale = sqrt(float(weight @ (off * off)) / freedom)
    root = problem.objective.inverse_root(information)
    assert root is not None
    errors = scale * np.sqrt((root * root).sum(axis=1))
    reach = two_sided_quantile(level, freedom) * errors
    return Uncertainty(level, errors, params - reach, params + reach, freedom)


def _why_not(problem: Problem, stop: Stop) -> str:
    """Return why there are no standard errors; empty if there are."""
    if not problem.rows:
        return f"of {problem.name} only the loss of its params is known"
    if not problem.has_rows:
        return "the run was saved without its rows, which tell how sure they are"
    return _of_model(problem) or _of_rows(problem) or _of_end(problem, stop)


def _of_model(problem: Problem) -> str:
    """Return why this model, loss and penalty have none."""
    objective, loss = problem.objective, problem.loss
    if not objective.has_inverse_root:
        return f"of {objective.kind} there is no theory for them"
    if objective.penalty:
        return "a penalty draws the weights towards 0 on purpose: without l1 and l2 there are some"
    if loss is None or not loss.dispersion:
        known = "squared, poisson, and cross_entropy of two classes"
        return f"they are there for the losses {known}"
    return ""


def _of_rows(problem: Problem) -> str:
    """Return why these rows, and how they count, tell none."""
    data = problem.table("standard errors")
    weight, params = data.sample_weight, problem.objective.size
    if data.count_by not in ("", "exposure"):
        return f"rows count by {data.count_by}, which does not say how often each is there"
    whole = weight is None or data.count_by or bool((weight == np.floor(weight)).all())
    if not whole:
        return "sample weights that are no whole numbers do not say how often a row is there"
    rows = len(data.y) if weight is None or data.count_by else float(weight.sum())
    if rows <= params:
        return f"{rows:,.0f} rows for {params:,} params leave nothing to tell the noise by"
    return ""


def _of_end(problem: Problem, stop: Stop) -> str:
    """Return why there are none where the run ended."""
    if not stop.at_minimum:
        return "the run is not known to have ended in the minimum"
    assert isinstance(problem.objective, Risk)
    if not rank_is_affordable(problem.objective.blocks):
        return "they would take the rank of too many rows and features"
    known = problem.objective.identifiability()
    if known is None or known.unknown:
        return "it is not known whether the rows tell all weights" + (
            f": {known.unknown}" if known is not None else ""
        )
    return "the rows do not tell all weights" if known else ""

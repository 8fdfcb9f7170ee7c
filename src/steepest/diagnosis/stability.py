"""A fixed learning rate against its limit where the loss was, by the curvature measured there.

On a bowl of curvature L a rate is stable below a limit, 2 / L for steepest descent. The loss of a
network curves otherwise at each point, so what holds is measured at one, which is named.
"""

from math import isfinite
from typing import NamedTuple

from steepest.diagnosis.evidence import Evidence
from steepest.objective.linear_algebra.lanczos import Ends

__all__ = ["Stability", "largest_stability", "stability"]

PRECONDITIONED = "Cohen et al. 2022, Adaptive gradient methods at the edge of stability"
"""Of the limit of a rule that divides by running means of squares."""


class Stability(NamedTuple):
    """A rate, its limit at a step, and the largest curvature there, by which that is."""

    step: int
    rate: float
    limit: float
    curvature: float
    formula: str
    source: str

    @property
    def share(self) -> float:
        """The rate by its limit: 1 at the edge of stability."""
        return self.rate / self.limit


def stability(evidence: Evidence) -> Stability | None:
    """Return the rate against its limit at the end; None where one of them is not known.

    Of mini-batches it is not: what is stable for them is not said by the loss of all rows.
    """
    method, step = evidence.method, evidence.looked_at
    if not method.step_size.is_given or evidence.in_batches or len(evidence.trace) < 2:
        return None
    rate = float(evidence.trace.learning_rates[min(step.index, len(evidence.trace) - 2)])
    if method.rule.preconditioned_limit(1.0) is not None:
        return _preconditioned(evidence, rate)
    return _at(evidence, step.index, rate)


def largest_stability(evidence: Evidence) -> Stability | None:
    """Return the rate against its limit at start or end, wherever its share is larger.

    A blow-up may end where the loss is flat, so the end alone does not tell.
    """
    last = stability(evidence)
    if last is None or evidence.method.rule.limit(1.0) is None:
        return last
    first = _at(evidence, 0, float(evidence.trace.learning_rates[0]))
    return last if first is None or last.share >= first.share else first


def _at(evidence: Evidence, index: int, rate: float) -> Stability | None:
    ends = evidence.ends if index else evidence.first_ends
    rule, top = evidence.method.rule, _top(evidence, ends)
    limit = rule.limit(top) if top > 0.0 else None
    if limit is None:
        return None
    return Stability(index, rate, limit, top, rule.limit_formula, rule.limit_source)


def _top(evidence: Evidence, ends: Ends | None) -> float:
    """Return the largest curvature of what was descended, loss times factor; 0 if unknown."""
    factor = 1.0 if evidence.training is None else evidence.training.factor
    return factor * ends.top.value if ends and isfinite(factor) else 0.0


def _preconditioned(evidence: Evidence, rate: float) -> Stability | None:
    rule = evidence.method.rule
    top = _top(evidence, evidence.preconditioned_ends)
    limit = rule.preconditioned_limit(top) if top > 0.0 else None
    if limit is None:
        return None
    formula = f"{limit * top:.3g}/curvature as {rule.name} divides the gradient"
    return Stability(evidence.looked_at.index, rate, limit, top, formula, PRECONDITIONED)

"""All checks: what was looked at of a run and what was not, each a function of the evidence.

So that no verdict means something: each says by what number it knows, or why it does not.
"""

from collections.abc import Callable
from dataclasses import replace
from math import isnan

from steepest.descent.plan.scale import has_exact_bound
from steepest.descent.plan.stopping import settled_share
from steepest.descent.stop import BY_DUALITY, earlier_result, proof
from steepest.diagnosis.check import CHECKED, NOT_JUDGED, NOT_LOOKED_AT, STATED, Check, Found
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.gradient import is_suspect
from steepest.diagnosis.network_checks import (
    check_layers,
    check_saddle,
    check_sharpness,
    check_units,
)
from steepest.numerals import counted, pair, plain, short

__all__ = ["CHECKS", "look"]

OF_LAYERS = ("dead units", "saturation", "vanishing", "exploding")
"""Verdicts that do not say how a run ended."""


def look(evidence: Evidence, found: Found) -> list[Check]:
    """Return what was looked at of a run and what was not; `found` names its verdicts."""
    made = (check(evidence, found) for check in CHECKS)
    return [check for check in made if check is not None]


def check_end(evidence: Evidence, found: Found) -> Check:
    """Return whether it is known that the run ended at the lowest loss, or why not.

    Where the result is another step than the last, that is said.
    """
    check, result, last = _end(evidence, found), evidence.validated, evidence.trace.last
    if result is None or result.index == last.index or evidence.stop.message in check.message:
        return check
    return replace(check, message=f"{check.message}; {earlier_result(result, last)}")


def _end(evidence: Evidence, found: Found) -> Check:
    reason, steps = evidence.stop.reason, counted(evidence.trace.last.index, "step")
    if reason in ("arrived", "settled") and not isnan(evidence.trace.last.gap):
        by = evidence.objective.proved_by if evidence.objective.smooth else BY_DUALITY
        return Check("end", CHECKED, proof(evidence.trace.last, by))
    if reason == "arrived":
        return Check("end", CHECKED, _steepness(evidence))
    if reason == "settled":
        of = "a constant guess" if evidence.objective.null_loss else "the fall"
        share = f"{settled_share(evidence.objective):g} of {of}"
        return Check("end", CHECKED, f"steps as auto takes them find no loss lower by {share}")
    if reason == "separated" or any(name not in OF_LAYERS for name in found):
        return Check("end", CHECKED, STATED)
    if evidence.to_arrive and reason == "steps" and evidence.objective.is_convex:
        return Check("end", NOT_JUDGED, f"{steps} did not bring the gradient to 0")
    if reason in ("stalled", "risen", "failed", "diverged"):
        return Check("end", NOT_JUDGED, evidence.stop.message)
    return Check(
        "end",
        NOT_LOOKED_AT,
        f"{evidence.stop.message}; {_steepness(evidence)}",
    )


def check_divergence(evidence: Evidence, found: Found) -> Check:
    """Return how it is known whether the run left its best point for worse."""
    method, trace = evidence.method, evidence.trace
    if "divergence" in found or "unsettled" in found:
        return Check("divergence", CHECKED, STATED)
    if method.step_size.never_rises:
        of = " of the rows that it saw" if trace.first.rows != trace.last.rows else ""
        return Check("divergence", CHECKED, f"no step of a search ends at a higher loss{of}")
    known = sum(not isnan(loss) for loss in trace.full_losses)
    if not known:
        own = sum(not isnan(loss) for loss in trace.losses)
        said = f"{own:,} losses of the loop's own; that of all rows is not known"
        return Check("divergence", CHECKED if own else NOT_LOOKED_AT, said)
    losses = f"the loss of all rows at {known:,} of {counted(len(trace), 'point')}"
    curvature = method.coordinates.curvature if method.step_size.is_given else None
    limit = method.rule.limit(curvature) if curvature else None
    if limit is None:
        return Check("divergence", CHECKED, f"{losses}; no limit of the learning rate is known")
    rate = float(trace.learning_rates.max())
    against = f"learning rate {plain(rate)}, limit {short(limit, 3)}"
    return Check("divergence", CHECKED, f"{losses}; {against}")


def check_separation(evidence: Evidence, found: Found) -> Check | None:
    """Return how it is known whether there is a lowest loss; None where there are no rows."""
    objective = evidence.objective
    if not objective.count:
        return None
    if "separation" in found:
        return Check("separation", CHECKED, STATED)
    last = evidence.trace.last
    known = objective.recession(last.params, last.gradient_of_all)
    state = NOT_LOOKED_AT if known.level == "unknown" else CHECKED
    return Check("separation", state, known.checked)


def check_uniqueness(evidence: Evidence, found: Found) -> Check | None:
    """Return whether the rows tell all weights; None where there are no rows."""
    objective, known = evidence.objective, evidence.identifiability
    if not objective.count:
        return None
    if known is None:
        return Check("uniqueness", NOT_LOOKED_AT, f"of {objective.kind} it is not known")
    if known.unknown:
        return Check("uniqueness", NOT_LOOKED_AT, known.unknown)
    if known.null_space is not None:
        return Check("uniqueness", CHECKED, "the rows do not tell all weights; see what is noted")
    if objective.penalty:
        return Check("uniqueness", CHECKED, "the penalty holds what the rows may not tell")
    weights = counted(len(evidence.problem.feature_names), "feature")
    return Check("uniqueness", CHECKED, f"the rows tell the weights of all {weights}")


def check_curvature(evidence: Evidence, found: Found) -> Check:
    """Return what is known of how much the loss curves in the coordinates of the walk."""
    coordinates, objective = evidence.method.coordinates, evidence.objective
    if not coordinates.curvature:
        return Check("curvature", NOT_LOOKED_AT, "no bound is known of this loss")
    where = f"{short(coordinates.curvature)} {coordinates.in_words}".rstrip()
    exact = has_exact_bound(objective)
    return Check("curvature", CHECKED, f"{'exact' if exact else 'a bound'}, {where}")


def check_gradient(evidence: Evidence, found: Found) -> Check | None:
    """Return whether a gradient of the reader's own was held against its loss."""
    if evidence.objective.count:
        return None
    if evidence.objective.missing:
        return Check("gradient", NOT_LOOKED_AT, "the loss of all rows is not known")
    if not is_suspect(evidence):
        why = "the loss fell along it" if len(evidence.trace) > 1 else "no step was taken along it"
        return Check("gradient", NOT_LOOKED_AT, why)
    stated = STATED if "gradient" in found else "the loss changes along it as it says"
    return Check("gradient", CHECKED, stated)


def check_held_out(evidence: Evidence, found: Found) -> Check | None:
    """Return whether the loss of other rows is known; None where there are no rows."""
    if not evidence.objective.count:
        return None
    trace, rows = evidence.trace, evidence.problem.validation_rows
    best = trace.best_validated
    if best is None:
        return Check("held-out loss", NOT_LOOKED_AT, "no rows were kept back")
    last = trace.last.validation_loss
    end, lowest = pair(last, best.validation_loss)
    said = f"{end} at the end, and lowest, {lowest}, at step {best.index:,}"
    said = f"{lowest}, its lowest" if last == best.validation_loss else said
    return Check("held-out loss", CHECKED, f"that of {counted(rows, 'row')} kept back is {said}")


def _steepness(evidence: Evidence) -> str:
    """Return how long the gradient is in the coordinates of the walk, and which these are."""
    where = evidence.method.coordinates.in_words
    if isnan(evidence.trace.last.steepness):
        return "the gradient there is not known"
    length = short(evidence.trace.last.steepness)
    return f"{where} the gradient has the length {length}".lstrip()


CHECKS: tuple[Callable[[Evidence, Found], Check | None], ...] = (
    check_end,
    check_divergence,
    check_separation,
    check_uniqueness,
    check_gradient,
    check_curvature,
    check_sharpness,
    check_saddle,
    check_units,
    check_layers,
    check_held_out,
)
"""What is looked at, in the order in which it is said; a new check is added here."""

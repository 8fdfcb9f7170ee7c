"""What was looked at of a network and what was not: its rate, its end, its units, its layers."""

from steepest.diagnosis.check import CHECKED, NOT_LOOKED_AT, STATED, Check, Found
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.layers import layer_ratio
from steepest.diagnosis.saddle import is_nearly_flat
from steepest.diagnosis.spectrum import no_spectrum
from steepest.diagnosis.stability import stability
from steepest.numerals import counted, percent, short

__all__ = ["check_layers", "check_saddle", "check_sharpness", "check_units"]


def check_sharpness(evidence: Evidence, found: Found) -> Check | None:
    """Return the rate against its limit where a network's loss was; None of a linear model."""
    objective, name = evidence.objective, "sharpness"
    if not objective.layer_names or objective.is_convex:
        return None
    if why := no_spectrum(objective):
        return Check(name, NOT_LOOKED_AT, why)
    if not evidence.method.step_size.is_given:
        return Check(name, NOT_LOOKED_AT, "the rates were searched for, so none is too large")
    if evidence.in_batches:
        steps = evidence.method.sampler.steps_in_words
        return Check(name, NOT_LOOKED_AT, f"the curvature of all rows is no limit of {steps}")
    known = stability(evidence)
    if known is None:
        return Check(name, NOT_LOOKED_AT, f"no limit of the rule {evidence.method.rule.name} known")
    return Check(
        name,
        CHECKED,
        f"curvature {short(known.curvature)} at step {known.step:,}; learning rate "
        f"{short(known.rate)} is {percent(known.share)} of {known.formula}",
    )


def check_saddle(evidence: Evidence, found: Found) -> Check | None:
    """Return whether the end of a network is a minimum or a saddle; None of a linear model."""
    objective = evidence.objective
    if not objective.layer_names or objective.is_convex:
        return None
    if "saddle" in found:
        return Check("saddle", CHECKED, STATED)
    if evidence.in_batches:
        steps = evidence.method.sampler.steps_in_words
        return Check("saddle", NOT_LOOKED_AT, f"{steps} do not come to rest")
    if evidence.ends is None:
        why = no_spectrum(objective) or "second derivatives of this loss are not known"
        return Check("saddle", NOT_LOOKED_AT, why)
    if not is_nearly_flat(evidence, evidence.ends):
        return Check("saddle", NOT_LOOKED_AT, "the gradient is not nearly 0")
    top, bottom = evidence.ends.top.value, evidence.ends.bottom.value
    return Check("saddle", CHECKED, f"the curvature goes from {short(bottom)} to {short(top)}")


def check_units(evidence: Evidence, found: Found) -> Check | None:
    """Return whether hidden units were looked at for dead and saturated ones; None without any."""
    objective = evidence.objective
    if len(objective.layer_names) < 2:
        return None
    if "dead units" in found or "saturation" in found:
        return Check("units", CHECKED, STATED)
    layers = evidence.activity
    if layers is None:
        return Check("units", NOT_LOOKED_AT, "what its layers answer is not known")
    dead, units = sum(one.dead for one in layers), sum(one.units for one in layers)
    most = max(one.saturated for one in layers)
    return Check(
        "units",
        CHECKED,
        f"{dead} of {counted(units, 'hidden unit')} are 0 on every row; at most {percent(most)} of "
        "the sums of a layer are saturated",
    )


def check_layers(evidence: Evidence, found: Found) -> Check | None:
    """Return whether gradients vanish or explode through the layers; None of a linear model."""
    if len(evidence.objective.layer_names) < 2:
        return None
    if "vanishing" in found or "exploding" in found:
        return Check("gradients by layer", CHECKED, STATED)
    ratio = layer_ratio(evidence, evidence.looked_at)
    if ratio is None:
        return Check("gradients by layer", NOT_LOOKED_AT, "the gradient there is not known")
    if not ratio.last:
        return Check("gradients by layer", CHECKED, "that of the last layer's weights is exactly 0")
    return Check(
        "gradients by layer", CHECKED, f"the first layer's is {short(ratio.value)} of the last's"
    )

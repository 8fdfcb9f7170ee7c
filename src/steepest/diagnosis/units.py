"""Units of hidden layers that have stopped learning: dead, or saturated."""

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.layers import learns_little
from steepest.diagnosis.note import Note
from steepest.diagnosis.remedies import STANDARDISE, remedy, seed
from steepest.diagnosis.verdict import Verdict
from steepest.numerals import counted, percent
from steepest.objective.model.activity import FAR

__all__ = ["judge_dead", "judge_saturated", "note_dead"]

MOST_DEAD = 0.5
"""The share of a layer's units from which on dead ones are a verdict: below it a note.

It is that of torchdiag (PyPI); networks train well with fewer (Lu et al. 2019, "Dying ReLU and
initialization").
"""

MOST_SATURATED = 0.5
"""The share of units and rows from which on a layer is saturated: DeepDiagnosis, 2022.

It is reported where the loss is hardly lower: well separated classes saturate units by right.
"""


def judge_dead(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a layer of which most units are 0 on every row; None without one.

    That they are 0 is a proof, on these rows: so is their slope, and no row changes a weight into
    them, though momentum and weight decay may. That it harms is one only where it is the whole
    layer: then the network answers the same to every row. Else it is reported where the loss is
    hardly lower, too.
    """
    layers = evidence.activity or ()
    for i, layer in enumerate(layers, start=1):
        whole = layer.dead == layer.units
        if not whole and (layer.dead < MOST_DEAD * layer.units or not learns_little(evidence)):
            continue
        harm = "so the answer is the same for every row" if whole else "and the layer is narrower"
        return Verdict(
            level="proved" if whole else "rule of thumb",
            name="dead units",
            message=(
                f"{layer.dead} of {counted(layer.units, 'unit')} of layer {i} are 0 on every row: "
                f"their gradient is 0, so no row changes their weights, {harm}"
            ),
            numbers={"layer": float(i), "dead": float(layer.dead), "units": float(layer.units)},
            remedy=remedy(
                evidence,
                "use a smaller learning rate, activation = leaky, or another start (seed)",
                f"use a smaller learning rate, nn.LeakyReLU, or another start {seed(evidence)}",
            ),
            source=(
                "worked out on all rows"
                if whole
                else "worked out on all rows; that half of a layer is too many is torchdiag's rule"
            ),
        )
    return None


def note_dead(evidence: Evidence) -> Note | None:
    """Return that some units are 0 on every row: too few to be a fault."""
    layers = evidence.activity or ()
    dead, units = sum(one.dead for one in layers), sum(one.units for one in layers)
    if not dead or judge_dead(evidence) is not None:
        return None
    return Note(
        "dead units",
        f"{dead} of {counted(units, 'hidden unit')} are 0 on every row, so no row changes "
        "their weights",
        {"dead": float(dead), "units": float(units)},
    )


def judge_saturated(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a layer that is saturated from the start; None without one."""
    if not learns_little(evidence):
        return None
    layers, first = evidence.activity or (), evidence.first_activity or ()
    for i, (layer, before) in enumerate(zip(layers, first, strict=True), start=1):
        if min(layer.saturated, before.saturated) <= MOST_SATURATED:
            continue
        return Verdict(
            level="rule of thumb",
            name="saturation",
            message=(
                f"layer {i} is saturated, at the start and now: {percent(layer.saturated)} of its "
                f"sums are {FAR:g} from 0 or further, where its units hardly change"
            ),
            numbers={"layer": float(i), "saturated": layer.saturated},
            remedy=remedy(
                evidence,
                "use scale = standard, init = auto, or features in smaller units",
                f"{STANDARDISE}, or draw smaller weights by torch.nn.init.xavier_uniform_",
            ),
            source="Cao et al. 2022, DeepDiagnosis: more than half of the sums",
        )
    return None

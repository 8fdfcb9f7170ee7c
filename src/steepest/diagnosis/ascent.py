"""Steps up the loss: by a minus before it, or by an optimizer that maximizes."""

import numpy as np

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.verdict import Verdict
from steepest.numerals import counted, short

__all__ = ["judge_ascent"]


def judge_ascent(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a training of which every step goes up the reported loss.

    No rate mends that. A training of which some steps do, as the two sides of a game, has none.
    """
    training = evidence.training
    if training is None or not training.moves.any():
        return None
    factors = training.factors[np.isfinite(training.factors) & (training.factors != 0.0)]
    if not len(factors) or not ((factors < 0.0) != training.maximizes).all():
        return None
    said = (
        "the optimizer has maximize=True, so it goes along the gradient"
        if training.maximizes
        else f"backward() was called on {short(float(factors[0]))} times it"
    )
    remedy = "leave out maximize=True" if training.maximizes else "leave out the minus sign"
    return Verdict(
        level="measured",
        name="ascent",
        message=f"the steps go up your loss: in {counted(len(factors), 'step')} {said}",
        numbers={"steps": float(len(factors)), "factor": float(factors[0])},
        remedy=f"{remedy}, unless this number is to be made large: then no learning rate is wrong",
        source="ours: the gradient that arrived at the loss in each backward pass was looked at",
    )

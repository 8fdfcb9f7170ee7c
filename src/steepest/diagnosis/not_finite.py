"""A training whose loss is no number though its weights are: no learning rate has done that.

A step goes by the gradient of a loss that is known. Where that loss is NaN at weights that are
finite, with which the loss had been no larger than twice its start before, the rows of that step
have no loss: by NaN among them, or by what the loss does with them.
"""

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.verdict import Verdict

__all__ = ["judge_not_finite"]


def judge_not_finite(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a watched training whose data or loss gave no number, or None."""
    lost = evidence.lost
    if lost is None:
        return None
    before = "before any step was taken, so " if lost.step == 0 else ""
    known = f"; the loss of all rows is {lost.loss:.4g} there" if lost.loss == lost.loss else ""
    return Verdict(
        level="measured",
        name="not finite",
        message=(
            f"{lost.what} is no finite number at step {lost.step:,} while all weights were finite"
            f"{known}: {before}the rows of that step or the loss are the cause, not the learning "
            "rate"
        ),
        numbers={"step": float(lost.step), "loss": lost.loss},
        remedy=(
            "look among the rows of that step for NaN and infinity (torch.isfinite(X).all()), and "
            "in the loss for log(0), 0/0 and the square root of 0"
        ),
        source="ours: the weights were still those that the steps before had led to",
    )

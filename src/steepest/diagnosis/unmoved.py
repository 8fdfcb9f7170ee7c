"""Steps that moved nothing although the gradient is not 0: the weights themselves say so."""

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.loop_order import judge_emptied
from steepest.diagnosis.verdict import Verdict
from steepest.numerals import counted, short

__all__ = ["judge_unmoved"]

MOST_STILL = 0.5
"""The share of steps that moved nothing from which on the training does: below it is a note."""


def judge_unmoved(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a training of which most steps moved no weight, None if they did.

    A gradient of 0 moves nothing by right, and is no such step; nor is one that was thrown away, or
    cleared before the step, which is said so.
    """
    training = evidence.training
    if training is None or not len(training.moves):
        return None
    still, steps = training.unmoved, len(training.moves)
    if len(still) < MOST_STILL * steps or judge_emptied(evidence) is not None:
        return None
    norm = float(training.gradient_norms[still].max())
    rate = float(evidence.trace.learning_rates[still].max())
    return Verdict(
        level="proved",
        name="unmoved",
        message=(
            f"the weights did not move in {len(still):,} of {counted(steps, 'step')}, and the "
            f"gradient is not 0: its length is up to {short(norm)}, at learning rate {short(rate)}"
        ),
        numbers={"unmoved": float(len(still)), "steps": float(steps), "gradient_norm": norm},
        remedy=(
            "keep the weights in float32 (in bfloat16 a step of less than about 0.4 % of a weight "
            "is rounded away), leave out fused=True on the CPU, and see that the rate is not 0"
        ),
        source="ours: all weights before and after each step were compared",
    )

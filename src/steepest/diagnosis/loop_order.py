"""A loop whose calls are in the wrong order, or of which one is missing.

Each step takes `zero_grad()`, `backward()`, `step()`, in this order. In another, gradients are gone
before the step by them, or each step goes by the sum of all gradients so far.
"""

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.verdict import Verdict
from steepest.numerals import counted

__all__ = ["judge_emptied", "judge_no_step", "judge_uncleared"]

FEWEST_PASSES = 2
"""Backward passes from which on a loop has a verdict that it takes no step: one may be a look."""

MOST_BY_CHANCE = 0.5
"""The share of steps, of those looked at, that had lost their gradient, or added it to a used one:
a loop does so at every step or at none."""


def judge_no_step(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a loop that makes gradients, and in which nothing steps by them."""
    training = evidence.training
    if training is None or training.stepped or evidence.stop.reason != "steps":
        return None
    if training.passes < FEWEST_PASSES:
        return None
    return Verdict(
        level="proved",
        name="no step",
        message=(
            f"no optimizer of these weights stepped in {training.passes:,} backward passes, so the "
            "weights are those of the start"
        ),
        numbers={"passes": float(training.passes)},
        remedy="call optimizer.step() after each backward(), of an optimizer of this model",
        source="ours: all weights were compared, and the steps of all optimizers are heard",
    )


def judge_emptied(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a loop that clears its gradients before the step by them."""
    training = evidence.training
    if training is None or training.emptied <= MOST_BY_CHANCE * training.steps_looked_at:
        return None
    looked = counted(training.steps_looked_at, "step")
    return Verdict(
        level="proved",
        name="emptied",
        message=(
            f"zero_grad() stands between backward() and step(): in {training.emptied:,} of the "
            f"first {looked} backward made a gradient, and it was gone or 0 when the optimizer "
            "stepped"
        ),
        numbers={"emptied": float(training.emptied), "looked_at": float(training.steps_looked_at)},
        remedy="call optimizer.zero_grad() before backward(), or after step()",
        source="ours: the gradients after each backward pass and before each step were looked at",
    )


def judge_uncleared(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a loop that adds each gradient to those of the steps before it."""
    training = evidence.training
    if training is None or training.uncleared <= MOST_BY_CHANCE * training.looked_at:
        return None
    return Verdict(
        level="proved",
        name="uncleared",
        message=(
            f"gradients are not cleared: in {training.uncleared:,} of the first "
            f"{training.looked_at:,} steps after the first one the gradient was added to that of a "
            "step that had been taken, so each step goes by the sum of all before it"
        ),
        numbers={"uncleared": float(training.uncleared), "looked_at": float(training.looked_at)},
        remedy="call optimizer.zero_grad() once in each step, before backward()",
        source="ours: the gradients before each backward pass were looked at",
    )

"""Remedies in the words of whom they are for: our options, or, of a loop that was watched, PyTorch.

A loop of the reader's own has no `scale`, `init` or `auto` that could be set.
"""

from steepest.diagnosis.evidence import Evidence

__all__ = ["STANDARDISE", "or_auto", "remedy", "seed"]

STANDARDISE = "standardise the inputs (mean 0, deviation 1)"


def remedy(evidence: Evidence, ours: str, of_loop: str) -> str:
    """Return what to change: in a run of `ours`, or in the loop of a training that was watched."""
    return ours if evidence.training is None else of_loop


def or_auto(evidence: Evidence, before: str = "") -> str:
    """Return `, or auto` after a remedy, which no loop but ours has; `before` it another remedy."""
    other = f", {before}" if before else ""
    return remedy(evidence, f"{other}, or auto", f", or {before}" if before else "")


def seed(evidence: Evidence) -> str:
    """Return what leads to another random start."""
    return remedy(evidence, "(seed)", "(torch.manual_seed)")

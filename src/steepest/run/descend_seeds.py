"""`seeds`: one model on the same rows from several random starts."""

from collections.abc import Sequence
from typing import Any

from steepest.checks import whole_number
from steepest.descent.plan.options import OPTIONS
from steepest.errors import ChoiceError
from steepest.objective.function import is_objective
from steepest.run.descend import descend, descend_rows
from steepest.run.seeds import Seeds

__all__ = ["seeds"]

MOST_SEEDS = 1000
"""Runs at once at most: each is kept with all its steps."""


def seeds(
    count: int | Sequence[int],
    data: Any,
    target: str | None = None,
    features: Sequence[str] | None = None,
    **named: Any,
) -> Seeds:
    """Train one model on the same rows from several random starts; return all runs.

    `count` is how many: their seeds are `seed` (0 if left out), `seed + 1`, ...; or it is a list of
    seeds. All else is as `descend` takes it. Rows are kept back by the first seed, so that all runs
    have the same: `seeds[0]` is the run that `descend` gives, the others are so without
    `validation`. A run that Ctrl-C ends is the last. Raises ChoiceError for what is no count or
    list of seeds, for a `start`, and for an objective, which have no random start.

    >>> import steepest as st
    >>> runs = st.seeds(3, "xor", "class", hidden=(4,), steps=30)
    >>> [run.plan.seed for run in runs], runs.best.loss == min(run.loss for run in runs)
    ([0, 1, 2], True)
    """
    chosen = _seeds_of(count, named.get("seed", 0))
    if is_objective(data) or named.get("start") is not None:
        raise ChoiceError(
            "several seeds are several random starts of a table's model, but a start or an "
            "objective was given, which draws none; leave it out, or call descend"
        )
    if named.get("checkpoint") is not None:
        raise ChoiceError(
            "a checkpoint keeps one run, but several seeds make several; leave it out"
        )
    first = descend(data, target, features, **{**named, "seed": chosen[0]})
    runs = [first]
    passed = {name: one for name, one in named.items() if name in OPTIONS or name in PASSED}
    for seed in chosen[1:]:
        if runs[-1].stop.reason == "interrupted":
            break
        runs.append(descend_rows(first.problem.trained_on, **{**passed, "seed": seed}))
    return Seeds(tuple(runs))


PASSED = ("threads", "progress", "callback")
"""What is said of a run beside its options and its data."""


def _seeds_of(count: int | Sequence[int], first: int) -> list[int]:
    """Return the seeds, two or more; ChoiceError for what says none."""
    if isinstance(count, Sequence) and not isinstance(count, str):
        chosen = [whole_number("seeds", one, least=0) for one in count]
    else:
        begin = whole_number("seed", first, least=0)
        chosen = [begin + i for i in range(whole_number("seeds", count, least=0))]
    if not 2 <= len(set(chosen)) == len(chosen) <= MOST_SEEDS:
        raise ChoiceError(
            f"seeds is {count!r}, but it must be how many, from 2 to {MOST_SEEDS}, or a list of "
            "different seeds"
        )
    return chosen

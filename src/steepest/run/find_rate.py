"""`find_rate`: rates on a ladder are tried from one start, and the best is told with its reason.

A rate that looks best after one step, or where a range test falls fastest, need not be best later,
so each rate walks as far as the others. Rates double from rung to rung about the first step that
would halve the loss if the gradient held; then two finer rungs beside the best.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import inf, isfinite, sqrt
from typing import Any

import numpy as np

from steepest.checks import whole_number
from steepest.descent.plan.method import steps as walk
from steepest.errors import ChoiceError
from steepest.run.descend import descend
from steepest.run.found_rate import FoundRate
from steepest.run.run import Run
from steepest.step import Step
from steepest.view.rate_story import RangeTest, RateTrial

__all__ = ["find_rate"]

TRIAL_STEPS = 100
"""Steps of each trial, if nobody says otherwise: at the best rate most of what falls has fallen."""

RUNGS = 8
"""Doublings below and above the first rate: factors of 1/256 to 256."""

MORE_RUNGS = 16
"""Doublings that the ladder may grow on a side whose last rung is the best."""

ALIKE = 1e-3
"""The share of what the best rate's loss fell by which losses at the ends count as the same."""

RANGE = 1000.0
"""A range test begins at the best rate divided by this, and ends at most at so many times it."""

NEVER = 20.0
"""The factor of the start's loss above which a trial is over: it has diverged."""


def find_rate(
    data: Any,
    target: str | None = None,
    features: Sequence[str] | None = None,
    *,
    rule: Any = "steepest",
    trial_steps: int = TRIAL_STEPS,
    **named: Any,
) -> FoundRate:
    """Return a fixed learning rate for `rule` with its reason: trials, limit, margin, range test.

    `data`, `target`, `features` and all else are as `descend` takes them, `rule` too: steepest
    descent if left out. Each trial takes `trial_steps` steps at one rate, all from the same start;
    the rate is that of the lowest loss, of losses that are alike that which was there first. Rates
    at or above a limit that is known are not tried. Raises ChoiceError for a rule without a rate.

    >>> found = find_rate("geyser", "waiting", ["duration"], scale="standard")
    >>> round(found.limit, 6), 0.25 <= found.learning_rate < found.limit
    (1.0, True)
    """
    count = whole_number("trial_steps", trial_steps, 2)
    given = {"learning_rate", "steps", "epochs", "seconds", "stop"} & named.keys()
    if given:
        raise ChoiceError(
            f"{', '.join(sorted(given))}: find_rate tries rates for trial_steps steps each; leave "
            "it out"
        )
    run = descend(data, target, features, rule=rule, learning_rate=1.0, steps=0, **named)
    trials = _Trials(run, count, named.get("batch"))
    if not trials.steepness:
        raise ChoiceError(
            "the gradient at the start is 0, so no rate moves the params; start elsewhere (start=, "
            "--start)"
        )
    tried = trials.ladder()
    best = chosen(tried, trials.start_loss)
    plan = run.plan
    return FoundRate(
        learning_rate=best.rate,
        rule=plan.rule.word,
        scale=plan.scale,
        title=run.story.title,
        steps=count,
        start_loss=trials.start_loss,
        trials=tuple(tried),
        range_test=trials.range_test(best.rate / RANGE, _first_failing(tried, best, plan.limit)),
        limit=plan.limit,
        limit_formula=plan.rule.limit_formula,
        limit_source=plan.rule.limit_source,
        is_exact=run.story.exact_limit,
        coordinates=run.story.coordinates,
        loss_label=run.story.loss_label,
        is_network=not run.objective.is_convex,
    )


def _first_failing(trials: Sequence[RateTrial], best: RateTrial, limit: float | None) -> float:
    """Return where a range test ends: the first rate above the best that failed, or the limit."""
    failed = [one.rate for one in trials if one.diverged and one.rate > best.rate]
    return min([*failed, limit or inf, RANGE * best.rate])


def chosen(trials: Sequence[RateTrial], start_loss: float) -> RateTrial:
    """Return the trial of the lowest loss; of those alike that whose loss was there first."""
    lowest = min(one.loss for one in trials)
    alike = lowest + ALIKE * (start_loss - lowest)
    same = [one for one in trials if one.loss <= alike]
    return min(same, key=lambda one: (one.steps, one.loss, one.rate))


@dataclass
class _Trials:
    """Descents of a run's plan at other rates."""

    run: Run
    count: int
    batch: int | None

    def __post_init__(self) -> None:
        first = next(self._walk(1.0))
        self.start_loss = self.run.problem.loss_at(first.params, first.loss)
        self.steepness = first.steepness

    def _walk(self, rate: float | Callable[[int], float]) -> Any:
        plan, start = self.run.plan, self.run.trace[0].params
        more = {} if self.batch is None else {"batch": self.batch, "seed": plan.seed}
        return walk(self.run.objective, plan.rule, rate, start=start, scale=plan.scale, **more)

    def ladder(self) -> list[RateTrial]:
        """Return the trials of all rungs, by their rates."""
        first = self.start_loss / self.steepness**2
        limit = self.run.plan.limit or inf
        rungs = [first * 2.0**k for k in range(-RUNGS, RUNGS + 1)]
        top = [0.5 * limit, 0.95 * limit] if isfinite(limit) else []
        rates = sorted({rate for rate in [*rungs, *top] if 0.0 < rate < limit})
        tried = {rate: self.at(rate) for rate in rates}
        for _ in range(MORE_RUNGS):
            best = chosen(list(tried.values()), self.start_loss).rate
            low, high = min(tried), max(tried)
            rate = best / 2 if best == low else best * 2 if best == high else None
            if rate is None or not 0.0 < rate < limit:
                break
            tried[rate] = self.at(rate)
        best = chosen(list(tried.values()), self.start_loss).rate
        for rate in (best / sqrt(2.0), best * sqrt(2.0)):
            if 0.0 < rate < limit:
                tried[rate] = self.at(rate)
        return [tried[rate] for rate in sorted(tried)]

    @np.errstate(over="ignore", invalid="ignore")
    def at(self, rate: float) -> RateTrial:
        """Return the trial of one rate."""
        taken = self._until_diverged(rate)
        last = taken[-1]
        loss = self.run.problem.loss_at(last.params, last.loss)
        if not isfinite(loss) or loss > self.start_loss:
            return RateTrial(rate, loss if isfinite(loss) else inf, len(taken) - 1, diverged=True)
        near = loss + ALIKE * (self.start_loss - loss)
        steps = next(i for i, step in enumerate(taken) if step.loss <= near or step is last)
        return RateTrial(rate, loss, steps, diverged=False)

    def _until_diverged(self, rate: float | Callable[[int], float]) -> list[Step]:
        """Return the start and the steps, fewer than were asked where the loss has gone far up."""
        taken: list[Step] = []
        for step in islice(self._walk(rate), self.count + 1):
            taken.append(step)
            if not step.loss <= NEVER * abs(self.start_loss) + NEVER:
                break
        return taken

    @np.errstate(over="ignore", invalid="ignore")
    def range_test(self, low: float, high: float) -> RangeTest:
        """Return the losses of one descent whose rate grows from `low` to `high`."""
        rates = np.geomspace(low, high, self.count)
        taken = self._until_diverged(lambda step: float(rates[min(step, self.count - 1)]))
        losses = np.full(self.count, np.nan)
        losses[: len(taken) - 1] = [step.loss for step in taken[1:]]
        return RangeTest(rates, losses)

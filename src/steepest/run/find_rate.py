"""`find_rate`: rates on a ladder are tried from one start, and the best is given with its reason.

A rate that looks best after one step, or where a range test falls fastest, need not be best later,
so each rate walks as far as the others. Rates double from rung to rung about the first step that
would halve the loss if the gradient held; about the best they lie closer. Past the edge of
stability the loss of a network may jump from rate to rate: there they lie closer still, as many as
tell what can be reached, and the best rate before the jumps is given too.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from math import inf, isfinite, sqrt
from typing import Any, Self

import numpy as np

from steepest.checks import whole_number
from steepest.descent.named_rules import choose_rule
from steepest.descent.plan.method import plan_method
from steepest.descent.plan.options import Options
from steepest.errors import ChoiceError
from steepest.run.descend import descend
from steepest.run.found_rate import FoundRate
from steepest.run.run import Run
from steepest.step import Step
from steepest.view.rate_story import ALIKE, RangeTest, RateTrial, before_rise, falls_again

__all__ = ["find_rate"]

TRIAL_STEPS = 100
"""Steps of each trial, if nobody says otherwise: at the best rate most of what falls has fallen."""

RUNGS = 8
"""Doublings below and above the first rate: factors of 1/256 to 256."""

ABOUT = 2.0
"""Rates lie closer from the best of the doublings divided by this to so many times it."""

MORE_RUNGS = 16
"""Doublings that the ladder may grow on a side whose last rung is the best."""

CLOSE = (2.0 ** (1 / 2), 2.0 ** (1 / 4))
"""The factors between rates about the best, one after the other."""

CLOSER = (2.0 ** (1 / 8), 2.0 ** (1 / 16))
"""The same where the loss jumps.

Of 150 networks of eleven kinds, trained for 40 steps, 6 missed the best of 40 rates by over
5 % with two rates beside the best alone, none with these; they try 35 rates, those tried 19.
"""

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
    descent if left out. Each trial takes `trial_steps` steps at one rate, all from the same start,
    by the same mini-batches, dropout and clip; the rate is that of the lowest loss of all rows, of
    losses that are alike that which was there first. Rates at or above a limit that is known are
    not tried. Raises ChoiceError for a rule without a rate.

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
    _check_takes_rate(rule)
    run = descend(data, target, features, rule=rule, learning_rate=1.0, steps=0, **named)
    trials = _Trials.of(run, count)
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
        range_test=trials.range_test(best.rate / RANGE, _first_failing(tried, best, trials.limit)),
        limit=trials.limit,
        limit_formula=plan.rule.limit_formula,
        limit_source=plan.rule.limit_source,
        is_exact=trials.limit is not None and run.story.exact_limit,
        coordinates=run.story.coordinates,
        loss_label=run.story.loss_label,
        is_network=not run.objective.is_convex,
    )


def _check_takes_rate(rule: Any) -> None:
    """Raise ChoiceError for a rule that needs no rate."""
    chosen = None if rule == "auto" else choose_rule(rule)
    if chosen is not None and chosen.finds_rate:
        raise ChoiceError(
            f"the rule {chosen.name} needs no learning rate: it finds its own at each step; choose "
            "a rule that takes one, such as steepest, momentum or adam"
        )


def _first_failing(trials: Sequence[RateTrial], best: RateTrial, limit: float | None) -> float:
    """Return where a range test ends: the first rate above the best that failed, or the limit."""
    failed = [one.rate for one in trials if one.diverged and one.rate > best.rate]
    return min([*failed, limit or inf, RANGE * best.rate])


def _last_sound(trials: Sequence[RateTrial]) -> float:
    """Return the rate after the largest that did not diverge, or the largest of all."""
    last = max((i for i, one in enumerate(trials) if not one.diverged), default=0)
    return trials[min(last + 1, len(trials) - 1)].rate


def chosen(trials: Sequence[RateTrial], start_loss: float) -> RateTrial:
    """Return the trial of the lowest loss; of those alike that whose loss was there first."""
    lowest = min(one.loss for one in trials)
    alike = lowest + ALIKE * (start_loss - lowest)
    same = [one for one in trials if one.loss <= alike]
    return min(same, key=lambda one: (one.steps, one.loss, one.rate))


def between(trials: Sequence[RateTrial], low: float, high: float, factor: float) -> Iterator[float]:
    """Yield the middles of neighbours from `low` to `high` whose ratio is above `factor`."""
    for one, after in pairwise(trials):
        if low <= one.rate and after.rate <= high and after.rate > 1.01 * factor * one.rate:
            yield sqrt(one.rate * after.rate)


@dataclass
class _Trials:
    """Descents of a run of no steps at other rates, by its own options; `count` steps each."""

    run: Run
    options: Options
    count: int
    start_loss: float
    """The loss of all rows at the start."""
    steepness: float
    """The length of the first step's gradient, in the coordinates of the walk."""

    @classmethod
    def of(cls, run: Run, count: int) -> Self:
        """Return the trials of a run of no steps."""
        assert run.options is not None
        first = run.trace[0]
        options = replace(run.options, start=first.params)
        loss = run.problem.loss_at(first.params, first.loss)
        return cls(run, options, count, loss, first.steepness)

    @property
    def limit(self) -> float | None:
        """The limit of the rule; None also where it proves nothing.

        A mini-batch may curve more than all rows, and clipped steps never grow.
        """
        batch = self.options.batch
        of_all = batch is None or batch >= self.run.problem.rows
        return self.run.plan.limit if of_all and self.options.clip is None else None

    def _walk(self, rate: float | Callable[[int], float]) -> Iterator[Step]:
        options = replace(self.options, learning_rate=rate)
        method, _ = plan_method(self.run.objective, options)
        return iter(method)

    def ladder(self) -> list[RateTrial]:
        """Return the trials of all rungs, by their rates."""
        first = self.start_loss / self.steepness**2
        limit = self.limit or inf
        rungs = [first * 2.0**k for k in range(-RUNGS, RUNGS + 1)]
        top = [0.5 * limit, 0.95 * limit] if isfinite(limit) else []
        tried = self._at_all({*rungs, *top})
        for _ in range(MORE_RUNGS):
            best = chosen(tried, self.start_loss)
            outer = best.rate / 2 if best is tried[0] else best.rate * 2
            if best not in (tried[0], tried[-1]) or not 0.0 < outer < limit:
                break
            tried = self._with(tried, [outer])
        return self._finer(tried)

    def _finer(self, tried: list[RateTrial]) -> list[RateTrial]:
        """Return the trials with some more about the best, and more still where the loss jumps."""
        best = chosen(tried, self.start_loss)
        high = min(_first_failing(tried, best, self.limit), ABOUT**2 * best.rate)
        for factor in CLOSE:
            tried = self._with(tried, between(tried, best.rate / ABOUT, high, factor))
        for factor in CLOSER:
            if falls_again(tried, self.start_loss) or self._may_jump(factor):
                low = before_rise(tried, self.start_loss)[-1].rate
                tried = self._with(tried, between(tried, low, _last_sound(tried), factor))
        return tried

    def _may_jump(self, factor: float) -> bool:
        """Return whether the loss may jump between rates so close; once it is looked whether."""
        return factor == CLOSER[0] and not self.run.objective.is_convex

    def _at_all(self, rates: Iterable[float]) -> list[RateTrial]:
        """Return the trials of rates below the limit, by their rates."""
        return [self.at(rate) for rate in sorted(rates) if 0.0 < rate < (self.limit or inf)]

    def _with(self, tried: list[RateTrial], rates: Iterable[float]) -> list[RateTrial]:
        return sorted([*tried, *self._at_all(rates)], key=lambda one: one.rate)

    @np.errstate(over="ignore", invalid="ignore")
    def at(self, rate: float) -> RateTrial:
        """Return the trial of one rate."""
        taken = self._until(self._has_diverged, rate)
        last = taken[-1]
        loss = self.run.problem.loss_at(last.params, last.loss)
        if not isfinite(loss) or loss > self.start_loss:
            return RateTrial(rate, loss if isfinite(loss) else inf, len(taken) - 1, diverged=True)
        near = loss + ALIKE * (self.start_loss - loss)
        steps = next(i for i, step in enumerate(taken) if step.full_loss <= near or step is last)
        return RateTrial(rate, loss, steps, diverged=False)

    def _until(
        self, over: Callable[[Step], bool], rate: float | Callable[[int], float]
    ) -> list[Step]:
        """Return the start and the steps, fewer than were asked where one says that it is over."""
        taken: list[Step] = []
        for step in islice(self._walk(rate), self.count + 1):
            taken.append(step)
            if over(step):
                break
        return taken

    def _has_diverged(self, step: Step) -> bool:
        """Return whether the loss of all rows, where it is worked out, has gone far up."""
        return self._is_far_up(step.full_loss) or not isfinite(step.loss)

    def _is_far_up(self, loss: float) -> bool:
        return loss > NEVER * abs(self.start_loss) + NEVER

    @np.errstate(over="ignore", invalid="ignore")
    def range_test(self, low: float, high: float) -> RangeTest:
        """Return the losses of one descent whose rate grows from `low` to `high`."""
        rates = np.geomspace(low, high, self.count)
        taken = self._until(
            lambda step: not isfinite(step.loss) or self._is_far_up(step.loss),
            lambda step: float(rates[min(step, self.count - 1)]),
        )
        losses = np.full(self.count, np.nan)
        losses[: len(taken) - 1] = [step.loss for step in taken[1:]]
        return RangeTest(rates, losses)

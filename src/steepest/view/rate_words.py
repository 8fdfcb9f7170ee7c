"""A found learning rate in words: what it rests on, what is proved, and every rate tried."""

from collections.abc import Iterator
from math import isfinite

from steepest.numerals import counted, short
from steepest.view.rate_story import RateStory, RateTrial, before_rise
from steepest.view.section import Section, aligned

__all__ = ["limit_in_words", "tell_rate"]

SHARPENING = (
    "Cohen et al. 2021, Gradient descent on neural networks typically occurs at the edge of "
    "stability"
)


def tell_rate(story: RateStory) -> str:
    """Return the rate, its reason, how far it may grow, and the table of trials."""
    sections = [
        Section(f"Learning rate {short(story.learning_rate)}", tuple(_reasons(story))),
        Section(f"Rates tried, {counted(story.steps, 'step')} each", tuple(_table(story))),
    ]
    where = f", {story.coordinates}" if story.coordinates else ""
    head = f"{story.title}\nrule {story.rule}{where}"
    return "\n\n".join([head, *map(str, sections)])


def _reasons(story: RateStory) -> Iterator[str]:
    """Yield why it is this rate, what is known of larger ones, and what the range test says."""
    best = story.best
    yield (
        f"of {counted(len(story.trials), 'rate')} from the same start it has the lowest loss after "
        f"{counted(story.steps, 'step')}, {short(story.start_loss)} → {short(best.loss)}, or is "
        f"there first of those alike: after {counted(best.steps, 'step')}"
    )
    yield limit_in_words(story)
    yield _margin(story)
    if story.steady is not None:
        yield _jumps(story, story.steady)
    yield (
        f"range test: one descent whose rate grows at each step falls fastest at "
        f"{short(story.range_test.steepest, 3)} (Smith 2017); no more than a rule of thumb"
    )


def _margin(story: RateStory) -> str:
    """Return how far the rate may grow: until it fails, and until its loss is clearly higher."""
    beyond = "margin: no rate that was tried diverged"
    if isfinite(story.margin):
        what = "the limit" if story.margin == _to_limit(story) else "a rate that diverged"
        beyond = f"margin: {what} is {short(story.margin, 3)} times as large"
    worse = story.worse
    if worse is None or worse.diverged:
        return beyond
    times = short(worse.rate / story.learning_rate, 3)
    return f"{beyond}, but at {times} times the rate the loss is {short(worse.loss)} already"


def _jumps(story: RateStory, steady: RateTrial) -> str:
    """Return from where on the loss jumps from rate to rate, and what does not hang on that."""
    end = before_rise(story.trials, story.start_loss)[-1]
    said = (
        f"jumps: above {short(end.rate, 3)} the loss rises and falls again from rate to rate, as "
        "steps overshoot and land elsewhere, so another start or seed may end otherwise"
    )
    if steady.rate == story.learning_rate:
        return f"{said}; the rate lies below them"
    return (
        f"{said}; the best below them is {short(steady.rate)}, with a loss of {short(steady.loss)}"
    )


def _to_limit(story: RateStory) -> float | None:
    return None if story.limit is None else story.limit / story.learning_rate


def limit_in_words(story: RateStory) -> str:
    """Return what is proved of rates, and what is not."""
    if story.limit is None:
        known = "limit: not known; the trials are all that the rate rests on"
        if not story.is_network:
            return known
        return (
            f"{known}. A network's curvature may grow as it trains, so a rate that holds for "
            f"{counted(story.steps, 'step')} may fail later ({SHARPENING})"
        )
    limit = f"limit: {short(story.limit)} = {story.limit_formula}"
    if story.is_exact:
        return f"{limit}: above it the steps grow without end, below it they arrive"
    return f"{limit}, by a bound on the curvature: below it no step fails, above it one may"


def _table(story: RateStory) -> list[str]:
    rows = [_cells(story, one) for one in story.trials]
    return aligned([["rate", "loss", "to within 0.1 % of it", ""], *rows])


def _cells(story: RateStory, one: RateTrial) -> list[str]:
    said = "diverged" if one.diverged else f"after {counted(one.steps, 'step')}"
    mark = "chosen" if one is story.best else "below the jumps" if one is story.steady else ""
    return [short(one.rate), short(one.loss) if isfinite(one.loss) else "no number", said, mark]

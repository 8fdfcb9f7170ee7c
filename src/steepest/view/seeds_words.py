"""Several runs from different seeds in words: their ends in one table, and how far they differ."""

from collections.abc import Iterator

import numpy as np

from steepest.numerals import counted, short
from steepest.view.section import Section, aligned
from steepest.view.seeds_story import SeedResult, SeedsStory

__all__ = ["tell_seeds", "together_in_words"]


def tell_seeds(story: SeedsStory) -> str:
    """Return title, the table of ends, and what they say together."""
    head = "\n".join([story.title, story.how])
    ends = Section(f"Ends of {counted(len(story.runs), 'seed')}", tuple(_table(story)))
    return "\n\n".join([head, str(ends), str(Section("Together", tuple(_together(story))))])


def together_in_words(story: SeedsStory, shown: int) -> str:
    """Return in one line what they say together, of which so many are `shown`."""
    some = "" if shown == len(story.runs) else f", the {shown} best here"
    return f"{counted(len(story.runs), 'seed')}{some}: {'; '.join(_together(story))}."


def _table(story: SeedsStory) -> list[str]:
    kept_back = ["loss of rows kept back"] if story.has_validation else []
    heads = ["seed", "loss at the start", "loss", *kept_back, story.measure_name, "steps", "end"]
    return aligned([[*heads, "verdicts"], *(_cells(story, one) for one in story.runs)])


def _cells(story: SeedsStory, one: SeedResult) -> list[str]:
    kept_back = [short(one.validation_loss)] if story.has_validation else []
    numbers = [short(one.start_loss), short(one.loss), *kept_back, short(one.measure)]
    verdicts = ", ".join(one.verdicts) or "none"
    return [str(one.seed), *numbers, f"{one.steps:,}", one.end, verdicts]


def _together(story: SeedsStory) -> Iterator[str]:
    """Yield the lowest, the highest and the middle loss, and which run is the best."""
    losses = np.array([one.loss for one in story.runs])
    low, high = story.runs[int(losses.argmin())], story.runs[int(losses.argmax())]
    yield (
        f"losses: {short(low.loss)} (seed {low.seed}) to {short(high.loss)} (seed "
        f"{high.seed}), median {short(float(np.median(losses)))}"
    )
    if story.has_validation:
        back = np.array([one.validation_loss for one in story.runs])
        yield (
            f"of the rows kept back: {short(float(back.min()))} to {short(float(back.max()))}, "
            f"median {short(float(np.median(back)))}"
        )
    wrong = sum(bool(one.verdicts) for one in story.runs)
    yield f"with a verdict: {wrong} of {counted(len(story.runs), 'run')}"
    by = "of the rows kept back" if story.has_validation else "of all rows"
    yield f"the best, by the loss {by}: seed {story.runs[story.best].seed}"

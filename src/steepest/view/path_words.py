"""A path over penalties in words: a table of some of them, and which one the folds choose."""

from collections.abc import Iterator

import numpy as np

from steepest.numerals import counted, short
from steepest.view.path_story import PathStory
from steepest.view.section import Section, aligned

__all__ = ["tell_path"]

MOST_LISTED = 12
"""Penalties that are listed one by one; of more, so many at equal distances, and the chosen."""


def tell_path(story: PathStory) -> str:
    """Return title, the table of penalties, and what the rows kept back choose."""
    head = "\n".join([story.title, story.how])
    count = len(story.penalties)
    path = Section(f"Path over {count} penalties {story.penalty}", tuple(_table(story)))
    return "\n\n".join([head, str(path), *map(str, _chosen(story))])


def _listed(story: PathStory) -> list[int]:
    """Return the indices of the penalties that are listed."""
    count = len(story.penalties)
    spread = np.linspace(0, count - 1, min(count, MOST_LISTED)).round().astype(int)
    chosen = {story.best, story.within_error} if len(story.fold_losses) else set()
    return sorted({int(at) for at in spread} | chosen)


def _table(story: PathStory) -> list[str]:
    by_fold = ["kept back", "standard error", ""] if len(story.fold_losses) else []
    heads = [story.penalty, "weights not 0", "loss without the penalty", *by_fold]
    return aligned([heads, *(_cells(story, at) for at in _listed(story))])


def _cells(story: PathStory, at: int) -> list[str]:
    cells = [short(float(story.penalties[at])), str(story.used[at]), short(float(story.losses[at]))]
    if not len(story.fold_losses):
        return cells
    word = {story.within_error: "within one error", story.best: "lowest"}.get(at, "")
    return [*cells, short(float(story.mean_losses[at])), short(float(story.errors[at])), word]


def _chosen(story: PathStory) -> Iterator[Section]:
    """Yield what the folds choose, and what is to be known of that."""
    if len(story.fold_losses):
        folds = counted(len(story.fold_losses), "fold")
        yield Section(f"Chosen by {folds}", tuple(_choices(story)))
    short_of_it = sum(end != "arrived" for end in story.ends)
    if short_of_it:
        runs = counted(len(story.ends), "run")
        lines = (f"{short_of_it} of {runs} on all rows did not arrive at the minimum",)
        yield Section("Worth knowing", lines)


def _choices(story: PathStory) -> Iterator[str]:
    names = {"lowest": story.best, "within one standard error of it": story.within_error}
    for said, at in names.items():
        penalty, loss = short(float(story.penalties[at])), short(float(story.mean_losses[at]))
        used = f"{story.used[at]} of {counted(story.weights.shape[1], 'weight')} not 0"
        yield f"{said}: {story.penalty} {penalty}, loss of rows kept back {loss}, {used}"
    last = len(story.penalties) - 1
    if story.best in (0, last):
        more = "larger" if story.best == 0 else "smaller"
        yield (
            f"the lowest is at the {'first' if story.best == 0 else 'last'} penalty of the path: "
            f"{more} ones may do better, give a list of them (penalties=, --penalties)"
        )

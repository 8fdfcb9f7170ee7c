"""The table of classes in words: actual against predicted, and what each row adds to the loss."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from steepest.numerals import percent, short
from steepest.objective.loss.loss import weighed
from steepest.view.section import Section, aligned
from steepest.view.story import Story

__all__ = ["class_table"]

Array = NDArray[np.float64]

MOST_CLASSES = 10
"""Classes that have a column each."""

DECIMALS_FROM = 1e-3
"""The -log P from which on four decimals have two digits to read: below it there are more."""

TINY = 1e-6
"""A share below this is only said to be: its digits would all be zeros."""

MOST_TABLE_ROWS = 12
"""Rows that are shown; of more than twice as many, those of the largest losses."""


def class_table(story: Story) -> Section:
    """Return actual class against predicted probability, and what each row adds to the loss."""
    assert story.classes is not None and story.probabilities is not None
    assert story.actual is not None
    losses = weighed(story.row_losses, story.sample_weight)
    total = losses.sum()
    heads = ["row", "actual", *_chances(story), "-log P"]
    heads += ["share"] if story.sample_weight is None else ["weight", "share"]
    order = _largest(losses)
    rows = [
        [
            str(story.row_numbers[row]),
            story.classes[story.actual[row]],
            *_chances(story, row),
            _cost(story.row_losses[row]),
            *([] if story.sample_weight is None else [short(story.sample_weight[row])]),
            _share(losses[row] / total) if total else "-",
        ]
        for row in order
    ]
    lines = aligned([heads, *rows])
    return Section(_heading(story, len(order)), (*lines, *_sum_lines(story, losses, order)))


def _chances(story: Story, row: int | None = None) -> list[str]:
    """Return what a row's classes are given, or its head: of many, the likeliest and the actual."""
    assert story.classes is not None and story.probabilities is not None
    assert story.actual is not None
    few = len(story.classes) <= MOST_CLASSES
    if row is None:
        named = [f"P({name})" for name in story.classes]
        return named if few else ["predicted", "P(predicted)", "P(actual)"]
    given = story.probabilities[row]
    if few:
        return [f"{p:.4f}" for p in given]
    likeliest, actual = int(given.argmax()), story.actual[row]
    return [story.classes[likeliest], f"{given[likeliest]:.4f}", f"{given[actual]:.4f}"]


def _cost(value: float) -> str:
    """Return a -log P, or a sum of them, as a person reads it.

    >>> _cost(0.71234567), _cost(0.0000123)
    ('0.7123', '1.23e-05')
    """
    return short(value) if value < DECIMALS_FROM else f"{value:.4f}"


def _share(share: float) -> str:
    return f"below {percent(TINY)}" if 0.0 < share < TINY else percent(share)


def _heading(story: Story, shown: int) -> str:
    if shown == story.rows:
        return f"Actual against predicted, all {shown} rows"
    known = len(story.row_losses)
    drawn = "" if known == story.rows else f" drawn of {story.rows:,}"
    return f"Actual against predicted, the {shown} rows of {known:,}{drawn} that cost most"


def _sum_lines(story: Story, losses: Array, order: Sequence[int]) -> Iterator[str]:
    """Yield how the losses of the rows, each times its weight, add up to the loss."""
    total = float(losses.sum())
    rest = float(np.delete(losses, list(order)).sum())
    rows = len(losses)
    if len(order) < rows:
        yield f"the other {rows - len(order):,} rows together: {_cost(rest)}"
    if story.sample_weight is None:
        of = "cross entropy" if rows == story.rows else "cross entropy of these"
        yield f"{of} = sum / rows = {_cost(total)} / {rows:,} = {short(total / rows)}"
    else:
        whole = float(story.sample_weight.sum())
        parts = f"{_cost(total)} / {short(whole)} = {short(total / whole)}"
        yield f"cross entropy = sum of weight × -log P / sum of weights = {parts}"
    if story.plan.penalty or rows < story.rows:
        of_all = ["of all rows"] if rows < story.rows else []
        penalty = ["with the penalty"] if story.plan.penalty else []
        yield f"{' '.join([*of_all, *penalty])}: {short(story.result.full_loss)}"


def _largest(losses: Array) -> list[int]:
    """Return all rows in order if they are few, else those of the largest losses, largest first."""
    if len(losses) <= 2 * MOST_TABLE_ROWS:
        return list(range(len(losses)))
    return [int(i) for i in np.argsort(-losses, kind="stable")[:MOST_TABLE_ROWS]]

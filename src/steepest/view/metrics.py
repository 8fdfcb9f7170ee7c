"""The metrics of a run in words: how well it fits its rows, and where a number misleads."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from steepest.diagnosis.metrics import Measured, Metrics
from steepest.numerals import percent, plain, short
from steepest.view.section import Section, aligned
from steepest.view.story import Story, shortened

__all__ = ["fit_section"]

Array = NDArray[np.float64]

MOST_CLASSES = 10
"""Classes whose table of actual against predicted is shown."""


def fit_section(story: Story) -> Iterator[Section]:
    """Yield how well the result fits the rows it was trained on, and those that were kept back."""
    if not np.isfinite(story.result.full_loss):
        return
    rows = {"it was trained on": story.fitted, "kept back": story.held_out}
    for which, said in rows.items():
        if said is not None:
            lines = _of_numbers(story, said) if story.classes is None else _of_classes(story, said)
            yield Section(f"Fit on the rows {which}", tuple(lines))


def _of_numbers(story: Story, said: Measured) -> Iterator[str]:
    """Yield R², RMSE and MAE; what of the loss is explained where that is not R²."""
    metrics = said.metrics
    unit = f" {story.unit}" if story.unit else ""
    r2 = "not defined" if metrics["r2"] is None else short(metrics["r2"])
    yield (
        f"R² {r2}, RMSE {short(metrics['rmse'])}{unit}, "
        f"mean absolute error {short(metrics['mae'])}{unit}"
    )
    if story.plan.loss is not None and not story.plan.loss.is_quadratic:
        yield f"deviance explained {_explained(metrics)}"


def _explained(metrics: Metrics) -> str:
    """Return how much lower the loss is than that of the best constant."""
    share = metrics["deviance_explained"]
    if share is None:
        return "not defined (one row)"
    return f"{percent(share)} (the loss against that of the best constant)"


def _of_classes(story: Story, said: Measured) -> Iterator[str]:
    """Yield shares, scores and the table of actual against predicted."""
    assert story.classes is not None
    metrics = said.metrics
    table = metrics["confusion"]
    sizes = table.sum(axis=1)
    most = int(sizes.argmax())
    always = f"always {shortened(story.classes[most])}: {percent(sizes[most] / sizes.sum())}"
    yield (
        f"accuracy {percent(metrics['accuracy'])} ({always}), "
        f"balanced accuracy {percent(metrics['balanced_accuracy'])}"
    )
    ranked = "" if metrics["auc"] is None else f"AUC {short(metrics['auc'])}, "
    yield (
        f"{ranked}log loss {short(metrics['log_loss'])}, Brier score {short(metrics['brier'])}, "
        f"deviance explained {_explained(metrics)}"
    )
    if len(table) <= MOST_CLASSES:
        yield from _table(story, table)
    yield from _never_said(story, table)


def _table(story: Story, table: Array) -> Iterator[str]:
    """Yield the rows of each class, down, by the class that is predicted, across."""
    assert story.classes is not None
    names = [shortened(name) for name in story.classes]
    said = short if story.is_weighted else plain
    rows = [[name, *map(said, cells.tolist())] for name, cells in zip(names, table, strict=True)]
    heads = ["actual, down; predicted, across", *names]
    yield from aligned([heads, *rows])


def _never_said(story: Story, table: Array) -> Iterator[str]:
    """Yield which classes are never predicted, though there are rows of them."""
    assert story.classes is not None
    sizes = table.sum(axis=1)
    for name, said, there in zip(story.classes, table.sum(axis=0), sizes, strict=True):
        if not said and there:
            share = percent(there / sizes.sum())
            yield (
                f"it never says {shortened(name)}, which {share} of the rows are; with "
                "--class-weight balanced each class counts alike"
            )

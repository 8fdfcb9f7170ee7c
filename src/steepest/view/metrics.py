"""The metrics of a run in words: how well it fits its rows, and where a number misleads."""

from collections.abc import Iterator

import numpy as np

from steepest.diagnosis.metrics import Metrics
from steepest.numerals import percent, plain, short
from steepest.view.section import Section, aligned
from steepest.view.story import Story, shortened

__all__ = ["fit_section"]

MOST_CLASSES = 10
"""Classes whose table of actual against predicted is shown."""


def fit_section(story: Story) -> Iterator[Section]:
    """Yield how well the result fits the rows it was trained on, where there are rows."""
    if story.fitted is None or not np.isfinite(story.result.full_loss):
        return
    metrics = story.fitted.metrics
    lines = _of_numbers(story, metrics) if story.classes is None else _of_classes(story, metrics)
    yield Section("Fit on the rows it was trained on", tuple(lines))


def _of_numbers(story: Story, metrics: Metrics) -> Iterator[str]:
    """Yield R², RMSE and MAE; what of the loss is explained where that is not R²."""
    assert story.fitted is not None
    unit = f" {story.unit}" if story.unit else ""
    yield (
        f"R² {short(metrics['r2'])}, RMSE {short(metrics['rmse'])}{unit}, "
        f"mean absolute error {short(metrics['mae'])}{unit}"
    )
    if not story.fitted.loss.is_quadratic:
        yield f"deviance explained {_explained(metrics)}"


def _explained(metrics: Metrics) -> str:
    """Return how much lower the loss is than that of the best constant."""
    share = metrics["deviance_explained"]
    return f"{percent(share)} (the loss against that of the best constant)"


def _of_classes(story: Story, metrics: Metrics) -> Iterator[str]:
    """Yield shares, scores and the table of actual against predicted."""
    assert story.classes is not None
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
        yield from _table(story)
    yield from _never_said(story)


def _table(story: Story) -> Iterator[str]:
    """Yield the rows of each class, down, by the class that is predicted, across."""
    assert story.classes is not None and story.fitted is not None
    table = story.fitted.metrics["confusion"]
    names = [shortened(name) for name in story.classes]
    said = short if story.sample_weight is not None else plain
    rows = [[name, *map(said, cells.tolist())] for name, cells in zip(names, table, strict=True)]
    heads = ["actual, down; predicted, across", *names]
    yield from aligned([heads, *rows])


def _never_said(story: Story) -> Iterator[str]:
    """Yield which classes are never predicted, though there are rows of them."""
    assert story.classes is not None and story.fitted is not None
    table = story.fitted.metrics["confusion"]
    sizes = table.sum(axis=1)
    for name, said, there in zip(story.classes, table.sum(axis=0), sizes, strict=True):
        if not said and there:
            share = percent(there / sizes.sum())
            yield (
                f"it never says {shortened(name)}, which {share} of the rows are; with "
                "--class-weight balanced each class counts alike"
            )

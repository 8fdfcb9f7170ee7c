"""The metrics of a run in words: how well it fits its rows, and where a number misleads."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from steepest.diagnosis.metrics import Measured, Metrics
from steepest.numerals import percent, plain, short
from steepest.view.section import Section, aligned
from steepest.view.story import Story, shortened

__all__ = ["fit_in_brief", "fit_section"]

Array = NDArray[np.float64]

TRAINED_ON = "it was trained on"
"""What the rows are called that the loss was of."""

MOST_CLASSES = 10
"""Classes whose table of actual against predicted is shown."""


def fit_section(story: Story) -> Iterator[Section]:
    """Yield how well the result fits the rows it was trained on, and those that were kept back."""
    for which, said in _measured(story):
        lines = _of_numbers(story, said) if story.classes is None else _of_classes(story, said)
        yield Section(f"Fit on the rows {which}", tuple(lines))


def fit_in_brief(story: Story) -> str:
    """Return the first line of each section, and which classes are never predicted."""
    found = []
    for which, said in _measured(story):
        first = _errors(story, said) if story.classes is None else _shares(story, said)
        never = () if story.classes is None else _never_said(story, said.metrics["confusion"])
        found.append("; ".join([f"rows {which}: {first}", *never]))
    return "; ".join(found)


def _measured(story: Story) -> Iterator[tuple[str, Measured]]:
    """Yield which rows there are, and how good predictions of them are; none of a loss of inf."""
    if np.isfinite(story.result.full_loss):
        measured = story.rows_of_metrics
        those = TRAINED_ON
        if measured < story.rows:
            those = f"it was trained on, {measured:,} drawn of {story.rows:,}"
        rows = {those: story.fitted, "kept back": story.held_out}
        yield from ((which, said) for which, said in rows.items() if said is not None)


def _of_numbers(story: Story, said: Measured) -> Iterator[str]:
    """Yield R², RMSE and MAE; what of the loss is explained where that is not R²."""
    yield _errors(story, said)
    if story.plan.loss is not None and not story.plan.loss.is_quadratic:
        yield f"deviance explained {_explained(said.metrics)}"


def _errors(story: Story, said: Measured) -> str:
    metrics = said.metrics
    unit = f" {story.unit}" if story.unit else ""
    r2 = "not defined" if metrics["r2"] is None else short(metrics["r2"])
    return (
        f"R² {r2}, RMSE {short(metrics['rmse'])}{unit}, "
        f"mean absolute error {short(metrics['mae'])}{unit}"
    )


def _explained(metrics: Metrics) -> str:
    """Return how much lower the loss is than that of the best constant."""
    share = metrics["deviance_explained"]
    if share is None:
        return "not defined (one row)"
    return f"{percent(share)} (the loss against that of the best constant)"


def _of_classes(story: Story, said: Measured) -> Iterator[str]:
    """Yield shares, scores and the table of actual against predicted."""
    metrics = said.metrics
    table = metrics["confusion"]
    yield _shares(story, said)
    within = f" (± {metrics['auc_within']:.1g}, by bins)" if metrics.get("auc_within") else ""
    ranked = "" if metrics["auc"] is None else f"AUC {short(metrics['auc'])}{within}, "
    yield (
        f"{ranked}log loss {short(metrics['log_loss'])}, Brier score {short(metrics['brier'])}, "
        f"deviance explained {_explained(metrics)}"
    )
    yield from _calibration(story, metrics.get("calibration"))
    if len(table) <= MOST_CLASSES:
        yield from _table(story, table)
    for never in _never_said(story, table):
        yield f"{never}; with --class-weight balanced each class counts alike"


def _shares(story: Story, said: Measured) -> str:
    """Return which share of the rows is right, beside that of saying the largest class always."""
    assert story.classes is not None
    metrics = said.metrics
    sizes = metrics["confusion"].sum(axis=1)
    most = int(sizes.argmax())
    always = f"always {shortened(story.classes[most])}: {percent(sizes[most] / sizes.sum())}"
    return (
        f"accuracy {percent(metrics['accuracy'])} ({always}), "
        f"balanced accuracy {percent(metrics['balanced_accuracy'])}"
    )


def _calibration(story: Story, groups: Array | None) -> Iterator[str]:
    """Yield the mean probability and the actual share of each tenth of probabilities, (g, 3).

    Runs that were saved without rows before there was a calibration have none.
    """
    if groups is not None and story.classes is not None:
        pairs = (f"{percent(p)} → {percent(share)}" for p, share, _ in groups.tolist())
        name = shortened(story.classes[1])
        yield f"calibration, P({name}) by tenths → rows that are {name}: {', '.join(pairs)}"


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
            yield f"it never says {shortened(name)}, which {share} of the rows are"

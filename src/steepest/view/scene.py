"""The scene: everything the views show of a run, gathered once, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepare import Data
from steepest.descent.plan import Choices
from steepest.descent.stops import Stop
from steepest.diagnosis.verdict import Verdict
from steepest.objective.entropy import OfClasses
from steepest.objective.linear import LinearObjective, param_names
from steepest.objective.loss import Loss
from steepest.surface.surface import Surface
from steepest.trace import Step, Trace

__all__ = ["Scene", "brief", "thinned"]

Array = NDArray[np.float64]

MOST_ROWS = 2000
"""Rows that a picture shows at most: more would be one blot."""


MOST_LETTERS = 32
"""Letters of a name in a picture."""


@dataclass(frozen=True)
class Scene:
    """What is shown. `X` and `y` are the rows that are drawn, `rows` how many there are in all."""

    source: str
    X: Array
    y: Array
    rows: int
    dropped: int
    """How many rows with gaps were left out."""
    loss: Loss
    feature_names: tuple[str, ...]
    feature_labels: tuple[str, ...]
    target_name: str
    target_label: str
    classes: tuple[str, ...] | None
    param_names: tuple[str, ...]
    param_words: tuple[str, ...]
    """The names by which params are told: just `weight` and `bias` where there are no others."""
    param_units: tuple[str, ...]
    loss_label: str
    choices: Choices
    trace: Trace
    result: Step
    stop: Stop
    verdicts: Sequence[Verdict]
    surface: Surface
    costs: Array
    """The loss of every row at the result, (rows of the data,)."""
    probabilities: Array | None
    """The probability of each class for every row at the result, or None."""
    actual: NDArray[np.intp] | None

    @classmethod
    def of(
        cls,
        data: Data,
        objective: LinearObjective,
        choices: Choices,
        trace: Trace,
        result: Step,
        stop: Stop,
        verdicts: Sequence[Verdict],
        surface: Surface,
    ) -> "Scene":
        """Return the scene of a run with this `result` and `surface`."""
        shown = _some_rows(len(data.y))
        features, target = data.features, data.target
        classes = target.classes
        names = param_names(features.names, classes)
        margins = objective.margins(result.params)
        return cls(
            source=data.name,
            X=data.X[shown],
            y=data.y[shown],
            rows=len(data.y),
            dropped=data.dropped,
            loss=objective.loss,
            feature_names=features.names,
            feature_labels=tuple(map(_label, features.names, features.units)),
            target_name=target.name,
            target_label=_label(target.name, target.unit),
            classes=None if classes is None else tuple(brief(str(name)) for name in classes),
            param_names=names,
            param_words=("weight", "bias") if len(names) == 2 else names,
            param_units=_param_units(features.units, target.unit, objective.loss.margins),
            loss_label=_loss_label(choices, target.unit),
            choices=choices,
            trace=trace,
            result=result,
            stop=stop,
            verdicts=verdicts,
            surface=surface,
            costs=objective.loss.value(margins, data.y),
            probabilities=_probabilities(objective.loss, margins),
            actual=None if classes is None else data.y.astype(np.intp),
        )

    @property
    def title(self) -> str:
        """What is drawn, in one line."""
        count = len(self.feature_names)
        by = brief(self.feature_names[0]) if count == 1 else f"{count} features"
        return f"{brief(self.target_name)} by {by}: {self.rows:,} rows of {brief(self.source)}"

    def param_label(self, name: str) -> str:
        """Return a param's name with its unit, for an axis."""
        i = self.param_names.index(name)
        word = f"weight of {brief(name)}" if self.param_words[i] == "weight" else name
        return _label(word, self.param_units[i])

    @property
    def sampled(self) -> str:
        """How many of the rows a picture shows, if not all."""
        return "" if len(self.y) == self.rows else f"{len(self.y):,} of {self.rows:,} rows drawn"

    def margins(self, params: Array, X: Array | None = None) -> Array:
        """Return the margins of the drawn rows, or of X, (rows,) or (rows, k)."""
        X = self.X if X is None else X
        matrix = params.reshape(X.shape[1] + 1, -1)
        margins: Array = X @ matrix[:-1] + matrix[-1]
        return margins[:, 0] if margins.shape[1] == 1 else margins


def _some_rows(count: int) -> NDArray[np.intp]:
    """Return which rows to draw: all, or the same random ones each time."""
    if count <= MOST_ROWS:
        return np.arange(count)
    chosen = np.random.default_rng(0).choice(count, MOST_ROWS, replace=False)
    return np.sort(chosen)


def _probabilities(loss: Loss, margins: Array) -> Array | None:
    return loss.probabilities(margins) if isinstance(loss, OfClasses) else None


def _param_units(features: Sequence[str], target: str, margins: int) -> tuple[str, ...]:
    """Return the unit of each param: the target's by the feature's; a bias has the target's."""
    units = [f"{target or '1'}/{unit}" if unit else target for unit in features]
    return tuple(unit for unit in [*units, target] for _ in range(margins))


def brief(name: str) -> str:
    """Return a name on one line, cut where a picture has no room for more.

    >>> brief("two   words"), brief("x" * 80)[-3:], len(brief("x" * 80))
    ('two words', 'xx…', 32)
    """
    line = " ".join(name.split())
    return line if len(line) <= MOST_LETTERS else f"{line[: MOST_LETTERS - 1]}…"


def _label(name: str, unit: str) -> str:
    """Return a name, cut if need be, with its unit."""
    return f"{brief(name)} ({brief(unit)})" if unit else brief(name)


def _loss_label(choices: Choices, unit: str) -> str:
    """Return the loss with its unit, for an axis."""
    square = f" ({unit}²)" if unit else ""
    label = {
        "squared": f"mean squared error{square}",
        "absolute": "mean absolute error" + (f" ({unit})" if unit else ""),
        "huber": f"mean Huber loss{square}",
        "cross_entropy": "cross entropy (nats)",
    }[choices.loss]
    return f"{label} + penalty" if choices.l2 else label


def thinned(count: int, most: int) -> NDArray[np.intp]:
    """Return at most about `most` of the indices 0 to count - 1: the first ones all, then fewer.

    The first half are neighbours, the rest ever further apart, the last one always among them,
    since a descent does most at its start.

    >>> thinned(5, 100)
    array([0, 1, 2, 3, 4])
    >>> len(thinned(100_000, 200)) <= 200, thinned(100_000, 200)[-1]
    (True, np.int64(99999))
    """
    if count <= most:
        return np.arange(count)
    near = most // 2
    far = np.geomspace(near, count - 1, most - near)
    return np.unique(np.concatenate([np.arange(near), far.round().astype(np.intp)]))

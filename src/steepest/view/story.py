"""The story of a run: all that its words say, gathered once, as plain data.

It has no surface, so telling a run costs no more than one evaluation of its rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepare import Data
from steepest.descent.plan.plan import Plan
from steepest.descent.stopping import Stop
from steepest.diagnosis.verdict import Verdict
from steepest.objective.loss.loss import Loss
from steepest.objective.model.linear import param_names
from steepest.objective.risk import LinearObjective
from steepest.trace import Step, Trace

__all__ = ["MOST_PARAMS", "Move", "Story", "label", "loss_label", "shortened"]

Array = NDArray[np.float64]

MOST_PARAMS = 6
"""Params that are shown one by one; of more, those that matter most."""

MOST_LETTERS = 32
"""Letters of a name in a picture."""


@dataclass(frozen=True)
class Move:
    """The first step in the coordinates in which it is a step along the rule's direction.

    `where` names them, empty for the reader's own units. `gradient` is None where the coordinates
    have no names of their own, as those that make the bowl round: then the move is the reader's.
    """

    where: str
    old: Array
    new: Array
    gradient: Array | None


@dataclass(frozen=True)
class Story:
    """What is said of a run. `rows` is how many there are, `dropped` how many were left out.

    `weightless` is how many more were left out because they weigh 0.
    """

    source: str
    rows: int
    dropped: int
    weightless: int
    sample_weight: Array | None
    loss: Loss
    feature_names: tuple[str, ...]
    bases: Mapping[str, str]
    """The level of each category whose effect the bias holds."""
    target_name: str
    classes: tuple[str, ...] | None
    param_names: tuple[str, ...]
    param_words: tuple[str, ...]
    """The names by which params are shown: just `weight` and `bias` where there are no others."""
    param_units: tuple[str, ...]
    loss_label: str
    plan: Plan
    trace: Trace
    result: Step
    stop: Stop
    verdicts: Sequence[Verdict]
    move: Move | None
    """The first step; None if none was taken."""
    shown_params: Sequence[int]
    """The params that are shown one by one."""
    row_losses: Array
    """The loss of every row at the result, (rows,)."""
    probabilities: Array | None
    """The probability of each class for every row at the result, (rows, k), or None."""
    actual: NDArray[np.intp] | None

    @classmethod
    def of(
        cls,
        data: Data,
        objective: LinearObjective,
        plan: Plan,
        trace: Trace,
        result: Step,
        stop: Stop,
        verdicts: Sequence[Verdict],
    ) -> "Story":
        """Return the story of a run with this `result`."""
        features, target = data.features, data.target
        names = param_names(features.names, target.classes)
        margins, loss = objective.margins(result.params), objective.loss
        return cls(
            source=data.name,
            rows=len(data.y),
            dropped=data.dropped,
            weightless=data.weightless,
            sample_weight=data.sample_weight,
            loss=loss,
            feature_names=features.names,
            bases=features.bases,
            target_name=target.name,
            classes=None if target.classes is None else tuple(map(str, target.classes)),
            param_names=names,
            param_words=("weight", "bias") if len(names) == 2 else names,
            param_units=_param_units(features.units, loss.margin_unit(target.unit), loss.margins),
            loss_label=loss_label(loss.name, target.unit, bool(plan.penalty)),
            plan=plan,
            trace=trace,
            result=result,
            stop=stop,
            verdicts=verdicts,
            move=_first_move(objective, plan.scale, trace),
            shown_params=_shown_params(trace),
            row_losses=loss.value(margins, data.y),
            probabilities=loss.probabilities(margins),
            actual=None if target.classes is None else data.y.astype(np.intp),
        )

    @property
    def title(self) -> str:
        """What was predicted from what, in one line."""
        count = len(self.feature_names)
        by = shortened(self.feature_names[0]) if count == 1 else f"{count} features"
        rows = f"{self.rows:,} rows" + ("" if self.sample_weight is None else ", weighted,")
        return f"{shortened(self.target_name)} by {by}: {rows} of {shortened(self.source)}"

    @property
    def by_samples(self) -> bool:
        """Whether some steps saw a sample of the rows, which grew; mini-batches are none."""
        rows = self.trace.rows
        return not self.plan.batch and bool(((rows > 0) & (rows < self.rows)).any())

    def param_label(self, name: str) -> str:
        """Return a param's name with its unit, for an axis."""
        i = self.param_names.index(name)
        return label(self.long_word(i), self.param_units[i])

    def long_word(self, i: int) -> str:
        """Return what param i is called where it stands alone: `weight of duration`, `bias`."""
        name = shortened(self.param_names[i])
        return name if name.split("[")[0] == "bias" else f"weight of {name}"


def _first_move(objective: LinearObjective, coordinates: str, trace: Trace) -> Move | None:
    """Return the first step as it was taken, in coordinates that have names."""
    if len(trace) == 1:
        return None
    start, after = trace[0], trace[1]
    if coordinates == "none":
        return Move("", start.params, after.params, start.gradient)
    if coordinates in ("block", "round"):
        return Move("", start.params, after.params, None)
    found = objective.coordinates(coordinates)
    old, new = found.position(start.params), found.position(after.params)
    where = "in standard units (each feature less its mean, by its standard deviation)"
    return Move(where, old, new, found.pullback(start.gradient))


def _shown_params(trace: Trace) -> Sequence[int]:
    """Return the params to show: all if few, else those that the first step owes most to.

    That is what a param adds to the fall, its gradient times its move, which has no unit of its
    own. The last param, a bias, is always among them.
    """
    start = trace[0]
    if len(start.params) <= MOST_PARAMS:
        return range(len(start.params))
    moved = trace[1].params - start.params if len(trace) > 1 else start.gradient
    owed = np.abs(start.gradient * moved)[:-1]
    most = np.argsort(-owed, kind="stable")[: MOST_PARAMS - 1]
    return [*sorted(int(i) for i in most), len(start.params) - 1]


def _param_units(features: Sequence[str], target: str, margins: int) -> tuple[str, ...]:
    """Return the unit of each param: the target's by the feature's; a bias has the target's."""
    units = [f"{target}/{unit}".removeprefix("/") if target else f"per {unit}" for unit in features]
    by_feature = [unit if by else target for unit, by in zip(units, features, strict=True)]
    return tuple(unit for unit in [*by_feature, target] for _ in range(margins))


def loss_label(loss: str, unit: str, penalised: bool = False) -> str:
    """Return the loss called `loss` with its unit, for an axis; `unit` is the target's.

    A loss of the reader's own has no other words than its name.
    """
    square = f" ({unit}²)" if unit else ""
    labels = {
        "squared": f"mean squared error{square}",
        "absolute": "mean absolute error" + (f" ({unit})" if unit else ""),
        "huber": f"mean Huber loss{square}",
        "quantile": "mean quantile loss" + (f" ({unit})" if unit else ""),
        "poisson": "half the mean Poisson deviance",
        "cross_entropy": "cross entropy (nats)",
    }
    words = labels.get(loss, f"mean {loss} loss")
    return f"{words} + penalty" if penalised else words


def shortened(name: str) -> str:
    """Return a name on one line, cut where a picture has no room for more.

    >>> shortened("two   words"), shortened("x" * 80)[-3:], len(shortened("x" * 80))
    ('two words', 'xx…', 32)
    """
    line = " ".join(name.split())
    return line if len(line) <= MOST_LETTERS else f"{line[: MOST_LETTERS - 1]}…"


def label(name: str, unit: str) -> str:
    """Return a name, cut if need be, with its unit."""
    return f"{shortened(name)} ({shortened(unit)})" if unit else shortened(name)

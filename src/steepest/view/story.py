"""The story of a run: all that its words say, gathered once, as plain data.

It has no surface, so telling a run costs one evaluation of its rows, and what it takes to know the
lowest loss, where there is time for that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.descent.plan.plan import GIVEN, Plan
from steepest.descent.plan.scale import has_exact_bound, param_coordinates_of
from steepest.descent.stop import Stop
from steepest.diagnosis.check import Check
from steepest.diagnosis.metrics import Measured, Metrics, Predicted, RecordedMetrics
from steepest.diagnosis.metrics_in_passes import measured_in_passes
from steepest.diagnosis.note import Note
from steepest.diagnosis.verdict import Verdict
from steepest.numerals import counted
from steepest.objective.coordinates.coordinates import coordinates_in_words
from steepest.objective.evaluation import length_of
from steepest.objective.problem import Problem, RowPredictions
from steepest.trace import Step, Trace

__all__ = ["MOST_PARAMS", "Move", "Story", "label", "loss_label", "shortened"]

Array = NDArray[np.float64]

MOST_PARAMS = 6
"""Params that are shown one by one; of more, those that matter most."""

MOST_LETTERS = 32
"""Letters of a name in a picture."""


@dataclass(frozen=True)
class Move:
    """The first step, from `old` to `new`, with the `gradient` at `old`, each (params,).

    They are in the coordinates of the descent where each of these is that of one param, and
    `by_param` says so; else in the reader's units.
    """

    old: Array
    new: Array
    gradient: Array
    by_param: bool


@dataclass(frozen=True)
class Story:
    """What is said of a run. `rows` is how many there are, `dropped` how many were left out.

    `weightless` is how many more were left out because they weigh 0. Of an objective that was given
    there are no rows, and no words of data.
    """

    source: str
    rows: int
    rows_of_metrics: int
    """Of how many of them the metrics are."""
    dropped: int
    weightless: int
    validation_rows: int
    """The rows that were kept back from training."""
    row_numbers: NDArray[np.intp]
    """The place of each row in its source, counted from 1, (rows,)."""
    sample_weight: Array | None
    is_weighted: bool
    """Whether the rows count differently."""
    has_rows: bool
    """Whether the rows are at hand."""
    had_again: str
    """How a run that is gone on with has them again; "" where it does not."""
    loss_in_words: str
    inverse_link: str
    """The prediction as a formula of the margin, where it is not the margin itself."""
    feature_names: tuple[str, ...]
    bases: Mapping[str, str]
    """The level of each category whose effect the bias holds."""
    target_name: str
    classes: tuple[str, ...] | None
    param_names: tuple[str, ...]
    param_words: tuple[str, ...]
    """The names by which params are shown: just `weight` and `bias` where there are no others."""
    param_units: tuple[str, ...]
    params_in_words: str
    """What a start consists of: `bias and weight`."""
    weight_prefix: str
    """What stands before the name of a param that is no bias, where it stands alone."""
    biases: int
    """The params at the end that are biases."""
    loss_label: str
    plan: Plan
    trace: Trace
    result: Step
    stop: Stop
    verdicts: Sequence[Verdict]
    coordinates: str
    """What follows a number in the coordinates of the descent: `in standard units`; or nothing."""
    notes: Sequence[Note]
    checks: Sequence[Check]
    standard_in_words: str
    """What standard units are."""
    start_in_words: str
    """How a random start was drawn, where more is to be said than its seed."""
    layer_gradients: Sequence[tuple[int, int, float]]
    """Of a network by layer: how many weights and biases, and the length of the first gradient."""
    move: Move | None
    """The first step; None if none was taken."""
    lowest: float | None
    """The lowest loss of all rows, penalty included; None if there is none, or it is not known."""
    exact_limit: bool
    """Whether the limit of the plan is that of the loss itself, not of a bound on its curvature."""
    off_steepest: float
    """Degrees between the first step and steepest descent, in the reader's units; 0 of no step."""
    shown_params: Sequence[int]
    """The params that are shown one by one."""
    row_losses: Array
    """The loss of every row at the result, (rows,)."""
    probabilities: Array | None
    """The probability of each class for every row at the result, (rows, k), or None."""
    actual: NDArray[np.intp] | None
    unit: str
    """The unit of the target, or none."""
    held_out: Measured | None
    """The same of the rows that were kept back; None without any."""
    fitted: Measured | None
    """What the result says of the rows, whose metrics are worked out on demand; None of no rows."""

    @classmethod
    @np.errstate(over="ignore", invalid="ignore")
    def of(
        cls,
        problem: Problem,
        plan: Plan,
        trace: Trace,
        result: Step,
        stop: Stop,
        verdicts: Sequence[Verdict],
        notes: Sequence[Note] = (),
        checks: Sequence[Check] = (),
        lowest: float | None = None,
    ) -> "Story":
        """Return the story of a run with this `result`; `lowest` is the lowest loss if known."""
        at_rows, biases = problem.at_rows(result.params), problem.objective.layout.biases
        move = _first_move(problem, plan.scale, trace)
        return cls(
            source=problem.name,
            rows=problem.rows,
            rows_of_metrics=problem.rows_of_metrics,
            dropped=problem.dropped,
            weightless=problem.weightless,
            validation_rows=problem.validation_rows,
            row_numbers=problem.row_numbers,
            sample_weight=problem.sample_weight,
            is_weighted=problem.is_weighted,
            has_rows=problem.has_rows,
            had_again="" if problem.origin is None else problem.origin.had_again,
            loss_in_words=problem.loss_in_words,
            inverse_link=problem.inverse_link,
            feature_names=problem.feature_names,
            bases=problem.bases,
            target_name=problem.target_name,
            classes=None if problem.classes is None else tuple(map(str, problem.classes)),
            param_names=problem.param_names,
            param_words=problem.param_words,
            param_units=problem.param_units,
            params_in_words=problem.params_in_words,
            weight_prefix=problem.weight_prefix,
            biases=biases,
            loss_label=loss_label(plan.loss_name, problem.unit, bool(plan.penalty)),
            plan=plan,
            trace=trace,
            result=result,
            stop=stop,
            verdicts=verdicts,
            coordinates=coordinates_in_words(plan.scale),
            notes=notes,
            checks=checks,
            lowest=lowest,
            exact_limit=_exact_limit(problem),
            standard_in_words=problem.objective.standard_in_words,
            start_in_words=problem.objective.start_in_words,
            layer_gradients=_layer_gradients(problem, move),
            move=move,
            off_steepest=_off_steepest(trace),
            shown_params=_shown_params(problem, trace, result, biases),
            row_losses=at_rows.losses,
            probabilities=at_rows.probabilities,
            actual=at_rows.actual,
            unit=problem.unit,
            fitted=_fitted(problem, at_rows, result.params),
            held_out=_held_out(problem, result.params),
        )

    @property
    def title(self) -> str:
        """What was predicted from what, or what was minimised, in one line."""
        if not self.rows:
            return f"{shortened(self.source)}: {counted(len(self.param_names), 'param')}"
        count = len(self.feature_names)
        by = shortened(self.feature_names[0]) if count == 1 else f"{count} features"
        rows = f"{self.rows:,} rows" + (", weighted," if self.is_weighted else "")
        return f"{shortened(self.target_name)} by {by}: {rows} of {shortened(self.source)}"

    @property
    def by_samples(self) -> bool:
        """Whether some steps saw a sample of the rows, which grew; mini-batches are none."""
        rows = self.trace.rows
        return not self.plan.batch and bool(((rows > 0) & (rows < self.rows)).any())

    @property
    def batch_in_words(self) -> str:
        """What the rows of one step are called: where all are not known, no mini-batch."""
        return "mini-batch" if self.rows else "batch"

    def param_label(self, name: str) -> str:
        """Return a param's name with its unit, for an axis; of a direction its own name."""
        if name not in self.param_names:
            return name
        i = self.param_names.index(name)
        return label(self.long_word(i), self.param_units[i])

    def long_word(self, i: int) -> str:
        """Return what param i is called where it stands alone: `weight of duration`, `bias`."""
        name = shortened(self.param_names[i])
        return name if name.split("[")[0] == "bias" else f"{self.weight_prefix}{name}"


def _exact_limit(problem: Problem) -> bool:
    """Return whether the limit of the rate is that of the loss itself."""
    recorded = problem.recorded
    return has_exact_bound(problem.objective) if recorded is None else recorded.exact_limit


def _fitted(problem: Problem, rows: RowPredictions, params: Array) -> Measured | None:
    """Return what is said of the rows with their targets; None without any."""
    if problem.recorded is not None:
        return _recorded(problem.recorded.metrics)
    if not problem.rows:
        return None
    if problem.is_stored:
        return measured_in_passes(problem, params)
    known = problem.table("metrics")
    return Predicted.of(problem, rows.margins, known.y, known.sample_weight, rows.losses)


def _recorded(metrics: Metrics | None) -> RecordedMetrics | None:
    return None if metrics is None else RecordedMetrics(metrics)


def _held_out(problem: Problem, params: Array) -> Measured | None:
    """Return the metrics of the rows kept back, worked out or recorded; None without any."""
    if problem.recorded is not None:
        return _recorded(problem.recorded.validation_metrics)
    return held_out(problem, params)


def held_out(problem: Problem, params: Array) -> Predicted | None:
    """Return what params, (params,), say of the rows that were kept back; None without any."""
    if not problem.validation_rows:
        return None
    back = problem.table("metrics").validation
    assert back is not None
    return Predicted.of(problem, problem.margins(params, back.X), back.y, back.sample_weight)


def _first_move(problem: Problem, scale: str, trace: Trace) -> Move | None:
    """Return the first step, in the coordinates of the descent where these are by param."""
    recorded = problem.recorded
    if recorded is not None and recorded.move is not None:
        return _recorded_move(recorded.move, recorded.by_param)
    if len(trace) == 1:
        return None
    start, after = trace[0], trace[1]
    # A checkpoint was written before anything of it was recorded.
    walked = None if recorded is not None else param_coordinates_of(problem.objective, scale)
    if walked is None:
        return Move(start.params, after.params, start.gradient, by_param=False)
    old, new = walked.position(start.params), walked.position(after.params)
    return Move(old, new, walked.pullback(start.gradient), by_param=True)


def _recorded_move(move: Array, by_param: bool) -> Move:
    """Return the first step that was recorded, (3, params)."""
    old, new, gradient = move
    return Move(old, new, gradient, by_param)


def _off_steepest(trace: Trace) -> float:
    """Return the angle between the first step and the negative gradient, in degrees.

    It is `2 atan2(|u - v|, |u + v|)` of the two unit vectors (Kahan 2006, "How futile are mindless
    assessments of roundoff", 12), which keeps its digits where they are all but parallel.
    """
    if len(trace) == 1:
        return 0.0
    moved = trace[1].params - trace[0].params
    lengths = length_of(moved), length_of(trace[0].gradient)
    if not all(0.0 < length < np.inf for length in lengths):
        return 0.0
    u, v = moved / lengths[0], -trace[0].gradient / lengths[1]
    return float(np.rad2deg(2.0 * np.arctan2(length_of(u - v), length_of(u + v))))


def _layer_gradients(problem: Problem, move: Move | None) -> list[tuple[int, int, float]]:
    """Return weights, biases and the length of the gradient of each layer of a network."""
    layers = () if move is None else problem.by_layer(move.gradient)
    return [
        (one.weights.size, one.bias.size, length_of(np.append(one.weights, one.bias)))
        for one in layers
    ]


def _shown_params(problem: Problem, trace: Trace, result: Step, biases: int) -> Sequence[int]:
    """Return the params to show: all if few, of a network the two on the axes of its surface.

    Else those that the first step owes most to: what a param adds to the fall is its gradient times
    its move, which has no unit of its own. The last is always among them where it is a bias. Of no
    rows the two on the axes of the surface come before them.
    """
    start = trace[0]
    size = len(start.params)
    if size <= MOST_PARAMS:
        return range(size)
    if problem.by_layer(start.params):
        return sorted(_axes_params(problem, trace, result))
    moved = trace[1].params - start.params if len(trace) > 1 else start.gradient
    first = [] if problem.rows else _axes_params(problem, trace, result)
    last = [size - 1] if biases and size - 1 not in first else []
    owed = np.abs(start.gradient * moved)[: size - len(last)]
    owed[first] = -1.0
    most = np.argsort(-owed, kind="stable")[: MOST_PARAMS - len(first) - len(last)]
    return [*first, *sorted(int(i) for i in most), *last]


def _axes_params(problem: Problem, trace: Trace, result: Step) -> list[int]:
    """Return the params on the axes of the surface that is drawn by itself, if they are params.

    They are those whose values every step has kept, or those that moved most.
    """
    names = list(problem.param_names)
    end = result if np.isfinite(result.full_loss) else trace.last_finite
    axes = problem.surface_params(trace[0].params, end.params)
    kept = axes if trace.projections is None else trace.projections.plane(names)[:2]
    return [names.index(name) for name in kept if name is not None]


def loss_label(loss: str, unit: str, penalised: bool = False) -> str:
    """Return the loss called `loss` with its unit, for an axis; `unit` is the target's.

    A loss of the reader's own has no other words than its name, an objective that was given none.
    """
    if loss == GIVEN:
        return "loss"
    square = f" ({unit}²)" if unit else ""
    labels = {
        "squared": f"mean squared error{square}",
        "absolute": "mean absolute error" + (f" ({unit})" if unit else ""),
        "huber": f"mean Huber loss{square}",
        "quantile": "mean quantile loss" + (f" ({unit})" if unit else ""),
        "poisson": "half the mean Poisson deviance",
        "cross_entropy": "cross entropy",
    }
    words = labels.get(loss, f"mean {loss} loss")
    return f"{words} + penalty" if penalised else words


def shortened(name: str, most: int = MOST_LETTERS) -> str:
    """Return a name on one line, cut where a picture has no room for more than `most` letters.

    >>> shortened("two   words"), shortened("x" * 80)[-3:], len(shortened("x" * 80))
    ('two words', 'xx…', 32)
    """
    line = " ".join(name.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def label(name: str, unit: str) -> str:
    """Return a name, cut if need be, with its unit."""
    return f"{shortened(name)} ({shortened(unit)})" if unit else shortened(name)

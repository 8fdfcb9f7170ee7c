"""The one loop: evaluate, choose a direction, choose how far, record the step, move."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isfinite, nan
from time import perf_counter

import numpy as np

from steepest.descent.checkpoint import Checkpoint, LastStep, WhiteningRecord
from steepest.descent.evaluator import Evaluator, SearchState
from steepest.descent.remaining_gap import fall_to_come, remaining_gap
from steepest.descent.renewal import FAST, Renewal
from steepest.descent.rule import Rule
from steepest.descent.sampling import Sampler
from steepest.descent.steps.step_size import StepLength, StepSize
from steepest.objective.coordinates.coordinates import Coordinates
from steepest.objective.evaluation import Evaluation, Vector, norm
from steepest.objective.objective import Objective
from steepest.trace import Step

__all__ = ["Descent", "Method"]

Landing = tuple[Vector, Vector, Vector]
"""A step in the coordinates of the walk and in params, and the params to which it leads."""


@dataclass(frozen=True)
class Method:
    """The parts of a descent: what, from where, by which rule, how far, in which coordinates.

    `sampler` says on which rows a step is evaluated, `renewal` when the coordinates are renewed.
    Iterating takes the steps, without end; whoever iterates decides when to stop.
    """

    objective: Objective
    start: Vector
    rule: Rule
    step_size: StepSize
    coordinates: Coordinates
    sampler: Sampler
    renewal: Renewal = field(default_factory=Renewal)
    rows_read: int = 0
    """The rows that were read to make the parts, and count as read."""
    clip: float | None = None
    """The length, in the coordinates of the walk, that a rule is handed of a longer gradient."""

    def __iter__(self) -> Iterator[Step]:
        """Yield the start, then the point after each step."""
        return iter(Descent(self))


class Descent:
    """A method at work: where it is, and what it carries from one step to the next.

    With a `checkpoint` it goes on from there, and takes the very steps it would have taken. At a
    steepness of `gtol`, with a duality gap, if one is known, of `largest_gap`, or where the lowest
    loss is `gap_tol` of the loss away, it has arrived: no step is worked out that is not to come.
    """

    def __init__(
        self,
        method: Method,
        checkpoint: Checkpoint | None = None,
        gtol: float = 0.0,
        gap_tol: float = 0.0,
        largest_gap: float = 0.0,
    ) -> None:
        self.method = method
        self.gtol, self.gap_tol, self.largest_gap = gtol, gap_tol, largest_gap
        self.known_gap: tuple[Evaluation | None, float] = (None, nan)
        self.coordinates = method.coordinates
        self.evaluator = Evaluator()
        first = checkpoint or self._first()
        self.params, self.rule_state, self.index = first.params, first.state, first.index
        self.last_step, self.whitening = first.last, first.whitening
        self.samples = method.sampler.begin(first)
        self.last_evaluation: Evaluation | None = None
        self.checkpoints = (first, first)
        self.row_stream = first.row_stream
        if checkpoint is not None:
            self._take_up(checkpoint)
        self.evaluator.rows_read = round(first.passes * method.objective.count)
        self.began = perf_counter() - first.seconds

    def _first(self) -> Checkpoint:
        """Return the checkpoint before the first step."""
        method = self.method
        rule, start = method.rule, method.start
        state = rule.init(start if rule.keeps_nothing else method.coordinates.position(start))
        passes = method.rows_read / max(1, method.objective.count)
        return Checkpoint(0, method.start, state, method.sampler.first.count, passes=passes)

    def _take_up(self, began: Checkpoint) -> None:
        """Work out anew, to the same bits, what is not kept: coordinates, the last evaluation."""
        method, evaluator, record = self.method, self.evaluator, began.whitening
        if record is not None:
            rows = method.sampler.at(record.rows)
            there = evaluator.evaluate(rows, record.params)
            renewed = method.renewal.renewed(rows, there, record.thinning)
            self.coordinates = renewed or self.coordinates
        if began.last is None:
            return
        if began.last.change is None:
            # A file from before changes were kept.
            self.last_step = began.last._replace(change=self.coordinates.params(began.last.step))
        if self.samples.same_rows and not self.samples.objective.is_stateful:
            self.last_evaluation = evaluator.evaluate(self.samples.objective, began.last.params)
        if began.evaluated:
            evaluator.evaluate(self.samples.objective, self.params)

    def checkpoint(self, index: int) -> Checkpoint | None:
        """Return the checkpoint before step `index`: the next, or the one just yielded.

        None if it is neither; an interrupt may have come when a step was known but not yielded.
        """
        return next((at for at in self.checkpoints if at.index == index), None)

    def __iter__(self) -> "Descent":
        """Return the descent itself: it goes on from where it is."""
        return self

    def __next__(self) -> Step:
        """Return where the descent is, and go one step on."""
        at, steepness = self._evaluate()
        rate = None if self.method.renewal.renews else self.method.step_size.given_rate(self.index)
        step = self._searched(at, steepness) if rate is None else self._given(at, steepness, rate)
        self.checkpoints = (self.checkpoints[1], self._checkpoint(step))
        return step

    def _given(self, at: Evaluation, steepness: float, rate: float) -> Step:
        """Go a step of a rate that is known beforehand; a search is asked for nothing.

        It is the step of `_searched`, to the bit: of a small network in two thirds of the time.
        """
        gradient, _ = self.evaluator.pullback(self.coordinates, at.gradient)
        direction = self._direction(self._clipped(gradient, steepness))
        length = StepLength(rate)
        step = self._step(at, length, steepness)
        if rate:
            change = rate * self.coordinates.params(direction)
            landing = rate * direction, change, at.params + change
        else:
            landing = self._staying()
        self._move(at, gradient, length, landing)
        return step

    def _clipped(self, gradient: Vector, steepness: float) -> Vector:
        """Return the gradient, of the length `steepness`, or what of it is as long as allowed.

        `g min(1, clip / |g|)`: Pascanu, Mikolov & Bengio 2013, "On the difficulty of training
        recurrent neural networks", algorithm 1. PyTorch has `|g| + 1e-6` in the place of `|g|`.
        """
        clip = self.method.clip
        return gradient if clip is None or steepness <= clip else gradient * (clip / steepness)

    def _searched(self, at: Evaluation, steepness: float) -> Step:
        """Renew the coordinates if it is time, search how far to go, and go there."""
        gradient_ratio = self._gradient_ratio(steepness)
        self._renew_if_due(at, steepness, gradient_ratio)
        gradient, steepness = self.evaluator.pullback(self.coordinates, at.gradient)
        direction = self._direction(gradient)
        search = self._search_along(direction, at, gradient, steepness, gradient_ratio)
        length = self._length(search)
        if self._finds_nothing(search, length):
            search = self._restarted(search)
            length = self._length(search)
        step = self._step(at, length, steepness)
        self._move(at, gradient, length, self._landing(search, length))
        return step

    def _evaluate(self) -> tuple[Evaluation, float]:
        """Return loss and gradient on the rows of this step, and how steep it is there.

        A sample that is exhausted grows.
        """
        samples, evaluate = self.samples, self.evaluator.evaluate
        at = evaluate(samples.next(), self.params)
        while samples.exhausted(at, steepness := self.steepness(at)):
            self._renew(at)
            at, self.last_step = evaluate(samples.enlarge(), self.params), None
        return at, steepness

    def steepness(self, at: Evaluation) -> float:
        """Return the length of the gradient in the coordinates of the walk as they are now."""
        return self.evaluator.pullback(self.coordinates, at.gradient)[1]

    def _gradient_ratio(self, steepness: float) -> float:
        """Return what is left of the last step's steepness; 1 if these rows had no step."""
        before = norm(self.last_step.gradient) if self.last_step is not None else 0.0
        return steepness / before if before else 1.0

    def _renew_if_due(self, at: Evaluation, steepness: float, gradient_ratio: float) -> None:
        """Renew the coordinates if it is time; not where the descent has arrived."""
        record, renewal = self.whitening, self.method.renewal
        since = self.index - (record.step if record is not None else 0)
        due = renewal.due(self.samples.objective, since, gradient_ratio, record)
        if due and not self._has_arrived(at, steepness):
            self._renew(at)

    def _renew(self, at: Evaluation) -> None:
        """Go on in new coordinates, if there are any."""
        if not self.method.renewal.renews:
            return
        objective, last = self.samples.objective, self.last_step
        thinning = self.method.renewal.thinning(objective, self.whitening)
        self.evaluator.rows_read += objective.count // thinning
        renewed = self.method.renewal.renewed(objective, at, thinning)
        if renewed is None:
            return
        self.coordinates = renewed
        self.whitening = WhiteningRecord(self.index, self.params, objective.count, thinning)
        if last is not None and last.change is not None and self.last_evaluation is not None:
            step, gradient = (
                renewed.position(last.change),
                renewed.pullback(self.last_evaluation.gradient),
            )
            self.last_step = last._replace(step=step, gradient=gradient)

    def _direction(self, gradient: Vector) -> Vector:
        """Return the rule's direction in the coordinates of the walk, the rule one update on."""
        rule = self.method.rule
        direction, self.rule_state = rule.update(gradient, self.rule_state)
        if rule.decays:
            direction = direction + rule.decay_at(self.coordinates.position(self.params))
        return direction

    def _search_along(
        self,
        direction: Vector,
        at: Evaluation,
        gradient: Vector,
        steepness: float,
        gradient_ratio: float,
    ) -> SearchState:
        """Return what a step size is asked: from where it searches, and whither."""
        return SearchState(
            index=self.index,
            evaluation=at,
            gradient=gradient,
            direction=direction,
            objective=self.samples.objective,
            coordinates=self.coordinates,
            evaluator=self.evaluator,
            last_step=self.last_step,
            last_evaluation=self.last_evaluation,
            is_white=self._is_white(gradient_ratio),
            arrived=self._has_arrived(at, steepness),
            same_rows=self.samples.same_rows,
            rate_share=self.samples.rate_share,
        )

    def _length(self, search: SearchState) -> StepLength:
        """Return how far to go from there."""
        found = self.method.step_size(search)
        length = found if isinstance(found, StepLength) else StepLength(found)
        self.evaluator.rows_read += length.rows_read
        return length

    def _finds_nothing(self, search: SearchState, length: StepLength) -> bool:
        """Return whether a search found no rate along another direction than the gradient's."""
        if length.moves or search.arrived or self.method.step_size.is_given:
            return False
        return not np.array_equal(search.direction, -search.gradient)

    def _restarted(self, search: SearchState) -> SearchState:
        """Return the search with the rule begun anew there, and the gradient as its first step.

        What a rule carries, as momentum does, may lead uphill, or nowhere that is lower. Then it
        is dropped (O'Donoghue & Candès 2015, "Adaptive restart for accelerated gradient schemes",
        arXiv 1204.3982), and the next step is along the gradient, whatever the rule: so nothing
        lower is found only where the gradient itself leads nowhere.
        """
        rule, gradient = self.method.rule, search.gradient
        self.rule_state = rule.update(gradient, rule.init(search.position))[1]
        return search.along(-gradient)

    def _is_white(self, gradient_ratio: float) -> bool:
        """Return whether the Hessian is about the identity here, so that rate 1 is Newton's step.

        Several margins are whitened each by itself: only the last step tells if that is enough.
        """
        if self.whitening is None:
            return False
        just = self.whitening.step == self.index and self.samples.objective.outputs == 1
        return just or gradient_ratio <= FAST

    def _has_arrived(self, at: Evaluation, steepness: float) -> bool:
        if not self.samples.sees_all:
            return False
        white = self.whitening is not None
        near = white and self._is_within(at, steepness, remaining_gap)
        if steepness <= self.gtol:
            near = not self._gap(at, steepness) > self.largest_gap
        # A proof that is cheap is asked however steep it seems, and no estimate stands for it;
        # another sooner where nothing is whitened, which would tell what is left.
        cheap = self.gap_tol > 0.0 and self.method.objective.proof_is_cheap
        due = near or (not (white or cheap) and self._is_within(at, steepness, fall_to_come))
        proved = self._is_proved(at, not due) if self.gap_tol and (due or cheap) else None
        return near and (steepness <= self.gtol or not cheap) if proved is None else proved

    def _gap(self, at: Evaluation, steepness: float) -> float:
        """Return the duality gap, or what curvature proved, at a small gradient; NaN if unknown."""
        if self.known_gap[0] is at:
            return self.known_gap[1]
        if not steepness <= self.gtol or not self.samples.sees_all:
            return nan
        gap = self.samples.objective.duality_gap(at)
        self.known_gap = at, nan if gap is None else gap
        return self.known_gap[1]

    def _is_within(self, at: Evaluation, steepness: float, left: Callable[..., float]) -> bool:
        """Return whether the last step puts the lowest loss within `gap_tol` of the loss."""
        last = self.last_evaluation
        if not self.gap_tol or self.last_step is None or last is None:
            return False
        gap = left(steepness, norm(self.last_step.gradient), last.loss - at.loss)
        return gap <= self.gap_tol * abs(at.loss)

    def _is_proved(self, at: Evaluation, cheaply: bool) -> bool | None:
        """Return whether the curvature of all rows says so too; None where that is not known.

        In coordinates that were whitened far away a gradient is short where much is left to fall.
        """
        proved = self.method.objective.proved_gap(at, cheaply)
        if proved is None:
            return None
        self.evaluator.rows_read += round(proved.passes * self.method.objective.count)
        self.known_gap = at, proved.gap if isfinite(proved.gap) else nan
        return proved.gap <= self.gap_tol * abs(at.loss)

    def _move(self, at: Evaluation, gradient: Vector, length: StepLength, landing: Landing) -> None:
        """Go one step on: from `at`, where the gradient of the walk is `gradient`, to a landing."""
        step, change, params = landing
        self.last_step = LastStep(length.rate, step, gradient, self.params, length.memory, change)
        self.last_evaluation, self.params = at, params
        self.index += 1

    def _staying(self) -> Landing:
        """Return a step of length 0: the same params, which need not be evaluated again."""
        return np.zeros_like(self.params), np.zeros_like(self.params), self.params

    def _landing(self, search: SearchState, length: StepLength) -> Landing:
        """Return how a search steps.

        Params that are given are taken as they are: a sum would not be exactly 0 where they are.
        """
        if length.params is not None:
            change = length.params - self.params
            return self.coordinates.position(change), change, length.params
        if not length.moves:
            return self._staying()
        trial = search.trial(length.rate, length.momentum)
        return trial.step, trial.change, trial.params

    def _step(self, at: Evaluation, length: StepLength, steepness: float) -> Step:
        """Return the step as it is recorded."""
        samples, index, params = self.samples, self.index, self.params
        params.setflags(write=False)
        full_loss = samples.full_loss(at, index, self.evaluator)
        count, gap = self.method.objective.count, length.gap
        passes = self.evaluator.rows_read / count if count else 0.0
        whitened = self.whitening is not None and self.whitening.step == index
        gap = self._gap(at, steepness) if gap != gap else gap
        seconds = perf_counter() - self.began
        # By place: names take twice as long, which of a small network is 1 % of its step.
        return Step(
            index,
            params,
            at.loss,
            at.gradient,
            norm(at.gradient),
            length.rate,
            seconds,
            full_loss,
            steepness,
            length.momentum,
            samples.objective.count,
            passes,
            whitened,
            False,
            gap,
        )

    def _checkpoint(self, step: Step) -> Checkpoint:
        return Checkpoint(
            self.index,
            self.params,
            self.rule_state,
            step.rows,
            self.last_step,
            self.whitening,
            step.passes,
            step.seconds,
            self.samples.objective.reference,
            self.row_stream,
            self.samples.state,
            self.evaluator.knows(self.samples.objective, self.params),
        )

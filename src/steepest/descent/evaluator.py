"""The evaluator: objective and coordinates as a descent asks them, with the last answers kept.

A search evaluates where the next step may lead, so that step need not evaluate again, nor turn the
gradient there into the coordinates of the walk, nor the step into params. Params, gradients and
directions are all (params,).
"""

from steepest.descent.checkpoint import LastStep
from steepest.objective.coordinates.coordinates import Coordinates
from steepest.objective.evaluation import Evaluation, Vector, norm
from steepest.objective.model.model import Array
from steepest.objective.objective import Objective

__all__ = ["Evaluator", "SearchState", "Trial"]


class Evaluator:
    """Evaluates objectives, and counts in `rows_read` how many rows that took.

    >>> import numpy as np
    >>> from steepest.objective.function import as_objective
    >>> evaluator, bowl = Evaluator(), as_objective(lambda p: (float(p @ p), 2 * p), 1)
    >>> params = np.array([3.0])
    >>> evaluator.evaluate(bowl, params) is evaluator.evaluate(bowl, params)
    True
    """

    def __init__(self) -> None:
        self.rows_read = 0
        self._objective: Objective | None = None
        self._evaluation: Evaluation | None = None
        self._coordinates: Coordinates | None = None
        self._gradient: Vector | None = None
        self._pulled: tuple[Vector, float] | None = None

    def evaluate(self, objective: Objective, params: Vector) -> Evaluation:
        """Return loss and gradient of `objective` at `params`, which nobody changes any more."""
        last = self._evaluation
        if last is not None and self._objective is objective and last.params is params:
            return last
        evaluation = objective.evaluate(params)
        self.rows_read += evaluation.rows_read
        self._objective, self._evaluation = objective, evaluation
        return evaluation

    def knows(self, objective: Objective, params: Vector) -> bool:
        """Return whether `evaluate` has the answer there without reading a row."""
        last = self._evaluation
        return last is not None and self._objective is objective and last.params is params

    def pullback(self, coordinates: Coordinates, gradient: Vector) -> tuple[Vector, float]:
        """Return the gradient in `coordinates`, and its length there, the steepness."""
        if (
            self._pulled is None
            or self._gradient is not gradient
            or self._coordinates is not coordinates
        ):
            self._gradient, self._coordinates = gradient, coordinates
            pulled = coordinates.pullback(gradient)
            self._pulled = pulled, norm(pulled)
        return self._pulled


class Trial:
    """A step that may be taken: `rate direction + momentum last step`, and where it leads.

    `step` is in the coordinates of the walk, `change` and `params` in the reader's units.
    """

    __slots__ = (
        "_begin",
        "_coordinates",
        "_evaluator",
        "_objective",
        "_slope",
        "change",
        "momentum",
        "params",
        "rate",
        "step",
    )

    def __init__(self, state: "SearchState", rate: float, momentum: float) -> None:
        self._evaluator, self._objective = state.evaluator, state.objective
        self._coordinates, self._begin = state.coordinates, state.gradient
        self._slope: float | None = None
        self.rate, self.momentum = rate, momentum
        self.step = rate * state.direction
        self.change = rate * state.direction_in_params
        last = state.last_step
        if momentum and last is not None:
            self.step += momentum * last.step
            moved = state.coordinates.params(last.step) if last.change is None else last.change
            self.change += momentum * moved
        self.params = state.evaluation.params + self.change

    @property
    def evaluation(self) -> Evaluation:
        """Loss and gradient where the step leads."""
        return self._evaluator.evaluate(self._objective, self.params)

    @property
    def gradient(self) -> Vector:
        """The gradient there, in the coordinates of the walk."""
        return self._evaluator.pullback(self._coordinates, self.evaluation.gradient)[0]

    @property
    def slope(self) -> float:
        """The slope at the step's beginning along it: below 0 where it leads downhill."""
        if self._slope is None:
            self._slope = float(self._begin @ self.step)
        return self._slope


class SearchState:
    """What a step size may ask: where the descent is, where its rule leads, what a trial finds.

    `evaluation` is that at the present params; `gradient` and `direction` are in the
    `coordinates` of the walk. `last_step` is the one that led here and `last_evaluation` the one
    where it began, both None at the start or where the rows were others. `is_white` says that
    rate 1 is known to lead to the bottom of the bowl, `arrived` that no step will be taken from
    here, `same_rows` that the last step's gradient is of the same rows and can be compared.
    `rate_share` is how much of a rate that was found is for this step.
    """

    __slots__ = (
        "_in_params",
        "_trial",
        "arrived",
        "coordinates",
        "direction",
        "evaluation",
        "evaluator",
        "gradient",
        "index",
        "is_white",
        "last_evaluation",
        "last_step",
        "objective",
        "rate_share",
        "same_rows",
    )

    def __init__(
        self,
        index: int,
        evaluation: Evaluation,
        gradient: Vector,
        direction: Vector,
        objective: Objective,
        coordinates: Coordinates,
        evaluator: Evaluator,
        last_step: LastStep | None = None,
        last_evaluation: Evaluation | None = None,
        is_white: bool = False,
        arrived: bool = False,
        same_rows: bool = True,
        rate_share: float = 1.0,
    ) -> None:
        self.index, self.evaluation = index, evaluation
        self.gradient, self.direction = gradient, direction
        self.objective, self.coordinates, self.evaluator = objective, coordinates, evaluator
        self.last_step, self.last_evaluation = last_step, last_evaluation
        self.is_white, self.arrived, self.same_rows = is_white, arrived, same_rows
        self.rate_share = rate_share
        self._trial: Trial | None = None
        self._in_params: Vector | None = None

    @property
    def direction_in_params(self) -> Vector:
        """The direction in the reader's units."""
        if self._in_params is None:
            self._in_params = self.coordinates.params(self.direction)
        return self._in_params

    @property
    def loss(self) -> float:
        """The loss at the present params."""
        return self.evaluation.loss

    @property
    def position(self) -> Vector:
        """The present params in the coordinates of the walk."""
        return self.coordinates.position(self.evaluation.params)

    @property
    def gradient_change(self) -> Vector | None:
        """How the gradient changed over the last step; None where its rows were others."""
        return (
            self.gradient - self.last_step.gradient if self.last_step and self.same_rows else None
        )

    def along(self, direction: Vector) -> "SearchState":
        """Return the same state with another direction, (params,)."""
        return SearchState(
            self.index,
            self.evaluation,
            self.gradient,
            direction,
            self.objective,
            self.coordinates,
            self.evaluator,
            self.last_step,
            self.last_evaluation,
            self.is_white,
            self.arrived,
            self.same_rows,
            self.rate_share,
        )

    def trial(self, rate: float, momentum: float = 0.0) -> Trial:
        """Return the step of this rate and momentum; the last one that was tried is kept."""
        known = self._trial
        if known is None or known.rate != rate or known.momentum != momentum:
            known = self._trial = Trial(self, rate, momentum)
        return known

    def evaluate(self, params: Vector) -> Evaluation:
        """Return the evaluation at other params."""
        return self.evaluator.evaluate(self.objective, params)

    def curvature(self) -> Array | None:
        """Return the second derivatives along the direction and the last step, (1, 1) or (2, 2).

        None where the objective does not know them.
        """
        directions, before = [self.direction_in_params], None
        if (
            self.last_step is not None
            and self.last_evaluation is not None
            and self.last_step.change is not None
        ):
            directions.append(self.last_step.change)
            before = self.last_evaluation
        self.evaluator.rows_read += self.objective.count
        return self.objective.curvature_along(self.evaluation, directions, before)

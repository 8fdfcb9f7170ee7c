"""The evaluator, which reads no rows twice for the same params, and what a step size may ask."""

import gc
import weakref
from typing import Any

import numpy as np
import pytest
from reference import hessian, problem

from steepest import LinearObjective
from steepest.descent.checkpoint import LastStep
from steepest.descent.evaluator import Evaluator, SearchState
from steepest.objective.coordinates.coordinates import Coordinates, Identity
from steepest.objective.function import as_objective


def objective_of(kind: str = "squared") -> LinearObjective:
    X, y = problem(kind, 0, rows=40, features=3)
    return LinearObjective(X, y, kind, l2=0.1)


class Counted:
    """An objective of two params that counts how often it is evaluated."""

    size = 2

    def __init__(self) -> None:
        self.evaluations = 0

    def value_and_gradient(self, params: Any) -> tuple[float, Any]:
        self.evaluations += 1
        return float(params @ params), 2.0 * params


def test_the_same_params_are_evaluated_once() -> None:
    counted = Counted()
    evaluator, objective = Evaluator(), as_objective(counted)
    params, other = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    first = evaluator.evaluate(objective, params)
    assert evaluator.evaluate(objective, params) is first
    assert evaluator.evaluate(objective, other).loss == 25.0
    assert counted.evaluations == 2


def test_another_objective_is_evaluated_at_the_same_params() -> None:
    evaluator, params = Evaluator(), np.ones(4)
    whole = objective_of()
    sample = whole.sample(np.arange(10))
    one, other = evaluator.evaluate(whole, params), evaluator.evaluate(sample, params)
    assert one.loss == whole.value(params) and other.loss == sample.value(params)
    assert evaluator.rows_read == 50
    assert (one.rows_read, other.rows_read) == (40, 10)


def test_a_gradient_is_pulled_back_once_for_each_coordinates() -> None:
    objective = objective_of()
    evaluator, params = Evaluator(), np.ones(4)
    gradient = objective.evaluate(params).gradient
    standard, white = objective.coordinates("standard"), objective.coordinates("round")
    found = evaluator.pullback(standard, gradient)
    assert evaluator.pullback(standard, gradient) is found
    for coordinates in (standard, white):
        pulled, steepness = evaluator.pullback(coordinates, gradient)
        assert np.array_equal(pulled, coordinates.pullback(gradient))
        assert steepness == pytest.approx(np.linalg.norm(pulled), rel=1e-14)


def state_at(
    objective: LinearObjective, params: Any, coordinates: Coordinates, **more: Any
) -> SearchState:
    evaluator = Evaluator()
    at = evaluator.evaluate(objective, params)
    gradient = coordinates.pullback(at.gradient)
    return SearchState(0, at, gradient, -gradient, objective, coordinates, evaluator, **more)


def last_step(objective: LinearObjective, before: Any, step: Any, coordinates: Any) -> LastStep:
    change = coordinates.params(step)
    gradient = coordinates.pullback(objective.evaluate(before).gradient)
    return LastStep(0.1, step, gradient, before, None, change)


@pytest.mark.parametrize("scale", ["none", "standard", "round"])
def test_a_trial_is_rate_times_direction_plus_momentum_times_the_last_step(scale: str) -> None:
    objective = objective_of()
    coordinates = objective.coordinates(scale)
    before, step = np.ones(4), np.array([0.1, -0.2, 0.3, 0.1])
    last = last_step(objective, before, step, coordinates)
    params = before + last.change
    state = state_at(objective, params, coordinates, last_step=last)
    trial = state.trial(0.3, 0.5)
    assert np.allclose(trial.step, 0.3 * state.direction + 0.5 * step, rtol=1e-15)
    position = coordinates.position(params) + trial.step
    assert np.allclose(trial.params, coordinates.params(position), rtol=1e-12)
    assert np.allclose(trial.change, trial.params - params, rtol=1e-9, atol=1e-12)
    assert trial.evaluation.loss == objective.value(trial.params)
    assert np.array_equal(
        trial.gradient, coordinates.pullback(objective.evaluate(trial.params).gradient)
    )
    # The slope along the step is the difference of losses on either side.
    ahead, back = (objective.value(params + h * trial.change) for h in (1e-6, -1e-6))
    assert trial.slope == pytest.approx((ahead - back) / 2e-6, rel=1e-5)


def test_the_last_trial_is_kept_and_costs_no_rows_again() -> None:
    objective = objective_of()
    state = state_at(objective, np.ones(4), Identity())
    trial = state.trial(0.25)
    assert trial.evaluation is state.trial(0.25).evaluation
    assert state.trial(0.25) is trial and state.trial(0.125) is not trial
    assert state.evaluator.rows_read == 2 * 40


def test_a_first_step_has_no_momentum() -> None:
    objective = objective_of()
    state = state_at(objective, np.ones(4), Identity())
    assert np.array_equal(state.trial(0.5, 0.9).step, 0.5 * state.direction)
    assert state.gradient_change is None


def test_the_change_of_the_gradient_is_known_for_the_same_rows_only() -> None:
    objective, identity = objective_of(), Identity()
    before, step = np.ones(4), np.array([0.1, -0.2, 0.3, 0.1])
    last = last_step(objective, before, step, identity)
    same, other = (
        state_at(objective, before + step, identity, last_step=last, same_rows=rows)
        for rows in (True, False)
    )
    assert np.allclose(same.gradient_change, hessian(objective, before) @ step)
    assert other.gradient_change is None


@pytest.mark.parametrize("kind", ["squared", "cross_entropy"])
def test_the_curvature_is_along_the_direction_and_the_last_step(kind: str) -> None:
    objective = objective_of(kind)
    white = objective.coordinates("round")
    before, step = np.full(4, 0.1), np.array([0.1, -0.2, 0.3, 0.1])
    last = last_step(objective, before, step, white)
    params = before + last.change
    alone = state_at(objective, params, white)
    both = state_at(
        objective, params, white, last_step=last, last_evaluation=objective.evaluate(before)
    )
    along = np.array([white.params(both.direction), last.change])
    true = along @ hessian(objective, params) @ along.T
    assert np.allclose(both.curvature(), true, rtol=1e-9)
    assert np.allclose(alone.curvature(), true[:1, :1], rtol=1e-9)
    assert both.evaluator.rows_read == 2 * 40


def test_of_a_plain_function_no_curvature_is_known() -> None:
    bowl: Any = as_objective(lambda p: (float(p @ p), 2 * p), 2)
    state = state_at(bowl, np.ones(2), Identity())
    assert state.curvature() is None and state.evaluator.rows_read == 0


def test_what_a_step_has_looked_at_is_let_go_with_it() -> None:
    objective = objective_of()
    gc.disable()
    try:
        state = state_at(objective, np.ones(4), Identity())
        margins = weakref.ref(state.trial(0.25).evaluation.cache)
        assert margins() is not None
        del state
        assert margins() is None
    finally:
        gc.enable()

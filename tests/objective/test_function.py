"""Objectives that nobody here wrote: functions and objects, with and without second derivatives."""

from itertools import islice, pairwise
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der, rosen_hess, rosen_hess_prod

import steepest as st
from steepest.descent.plan.auto import auto_rule
from steepest.objective.function import GivenObjective, as_objective
from steepest.objective.plane.plane import Plane

Array = Any


class LogSumExp:
    """`log sum exp(A x + b) + c/2 |x|²`: smooth, convex, no quadratic; with its Hessian or not."""

    def __init__(self, seed: int = 0, size: int = 6, curves: float = 0.1) -> None:
        generator = np.random.default_rng(seed)
        self.A, self.b = generator.normal(size=(20, size)), generator.normal(size=20)
        self.curves, self.size, self.asked = curves, size, 0

    def _shares(self, x: Array) -> tuple[float, Array]:
        score = self.A @ x + self.b
        share = np.exp(score - score.max())
        return float(np.log(share.sum()) + score.max()), share / share.sum()

    def value(self, x: Array) -> float:
        return self._shares(x)[0] + 0.5 * self.curves * float(x @ x)

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        return self.value(x), self.A.T @ self._shares(x)[1] + self.curves * x

    def hessian(self, x: Array) -> Array:
        share = self._shares(x)[1]
        mean = self.A.T @ share
        whole = self.A.T @ (share[:, None] * self.A) - np.outer(mean, mean)
        return whole + self.curves * np.eye(self.size)


class Curved(LogSumExp):
    def curvature_along(self, x: Array, directions: Any) -> Array:
        self.asked += 1
        along = np.array(directions)
        return along @ self.hessian(x) @ along.T


def test_the_plane_search_of_a_function_with_its_hessian_finds_scipys_minimum() -> None:
    given = Curved()
    true = minimize(
        given.value_and_gradient,
        np.ones(6),
        jac=True,
        hess=given.hessian,
        tol=1e-12,
        method="trust-exact",
    )
    steps = list(islice(st.steps(given, "auto", start=np.ones(6)), 25))
    assert given.asked >= 20
    assert any(step.momentum for step in steps)
    assert np.allclose(steps[-1].params, true.x, atol=1e-8)
    losses = [step.loss for step in steps]
    assert all(after <= before + 1e-15 for before, after in pairwise(losses))


def test_auto_takes_the_plane_search_where_second_derivatives_are_known() -> None:
    assert auto_rule(as_objective(Curved()), "auto", None)[0] == "plane"
    rule, why = auto_rule(as_objective(LogSumExp()), "auto", None)
    assert rule == "steepest" and "of this objective only loss and gradient are known" in why
    assert auto_rule(as_objective(Curved()), 0.1, None)[0] == "steepest"


def test_with_its_hessian_a_function_takes_fewer_steps() -> None:
    lowest = minimize(LogSumExp().value, np.ones(6), tol=1e-12).fun

    def count(given: Any) -> int:
        steps = islice(st.steps(given, "auto", start=np.ones(6)), 200)
        return next(step.index for step in steps if step.loss <= lowest + 1e-9)

    assert count(Curved()) < count(LogSumExp())


def test_rosenbrocks_valley_is_walked_down_by_its_hessian_vector_products() -> None:
    class Rosenbrock:
        size = 2

        def value_and_gradient(self, x: Array) -> tuple[float, Array]:
            return float(rosen(x)), rosen_der(x)

        def curvature_along(self, x: Array, directions: Any) -> Array:
            moved = [rosen_hess_prod(x, direction) for direction in directions]
            return np.array([[u @ Hv for Hv in moved] for u in directions])

    steps = list(islice(st.steps(Rosenbrock(), "plane", start=[-1.2, 1.0]), 60))
    assert np.allclose(steps[-1].params, 1.0, atol=1e-7)
    assert (np.diff([step.loss for step in steps]) <= 1e-15).all()


def test_its_curvature_is_what_the_source_says() -> None:
    given = as_objective(Curved())
    assert given.has_curvature
    at = given.evaluate(np.linspace(-1, 1, 6))
    u, v = np.random.default_rng(0).normal(size=(2, 6))
    found = given.curvature_along(at, [u, v])
    whole = Curved().hessian(at.params)
    assert np.allclose(found, [[u @ whole @ u, u @ whole @ v], [v @ whole @ u, v @ whole @ v]])


def test_what_has_no_second_derivatives_says_so() -> None:
    given = as_objective(LogSumExp())
    assert not given.has_curvature
    at = given.evaluate(np.zeros(6))
    assert given.curvature_along(at, [np.ones(6)]) is None
    with pytest.raises(st.ChoiceError, match=r"give it curvature_along\(params, directions\)"):
        st.steps(LogSumExp(), "plane", start=np.zeros(6))


def test_a_value_is_asked_of_the_source_if_it_has_one() -> None:
    source = LogSumExp()
    params = np.linspace(-1, 1, 6)
    assert as_objective(source).value(params) == source.value(params)
    plain = as_objective(source.value_and_gradient, 6)
    assert plain.value(params) == source.value(params)
    assert plain.value_and_gradient(params)[0] == source.value(params)


def test_what_is_written_into_the_params_changes_nothing() -> None:
    def careless(params: Array) -> tuple[float, Array]:
        loss = float(params @ params)
        params *= 2.0
        return loss, params

    given = as_objective(careless, 2)
    params = np.array([1.0, 2.0])
    at = given.evaluate(params)
    assert params.tolist() == [1.0, 2.0] and at.gradient.tolist() == [2.0, 4.0]
    with pytest.raises(ValueError, match="read-only"):
        at.gradient[0] = 0.0


def test_its_loss_on_a_plane_is_its_value_at_each_point() -> None:
    source = LogSumExp()
    plane = Plane(*np.random.default_rng(0).normal(size=(3, 6)))
    loss = as_objective(source).on_plane(plane)
    a, b = np.linspace(-1, 1, 3), np.linspace(0, 2, 4)
    grid = loss.grid(a, b)
    for i, j in np.ndindex(4, 3):
        assert grid[i, j] == source.value(plane.params(a[j], b[i]))
    assert np.array_equal(loss.at(a, a), [source.value(plane.params(x, x)) for x in a])
    assert loss.bowl() is None


def test_its_size_is_its_own_or_that_of_the_start() -> None:
    assert as_objective(LogSumExp()).size == 6
    assert as_objective(rosen_der, 3).size == 3
    assert as_objective(rosen_der).size == 0
    with pytest.raises(st.ChoiceError, match="start has 2 numbers, but there are 6 params"):
        st.steps(LogSumExp(), start=[1.0, 2.0])


def test_an_objective_is_taken_as_it_is() -> None:
    given = as_objective(LogSumExp())
    assert isinstance(given, GivenObjective) and as_objective(given) is given


@pytest.mark.parametrize("wrong", [3.0, "loss", None])
def test_what_is_no_function_is_refused(wrong: Any) -> None:
    with pytest.raises(st.ChoiceError, match="it must have a value_and_gradient"):
        as_objective(wrong)


def test_of_a_function_all_other_capabilities_are_unknown() -> None:
    given = as_objective(LogSumExp())
    assert given.count == 0 and not given.penalty and given.null_loss == 0.0
    assert given.random_start(np.random.default_rng(0)) is None
    assert given.coordinates("standard") is None and given.sample(np.arange(3)) is None
    assert given.hessian_whitening(given) is None and given.normal_equations() is None
    assert given.recession(np.ones(6)).level == "unknown"
    assert given.copy_for_descent() is given and not given.is_stateful
    assert not given.null_params.any() and len(given.null_params) == 6


def test_scipys_hessian_is_that_of_the_products() -> None:
    x, v = np.array([0.3, -0.7]), np.array([1.0, 2.0])
    assert np.allclose(rosen_hess(x) @ v, rosen_hess_prod(x, v))

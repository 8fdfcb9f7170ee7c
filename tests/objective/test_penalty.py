from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose
from reference import plain, problem
from scipy.optimize import approx_fprime, minimize_scalar
from scipy.sparse import csr_array

import steepest as st
from steepest.objective.loss.penalty import minimum_norm_subgradient, soft_threshold
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.rows_on_plane import l1_on_plane

SMOOTH = {
    "squared": st.Squared(),
    "huber": st.Huber(),
    "poisson": "poisson",
    "cross_entropy": st.CrossEntropy(),
    "softmax": st.Softmax(3),
}
L1, L2 = 0.3, 0.2


def made(kind: str, seed: int = 0, l1: float = L1, l2: float = L2, **more: Any) -> Any:
    X, y = problem(kind, seed, **more)
    return st.LinearObjective(X, y, SMOOTH[kind], l1=l1, l2=l2)


def params_of(objective: Any, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=objective.size)


@given(some.floats(-9, 9), some.floats(0, 9))
def test_the_soft_threshold_is_the_lowest_point_of_its_parabola_with_a_kink(
    value: float, at: float
) -> None:
    def height(x: float) -> float:
        return 0.5 * (x - value) ** 2 + at * abs(x)

    found = float(soft_threshold(np.array([value]), at)[0])
    assert height(found) <= height(minimize_scalar(height).x) + 1e-9
    assert found == 0.0 or abs(value) > at


def test_the_shortest_subgradient_is_the_nearest_to_0_of_all() -> None:
    slope, weights = np.array([0.2, -0.7, 0.2, 2.0]), np.array([0.0, 0.0, -1.0, 3.0])
    assert_allclose(minimum_norm_subgradient(slope, weights, 0.5), [0.0, -0.2, -0.3, 2.5])
    for one in (0.2, -0.7, 2.0):
        every = one + np.linspace(-0.5, 0.5, 1001)
        nearest = every[np.abs(every).argmin()]
        (found,) = minimum_norm_subgradient(np.array([one]), np.zeros(1), 0.5)
        assert found == pytest.approx(nearest, abs=1e-12)


@pytest.mark.parametrize("kind", SMOOTH)
def test_value_adds_the_sizes_of_the_weights_and_not_of_the_bias(kind: str) -> None:
    objective, params = made(kind), params_of(made(kind))
    weights = params.reshape(objective.layout.shape)[:-1]
    without = made(kind, l1=0.0).value(params)
    assert objective.value(params) == pytest.approx(without + L1 * np.abs(weights).sum(), rel=1e-14)
    if kind != "poisson":
        X, y = problem(kind, 0)
        truth = plain(kind, X, y, params, L2)[0] + L1 * np.abs(weights).sum()
        assert objective.value(params) == pytest.approx(truth, rel=1e-12)


@pytest.mark.parametrize("kind", SMOOTH)
def test_off_the_kinks_the_gradient_is_that_of_differences(kind: str) -> None:
    objective, params = made(kind), params_of(made(kind))
    loss, gradient = objective.value_and_gradient(params)
    assert loss == pytest.approx(objective.value(params), rel=1e-14)
    assert_allclose(gradient, approx_fprime(params, objective.value, 1e-7), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", SMOOTH)
def test_at_a_kink_no_subgradient_is_shorter_and_its_opposite_leads_down(kind: str) -> None:
    objective, params = made(kind, l1=0.05), params_of(made(kind))
    params[: objective.layout.shape[1]] = 0.0
    at = objective.evaluate(params)
    fall = -np.vdot(at.gradient, at.gradient)
    step = 1e-7
    change = objective.value(params - step * at.gradient) - at.loss
    assert change / step == pytest.approx(fall, rel=1e-3)
    smooth = made(kind, l1=0.0).value_and_gradient(params)[1]
    assert_allclose(at.smooth_gradient, smooth, rtol=1e-13)


def test_few_weights_of_many_are_read_by_their_columns_to_the_same_margins() -> None:
    X, y = problem("squared", 1, rows=40, features=3000)
    params = np.zeros(3001)
    params[[5, 700, 2999, 3000]] = 1.5, -2.0, 0.3, 0.7
    truth = X @ params[:-1] + params[-1]
    for form in (np.asarray, np.float32, csr_array):
        objective = st.LinearObjective(form(X), y, "squared", l1=0.1)
        for found in (objective.margins(params), objective.evaluate(params).cache):
            assert_allclose(found, truth, atol=1e-5 if form is np.float32 else 1e-12)


@pytest.mark.parametrize("form", [np.asarray, np.float32, csr_array])
@pytest.mark.parametrize("kind", SMOOTH)
def test_a_block_of_the_hessian_is_that_of_the_whole(kind: str, form: Any) -> None:
    X, y = problem(kind, 2, rows=50, features=4)
    weight = np.random.default_rng(0).uniform(0.5, 2.0, 50)
    objective = st.LinearObjective(form(X), y, SMOOTH[kind], l2=L2, sample_weight=weight)
    params, k = 0.1 * params_of(objective), objective.layout.shape[1]
    mean, deviation = objective.moments
    to_units = np.eye(objective.size).reshape(-1, 5, k)
    to_units[:, :-1] /= deviation[None, :, None]
    to_units[:, -1] -= np.einsum("f,nfk->nk", mean, to_units[:, :-1])
    directions = to_units.reshape(objective.size, -1)

    def slope(moved: Any) -> Any:
        return directions @ objective.value_and_gradient(params + moved @ directions)[1]

    step = 1e-5 * np.eye(objective.size)
    whole = np.array([(slope(one) - slope(-one)) / 2e-5 for one in step])
    chosen = np.array([0, 2 * k, 4 * k - 1])
    part = np.append(np.unique(chosen), np.arange(4 * k, 5 * k))
    at = objective.evaluate(params)
    found = objective.hessian_block(at, np.unique(chosen), objective.loss.curvature)
    atol = 3e-3 if kind == "huber" else 1e-6
    assert_allclose(found, whole[np.ix_(part, part)], rtol=1e-4, atol=atol)


@pytest.mark.parametrize("kind", ["squared", "softmax"])
def test_the_kinks_on_a_plane_are_those_of_the_weights(kind: str) -> None:
    objective = made(kind)
    generator = np.random.default_rng(3)
    for plane in (
        Plane(*generator.normal(size=(3, objective.size))),
        Plane.of_two(generator.normal(size=objective.size), 0, objective.size - 1),
    ):
        a, b = generator.normal(size=(2, 7))
        found = l1_on_plane(objective, plane, a, b)
        weights = [plane.params(*at)[: -objective.layout.biases] for at in zip(a, b, strict=True)]
        assert_allclose(found, [L1 * np.abs(w).sum() for w in weights], rtol=1e-13)


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), "much"])
def test_l1_must_be_a_number_from_0_up(wrong: Any) -> None:
    with pytest.raises(st.ChoiceError, match=r"l1 is .*, but it must be a number from 0 up"):
        st.descend(problem("squared", 0), l1=wrong)

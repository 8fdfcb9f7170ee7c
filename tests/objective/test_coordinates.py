from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import hessian, problem

import steepest as st

LOSSES = {"squared": st.Squared(), "cross_entropy": st.CrossEntropy(), "softmax": st.Softmax(3)}
SCALES = ["none", "standard", "block", "round"]


def made(kind: str, seed: int = 0, l2: float = 0.0) -> st.LinearObjective:
    X, y = problem(kind, seed, rows=40, features=3)
    return st.LinearObjective(X * [1, 20, 0.2] + [3, 0, 1], y, LOSSES[kind], l2=l2)


def jacobian(scale: Any, size: int) -> Any:
    """Return T of `params = T position`, column by column."""
    return np.column_stack([scale.params(axis) for axis in np.eye(size)])


@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("l2", [0.0, 0.1])
@given(seed=some.integers(0, 10**6))
def test_there_and_back_is_where_one_was(name: str, kind: str, l2: float, seed: int) -> None:
    objective = made(kind, 0, l2)
    scale = objective.coordinates(name)
    params = np.random.default_rng(seed).normal(size=objective.size)
    back = scale.params(scale.position(params))
    assert np.allclose(back, params, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_the_gradient_by_the_position_follows_the_chain_rule(
    name: str, kind: str, l2: float
) -> None:
    objective = made(kind, 1, l2)
    scale = objective.coordinates(name)
    gradient = np.random.default_rng(0).normal(size=objective.size)
    T = jacobian(scale, objective.size)
    assert np.allclose(scale.pullback(gradient), T.T @ gradient, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_nothing_curves_more_than_the_bound(name: str, kind: str, l2: float) -> None:
    objective = made(kind, 2, l2)
    scale = objective.coordinates(name)
    T = jacobian(scale, objective.size)
    for seed in range(5):
        params = 0.1 * np.random.default_rng(seed).normal(size=objective.size)
        curvatures = np.linalg.eigvalsh(T.T @ hessian(objective, params) @ T)
        assert curvatures[-1] <= scale.curvature * (1 + 1e-9)
        if kind == "squared":
            assert curvatures[-1] == pytest.approx(scale.curvature, rel=1e-9)


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_whitened_the_hessian_of_the_squared_loss_is_1(l2: float) -> None:
    objective = made("squared", 3, l2)
    T = jacobian(objective.coordinates("round"), objective.size)
    whitened = T.T @ hessian(objective, np.zeros(objective.size)) @ T
    assert np.allclose(whitened, np.eye(objective.size), atol=1e-10)


def test_whitened_one_step_leads_to_the_lowest_point() -> None:
    data = problem("squared", 0, rows=50, features=5)
    run = st.descend(data, rule="steepest", learning_rate=1.0, scale="round", steps=1)
    X1 = np.column_stack([data[0], np.ones(50)])
    assert np.allclose(run.params, np.linalg.lstsq(X1, data[1], rcond=None)[0], rtol=1e-9)


@pytest.mark.parametrize("name", SCALES)
def test_constant_and_repeated_columns_do_no_harm(name: str) -> None:
    X, y = problem("squared", 0, rows=40, features=2)
    X = np.column_stack([X, np.full(40, 3.0), X[:, 0]])
    run = st.descend((X, y), scale=name, steps=5000)
    true = np.linalg.lstsq(np.column_stack([X, np.ones(40)]), y, rcond=None)[0]
    best = np.mean((np.column_stack([X, np.ones(40)]) @ true - y) ** 2)
    assert run.loss == pytest.approx(best, rel=1e-8)


@pytest.mark.parametrize("name", SCALES)
def test_a_scale_is_chosen_by_its_name(name: str) -> None:
    assert made("squared").coordinates(name).name == name


def test_auto_whitens_what_is_narrow_and_standardises_what_is_wide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    objective = made("cross_entropy")
    assert objective.suggested_scale(plane_search=False)[0] == "round"
    monkeypatch.setattr("steepest.objective.coordinates.suggested.MOST_WHITENED", 3)
    assert objective.suggested_scale(plane_search=False)[0] == "standard"
    assert objective.suggested_scale(plane_search=True)[0] == "round"
    # Of the squared loss steps on a plane are conjugate gradients, few in standard units too.
    squared = st.LinearObjective(objective.blocks.X, objective.blocks.y, "squared", l1=0.1)
    assert squared.suggested_scale(plane_search=True)[0] == "standard"


def test_an_unknown_scale_is_refused() -> None:
    with pytest.raises(st.ChoiceError, match="there is no scale 'unit'; choose one of auto, none"):
        st.descend(problem("squared", 0), scale="unit")


def wide(correlation: float) -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(300, 40))
    for column in range(1, 40):
        X[:, column] += correlation / np.sqrt(1.0 - correlation**2) * X[:, column - 1]
        X[:, column] /= X[:, column].std()
    return X, (X[:, 0] + generator.logistic(size=300) > 0).astype(int)


@pytest.mark.parametrize(("correlation", "name"), [(0.9, "block"), (0.2, "standard")])
def test_auto_whitens_by_blocks_where_neighbours_are_alike(
    monkeypatch: pytest.MonkeyPatch, correlation: float, name: str
) -> None:
    monkeypatch.setattr("steepest.data.blocks.Blocks.most_matrix", 30**2)
    run = st.descend(wide(correlation), l2=0.01)
    assert run.plan.scale == name
    assert f"{name}: a matrix of 41 × 41 would cost more than it saves" in run.plan.reasons


def test_whitened_each_block_of_the_hessian_is_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.objective.coordinates.bounded.BLOCK_FEATURES", 3)
    X, y = problem("squared", 3, rows=60, features=7)
    objective = st.LinearObjective(X, y, "squared", l2=0.1)
    scale = objective.coordinates("block")
    T = jacobian(scale, objective.size)
    whitened = T.T @ hessian(objective, np.zeros(objective.size)) @ T
    for first, stop in ((0, 3), (3, 6), (6, 7), (7, 8)):
        assert np.allclose(whitened[first:stop, first:stop], np.eye(stop - first), atol=1e-10)
    assert np.linalg.eigvalsh(whitened)[-1] <= scale.curvature == 3.0

"""A triangular root that is solved with: against NumPy, and least squares through it."""

import numpy as np
import pytest

from steepest import LinearObjective
from steepest.objective import normal_equations
from steepest.objective.linear_algebra.triangle import Triangle
from steepest.objective.normal_equations import NormalEquations


def rows(seed: int, count: int, size: int, condition: float) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return generator.normal(size=(count, size)) * np.logspace(0.0, -np.log10(condition), size)


@pytest.mark.parametrize("size", [1, 64, 65, 200])
def test_products_and_solves_are_numpys(size: int) -> None:
    X = rows(0, 2 * size + 5, size, 10.0)
    root, vector = Triangle.of(X.T @ X), np.random.default_rng(1).normal(size=size)
    assert root is not None
    R = np.linalg.cholesky(X.T @ X).T
    assert np.allclose(root.times(vector), R @ vector, rtol=1e-12)
    assert np.allclose(root.solve(vector), np.linalg.solve(R, vector), rtol=1e-9)
    assert np.allclose(root.solve_transposed(vector), np.linalg.solve(R.T, vector), rtol=1e-9)


@pytest.mark.parametrize("condition", [1.0, 1e3, 1e6])
def test_its_condition_is_at_least_that_of_the_rows(condition: float) -> None:
    X = rows(2, 400, 150, condition)
    root = Triangle.of(X.T @ X)
    assert root is not None
    lengths = np.linalg.svd(X, compute_uv=False)
    assert lengths[0] / lengths[-1] <= root.condition <= 150**0.5 * lengths[0] / lengths[-1]


def test_what_is_not_positive_has_none() -> None:
    assert Triangle.of(np.array([[1.0, 2.0], [2.0, 1.0]])) is None


def test_many_params_are_solved_for_and_rows_that_are_ill_conditioned_are_turned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(normal_equations, "MANY", 10)
    generator = np.random.default_rng(3)
    for twin, kept in ((1.0, True), (1e-9, False)):
        X = generator.normal(size=(100, 20))
        X[:, 1] = X[:, 0] + twin * X[:, 1]
        y = X @ generator.normal(size=20) + generator.normal(size=100)
        equations = NormalEquations.of(LinearObjective(X, y, "squared"))
        assert isinstance(equations.factor, Triangle) == kept
        step = -equations.whitening.pullback(equations.evaluate(np.zeros(21)).gradient)
        there = equations.evaluate(equations.whitening.params(step))
        design = np.column_stack([X, np.ones(100)])
        wanted = np.linalg.lstsq(design, y, rcond=None)[1][0] / 100
        assert there.loss == pytest.approx(wanted, rel=1e-6)

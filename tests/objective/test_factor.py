import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import problem
from scipy.linalg import solve_triangular

from steepest import LinearObjective, Squared
from steepest.objective.model.factor import (
    inverse_of_triangles,
    root_of_curvature,
    root_of_rows,
    standard_rows,
)


@given(size=some.integers(1, 200), seed=some.integers(0, 10**6))
def test_a_triangle_times_its_inverse_is_one(size: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    upper = np.triu(generator.normal(size=(size, size))) / size + np.eye(size)
    inverse = inverse_of_triangles(upper)
    assert np.allclose(inverse, solve_triangular(upper, np.eye(size)), rtol=1e-10, atol=1e-12)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.blocks.BLOCK_BYTES", 2048)


def curvature(objective: LinearObjective, penalty: np.ndarray) -> np.ndarray:
    Z = standard_rows(objective, slice(0, len(objective.rows)))
    return 2 * Z.T @ Z / objective.rows.total + np.diag(penalty)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("weighted", [False, True])
def test_both_roots_are_roots_of_the_curvature(weighted: bool) -> None:
    X, y = problem("squared", 1, rows=700, features=6)
    weight = np.random.default_rng(2).uniform(0, 3, 700) if weighted else None
    objective = LinearObjective(X, y, Squared(), sample_weight=weight)
    penalty = np.append(np.full(6, 0.3), 0.0)
    bend = curvature(objective, penalty)
    for root in (root_of_curvature(bend), root_of_rows(objective, penalty)):
        assert root is not None
        assert np.allclose(root.root.T @ root.root, bend, rtol=1e-12, atol=1e-13)
        assert np.allclose(root.inverse @ root.root, np.eye(7), rtol=1e-12, atol=1e-12)
        true = np.linalg.cond(bend) ** 0.5
        assert true <= root.condition <= 7.01 * true


def test_rows_of_any_condition_are_round_by_their_root() -> None:
    generator = np.random.default_rng(3)
    one, other = (np.linalg.qr(generator.normal(size=(50, 6)))[0] for _ in range(2))
    X = one * np.logspace(0, -9, 6) @ other[:6]
    objective = LinearObjective(X, np.zeros(50), Squared())
    root = root_of_rows(objective, np.zeros(7))
    Q = standard_rows(objective, slice(0, 50)) @ root.inverse
    assert root.condition > 1e8
    assert np.allclose(2 * Q.T @ Q / 50, np.eye(7), atol=1e-6)


def test_directions_that_nothing_reaches_get_the_longest_length() -> None:
    X, y = problem("squared", 4, rows=40, features=3)
    objective = LinearObjective(np.column_stack([X, X @ [1, 2, 3]]), y, Squared())
    root = root_of_rows(objective, np.zeros(5))
    longest = np.sqrt(np.linalg.eigvalsh(curvature(objective, np.zeros(5)))[-1])
    lengths = np.linalg.svd(root.root, compute_uv=False)
    assert np.isclose(lengths[0], lengths[1]) and np.isclose(lengths[0], longest)
    assert root.condition < 1e3


def test_a_curvature_that_is_not_positive_has_no_root() -> None:
    assert root_of_curvature(np.array([[1.0, 2.0], [2.0, 1.0]])) is None

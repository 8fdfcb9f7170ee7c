"""Square roots of a curvature: against SciPy, and where no digit of the matrix itself is left."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import problem
from scipy.linalg import solve_triangular, sqrtm

from steepest import LinearObjective, Squared
from steepest.objective.linear_algebra.factor import (
    Factor,
    cholesky,
    cholesky_or_spectral,
    diagonals,
    inverse_of_triangles,
    qr_factor,
    spectral,
)

Array = Any


@given(size=some.integers(1, 200), seed=some.integers(0, 10**6))
def test_a_triangle_times_its_inverse_is_one(size: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    upper = np.triu(generator.normal(size=(size, size))) / size + np.eye(size)
    inverse = inverse_of_triangles(upper)
    assert np.allclose(inverse, solve_triangular(upper, np.eye(size)), rtol=1e-10, atol=1e-12)


def test_many_triangles_are_inverted_as_each_by_itself() -> None:
    upper = np.triu(np.random.default_rng(0).normal(size=(3, 150, 150))) / 150 + np.eye(150)
    found = inverse_of_triangles(upper)
    for one, inverse in zip(upper, found, strict=True):
        assert np.allclose(one @ inverse, np.eye(150), atol=1e-12)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 2048)


def standard_rows(objective: LinearObjective) -> Array:
    """Return `sqrt(weight) [(X - mean) / deviation, 1]`, by plain NumPy."""
    blocks, (mean, deviation) = objective.blocks, objective.units
    Z = np.column_stack([(blocks.X - mean) / deviation, np.ones(len(blocks))])
    weight = blocks.sample_weight
    return Z if weight is None else Z * np.sqrt(weight)[:, None]


def curvature(objective: LinearObjective, penalty: Array) -> Array:
    Z = standard_rows(objective)
    return 2 * Z.T @ Z / objective.blocks.total + np.diag(penalty)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("weighted", [False, True])
def test_all_roots_are_roots_of_the_curvature(weighted: bool) -> None:
    X, y = problem("squared", 1, rows=700, features=6)
    weight = np.random.default_rng(2).uniform(0, 3, 700) if weighted else None
    objective = LinearObjective(X, y, Squared(), sample_weight=weight)
    assert len(objective.blocks.slices) > 10
    penalty = np.append(np.full(6, 0.3), 0.0)
    hessian = curvature(objective, penalty)
    for factor in (
        cholesky(hessian[None]),
        qr_factor(objective.blocks, objective.units, penalty),
        spectral(hessian[None], 1e-13, stiffen=False),
        cholesky_or_spectral(hessian[None], 1e-12),
    ):
        assert factor is not None
        root, inverse = factor.root[0], factor.inverse[0]
        assert np.allclose(root.T @ root, hessian, rtol=1e-12, atol=1e-13)
        assert np.allclose(inverse @ root, np.eye(7), rtol=1e-12, atol=1e-12)
        assert np.array_equal(factor.inverse_transposed[0], inverse.T)
        true = np.linalg.cond(hessian) ** 0.5
        assert true * (1 - 1e-12) <= factor.condition <= 7.01 * true


@pytest.mark.parametrize("pivot", [1e-3, 1e-5, 1e-7, 1e-9])
@pytest.mark.parametrize("flattest", [1e-12, 1e-8, 1e-6])
def test_a_bound_on_what_is_flat_finds_the_roots_of_what_is_flat_exactly(
    pivot: float, flattest: float
) -> None:
    off = np.sqrt(1.0 - pivot)
    hessian = np.array([[[1.0, off], [off, 1.0]]])
    asked: list[float] = []

    def exactly() -> float:
        asked.append(flattest)
        return flattest

    found, plain = (
        cholesky_or_spectral(hessian.copy(), 1e-6, exactly),
        cholesky_or_spectral(hessian.copy(), flattest),
    )
    assert found.full_rank == plain.full_rank == (pivot > flattest)
    assert np.array_equal(found.root, plain.root) and np.array_equal(found.inverse, plain.inverse)
    assert bool(asked) == (pivot < 1e-6)


def test_what_is_written_to_diagonals_is_in_the_matrices_in_either_order() -> None:
    for order in ("C", "F"):
        matrices = np.zeros((2, 3, 3), order=order)  # type: ignore[call-overload]
        some = diagonals(matrices)[:, :-1]
        some += 2.0
        assert np.array_equal(matrices, np.stack([np.diag([2.0, 2.0, 0.0])] * 2))


def test_rows_of_any_condition_are_white_by_their_root() -> None:
    generator = np.random.default_rng(3)
    one, other = (np.linalg.qr(generator.normal(size=(50, 6)))[0] for _ in range(2))
    X = one * np.logspace(0, -9, 6) @ other[:6]
    objective = LinearObjective(X, np.zeros(50), Squared())
    factor = qr_factor(objective.blocks, objective.units, np.zeros(7))
    Q = standard_rows(objective) @ factor.inverse[0]
    assert factor.condition > 1e8
    assert np.allclose(2 * Q.T @ Q / 50, np.eye(7), atol=1e-6)


def test_directions_that_nothing_reaches_get_the_longest_length() -> None:
    X, y = problem("squared", 4, rows=40, features=3)
    objective = LinearObjective(np.column_stack([X, X @ [1, 2, 3]]), y, Squared())
    factor = qr_factor(objective.blocks, objective.units, np.zeros(5))
    longest = np.sqrt(np.linalg.eigvalsh(curvature(objective, np.zeros(5)))[-1])
    lengths = np.linalg.svd(factor.root[0], compute_uv=False)
    assert np.isclose(lengths[0], lengths[1]) and np.isclose(lengths[0], longest)
    assert factor.condition < 1e3


def test_a_curvature_that_is_not_positive_has_no_triangular_root() -> None:
    assert cholesky(np.array([[[1.0, 2.0], [2.0, 1.0]]])) is None


@given(count=some.integers(1, 4), size=some.integers(1, 9), seed=some.integers(0, 10**6))
def test_spectral_roots_are_scipys(count: int, size: int, seed: int) -> None:
    half = np.random.default_rng(seed).normal(size=(count, size, 2 * size + 3))
    hessian = half @ half.transpose(0, 2, 1)
    factor = spectral(hessian, 1e-13, stiffen=False)
    for one, root, inverse in zip(hessian, factor.root, factor.inverse, strict=True):
        assert np.allclose(root, sqrtm(one), rtol=1e-8, atol=1e-8)
        assert np.allclose(root @ inverse, np.eye(size), atol=1e-8)


@pytest.mark.parametrize(("steepest", "length"), [(True, 2.0), (False, 2e-6)])
def test_an_eigenvalue_that_is_rounding_is_taken_for_the_largest_or_for_the_bound(
    steepest: bool, length: float
) -> None:
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    hessian = turn @ np.diag([4.0, 1.0, 0.0]) @ turn.T
    root = spectral(hessian[None], 1e-12, steepest).root[0]
    assert np.linalg.norm(root @ turn[:, 2]) == pytest.approx(length, rel=1e-6)
    assert np.linalg.norm(root @ turn[:, 1]) == pytest.approx(1.0, rel=1e-12)


def test_whitening_takes_triangles_unless_a_direction_is_flat() -> None:
    round_one, flat = np.array([[2.0, 1.0], [1.0, 2.0]]), np.ones((2, 2))
    found: Factor = cholesky_or_spectral(round_one[None], 1e-12)
    assert np.array_equal(found.root, np.linalg.cholesky(round_one).T[None])
    both = cholesky_or_spectral(np.stack([round_one, flat]), 1e-12)
    assert np.allclose(both.root, both.root.transpose(0, 2, 1))
    assert np.abs(both.inverse).max() < 2.0


@given(
    exponents=some.lists(some.integers(-60, 60), min_size=3, max_size=3),
    twins=some.booleans(),
    seed=some.integers(0, 10**6),
)
def test_units_of_the_params_change_nothing_about_whitening(
    exponents: list[int], twins: bool, seed: int
) -> None:
    rows = np.random.default_rng(seed).normal(size=(9, 3))
    if twins:
        rows[:, 2] = rows[:, 1]
    plain = rows.T @ rows
    unit = 2.0 ** np.array(exponents)
    scaled = plain * unit[:, None] * unit
    found, same = (
        cholesky_or_spectral(scaled[None], 1e-12),
        cholesky_or_spectral(plain[None], 1e-12),
    )
    assert np.allclose(found.root[0] / unit, same.root[0], rtol=1e-9, atol=1e-12)
    assert np.allclose(found.inverse[0] * unit[:, None], same.inverse[0], rtol=1e-9, atol=1e-12)

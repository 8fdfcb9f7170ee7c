"""Roots by which coordinates are whitened: each against the matrix that it stands for."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from steepest.objective.coordinates.coordinates import Identity
from steepest.objective.coordinates.standard import Standard
from steepest.objective.coordinates.whitening import (
    BlockRoot,
    ClassRoot,
    MarginRoot,
    Root,
    Whitening,
)
from steepest.objective.linear_algebra.factor import Factor, cholesky, spectral

Array = Any

FEATURES, CLASSES = 4, 3


def factor_of(generator: np.random.Generator, count: int, size: int, symmetric: bool) -> Factor:
    half = generator.normal(size=(count, size, size + 3))
    hessian = half @ half.transpose(0, 2, 1)
    factor = spectral(hessian, 1e-13, stiffen=False) if symmetric else cholesky(hessian)
    assert factor is not None
    return factor


def one_margin(generator: np.random.Generator) -> Root:
    return MarginRoot(factor_of(generator, 1, FEATURES + 1, False))


def by_margin(generator: np.random.Generator) -> Root:
    return MarginRoot(factor_of(generator, CLASSES, FEATURES + 1, False))


def shared(generator: np.random.Generator) -> Root:
    return MarginRoot(factor_of(generator, 1, FEATURES + 1, False))


def besides_common(generator: np.random.Generator) -> Root:
    factor = factor_of(generator, 1, FEATURES + 1, True)
    return ClassRoot(factor, generator.uniform(0.1, 2.0, FEATURES + 1))


def blocks(margins: int) -> Callable[[np.random.Generator], Root]:
    def made(generator: np.random.Generator) -> Root:
        factors = tuple(factor_of(generator, 1, size, True) for size in (1, 2, 1))
        return BlockRoot(factors, float(generator.uniform(0.1, 2.0)), margins)

    return made


ROOTS: dict[str, tuple[Callable[[np.random.Generator], Root], int]] = {
    "one margin": (one_margin, 1),
    "by margin": (by_margin, CLASSES),
    "shared": (shared, CLASSES),
    "besides what classes have in common": (besides_common, CLASSES),
    "blocks": (blocks(1), 1),
    "blocks of classes": (blocks(CLASSES), CLASSES),
}


def matrix(product: Callable[[Array], Array], size: int) -> Array:
    """Return the matrix of a linear map, column by column."""
    return np.column_stack([product(axis) for axis in np.eye(size)])


@pytest.mark.parametrize("name", ROOTS)
@given(seed=some.integers(0, 10**6))
def test_a_root_its_inverse_and_the_transpose_of_that_belong_together(name: str, seed: int) -> None:
    maker, margins = ROOTS[name]
    root, size = maker(np.random.default_rng(seed)), (FEATURES + 1) * margins
    R, inverse = matrix(root.times, size), matrix(root.solve, size)
    assert np.allclose(R @ inverse, np.eye(size), atol=1e-7)
    assert np.allclose(matrix(root.solve_transposed, size), inverse.T, rtol=1e-9, atol=1e-12)
    vector = np.random.default_rng(seed).normal(size=size)
    assert np.allclose(root.times(vector), R @ vector)


def test_the_matrix_of_a_root_by_margin_has_each_margins_own_on_its_diagonal() -> None:
    root = by_margin(np.random.default_rng(0))
    assert isinstance(root, MarginRoot)
    R = matrix(root.times, 15).reshape(5, CLASSES, 5, CLASSES)
    for one in range(CLASSES):
        assert np.allclose(R[:, one, :, one], root.factor.root[one])
        assert not R[:, one, :, one - 1].any()


def test_what_classes_have_in_common_has_its_own_scale() -> None:
    root = besides_common(np.random.default_rng(0))
    assert isinstance(root, ClassRoot)
    same = np.repeat(np.arange(1.0, 6.0), CLASSES)
    assert np.allclose(root.times(same), same / np.repeat(root.common, CLASSES))
    between = np.tile([1.0, 0.0, -1.0], 5)
    expected = (root.factor.root[0] @ between.reshape(5, CLASSES)).ravel()
    assert np.allclose(root.times(between), expected)


@given(seed=some.integers(0, 10**6), margins=some.sampled_from([1, 3]))
def test_standard_units_are_those_of_z_scored_features(seed: int, margins: int) -> None:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(20, FEATURES)) * 3.0 + 5.0
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    standard = Standard(mean, deviation, margins)
    params = generator.normal(size=(FEATURES + 1) * margins)
    position = standard.position(params).reshape(-1, margins)
    margin = X @ params.reshape(-1, margins)[:-1] + params[-margins:]
    assert np.allclose((X - mean) / deviation @ position[:-1] + position[-1], margin)
    assert np.allclose(standard.params(position.ravel()), params)
    T = matrix(standard.params, len(params))
    gradient = generator.normal(size=len(params))
    assert np.allclose(standard.pullback(gradient), T.T @ gradient)
    assert np.allclose(standard.inverse_pullback(standard.pullback(gradient)), gradient)


@pytest.mark.parametrize("standard", [None, Standard(np.arange(4.0), np.arange(1.0, 5.0), 1)])
def test_whitened_coordinates_are_the_root_of_standard_ones(standard: Standard | None) -> None:
    root = one_margin(np.random.default_rng(0))
    whitening = Whitening(root, standard)
    T = matrix(whitening.params, 5)
    inner = np.eye(5) if standard is None else matrix(standard.position, 5)
    hessian = inner.T @ matrix(root.times, 5).T @ matrix(root.times, 5) @ inner
    assert np.allclose(T.T @ hessian @ T, np.eye(5), atol=1e-8)
    assert np.allclose(T @ matrix(whitening.position, 5), np.eye(5), atol=1e-10)
    assert np.allclose(matrix(whitening.pullback, 5), T.T, atol=1e-12)


def test_the_identity_changes_nothing() -> None:
    vector = np.arange(3.0)
    identity = Identity()
    for change in (identity.params, identity.position, identity.pullback):
        assert change(vector) is vector

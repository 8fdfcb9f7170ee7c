"""Hessians as products with a direction, and both ends of their spectra: against NumPy's eigh."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from test_network import LOSSES, objective_of, rows

import steepest as st
from steepest.objective.coordinates.network_units import NetworkUnits
from steepest.objective.function import as_objective
from steepest.objective.linear_algebra.lanczos import spectrum_ends
from steepest.objective.loss.penalty import Penalty
from steepest.objective.objective import Objective


def matrix_of(objective: Objective, params: Any) -> Any:
    """Return the Hessian by central differences of the gradient."""
    step = 1e-5
    return np.array(
        [
            (objective.evaluate(params + e).gradient - objective.evaluate(params - e).gradient)
            / (2 * step)
            for e in step * np.eye(objective.size)
        ]
    )


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_products_are_those_of_the_hessian_by_differences(loss: str) -> None:
    weight = np.random.default_rng(3).uniform(0.5, 2.0, 30)
    objective = objective_of(loss, l2=0.1, sample_weight=weight)
    params = 0.5 * np.random.default_rng(1).standard_normal(objective.size)
    product = objective.hessian_at(params)
    assert product is not None
    found = np.array([product(one) for one in np.eye(objective.size)])
    assert np.allclose(found, matrix_of(objective, params), atol=1e-6)
    assert np.allclose(found, found.T, atol=1e-13)


@pytest.mark.parametrize("loss", ["squared", "huber", "cross_entropy", "softmax", "poisson"])
def test_products_of_a_linear_objective_are_those_of_its_hessian(loss: str) -> None:
    X, y = rows(loss)
    weight = np.random.default_rng(3).uniform(0.5, 2.0, len(y))
    objective = st.LinearObjective(X, y, LOSSES[loss][0], l2=0.1, sample_weight=weight)
    params = 0.3 * np.random.default_rng(1).standard_normal(objective.size)
    product = objective.hessian_at(params)
    assert product is not None
    found = np.array([product(one) for one in np.eye(objective.size)])
    assert np.allclose(found, matrix_of(objective, params), atol=1e-6)


def test_products_are_the_same_over_blocks_and_threads_kept_or_not(monkeypatch: Any) -> None:
    generator = np.random.default_rng(0)
    X, y = generator.normal(size=(60_000, 3)), generator.normal(size=60_000)
    from steepest.objective import network

    made = [
        network.NetworkObjective.of(
            X, y, LOSSES["squared"][0], Penalty(), objective_of("squared").hidden, threads=n
        )
        for n in (1, 3)
    ]
    assert len(made[0].blocks.slices) > 2
    params, along = generator.normal(size=(2, made[0].size))
    first, second = (one.hessian_at(params) for one in made)
    monkeypatch.setattr(network, "MOST_KEPT", 0)
    third = made[0].hessian_at(params)
    assert first and second and third
    assert np.array_equal(first(along), second(along))
    assert np.array_equal(first(along), third(along))


def test_of_kinks_and_functions_no_hessian_is_known_but_of_those_that_tell_it() -> None:
    X, y = rows("squared")
    assert st.LinearObjective(X, y, st.Absolute()).hessian_at(np.zeros(3)) is None
    assert as_objective(lambda p: (float(p @ p), 2 * p), size=2).hessian_at(np.zeros(2)) is None

    class Bowl:
        size = 3
        matrix = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, -1.0]])

        def value_and_gradient(self, params: Any) -> Any:
            return 0.5 * params @ self.matrix @ params, self.matrix @ params

        def curvature_along(self, params: Any, directions: Any) -> Any:
            return np.array(directions) @ self.matrix @ np.array(directions).T

    product = as_objective(Bowl(), 3).hessian_at(np.zeros(3))
    assert product is not None
    assert np.allclose(product(np.array([1.0, 2.0, 3.0])), Bowl.matrix @ [1.0, 2.0, 3.0])


@settings(max_examples=60, deadline=None)
@given(
    size=some.integers(2, 40),
    seed=some.integers(0, 2**16),
    kind=some.sampled_from(["random", "few values", "low rank", "late bottom", "zero"]),
)
def test_both_ends_are_those_of_eigh(size: int, seed: int, kind: str) -> None:
    generator = np.random.default_rng(seed)
    turned, _ = np.linalg.qr(generator.normal(size=(size, size)))
    values = {
        "random": generator.normal(size=size),
        "few values": generator.integers(-1, 2, size).astype(float),
        "low rank": np.where(np.arange(size) < 2, generator.normal(size=size), 0.0),
        "late bottom": np.geomspace(1e-3, 1.0, size) * np.where(np.arange(size) == 0, -1, 1),
        "zero": np.zeros(size),
    }[kind]
    matrix = turned * values @ turned.T
    matrix = (matrix + matrix.T) / 2
    ends = spectrum_ends(lambda v: matrix @ v, size, tol=1e-6)
    true = np.linalg.eigvalsh(matrix)
    for end, value in ((ends.top, true[-1]), (ends.bottom, true[0])):
        assert end.value == pytest.approx(value, rel=1e-6, abs=1e-12)
        assert np.linalg.norm(end.vector) == pytest.approx(1.0, abs=1e-10)
        off = np.linalg.norm(matrix @ end.vector - end.value * end.vector)
        assert off <= max(2e-6 * abs(value), 1e-12)
        assert end.residual == pytest.approx(off, rel=1e-2, abs=1e-12)
    assert abs(ends.top.vector @ ends.bottom.vector) < 1e-10


def test_the_top_alone_is_as_exact_and_takes_fewer_products() -> None:
    generator = np.random.default_rng(0)
    basis, _ = np.linalg.qr(generator.normal(size=(200, 200)))
    values = np.concatenate([[9.0, 5.0], np.linspace(-0.02, 0.5, 198)])
    matrix = (basis * values) @ basis.T
    both, top = (
        spectrum_ends(lambda v: matrix @ v, 200, tol=1e-5, top_alone=alone)
        for alone in (False, True)
    )
    assert abs(top.top.value - 9.0) <= top.top.residual <= 1e-5 * 9.0
    assert top.products < both.products / 2
    assert top.bottom.residual > 1e-5 * abs(top.bottom.value)


def test_ends_that_are_no_numbers_end_the_search() -> None:
    ends = spectrum_ends(lambda v: v * np.inf, 5)
    assert np.isnan(ends.top.value)


def test_the_ends_of_a_network_are_those_of_its_whole_hessian() -> None:
    objective = objective_of("cross_entropy", hidden=(8, 8))
    params = np.random.default_rng(0).standard_normal(objective.size)
    product = objective.hessian_at(params)
    assert product is not None
    whole = np.array([product(one) for one in np.eye(objective.size)])
    values = np.linalg.eigvalsh((whole + whole.T) / 2)
    ends = spectrum_ends(product, objective.size)
    assert ends.top.value == pytest.approx(values[-1], rel=1e-3)
    assert ends.bottom.value == pytest.approx(values[0], rel=1e-3)
    assert max(ends.top.relative_residual, ends.bottom.relative_residual) <= 1e-3


def test_an_inverse_pullback_is_the_inverse_of_a_pullback() -> None:
    units: NetworkUnits = objective_of("squared").units
    slope, along = np.random.default_rng(2).standard_normal((2, units.network.layout.size))
    assert np.allclose(units.pullback(units.inverse_pullback(slope)), slope, rtol=1e-12)
    assert units.inverse_pullback(slope) @ along == pytest.approx(slope @ units.position(along))

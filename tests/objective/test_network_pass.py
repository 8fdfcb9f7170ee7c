"""The room that the passes of a network share: what is read of it is never another pass's."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.sparse import csr_array

from steepest.objective.model.activation import ACTIVATIONS, choose_activation
from steepest.objective.model.network import Network, NetworkAt
from steepest.objective.model.network_hessian import NetworkHessian
from steepest.objective.model.network_pass import MOST_BYTES, MOST_KEPT, pass_of


def networks(
    activation: str, seed: int, count: int, inputs: int = 3
) -> tuple[list[NetworkAt], Any]:
    generator = np.random.default_rng(seed)
    net = Network((inputs, 5, 4, 2), choose_activation(activation))
    at = [net.at(generator.normal(size=net.layout.size)) for _ in range(count)]
    return at, generator


def alone(at: NetworkAt, X: Any, slope: Any) -> Any:
    """Return the gradient by arrays that nobody else has."""
    sums, a = [], [X.T]
    for weights, bias in at.matrices:
        sums.append(weights @ a[-1] + bias[:, None])
        a.append(at.activation.value(sums[-1]))
    by, delta = at.model.matrices(gradient := np.empty(at.model.layout.size)), slope.T
    for i in (2, 1, 0):
        by[i].weights[:], by[i].bias[:] = delta @ a[i].T, delta.sum(axis=1)
        if i:
            delta = at.matrices[i].weights.T @ delta
            delta = delta * at.activation.slope(sums[i - 1], a[i])
    return gradient


@settings(max_examples=25, deadline=None)
@given(
    activation=some.sampled_from(sorted(ACTIVATIONS)),
    rows=some.lists(some.integers(1, 9), min_size=2, max_size=7),
    inputs=some.integers(1, 9),
    seed=some.integers(0, 2**16),
)
def test_passes_in_between_change_no_gradient_and_no_output(
    activation: str, rows: list[int], inputs: int, seed: int
) -> None:
    at, generator = networks(activation, seed, len(rows), inputs)
    X = [generator.normal(size=(count, inputs)) for count in rows]
    outputs = [one.output(x) for one, x in zip(at, X, strict=True)]
    for one, x, output in zip(at, X, outputs, strict=True):
        slope = generator.normal(size=output.shape)
        assert np.allclose(one.pullback(x, slope), alone(one, x, slope), rtol=1e-12, atol=1e-13)
        assert np.array_equal(one.output(x), output)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("sizes", [(30, 64, 1), (30, 64, 3), (60, 40, 30, 1)])
def test_a_gradient_that_is_added_up_by_parts_is_that_of_all_rows(
    sizes: tuple[int, ...], dtype: str
) -> None:
    generator = np.random.default_rng(5)
    net = Network(sizes, choose_activation("relu"), np.dtype(dtype))
    at = net.at(generator.normal(size=net.layout.size))
    X = generator.normal(size=(569, sizes[0])).astype(dtype)
    assert len(pass_of(sizes, 569, net.dtype).parts) == 2
    output, parts = at.output(X), (slice(200), slice(200, None))
    slope = generator.normal(size=output.shape)
    added, off = at.pullback(X, slope), 1e-13 if dtype == "float64" else 2e-6
    others = sum(at.pullback(X[part], slope[part].copy()) for part in parts)
    assert np.allclose(added, others, rtol=0.0, atol=off * abs(added).max())
    sparse = csr_array(X)
    assert np.allclose(at.pullback(sparse, slope), added, rtol=0.0, atol=off * abs(added).max())


@pytest.mark.parametrize("activation", ["tanh", "gelu"])
def test_a_hessian_that_is_kept_is_not_overwritten_by_later_passes(activation: str) -> None:
    (at, other), generator = networks(activation, 3, 2)
    X, slope = generator.normal(size=(6, 3)), generator.normal(size=(6, 2))
    params, direction = generator.normal(size=(2, at.model.layout.size))
    kept = NetworkHessian.at(at.model, params, X, slope)
    before = kept.product(direction, lambda move: 2.0 * move)
    for _ in range(3):
        other.pullback(generator.normal(size=(6, 3)), slope)
    assert np.array_equal(kept.product(direction, lambda move: 2.0 * move), before)
    forward = at.forward(X)
    mine = [a.copy() for a in (*forward.sums, *forward.activations)]
    other.output(generator.normal(size=(6, 3)))
    assert all(map(np.array_equal, mine, (*forward.sums, *forward.activations)))


def test_threads_have_room_of_their_own() -> None:
    (at,), generator = networks("tanh", 0, 1)
    X = [generator.normal(size=(400, 3)) for _ in range(40)]
    expected = [at.pullback(x, at.output(x)) for x in X]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda x: at.pullback(x, at.output(x)), X))
    assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


def test_room_is_used_again_but_not_kept_without_end() -> None:
    assert pass_of((2, 3, 1), 7) is pass_of((2, 3, 1), 7)
    first = pass_of((2, 3, 1), 100)
    for rows in range(200, 200 + MOST_KEPT):
        pass_of((2, 3, 1), rows)
    assert pass_of((2, 3, 1), 100) is not first
    large = MOST_BYTES // 32
    assert pass_of((2, 1, 1), large) is not pass_of((2, 1, 1), large)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_what_an_activation_puts_out_is_what_it_returns(activation: str) -> None:
    one, z = choose_activation(activation), np.array([[-700.0, -1.0, -0.0, 0.0, 0.5, 800.0]])
    value, out = one.value(z), np.full_like(z, np.nan)
    slope = one.slope(z, value)
    assert one.value(z, out) is out and np.array_equal(out, value)
    assert one.slope(z, value, out) is out and np.array_equal(out, slope)

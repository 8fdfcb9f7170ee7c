"""The loss of a network on a grid: every fast way against one evaluation a cell."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from test_network import LOSSES, objective_of, rows

from steepest.data.float_types import FLOAT32
from steepest.objective.loss.penalty import Penalty
from steepest.objective.loss.regression import Absolute
from steepest.objective.model.activation import ACTIVATIONS, choose_activation
from steepest.objective.network import HiddenLayers, NetworkObjective
from steepest.objective.plane.network_margins import Margins, layers_on_plane
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.ramps import FEW_SINGLE, PER_OUTPUT, are_ramps
from steepest.objective.plane.separable import separable_parts


def by_cell(objective: NetworkObjective, plane: Plane, a: Any, b: Any) -> Any:
    """Return the loss by a plain loop over the cells."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array([[objective.value(plane.params(x, y)) for x in a] for y in b])


def assert_true(objective: NetworkObjective, plane: Plane, a: Any, b: Any) -> None:
    found, true = objective.on_plane(plane).grid(a, b), by_cell(objective, plane, a, b)
    finite = np.isfinite(true)
    assert np.array_equal(np.isfinite(found), finite)
    size = max(1e-300, float(np.abs(true[finite]).max(initial=0.0)))
    off = np.abs(found[finite] - true[finite])
    assert (off <= 1e-12 * np.maximum(np.abs(true[finite]), 1e-3 * size)).all()


architectures = {
    "sizes": some.lists(some.integers(1, 6), min_size=1, max_size=3),
    "activation": some.sampled_from(sorted(ACTIVATIONS)),
    "loss": some.sampled_from(sorted(LOSSES)),
    "seed": some.integers(0, 2**16),
    "weighted": some.booleans(),
}


def drawn(sizes: Any, activation: str, loss: str, seed: int, weighted: bool) -> NetworkObjective:
    X, y = rows(loss, seed=seed)
    weight = np.random.default_rng(seed).integers(1, 3, len(y)) if weighted else None
    layers = HiddenLayers(tuple(sizes), choose_activation(activation), "glorot")
    penalty = Penalty(0.05 * (seed % 2), 0.1 * weighted)
    return NetworkObjective.of(X, y, LOSSES[loss][0], penalty, layers, sample_weight=weight)


@settings(max_examples=80, deadline=None)
@given(size=some.sampled_from([0.3, 1.0, 100.0]), **architectures)
def test_every_cell_of_any_plane_is_the_true_loss(size: float, **of: Any) -> None:
    objective = drawn(**of)
    generator = np.random.default_rng(of["seed"])
    if of["loss"] == "poisson":
        size = min(size, 1.0)
    origin, u, v = size * generator.normal(size=(3, objective.size))
    assert_true(objective, Plane(origin, u, v), np.linspace(-1, 1, 4), np.linspace(-0.7, 1, 3))


@settings(max_examples=120, deadline=None)
@given(size=some.sampled_from([0.3, 1.0, 30.0]), **architectures)
def test_every_cell_over_two_params_is_the_true_loss(size: float, **of: Any) -> None:
    objective = drawn(**of)
    generator = np.random.default_rng(of["seed"])
    if of["loss"] == "poisson":
        size = min(size, 1.0)
    origin = size * generator.normal(size=objective.size)
    first, second = generator.choice(objective.size, 2, replace=False)
    grid = np.linspace(-2, 2, 5)
    assert_true(objective, Plane.of_two(origin, int(first), int(second)), grid, grid[1:])


@pytest.mark.parametrize("loss", ["cross_entropy", "softmax", "squared"])
def test_where_the_loss_is_next_to_nothing_it_keeps_its_digits(loss: str) -> None:
    X = np.random.default_rng(0).normal(size=(40, 2))
    y = (X[:, 0] > 0).astype(float)
    layers = HiddenLayers((4,), choose_activation("tanh"), "glorot")
    objective = NetworkObjective.of(X, y, LOSSES[loss][0], Penalty(), layers)
    params = np.zeros(objective.size)
    inner, outer = objective.model.matrices(params)
    inner.weights[0, 0] = 1e3
    outer.weights[:, 0] = [0.5] if loss == "squared" else ([40.0] if len(outer.bias) == 1 else [0])
    outer.bias[:] = 0.5 if loss == "squared" else 0.0
    if loss == "softmax":
        outer.weights[:2, 0] = [-30.0, 30.0]
    plane = Plane.of_two(params, 3, objective.model.layout.weights.stop + 2)
    grid = np.linspace(-1e-3, 1e-3, 3)
    found, true = objective.on_plane(plane).grid(grid, grid), by_cell(objective, plane, grid, grid)
    assert true.max() < 1e-3
    assert np.allclose(found, true, rtol=1e-12, atol=1e-30)


def test_which_planes_are_sums_of_two_lines() -> None:
    """Of 2-3-2-1: weights 1 to 14, of which 7 to 12 go to layer 2 and 13, 14 out; biases 15 to."""
    objective = objective_of("cross_entropy", hidden=(3, 2))
    name = objective.model.index_of

    def is_sum(first: str, second: str) -> bool:
        plane = Plane.of_two(np.ones(objective.size), name(first), name(second))
        return separable_parts(layers_on_plane(objective.model, plane)) is not None

    assert is_sum("layer 2, unit 1, from unit 1", "layer 2, unit 2, from unit 3")
    assert is_sum("layer 2, unit 1, from unit 1", "layer 2, unit 2")
    assert is_sum("layer 2, unit 1, from unit 1", "layer 3, unit 1, from unit 2")
    assert is_sum("layer 2, unit 1, from unit 1", "layer 3, unit 1")
    assert not is_sum("layer 2, unit 1, from unit 1", "layer 3, unit 1, from unit 1")
    assert not is_sum("layer 2, unit 1, from unit 1", "layer 2, unit 1")
    assert not is_sum("layer 1, unit 1, from input 1", "layer 2, unit 1")


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_tables_of_exponentials_give_way_where_they_would_overflow(
    activation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    objective = objective_of("squared", hidden=(5, 4), activation=activation)
    origin, u, v = np.random.default_rng(0).normal(size=(3, objective.size))
    made: list[bool] = []
    table = Margins._exponentials

    def told(self: Margins, z: Any, side: float) -> Any:
        found = table(self, z, side)
        made.append(found is not None)
        return found

    monkeypatch.setattr(Margins, "_exponentials", told)
    grid = np.linspace(-1, 1, 4)
    assert_true(objective, Plane(origin, u, v), grid, grid)
    assert all(made)
    made.clear()
    assert_true(objective, Plane(1e3 * origin, u, 1e3 * v), grid, grid)
    assert not any(made)
    made.clear()
    # Large at the origin and the other way along v: the sum is small, the factors are not.
    assert_true(objective, Plane(300 * v, u, -300 * v), grid, np.linspace(0.99, 1.01, 4))
    assert not all(made)


@settings(max_examples=60, deadline=None)
@given(
    units=some.integers(1, 7),
    loss=some.sampled_from(["squared", "cross_entropy", "softmax", "poisson"]),
    seed=some.integers(0, 2**16),
    size=some.sampled_from([0.3, 1.0, 100.0]),
    low=some.sampled_from([-1.0, 0.0, 5.0]),
    flat=some.booleans(),
)
def test_lines_of_one_relu_layer_by_their_kinks_are_the_true_loss(
    units: int, loss: str, seed: int, size: float, low: float, flat: bool
) -> None:
    objective = drawn([units], "relu", loss, seed, False)
    size = min(size, 0.3) if loss == "poisson" else size
    origin, u, v = size * np.random.default_rng(seed).normal(size=(3, objective.size))
    if flat:
        # Of some units neither weights nor bias move along v, as zeros of both signs.
        objective.model.matrices(v)[0].weights[::2] = -0.0
        objective.model.matrices(v)[0].bias[::2] = 0.0
    b = low + np.linspace(-1, 1, PER_OUTPUT * objective.outputs + 1)
    assert are_ramps(objective.model, b)
    assert_true(objective, Plane(origin, u, v), np.linspace(-1, 1, 3), b)


def test_kinks_are_for_even_lines_of_one_relu_layer_without_overflow() -> None:
    grid = np.linspace(-1, 1, 41)
    relu = objective_of("squared", hidden=(3,), activation="relu")
    assert are_ramps(relu.model, grid)
    assert not are_ramps(relu.model, grid[:5])
    assert not are_ramps(relu.model, grid**3)
    single = replace(relu.model, dtype=FLOAT32)
    assert not are_ramps(single, grid)
    assert are_ramps(replace(single, sizes=(2, FEW_SINGLE, 1)), grid)
    for hidden, activation in (((3,), "tanh"), ((3, 2), "relu")):
        model = objective_of("squared", hidden=hidden, activation=activation).model
        assert not are_ramps(model, grid)
    origin, u, v = np.random.default_rng(0).normal(size=(3, relu.size))
    assert_true(relu, Plane(origin, u, 1e120 * v), grid[:3], grid)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("rows", [300, 50_000])
def test_tiles_and_threads_change_no_bit(activation: str, rows: int) -> None:
    X = np.random.default_rng(0).normal(size=(rows, 3))
    layers = HiddenLayers((6,), choose_activation(activation), "glorot")
    objectives = [
        NetworkObjective.of(X, X[:, 0], Absolute(), Penalty(), layers, threads=n) for n in (1, 3, 8)
    ]
    assert (len(objectives[0].blocks.slices) > 1) == (rows > 300)
    plane = Plane(*np.random.default_rng(1).normal(size=(3, objectives[0].size)))
    a, b = np.arange(5.0), np.arange(12.0)
    first, *others = (one.on_plane(plane).grid(a, b) for one in objectives)
    assert all(np.array_equal(first, other) for other in others)
    first, *others = (one.on_plane(plane).at(b, b) for one in objectives)
    assert all(np.array_equal(first, other) for other in others)


@pytest.mark.parametrize(
    ("hidden", "activation"), [((8, 8), "tanh"), ((16,), "relu"), ((5,), "gelu")]
)
@pytest.mark.parametrize("loss", ["squared", "cross_entropy", "softmax"])
def test_in_float32_a_plane_is_the_plain_loop_and_float64_to_a_millionth(
    hidden: tuple[int, ...], activation: str, loss: str
) -> None:
    X, y = rows(loss, count=200)
    layers = HiddenLayers(hidden, choose_activation(activation), "glorot", FLOAT32)
    single = NetworkObjective.of(X, y, LOSSES[loss][0], Penalty(0.0, 0.1), layers)
    origin, u, v = np.random.default_rng(0).normal(size=(3, single.size))
    grid = np.linspace(-1, 1, 31)
    for plane in (Plane(origin, u, v), Plane.of_two(origin, 0, single.size - 1)):
        found, double = (
            one.on_plane(plane).grid(grid, grid[::6]) for one in (single, single.in_float64())
        )
        assert np.allclose(found, by_cell(single, plane, grid, grid[::6]), rtol=1e-6)
        # Of params rounded to float32, and those that are not.
        assert np.allclose(found, double, rtol=3e-6)
        points = single.on_plane(plane).at(grid, grid)
        assert np.allclose(points, [single.value(plane.params(t, t)) for t in grid], rtol=1e-6)


def test_exponentials_that_float32_has_no_room_for_give_way() -> None:
    X, y = rows("cross_entropy", count=40)
    layers = HiddenLayers((4, 3), choose_activation("tanh"), "glorot", FLOAT32)
    single = NetworkObjective.of(X, y, LOSSES["cross_entropy"][0], Penalty(), layers)
    origin, u, v = 30.0 * np.random.default_rng(0).normal(size=(3, single.size))
    plane, grid = Plane(origin, u, v), np.linspace(-1, 1, 9)
    found = single.on_plane(plane).grid(grid, grid)
    assert np.isfinite(found).all()
    assert np.allclose(found, by_cell(single, plane, grid, grid), rtol=2e-5)

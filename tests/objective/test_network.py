"""Networks: backpropagation and curvature against PyTorch and differences, starts, and runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.optimize import approx_fprime

import steepest as st
from steepest.data.blocks import Blocks
from steepest.errors import ChoiceError
from steepest.objective.loss.cross_entropy import CrossEntropy, Softmax
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.loss.poisson import Poisson
from steepest.objective.loss.regression import Huber, Squared
from steepest.objective.model.activation import ACTIVATIONS, choose_activation
from steepest.objective.model.initial import INITIALISATIONS
from steepest.objective.model.network import Network
from steepest.objective.network import HiddenLayers, NetworkObjective
from steepest.objective.plane.plane import Plane

LOSSES: dict[str, tuple[Loss, int]] = {
    "squared": (Squared(), 1),
    "huber": (Huber(0.5), 1),
    "cross_entropy": (CrossEntropy(), 1),
    "softmax": (Softmax(3), 3),
    "poisson": (Poisson(), 1),
}


def rows(loss: str, count: int = 30, features: int = 2, seed: int = 0) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(count, features))
    y = generator.integers(0, 2 if loss == "cross_entropy" else 3, count).astype(float)
    return X, y


def objective_of(
    loss: str, hidden: tuple[int, ...] = (5, 4), activation: str = "tanh", **more: Any
) -> NetworkObjective:
    X, y = rows(loss)
    layers = HiddenLayers(hidden, choose_activation(activation), more.pop("initial", "glorot"))
    penalty = Penalty(0.0, more.pop("l2", 0.0))
    return NetworkObjective.of(X, y, LOSSES[loss][0], penalty, layers, **more)


@settings(max_examples=60, deadline=None)
@given(
    sizes=some.lists(some.integers(1, 6), min_size=0, max_size=3),
    features=some.integers(1, 4),
    activation=some.sampled_from(sorted(ACTIVATIONS)),
    loss=some.sampled_from(["squared", "cross_entropy", "softmax"]),
    size=some.sampled_from([0.3, 1.0, 30.0]),
    seed=some.integers(0, 2**16),
)
def test_loss_gradient_and_curvature_are_those_of_torch(
    sizes: list[int], features: int, activation: str, loss: str, size: float, seed: int
) -> None:
    torch = pytest.importorskip("torch")
    X, y = rows(loss, features=features, seed=seed)
    net = Network((features, *sizes, LOSSES[loss][1]), choose_activation(activation))
    layers = HiddenLayers(tuple(sizes), choose_activation(activation), "glorot")
    objective = NetworkObjective(
        net, LOSSES[loss][0], Penalty(0.0, 0.1), Blocks(X, y, outputs=9), layers.initial
    )
    generator = np.random.default_rng(seed)
    params = size * generator.normal(size=objective.size)
    u, v = generator.normal(size=(2, objective.size))
    at = torch.tensor(params, requires_grad=True)
    value = _torch_loss(net, loss, torch.tensor(X), torch.tensor(y), at)
    (gradient,) = torch.autograd.grad(value, at, create_graph=True)
    (bent,) = torch.autograd.grad(gradient @ torch.tensor(v), at)
    here = objective.evaluate(params)
    slopes = gradient.detach().numpy()
    scale = max(1.0, float(np.abs(slopes).max()))
    assert here.loss == pytest.approx(float(value.detach()), rel=1e-10, abs=1e-12)
    assert np.abs(here.gradient - slopes).max() <= 1e-10 * scale
    hessian = objective.curvature_along(here, [u, v])
    expected = np.array([u, v]) @ bent.numpy()
    reach = max(1.0, float(bent.abs().max())) * float(np.abs([u, v]).sum())
    assert np.abs(hessian[:, 1] - expected).max() <= 1e-10 * reach
    assert np.allclose(hessian, hessian.T, rtol=1e-12, atol=1e-14 * reach)
    product = objective.hessian_at(params)
    assert product is not None
    largest = max(1.0, float(bent.abs().max()))
    assert np.abs(product(v) - bent.numpy()).max() <= 1e-10 * largest


def _torch_loss(net: Network, loss: str, X: Any, y: Any, params: Any) -> Any:
    """Return the loss as PyTorch works it out, with the params where ours are."""
    import torch
    import torch.nn.functional as F  # noqa: N812

    inside = {
        "tanh": torch.tanh,
        "relu": F.relu,
        "sigmoid": torch.sigmoid,
        "softplus": F.softplus,
        "gelu": lambda z: F.gelu(z, approximate="tanh"),
        "leaky": F.leaky_relu,
        "identity": lambda z: z,
    }[net.activation.name]
    counts = [a * b for a, b in zip(net.sizes, net.sizes[1:], strict=False)]
    weights, a = 0, X
    bias = sum(counts)
    for i, (before, after) in enumerate(zip(net.sizes, net.sizes[1:], strict=False)):
        W = params[weights : weights + counts[i]].reshape(after, before)
        z = F.linear(a, W, params[bias : bias + after])
        weights, bias = weights + counts[i], bias + after
        a = inside(z) if i + 2 < len(net.sizes) else z
    means = {
        "squared": lambda: ((a[:, 0] - y) ** 2).mean(),
        "cross_entropy": lambda: F.binary_cross_entropy_with_logits(a[:, 0], y),
        "softmax": lambda: F.cross_entropy(a, y.long()),
    }
    return means[loss]() + 0.05 * (params[: sum(counts)] ** 2).sum()


@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_gradient_and_the_moves_of_the_outputs_are_differences(loss: str, activation: str) -> None:
    weight = np.random.default_rng(3).uniform(0.5, 2.0, size=30)
    objective = objective_of(loss, activation=activation, sample_weight=weight, l2=0.3)
    params = 0.4 * np.random.default_rng(1).normal(size=objective.size)
    expected = approx_fprime(params, objective.value, 1e-7)
    assert np.allclose(objective.evaluate(params).gradient, expected, rtol=1e-4, atol=2e-6)
    direction = np.random.default_rng(2).normal(size=objective.size)
    X, net, step = objective.blocks.X, objective.model, 1e-6
    ahead, behind = (net.at(params + s * step * direction).output(X) for s in (1, -1))
    slope = np.ones_like(ahead)
    (moved,), _ = net.at(params).second_derivatives(X, slope, [direction])
    assert np.allclose(moved, (ahead - behind) / (2 * step), rtol=1e-5, atol=1e-7)


def test_without_hidden_layers_a_network_is_the_linear_model() -> None:
    X, y = rows("softmax")
    net = NetworkObjective.of(
        X, y, Softmax(3), Penalty(0.0, 0.2), HiddenLayers((), choose_activation("tanh"), "he")
    )
    neuron = st.LinearObjective(X, y, Softmax(3), l2=0.2)
    params = np.random.default_rng(0).normal(size=9)
    matrix = params.reshape(3, 3)
    same = np.append(matrix[:2].T, matrix[2])
    assert net.value(same) == pytest.approx(neuron.value(params), rel=1e-14)


def test_params_are_counted_as_the_lecture_does() -> None:
    net = Network((2, 8, 8, 1), choose_activation("tanh"))
    names = net.param_names((), None)
    assert (names[14], names[88], names[-1]) == ("weight 15", "bias 1", "bias 17")
    params = np.zeros(105)
    params[14], params[88 + 13] = 1.0, 2.0
    first, second, _ = net.layers(params)
    assert first.weights.shape == (2, 8) and first.weights[0, 7] == 1.0
    assert second.bias[5] == 2.0
    assert net.unit_of(101) == "bias 14: layer 2, unit 6"
    with pytest.raises(IndexError, match="no param 105: the network has 105"):
        net.unit_of(105)


@pytest.mark.parametrize("name", sorted(INITIALISATIONS))
def test_a_random_start_is_by_its_name_in_standard_units(name: str) -> None:
    generator = np.random.default_rng(5)
    X, y = 7.0 + 40.0 * generator.normal(size=(60, 80)), 300.0 + 9.0 * generator.normal(size=60)
    layers = HiddenLayers((160,), choose_activation("relu"), name)
    objective = NetworkObjective.of(X, y, Squared(), Penalty(), layers)
    start = objective.random_start(np.random.default_rng(0))
    assert np.array_equal(start, objective.random_start(np.random.default_rng(0)))
    matrix, bias = objective.model.matrices(objective.units.position(start))[0]
    matrix, bias = matrix / y.std(), bias / y.std()
    variance = {"glorot": 2 / 240, "he": 2 / 80, "random": 2 / 80, "lecun": 1 / 80, "zeros": 0.0}
    if name == "orthogonal":
        assert np.allclose(matrix.T @ matrix, 2.0 * np.eye(80), atol=1e-9)
    else:
        assert matrix.var() == pytest.approx(variance[name], rel=0.05)
    bound = 80**-0.5 if name == "random" else 0.0
    assert 0.95 * bound <= np.abs(bias).max() <= bound + 1e-12
    assert bias.std() == pytest.approx(bound / np.sqrt(3.0), rel=0.1, abs=1e-12)
    last = objective.model.layers(start)[-1]
    assert last.bias[0] == pytest.approx(y.mean(), rel=1e-12)


def test_standard_units_are_a_linear_change_of_params() -> None:
    objective = objective_of("squared")
    units, params = objective.units, np.random.default_rng(0).normal(size=objective.size)
    assert np.allclose(units.position(units.params(params)), params, rtol=1e-12)
    gradient = objective.evaluate(params).gradient
    by_position = approx_fprime(
        units.position(params), lambda at: objective.value(units.params(at)), 1e-7
    )
    assert np.allclose(units.pullback(gradient), by_position, rtol=1e-4, atol=1e-5)


def test_units_of_features_and_target_do_not_change_the_walk() -> None:
    x = np.linspace(0.0, 3.0, 40)[:, None]
    y = np.sin(2.0 * x[:, 0])
    options: dict[str, Any] = {"hidden": (6,), "steps": 30}
    one = st.descend((x, y), **options)
    other = st.descend((1000.0 * x + 50.0, 20.0 * y - 7.0), **options)
    assert np.allclose(other.trace.losses, 400.0 * one.trace.losses, rtol=1e-6)


@pytest.mark.parametrize(
    ("rule", "rate"), [("auto", "auto"), ("adam", 0.01), ("momentum", 0.05), ("steepest", "auto")]
)
def test_a_network_run_is_saved_loaded_and_resumed_to_the_bit(
    tmp_path: Path, rule: str, rate: Any
) -> None:
    geyser = ("geyser", "waiting", ["duration"])
    options: dict[str, Any] = {"hidden": (4, 3), "rule": rule, "learning_rate": rate}
    run = st.descend(*geyser, **options, steps=20)
    run.save(tmp_path / "run.steepest")
    loaded = st.load(tmp_path / "run.steepest")
    whole = st.descend(*geyser, **options, steps=32)
    assert np.array_equal(loaded.resume(steps=12).trace.params, whole.trace.params)
    assert loaded.param_names == run.param_names and loaded.loss == run.loss
    assert [layer.weights.shape for layer in loaded.layers] == [(1, 4), (4, 3), (3, 1)]
    predicted = loaded.predict(run.data.X)
    assert np.mean((predicted - run.data.y) ** 2) == pytest.approx(run.loss, rel=1e-12)


def test_every_rule_takes_the_textbooks_step() -> None:
    x, y = rows("squared")
    run = st.descend((x, y), hidden=(3,), rule="steepest", learning_rate=0.1, scale="none", steps=1)
    first, second = run.trace
    assert np.array_equal(second.params, first.params - 0.1 * first.gradient)


def test_mini_batches_and_weights() -> None:
    X, y = rows("cross_entropy", count=64)
    options: dict[str, Any] = {"hidden": (4,), "rule": "adam", "learning_rate": 0.05}
    run = st.descend((X, y), **options, batch=16, steps=80)
    assert run.trace.full_losses[-1] < run.trace.full_losses[0]
    count = np.random.default_rng(0).integers(1, 4, 64)
    weighted = st.descend((X, y), **options, steps=10, sample_weight=count, scale="none")
    start = weighted.trace[0].params
    repeated = (np.repeat(X, count, axis=0), np.repeat(y, count))
    other = st.descend(repeated, **options, steps=10, scale="none", start=start)
    assert np.allclose(weighted.trace.losses, other.trace.losses, rtol=1e-10)


def test_any_number_of_threads_gives_the_same_bits() -> None:
    generator = np.random.default_rng(0)
    X, y = generator.normal(size=(60_000, 3)), generator.normal(size=60_000)
    one, two = (
        st.descend((X, y), hidden=(16,), steps=3, threads=threads).trace.params
        for threads in (1, 2)
    )
    assert np.array_equal(one, two)


def test_zeros_are_a_symmetry_that_no_step_breaks() -> None:
    X, y = rows("squared")
    run = st.descend((X, y), hidden=(4,), init="zeros", steps=5)
    first = run.layers[0].weights
    assert np.array_equal(first, np.repeat(first[:, :1], 4, axis=1))


def test_a_network_needs_no_lowest_loss_and_says_what_it_lacks() -> None:
    run = st.descend("geyser", "waiting", ["duration"], hidden=(3,), steps=5)
    assert run.lowest_loss is None
    with pytest.raises(ChoiceError, match="weights and bias: that is there for one neuron"):
        _ = run.weights
    assert "network 1-3-1, tanh" in run.explain()
    assert "Start at random weights and biases" in run.explain()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": (0,)}, r"hidden is \(0,\), but it must be whole numbers from 1 up"),
        ({"hidden": "8,x"}, "hidden is .*, but it must be whole numbers from 1 up, such as 8,8"),
        ({"hidden": 3.5}, "hidden is 3.5"),
        ({"hidden": (4,), "activation": "swish"}, "no activation 'swish'; choose one of tanh"),
        ({"hidden": (4,), "init": "big"}, "no initialisation 'big'; choose one of auto, random"),
        ({"hidden": (4,), "l1": 0.1, "rule": "adam"}, "l1 is 0.1, but the rule is adam"),
        ({"hidden": (4,), "l1": 0.1, "batch": 9}, "l1 is 0.1, but mini-batches were asked for"),
        ({"hidden": (4,), "l1": 0.1, "scale": "round"}, "in which coordinates mix the weights"),
        ({"hidden": (4,), "l1": 0.1, "clip": 1.0}, "clip is 1, but the steps that bring weights"),
        ({"hidden": (4,), "l1": 0.1, "dropout": 0.2}, "0.2, but the steps that bring weights"),
        ({"hidden": (10_000, 10_000)}, "has 100,040,001 params, but there is room for"),
        ({"hidden": (4,), "scale": "round"}, "the scale round needs"),
    ],
)
def test_what_cannot_be_is_said(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ChoiceError, match=message):
        st.descend("geyser", "waiting", ["duration"], **options, steps=1)


def test_hidden_may_be_a_number_or_a_text() -> None:
    runs = [
        st.descend("geyser", "waiting", ["duration"], hidden=hidden, steps=2)
        for hidden in (4, "4", [4], np.array([4]))
    ]
    assert len({run.loss for run in runs}) == 1


@settings(max_examples=40, deadline=None)
@given(
    hidden=some.lists(some.integers(1, 5), min_size=1, max_size=3),
    activation=some.sampled_from(sorted(ACTIVATIONS)),
    loss=some.sampled_from(sorted(LOSSES)),
    seed=some.integers(0, 2**16),
    size=some.sampled_from([0.1, 1.0, 100.0]),
)
def test_the_loss_on_a_plane_is_that_of_the_plain_loop(
    hidden: list[int], activation: str, loss: str, seed: int, size: float
) -> None:
    generator = np.random.default_rng(seed)
    weight = generator.uniform(0.5, 2.0, size=30)
    size = min(size, 0.3) if loss == "poisson" else size
    objective = objective_of(loss, tuple(hidden), activation, l2=0.2, sample_weight=weight)
    origin, u, v = size * generator.normal(size=(3, objective.size))
    plane = Plane(origin, u, v)
    a, b = np.array([-1.0, 0.0, 0.7]), np.array([-0.5, 0.0])
    plain = [[objective.value(plane.params(x, y)) for x in a] for y in b]
    assert np.allclose(objective.on_plane(plane).grid(a, b), plain, rtol=1e-12)


def test_the_lectures_weight_15_and_bias_14_are_axes_of_the_surface() -> None:
    run = st.descend("geyser", "waiting", ["duration"], hidden=(8, 8), steps=20)
    surface = run.surface(x="weight 15", y="bias 14", points=9)
    at = run.params.copy()
    at[14], at[run.param_names.index("bias 14")] = surface.x[2], surface.y[5]
    assert surface.loss[5, 2] == pytest.approx(run.objective.value(at), rel=1e-12)
    usual = run.surface(points=5)
    moved = np.abs(run.params - run.trace[0].params)
    weights = [name.startswith("weight") for name in run.param_names]
    most = np.flatnonzero(weights)[moved[weights].argmax()]
    assert usual.x_name == run.param_names[most]


def test_a_network_with_each_row_on_its_own_side_has_no_lowest_loss() -> None:
    X, _ = rows("squared", count=24)
    y = (X[:, 0] * X[:, 1] > 0).astype(float) + (X[:, 0] > 1.0)
    run = st.descend((X, y), loss="cross_entropy", hidden=(12, 12))
    assert run.stop.reason == "separated" and run.verdicts[0].name == "separation"
    found = run.objective.recession(run.params)
    losses = [run.objective.value(run.params + t * found.direction) for t in (0.0, 1.0, 9.0)]
    assert losses == sorted(losses, reverse=True) and losses[-1] < 1e-6 * losses[0]
    held = st.descend((X, y), loss="cross_entropy", hidden=(12, 12), l2=1e-3, steps=300)
    assert not held.verdicts


def test_gradients_that_there_is_no_room_for_are_refused() -> None:
    X = np.random.default_rng(0).normal(size=(300, 1))
    with pytest.raises(st.ChoiceError, match=r"gradients of these, one for each block of rows"):
        st.descend((X, X[:, 0]), hidden=[10**7], steps=1)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"hidden": (0,)}, r"hidden is \(0,\), but it must be whole numbers from 1 up"),
        ({"hidden": True}, "hidden is True, but it must be whole numbers from 1 up"),
        ({"hidden": "8,x"}, "hidden is '8,x', but it must be whole numbers"),
        ({"hidden": (10_000, 10_000)}, "has 100,040,001 params, but there is room for 67,108,864"),
        ({"hidden": (3,), "activation": "ReLU"}, "no activation 'ReLU'; did you mean relu"),
        (
            {"hidden": (3,), "activation": "swish"},
            "no activation 'swish'; choose one of tanh",
        ),
        ({"hidden": (3,), "init": "glorrot"}, "no initialisation 'glorrot'; did you mean glorot"),
        ({"hidden": (3,), "scale": "round"}, "weights and a bias; use none or standard"),
    ],
)
def test_what_no_network_can_be_is_refused(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ChoiceError, match=message):
        st.descend("geyser", "waiting", ["duration"], steps=1, **asked)


@pytest.mark.parametrize(
    ("rate", "activation", "where"),
    [
        (1e150, "identity", "at step 1 a sum of the output"),
        (1e250, "softplus", "at step 1 a sum of layer 2"),
        (1e308, "softplus", "at step 1 a weight or bias of layer 1"),
    ],
)
def test_what_first_is_no_finite_number_is_named(rate: float, activation: str, where: str) -> None:
    asked: dict[str, Any] = {"rule": "steepest", "learning_rate": rate, "scale": "none"}
    asked |= {"hidden": (4, 4), "activation": activation, "steps": 3}
    run = st.descend("geyser", "waiting", ["duration"], **asked)
    assert f"{where} is the first number that is not finite" in run.verdicts[0].message

"""A network in float32: what stays float32, how near it is to PyTorch's, and what is said of it."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import steepest as st
from steepest.data.float_types import FLOAT32
from steepest.descent.named_rules import RULES
from steepest.descent.stopping import Stopping
from steepest.objective.loss.cross_entropy import CrossEntropy, Softmax
from steepest.objective.loss.penalty import Penalty
from steepest.objective.loss.regression import Squared
from steepest.objective.model.activation import ACTIVATIONS, choose_activation
from steepest.objective.network import HiddenLayers, NetworkObjective
from steepest.trace import Step, Trace

SPIRALS: dict[str, Any] = {"data": "spirals", "target": "class", "hidden": (6, 5)}

LOSSES: dict[str, Any] = {
    "squared": Squared(),
    "cross_entropy": CrossEntropy(),
    "softmax": Softmax(3),
}


def single(**options: Any) -> st.Run:
    return st.descend(**SPIRALS, **{"dtype": "float32", "steps": 6, **options})


SEARCHED = ("auto", "plane", "lbfgs", "adam_lbfgs", "adam_proximal")
RATES: dict[str, Any] = dict.fromkeys(SEARCHED, "auto")
RATES |= {rule: 0.05 for rule in RULES if rule not in (*RATES, "proximal", "smoothing")}


@pytest.mark.parametrize("rule", RATES)
def test_whatever_a_rule_carries_stays_float32(rule: str) -> None:
    run = single(rule=rule, learning_rate=RATES[rule])
    assert run.params.dtype == run.trace.params.dtype == run.trace.gradients.dtype == np.float32
    assert run.trace.losses.dtype == np.float64 and type(run.loss) is float
    carried = run.checkpoint
    assert carried is not None and carried.last is not None and carried.last.change is not None
    arrays = [carried.params, *carried.last[1:4], carried.last.change, *carried.state]
    assert {one.dtype for one in arrays if isinstance(one, np.ndarray)} == {FLOAT32}


@pytest.mark.parametrize(
    "options",
    [
        {"learning_rate": "backtracking", "rule": "steepest"},
        {"learning_rate": "adgd", "rule": "steepest"},
        {"learning_rate": "cosine:0.1", "rule": "adam", "clip": 0.5},
        {"rule": "steepest", "batch": 32, "scale": "none"},
        {"rule": "steepest", "batch": 32, "learning_rate": "dog"},
        {"rule": "adam", "batch": 32, "learning_rate": 0.01, "dropout": 0.2},
    ],
)
def test_rates_and_batches_stay_float32_and_near_float64(options: dict[str, Any]) -> None:
    run, double = single(**options), single(**options, dtype="float64")
    assert run.params.dtype == run.trace.gradients.dtype == np.float32
    # Measured after 6 steps: at most 1.3e-7 of the largest param, and 2.3e-8 of the losses.
    assert np.abs(run.params - double.params).max() < 2e-6 * np.abs(double.params).max()
    assert np.allclose(run.trace.losses, double.trace.losses, rtol=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    sizes=some.lists(some.integers(1, 6), min_size=1, max_size=3),
    activation=some.sampled_from(sorted(ACTIVATIONS)),
    loss=some.sampled_from(sorted(LOSSES)),
    seed=some.integers(0, 2**16),
    size=some.sampled_from([0.3, 1.0, 30.0]),
)
def test_loss_and_gradient_are_those_of_float64_but_for_rounding(
    sizes: list[int], activation: str, loss: str, seed: int, size: float
) -> None:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(40, 3))
    y = generator.integers(0, 2, 40) * 1.0 if loss == "cross_entropy" else np.arange(40.0) % 3
    layers = HiddenLayers(tuple(sizes), choose_activation(activation), "glorot", FLOAT32)
    ours = NetworkObjective.of(X, y, LOSSES[loss], Penalty(0.0, 0.01), layers)
    params = (size * generator.normal(size=ours.size)).astype(np.float32)
    at, truth = ours.evaluate(params), ours.in_float64().evaluate(params.astype(np.float64))
    assert at.gradient.dtype == np.float32 and truth.gradient.dtype == np.float64
    # A margin is off by its own rounding and that of the sums that cancel in it: as large as these.
    margins = np.abs(truth.cache).max() + size ** (len(sizes) + 1)
    off = 1e-6 * (1.0 + margins) * (1.0 + np.sqrt(abs(truth.loss)))
    assert abs(at.loss - truth.loss) <= off
    assert abs(ours.value(params) - at.loss) <= 1e-12 * (1.0 + abs(at.loss))


def test_one_thread_and_more_have_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 8192)
    monkeypatch.setattr("steepest.objective.network.TOGETHER", 1)
    one, three = (single(threads=count) for count in (1, 3))
    assert len(one.problem.risk("").blocks.slices) > 3
    assert np.array_equal(one.trace.params, three.trace.params)


@pytest.mark.parametrize(
    "options", [{}, {"rule": "adam", "learning_rate": 0.02}, {"rule": "plane"}]
)
def test_a_run_is_saved_loaded_and_resumed_to_the_bit(
    options: dict[str, Any], tmp_path: Path
) -> None:
    run, whole = single(**options, validation=0.2), single(**options, validation=0.2, steps=14)
    run.save(tmp_path / "run.steepest")
    loaded = st.load(tmp_path / "run.steepest")
    assert loaded.params.dtype == np.float32 and np.array_equal(loaded.params, run.params)
    assert loaded.loss == run.loss == loaded.objective.value(loaded.params)
    assert "float32" in loaded.explain()
    on = loaded.resume(steps=8)
    assert np.array_equal(on.trace.params, whole.trace.params)
    assert np.array_equal(on.trace.losses, whole.trace.losses)
    assert np.array_equal(on.trace.validation_losses, whole.trace.validation_losses)
    run.save(tmp_path / "few.steepest", data=False)
    few = st.load(tmp_path / "few.steepest")
    assert few.params.dtype == np.float32 and "float32" in few.explain()


def test_several_seeds_are_several_runs_in_float32() -> None:
    runs = st.seeds(3, "xor", "class", hidden=(3,), steps=4, dtype="float32")
    assert {run.params.dtype for run in runs} == {FLOAT32}
    assert np.isfinite(runs.surface(points=5).loss).all()
    double = st.descend("xor", "class", hidden=(3,), steps=0)
    assert np.array_equal(runs[0].trace[0].params, double.params.astype(np.float32))


def test_neurons_are_refused_and_unknown_types() -> None:
    with pytest.raises(st.ChoiceError, match="proofs need the digits of float64; leave dtype out"):
        st.descend("geyser", "waiting", ["duration"], dtype="float32")
    with pytest.raises(st.ChoiceError, match="dtype is 'float16'; did you mean float64"):
        single(dtype="float16")
    with pytest.raises(st.ChoiceError, match="dtype goes with a table, but an objective was given"):
        st.descend(lambda p: (float(p @ p), 2 * p), start=[1.0], dtype="float32")
    neuron = st.descend("geyser", "waiting", ["duration"], dtype=np.float64, steps=1)
    assert neuron.params.dtype == np.float64
    assert single(dtype=np.float32).params.dtype == np.float32


ODD = [
    ([1.0, 1e20], 0.0, 0.0, "x2 holds numbers up to .* whose squares are beyond float32"),
    ([1.0, 1e-30], 0.0, 0.0, "x2 differs between rows by .* whose square is below float32"),
    ([1.0, 1.0], 1e6, 0.0, r"x1 varies by .* about .* of which float32, with 7 digits, keeps less"),
    ([1.0, 0.0], [0.0, 1e6], 0.0, "x2 is in every row about 1e.06, of which float32"),
    ([1.0, 1.0], 0.0, 1e6, r"y varies by .* about .* of which float32, with 7 digits, keeps less"),
]


@pytest.mark.parametrize(("scale", "beside", "above", "message"), ODD)
def test_columns_that_float32_cannot_hold_are_refused(
    scale: list[float], beside: Any, above: float, message: str
) -> None:
    X = np.random.default_rng(0).normal(size=(50, 2)) * scale + beside
    y = np.random.default_rng(1).normal(size=50) + above
    with pytest.raises(st.DataError, match=message):
        st.descend((X, y), hidden=(3,), dtype="float32", steps=2)
    st.descend((X, y), hidden=(3,), steps=2)


def jitter(rounding: float, dtype: Any) -> Any:
    """Return how a run ends whose losses differ by 3e-7 of themselves and no more."""
    trace = Trace(1, dtype=np.dtype(dtype))
    stopping = Stopping(tol=1e-10, null_loss=1.0, rounding=rounding, is_convex=False)
    generator, params = np.random.default_rng(0), np.array([1.0], dtype)
    for index in range(200):
        loss = 0.5 * (1.0 + 3e-7 * generator.uniform()) if index else 0.6
        trace.append(Step(index, params, loss, params, 1.0, 0.1, 0.0, loss, 1.0))
        if stop := stopping.check(trace):
            return stop
    return None


def test_what_rounding_alone_does_is_no_rise() -> None:
    found = jitter(1e-6, np.float32)
    assert found.reason == "settled"
    assert found.message.endswith("in float32, which distinguishes losses to 1e-06 of them")
    assert jitter(1e-15, np.float64).reason == "risen"


@pytest.mark.parametrize("options", [{"learning_rate": 0.3, "rule": "steepest"}, {}])
def test_a_run_at_its_end_has_no_verdict_of_rounding(options: dict[str, Any]) -> None:
    generator = np.random.default_rng(1)
    X = generator.normal(size=(60, 1))
    y = np.tanh(X[:, 0]) + 0.1 * generator.normal(size=60)
    asked: dict[str, Any] = {"hidden": (2,), "l2": 0.05, **options}
    run, double = (st.descend((X, y), **asked, dtype=d) for d in ("float32", "float64"))
    assert run.verdicts == double.verdicts == []
    assert run.stop.reason in ("settled", double.stop.reason)
    if run.stop.reason == "settled":
        assert "in float32" in run.stop.message
        assert "no loss lower by 1e-06 of a constant guess" in run.explain()
    assert run.loss == pytest.approx(double.loss, rel=1e-5)


def test_what_is_proved_is_proved_in_float64() -> None:
    X, y = np.linspace(-1.0, 1.0, 40)[:, None], np.repeat(["a", "b"], 20)
    run = st.descend((X, y), hidden=(2,), dtype="float32")
    assert run.stop.reason == "separated" and run.recession.level == "proved"
    net = run.problem.risk("")
    assert isinstance(net, NetworkObjective)
    product = net.hessian_at(run.params)
    truth = net.in_float64().hessian_at(run.params.astype(np.float64))
    direction = np.random.default_rng(0).normal(size=net.size)
    assert product is not None and truth is not None
    assert np.array_equal(product(direction), truth(direction))


@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_l_bfgs_goes_along_the_direction_of_pytorchs_two_loops(name: str) -> None:
    """Each step is along minus H times the gradient, by PyTorch's float32, from our own pairs."""
    torch = pytest.importorskip("torch")
    run = single(activation=name, scale="none", steps=30)
    params, gradients = (torch.tensor(one) for one in (run.trace.params, run.trace.gradients))
    assert params.dtype == torch.float32
    worst = 0.0
    for k in range(1, 12):
        pairs = [(params[i + 1] - params[i], gradients[i + 1] - gradients[i]) for i in range(k)]
        direction = _two_loops(pairs[-20:], gradients[k])
        step = params[k + 1] - params[k]
        rate = float(step @ direction / (direction @ direction))
        assert np.log2(rate) == pytest.approx(round(np.log2(rate)), abs=1e-3)
        worst = max(worst, float((step - rate * direction).norm() / step.norm()))
    # Measured: at most 1.2e-6 of the step, with tanh and with relu.
    assert worst < 1e-5


def _two_loops(pairs: Any, gradient: Any) -> Any:
    """Return minus H times the gradient (Nocedal 1980), as `torch.optim.LBFGS` writes it."""
    q, alphas = -gradient, []
    for s, y in reversed(pairs):
        alphas.append((s @ q) / (y @ s))
        q = q - alphas[-1] * y
    s, y = pairs[-1]
    r = q * ((s @ y) / (y @ y))
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        r = r + (alpha - (y @ r) / (y @ s)) * s
    return r


def test_loss_and_gradient_of_a_run_are_pytorchs_float32() -> None:
    torch = pytest.importorskip("torch")
    run = single(steps=20)
    X, y = torch.tensor(run.data.X, dtype=torch.float32), torch.tensor(run.data.y).float()
    # Near 0 the rows' own gradients are as large as at the start: these cancel, but not their
    # rounding. Measured: at most 4.2e-7 of the start's.
    largest = np.abs(run.trace[0].gradient).max()
    for step in run.trace[::5]:
        params = torch.tensor(step.params, requires_grad=True)
        a, net, at = X, run.problem.risk("").model, 0
        bias = run.objective.layout.weights.stop
        for inputs, units in pairwise((2, 6, 5, 1)):
            weights = params[at : at + inputs * units].view(units, inputs)
            a = torch.nn.functional.linear(a, weights, params[bias : bias + units])
            at, bias = at + inputs * units, bias + units
            a = torch.tanh(a) if units > 1 else a
        loss = torch.nn.functional.binary_cross_entropy_with_logits(a[:, 0], y)
        loss.backward()
        assert net.layout.size == len(params)
        assert step.loss == pytest.approx(loss.item(), rel=1e-6)
        off = np.abs(step.gradient - params.grad.numpy()).max()
        assert off <= 3e-6 * largest

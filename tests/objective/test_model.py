"""Models that nobody here wrote, under any loss and penalty: none needs a line changed in src."""

from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import problem
from scipy.optimize import approx_fprime, minimize
from scipy.sparse import csr_array

import steepest as st
from steepest.data.blocks import Blocks
from steepest.objective.linear import LinearObjective
from steepest.objective.loss.penalty import Penalty, soft_threshold
from steepest.objective.model.linear import Linear, LinearAt, param_names
from steepest.objective.model.model import Layout, Model
from steepest.objective.risk import Risk

Array = Any


@dataclass(frozen=True)
class Product:
    """`f(x) = v w x + b`: two weights of which only the product counts."""

    layout = Layout.linear(2, 1)

    def at(self, params: Array) -> "ProductAt":
        return ProductAt(*params)


@dataclass(frozen=True)
class ProductAt:
    v: float
    w: float
    b: float

    def output(self, X: Array) -> Array:
        return self.v * self.w * X[:, 0] + self.b

    def pullback(self, X: Array, slope: Array) -> Array:
        along = float(slope @ X[:, 0])
        return np.array([self.w * along, self.v * along, slope.sum()])


@dataclass(frozen=True)
class TanhUnit:
    """`f(x) = a tanh(w . x) + b`, a net of one hidden unit."""

    features: int

    @property
    def layout(self) -> Layout:
        return Layout.linear(self.features + 1, 1)

    def at(self, params: Array) -> "TanhUnitAt":
        return TanhUnitAt(params[:-2], float(params[-2]), float(params[-1]))


@dataclass(frozen=True)
class TanhUnitAt:
    w: Array
    a: float
    b: float

    def output(self, X: Array) -> Array:
        return self.a * np.tanh(X @ self.w) + self.b

    def pullback(self, X: Array, slope: Array) -> Array:
        hidden = np.tanh(X @ self.w)
        inner = X.T @ (slope * self.a * (1.0 - hidden**2))
        return np.concatenate([inner, [slope @ hidden, slope.sum()]])


MODELS: dict[str, Model] = {"product": Product(), "tanh": TanhUnit(3), "linear": Linear(3)}
LOSSES = {
    "squared": st.Squared(),
    "huber": st.Huber(0.5),
    "poisson": st.Poisson(),
    "cross_entropy": st.CrossEntropy(),
}
PENALTIES = [Penalty(), Penalty(l2=0.3), Penalty(l1=0.2), Penalty(l1=0.1, l2=0.2)]


def risk_of(
    name: str, kind: str, penalty: Penalty, seed: int = 0, rows: int = 50, weighted: bool = False
) -> Risk:
    X, y = problem(kind, seed, rows=rows, features=3)
    weight = np.random.default_rng(seed).uniform(0.5, 2.0, rows) if weighted else None
    blocks = Blocks(X, y, sample_weight=weight)
    return Risk(MODELS[name], LOSSES[kind], penalty, blocks)


def params_of(risk: Risk, seed: int = 0) -> Array:
    return 0.5 * np.random.default_rng(seed + 9).normal(size=risk.size)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("penalty", PENALTIES, ids=repr)
@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_is_that_of_differences(
    name: str, kind: str, penalty: Penalty, weighted: bool
) -> None:
    risk = risk_of(name, kind, penalty, weighted=weighted)
    params = params_of(risk)
    at = risk.evaluate(params)
    assert at.loss == pytest.approx(risk.value(params), rel=1e-13)
    found = approx_fprime(params, risk.value, 1e-7)
    assert np.allclose(at.gradient, found, rtol=1e-4, atol=1e-5 * np.abs(found).max())
    smooth = Risk(risk.model, risk.loss, Penalty(l2=penalty.l2), risk.blocks)
    assert np.allclose(at.smooth_gradient, smooth.evaluate(params).gradient, rtol=1e-13)
    assert at.rows_read == 50 and not at.gradient.flags.writeable


@pytest.mark.parametrize("name", MODELS)
@given(seed=some.integers(0, 10**6))
def test_a_pullback_is_the_derivative_transposed(name: str, seed: int) -> None:
    generator = np.random.default_rng(seed)
    model = MODELS[name]
    X, params = generator.normal(size=(12, 3)), generator.normal(size=model.layout.size)
    slope, direction = generator.normal(size=12), generator.normal(size=model.layout.size)
    ahead, back = (model.at(params + h * direction).output(X) for h in (1e-6, -1e-6))
    pulled = model.at(params).pullback(X, slope) @ direction
    assert pulled == pytest.approx(slope @ (ahead - back) / 2e-6, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("margins", [1, 3])
@given(seed=some.integers(0, 10**6))
def test_the_linear_model_is_x_times_w_plus_b(margins: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    model = Linear(4, margins)
    params, X = generator.normal(size=model.layout.size), generator.normal(size=(9, 4))
    weights, bias = model.split(params)
    at = model.at(params)
    assert np.allclose(at.output(X), X @ weights + bias)
    assert at.output(X).shape == ((9,) if margins == 1 else (9, 3))
    direction = generator.normal(size=model.layout.size)
    slope = generator.normal(size=at.output(X).shape)
    pulled, moved = at.pullback(X, slope) @ direction, model.at(direction).output(X)
    assert np.vdot(slope, moved) == pytest.approx(pulled, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("margins", [1, 3])
@pytest.mark.parametrize("kind", [np.float64, np.float32, csr_array])
def test_without_weights_the_margins_are_the_biases_to_the_bit(margins: int, kind: Any) -> None:
    generator = np.random.default_rng(margins)
    X = kind(generator.normal(size=(7, 4)))
    model, bias = Linear(4, margins), generator.normal(size=margins)
    at = model.at(np.append(np.zeros(4 * margins), bias))
    plain = LinearAt(model, at.weights, at.bias).output(X)
    for found in (at.output(X), at.output_by_row(X)):
        assert np.array_equal(found, plain) and found.dtype == plain.dtype
        assert found.strides == plain.strides


def test_a_layout_says_where_the_weights_are() -> None:
    layout = Layout.linear(3, 3)
    assert (layout.size, layout.biases) == (12, 3)
    assert np.arange(12)[layout.weights].tolist() == list(range(9))
    assert len(param_names(["a", "b", "c"], [1, 2, 3])) == layout.size


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", LOSSES)
def test_a_risk_of_the_linear_model_is_the_linear_objective(kind: str, weighted: bool) -> None:
    risk = risk_of("linear", kind, Penalty(0.1, 0.2), weighted=weighted)
    blocks = risk.blocks
    linear = LinearObjective(
        blocks.X,
        blocks.y,
        kind if kind != "huber" else LOSSES[kind],
        l1=0.1,
        l2=0.2,
        sample_weight=blocks.sample_weight,
    )
    params = params_of(risk)
    one, other = risk.evaluate(params), linear.evaluate(params)
    assert one.loss == other.loss and np.array_equal(one.gradient, other.gradient)
    assert risk.null_loss == linear.null_loss


@pytest.mark.parametrize(("rule", "rate"), [("auto", "auto"), ("momentum", 0.01), ("adam", 0.05)])
@pytest.mark.parametrize("name", ["product", "tanh"])
def test_any_model_is_descended(name: str, rule: str, rate: Any) -> None:
    risk = risk_of(name, "squared", Penalty(l2=0.01))
    start = params_of(risk)
    steps = list(islice(st.steps(risk, rule, rate, start=start), 400))
    found = minimize(risk.value_and_gradient, start, jac=True, tol=1e-10)
    assert steps[-1].loss <= found.fun * 1.05
    assert steps[-1].passes >= 400
    if rule == "auto":
        assert steps[-1].gradient_norm < 1e-2 * steps[0].gradient_norm
        assert steps[-1].loss == pytest.approx(found.fun, rel=1e-5)


def test_a_product_of_weights_learns_the_line_of_least_squares() -> None:
    generator = np.random.default_rng(0)
    X, y = problem("squared", 1, rows=40, features=1)
    risk = Risk(Product(), st.Squared(), Penalty(), Blocks(X, y))
    last = list(islice(st.steps(risk, "auto", start=generator.normal(size=3)), 600))[-1]
    slope, bias = np.polyfit(X[:, 0], y, 1)
    assert last.params[0] * last.params[1] == pytest.approx(slope, rel=1e-5)
    assert last.params[2] == pytest.approx(bias, rel=1e-4, abs=1e-5)


def test_a_model_is_trained_on_mini_batches() -> None:
    risk = risk_of("tanh", "cross_entropy", Penalty(), rows=200)
    steps = list(islice(st.steps(risk, "adam", 0.02, start=params_of(risk), batch=20), 301))
    assert steps[-1].rows == 20 and np.isnan(steps[1].full_loss)
    assert steps[300].full_loss < steps[0].full_loss
    batch = risk.sample(np.arange(20))
    assert type(batch) is Risk and batch.count == 20


def test_weights_of_any_model_come_to_rest_at_0_by_l1() -> None:
    """The hidden unit's weights by features that say nothing; each step is the textbook's."""
    generator = np.random.default_rng(0)
    X = generator.normal(size=(200, 3))
    y = 2.0 * np.tanh(1.5 * X[:, 0]) + 0.1 * generator.normal(size=200)
    risk = Risk(TanhUnit(3), st.Squared(), Penalty(l1=0.05), Blocks(X, y))
    steps = list(islice(st.steps(risk, "auto", 0.05, start=[0.5, 0.4, -0.4, 1.0, 0.0]), 500))
    for before, after in pairwise(steps[:20]):
        ahead = before.params - 0.05 * risk.evaluate(before.params).smooth_gradient
        ahead[:-1] = soft_threshold(ahead[:-1], 0.05 * 0.05)
        assert np.array_equal(after.params, ahead)
    assert np.flatnonzero(steps[-1].params == 0.0).tolist() == [1, 2]
    assert steps[-1].gradient_norm < 1e-3 * steps[0].gradient_norm
    searched = list(islice(st.steps(risk, start=steps[0].params), 100))
    assert np.flatnonzero(searched[-1].params == 0.0).tolist() == [1, 2]
    assert searched[-1].loss <= steps[-1].loss


def test_what_a_model_cannot_answer_is_refused_in_words() -> None:
    risk = risk_of("tanh", "squared", Penalty())
    start = params_of(risk)
    with pytest.raises(st.ChoiceError, match="the scale round needs an objective of weights"):
        st.steps(risk, start=start, scale="round")
    with pytest.raises(st.ChoiceError, match="the rule plane needs second derivatives"):
        st.steps(risk, "plane", start=start)
    with pytest.raises(st.ChoiceError, match="start is missing"):
        st.steps(risk)


@given(
    l1=some.sampled_from([0.0, 0.3]),
    l2=some.sampled_from([0.0, 0.7]),
    seed=some.integers(0, 10**6),
)
def test_a_penalty_has_its_value_and_its_subgradient(l1: float, l2: float, seed: int) -> None:
    weights, slope = np.random.default_rng(seed).normal(size=(2, 5))
    penalty = Penalty(l1, l2)
    assert penalty.value(weights) == pytest.approx(
        l1 * np.abs(weights).sum() + 0.5 * l2 * (weights**2).sum(), abs=1e-15
    )
    assert bool(penalty) == bool(l1 or l2) and penalty.smooth == (l1 == 0.0)
    assert np.allclose(
        penalty.minimum_norm_subgradient(slope, weights), slope + l1 * np.sign(weights)
    )

"""Code of the reader's own that is not what it must be: each fault is named, without traceback."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_ndtr
from scipy.stats import norm

import steepest as st
from steepest.objective.loss.loss import BaseLoss
from steepest.objective.loss.regression import NumberLoss

GEYSER = ("geyser", "waiting", ["duration"])


def bowl(params: Any) -> Any:
    return float(params @ params), 2 * params


def made(**members: Any) -> Any:
    """Return an object of a class that has these members."""
    return type("Mine", (), {**members, "__repr__": lambda self: "<Mine>"})()


def method(value: Any) -> Any:
    return lambda self, *arguments: value


FAULTY: dict[str, tuple[Any, str]] = {
    "a class": (type("Mine", (), {}), "the objective is the class Mine; give one made of it"),
    "value alone": (made(value=method(1.0), size=2), "must have a value_and_gradient"),
    "apart": (made(value=method(1.0), gradient=method(1.0)), "must have a value_and_gradient"),
    "no method": (made(value_and_gradient=3), "must have a value_and_gradient"),
    "size as word": (made(value_and_gradient=method(1), size="two"), "size .* is 'two', but"),
    "size 0": (made(value_and_gradient=method(1), size=0), "size .* is 0, but it must be a whole"),
    "size -1": (made(value_and_gradient=method(1), size=-1), "size .* is -1, but"),
    "size as method": (made(value_and_gradient=method(1), size=method(2)), "size of the objective"),
    "value": (made(value_and_gradient=method(1), value=3.0), "value of the objective is 3.0, but"),
    "curvature": (
        made(value_and_gradient=method(1), curvature_along="no"),
        "curvature_along of the objective is 'no', but it must be a method",
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_what_an_objective_lacks_is_named(name: str) -> None:
    objective, message = FAULTY[name]
    with pytest.raises(st.ChoiceError, match=message):
        st.descend(objective, start=[1.0, 2.0])


def test_a_loss_on_a_plane_that_is_none_is_named() -> None:
    both = made(value_and_gradient=lambda self, p: bowl(p), on_plane=method(3), size=2)
    run = st.descend(both, start=[1.0, 2.0])
    with pytest.raises(st.ChoiceError, match="on_plane of the objective returned 3, but it must"):
        run.surface(points=5)


class Whole(NumberLoss):
    """A loss that has all that it needs."""

    name = "mine"
    formula = "(prediction - actual)²"
    curvature_bound = 2.0

    def value(self, margin: Any, target: Any) -> Any:
        return (margin - target) ** 2

    def slope(self, margin: Any, target: Any) -> Any:
        return 2 * (margin - target)

    def curvature(self, margin: Any, target: Any) -> Any:
        return np.full_like(margin, 2.0)


class NoCurvature(NumberLoss):
    name, formula, curvature_bound = "mine", "x", 2.0
    value, slope = Whole.value, Whole.slope


class NoFormula(NumberLoss):
    name = "mine"
    value, slope, curvature = Whole.value, Whole.slope, Whole.curvature


class OneSlope(Whole):
    def slope(self, margin: Any, target: Any) -> Any:
        return 3.0


class ShortCurvature(Whole):
    def curvature(self, margin: Any, target: Any) -> Any:
        return np.ones(1)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (NoCurvature(), "the loss mine lacks curvature; a subclass of .*NumberLoss"),
        (NoFormula(), "the loss mine lacks formula, curvature_bound; "),
        (made(name="mine"), "the loss mine lacks word, .*formula, "),
        (OneSlope(), r"slope of the loss mine has the shape \(\) for 3 rows"),
        (ShortCurvature(), r"curvature of the loss mine has the shape \(1,\) for 3 rows"),
        (Whole, "the loss is <class"),
        (3, "the loss is 3, but it must be a word"),
    ],
)
def test_what_a_loss_lacks_is_named(loss: Any, message: str) -> None:
    with pytest.raises(st.ChoiceError, match=message):
        st.descend(*GEYSER, loss=loss)


def test_a_loss_that_lacks_nothing_is_descended() -> None:
    assert st.descend(*GEYSER, loss=Whole()).loss == pytest.approx(st.descend(*GEYSER).loss)


@dataclass(frozen=True)
class Probit(BaseLoss):
    """`-log Phi(s m)`, s = 1 or -1 (Bliss 1934): two classes by another curve than the logistic."""

    name: ClassVar[str] = "probit"
    formula: ClassVar[str] = "-log Φ(±margin)"
    curvature_bound: ClassVar[float] = 1.0
    classes: ClassVar[int] = 2  # type: ignore[misc]
    margins: ClassVar[int] = 1

    def value(self, margin: Any, target: Any) -> Any:
        return -log_ndtr((2 * target - 1) * margin)

    def slope(self, margin: Any, target: Any) -> Any:
        side = 2 * target - 1
        return -side * np.exp(norm.logpdf(margin) - log_ndtr(side * margin))

    def curvature(self, margin: Any, target: Any) -> Any:
        slope = self.slope(margin, target)
        return slope * (slope - margin)

    def guess(self, target: Any, weight: Any = None) -> Any:
        return norm.ppf([np.average(target, weights=weight)])

    def spread(self, target: Any, weight: Any = None) -> float:
        return 1.0

    def symmetry_point(self, target: Any) -> Any:
        return np.zeros_like(target)

    def gain(self, change: Any, target: Any) -> Any:
        return ((2 * target - 1) * change)[:, None]

    def pinned(self, target: Any) -> Any:
        return np.zeros(len(target), dtype=bool)

    def probabilities(self, margin: Any) -> Any:
        return np.stack([norm.cdf(-margin), norm.cdf(margin)], axis=1)


def test_a_loss_of_classes_of_the_readers_own_is_descended_and_drawn() -> None:
    X, noise = np.random.default_rng(0).normal(size=(2, 200))
    y = np.where(X + 0.3 + noise > 0, "yes", "no")
    run = st.descend((X, y), loss=Probit())

    def risk(params: Any) -> float:
        return float(-log_ndtr(np.where(y == "yes", 1, -1) * (params[0] * X + params[1])).mean())

    assert run.stop.reason == "arrived"
    assert run.loss == pytest.approx(minimize(risk, [0.0, 0.0], tol=1e-12).fun, rel=1e-9)
    weight, bias = float(run.weights[0]), run.bias
    assert run.predict_proba([[0.5]])[0, 1] == pytest.approx(norm.cdf(0.5 * weight + bias))
    surface = run.surface(points=5)
    corner = risk([surface.x[0], surface.y[-1]])
    assert surface.loss[-1, 0] == pytest.approx(corner, rel=1e-12)
    with pytest.raises(st.ChoiceError, match="the loss probit is your own code, which it has not"):
        run.record()


class Lost:
    """A rule whose direction is lost after some steps."""

    def __init__(self, value: float, after: int = 0) -> None:
        self.value, self.after = value, after

    def init(self, params: Any) -> Any:
        return (0,)

    def update(self, gradient: Any, state: Any) -> Any:
        direction = -gradient
        if state[0] >= self.after:
            direction[-1] = self.value
        return direction, (state[0] + 1,)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("rate", ["auto", 0.01])
def test_a_direction_that_is_no_number_is_named(value: float, rate: Any) -> None:
    with pytest.raises(st.ChoiceError, match=rf"rule Lost returned the direction {value} for p"):
        st.descend(*GEYSER, rule=Lost(value), learning_rate=rate, scale="none")
    with pytest.raises(st.ChoiceError, match="Lost") as raised:
        st.descend(*GEYSER, rule=Lost(value, 3), learning_rate=rate, scale="none", steps=9)
    assert len(raised.value.run.trace) == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (st.Momentum, r"the rule is the class Momentum, but .*: Momentum\(\)"),
        (Lost, "the rule is the class Lost"),
        (made(init=method(())), r"it lacks update"),
        (made(update=3), r"it lacks init and update"),
        ("adam:1", "beta1 of the rule adam is '1', but it must be a number from 0 to below 1"),
        ("rmsprop:1.5", "decay of the rule rmsprop is '1.5', but it must be a number from 0 to b"),
    ],
)
def test_what_is_no_rule_is_told(rule: Any, message: str) -> None:
    with pytest.raises(st.ChoiceError, match=message):
        st.descend(*GEYSER, rule=rule)


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        ("time:", r"the learning rate 'time:' has no number; time is time:RATE\[:DECAY\]"),
        ("cosine", r"the learning rate 'cosine' has no number; cosine is cosine:RATE\[:STEPS\]"),
        ("step::", "the learning rate 'step::' has no number"),
        ("time:0.1:x", "the learning rate is 'time:0.1:x', and 'x' is no number, but it must be"),
        (st.Momentum, "the learning rate is the class Momentum, but it must be"),
    ],
)
def test_what_is_no_rate_is_told(rate: Any, message: str) -> None:
    with pytest.raises(st.ChoiceError, match=message):
        st.descend(*GEYSER, learning_rate=rate)


@pytest.mark.parametrize("rule", ["adam:0.9:0.999:0", "rmsprop:0.9:0", "adagrad:0"])
@pytest.mark.parametrize("rate", ["auto", 0.1])
def test_a_param_that_has_no_slope_does_not_move(rule: str, rate: Any) -> None:
    """0 by 0, without an epsilon, is a step of 0."""

    def one_of_two(params: Any) -> Any:
        return float(params[0] ** 2), np.array([2 * params[0], 0.0])

    run = st.descend(one_of_two, start=[1.0, 5.0], rule=rule, learning_rate=rate, steps=6)
    assert (run.trace.params[:, 1] == 5.0).all() and (np.diff(run.trace.params[:, 0]) < 0).any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delta": 3.0}, "delta is 3, but it is a number of the loss huber, and the loss is auto"),
        ({"delta": 3.0, "loss": "squared"}, "and the loss is squared; choose the loss huber, or"),
        ({"quantile": 0.9}, "quantile is 0.9, but it is a number of the loss quantile"),
        ({"quantile": 0.9, "loss": st.Huber(2.0)}, "and the loss is huber"),
    ],
)
def test_a_number_of_another_loss_is_not_passed_over(options: Any, message: str) -> None:
    with pytest.raises(st.ChoiceError, match=message):
        st.descend(*GEYSER, **options)


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        ("steepest", "Polyak 1987"),
        ("momentum", "Polyak 1964"),
        ("nesterov", "Lessard, Recht & Packard 2016"),
    ],
)
def test_a_limit_names_the_source_of_its_rule(rule: str, source: str) -> None:
    run = st.descend(*GEYSER, rule=rule, learning_rate=1.0, scale="none", steps=50)
    assert run.verdicts[0].source.startswith(source)


@pytest.mark.parametrize("rule", ["momentum:1.5", "momentum:1.05", "nesterov:1.25"])
def test_a_velocity_that_never_dies_out_is_the_fault_not_the_rate(rule: str) -> None:
    run = st.descend(*GEYSER, rule=rule, learning_rate=1e-3, scale="none", steps=200)
    (verdict,) = run.verdicts
    beta = float(rule.split(":")[1])
    assert f"beta is {beta:g}, and from 1 up" in verdict.message
    assert "learning rate 0.001" not in verdict.message and "beta below 1" in verdict.remedy
    # No rate is any better, and with the remedy this one is.
    less = st.descend(*GEYSER, rule=rule, learning_rate=1e-5, scale="none", steps=4000)
    assert less.verdicts and less.verdicts[0].name == "divergence"
    name = rule.split(":")[0]
    assert st.descend(*GEYSER, rule=name, learning_rate=1e-3, scale="none", steps=200).loss < 100

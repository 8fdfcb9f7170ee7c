from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.descent.rules import RULES, AdaGrad, Adam, Momentum, Nesterov, RMSProp, choose_rule

CURVATURES = np.array([0.5, 3.0, 10.0])
START = np.array([1.0, -2.0, 0.5])


def bowl(params: Any) -> tuple[float, Any]:
    return float(0.5 * CURVATURES @ params**2), CURVATURES * params


def polyak(rate: float, beta: float = 0.9) -> Iterator[Any]:
    """Heavy ball, Polyak 1964: x+ = x - rate g + beta (x - x-)."""
    x, before = START, START
    while True:
        yield x
        x, before = x - rate * CURVATURES * x + beta * (x - before), x


def sutskever(rate: float, beta: float = 0.9) -> Iterator[Any]:
    """Nesterov's as Sutskever et al. 2013 write it, seen from the point that looks ahead."""
    theta, velocity = START, np.zeros(3)
    while True:
        ahead = theta + beta * velocity
        yield ahead
        velocity = beta * velocity - rate * CURVATURES * ahead
        theta = theta + velocity


def adagrad(rate: float, epsilon: float = 1e-10) -> Iterator[Any]:
    """Duchi, Hazan & Singer 2011, the diagonal form."""
    x, total = START, np.zeros(3)
    while True:
        yield x
        gradient = CURVATURES * x
        total = total + gradient * gradient
        x = x - rate * gradient / (np.sqrt(total) + epsilon)


def rmsprop(rate: float, decay: float = 0.9, epsilon: float = 1e-8) -> Iterator[Any]:
    """Tieleman & Hinton 2012."""
    x, mean = START, np.zeros(3)
    while True:
        yield x
        gradient = CURVATURES * x
        mean = decay * mean + (1 - decay) * gradient * gradient
        x = x - rate * gradient / (np.sqrt(mean) + epsilon)


def adam(rate: float, b1: float = 0.9, b2: float = 0.999, epsilon: float = 1e-8) -> Iterator[Any]:
    """Kingma & Ba 2015, algorithm 1, line by line."""
    x, m, v, t = START, np.zeros(3), np.zeros(3), 0
    while True:
        yield x
        t += 1
        g = CURVATURES * x
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
        x = x - rate * m_hat / (np.sqrt(v_hat) + epsilon)


TEXTBOOK = {
    "momentum": (polyak, Momentum),
    "nesterov": (sutskever, Nesterov),
    "adagrad": (adagrad, AdaGrad),
    "rmsprop": (rmsprop, RMSProp),
    "adam": (adam, Adam),
}


def walked(rule: Any, rate: float, count: int = 60) -> Any:
    steps = islice(st.steps(bowl, rule, rate, start=START), count)
    return np.array([step.params for step in steps])


def test_every_rule_is_held_to_its_paper() -> None:
    assert set(TEXTBOOK) | {"steepest"} == set(RULES)


@pytest.mark.parametrize("rate", [0.01, 0.1])
@pytest.mark.parametrize("name", TEXTBOOK)
def test_a_rule_walks_as_its_paper_says(name: str, rate: float) -> None:
    defaults = RULES[name]()
    more = {"epsilon": defaults.epsilon} if hasattr(defaults, "epsilon") else {}
    true = np.array(list(islice(TEXTBOOK[name][0](rate, **more), 60)))
    assert np.allclose(walked(name, rate), true, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(
    ("rule", "true"),
    [
        (Momentum(beta=0.5), polyak(0.1, 0.5)),
        (Nesterov(beta=0.5), sutskever(0.1, 0.5)),
        (AdaGrad(epsilon=0.1), adagrad(0.1, 0.1)),
        (RMSProp(decay=0.5, epsilon=0.1), rmsprop(0.1, 0.5, 0.1)),
        (Adam(beta1=0.5, beta2=0.9, epsilon=0.1), adam(0.1, 0.5, 0.9, 0.1)),
    ],
)
def test_a_rule_may_be_given_with_its_own_numbers(rule: Any, true: Any) -> None:
    assert np.allclose(walked(rule, 0.1), list(islice(true, 60)), rtol=1e-11, atol=1e-13)


def test_steepest_is_the_lectures() -> None:
    path = walked("steepest", 0.1)
    assert np.array_equal(path[1:], path[:-1] - 0.1 * (CURVATURES * path[:-1]))


@pytest.mark.parametrize("name", RULES)
def test_a_rule_changes_neither_gradient_nor_state(name: str) -> None:
    rule, gradient = RULES[name](), np.array([1.0, -2.0])
    state = rule.init(gradient)
    once = rule.update(gradient, state)[0]
    assert np.array_equal(once, rule.update(gradient, state)[0])
    assert gradient.tolist() == [1.0, -2.0]


@pytest.mark.parametrize("name", RULES)
def test_no_gradient_means_no_step(name: str) -> None:
    rule, flat = RULES[name](), np.zeros(2)
    assert rule.update(flat, rule.init(flat))[0].tolist() == [0, 0]


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("name", ["steepest", "momentum", "nesterov"])
def test_a_bowl_is_kept_just_below_the_limit_and_left_just_above(name: str, beta: float) -> None:
    rule = RULES[name]() if name == "steepest" else RULES[name](beta=beta)
    limit = rule.limit(4.0)

    def losses(rate: float) -> list[float]:
        steps = st.steps(lambda p: (2 * float(p @ p), 4 * p), rule, rate, start=[1.0])
        return [step.loss for step in islice(steps, 1500)]

    assert max(losses(0.99 * limit)[-20:]) < 1e-6
    assert max(losses(1.01 * limit)[-20:]) > 1e6


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam"])
def test_a_rule_with_its_own_scale_has_no_limit(name: str) -> None:
    assert RULES[name]().limit(4.0) is None


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_chosen_by_its_name(name: str) -> None:
    assert choose_rule(name) == RULES[name]()
    assert choose_rule(name).name == name


def test_auto_is_steepest_descent() -> None:
    assert choose_rule("auto").name == "steepest"


def test_a_rule_may_be_the_readers_own() -> None:
    rule = Momentum(beta=0.3)
    assert choose_rule(rule) is rule


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(st.ChoiceError, match="there is no rule 'adamax'; choose one of auto, st"):
        choose_rule("adamax")

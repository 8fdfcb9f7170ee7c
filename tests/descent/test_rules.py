from collections.abc import Iterator
from itertools import count, islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import problem
from scipy.optimize import minimize

import steepest as st
from steepest.descent.named_rules import RULES, choose_rule
from steepest.descent.rules import AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp, ScheduleFree

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


def adamw(rate: float, decay: float = 0.01, epsilon: float = 1e-8) -> Iterator[Any]:
    """Loshchilov & Hutter 2019, algorithm 2: the decay beside Adam's step, from the same point."""
    x, m, v, t = START, np.zeros(3), np.zeros(3), 0
    while True:
        yield x
        t += 1
        g = CURVATURES * x
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        x = x - rate * (m_hat / (np.sqrt(v_hat) + epsilon) + decay * x)


def restarted(rate: float) -> Iterator[Any]:
    """O'Donoghue & Candès 2015, with FISTA's t and the gradient test, seen from y."""
    x, y, t = START, START, 1.0
    while True:
        yield y
        gradient = CURVATURES * y
        new = y - rate * gradient
        if gradient @ (new - x) > 0:
            x, y, t = new, new, 1.0
            continue
        after = (1 + np.sqrt(1 + 4 * t**2)) / 2
        x, y, t = new, new + (t - 1) / after * (new - x), after


def schedule_free(rate: float, beta: float = 0.9) -> Iterator[Any]:
    """Defazio et al. 2024, in its three sequences, seen from y."""
    x = z = START
    for k in count(1):
        y = (1 - beta) * z + beta * x
        yield y
        z = z - rate * CURVATURES * y
        x = (1 - 1 / k) * x + z / k


TEXTBOOK = {
    "momentum": (polyak, Momentum),
    "nesterov": (sutskever, Nesterov),
    "adagrad": (adagrad, AdaGrad),
    "rmsprop": (rmsprop, RMSProp),
    "adam": (adam, Adam),
    "adamw": (adamw, AdamW),
    "nesterov_restart": (restarted, None),
    "schedule_free": (schedule_free, ScheduleFree),
}


def walked(rule: Any, rate: float, many: int = 60) -> Any:
    steps = islice(st.steps(bowl, rule, rate, start=START), many)
    return np.array([step.params for step in steps])


def test_every_rule_is_held_to_its_paper() -> None:
    # Steepest descent is held to the lecture below, plane search and proximal steps to tests of
    # their own.
    own = {"steepest", "plane", "lbfgs", "proximal", "smoothing", "adam_lbfgs", "adam_proximal"}
    assert set(TEXTBOOK) | own == set(RULES)


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
        (AdamW(weight_decay=0.5, epsilon=0.1), adamw(0.1, 0.5, 0.1)),
        (ScheduleFree(beta=0.5), schedule_free(0.1, 0.5)),
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


@pytest.mark.parametrize(("name", "beta"), [("momentum", 1), ("momentum", 1.2), ("nesterov", 1.2)])
@pytest.mark.parametrize("rate", [1e-3, 1e-2])
def test_a_ball_that_nothing_slows_has_no_limit(name: str, beta: float, rate: float) -> None:
    """The product of the two roots of its step is beta, so that one of them is never below 1."""
    rule = RULES[name](beta=beta)
    walked = st.steps(lambda p: (2 * float(p @ p), 4 * p), rule, rate, start=[1.0])
    losses = [step.loss for step in islice(walked, 1500)]
    assert max(losses[-500:]) >= 0.9 * losses[0]
    assert rule.limit(4.0) is None


@given(some.floats(0, 2), some.floats(1e-6, 1e6))
def test_a_limit_is_a_positive_number_or_none(beta: float, curvature: float) -> None:
    for name in ("momentum", "nesterov"):
        limit = RULES[name](beta=beta).limit(curvature)
        assert (limit is not None) == (0 <= beta < 1)
        assert limit is None or 0 < limit <= 4 / curvature


KNOWN = {"steepest", "momentum", "nesterov", "proximal"}


@pytest.mark.parametrize("name", sorted(set(RULES) - KNOWN))
def test_of_other_rules_no_limit_is_known(name: str) -> None:
    assert RULES[name]().limit(4.0) is None


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_chosen_by_its_name(name: str) -> None:
    assert choose_rule(name) == RULES[name]()
    assert choose_rule(name).name == name


def test_auto_is_steepest_descent() -> None:
    assert choose_rule("auto").name == "steepest"


def test_what_a_rule_keeps_is_nothing_where_it_says_so() -> None:
    states = {name: choose_rule(name).init(START) for name in RULES}
    assert {name for name, state in states.items() if state == ()} == {
        name for name in RULES if choose_rule(name).keeps_nothing
    }
    assert choose_rule("steepest").keeps_nothing and not choose_rule("adam").keeps_nothing


def test_a_rule_may_be_the_readers_own() -> None:
    rule = Momentum(beta=0.3)
    assert choose_rule(rule) is rule


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(st.ChoiceError, match="there is no rule 'adamax'; choose one of auto, st"):
        choose_rule("adamax")


@pytest.mark.parametrize("decay", [0.0, 0.01, 0.3])
def test_adamw_is_pytorchs(decay: float) -> None:
    torch = pytest.importorskip("torch", reason="the reference is PyTorch's own; pip install torch")
    X, y = problem("squared", 0)
    params = torch.tensor([0.3, -0.2, 1.0], dtype=torch.float64, requires_grad=True)
    start = params.tolist()
    rows, target = torch.tensor(X), torch.tensor(y)
    optimizer = torch.optim.AdamW([params], lr=0.05, weight_decay=decay)
    theirs = []
    for _ in range(60):
        theirs.append(params.tolist())
        optimizer.zero_grad()
        ((rows @ params[:-1] + params[-1] - target) ** 2).mean().backward()
        optimizer.step()
    objective = st.LinearObjective(X, y, "squared")
    steps = st.steps(objective, AdamW(weight_decay=decay), 0.05, start=start)
    ours = [step.params for step in islice(steps, 60)]
    assert np.allclose(ours, theirs, rtol=1e-11, atol=1e-12)


def test_without_a_decay_it_is_adam() -> None:
    asked: dict[str, Any] = {"learning_rate": 0.05, "steps": 60}
    adam, none = (
        st.descend(problem("squared", 0), rule=rule, **asked)
        for rule in ("adam", AdamW(weight_decay=0))
    )
    assert np.array_equal(adam.trace.params, none.trace.params)


@pytest.mark.parametrize("decay", [0.2, 0.5, 1.0])
def test_a_decay_holds_the_params_within_one_over_it(decay: float) -> None:
    """Xie & Li 2024: the end is the lowest loss within that box, here SciPy's."""
    X, y = problem("squared", 0, rows=60)
    objective = st.LinearObjective(X, 3 * y, "squared")
    box = [(-1 / decay, 1 / decay)] * 3
    start = np.zeros(3)
    true = minimize(objective.value_and_gradient, start, jac=True, bounds=box, tol=1e-14).x
    rule = AdamW(beta2=0.95, weight_decay=decay)  # 0.999 is_stateful the start for long
    steps = st.steps(objective, rule, "time:0.05:0.005", start=start)
    last = next(islice(steps, 4000, None)).params
    assert np.allclose(last, true, atol=1e-3)
    assert np.isclose(np.abs(true), 1 / decay).any() == (decay > 0.2)


def test_a_decay_below_0_is_refused() -> None:
    with pytest.raises(
        st.ChoiceError, match="weight_decay of the rule adamw is -1, but it must be a number fr"
    ):
        AdamW(weight_decay=-1)


def steps_to(rule: str, condition: float, rate: float = 1.0, least: float = 1e-10) -> int:
    """Return the steps until a bowl of curvatures 1 to 1 / condition is as good as flat."""
    curved = np.geomspace(1 / condition, 1, 6)

    def bowl(p: Any) -> tuple[float, Any]:
        return float(0.5 * curved @ p**2), curved * p

    steps = st.steps(bowl, rule, rate, start=np.ones(6))
    return next(step.index for step in steps if step.loss <= least)


def test_restarted_momentum_takes_the_root_of_the_condition_number() -> None:
    """Ten times the condition number: about the root of ten as many steps, the gradient's ten."""
    few, many = steps_to("nesterov_restart", 100), steps_to("nesterov_restart", 1000)
    assert many / few <= 4
    assert steps_to("steepest", 1000) / steps_to("steepest", 100) >= 8
    assert many < steps_to("steepest", 1000) / 10


@given(
    curvatures=some.lists(some.floats(1e-6, 1.0), min_size=1, max_size=6),
    seed=some.integers(0, 10**6),
)
def test_restarted_momentum_keeps_nesterovs_bound_until_it_restarts(
    curvatures: Any, seed: int
) -> None:
    """`f - f* <= 2 L |x0 - x*|² / (k + 1)²` of the points x (Beck & Teboulle 2009, theorem 4.4)."""
    curved = np.array([1.0, *curvatures])
    x = start = np.random.default_rng(seed).normal(size=len(curved))
    steps = st.steps(
        lambda p: (float(0.5 * curved @ p**2), curved * p), "nesterov_restart", 1.0, start=start
    )
    for k, step in enumerate(islice(steps, 100), start=1):
        new = step.params - step.gradient
        if step.gradient @ (new - x) > 0:
            break
        x = new
        assert 0.5 * curved @ x**2 <= 2 * start @ start / (k + 1) ** 2 * (1 + 1e-12)


@given(kind=some.sampled_from(["squared", "cross_entropy", "huber"]), seed=some.integers(0, 10**6))
def test_restarted_momentum_finds_its_rate_and_arrives(kind: str, seed: int) -> None:
    data = problem(kind, seed)
    asked: dict[str, Any] = {"loss": kind, "l2": 0.1, "seed": seed}
    run = st.descend(data, **asked, rule="nesterov_restart", scale="standard")
    assert run.trace.learning_rates[0] == 1.0 / run.plan.curvature
    assert len(set(run.trace.learning_rates)) == 1
    assert run.loss == pytest.approx(st.descend(data, **asked).loss, rel=1e-9)


def test_restarted_momentum_without_a_bound_goes_by_backtracking() -> None:
    steps = list(islice(st.steps(bowl, "nesterov_restart", "auto", start=START), 200))
    losses = np.array([step.loss for step in steps])
    assert (np.diff(losses) <= 0).all()
    assert losses[-1] <= 1e-20


@pytest.mark.parametrize("kind", ["squared", "cross_entropy"])
def test_schedule_free_comes_near_the_minimum_by_mini_batches(kind: str) -> None:
    data = problem(kind, 0, rows=400)
    run = st.descend(data, rule="schedule_free", scale="standard", batch=20, steps=2000)
    assert len(set(run.trace.learning_rates)) == 1
    assert run.loss <= 1.03 * st.descend(data).loss


def test_schedule_free_needs_a_rate_where_no_bound_is_known() -> None:
    said = "the rule schedule_free needs the same learning rate at every step.*; give a number, or"
    with pytest.raises(st.ChoiceError, match=said):
        st.steps(bowl, "schedule_free", "auto", start=START)
    assert walked("schedule_free", 0.05).shape == (60, 3)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            lambda: st.Momentum(-1),
            "beta of the rule momentum is -1, but it must be a number from 0",
        ),
        (lambda: st.Momentum(np.nan), "beta of the rule momentum is nan"),
        (lambda: st.Adam(beta1="abc"), "beta1 of the rule adam is 'abc'"),
        (lambda: st.Huber("a"), "delta is a, but the Huber loss needs a number above 0"),
    ],
)
def test_an_object_checks_its_numbers_as_its_word_does(made: Any, said: str) -> None:
    with pytest.raises(st.ChoiceError, match=said):
        made()


class Returns:
    """A rule of one's own whose update returns what it is made with."""

    def __init__(self, found: Any) -> None:
        self.found = found

    def init(self, params: np.ndarray) -> tuple[()]:
        return ()

    def update(self, gradient: np.ndarray, state: tuple[()]) -> Any:
        return self.found(gradient)


@pytest.mark.parametrize(
    ("found", "got"),
    [
        (lambda g: -g, "a ndarray"),
        (lambda g: None, "a NoneType"),
        (lambda g: (-g[:1], ()), r"a direction of the shape \(1,\)"),
        (lambda g: (-1.0, ()), r"a direction of the shape \(\)"),
        (lambda g: ("down", ()), "'down' as direction"),
    ],
)
@pytest.mark.parametrize("rate", ["auto", 0.1])
def test_what_a_rule_of_ones_own_returns_is_checked(found: Any, got: str, rate: Any) -> None:
    with pytest.raises(st.ChoiceError, match=f"update of the rule Returns returned {got}, but"):
        st.descend("geyser", "waiting", ["duration"], rule=Returns(found), learning_rate=rate)


def test_a_rule_of_ones_own_may_write_to_its_gradient_and_return_a_list() -> None:
    def found(gradient: np.ndarray) -> Any:
        gradient *= -1.0
        return gradient.tolist(), ()

    options = {"learning_rate": 0.05, "scale": "none", "steps": 20, "seed": 1}
    own = st.descend("geyser", "waiting", ["duration"], rule=Returns(found), **options)
    plain = st.descend("geyser", "waiting", ["duration"], rule="steepest", **options)
    assert np.array_equal(own.params, plain.params)

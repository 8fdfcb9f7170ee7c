"""No end is called settled or arrived where the gradient itself leads to a lower loss."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some
from reference import plain
from scipy.optimize import minimize

import steepest as st
from steepest.descent.plan.stopping import SETTLED, lower_loss

LOSSES = ("squared", "huber", "poisson", "cross_entropy")

RULES = (
    "steepest",
    "momentum",
    "momentum:0.99",
    "momentum:1.5",
    "nesterov",
    "nesterov_restart",
    "adagrad",
    "rmsprop",
    "adam",
    "adam:0.99:0.9",
)

ABOVE = 1e-6
"""The share of a constant guess's loss by which a proved end may lie above SciPy's minimum."""


def drawn(kind: str, seed: int) -> tuple[Any, Any]:
    """Return rows of features whose units differ by up to 300 times, and a target."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(8, 60)), int(rng.integers(1, 4))
    X = rng.normal(size=(n, d)) * 10.0 ** rng.uniform(-1.25, 1.25, d) + rng.normal(size=d)
    margin = (X - X.mean(axis=0)) @ (rng.normal(size=d) / X.std(axis=0))
    if kind == "poisson":
        return X, rng.poisson(np.exp(0.5 * margin)).astype(float)
    if kind == "cross_entropy":
        return X, np.where(rng.uniform(size=n) < 1 / (1 + np.exp(-margin)), "yes", "no")
    return X, margin + rng.normal(size=n) + 5 * rng.normal()


def scipy_minimum(run: st.Run, kind: str, l2: float) -> float:
    """Return the lowest loss by SciPy, walked in standard units."""
    X, y = run.data.X, run.data.y
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    scaled = (X - mean) / deviation

    def value(position: Any) -> tuple[float, Any]:
        weights, penalty = position[:-1], l2 / deviation**2
        if kind == "poisson":
            margin = scaled @ weights + position[-1]
            zero = np.where(y > 0, y * np.log(np.maximum(y, 1)), 0.0) - y
            loss = float(np.mean(np.exp(margin) - y * margin + zero))
            slope = (np.exp(margin) - y) / len(y)
            gradient = np.append(scaled.T @ slope, slope.sum())
        else:
            loss, gradient = plain(kind, scaled, y, position)
        gradient[:-1] += penalty * weights
        return loss + float(penalty @ weights**2) / 2, gradient

    start = np.zeros(X.shape[1] + 1)
    found = minimize(value, start, jac=True, method="BFGS", options={"gtol": 1e-12})
    return float(found.fun)


@settings(max_examples=60)
@given(
    some.sampled_from(LOSSES),
    some.sampled_from(RULES),
    some.sampled_from(["auto", "backtracking", "exact", "adgd", "cosine:0.1:50"]),
    some.sampled_from(["none", "standard", "round"]),
    some.integers(0, 10**6),
)
def test_a_proved_end_is_the_minimum(
    kind: str, rule: str, rate: str, scale: str, seed: int
) -> None:
    assume(rate != "exact" or kind == "squared")
    X, y = drawn(kind, seed)
    assume(len(set(y)) > 1 and (kind != "poisson" or y.any()))
    chosen: dict[str, Any] = {"loss": kind, "l2": 0.01, "tol": 1e-10, "steps": 600, "seed": seed}
    run = st.descend((X, y), rule=rule, learning_rate=rate, scale=scale, **chosen)
    assume(run.stop.reason in ("settled", "arrived"))
    null, at = run.objective.null_loss, run.objective.evaluate(run.params)
    rates = 1e3 * 0.5 ** np.arange(80)
    along = min(run.objective.value(run.params - rate * at.gradient) for rate in rates)
    assert run.loss - along <= SETTLED * null
    assert run.loss - scipy_minimum(run, kind, 0.01) <= ABOVE * null


@pytest.mark.parametrize("rule", ["momentum", "nesterov", "adam"])
@pytest.mark.parametrize("seed", range(3))
def test_a_searched_rate_reaches_the_minimum_of_raw_units(rule: str, seed: int) -> None:
    run = st.descend("geyser", "waiting", ["duration"], rule=rule, scale="none", seed=seed)
    X1 = np.column_stack([run.data.X, np.ones(len(run.data.y))])
    lowest = np.mean((X1 @ np.linalg.lstsq(X1, run.data.y, rcond=None)[0] - run.data.y) ** 2)
    assert run.stop.reason in ("arrived", "settled")
    assert run.loss == pytest.approx(lowest, rel=1e-12)


class Uphill:
    """Goes with the gradient, and counts the steps since it began."""

    def init(self, params: Any) -> Any:
        return (0,)

    def update(self, gradient: Any, state: Any) -> Any:
        return gradient, (state[0] + 1,)


@pytest.mark.parametrize("rate", ["auto", "backtracking", "exact"])
def test_a_rule_that_leads_uphill_is_left_for_the_gradient(rate: str) -> None:
    """Each step is then one of steepest descent, to the bit."""
    chosen: dict[str, Any] = {"learning_rate": rate, "scale": "none", "steps": 20}
    found = st.descend("geyser", "waiting", ["duration"], rule=Uphill(), **chosen)
    plainly = st.descend("geyser", "waiting", ["duration"], rule="steepest", **chosen)
    np.testing.assert_array_equal(found.trace.params, plainly.trace.params)
    assert found.checkpoint is not None and found.checkpoint.state == (1,)


def test_a_restart_begins_the_velocity_at_the_gradient() -> None:
    """O'Donoghue and Candès: what was carried is dropped, and the step is a plain one."""
    run = st.descend("geyser", "waiting", ["duration"], rule="momentum", scale="none", steps=60)
    params, gradients = run.trace.params, run.trace.gradients
    steps = np.diff(params, axis=0)
    lengths = np.linalg.norm(steps, axis=1) * np.linalg.norm(gradients[:-1], axis=1)
    plain_ones = np.flatnonzero(-np.sum(steps * gradients[:-1], axis=1) > (1 - 1e-9) * lengths)
    assert len(plain_ones) > 1
    at = int(plain_ones[1])
    expected = -(0.9 * gradients[at] + gradients[at + 1])
    assert np.allclose(steps[at + 1] / run.trace.learning_rates[at + 1], expected, rtol=1e-9)


def test_a_resumed_run_restarts_as_the_whole_one_did() -> None:
    chosen: dict[str, Any] = {"rule": "adam", "scale": "none", "seed": 2}
    whole = st.descend("geyser", "waiting", ["duration"], steps=60, **chosen)
    for half in (7, 23, 41):
        part = st.descend("geyser", "waiting", ["duration"], steps=half, **chosen)
        np.testing.assert_array_equal(part.resume(steps=60 - half).trace.params, whole.trace.params)


@pytest.mark.parametrize(
    ("rule", "rate"),
    [
        ("steepest", "cosine:1e-4:50"),
        ("adam", "cosine:0.001:20"),
        ("steepest", "polyak:50"),
        ("steepest", lambda index: 0.0),
        ("steepest", 1e-17),
        ("momentum", 1e-17),
    ],
)
def test_where_another_way_leads_down_it_has_stalled(rule: str, rate: Any) -> None:
    run = st.descend(
        "geyser", "waiting", ["duration"], rule=rule, learning_rate=rate, scale="none", tol=1e-9
    )
    lowest = st.descend("geyser", "waiting", ["duration"]).loss
    assert run.stop.reason == "stalled" and run.stop.message.startswith("stalled: ")
    (verdict,) = run.verdicts
    assert (verdict.name, verdict.level) == ("stalled", "proved")
    assert verdict.numbers["loss"] == run.trace[-1].full_loss
    assert verdict.numbers["lower"] == pytest.approx(lowest, rel=1e-9)


def test_a_rate_that_rests_for_a_while_ends_nothing() -> None:
    """A schedule may be 0 for some steps; only a search says by it that nothing is lower."""
    run = st.descend(
        "geyser",
        "waiting",
        ["duration"],
        rule="steepest",
        learning_rate=lambda index: 0.0 if index % 10 < 5 else 0.5,
        scale="round",
        tol=1e-9,
    )
    assert run.stop.reason == "arrived"


def test_a_lower_loss_is_looked_for_with_every_row() -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(40_000, 3))
    y = (rng.uniform(size=40_000) < 1 / (1 + np.exp(-X @ [1.0, -2.0, 0.5]))).astype(float)
    objective = st.LinearObjective(X, y, "cross_entropy")
    start = np.array([2.0, 2.0, 2.0, 2.0])
    lowest = st.descend((X, np.where(y > 0, "a", "b"))).loss
    assert lower_loss(objective, start) == pytest.approx(lowest, rel=1e-12)
    assert lower_loss(objective, start) < objective.value(start)


def wolfe(params: Any) -> Any:
    """Wolfe's valley (1975): steepest descent ends at its kink, and no loss is lowest."""
    x, y = params
    if x > abs(y):
        root = np.sqrt(9 * x * x + 16 * y * y)
        return 5 * root, np.array([45 * x / root, 80 * y / root])
    return 9 * x + 16 * abs(y), np.array([9.0, 16 * np.sign(y)])


@pytest.mark.parametrize("rule", ["auto", "steepest"])
def test_at_the_kink_of_a_given_loss_nothing_has_settled(rule: str) -> None:
    run = st.descend(wolfe, start=[1.6, 0.9], rule=rule)
    assert run.stop.reason == "stalled" and "is not smooth here" in run.stop.message
    assert not run.is_judged and wolfe(run.params - [1.0, 0.0])[0] < run.loss


@pytest.mark.parametrize("seed", range(4))
def test_a_given_loss_without_a_kink_settles_as_ever(seed: int) -> None:
    random = np.random.default_rng(seed)
    root = random.normal(size=(3, 3)) + np.eye(3)

    def quartic(params: Any) -> Any:
        moved = root @ (params - 1.0)
        return float((moved**4 + moved**2).sum()) + 7.0, root.T @ (4 * moved**3 + 2 * moved)

    run = st.descend(quartic, start=random.normal(size=3))
    assert run.stop.reason in ("arrived", "settled") and np.allclose(run.params, 1.0, atol=1e-4)


@pytest.mark.parametrize("hidden", [(1,), (3,), (2, 2)])
def test_a_saddle_is_not_where_a_network_settles(hidden: Any) -> None:
    """At weights of 0 the gradient is 0, and the loss falls to both sides."""
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 2))
    y = np.sin(2 * X[:, 0]) + X[:, 1] ** 2
    run = st.descend((X, y), hidden=hidden, init="zeros")
    assert run.stop.reason == "stalled" and "stalled" in {one.name for one in run.verdicts}
    alike = ["symmetry"] if hidden != (1,) else []
    assert [one.name for one in run.verdicts] == [*alike, "stalled"]
    stalled = run.verdicts[-1]
    assert "leave out init" in stalled.remedy
    assert not any(word in stalled.remedy for word in ("seed", "huber", "to auto"))
    lower = stalled.numbers["lower"]
    assert lower < run.loss == pytest.approx(np.var(y))
    assert st.descend((X, y), hidden=hidden, steps=200).loss < lower


def test_from_an_absurd_start_nothing_has_settled() -> None:
    """Beyond 1e154 a slope has no square: no search leads on, and a constant guess is lower."""
    X = np.random.default_rng(0).normal(size=(60, 3))
    y = np.random.default_rng(1).poisson(np.exp(0.3 * X[:, 0]))
    start = 300.0 * np.random.default_rng(0).normal(size=4)
    run = st.descend((X, y), loss="poisson", start=start)
    assert run.stop.reason == "stalled" and "with all weights 0 it is" in run.stop.message
    assert run.loss > 1e150 and (run.verdicts or not run.is_judged)


def test_where_large_terms_cancel_in_a_given_loss_nothing_has_settled() -> None:
    """A quadratic of condition 1e9, turned: near its valley rounding is all that its loss tells."""
    turned = np.array([[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]])
    A = turned @ np.diag([1.0, 1e9]) @ turned.T
    run = st.descend(lambda p: (float(0.5 * p @ A @ p), A @ p), start=[1.0, 1.0])
    half = 0.5 * run.params
    assert float(0.5 * half @ A @ half) < run.loss
    assert run.stop.reason == "stalled" and "or is rounded coarsely" in run.stop.message


def test_a_loss_of_minus_infinity_is_not_told_as_diverged() -> None:
    run = st.descend(lambda p: (float(p.sum()), np.ones(1)), start=[1.0])
    assert run.stop.reason == "failed" and "the loss is -inf" in run.stop.message
    assert not run.is_judged


def test_without_a_bias_a_kink_that_proves_nothing_names_its_remedy() -> None:
    random = np.random.default_rng(27)
    X, y = random.normal(size=(20, 5)), random.normal(size=20)
    run = st.descend((X, y), loss="quantile:0.9", bias=False)
    assert run.stop.reason == "stalled" and run.stop.message.endswith("or keep the bias")


def test_where_a_given_loss_falls_beyond_all_room_nothing_has_settled() -> None:
    run = st.descend(wolfe, start=[1.6, 0.9], rule="momentum")
    assert run.loss < -1e100 and run.stop.reason in ("stalled", "failed", "steps")

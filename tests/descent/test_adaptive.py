"""Rates that find themselves: each as its paper writes it, and what its paper promises."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some
from reference import problem
from scipy.optimize import minimize_scalar

import steepest as st
from steepest.descent.named_rules import RULES
from steepest.descent.plan.named_rates import RATES
from steepest.descent.steps.adaptive import ADAPTIVE

Array = Any
Function = Callable[[Array], tuple[float, Array]]

CURVATURES = np.array([0.5, 3.0, 10.0])
START = np.array([1.0, -2.0, 0.5])

drawn = some.lists(some.floats(0.01, 1.0), min_size=1, max_size=5)
scales = some.integers(-12, 12).map(lambda power: 10.0**power)
seeds = some.integers(0, 10**6)


def bowl_of(curvatures: Array) -> Function:
    return lambda p: (float(0.5 * curvatures @ p**2), curvatures * p)


def round_cliff(p: Array) -> tuple[float, Array]:
    """log(cosh), summed: convex, curved by 1 at the bottom, straight far away."""
    return float(np.sum(np.logaddexp(p, -p) - np.log(2.0))), np.tanh(p)


def walked(function: Function, rate: Any, count: int, start: Array = START) -> list[st.Step]:
    return list(islice(st.steps(function, "steepest", rate, start=start), count))


def path(function: Function, rate: Any, count: int, start: Array = START) -> Array:
    return np.array([step.params for step in walked(function, rate, count, start)])


def adgd2(function: Function, start: Array, first: float, count: int) -> Array:
    """Malitsky & Mishchenko 2023, algorithm 2, line by line, from a first rate that is given."""
    before, x = start, start - first * function(start)[1]
    points, rate, theta = [start, x], first, 1 / 3
    while len(points) < count:
        grown, was = function(x)[1], function(before)[1]
        L = np.linalg.norm(grown - was) / np.linalg.norm(x - before)
        over = max(2 * rate**2 * L**2 - 1, 0)
        new = min(np.sqrt(2 / 3 + theta) * rate, rate / np.sqrt(over) if over else np.inf)
        theta, rate = new / rate, new
        before, x = x, x - rate * grown
        points.append(x)
    return np.array(points)


def dog(function: Function, start: Array, count: int) -> Array:
    """Ivgi, Hinder & Carmon 2023, equation 1."""
    points, squares = [start], []
    while len(points) < count:
        gradient = function(points[-1])[1]
        squares.append(np.sum(gradient**2))
        distance = [np.linalg.norm(x - start) for x in points]
        farthest = max([1e-6 * (1 + np.linalg.norm(start)), *distance])
        points.append(points[-1] - farthest / np.sqrt(np.sum(squares)) * gradient)
    return np.array(points)


@pytest.mark.parametrize("function", [bowl_of(CURVATURES), round_cliff])
def test_adgd_walks_as_its_paper_says(function: Function) -> None:
    steps = walked(function, "adgd", 60)
    true = adgd2(function, START, steps[0].learning_rate, 60)
    assert np.allclose([step.params for step in steps], true, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("function", [bowl_of(CURVATURES), round_cliff])
def test_dog_walks_as_its_paper_says(function: Function) -> None:
    assert np.allclose(path(function, "dog", 300), dog(function, START, 300), rtol=1e-9, atol=0)


@given(others=drawn, units=scales, size=scales, seed=seeds)
def test_adgd_finds_its_first_rate_and_the_bottom_in_any_units(
    others: list[float], units: float, size: float, seed: int
) -> None:
    curvature = units * np.array([1.0, *others])
    start = size * np.random.default_rng(seed).normal(size=len(curvature))
    steps = walked(bowl_of(curvature), "adgd", 1500, start)
    assert steps[0].learning_rate * units >= 0.05  # not far below 1 / L, whatever the units
    assert steps[-1].loss <= 1e-9 * steps[0].loss


@given(seed=seeds, kind=some.sampled_from(["squared", "cross_entropy"]))
def test_adgd_arrives_where_the_plane_search_does(seed: int, kind: str) -> None:
    data = problem(kind, seed)
    found = st.descend(data, l2=0.1, learning_rate="adgd", scale="standard", seed=seed)
    best = st.descend(data, l2=0.1)
    assert found.stop.reason in ("arrived", "settled")
    assert found.loss == pytest.approx(best.loss, rel=1e-9)
    assert found.verdicts == []


def test_adgd_stays_where_the_gradient_is_none() -> None:
    assert (path(bowl_of(CURVATURES), "adgd", 4, np.zeros(3)) == 0).all()


def test_adgd_of_a_slope_without_end_takes_a_plain_first_step() -> None:
    steps = walked(lambda p: (float(p.sum()), np.ones(3)), "adgd", 2)
    assert steps[0].learning_rate == 1.0


@given(others=drawn, seed=seeds, lowest=some.floats(-1e3, 1e3))
def test_polyak_given_the_lowest_loss_never_goes_away_from_its_place(
    others: list[float], seed: int, lowest: float
) -> None:
    curvature = np.array([1.0, *others])
    start = np.random.default_rng(seed).normal(size=len(curvature))
    bowl = bowl_of(curvature)
    assume(bowl(start)[0] > 1e-3)
    steps = walked(lambda p: (bowl(p)[0] + lowest, bowl(p)[1]), f"polyak:{lowest!r}", 200, start)
    distance = np.array([np.linalg.norm(step.params) for step in steps])
    gaps = np.array([bowl(step.params)[0] for step in steps])
    best = np.minimum.accumulate(gaps)
    rounding = 1e-12 * (1 + abs(lowest))
    assert (np.diff(distance) <= 1e-6 * distance[0]).all()
    # Hazan & Kakade 2019, theorem 1, the smooth case with L = 1.
    assert (best <= 2 * distance[0] ** 2 / np.arange(1, 201) + rounding).all()


def test_polyak_is_the_textbooks() -> None:
    steps = walked(bowl_of(CURVATURES), "polyak:-2", 5)
    for step in steps:
        assert step.learning_rate == pytest.approx((step.loss + 2) / step.gradient_norm**2)
    assert walked(bowl_of(CURVATURES), "polyak", 1)[0].learning_rate == pytest.approx(
        walked(bowl_of(CURVATURES), "polyak:0", 1)[0].learning_rate
    )


def test_polyak_given_too_high_a_loss_stops_there() -> None:
    steps = walked(bowl_of(CURVATURES), "polyak:1", 200)
    assert steps[-1].loss <= 1.0
    assert steps[-1].learning_rate == 0.0


def silver_of(run: st.Run, count: int) -> Array:
    return run.trace.learning_rates[:count] * run.plan.curvature


def test_the_silver_rates_are_the_papers() -> None:
    run = st.descend(problem("squared", 0), learning_rate="silver", scale="none", steps=8)
    root = np.sqrt(2.0)
    true = [root, 2, root, 2 + root, root, 2, root, 1 + (1 + root) ** 2]
    assert silver_of(run, 8) == pytest.approx(true, rel=1e-12)
    assert silver_of(run, 7).sum() == pytest.approx((1 + root) ** 3 - 1, rel=1e-12)


@given(
    kind=some.sampled_from(["squared", "cross_entropy", "huber"]),
    seed=seeds,
    k=some.integers(1, 6),
    scale=some.sampled_from(["none", "standard"]),
)
def test_silver_keeps_its_bound(kind: str, seed: int, k: int, scale: str) -> None:
    """Altschuler & Parrilo 2023, theorem 1: after 2^k - 1 steps, whatever the condition."""
    data = problem(kind, seed)
    asked: dict[str, Any] = {"loss": kind, "seed": seed, "l2": 0.01}
    lowest = st.descend(data, **asked)
    n = 2**k - 1
    run = st.descend(data, **asked, learning_rate="silver", scale=scale, steps=n)
    to_walk = st.descend(data, **asked, learning_rate=1e-9, scale=scale, steps=0)
    distance = coordinates(run, scale, lowest.params) - coordinates(run, scale, run.trace[0].params)
    assert to_walk.plan.curvature == run.plan.curvature
    bound = run.plan.curvature / (1 + np.sqrt(4 * (1 + np.sqrt(2)) ** (2 * k) - 3))
    gap = run.trace[-1].loss - lowest.loss
    assert gap <= bound * (distance @ distance) * (1 + 1e-9) + 1e-9 * lowest.loss


def coordinates(run: st.Run, scale: str, params: Array) -> Array:
    """Return params in the coordinates of the walk, worked out by hand."""
    if scale == "none":
        return params
    mean, deviation = run.data.X.mean(axis=0), run.data.X.std(axis=0)
    return np.append(params[:-1] * deviation, params[-1] + mean @ params[:-1])


def test_a_silver_run_that_jumps_up_once_has_not_diverged() -> None:
    run = st.descend(problem("squared", 0), learning_rate="silver", scale="standard", steps=8)
    assert run.trace.losses[-1] > run.trace.losses.min()
    assert run.verdicts == []


@given(
    kind=some.sampled_from(["squared", "absolute", "huber", "cross_entropy", "softmax"]),
    seed=seeds,
    rule=some.sampled_from(["steepest", "nesterov_restart"]),
    scale=some.sampled_from(["none", "standard", "round"]),
)
def test_backtracking_never_lets_the_loss_rise(kind: str, seed: int, rule: str, scale: str) -> None:
    loss = "cross_entropy" if kind == "softmax" else kind
    data = problem(kind, seed)
    run = st.descend(
        data, loss=loss, rule=rule, learning_rate="backtracking", scale=scale, seed=seed, steps=60
    )
    losses = run.trace.losses
    assert (losses[1:] <= losses[:-1] * (1 + 1e-12)).all()
    assert run.verdicts == []


@given(others=drawn, units=scales, seed=seeds)
def test_backtracking_doubles_its_rate_and_halves_it_no_further_than_it_must(
    others: list[float], units: float, seed: int
) -> None:
    curvature = units * np.array([1.0, *others])
    start = np.random.default_rng(seed).normal(size=len(curvature))
    steps = walked(bowl_of(curvature), "backtracking", 40, start)
    rates = np.array([step.learning_rate for step in steps])
    powers = np.log2(rates[1:] / rates[:-1])
    assert np.allclose(powers, np.round(powers), atol=1e-9)
    assert powers.max() <= 1 + 1e-9
    # Armijo holds for any rate up to 2 (1 - 1e-4) / L; a start that is too small only doubles.
    assert (rates[1:] * units >= np.minimum(0.9999, 2 * rates[:-1] * units) * (1 - 1e-9)).all()


@given(seed=seeds, l2=some.sampled_from([0.0, 0.3]), scale=some.sampled_from(["none", "standard"]))
def test_an_exact_step_is_the_lowest_on_its_line(seed: int, l2: float, scale: str) -> None:
    asked: dict[str, Any] = {"learning_rate": "exact", "l2": l2, "scale": scale, "steps": 4}
    run = st.descend(problem("squared", seed), seed=seed, **asked)
    for here, there in zip(run.trace, list(run.trace)[1:], strict=False):
        move = there.params - here.params
        along = minimize_scalar(lambda a, at=here.params, m=move: run.objective.value(at + a * m))
        assert there.loss <= along.fun * (1 + 1e-12)
        # At the lowest point of a line the slope along it is 0.
        assert abs(there.gradient @ move) <= 1e-9 * abs(here.gradient @ move)


@pytest.mark.parametrize("condition", [3.0, 30.0])
def test_exact_steps_zigzag_as_slowly_as_they_may(condition: float) -> None:
    """From the worst start each step leaves just `((k - 1) / (k + 1))²` (Kantorovich 1948)."""
    X = np.array([[1.0], [-1.0]]) * np.sqrt(condition)
    objective = st.LinearObjective(X, np.ones(2), "squared")  # condition w² + (b - 1)²
    steps = st.steps(objective, "steepest", "exact", start=[1.0 / condition, 2.0])
    losses = np.array([step.loss for step in islice(steps, 12)])
    assert losses[1:] / losses[:-1] == pytest.approx(
        ((condition - 1) / (condition + 1)) ** 2, rel=1e-9
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["squared", "cross_entropy"])
def test_dog_comes_near_the_minimum_by_mini_batches(kind: str, seed: int) -> None:
    data = problem(kind, 0, rows=400)
    best = st.descend(data).loss
    run = st.descend(data, learning_rate="dog", scale="standard", batch=20, steps=2000, seed=seed)
    assert best <= run.loss <= 1.05 * best
    assert run.verdicts == []


@pytest.mark.parametrize("rate", ADAPTIVE)
def test_a_rate_goes_on_from_what_it_kept_with_the_same_bits(rate: str) -> None:
    data = problem("squared", 0)
    asked: dict[str, Any] = {"learning_rate": rate, "scale": "standard"}
    whole, again = (st.descend(data, steps=20, **asked).trace for _ in range(2))
    assert np.array_equal(whole.params, again.params)
    assert np.array_equal(whole.params[:11], st.descend(data, steps=10, **asked).trace.params)


OWN_RATE = {"adam_lbfgs", "adam_proximal", "plane", "lbfgs", "smoothing"}


@pytest.mark.parametrize("rate", ["adgd", "polyak", "backtracking", "dog"])
@pytest.mark.parametrize("rule", sorted(set(RULES) - OWN_RATE))
def test_any_rule_may_be_led_by_them(rule: str, rate: str) -> None:
    run = st.descend(problem("squared", 0), rule=rule, learning_rate=rate, l2=0.1, steps=30)
    assert np.isfinite(run.loss)
    assert run.loss <= run.trace.losses[0]


def test_every_word_is_documented() -> None:
    with pytest.raises(st.ChoiceError) as refused:
        st.descend(problem("squared", 0), learning_rate="fast")
    documented = st.descend.__doc__ or ""
    assert all(word in str(refused.value) and word in documented for word in RATES)
    assert all(rule in documented for rule in RULES)


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ("adgd:1", "too many numbers in the learning rate; it is a number above 0, auto"),
        ("polyak:1:2", "too many numbers in the learning rate"),
        ("polyak:low", "the learning rate is 'polyak:low', and 'low' is no number, but it must be"),
        ("polyak:nan", "the lowest loss of the Polyak learning rate is nan, but it must be a fin"),
        ("silver:2", "too many numbers in the learning rate"),
    ],
)
def test_what_is_no_such_rate_is_refused(rate: str, said: str) -> None:
    with pytest.raises(st.ChoiceError, match=said):
        st.descend(problem("squared", 0), learning_rate=rate, steps=3)


@pytest.mark.parametrize("rate", ["adgd", "silver", "backtracking", "exact"])
def test_what_needs_all_rows_refuses_mini_batches(rate: str) -> None:
    said = f"the learning rate {rate} needs all rows at every step, but mini-batches were asked for"
    with pytest.raises(st.ChoiceError, match=said):
        st.descend(problem("squared", 0), learning_rate=rate, batch=5, steps=3)


def test_silver_needs_a_bound_on_the_curvature() -> None:
    said = "silver needs the most that the loss can curve, and none is known of this one; use adgd"
    with pytest.raises(st.ChoiceError, match=said):
        st.descend(problem("absolute", 0), loss="absolute", learning_rate="silver", steps=3)
    with pytest.raises(st.ChoiceError, match=said):
        st.steps(bowl_of(CURVATURES), "steepest", "silver", start=START)


def test_exact_needs_the_squared_loss() -> None:
    said = "exact needs the squared loss.* but this is the loss huber; use backtracking"
    with pytest.raises(st.ChoiceError, match=said):
        st.descend(problem("huber", 0), loss="huber", learning_rate="exact", steps=3)
    with pytest.raises(st.ChoiceError, match="but this is a function; use backtracking"):
        st.steps(bowl_of(CURVATURES), "steepest", "exact", start=START)

"""L-BFGS: its products against the matrix they stand for, its steps against their promises."""

from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from reference import problem
from scipy.optimize import minimize, rosen, rosen_der

import steepest as st
from steepest.descent.steps.inverse_hessian import InverseHessian
from steepest.descent.steps.quasi_newton import PAIRS

VALLEY = {"rule": "lbfgs", "start": [-1.2, 1.0, 0.7]}


def valley(params: Any) -> tuple[float, Any]:
    return float(rosen(params)), rosen_der(params)


@settings(max_examples=40, deadline=None)
@given(
    size=some.integers(1, 8),
    count=some.integers(0, 12),
    most=some.integers(1, 12),
    seed=some.integers(0, 2**16),
)
def test_the_products_are_the_bfgs_matrix(size: int, count: int, most: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    root = generator.normal(size=(size, size))
    hessian = root @ root.T + np.eye(size)
    steps = generator.normal(size=(count, size))
    pairs = tuple((step, hessian @ step) for step in steps)
    found = InverseHessian.none(size)
    for pair in pairs:
        found = found.met(*pair, most)
    pairs, inverse = pairs[-most:], np.eye(size)
    if count:
        step, change = pairs[-1]
        inverse *= (step @ change) / (change @ change)
    for step, change in pairs:
        left = np.eye(size) - np.outer(step, change) / (step @ change)
        inverse = left @ inverse @ left.T + np.outer(step, step) / (step @ change)
    gradient = generator.normal(size=size)
    scale = np.abs(inverse).max() * np.abs(gradient).max() * size
    assert np.abs(found.times(gradient) - inverse @ gradient).max() <= 1e-8 * scale
    if count:
        step, change = pairs[-1]
        assert np.allclose(found.times(change), step, atol=1e-8 * np.abs(step).max())


def test_it_finds_the_bottom_of_a_curved_valley_by_loss_and_gradient_alone() -> None:
    steps = list(islice(st.steps(valley, **VALLEY), 80))
    losses = [step.loss for step in steps]
    assert losses == sorted(losses, reverse=True)
    peer = minimize(rosen, VALLEY["start"], jac=rosen_der, method="L-BFGS-B")
    reached = next(step.index for step in steps if step.loss <= 1e-8)
    assert reached <= 2 * peer.nit
    assert np.allclose(steps[-1].params, 1.0, atol=1e-6)


@pytest.mark.parametrize("kind", ["squared", "huber", "cross_entropy", "softmax"])
def test_it_comes_to_the_lowest_loss_of_a_linear_model(kind: str) -> None:
    loss = "cross_entropy" if kind == "softmax" else kind
    options: dict[str, Any] = {"loss": loss, "l2": 0.01}
    auto, found = (st.descend(problem(kind, 0), **options, rule=rule) for rule in ("auto", "lbfgs"))
    assert found.stop.reason in ("arrived", "settled")
    assert found.loss == pytest.approx(auto.loss, rel=1e-9)


def test_a_network_goes_by_it_and_never_rises() -> None:
    run = st.descend("penguins", "species", hidden=(6,), steps=2 * PAIRS + 5)
    assert run.plan.rule.name == "lbfgs" and "L-BFGS" in run.plan.reasons
    assert np.all(np.diff(run.trace.losses) <= 0.0)
    adam = [
        st.descend("penguins", "species", hidden=(6,), rule="adam", learning_rate=rate, steps=90)
        for rate in (0.01, 0.03, 0.1)
    ]
    assert run.loss < min(other.loss for other in adam)


def test_a_run_goes_on_with_its_pairs_to_the_bit(tmp_path: Any) -> None:
    options: dict[str, Any] = {"hidden": (4,), "rule": "lbfgs"}
    geyser = ("geyser", "waiting", ["duration"])
    run = st.descend(*geyser, **options, steps=PAIRS + 7)
    run.save(tmp_path / "run.steepest")
    gone_on = st.load(tmp_path / "run.steepest").resume(steps=9)
    whole = st.descend(*geyser, **options, steps=PAIRS + 16)
    assert np.array_equal(gone_on.trace.params, whole.trace.params)


def test_where_it_can_lead_nowhere_it_stays() -> None:
    def flat(params: Any) -> tuple[float, Any]:
        return 1.0, np.zeros_like(params)

    def wrong(params: Any) -> tuple[float, Any]:
        return float(params @ params), -2.0 * params

    for function in (flat, wrong):
        steps = list(islice(st.steps(function, "lbfgs", start=[3.0]), 4))
        assert all(step.params[0] == pytest.approx(3.0, rel=1e-7) for step in steps)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"learning_rate": 0.1}, "the rule lbfgs finds its own rate from all rows, but a learning"),
        ({"batch": 8}, "finds its own rate from all rows, but mini-batches"),
        ({"loss": "absolute"}, "at a kink it jumps; choose the loss huber"),
        ({"l1": 0.1}, "l1"),
    ],
)
def test_what_does_not_go_with_it_is_said(options: dict[str, Any], message: str) -> None:
    with pytest.raises(st.ChoiceError, match=message):
        st.descend(problem("squared", 0), rule="lbfgs", **options, steps=1)

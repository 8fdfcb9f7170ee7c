"""L1 on networks: value and subgradient against torch, proximal steps, exact zeros, every door."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from asked import Ask
from numpy.testing import assert_allclose
from test_checkpoint_file import killed

import steepest as st
from steepest.descent.plan.method import plan_method
from steepest.descent.plan.options import Options
from steepest.descent.steps.proximal_gradient import thresholds_in
from steepest.objective.loss.penalty import Penalty
from steepest.objective.model.hidden_layers import HiddenLayers
from steepest.objective.network import NetworkObjective
from steepest.run.report import report
from steepest.session import Session
from steepest.sklearn import SteepestRegressor

L1, L2 = 0.02, 0.01


def rows(seed: int = 0, count: int = 120) -> tuple[Any, Any]:
    """Return five features, of which two say something, and a number."""
    draw = np.random.default_rng(seed)
    X = draw.normal([0.0, 5.0, 0.0, 1.0, 0.0], [1.0, 2.0, 0.1, 1.0, 3.0], (count, 5))
    return X, np.sin(X[:, 0]) + 0.5 * X[:, 3] + 0.1 * draw.normal(size=count)


def objective_of(activation: str = "tanh", dtype: str = "float64") -> NetworkObjective:
    layers = HiddenLayers.of((6,), activation, "auto", dtype)
    assert layers is not None
    return NetworkObjective.of(*rows(), st.Squared(), Penalty(L1, L2), layers)


def torch_loss(objective: NetworkObjective, params: torch.Tensor) -> torch.Tensor:
    """Return mean loss, L1 and L2 by torch's own functions, of params in steepest's order."""
    model, X = objective.model, torch.tensor(objective.blocks.X)
    inside = X.T
    for i, (weights, shape, bias) in enumerate(model.places):
        inside = params[weights].reshape(shape) @ inside + params[bias, None]
        inside = torch.tanh(inside) if i < len(model.places) - 1 else inside
    error = inside[0] - torch.tensor(objective.blocks.y)
    weights = params[objective.layout.weights]
    return (error**2).mean() + L1 * weights.abs().sum() + 0.5 * L2 * (weights**2).sum()


def test_value_and_subgradient_are_those_of_torch() -> None:
    objective = objective_of()
    params = np.random.default_rng(1).normal(size=objective.size)
    there = torch.tensor(params, requires_grad=True)
    loss = torch_loss(objective, there)
    loss.backward()
    found = objective.evaluate(params)
    assert_allclose([found.loss, objective.value(params)], float(loss.detach()), rtol=1e-12)
    assert there.grad is not None
    assert_allclose(found.gradient, there.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_at_a_weight_of_0_the_subgradient_is_the_least() -> None:
    objective = objective_of()
    params = np.random.default_rng(1).normal(size=objective.size)
    params[:20] = 0.0
    there = torch.tensor(params, requires_grad=True)
    torch_loss(objective, there).backward()
    assert there.grad is not None
    # torch takes 0 from |w| at 0; what is left of the slope is drawn towards 0 by L1.
    slope, found = there.grad.numpy(), objective.evaluate(params).gradient
    least = np.sign(slope) * np.maximum(np.abs(slope) - L1, 0.0)
    assert_allclose(found[:20], least[:20], atol=1e-12)
    assert_allclose(found[20:], slope[20:], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("scale", ["none", "standard"])
def test_a_step_of_a_given_rate_is_that_of_a_plain_loop(scale: str) -> None:
    objective, rate = objective_of(), 0.01
    start = objective.random_start(np.random.default_rng(2))
    method, _ = plan_method(objective, Options(start=start, learning_rate=rate, scale=scale))
    coordinates = method.coordinates
    for before, after in pairwise(step for step, _ in zip(method, range(6), strict=False)):
        at = objective.evaluate(before.params)
        ahead = coordinates.position(before.params) - rate * coordinates.pullback(
            at.smooth_gradient
        )
        for i in range(objective.layout.weights.stop):
            unit = np.zeros(objective.size)
            unit[i] = 1.0
            reach = rate * L1 * coordinates.params(unit)[i]
            ahead[i] = np.sign(ahead[i]) * max(abs(ahead[i]) - reach, 0.0)
        assert_allclose(after.params, coordinates.params(ahead), rtol=1e-12, atol=1e-14)


def test_the_end_is_a_critical_point_that_meets_the_conditions_of_l1() -> None:
    run = st.descend(rows(), hidden=(6,), l1=L1, seed=1)
    objective, where = run.objective, run.objective.layout.weights
    assert run.plan.rule.name == "proximal" and run.stop.reason == "settled"
    slope, weights = objective.evaluate(run.params).smooth_gradient, run.params[where]
    on = weights != 0.0
    assert 0 < np.count_nonzero(on) < len(weights)
    assert_allclose(slope[where][on], -L1 * np.sign(weights[on]), atol=1e-5)
    assert np.abs(slope[where][~on]).max() <= L1 + 1e-5
    assert np.abs(slope[where.stop :]).max() < 1e-5
    assert (np.diff(run.trace.losses) <= 1e-12 * run.trace.losses[:-1]).all()


def test_it_is_no_higher_than_subgradient_descent_of_torch_and_has_exact_zeros() -> None:
    torch.set_num_threads(1)
    run = st.descend(rows(), hidden=(6,), l1=L1, l2=L2, seed=1, steps=100)
    lowest = np.inf
    for rate in (0.01, 0.1):
        params = torch.tensor(np.array(run.trace[0].params), requires_grad=True)
        for _ in range(100):
            loss = torch_loss(run.objective, params)
            (slope,) = torch.autograd.grad(loss, params)
            params = (params - rate * slope).detach().requires_grad_()
            lowest = min(lowest, float(loss.detach()))
    assert run.loss <= lowest
    assert np.count_nonzero(run.params[run.objective.layout.weights] == 0.0) > 5


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_thresholds_are_of_the_type_of_the_params_and_leave_biases_out(dtype: str) -> None:
    objective = objective_of(dtype=dtype)
    threshold = thresholds_in(objective.standard_units, objective)
    assert threshold.dtype == objective.dtype
    assert (threshold[: objective.layout.weights.stop] > 0.0).all()
    assert not threshold[objective.layout.weights.stop :].any()
    run = st.descend(rows(), hidden=(6,), l1=L1, dtype=dtype, steps=30)
    assert run.params.dtype == objective.dtype and run.loss < run.trace[0].loss


@pytest.mark.parametrize("rate", ["auto", 0.01])
def test_it_goes_on_to_the_bit_from_a_file_and_from_a_checkpoint(rate: Any, tmp_path: Path) -> None:
    choices = {"data": rows(), "hidden": (6,), "l1": L1, "learning_rate": rate, "seed": 3}
    whole = st.descend(**choices, steps=25)
    part = st.descend(**choices, steps=11)
    part.save(tmp_path / "part.steepest")
    again = st.load(tmp_path / "part.steepest").resume(steps=14)
    assert np.array_equal(again.trace.params, whole.trace.params)
    left = killed(tmp_path / "run.ckpt", 9, **choices, steps=25).resume()
    assert np.array_equal(left.trace.params, whole.trace.params)


def test_a_surface_is_that_of_a_plain_loop() -> None:
    run = st.descend(rows(), hidden=(6,), l1=L1, l2=L2, steps=30)
    draw = np.random.default_rng(4)
    u, v = draw.normal(size=(2, run.objective.size))
    surface = run.surface(plane=(u, v), points=7)
    value = run.objective.value
    true = [[value(run.params + x * u + y * v) for x in surface.x] for y in surface.y]
    assert_allclose(surface.loss, true, rtol=1e-12)


def test_the_words_and_the_report_say_it() -> None:
    run = st.descend(rows(), hidden=(6,), l1=L1, steps=40)
    words, zeros = run.explain(), int(np.sum(run.params[: run.objective.layout.weights.stop] == 0))
    assert "proximal steps at a searched rate" in words and f"exactly 0: {zeros} of 36" in words
    assert "lowest loss: not known" in words and "arrived" not in words
    assert json.loads(json.dumps(report(run)))["choices"]["l1"] == L1


def test_a_saved_page_replays_its_steps_and_a_live_one_takes_them() -> None:
    run = st.descend(rows(), hidden=(6,), l1=L1, steps=20)
    told = run.record()
    assert told["engine"] == "record" and told["run"]["choices"]["l1"] == L1
    assert_allclose(told["run"]["loss"], run.trace.losses)
    session = Session.of_run(run)
    choices = session.answer({"ask": "open"})["scene"]["run"]["choices"]
    walked = session.answer({"ask": "descend", "choices": choices | {"learning_rate": 0.05}})
    assert (walked["choices"]["l1"], walked["choices"]["rule"]) == (L1, "proximal")
    refused = session.answer({"ask": "descend", "choices": choices | {"rule": "momentum"}})
    assert refused["error"].startswith("l1 is 0.02, but the rule is momentum")
    asked = {"ask": "loss", "choices": choices, "params": [0.1] * run.objective.size}
    without = session.answer(asked | {"choices": choices | {"l1": 0.0, "rule": "auto"}})
    of_l1 = L1 * 0.1 * run.objective.layout.weights.stop
    assert session.answer(asked)["loss"] == pytest.approx(without["loss"] + of_l1, rel=1e-12)


def test_the_command_line_and_the_estimator_take_it(ask: Ask, tmp_path: Path) -> None:
    words = ("fit", "geyser", "--target", "waiting", "--hidden", "8", "--l1", "0.01", "--json")
    told = json.loads(ask(*words, "--steps", "20").out)
    assert (told["choices"]["l1"], told["choices"]["rule"]) == (0.01, "proximal")
    X, y = rows()
    fitted = SteepestRegressor(hidden=(6,), l1=L1, random_state=1).fit(X, y)
    assert sum(np.count_nonzero(weights == 0.0) for weights in fitted.coefs_) > 5
    assert fitted.score(X, y) > 0.8


def test_a_separated_table_is_given_l1_as_a_remedy_that_works() -> None:
    X = np.linspace(-1.0, 1.0, 20)[:, None]
    y = (X[:, 0] > 0).astype(int)
    run = st.descend((X, y), hidden=(3,), loss="cross_entropy")
    (verdict,) = [one for one in run.verdicts if one.name == "separation"]
    assert "l1 = 0.001" in verdict.remedy
    held = st.descend((X, y), hidden=(3,), loss="cross_entropy", l1=0.001, steps=200)
    assert not any(one.name == "separation" for one in held.verdicts)


def test_all_weights_at_0_is_said_to_have_no_ratio_of_gradients() -> None:
    run = st.descend(rows(), hidden=(6,), l1=100.0)
    assert not run.params[: run.objective.layout.weights.stop].any()
    words = run.explain()
    assert "nan" not in words and "that of the last layer's weights is exactly 0" in words


def test_many_rows_begin_on_batches_and_end_on_all_with_exact_zeros() -> None:
    layers = HiddenLayers.of((3,), "tanh", "auto", "float64")
    assert layers is not None
    many = NetworkObjective.of(*rows(count=10_000), st.Squared(), Penalty(l1=0.01), layers)
    method, why = plan_method(many, Options())
    assert method.rule.name == "adam_proximal" and method.sampler.in_epoch == 39
    assert "Adam, then proximal steps: 10,000 rows are many for 22 params" in why
    assert plan_method(many, Options(steps=9))[0].rule.name == "proximal"
    few = {"data": rows(count=600), "hidden": (3,), "l1": 0.01, "rule": "adam_proximal"}
    run = st.descend(**few, steps=150)
    assert run.trace.rows[0] < run.trace.rows[-1] == 600
    weights = run.params[run.objective.layout.weights]
    assert 0 < np.count_nonzero(weights == 0.0) < len(weights)


def test_batches_of_ones_own_are_refused_with_it_and_the_rule_goes_on_to_the_bit() -> None:
    choices = {"data": rows(count=600), "hidden": (3,), "l1": 0.003, "rule": "adam_proximal"}
    whole = st.descend(**choices, steps=40)
    again = st.descend(**choices, steps=25).resume(steps=15)
    assert np.array_equal(again.trace.params, whole.trace.params)
    with pytest.raises(st.ChoiceError, match=r"a learning rate was asked for.* the rule prox"):
        st.descend(**choices, learning_rate=0.1, steps=2)
    with pytest.raises(st.ChoiceError, match=r"is for networks.*choose the rule auto or proximal"):
        st.descend(rows(), l1=0.003, rule="adam_proximal", steps=2)

"""Clipped gradients and dropout: against PyTorch, and what holds for any network."""

from itertools import islice, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from reference import problem

import steepest as st
from steepest.data.array_blocks import blocks_of
from steepest.objective.loss.cross_entropy import Softmax
from steepest.objective.loss.penalty import Penalty
from steepest.objective.model.activation import ACTIVATIONS, choose_activation
from steepest.objective.model.network import Network
from steepest.objective.model.thinned_pass import drawn_factors
from steepest.objective.network import NetworkObjective

CLASSES = problem("softmax", 0, rows=60)
DROPPED: dict[str, Any] = {"hidden": (6, 4), "batch": 16, "dropout": 0.3, "rule": "adam"}


def network(activation: str, seed: int, rows: int = 40, threads: int = 1) -> tuple[Any, Any]:
    """Return a network of three classes on random rows, and params of it."""
    generator = np.random.default_rng(seed)
    X, y = generator.normal(size=(rows, 3)), generator.integers(0, 3, rows).astype(float)
    model = Network((3, 5, 4, 3), choose_activation(activation))
    blocks = blocks_of(X, y, None, outputs=12, threads=threads)
    whole = NetworkObjective(model, Softmax(3), Penalty(0.0, 0.01), blocks, "he")
    return whole, generator.normal(size=whole.size)


@pytest.mark.parametrize("rule", ["steepest", "momentum", "adam"])
def test_clipped_steps_are_pytorchs(rule: str) -> None:
    torch = pytest.importorskip("torch")
    generator = np.random.default_rng(1)
    X, y = generator.normal(size=(30, 3)), generator.normal(size=30)
    start = generator.normal(size=4)
    run = st.descend(
        (X, y), start=start, rule=rule, learning_rate=0.05, scale="none", clip=0.4, steps=40
    )
    X1, target = torch.tensor(np.column_stack([X, np.ones(30)])), torch.tensor(y)
    params = torch.tensor(start, requires_grad=True)
    optimizer = {
        "steepest": lambda: torch.optim.SGD([params], lr=0.05),
        "momentum": lambda: torch.optim.SGD([params], lr=0.05, momentum=0.9),
        "adam": lambda: torch.optim.Adam([params], lr=0.05),
    }[rule]()
    lengths = []
    for step in run.trace[:-1]:
        assert np.allclose(step.params, params.detach().numpy(), rtol=0, atol=1e-5)
        optimizer.zero_grad()
        ((X1 @ params - target) ** 2).mean().backward()
        lengths.append(float(torch.nn.utils.clip_grad_norm_([params], 0.4)))
        optimizer.step()
    assert lengths[0] > 0.4 and np.allclose(lengths, run.trace.gradient_norms[:-1], atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(clip=some.floats(1e-3, 1e3), rate=some.floats(1e-3, 1.0), seed=some.integers(0, 99))
def test_no_step_of_steepest_descent_is_longer_than_rate_times_clip(
    clip: float, rate: float, seed: int
) -> None:
    centre = np.random.default_rng(seed).normal(size=3)
    walk = st.steps(
        lambda p: (float((p - centre) @ (p - centre)), 2.0 * (p - centre)),
        "steepest",
        rate,
        start=np.zeros(3),
        clip=clip,
    )
    steps = list(islice(walk, 6))
    for here, there in pairwise(steps):
        moved = float(np.linalg.norm(there.params - here.params))
        assert moved == pytest.approx(rate * min(here.gradient_norm, clip), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_the_gradient_of_a_thinned_network_is_that_of_its_loss(activation: str) -> None:
    whole, params = network(activation, 2)
    thinned = whole.thinned(0.4, (1, 7))
    at, probe = thinned.evaluate(params), np.random.default_rng(5).normal(size=whole.size)
    probe *= 1e-6 / np.linalg.norm(probe)
    slope = (thinned.value(params + probe) - thinned.value(params - probe)) / 2.0
    assert slope == pytest.approx(float(at.gradient @ probe), rel=1e-5)
    assert at.loss != whole.value(params) and at.loss == thinned.value(params)
    assert whole.thinned(0.0, (1, 7)).value(params) == pytest.approx(whole.value(params), rel=1e-12)


def test_a_thinned_network_is_pytorchs_with_the_same_units_left_out() -> None:
    torch = pytest.importorskip("torch")
    whole, params = network("tanh", 3)
    at = whole.thinned(0.5, (1, 4)).evaluate(params)
    factors = drawn_factors(np.random.default_rng([1, 4, 0]), [5, 4], 40, 0.5)
    weights = torch.tensor(params, requires_grad=True)
    begin, bias, a = 0, 15 + 20 + 12, torch.tensor(whole.blocks.X)
    for i, (inputs, units) in enumerate(((3, 5), (5, 4), (4, 3))):
        layer = weights[begin : begin + inputs * units].reshape(units, inputs)
        a = a @ layer.T + weights[bias : bias + units]
        begin, bias = begin + inputs * units, bias + units
        a = torch.tanh(a) * torch.tensor(factors[i].T) if i < 2 else a
    target = torch.tensor(whole.blocks.y.astype(int))
    loss = torch.nn.functional.cross_entropy(a, target) + 0.005 * (weights[:47] ** 2).sum()
    loss.backward()
    assert at.loss == pytest.approx(loss.item(), rel=1e-12)
    assert np.allclose(at.gradient, weights.grad.numpy(), rtol=1e-10, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(share=some.floats(0.0, 0.9), seed=some.integers(0, 2**16))
def test_units_are_left_out_by_their_share_and_count_for_it(share: float, seed: int) -> None:
    (factors,) = drawn_factors(np.random.default_rng(seed), [40], 500, share)
    spread = 6.0 * np.sqrt(share * (1.0 - share) / factors.size)
    assert abs(np.mean(factors == 0.0) - share) <= spread
    assert abs(factors.mean() - 1.0) <= spread / (1.0 - share) + 1e-12


def test_any_number_of_threads_leaves_out_the_same_units() -> None:
    ends = []
    for threads in (1, 2, 3):
        whole, params = network("relu", 4, rows=30_000, threads=threads)
        assert len(whole.blocks.slices) > 2
        ends.append(whole.thinned(0.2, (1, 1)).evaluate(params))
    assert all(one.loss == ends[0].loss for one in ends)
    assert all(np.array_equal(one.gradient, ends[0].gradient) for one in ends)


def test_all_that_is_told_of_the_result_is_of_the_whole_network() -> None:
    run = st.descend(CLASSES, **DROPPED, learning_rate=0.02, epochs=12)
    epochs = np.flatnonzero(np.isfinite(run.trace.full_losses))
    assert len(epochs) == 13
    for at in epochs[[0, 5, -1]]:
        whole = run.problem.objective.value(run.trace[int(at)].params)
        assert run.trace.full_losses[at] == pytest.approx(whole, rel=1e-12)
    assert run.loss < run.trace.full_losses[0]
    assert "30% of the hidden units left out at each step" in run.explain().replace(" %", "%")


def test_the_batches_are_those_without_dropout_and_a_seed_draws_other_units() -> None:
    batches = {**DROPPED, "learning_rate": 0.02, "steps": 3, "start": np.full(51, 0.1)}
    one, other = (st.descend(CLASSES, **batches, seed=seed) for seed in (0, 1))
    assert one.trace[0].loss != other.trace[0].loss
    again = st.descend(CLASSES, **batches, seed=0)
    assert np.array_equal(one.trace.params, again.trace.params)


def test_the_first_update_that_is_written_out_adds_up_where_it_is_clipped() -> None:
    options: dict[str, Any] = {"learning_rate": 0.1, "scale": "standard", "clip": 0.5}
    run = st.descend("geyser", "waiting", ["duration"], **options, steps=5)
    (line,) = [one for one in run.explain().splitlines() if "bias" in one and "× " in one]
    old, rate, direction, new = (
        float(word) for word in line.replace("=", " ").split() if word[-1].isdigit()
    )
    assert old + rate * direction == pytest.approx(new, rel=1e-3)
    assert "gradients clipped at the length 0.5 in standard units" in run.explain()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"clip": 1.0}, "the learning rate is auto, a search"),
        ({"clip": 1.0, "l1": 0.1, "learning_rate": 0.1}, "take the whole gradient"),
        ({"clip": 0.0, "learning_rate": 0.1}, "clip is 0, but it must be a number above 0"),
        ({"dropout": 0.2, "batch": 8}, "there are none: this is one neuron"),
        ({"dropout": 0.2, "hidden": (3,)}, "but batch is left out, .* give batch too"),
        ({"dropout": 1.0, "hidden": (3,), "batch": 8}, "from 0 to below 1"),
    ],
)
def test_what_does_not_go_together_is_said(options: dict[str, Any], message: str) -> None:
    with pytest.raises(st.ChoiceError, match=message):
        st.descend(problem("squared", 0), **options, steps=1)


def test_a_page_that_cannot_take_such_steps_does_not_offer_to() -> None:
    from steepest.page.replay import trained_by_pages

    common: dict[str, Any] = {"hidden": (4,), "batch": 16, "learning_rate": 0.1, "steps": 2}
    plain, *others = (
        st.descend(CLASSES, **common, **more) for more in ({}, {"clip": 1.0}, {"dropout": 0.1})
    )
    assert trained_by_pages(plain.plan)
    assert not any(trained_by_pages(run.plan) for run in others)

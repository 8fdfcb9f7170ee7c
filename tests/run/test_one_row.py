"""One row forward and back: its numbers against PyTorch's, its words against its numbers."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked import Ask
from hypothesis import given, settings
from hypothesis import strategies as some

import steepest as st
from steepest.numerals import short
from steepest.objective.model.activation import ACTIVATIONS
from steepest.run.one_row import row_story

RNG = np.random.default_rng(4)
X = RNG.normal(size=(40, 3))
TARGETS: dict[str, Any] = {
    "squared": X[:, 0] - X[:, 1] ** 2,
    "huber:0.5": X[:, 0] - X[:, 1] ** 2,
    "quantile:0.3": X[:, 0] - X[:, 1] ** 2,
    "poisson": RNG.poisson(np.exp(0.3 * X[:, 0])),
    "two": np.where(X[:, 0] * X[:, 1] > 0, "up", "down"),
    "three": np.array(["a", "b", "c"])[RNG.integers(0, 3, 40)],
}


def fitted(target: str, **more: Any) -> st.Run:
    loss = "auto" if target in ("two", "three") else target
    return st.descend((X, TARGETS[target]), loss=loss, **{"steps": 3, **more})


@settings(max_examples=10, deadline=None)
@given(
    target=some.sampled_from(sorted(TARGETS)),
    hidden=some.lists(some.integers(1, 5), max_size=3),
    activation=some.sampled_from(sorted(ACTIVATIONS)),
    row=some.integers(1, 40),
    step=some.integers(0, 2),
)
def test_the_numbers_are_those_of_torch(
    target: str, hidden: list[int], activation: str, row: int, step: int
) -> None:
    torch = pytest.importorskip("torch")
    more = {"hidden": hidden, "activation": activation} if hidden else {}
    run = fitted(target, learning_rate=0.01, **more)
    step = min(step, len(run.trace) - 1)
    story = row_story(run, row, step)
    params = torch.tensor(run.trace[step].params, requires_grad=True)
    sums = _torch_sums(run, params, torch.tensor(X[row - 1]))
    for z in sums:
        z.retain_grad()
    loss = _torch_loss(target, sums[-1], torch.tensor(story.actual, dtype=torch.float64))
    loss.backward()
    assert story.passed.loss == pytest.approx(float(loss.detach()), rel=1e-10, abs=1e-12)
    for ours, z in zip(story.passed.sums, sums, strict=True):
        assert np.allclose(ours, z.detach().numpy(), rtol=1e-10, atol=1e-12)
    for delta, z in zip(story.passed.deltas, sums, strict=True):
        assert np.allclose(delta, z.grad.numpy(), rtol=1e-10, atol=1e-12)
    assert np.allclose(story.gradient, params.grad.numpy(), rtol=1e-10, atol=1e-12)


def _torch_sums(run: st.Run, params: Any, x: Any) -> list[Any]:
    """Return z of each layer, the weights taken from the params by the numbers of their names."""
    import torch.nn.functional as F  # noqa: N812

    inside = {
        "tanh": lambda z: z.tanh(),
        "relu": F.relu,
        "sigmoid": lambda z: z.sigmoid(),
        "softplus": F.softplus,
        "gelu": lambda z: F.gelu(z, approximate="tanh"),
        "leaky": F.leaky_relu,
        "identity": lambda z: z,
    }
    if len(run.layers) == 1:
        matrix = params.reshape(4, -1)
        return [x @ matrix[:-1] + matrix[-1]]
    sizes = [3, *(len(layer.bias) for layer in run.layers)]
    weight, bias = 0, sum(a * b for a, b in pairwise(sizes))
    sums, a = [], x
    for before, units in pairwise(sizes):
        W = params[weight : weight + before * units].reshape(units, before)
        sums.append(F.linear(a, W, params[bias : bias + units]))
        weight, bias = weight + before * units, bias + units
        a = inside[run.objective.model.activation.name](sums[-1])
    return sums


def _torch_loss(target: str, margins: Any, y: Any) -> Any:
    import torch.nn.functional as F  # noqa: N812

    if target == "three":
        return F.cross_entropy(margins, y.long())
    margin = margins[0]
    if target == "two":
        return F.binary_cross_entropy_with_logits(margin, y)
    if target == "squared":
        return (margin - y) ** 2
    if target == "huber:0.5":
        return F.huber_loss(margin, y, delta=0.5)
    if target == "poisson":
        return margin.exp() - y * margin - y + (y * y.log() if y > 0 else 0.0)
    error = y - margin
    return (0.3 * error).maximum(-0.7 * error)


@pytest.mark.parametrize("more", [{}, {"hidden": (3,)}, {"bias": False, "scale": "none"}])
def test_the_mean_over_the_rows_is_the_gradient_of_the_step(more: dict[str, Any]) -> None:
    weights = RNG.integers(1, 4, 40)
    run = fitted("two", l2=0.2, sample_weight=weights, rule="steepest", **more)
    rows = [row_story(run, row, 1).gradient for row in range(1, 41)]
    params, at = run.trace[1].params, run.objective.layout.weights
    mean = np.average(rows, axis=0, weights=weights)
    assert np.allclose(row_story(run, 7, 1).mean_gradient, mean, rtol=1e-9, atol=1e-12)
    mean[at] += 0.2 * params[at]
    assert np.allclose(mean, run.trace[1].gradient, rtol=1e-9, atol=1e-12)


NUMBER = r"(-?[\d,.]+(?:e[-+]\d+)?)"


def test_what_is_written_multiplies_and_adds_up() -> None:
    run = fitted("two", hidden=(4, 2))
    words, story = run.explain(row=12), row_story(run, 12)
    assert words.startswith("Row 12 of ") and "at the params of step 3" in words
    sums = re.findall(rf"(?:unit \d+|margin): ([^=]*) = {NUMBER}(?:, a = {NUMBER})?  \(", words)
    assert len(sums) == 4 + 2 + 1
    for terms, total, answer in sums:
        assert eval(terms.replace("×", "*")) == pytest.approx(float(total), rel=5e-3, abs=2e-3)
        assert not answer or np.tanh(float(total)) == pytest.approx(float(answer), rel=1e-3)
    back = re.findall(rf"by z: {NUMBER} × {NUMBER} = {NUMBER}", words)
    assert len(back) == 6
    for by_a, slope, by_z in back:
        assert float(by_a) * float(slope) == pytest.approx(float(by_z), rel=2e-3, abs=1e-6)
    for layer in story.passed.deltas:
        assert all(short(delta) in words for delta in layer)
    named = re.search(rf"weights 1 to 3: {NUMBER} × \((.*)\) = \((.*)\); bias 1: \1", words)
    assert named and named[3] == ", ".join(map(short, story.gradient[:3]))


@pytest.mark.parametrize("target", ["squared", "three", "poisson", "quantile:0.3"])
def test_one_neuron_tells_each_feature_by_its_name(target: str) -> None:
    run = fitted(target)
    words = run.explain(row=5, step=0)
    story = row_story(run, 5, 0)
    assert "at the params of step 0" in words
    assert words.count("weight of x") == 2 * 3 * len(story.passed.sums[0]) + 3 * (
        len(story.names) == 4
    ) + (len(story.names) > 4)
    assert f"{short(story.passed.loss)}\n" in words
    assert all(short(slope) in words for slope in story.gradient)


def test_of_many_it_says_what_is_left_out() -> None:
    many = RNG.normal(size=(30, 20))
    labels = np.array([f"c{i:02}" for i in range(10)])[np.arange(30) % 10]
    words = st.descend((many, labels), hidden=(12, *[2] * 6), steps=2).explain(row=1)
    assert " and 12 more, none larger" in words
    assert " of 12 smaller terms) + " in words
    (named,) = re.findall(r"weights ([\d, ]+) of \d+ to \d+; bias \d+\)", words)[:1]
    assert len(named.split(", ")) == 8
    assert "... and 4 units, on none of which the loss depends more" in words
    assert "... and 2 margins, on none of which" in words
    assert "2 layers in the middle, of the same kind, left out" in words
    wide = st.descend((many, labels), steps=2, l2=0.1).explain(row=1)
    assert "12 smaller terms" in wide and "12 more weights" in wide
    assert max(map(len, words.splitlines())) < 350


def test_rows_are_counted_as_their_source_counts_them(tmp_path: Path) -> None:
    gaps = X.copy()
    gaps[2, 1] = np.nan
    run = st.descend((gaps, TARGETS["squared"]), missing="drop", steps=2, validation="last:0.1")
    assert row_story(run, 12).passed.inputs[0].tolist() == X[11].tolist()
    assert "kept back from training" in run.explain(row=40)
    assert "nothing: the row was kept back" in run.explain(row=40)
    run.save(tmp_path / "run.steepest")
    assert st.load(tmp_path / "run.steepest").explain(row=12) == run.explain(row=12)
    with pytest.raises(st.ChoiceError, match=r"no row 3 in .*: its rows are 1 to 36, .*; 1 row"):
        run.explain(row=3)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"row": 0}, "row"),
        ({"row": 41}, "there is no row 41 in .*: its rows are 1 to 40, counted from 1"),
        ({"row": 1, "step": 9}, "there is no step 9: the run has the steps 0 to 3"),
        ({"step": 1}, "step is 1, but it counts only with a row"),
    ],
)
def test_what_is_not_there_is_refused(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(st.ChoiceError, match=message):
        fitted("squared").explain(**asked)
    with pytest.raises(st.ChoiceError, match="one row: that needs a table"):
        st.descend(lambda p: (float(p @ p), 2 * p), start=[1.0]).explain(row=1)


def test_the_command_line_tells_it(ask: Ask, tmp_path: Path) -> None:
    run = fitted("two", hidden=(2,))
    path = str(tmp_path / "run.steepest")
    run.save(path)
    assert ask("show", path, "--row", "12").out.strip() == run.explain(row=12)
    said = json.loads(ask("show", path, "--row", "12", "--step", "1", "--json").out)
    assert said["loss"] == row_story(run, 12, 1).passed.loss
    assert list(said["gradient"]) == list(run.param_names)
    assert "it counts only with a row" in ask("show", path, "--step", "1").err


def test_a_probability_next_to_1_is_told_with_the_digits_of_its_loss() -> None:
    x = np.array([-9.0, -1.0, 1.0, 9.0])
    run = st.descend((x, x > 0), start=[2.0, 0.0], steps=0)
    (told,) = re.findall(r"-log P\(\S+\) = -log \(1 - (\S+)\) = (\S+)", run.explain(row=4))
    assert told[0] == told[1] == "1.523e-08"

"""A module of PyTorch as an objective: the module's own loss and gradient, and nothing changed."""

import random
from collections.abc import Callable
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import steepest as st

torch = pytest.importorskip("torch", reason="pip install 'steepest[torch]'")
nn = torch.nn

from torch_nets import Attention, Recurrent, convolutional, dense  # noqa: E402


class TwoInputs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(2, 3), nn.Linear(4, 3)

    def forward(self, x: Any, z: Any) -> Any:
        return self.left(x) * torch.sigmoid(self.right(z))


MODULES: dict[str, tuple[Callable[[], Any], Callable[[], tuple[Any, ...]]]] = {
    "dense": (dense, lambda: (torch.randn(30, 2),)),
    "convolutional": (convolutional, lambda: (torch.randn(30, 1, 4, 4),)),
    "recurrent": (Recurrent, lambda: (torch.randn(30, 5, 2),)),
    "attention": (Attention, lambda: (torch.randint(0, 3, (30, 5)),)),
    "two inputs": (TwoInputs, lambda: (torch.randn(30, 2), torch.randn(30, 4))),
}


def made(name: str) -> tuple[Any, list[tuple[Any, ...]]]:
    """Return a module in training mode, and its data in three batches of unequal sizes."""
    torch.manual_seed(0)
    module, rows = MODULES[name]
    model, inputs, y = module(), rows(), torch.randint(0, 3, (30,))
    at = (slice(0, 13), slice(13, 26), slice(26, 30))
    return model, [(*(one[some] for one in inputs), y[some]) for some in at]


@pytest.mark.parametrize("name", MODULES)
def test_loss_and_gradient_are_those_of_all_rows_in_float64(name: str) -> None:
    model, batches = made(name)
    objective = st.torch.objective(model, nn.CrossEntropyLoss(), batches)
    loss, gradient = objective.value_and_gradient(objective.params)
    own = deepcopy(model).double().eval()
    *inputs, y = (torch.cat(parts) for parts in zip(*batches, strict=True))
    floats = [one.double() if one.is_floating_point() else one for one in inputs]
    true = nn.CrossEntropyLoss()(own(*floats), y)
    true.backward()
    trained = [one.grad.reshape(-1) for one in own.parameters() if one.requires_grad]
    np.testing.assert_allclose(loss, true.item(), rtol=1e-12)
    np.testing.assert_allclose(gradient, torch.cat(trained).numpy(), atol=1e-12)
    assert objective.value(objective.params) == loss
    assert len(set(objective.param_names)) == objective.size == len(gradient)


def trained(looked_at: bool) -> tuple[Any, ...]:
    """Return all that a training leaves behind; half-way it is looked at or not."""
    torch.manual_seed(3)
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    model, calls = convolutional(), []
    model[0].register_forward_hook(lambda *_: calls.append(1))
    loss = nn.CrossEntropyLoss()
    loss.register_forward_hook(lambda *_: calls.append(1))
    rows = torch.utils.data.TensorDataset(torch.randn(24, 1, 4, 4), torch.randint(0, 3, (24,)))
    own = torch.Generator().manual_seed(5)
    loader = torch.utils.data.DataLoader(rows, batch_size=7, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model[3].eval()
    for epoch in range(2):
        for X, y in loader:
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
        if looked_at and epoch == 0:
            for statistics in ("running", "batch"):
                seen = st.torch.surface(model, loss, loader, points=3, statistics=statistics)
                assert "shuffles" in seen.run.problem.loss_in_words
                assert "1 hook on it not called" in seen.run.problem.loss_in_words
    drawn = random.random(), np.random.random(), torch.rand(1)  # noqa: NPY002
    modes = [module.training for module in model.modules()]
    gradients = [one.grad for one in model.parameters()]
    hooks = [len(module._forward_hooks) for module in model.modules()]
    return model.state_dict(), gradients, modes, hooks, len(calls), drawn, own.get_state()


def test_a_training_that_was_looked_at_goes_on_to_the_same_bits() -> None:
    torch.testing.assert_close(trained(True), trained(False), rtol=0, atol=0)


LOSSES = {
    "class weights, some ignored": nn.CrossEntropyLoss(torch.tensor([1.0, 5, 0.2]), ignore_index=2),
    "function": torch.nn.functional.cross_entropy,
    "smoothed": nn.CrossEntropyLoss(label_smoothing=0.1),
    "own mean": lambda output, target: (output[:, 0] - target).square().mean(),
    "own sum": lambda output, target: (output[:, 0] - target).square().sum(),
    "sum": nn.CrossEntropyLoss(reduction="sum"),
}


@pytest.mark.parametrize("name", LOSSES)
@settings(max_examples=5)
@given(cut=some.lists(some.integers(0, 30), max_size=4))
def test_batches_of_any_sizes_have_the_loss_of_all_rows(name: str, cut: list[int]) -> None:
    model, batches = made("dense")
    X, y = (torch.cat(parts) for parts in zip(*batches, strict=True))
    y[:5] = 2  # a batch in which all are ignored
    ends = [0, *sorted(cut), 30]
    parts = [(X[a:b], y[a:b]) for a, b in pairwise(ends) if b > a]
    objective = st.torch.objective(model, LOSSES[name], parts)
    whole = st.torch.objective(model, LOSSES[name], (X, y))
    params = whole.params
    np.testing.assert_allclose(objective.value(params), whole.value(params), rtol=1e-12)


@pytest.mark.parametrize("loss", [nn.MSELoss(), nn.HuberLoss(), nn.BCEWithLogitsLoss()])
def test_elementwise_losses_weigh_batches_by_their_numbers(loss: Any) -> None:
    model, batches = made("dense")
    parts = [(X, torch.nn.functional.one_hot(y, 3).float()) for X, y in batches]
    X, y = (torch.cat(one) for one in zip(*parts, strict=True))
    found = st.torch.objective(model, loss, parts)
    assert found.value(found.params) == pytest.approx(loss(model(X), y).item(), rel=1e-6)


def test_data_come_as_arrays_a_data_set_or_a_mapping() -> None:
    model, batches = made("dense")
    X, y = (torch.cat(parts) for parts in zip(*batches, strict=True))
    rows = torch.utils.data.TensorDataset(X, y)
    loss = nn.CrossEntropyLoss()

    def of_model(model: Any, batch: Any) -> Any:
        assert isinstance(model, nn.Sequential) and model[0].weight.dtype == torch.float64
        return loss(model(batch["x"]), batch["y"])

    doors = [
        st.torch.objective(model, loss, (X, y)),
        st.torch.objective(model, loss, (X.numpy(), y.numpy())),
        st.torch.objective(model, loss, rows),
        st.torch.objective(model, loss, iter(batches)),
        st.torch.objective(model, of_model, {"x": X, "y": y}),
    ]
    values = [one.value(one.params) for one in doors]
    np.testing.assert_allclose(values, values[0], rtol=1e-12)


def test_params_are_called_as_the_module_does_or_by_number() -> None:
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1))
    objective = st.torch.objective(model, nn.MSELoss(), (np.zeros((3, 2)), np.zeros((3, 1))))
    by_number = [objective.param_names[objective.index_of(n)] for n in ("weight 15", "Bias 14")]
    assert by_number == ["0.weight[7, 0]", "2.bias[5]"]
    assert objective.index_of("weight 89") is objective.index_of("bias 0") is None
    for place in ("0.weight[7,0]", "0.weight [7, 0]", "0.weight[ 7 , 0 ]"):
        assert objective.param_names[objective.index_of(place)] == "0.weight[7, 0]"
    with pytest.raises(st.ChoiceError, match=r"0.weight has the shape \(8, 2\), .* 0.weight\[7, 1"):
        objective.index_of("0.weight[8, 0]")
    with torch.no_grad():
        model[0].weight[7, 0] = 42.0
    assert objective.params[objective.index_of("weight 15")] == 42.0
    run = st.descend(objective, start=objective.params, steps=0)
    assert run.surface("weight 15", "bias 14", points=3).x_name == "0.weight[7, 0]"


RULES = {
    "momentum": ("momentum", lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
    "adam": ("adam", lambda p: torch.optim.Adam(p, lr=0.05)),
}


@pytest.mark.parametrize("name", RULES)
def test_our_rules_take_the_steps_of_torch(name: str) -> None:
    model, batches = made("dense")
    X, y = (torch.cat(parts) for parts in zip(*batches, strict=True))
    rule, optimizer = RULES[name]
    objective = st.torch.objective(model, nn.CrossEntropyLoss(), (X, y))
    run = st.descend(objective, start=objective.params, rule=rule, learning_rate=0.05, steps=20)
    own = deepcopy(model).double()
    steps = optimizer(own.parameters())
    for _ in range(20):
        steps.zero_grad()
        nn.CrossEntropyLoss()(own(X.double()), y).backward()
        steps.step()
    ended = torch.nn.utils.parameters_to_vector(own.parameters()).detach().numpy()
    np.testing.assert_allclose(run.params, ended, atol=1e-10)


def test_a_run_is_told_saved_and_read(tmp_path: Path) -> None:
    model, batches = made("dense")
    objective = st.torch.objective(model, nn.CrossEntropyLoss(), batches)
    run = st.descend(objective, start=objective.params, steps=30)
    assert run.loss < run.trace[0].loss
    words = run.explain()
    assert "loss CrossEntropyLoss of Sequential over 30 rows, in float64" in words
    run.save(tmp_path / "run.zip")
    read = st.load(tmp_path / "run.zip")
    assert read.explain() == words and read.param_names == run.param_names
    whole = st.load(tmp_path / "run.zip", objective=objective)
    assert whole.surface(plane="path", points=5).loss.shape == (5, 5)


class Single(nn.Module):
    """A module that works in float32 alone."""

    def __init__(self) -> None:
        super().__init__()
        self.out = nn.Linear(2, 3)

    def forward(self, x: Any) -> Any:
        return self.out(x.float() @ torch.eye(2))


def test_a_module_that_only_knows_float32_is_worked_out_in_it() -> None:
    _, batches = made("dense")
    objective = st.torch.objective(Single(), nn.CrossEntropyLoss(), batches)
    assert objective.number_type == torch.float32
    run = st.descend(objective, start=objective.params, steps=8)
    assert not [one.name for one in run.verdicts if "disagree" in one.message]
    assert objective.has_curvature


def test_the_loss_is_the_same_inside_of_autocast_and_inference_mode() -> None:
    model, batches = made("dense")

    def found() -> Any:
        objective = st.torch.objective(model, nn.CrossEntropyLoss(), batches)
        return objective.value_and_gradient(objective.params)

    loss, gradient = found()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        inside = found()
    assert inside[0] == loss and (inside[1] == gradient).all()


class Noisy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.out = nn.Linear(2, 3)

    def forward(self, x: Any) -> Any:
        return self.out(x + torch.rand_like(x))


def test_a_module_that_draws_random_numbers_draws_the_same_every_time() -> None:
    _, batches = made("dense")
    objective = st.torch.objective(Noisy(), nn.CrossEntropyLoss(), batches)
    first = objective.value(objective.params)
    torch.rand(3)
    assert objective.value(objective.params) == first == objective.evaluate(objective.params).loss
    assert "the same random numbers" in objective.loss_in_words


def test_a_loss_that_is_no_mean_of_rows_says_how_batches_are_weighed() -> None:
    model, batches = made("dense")
    said = "batches weighed by their rows"

    def root(output: Any, target: Any) -> Any:
        return (output[:, 0] - target).square().mean().sqrt()

    assert said in st.torch.objective(model, root, batches).loss_in_words
    assert said not in st.torch.objective(model, root, batches[:1]).loss_in_words
    for loss in LOSSES.values():
        assert said not in st.torch.objective(model, loss, batches).loss_in_words


X, Y = np.ones((6, 2)), np.arange(6) % 3
SIXTY = np.ones((60, 2)), np.arange(60) % 3
GAPS = np.full((6, 2), np.nan)
ENTROPY = nn.CrossEntropyLoss()
WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "no module": (lambda: st.torch.objective(len, ENTROPY, (X, Y)), "torch.nn.Module"),
    "no loss": (lambda: st.torch.objective(dense(), 3, (X, Y)), "loss is 3"),
    "a class": (lambda: st.torch.objective(dense(), nn.MSELoss, (X, Y)), "it must be a module"),
    "no data": (lambda: st.torch.objective(dense(), ENTROPY, "X"), "data is str"),
    "no rows": (lambda: st.torch.objective(dense(), ENTROPY, []), "no rows"),
    "no params": (lambda: st.torch.objective(nn.Tanh(), ENTROPY, (X, Y)), "no parameters"),
    "NaN": (lambda: st.torch.objective(dense(), ENTROPY, (GAPS, Y)), "batch 1 has NaN: row 1"),
    "ignored": (lambda: st.torch.objective(dense(), ENTROPY, (X, Y * 0 - 100)), "all targets"),
    "no mean": (
        lambda: st.torch.objective(dense(), nn.CrossEntropyLoss(reduction="none"), (X, Y)),
        r"of shape \(6,\), but it must be one number",
    ),
    "rows meet all rows": (
        lambda: st.torch.objective(nn.Linear(2, 1), nn.MSELoss(), (X, Y.astype(float))),
        r"output has shape \(6, 1\) and the target \(6,\)",
    ),
    "refused": (
        lambda: st.torch.objective(dense(), ENTROPY, (np.ones((6, 5)), Y)),
        "batch 1 cannot be evaluated: RuntimeError: mat1 and mat2 shapes",
    ),
    "elsewhere": (
        lambda: st.torch.objective(dense().to("meta"), ENTROPY, [(torch.ones(6, 2), Y)]),
        "the model is on meta, but batch 1 is on cpu",
    ),
    "complex": (
        lambda: st.torch.objective(nn.Linear(2, 3, dtype=torch.complex64), ENTROPY, (X, Y)),
        "real numbers",
    ),
    "statistics": (
        lambda: st.torch.objective(dense(), ENTROPY, (X, Y), statistics="all"),
        "running or batch",
    ),
    "rows of a sum": (
        lambda: st.torch.objective(dense(), LOSSES["sum"], SIXTY, rows=20),
        "rows goes with a mean",
    ),
    "no gradient": (
        lambda: st.torch.objective(
            nn.Sequential(nn.Embedding(3, 3, sparse=True), nn.Flatten()), ENTROPY, (Y[:, None], Y)
        ).evaluate(np.zeros(9)),
        "no gradient of this loss",
    ),
    "rows": (lambda: st.torch.objective(dense(), ENTROPY, (X, Y), rows=50), "rows is 50"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_told(name: str) -> None:
    ask, said = WRONG[name]
    with pytest.raises(st.SteepestError, match=said):
        ask()


def test_a_sample_tells_how_far_it_may_be_off() -> None:
    generator = np.random.default_rng(0)
    X, y = generator.standard_normal((2000, 2)), generator.integers(0, 3, 2000)
    model, _ = made("dense")
    whole = st.torch.objective(model, ENTROPY, (X, y))
    true = whole.value(whole.params)
    within = 0
    for part in range(20):
        order = np.random.default_rng(part).permutation(2000)
        found = st.torch.objective(model, ENTROPY, [(X[order], y[order])], rows=200)
        half = found.rows_drawn.half_width
        within += abs(found.value(found.params) - true) <= half
        assert 0.005 < half < 0.2
    assert within >= 17
    assert "200 of 2,000 rows, ± " in found.loss_in_words
    every = st.torch.objective(model, ENTROPY, (X, y), rows=2000)
    assert every.rows_drawn.half_width == 0.0

"""A training that somebody else runs, watched: its points, steps, gradients and rates."""

import json
import tempfile
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from matplotlib.text import Text

import steepest as st

torch = pytest.importorskip("torch", reason="pip install 'steepest[torch]'")
nn = torch.nn


def net(dtype: Any = torch.float64) -> Any:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1)).to(dtype)


def rows(dtype: Any = torch.float64, count: int = 40) -> Any:
    generator = torch.Generator().manual_seed(1)
    X = torch.randn(count, 2, generator=generator, dtype=torch.float64)
    return X.to(dtype), (X[:, :1] * X[:, 1:]).to(dtype)


def flat(model: Any) -> Any:
    return torch.cat([p.detach().double().reshape(-1) for p in model.parameters()]).numpy()


class Told:
    """What a loop itself knows of its steps: weights, gradients and losses where they begin."""

    def __init__(self, model: Any) -> None:
        self.model, self.weights, self.gradients = model, [], []
        self.losses: list[float] = []

    def point(self, loss: Any = None) -> None:
        self.weights.append(flat(self.model))
        grads = [p.grad for p in self.model.parameters()]
        self.gradients.append(
            np.concatenate([g.detach().double().reshape(-1).numpy().copy() for g in grads])
        )
        self.losses.append(float("nan") if loss is None else float(loss.detach()))


Setting = tuple[Any, Any, Any, Any]


def plain(make: Callable[[Any], Any], steps: int = 6, **options: Any) -> tuple[Any, Told]:
    model, loss, (X, y) = net(), nn.MSELoss(), rows()
    optimizer, told = make(model.parameters()), Told(model)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y), **options) as watched:
        for _ in range(steps):
            optimizer.zero_grad()
            value = loss(model(X), y)
            value.backward()
            told.point(value)
            nn.utils.clip_grad_norm_(model.parameters(), 0.05)
            optimizer.step()
    told.weights.append(flat(model))
    return watched, told


def recording_of(model: Any, *, keeps_gradients: bool = False, **bounds: Any) -> Any:
    """Return an empty recording of a model, with other bounds than the usual ones."""
    from steepest.bridge.torch.recording import Recording
    from steepest.bridge.torch.tensors import Tensors

    return Recording(Tensors(model), keeps_gradients, **bounds)


def check(watched: Any, told: Told) -> None:
    """The trace has the weights and gradients that the loop itself saw."""
    trace = watched.run.trace
    assert len(trace) == len(told.weights)
    np.testing.assert_array_equal(trace.params, told.weights)
    norms = np.linalg.norm(told.gradients, axis=1)
    np.testing.assert_allclose(trace.gradient_norms[:-1], norms, rtol=1e-12)
    assert watched._listening.failure is None


def test_each_step_has_weights_loss_rate_and_the_gradient_that_autograd_made() -> None:
    watched, told = plain(lambda p: torch.optim.SGD(p, lr=0.2), gradients=True)
    check(watched, told)
    run = watched.run
    np.testing.assert_array_equal(run.trace.gradients[:-1], told.gradients)
    np.testing.assert_allclose(run.trace.losses[:-1], told.losses, rtol=1e-12)
    np.testing.assert_allclose(run.trace.full_losses[:-1], told.losses, rtol=1e-6)
    assert set(run.trace.learning_rates) == {0.2}
    assert run.plan.batch is None and run.plan.rule.word == "steepest"
    assert run.trace.rows[0] == 40 and run.trace.passes[2] == 3.0
    # The optimizer was given a clipped one, and that is said.
    assert any("another gradient" in note.message for note in run.notes)
    lengths, moves = watched.layers["0.weight"]
    moved = [np.linalg.norm(b[:10] - a[:10]) for a, b in pairwise(told.weights)]
    np.testing.assert_allclose(moves[:-1], moved, rtol=1e-12)
    np.testing.assert_allclose(lengths[0], np.linalg.norm(told.gradients[0][:10]), rtol=1e-12)


def test_alpha_of_plain_descent_is_rate_times_curvature_along_the_step() -> None:
    model, loss, (X, y) = nn.Linear(2, 1).double(), nn.MSELoss(), rows()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y), gradients=True) as watched:
        for _ in range(4):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
    design = np.c_[X.numpy(), np.ones(len(X))]
    hessian = 2.0 * design.T @ design / len(X)
    g = watched.run.trace.gradients[:3]
    along = np.einsum("ij,jk,ik->i", g, hessian, g) / (g**2).sum(axis=1)
    np.testing.assert_allclose(1.0 + watched.alphas[:3], 0.1 * along, rtol=1e-10)
    other, _ = plain(lambda p: torch.optim.SGD(p, lr=0.1))
    with pytest.raises(st.ChoiceError, match="gradients=True"):
        _ = other.alphas


def closures(model: Any, loss: Any, X: Any, y: Any, told: Told, optimizer: Any) -> None:
    def closure(first: list[int]) -> Any:
        optimizer.zero_grad()
        value = loss(model(X), y)
        value.backward()
        if not first:
            told.point()
        first.append(1)
        return value

    for _ in range(3):
        first: list[int] = []
        optimizer.step(lambda first=first: closure(first))


def accumulated(model: Any, loss: Any, X: Any, y: Any, told: Told, optimizer: Any) -> None:
    for _ in range(3):
        optimizer.zero_grad()
        for part in range(4):
            some = slice(10 * part, 10 * part + 10)
            (loss(model(X[some]), y[some]) / 4).backward()
        told.point()
        optimizer.step()


def by_hand(model: Any, loss: Any, X: Any, y: Any, told: Told, optimizer: Any) -> None:
    for _ in range(4):
        model.zero_grad()
        loss(model(X), y).backward()
        told.point()
        for p in model.parameters():
            p.data -= 0.1 * p.grad


class Sam:
    """Looks aside where the loss is highest near by, and steps by the gradient there; no hook."""

    def __init__(self, params: Any) -> None:
        self.base = torch.optim.SGD(params, lr=0.1)
        self.param_groups = self.base.param_groups

    @torch.no_grad()
    def aside(self, sign: float) -> None:
        for p in self.param_groups[0]["params"]:
            if sign > 0:
                p.away = 0.05 * p.grad
            p.add_(p.away, alpha=sign)


def looks_aside(model: Any, loss: Any, X: Any, y: Any, told: Told, optimizer: Any) -> None:
    sam = Sam(model.parameters())
    for _ in range(4):
        sam.base.zero_grad()
        loss(model(X), y).backward()
        told.point()
        sam.aside(1.0)
        sam.base.zero_grad()
        loss(model(X), y).backward()
        sam.aside(-1.0)
        sam.base.step()


class Lookahead(torch.optim.Optimizer):
    """Two steps of another, then half the way back: both its hook and that of the other fire."""

    def __init__(self, params: Any) -> None:
        params = list(params)
        super().__init__(params, {"lr": 0.1})
        self.base, self.slow = torch.optim.SGD(params, lr=0.1), deepcopy(params)
        self.count = 0

    def step(self, closure: Any = None) -> None:
        self.base.step()
        self.count += 1
        with torch.no_grad():
            for p, slow in zip(self.param_groups[0]["params"], self.slow, strict=True):
                if self.count % 2 == 0:
                    slow.lerp_(p, 0.5)
                    p.copy_(slow)


def looks_ahead(model: Any, loss: Any, X: Any, y: Any, told: Told, optimizer: Any) -> None:
    ahead = Lookahead(model.parameters())
    for _ in range(5):
        ahead.zero_grad()
        loss(model(X), y).backward()
        told.point()
        ahead.step()


def halves(model: Any, loss: Any, X: Any, y: Any, told: Told, optimizer: Any) -> None:
    first = torch.optim.SGD(model[0].parameters(), lr=0.1)
    second = torch.optim.Adam(model[2].parameters(), lr=0.01)
    for _ in range(4):
        first.zero_grad()
        second.zero_grad()
        loss(model(X), y).backward()
        told.point()
        first.step()
        second.step()


def clamped(model: Any, loss: Any, X: Any, y: Any, told: Told, optimizer: Any) -> None:
    for _ in range(4):
        optimizer.zero_grad()
        loss(model(X), y).backward()
        told.point()
        optimizer.step()
        for p in model.parameters():
            p.data.clamp_(-0.4, 0.4)


def without_backward(model: Any, loss: Any, X: Any, y: Any, told: Told, optimizer: Any) -> None:
    for _ in range(3):
        found = torch.autograd.grad(loss(model(X), y), list(model.parameters()))
        for p, g in zip(model.parameters(), found, strict=True):
            p.grad = g
        told.point()
        optimizer.step()


class Spoiler(torch.optim.SGD):
    """Adds decay to the gradient and makes its length 1 where it stands, steps, and frees it."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        params = self.param_groups[0]["params"]
        for p in params:
            p.grad.add_(p, alpha=0.1).div_(p.grad.norm())
        super().step(closure)
        for p in params:
            p.grad = None


def spoiled(model: Any, loss: Any, X: Any, y: Any, told: Told, optimizer: Any) -> None:
    spoiler = Spoiler(model.parameters(), lr=0.1)
    for _ in range(4):
        loss(model(X), y).backward()
        told.point()
        spoiler.step()


LOOPS = [
    accumulated, by_hand, looks_aside, looks_ahead, halves, clamped, without_backward, spoiled,
]  # fmt: skip


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.__name__)
def test_a_step_is_what_changed_the_weights_whatever_calls_hooks(loop: Any) -> None:
    model, loss, (X, y) = net(), nn.MSELoss(), rows()
    optimizer, told = torch.optim.SGD(model.parameters(), lr=0.1), Told(model)
    named = (optimizer,) if loop in (accumulated, clamped, without_backward) else ()
    with st.torch.watch(model, *named, loss=loss, data=(X, y)) as watched:
        loop(model, loss, X, y, told, optimizer)
    told.weights.append(flat(model))
    check(watched, told)


@pytest.mark.parametrize("word", ["lbfgs", "sgd"])
def test_a_closure_that_is_asked_many_times_is_one_step(word: str) -> None:
    model, loss, (X, y) = net(), nn.MSELoss(), rows()
    optimizer = (
        torch.optim.LBFGS(model.parameters(), max_iter=4, line_search_fn="strong_wolfe")
        if word == "lbfgs"
        else torch.optim.SGD(model.parameters(), lr=0.1)
    )
    told = Told(model)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        closures(model, loss, X, y, told, optimizer)
    told.weights.append(flat(model))
    check(watched, told)
    np.testing.assert_allclose(
        watched.run.trace.losses, [watched.run.objective.value(w) for w in told.weights], rtol=1e-9
    )
    assert any(n.name == "looked aside" for n in watched.run.notes) == (word == "lbfgs")


def test_a_scaler_that_skips_is_a_step_that_moved_nothing_and_is_said() -> None:
    model, loss, (X, y) = net(torch.float32), nn.MSELoss(), rows(torch.float32)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu")
    norms = []
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y), scaler=scaler) as watched:
        for step in range(5):
            optimizer.zero_grad()
            value = loss(model(X), y) * (float("inf") if step in (0, 3) else 1.0)
            own = torch.autograd.grad(value, list(model.parameters()), retain_graph=True)
            norms.append(float(torch.cat([g.reshape(-1) for g in own]).norm()))
            scaler.scale(value).backward()
            scaler.step(optimizer)
            scaler.update()
    run = watched.run
    assert len(run.trace) == 6
    assert list(np.flatnonzero(~np.isfinite(run.trace.gradient_norms))) == [0, 3]
    moved = np.abs(np.diff(run.trace.params, axis=0)).max(axis=1) > 0.0
    assert list(moved) == [False, True, True, False, True]
    taken = [1, 2, 4]
    np.testing.assert_allclose(run.trace.gradient_norms[taken], np.array(norms)[taken], rtol=1e-5)
    (note,) = [n for n in run.notes if n.name == "unused gradients"]
    assert note.numbers == {"unused": 2.0, "first": 0.0} and not run.verdicts


def test_steps_that_move_nothing_are_said_and_not_called_converged() -> None:
    model, loss, (X, y) = net(torch.bfloat16), nn.MSELoss(), rows(torch.bfloat16)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(5):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
    verdict = next(v for v in watched.run.verdicts if v.name == "unmoved")
    assert verdict.level == "proved" and verdict.numbers["unmoved"] == 5
    assert "did not move in 5 of 5 steps, and the gradient is not 0" in watched.run.explain()


def test_gradients_that_are_never_cleared_are_a_verdict() -> None:
    model, loss, (X, y) = net(), nn.MSELoss(), rows()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(6):
            loss(model(X), y).backward()
            optimizer.step()
    verdict = watched.run.verdicts[0]
    assert (verdict.name, verdict.level, verdict.numbers["uncleared"]) == ("uncleared", "proved", 5)


def test_a_rate_is_the_one_in_force_before_a_scheduler_moves_it() -> None:
    model, loss, (X, y) = net(), nn.MSELoss(), rows()
    optimizer = torch.optim.SGD(model.parameters(), lr=torch.tensor(0.1))
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(4):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
            schedule.step()
    np.testing.assert_allclose(watched.run.trace.learning_rates[:4], 0.1 * 0.5 ** np.arange(4))
    assert watched.run.plan.learning_rate == "scheduled, 0.1 at first, 0.0125 at last"


KNOWN: list[tuple[str, Callable[[Any], Any]]] = [
    ("steepest", lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.1)),
    ("momentum", lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, weight_decay=0.1)),
    (
        "nesterov",
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.1),
    ),
    ("adam", lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.8, 0.99), weight_decay=0.1)),
    ("adamw", lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.1)),
    ("rmsprop", lambda p: torch.optim.RMSprop(p, lr=0.02, weight_decay=0.1)),
    ("adagrad", lambda p: torch.optim.Adagrad(p, lr=0.1, weight_decay=0.1)),
]


@pytest.mark.parametrize(("name", "make"), KNOWN, ids=[name for name, _ in KNOWN])
def test_recorded_steps_taken_again_by_our_rules_are_those_of_torch(name: str, make: Any) -> None:
    model, loss, (X, y) = net(), nn.MSELoss(), rows()
    optimizer = make(model.parameters())
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 20)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(30):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
            schedule.step()
    run = watched.run
    decay = next((n.numbers["weight_decay"] for n in run.notes if n.name == "weight decay"), 0.0)
    assert run.plan.rule.name == name

    def decayed(params: Any) -> Any:
        value, gradient = run.objective.value_and_gradient(params)
        return value + decay / 2 * params @ params, gradient + decay * params

    again = st.descend(
        decayed,
        start=run.trace[0].params,
        rule=run.plan.rule,
        learning_rate=lambda index: float(run.trace.learning_rates[min(index, 29)]),
        scale="none",
        steps=30,
    )
    np.testing.assert_allclose(again.trace.params, run.trace.params, rtol=0, atol=1e-10)


def test_rules_that_are_not_ours_are_named_with_their_package() -> None:
    watched, _ = plain(lambda p: torch.optim.NAdam(p, lr=0.01))
    assert watched.run.plan.rule.word == "NAdam of torch"
    watched, _ = plain(lambda p: torch.optim.Adam(p, lr=0.01, amsgrad=True))
    assert watched.run.plan.rule.word == "Adam of torch"


class Everything(nn.Module):
    """What a forward pass may disturb: running statistics, dropout's random numbers, a hook."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(2, 6)
        self.norm, self.drop = nn.BatchNorm1d(6), nn.Dropout(0.3)
        self.out, self.frozen = nn.Linear(6, 1), nn.Linear(2, 1)
        self.frozen.requires_grad_(False)

    def forward(self, x: Any) -> Any:
        return self.out(self.drop(torch.relu(self.norm(self.inner(x))))) + self.frozen(x)


def disturbed(watched: bool) -> dict[str, Any]:
    """Train with all that may be disturbed; return whatever could differ."""
    torch.manual_seed(3)
    model, loss, (X, y) = Everything(), nn.MSELoss(), rows(torch.float32)
    calls: list[int] = []
    model.inner.register_forward_hook(lambda *_: calls.append(1))
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(X, y), batch_size=16, shuffle=True
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model.train()

    def train() -> None:
        for _ in range(3):
            for batch, target in loader:
                optimizer.zero_grad()
                loss(model(batch), target).backward()
                optimizer.step()

    if watched:
        with st.torch.watch(model, optimizer, loss=loss, data=loader, gradients=True) as seen:
            train()
        assert len(seen.run.trace) == 10
        seen.run.surface(points=3)
    else:
        train()
    hooks = [len(p._post_accumulate_grad_hooks or ()) for p in model.parameters()]
    return {
        "state": {name: one.clone() for name, one in model.state_dict().items()},
        "moments": [one["exp_avg"].clone() for one in optimizer.state.values()],
        "grads": [None if p.grad is None else p.grad.clone() for p in model.parameters()],
        "random": torch.get_rng_state(),
        "modes": [one.training for one in model.modules()],
        "asks": [p.requires_grad for p in model.parameters()],
        "hooks": (hooks, len(loss._forward_hooks), len(model.inner._forward_hooks)),
        "global": [
            len(getattr(import_module("torch.optim.optimizer"), f"_global_optimizer_{when}_hooks"))
            for when in ("pre", "post")
        ],
        "calls": len(calls),
    }


def same(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return torch.equal(one, other) if isinstance(one, torch.Tensor) else one == other


def test_a_watched_training_is_the_unwatched_one_to_the_bit() -> None:
    watched, alone = disturbed(watched=True), disturbed(watched=False)
    wrong = [name for name in alone if not same(watched[name], alone[name])]
    assert not wrong


def test_a_compiled_model_keeps_its_graph_and_its_loss_is_heard_outside_it() -> None:
    counters = torch._dynamo.utils.counters
    model, loss, (X, y) = net(torch.float32), nn.MSELoss(), rows(torch.float32)
    fast = torch.compile(model, backend="aot_eager")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def train() -> None:
        for _ in range(3):
            optimizer.zero_grad()
            loss(fast(X), y).backward()
            optimizer.step()

    counters.clear()
    train()
    graphs = counters["stats"]["unique_graphs"]
    with st.torch.watch(fast, optimizer, loss=loss, data=(X, y)) as watched:
        train()
    assert counters["stats"]["unique_graphs"] == graphs == 1
    assert len(watched.run.trace) == 4 and np.isfinite(watched.run.trace.losses).all()


def test_checkpointed_layers_are_heard_once() -> None:
    from torch.utils.checkpoint import checkpoint

    model, loss, (X, y) = net(), nn.MSELoss(), rows()
    optimizer, told = torch.optim.SGD(model.parameters(), lr=0.1), Told(model)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for reentrant in (True, False, True):
            optimizer.zero_grad()
            hidden = checkpoint(model[:2], X.clone().requires_grad_(), use_reentrant=reentrant)
            loss(model[2](hidden), y).backward()
            told.point()
            optimizer.step()
    told.weights.append(flat(model))
    check(watched, told)


def test_an_error_of_ours_never_ends_the_training(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from steepest.bridge.torch.rows import Rows

    own, count = Rows.append, [0]

    def full(self: Any, index: int, row: Any) -> bool:
        if index == 4:
            raise OSError(28, "No space left on device")
        return own(self, index, row)

    monkeypatch.setattr(Rows, "append", full)
    model, loss, (X, y) = net(), nn.MSELoss(), rows()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(10):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
            count[0] += 1
    assert count[0] == 10
    assert "No space left on device" in caplog.text and "went on" in caplog.text
    run = watched.run
    assert run.stop.reason == "failed" and "recording failed" in run.explain()
    assert len(run.trace) == 4 and not any(
        p._post_accumulate_grad_hooks for p in model.parameters()
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_ends_the_recording_and_never_the_training(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    full = partial(Path("/dev/full").open, "w+b")
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    model, loss, (X, y) = net(), nn.MSELoss(), rows()
    optimizer, told = torch.optim.SGD(model.parameters(), lr=0.1), Told(model)
    watched = st.torch.watch(model, optimizer, loss=loss, data=(X, y))
    watched._recording = watched._recorder.recording = recording_of(model, memory=0)
    with watched:
        for _ in range(600):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            told.point()
            optimizer.step()
    assert "No space left on device" in caplog.text and "the training itself went on" in caplog.text
    run = watched.run
    assert run.stop.reason == "failed" and 200 < len(run.trace) < 600
    np.testing.assert_array_equal(run.trace.params, told.weights[: len(run.trace)])


def test_what_is_spilled_is_the_same_to_the_bit_and_told() -> None:
    runs = []
    for memory in (2**25, 0):
        torch.manual_seed(0)
        model, loss, (X, y) = net(), nn.MSELoss(), rows()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        watched = st.torch.watch(model, optimizer, loss=loss, data=(X, y), gradients=True)
        many = recording_of(model, keeps_gradients=True, memory=memory, budget=16 * 21 * 200)
        watched._recording = watched._recorder.recording = many
        with watched:
            for _ in range(700):
                optimizer.zero_grad()
                loss(model(X), y).backward()
                optimizer.step()
        runs.append(watched.run)
    here, file = runs
    np.testing.assert_array_equal(here.trace.kept, file.trace.kept)
    np.testing.assert_array_equal(here.trace.params, file.trace.params)
    np.testing.assert_array_equal(here.trace.gradients, file.trace.gradients)
    assert list(file.trace.kept[:3]) == [0, 1, 4] and len(file.trace.losses) == 701
    (told,) = [note for note in file.notes if note.name == "watching"]
    assert "one step in" in told.message and "in a temporary file" in told.message
    assert told.numbers["spilled"] > 0.0 and here.notes[0].numbers["spilled"] == 0.0


@given(
    counts=some.lists(some.integers(1, 40), min_size=1, max_size=12),
    every=some.sampled_from([1, 2, 4]),
)
def test_a_spill_has_the_rows_that_were_not_given_up(counts: list[int], every: int) -> None:
    from steepest.bridge.torch.spill import Spill

    made, spill, first = np.random.default_rng(0), Spill(3, np.dtype(np.float32)), 0
    whole = np.empty((0, 3), dtype=np.float32)
    for count in counts:
        more = made.normal(size=(count, 3)).astype(np.float32)
        spill.append(np.arange(first, first + count), more)
        whole, first = np.concatenate([whole, more]), first + count
    with patch("steepest.bridge.torch.spill.BLOCK", 36):
        spill.thin(every)
    np.testing.assert_array_equal(spill.steps, np.arange(first)[::every])
    np.testing.assert_array_equal(spill.rows(), whole[::every])
    assert spill.bytes == 12 * len(spill.steps)


def test_an_error_of_the_loop_passes_through_and_the_run_is_kept_up_to_there() -> None:
    model, loss, (X, y) = net(), nn.MSELoss(), rows()
    optimizer, told = torch.optim.SGD(model.parameters(), lr=0.1), Told(model)
    watched = st.torch.watch(model, optimizer, loss=loss, data=(X, y))
    with pytest.raises(ZeroDivisionError), watched:
        for step in range(5):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            told.point()
            optimizer.step()
            _ = 1 / (3 - step)
    told.weights.append(flat(model))
    check(watched, told)
    assert watched.run.stop.reason == "failed"
    assert "ZeroDivisionError: division by zero" in watched.run.stop.message
    with pytest.raises(st.ChoiceError, match="another watch"), watched:
        pass


def test_memory_is_bounded_by_thinning_weights_and_never_numbers() -> None:
    model, loss, (X, y) = net(torch.float32), nn.MSELoss(), rows(torch.float32)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    plane = np.random.default_rng(0).normal(size=(2, 21))
    watched = st.torch.watch(model, optimizer, loss=loss, data=(X, y), plane=(plane[0], plane[1]))
    few = recording_of(model, plane=plane, budget=16 * 21 * 50)
    watched._recording = watched._recorder.recording = few
    with watched:
        for _ in range(700):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
    trace = watched.run.trace
    assert len(trace) == 701 and np.isfinite(trace.losses).all()
    assert 25 <= len(trace.kept) <= 52 and list(trace.kept[[1, -1]]) == [1, 700]
    regular = np.delete(trace.kept, [1, -1])
    np.testing.assert_array_equal(regular, few.stride * np.arange(len(regular)))
    np.testing.assert_array_equal(trace.last.params, flat(model))
    # The first step is told, also where it is not among those that were thinned out.
    assert few.stride > 1 and "nan" not in watched.run.explain()
    # Where each point is on the plane is known of all.
    assert watched.path.shape == (701, 2)
    moved = trace.params - trace.params[0]
    nearest = np.linalg.lstsq(plane.T, moved.T, rcond=None)[0].T
    np.testing.assert_allclose(watched.path[trace.kept], nearest, atol=1e-5)


def thinned(plane: Any, **given: Any) -> tuple[Any, Any]:
    """Return a long training on half the rows at a time, and the true weights of all its points."""
    model, loss, (X, y) = net(torch.float32), nn.MSELoss(), rows(torch.float32)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    watched = st.torch.watch(model, optimizer, loss=loss, data=(X, y), plane=plane)
    few = recording_of(model, plane=watched._plane, budget=16 * 21 * 50)
    watched._recording = watched._recorder.recording = few
    true = [flat(model)]
    with watched:
        for step in range(given.get("steps", 300)):
            optimizer.zero_grad()
            some = slice(20 * (step % 2), 20 * (step % 2) + 20)
            loss(model(X[some]), y[some]).backward()
            optimizer.step()
            true.append(flat(model))
    return watched.run, np.array(true)


@pytest.mark.parametrize("plane", [None, "vectors", ("0.weight[1, 0]", "2.bias[0]")])
def test_a_path_is_whole_on_the_plane_that_was_kept(plane: Any, tmp_path: Any) -> None:
    vectors = np.random.default_rng(0).normal(size=(2, 21))
    run, true = thinned(tuple(vectors) if plane == "vectors" else plane)
    surface = run.surface(points=5)
    assert len(run.trace.kept) < 60 < len(run.trace) == len(true)
    if isinstance(plane, tuple):
        assert (surface.x_name, surface.y_name) == plane
    if plane is None:
        at = run.param_names.index(surface.x_name)
        assert np.sort(np.abs(true[49] - true[0]))[-2] <= np.abs(true[49] - true[0])[at]
    np.testing.assert_allclose(surface.whole_path, surface.axes.read(true), atol=1e-5)
    run.save(tmp_path / "run.steepest", surface=surface)
    kept = st.load(tmp_path / "run.steepest").surface()
    np.testing.assert_array_equal(kept.whole_path, surface.whole_path)
    # On a plane that was chosen afterwards nothing is known between, and nothing is drawn as known.
    other = run.surface(plane="path", points=5)
    known = np.isfinite(other.whole_path).all(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(known), run.trace.kept)


def test_figures_and_pages_draw_the_whole_path_or_say_that_it_is_not_known() -> None:
    run, _ = thinned(None)
    on_kept, on_other = (
        {"surface": run.surface(plane=plane, points=5)} for plane in (None, "path")
    )
    for drawn_on, words, style in (
        (on_kept, f"all 300 steps ({len(run.trace.kept)} points kept their weights)", "-"),
        (on_other, "the others of its 300 steps are on this plane was not kept", ":"),
    ):
        figure = run.figure(panels=["map"], **drawn_on)
        said = " ".join(one.get_text().replace("\n", " ") for one in figure.texts)
        assert words in said
        (line,) = (
            one
            for one in figure.axes[0].lines
            if len(one.get_xdata()) > 2  # type: ignore[arg-type]
        )
        assert line.get_linestyle() == style
        drawn = run.record(**drawn_on)["surface"]
        assert ("route" in drawn) is (style == "-")
        shown = len(drawn["route"]["index"]) if style == "-" else len(run.trace.kept)
        assert len(line.get_xdata()) == shown  # type: ignore[arg-type]


def test_mini_batches_know_their_own_loss_and_that_of_all_rows_is_measured_apart() -> None:
    model, loss, (X, y) = net(), nn.MSELoss(), rows()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for part in range(8):
            some = slice(10 * (part % 4), 10 * (part % 4) + 10)
            optimizer.zero_grad()
            loss(model(X[some]), y[some]).backward()
            optimizer.step()
    run = watched.run
    assert run.plan.batch == 10 and run.trace.rows[0] == 10 and run.trace.passes[3] == 1.0
    full = [run.objective.value(params) for params in run.trace.params]
    np.testing.assert_allclose(run.trace.full_losses, full, rtol=1e-12)
    assert np.abs(run.trace.losses[:-1] / run.trace.full_losses[:-1] - 1.0).max() > 0.01


def test_without_data_or_a_criterion_what_is_not_known_is_said(tmp_path: Any) -> None:
    model, (X, y) = net(), rows()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with st.torch.watch(model, optimizer) as watched:
        for _ in range(3):
            optimizer.zero_grad()
            watched.loss(nn.functional.mse_loss(model(X), y)).backward()
            optimizer.step()
    run = watched.run
    assert np.isfinite(run.trace.losses[:-1]).all() and np.isnan(run.trace.full_losses).all()
    words = run.explain()
    assert "the loss of all rows is not known" in words and "loss: not known of all rows" in words
    assert "nan" not in words and run.result.index == 3
    run.figure(tmp_path / "run.png")
    with pytest.raises(st.ChoiceError, match="no loss and data were given"):
        run.surface()
    run.save(tmp_path / "run.steepest")
    assert st.load(tmp_path / "run.steepest").explain() == run.explain()


def test_what_cannot_be_watched_is_told_before_the_training() -> None:
    model = net()
    others = torch.optim.SGD(net().parameters(), lr=0.1)
    with pytest.raises(st.ChoiceError, match="holds none of the model's params"):
        st.torch.watch(model, others)
    schedule = torch.optim.lr_scheduler.ConstantLR(others)
    with pytest.raises(st.ChoiceError, match="ConstantLR, which has an optimizer"):
        st.torch.watch(net(), schedule)
    with pytest.raises(st.ChoiceError, match="of two directions"):
        st.torch.watch(model, plane=(np.ones(21), np.ones(21)))
    with pytest.raises(st.ChoiceError, match="no parameters"):
        st.torch.watch(nn.Tanh())
    watched = st.torch.watch(model)
    with watched, pytest.raises(st.ChoiceError, match="still watched"):
        _ = watched.run
    with pytest.raises(st.ChoiceError, match="nothing was recorded"):
        _ = watched.run


def test_dropout_makes_the_loop_s_loss_another_and_that_is_said() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.5), nn.Linear(8, 1))
    loss, (X, y) = nn.MSELoss(), rows(torch.float32)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(4):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
    run = watched.run
    (note,) = [note for note in run.notes if note.name == "losses"]
    assert "is another, though the loop saw all: dropout is off there" in note.message
    # No step is a mini-batch, and nothing says so.
    drawn = [text.get_text() for text in run.figure().findobj(Text)]
    told = [*drawn, run.explain(), json.dumps(run.record()["run"]["checks"])]
    assert "dots: each step's own; line: all rows, where that was worked out" in drawn
    assert not [one for one in told if "batch" in one]


def test_a_run_of_which_no_loss_is_known_is_told_and_not_drawn(tmp_path: Any) -> None:
    model, (X, y) = net(), rows()
    with st.torch.watch(model) as watched:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        nn.functional.mse_loss(model(X), y).backward()
        optimizer.step()
    assert len(watched.run.trace) == 2 and "own loss is not known" in watched.run.explain()
    with pytest.raises(st.ChoiceError, match="no loss of this run is known"):
        watched.run.figure(tmp_path / "run.png")


def test_params_that_join_later_bring_their_own_rate_and_leave_the_others_theirs() -> None:
    model, loss, (X, y) = net(), nn.MSELoss(), rows()
    optimizer = torch.optim.SGD(model[2].parameters(), lr=0.1)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for step in range(4):
            if step == 2:
                optimizer.add_param_group({"params": model[0].parameters(), "lr": 0.01})
            model.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
    # Of 15 params that joined and 6 from before the larger group is told.
    np.testing.assert_array_equal(watched.run.trace.learning_rates[:4], [0.1, 0.1, 0.01, 0.01])
    assert any("at last 0.1, 0.01" in note.message for note in watched.run.notes)


@pytest.mark.prove
@pytest.mark.filterwarnings("ignore")
def test_a_loop_of_accelerate_is_watched_by_the_same_line() -> None:
    """Its wrapper has no hook of its own; with two batches to a step and a scheduler."""
    accelerate = pytest.importorskip("accelerate", reason="pip install accelerate")
    model, loss, (X, y) = net(torch.float32), nn.MSELoss(), rows(torch.float32)
    own = torch.optim.AdamW(model.parameters(), lr=0.02)
    accelerator = accelerate.Accelerator(cpu=True, gradient_accumulation_steps=2)
    halving = torch.optim.lr_scheduler.StepLR(own, 1, 0.5)
    prepared = accelerator.prepare(model, own, halving)
    weights = [flat(model)]
    with st.torch.watch(prepared[0], prepared[1], loss=loss, data=(X, y)) as watched:
        for part in range(6):
            some = slice(20 * (part % 2), 20 * (part % 2) + 20)
            with accelerator.accumulate(prepared[0]):
                accelerator.backward(loss(prepared[0](X[some]), y[some]))
                prepared[1].step()
                prepared[2].step()
                prepared[1].zero_grad()
            if part % 2:
                weights.append(flat(model))
    run = watched.run
    np.testing.assert_array_equal(run.trace.params, weights)
    np.testing.assert_allclose(run.trace.learning_rates[:3], [0.02, 0.01, 0.005])
    assert run.plan.rule.name == "adamw" and not run.verdicts
    whole = [run.objective.value(one) for one in run.trace.params]
    np.testing.assert_allclose(run.trace.losses, whole, rtol=1e-5)

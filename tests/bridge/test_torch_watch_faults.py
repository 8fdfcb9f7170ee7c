"""Trainings with a fault in their loop, and sound ones that look like one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest as st

torch = pytest.importorskip("torch", reason="pip install 'steepest[torch]'")
nn = torch.nn


STEPS = 12

LOSS = nn.MSELoss()


def net() -> Any:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1)).double()


def line() -> Any:
    torch.manual_seed(0)
    return nn.Linear(2, 1).double()


def rows() -> Any:
    X = torch.randn(40, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return X, X @ torch.tensor([[1.0], [2.0]], dtype=torch.float64) + 0.5


X, Y = rows()


def sgd(model: Any, **options: Any) -> Any:
    return torch.optim.SGD(model.parameters(), **{"lr": 0.05, **options})


def names(run: Any) -> list[str]:
    return [verdict.name for verdict in run.verdicts]


def note(run: Any, name: str) -> Any:
    return next(note for note in run.notes if note.name == name)


def limit_of(factor: float) -> float:
    """2 by the largest curvature of `factor` times the mean squared error, in closed form."""
    design = np.c_[X.numpy(), np.ones(len(X))]
    return float(2.0 / np.linalg.eigvalsh(factor * 2.0 * design.T @ design / len(X))[-1])


def watched(model: Any, loop: Callable[[], None], *optimizers: Any, **given: Any) -> Any:
    with st.torch.watch(model, *optimizers, loss=LOSS, **given) as seen:
        loop()
    assert seen._listening.failure is None
    return seen.run


def stepped(
    model: Any, of: Callable[[], Any], optimizer: Any | None = None, **given: Any
) -> tuple[Any, list[float]]:
    """A plain loop that descends what `of` works out: its run, and what backward was called on."""
    optimizer, own = optimizer or sgd(model), []

    def loop() -> None:
        for _ in range(STEPS):
            optimizer.zero_grad()
            value = of()
            value.backward()
            own.append(float(value.detach()))
            optimizer.step()

    return watched(model, loop, optimizer, **given), own


class Game(nn.Module):
    """A generator and a discriminator."""

    def __init__(self) -> None:
        super().__init__()
        self.G, self.D = nn.Linear(2, 2).double(), net()


def game() -> Any:
    model = Game()
    one, other = sgd(model.D), sgd(model.G)

    def loop() -> None:
        for _ in range(STEPS):
            one.zero_grad()
            (LOSS(model.D(X), Y) + LOSS(model.D(model.G(X).detach()), 0 * Y)).backward()
            one.step()
            other.zero_grad()
            LOSS(model.D(model.G(X)), Y).backward()
            other.step()

    return watched(model, loop, one, other)


def in_turn() -> Any:
    model = net()
    both = [sgd(model[0]), torch.optim.Adam(model[2].parameters(), lr=0.01)]

    def loop() -> None:
        for step in range(STEPS):
            both[step % 2].zero_grad()
            LOSS(model(X), Y).backward()
            both[step % 2].step()

    return watched(model, loop, *both, data=(X, Y))


def some_layers() -> Any:
    model = net()
    return stepped(model, lambda: LOSS(model(X), Y), sgd(model[2]), data=(X, Y))[0]


def one_tensor(set_to_none: bool = True) -> Any:
    model = nn.Linear(2, 1, bias=False).double()
    optimizer = sgd(model)

    def loop() -> None:
        for _ in range(STEPS):
            optimizer.zero_grad(set_to_none=set_to_none)
            LOSS(model(X), Y).backward()
            optimizer.step()

    return watched(model, loop, optimizer)


def own_gradients() -> Any:
    """The gradients of a pass are put in the place of those before, never added."""
    model = net()
    optimizer = sgd(model)

    def loop() -> None:
        for _ in range(STEPS):
            found = torch.autograd.grad(LOSS(model(X), Y), list(model.parameters()))
            for one, gradient in zip(model.parameters(), found, strict=True):
                one.grad = gradient
            optimizer.step()

    return watched(model, loop, optimizer)


SOUND = [game, in_turn, some_layers, one_tensor, lambda: one_tensor(False), own_gradients]


@pytest.mark.parametrize("train", SOUND)
def test_gradients_are_uncleared_only_where_a_tensor_steps_by_used_parts(train: Any) -> None:
    assert "uncleared" not in names(train())


def test_one_of_two_optimizers_that_never_clears_is_told() -> None:
    model = net()
    one, other = sgd(model[0], lr=0.001), sgd(model[2], lr=0.001)

    def loop() -> None:
        for _ in range(STEPS):
            one.zero_grad()
            LOSS(model(X), Y).backward()
            one.step()
            other.step()

    (verdict,) = (v for v in watched(model, loop, one, other).verdicts if v.name == "uncleared")
    assert verdict.numbers == {"uncleared": STEPS - 1.0, "looked_at": STEPS - 1.0}


def test_tensors_in_no_optimizer_are_noted() -> None:
    said = note(some_layers(), "in no optimizer").message
    assert "2 tensors ask for a gradient" in said and "0.weight, 0.bias" in said


def test_a_loss_that_no_backward_pass_goes_through_is_none_of_a_step() -> None:
    model = net()

    def of() -> Any:
        LOSS(model(X[:7]), 3 * Y[:7])
        value = LOSS(model(X), Y)
        LOSS(model(X[:5]), -Y[:5])
        return value

    run, own = stepped(model, of)
    np.testing.assert_allclose(run.trace.losses[:-1], own, rtol=1e-12)
    assert set(run.trace.rows[:-1]) == {40}
    assert "the loop's own" in note(run, "losses").message


def test_a_loss_with_another_term_is_what_backward_was_called_on_and_said_so() -> None:
    model = net()

    def of() -> Any:
        penalty = 0.1 * sum((one**2).sum() for one in model.parameters())
        return LOSS(model(X), Y) + 0.5 * LOSS(model(2 * X), Y) + penalty

    run, own = stepped(model, of, data=(X, Y))
    np.testing.assert_allclose(run.trace.losses[:-1], own, rtol=1e-12)
    said = note(run, "losses").message
    assert "12 steps backward was called on another number" in said and "own" not in said
    assert run.plan.batch is not None  # so these are not told as the loss of all rows


def test_a_penalty_takes_the_limit_of_a_linear_model_away() -> None:
    model = line()
    run, own = stepped(model, lambda: LOSS(model(X), Y) + model.weight.square().sum(), data=(X, Y))
    assert run.plan.limit is None and run.trace.losses[0] == pytest.approx(own[0])


@pytest.mark.parametrize("share", [0.5, 1.5])
@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_the_limit_of_a_scaled_loss_is_that_of_the_loss_by_its_factor(
    factor: float, share: float
) -> None:
    model = line()
    optimizer = sgd(model, lr=share * limit_of(factor))
    run, own = stepped(model, lambda: factor * LOSS(model(X), Y), optimizer, data=(X, Y))
    assert run.plan.limit == pytest.approx(limit_of(factor), rel=1e-9)
    np.testing.assert_allclose(factor * run.trace.losses[:-1], own, rtol=1e-6)
    assert names(run) == (["divergence"] if share > 1.0 else [])
    assert f"called on {factor:g} times the loss" in note(run, "factor").message


def test_batches_accumulated_undivided_are_their_sum() -> None:
    model, optimizer = line(), None
    optimizer = sgd(model, lr=0.9 * limit_of(10.0))

    def loop() -> None:
        for _ in range(STEPS):
            for part in torch.arange(40).split(4):
                LOSS(model(X[part]), Y[part]).backward()
            optimizer.step()
            optimizer.zero_grad()

    run = watched(model, loop, optimizer, data=(X, Y))
    assert run.plan.limit == pytest.approx(limit_of(10.0), rel=1e-9)
    assert run.plan.batch is None and run.trace.rows[0] == 40 and not names(run)


def test_a_network_s_limit_is_of_the_loss_by_its_factor() -> None:
    limits = {}
    for factor in (1.0, 4.0):
        model = net()
        optimizer = sgd(model, lr=0.5 / factor)
        run, _ = stepped(model, lambda m=model, f=factor: f * LOSS(m(X), Y), optimizer, data=(X, Y))
        (check,) = (check for check in run.checks if check.name == "sharpness")
        limits[factor] = check.message.split("learning rate")[1].split(" is ")[1]
    # The same steps are taken, so the rate is the same share of its limit.
    assert limits[1.0] == limits[4.0]


UP: list[tuple[str, dict[str, Any], float]] = [
    ("leave out the minus sign", {}, -1.0),
    ("leave out maximize=True", {"maximize": True}, 1.0),
]


@pytest.mark.parametrize("rate", [0.01, 5.0])
@pytest.mark.parametrize(("remedy", "options", "factor"), UP)
def test_steps_up_the_loss_are_told_and_the_rate_is_not_blamed(
    remedy: str, options: dict[str, Any], factor: float, rate: float
) -> None:
    model = line()
    optimizer = sgd(model, lr=rate, **options)
    run, _ = stepped(model, lambda: factor * LOSS(model(X), Y), optimizer, data=(X, Y))
    (verdict,) = run.verdicts
    assert verdict.name == "ascent" and verdict.remedy.startswith(remedy)


def test_a_minus_and_maximize_together_descend() -> None:
    model = line()
    optimizer = sgd(model, maximize=True)
    run, _ = stepped(model, lambda: -LOSS(model(X), Y), optimizer, data=(X, Y))
    assert not names(run) and run.trace.losses[-1] < run.trace.losses[0]


@pytest.mark.parametrize("set_to_none", [True, False])
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_gradients_cleared_before_the_step_are_told(set_to_none: bool, decay: float) -> None:
    model = line()
    optimizer = sgd(model, weight_decay=decay)

    def loop() -> None:
        for _ in range(STEPS):
            LOSS(model(X), Y).backward()
            optimizer.zero_grad(set_to_none=set_to_none)
            optimizer.step()

    run = watched(model, loop, optimizer, data=(X, Y))
    verdict = run.verdicts[0]
    assert (verdict.name, verdict.level) == ("emptied", "proved") and "unmoved" not in names(run)
    assert "between backward() and step()" in verdict.message


def test_a_gradient_that_is_0_by_itself_is_not_called_cleared() -> None:
    model = line()
    run, _ = stepped(model, lambda: 0.0 * LOSS(model(X), Y), data=(X, Y))
    assert "emptied" not in names(run)


@pytest.mark.parametrize("clears", [True, False])
def test_a_loop_without_a_step_is_told_and_its_passes_are_not_called_steps(clears: bool) -> None:
    model = line()
    optimizer = sgd(model)

    def loop() -> None:
        for _ in range(STEPS):
            if clears:
                optimizer.zero_grad()
            LOSS(model(X), Y).backward()

    run = watched(model, loop, optimizer, data=(X, Y))
    assert names(run) == ["no step"] and len(run.trace) == 1
    words = run.explain()
    assert "12 backward passes and no step" in words and "12 steps" not in words


def test_what_is_no_optimizer_or_plane_is_told_before_the_training() -> None:
    with pytest.raises(st.ChoiceError, match="optimizer 1 is 'sgd', but it must be an optimizer"):
        st.torch.watch(net(), "sgd")
    with pytest.raises(st.ChoiceError, match=r"two vectors .* it is 'random'"):
        st.torch.watch(net(), plane="random")


def test_data_without_a_loss_is_told_as_no_loss() -> None:
    model = net()
    optimizer = sgd(model)
    with st.torch.watch(model, optimizer, data=(X, Y)) as seen:
        seen.loss(LOSS(model(X), Y)).backward()
        optimizer.step()
    assert "no loss was given" in note(seen.run, "losses").message
    with pytest.raises(st.ChoiceError, match="no loss was given"):
        seen.run.surface()


def test_a_loss_that_is_told_stands_for_what_the_criterion_said() -> None:
    model = net()
    optimizer = sgd(model)
    with st.torch.watch(model, optimizer, loss=LOSS) as seen:
        value = LOSS(model(X), Y)
        seen.loss(value).backward()
        optimizer.step()
    assert seen.run.trace.losses[0] == float(value.detach()) and seen.run.trace.rows[0] == 40
    assert "the loop's own" in note(seen.run, "losses").message


def test_a_loss_that_the_loop_never_calls_is_told_so_and_its_factor_is_the_gradient_s() -> None:
    model = line()
    optimizer = sgd(model, lr=0.5 * limit_of(10.0))
    run, _ = stepped(model, lambda: 10.0 * nn.MSELoss()(model(X), Y), optimizer, data=(X, Y))
    assert "give the object that it calls" in note(run, "losses").message
    assert run.plan.limit == pytest.approx(limit_of(10.0), rel=1e-9)


@pytest.mark.parametrize("is_given", [True, False])
def test_a_scaler_takes_its_factor_back_before_the_step(is_given: bool) -> None:
    model = line()
    optimizer, scaler = sgd(model), torch.amp.GradScaler("cpu", init_scale=1024.0)

    def loop() -> None:
        for _ in range(STEPS):
            optimizer.zero_grad()
            scaler.scale(LOSS(model(X), Y)).backward()
            scaler.step(optimizer)
            scaler.update()

    given = {"scaler": scaler} if is_given else {}
    run = watched(model, loop, optimizer, data=(X, Y), **given)
    assert run.plan.limit == pytest.approx(limit_of(1.0), rel=1e-9) and not names(run)
    assert {n.name for n in run.notes} & {"factor", "changed gradients"} == (
        set() if is_given else {"factor", "changed gradients"}
    )

"""A watched loop that uses its criterion otherwise too: under transforms, traced, on no numbers."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.func import functional_call, grad, hessian, jvp, vmap
from torch.fx.experimental.proxy_tensor import make_fx

import steepest as st

Aside = Callable[[nn.Module, nn.Module], object]


def of_params(model: nn.Module, loss: nn.Module) -> tuple[dict[str, Tensor], Callable[..., Tensor]]:
    params = {name: one.detach() for name, one in model.named_parameters()}
    return params, lambda own, x, t: loss(functional_call(model, own, (x,)), t)


def data() -> tuple[Tensor, Tensor]:
    X = torch.linspace(-1, 1, 12).reshape(6, 2)
    return X, X.sum(dim=1, keepdim=True)


def of_each_row(model: nn.Module, loss: nn.Module) -> None:
    vmap(lambda x, t: loss(model(x), t))(*data())


def gradient_of_each_row(model: nn.Module, loss: nn.Module) -> None:
    params, value = of_params(model, loss)
    vmap(grad(value), (None, 0, 0))(params, *data())


def gradient(model: nn.Module, loss: nn.Module) -> None:
    params, value = of_params(model, loss)
    grad(value)(params, *data())


def second_derivatives(model: nn.Module, loss: nn.Module) -> None:
    params, value = of_params(model, loss)
    hessian(lambda own: value(own, *data()))(params)


def forward_mode(model: nn.Module, loss: nn.Module) -> None:
    params, value = of_params(model, loss)
    jvp(lambda own: value(own, *data()), (params,), (params,))


def traced(model: nn.Module, loss: nn.Module) -> None:
    make_fx(lambda x, t: loss(model(x), t))(*data())


def traced_with_symbols(model: nn.Module, loss: nn.Module) -> None:
    make_fx(lambda x, t: loss(model(x), t), tracing_mode="symbolic", _allow_non_fake_inputs=True)(
        *data()
    )


def fake(model: nn.Module, loss: nn.Module) -> None:
    with FakeTensorMode(allow_non_fake_inputs=True) as mode:
        X, y = map(mode.from_tensor, data())
        loss(model(X), y)


def inference(model: nn.Module, loss: nn.Module) -> None:
    with torch.inference_mode():
        loss(model(data()[0]), data()[1])


def on_meta(model: nn.Module, loss: nn.Module) -> None:
    said = torch.empty(4, 1, device="meta", requires_grad=True)
    loss(said, torch.empty(4, 1, device="meta")).backward()


ASIDE = (
    of_each_row,
    gradient_of_each_row,
    gradient,
    second_derivatives,
    forward_mode,
    traced,
    traced_with_symbols,
    fake,
    inference,
    on_meta,
)


def trained(aside: Aside | None, watch: bool) -> tuple[st.torch.Watched | None, list[Tensor]]:
    """Return what watched a short training that works `aside` before each step, and its weights."""
    torch.manual_seed(0)
    model, loss = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)), nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def steps() -> None:
        for _ in range(3):
            optimizer.zero_grad()
            loss(model(data()[0]), data()[1]).backward()
            if aside is not None:
                aside(model, loss)
            optimizer.step()

    if not watch:
        steps()
        return None, list(model.parameters())
    with st.torch.watch(model, optimizer, loss=loss, data=data()) as watched:
        steps()
    return watched, list(model.parameters())


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")
@pytest.mark.parametrize("aside", ASIDE, ids=lambda one: one.__name__)
def test_a_criterion_used_aside_changes_neither_the_training_nor_its_run(aside: Aside) -> None:
    watched, weights = trained(aside, watch=True)
    _, unwatched = trained(aside, watch=False)
    assert all(map(torch.equal, weights, unwatched))
    plain, _ = trained(None, watch=True)
    assert watched is not None and plain is not None
    found, sound = watched.run.trace, plain.run.trace
    assert len(found) == 4
    np.testing.assert_array_equal(found.params, sound.params)
    np.testing.assert_array_equal(found.losses, sound.losses)
    assert [note.name for note in watched.run.notes] == [note.name for note in plain.run.notes]


@pytest.mark.parametrize("told", ["a tuple", "a dictionary"])
def test_a_criterion_that_says_more_than_a_number_is_no_loss_but_breaks_nothing(told: str) -> None:
    class Several(nn.Module):
        def forward(self, said: Tensor, y: Tensor) -> object:
            loss = ((said - y) ** 2).mean()
            return (loss, said) if told == "a tuple" else {"loss": loss, "said": said}

    torch.manual_seed(0)
    model, loss = nn.Linear(2, 1), Several()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with st.torch.watch(model, optimizer, loss=loss) as watched:
        for _ in range(3):
            optimizer.zero_grad()
            out = loss(model(data()[0]), data()[1])
            out[0 if told == "a tuple" else "loss"].backward()
            optimizer.step()
    trace = watched.run.trace
    assert len(trace) == 4
    assert np.isnan(trace.losses).all()


def test_a_loss_of_rows_under_vmap_is_said_to_be_unknown_and_its_steps_are_there() -> None:
    torch.manual_seed(0)
    model, loss = nn.Linear(2, 1), nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with st.torch.watch(model, optimizer, loss=loss) as watched:
        for _ in range(3):
            optimizer.zero_grad()
            vmap(lambda x, t: loss(model(x), t))(*data()).sum().backward()
            optimizer.step()
    run = watched.run
    assert len(run.trace) == 4
    assert np.isnan(run.trace.losses).all()
    told = next(note.message for note in run.notes if note.name == "losses")
    assert "the loop's own loss is not known" in told


def test_where_no_loss_of_the_loop_is_known_the_words_have_that_of_all_rows() -> None:
    torch.manual_seed(0)
    X, y = data()
    loss, model = nn.MSELoss(), nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    first = loss(model(X), y).item()
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(3):
            optimizer.zero_grad()
            vmap(loss)(model(X), y).mean().backward()
            optimizer.step()
    words = watched.run.explain()
    assert f"loss: {first:.4g} of all rows\n" in words
    assert f"  {first:.4g} → " in words and ", both of all rows\n" in words
    assert "nan" not in words
    assert "or only within torch.func transforms; give the object that it calls" in words

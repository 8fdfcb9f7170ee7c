"""What is said of watched trainings: of geyser at five rates, and of other networks."""

from typing import Any

import numpy as np
import pytest

import steepest as st

torch = pytest.importorskip("torch", reason="pip install 'steepest[torch]'")
nn = torch.nn

from torch_nets import Attention, Recurrent, convolutional  # noqa: E402


def geyser() -> tuple[Any, Any, float]:
    """The 272 rows, and the limit 2/curvature of their squared loss in closed form."""
    table = st.dataset("geyser")
    x, y = (np.array(table[name], dtype=np.float64) for name in ("duration", "waiting"))
    design = np.c_[x, np.ones(len(x))]
    largest = np.linalg.eigvalsh(2.0 * design.T @ design / len(x))[-1]
    return torch.tensor(x[:, None]), torch.tensor(y[:, None]), float(2.0 / largest)


def watched_at(share: float, steps: int) -> Any:
    X, y, limit = geyser()
    assert len(X) == 272
    model, loss = nn.Linear(1, 1).double(), nn.MSELoss()
    for one in model.parameters():
        nn.init.zeros_(one)
    optimizer = torch.optim.SGD(model.parameters(), lr=share * limit)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(steps):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
    return watched.run


@pytest.mark.parametrize("share", [0.24, 0.96])
@pytest.mark.parametrize("steps", [30, 300])
def test_a_sound_rate_has_no_verdict_and_its_limit_is_told(share: float, steps: int) -> None:
    run = watched_at(share, steps)
    assert not run.verdicts
    assert run.plan.limit == pytest.approx(geyser()[2], rel=1e-9)
    assert f"limit of a fixed learning rate: {run.plan.limit:.3g} (2/curvature)" in run.explain()


def test_a_rate_far_below_its_limit_is_too_small_which_is_proved(tmp_path: Any) -> None:
    run = watched_at(1e-4, 100)
    (verdict,) = run.verdicts
    assert (verdict.name, verdict.level) == ("too small", "proved")
    limit = geyser()[2]
    assert verdict.numbers["limit"] == pytest.approx(limit, rel=1e-9)
    assert "0.01 % of its limit" in verdict.message
    # The rate that is suggested goes further in as many steps, as the proof says.
    assert watched_at(0.5, 100).loss < run.loss
    run.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    assert again.explain() == run.explain()


@pytest.mark.parametrize("share", [1.08, 1.2])
def test_a_rate_above_its_limit_is_named_with_the_limit_before_the_run_breaks(share: float) -> None:
    for steps in (3, 100):
        run = watched_at(share, steps)
        assert np.isfinite(run.trace.losses).all()
        (verdict,) = run.verdicts
        assert (verdict.name, verdict.level) == ("divergence", "proved")
        assert verdict.numbers["limit"] == pytest.approx(geyser()[2], rel=1e-9)


def test_once_it_has_broken_that_is_the_stop() -> None:
    run = watched_at(4.0, 500)
    assert run.stop.reason == "diverged" and run.verdicts[0].name == "divergence"
    assert np.isfinite(run.params).all()


def test_a_limit_is_told_only_of_what_is_a_quadratic_by_its_structure() -> None:
    from steepest.bridge.torch.curvature import is_quadratic

    assert is_quadratic(nn.Sequential(nn.Flatten(), nn.Linear(4, 1)), nn.functional.mse_loss)
    assert not is_quadratic(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1)), nn.MSELoss())
    assert not is_quadratic(nn.Linear(2, 1), nn.L1Loss())

    class Own(nn.Linear):
        pass

    assert not is_quadratic(Own(2, 1), nn.MSELoss())


def wide() -> Any:
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


NETWORKS = {
    "recurrent": (Recurrent, (30, 6, 2), 3),
    "transformer": (lambda: Attention(5, 8), (30, 6), 5),
    "convolution": (lambda: convolutional(8, 4), (30, 1, 8, 8), 3),
    "784-128-10": (wide, (256, 784), 10),
}


@pytest.mark.parametrize("name", list(NETWORKS))
def test_any_network_is_watched_drawn_and_told(name: str) -> None:
    make, shape, classes = NETWORKS[name]
    torch.manual_seed(0)
    model, loss = make(), nn.CrossEntropyLoss()
    X = torch.randint(5, shape) if name == "transformer" else torch.randn(shape)
    y = torch.randint(classes, (shape[0],))
    # Two optimizers: of the last tensor, and of all before it.
    *most, last = [one for one in model.parameters() if one.requires_grad]
    two = torch.optim.AdamW(most, lr=0.005), torch.optim.SGD([last], lr=0.05)
    with st.torch.watch(model, *two, loss=loss, data=(X, y)) as watched:
        for step in range(12):
            some = slice(10 * (step % 3), 10 * (step % 3) + 10)
            for one in two:
                one.zero_grad()
            loss(model(X[some]), y[some]).backward()
            for one in two:
                one.step()
    run = watched.run
    trained = [one.detach().reshape(-1) for one in [*most, last]]
    own = {id(one): one for one in model.parameters() if one.requires_grad}
    np.testing.assert_array_equal(
        run.trace.last.params,
        torch.cat([one.detach().reshape(-1) for one in own.values()]).double().numpy(),
    )
    assert run.objective.size == sum(map(len, trained)) == len(run.param_names)
    assert len(run.trace) == 13 and run.plan.batch == 10
    surface = run.surface(plane="path", points=3)
    at = int(np.searchsorted(run.trace.kept, run.result.index))
    assert surface.off_plane[at] == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(surface.at(*surface.path[at]), run.loss, rtol=1e-5)
    assert "AdamW of torch and SGD of torch" in run.explain()
    assert any("learning rates of their own" in note.message for note in run.notes)


def relu_network(bias: float, rate: float, steps: int) -> Any:
    made = np.random.default_rng(0)
    X = torch.tensor(made.uniform(-1.0, 1.0, (50, 2)))
    y, loss = torch.sin(3.0 * X[:, :1]), nn.MSELoss()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 6), nn.ReLU(), nn.Linear(6, 1)).double()
    with torch.no_grad():
        model[0].bias += bias
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(steps):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
    return watched.run, model


def test_units_that_are_0_on_every_row_are_proved_dead() -> None:
    run, model = relu_network(-20.0, 0.1, 30)
    assert [(one.name, one.level) for one in run.verdicts] == [("dead units", "proved")]
    assert not model[0].weight.grad.any() and not model[2].weight.grad.any()
    sound, _ = relu_network(0.0, 0.1, 300)
    assert sound.verdicts == []
    (check,) = [one for one in sound.checks if one.name == "units"]
    assert check.state == "checked" and "of 6 hidden units" in check.message


def test_a_training_that_broke_is_told_its_first_tensor_that_is_not_finite_and_the_step() -> None:
    run, model = relu_network(0.0, 50.0, 200)
    broken = [i for i in run.trace.kept if not np.isfinite(run.trace[int(i)].params).all()]
    lost = np.flatnonzero(~np.isfinite(run.trace[int(broken[0])].params))[0]
    tensor = run.param_names[lost].split("[")[0]
    assert f"at step {broken[0]} a number of {tensor} is the first" in run.verdicts[0].message
    assert broken[0] < 200 and not torch.isfinite(model[2].bias).all()


def stacked(layers: int, between: Any, width: int = 6) -> Any:
    inner = [one for _ in range(layers) for one in (nn.Linear(width, width), between())]
    return nn.Sequential(nn.Linear(2, width), between(), *inner, nn.Linear(width, 1))


FAULTY: dict[str, tuple[Any, float, float, int]] = {
    "vanishing": (lambda: stacked(6, nn.Sigmoid), 1.0, 0.5, 30),
    "oscillation": (lambda: stacked(6, nn.Tanh), 1.0, 0.5, 300),
    "saturation": (lambda: stacked(0, nn.Tanh), 300.0, 1e-3, 20),
    "unsettled": (lambda: stacked(1, nn.ReLU), 1.0, 100.0, 30),
    "too small": (lambda: stacked(0, nn.Tanh), 1.0, 1e-5, 20),
    "dead units": (lambda: stacked(1, nn.ReLU), -1000.0, 0.5, 30),
}
"""By the verdict: the module, by what the inputs are multiplied, the rate, and the steps."""

OPTIONS = ("auto", "scale =", "init =", "activation =", "(seed)", "clip out")


@pytest.mark.parametrize("name", FAULTY)
def test_remedies_are_in_words_of_a_loop_that_has_no_options_of_ours(name: str) -> None:
    make, scale, rate, steps = FAULTY[name]
    torch.manual_seed(0)
    X = 2.0 * torch.rand(60, 2) - 1.0
    y = (X.norm(dim=1, keepdim=True) > 0.75).float()
    X = scale * X.abs() if name == "dead units" else scale * X
    model, loss = make(), nn.BCEWithLogitsLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(steps):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
    verdicts = watched.run.verdicts
    assert name in [one.name for one in verdicts]
    for verdict in verdicts:
        assert verdict.remedy and not [word for word in OPTIONS if word in verdict.remedy]

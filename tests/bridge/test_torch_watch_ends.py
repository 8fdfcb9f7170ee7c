"""Watched trainings that ended badly: what is said of them is true, and nothing is lost."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.cli.play import opened
from steepest.run.run import Run

torch = pytest.importorskip("torch", reason="pip install 'steepest[torch]'")
from torch_nets import dense  # noqa: E402

nn = torch.nn

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def diverged() -> Run:
    """Return a training of a linear model on two scales that left the range of float32."""
    torch.manual_seed(0)
    X = torch.randn(200, 2) * torch.tensor([1.0, 100.0])
    y, loss, model = X[:, :1], nn.MSELoss(), nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(40):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
    return watched.run


def test_a_diverged_training_is_saved_and_drawn(diverged: Run, tmp_path: Path) -> None:
    """No number that is not finite is in the way of file or figure."""
    diverged.save(tmp_path / "run.steepest")
    loaded = st.load(tmp_path / "run.steepest")
    assert [str(one) for one in loaded.verdicts] == [str(one) for one in diverged.verdicts]
    assert [one.message for one in loaded.notes] == [one.message for one in diverged.notes]
    diverged.figure(tmp_path / "run.png", panels=["map"])
    assert (tmp_path / "run.png").stat().st_size


def test_of_a_diverged_training_no_word_is_false(diverged: Run) -> None:
    """Its gradients were not clipped, it has no dropout, and its loss was heard at each step."""
    said = diverged.explain()
    lost = int((~np.isfinite(diverged.trace.losses[:-1])).sum())
    assert "another gradient" not in said and "dropout" not in said and "mini-batch" not in said
    assert "heard 40 times" in said and 0 < lost < 40
    assert "moved weight by nan" not in said


def test_a_diverged_training_is_not_gone_on_with_and_why(diverged: Run) -> None:
    with pytest.raises(st.ChoiceError, match=r"params are no finite numbers.*start=run\.params"):
        diverged.resume(steps=2)


def test_planes_of_a_diverged_training(diverged: Run) -> None:
    """The Hessian at its best point is right; why its path spans no plane is said."""
    seen = diverged.surface(plane="sharpest", points=5)
    assert seen.numbers["top"] == pytest.approx(diverged.plan.curvature, rel=1e-6)
    with pytest.raises(st.ChoiceError, match=r"12 of 41; the others are not finite .* lower"):
        diverged.surface(plane="path", points=3)


def test_second_derivatives_of_no_number_are_not_said_to_be_wrong() -> None:
    """A module whose weights are NaN is told so; PyTorch is not accused."""
    model = nn.Linear(2, 1)
    with torch.no_grad():
        model.weight.fill_(float("nan"))
    objective = st.torch.objective(model, nn.MSELoss(), (torch.ones(4, 2), torch.ones(4, 1)))
    assert "weight has a number that is not finite" in objective.no_hessian
    assert "wrong" not in objective.no_hessian


def test_the_loss_of_all_rows_in_bfloat16_is_that_of_the_loop() -> None:
    """Autocast rounds to 8 bits: the loss of all rows is the same within them."""
    torch.manual_seed(0)
    X = torch.randn(64, 4)
    y, loss, model = X[:, :1], nn.MSELoss(), nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(5):
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16):
                value = loss(model(X), y)
            value.backward()
            optimizer.step()
    said = watched.run.explain()
    assert "is another" not in said and "it is that of all rows" in said
    assert "mini-batch" not in said


X = torch.linspace(-1.0, 1.0, 40).reshape(20, 2)
Y = X[:, :1] - X[:, 1:] ** 2
SQUARED = nn.MSELoss()


def watched_steps(
    X: torch.Tensor, y: torch.Tensor, data: object, steps: int = 5, late: torch.Tensor | None = None
) -> Run:
    """Return a training by all rows, watched with `data`; from the middle on by the rows `late`."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with st.torch.watch(model, optimizer, loss=SQUARED, data=data) as watched:
        for step in range(steps):
            optimizer.zero_grad()
            rows = X if late is None or 2 * step < steps else late
            SQUARED(model(rows), y).backward()
            optimizer.step()
    return watched.run


def test_data_that_no_loss_is_of_are_refused_before_the_training() -> None:
    """What would be refused afterwards is so on entering, and leaves no trace."""
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    before, state = torch.get_rng_state(), {k: v.clone() for k, v in model.state_dict().items()}
    for data in ((X, Y[:, 0]), (X[:, :1], Y), (X, Y[:10])):
        with pytest.raises(st.ChoiceError, match=r"reshape|cannot be evaluated"):
            st.torch.watch(model, optimizer, loss=SQUARED, data=data)
    st.torch.watch(model, optimizer, loss=SQUARED, data=(X, Y))
    assert torch.equal(before, torch.get_rng_state()) and model.training
    assert all(torch.equal(one, state[name]) for name, one in model.state_dict().items())


def test_data_that_can_be_read_once_are_not_read_before_the_training() -> None:
    """A generator of batches has all of them afterwards."""
    batches = ((X[i : i + 5], Y[i : i + 5]) for i in range(0, 20, 5))
    run = watched_steps(X, Y, batches)
    assert "over 20 rows" in run.explain()


def test_steps_are_not_lost_by_data_that_fail_afterwards() -> None:
    """Rows that only a later batch has wrong: the run is there, with the reason."""
    run = watched_steps(X, Y, [(X, Y), (X, Y[:3])])
    assert len(run.trace) == 6 and np.isfinite(run.trace.losses[:-1]).all()
    assert "the data cannot be used (the output has shape (20, 1)" in run.explain()


GAPS = X.clone()
GAPS[7, 1] = float("nan")


@pytest.mark.parametrize("data", [None, (X, Y), (GAPS, Y)])
def test_nan_among_the_rows_is_no_fault_of_the_rate(data: object) -> None:
    """Before the first step, or from the middle on: the data are told, and no rate."""
    for rows, late, step in ((GAPS, None, 0), (X, GAPS, 5)):
        run = watched_steps(rows, Y, data, steps=10, late=late)
        said = " ".join(map(str, run.verdicts))
        assert [one.name for one in run.verdicts] == ["not finite"]
        assert f"the loss is no finite number at step {step} while all weights were finite" in said
        assert "too far" not in said and "diverged" not in run.explain()
        assert "is no module that was given" not in run.explain()


def test_a_rate_that_leaves_all_range_is_the_rate_s_fault() -> None:
    """Also where no data are known, and where one step is enough."""
    for scale, steps in ((1e3, 60), (1e18, 20)):
        model, y = nn.Linear(2, 1), scale * Y
        optimizer = torch.optim.SGD(model.parameters(), lr=50.0)
        with st.torch.watch(model, optimizer, loss=SQUARED) as watched:
            for _ in range(steps):
                optimizer.zero_grad()
                SQUARED(model(X), y).backward()
                optimizer.step()
        assert not np.isfinite(watched.run.trace.last.params).all()
        (verdict,) = watched.run.verdicts
        assert verdict.name == "divergence" and "steps too far" in verdict.message
        assert "nan after nan" not in verdict.message


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"dtype": torch.int32}, "dtype is torch.int32, but it must be a type of real numbers"),
        ({"dtype": "float32"}, "dtype is 'float32', but"),
        ({"seed": -1}, "seed is -1, but it must be a whole number from 0 up"),
        ({"points": 2.5}, "points is 2.5, but it must be a whole number from 2 up"),
    ],
)
def test_what_no_surface_can_be_made_with_is_said(asked: dict[str, Any], message: str) -> None:
    """The choice is named, and no error of NumPy's or PyTorch's reaches the reader."""
    with pytest.raises(st.ChoiceError, match=message):
        st.torch.surface(nn.Linear(2, 1), SQUARED, (X, Y), **{"points": 3, **asked})


def test_a_lazy_layer_is_to_be_made_first() -> None:
    """Its parameters have no shape before it is called."""
    lazy = nn.LazyLinear(1)
    for refused in (st.torch.objective, st.torch.surface):
        with pytest.raises(st.ChoiceError, match=r"lazy layer is not made yet; call the model"):
            refused(lazy, SQUARED, (X, Y))
    with pytest.raises(st.ChoiceError, match="lazy layer is not made yet"):
        st.torch.watch(lazy, loss=SQUARED, data=(X, Y))


def test_a_figure_tells_sizes_of_gradients_and_no_path_that_leaves_where_none_does() -> None:
    """A range of a few per cent has numbers at its axis; a map has its whole path."""
    run = watched_steps(X, Y, (X, Y), steps=4)
    figure = run.figure(panels=["map", "gradient"])
    figure.canvas.draw()
    axes = next(one for one in figure.axes if one.get_ylabel() == "length of the gradient")
    low, high = axes.get_ylim()
    shown = [at for at in axes.get_yticks() if low <= at <= high]
    assert len(shown) >= 2
    assert not any("leaves the picture" in text.get_text() for text in figure.texts)


def test_rows_of_a_step_are_no_mini_batch_where_no_data_were_given() -> None:
    X = torch.linspace(-1, 1, 20).reshape(-1, 1)
    model, loss = nn.Linear(1, 1), nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with st.torch.watch(model, optimizer, loss=loss) as watched:
        for _ in range(3):
            optimizer.zero_grad()
            loss(model(X), 3 * X).backward()
            optimizer.step()
    words = watched.run.explain()
    assert "mini-batch" not in words
    assert "that of all rows, and how many these are, is not known" in words
    assert "batches of 20 rows" in words
    assert "of the first batch" in words and "each on its own batch" in words


def test_the_live_page_says_that_it_needs_rows_and_what_shows_such_a_run(
    diverged: Run, tmp_path: Path
) -> None:
    path = tmp_path / "watched.steepest"
    diverged.save(path)
    with pytest.raises(st.ChoiceError, match=r"run of Linear has none; .*steepest show RUN --page"):
        opened(str(path), None, None, None)


def test_words_name_the_params_on_the_axes_of_the_surface() -> None:
    torch.manual_seed(0)
    model, loss = dense(), nn.CrossEntropyLoss()
    X, y = torch.randn(30, 2), torch.randint(0, 3, (30,))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
        for _ in range(9):
            optimizer.zero_grad()
            loss(model(X), y).backward()
            optimizer.step()
    run = watched.run
    assert "over 30 rows" in run.explain() and "how many" not in run.explain()
    surface = run.surface(points=3)
    moved = np.abs(run.trace.last.params - run.trace.first.params)
    most = sorted(run.param_names[i] for i in np.argsort(-moved)[:2])
    assert sorted([surface.x_name, surface.y_name]) == most
    head = next(line for line in run.explain().split("\n") if line.startswith("  step "))
    assert head.split("  ")[2].strip() == surface.x_name and surface.y_name in head
    assert all(f"  {name} = " in run.explain() for name in most)

"""Planes through a module of PyTorch: the true loss by whichever way, and curvature."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import steepest as st

torch = pytest.importorskip("torch", reason="pip install 'steepest[torch]'")
nn, parametrizations = torch.nn, torch.nn.utils.parametrizations

from torch_nets import Convolutional, Recurrent, dense  # noqa: E402

from steepest.bridge.torch import on_plane, preview  # noqa: E402
from steepest.objective.plane.plane import Plane  # noqa: E402

WAYS: dict[str, tuple[Callable[[], Any], tuple[int, ...], Any, str]] = {
    "tanh": (dense, (2,), None, "known network"),
    "relu": (lambda: dense(nn.ReLU()), (2,), None, "known network"),
    "dropout": (lambda: dense(nn.Tanh(), nn.Dropout()), (2,), None, "vmap"),
    "float32": (dense, (2,), torch.float32, "known network"),
    "convolutional": (Convolutional, (1, 4, 4), torch.float32, "first layer"),
    "in float64": (Convolutional, (1, 4, 4), None, "vmap"),
    "recurrent": (Recurrent, (5, 2), None, "loop"),
}


def data(*shape: int) -> list[tuple[Any, Any]]:
    torch.manual_seed(0)
    X, y = torch.randn(30, *shape), torch.randint(0, 3, (30,))
    return [(X[:17], y[:17]), (X[17:], y[17:])]


@pytest.mark.parametrize("name", WAYS)
def test_every_way_has_the_losses_of_a_loop(name: str) -> None:
    module, shape, dtype, way = WAYS[name]
    batches = data(*shape)
    model = module()
    surface = st.torch.surface(model, nn.CrossEntropyLoss(), batches, points=5, dtype=dtype)
    objective, plane = surface.objective, surface.plane
    on = objective.on_plane(plane)
    centre = surface.axes.read(plane.origin)
    a, b = np.meshgrid(surface.x - centre[0], surface.y - centre[1])
    on.at(a[0], b[0])
    assert on.way == way
    loop = np.array([[objective.value(plane.params(*at)) for at in zip(*line, strict=True)]
                     for line in zip(a, b, strict=True)])  # fmt: skip
    np.testing.assert_allclose(surface.loss, loop, rtol=1e-12 if dtype is None else 2e-6)
    assert np.ptp(loop) > 0.01


def test_a_way_with_other_losses_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    loss, batches = nn.CrossEntropyLoss(), data(2)
    true = st.torch.surface(dense(nn.Tanh(), nn.Dropout()), loss, batches, points=5)

    class Wrong(NamedTuple):
        by_lines: bool = True

        def at(self, a: Any, b: Any) -> Any:
            return np.full(len(a), 1.25)

        def grid(self, a: Any, b: Any) -> Any:
            return np.full((len(b), len(a)), 1.25)

    monkeypatch.setattr(on_plane, "known_network", lambda *_: Wrong())
    on = true.objective.on_plane(true.plane)
    found = on.grid(np.array([0.0, 0.5]), np.array([0.0, 0.25]))
    assert on.way == "loop"
    assert found[1, 1] == true.objective.value(true.plane.params(0.5, 0.25))


def test_a_known_network_s_grid_is_that_of_our_own_kernel() -> None:
    surface = st.torch.surface(dense(nn.ReLU()), nn.CrossEntropyLoss(), data(2), points=3)
    size = surface.objective.size
    plane = Plane(surface.objective.params, *np.eye(size)[[size - 1, size - 3]])
    on, a, b = (
        surface.objective.on_plane(plane),
        np.linspace(-1.0, 2.0, 5),
        np.linspace(0.0, 1.0, 4),
    )
    assert on.way == "known network" and not on.by_lines  # two tables stand for all of it
    plain = [[surface.objective.value(plane.params(x, y)) for x in a] for y in b]
    np.testing.assert_allclose(on.grid(a, b), plain, rtol=1e-12)


@pytest.mark.parametrize("between", [(nn.Tanh(),), (nn.BatchNorm1d(4), nn.Tanh())])
def test_both_ends_of_the_spectrum_are_those_of_the_whole_matrix(between: Any) -> None:
    loss, batches = nn.CrossEntropyLoss(torch.tensor([1.0, 4.0, 0.5])), data(2)
    surface = st.torch.surface(dense(*between), loss, batches, plane="sharpest", points=3)
    objective = surface.objective
    product = objective.hessian_at(objective.params)
    whole = np.array([product(one) for one in np.eye(objective.size)])
    np.testing.assert_allclose(whole, whole.T, atol=1e-10)
    values = np.linalg.eigvalsh(whole)
    for end, value in (("top", values[-1]), ("bottom", values[0])):
        residual = surface.numbers[f"{end}_residual"]
        assert abs(surface.numbers[end] - value) <= residual + 1e-9
        assert residual <= 1e-3 * abs(value) + 1e-9
    u, v = np.eye(objective.size)[:2]
    at = objective.evaluate(objective.params)
    np.testing.assert_allclose(objective.curvature_along(at, [u, v]), whole[:2, :2], atol=1e-12)
    single = st.torch.objective(objective.model, loss, batches, dtype=torch.float32)
    again = single.hessian_at(objective.params)
    np.testing.assert_allclose(again(u), whole[0], atol=1e-12)


def old_weight_norm(layer: Any) -> Any:
    with pytest.warns(FutureWarning, match="deprecated"):
        return nn.utils.weight_norm(layer)


WRONG = {"parametrization": parametrizations.weight_norm, "hook": old_weight_norm}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_second_derivatives_are_not_drawn_and_name_the_layer(name: str) -> None:
    model = nn.Sequential(
        nn.Linear(2, 4), nn.Tanh(), WRONG[name](nn.Linear(4, 4)), nn.Tanh(), nn.Linear(4, 3)
    )
    objective = st.torch.objective(model, nn.CrossEntropyLoss(), data(2))
    assert not objective.has_curvature
    assert objective.hessian_at(objective.params) is None
    with pytest.raises(st.SteepestError, match=r"wrong in the layer 2 \(Linear with _?WeightNorm"):
        st.torch.surface(model, nn.CrossEntropyLoss(), data(2), plane="sharpest")
    run = st.descend(objective, start=objective.params, steps=10)
    assert run.loss < run.trace[0].loss


def test_right_second_derivatives_are_not_refused() -> None:
    normed = parametrizations.spectral_norm(nn.Linear(2, 4))
    for first in (nn.Sequential(normed, nn.Tanh(), nn.Linear(4, 3)), dense(nn.ReLU())):
        assert st.torch.objective(first, nn.CrossEntropyLoss(), data(2)).no_hessian == ""


def test_kinks_are_not_taken_for_wrong_second_derivatives() -> None:
    """In float32 differences step over kinks of ReLU: they are taken in float64."""
    torch.manual_seed(0)
    wide = nn.Sequential(nn.Linear(2, 300), nn.ReLU(), nn.Linear(300, 60), nn.ReLU())
    model, X = nn.Sequential(wide, nn.Linear(60, 3)), torch.randn(400, 2)
    y = torch.randint(0, 3, (400,))
    for dtype in (torch.float32, torch.float64):
        assert not st.torch.objective(model, nn.CrossEntropyLoss(), (X, y), dtype=dtype).no_hessian


def test_a_random_plane_is_as_long_in_each_filter_as_its_weights() -> None:
    surface = st.torch.surface(Convolutional(), nn.CrossEntropyLoss(), data(1, 4, 4), points=3)
    objective, plane = surface.objective, surface.plane
    u, v, here = (
        objective.trainable.tensors(torch.tensor(one)) for one in (plane.u, plane.v, plane.origin)
    )
    filters = u["first.weight"].reshape(3, -1).norm(dim=1)
    torch.testing.assert_close(filters, here["first.weight"].reshape(3, -1).norm(dim=1))
    assert not u["first.bias"].any() and not v["norm.weight"].any()
    assert abs(plane.u @ plane.v) < 1e-12 * (plane.u @ plane.u)


def test_a_surface_of_no_training_is_drawn_and_says_of_which_rows(tmp_path: Path) -> None:
    loss = nn.CrossEntropyLoss()
    seen = st.torch.surface(dense(), loss, data(2), plane="sharpest", points=9, rows=20)
    assert "The loss is of 20 of 30 rows, ± " in seen.in_words and not seen.exact
    assert "no step was taken along it" in seen.run.explain()
    figure = seen.figure(tmp_path / "plane.png")
    said = " ".join(text.get_text() for text in figure.texts).replace("\n", " ")
    assert "of 20 of 30 rows" in said and "path" not in said
    assert (tmp_path / "plane.png").stat().st_size > 10_000


def test_planes_that_there_are_not() -> None:
    model, loss, u = dense(), nn.CrossEntropyLoss(), np.ones(27)
    for options, said in (
        ({"plane": "path"}, "a single point"),
        ({"plane": (u, 2 * u)}, "parallel"),
        ({"plane": "flat"}, "must be one of path, random, sharpest"),
        ({"x": "weight 99", "y": "bias 1"}, "no param 'weight 99'"),
        ({"x": "bias 1", "y": "0.bias[0]"}, "two different params"),
    ):
        with pytest.raises(st.SteepestError, match=said):
            st.torch.surface(model, loss, data(2), **options)  # type: ignore[arg-type]


@pytest.mark.prove
def test_the_lines_of_the_guide_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = Path(__file__).parents[2] / "docs" / "practitioner.md"
    told = guide.read_text(encoding="utf-8").partition("## A model of PyTorch")[2]
    lines = told.partition("```python\n")[2].partition("```")[0]
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    names: dict[str, Any] = {}
    exec(compile(lines.replace('"sharpest")', '"sharpest", points=5)'), str(guide), "exec"), names)
    assert names["run"].loss < 0.2 < names["run"].trace[0].loss
    assert (tmp_path / "sharpest.png").exists()


def test_a_preview_has_as_many_rows_as_there_is_time_for(monkeypatch: Any) -> None:
    data = torch.rand(2000, 2), torch.arange(2000) % 3
    took = {preview.FEW: 1e-3, preview.MORE: 4e-3}
    monkeypatch.setattr(preview, "_seconds", lambda one: took[one.batches.rows])
    seen = st.torch.surface(dense(), nn.CrossEntropyLoss(), data, seconds=1)
    wanted = int(128 + (0.5 / 81 - 4e-3) / (3e-3 / 96))
    assert seen.loss.shape == (9, 9)
    assert f"The loss is of {wanted} of 2,000 rows, ± " in seen.in_words
    assert seen.objective.number_type == torch.float32
    (level,) = seen.refined().refinement
    assert level.points == 17 and level.error > 0
    whole = st.torch.surface(dense(), nn.CrossEntropyLoss(), data, seconds=60)
    assert not whole.objective.rows_in_words
    least = st.torch.surface(dense(), nn.CrossEntropyLoss(), data, seconds=0.1)
    assert "of 20 of 2,000 rows" in least.in_words


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"seconds": 0}, "seconds is 0, but it must be"),
        ({"seconds": 1, "rows": 50}, "rows and seconds: both say how many rows"),
        ({"seconds": 1, "points": 1}, "points is 1"),
    ],
)
def test_a_preview_that_cannot_be_is_told(options: dict[str, Any], said: str) -> None:
    with pytest.raises(st.SteepestError, match=said):
        st.torch.surface(
            dense(), nn.CrossEntropyLoss(), (torch.rand(9, 2), torch.arange(9) % 3), **options
        )


def test_a_picture_is_as_fine_as_there_is_time_for() -> None:
    """The time of a point is the shortest of three; the coarsest grid comes however long it takes.

    Of a network that our own kernels know none is measured.
    """
    from steepest.bridge.torch.pictured import points_in_time

    def sides(*seconds: float) -> int:
        ticks = iter([tick for one in seconds for tick in (0.0, one)])
        return points_in_time(lambda: None, 61, ticks.__next__)

    assert sides(1e-3, 1e-3, 1e-3) == sides(9.0, 1e-3, 9.0) == 61
    assert [sides(*3 * [10.0 / side**2]) for side in (41, 31, 21)] == [41, 31, 21]
    assert sides(60.0, 60.0, 60.0) == 21
    X, y = torch.randn(40, 2), torch.randn(40, 1)
    known = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    assert st.torch.objective(known, nn.MSELoss(), (X, y)).picture_points(61) == 61

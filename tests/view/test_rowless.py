"""The page of a run without rows: few numbers a step, of which all that is told is that of all."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.typing import NDArray

import steepest as st
from steepest.page.few_coordinates import FewCoordinates
from steepest.surface.directions import choose_axes

Array = NDArray[np.float64]
MANY = 40


def quartic(params: Array) -> tuple[float, Array]:
    """A loss of many params, no quadratic, whose minimum is at `k/10`."""
    off = params - np.arange(len(params)) / 10.0
    return float((off**2).sum() + 0.1 * (off**4).sum()), 2.0 * off + 0.4 * off**3


@pytest.fixture(scope="module")
def run() -> st.Run:
    start = np.random.default_rng(0).normal(size=MANY)
    return st.descend(quartic, start=start, learning_rate=0.05, steps=30)


@given(seed=some.integers(0, 10_000), on_axes=some.booleans(), told=some.integers(0, 4))
def test_few_coordinates_have_the_lengths_of_all_params(
    seed: int, on_axes: bool, told: int
) -> None:
    made = np.random.default_rng(seed)
    points, gradient = made.normal(size=(6, 12)) * 10.0 ** made.uniform(-6, 6), made.normal(size=12)
    points[3] = points[2]
    origin, names = points[-1], [f"p{i}" for i in range(12)]
    plane = None if on_axes else (made.normal(size=12), made.normal(size=12))
    axes = choose_axes(names, origin, plane=plane, usual=("p1", "p4"))
    few = FewCoordinates(range(told), axes.u, axes.v, origin)
    found, usual = few.path(points), float(np.abs(points).max())
    of = {"atol": 1e-7 * usual, "rtol": 1e-7}
    np.testing.assert_array_equal(found[:, :told], points[:, :told])
    steps, same = (np.linalg.norm(np.diff(one, axis=0), axis=1) for one in (points, found))
    np.testing.assert_allclose(same, steps, **of)
    assert np.linalg.norm(few.gradient(gradient)) == pytest.approx(np.linalg.norm(gradient))
    zero = axes.read(np.zeros(12))
    px, py = map(few.direction, axes.reading)
    np.testing.assert_allclose(np.array([found @ px, found @ py]).T + zero, axes.read(points), **of)
    x, y = axes.read(points).T
    u, v, rest = map(few.direction, (axes.u, axes.v, axes.rest(origin)))
    shadows = rest + np.outer(x, u) + np.outer(y, v)
    away = np.linalg.norm(found - shadows, axis=1)
    np.testing.assert_allclose(away, axes.off_plane(points - origin), **of)
    for along, direction in ((axes.u, u), (axes.v, v)):
        assert few.gradient(gradient) @ direction == pytest.approx(gradient @ along)


@pytest.mark.parametrize("plane", [None, "path"])
def test_its_record_tells_the_run_and_what_is_left_out(run: st.Run, plane: Any) -> None:
    surface = run.surface(plane=plane, points=9)
    scene = run.record(surface=surface)
    told, size = scene["run"], scene["run"]["size"]
    assert size == len(scene["params"]) < 12 and scene["allParams"] == MANY
    assert told["count"] == 31 == len(told["index"])
    assert [scene["params"][i]["name"] for i in scene["told"]] == [
        run.param_names[i] for i in run.story.shown_params
    ]
    np.testing.assert_array_equal(told["fullLoss"], run.trace.full_losses)
    np.testing.assert_allclose(
        np.linalg.norm(told["gradient"].reshape(-1, size), axis=1), run.trace.gradient_norms
    )
    points = told["params"].reshape(-1, size)
    drawn = scene["surface"]
    path = np.array([points @ drawn["px"], points @ drawn["py"]]).T - drawn["zero"]
    np.testing.assert_allclose(path, surface.path, atol=1e-9)
    assert scene["engine"] == "record" and scene["shown"] == 0
    note = scene["note"]
    assert "it has the params and their loss" in note and "tasks are left out" in note


def test_few_params_are_told_as_they_are() -> None:
    run = st.descend(quartic, start=[1.0, 2.0], learning_rate=0.05, steps=5)
    scene = run.record()
    np.testing.assert_array_equal(scene["run"]["params"].reshape(-1, 2), run.trace.params)
    assert scene["plane"] == [0, 1] and scene["told"] == [0, 1]


def test_without_a_surface_the_page_has_the_rest_and_says_why(tmp_path: Path) -> None:
    one = st.descend(quartic, start=[3.0], learning_rate=0.05, steps=5)
    scene = one.record()
    assert scene["surface"]["nx"] == 0 and "a surface needs two params" in scene["note"]
    one.page(tmp_path / "one.html")
    assert "a surface needs two params" in (tmp_path / "one.html").read_text()


@pytest.mark.parametrize("plane", [None, "path"])
def test_a_file_keeps_a_surface_and_all_pictures_are_over_it(
    run: st.Run, plane: Any, tmp_path: Path
) -> None:
    surface, file = run.surface(plane=plane, points=9), tmp_path / "run.steepest"
    run.save(file, surface=surface)
    read = st.load(file)
    kept = read.surface()
    for name in ("x", "y", "loss", "path", "path_loss", "off_plane", "plane_loss"):
        np.testing.assert_allclose(getattr(kept, name), getattr(surface, name), atol=1e-12)
    assert kept.in_words == surface.in_words and kept.numbers.keys() == surface.numbers.keys()
    assert kept.to_report() == surface.to_report()
    one, other = (r.record(surface=s) for r, s in ((run, surface), (read, None)))
    np.testing.assert_array_equal(one["surface"]["loss"], other["surface"]["loss"])
    if plane:
        assert read.figure(panels=["map"]).axes
    with pytest.raises(st.ChoiceError, match="is code, which is in no file"):
        kept.at(0.0, 0.0)
    with pytest.raises(st.ChoiceError, match=r"load\(path, objective"):
        read.surface(plane="path")
    assert st.load(file, objective=quartic).surface(points=5).loss.shape == (5, 5)


def test_a_surface_that_a_file_need_not_keep_is_refused(run: st.Run, tmp_path: Path) -> None:
    fit = st.descend("geyser", "waiting", ["duration"], steps=5)
    with pytest.raises(st.ChoiceError, match="leave surface out"):
        fit.save(tmp_path / "a.steepest", surface=fit.surface(points=5))
    with pytest.raises(st.ChoiceError, match="of another run"):
        run.save(tmp_path / "a.steepest", surface=fit.surface(points=5))
    run.save(tmp_path / "b.steepest")
    note = st.load(tmp_path / "b.steepest").record()["note"]
    assert "save(path, surface=run.surface()) keeps one in the file" in note
    assert json.loads(json.dumps(note)) == note


def test_of_a_training_that_was_given_its_rows_the_page_says_why_it_shows_none() -> None:
    """They are there, and known to PyTorch alone: that there are none would not be true."""
    torch = pytest.importorskip("torch", reason="pip install 'steepest[torch]'")
    X = torch.linspace(-1.0, 1.0, 12, dtype=torch.float64).reshape(6, 2)
    model, loss = torch.nn.Linear(2, 1, dtype=torch.float64), torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with st.torch.watch(model, optimizer, loss=loss, data=(X, X[:, :1])) as watched:
        for _ in range(3):
            optimizer.zero_grad()
            loss(model(X), X[:, :1]).backward()
            optimizer.step()
    note = watched.run.record()["note"]
    assert "rows only where it knows the model" in note and "no table" not in note

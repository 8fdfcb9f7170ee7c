"""How the surface is coloured and cut, and which points of a long path are drawn."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

import steepest as st
from steepest.view.captions import Captions
from steepest.view.film import GROWING, LINGER, _script, _seconds
from steepest.view.format import FILM_SIZE
from steepest.view.heights import BREADTH, cut_of, heights_of
from steepest.view.panel import path_of
from steepest.view.scene import MOST_POINTS, some_rows, thinned
from steepest.view.shading import BANDS, clipped_polygons, shades_of
from steepest.view.sheet import Sheet

Array = NDArray[np.float64]


def surface(loss: Array, path_loss: Any = (0.0,)) -> Any:
    """Return what is read of a surface whose grid is [0, 1] x [0, 2]."""
    rows, columns = loss.shape
    x, y = np.linspace(0, 1, columns), np.linspace(0, 2, rows)
    return SimpleNamespace(x=x, y=y, loss=loss, path_loss=np.asarray(path_loss, dtype=float))


def area(polygons: Array) -> float:
    """Return the area below the polygons by the shoelace formula."""
    x, y = polygons[:, :, 0], polygons[:, :, 1]
    return float(
        np.abs((x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y).sum(axis=1)).sum() / 2
    )


losses = arrays.arrays(
    np.float64, some.tuples(some.integers(2, 9), some.integers(2, 9)), elements=some.floats(0, 100)
)


@given(losses, some.floats(1, 99))
def test_no_polygon_is_above_the_cut(loss: Array, cut: float) -> None:
    polygons = clipped_polygons(surface(loss), cut)
    assert polygons.size == 0 or polygons[:, :, 2].max() <= cut * (1 + 1e-12)


@given(losses)
def test_without_a_cut_the_polygons_cover_the_window(loss: Array) -> None:
    polygons = clipped_polygons(surface(loss), 101.0)
    assert polygons.shape == ((loss.shape[0] - 1) * (loss.shape[1] - 1), 5, 3)
    assert area(polygons) == pytest.approx(2.0)


@given(some.floats(0.05, 0.95), some.integers(2, 12), some.integers(2, 12))
def test_of_a_slope_the_part_below_the_cut_is_covered(cut: float, rows: int, columns: int) -> None:
    loss = np.tile(np.linspace(0, 1, columns), (rows, 1))
    polygons = clipped_polygons(surface(loss), cut)
    assert area(polygons) == pytest.approx(2 * cut)
    assert polygons[:, :, 2].ravel() == pytest.approx(polygons[:, :, 0].ravel())


@given(some.floats(0.1, 3.0))
def test_of_a_slope_along_both_axes_a_corner_is_cut_off(cut: float) -> None:
    x, y = np.meshgrid(np.linspace(0, 1, 8), np.linspace(0, 2, 11))
    whole = 2.0
    beyond = max(0.0, 3 - cut) ** 2 - max(0.0, 2 - cut) ** 2 - max(0.0, 1 - cut) ** 2
    assert area(clipped_polygons(surface(x + y), cut)) == pytest.approx(whole - beyond / 2)


def test_a_corner_without_a_finite_loss_leaves_a_hole() -> None:
    loss = np.zeros((4, 4))
    loss[1, 1] = np.nan
    assert len(clipped_polygons(surface(loss), 1.0)) == 9 - 4
    loss[1, 1] = np.inf
    assert len(clipped_polygons(surface(loss), 1.0)) == 9 - 4


@given(losses)
def test_colours_go_from_the_lowest_to_the_highest_loss_and_back(loss: Array) -> None:
    shades = shades_of(surface(loss))
    low, high = float(shades.norm.vmin or 0), float(shades.norm.vmax or 0)
    assert low == loss.min()
    assert high == (loss.max() if loss.max() > loss.min() else pytest.approx(low, abs=1e-3))
    shares = np.linspace(0, 1, 9)
    there = shades.norm.inverse(shares)
    assert np.asarray(shades.norm(there)) == pytest.approx(shares, abs=1e-4)
    assert (np.diff(there) >= 0).all()


@given(losses)
def test_levels_are_shares_of_the_colours_evenly_apart(loss: Array) -> None:
    shades = shades_of(surface(loss))
    assert len(shades.levels) == BANDS - 1
    even = np.arange(1, BANDS) / BANDS
    assert np.asarray(shades.norm(shades.levels)) == pytest.approx(even, abs=1e-4)


def test_a_loss_that_is_nowhere_finite_but_here_has_colours() -> None:
    loss = np.full((3, 3), np.inf)
    loss[0, :2] = 1.0, 2.0
    assert (shades_of(surface(loss)).norm.vmin, shades_of(surface(loss)).norm.vmax) == (1.0, 2.0)


@given(losses, some.lists(some.floats(0, 100), min_size=1, max_size=9))
def test_the_cut_is_within_the_surface_and_above_what_the_path_reached(
    loss: Array, path: list[float]
) -> None:
    cut = cut_of(surface(loss, path))
    assert loss.min() < cut <= max(loss.max(), loss.min() + 1e-4)
    inside = [one for one in path if loss.min() <= one <= loss.max()]
    assert not inside or cut >= max(inside)


def test_a_bowl_is_cut_at_two_and_a_half_times_the_height_of_the_path() -> None:
    x, y = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 41))
    steep = (x**2 + y**2) ** 4
    assert np.quantile(steep, 0.4) < 2.5 * 0.1
    assert cut_of(surface(steep, [0.1, 0.05, np.inf])) == pytest.approx(0.25)


@given(some.integers(1, 10**6), some.integers(4, 500))
def test_thinned_indices_are_distinct_few_and_keep_both_ends(count: int, most: int) -> None:
    chosen = thinned(count, most)
    assert len(chosen) <= max(most, 1)
    assert (chosen[0], chosen[-1]) == (0, count - 1)
    assert (np.diff(chosen) > 0).all()
    near = min(count, most // 2)
    assert chosen[:near].tolist() == list(range(near))


@given(some.integers(1, 5000), some.integers(1, 300))
def test_some_rows_are_the_same_each_time_and_in_order(count: int, most: int) -> None:
    rows = some_rows(count, most)
    assert len(rows) == min(count, most)
    assert (np.diff(rows) > 0).all() and rows[0] >= 0 and rows[-1] < count
    assert np.array_equal(rows, some_rows(count, most))


@given(losses, some.lists(some.floats(0, 100), min_size=1, max_size=9))
def test_heights_go_up_with_the_loss_from_0_to_1_and_their_numbers_are_losses(
    loss: Array, path: list[float]
) -> None:
    drawn = surface(loss, path)
    heights = heights_of(drawn)
    ordered = np.sort(loss.ravel())
    found = heights.of(ordered)
    assert (np.diff(found) >= 0).all() and found[0] == 0.0
    assert heights.of(heights.cut) == pytest.approx(1.0)
    marks, labels = heights.ticks()
    assert ((marks >= 0) & (marks <= 1 + 1e-12)).all()
    told = [float(label.replace(",", "")) for label in labels]
    assert heights.of(told) == pytest.approx(marks, abs=0.02)


def test_a_sliver_becomes_a_square_root_and_a_wide_basin_stays_linear() -> None:
    x, y = np.meshgrid(np.linspace(-1, 1, 61), np.linspace(-1, 1, 61))
    wide, thin = x**2 + y**2, x**2 + 400 * (y - x) ** 2
    assert not heights_of(surface(wide, [0.5])).is_root
    assert np.mean(thin <= cut_of(surface(thin, [0.5]))) < BREADTH
    root = heights_of(surface(thin, [0.5]))
    assert root.is_root and root.cut == thin.max()
    assert np.mean(root.of(thin) > 0.1) > 0.8


@pytest.mark.parametrize("fps", [1, 15, 24, 50])
@pytest.mark.parametrize("points", [1, 2, 5, 400])
def test_a_film_goes_through_all_acts_and_points_in_order(points: int, fps: int) -> None:
    seconds = np.full(points - 1, min(LINGER, GROWING / max(points - 1, 1)))
    frames = list(_script(seconds, fps))
    assert frames == sorted(frames)
    assert frames[0] == (1, 0) and frames[-1] == (5, points - 1)
    assert {act for act, _ in frames} == ({1, 5} if points == 1 else {1, 2, 3, 4, 5})
    grown = [at for act, at in frames if act == 4]
    assert len(grown) <= max(1, GROWING * fps)
    if 2 <= points <= 30 and fps >= 15:
        assert set(grown) == set(range(1, points))


@pytest.mark.parametrize("steps", [200, 2000])
def test_a_run_that_arrives_early_is_filmed_where_its_loss_falls(steps: int) -> None:
    run = line_run(steps=steps, tol=0.0, learning_rate=0.3)
    losses = run.trace.full_losses
    arrived = int(np.argmax(losses < losses[-1] + 0.01 * (losses[0] - losses[-1])))
    assert arrived < 0.1 * steps
    path = path_of(run.scene)
    seconds = _seconds(run.scene.surface, path)
    falling = path.steps[1:] <= arrived
    assert seconds[falling].mean() > 0.8 * LINGER
    assert seconds[falling].mean() > 10 * seconds[~falling].mean()
    assert seconds[~falling].sum() < min(1.0, seconds[falling].sum())
    assert seconds.sum() <= GROWING


def line_run(**options: Any) -> st.Run:
    x = np.linspace(-1, 1, 30)
    rate = {"rule": "steepest", "scale": "none", "learning_rate": 0.1}
    return st.descend((x, 2 * x + x**2), **{**rate, **options})


def test_a_long_path_is_drawn_at_its_first_and_last_steps_and_its_result() -> None:
    run = line_run(steps=5000, tol=0.0, learning_rate=1e-3)
    path = path_of(run.scene)
    assert len(path.steps) <= MOST_POINTS + 1
    assert path.steps[:200].tolist() == list(range(200))
    assert path.steps[-1] == 5000
    assert path.steps[path.result] == run.scene.result.index
    assert np.array_equal(path.params, run.trace.params[path.steps])


def test_points_whose_loss_is_not_finite_are_not_drawn() -> None:
    run = line_run(steps=2000, learning_rate=1e6)
    path = path_of(run.scene)
    assert run.stop.reason == "diverged"
    assert np.isfinite(path.losses).all()
    assert path.steps[path.result] == run.scene.result.index == 0


def captions_of(run: st.Run) -> tuple[Captions, Any]:
    sheet = Sheet(FILM_SIZE, FILM_SIZE)
    return Captions(sheet, run.scene, path_of(run.scene)), run.scene


@pytest.mark.parametrize("act", [1, 2, 3, 4])
def test_the_words_of_a_step_appear_when_it_happens(act: int) -> None:
    captions, _ = captions_of(line_run(steps=6))
    captions.show(act, min(act - 1, 2))
    numbers = captions.moving[::3]
    assert [one.get_visible() for one in numbers] == [i < act for i in range(4)]
    assert [one.get_alpha() == 1.0 for one in numbers].index(True) == act - 1


def test_the_last_caption_says_params_and_loss_of_the_point() -> None:
    captions, scene = captions_of(line_run(steps=6))
    captions.show(5, 6)
    said = captions.moving[-1].get_text()
    weight, bias = scene.trace[6].params
    assert f"weight {weight:.4g}" in said and f"bias {bias:.4g}" in said
    assert f"loss {scene.trace[6].loss:.4g}" in said
    assert said.startswith("step 6\n")

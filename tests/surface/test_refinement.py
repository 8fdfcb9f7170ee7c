"""Surfaces from coarse to fine: the error found is that of an interpolation by SciPy."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

import steepest as st
from steepest.surface import refinement as module
from steepest.surface.refinement import loss_on_grid, refinement


@pytest.mark.parametrize("points", [9, 17, 40, 101])
def test_the_error_found_is_what_the_coarser_grid_misses(points: int) -> None:
    x, y = np.linspace(-1, 2, points), np.linspace(0, 3, points)
    loss = np.sin(3 * x) * np.exp(y)[:, None]
    levels = refinement(x, y, loss)
    if points < 17:
        assert levels == ()
        return
    coarse = np.union1d(np.arange(0, points, 2), [points - 1])
    between = RegularGridInterpolator((y[coarse], x[coarse]), loss[np.ix_(coarse, coarse)])
    guess = between(np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1))
    assert levels[-1].points == points
    assert levels[-1].error == pytest.approx(np.abs(guess - loss).max(), rel=1e-10)
    assert all(fine.error < 0.5 * coarse.error for coarse, fine in pairwise(levels))


def test_holes_are_left_out_of_the_error_found() -> None:
    x = np.linspace(-1, 1, 33)
    loss = x[:, None] ** 2 + x**2
    whole = refinement(x, x, loss)
    loss[4, 4], loss[9, 3] = np.inf, np.nan
    for holed, full in zip(refinement(x, x, loss), whole, strict=True):
        assert holed.points == full.points
        assert holed.error == pytest.approx(full.error)


@pytest.mark.parametrize("hidden", [(8, 8), (5,)])
def test_a_surface_from_coarse_to_fine_is_the_same(hidden: Any, monkeypatch: Any) -> None:
    run = st.descend("xor", "class", hidden=hidden, activation="relu", steps=3)
    told: list[float] = []
    plain = run.surface(plane="random", points=41)
    on_plane = run.objective.on_plane(plain.plane)
    a, b = (plain.x - plain.x[20], plain.y - plain.y[20])
    monkeypatch.setattr(module, "TOGETHER", 5)

    def show(done: float, say: Any) -> None:
        assert "of 41 lines" in say()
        told.append(done)

    found = loss_on_grid(on_plane, a, b, show)
    assert np.array_equal(found, on_plane.grid(a, b))
    assert told == sorted(told) and told[-1] == 1.0 and len(told) >= 9
    assert np.array_equal(run.surface(plane="random", points=41, progress=True).loss, plain.loss)
    assert plain.refinement[-1].points == 41
    assert 0 < plain.refinement[-1].error < np.ptp(plain.loss)

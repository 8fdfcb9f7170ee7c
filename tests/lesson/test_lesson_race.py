"""Momentum crosses a ravine clearly faster on any rows: the page's numbers, and the slides'."""

from decimal import Context, Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from steepest.lesson.bowl import _window_of
from steepest.lesson.lesson import Lesson, lesson_of
from steepest.lesson.race import STRETCH
from steepest.lesson.settings import Settings
from steepest.run.descend import descend

TABLES = {"year": (1950.0, 2020.0, 13.0), "size": (30.0, 160.0, 3.0), "level": (-1.0, 1.0, 0.4)}
"""By the name of a feature: its lowest value, its highest, and the slope of the target over it."""


def lesson_on(folder: Path, name: str, language: str = "en") -> Lesson:
    """Return the lesson on 80 rows of a feature, and a target about a line."""
    low, high, slope = TABLES[name]
    rng = np.random.default_rng(4)
    x = rng.uniform(low, high, 80).round(2)
    y = slope * (x - low) + rng.normal(0, 0.1 * slope * (high - low), 80)
    rows = "".join(f"{a},{b:.3f}\n" for a, b in zip(x, y, strict=True))
    table = folder / f"{name}.csv"
    table.write_text(f"{name},target\n{rows}", encoding="utf-8")
    return lesson_of(descend(str(table), "target", steps=2), Settings(language=language))


def walked(
    hessian: NDArray[np.float64], error: NDArray[np.float64], beta: float, steps: int
) -> float:
    """Return what heavy-ball momentum leaves of a quadratic, by the powers of its matrix."""
    one = np.eye(2)
    step = one - hessian / np.linalg.eigvalsh(hessian)[-1]
    both = np.block([[step + beta * one, -beta * one], [one, 0 * one]])
    left = (np.linalg.matrix_power(both, steps) @ np.concatenate([error, error]))[:2]
    return float(left @ hessian @ left / 2)


@pytest.mark.parametrize("name", TABLES)
def test_on_any_rows_momentum_leaves_less_than_a_tenth_of_what_is_left_without(
    tmp_path: Path, name: str
) -> None:
    lesson = lesson_on(tmp_path, name)
    v, (valley, *_, is_stretched) = lesson.values, lesson.line.race
    first, plain, momentum = (
        float(v[key]) - float(v["lowest"]) for key in ("loss0", "plain_loss", "momentum_loss")
    )
    assert 0.05 * first < plain < first and momentum < plain / 10
    assert is_stretched and v["stretch"] == pytest.approx(STRETCH)
    error = valley.start - np.polyfit(valley.x, lesson.line.y, 1)
    hessian = 2 * np.cov(np.array([valley.x, np.ones(80)]), bias=True)
    means = np.array([valley.x.mean(), 1.0])
    hessian = hessian + 2 * np.outer(means, means)
    assert plain == pytest.approx(walked(hessian, error, 0.0, 100), rel=1e-6)
    assert momentum == pytest.approx(walked(hessian, error, 0.81, 100), abs=1e-6 * first)
    assert lesson.sentence("momentum").startswith("The bowl is stretched into a ravine, 100 to 1, ")
    assert lesson.sentence("momentum", "sum").startswith("0.81 of the last step added: after 100 ")


def test_in_units_where_momentum_matters_they_are_the_readers_own(lesson: Lesson) -> None:
    race, v = lesson.line.race, lesson.values
    assert not race.is_stretched and race.valley.x is lesson.line.x
    assert lesson.sentence("momentum").startswith("Back in its own units")
    assert v["beta"] == pytest.approx((1 - float(v["condition"]) ** -0.5) ** 2, rel=1e-6)
    lowest = float(v["lowest"])
    assert float(v["momentum_loss"]) - lowest < (float(v["plain_loss"]) - lowest) / 10


@pytest.mark.parametrize(("low", "apart"), [(1990.0, 1.0), (1.8e12, 8.64e7), (1e6, 1e-3)])
def test_a_ravine_narrower_than_a_picture_shows_is_unbroken_and_said(
    tmp_path: Path, low: float, apart: float
) -> None:
    """Years, milliseconds and a narrow band; the ratio of curvatures by 60 decimal digits."""
    x = low + apart * np.arange(40)
    y = np.arange(40) / 10 + np.random.default_rng(0).normal(size=40)
    lesson = lesson_of(descend((x, y), steps=1))
    with localcontext(Context(prec=60)):
        exact = [Decimal(float(one)) for one in x]
        mean = sum(exact) / 40
        variance = sum((one - mean) ** 2 for one in exact) / 40
        half = variance + mean**2 + 1
        most = half + (half**2 - 4 * variance).sqrt()
        ratio = most * most / (4 * variance)
    assert float(lesson.values["condition"]) == pytest.approx(float(ratio), rel=1e-9)
    assert "narrower than drawn" in lesson.sentence("ravine", "sum")
    window, lowest = _window_of(lesson, "ravine"), float(lesson.values["lowest"])
    best = lesson.line.in_own_units(lesson.line.best)
    floor = lowest + float(variance) * (window.x - best[0]) ** 2
    assert window.is_thin and window.loss.min(axis=0) == pytest.approx(floor, rel=1e-6)
    assert float(np.quantile(window.loss, 0.1)) > 100 * float(floor.max())


def test_a_ravine_that_is_wide_enough_is_drawn_as_it_is(tmp_path: Path) -> None:
    lesson = lesson_on(tmp_path, "size")
    window = _window_of(lesson, "ravine")
    assert not window.is_thin and "narrower" not in lesson.sentence("ravine", "sum")
    off = np.array([window.x[7], window.y[90]]) - lesson.line.in_own_units(lesson.line.best)
    x = lesson.line.x
    hessian = 2 * np.array([[np.mean(x**2), x.mean()], [x.mean(), 1.0]])
    loss = float(lesson.values["lowest"]) + off @ hessian @ off / 2
    assert window.loss[90, 7] == pytest.approx(loss)

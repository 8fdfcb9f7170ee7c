"""Momentum crosses a ravine clearly faster on any rows: the page's numbers, and the slides'."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

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
    assert lesson.sentence("momentum").startswith("Stretched on purpose, curved 100 to 1: ")


def test_in_units_where_momentum_matters_they_are_the_readers_own(lesson: Lesson) -> None:
    race, v = lesson.line.race, lesson.values
    assert not race.is_stretched and race.valley.x is lesson.line.x
    assert lesson.sentence("momentum").startswith("Back in its own units")
    assert v["beta"] == pytest.approx((1 - float(v["condition"]) ** -0.5) ** 2, rel=1e-6)
    lowest = float(v["lowest"])
    assert float(v["momentum_loss"]) - lowest < (float(v["plain_loss"]) - lowest) / 10

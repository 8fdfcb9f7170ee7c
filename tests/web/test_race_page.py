"""Momentum is seen to matter on any rows: in the build of a lesson, and in the race of Explore."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from doors import READY, Doors, loss_of

import steepest as st
from steepest.lesson.lesson import lesson_of
from steepest.page.lesson.builds import builds

if TYPE_CHECKING:
    from playwright.sync_api import Page

TABLES = {"year": (1950.0, 2020.0, 13.0), "size": (30.0, 160.0, 3.0), "level": (-1.0, 1.0, 0.4)}
"""By the name of a feature: its lowest value, its highest, and the slope of the target over it."""

BUILD = [one.key for one in builds()].index("momentum") + 1


@pytest.fixture(scope="module", params=TABLES)
def own(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> st.Run:
    """A run on 80 rows of a feature, and a target about a line."""
    low, high, slope = TABLES[request.param]
    rng = np.random.default_rng(4)
    x = rng.uniform(low, high, 80).round(2)
    y = slope * (x - low) + rng.normal(0, 0.1 * slope * (high - low), 80)
    rows = "".join(f"{a},{b:.3f}\n" for a, b in zip(x, y, strict=True))
    table = tmp_path_factory.mktemp("race") / f"{request.param}.csv"
    table.write_text(f"{request.param},target\n{rows}", encoding="utf-8")
    choices = {"rule": "steepest", "learning_rate": 0.1, "scale": "standard", "steps": 60}
    return st.descend(str(table), "target", **choices)  # type: ignore[arg-type]


def test_the_page_tells_of_momentum_what_the_slides_do(
    doors: Doors, own: st.Run, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.html"
    own.lesson(path)
    page = doors.window(reduced_motion="reduce")
    page.goto(f"{path.as_uri()}#lesson&build={BUILD}")
    page.wait_for_selector('.st-lecture[data-build="momentum"]')
    told = lesson_of(own)
    assert page.locator(".st-le-say").inner_text() == told.sentence("momentum")
    assert page.locator(".st-le-sum").inner_text() == told.sentence("momentum", "sum")
    v = told.values
    lowest, plain, momentum = (float(v[key]) for key in ("lowest", "plain_loss", "momentum_loss"))
    assert momentum - lowest < (plain - lowest) / 10
    for _ in range(2):
        page.keyboard.press("PageUp")
    page.wait_for_selector('.st-lecture[data-build="ravine"]')
    said = page.locator(".st-le-sum").inner_text()
    is_year = own.data.features.columns[0].name == "year"
    assert ("narrower than drawn" in said) == told.line.is_thin == is_year


def at_the_end(page: "Page", name: str) -> float:
    """Return the loss where a run ends."""
    page.locator(".st-runs").get_by_role("button", name=name, exact=True).click()
    page.locator(READY).wait_for()
    page.keyboard.press("End")
    page.wait_for_function("() => document.querySelector('.st-app').dataset.at >= 30")
    return loss_of(page)


def test_momentum_wins_the_race_of_explore_on_any_rows(
    doors: Doors, own: st.Run, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.html"
    own.lesson(path)
    page = doors.sealed()
    page.goto(path.as_uri() + "#explore")
    page.locator(READY).wait_for()
    page.get_by_role("button", name="Momentum race").click()
    page.locator('.st-presets button[aria-disabled="true"]').wait_for()
    page.locator(READY).wait_for()
    page.get_by_role("button", name="Runs", exact=True).click()
    lowest = float(lesson_of(own).values["lowest"])
    plain, momentum = (at_the_end(page, name) - lowest for name in ("Run 1", "Run 2"))
    assert momentum < plain / 10, (plain, momentum, lowest)

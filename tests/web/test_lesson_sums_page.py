"""The page prints the same arithmetic as the slides, whose numbers give the printed result."""

from pathlib import Path

import pytest
from doors import Doors
from test_lesson_page import KEYS, opened

import steepest as st
from steepest.lesson.lesson import lesson_of
from steepest.lesson.settings import Settings
from steepest.lesson.sums import SUMS
from steepest.page.lesson.builds import LANGUAGES


@pytest.mark.parametrize(
    ("data", "target", "feature"),
    [("geyser", "waiting", "duration"), ("penguins", "body_mass_g", "flipper_length_mm")],
)
def test_the_page_prints_the_arithmetic_of_the_slides(
    doors: Doors, tmp_path: Path, data: str, target: str, feature: str
) -> None:
    run, path = st.descend(data, target, [feature], steps=1), tmp_path / "lesson.html"
    for language in LANGUAGES:
        run.lesson(path, language=language)
        page = opened(doors, path)
        lesson = lesson_of(run, Settings(language=language))
        for key in SUMS:
            page.evaluate("(at) => { location.hash = `lesson&build=${at}`; }", KEYS.index(key) + 1)
            page.locator(f'[data-build="{key}"]').wait_for()
            assert page.locator(".st-le-sum").text_content() == lesson.sentence(key, "sum"), key

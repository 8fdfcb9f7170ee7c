"""A lesson on the geyser for all tests of this room."""

import pytest

import steepest as st
from steepest.lesson.lesson import Lesson, lesson_of
from steepest.run.run import Run


@pytest.fixture(scope="session")
def geyser() -> Run:
    return st.descend("geyser", "waiting", ["duration"])


@pytest.fixture(scope="session")
def lesson(geyser: Run) -> Lesson:
    return lesson_of(geyser)

"""A repetition of the loop is a "round" on the page; "step" is for the lecture's four."""

import re
from pathlib import Path

import pytest
from doors import READY, Doors, at_step, settle

import steepest as st
from steepest.page.lesson.builds import sentences

# Returns all that is told, seen or heard, but how runs ended, which is in Python's words.
TOLD = """() => {
  const app = document.querySelector('.st-app');
  const told = [];
  for (const one of app.querySelectorAll('*')) {
    if (one.closest('.st-runs, [data-control="check"], .st-frame')) continue;
    told.push(...['aria-label', 'aria-valuetext', 'title'].map((name) => one.getAttribute(name)));
    if (!one.children.length) told.push(one.textContent);
  }
  return told.filter(Boolean).join('\\n');
}"""

OF_STEPS = re.compile(r"[^\n]*(?:\b[Ss]tep (?!2 tells)\d|\d steps?\b)[^\n]*")

COUNTED = re.compile(r"\{(?:\w_)?(?:rounds|tries|far)\}(?:\)?) (\w+)")


def test_explore_counts_rounds_and_keeps_the_four_steps(
    doors: Doors, line: st.Run, tmp_path: Path
) -> None:
    line.lesson(tmp_path / "lesson.html")
    page = doors.file(tmp_path / "lesson.html", "explore")
    page.locator(READY).wait_for()
    settle(page)
    for step in (1, 2, 3):
        page.keyboard.press("ArrowRight")
        at_step(page, step)
    page.locator(".st-steps-table summary").click()
    told = page.evaluate(TOLD)
    assert OF_STEPS.findall(told) == []
    assert page.locator(".st-counter").inner_text().split() == ["round", "3", "of", "60"]
    for words in ("Loss by round", "Round 3: weight ", "Round of the run", "25 rounds on"):
        assert words in told, words
    numbers = page.locator(".st-frame .st-number").all_inner_texts()
    assert numbers == ["Step 1", "Step 2", "Step 3", "Step 4"]
    assert page.get_by_role("button", name="Step", exact=True).is_visible()


@pytest.mark.parametrize(("lang", "words"), [("en", {"rounds"}), ("de", {"Runden"})])
def test_the_lesson_counts_rounds_in_each_language(lang: str, words: set[str]) -> None:
    builds = sentences(lang)["builds"]
    told = [text for one in builds.values() for text in one.values() if isinstance(text, str)]
    found = {word for text in told for word in COUNTED.findall(text)}
    assert found == words
    assert len(sentences(lang)["steps"]) == 4

"""A class without a server: answers go into the link that the page copies, links into a class."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from doors import Doors, settle

import steepest as st
from steepest.lesson.classroom import ENDS, classroom_of
from steepest.lesson.settings import Settings
from steepest.page.link import link_of_cells, read_link

if TYPE_CHECKING:
    from playwright.sync_api import Page

LINK = (
    "lesson.html#v=1&data=geyser&target=waiting&features=duration&loss=squared&rule=steepest"
    "&rate={rate}&scale=standard&l2=0&batch=all&seed={seed}&steps=30&start={start}"
    "&window=1,2,3,4&at=3&answer.way={way}&answer.new_weight={answer}"
)

DROP = """(text) => {
  const given = new DataTransfer();
  given.items.add(new File([text], 'links.csv'));
  const event = { dataTransfer: given, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new DragEvent('drop', event));
}"""

LINKS_IN = "async (texts) => texts.map((await import('/classroom/links.js')).linksIn)"


def lesson_of(line: st.Run, path: Path, **options: Any) -> Path:
    line.lesson(path, language="en", **options)
    return path


def opened(doors: Doors, path: Path, fragment: str = "") -> "Page":
    page = doors.sealed(reduced_motion="reduce")
    page.goto(path.as_uri() + fragment)
    page.wait_for_selector(".st-lecture")
    return page


def test_answers_go_into_the_link_and_are_there_again(
    doors: Doors, line: st.Run, tmp_path: Path
) -> None:
    page = opened(doors, lesson_of(line, tmp_path / "lesson.html"))
    page.keyboard.press("t")
    field = page.locator(".st-le-tasks input[type=text]").first
    item = page.locator(".st-le-tasks li").first
    error = float(re.findall(r"[\d.]+", item.locator("p").first.inner_text())[0]) - 96
    for text, said in ((f"{-error}", "That is the error"), (f"{error**2}", "Right.")):
        field.fill(text)
        item.get_by_role("button", name="Check").click()
        assert said in item.inner_text()
    field.fill("sixty")
    field.blur()
    assert "Type a number" in item.inner_text()
    third = page.locator(".st-le-tasks li").nth(2)
    hint, told = third.get_by_role("button").last, third.locator("p").last
    levels = []
    for _ in range(3):
        hint.click()
        levels.append(told.inner_text())
    assert levels[1].endswith("= ?") and levels[2].startswith(levels[1][:-1])
    field.fill("−1.5")
    field.blur()
    page.get_by_role("button", name="Copy a link").click()
    link = read_link(page.locator(".st-le-tasks textarea").input_value().split("#", 1)[1])
    assert link.answers == {"square": -1.5} and not link.faults
    assert link.options["learning_rate"] == 0.05
    page.reload()
    page.keyboard.press("t")
    assert field.input_value() == "-1.5"


def test_a_class_on_the_page_is_pythons(doors: Doors, line: st.Run, tmp_path: Path) -> None:
    rates = ["0.3", "0.001", "1.1", "0.12", "0.02", "-1"]
    answers = ["5", "-1e9", "3", "2", "1", "0"]
    links = [
        LINK.format(rate=rate, seed=i, start="1,50", way=i % 2, answer=answer)
        for i, (rate, answer) in enumerate(zip(rates, answers, strict=True))
    ]
    links.append(links[0].replace("geyser", "penguins"))
    links.append(links[0].replace("l2=0", "l2=3"))
    links += [links[0].replace("&rate=0.3", ""), links[0] + "&wind", "lost", "forgot it"]
    text = "\n".join(["name,link", *(f'"Lovelace, A",secret@a.example,"{one}"' for one in links)])
    (tmp_path / "links.csv").write_text(text, encoding="utf-8")
    room = classroom_of(tmp_path / "links.csv")
    page = opened(doors, lesson_of(line, tmp_path / "lesson.html"))
    page.evaluate(DROP, text)
    page.get_by_text("5 of 12 runs worked out again").wait_for()
    said = page.locator(".st-class-side").inner_text()
    assert all(f"{count} {ENDS[end]}" in said for end, count in room.ends.items())
    left_out = re.findall(r"rows? ([\d, ]+): (.*)", said.split("Left out")[1])
    rows = {int(row): why for rows, why in left_out for row in rows.split(", ")}
    assert sorted(rows) == [one.row for one in room.students if one.fault]
    assert {rows[12], rows[13]} == {room.students[11].fault} == {room.students[10].fault}
    for key, counts in room.answered.items():
        assert room.tasks[key].question in said
        assert all(f"{count} {name}" in said for name, count in counts.items())
    assert "Lovelace" not in page.content() and "secret" not in page.content()
    assert "5 runs over one loss surface" in str(
        page.locator(".st-class canvas").get_attribute("aria-label")
    )
    page.locator("textarea").fill("no link")
    page.get_by_role("button", name="Lay the runs").click()
    page.get_by_text("There is no link in this").wait_for()
    page.get_by_role("button", name="Explore").click()
    settle(page)


TABLES = [
    'name,link\nAda,"a.html#v=1&window=1,2&at=3",7\n',
    "a.html#v=1&window=1,2,3,4&answer.square=5\na.html#v=1&at=2\n\n",
    "Ada,a.html#v=1&features=a,b&window=1,2,3,4,Math 101\n",
    "Ada;a.html#v=1&start=1,2;9\n",
    "x\ty\nAda\tlesson.html#lesson&build=3&v=1&start=-1,.5\n",
    '"Ada ""A""\nLovelace",#v=1&at=1\n',
]


def test_a_link_is_read_from_a_table_as_python_reads_it(modules: "Page") -> None:
    found = modules.evaluate(LINKS_IN, TABLES)
    links = [[one["link"] for one in rows if one["link"]] for rows in found]
    assert links == [
        ["v=1&window=1,2&at=3"],
        ["v=1&window=1,2,3,4&answer.square=5", "v=1&at=2"],
        ["v=1&features=a,b&window=1,2,3,4"],
        ["v=1&start=1,2"],
        ["lesson&build=3&v=1&start=-1,.5"],
        ["v=1&at=1"],
    ]
    cells = ["Ada", "a.html#v=1&features=a", "b&window=1", "2", "3", "4", "Math 101"]
    assert link_of_cells(cells, ",") == links[2][0]


@pytest.mark.prove
def test_an_exam_holds_no_answers(doors: Doors, line: st.Run, tmp_path: Path) -> None:
    settings = tmp_path / "lesson.toml"
    settings.write_text("exam = true\n", encoding="utf-8")
    page = opened(doors, lesson_of(line, tmp_path / "lesson.html", settings=settings))
    held = json.loads(page.locator("#steepest-lesson").text_content() or "")
    for task in held["tasks"]["en"]:
        assert task.keys() == {"key", "question", "choices"}
    page.keyboard.press("t")
    tasks = page.locator(".st-le-tasks")
    assert "Whoever reads the code" in tasks.inner_text()
    assert tasks.get_by_role("button").all_inner_texts() == ["Close", "Copy a link with my answers"]
    page.keyboard.press("t")
    page.get_by_role("button", name="Explore").click()
    settle(page)
    assert page.locator("[data-outcome]").count() == 0
    assert "Show the answer" not in page.locator(".st-app").inner_html()


def test_an_exam_tells_no_verdict_and_cannot_be_ended(
    doors: Doors, line: st.Run, tmp_path: Path
) -> None:
    """Neither how the run ends nor above which rate it diverges, at whatever step."""
    settings = tmp_path / "lesson.toml"
    for exam in (False, True):
        settings.write_text(f"exam = {str(exam).lower()}\n", encoding="utf-8")
        path = lesson_of(line, tmp_path / f"{exam}.html", settings=settings)
        page = opened(doors, path)
        page.get_by_role("button", name="Explore").click()
        settle(page)
        told = []
        for key in ("Home", "ArrowRight", "End"):
            page.locator(".st-scrub input").press(key)
            settle(page)
            told.append(page.locator(".st-app").inner_text())
        hidden = [str(line.stop.message), "diverges above"]
        assert [any(text in one for one in told) != exam for text in hidden] == [True, True]
        assert page.locator(".st-marks .st-limit").count() == (not exam)
        page.locator("summary", has_text="Keep it").click()
        assert page.get_by_text("For a class").count() == (not exam)


@pytest.mark.prove
def test_an_exam_that_is_saved_from_a_page_is_one(
    doors: Doors, line: st.Run, tmp_path: Path
) -> None:
    page = opened(doors, lesson_of(line, tmp_path / "lesson.html"))
    page.get_by_role("button", name="Explore").click()
    settle(page)
    page.locator("summary", has_text="Keep it").click()
    page.get_by_role("button", name="For a class").click()
    page.get_by_label("Exam").check()
    page.get_by_label("presets", exact=True).check()
    page.get_by_label("Text above").fill("Group B")
    page.get_by_label("Text above").blur()
    assert page.locator("[data-outcome]").count() == 0
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save this page").click()
    saving.value.save_as(tmp_path / "exam.html")
    again = doors.file(tmp_path / "exam.html")
    assert again.locator("[data-outcome]").count() == 0
    assert again.locator('[data-control="presets"]').is_hidden()
    assert again.get_by_text("Group B").is_visible()
    linked = doors.file(tmp_path / "exam.html", "v=1&at=2")
    assert linked.locator('[data-control="presets"]').is_hidden()
    linked.locator("summary", has_text="Keep it").click()
    assert linked.get_by_text("For a class").count() == 0
    held = json.loads(again.locator("#steepest-lesson").text_content() or "")
    assert not any("answer" in task for task in held["tasks"]["en"])


def test_a_lesson_that_is_an_exam_is_true_or_false(tmp_path: Path) -> None:
    from steepest.lesson.settings import read_settings

    assert not Settings().exam
    (tmp_path / "lesson.toml").write_text('exam = "yes"\n', encoding="utf-8")
    with pytest.raises(st.ChoiceError, match="must be true or false"):
        read_settings(tmp_path / "lesson.toml")

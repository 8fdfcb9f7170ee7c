"""A class from its links: each is run again, names are not read, and what is damaged is said."""

import csv
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as some

import steepest as st
from steepest.cli.program import cli
from steepest.descent.plan.options import OPTIONS
from steepest.errors import ChoiceError, FileError
from steepest.lesson.class_figure import draw_class
from steepest.lesson.classroom import ENDS, classroom_of
from steepest.lesson.lesson import lesson_of
from steepest.lesson.settings import read_settings
from steepest.lesson.tasks import tasks_of
from steepest.page.link import CHOICES, link_in, read_link
from steepest.view.format import Format

LINK = (
    "https://a.example/lesson.html#lesson&v=1&data=geyser&target=waiting&features=duration"
    "&loss=squared&rule=steepest&rate={rate}&scale=standard&l2=0&batch=all&seed=3&steps=30"
    "&start={start}&window=1,2,3,4&at=3&answer.new_weight={answer}"
)


def link(rate: str = "0.3", start: str = "random", answer: str = "5") -> str:
    return LINK.format(rate=rate, start=start, answer=answer)


def write(path: Path, *links: str) -> Path:
    rows = [f'"Lovelace, {chr(65 + i)}",secret@a.example,"{one}"' for i, one in enumerate(links)]
    path.write_text("\n".join(["name,mail,link", *rows]) + "\n", encoding="utf-8")
    return path


def test_each_run_is_made_again_and_told_by_its_end(tmp_path: Path) -> None:
    rates = ["0.3", "0.001", "1.1", "0.12"]
    path = write(tmp_path / "links.csv", *(link(rate, "1,50") for rate in rates), "no link at all")
    room = classroom_of(path)
    ends = ["arrived", "too small", "too large", "arrived", ""]
    assert [one.end for one in room.students] == ends
    for rate, run in zip(rates, room.runs, strict=True):
        choices = {"rule": "steepest", "learning_rate": float(rate), "scale": "standard"}
        mine = st.descend("geyser", "waiting", ["duration"], start=[1, 50], steps=30, **choices)
        assert (run.trace.losses == mine.trace.losses).all()
    assert room.ends == {"arrived": 2, "too large": 1, "too small": 1}
    said = room.explain() + str(room.to_dict())
    assert "Lovelace" not in said and "secret" not in said and ENDS["too large"] in said
    figure = draw_class(room, Format(size=(800, 450)))
    assert len(figure.axes) == 2


def test_a_class_leaves_the_longest_field_of_the_csv_module_alone(tmp_path: Path) -> None:
    longest = csv.field_size_limit()
    classroom_of(write(tmp_path / "links.csv", link()))
    assert csv.field_size_limit() == longest


def test_mistakes_in_answers_are_counted(tmp_path: Path) -> None:
    first = classroom_of(write(tmp_path / "one.csv", link()))
    task = first.tasks["new_weight"]
    given_answers = [task.answer, *(at for at, _ in task.wrong.values()), 1e6, task.answer]
    answers = [repr(one) for one in given_answers]
    room = classroom_of(write(tmp_path / "all.csv", *(link(answer=one) for one in answers)))
    wrong = {"with the gradient": 1, "without the rate": 1, "otherwise wrong": 1}
    assert room.answered == {"new_weight": {"right": 2, **wrong}}


@pytest.mark.parametrize("others", [0, 2])
def test_answers_are_judged_by_the_lesson_that_the_class_had(tmp_path: Path, others: int) -> None:
    """Its numbers start where its own seed says: a run of `demo` has 3, and students may draw."""
    lesson = lesson_of(st.descend("geyser", "waiting", ["duration"], seed=3, steps=1))
    new = next(one for one in tasks_of(lesson) if one.key == "new_weight")
    rows = [link(answer=repr(new.answer))] * 2
    wrong = repr(new.wrong["with the gradient"][0])
    rows += [link(answer=wrong).replace("seed=3", f"seed={40 + i}") for i in range(others + 1)]
    room = classroom_of(write(tmp_path / "links.csv", *rows))
    found = {"right": 2, "with the gradient": others + 1}
    assert room.answered == {"new_weight": found}


def test_tasks_of_the_authors_own_are_judged(tmp_path: Path) -> None:
    toml = tmp_path / "lesson.toml"
    toml.write_text(
        'data = "geyser"\n[[tasks]]\nquestion = "Twice {loss0}?"\nanswer = "2 * loss0"\n'
    )
    settings = read_settings(toml)
    lesson = lesson_of(st.descend("geyser", "waiting", ["duration"], seed=3, steps=1), settings)
    twice = 2 * float(lesson.line.walk.trace.losses[0])
    rows = [link() + f"&answer.own1={one!r}" for one in (twice, twice, 7.0)]
    path = write(tmp_path / "links.csv", *rows)
    assert "own1" not in classroom_of(path).answered
    room = classroom_of(path, settings=settings)
    assert room.answered["own1"] == {"right": 2, "otherwise wrong": 1}
    said = CliRunner().invoke(cli, ["class", str(path), "--from", str(toml)])
    assert said.exit_code == 0 and "own1: 2 of 3 right" in said.output


DAMAGED = {
    link().replace("geyser", "penguins"): "it is of other data",
    link().replace("rate=0.3", "rate=-1"): "damaged at rate",
    link().replace("steps=30", "steps=1e9"): "damaged at steps",
    link().replace("v=1", "v=2"): "damaged at v",
    link(start="1,2,3"): "make no run",
    link() + "&x=1,2&y=3,4": "its rows were changed",
    link().partition("&window")[0] + "&wind": "damaged at a field without a value",
    link().partition("&steps")[0]: "cut off, or of a page that takes no steps: no steps in it",
    link().replace("&rate=0.3", ""): "no rate in it",
    link().replace("squared", "huber"): "another model, loss or penalty",
    link().replace("l2=0", "l2=3"): "another model, loss or penalty",
}


def test_what_cannot_be_run_is_left_out_and_said(tmp_path: Path) -> None:
    room = classroom_of(write(tmp_path / "links.csv", link(), link(), *DAMAGED))
    assert len(room.runs) == 2
    said = room.explain()
    for student, why in zip(room.students[2:], DAMAGED.values(), strict=True):
        assert why in student.fault and student.fault in said and str(student.row) in said
    assert sum(room.answered["new_weight"].values()) == 2, "nor do their answers count"


def test_rows_without_a_link_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "links.csv", link(), "lesson.html", "", "later", link(), "none", "x")
    path.write_text(path.read_text(encoding="utf-8") + ",,\n" + "Ada,,\n" * 20, encoding="utf-8")
    room = classroom_of(path)
    assert len(room.runs) == 2 and len(room.students) == 27
    assert room.explain().endswith(
        "25 of 27 rows\n  rows 3, 4, 5, 7, 8, 10, 11, 12, 13, 14, 15, 16 and 13 more: there is no "
        "link of a page in it"
    )
    assert [one["row"] for one in room.to_dict()["left_out"]][:3] == [3, 4, 5]


def test_a_class_that_cannot_be_told_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ChoiceError, match="has no link of a page in it"):
        classroom_of(write(tmp_path / "none.csv", "nothing"))
    own = link().replace("geyser", quote("my own.csv"))
    with pytest.raises(ChoiceError, match=r"of 'my own\.csv', which does not come .* --data FILE"):
        classroom_of(write(tmp_path / "own.csv", own))
    with pytest.raises(FileError, match="cannot read"):
        classroom_of(tmp_path / "no.csv")
    long = [link().replace("steps=30", "steps=100000")] * 300
    with pytest.raises(ChoiceError, match="give it in parts"):
        classroom_of(write(tmp_path / "long.csv", *long))


def test_how_runs_ended_is_said_right_of_one_and_of_many() -> None:
    """In the past tense, which in English is the same for any number; and as the page says it."""
    said = json.loads((Path(st.__file__).parent / "page/web/sentences/en.json").read_text())
    assert said["classroomEnds"] == ENDS
    assert {text.split()[0] for text in ENDS.values()} <= {"came", "ended", "did", "fell"}


WORDED = ("an answer", "a field without a value")


@given(some.text(max_size=200))
def test_no_text_breaks_the_reader_of_links(text: str) -> None:
    state = link_in(f"#v=1&{text}")
    assert state is not None
    found = read_link(state)
    assert set(found.options) <= set(OPTIONS)
    known = {key for key, _ in CHOICES.values()}
    assert set(found.faults) <= {*("v", "data", "target", "features", "start"), *WORDED, *known}


def test_links_without_a_target_ask_for_it(tmp_path: Path) -> None:
    links = tmp_path / "links.csv"
    links.write_text("link\nlesson.html#v=1&data=geyser&rate=0.5\n", encoding="utf-8")
    with pytest.raises(ChoiceError, match="name no target"):
        classroom_of(links)

"""The lesson's rows are the reader's own, in the part of a line and in that of classes."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from steepest.lesson.lesson import Lesson, lesson_of
from steepest.lesson.settings import Settings
from steepest.lesson.source_notes import source_notes
from steepest.page.lesson.builds import sentences
from steepest.page.lesson.record import lesson_rows, shipped_network
from steepest.page.lesson.rows import LessonRows
from steepest.page.schema import SceneRecord
from steepest.run.descend import descend
from steepest.run.run import Run


def lesson_on(path: Path, columns: dict[str, list[Any]], target: str, language: str = "") -> Lesson:
    rows = zip(*columns.values(), strict=True)
    text = "\n".join(",".join(map(str, row)) for row in rows)
    path.write_text(f"{','.join(columns)}\n{text}\n", encoding="utf-8")
    return lesson_of(descend(path, target, steps=1), Settings(language=language))


def rows_in(lesson: Lesson) -> tuple[LessonRows, LessonRows]:
    return lesson.line.rows, lesson.classes.rows


def test_thirds_of_a_number_are_its_classes(tmp_path: Path) -> None:
    y = np.random.default_rng(0).normal(size=50).round(3)
    columns = {"x": (2 * y + 1).tolist(), "y": y.tolist()}
    lesson = lesson_on(tmp_path / "own.csv", columns, "y", "de")
    numbers, classes = rows_in(lesson)
    low, high = np.quantile(y, [1 / 3, 2 / 3], method="inverted_cdf")
    assert numbers["own"] and classes["own"] and numbers["Y"].tolist() == y.tolist()
    assert classes["Y"].tolist() == ((y > low).astype(int) + (y > high)).tolist()
    written = [f"{one:.4g}".replace(".", ",").replace("-", "−") for one in (low, high)]
    named = [f"≤ {written[0]}", f"{written[0]} bis {written[1]}", f"> {written[1]}"]
    assert lesson.classes.classes == named
    told = "y ist eine Zahl: ihre Klassen sind Drittel der Zeilen"
    assert lesson.sentence("classes", "sum") == told


@pytest.mark.parametrize("values", [[0, 0, 0, 0, 1, 2], [0, 1, 2, 2, 2, 2], [0, 0, 1, 2, 2]])
def test_a_number_of_few_values_is_in_two_parts_with_rows_in_each(
    tmp_path: Path, values: list[int]
) -> None:
    columns = {"x": list(range(len(values))), "y": values}
    path = tmp_path / "own.csv"
    _, classes = rows_in(lesson_on(path, columns, "y"))
    (bound,) = classes["bounds"]
    assert classes["Y"].tolist() == [float(one > bound) for one in values]
    assert set(classes["Y"]) == {0.0, 1.0}


def test_of_classes_the_line_predicts_the_number_that_the_feature_tells_most_of(
    tmp_path: Path,
) -> None:
    random = np.random.default_rng(1)
    a = np.repeat([0.0, 4.0, 8.0], 20) + random.normal(size=60)
    columns = {
        "a": a.tolist(),
        "near": (3 * a + random.normal(size=60)).tolist(),
        "far": random.normal(size=60).tolist(),
        "kind": ["oak"] * 20 + ["elm"] * 20 + ["ash"] * 20,
    }
    lesson = lesson_on(tmp_path / "own.csv", columns, "kind")
    numbers, classes = rows_in(lesson)
    assert {numbers["x"], numbers["y"]} == {"a", "near"} and numbers["x"] == classes["x"]
    assert np.corrcoef(numbers["X"], numbers["Y"])[0, 1] ** 2 > 0.98
    assert np.allclose(lesson.line.best[1], numbers["Y"].mean())
    assert classes["classes"] == ["ash", "elm", "oak"]
    said = f"kind is a class, so the line predicts {numbers['y']}; of 3 features the lesson takes "
    assert lesson.sentence("title", "sum") == said + numbers["x"]


@pytest.fixture(scope="module")
def orings() -> Run:
    return descend("orings", "damaged", ["temperature"], steps=1)


def test_of_two_classes_and_one_feature_the_line_predicts_1_and_0(orings: Run) -> None:
    lesson = lesson_of(orings)
    numbers, classes = rows_in(lesson)
    assert numbers["own"] and classes["own"] and numbers["y"] == "damaged yes"
    assert numbers["Y"].tolist() == classes["Y"].tolist()
    weight, bias = np.polyfit(lesson.line.z, numbers["Y"], 1)
    assert np.allclose(lesson.line.best, [weight, bias])
    told = "damaged is a class: the line predicts 1 where it is yes, else 0"
    assert lesson.sentence("title", "sum") == told


def test_more_classes_than_one_picture_holds_have_a_line_of_their_own(tmp_path: Path) -> None:
    kinds = [f"kind {i // 3:02}" for i in range(30)]
    columns = {"x": [i + 0.1 * (i % 3) for i in range(30)], "kind": kinds}
    lesson = lesson_on(tmp_path / "own.csv", columns, "kind")
    numbers, classes = rows_in(lesson)
    assert numbers["own"] and not classes["own"]
    assert set(numbers["Y"]) == {0.0, 1.0} and numbers["Y"].sum() == 3
    assert lesson.sentence("classes", "sum").startswith("kind has more classes than one picture")


def test_a_target_that_no_column_can_be_drawn_against_has_other_rows(orings: Run) -> None:
    scene = cast(SceneRecord, orings.record())
    numbers, classes = lesson_rows({**scene, "X": np.ones(len(scene["y"]))})
    assert not numbers["own"] and not classes["own"]
    notes = source_notes(scene, numbers, classes, shipped_network(), sentences("en"), "en")
    why = "No column can be drawn against damaged here, so the"
    assert notes["classes"] == f"{why} classes are those of Palmer penguins."
    assert notes["title"] == f"{why} line is fitted to Old Faithful geyser."


def test_levels_of_one_feature_are_one_choice_for_the_line_and_the_classes(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    town = random.choice(["Basel", "Bern", "Chur"], 150)
    # Bern is told of by the mean of y, and Chur by its middle third.
    spread = np.where(town == "Chur", 0.3, 3.0)
    y = np.where(town == "Bern", 1.2, 0.0) + spread * random.normal(size=150)
    columns = {"town": town.tolist(), "y": y.round(3).tolist()}
    lesson = lesson_on(tmp_path / "own.csv", columns, "y")
    numbers, classes = rows_in(lesson)
    assert numbers["x"] == classes["x"] and numbers["X"].tolist() == classes["X"].tolist()
    assert numbers["X"].tolist() == (town == numbers["x"].removeprefix("town=")).tolist()
    assert numbers["of"] == classes["of"] == 1
    assert "features" not in lesson.sentence("title", "sum") + lesson.sentence("classes", "sum")


def test_one_class_of_many_is_predicted_from_the_feature_of_the_classes(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    kind = random.choice(["ash", "elm", "oak"], 90)
    columns = {
        "town": np.where(kind == "elm", "Bern", random.choice(["Bern", "Chur", "Basel"], 90)),
        "kind": kind,
    }
    numbers, classes = rows_in(
        lesson_on(tmp_path / "own.csv", {k: v.tolist() for k, v in columns.items()}, "kind")
    )
    assert numbers["x"] == classes["x"] and numbers["made"] == "made_one"
    share = {
        one: np.corrcoef(numbers["X"], kind == one)[0, 1] ** 2 for one in ("ash", "elm", "oak")
    }
    assert numbers["isClass"] == max(share, key=lambda one: share[one])

"""Where the rows of a lesson are from, in words: whose, of a sample, and what was left out."""

from collections.abc import Mapping
from typing import Any

from steepest.lesson.values import NAME, Value
from steepest.lesson.written import filled
from steepest.page.lesson.record import LessonRows
from steepest.page.schema import SceneRecord
from steepest.view.story import shortened

__all__ = ["source_in", "source_notes"]


def source_in(words: Mapping[str, Any], source: str) -> str:
    """Return what a data set that comes with steepest is called in a language, or any other."""
    return str(words["sources"].get(source, source))


def source_notes(
    scene: SceneRecord,
    numbers: LessonRows,
    classes: LessonRows,
    network: str,
    words: Mapping[str, Any],
    language: str,
) -> Mapping[str, str]:
    """Return what is said of the rows of a line, of classes and of the network, by their builds."""
    is_class = scene["target"]["classes"] is not None
    own = shortened(scene["target"]["name"], NAME)
    reasons = {
        "title": (numbers, "shipped_numbers" if is_class else "shipped_rows"),
        "classes": (classes, "shipped_many" if is_class else "shipped_classes"),
    }
    found = {key: _note(*one, own, words, language) for key, one in reasons.items()}
    learnt = {"shipped": source_in(words, network)}
    return found | {"two": filled(words["ui"]["shipped_network"], learnt, language)}


def _note(rows: LessonRows, why: str, own: str, words: Mapping[str, Any], language: str) -> str:
    """Return what is said of rows: why they stand in for others, or what of these is shown."""
    ui, shown = words["ui"], len(rows["Y"])
    if not rows["own"]:
        source = source_in(words, rows["source"])
        return filled(ui[why if own else "shipped_none"], {"own": own, "shipped": source}, language)
    said: list[str] = []
    if rows["total"] > shown:
        said.append(filled(ui["sampled"], {"shown": shown, "rows": rows["total"]}, language))
    if rows["dropped"]:
        word = "dropped_one" if rows["dropped"] == 1 else "dropped"
        said.append(filled(ui[word], {"count": rows["dropped"]}, language))
    if rows["of"] > 1:
        chosen: Mapping[str, Value] = {"count": rows["of"], "x": shortened(rows["x"], NAME)}
        said.append(filled(ui["feature"], chosen, language))
    return "; ".join(said)

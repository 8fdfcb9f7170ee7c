"""Where the rows of a lesson are from, in words: whose, what was made of them, what is left out."""

from collections.abc import Mapping
from typing import Any

from steepest.lesson.values import NAME, Value
from steepest.lesson.written import filled
from steepest.page.lesson.record import NetworkRows
from steepest.page.lesson.rows import LessonRows
from steepest.page.schema import SceneRecord
from steepest.view.story import shortened

__all__ = ["named_classes", "source_in", "source_notes"]


def source_in(words: Mapping[str, Any], source: str) -> str:
    """Return what a data set that comes with steepest is called in a language, or any other."""
    return str(words["sources"].get(source, source))


def named_classes(rows: LessonRows, words: Mapping[str, Any], language: str) -> LessonRows:
    """Return rows whose classes are parts of a number with these named by their bounds."""
    bounds = rows["bounds"]
    if not bounds:
        return rows
    last = len(bounds)
    kinds = ["part_first", *["part_middle"] * (last - 1), "part_last"]
    ends = [
        {"low": bounds[max(at - 1, 0)], "high": bounds[min(at, last - 1)]} for at in range(last + 1)
    ]
    names = [filled(words["ui"][k], at, language) for k, at in zip(kinds, ends, strict=True)]
    return {**rows, "classes": names}


def source_notes(
    scene: SceneRecord,
    numbers: LessonRows,
    classes: LessonRows,
    network: NetworkRows,
    words: Mapping[str, Any],
    language: str,
) -> Mapping[str, str]:
    """Return what is said of the rows of a line, of classes and of the network, by their builds."""
    own = shortened(scene["target"]["name"], NAME)
    first, second, third = (_about(one, words, language) for one in (numbers, classes, network))
    is_same = numbers["source"] == classes["source"]
    said = [one for one in second if not is_same or one not in first]
    of_other = [] if is_same or not classes["own"] else [_counted(classes, words, language)]
    return {
        "title": "; ".join([*_made(numbers, own, words, language), *first]),
        "classes": "; ".join([*of_other, *_made(classes, own, words, language), *said]),
        "two": "; ".join([_learnt(network, words, language), *third]),
    }


def _counted(rows: LessonRows, words: Mapping[str, Any], language: str) -> str:
    """Return what rows of other data than the line's are, as the first build says it of these."""
    said: Mapping[str, Value] = {"source": source_in(words, rows["source"]), "n": len(rows["Y"])}
    return filled(words["builds"]["title"]["say"], said, language)


def _learnt(rows: NetworkRows, words: Mapping[str, Any], language: str) -> str:
    """Return what the network learns."""
    places = {
        "shipped": source_in(words, rows["source"]),
        "own": shortened(rows["target"], NAME),
        "x": shortened(rows["x"], NAME),
        "y": shortened(rows["y"], NAME),
    }
    return filled(words["ui"][rows["made"] or "shipped_network"], places, language)


def _made(rows: LessonRows, own: str, words: Mapping[str, Any], language: str) -> list[str]:
    """Return what was made of the reader's target, or why other rows stand in; empty if neither."""
    places: Mapping[str, Value] = {
        "own": own,
        "shipped": source_in(words, rows["source"]),
        "y": shortened(rows["y"], NAME),
        "is": shortened(rows["isClass"], NAME),
    }
    return [filled(words["ui"][rows["made"]], places, language)] if rows["made"] else []


def _about(rows: LessonRows, words: Mapping[str, Any], language: str) -> list[str]:
    """Return what of the reader's own rows is shown; empty for others."""
    ui, shown = words["ui"], len(rows["Y"])
    said: list[str] = []
    if not rows["own"]:
        return said
    if rows["total"] > shown:
        said.append(filled(ui["sampled"], {"shown": shown, "rows": rows["total"]}, language))
    if rows["dropped"]:
        word = "dropped_one" if rows["dropped"] == 1 else "dropped"
        said.append(filled(ui[word], {"count": rows["dropped"]}, language))
    if rows["of"] > 1:
        chosen: Mapping[str, Value] = {"count": rows["of"], "x": shortened(rows["x"], NAME)}
        said.append(filled(ui["feature"], chosen, language))
    return said

"""What the pictures of a build show, in words: the alternative text for who does not see them."""

from collections.abc import Mapping

from steepest.lesson.lesson import Lesson
from steepest.lesson.stages import Stage, stage_of
from steepest.lesson.values import Value
from steepest.lesson.written import filled
from steepest.page.lesson.builds import Build

__all__ = ["alternative_text"]

SAID: Mapping[str, Mapping[str, str]] = {
    "en": {
        "rows": "Scatter plot of {n} rows, {x} across in standard units, {y} up.",
        "data": "Scatter plot of {n} rows, {x} across in standard units, {y} up, with the line "
        "{y} = {w} × {x} + {b}.",
        "knobs": "Two dials: weight {w0}, bias {b0}.",
        "square": "A square of the area {loss0}, the average square.",
        "loss": "A bar: the loss is {loss}.",
        "map": "A map, weight across and bias up, with a dot at weight {w}, bias {b}.",
        "way": "A map, weight across and bias up, with the walk from weight {w0}, bias {b0}.",
        "curve": "The loss by the round, from {first} to {last}.",
        "parts": "What each of {n} rows adds to the gradient of the weight; the average is {gw}.",
        "classes": "The probability of each of {k} classes over {c_x}, and {c_n} rows below.",
        "bowl": "The loss over weight and bias as a bowl; the lowest is {lowest}.",
        "network": "A network of 2, 8, 8 and 1 units in layers, with a line for each weight.",
        "ring": "The steps 1, 2, 3 and 4 in a row, and an arrow from 4 back to 2.",
        "film": "Film: the line turns to the rows while the walk goes down the loss surface, from "
        "{loss0} to {loss_end}.",
        "own": "{words}",
    },
    "de": {
        "rows": "Streudiagramm von {n} Zeilen, {x} nach rechts in Standardeinheiten, {y} nach "
        "oben.",
        "data": "Streudiagramm von {n} Zeilen, {x} nach rechts in Standardeinheiten, {y} nach oben,"
        " "
        "mit der Geraden {y} = {w} × {x} + {b}.",
        "knobs": "Zwei Drehknöpfe: Gewicht {w0}, Bias {b0}.",
        "square": "Ein Quadrat der Fläche {loss0}, das mittlere Quadrat.",
        "loss": "Ein Balken: Der Verlust ist {loss}.",
        "map": "Eine Karte, Gewicht nach rechts und Bias nach oben, mit einem Punkt bei Gewicht "
        "{w}, Bias {b}.",
        "way": "Eine Karte, Gewicht nach rechts und Bias nach oben, mit dem Weg von Gewicht {w0}, "
        "Bias {b0}.",
        "curve": "Der Verlust je Runde, von {first} bis {last}.",
        "parts": "Was jede von {n} Zeilen zum Gradienten des Gewichts beiträgt; im Mittel {gw}.",
        "classes": "Die Wahrscheinlichkeit jeder von {k} Klassen über {c_x}, darunter {c_n} "
        "Zeilen.",
        "bowl": "Der Verlust über Gewicht und Bias als Schüssel; der niedrigste ist {lowest}.",
        "network": "Ein Netz aus 2, 8, 8 und 1 Einheiten in Schichten, eine Linie je Gewicht.",
        "ring": "Die Schritte 1, 2, 3 und 4 hintereinander, und ein Pfeil von 4 zurück zu 2.",
        "film": "Film: Die Gerade dreht sich zu den Zeilen, während der Weg die Verlustfläche "
        "hinabführt, von {loss0} bis {loss_end}.",
        "own": "{words}",
    },
}
"""By language and picture."""


def alternative_text(lesson: Lesson, build: Build) -> str:
    """Return what is shown at a build: a sentence for each of its pictures, with its numbers."""
    stage = stage_of(build.key)
    values = {**lesson.values, **_at(lesson, build, stage)}
    names = [_kind(name, build, stage) for name in build.pictures]
    said = SAID[lesson.language]
    return " ".join(filled(said[name], values, lesson.language) for name in names if name in said)


def _kind(name: str, build: Build, stage: Stage) -> str:
    """Return which sentence tells a picture."""
    if name == "data" and stage.at is None:
        return "rows"
    if name == "map" and (build.part in ("rate", "ravine") or (stage.at or 0) > 1):
        return "way"
    return name


def _at(lesson: Lesson, build: Build, stage: Stage) -> dict[str, Value]:
    """Return weight, bias and loss at the step of a build, and the ends of its curve."""
    if build.part == "network":
        w, b = lesson.network.walk.trace[0].params
        return {"w": float(w), "b": float(b)}
    run = lesson.classes.walk if build.part == "classes" else lesson.line.walk
    at = run.trace[stage.at or 0]
    last = lesson.walk_called(stage.walks[-1]) if stage.walks else run
    ends = last.trace.losses[[0, -1]]
    found: dict[str, Value] = {"loss": at.loss, "first": float(ends[0]), "last": float(ends[-1])}
    if build.part != "classes":
        w, b = at.params
        found |= {"w": float(w), "b": float(b)}
    return found

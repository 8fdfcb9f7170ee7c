"""What the lecture's slides have besides the builds of the page: its film, and headings."""

from collections.abc import Mapping, Sequence
from typing import Any

from steepest.page.lesson.builds import Build

__all__ = ["FILM_FOLLOWS", "in_lecture_order", "with_lecture"]

FILM = Build("film", "step 4", 0, ("film",))

FILM_FOLLOWS = "walk"
"""The build that the film comes after: what it shows has been walked by then."""

SENTENCES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "en": {"film": {"say": "The four steps as a film.", "sum": ""}},
    "de": {"film": {"say": "Die vier Schritte als Film.", "sum": ""}},
}

TITLES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "rows": "Regression",
        "bowl": "The loss surface",
        "class_row": "Cross entropy",
        "class_rows": "Cross entropy",
        "steps": "Gradient descent",
        "gradient": "gradient",
    },
    "de": {
        "rows": "Regression",
        "bowl": "Die Verlustfläche",
        "class_row": "Kreuzentropie",
        "class_rows": "Kreuzentropie",
        "steps": "Gradientenabstieg",
        "gradient": "Gradient",
    },
}
"""The headings of slides that have another than the part that they are in."""


def in_lecture_order(known: Sequence[Build]) -> list[Build]:
    """Return the builds of the page in their order, with the film after the walk that it shows."""
    at = [one.key for one in known].index(FILM_FOLLOWS) + 1
    return [*known[:at], FILM, *known[at:]]


def with_lecture(words: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """Return the sentences of a language with that of the film, and headings."""
    said = {**words["builds"], **SENTENCES[language]}
    return {**words, "builds": said, "titles": TITLES[language]}

"""What the lecture's slides have besides the builds of the page: what is ahead, first."""

from collections.abc import Mapping, Sequence
from typing import Any

from steepest.page.lesson.builds import Build

__all__ = ["in_lecture_order", "with_lecture"]

OWN = (
    Build("deep", "network", 0, ("network", "map")),
    Build("loss_surface", "step 1", 0, ("bowl",)),
    Build("film", "step 4", 0, ("film",)),
)

ORDER = (
    *("title", "deep", "rows", "classes", "class_row", "class_rows", "loss_surface"),
    *("line", "errors", "squares", "dot", "nudge_weight", "parts", "nudge_bias", "sum", "guess"),
    *("step", "loss", "again", "walk", "film", "bowl", "steps"),
    *("small", "good", "guess_large", "large", "diverge", "ravine", "standard", "momentum"),
    *("class_walk", "neuron", "params", "two", "surface", "end"),
)
"""The lecture's order: deep learning, regression, classification, the loss; then the four steps."""

SENTENCES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "en": {
        "deep": {
            "say": "A deep network has weights and biases by number; over two of them, weight 15 "
            "and bias 14, its loss is a surface.",
            "sum": "{weights} weights + {biases} biases",
        },
        "loss_surface": {
            "say": "Every weight and bias has a loss: together they are the loss surface.",
            "sum": "",
        },
        "film": {"say": "The four steps as a film.", "sum": ""},
    },
    "de": {
        "deep": {
            "say": "Ein tiefes Netz hat Gewichte und Biases mit Nummern; über zweien, Gewicht 15 "
            "und Bias 14, ist sein Verlust eine Fläche.",
            "sum": "{weights} Gewichte + {biases} Biases",
        },
        "loss_surface": {
            "say": "Jedes Gewicht und jeder Bias hat einen Verlust: zusammen die Verlustfläche.",
            "sum": "",
        },
        "film": {"say": "Die vier Schritte als Film.", "sum": ""},
    },
}

TITLES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "deep": "Deep learning",
        "rows": "Regression",
        "class_row": "Cross entropy",
        "class_rows": "Cross entropy",
        "loss_surface": "The loss surface",
        "steps": "Gradient descent",
        "gradient": "gradient",
    },
    "de": {
        "deep": "Deep Learning",
        "rows": "Regression",
        "class_row": "Kreuzentropie",
        "class_rows": "Kreuzentropie",
        "loss_surface": "Die Verlustfläche",
        "steps": "Gradientenabstieg",
        "gradient": "Gradient",
    },
}
"""The headings of slides that have another than the part that they are in."""


def in_lecture_order(known: Sequence[Build]) -> list[Build]:
    """Return the builds and the lecture's own in its order; one that it does not name is last."""
    by_key = {one.key: one for one in (*known, *OWN)}
    rest = [one for one in known if one.key not in ORDER]
    return [*(by_key[key] for key in ORDER if key in by_key), *rest]


def with_lecture(words: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """Return the sentences of a language with those of the lecture's own builds, and headings."""
    said = {**words["builds"], **SENTENCES[language]}
    return {**words, "builds": said, "titles": TITLES[language]}

"""The builds of the lesson and their sentences, as they lie beside this module.

Slides, hand-outs and the page read the same: a sentence has places such as `{loss0}`, which whoever
shows it fills with numbers in the manner of its language.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from steepest.errors import ChoiceError

__all__ = ["LANGUAGES", "Build", "builds", "sentences"]

LANGUAGES = ("en", "de")
"""The languages that there are sentences in."""

_FOLDER = files("steepest.page") / "lesson"


class Build(NamedTuple):
    """One press of the lesson: its key, the part that it is in, and what is shown.

    `step` is the step of the lecture that happens here, 1 to 4, or 0; `pictures` are the pictures
    from left to right; `ask` says that a prediction is asked for before the next build tells.
    """

    key: str
    part: str
    step: int
    pictures: tuple[str, ...]
    ask: bool = False


@cache
def builds() -> tuple[Build, ...]:
    """Return the builds in their order."""
    return tuple(Build(**{**one, "pictures": tuple(one["pictures"])}) for one in _read("builds"))


def sentences(language: str) -> dict[str, Any]:
    """Return the sentences of a language; ChoiceError if there are none in it.

    `steps` are the lecture's four; `builds` has `say`, one sentence, and `sum`, a line of
    arithmetic or nothing, by key; `notes`, `glossary`, `parts` and `ui` are by word.
    """
    if language not in LANGUAGES:
        raise ChoiceError(
            f"the lesson is in {', '.join(LANGUAGES)}, but the language asked for is {language!r}"
        )
    found: dict[str, Any] = _read(language)
    return found


def _read(name: str) -> Any:
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))

"""Which English words are left in what is told in German."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from steepest.lesson.alternative import SAID
from steepest.lesson.lecture import SENTENCES, TITLES
from steepest.lesson.tasks import _read
from steepest.page.lesson.builds import sentences

WORD = re.compile(r"[^\W\d_]{3,}")


def english_left(texts: Iterable[str], own: Iterable[str] = ()) -> set[str]:
    """Return the words of the English lesson in texts that are no German ones, nor in `own`.

    `own` are names of the reader's: columns and classes keep theirs.
    """
    return words(texts) & (_known("en") - _known("de")) - words(own)


def words(texts: Iterable[str]) -> set[str]:
    """Return the words of texts, three letters and longer, in small letters."""
    return {word.lower() for text in texts for word in WORD.findall(text)}


def _known(language: str) -> set[str]:
    said = [sentences(language), _read(language), SAID[language], SENTENCES[language]]
    texts = [
        re.sub(r"\{\w+\}", " ", text) for one in [*said, TITLES[language]] for text in _texts(one)
    ]
    return words(texts)


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts in records of any depth; words of a glossary are its keys."""
    if isinstance(value, str):
        yield value
        return
    if isinstance(value, dict):
        yield from _texts(list(value.get("glossary", {})))
        value = list(value.values())
    for one in value if isinstance(value, list | tuple) else []:
        yield from _texts(one)

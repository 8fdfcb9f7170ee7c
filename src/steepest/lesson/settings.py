"""What the author of a lesson says of it: `lesson.toml`, read, checked and written."""

import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from steepest.errors import ChoiceError, FileError
from steepest.files import check_writable, whole_file
from steepest.lesson.own_data import PARTS, OwnData, file_beside, own_data
from steepest.lesson.questions import check_link
from steepest.lesson.toml_values import check_keys, data_twice, listed, text_of
from steepest.page.lesson.builds import LANGUAGES
from steepest.view.format import THEME_NAMES

__all__ = ["LESSON_THEMES", "OwnSlide", "OwnTask", "Settings", "read_settings", "write_settings"]


LESSON_THEMES = (*THEME_NAMES, "projector")
"""The looks of a lesson; for a projector a page is in black on white, slides are as in light."""

NO_SENTENCES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class OwnSlide:
    """A slide of the author's own, in Markdown, that comes `after` a slide of the lesson."""

    after: str
    markdown: str


@dataclass(frozen=True)
class OwnTask:
    """A task of the author's own; `answer` is arithmetic over the numbers of the lesson."""

    question: str
    answer: str
    tolerance: float = 0.01
    """The share of the answer by which a number that is given may be off."""


@dataclass(frozen=True)
class Settings:
    """The fields of `lesson.toml`. Raises ChoiceError for a value that cannot be.

    `order` names the slides in their order, all that there are if it is empty; `hide` names
    those that are not shown. `sentences` replaces the lesson's own, by the name of the slide.
    """

    title: str = ""
    author: str = ""
    language: str = ""
    """Of slides and sheets; empty it is English, and in a page that of the browser."""
    theme: str = ""
    """Of all that is made; empty it is light, and in a page that of the reader's system."""
    data: str = ""
    target: str = ""
    features: tuple[str, ...] = ()
    regression: OwnData | None = None
    """What `data`, `target` and `features` are of where they are named for the line alone."""
    classification: OwnData | None = None
    """Data of the classes; None, and they are made of those of the line."""
    network: OwnData | None = None
    """Data of the network; None, and it learns rows that come with steepest."""
    link: str = ""
    """Where its questions are answered: the address of a page, shown as a QR code too."""
    order: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    exam: bool = False
    """Whether the page asks its tasks without hints and verdicts, and has no answers in it."""
    sentences: Mapping[str, str] = field(default_factory=lambda: NO_SENTENCES)
    slides: tuple[OwnSlide, ...] = ()
    tasks: tuple[OwnTask, ...] = ()
    folder: str = field(default="", compare=False)
    """Where the pictures lie that slides name: the folder of the file that was read."""

    def __post_init__(self) -> None:
        for name, known in (("language", ("", *LANGUAGES)), ("theme", ("", *LESSON_THEMES))):
            given = getattr(self, name)
            if given not in known:
                raise ChoiceError(
                    f"the {name} of the lesson is {given!r}, but it must be one of "
                    f"{', '.join(filter(None, known))}"
                )
        if self.link:
            check_link(self.link)

    @property
    def data_beside(self) -> str:
        """The data: the file of that name beside the one that was read, where there is one."""
        return file_beside(self.folder, self.data)

    @property
    def sources(self) -> list[str]:
        """The data of all parts, as files or names of shipped data sets."""
        parts = [getattr(self, part) for part in PARTS]
        own = [file_beside(self.folder, one.data) for one in parts if one is not None]
        return [one for one in (self.data_beside, *own) if one]

    def with_given(self, given: Mapping[str, Any]) -> "Settings":
        """Return the settings with those of `given` that are said: neither None nor empty."""
        return replace(self, **{name: value for name, value in given.items() if value})

    def shown(self, names: Sequence[str]) -> list[str]:
        """Return which of the slides called `names` are shown, in their order.

        Raises ChoiceError for a name in `order` or `hide`, or a place of an own slide, that is no
        slide's.
        """
        asked = {
            "order": self.order,
            "hide": self.hide,
            "sentences": self.sentences,
            "slides (after)": [one.after for one in self.slides],
        }
        for where, given in asked.items():
            for name in given:
                if name not in names:
                    raise ChoiceError(
                        f"{where} of the lesson names {name!r}, but there is no such slide; there "
                        f"are {', '.join(names)}"
                    )
        return [name for name in self.order or names if name not in self.hide]


OF_DATA = ("data", "target", "features")
"""What is said of data, in their tables too."""

KINDS_OF_TABLES: Mapping[str, type[OwnSlide] | type[OwnTask]] = {
    "slides": OwnSlide,
    "tasks": OwnTask,
}


def read_settings(path: str | os.PathLike[str]) -> Settings:
    """Return what a `lesson.toml` says; FileError if it cannot be read, ChoiceError if not used."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        said = tomllib.loads(text)
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        twice = "" if isinstance(error, UnicodeDecodeError) else data_twice(text)
        raise FileError(f"{path}: {twice}" if twice else f"{path} is no TOML: {error}") from error
    check_keys(list(said), [one for one in _names() if one not in PARTS], str(path))
    tables = said.pop("data") if isinstance(said.get("data"), dict) else {}
    values = {name: _value(name, value, str(path)) for name, value in said.items()}
    values |= _of_parts(own_data(tables, text, str(path)), values, str(path))
    return Settings(**values, folder=str(Path(path).parent))


def _names() -> list[str]:
    """Return the names of all that a lesson.toml says."""
    return [one.name for one in fields(Settings) if one.name != "folder"]


def _of_parts(
    parts: Mapping[str, OwnData], values: Mapping[str, Any], where: str
) -> dict[str, Any]:
    """Return the fields of data that are named for parts; ChoiceError where others stand beside."""
    for name in ("target", "features") if parts else ():
        if values.get(name):
            raise ChoiceError(
                f"{where}: {name} stands beside [data.{next(iter(parts))}]; data that are named "
                f"for parts have their own: put it into [data.regression]"
            )
    line = parts.get("regression")
    own = {} if line is None else {name: getattr(line, name) for name in OF_DATA}
    return {**parts, **own}


def _value(name: str, value: object, where: str) -> Any:
    """Return a field of the settings from what TOML has."""
    if name in KINDS_OF_TABLES:
        kind = KINDS_OF_TABLES[name]
        return tuple(_table(kind, one, f"{where}: {name}") for one in listed(name, value, where))
    if name == "sentences":
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise ChoiceError(f"{where}: sentences must be a table of name = 'text'")
        return value
    if name in ("order", "hide", "features"):
        return tuple(text_of(name, one, where) for one in listed(name, value, where))
    if name == "exam":
        if not isinstance(value, bool):
            raise ChoiceError(f"{where}: exam is {value!r}, but it must be true or false")
        return value
    return text_of(name, value, where)


def _table(kind: type[OwnSlide] | type[OwnTask], value: object, where: str) -> OwnSlide | OwnTask:
    if not isinstance(value, dict):
        raise ChoiceError(f"{where} has {value!r}, but each must be a table, as [[slides]] begins")
    check_keys(list(value), [one.name for one in fields(kind)], where)
    try:
        said: dict[str, Any] = {name: _of_table(name, one, where) for name, one in value.items()}
        return kind(**said)
    except TypeError:
        needed = " and ".join([one.name for one in fields(kind)][:2])
        raise ChoiceError(f"{where}: each needs {needed}, but one has {', '.join(value)}") from None


def _of_table(name: str, value: object, where: str) -> object:
    if name != "tolerance":
        return text_of(name, value, where)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise ChoiceError(
            f"{where}: tolerance is {value!r}, but it must be a share from 0 to below 1"
        )
    return float(value)


def write_settings(
    settings: Settings,
    names: Sequence[str],
    words: Mapping[str, str],
    path: str | os.PathLike[str],
) -> None:
    """Write a `lesson.toml` with all that can be said.

    `names` are the slides in their order, `words` the lesson's own sentence of each, which stands
    there to be changed.
    """
    check_writable(path, (".toml",))
    with whole_file(path) as draft:
        draft.write_text(_toml(settings, names, words), encoding="utf-8", newline="\n")


def _toml(settings: Settings, names: Sequence[str], words: Mapping[str, str]) -> str:
    """Return the settings as TOML, each with what it is for."""
    said = {one.name: getattr(settings, one.name) for one in fields(Settings)}
    said["order"] = settings.order or tuple(names)
    lines = [
        "# A lesson of steepest: change what you like, then",
        "#   steepest lesson --from FILE",
    ]
    parts = [part for part in PARTS if said[part] is not None]
    for name, why in COMMENTS.items():
        if not (parts and name in OF_DATA):
            lines += ["", f"# {why}", f"{name} = {_written(said[name])}"]
    for part in parts:
        lines += ["", *_own_table(part, settings)]
    if not parts:
        lines += ["", *EXAMPLES["data"]]
    lines += ["", f"# {SENTENCES}", "[sentences]"]
    lines += [f"{json.dumps(name)} = {_written(text)}" for name, text in said["sentences"].items()]
    own = {name: text for name, text in words.items() if name not in said["sentences"]}
    lines += [f"# {json.dumps(name)} = {_written(text)}" for name, text in own.items()]
    for kind in ("slides", "tasks"):
        for one in said[kind]:
            lines += ["", f"[[{kind}]]"]
            lines += [f"{name} = {_written(value)}" for name, value in vars(one).items()]
        if not said[kind]:
            lines += ["", *EXAMPLES[kind]]
    return "\n".join(lines) + "\n"


def _own_table(part: str, settings: Settings) -> list[str]:
    """Return the table of a part's data; those of the line may have been given since."""
    own = settings if part == "regression" else getattr(settings, part)
    return [f"[data.{part}]", *(f"{name} = {_written(getattr(own, name))}" for name in OF_DATA)]


def _written(value: object) -> str:
    """Return a value as TOML has it: JSON's strings and lists are TOML's, but for U+007F."""
    text = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")


COMMENTS: Mapping[str, str] = {
    "title": 'The title; left empty, "Introduction to gradient descent".',
    "author": "Who gives the lesson.",
    "language": "en or de; left empty, English, and in a page the browser's.",
    "theme": "light, dark or projector; left empty, light, and in a page the system's.",
    "data": "A file, or the name of a shipped data set.",
    "target": "The column that is predicted.",
    "features": "The columns that it is predicted from; left empty, all others.",
    "link": "Where the tasks are answered, https://...: shown as a QR code too; empty, nowhere.",
    "order": "The slides in their order; leave one out, and it is not shown.",
    "hide": "Slides that are not shown.",
    "exam": "true: the page has no verdicts, hints and answers in it.",
}

SENTENCES = "What a slide says, by its name: take the # away, and change what is in quotes."

EXAMPLES: Mapping[str, Sequence[str]] = {
    "data": (
        "# Data for a part of the lesson each: first remove the lines data, target and features",
        "# above, then take the # away here. They are files beside this one, or shipped data sets.",
        "# The line predicts a number, the classes are 8 at most, the network takes two features",
        "# and two classes.",
        "# [data.regression]",
        '# data = "houses.csv"',
        '# target = "price"',
        '# features = ["size"]',
        "# [data.classification]",
        '# data = "penguins"',
        '# target = "species"',
        '# features = ["body_mass_g"]',
        "# [data.network]",
        '# data = "circles"',
        '# target = "class"',
        '# features = ["x", "y"]',
    ),
    "slides": (
        "# Slides of your own, in Markdown: a heading, paragraphs, lists, *italic*, **bold**,",
        "# `code`, [links](https://example.org), formulas between $ as text, and pictures that lie",
        "# beside this file: ![what it shows](picture.png).",
        "# [[slides]]",
        '# after = "rows"',
        '# markdown = """',
        "# # My example",
        "# - first",
        '# """',
    ),
    "tasks": (
        "# Tasks of your own: the answer is arithmetic over the numbers of the lesson.",
        "# [[tasks]]",
        '# question = "What is the loss after the first step, by that at the start?"',
        '# answer = "loss1 / loss0"',
        "# tolerance = 0.02",
    ),
}

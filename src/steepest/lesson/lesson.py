"""The lesson as a record: its builds and sentences, what its author changed, and its walks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple, cast

from steepest.errors import ChoiceError
from steepest.lesson.lecture import FILM_FOLLOWS, in_lecture_order, with_lecture
from steepest.lesson.markdown import Piece
from steepest.lesson.own_data import class_rows, network_rows
from steepest.lesson.own_parts import in_parts
from steepest.lesson.own_slide import Content, content_of
from steepest.lesson.questions import QUESTIONS, questions_slide
from steepest.lesson.settings import Settings
from steepest.lesson.source_notes import named_classes, source_in, source_notes
from steepest.lesson.sums import printed_sums
from steepest.lesson.values import Value, values_of
from steepest.lesson.walks import ClassWalks, LineWalks, NetworkWalk
from steepest.lesson.written import filled, in_language, places_in
from steepest.page.lesson.builds import LANGUAGES, Build, builds, sentences
from steepest.page.lesson.record import LessonRecord, NetworkRows, lesson_rows, shipped_network
from steepest.page.lesson.rows import LessonRows
from steepest.page.schema import SceneRecord
from steepest.run.run import Run

__all__ = ["Lesson", "for_page", "lesson_of", "whole_slides"]


class Rows(NamedTuple):
    """The rows of a lesson: of its line, of its classes and of its network."""

    numbers: LessonRows
    classes: LessonRows
    network: NetworkRows


@dataclass(frozen=True)
class Lesson:
    """A lesson on the rows of a run; `words` are the sentences of its language.

    `own` are the author's own slides, by the keys of their builds; `notes` say where rows are from,
    by the builds that say it.
    """

    run: Run
    settings: Settings
    rows: Rows
    builds: tuple[Build, ...]
    words: Mapping[str, Any]
    line: LineWalks
    classes: ClassWalks
    network: NetworkWalk
    own: Mapping[str, Content]
    notes: Mapping[str, str]

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """The numbers in its sentences, by their places."""
        found = values_of(self.line, self.classes, self.network, self.words["ui"])
        return {**found, "source": source_in(self.words, self.line.rows["source"])}

    @property
    def language(self) -> str:
        """The language of its sentences."""
        return self.settings.language or LANGUAGES[0]

    @property
    def title(self) -> str:
        """Its title."""
        return self.settings.title or str(self.words["title"])

    @property
    def theme(self) -> str:
        """The theme of what is drawn: pictures know light and dark."""
        return "dark" if self.settings.theme == "dark" else "light"

    @property
    def is_round(self) -> bool:
        """Whether the bowl is about as round in the feature's own units: no ravine."""
        return float(self.values["condition"]) < ROUND

    def sentence(self, key: str, what: str = "say") -> str:
        """Return the sentence of a build, or its line of arithmetic, `sum`, with its numbers.

        Where there is no arithmetic, that line says where the rows are from.
        """
        said = self.words["builds"][key]
        line = self.line
        kinds = {"stretched": line.race.is_stretched, "round": self.is_round, "thin": line.is_thin}
        others = (said.get(f"{what}_{kind}") for kind, is_so in kinds.items() if is_so)
        text = next(filter(None, others), said.get(what, ""))
        results, digits = printed_sums(key, self.values) if what == "sum" else ({}, {})
        made = filled(text, {**self.values, **results}, self.language, digits)
        return made or (self.notes.get(key, "") if what == "sum" else "")

    @property
    def own_words(self) -> Mapping[str, str]:
        """The sentence of each build as it was written, with places for its numbers."""
        builds = self.words["builds"].items()
        return {key: said["say"] for key, said in builds if key not in self.own}

    def note(self, key: str) -> str:
        """Return the note for whoever speaks at a build; empty where there is none."""
        return filled(self.words["notes"].get(key, ""), self.values, self.language)

    def walk_called(self, name: str) -> Run:
        """Return one of the walks by its name: a rate's, or one of those listed here."""
        if name in self.line.rates:
            return self.line.rates[name]
        if name == "classes":
            return self.classes.walk
        race = self.line.race
        walks = {"walk": self.line.walk, "plain": self.line.plain}
        return {**walks, "without": race.plain, "momentum": race.momentum}[name]

    def heading(self, build: Build) -> str:
        """Return the heading of a build: its own, or that of the part that it is in."""
        own = self.words["builds"][build.key].get("heading")
        return own or str(self.words["titles"].get(build.key) or self.words["parts"][build.part])

    def heading_pieces(self, build: Build) -> Sequence[Piece]:
        """Return the heading of a build in its styles, which an own slide may have."""
        own = self.own.get(build.key)
        return own.title if own and own.title else [Piece(self.heading(build))]

    def number(self, value: float) -> str:
        """Return a number as its language writes it."""
        return in_language(value, self.language)

    def word(self, name: str, **places: Value) -> str:
        """Return a word of the pictures."""
        return filled(self.words["ui"][name], places, self.language)


ROUND = 5.0
"""The ratio of curvatures below which a bowl is no ravine."""


def lesson_of(run: Run, settings: Settings | None = None, like: Lesson | None = None) -> Lesson:
    """Return the lesson on the rows of a run, as its author has it.

    Its walks are those of the lesson `like`, one on the same run in another language. Raises
    ChoiceError of an objective that was given, which has no rows.
    """
    settings = settings or Settings()
    scene = cast(SceneRecord, run.record())
    rows = _rows_of(scene, settings) if like is None else like.rows
    language = settings.language or LANGUAGES[0]
    words = with_lecture(sentences(language), language)
    shown, words = chosen_builds(in_lecture_order(builds()), words, settings)
    classes = named_classes(rows.classes, words, language)
    models = (
        (LineWalks(rows.numbers), ClassWalks(classes), NetworkWalk(rows.network))
        if like is None
        else (like.line, like.classes.called(classes), like.network)
    )
    notes = source_notes(scene, rows.numbers, classes, rows.network, words, language)
    made = Lesson(run, settings, rows, shown, words, *models, own_slides(settings), notes)
    _check_places(settings, made.values)
    return made


def _rows_of(scene: SceneRecord, settings: Settings) -> Rows:
    """Return the rows of a lesson: those of the run, and for a part those that its author names."""
    numbers, classes = lesson_rows(scene)
    own, of_network, folder = settings.classification, settings.network, settings.folder
    if own is not None:
        classes = class_rows(own, folder, scene["run"]["choices"]["seed"])
    network = shipped_network() if of_network is None else network_rows(of_network, folder)
    return Rows(numbers, classes, network)


def _check_places(settings: Settings, values: Mapping[str, Value]) -> None:
    """Raise ChoiceError for a place in an author's sentence that no number has the name of."""
    for key, text in settings.sentences.items():
        unknown = [name for name in places_in(text) if name not in values]
        if unknown:
            named = ", ".join(f"{{{name}}}" for name in unknown)
            raise ChoiceError(
                f"sentences of the lesson: {key!r} has {named}, but no number of the lesson has "
                f"that name; there are {', '.join(sorted(values))}"
            )


def own_slides(settings: Settings) -> Mapping[str, Content]:
    """Return the author's own slides by the keys of their builds, and that of the link if given.

    One that is too long for a screen is in parts: `own 1`, `own 1.2`, ... Raises FileError for a
    picture that cannot be shown.
    """
    own = {
        key: part
        for i, one in enumerate(whole_slides(settings), start=1)
        for key, part in zip(_keys(i), in_parts(one), strict=False)
    }
    return own | ({QUESTIONS: questions_slide(settings.link)} if settings.link else {})


def whole_slides(settings: Settings) -> list[Content]:
    """Return the author's own slides, each as long as it is."""
    return [content_of(one.markdown, settings.folder, one.after) for one in settings.slides]


def _keys(number: int) -> Iterator[str]:
    """Yield the keys of the parts of an own slide."""
    yield f"own {number}"
    yield from (f"own {number}.{part}" for part in count(2))


def for_page(found: LessonRecord, settings: Settings) -> LessonRecord:
    """Return the lesson of a page as its author has it: all but the film, which slides have.

    Raises ChoiceError for a build that there is not.
    """
    every = [one.key for one in in_lecture_order(builds())]
    shown, of_page = settings.shown(every), {one.key: one for one in builds()}
    kept = replace(settings, order=tuple(key for key in shown if key in of_page), hide=())
    kept = replace(
        kept,
        slides=tuple(
            one if one.after in of_page else replace(one, after=FILM_FOLLOWS) for one in kept.slides
        ),
        sentences={key: said for key, said in kept.sentences.items() if key in of_page},
    )
    words = {}
    for language, said in found["words"].items():
        chosen, changed = chosen_builds(builds(), said, kept)
        words[language] = _by_author(changed, settings)
    own = own_slides(settings)
    words_of = {key: one.record() for key, one in own.items()}
    listed = [one._asdict() | words_of.get(one.key, {}) for one in chosen]
    return {**found, "builds": listed, "words": words, "theme": settings.theme}


def _by_author(words: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Return the words of a page under the author's title, who is named at its first build."""
    first = words["builds"]["title"]
    say = " · ".join(filter(None, [settings.author, first["say"]]))
    builds = {**words["builds"], "title": {**first, "say": say}}
    return {**words, "builds": builds, "title": settings.title or words["title"]}


def chosen_builds(
    known: Sequence[Build], words: Mapping[str, Any], settings: Settings
) -> tuple[tuple[Build, ...], Mapping[str, Any]]:
    """Return the builds that an author shows, in the order given, and the words with the author's.

    An own slide is a build whose picture is `words`; that of the link is the last. Raises
    ChoiceError for a build that there is not.
    """
    by_key = {one.key: one for one in known}
    own = own_slides(settings)
    shown = [by_key[key] for key in settings.shown(list(by_key))]
    for key, slide in own.items():
        if slide.after:
            shown = _placed(shown, Build(key, by_key[slide.after].part, 0, ("words",)), slide.after)
    said = {key: dict(one) for key, one in words["builds"].items()}
    for key, text in settings.sentences.items():
        others = {name: one for name, one in said[key].items() if not name.startswith("say")}
        said[key] = {**others, "say": text}
    for key, one in own.items():
        said[key] = {"say": one.text, "sum": "", "heading": one.heading}
    if settings.link and shown:
        shown = [*shown, Build(QUESTIONS, shown[-1].part, 0, ("words",))]
        said[QUESTIONS]["heading"] = words["ui"]["tasks"]
    return tuple(shown), {**words, "builds": said}


def _placed(shown: Sequence[Build], build: Build, after: str) -> list[Build]:
    """Return the builds with that of an own slide, after one and the own slides there."""
    keys = [one.key for one in shown]
    if after not in keys:
        raise ChoiceError(
            f"a slide of the lesson comes after {after!r}, which is not shown; choose one of "
            f"{', '.join(keys)}"
        )
    at = keys.index(after) + 1
    while at < len(keys) and keys[at].startswith("own "):
        at += 1
    return [*shown[:at], build, *shown[at:]]

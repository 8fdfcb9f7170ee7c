"""What every door needs to know of one option of a descent: kind, range, default, and help.

An option is a field of the dataclass `Options`, made by `option(...)`. Signatures and their help,
the command line, and the requests of a page are derived from these fields: a new option is one
field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from steepest.checks import number, switch, whole_number, whole_numbers

__all__ = ["Kind", "Option", "Part", "described", "option"]

Default = TypeVar("Default")


class Kind(Enum):
    """What a value of an option is; a door has one reader for each."""

    WORD = "a word, which may have numbers after colons (huber:3)"
    RATE = "a number, or a word as above"
    NUMBER = "a finite number"
    WHOLE = "a whole number"
    PARAMS = "a list of numbers, one for each param"
    SIZES = "a list of whole numbers from 1 up"
    SWITCH = "true or false"


class Part(Enum):
    """What an option decides: which function is minimised, by which steps, when they end.

    Or how the rows that are kept back are used.
    """

    OBJECTIVE = "objective"
    METHOD = "method"
    STOPPING = "stopping"
    VALIDATION = "validation"


@dataclass(frozen=True)
class Option:
    """One option: how it is checked, read from text or JSON, shown and explained.

    `help` is one sentence, all that a command line shows; `detail` goes on with it in docstrings.
    `known` are the words that may be chosen, empty where there is no list of them. A number must
    be from 0 up, or above `above`, and below `below`; a whole number from `least` up. `value` is
    what stands for an option that is left out, where the field keeps None to know that it was;
    where None is all there is, `left_out` says what happens then.
    """

    kind: Kind
    part: Part
    help: str
    detail: str = ""
    known: tuple[str, ...] = ()
    above: float | None = None
    below: float | None = None
    least: int = 0
    metavar: str = ""
    value: object = None
    left_out: str = ""
    name: str = ""
    default: object = None
    annotation: object = None

    @property
    def shown_default(self) -> object:
        """The default as signatures and help show it."""
        return self.default if self.value is None else self.value

    def checked(self, value: object) -> object:
        """Return a number as a float or an int in its range; ChoiceError if it is not in it.

        Words and objects are checked by what makes a loss, a rule or a rate of them. None is left
        where it is the default.
        """
        if value is None and self.default is None:
            return None
        if self.kind is Kind.NUMBER:
            return number(self.name, value, above=self.above, below=self.below)
        if self.kind is Kind.WHOLE:
            return whole_number(self.name, value, least=self.least)
        if self.kind is Kind.SIZES:
            return whole_numbers(self.name, value)
        if self.kind is Kind.SWITCH:
            return switch(self.name, value)
        return value

    def explained(self) -> str:
        """Return the whole help: its sentence, the words, detail, and what a gap means."""
        words = f"One of {', '.join(self.known)}." if self.known else ""
        gap = f"Left out: {self.left_out}." if self.left_out else ""
        return " ".join(text for text in (self.help, words, self.detail, gap) if text)


def option(default: Default, kind: Kind, part: Part, help: str, **more: Any) -> Default:
    """Return the dataclass field of an option; `more` are the other fields of `Option`."""
    described = Option(kind, part, help, default=default, **more)
    return field(default=default, metadata={"option": described})


def described(options: type, *parts: Part) -> Mapping[str, Option]:
    """Return the options of a dataclass by name, in its order: those of some parts, or all."""
    named = _described(options)
    return {name: one for name, one in named.items() if one.part in parts} if parts else named


@cache
def _described(options: type) -> Mapping[str, Option]:
    """Return the options of a dataclass, each with its field's name and type."""
    return {
        one.name: replace(one.metadata["option"], name=one.name, annotation=one.type)
        for one in fields(options)
    }

"""The options of a descent on the command line, one for each field of `Options`."""

import csv
from collections.abc import Callable, Container, Mapping
from typing import TypeVar

import click

from steepest.descent.plan.option import Kind, Option, Part, described
from steepest.descent.plan.options import Options

__all__ = ["descent_options", "names_in"]

Command = TypeVar("Command", bound=Callable[..., object])


class Word(click.Choice[str]):
    """One of some words, or one with numbers after colons: `huber:3`."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word as it is; click's own error, which lists them all, if it is unknown."""
        super().convert(value.split(":")[0], param, ctx)
        return value


TYPES: Mapping[Kind, Callable[[Option], object]] = {
    Kind.WORD: lambda one: Word(one.known),
    Kind.RATE: lambda one: click.STRING,
    Kind.NUMBER: lambda one: click.FLOAT,
    Kind.WHOLE: lambda one: click.INT,
    Kind.PARAMS: lambda one: click.STRING,
    Kind.SIZES: lambda one: click.STRING,
    Kind.SWITCH: lambda one: click.BOOL,
}
"""How click reads each kind; a range is checked, and a list read, where the value is used."""


def descent_options(
    *parts: Part, options: type = Options, without: Container[str] = (), **help: str
) -> Callable[[Command], Command]:
    """Return a decorator that adds the options of some parts, all if none are named, in order.

    `help` says it in other words for some of them; those of `without` are not added. An
    option that is left out is None where its field has None.
    """

    def decorate(command: Command) -> Command:
        for name, one in reversed(list(described(options, *parts).items())):
            if name not in without:
                command = _click_option(name, one, help.get(name, one.help))(command)
        return command

    return decorate


def _click_option(name: str, one: Option, help: str) -> Callable[[Command], Command]:
    """Return an option as click has it; what None stands for ends its help."""
    shown = one.left_out or one.shown_default
    if one.default is None and shown is not None:
        help = f"{help}  [default: {shown}]"
    flag = f"--{name.replace('_', '-')}"
    return click.option(
        f"{flag}/--no-{flag[2:]}" if one.kind is Kind.SWITCH else flag,
        type=TYPES[one.kind](one),
        default=one.default,
        show_default=one.default is not None,
        metavar=one.metavar or None,
        help=help,
    )


def names_in(text: str) -> list[str]:
    """Return the names in a list with commas; one that holds a comma itself is put in quotes.

    >>> names_in('age, "height, cm",')
    ['age', 'height, cm']
    """
    listed = next(csv.reader([text], skipinitialspace=True), [])
    return [name.strip() for name in listed if name.strip()]

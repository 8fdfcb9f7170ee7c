"""The signature and the help of a function that takes options, derived from `Options`."""

import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from steepest.descent.plan.option import Option, Part, described
from steepest.descent.plan.options import Options

__all__ = ["takes_options"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

PLACE = "    {options}"
"""The line of a docstring that the help of the options takes the place of."""

WIDTH = 100
"""Columns of a docstring, its indent included."""


def takes_options(
    *parts: Part, options: type = Options, **defaults: object
) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Return a decorator for a function of `**options`, which then shows and checks each of them.

    The function takes the options of some `parts`, all if there are none, by keyword only; those
    that it names itself stay as it has them. `defaults` are passed on for options that are left
    out. In its docstring the line `{options}` becomes their help. A name that is no option raises
    TypeError with the nearest that are.
    """
    taken = described(options, *parts)

    def decorate(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        signature = _signature(function, taken, defaults)
        known = signature.parameters.keys()

        @wraps(function)
        def checked(*args: Arguments.args, **given: Arguments.kwargs) -> Result:
            if not given.keys() <= known:
                raise TypeError(_unknown(function.__name__, given, known))
            passed = cast(Callable[..., Result], function)
            return passed(*args, **(defaults | given))

        vars(checked)["__signature__"] = signature
        checked.__doc__ = _with_help(function.__doc__, taken)
        return checked

    return decorate


def _signature(
    function: Callable[..., object], options: Mapping[str, Option], defaults: Mapping[str, object]
) -> inspect.Signature:
    """Return the function's signature with an argument for each option in place of `**options`.

    The options come in their order, before the other arguments that are by keyword only.
    """
    own = inspect.signature(function)
    placed = [one for one in own.parameters.values() if one.kind is one.POSITIONAL_OR_KEYWORD]
    named = {one.name: one for one in own.parameters.values() if one.kind is one.KEYWORD_ONLY}
    by_place = {one.name for one in placed}
    shown = {
        name: _parameter(one, defaults.get(name, one.shown_default))
        for name, one in options.items()
        if name not in by_place
    }
    return own.replace(parameters=[*placed, *(shown | named).values()])


def _parameter(one: Option, default: object) -> inspect.Parameter:
    """Return an option as an argument that is given by keyword only."""
    return inspect.Parameter(
        one.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=one.annotation
    )


def _with_help(text: str | None, options: Mapping[str, Option]) -> str | None:
    """Return a docstring whose line `{options}` is the help of each; None under `python -OO`."""
    if text is None or PLACE not in text:
        return text
    return text.replace(PLACE, _help(options))


def _help(options: Mapping[str, Option]) -> str:
    """Return a bullet for each option, wrapped for a docstring."""
    bullets = (
        textwrap.fill(
            f"- `{name}`: {one.explained()}",
            WIDTH,
            initial_indent=" " * 4,
            subsequent_indent=" " * 6,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for name, one in options.items()
    )
    return "\n".join(bullets)


def _unknown(function: str, given: Iterable[str], known: Iterable[str]) -> str:
    """Return which name is no option, and what it may have been meant for."""
    known = list(known)
    wrong = next(name for name in given if name not in known)
    short_for = [name for name in known if _initials(name) == wrong]
    near = short_for or get_close_matches(wrong, known, cutoff=0.65)
    hint = f"did you mean {' or '.join(near)}?" if near else f"it takes {', '.join(known)}"
    return f"{function}() has no option {wrong!r}; {hint}"


def _initials(name: str) -> str:
    """Return the first letters of a name's words, `lr` of `learning_rate`."""
    return "".join(word[0] for word in name.split("_"))

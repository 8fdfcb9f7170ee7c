"""Whether a value is of the type that an annotation says: of what came from a file.

The parts of a file are made by their own classes, which take what they are given; so all their
fields are looked at once they are made, and what is not of its type is named.
"""

import collections.abc
import types
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

__all__ = ["check_fields", "is_of"]


def check_fields(made: object) -> None:
    """Raise TypeError for a field of a dataclass or named tuple that is not of its type.

    Those that are such themselves are looked at, too, and so are those in lists and mappings.
    """
    kind: Any = type(made)
    for name, hint in _hints(kind).items():
        value = getattr(made, name)
        if not is_of(value, hint):
            said = repr(value)
            raise TypeError(f"{kind.__name__} has the {name} {said[:60]}")
        for inner in _inner(value):
            check_fields(inner)


def _inner(value: object) -> Collection[object]:
    """Return what is in a value that has fields itself."""
    if _has_fields(value):
        return (value,)
    if isinstance(value, Mapping):
        return [one for one in value.values() if _has_fields(one)]
    if isinstance(value, list | tuple):
        return [one for one in value if _has_fields(one)]
    return ()


def _has_fields(value: object) -> bool:
    return (is_dataclass(value) and not isinstance(value, type)) or hasattr(value, "_fields")


@cache
def _hints(kind: type) -> dict[str, Any]:
    """Return the annotation of each field; those that name what is not loaded say nothing."""
    names = [one.name for one in fields(kind)] if is_dataclass(kind) else kind._fields  # type: ignore[attr-defined]
    try:
        hints = get_type_hints(kind)
    except NameError:
        hints = {}
    return {name: hints.get(name, object) for name in names}


def is_of(value: object, hint: Any) -> bool:
    """Return whether a value is of an annotated type; of one that is not known here it is.

    An int is a float, as everywhere in Python's types, if NumPy has it as an int64; a bool is
    neither.

    >>> is_of(3, float), is_of(True, int), is_of(("a", 1), tuple[str, ...]), is_of(None, int | None)
    (True, False, False, True)
    """
    origin, inner = get_origin(hint), get_args(hint)
    if hint is None or hint is type(None):
        return value is None
    if origin in (Union, types.UnionType):
        return any(is_of(value, one) for one in inner)
    if origin is Literal:
        return value in inner
    if origin is np.ndarray:
        return isinstance(value, np.ndarray) and value.dtype.kind in _kinds(inner)
    if isinstance(origin, type) and issubclass(origin, Collection):
        return _is_collection(value, origin, inner)
    return _is_plain(value, origin or hint)


def _is_collection(value: object, kind: type[Collection[Any]], inner: tuple[Any, ...]) -> bool:
    """Return whether a value is such a collection of what is annotated as `inner`."""
    if not isinstance(value, kind) or isinstance(value, str):
        return False
    if isinstance(value, Mapping):
        return all(is_of(key, inner[0]) and is_of(one, inner[1]) for key, one in value.items())
    if kind is tuple and inner[-1:] != (Ellipsis,):
        return len(value) == len(inner) and all(map(is_of, value, inner))
    return all(is_of(one, inner[0]) for one in value)


def _kinds(inner: tuple[Any, ...]) -> str:
    """Return the kinds of numbers that an annotated array may hold: floats may be shorter ones."""
    (type_,) = get_args(inner[-1]) if inner else (Any,)
    if isinstance(type_, type) and issubclass(type_, np.generic):
        return {"f": "f", "i": "i"}.get(np.dtype(type_).kind, "biufU")
    return "biufU"


NUMBERS: dict[Any, tuple[type, ...]] = {
    int: (int, np.integer),
    float: (int, float, np.integer, np.floating),
}
"""What may stand where a number is annotated."""

LARGEST = 2**63
"""The int from which on NumPy has an object in its place, which is no number to it."""


def _is_plain(value: object, kind: Any) -> bool:
    """Return whether a value is of a type that has no others in it."""
    if kind in NUMBERS:
        if not isinstance(value, NUMBERS[kind]) or isinstance(value, bool):
            return False
        return kind is not float or not isinstance(value, int) or abs(value) < LARGEST
    if kind is collections.abc.Callable:
        return callable(value)
    if kind is Any or not isinstance(kind, type) or getattr(kind, "_is_protocol", False):
        return True
    return isinstance(value, kind)

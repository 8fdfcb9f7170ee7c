"""What a request says, read with suspicion: it may come from a damaged or a hostile page.

Each function takes a value out of a request and returns it as what it must be, or raises a
ChoiceError that says what was got and what is needed.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeGuard, cast

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepared import Data
from steepest.descent.plan.keywords import OptionKeywords
from steepest.descent.plan.option import Kind, Option
from steepest.descent.plan.options import OPTIONS
from steepest.errors import ChoiceError

__all__ = [
    "MOST_BYTES",
    "MOST_LINK",
    "MOST_POINTS",
    "MOST_STEPS",
    "choices_of",
    "edited",
    "file_of",
    "index_of",
    "names_of",
    "network_of",
    "paths_of",
    "vector_of",
    "window_of",
    "word_of",
]

Array = NDArray[np.float64]

MOST_STEPS = 100_000
"""Steps that a page may ask for."""

MOST_ROWS = 100_000
"""Rows that a page may have changed."""

MOST_BYTES = 32_000_000
"""Bytes of a file that may be dropped on the page."""

MOST_POINTS = 201
"""Points a side of a surface."""

LARGEST = 1e100
"""The largest number among rows and params: what is made of them is a float64 still."""

MOST_LETTERS = 1000
MOST_LINK = 400_000
MOST_NAMES = 10_000
MOST_NUMBERS = 4_000_000

OF_MODEL = ("hidden", "activation", "init", "dtype", "bias")

NOT_FOR_PAGES = (*OF_MODEL, "tol", "seconds", "stop", "patience")
"""What a page has no say in: its runs are of the model that is open, and end by steps and clock.

All its rows are trained on, so none are kept back.
"""


class ChosenOptions(OptionKeywords, total=False):
    """Options as keywords, the start among them, that a page may choose."""

    start: Array


def word_of(value: object, what: str, most: int = MOST_LETTERS) -> str | None:
    """Return a word of at most so many letters, None if there is none."""
    if value is None or (isinstance(value, str) and len(value) <= most):
        return value
    raise ChoiceError(f"{what} is {_shown(value)}, but it must be a word")


def names_of(value: object, what: str) -> list[str] | None:
    """Return a list of names, None if there is none."""
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > MOST_NAMES:
        raise ChoiceError(f"{what} is {_shown(value)}, but it must be a list of names")
    return [str(word_of(name, what)) for name in value if name is not None]


def choices_of(value: object, options: Mapping[str, Option] = OPTIONS) -> ChosenOptions:
    """Return choices as `descend_rows` takes them; what is null is left to it."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ChoiceError(f"the choices are {_shown(value)}, but they must be named values")
    chosen = {
        str(name): _choice(str(name), one, options)
        for name, one in value.items()
        if one is not None
    }
    given = cast(ChosenOptions, chosen)
    if (given.get("steps") or 0) > MOST_STEPS:
        raise ChoiceError(
            f"steps is {given['steps']:,}, but a page takes {MOST_STEPS:,} at most; for more: "
            "steepest fit"
        )
    return given


def _choice(name: str, value: object, options: Mapping[str, Option]) -> object:
    """Return the value of an option as its kind has it; its range is checked by `Options`."""
    if name not in options or name in NOT_FOR_PAGES:
        raise ChoiceError(f"there is no choice {_shown(name)}")
    return READERS[options[name].kind](value, name)


def network_of(value: object) -> ChosenOptions:
    """Return the hidden layers of a network, and what its units answer, as `descend_rows` takes."""
    if not isinstance(value, Mapping):
        raise ChoiceError(f"the network is {_shown(value)}, but it must be named values")
    units = vector_of(value.get("units"), "the hidden units")
    activation = word_of(value.get("activation"), "the activation")
    if not len(units) or (units != np.floor(units)).any():
        raise ChoiceError("a network needs whole numbers of hidden units, such as 8, 8")
    made: ChosenOptions = {"hidden": tuple(units.astype(int).tolist())}
    return made if activation is None else {**made, "activation": activation}


def vector_of(value: object, what: str, size: int | None = None) -> Array:
    """Return finite numbers, (size,); any number of them if `size` is None."""
    numbers = _numbers(value, what)
    if size is not None and len(numbers) != size:
        raise ChoiceError(f"{what} has {len(numbers)} numbers, but {size} are needed")
    if not np.isfinite(numbers).all():
        raise ChoiceError(f"{what} holds what is no finite number")
    if (np.abs(numbers) > LARGEST).any():
        raise ChoiceError(f"{what} holds numbers beyond {LARGEST:g}, whose squares have no room")
    return numbers


def index_of(value: object, what: str, count: int) -> int:
    """Return a whole number from 0 to count - 1."""
    index = _whole(value, what)
    if index >= count:
        raise ChoiceError(f"{what} is {index}, but it must be one of 0 to {count - 1}")
    return index


def window_of(value: object) -> Array | None:
    """Return a window, (2, 2): x low and high, y low and high; None if there is none.

    Raises ChoiceError for what is none.
    """
    if value is None:
        return None
    window = vector_of(value, "window", 4).reshape(2, 2)
    spans = window[:, 1] - window[:, 0]
    if not (np.isfinite(spans) & (spans > 0)).all():
        raise ChoiceError("the window must be two spans, each from low to high")
    return window


def paths_of(value: object, size: int) -> tuple[Array, Array]:
    """Return the params of the paths that must be shown, (n, size), and their losses, (n,)."""
    if value is None:
        return np.empty((0, size)), np.empty(0)
    if not isinstance(value, list) or not all(isinstance(path, Mapping) for path in value):
        raise ChoiceError(f"what must be shown is {_shown(value)}, but it must be a list of paths")
    params = [_numbers(path.get("params"), "the params of a path") for path in value]
    losses = [_numbers(path.get("loss"), "the losses of a path") for path in value]
    if any(len(p) != len(loss) * size for p, loss in zip(params, losses, strict=True)):
        raise ChoiceError(f"a path needs {size} params for each of its losses")
    if sum(map(len, params)) > MOST_NUMBERS:
        raise ChoiceError("there are too many params to be shown at once")
    points = np.concatenate([*params, np.empty(0)]).reshape(-1, size)
    known = np.isfinite(points).all(axis=1)
    return points[known], np.concatenate([*losses, np.empty(0)])[known]


def edited(data: Data, value: object) -> Data:
    """Return the data with the rows that the reader has changed; the data itself for None."""
    if value is None:
        return data
    if not isinstance(value, Mapping):
        raise ChoiceError(f"the rows are {_shown(value)}, but they must be X and y")
    y = vector_of(value.get("y"), "y")
    if not 2 <= len(y) <= MOST_ROWS:
        raise ChoiceError(f"{len(y):,} rows: a descent needs 2, a page takes {MOST_ROWS:,} at most")
    X = vector_of(value.get("X"), "X", len(y) * data.X.shape[1])
    _check_classes(data, y)
    return replace(data, X=X.reshape(len(y), -1), y=y, square_sum=None)


def _check_classes(data: Data, y: Array) -> None:
    """Refuse codes that are no class, and a class that has lost its last row."""
    if data.target.classes is None:
        if y.min() == y.max():
            name = data.target.name
            raise ChoiceError(f"{name} is {y[0]:g} in every row, so there is nothing to learn")
        return
    codes = np.arange(len(data.target.classes))
    if not np.isin(y, codes).all():
        raise ChoiceError(f"y holds what is no class: they are numbered 0 to {codes[-1]}")
    for code in codes[~np.isin(codes, y)]:
        raise ChoiceError(f"no row is left of the class {data.target.classes[code]}")


def file_of(value: object) -> tuple[str, bytes]:
    """Return name and contents of a file; only its own name, whatever path stands before it."""
    if not isinstance(value, Mapping):
        raise ChoiceError(f"the file is {_shown(value)}, but it must be a name and its contents")
    given = str(word_of(value.get("name"), "the file's name") or "")
    name = "".join(letter for letter in given.replace("\\", "/").split("/")[-1] if letter >= " ")
    coded = value.get("base64")
    if not isinstance(coded, str) or len(coded) > MOST_BYTES * 4 // 3 + 4:
        raise ChoiceError(f"{name or 'the file'} must have at most {MOST_BYTES // 10**6} MB")
    try:
        return name, base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        raise ChoiceError(f"{name or 'the file'} arrived damaged; try once more") from None


def _numbers(value: object, what: str) -> Array:
    """Return numbers, (n,); null, which is how JSON tells what is not finite, is NaN."""
    if not isinstance(value, list) or len(value) > MOST_NUMBERS:
        raise ChoiceError(f"{what} is {_shown(value)}, but it must be a list of numbers")
    if not all(one is None or _is_number(one) for one in value):
        raise ChoiceError(f"{what} holds what is no number")
    return np.array([np.nan if one is None else one for one in value], dtype=np.float64)


def _number(value: object, what: str) -> float:
    if not _is_number(value) or not math.isfinite(value):
        raise ChoiceError(f"{what} is {_shown(value)}, but it must be a finite number")
    return float(value)


def _whole(value: object, what: str) -> int:
    if not _is_number(value) or not 0 <= value < 2**63 or value != int(value):
        raise ChoiceError(f"{what} is {_shown(value)}, but it must be a whole number from 0 up")
    return int(value)


def _rate(value: object, what: str) -> str | float | None:
    return word_of(value, what) if isinstance(value, str) else _number(value, what)


def _switch(value: object, what: str) -> bool:
    if not isinstance(value, bool):
        raise ChoiceError(f"{what} is {_shown(value)}, but it must be true or false")
    return value


READERS: Mapping[Kind, Callable[[object, str], object]] = {
    Kind.WORD: word_of,
    Kind.RATE: _rate,
    Kind.NUMBER: _number,
    Kind.WHOLE: _whole,
    Kind.PARAMS: vector_of,
    Kind.SIZES: vector_of,
    Kind.SWITCH: _switch,
}
"""How each kind of option is read from JSON."""


def _is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a number that a float64 has room for; True and False are none."""
    if isinstance(value, float):
        return True
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**1000


def _shown(value: object) -> str:
    """Return a value for a message, cut short."""
    text = repr(value) if isinstance(value, str | int | float | bool) else type(value).__name__
    return text if len(text) <= 60 else f"{text[:59]}…"

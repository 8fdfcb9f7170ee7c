"""The link of a page, read by Python: what a reader chose there, checked as the page checks it.

    page.html#v=1&data=geyser&target=waiting&features=duration&rate=0.05&steps=20&...

It is the first run's choices (`page/web/keep/link.js` writes them), and answers to tasks, each as
`answer.KEY=number`. Nothing of it is trusted: a value that is damaged is a fault, and no fault
repeats what stands in the link.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from steepest.descent.named_rules import RULES

__all__ = ["MOST_STEPS", "Link", "link_in", "link_of_cells", "read_link"]

VERSION = "1"

MOST_LETTERS = 400_000
"""Letters of a link that are read at all, as on the page."""

MOST_STEPS = 100_000
"""Steps that a page takes at most."""

MOST_UNITS = 10_000
"""Units of a layer of a network that a page names at most."""

LINK = re.compile(r"(?:^|[#&])v=\d+&")

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)

SCHEDULE = re.compile(r"(time|step|cosine)((:[^:]+){1,3})")

ANSWER = re.compile(r"answer\.([a-z0-9_]{1,40})")
"""The key of an answer to a task."""


ANSWERS, CUT = "an answer", "a field without a value"
"""What is damaged in words, where it has no key of its own."""

NEEDED = ("rule", "rate", "scale", "steps", "start")
"""The keys that a run cannot be made again without."""


class Link(NamedTuple):
    """What a link asks for: its data, the options of its first run, and answers to tasks.

    `start` is None where it is random; `own_rows` says that the reader changed the rows; `faults`
    are the keys whose values are damaged, and `missing` those of a run that are not there: a page
    writes all of them, so the link was cut off, or is of a page that takes no steps.
    """

    data: str
    target: str
    features: tuple[str, ...]
    options: Mapping[str, Any]
    start: tuple[float, ...] | None
    answers: Mapping[str, float]
    own_rows: bool
    faults: tuple[str, ...]
    missing: tuple[str, ...]


def link_in(text: str) -> str | None:
    """Return the state in a text that holds a link, without what is before its `#`; None if none.

    >>> link_in("https://a.org/p.html#lesson&v=1&data=geyser")
    'lesson&v=1&data=geyser'
    >>> link_in("Ada Lovelace") is None
    True
    """
    found = text.strip()
    if len(found) > MOST_LETTERS or not LINK.search(found):
        return None
    return found.split("#", 1)[-1]


def link_of_cells(cells: Sequence[str], delimiter: str) -> str | None:
    """Return the state of the link in a row of a table; None if there is none.

    A link that was not quoted is cut at its own commas: the cells after it that go on with it, by a
    key or by a number of a list, are its own.

    >>> link_of_cells(["Ada", "a.html#v=1&window=1", "2", "3", "4&answer.way=0", "Math"], ",")
    'v=1&window=1,2,3,4&answer.way=0'
    """
    at = next((i for i, cell in enumerate(cells) if link_in(cell) is not None), None)
    if at is None or delimiter != "," or "," in cells[at]:
        return None if at is None else link_in(cells[at])
    end = max([at, *(i for i, cell in enumerate(cells) if i > at and MORE.search(cell))])
    link = ",".join(cells[at : end + 1])
    while LISTED.search(link) and end + 1 < len(cells) and NUMERIC.match(cells[end + 1]):
        end += 1
        link += f",{cells[end]}"
    return link_in(link)


MORE = re.compile(r"&[\w.]+=")
LISTED = re.compile(r"&(window|start|x|y|view|hidden|features)=[^&]*$")
NUMERIC = re.compile(r"[-+.\d]")
"""What goes on with a link in the next cell: more of its state, or of a list of numbers."""


def read_link(state: str) -> Link:
    """Return what the state of a link asks for; what is damaged is left out and named."""
    pairs = _pairs(state)
    faults = [] if pairs.get("v") == VERSION else ["v"]
    faults += [CUT] if any("=" not in part for part in state.split("&")[1:]) else []
    options, start = _choices(pairs, faults)
    answers = {
        named[1]: value
        for key, raw in pairs.items()
        if (named := ANSWER.fullmatch(key))
        and (value := _read(_number, raw, ANSWERS, faults)) is not None
    }
    return Link(
        data=_read(str, pairs.get("data", ""), "data", faults) or "",
        target=_read(str, pairs.get("target", ""), "target", faults) or "",
        features=_read_names(pairs.get("features", ""), faults),
        options=options,
        start=start,
        answers=answers,
        own_rows="x" in pairs or "y" in pairs,
        faults=tuple(faults),
        missing=tuple(key for key in NEEDED if key not in pairs),
    )


def _pairs(state: str) -> dict[str, str]:
    """Return the raw values by their keys; of a key that comes twice the first counts."""
    found: dict[str, str] = {}
    for part in state.split("&"):
        key, sign, value = part.partition("=")
        if sign and key:
            found.setdefault(key, value)
    return found


def _choices(
    pairs: Mapping[str, str], faults: list[str]
) -> tuple[dict[str, Any], tuple[float, ...] | None]:
    """Return the options of the first run, and its start, None where that is random."""
    options: dict[str, Any] = {}
    for name, (key, read) in CHOICES.items():
        if key in pairs and (value := _read(read, pairs[key], key, faults)) is not None:
            options[name] = value
    if options.get("batch") == ALL:
        del options["batch"]
    if options.get("loss") != "huber":
        options.pop("delta", None)
    raw = pairs.get("start", RANDOM)
    return options, None if raw == RANDOM else _read(_numbers, raw, "start", faults)


ALL, RANDOM = "all", "random"


def _read(read: Callable[[str], Any], raw: str, key: str, faults: list[str]) -> Any:
    """Return a value as it is read, None where it is damaged, which is then a fault."""
    try:
        value = read(unquote(raw, errors="strict"))
    except (ValueError, UnicodeDecodeError):
        value = None
    if value is None:
        faults.append(key)
    return value


def _read_names(raw: str, faults: list[str]) -> tuple[str, ...]:
    """Return names with commas between; a comma within one is written as `%2C`."""
    named = [_read(str, one, "features", faults) for one in raw.split(",") if one]
    return tuple(one for one in named if one is not None)


def _number(text: str) -> float | None:
    return float(text) if NUMBER.fullmatch(text) and abs(float(text)) < float("inf") else None


def _above(text: str) -> float | None:
    value = _number(text)
    return None if value is None or value <= 0.0 else value


def _from_zero(text: str) -> float | None:
    value = _number(text)
    return None if value is None or value < 0.0 else value


def _whole(text: str, most: int = 2**53) -> int | None:
    value = _number(text)
    return int(value) if value is not None and value.is_integer() and 0 <= value <= most else None


def _numbers(text: str) -> tuple[float, ...] | None:
    values = [_number(part) for part in text.split(",")]
    return None if None in values else tuple(value for value in values if value is not None)


def _rate(text: str) -> float | str | None:
    """Return a rate: a number above 0, `auto`, or a schedule whose numbers are above 0."""
    schedule = SCHEDULE.fullmatch(text)
    if text == "auto":
        return text
    if schedule is None:
        return _above(text)
    return text if all(_above(part) for part in schedule[2][1:].split(":")) else None


def _rule(text: str) -> str | None:
    return text if text == "auto" or text.split(":")[0] in RULES else None


def _word(text: str) -> str | None:
    return text if re.fullmatch(r"[a-z_]{1,40}", text) else None


def _layers(text: str) -> tuple[int, ...] | None:
    units = [_whole(part, MOST_UNITS) for part in text.split(",")]
    return tuple(one for one in units if one) if all(units) else None


def _batch(text: str) -> int | str | None:
    return text if text == ALL else _whole(text) or None


CHOICES: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "loss": ("loss", _word),
    "rule": ("rule", _rule),
    "learning_rate": ("rate", _rate),
    "scale": ("scale", _word),
    "l2": ("l2", _from_zero),
    "delta": ("delta", _above),
    "batch": ("batch", _batch),
    "seed": ("seed", _whole),
    "steps": ("steps", lambda text: _whole(text, MOST_STEPS)),
    "hidden": ("hidden", _layers),
    "activation": ("activation", _word),
}
"""Each option under its key in the link: how its value is read and checked."""

"""What of the page's code a saved page can never use, by its record, and so is written without.

Features, target and kind of model of a saved page stay what they are: rows can be moved and added,
rule, rate and loss chosen, the units of a network changed. So of the pictures of data and fit it
needs one, the equation only of one feature and a number, and the card of a network where it holds
one, which has no limit of its rate. A live page, which opens other data, has all. What is left out
is undefined there, and no page has it asked for (tests/web).
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steepest.page.record import Record

__all__ = ["UNUSED_LIVE", "unneeded"]

UNUSED_LIVE = frozenset(
    (
        *("cards/sharpness.js", "cards/steepness.js"),
        *("lesson/edit.js", "lesson/edit_walk.js"),
    )
)
"""What a live page never opens: the cards of runs without rows, the editor of a lesson's file."""


def unneeded(record: "Record") -> frozenset[str]:
    """Return the modules that a saved page of this record is written without."""
    return frozenset(path for path, needs in NEEDED.items() if not needs(record))


def _fits(record: "Record") -> tuple[str, ...]:
    """Return the picture of data and fit, as `page/web/cards/fit.js` chooses it, and its base."""
    count, classes = len(record["features"]), record["target"]["classes"]
    if count != 1:
        return ("cards/fit_plane.js", "cards/fit_many.js")[count > 2 :]
    return ("cards/fit_classes.js",) if classes else ("cards/fit_line.js",)


def _chosen(path: str) -> Callable[["Record"], bool]:
    """Return what tells whether a picture of data and fit is the one of a record."""
    return lambda record: path in _fits(record)


def _is_line(record: "Record") -> bool:
    """Return whether a number is predicted by one weight and a bias, whose equation is shown."""
    is_number = record["target"]["classes"] is None and record["network"] is None
    return is_number and len(record["features"]) == 1


FITS = ("cards/fit_line.js", "cards/fit_classes.js", "cards/fit_plane.js", "cards/fit_many.js")

CONVEX = (
    *("controls/presets.js", "words/fastest_task.js"),
    *("words/limit_task.js", "words/ravine_tasks.js"),
    *("engine/lowest.js", "engine/rounding.js"),
)
"""What is tried beside a limit of the rate, the lowest loss, round bowls: no network has these."""

NEEDED: Mapping[str, Callable[["Record"], bool]] = {
    **{path: _chosen(path) for path in FITS},
    "controls/equation.js": _is_line,
    "cards/network.js": lambda record: record["network"] is not None,
    **{path: lambda record: record["network"] is None for path in CONVEX},
    "cards/sharpness.js": lambda record: "sharpness" in record,
    "cards/steepness.js": lambda record: not record["surface"]["nx"],
}
"""The modules that not every page needs, and which records need them."""

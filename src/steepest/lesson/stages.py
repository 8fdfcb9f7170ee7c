"""How far the walk has come at each build, and what of it is marked."""

from typing import NamedTuple

from steepest.lesson.walks import ROUNDS

__all__ = ["STAGES", "Stage", "stage_of"]


class Stage(NamedTuple):
    """The step whose line is drawn, None where there is none yet.

    `errors` are drawn as lines or squares. On the map are the `arrows` against the gradient, the
    walks of the names in `walks`, the last of them the current one, and, where `surface` says so,
    the loss round them or all of it.
    """

    at: int | None = None
    errors: str = ""
    arrows: tuple[str, ...] = ()
    walks: tuple[str, ...] = ("walk",)
    surface: str = ""


NOTHING = Stage()

BOTH = ("weight", "bias", "sum")

STAGES: dict[str, Stage] = {
    "line": Stage(0),
    "errors": Stage(0, "lines"),
    "squares": Stage(0, "squares"),
    "dot": Stage(0),
    "nudge_weight": Stage(0, arrows=("weight",)),
    "parts": Stage(0),
    "nudge_bias": Stage(0, arrows=("weight", "bias")),
    "sum": Stage(0, arrows=BOTH),
    "guess": Stage(0),
    "step": Stage(1, arrows=()),
    "loss": Stage(1, surface="round"),
    "again": Stage(2, surface="round"),
    "walk": Stage(ROUNDS, surface="round"),
    "bowl": Stage(ROUNDS, surface="all"),
    "small": Stage(walks=("small",), surface="all"),
    "good": Stage(walks=("small", "good"), surface="all"),
    "guess_large": Stage(walks=("small", "good"), surface="all"),
    "large": Stage(walks=("good", "large"), surface="all"),
    "diverge": Stage(walks=("good", "large", "over"), surface="all"),
    "ravine": Stage(walks=("plain",), surface="all"),
    "standard": Stage(walks=("good",), surface="all"),
    "momentum": Stage(walks=("without", "momentum"), surface="all"),
    "class_walk": Stage(walks=("classes",)),
}
"""By the key of the build; one that is not named shows no line."""

ROUND = "walk "
"""How the key begins of a build that shows the walk after a number of rounds, as the film does."""


def stage_of(key: str, otherwise: Stage = NOTHING) -> Stage:
    """Return the stage of a build: `walk 7` is the walk after 7 rounds.

    >>> stage_of("dot").at, stage_of("walk 7").at, stage_of("rows").at
    (0, 7, None)
    """
    if key.startswith(ROUND):
        return STAGES["walk"]._replace(at=int(key.removeprefix(ROUND)))
    return STAGES.get(key, otherwise)

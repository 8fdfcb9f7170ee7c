"""The libraries in which a run's fit can be written, and the text for each."""

import difflib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from steepest.errors import ChoiceError
from steepest.run.elsewhere import (
    celer,
    glum,
    jax,
    pytorch,
    scikit_learn,
    skglm,
    snapml,
    spark,
    statsmodels,
    vowpal_wabbit,
    xgboost,
)
from steepest.run.elsewhere.objective import NoEqualError, Terms, terms_of

if TYPE_CHECKING:
    from steepest.run.run import Run

__all__ = ["LIBRARIES", "elsewhere"]

LIBRARIES: Mapping[str, Callable[[Terms], list[str]]] = {
    "scikit-learn": scikit_learn.lines,
    "statsmodels": statsmodels.lines,
    "glum": glum.lines,
    "pytorch": pytorch.lines,
    "spark": spark.lines,
    "jax": jax.lines,
    "skglm": skglm.lines,
    "celer": celer.lines,
    "xgboost": xgboost.lines,
    "vowpal-wabbit": vowpal_wabbit.lines,
    "snapml": snapml.lines,
}
"""What writes the lines of each."""


def elsewhere(run: "Run", name: str) -> str:
    """Return the lines that fit the same with a library, or a comment that says why there are none.

    Raises ChoiceError for a library that is not known.
    """
    if name not in LIBRARIES:
        near = difflib.get_close_matches(name, LIBRARIES, 1)
        hint = f"; did you mean {near[0]}?" if near else ";"
        raise ChoiceError(f"there are no lines for {name!r}{hint} known are {', '.join(LIBRARIES)}")
    try:
        return "\n".join(LIBRARIES[name](terms_of(run)))
    except NoEqualError as why:
        return f"# {name} has no equal: {why}"

"""A step: one point of a descent, as it is recorded."""

import warnings
from math import nan
from operator import attrgetter
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["COLUMNS", "NUMBERS", "UNKNOWN", "Step", "numbers_of", "renamed"]

Array = NDArray[np.float64]
T = TypeVar("T")

NUMBERS = (
    "loss",
    "full_loss",
    "gradient_norm",
    "steepness",
    "learning_rate",
    "seconds",
    "momentum",
    "rows",
    "passes",
    "whitened",
    "least",
    "gap",
    "validation_loss",
)
"""The numbers of a step in the order of the columns in which a trace, and a file, keeps them."""

UNKNOWN = ("gap", "validation_loss")
"""The numbers of which nothing is known where a file does not hold them; others were 0 then."""

COLUMNS = {name: column for column, name in enumerate(NUMBERS)}

numbers_of = attrgetter(*NUMBERS)


class Step(NamedTuple):
    """One iterate of the descent, and how far the next step goes from it.

    `params` and `gradient` are in the reader's units, shape (params,); `gradient_norm` is the
    length of `gradient`. `learning_rate` is the rate of the step from here to the next point (of
    the last point: the rate that step would have had). `seconds` have passed since the start.

    `loss` is the loss that the gradient belongs to: of all rows, or of the step's own rows where
    the descent goes by mini-batches. `full_loss` is always that of all rows, and NaN where it was
    not worked out (mini-batches, within an epoch). `steepness` is the gradient's length in the
    coordinates of the walk, which is `gradient_norm` again where nothing is scaled. `momentum` is
    how much of the last step the next one takes once more, where a search found that too.

    `rows` is how many rows the step saw, 0 where there are none or it is not known. `passes` is
    how often all rows have been read since the start, until this step was known: half of them
    read once is 0.5. `whitened` says that the coordinates of the walk were made anew here.

    `least` says that no step of the rule leads here: the walk was over, its minimum is not unique,
    and this last point has the least weights of the same loss (the minimum-norm solution).

    `gap` is the duality gap: no params have a loss that is lower than this one by more, which is
    proved; NaN where nothing is.

    `validation_loss` is the mean loss of the rows that were kept back, without the penalty; NaN
    where there are none, or it was not worked out.

    Two steps are equal only if they are the same object. A named tuple, since one is made at
    every step of a descent and a frozen dataclass takes more than twice as long to make.
    """

    index: int  # type: ignore[assignment]  # a tuple's own `index` is not missed
    params: Array
    loss: float
    gradient: Array
    gradient_norm: float
    learning_rate: float
    seconds: float
    full_loss: float
    steepness: float
    momentum: float = 0.0
    rows: int = 0
    passes: float = 0.0
    whitened: bool = False
    least: bool = False
    gap: float = nan
    validation_loss: float = nan

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(self)

    @property
    def gradient_of_all(self) -> Array | None:
        """The gradient of the loss of all rows, (params,); None where it is of some of them."""
        return self.gradient if self.loss == self.full_loss else None

    @property
    def rounded(self) -> bool:
        """The former name of `whitened`; deprecated."""
        return bool(renamed("Step.rounded", "whitened", self.whitened))


def renamed(old: str, new: str, value: T) -> T:
    """Return a value that was asked for by its former name, with a DeprecationWarning."""
    warnings.warn(f"{old} is now called {new}", DeprecationWarning, stacklevel=3)
    return value

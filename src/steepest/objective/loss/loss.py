"""A loss `l(m, y)` of one margin m and target y, with its first and second derivative by m.

A loss knows nothing of X, weights or threads. Each is pure functions of `margin` (X w + b, what
the model says before it is turned into a prediction) and `target`, row by row:

    value(margin, target)      l, the loss of each row, shape (rows,)
    slope(margin, target)      l', its derivative by the margin, the margin's shape
    curvature(margin, target)  l'', its second derivative: (rows,), for softmax (rows, k, k)
    value_and_slope(...)       the first two at once, sharing what costs time (an exponential)
    total_and_slope(..., weight)  the sum of the values, and the slopes, both times the weights
    hessian_along(...)         `sum_i weight_i u_i' l''_i v_i` for margin directions u, v

`curvature_bound` is the largest that the curvature can be anywhere (for softmax: its largest
eigenvalue); `inf` where the loss has a kink, which is not `smooth`, or curves without bound. No
finite margin overflows where the true value is a float64: exponentials are only taken of numbers
that are not positive, or are the value itself.

What a caller needs to know beyond that it asks here too, and never by the type: whether the loss
knows `probabilities`, whether it `is_quadratic`, by which `word` it is chosen.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "BaseLoss", "Loss", "mean", "weighed"]

Array = NDArray[np.float64]


class Loss(Protocol):
    """What an objective asks of a loss; see the module's docstring for the shapes."""

    @property
    def name(self) -> str:
        """The name of the loss: `huber`."""

    @property
    def word(self) -> str:
        """The word by which the loss is chosen, with its numbers: `huber:3`."""

    @property
    def is_log_loss(self) -> bool:
        """Whether it is `-log` of a softmax, or logistic, probability: sums of exponentials."""

    @property
    def numbers(self) -> Mapping[str, float]:
        """The numbers of its own by the options that say them: `{"delta": 3.0}`; mostly none."""

    @property
    def formula(self) -> str:
        """The loss as the books write it, for figures and words."""

    @property
    def slope_formula(self) -> str:
        """The derivative of the loss by its margin as the books write it; empty if not known."""

    @property
    def curvature_bound(self) -> float:
        """The largest that the curvature can be; `inf` at a kink or where there is no bound."""

    @property
    def slope_bound(self) -> float:
        """The largest that the slope, or its length, can be; `inf` where no bound is known."""

    @property
    def smooth(self) -> bool:
        """Whether the slope is continuous, so that the curvature says how it changes."""

    @property
    def is_quadratic(self) -> bool:
        """Whether the curvature is the same everywhere: then a mean of such losses is a bowl."""

    @property
    def may_be_flat(self) -> bool:
        """Whether the curvature can be 0 away from infinity, so that no Newton step is known."""

    @property
    def is_coercive(self) -> bool:
        """Whether a row's loss is known to rise without end up and down its margin."""

    @property
    def side_slopes(self) -> tuple[float, float] | None:
        """The slopes below and above the target of a loss that is straight on both sides; None.

        Straight but within a width, where the loss is `smoothing_width` one.
        """

    @property
    def smoothing_width(self) -> float:
        """The width t within which a loss with side slopes is smooth, as `r^2 / 2t`; 0: a kink."""

    @property
    def margins(self) -> int:
        """The number of margins of a row: 1, or k for softmax."""

    @property
    def classes(self) -> int | None:
        """The number of classes; None where the target is a number."""

    @property
    def inverse_link(self) -> str:
        """The inverse link of a GLM as a formula; empty where the margin is the prediction."""

    @property
    def dispersion(self) -> str:
        """Of what the loss is minus the log of a likelihood, its dispersion: `one`, `estimated`.

        Empty where it is none, or no theory of its standard errors is worked out.
        """

    def margin_unit(self, unit: str) -> str:
        """Return the unit of a margin, of a target in `unit`; empty if it has none."""

    def value(self, margin: Array, target: Array) -> Array:
        """Return the loss of each row."""

    def slope(self, margin: Array, target: Array) -> Array:
        """Return the derivative of each row's loss by its margin or margins."""

    def curvature(self, margin: Array, target: Array) -> Array:
        """Return the second derivative of each row's loss."""

    def curvature_kept(self, margin: Array, target: Array, reach: Array) -> Array | None:
        """Return the share of its curvature that each row keeps at least, (rows,); None: unknown.

        It is kept wherever its margin moves by at most `reach`, (rows,); of several margins, where
        the distance of no two grows by more.
        """

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return `value` and `slope` at once."""

    def total_and_slope(
        self, margin: Array, target: Array, weight: Array | None = None
    ) -> tuple[float, Array]:
        """Return the sum over all rows of the loss, and the slope of each row.

        `weight`, (rows,), multiplies both, row by row; None is 1 for every row. `margin` is left
        as it is.
        """

    def totals(self, margins: Array, target: Array, weight: Array | None) -> Array:
        """Return the sum over all rows of the loss at many points, (points,).

        `margins` is (points, margins, rows); `weight`, (rows,), is how much each row counts.
        """

    def hessian_along(
        self, margin: Array, target: Array, weight: Array | None, directions: Sequence[Array]
    ) -> Array:
        """Return the sum over rows of `weight u' l'' v`, (directions, directions).

        Each direction has the margin's shape.
        """

    def curve(self, margin: Array, target: Array) -> Callable[[Array], Array]:
        """Return what takes how margins move, u, to how their slopes do, `l'' u`, of one shape."""

    def own_curvature(self, margin: Array, target: Array) -> Array:
        """Return the second derivative by each margin alone, (rows, margins)."""

    def symmetry_point(self, target: Array) -> Array:
        """Return the margin about which each row's slope is odd, (rows,): 0 at a kink."""

    def guess(self, target: Array, weight: Array | None = None) -> Array:
        """Return a margin for all rows alike, (margins,): the best or near it."""

    def guess_loss(self, target: Array, weight: Array | None = None) -> float | None:
        """Return the mean loss of `guess` where a formula tells it without the rows' losses."""

    def spread(self, target: Array, weight: Array | None = None) -> float:
        """Return how far margins typically differ: the size of a random start."""

    def prediction(self, margin: Array) -> Array:
        """Return the number that each margin predicts; the margin where there are classes."""

    def probabilities(self, margin: Array) -> Array | None:
        """Return the probability of each class, (rows, k); None where the target is a number."""

    def gain(self, change: Array, target: Array) -> Array | None:
        """Return what says whether a row's loss falls for ever along a change d of its margins.

        The recession function of the loss, `lim l(m + t d, y) / t` for t to infinity, is at most 0
        where all gains of the row, (rows, gains) and linear in d, are >= 0 (are 0 of a row that is
        `pinned`); where one is above 0 the loss falls for ever (Rockafellar 1970, "Convex
        analysis", section 8). None where that is not known, or no loss falls for ever; see
        `is_coercive`.
        """

    def pinned(self, target: Array) -> NDArray[np.bool_]:
        """Return which rows' loss rises for ever up and down their margin, (rows,)."""

    def check(self, target: Array) -> None:
        """Raise ChoiceError if the loss is not made for such targets, (rows,)."""


class BaseLoss(Loss, Protocol):
    """What a loss has unless it says otherwise.

    By default it is smooth, its margin is the prediction, and its total the sum over its rows.
    """

    slope_bound: ClassVar[float] = float("inf")
    smooth: ClassVar[bool] = True
    is_quadratic: ClassVar[bool] = False
    may_be_flat: ClassVar[bool] = False
    is_coercive: ClassVar[bool] = False
    is_log_loss: ClassVar[bool] = False
    side_slopes: ClassVar[tuple[float, float] | None] = None
    smoothing_width: ClassVar[float] = 0.0
    classes: int | None = None
    slope_formula: str = ""
    inverse_link: ClassVar[str] = ""
    dispersion: ClassVar[str] = ""
    numbers: Mapping[str, float] = MappingProxyType({})

    @property
    def word(self) -> str:
        """The name: a loss without numbers of its own is chosen by it."""
        return self.name

    def margin_unit(self, unit: str) -> str:
        """Return `unit`: the margin is the prediction."""
        return unit

    def curvature_kept(self, margin: Array, target: Array, reach: Array) -> Array | None:
        """Return None: not known."""
        return None

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return `value` and `slope`, (rows,) each; a loss may share work between them."""
        return self.value(margin, target), self.slope(margin, target)

    def total_and_slope(
        self, margin: Array, target: Array, weight: Array | None = None
    ) -> tuple[float, Array]:
        """Return the sum of the loss over all rows and the slopes, both times the weights."""
        value, slope = self.value_and_slope(margin, target)
        return float(weighed(value, weight).sum()), weighed(slope, weight)

    def totals(self, margins: Array, target: Array, weight: Array | None) -> Array:
        """Return the sum over rows of `value` at each point, (points,)."""
        if margins.shape[1] == 1:
            value = self.value(margins[:, 0], target)
        else:
            value = np.array([self.value(point.T, target) for point in margins])
        return value.sum(axis=1) if weight is None else value @ weight

    def hessian_along(
        self, margin: Array, target: Array, weight: Array | None, directions: Sequence[Array]
    ) -> Array:
        """Return `sum weight l'' u v` of rows with one margin each."""
        curvature = self.curvature(margin, target)
        if weight is not None:
            curvature *= weight
        along = np.array(directions)
        return (along * curvature) @ along.T

    def curve(self, margin: Array, target: Array) -> Callable[[Array], Array]:
        """Return what multiplies moves of one margin, (rows,), by the curvature."""
        curvature = self.curvature(margin, target)
        return lambda moved: curvature * moved

    def own_curvature(self, margin: Array, target: Array) -> Array:
        """Return the curvature as a column, (rows, 1)."""
        return self.curvature(margin, target)[:, None]

    def symmetry_point(self, target: Array) -> Array:
        """Return the target."""
        return target

    def guess_loss(self, target: Array, weight: Array | None = None) -> float | None:
        """Return None: the rows' losses have to be added up."""
        return None

    def prediction(self, margin: Array) -> Array:
        """Return `margin`."""
        return margin

    def probabilities(self, margin: Array) -> Array | None:
        """Return None: a number has no classes."""
        return None

    def gain(self, change: Array, target: Array) -> Array | None:
        """Return None: not known."""
        return None

    def pinned(self, target: Array) -> NDArray[np.bool_]:
        """Return that no row's is, where there are gains."""
        return np.zeros(len(target), dtype=bool)

    def check(self, target: Array) -> None:
        """Return None: any finite number will do."""
        return None


def mean(values: Array, weight: Array | None) -> Array:
    """Return the mean of values, (rows,), that count as often as their weights say, as (1,)."""
    if weight is None:
        # The bits of `values.mean`, in half the time of few rows.
        return np.add.reduce(values, keepdims=True) / len(values)
    return np.average(values, weights=weight, keepdims=True)


def weighed(values: Array, weight: Array | None) -> Array:
    """Return values, (rows,) or (rows, k), times the weights of their rows, (rows,) or None."""
    if weight is None:
        return values
    return values * (weight if values.ndim == 1 else weight[:, None])

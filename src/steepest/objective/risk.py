"""The linear objective: weights and a bias, the mean loss of the margins X w + b, penalties.

Params are the weights row by row, then the bias or biases: for one margin `(features + 1,)`, for
softmax the same with k numbers in place of each, so that `params.reshape(features + 1, k)` is the
weights with the biases as last row.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.data.blocks import Rows, tree_sum
from steepest.data.moments import Moments, moments
from steepest.data.sparse import as_csr, is_sparse
from steepest.errors import ChoiceError
from steepest.objective.loss.cross_entropy import OfClasses
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.named import choose_loss
from steepest.objective.loss.penalty import shortest
from steepest.objective.plane.plane import Plane
from steepest.objective.protocol import Vector

if TYPE_CHECKING:
    from steepest.objective.plane.linear import LinearPlaneLoss

__all__ = ["LinearObjective", "param_names"]

Array = NDArray[np.float64]

FEW = 16
"""Where no more than one weight in so many is not 0, the columns of the others are not read."""

WIDE = 1024
"""Features from which that saves time: of shorter rows all is in the cache once some is."""

GLANCE = 2**14
"""Rows that tell the units of the features well enough."""

GLANCED = 2**19
"""The numbers of those rows at most, 4 MB; of very wide rows they are fewer."""

LEAST_GLANCED = 64
"""But no fewer than these."""


class Sight(NamedTuple):
    """What a linear objective is at some params.

    `smooth` is the gradient of all but the L1 penalty: the gradient itself where there is none.
    """

    loss: float
    gradient: Vector
    margins: Array
    smooth: Vector


class LinearObjective:
    """`mean(loss(X w + b, y)) + l2 / 2 |w|^2 + l1 |w|_1`; the bias is free.

    L1 has a kink wherever a weight is 0. The gradient told is then the shortest subgradient,
    which is exactly 0 in the minimum (`penalty.shortest`); off the kinks it is the gradient.

    X has shape (rows, features), y (rows,): numbers, or class codes 0 to k-1. `loss` is one, or
    its name. With several margins (softmax) w is (features, k) and b (k,). X of float32 and
    sparse X of SciPy stay what they are; params and sums are float64. With `sample_weight`,
    (rows,) numbers from 0 up, the mean is `sum(weight loss) / sum(weight)`: whole numbers count
    as rows that are there so many times. Raises ChoiceError for shapes that do not fit, for a name
    that is no loss, for targets that the loss is not made for, and for `l1` with a loss that has
    kinks itself.

    >>> import numpy as np
    >>> line = LinearObjective([[0.0], [1.0]], [1.0, 3.0], "squared")
    >>> line.value_and_gradient(np.array([2.0, 0.0]))   # weight 2, bias 0: both rows are 1 short
    (1.0, array([-1., -2.]))
    """

    def __init__(
        self,
        X: Any,
        y: ArrayLike,
        loss: Loss | str,
        *,
        l1: float = 0.0,
        l2: float = 0.0,
        sample_weight: ArrayLike | None = None,
        threads: int | None = None,
    ) -> None:
        X = _matrix(X)
        y = np.ascontiguousarray(y, dtype=np.float64)
        if X.ndim != 2 or y.shape != X.shape[:1]:
            raise ChoiceError(
                f"X has the shape {X.shape} and y {y.shape}, but they must be (rows, features) "
                "and (rows,)"
            )
        weight = None if sample_weight is None else _weights(sample_weight, len(y))
        if isinstance(loss, str):
            loss = choose_loss(loss, int(y.max()) + 1 if loss == "cross_entropy" else None)
        loss.check(y)
        if l1 and not loss.smooth:
            raise ChoiceError(_two_kinks(loss.name, l1))
        self.rows = Rows(X, y, outputs=loss.margins, sample_weight=weight, threads=threads)
        self.loss = loss
        self.l1 = l1
        self.l2 = l2
        self.shape = (X.shape[1] + 1, loss.margins)
        self.size = self.shape[0] * self.shape[1]

    def value(self, params: Vector) -> float:
        """Return the loss at `params`, penalties included."""
        weights, bias = self.split(params)

        def block(X: Any, y: Array, weight: Array | None) -> tuple[Any, ...]:
            return (self.loss.total_and_slope(_margin(X, weights, bias), y, weight)[0],)

        (total,) = self.rows.sum(block)
        return float(total / self.rows.total + self.penalty(weights))

    def value_and_gradient(self, params: Vector) -> tuple[float, Vector]:
        """Return the loss at `params` and its gradient, reading X once."""
        return self._look(params, None)[:2]

    def look(self, params: Vector) -> Sight:
        """Return the loss at `params`, its gradient and the margins, reading X once."""
        margins = self._room()
        loss, gradient, smooth = self._look(params, margins)
        return Sight(loss, gradient, margins, smooth)

    def _look(self, params: Vector, margins: Array | None) -> tuple[float, Vector, Vector]:
        """Return loss, gradient, and that of all but L1; an array `margins` is filled in."""
        weights, bias = self.split(params)
        rows, total_and_slope = self.rows, self.loss.total_and_slope
        margin_of = self._reader(weights, bias)

        def block(at: slice) -> tuple[Any, ...]:
            X = rows.read(at)
            margin = margin_of(X)
            if margins is not None:
                margins[at] = margin
            total, slope = total_and_slope(margin, rows.y[at], rows.weight(at))
            return total, _pulled(X, slope), slope.sum(axis=0)

        total, by_weight, by_bias = tree_sum(rows.map(block))
        smooth = np.append(by_weight, by_bias)
        smooth /= rows.total
        if self.l2:
            smooth[: by_weight.size] += self.l2 * weights.ravel()
        loss = float(total / rows.total + self.penalty(weights))
        return loss, self._with_kinks(smooth, weights.ravel()), smooth

    def _with_kinks(self, smooth: Vector, weights: Array) -> Vector:
        """Return the shortest subgradient, of the gradient of all but L1."""
        if not self.l1:
            return smooth
        of_weights, of_bias = smooth[: weights.size], smooth[weights.size :]
        return np.append(shortest(of_weights, weights, self.l1), of_bias)

    def margins(self, params: Vector) -> Array:
        """Return X w + b, (rows,) or (rows, k): linear in `params`, so a direction's too."""
        weights, bias = self.split(params)
        margins = self._room()
        margin_of = self._reader(weights, bias)

        def block(at: slice) -> None:
            margins[at] = margin_of(self.rows.read(at))

        self.rows.map(block)
        return margins

    def _reader(self, weights: Array, bias: Any) -> Callable[[Any], Array]:
        """Return what makes margins of a block of X: of few weights, from their columns alone."""
        used = np.flatnonzero(weights if weights.ndim == 1 else weights.any(axis=1))
        plain = self.rows.is_sparse or len(weights) < WIDE
        if plain or FEW * len(used) > len(weights):
            return lambda X: _margin(X, weights, bias)
        few = weights[used]
        return lambda X: _margin(X.take(used, axis=1), few, bias)

    def _room(self) -> Array:
        """Return an array for the margins of all rows, in memory class by class."""
        count, margins = len(self.rows), self.shape[1]
        return np.empty(count) if margins == 1 else np.empty((margins, count)).T

    def sample(self, indices: NDArray[np.intp]) -> "LinearObjective":
        """Return the same objective on some of the rows: a mini-batch."""
        rows = self.rows
        weight = None if rows.sample_weight is None else rows.sample_weight[indices]
        return LinearObjective(
            rows.X[indices] if rows.is_sparse else np.take(rows.X, indices, axis=0),
            rows.y[indices],
            self.loss,
            l1=self.l1,
            l2=self.l2,
            sample_weight=weight,
            threads=rows.threads,
        )

    def on_plane(self, plane: Plane) -> "LinearPlaneLoss":
        """Return the loss on a plane through the params, exactly: by closed forms of its rows."""
        from steepest.objective.plane.linear import LinearPlaneLoss

        return LinearPlaneLoss(self, plane)

    def split(self, params: Vector) -> tuple[Array, Any]:
        """Return weights and bias, in the shapes in which they meet X."""
        matrix = params.reshape(self.shape)
        if self.shape[1] == 1:
            return matrix[:-1, 0], matrix[-1, 0]
        return matrix[:-1], matrix[-1]

    def penalty(self, weights: Array) -> float:
        """Return what L2 and L1 add to the mean loss."""
        penalty = 0.5 * self.l2 * float(np.vdot(weights, weights)) if self.l2 else 0.0
        return penalty + self.l1 * float(np.abs(weights).sum()) if self.l1 else penalty

    @cached_property
    def moments(self) -> Moments:
        """The mean and the standard deviation of each feature; 1 for a constant one."""
        return moments(self.rows)

    @cached_property
    def units(self) -> Moments:
        """The moments, or where rows are very many those of rows at equal distances.

        They are good enough wherever something is told in standard units that may be told in any.
        Not so where a feature is the same in all those rows: then nothing is known of its unit.
        """
        count, weight = len(self.rows), self.rows.sample_weight
        most = min(GLANCE, max(LEAST_GLANCED, GLANCED // self.shape[0]))
        if count <= most or self.rows.is_sparse or not (weight is None or weight.all()):
            return self.moments
        few = self.sample(np.linspace(0, count - 1, most).astype(np.intp))
        varies = few.rows.X.min(axis=0) < few.rows.X.max(axis=0)
        return few.moments if varies.all() else self.moments

    @cached_property
    def gram(self) -> Array:
        """`Z'Z / rows`, with Z the standardised features and a last column of ones.

        Raises ChoiceError for sparse X of many features, as `Rows.dense` does.
        """
        mean, deviation = self.moments

        def block(at: slice) -> Array:
            away = self.rows.dense(at) - mean
            weight = self.rows.weight(at)
            if weight is not None:
                away *= np.sqrt(weight)[:, None]
            # A matrix by itself: BLAS works out one half only.
            return away.T @ away

        total = self.rows.sum_large(block, 1 if self.rows.is_sparse else len(mean) // 2)
        gram = np.eye(len(mean) + 1)
        gram[:-1, :-1] = total / self.rows.total / np.outer(deviation, deviation)
        return gram

    @cached_property
    def null_loss(self) -> float:
        """The loss when every row gets the same best margin: the scale on which losses are told.

        Of classes that is the entropy of their shares (Shannon 1948).
        """
        if isinstance(self.loss, OfClasses):
            counts = np.bincount(self.rows.y.astype(np.intp), self.rows.sample_weight)
            shares = counts[counts > 0] / self.rows.total
            return float(-(shares @ np.log(shares)))
        guess = self.loss.guess(self.rows.y, self.rows.sample_weight)
        guess = guess[0] if self.shape[1] == 1 else guess

        def block(at: slice) -> tuple[float]:
            y = self.rows.y[at]
            margin = np.full(y.shape + np.shape(guess), guess)
            return (self.loss.total_and_slope(margin, y, self.rows.weight(at))[0],)

        (total,) = tree_sum(self.rows.map(block))
        return float(total / self.rows.total)

    def random_start(self, generator: np.random.Generator) -> Vector:
        """Return random params of the size that these data call for.

        In standard units (features of mean 0 and deviation 1, margins about the best constant
        guess) the bias is drawn from the standard normal and so are the weights, by the root of
        their number: then margins are of the same size however many features there are (LeCun et
        al. 1998, "Efficient backprop", section 4.6). It is told in the reader's units. With
        several classes only their differences matter, so what they have in common is 0. Of very
        many rows the standard units are those of a few.
        """
        mean, deviation = self.units
        drawn = generator.standard_normal(self.shape) * self.loss.spread(
            self.rows.y, self.rows.sample_weight
        )
        if self.shape[1] > 1:
            drawn -= drawn.mean(axis=1, keepdims=True)
        weights = drawn[:-1] / np.sqrt(len(deviation)) / deviation[:, None]
        middle = self.loss.guess(self.rows.y, self.rows.sample_weight)
        bias = drawn[-1] + middle - mean @ weights
        return np.append(weights, bias)


def _pulled(X: Any, slope: Array) -> Array:
    """Return `X' slope` of a block; of several slopes, in memory class by class, so is the product.

    BLAS is quicker when the narrow matrix comes first.
    """
    if slope.ndim == 1 or is_sparse(X):
        return np.asarray(X.T @ slope)
    return (slope.T @ X).T


def _margin(X: Any, weights: Array, bias: Any) -> Array:
    """Return `X w + b` of a block; with several margins in memory class by class."""
    by_class = weights.ndim > 1 and not is_sparse(X)
    margin: Array = (weights.T @ X.T).T if by_class else X @ weights
    margin += bias
    return margin


def _two_kinks(loss: str, l1: float) -> str:
    """Return why L1 and a loss with kinks of its own do not go together."""
    instead = "huber" if loss == "absolute" else "huber or squared"
    return (
        f"l1 is {l1:g}, but it needs a smooth loss, and the loss {loss} has kinks itself; choose "
        f"the loss {instead}, or l2 in place of l1"
    )


def _matrix(X: Any) -> Any:
    """Return X as the blocks read it: float64 or float32 in C order, or a CSR array."""
    if is_sparse(X):
        return as_csr(X)
    single = getattr(X, "dtype", None) == np.float32
    return np.ascontiguousarray(X, dtype=np.float32 if single else np.float64)


def _weights(sample_weight: ArrayLike, count: int) -> Array:
    """Return sample weights as (rows,) float64; ChoiceError if they are not that, or below 0."""
    weight = np.ascontiguousarray(sample_weight, dtype=np.float64)
    if weight.shape != (count,):
        raise ChoiceError(
            f"sample_weight has the shape {weight.shape}, but there are {count} rows; give one "
            "number a row"
        )
    if not (np.isfinite(weight).all() and weight.min() >= 0 and weight.any()):
        raise ChoiceError("sample_weight must be finite numbers from 0 up, not all of them 0")
    return weight


def param_names(features: Sequence[str], classes: Sequence[object] | None) -> tuple[str, ...]:
    """Return the names of all params: the weights row by row, then the bias or biases."""
    if classes is None or len(classes) == 2:
        return (*features, "bias")
    return tuple(f"{row}[{one}]" for row in (*features, "bias") for one in classes)

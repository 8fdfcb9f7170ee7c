"""The linear objective: weights and a bias, the mean loss of the margins X w + b, an L2 penalty.

Params are the weights row by row, then the bias or biases: for one margin `(features + 1,)`, for
softmax the same with k numbers in place of each, so that `params.reshape(features + 1, k)` is the
weights with the biases as last row.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.data.rows import Rows
from steepest.errors import ChoiceError
from steepest.objective.choice import choose_loss
from steepest.objective.loss import Loss
from steepest.objective.protocol import Vector

__all__ = ["LinearObjective", "param_names"]

Array = NDArray[np.float64]


class LinearObjective:
    """`mean(loss(X w + b, y)) + l2 / 2 |w|^2`; the bias is free.

    X has shape (rows, features), y (rows,): numbers, or class codes 0 to k-1. `loss` is one, or
    its name. With several margins (softmax) w is (features, k) and b (k,). Raises ChoiceError
    for shapes that do not fit, and for a name that is no loss.

    >>> import numpy as np
    >>> line = LinearObjective([[0.0], [1.0]], [1.0, 3.0], "squared")
    >>> line.value_and_gradient(np.array([2.0, 0.0]))   # weight 2, bias 0: both rows are 1 short
    (1.0, array([-1., -2.]))
    """

    def __init__(
        self,
        X: ArrayLike,
        y: ArrayLike,
        loss: Loss | str,
        *,
        l2: float = 0.0,
        threads: int | None = None,
    ) -> None:
        X = np.ascontiguousarray(X, dtype=np.float64)
        y = np.ascontiguousarray(y, dtype=np.float64)
        if X.ndim != 2 or y.shape != X.shape[:1]:
            raise ChoiceError(
                f"X has the shape {X.shape} and y {y.shape}, but they must be (rows, features) "
                "and (rows,)"
            )
        if isinstance(loss, str):
            loss = choose_loss(loss, int(y.max()) + 1 if loss == "cross_entropy" else None)
        self.rows = Rows(X, y, outputs=loss.margins, threads=threads)
        self.loss = loss
        self.l2 = l2
        self.shape = (X.shape[1] + 1, loss.margins)
        self.size = self.shape[0] * self.shape[1]

    def value(self, params: Vector) -> float:
        """Return the loss at `params`, penalty included."""
        weights, bias = self.split(params)

        def block(X: Array, y: Array) -> tuple[Any, ...]:
            return (self.loss.value(X @ weights + bias, y).sum(),)

        (total,) = self.rows.sum(block)
        return float(total / len(self.rows) + self._penalty(weights))

    def value_and_gradient(self, params: Vector) -> tuple[float, Vector]:
        """Return the loss at `params` and its gradient, reading X once."""
        weights, bias = self.split(params)

        def block(X: Array, y: Array) -> tuple[Any, ...]:
            value, slope = self.loss.value_and_slope(X @ weights + bias, y)
            return value.sum(), X.T @ slope, slope.sum(axis=0)

        total, by_weight, by_bias = self.rows.sum(block)
        count = len(self.rows)
        gradient = np.append(by_weight / count + self.l2 * weights, by_bias / count)
        return float(total / count + self._penalty(weights)), gradient

    def margins(self, params: Vector) -> Array:
        """Return X w + b, (rows,) or (rows, k): linear in `params`, so a direction's too."""
        weights, bias = self.split(params)
        return np.concatenate(self.rows.map(lambda rows: self.rows.X[rows] @ weights + bias))

    def sample(self, indices: NDArray[np.intp]) -> "LinearObjective":
        """Return the same objective on some of the rows: a mini-batch."""
        X, y = self.rows.X[indices], self.rows.y[indices]
        return LinearObjective(X, y, self.loss, l2=self.l2, threads=self.rows.threads)

    def split(self, params: Vector) -> tuple[Array, Any]:
        """Return weights and bias, in the shapes in which they meet X."""
        matrix = params.reshape(self.shape)
        if self.shape[1] == 1:
            return matrix[:-1, 0], matrix[-1, 0]
        return matrix[:-1], matrix[-1]

    def _penalty(self, weights: Array) -> float:
        return 0.5 * self.l2 * float(np.vdot(weights, weights)) if self.l2 else 0.0

    @cached_property
    def moments(self) -> tuple[Vector, Vector]:
        """The mean and the standard deviation of each feature; 1 for a constant one."""
        count = len(self.rows)
        (total,) = self.rows.sum(lambda X, y: (X.sum(axis=0),))
        mean = total / count
        (squares,) = self.rows.sum(lambda X, y: (((X - mean) ** 2).sum(axis=0),))
        deviation = np.sqrt(squares / count)
        constant = deviation <= 1e-14 * np.abs(mean)
        return mean, np.where(constant, 1.0, deviation)

    @cached_property
    def gram(self) -> Array:
        """`Z'Z / rows`, with Z the standardised features and a last column of ones."""
        mean, deviation = self.moments

        def block(X: Array, y: Array) -> tuple[Any, ...]:
            Z = np.column_stack([(X - mean) / deviation, np.ones(len(X))])
            return (Z.T @ Z,)

        (total,) = self.rows.sum(block)
        return np.asarray(total / len(self.rows))

    @cached_property
    def null_loss(self) -> float:
        """The loss when every row gets the same best margin: the scale on which losses are told."""
        y = self.rows.y
        margin = np.broadcast_to(self.loss.guess(y), (len(y), self.shape[1]))
        margin = margin[:, 0] if self.shape[1] == 1 else margin
        return float(self.loss.value(margin, y).mean())

    def random_start(self, generator: np.random.Generator) -> Vector:
        """Return random params of the size that these data call for.

        In standard units (features of mean 0 and deviation 1, margins about the best constant
        guess) each weight and bias is drawn from the standard normal; told in the reader's units.
        With several classes only their differences matter, so what they have in common is 0.
        """
        mean, deviation = self.moments
        drawn = generator.standard_normal(self.shape) * self.loss.spread(self.rows.y)
        if self.shape[1] > 1:
            drawn -= drawn.mean(axis=1, keepdims=True)
        weights = drawn[:-1] / deviation[:, None]
        bias = drawn[-1] + self.loss.guess(self.rows.y) - mean @ weights
        return np.append(weights, bias)


def param_names(features: Sequence[str], classes: Sequence[object] | None) -> tuple[str, ...]:
    """Return the names of all params: the weights row by row, then the bias or biases."""
    if classes is None or len(classes) == 2:
        return (*features, "bias")
    return tuple(f"{row}[{one}]" for row in (*features, "bias") for one in classes)

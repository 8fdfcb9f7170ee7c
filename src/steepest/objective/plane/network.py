"""The loss of a network on a plane: many points at a time, the first layer as a sum of three.

On `origin + a u + b v` the sums of the first layer are linear in a and b: `P + a Q + b R` with
`P = W x + c` at the origin and Q, R the same of u and v, so X is read three times, however many
points there are. From there on a layer is one product of stacks of matrices.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks
from steepest.objective.loss.loss import Loss, weighed
from steepest.objective.loss.penalty import Penalty
from steepest.objective.model.network import Network
from steepest.objective.plane.plane import Plane

__all__ = ["NetworkPlaneLoss"]

Array = NDArray[np.float64]

TILE = 2**15
"""Numbers of the widest layer at a time, 256 kB: measured, they stay in the cache."""


class NetworkRisk(Protocol):
    """What is asked of the objective of a network."""

    model: Network
    loss: Loss
    penalty: Penalty
    blocks: Blocks


class _Layer(NamedTuple):
    """A layer at the origin and along both directions: (units, inputs), and biases (units, 1)."""

    weights: tuple[Array, Array, Array]
    bias: tuple[Array, Array, Array]

    def at(self, a: Array, b: Array) -> tuple[Array, Array]:
        """Return the weights, (points, units, inputs), and biases, (points, units, 1)."""
        x, y = a[:, None, None], b[:, None, None]
        return tuple(p + x * q + y * r for p, q, r in (self.weights, self.bias))  # type: ignore[return-value]


@dataclass(frozen=True, eq=False)
class NetworkPlaneLoss:
    """The loss of a network on a plane, exactly, with its penalty."""

    objective: NetworkRisk
    plane: Plane

    @np.errstate(over="ignore", invalid="ignore")
    def at(self, a: Array, b: Array) -> Array:
        """Return the loss at the points `(a[i], b[i])`, (points,)."""
        layers, blocks = self._layers(), self.objective.blocks
        (total,) = blocks.sum(lambda block: (self._of_block(block, layers, a, b),))
        loss: Array = total / blocks.total
        return loss + self._l2(a, b)

    def grid(self, a: Array, b: Array) -> Array:
        """Return the loss on a grid, (len(b), len(a)): `[i, j]` is that at `(a[j], b[i])`."""
        return self.at(np.tile(a, len(b)), np.repeat(b, len(a))).reshape(len(b), len(a))

    def bowl(self) -> None:
        """Return None: a network's minimum on a plane is not known."""

    def _layers(self) -> list[_Layer]:
        """Return the layers at the origin and along u and v."""
        three = [
            self.objective.model.matrices(np.ascontiguousarray(vector, dtype=np.float64))
            for vector in (self.plane.origin, self.plane.u, self.plane.v)
        ]
        return [
            _Layer(tuple(one.weights for one in same), tuple(one.bias[:, None] for one in same))
            for same in zip(*three, strict=True)
        ]

    def _of_block(self, block: Block, layers: list[_Layer], a: Array, b: Array) -> Array:
        """Return the sum of the losses of the rows of a block at each point, (points,)."""
        X = block.dense().T
        first = layers[0]
        sums = [w @ X + c for w, c in zip(first.weights, first.bias, strict=True)]
        size = max(1, TILE // (max(self.objective.model.sizes[1:]) * X.shape[1]))
        parts = (slice(i, i + size) for i in range(0, len(a), size))
        return np.concatenate(
            [self._total(block, self._margins(sums, layers, a[at], b[at])) for at in parts]
        )

    def _margins(self, sums: list[Array], layers: list[_Layer], a: Array, b: Array) -> Array:
        """Return the outputs at some points, (points, outputs, rows)."""
        x, y = a[:, None, None], b[:, None, None]
        z = x * sums[1]
        z += sums[0]
        z += y * sums[2]
        for layer in layers[1:]:
            weights, bias = layer.at(a, b)
            z = weights @ self.objective.model.activation.value(z)
            z += bias
        return z

    def _total(self, block: Block, margins: Array) -> Array:
        """Return the sum over rows of the losses of margins (points, outputs, rows), (points,)."""
        points, outputs, rows = margins.shape
        by_row = margins.transpose(0, 2, 1).reshape(points * rows, outputs)
        target = np.tile(block.y, points)
        value = self.objective.loss.value(by_row[:, 0] if outputs == 1 else by_row, target)
        by_point = value.reshape(points, rows)
        return weighed(by_point.T, block.weight).sum(axis=0)

    def _l2(self, a: Array, b: Array) -> Array:
        """Return the penalty at the points, (points,): a quadratic of a and b."""
        where, l2 = self.objective.model.layout.weights, self.objective.penalty.l2
        if not l2:
            return np.zeros(len(a))
        three = np.stack(
            [vector[where] for vector in (self.plane.origin, self.plane.u, self.plane.v)]
        )
        at = np.stack([np.ones(len(a)), a, b])
        penalty: Array = 0.5 * l2 * np.einsum("ip,ij,jp->p", at, three @ three.T, at)
        return penalty

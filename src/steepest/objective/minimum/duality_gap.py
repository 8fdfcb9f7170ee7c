"""The duality gap of a loss with L1: how much lower than here it can be, at most.

`min over w, b of mean l(X w + b, y) + h(w)`, with `h(w) = l1 |w|_1 + l2 / 2 |w|²`, is at least
`-mean l*(u) - sum_j h*(-mean(x_j u))` for any slopes u of the rows with `mean u = 0`, l* and h* the
conjugates (Fenchel's duality: Rockafellar 1970, "Convex analysis", theorem 31.1).

The slopes here are those that the rows have, `l'(m)`: those of each group of rows by a share up to
1, so that the biases gain nothing, and all by a share s, so that no `mean(x_j u)` is above L1 (El
Ghaoui, Viallon & Rabbani 2012, "Safe feature elimination for the lasso"). Of a share
`l*(s u) <= s l*(u) + (1 - s) l*(0)` by convexity, where `l*(u) = u m - l(m)`, and `l*(0) <= 0`
since no loss is below 0. So no conjugate of a loss is asked for, and X is not read.
"""

from typing import NamedTuple

import numpy as np

from steepest.data.blocks import Block, Blocks
from steepest.objective.evaluation import Vector
from steepest.objective.loss.loss import Loss, weighed
from steepest.objective.loss.penalty import Penalty
from steepest.objective.model.model import Array

__all__ = ["Groups", "duality_gap", "groups_of"]

ROOM = 4.0 * float(np.finfo(np.float64).eps)
"""The share by which slopes are taken smaller than L1 asks: rounding must not make them larger."""


MOST_AT_ONCE = 2**14
"""Rows whose sums are taken at once: of wide ones a block has few, and X is not read."""


class Groups(NamedTuple):
    """What the rows of each group sum up to, over the sum of the weights of all rows.

    The loss, (groups,), the slopes u, (groups, margins), `u (m - b)` of margins m and biases b,
    (groups,), and u², (groups, margins). Of one margin the groups are the rows whose slope is above
    0 and those where it is not, of several the rows of each class.
    """

    loss: Array
    slope: Array
    along: Array
    square: Array

    def shares(self) -> Array:
        """Return the shares of the groups, (groups,), the largest 1, by which slopes cancel.

        All are 0 where there are none. Of classes the slopes are the rates of a Markov chain, each
        below 0 in its own class alone, and the shares its stationary distribution.
        """
        groups, margins = self.slope.shape
        if margins == 1:
            found = np.abs(self.slope[::-1, 0])
        else:
            largest = np.abs(self.slope).max()
            rates = np.vstack([self.slope.T, np.full(groups, largest)])
            found = np.linalg.lstsq(rates, np.append(np.zeros(margins), largest))[0]
        most = found.max()
        if not np.abs(self.slope).any():
            return np.ones(groups)
        return np.asarray(found / most) if most > 0.0 <= found.min() else np.zeros(groups)

    def change(self, shares: Array) -> Array:
        """Return the root of the mean square of what shares, (groups,), take off, (margins,)."""
        return np.asarray(np.sqrt((1.0 - shares) ** 2 @ self.square))


def groups_of(loss: Loss, blocks: Blocks, margins: Array, biases: Vector) -> Groups:
    """Return the sums of the groups at margins, (rows,) or (rows, k), with biases, (k,)."""

    def work(block: Block) -> tuple[Array, Array, Array, Array]:
        value, slope = loss.value_and_slope(margins[block.at], block.y)
        u, m = (
            part.reshape(len(value), -1)
            for part in (slope, margins[block.at] - (biases if biases.size else 0.0))
        )
        if u.shape[1] > 1:
            member = np.eye(u.shape[1])[block.y.astype(np.intp)]
        else:
            above = u[:, 0] > 0.0
            member = np.array([above, ~above], dtype=np.float64).T
        member = weighed(member, block.weight).T
        return member @ value, member @ u, member @ (u * m).sum(axis=1), member @ (u * u)

    if len(blocks) <= MOST_AT_ONCE:
        every = Block(slice(0, len(blocks)), None, blocks.y, blocks.sample_weight)
        return Groups(*(total / blocks.total for total in work(every)))
    return Groups(*(total / blocks.total for total in blocks.sum(work)))


def duality_gap(
    groups: Groups, shares: Array, penalty: Penalty, weights: Vector, slope: Vector, size: Vector
) -> float:
    """Return by how much a loss can be lower than here, at most; at least 0.

    `slope`, (weights,), is `mean(x_j u)`, without the penalty, and `size`, (features,), the root of
    the mean square of each feature or more, which bounds what the `shares`, (groups,), change of
    it.

    >>> rows = Groups(np.ones(2), np.array([[1.0], [-1.0]]), np.zeros(2), np.ones((2, 1)))
    >>> at_0, slope, size = np.zeros(1), np.array([1.25]), np.ones(1)
    >>> duality_gap(rows, rows.shares(), Penalty(2.0), at_0, slope, size)
    0.0
    >>> print(f"{duality_gap(rows, rows.shares(), Penalty(1.0), at_0, slope, size):.6g}")
    0.4
    """
    left = 1.0 - shares
    most = np.abs(slope) + np.outer(size, groups.change(shares)).ravel()
    largest = float(most.max(initial=0.0)) * (1.0 + ROOM)
    lost, kept, along = left @ groups.loss, shares @ groups.loss, left @ groups.along
    here = penalty.l1 * np.abs(weights) + 0.5 * penalty.l2 * weights**2

    def gap(share: float) -> float:
        over = np.maximum(share * most - penalty.l1, 0.0)
        conjugate = over**2 / (2.0 * penalty.l2) if penalty.l2 else 0.0
        by_weights = (here + share * slope * weights + conjugate).sum()
        return float(lost + (1.0 - share) * kept - share * along + by_weights)

    held = gap(min(1.0, penalty.l1 / largest) if largest else 1.0)
    return max(0.0, min(held, gap(1.0)) if penalty.l2 else held)

"""The ground that a descent walks on: what it sees at a place, and around it, before it steps."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from steepest.descent.checkpoint import Moved
from steepest.descent.coordinates.standard import Scale
from steepest.objective.model.hessian import bends
from steepest.objective.model.normal_equations import SquaredSums
from steepest.objective.protocol import Objective, Vector
from steepest.objective.risk import LinearObjective

__all__ = ["Around", "Ground", "Seen", "rows_of"]


class Seen(NamedTuple):
    """What is found at some params: the loss, its gradient, the margins of a linear objective.

    Of that `smooth` is the gradient of all but an L1 penalty, too.
    """

    loss: float
    gradient: Vector
    margins: Any
    smooth: Any = None


class Ground:
    """The objective as the walk sees it; it remembers the last place it looked at.

    A search looks ahead at where the next step may land, so that step need not look again, nor
    turn the gradient there into the coordinates of the walk, nor the move into params. `read` is
    how many rows have been read so far, each as often as it was.
    """

    def __init__(self) -> None:
        self.read = 0
        self._at: tuple[Objective, Vector] | None = None
        self._seen: Seen | None = None
        self._pulled: tuple[Scale, Vector, Vector] | None = None
        self._moved: tuple[Scale, Vector, Vector] | None = None

    def look(self, objective: Objective, params: Vector) -> Seen:
        """Return what `objective` is at `params`."""
        at, before = self._at or (None, params)
        if self._seen and at is objective and (before == params).all():
            return self._seen
        self._at = objective, params
        known = getattr(objective, "reference", None)
        self._seen = _look(objective, params)
        if isinstance(objective, SquaredSums):
            self.read += len(objective.objective.rows) * (objective.reference is not known)
        self.read += rows_of(objective)
        return self._seen

    def pull(self, scale: Scale, gradient: Vector) -> Vector:
        """Return the gradient by the position."""
        if not (self._pulled and self._pulled[0] is scale and self._pulled[1] is gradient):
            self._pulled = scale, gradient, scale.pull(gradient)
        return self._pulled[2]

    def way(self, scale: Scale, move: Vector) -> Vector:
        """Return how the params change by a move."""
        known = self._moved
        if not (known and known[0] is scale and (known[1] == move).all()):
            known = self._moved = scale, move, scale.params(move)
        return known[2]

    def margins(self, objective: LinearObjective, params: Vector) -> Any:
        """Return the margins of `objective` at `params`."""
        self.read += rows_of(objective)
        return objective.margins(params)


@dataclass
class Around:
    """What can be seen from where a descent stands, before it has moved.

    `seen` is what it sees at `params`, `before` what it saw at the last step's beginning, and
    `last` that step, where the rows are still the same. Positions and moves are in the
    coordinates of the `scale`.
    """

    ground: Ground
    objective: Any
    scale: Scale
    params: Vector
    seen: Seen
    last: Moved | None
    before: Seen | None

    def position(self) -> Vector:
        """Return where the descent stands."""
        return self.scale.position(self.params)

    def try_move(self, move: Vector) -> tuple[float, Vector]:
        """Return the loss and the gradient after a trial step."""
        way = self.ground.way(self.scale, move)
        there = self.ground.look(self.objective, self.params + way)
        return there.loss, self.ground.pull(self.scale, there.gradient)

    def look(self, params: Vector) -> Seen:
        """Return what is found at other params."""
        return self.ground.look(self.objective, params)

    def bend(self, direction: Vector) -> Any:
        """Return the second derivatives along a direction and the last step, (1, 1) or (2, 2)."""
        directions = [self.scale.params(direction)]
        ways = [self.ground.margins(self.objective, directions[0])]
        if self.last is not None and self.before is not None:
            directions.append(self.last.way)
            ways.append(self.seen.margins - self.before.margins)
        return bends(self.objective, self.seen.margins, directions, ways)


def rows_of(objective: Objective) -> int:
    """Return how many rows an objective has; a plain function has none."""
    return len(objective.rows) if isinstance(objective, LinearObjective) else 0


def _look(objective: Objective, params: Vector) -> Seen:
    """Return what `objective` is at `params`, which it may not keep nor change.

    Copies, since an objective may write to what it is given, and may write its next gradient
    where it wrote this one.
    """
    if isinstance(objective, LinearObjective):
        sight = objective.look(params)
        sight.gradient.setflags(write=False)
        return Seen(*sight)
    loss, found = objective.value_and_gradient(params.copy())
    gradient = np.array(found, dtype=np.float64)
    gradient.setflags(write=False)
    return Seen(float(loss), gradient, None)

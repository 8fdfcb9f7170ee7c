"""When a descent renews its coordinates: never, or once a whitening has paid for itself.

Whitening by the Hessian where the descent is costs as much as some steps. It is due after twice
the steps that it costs, so whitenings take half the time that steps do, and not many more steps
are taken than the best moments for them would need (the ski rental rule, 2-competitive: Karlin,
Manasse, Rudolph & Sleator 1988). A walk whose gradient shrinks fast is left alone.
"""

from dataclasses import dataclass
from typing import ClassVar

from steepest.descent.checkpoint import WhiteningRecord
from steepest.objective.coordinates.coordinates import Coordinates
from steepest.objective.coordinates.whitening import WhiteningByHessian
from steepest.objective.evaluation import Evaluation
from steepest.objective.objective import Objective

__all__ = ["FAST", "Renewal", "WhenItPays"]

FAST = 0.1
"""A gradient that shrinks to this share in a step needs no better coordinates."""

GRAM_SPEED = 64
"""Features at which a product of X by itself takes the time of a step with one margin: measured."""

LEAST_STEPS = 3
"""Steps between two renewals: the plane search needs some to gain speed."""

COSTS_BETWEEN = 2
"""Times that a whitening's cost has to have been walked before the next."""

AFFORDABLE = 25
"""Steps that it may cost to whiten each margin by itself."""

ENOUGH_ROWS = 500
"""Rows for each feature that tell the Hessian: it is then off by a twentieth or so."""

FEW_NUMBERS = 2**18
"""The numbers in X up to which all rows are read: they are in the cache anyway."""

DEAREST = 4
"""Times that a whitening takes as long as a step with one margin, of all rows: measured."""

MOST_MARGINS = 8
"""Margins from which a step too is products of matrices, which are as quick for each number."""

HEAVY_ROWS = 2
"""Matrices of all rows that those of several margins take, each of the rows that curve its own.

Together they had 1.2 to 2.4 times the rows, of digits and MNIST.
"""

SEVERAL = 2
"""Times that a step with several margins takes as long as with one.

Estimated, not measured: of ten margins 1.7 to 2, by their multiplications and what they read.
"""


class Renewal:
    """When coordinates are renewed: here never, so they stay as they are."""

    renews: ClassVar[bool] = False
    """Whether they ever are."""

    def due(
        self,
        objective: Objective,
        since: int,
        gradient_ratio: float,
        record: WhiteningRecord | None,
    ) -> bool:
        """Return whether to renew, `since` steps after the last whitening, of which is `record`.

        `gradient_ratio` is what is left of the last step's steepness.
        """
        return False

    def thinning(self, objective: Objective, record: WhiteningRecord | None) -> int:
        """Return of how many rows one is read, where the last whitening is `record`."""
        return 1

    def renewed(self, objective: Objective, at: Evaluation, thinning: int) -> Coordinates | None:
        """Return the coordinates from `at` on, None if there are no better ones."""
        return None


@dataclass(frozen=True)
class WhenItPays(Renewal):
    """Whitens by the Hessian after twice the steps that it costs."""

    whitening: WhiteningByHessian
    thins: bool = True
    """Whether some rows may tell the Hessian: not where each further pass costs more than that."""
    fast: float = FAST
    """What a gradient shrinks to in a step that needs no better coordinates."""
    renews: ClassVar[bool] = True

    def due(
        self,
        objective: Objective,
        since: int,
        gradient_ratio: float,
        record: WhiteningRecord | None,
    ) -> bool:
        """Return whether the steps since then have paid for a whitening, and it is needed."""
        if gradient_ratio <= self.fast or since < LEAST_STEPS:
            return False
        thinning = self.thinning(objective, record)
        shared = self._shared(objective, thinning)
        cost = _cost(self.whitening.size, objective.outputs, shared, thinning)
        # No row of many classes curves as much as the bound says: the first is worth more.
        first = record is None and objective.outputs > 1
        return since >= (1 if first else COSTS_BETWEEN) * cost

    def thinning(self, objective: Objective, record: WhiteningRecord | None) -> int:
        """Return of how many rows one mostly tells the Hessian; all where some did not do for long.

        Not so where a few rows alone have a feature.
        """
        features, margins = objective.layout.shape
        read_all = record is not None and record.rows == objective.count
        if read_all or not self.thins or objective.count * features <= FEW_NUMBERS:
            return 1
        spare = objective.count // (ENOUGH_ROWS * features)
        return max(1, min(spare, DEAREST * min(margins, MOST_MARGINS)))

    def renewed(self, objective: Objective, at: Evaluation, thinning: int) -> Coordinates | None:
        """Return the coordinates in which the Hessian at `at` is 1; None where nothing curves."""
        return objective.whiten(self.whitening, at, self._shared(objective, thinning), thinning)

    def _shared(self, objective: Objective, thinning: int) -> bool:
        """Return whether all margins share one matrix, since one for each costs too much."""
        return _cost(self.whitening.size, objective.outputs, False, thinning) > AFFORDABLE


def _cost(size: int, margins: int, shared: bool, thinning: int) -> float:
    """Return how many steps take as long as the matrices of margins, (size, size), or one for all.

    Of one row in `thinning`.
    """
    if margins == 1:
        return size / GRAM_SPEED / thinning
    return size * (1 if shared else HEAVY_ROWS) / SEVERAL / GRAM_SPEED / thinning

"""The one loop: evaluate, choose a direction, choose how far, yield the step, move."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from steepest.descent.checkpoint import Moved, Rounded, Standing
from steepest.descent.coordinates.hessian_whitening import SWIFT, Rounding
from steepest.descent.coordinates.standard import Scale, Unscaled
from steepest.descent.evaluator import Around, Ground, Seen, rows_of
from steepest.descent.rules import Rule, led
from steepest.descent.sampling import Batches, Growing
from steepest.descent.steps.step_size import Here, LearningRate, Stride
from steepest.errors import ChoiceError
from steepest.objective.model.normal_equations import SquaredSums
from steepest.objective.protocol import Objective, Vector, length
from steepest.objective.risk import LinearObjective
from steepest.trace import Step

__all__ = ["Descent", "Walk", "read_start"]


@dataclass(frozen=True)
class Walk:
    """All that decides a descent: what, from where, by which rule, how far, in which coordinates.

    `batches` or `growing` say which rows a step sees, `rounding` when the coordinates are made
    anew; `sums` are the objective once more, where sums over all rows tell it. Iterating takes the
    steps, without end; whoever iterates decides when to stop.
    """

    objective: Objective
    start: Vector
    rule: Rule
    rate: LearningRate
    scale: Scale = field(default_factory=Unscaled)
    batches: Batches | None = None
    growing: Growing | None = None
    rounding: Rounding | None = None
    sums: SquaredSums | None = None

    def __iter__(self) -> Iterator[Step]:
        """Yield the start, then the point after each step."""
        return iter(Descent(self))


class Descent:
    """A walk on its way: where it stands, and what it carries from one step to the next.

    With a `standing` it goes on from there, and takes the very steps it would have taken. At a
    steepness of `enough` it has arrived: nothing is worked out for a step that is not to come.
    """

    def __init__(self, walk: Walk, standing: Standing | None = None, enough: float = 0.0) -> None:
        self.walk = walk
        self.enough = enough
        self.scale = walk.scale
        self.ground = Ground()
        # A LinearObjective wherever there are samples, roundings or planes.
        # The sums move their point of reference as they are looked at: each descent has its own.
        first = walk.growing.first if walk.growing else walk.objective
        self.objective: Any = copy(walk.sums) if walk.sums else first
        at = standing or self._first()
        self.params, self.state, self.index = at.params, at.state, at.index
        self.last, self.rounded = at.last, at.rounded
        self.batches = iter(walk.batches.after(at.index) if walk.batches else ())
        self.before: Seen | None = None
        self.standings = (at, at)
        self.ground.read = round(at.passes * rows_of(walk.objective))
        if standing is not None:
            self._take_up(standing)
        self.began = perf_counter() - at.seconds

    def _first(self) -> Standing:
        walk = self.walk
        state = walk.rule.init(self.scale.position(walk.start))
        # Whoever made the sums has read all rows once.
        passes = 1.0 if walk.sums else 0.0
        return Standing(0, walk.start, state, rows_of(self.objective), passes=passes)

    def _take_up(self, at: Standing) -> None:
        """Work out anew, to the same bits, what is not kept: sample, coordinates, margins."""
        walk = self.walk
        if at.reference is not None:
            self.objective.reference = self.objective.read(at.reference)
        if walk.growing:
            self.objective = walk.growing.at(at.rows)
        if walk.rounding and at.rounded:
            there = walk.growing.at(at.rounded.rows) if walk.growing else self.objective
            margins = self.ground.margins(there, at.rounded.params)
            self.scale = walk.rounding.here(there, margins, at.rounded.each) or self.scale
        if at.last and at.last.way is None:
            # A file from before ways were kept.
            self.last = at.last._replace(way=self.scale.params(at.last.move))
        if at.last and not walk.batches and not walk.sums:
            self.before = self.ground.look(self.objective, at.last.params)

    def standing(self, index: int) -> Standing | None:
        """Return where the descent stands before step `index`: the next, or that just yielded.

        None if it is neither; an interrupt may have come when a step was known but not yielded.
        """
        return next((at for at in self.standings if at.index == index), None)

    def __iter__(self) -> "Descent":
        """Return the descent itself: it goes on from where it stands."""
        return self

    @np.errstate(over="ignore", invalid="ignore")
    def __next__(self) -> Step:
        """Return where the descent stands, and go one step on."""
        seen = self._look()
        slope = self.ground.pull(self.scale, seen.gradient)
        shrunk = self._shrunk(slope)
        if self.walk.rounding and self._is_due(self.walk.rounding, slope, shrunk):
            self._round(self.walk.rounding, seen)
            slope = self.ground.pull(self.scale, seen.gradient)
        here = self._here(seen, slope, shrunk)
        found = self.walk.rate(here)
        stride = found if isinstance(found, Stride) else Stride(found)
        self.ground.read += stride.read
        step = self._step(here, seen, stride)
        self._move(seen, slope, here, stride)
        self.standings = (self.standings[1], self._stand(step))
        return step

    def _here(self, seen: Seen, slope: Vector, shrunk: float) -> Here:
        """Return where the descent stands, and where its rule leads."""
        last, before = self.last, self.before
        around = Around(self.ground, self.objective, self.scale, self.params, seen, last, before)
        direction, self.state = led(self.walk.rule, slope, self.state, around.position)
        return Here(
            self.index,
            seen.loss,
            slope,
            direction,
            around,
            last=last,
            is_round=self._is_round(shrunk),
            arrived=self._has_arrived(slope),
            same_rows=self.walk.batches is None,
        )

    def _move(self, seen: Seen, slope: Vector, here: Here, stride: Stride) -> None:
        """Go one step on."""
        moved, way, landed = self._landing(here, stride)
        self.last = Moved(stride.rate, moved, slope, self.params, stride.kept, way)
        self.before = seen
        self.params = landed
        self.index += 1

    def _landing(self, here: Here, stride: Stride) -> tuple[Vector, Vector, Vector]:
        """Return the step in coordinates of the walk and in params, and the params it leads to.

        Params that are told are taken as they are: a sum would not be exactly 0 where they are.
        """
        if stride.to is not None:
            way = stride.to - self.params
            return self.scale.position(way), way, stride.to
        moved = stride.of(here)
        way = self.ground.way(self.scale, moved)
        return moved, way, self.params + way

    def _stand(self, step: Step) -> Standing:
        return Standing(
            self.index,
            self.params,
            self.state,
            step.rows,
            self.last,
            self.rounded,
            step.passes,
            step.seconds,
            self.objective.read_at if self.walk.sums else None,
        )

    def _look(self) -> Seen:
        """Return what the rows of this step see; a sample that can tell no more is outgrown."""
        self.objective = next(self.batches, self.objective)
        seen, growing = self.ground.look(self.objective, self.params), self.walk.growing
        while growing and self.objective is not self.walk.objective:
            if not growing.outgrown(self.objective, seen.loss, self._steepness(seen)):
                break
            if self.walk.rounding:
                self._round(self.walk.rounding, seen)
            self.objective = growing.larger(self.objective)
            seen, self.last = self.ground.look(self.objective, self.params), None
        return seen

    def _steepness(self, seen: Seen) -> float:
        return length(self.ground.pull(self.scale, seen.gradient))

    def _shrunk(self, slope: Vector) -> float:
        """Return what is left of the last step's steepness; 1 if these rows saw no step."""
        before = length(self.last.slope) if self.last else 0.0
        return length(slope) / before if before else 1.0

    def _is_due(self, rounding: Rounding, slope: Vector, shrunk: float) -> bool:
        """Return whether to round anew; not where the descent has arrived."""
        since = self.index - (self.rounded.at if self.rounded else 0)
        due = rounding.due(self.objective, since, shrunk, self._each(rounding))
        return due and not self._has_arrived(slope)

    def _each(self, rounding: Rounding) -> int:
        """Return of how many rows a rounding reads one: of all, where some did not do for long."""
        again = self.rounded is not None and self.rounded.rows == rows_of(self.objective)
        return 1 if again else rounding.each(self.objective)

    def _is_round(self, shrunk: float) -> bool:
        """Return whether the bowl was made round here, or is as good as round all the same.

        Several margins are made round each by itself: only the last step tells if that is enough.
        """
        if self.rounded is None:
            return False
        just = self.rounded.at == self.index and self.objective.shape[1] == 1
        return just or shrunk <= SWIFT

    def _round(self, rounding: Rounding, seen: Seen) -> None:
        """Go on in new coordinates, if there are any."""
        last, rows, each = self.last, rows_of(self.objective), self._each(rounding)
        self.ground.read += rows // each
        fresh = rounding.here(self.objective, seen.margins, each)
        if fresh is None:
            return
        self.scale = fresh
        self.rounded = Rounded(self.index, self.params, rows, each)
        if last is not None and self.before is not None:
            moved = self.scale.position(last.way)
            began = self.scale.pull(self.before.gradient)
            self.last = last._replace(move=moved, slope=began)

    def _has_arrived(self, slope: Vector) -> bool:
        return self.objective is self.walk.objective and length(slope) <= self.enough

    def _step(self, here: Here, seen: Seen, stride: Stride) -> Step:
        params, all_rows = self.params, rows_of(self.walk.objective)
        params.setflags(write=False)
        full_loss = self._full_loss(params, seen)
        return Step(
            index=self.index,
            params=params,
            loss=seen.loss,
            full_loss=full_loss,
            gradient=seen.gradient,
            gradient_norm=length(seen.gradient),
            steepness=length(here.gradient),
            learning_rate=stride.rate,
            momentum=stride.momentum,
            seconds=perf_counter() - self.began,
            rows=rows_of(self.objective) or all_rows,
            passes=self.ground.read / all_rows if all_rows else 0.0,
            whitened=self.rounded is not None and self.rounded.at == self.index,
        )

    def _full_loss(self, params: Vector, seen: Seen) -> float:
        """Return the loss of all rows: the step's own, or worked out once an epoch, or NaN."""
        if self.walk.sums or self.objective is self.walk.objective:
            return seen.loss
        if self.walk.batches and self.index % self.walk.batches.in_epoch == 0:
            self.ground.read += rows_of(self.walk.objective)
            return self.walk.objective.value(params)
        return float("nan")


def read_start(start: ArrayLike | None, objective: Objective, seed: int) -> Vector:
    """Return the params to start from: `start`, or random ones drawn with `seed`.

    Raises ChoiceError if `start` is not one finite number per param.
    """
    if start is None:
        if not isinstance(objective, LinearObjective):
            raise ChoiceError("start is missing: give one number per param")
        return objective.random_start(np.random.default_rng(seed))
    try:
        params = np.atleast_1d(np.array(start, dtype=np.float64))
    except (TypeError, ValueError):
        raise ChoiceError(f"start is {start!r}, but it must be numbers, one per param") from None
    size = getattr(objective, "size", params.size)
    if params.shape not in ((size,), getattr(objective, "shape", (size,))):
        numbers = "1 number" if params.size == 1 else f"{params.size} numbers"
        got = f"the shape {params.shape}" if params.ndim > 1 else numbers
        raise ChoiceError(
            f"start has {got}, but there are {size} params: "
            "the weights row by row, then the bias or biases"
        )
    params = params.ravel()
    if not np.isfinite(params).all():
        raise ChoiceError(f"start holds {params[~np.isfinite(params)][0]}, but it must be finite")
    return params

"""The one loop: evaluate, choose a direction, choose how far, yield the step, move."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from steepest.descent.checks import whole_number
from steepest.descent.rates import Here, LearningRate, Schedule, choose_rate
from steepest.descent.rules import Rule, choose_rule
from steepest.descent.scale import Scale, Unscaled, choose_scale
from steepest.errors import ChoiceError
from steepest.objective.linear import LinearObjective
from steepest.objective.protocol import Objective, Vector, as_objective
from steepest.trace import Step

__all__ = ["Batches", "Walk", "read_start", "steps"]


class Seen(NamedTuple):
    """What is found at a position: the loss, and its gradient by the params and by the position."""

    loss: float
    gradient: Vector
    slope: Vector


@dataclass
class Ground:
    """The objective in the coordinates of the walk; it remembers the last place it looked at.

    A search looks ahead at where the next step may land, so that step need not look again.
    """

    scale: Scale
    _at: tuple[Objective, Vector] | None = None
    _seen: Seen | None = None

    @np.errstate(over="ignore", invalid="ignore")
    def look(self, objective: Objective, position: Vector) -> Seen:
        """Return what `objective` is at `position`."""
        at, before = self._at or (None, position)
        if self._seen and at is objective and np.array_equal(before, position):
            return self._seen
        # Copies, since an objective may write to what it is given, and may write its next
        # gradient where it wrote this one.
        loss, found = objective.value_and_gradient(self.scale.params(position).copy())
        gradient = np.array(found, dtype=np.float64)
        gradient.setflags(write=False)
        self._seen = Seen(float(loss), gradient, self.scale.pull(gradient))
        self._at = objective, position
        return self._seen


@dataclass(frozen=True)
class Batches:
    """Mini-batches of `size` rows in a new order each epoch, the last one with what is left.

    The order depends on `seed` alone.
    """

    objective: LinearObjective
    size: int
    seed: int = 0

    @property
    def in_epoch(self) -> int:
        """How many batches make an epoch: every row once."""
        return -(-len(self.objective.rows) // self.size)

    def __iter__(self) -> Iterator[LinearObjective]:
        """Yield batch after batch, without end."""
        generator = np.random.default_rng(self.seed)
        count = len(self.objective.rows)
        while True:
            order = generator.permutation(count)
            for first in range(0, count, self.size):
                yield self.objective.sample(order[first : first + self.size])


@dataclass(frozen=True)
class Walk:
    """All that decides a descent: what, from where, by which rule, how far, in which coordinates.

    Iterating takes the steps, without end; whoever iterates decides when to stop.
    """

    objective: Objective
    start: Vector
    rule: Rule
    rate: LearningRate
    scale: Scale = field(default_factory=Unscaled)
    batches: Batches | None = None

    def __iter__(self) -> Iterator[Step]:
        """Yield the start, then the point after each step."""
        began = perf_counter()
        ground = Ground(self.scale)
        position = self.scale.position(self.start)
        state = self.rule.init(position)
        here: Here | None = None
        for index, objective in enumerate(self._objectives()):
            seen = ground.look(objective, position)
            direction, state = self.rule.update(seen.slope, state)
            ahead = _ahead(ground, objective, position, direction)
            here = self._here(index, seen, direction, ahead, here)
            rate = self.rate(here)
            yield self._step(index, position, seen, rate, perf_counter() - began)
            here = replace(here, last_rate=rate, moved=rate * direction)
            position = position + rate * direction

    def _objectives(self) -> Iterator[Objective]:
        """Yield the objective of each step: always the same, or the next mini-batch."""
        if self.batches is not None:
            yield from self.batches
        while True:
            yield self.objective

    def _here(
        self, index: int, seen: Seen, direction: Vector, ahead: Any, last: Here | None
    ) -> Here:
        """Return where the descent stands, with how the gradient turned since `last`."""
        here = Here(index, seen.loss, seen.slope, direction, ahead)
        if last is None:
            return here
        turned = seen.slope - last.gradient if self.batches is None else None
        return replace(here, last_rate=last.last_rate, moved=last.moved, turned=turned)

    @np.errstate(over="ignore", invalid="ignore")
    def _step(self, index: int, position: Vector, seen: Seen, rate: float, seconds: float) -> Step:
        params = self.scale.params(position)
        params.setflags(write=False)
        full = seen.loss
        if self.batches is not None:
            epoch_ends = index % self.batches.in_epoch == 0
            full = self.objective.value(params) if epoch_ends else float("nan")
        return Step(
            index=index,
            params=params,
            loss=seen.loss,
            full_loss=full,
            gradient=seen.gradient,
            gradient_norm=float(np.linalg.norm(seen.gradient)),
            steepness=float(np.linalg.norm(seen.slope)),
            learning_rate=rate,
            seconds=seconds,
        )


def _ahead(
    ground: Ground, objective: Objective, position: Vector, direction: Vector
) -> Callable[[float], tuple[float, Vector]]:
    """Return the function that tells loss and gradient at a trial rate along `direction`."""

    def look(rate: float) -> tuple[float, Vector]:
        seen = ground.look(objective, position + rate * direction)
        return seen.loss, seen.slope

    return look


def steps(
    objective: Objective | Callable[[Vector], tuple[float, Vector]],
    rule: str | Rule = "steepest",
    learning_rate: float | str | Schedule = "auto",
    start: ArrayLike | None = None,
    *,
    scale: str = "none",
    batch: int | None = None,
    seed: int = 0,
) -> Iterator[Step]:
    """Yield the start and then the point after each step, without end: the loop itself.

    `objective` is a `LinearObjective`, anything with its `value_and_gradient`, or a function
    `params -> (loss, gradient)`. `start` has one number per param; left out, a linear objective
    draws it with `seed`. With `rule="steepest"`, a number as `learning_rate` and `scale="none"`
    each step is the textbook's `params - learning_rate * gradient`.

    Raises ChoiceError for a choice that cannot be.

    >>> from itertools import islice
    >>> bowl = lambda p: (float(p @ p), 2 * p)
    >>> for step in islice(steps(bowl, "steepest", 0.25, start=[4.0]), 3):
    ...     print(step.index, step.params, step.loss)
    0 [4.] 16.0
    1 [2.] 4.0
    2 [1.] 1.0
    """
    objective = as_objective(objective)
    seed = whole_number("seed", seed, least=0)
    coordinates = choose_scale(scale, objective)
    batches = None
    if batch is not None:
        if not isinstance(objective, LinearObjective):
            raise ChoiceError("mini-batches need an objective with rows; leave batch out")
        batches = Batches(objective, whole_number("batch", batch, least=1), seed)
    rate = choose_rate(learning_rate, curvature=coordinates.curvature)
    walk = Walk(
        objective, read_start(start, objective, seed), choose_rule(rule), rate, coordinates, batches
    )
    return iter(walk)


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

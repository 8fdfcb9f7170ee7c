"""The walks that a lesson tells of, on its rows: each a run of its own, made when it is asked for.

They are those of the page: fixed rates, steepest descent, and the one feature in standard units,
`z = (x - mean) / deviation`, in which the bowl of a line is round and the steepest descent is
straight.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from steepest.data.table import Table
from steepest.lesson.race import FAR, Race, Valley, race_of
from steepest.objective.plane.plane import Plane
from steepest.page.lesson.record import NetworkRows
from steepest.page.lesson.rows import LessonRows
from steepest.run.descend import descend
from steepest.run.run import Run

__all__ = ["HALF", "ClassWalks", "LineWalks", "NetworkWalk"]

Array = NDArray[np.float64]

RATE, ROUNDS = 0.15, 30
"""The rate of the first walk, as in the page, 0.7 of the distance left a step, and its steps."""

RATES = {"small": 0.01, "good": RATE, "large": 0.95, "over": 1.02}
"""Rates beside each other: 2 over the curvature of a line's bowl in standard units, 2, is 1."""

TRIES = 20
"""Steps at each of them."""

BETA = 0.9
"""The momentum of the network's training."""

CLASS_RATE, CLASS_ROUNDS = 2.0, 40
"""Of the classes: cross entropy in standard units curves by less than 1."""


@dataclass(frozen=True)
class LineWalks:
    """A line through rows of a number: weight and bias in standard units of the feature."""

    rows: LessonRows

    @property
    def x(self) -> Array:
        """The feature in its own units, (rows,)."""
        return self.rows["X"]

    @property
    def y(self) -> Array:
        """The target, (rows,)."""
        return self.rows["Y"]

    @cached_property
    def z(self) -> Array:
        """The feature in standard units, (rows,)."""
        return (self.x - self.x.mean()) / self.x.std()

    @cached_property
    def walk(self) -> Run:
        """The walk of the four steps."""
        return self._walk(self.z, self.start, RATE, ROUNDS)

    @property
    def start(self) -> Array:
        """Weight and bias at the start, (2,)."""
        return self.rows["start"]

    @cached_property
    def best(self) -> Array:
        """Weight and bias of the lowest loss, (2,): by least squares."""
        return np.array([self.z @ (self.y - self.y.mean()) / len(self.y), self.y.mean()])

    @property
    def lowest(self) -> float:
        """The lowest loss; 0 of a line that meets every row but for rounding."""
        off = self.y - self.y.mean() - self.best[0] * self.z
        loss = float(np.mean(off**2))
        rounding = (8 * np.finfo(float).eps) ** 2 * float(np.mean(self.y**2))
        return loss if loss > rounding else 0.0

    @cached_property
    def rates(self) -> dict[str, Run]:
        """The walk at each of `RATES`."""
        return {name: self._walk(self.z, self.start, rate, TRIES) for name, rate in RATES.items()}

    @property
    def curvatures(self) -> tuple[float, float]:
        """The smallest and the largest second derivative in the feature's own units."""
        return self._own.curvatures

    def in_own_units(self, params: Array) -> Array:
        """Return weight and bias, (2,), of the feature itself that predict the same."""
        weight = params[0] / self.x.std()
        return np.array([weight, params[1] - weight * self.x.mean()])

    @cached_property
    def plain(self) -> Run:
        """Steepest descent in the feature's own units, at 1 over the largest curvature."""
        return self._far(self._own, "steepest")

    @cached_property
    def race(self) -> Race:
        """Without momentum and with it, in the feature's own units or in stretched ones."""
        return race_of(self._own, Valley(self.z, self.start, self.best), self.lowest, self._far)

    @property
    def is_thin(self) -> bool:
        """Whether the loss in the feature's own units is too narrow a ravine to be drawn."""
        return self._own.is_thin

    @cached_property
    def _own(self) -> Valley:
        return Valley(self.x, *map(self.in_own_units, (self.start, self.best)))

    def _far(self, valley: Valley, rule: str) -> Run:
        rate = 1.0 / valley.curvatures[1]
        return self._walk(valley.x, valley.start, rate, FAR, rule)

    def _walk(self, x: Array, start: Array, rate: float, steps: int, rule: str = "steepest") -> Run:
        return descend(
            self._named(x),
            self.rows["y"],
            loss="squared",
            rule=rule,
            learning_rate=rate,
            scale="none",
            start=start,
            steps=steps,
        )

    def _named(self, x: Array) -> Table:
        """Return the rows as a table with their names, x in standard units or in its own."""
        import pyarrow as pa

        own = _unit_in(self.rows["xLabel"], self.rows["x"])
        unit = own if x is self.x else "standard units" if x is self.z else "stretched units"
        units = unit, _unit_in(self.rows["yLabel"], self.rows["y"])
        fields = [
            pa.field(name, pa.float64(), metadata={"unit": said})
            for name, said in zip((self.rows["x"], self.rows["y"]), units, strict=True)
        ]
        return Table(pa.table([x, self.y], schema=pa.schema(fields)), self.rows["source"])


def _unit_in(label: str, name: str) -> str:
    """Return the unit of `waiting (min)`.

    >>> _unit_in("waiting (min)", "waiting"), _unit_in("waiting", "waiting")
    ('min', '')
    """
    return label.removeprefix(name).strip().removeprefix("(").removesuffix(")")


@dataclass(frozen=True)
class ClassWalks:
    """Probabilities of classes by one feature: weights, then biases, a pair for each margin."""

    rows: LessonRows

    @cached_property
    def z(self) -> Array:
        """The feature in standard units, (rows,)."""
        x = self.rows["X"]
        return (x - x.mean()) / x.std()

    def called(self, rows: LessonRows) -> "ClassWalks":
        """Return the walk of the same `rows` whose classes may have other names: in a language."""
        return self if rows["classes"] == self.classes else ClassWalks(rows)

    @property
    def classes(self) -> list[str]:
        """The names of the classes."""
        return self.rows["classes"] or []

    @property
    def codes(self) -> NDArray[np.intp]:
        """The place of each row's class among them, (rows,)."""
        return self.rows["Y"].astype(np.intp)

    @cached_property
    def walk(self) -> Run:
        """The walk of the classes."""
        return descend(
            (self.z[:, None], self.codes),
            loss="cross_entropy",
            rule="steepest",
            learning_rate=CLASS_RATE,
            scale="none",
            start=self.rows["start"],
            steps=CLASS_ROUNDS,
        )

    def probabilities(self, step: int, z: Array | None = None) -> Array:
        """Return the probability of each class at a step, (rows, k), of the rows or of other z."""
        problem, params = self.walk.problem, self.walk.trace[step].params
        found = problem.probabilities(
            problem.margins(params, (self.z if z is None else z)[:, None])
        )
        assert found is not None
        return found

    @cached_property
    def costs(self) -> Array:
        """The cross entropy of each row at the start, (rows,): `-log p` of its class."""
        given = self.probabilities(0)[np.arange(len(self.codes)), self.codes]
        return -np.log(given)

    @cached_property
    def row(self) -> int:
        """The first row whose probability of its own class is nearest to a half at the start."""
        return int(np.argmin(np.abs(np.exp(-self.costs) - 0.5)))


@dataclass(frozen=True)
class NetworkWalk:
    """A network of 2-8-8-1 on its rows, and a walk of two of its params, the others held."""

    rows: NetworkRows

    @cached_property
    def trained(self) -> Run:
        """The network after its training."""
        return descend(
            (self.rows["X"].reshape(-1, 2), self.rows["Y"].astype(np.intp)),
            loss="cross_entropy",
            hidden=(8, 8),
            activation="tanh",
            rule=f"momentum:{BETA}",
            learning_rate=self.rows["rates"][0],
            scale="none",
            steps=TRAINING_STEPS,
        )

    @property
    def places(self) -> tuple[int, int]:
        """The places of weight 15 and bias 14 among the params."""
        names = self.trained.param_names
        return names.index(WEIGHT), names.index(BIAS)

    @property
    def center(self) -> Array:
        """The two where the training ended, (2,)."""
        return self.trained.trace.last.params[list(self.places)]

    @cached_property
    def walk(self) -> Run:
        """The walk of the two, from a corner of the window."""
        start = self.center + HALF * np.array(CORNER)
        rate = self.rows["rates"][1]
        return descend(self._at, start=start, rule="steepest", learning_rate=rate, steps=TWO_STEPS)

    def _at(self, two: Array) -> tuple[float, Array]:
        """Return the loss of the network, and its gradient by the two, (2,)."""
        params = self.trained.trace.last.params.copy()
        params[list(self.places)] = two
        at = self.trained.objective.evaluate(params)
        return at.loss, at.gradient[list(self.places)]

    @cached_property
    def window(self) -> tuple[Array, Array, Array]:
        """Weights, (points,), biases, (points,), and the true loss at each pair of them."""
        first, second = self.places
        along = np.linspace(-HALF, HALF, NETWORK_POINTS)
        origin = self.trained.trace.last.params
        one = np.eye(len(origin))
        plane = Plane(origin, one[first], one[second])
        loss = self.trained.objective.on_plane(plane).grid(along, along)
        return self.center[0] + along, self.center[1] + along, loss


WEIGHT, BIAS = "weight 15", "bias 14"
"""The two params of a network that the lecture draws the loss over."""

TRAINING_STEPS, TWO_STEPS = 150, 40
"""Steps of the training, and of the walk of the two."""

HALF, CORNER, NETWORK_POINTS = 4.0, (-0.75, 0.7), 81
"""Half the side of the window, where in it the walk of the two begins, and points a side."""

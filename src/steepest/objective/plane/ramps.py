"""The outputs of a network of one hidden ReLU layer along a line: a sum of ramps, by their kinks.

At `a` and `b = b_0 + h k`, k = 0, 1, ..., unit u of a row has the sum `L + k R`, linear in k, and
its weight out is `alpha + k beta`. So the unit adds to the output

    (alpha + k beta) max(L + k R, 0) = (alpha + k beta) (L + k R)   on one side of the kink -L / R
                                       0                            on the other

three coefficients of a polynomial in k, which are added where the unit turns on and taken away
where it turns off. The running sum over k of what was added is the polynomial of all units that
are on: O(units + points) for a line and row in place of O(units x points). A kink that rounding
puts on the wrong side of a point changes nothing: the ramp is 0 there.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from steepest.data.float_types import FLOAT32
from steepest.objective.model.network import Network
from steepest.objective.plane.network_margins import LayerOnPlane

__all__ = ["Ramps", "are_ramps"]

Array = NDArray[np.float64]

PER_OUTPUT = 10
"""Points of a line for each output from which on kinks are faster: measured 7 to 9."""

FEW_SINGLE = 64
"""Units below which float32 is faster point by point: its maxima take half as long, kinks do not.

Measured of 51 x 51 and 569 rows, ms of CPU by kinks and by points: 19 and 12 of 16 units, 33 and 30
of 48, 39 and 39 of 64, 49 and 57 of 96. Running sums are float64 always: they take away what they
added.
"""

RAMPS = 20_000
"""Ramps that are taken together: measured, 285 rows of 64 units took half the time of 569."""

EVEN = 1e-15
"""How far a point may be from its place on an even grid, by the grid's largest number."""

LARGEST = 1e100
"""Sums and weights from here on, whose products a running sum could not take away again."""


def are_ramps(model: Network, b: Array) -> bool:
    """Return whether outputs along b, (points,), are sums of ramps, and these are faster."""
    if not model.activation.is_ramp or len(model.sizes) != 3:
        return False
    if len(b) < PER_OUTPUT * model.sizes[-1]:
        return False
    if model.dtype == FLOAT32 and model.sizes[1] < FEW_SINGLE:
        return False
    even = b[0] + np.arange(len(b)) * _step(b)
    return bool(b[-1] > b[0] and np.abs(even - b).max() <= EVEN * np.abs(b).max())


def _step(b: Array) -> float:
    return float((b[-1] - b[0]) / (len(b) - 1))


class Ramps:
    """The outputs for some rows, X' of (inputs, rows), along lines of points `b` of a plane.

    What is yielded is overwritten by what comes next.
    """

    def __init__(self, layers: list[LayerOnPlane], X: Array, b: Array) -> None:
        first, self.last = (_from_first(layer, b) for layer in layers)
        base, by_a, by_k = (one[:, :-1] @ X + one[:, -1:] for one in first)
        falls = by_k < 0
        # Each ramp is turned so that it rises; those that fell are on before any kink.
        sign = np.where(falls, -1.0, 1.0)
        self.base, self.by_a, self.by_k = sign * base, sign * by_a, np.abs(by_k)
        self.fallen = [one * falls for one in (base, by_a, by_k)]
        with np.errstate(divide="ignore"):
            self.to_kink = -1.0 / self.by_k
        self.k = np.arange(float(len(b)))[:, None]
        self._room = [np.empty_like(base) for _ in range(3)]
        self._polynomials = np.empty((len(b), 3, base.shape[1]))
        self._by_point = list(self._polynomials)

    @staticmethod
    def rows(model: Network) -> int:
        """Return how many rows are taken together: the sums of their ramps stay in the cache."""
        return RAMPS // model.sizes[1]

    @property
    def is_small(self) -> bool:
        """Whether all that is multiplied leaves room for the products."""
        sums = max(float(np.abs(one).max(initial=0.0)) for one in (self.base, self.by_a, self.by_k))
        weights = max(float(np.abs(one).max(initial=0.0)) for one in self.last)
        return max(sums, weights) < LARGEST

    def on_grid(self, a: Array) -> Iterator[tuple[int, slice, Array]]:
        """Yield j, all points, and the outputs at (a[j], b), (points, outputs, rows)."""
        points, rows = len(self.k), self.base.shape[1]
        outputs = np.empty((points, len(self.last.origin), rows))
        for j, x in enumerate(a):
            sums = np.multiply(self.by_a, x, out=self._room[0])
            sums += self.base
            kinks = self._kinks(sums)
            for output in range(outputs.shape[1]):
                self._put_polynomials(x, sums, kinks, output)
                self._put_values(outputs[:, output])
            yield j, slice(0, points), outputs

    def _kinks(self, sums: Array) -> NDArray[np.intp]:
        """Return where in (points + 1, rows) each ramp turns on: its first point, and its row."""
        points, rows = len(self.k), sums.shape[1]
        at = np.multiply(sums, self.to_kink, out=self._room[1])
        np.ceil(at, out=at)
        # Of a ramp that is flat at 0 the kink is no number, and it does not matter where it is.
        np.fmax(at, 0.0, out=at)
        np.fmin(at, float(points), out=at)
        at *= rows
        at += np.arange(float(rows))
        return at.astype(np.intp).ravel()

    def _put_polynomials(self, x: float, sums: Array, kinks: NDArray[np.intp], output: int) -> None:
        """Work out the coefficients of 1, k and k² at each point, (points, 3, rows)."""
        found, rows = self._polynomials, sums.shape[1]
        weights = self.last.origin[output] + x * self.last.by_a[output]
        alpha, beta = weights[:-1], self.last.by_b[output, :-1]
        for power, terms in enumerate(self._terms(alpha[:, None], beta[:, None], sums)):
            turned_on = np.bincount(kinks, terms.ravel(), (len(found) + 1) * rows)
            found[:, power] = turned_on.reshape(-1, rows)[:-1]
        found[0] += self._before(x, alpha, beta)
        found[0, :2] += np.array([weights[-1], self.last.by_b[output, -1]])[:, None]
        # A sum of a point at a time: `accumulate` over the first axis took three times as long.
        for before, here in pairwise(self._by_point):
            np.add(before, here, here)

    def _terms(self, alpha: Array, beta: Array, sums: Array) -> Iterator[Array]:
        """Yield what each ramp adds to the coefficients of 1, k and k², (units, rows)."""
        terms, more = self._room[1:]
        yield np.multiply(alpha, sums, out=terms)
        np.multiply(beta, sums, out=terms)
        terms += np.multiply(alpha, self.by_k, out=more)
        yield terms
        yield np.multiply(beta, self.by_k, out=terms)

    def _before(self, x: float, alpha: Array, beta: Array) -> Array:
        """Return the coefficients of the ramps that fall, (3, rows): they are on at first."""
        base, by_a, by_k = self.fallen
        sums = base + x * by_a
        return np.array([alpha @ sums, beta @ sums + alpha @ by_k, beta @ by_k])

    def _put_values(self, out: Array) -> None:
        """Put `c_0 + k (c_1 + k c_2)` at each point k into `out`, (points, rows)."""
        constant, linear, square = self._polynomials.transpose(1, 0, 2)
        np.multiply(square, self.k, out=square)
        square += linear
        square *= self.k
        np.add(constant, square, out=out)


def _from_first(layer: LayerOnPlane, b: Array) -> LayerOnPlane:
    """Return the layer by a and k, where `b = b[0] + step k`."""
    return LayerOnPlane(layer.origin + b[0] * layer.by_b, layer.by_a, _step(b) * layer.by_b)

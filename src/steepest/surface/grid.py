"""The loss on a grid of points of a plane, exactly, with as little work as the loss allows.

Squared loss: six numbers, whatever the number of rows. Cross entropy: since the exponential of a
sum is a product, two small tables stand for all exponentials, and the logarithm of a product for
many logarithms. Any other loss of a margin: row by row, X unread. Any other objective: one
evaluation a point.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.rows import Rows
from steepest.objective.entropy import OfClasses
from steepest.objective.linear import LinearObjective
from steepest.objective.loss import Loss
from steepest.objective.protocol import Objective
from steepest.objective.regression import Squared
from steepest.surface.plane import Plane, RowsOnPlane

__all__ = ["Quadratic", "loss_at", "loss_on_grid"]

Array = NDArray[np.float64]


def loss_on_grid(objective: Objective, plane: Plane, a: Array, b: Array) -> Array:
    """Return the loss at every point, (len(b), len(a)): `[i, j]` is that at `(a[j], b[i])`."""
    with np.errstate(over="ignore", invalid="ignore"):
        return _on_grid(objective, plane, a, b)


def _on_grid(objective: Objective, plane: Plane, a: Array, b: Array) -> Array:
    """Return the same, holes (no finite number) where the loss leaves float64."""
    if not isinstance(objective, LinearObjective):
        return np.array([[objective.value(plane.params(x, y)) for x in a] for y in b])
    rows = RowsOnPlane.of(objective, plane)
    loss, threads = objective.loss, objective.rows.threads
    if isinstance(loss, Squared):
        return Quadratic.of(rows, threads).on_grid(a, b)
    penalty = Quadratic(0.0, 0.0, rows.penalty).on_grid(a, b)
    if isinstance(loss, OfClasses):
        return _entropy(rows, loss, a, b, threads) + penalty
    return _plain(rows, loss, a, b, threads) + penalty


def loss_at(objective: Objective, plane: Plane, a: Array, b: Array) -> Array:
    """Return the loss at the points `(a[i], b[i])`, shape (points,)."""
    points = list(zip(a, b, strict=True))
    if not isinstance(objective, LinearObjective):
        return np.array([objective.value(plane.params(*point)) for point in points])
    rows = RowsOnPlane.of(objective, plane)
    data = [objective.loss.value(rows.margin(*at), rows.target).mean() for at in points]
    return np.array(data) + Quadratic(0.0, 0.0, rows.penalty).at(a, b)


@dataclass(frozen=True)
class Quadratic:
    """A quadratic in (a, b) by six numbers: of 1, s, t, s², st, t², with s = a - a0, t = b - b0."""

    a0: float
    b0: float
    numbers: Array

    @classmethod
    def of(cls, rows: RowsOnPlane, threads: int | None = None) -> "Quadratic":
        """Return the mean squared error, and penalty, of the rows.

        The residual is linear in (a, b), so its mean square is six means of products. They are
        taken about the quadratic's own minimum, where nothing cancels: about another point a
        small loss would be the difference of large numbers.
        """
        about_origin = cls(0.0, 0.0, rows.penalty + _means(rows, 0.0, 0.0, threads))
        a0, b0 = about_origin.lowest()
        moved = about_origin.penalty_about(rows.penalty, a0, b0)
        return cls(a0, b0, moved + _means(rows, a0, b0, threads))

    @staticmethod
    def penalty_about(numbers: Array, a0: float, b0: float) -> Array:
        """Return the six numbers of the same quadratic about (a0, b0) instead of (0, 0)."""
        c, ca, cb, caa, cab, cbb = numbers
        value = c + ca * a0 + cb * b0 + caa * a0**2 + cab * a0 * b0 + cbb * b0**2
        by_a, by_b = ca + 2 * caa * a0 + cab * b0, cb + cab * a0 + 2 * cbb * b0
        return np.array([value, by_a, by_b, caa, cab, cbb])

    def lowest(self) -> tuple[float, float]:
        """Return the (a, b) of the minimum; the shortest way to it where it is a valley."""
        _, ca, cb, caa, cab, cbb = self.numbers
        bent = np.array([[2 * caa, cab], [cab, 2 * cbb]])
        s, t = np.linalg.lstsq(bent, -np.array([ca, cb]), rcond=1e-15)[0]
        return float(self.a0 + s), float(self.b0 + t)

    def at(self, a: Any, b: Any) -> Any:
        """Return the value at (a, b), which may be arrays."""
        c, ca, cb, caa, cab, cbb = self.numbers
        s, t = a - self.a0, b - self.b0
        return c + ca * s + cb * t + caa * s**2 + cab * s * t + cbb * t**2

    def on_grid(self, a: Array, b: Array) -> Array:
        """Return the values on the grid, (len(b), len(a))."""
        return np.asarray(self.at(a[None, :], b[:, None]))


def _means(rows: RowsOnPlane, a: float, b: float, threads: int | None) -> Array:
    """Return the six means of products of residual r at (a, b), p = by_a and q = by_b."""

    def block(parts: Array, target: Array) -> tuple[Any, ...]:
        p, q = parts[:, 1], parts[:, 2]
        r = parts[:, 0] + a * p + b * q - target
        return (np.array([r @ r, 2 * r @ p, 2 * r @ q, p @ p, 2 * p @ q, q @ q]),)

    (total,) = Rows(_stacked(rows), rows.target, threads=threads).sum(block)
    return total / len(rows.target)


def _stacked(rows: RowsOnPlane) -> Array:
    """Return base, by_a and by_b of one margin side by side, (rows, 3)."""
    return np.column_stack([rows.base, rows.by_a, rows.by_b])


def _plain(rows: RowsOnPlane, loss: Loss, a: Array, b: Array, threads: int) -> Array:
    """Return the mean loss of one margin on the grid, one value per cell and row."""

    def block(parts: Array, target: Array) -> tuple[Any, ...]:
        along_a = parts[:, 0] + a[:, None] * parts[:, 1]
        return (np.array([loss.value(along_a + t * parts[:, 2], target).sum(1) for t in b]),)

    (total,) = Rows(_stacked(rows), rows.target, outputs=2 * len(a), threads=threads).sum(block)
    return np.asarray(total / len(rows.target))


SMALL = 1e-3
"""A mean loss below which `1 + e` loses digits of e: such cells are worked out by themselves."""

LARGEST = 300.0
"""The largest exponent a table may hold: two multiplied still are float64."""

ROOM = 700.0
"""The exponent up to which an exponential is a float64."""

TERMS = 8
"""The most terms that the factors of a few rows, multiplied out, may have."""


def _entropy(rows: RowsOnPlane, loss: OfClasses, a: Array, b: Array, threads: int) -> Array:
    """Return the mean cross entropy on the grid by tables of exponentials.

    The loss of a row is `log(1 + sum exp(ahead))`, with `ahead` how far each other class is ahead
    of the actual one: linear in a and b. So every exponential is a number from a table of (a,
    row) times one from a table of (b, row), and the sum of the losses is the logarithm of a
    product of such factors. No term is negative, nothing cancels: exact to about 1e-16 a row.
    Cells with a small loss are done again row by row.
    """
    target = rows.target.astype(np.intp)
    parts = np.stack([_ahead(m, target) for m in (rows.base, rows.by_a, rows.by_b)], axis=1)
    count, _, others = parts.shape

    def block(flat: Array, _: Array) -> tuple[Any, ...]:
        return (_entropy_block(flat.reshape(-1, 3, others), a, b),)

    flat = parts.reshape(count, 3 * others)
    outputs = (others + 1) * (len(a) + len(b)) // 2
    (total,) = Rows(flat, rows.target, outputs=outputs, threads=threads).sum(block)
    surface: Array = total / count
    for i, j in zip(*np.nonzero(surface < SMALL), strict=True):
        surface[i, j] = loss.value(rows.margin(a[j], b[i]), rows.target).mean()
    return surface


def _ahead(margin: Array, target: NDArray[np.intp]) -> Array:
    """Return how far the margin of each other class is ahead of the actual one's."""
    if margin.ndim == 1:
        return np.where(target == 1, -margin, margin)[:, None]
    behind = margin - margin[np.arange(len(margin)), target][:, None]
    other = np.arange(margin.shape[1]) != target[:, None]
    return behind[other].reshape(len(margin), -1)


def _entropy_block(parts: Array, a: Array, b: Array) -> Array:
    """Return the sum of the rows' cross entropy on the grid; `parts` is (rows, 3, others)."""
    base, by_a, by_b = parts.transpose(1, 0, 2)
    along_a = base[:, None] + a[:, None] * by_a[:, None]
    along_b = b[:, None] * by_b[:, None]
    largest = float(max(np.abs(along_a).max(), np.abs(along_b).max()))
    if largest > LARGEST:
        return _log_sums(along_a, along_b)
    return _log_products(along_a, along_b, largest)


def _log_products(along_a: Array, along_b: Array, largest: float) -> Array:
    """Return `sum over rows of log(1 + sum exp(along_a + along_b))`, shape (len(b), len(a)).

    Both are (rows, points, others). The factors of a few rows are multiplied out, so that their
    product on the whole grid is one product of matrices, and as many of those are multiplied
    before one logarithm as float64 has room for. `largest` is the largest exponent in size.
    """
    highest = along_a.max(axis=1) + along_b.max(axis=1)
    factor = float(np.logaddexp(np.logaddexp.reduce(highest, axis=1), 0.0).max())
    wanted = int(np.log(TERMS) / np.log(1 + along_a.shape[2]))
    together = max(1, min(wanted, int(ROOM / max(factor, largest))))
    terms_a = _multiplied_out(np.exp(along_a), together)
    terms_b = _multiplied_out(np.exp(along_b), together)
    room = max(1, int(ROOM / (together * factor)))
    total = np.zeros((along_b.shape[1], along_a.shape[1]))
    for first in range(0, len(terms_a), room):
        product = terms_b[first] @ terms_a[first].T
        for one, other in zip(
            terms_b[first + 1 : first + room], terms_a[first + 1 :], strict=False
        ):
            product *= one @ other.T
        total += np.log(product)
    return total


def _multiplied_out(table: Array, together: int) -> Array:
    """Return the terms of `(1 + t1) (1 + t2) ...` for each few rows, (groups, points, terms).

    Rows that are missing in the last group count as factors of 1: their terms are 0.
    """
    missing = -len(table) % together
    padded = np.concatenate([table, np.zeros((missing, *table.shape[1:]))])
    grouped = padded.reshape(-1, together, *table.shape[1:])
    terms = np.ones((len(grouped), table.shape[1], 1))
    for i in range(together):
        factor = np.concatenate([np.ones_like(grouped[:, i, :, :1]), grouped[:, i]], axis=2)
        terms = (terms[..., None] * factor[:, :, None, :]).reshape(*terms.shape[:2], -1)
    return terms


def _log_sums(along_a: Array, along_b: Array) -> Array:
    """Return the same with one exponential and one logarithm a cell: for margins of hundreds."""

    def at(row: Array) -> Array:
        ahead = along_a + row[:, None]
        lead = np.maximum(ahead.max(axis=2), 0.0)
        rest = np.exp(ahead - lead[..., None]).sum(axis=2) + np.exp(-lead)
        return np.asarray((lead + np.log(rest)).sum(axis=0))

    return np.array([at(row) for row in along_b.swapaxes(0, 1)])

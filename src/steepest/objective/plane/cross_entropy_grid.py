"""The cross entropy on a grid, `sum log(1 + sum exp(ahead))`, no exponential or logarithm a cell.

The sums are over rows and over the other classes, with `ahead` how far each other class is ahead of
the actual one: linear in a and b. So every exponential is a number from a table of (row, a) times
one from a table of (row, b), and the sum of the losses is the logarithm of a product of such
factors. The factors of a few rows are multiplied out, which makes their product on the whole grid
one product of matrices; as many of those are multiplied before a logarithm as float64 has room for.
No term is negative, so nothing cancels: exact to about 1e-16 a row.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks
from steepest.objective.loss.loss import Loss
from steepest.objective.plane.rows_on_plane import RowsOnPlane

__all__ = ["SMALL_LOSS", "ahead_of_actual", "cross_entropy_on_grid", "log_products"]

Array = NDArray[np.float64]

SMALL_LOSS = 1e-3
"""A mean loss below which `1 + e` loses digits of e: such cells are worked out by themselves."""

TABLE_EXPONENT = 300.0
"""The largest exponent a table may hold: two multiplied still are float64."""

FLOAT_EXPONENT = 700.0
"""The exponent up to which an exponential is a float64."""

MOST_TERMS = 8
"""The most terms that the factors of a few rows, multiplied out, may have."""

MOST_STEPS = 4
"""The most different steps along an axis for which rows are sorted by their step."""

MOST_WEIGHTS = 16
"""The most different sample weights for which rows are sorted by their weight."""

MOST_ROWS = 16
"""The most rows whose factors make one polynomial."""


def cross_entropy_on_grid(rows: RowsOnPlane, loss: Loss, a: Array, b: Array) -> Array:
    """Return the mean cross entropy at the points (a[j], b[i]), shape (len(b), len(a)).

    Cells with a small loss are done again row by row.
    """
    target = rows.target.astype(np.intp)
    ahead = [ahead_of_actual(m, target) for m in (rows.base, rows.by_a, rows.by_b)]
    total = _weighted(ahead, rows.weight, a, b, rows.threads)
    surface: Array = total / rows.total
    for i, j in zip(*np.nonzero(surface < SMALL_LOSS), strict=True):
        surface[i, j] = rows.total_and_slope(loss, a[j], b[i])[0] / rows.total
    return surface


def _weighted(
    ahead: Sequence[Array], weight: Array | None, a: Array, b: Array, threads: int | None
) -> Array:
    """Return the sum over rows, each by its weight: rows that weigh the same are summed together.

    Where nearly every row has its own weight, nothing can be multiplied out.
    """
    if weight is None:
        return _total(ahead, a, b, threads)
    weights = np.unique(weight)
    if len(weights) > MOST_WEIGHTS:
        return _by_rows(ahead, a, b, threads, weight)
    total = np.zeros((len(b), len(a)))
    for one in weights:
        total += one * _total([part[weight == one] for part in ahead], a, b, threads)
    return total


def _total(ahead: Sequence[Array], a: Array, b: Array, threads: int | None) -> Array:
    """Return the sum over rows, each counted once; `ahead` is base, by_a and by_b of each."""
    base, by_a, by_b = ahead
    if _few(by_b):
        return _by_steps(base, by_a, by_b, a, b, threads)
    if _few(by_a):
        return _by_steps(base, by_b, by_a, b, a, threads).T
    return _by_rows(ahead, a, b, threads)


def _few(steps: Array) -> bool:
    """Return whether one class is against one other, and only few different steps are made."""
    return steps.shape[1] == 1 and len(np.unique(steps)) <= MOST_STEPS


def _by_steps(
    base: Array, by_a: Array, by_b: Array, a: Array, b: Array, threads: int | None
) -> Array:
    """Return the sum over rows, those with the same step along b together: a bias's are 1 or -1."""
    total = np.zeros((len(b), len(a)))
    for step in np.unique(by_b):
        alike = by_b[:, 0] == step

        def work(block: Block, step: float = step) -> tuple[Array]:
            along_a = block.X[:, :1] + a * block.X[:, 1:]
            return (_log_polynomials(along_a, step * b),)

        parts = np.column_stack([base[alike], by_a[alike]])
        # Measured: at twice as many numbers a row it is 14 % slower, at half as many 19 %.
        outputs = max(1, len(a) // 2)
        blocks = Blocks(parts, parts[:, 0], outputs=outputs, threads=threads)
        (part,) = blocks.sum(work)
        total += part
    return total


def _log_polynomials(along_a: Array, along_b: Array) -> Array:
    """Return `sum over rows of log(1 + exp(along_a + along_b))`, shape (len(b), len(a)).

    `along_a` is (rows, len(a)), `along_b` (len(b),) the same for all rows: so the product of the
    factors `1 + t s` of a few rows is a polynomial in s, whose coefficients depend on a alone.
    """
    largest = float(max(np.abs(along_a).max(), np.abs(along_b).max()))
    if largest > TABLE_EXPONENT:
        return _log_sums(along_a[..., None], along_b[None, :, None])
    together = int(min(MOST_ROWS, FLOAT_EXPONENT / (2 * largest + 1)))
    coefficients = _multiplied_polynomials(np.exp(along_a), together)
    powers = np.exp(np.outer(along_b, np.arange(together + 1)))
    most = _padded(np.logaddexp(0.0, along_a.max(axis=1) + along_b.max()), together)
    total = np.zeros((len(along_b), along_a.shape[1]))
    for some in _multiplied(most.reshape(together, -1).sum(axis=0)):
        total += np.log((powers @ coefficients[some]).prod(axis=0))
    return total


def _multiplied(most: Array) -> Iterator[slice]:
    """Yield runs of neighbours whose product float64 has room for; `most`, (groups,), are logs.

    Those are the most that a group may be at any point, and 0 at least.
    """
    first, together = 0, 0.0
    for i, one in enumerate(most.tolist()):
        if together + one > FLOAT_EXPONENT and i > first:
            yield slice(first, i)
            first, together = i, 0.0
        together += one
    yield slice(first, len(most))


def _padded(rows: Array, together: int) -> Array:
    """Return rows with zeros for those that are missing in the last group of so many."""
    return np.concatenate([rows, np.zeros((-len(rows) % together, *rows.shape[1:]))])


def _multiplied_polynomials(table: Array, together: int) -> Array:
    """Return the coefficients of `(1 + t1 s) (1 + t2 s) ...` for each few rows.

    The shape is (groups, together + 1, len(a)). Rows that are missing in the last group count as
    factors of 1: their t is 0.
    """
    factors = _padded(table, together).reshape(together, -1, table.shape[1])
    coefficients = np.zeros((together + 1, *factors.shape[1:]))
    coefficients[0] = 1.0
    for i, factor in enumerate(factors):
        coefficients[1 : i + 2] += factor * coefficients[: i + 1]
    return np.ascontiguousarray(coefficients.swapaxes(0, 1))


def _by_rows(
    ahead: Sequence[Array], a: Array, b: Array, threads: int | None, weight: Array | None = None
) -> Array:
    """Return the sum over rows, each with its own steps; each of the three is (rows, others)."""
    base, *_ = ahead
    others = base.shape[1]

    def work(block: Block) -> Array:
        start, by_a, by_b = block.X.reshape(-1, 3, others).transpose(1, 0, 2)
        along_a = start[:, None] + a[:, None] * by_a[:, None]
        along_b = b[:, None] * by_b[:, None]
        if block.weight is None:
            return log_products(along_a, along_b)
        return _log_sums(along_a, along_b, block.weight)

    flat = np.concatenate(ahead, axis=1)
    outputs = (others + 1) * (len(a) + len(b)) // 2
    blocks = Blocks(flat, base[:, 0], outputs=outputs, sample_weight=weight, threads=threads)
    # Of hundreds of classes a block has a row or two, and a grid for each would fill the memory.
    return blocks.sum_large(work)


def ahead_of_actual(margin: Array, target: NDArray[np.intp]) -> Array:
    """Return how far the margin of each other class is ahead of the actual one's, (rows, others).

    The margins are (rows,) of two classes, else (rows, k).
    """
    if margin.ndim == 1:
        return np.where(target == 1, -margin, margin)[:, None]
    behind = margin - margin[np.arange(len(margin)), target][:, None]
    other = np.arange(margin.shape[1]) != target[:, None]
    return behind[other].reshape(len(margin), -1)


def log_products(along_a: Array, along_b: Array) -> Array:
    """Return `sum over rows of log(1 + sum exp(along_a + along_b))`, shape (len(b), len(a)).

    Both are (rows, points, others).
    """
    largest = float(max(np.abs(along_a).max(), np.abs(along_b).max()))
    if largest > TABLE_EXPONENT:
        return _log_sums(along_a, along_b)
    highest = along_a.max(axis=1) + along_b.max(axis=1)
    most = np.logaddexp(np.logaddexp.reduce(highest, axis=1), 0.0)
    wanted = int(np.log(MOST_TERMS) / np.log(1 + along_a.shape[2]))
    together = max(1, min(wanted, int(FLOAT_EXPONENT / max(float(most.max()), largest))))
    terms_a = _multiplied_out(np.exp(along_a), together)
    terms_b = _multiplied_out(np.exp(along_b), together)
    total = np.zeros((along_b.shape[1], along_a.shape[1]))
    for some in _multiplied(_padded(most, together).reshape(-1, together).sum(axis=1)):
        first, *others = zip(terms_b[some], terms_a[some], strict=True)
        product = first[0] @ first[1].T
        for one, other in others:
            product *= one @ other.T
        total += np.log(product)
    return total


def _multiplied_out(table: Array, together: int) -> Array:
    """Return the terms of `(1 + t1) (1 + t2) ...` for each few rows, (groups, points, terms).

    Rows that are missing in the last group count as factors of 1: their terms are 0.
    """
    grouped = _padded(table, together).reshape(-1, together, *table.shape[1:])
    terms = np.ones((len(grouped), table.shape[1], 1))
    for i in range(together):
        factor = np.concatenate([np.ones_like(grouped[:, i, :, :1]), grouped[:, i]], axis=2)
        terms = (terms[..., None] * factor[:, :, None, :]).reshape(*terms.shape[:2], -1)
    return terms


def _log_sums(along_a: Array, along_b: Array, weight: Array | None = None) -> Array:
    """Return the same with one exponential and one logarithm a cell: for margins of hundreds.

    `weight`, (rows,), is how much each row counts.
    """

    def at(row: Array) -> Array:
        ahead = along_a + row[:, None]
        lead = np.maximum(ahead.max(axis=2), 0.0)
        rest = np.exp(ahead - lead[..., None]).sum(axis=2) + np.exp(-lead)
        values = lead + np.log(rest)
        return np.asarray(values.sum(axis=0) if weight is None else weight @ values)

    return np.array([at(row) for row in along_b.swapaxes(0, 1)])

"""Directions of recession: along them the loss falls for ever, so that it has no lowest point.

The loss of a row never rises along a direction d of the params, however far, where all its gains
are >= 0, and falls where one is above. So the mean loss has a lowest point exactly where no d has
all gains >= 0 and one above (Albert & Anderson 1984, "On the existence of maximum likelihood
estimates in logistic regression models", Biometrika 71; for counts Correia, Guimaraes & Zylkin
2019, "Verifying the existence of maximum likelihood estimates for generalized linear models",
1903.01633). A penalty lets the biases move for ever, and nothing else.

Gains are linear in d. So a few rows can prove for all that there is none: if positive multiples of
their gains add up to 0, no d moves any of them (Stiemke 1915). Where they do not, the d that suits
these rows (`cone`) is tried on all rows, and the worst of those that it harms join
them. What rows d leaves where they are may have a direction of their own, which is added to it.
"""

from dataclasses import dataclass, field
from math import inf, isfinite

import numpy as np

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.blocks import Block
from steepest.objective.evaluation import Vector
from steepest.objective.minimum.recession_gains import Gains, Indices, Mask, evenly
from steepest.objective.minimum.recession_search import (
    FIRST_ROWS,
    ZERO,
    added_up,
    gaining_directions,
)
from steepest.objective.model.model import Array

__all__ = ["Recession", "recession_of_biases", "recession_of_params"]

MOST_PROVED_PARAMS = 256
"""Params up to which directions are searched for: at 200 the search took 0.1 to 2 s."""

MOST_GAINS = 2**22
"""Numbers of the gains of some rows that are in memory at a time: 32 MB."""

HELD = 0.5
"""A Newton step that moves no gain by more than this proves a lowest point; 1 would do."""

LEAST_CURVATURE_ROOT = 1e-5
"""The root of the least curvature, of 1 along each param, at which a Newton step is believed."""


@dataclass(frozen=True, eq=False)
class Recession:
    """What is known of directions along which the loss falls for ever.

    `checked` says what was looked at and how, or why nothing was; `level` is `proved` where
    that is exact, `measured` where it holds but for rounding, `unknown` where it could not be
    looked at. `direction`, (size,), is one along which it falls, None if there is none, and
    `rows`, (n,), are all rows whose loss some such direction makes fall for ever; `features`,
    (n,), those that are 0 in all other rows. Where it is `complete` the loss of every row falls
    to its least, 0: no two classes overlap, or no count is above 0. Of three or more,
    `classes`, (n,), are those that overlap with no other.
    """

    level: str
    checked: str
    direction: Vector | None = None
    rows: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    features: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    complete: bool = False
    classes: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))

    @property
    def found(self) -> bool:
        """Whether there is such a direction."""
        return self.direction is not None


HELD_BY_PENALTY = Recession("proved", "the penalty holds the weights, and a bias is best somewhere")
"""What a penalty leaves of directions nearly always: none."""


def recession_of_params(gains: Gains, params: Vector, gradient: Vector) -> Recession:
    """Return what is known of directions along which the mean loss of these gains falls for ever.

    `params`, (size,), are any, with the `gradient` of the mean loss there, best those of the end of
    a run: these are often a direction themselves, or a proof that there is none.
    """
    return _at_once(gains) or _of_params(gains, params, gradient)


def recession_of_biases(gains: Gains, guess: Array) -> Recession:
    """Return the same under a penalty, which leaves the biases only.

    `guess` is the best margin, or margins, when all rows get the same, (margins,).
    """
    return _at_once(gains) or _of_biases(gains, guess)


def _at_once(gains: Gains) -> Recession | None:
    """Return what the loss alone says: there is none where it is coercive."""
    loss = gains.loss
    if loss.is_coercive:
        return Recession("proved", f"the loss {loss.name} rises without end in both directions")
    if not gains.each:
        return Recession("unknown", f"the loss {loss.name} has no `gain`")
    return None


@ONE_BLAS_THREAD
def _of_params(gains: Gains, params: Vector, gradient: Vector) -> Recession:
    """Return the same without a penalty, where all params may move."""
    known = bool(np.isfinite(params).all() and np.isfinite(gradient).all())
    if known and _all_gain(gains, params):
        return _found(gains, params, np.tile(gains.counted[:, None], gains.each), exact=True)
    if gains.size > MOST_PROVED_PARAMS:
        return Recession(
            "unknown",
            f"{gains.size:,} params are more than the {MOST_PROVED_PARAMS} up to which "
            "directions are searched for",
        )
    if known and _held(gains, params, gradient):
        return _none("the slopes of the rows at the end, after one Newton step, are all above 0")
    directions, moved = gaining_directions(gains)
    if not directions:
        return _none("rows whose gains, each counted at least once, add up to 0 but for rounding")
    together = directions[0] if len(directions) == 1 else added_up(gains, directions)
    # It needs fractions, which take longer to load than most fits, of which few come here.
    from steepest.objective.minimum.recession_certificate import exact_direction

    exact = exact_direction(gains, together)
    if exact is None:
        return _found(gains, gains.params(together), moved, exact=False)
    return _found(gains, exact, moved, exact=True)


def _of_biases(gains: Gains, guess: Array) -> Recession:
    """Return what a penalty leaves of directions: a bias that is best at infinity, or none.

    So it is where all rows are of one class, or a class has none, or all counts are 0.
    """
    endless = ~np.isfinite(guess)
    if not endless.any():
        return HELD_BY_PENALTY
    direction = np.zeros(gains.size)
    direction[-len(guess) :] = np.where(endless, np.sign(guess), 0.0)
    gain, _ = gains.along(direction)
    return _found(gains, direction, gains.counted[:, None] & (gain > 0.0), exact=True)


def _none(how: str) -> Recession:
    return Recession("measured", f"no direction along which the loss falls for ever: {how}")


def _found(gains: Gains, params: Vector, moved: Mask, *, exact: bool) -> Recession:
    """Return the direction `params`, and the gains, (rows, gains), that such directions move."""
    how = "exactly" if exact else f"to {ZERO:g} of what is added up"
    falls = np.asarray(moved.any(axis=1))
    return Recession(
        "proved" if exact else "measured",
        f"a direction was found, and checked on all rows {how}",
        params,
        np.flatnonzero(falls),
        _only_in(gains, falls),
        *_separated(gains, moved),
    )


def _separated(gains: Gains, moved: Mask) -> tuple[bool, Indices]:
    """Return whether all gains are moved, and the classes that overlap with no other, (n,).

    Those do of which a gain over the other, in rows of either, is not moved.
    """
    k = gains.model.margins
    if k == 1:
        return bool(moved[gains.counted].all()), np.empty(0, dtype=np.intp)
    y = gains.blocks.y.astype(np.intp)
    overlap = np.zeros((k, k), dtype=bool)
    np.logical_or.at(overlap, y[gains.counted], ~moved[gains.counted])
    np.fill_diagonal(overlap, val=False)
    either = overlap | overlap.T
    return not either.any(), np.flatnonzero(~either.any(axis=1))


def _only_in(gains: Gains, falls: Mask) -> Indices:
    """Return which features are 0 in all counted rows but those that fall, and not there."""
    blocks = gains.blocks

    def work(block: Block) -> tuple[Array, Array]:
        size = abs(block.X)
        here, other = falls[block.at], (gains.counted & ~falls)[block.at]
        return here.astype(np.float64) @ size, other.astype(np.float64) @ size

    inside, outside = blocks.sum(work)
    return np.flatnonzero((inside > 0) & (outside == 0))


def _all_gain(gains: Gains, params: Vector) -> bool:
    """Return whether every counted row gains along the params themselves, rounding aside."""
    few = evenly(gains.counted, FIRST_ROWS)
    if not (gains.own(gains.matrix(few) @ gains.position(params)) > 0.0).all():
        return False
    gain, added = gains.along(params)
    rounding = (gains.blocks.features + 4) * np.finfo(np.float64).eps * added
    return bool(((gains.own(gain) > rounding) & ~gains.pinned)[gains.counted].all())


def _held(gains: Gains, params: Vector, gradient: Vector) -> bool:
    """Return whether the slopes at `params` prove that there is a lowest point.

    There the slopes times the gains add up to 0, and slopes are above 0: Stiemke's multiples. Near
    it they add up to minus the gradient, and are still above 0 after they are set right along the
    Newton step of some rows, if that moves no gain by 1. In the tail of a loss that falls for ever
    a Newton step moves the margins by 1.
    """
    target = -gains.blocks.total * gains.pullback(gradient)
    rows = np.count_nonzero(gains.counted)
    count, most = FIRST_ROWS + 2 * gains.size, MOST_GAINS // (gains.each * gains.size)
    while True:
        chosen = evenly(gains.counted, min(count, most))
        moves = _newton_moves(gains, params, target, chosen)
        if moves < HELD:
            return True
        # Of more rows the step is so much shorter; of all of them it is still too long.
        hopeless = isfinite(moves) and moves * len(chosen) > 1.5 * HELD * rows
        if hopeless or len(chosen) < count:
            return False
        count *= 8


def _newton_moves(gains: Gains, params: Vector, target: Vector, chosen: Indices) -> float:
    """Return how far at most the `chosen` rows' Newton step for `target` moves one of their gains.

    Infinite unless they reach every direction well: another that they do not know would pass.
    """
    every, slope = gains.matrix(chosen), gains.slopes(params, chosen)
    pinned = np.broadcast_to(gains.pinned[chosen][:, None], every.shape[:2]).ravel()
    slope = np.where(pinned, 1.0, np.broadcast_to(slope, every.shape[:2]).ravel())
    # Only differences of classes move a gain: the last class stays.
    stays = slice(gains.model.margins - 1, None, gains.model.margins)
    columns = np.delete(np.arange(gains.size), stays if gains.model.margins > 1 else [])
    moved = every.reshape(-1, gains.size)[:, columns]
    hessian = (moved * slope[:, None]).T @ moved
    own = np.sqrt(hessian.diagonal())
    if not own.all() or not _is_round(hessian / np.outer(own, own)):
        return inf
    step = np.linalg.solve(hessian, target[columns])
    return float(np.abs(moved @ step)[~pinned].max(initial=0.0))


def _is_round(hessian: Array) -> bool:
    """Return whether no direction is nearly flat, of a matrix whose diagonal is 1."""
    try:
        return bool(np.linalg.cholesky(hessian).diagonal().min() > LEAST_CURVATURE_ROOT)
    except np.linalg.LinAlgError:
        return False

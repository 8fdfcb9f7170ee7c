"""The metrics of rows that are beyond memory: sums over all of them, from one pass.

All are exact but the AUC: rows are put into bins of their probability, whose edges are those of the
rows at hand, and pairs within a bin count half. So it is off by half their share at most, which is
given as `auc_within`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.diagnosis.metrics import (
    GROUPS,
    MOST_RANKED,
    Metrics,
    brier,
    calibration_sums,
    confusion,
    decided,
    entropy,
    share_explained,
    shares_of_groups,
)
from steepest.objective.evaluation import Vector
from steepest.objective.loss.loss import Array
from steepest.objective.problem import Problem
from steepest.objective.risk import Risk

__all__ = ["MetricsInPasses", "measured_in_passes"]

BINS = 2**13
"""Bins of all classes together: of two an AUC to 1e-4 at most, and 128 kB for a unit's sums."""


@dataclass(frozen=True)
class MetricsInPasses:
    """Metrics of all rows of a risk at params, (size,), worked out on demand by one pass.

    `near` are targets of rows at hand, (m,), and `probable` their probabilities, (m, k), None of
    numbers: about what sums are taken, and where bins end. `threshold` is as in `Predicted`.
    """

    risk: Risk
    params: Vector
    near: Array
    probable: Array | None
    threshold: float | None = None

    @cached_property
    def metrics(self) -> Metrics:
        """The metrics by name; see `Predicted.metrics`."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            if self.probable is None:
                return self._of_numbers()
            return self._of_classes(self.probable)

    def _explained(self, loss: float, null: float) -> float | None:
        return float(share_explained(loss, null)) if self.risk.count > 1 else None

    def _of_numbers(self) -> Metrics:
        loss, about = self.risk.loss, float(np.mean(self.near))
        output = self.risk.model.at(self.params).output

        def work(block: Block) -> Array:
            margin, each = output(block.X), _each(block)
            off, away = block.y - loss.prediction(margin), block.y - about
            parts = (np.ones_like(off), off * off, np.abs(off), away, away * away)
            return np.array([each @ part for part in (*parts, loss.value(margin, block.y))])

        total, squares, sizes, away, spread, losses = self.risk.blocks.sum_large(work)
        squares, left = squares / total, spread / total - (away / total) ** 2
        return {
            "r2": self._explained(squares, left),
            "rmse": float(np.sqrt(squares)),
            "mae": float(sizes / total),
            "deviance_explained": self._explained(losses / total, self.risk.null_loss),
        }

    def _of_classes(self, probable: Array) -> Metrics:
        loss, threshold, k = self.risk.loss, self.threshold, probable.shape[1]
        output = self.risk.model.at(self.params).output
        ranked = [1] if k == 2 else range(k if k <= MOST_RANKED else 0)
        shares = np.linspace(0.0, 1.0, BINS // max(len(ranked), 1) + 1)[1:-1]
        edges = [np.unique(np.quantile(probable[:, one], shares)) for one in ranked]

        def work(block: Block) -> Array:
            margin, each = output(block.X), _each(block)
            found, codes = loss.probabilities(margin), block.y.astype(np.intp)
            assert found is not None
            table = confusion(codes, decided(found, threshold), k, each)
            scores = each @ loss.value(margin, block.y), each.sum() * brier(codes, found, each)
            parts: list[NDArray[Any]] = [
                np.array(scores),
                table.ravel(),
                calibration_sums(codes == 1, found[:, 1], each).ravel(),
            ]
            for one, ends in zip(ranked, edges, strict=True):
                at, size = np.searchsorted(ends, found[:, one], "right"), len(ends) + 1
                parts += [np.bincount(at, each * (codes == one), size)]
                parts += [np.bincount(at, each * (codes != one), size)]
            return np.concatenate(parts)

        sums = self.risk.blocks.sum_large(work)
        sizes = [len(ends) + 1 for ends in edges]
        cuts = np.cumsum([2, k * k, 3 * GROUPS, *np.repeat(sizes, 2)])
        first, table, groups, *bins = np.split(sums, cuts[:-1])
        areas = [_area(good, bad) for good, bad in zip(bins[::2], bins[1::2], strict=True)]
        known = [one for one in areas if one is not None]
        area, within = np.mean(known, axis=0).tolist() if known == areas != [] else (None, None)
        return self._told(first / table.sum(), table.reshape(k, k)) | {
            "auc": area,
            "auc_within": within,
            "calibration": shares_of_groups(groups.reshape(3, GROUPS)) if k == 2 else None,
        }

    def _told(self, means: Array, table: Array) -> dict[str, object]:
        """Return what follows from mean loss and Brier score, and the table, (k, k)."""
        sizes, right = table.sum(axis=1), table.diagonal()
        there = sizes > 0
        return {
            "accuracy": float(right.sum() / sizes.sum()),
            "balanced_accuracy": float((right[there] / sizes[there]).mean()),
            "log_loss": float(means[0]),
            "auc": None,
            "brier": float(means[1]),
            "deviance_explained": self._explained(float(means[0]), entropy(sizes)),
            "confusion": table,
        }


def _each(block: Block) -> Array:
    """Return how much each row counts, (rows,)."""
    return np.ones(len(block.y)) if block.weight is None else block.weight


def _area(good: Array, bad: Array) -> tuple[float, float] | None:
    """Return the AUC by bins, (bins,), and by how much it may be off; None of one kind of rows."""
    pairs = good.sum() * bad.sum()
    if not pairs:
        return None
    below = np.cumsum(bad) - bad
    within = 0.5 * float(good @ bad) / pairs
    return float(good @ below) / pairs + within, within


def measured_in_passes(problem: Problem, params: Vector) -> MetricsInPasses | None:
    """Return the metrics of all rows of a problem beyond memory, at params (size,).

    None of any other problem.
    """
    if not problem.is_stored:
        return None
    objective = problem.objective
    assert isinstance(objective, Risk)
    known, rows = problem.table("metrics"), problem.at_rows(params)
    return MetricsInPasses(objective, params, known.y, rows.probabilities)

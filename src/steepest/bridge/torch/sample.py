"""Some rows in the place of all, and how far their mean loss may be from that of all.

    loss ± t sqrt(G/(G-1) sum_g (N_g - loss D_g)²) / sum_g D_g  sqrt(1 - m/n)

with the m rows drawn of n, without replacement, dealt out into G groups; N_g is the sum of a
group's losses and D_g its denominator (Cochran 1977, "Sampling techniques", chapter 6: ratios).
All points of a plane have the same rows, so the shape of a surface is known better than its height.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from steepest.bridge.torch.batches import Batch, Batches
from steepest.checks import whole_number
from steepest.errors import ChoiceError
from steepest.numerals import short

__all__ = ["Sample", "half_width"]

GROUPS = 20
"""Groups into which the rows are dealt out, at most."""

T95 = 2.093
"""Student's t of 19 degrees of freedom that 95 % are within."""


class Sample(NamedTuple):
    """The `batches` of so many `rows`, drawn `of` all; `half_width` of the loss at 95 %."""

    batches: Batches
    rows: int
    of: int
    half_width: float = float("nan")

    @classmethod
    def of_rows(cls, batches: Batches, rows: int) -> "Sample":
        """Return a sample of rows; ChoiceError for fewer than `GROUPS`, or more than there are."""
        whole_number("rows", rows, least=GROUPS)
        if rows > batches.rows:
            raise ChoiceError(f"rows is {rows:,}, but there are {batches.rows:,}; leave it out")
        chosen = np.random.default_rng(0).permutation(batches.rows)[:rows]
        return cls(batches.at_rows(np.sort(chosen)), rows, batches.rows)

    @property
    def in_words(self) -> str:
        """So many of so many rows, and what that does to the loss."""
        return (
            f"{self.rows:,} of {self.of:,} rows, ± {short(self.half_width, 2)} at 95 % where the "
            "params are now"
        )


def half_width(sample: Sample, weighed: Callable[[Batch], tuple[float, float]]) -> float:
    """Return how far the loss may be from that of all rows, at 95 %.

    `weighed` returns the mean loss of a batch, and the denominator of that mean.
    """
    order = np.random.default_rng(1).permutation(sample.rows)
    sums = np.zeros((GROUPS, 2))
    for group in range(GROUPS):
        for batch in sample.batches.at_rows(np.sort(order[group::GROUPS])).all:
            mean, denominator = weighed(batch)
            if denominator:
                sums[group] += mean * denominator, denominator
    total, whole = sums.sum(axis=0)
    away = sums[:, 0] - total / whole * sums[:, 1]
    spread = np.sqrt(GROUPS / (GROUPS - 1) * (away**2).sum()) / whole
    return float(T95 * spread * np.sqrt(1.0 - sample.rows / sample.of))

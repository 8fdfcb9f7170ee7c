"""Rows that are kept back from training, to measure on: a share, by a hash of each row's place."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import listing
from steepest.data.out_of_core.places import hashes_of
from steepest.data.target import Target
from steepest.errors import ChoiceError, DataError

__all__ = ["KeptBack", "share_kept_back"]

OTHER = 0x5EED
"""What is added to the seed: who is kept back has nothing to do with who is in the sample."""


@dataclass(frozen=True)
class KeptBack:
    """The rows whose hash is below a `share` of all hashes, kept back by `seed`.

    `inside` says that those rows are taken, and not all others.
    """

    share: float
    seed: int
    inside: bool = False

    def takes(self, places: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return which rows are taken, (rows,), by their places in the source, (rows,)."""
        low = hashes_of(places, self.seed + OTHER) < np.uint64(int(self.share * 2**64))
        return low if self.inside else ~low

    def measuring(self, most: int, rows: int) -> Self:
        """Return which rows measure: those kept back, of more than `most` about so many."""
        return replace(self, share=min(self.share, most / rows), inside=True)

    def check_classes(self, name: str, target: Target, y: NDArray[np.float64]) -> None:
        """Raise DataError if all rows of a class are kept back: nothing would be learnt of it.

        `name` is that of the data, and y, (rows,), the target of the rows that are trained on.
        """
        classes = target.classes or ()
        codes = y.astype(np.intp) if classes else np.empty(0, dtype=np.intp)
        counts = np.bincount(codes, minlength=len(classes))
        gone = [label for label, count in zip(classes, counts, strict=True) if not count]
        if gone:
            raise DataError(
                f"{name}: all rows of {target.name} {listing(gone)} are kept back by validation "
                f"{self.share:g} with seed {self.seed}; take another seed, or keep back fewer"
            )


def share_kept_back(said: object, seed: int) -> KeptBack | None:
    """Return the share that was said; None of a file or a table of other rows.

    Raises ChoiceError for a share that is none, and for rows that must be known to be drawn.
    """
    if said is None or isinstance(said, bool) or not isinstance(said, int | float | str):
        return None
    share = _number(said)
    if share is not None:
        if not 0.0 < share < 1.0:
            raise ChoiceError(
                f"validation is {said}, but a share of the rows is above 0 and below 1"
            )
        return KeptBack(share, seed)
    if isinstance(said, str) and _number(said.rpartition(":")[2]) is not None:
        raise ChoiceError(
            f"validation is {said}, but of files that are read in passes rows are kept back by a "
            "share drawn at random, such as 0.2; say that, or give a file or a table of other rows"
        )
    return None


def _number(said: float | str) -> float | None:
    try:
        return float(said)
    except ValueError:
        return None

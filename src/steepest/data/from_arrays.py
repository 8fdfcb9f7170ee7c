"""From a pair of arrays (X, y) to data: their shapes, names and gaps."""

from collections.abc import Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrays import (
    AnyArray,
    array_holes,
    array_square_sum,
    pair_of,
    target_holes,
)
from steepest.data.columns import listing
from steepest.data.exposure import Exposure, count_by
from steepest.data.features import Features, named_features, plain_features
from steepest.data.fill import FILLS, fill_of_arrays, fills_in_words
from steepest.data.left_out import check_rows, counting_rows, row_place, whole_rows
from steepest.data.prepared import Data
from steepest.data.sparse import Matrix, is_sparse
from steepest.data.split import Split
from steepest.data.target import vector_target
from steepest.data.weights import WEIGHTS, array_weights, weight_holes
from steepest.errors import ChoiceError, DataError
from steepest.numerals import counted

__all__ = ["from_arrays"]


def from_arrays(
    pair: tuple[object, ...],
    names: Sequence[str] | None,
    classify: bool | None,
    missing: str,
    sample_weight: object,
    threads: int | None,
    split: Split,
    exposure: Exposure | None,
    positive: object = None,
) -> Data:
    """Return the data of a pair of arrays, with the rows that are kept back."""
    X, y = pair_of(pair)
    rows = len(y)
    check_rows(rows, "arrays", "")
    weights = array_weights(sample_weight, rows)
    if exposure is not None:
        over = exposure.of_rows(rows)
        y, weights = _rates(y, over), exposure.counting(weights, over)
    counting = counting_rows(weights, row_place, "arrays")
    if weights is not None and counting is not None:
        X, y, weights = X[counting], y[counting], weights[counting]
    if names is None:
        # A data frame as X has names already.
        names = [str(name) for name in getattr(pair[0], "columns", ())] or None
    features = plain_features(X.shape[1]) if names is None else _named(names, X.shape[1])
    squares = array_square_sum(X, threads)
    holes, needed = array_holes(X, None, features.names, squares), target_holes(y)
    needed += weight_holes(weights, WEIGHTS)
    place = row_place if counting is None else lambda index: row_place(int(counting[index]))
    dropped, kept, sound = 0, counting, np.ones(len(y), dtype=bool)
    if holes or needed:
        sound = whole_rows(holes, needed, len(y), place, "arrays", missing)
        dropped = int((~sound).sum())
    if dropped:
        X, y = X[sound], y[sound]
        kept = np.flatnonzero(sound) if counting is None else counting[sound]
        weights = None if weights is None else weights[sound]
        check_rows(len(y), "arrays", f"{counted(dropped, 'row')} with gaps")
    target, values = vector_target(y, classify, positive)
    target = target.over(exposure)
    back = split.kept_back(None, values, target, kept, rows)
    notes = () if exposure is None else (exposure.in_words("y"),)
    if missing in FILLS:
        features = fill_of_arrays(features, _dense(X), missing, ~back, weights)
        X, notes = features.of_array(_dense(X)), (*notes, *fills_in_words(features, holes, sound))
    weightless = rows - dropped - len(y)
    made = X, values, features, target, "arrays", dropped, weights, weightless, kept, notes
    known = None if missing in FILLS or not isfinite(squares) else squares
    by = count_by(sample_weight, exposure)
    return split.of(Data(*made, count_by=by, square_sum=known), back)


def _rates(y: AnyArray, over: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return counts over their exposure, (rows,) each; DataError if they are no numbers."""
    if y.dtype.kind not in "biuf":
        raise DataError(f"an exposure is one of counts, but y holds {y.dtype}; give numbers")
    return y.astype(np.float64) / over


def _dense(X: Matrix) -> NDArray[np.float64]:
    """Return X, (rows, features), if it is dense; ChoiceError for a sparse one."""
    if is_sparse(X):
        raise ChoiceError(
            "missing fills gaps, but X is sparse, where most of a column is 0 and no mean is near "
            "its values; leave the rows out with missing='drop', or give X.toarray()"
        )
    return X


def _named(names: Sequence[str], width: int) -> Features:
    """Return features with the given names, one for each column of X."""
    if len(names) != width:
        raise DataError(
            f"features has {counted(len(names), 'name')} ({listing(names)}), X has "
            f"{counted(width, 'column')}; give one name for each"
        )
    return named_features(names)

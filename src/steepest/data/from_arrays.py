"""From a pair of arrays (X, y) to data: their shapes, names and gaps."""

from collections.abc import Sequence

import numpy as np

from steepest.data.arrays import AnyArray, array_holes, as_matrix, as_vector
from steepest.data.columns import listing
from steepest.data.features import Features, named_features, plain_features
from steepest.data.left_out import check_rows, counting_rows, row_place, whole_rows
from steepest.data.prepared import Data
from steepest.data.sparse import Matrix
from steepest.data.target import plain_target
from steepest.data.weights import WEIGHTS, array_weights, weight_holes
from steepest.errors import DataError
from steepest.numerals import counted

__all__ = ["from_arrays", "pair_of"]


def from_arrays(
    pair: tuple[object, ...],
    names: Sequence[str] | None,
    classify: bool | None,
    missing: str,
    sample_weight: object,
    threads: int | None,
) -> Data:
    """Return the data of a pair of arrays."""
    X, y = pair_of(pair)
    rows = len(y)
    check_rows(rows, "arrays", "")
    weights = array_weights(sample_weight, rows)
    counting = counting_rows(weights, row_place, "arrays")
    if weights is not None and counting is not None:
        X, y, weights = X[counting], y[counting], weights[counting]
    if names is None:
        # A data frame as X has names already.
        names = [str(name) for name in getattr(pair[0], "columns", ())] or None
    features = plain_features(X.shape[1]) if names is None else _named(names, X.shape[1])
    holes = array_holes(X, y, features.names, threads) + weight_holes(weights, WEIGHTS)
    place = row_place if counting is None else lambda index: row_place(int(counting[index]))
    dropped, kept = 0, counting
    if holes:
        sound = whole_rows(holes, len(y), place, "arrays", missing)
        dropped = int((~sound).sum())
        X, y = X[sound], y[sound]
        kept = np.flatnonzero(sound) if counting is None else counting[sound]
        weights = None if weights is None else weights[sound]
        check_rows(len(y), "arrays", f"{counted(dropped, 'row')} with gaps")
    target, values = plain_target(y, classify)
    weightless = rows - dropped - len(y)
    return Data(X, values, features, target, "arrays", dropped, weights, weightless, kept)


def pair_of(pair: tuple[object, ...]) -> tuple[Matrix, AnyArray]:
    """Return X, (rows, features), and y, (rows,), of a tuple; raise DataError if they disagree."""
    if len(pair) != 2:
        raise DataError(f"a tuple of arrays must be (X, y), got {counted(len(pair), 'item')}")
    X, y = as_matrix(pair[0]), as_vector(pair[1])
    if X.shape[0] != len(y):
        raise DataError(
            f"X has {counted(X.shape[0], 'row')} and y has {counted(len(y), 'value')}; each row "
            "of X needs its own value in y"
        )
    return X, y


def _named(names: Sequence[str], width: int) -> Features:
    """Return features with the given names, one for each column of X."""
    if len(names) != width:
        raise DataError(
            f"features has {counted(len(names), 'name')} ({listing(names)}), X has "
            f"{counted(width, 'column')}; give one name for each"
        )
    return named_features(names)

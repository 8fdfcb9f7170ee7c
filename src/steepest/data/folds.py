"""Folds: the rows in as many parts, each kept back once, while the others are learnt from."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepared import Data
from steepest.errors import ChoiceError, DataError
from steepest.numerals import counted

__all__ = ["FOLD_STREAM", "folds_of", "training_and_rest"]

FOLD_STREAM = (3,)
"""The stream of the seed that draws the folds, as a spawn key of NumPy's SeedSequence."""


def folds_of(given: object, data: Data, seed: int) -> NDArray[np.intp]:
    """Return the fold of each row, (rows,), from 0.

    `given` is how many: they are drawn at random, of equal size, each class dealt out alike. Or it
    says the fold of each row, (rows,), by any labels, so that rows that belong together stay so.
    Raises ChoiceError for what is neither, and DataError for fewer rows than a fold needs.
    """
    if isinstance(given, int) and not isinstance(given, bool):
        return _drawn(given, data, seed)
    labels = np.asarray(given)
    if labels.ndim != 1 or len(labels) != len(data.y):
        raise ChoiceError(
            f"folds has the shape {labels.shape}, but it must be how many, or a label for each of "
            f"the {counted(len(data.y), 'row')}"
        )
    names, codes = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        raise ChoiceError("folds names one fold for all rows; two or more are needed")
    return codes.astype(np.intp)


def _drawn(count: int, data: Data, seed: int) -> NDArray[np.intp]:
    """Return folds drawn at random: in each class, then from class to class, dealt out in turn."""
    rows = len(data.y)
    if not 2 <= count <= rows:
        raise ChoiceError(
            f"folds is {count}, but it must be between 2 and the {counted(rows, 'row')}"
        )
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=FOLD_STREAM))
    shuffled = generator.permutation(rows)
    if data.target.classes is not None:
        shuffled = shuffled[np.argsort(data.y[shuffled], kind="stable")]
    folds = np.empty(rows, dtype=np.intp)
    folds[shuffled] = np.arange(rows) % count
    return folds


def training_and_rest(data: Data, back: NDArray[np.bool_]) -> Data:
    """Return the data of the rows that are not `back`, (rows,), which it has as its validation.

    Raises DataError where a class has no row left to learn from.
    """
    training = data.take(np.flatnonzero(~back))
    classes = data.target.classes
    if classes is not None and len(np.unique(training.y)) < len(classes):
        raise DataError(
            "a fold would leave a class without a row to learn from; choose fewer folds, or leave "
            "out the rows of a class that is there once"
        )
    rest = replace(data.take(np.flatnonzero(back)), validation=None)
    return replace(training, validation=rest)

"""Arrays as a caller has them, checked, as blocks of rows."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.data.arrays import as_c_array
from steepest.data.blocks import Blocks, Matrix
from steepest.data.float_types import FLOAT64
from steepest.data.sparse import as_csr, is_sparse
from steepest.data.weights import within_range
from steepest.errors import ChoiceError

__all__ = ["blocks_of"]

Array = NDArray[np.float64]


def blocks_of(
    X: Any,
    y: ArrayLike,
    sample_weight: ArrayLike | None,
    *,
    outputs: int,
    threads: int | None = None,
    dtype: np.dtype[Any] = FLOAT64,
    least: int = 1,
) -> Blocks:
    """Return X, (rows, features), and y, (rows,), as blocks, with a weight a row or None.

    `dtype` and `least` are as `Blocks` has them.

    X of float32 and sparse X of SciPy stay what they are; with the `dtype` float32 any X becomes
    float32, and is computed with as that. Raises ChoiceError for shapes that do
    not fit.
    """
    X, y = _matrix(X, dtype), as_c_array(y, np.float64)
    if X.ndim != 2 or y.shape != X.shape[:1]:
        raise ChoiceError(
            f"X has the shape {X.shape} and y {y.shape}, but they must be (rows, features) "
            "and (rows,)"
        )
    weight = None if sample_weight is None else _weights(sample_weight, len(y))
    make = getattr(X, "to_blocks", None)
    return (partial(Blocks, X) if make is None else make)(
        y,
        outputs=outputs,
        sample_weight=weight,
        threads=threads,
        dtype=dtype,
        least=least,
    )


def _matrix(X: Any, dtype: np.dtype[Any]) -> Matrix:
    """Return X as the blocks read it: float64 or float32 in C order, or a CSR array.

    Rows that are stored elsewhere make their own blocks, and stay what they are.
    """
    if hasattr(X, "to_blocks"):
        stored: Matrix = X
        return stored
    if is_sparse(X):
        return as_csr(X if dtype == FLOAT64 else X.astype(dtype))
    single = np.float32 in (dtype, getattr(X, "dtype", None))
    return as_c_array(X, np.float32 if single else np.float64)


def _weights(sample_weight: ArrayLike, count: int) -> Array:
    """Return sample weights as (rows,) float64, one number for all; ChoiceError if below 0."""
    weight = as_c_array(sample_weight, np.float64)
    if weight.ndim == 0:
        weight = np.full(count, weight)
    if weight.shape != (count,):
        raise ChoiceError(
            f"sample_weight has the shape {weight.shape}, but there are {count} rows; give one "
            "number a row"
        )
    if not (np.isfinite(weight).all() and weight.min() >= 0 and weight.any()):
        raise ChoiceError("sample_weight must be finite numbers from 0 up, not all of them 0")
    return within_range(weight)

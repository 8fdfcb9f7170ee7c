"""The sharpest plane: the eigenvectors at both ends of the Hessian's spectrum.

Along the first the loss curves most; the second says whether the point is a minimum (no direction
curves down) or a saddle (one does), which no random plane can. Both eigenvalues come with their
residuals `|H v - value v|`: there is an eigenvalue within so much of each.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError
from steepest.objective.linear_algebra.lanczos import Ends, spectrum_ends

__all__ = ["sharpest_ends", "sharpest_spans"]

Array = NDArray[np.float64]

RISE = 0.25
"""The share of the start's loss that a parabola of the eigenvalue rises by at the half-width."""


def sharpest_ends(
    product: Callable[[Array], Array] | None, size: int, kind: str, why: str = ""
) -> Ends:
    """Return both ends of a Hessian's spectrum; `product` multiplies a direction, (size,), by it.

    Raises ChoiceError where second derivatives are not known (`kind` says of what, `why` why), or
    not finite.
    """
    if product is None:
        raise ChoiceError(
            f"plane is 'sharpest', but "
            f"{why or f'the second derivatives of {kind} like this are not known'}; "
            "choose plane='path' or plane='random', or two params, x and y"
        )
    ends = spectrum_ends(product, size)
    if not np.isfinite([ends.top.value, ends.bottom.value]).all():
        raise ChoiceError(
            "plane is 'sharpest', but the second derivatives at the end of the run are not finite; "
            "choose two params, x and y"
        )
    return ends


def sharpest_spans(ends: Ends, loss: float, length: float) -> Array:
    """Return how far the plane is drawn along each end, (2,): as far as its parabola rises.

    By `RISE` of `loss`, but no further than params are long, `length`; that where all is flat.
    """
    curvature = np.abs([ends.top.value, ends.bottom.value])
    with np.errstate(divide="ignore", over="ignore"):
        reach = np.sqrt(2.0 * RISE * abs(loss) / curvature)
    most = length or 1.0
    return np.where(np.isfinite(reach), np.minimum(reach, most), most)

"""Newton's step of two numbers, `-H^-1 g`: to the lowest point of a quadratic on a plane."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["newton_step"]

Array = NDArray[np.float64]

SINE_SQUARED = 1e-6
"""What `det H / (H11 H22)` must be above for Cramer's rule: below, H counts as singular."""

FLAT = 1e-12
"""The eigenvalue, with H11 = H22 = 1, below which a direction is taken to be flat."""


def newton_step(gradient: Array, hessian: Array) -> Array:
    """Return the d that minimises `g'd + d'Hd / 2`, (2,), for a gradient (2,) and Hessian (2, 2).

    By Cramer's rule, divided by H11 H22, since where the loss is flat that product underflows:

        sine² = 1 - H12² / (H11 H22)
        d1 = (H12/H11 g2/H22 - g1/H11) / sine²
        d2 = (H12/H22 g1/H11 - g2/H22) / sine²

    with sine that of the angle between the two axes, measured by H. Where H is singular, or all
    but singular, d is the shortest of the steps to the minimum, each axis in the unit in which
    its second derivative is 1. NaN if H or g are not finite.

    >>> newton_step(np.array([2.0, 6.0]), np.array([[2.0, 0.0], [0.0, 3.0]]))
    array([-1., -2.])
    """
    h11, h22, h12 = float(hessian[0, 0]), float(hessian[1, 1]), float(hessian[0, 1])
    if h11 > 0.0 and h22 > 0.0 and (sine2 := 1.0 - h12 / h11 * (h12 / h22)) > SINE_SQUARED:
        g1, g2 = float(gradient[0]), float(gradient[1])
        by_first, by_second = g1 / h11, g2 / h22
        first = (h12 / h11 * by_second - by_first) / sine2
        return np.array([first, (h12 / h22 * by_first - by_second) / sine2])
    return _shortest_step(gradient, hessian)


def _shortest_step(gradient: Array, hessian: Array) -> Array:
    """Return `-D H1^+ D g` with `H1 = D H D`, `D = diag(1 / sqrt(H11), 1 / sqrt(H22))`."""
    curvature = np.diag(hessian)
    unit = np.sqrt(np.where(curvature > 0, curvature, 1.0))
    scaled = hessian / np.outer(unit, unit)
    if not np.isfinite(scaled).all() or not np.isfinite(gradient).all():
        return np.full(2, np.nan)
    step: Array = np.linalg.lstsq(scaled, -gradient / unit, rcond=FLAT)[0] / unit
    return step

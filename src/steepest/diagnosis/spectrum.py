"""The eigenvalues of the Hessian at a point, in the coordinates in which the walk takes its steps.

They are worked out when verdicts are first asked for, and only where it is quick: of a convex loss
all of them, by a product with the Hessian for each param, of a network both ends, by Lanczos's
method.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.limits import check_decomposition
from steepest.numerals import counted
from steepest.objective.coordinates.coordinates import Coordinates
from steepest.objective.linear_algebra.lanczos import Ends, spectrum_ends
from steepest.objective.objective import Objective

__all__ = ["Spectrum", "ends_at", "no_spectrum", "spectrum_at"]

Array = NDArray[np.float64]

MOST_PARAMS = 256
"""Params up to which all eigenvalues are worked out: 256 took 0.1 s, of 500 rows, on one core."""

MOST_WORK = 2**27
"""Rows times params times products up to which they are: 0.5 s on one core."""

PRODUCTS = 50
"""Products that both ends of a spectrum take, about: 17 to 34 were measured."""

TOLERANCE = 0.01
"""The residual of an end by its own size: a share of a limit is printed to two digits."""

TOP_TOLERANCE = 0.001
"""The same of the top alone, which takes few products: it is drawn beside the limit of its rate."""

NEGLIGIBLE = 1e-12
"""The share of the largest eigenvalue within which another is 0 but for rounding."""


class Spectrum(NamedTuple):
    """Eigenvalues in order, (params,), and the slopes of the loss along their eigenvectors."""

    values: Array
    slopes: Array

    @property
    def top(self) -> float:
        """The largest eigenvalue."""
        return float(self.values[-1])

    @property
    def gaps(self) -> Array:
        """How much lower the parabola along each eigenvector goes, (params,): `g² / (2 value)`.

        0 along those that do not curve upwards.
        """
        curved = self.values > NEGLIGIBLE * abs(self.top)
        return np.divide(
            self.slopes**2, 2.0 * self.values, np.zeros_like(self.values), where=curved
        )

    def gap_at(self, steps: int, rate: float, other: float) -> float:
        """Return the gap if the steps that led here had been of another rate.

        Those of `rate` left `(1 - rate value)^(2 steps)` along an eigenvector, those of `other` had
        left as much of their own. Along the steep half of them there is nothing left to compare.
        """
        slow = rate * self.values < 0.5
        here, there = 1.0 - rate * self.values[slow], 1.0 - other * self.values[slow]
        return float(self.gaps[slow] @ np.abs(there / here) ** (2 * steps))


def no_spectrum(objective: Objective) -> str:
    """Return why no eigenvalue is worked out; empty where they are."""
    if objective.missing or not objective.smooth or objective.penalty.l1:
        return "second derivatives of this loss are not known"
    products = objective.size if objective.is_convex else PRODUCTS
    if objective.is_convex and objective.size > MOST_PARAMS:
        return f"there are {counted(objective.size, 'param')}, and it is for {MOST_PARAMS} at most"
    if max(objective.rows_read, 1) * objective.size * products > MOST_WORK:
        rows = counted(objective.rows_read, "row")
        return f"{rows} of {counted(objective.size, 'param')} would take longer than half a second"
    return ""


@np.errstate(over="ignore", invalid="ignore")
def spectrum_at(objective: Objective, coordinates: Coordinates, params: Array) -> Spectrum | None:
    """Return all eigenvalues of a convex loss at params, (params,); None where they are not known.

    None too where they are not finite, and of a network: see `ends_at`.
    """
    product = _product(objective, coordinates, params) if objective.is_convex else None
    if product is None:
        return None
    check_decomposition(objective.size)
    hessian = np.array([product(axis) for axis in np.eye(objective.size)])
    gradient = coordinates.pullback(np.asarray(objective.evaluate(params).gradient))
    if not np.isfinite(hessian).all() or not np.isfinite(gradient).all():
        return None
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2.0)
    return Spectrum(values, gradient @ vectors)


@np.errstate(over="ignore", invalid="ignore")
def ends_at(
    objective: Objective,
    coordinates: Coordinates,
    params: Array,
    scale: Array | None = None,
    *,
    top_alone: bool = False,
) -> Ends | None:
    """Return the largest and the smallest eigenvalue at params, (params,); None where not known.

    With a `scale` P, (params,), those of `P^-1/2 H P^-1/2`, along which a preconditioned rule goes.
    With `top_alone` only the largest is found.
    """
    product = _product(objective, coordinates, params)
    if product is None or objective.size < 2:
        return None
    root = np.ones(objective.size) if scale is None else 1.0 / np.sqrt(scale)
    tol = TOP_TOLERANCE if top_alone else TOLERANCE
    ends = spectrum_ends(
        lambda v: root * product(root * v), objective.size, tol=tol, top_alone=top_alone
    )
    return ends if np.isfinite([ends.top.value, ends.bottom.value]).all() else None


def _product(
    objective: Objective, coordinates: Coordinates, params: Array
) -> Callable[[Array], Array] | None:
    """Return what takes a direction of the walk's coordinates to the Hessian times it."""
    if no_spectrum(objective) or not np.isfinite(params).all():
        return None
    product = objective.hessian_at(params)
    if product is None:
        return None
    return lambda v: coordinates.pullback(product(coordinates.params(v)))

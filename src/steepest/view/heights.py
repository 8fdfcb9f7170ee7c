"""Losses as heights of the surface in three dimensions: linear, or by the square root.

Linear heights are cut well above the path, and the picture says where: a corner of the window can
be many times as high as all of the path, and would leave the basin flat. In a ravine so little of
the window lies below that cut that a sliver would be left; then all of it is drawn, as high as the
square root of its loss above the lowest, as the page draws it: floor and walls are both readable.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from steepest.numerals import short
from steepest.surface.surface import Surface

__all__ = ["Heights", "cut_of", "heights_of"]

Array = NDArray[np.float64]

HEADROOM = 2.5
"""How many times as high as the path the drawn surface is, with linear heights."""

BREADTH = 0.4
"""The share of the window that must lie below the cut of linear heights: less is a sliver."""


SPACING = 0.18
"""The least share of the height between two numbers beside the surface, to be read."""


@dataclass(frozen=True)
class Heights:
    """`height = share` of a loss between `low` and `cut`, or its square root (`is_root`)."""

    low: float
    cut: float
    is_root: bool = False

    def of(self, loss: ArrayLike) -> Array:
        """Return the heights of losses, in their shape (...): 0 to 1, above 1 beyond the cut."""
        share = np.maximum((np.asarray(loss, dtype=float) - self.low) / (self.cut - self.low), 0.0)
        return np.sqrt(share) if self.is_root else share

    def ticks(self) -> tuple[Array, list[str]]:
        """Return heights with round losses, (ticks,), and these losses as a person reads them."""
        losses = self._round_losses()
        least = float(np.diff(losses).min()) if len(losses) > 1 else self.cut - self.low
        size = float(np.abs(losses).max(initial=abs(self.low)))
        digits = int(np.clip(np.ceil(np.log10(size / least)) + 2, 4, 12)) if size else 4
        return self.of(losses), [short(float(loss), digits) for loss in losses]

    def _round_losses(self) -> Array:
        """Return round losses in the box, from the highest down, `SPACING` in height at least."""
        locator = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10])
        spans = [1.0, 0.5, 0.2, 0.1, 0.05] if self.is_root else [1.0]
        tops = self.low + (self.cut - self.low) * np.array(spans)
        found = np.concatenate([locator.tick_values(self.low, top) for top in tops])
        kept: list[float] = []
        for loss in np.unique(found[(found >= self.low) & (found <= self.cut)])[::-1]:
            if not kept or self.of(kept[-1]) - self.of(loss) >= SPACING:
                kept.append(float(loss))
        return np.array(kept[::-1])


def heights_of(surface: Surface) -> Heights:
    """Return the heights in which a surface is drawn."""
    low, high = float(np.nanmin(surface.loss)), _highest(surface)
    cut = cut_of(surface)
    below = float(np.mean(surface.loss <= cut))
    if below >= BREADTH:
        return Heights(low, cut)
    return Heights(low, high, is_root=True)


def cut_of(surface: Surface) -> float:
    """Return the loss at which linear heights end: `HEADROOM` times as high as the path."""
    low, high = float(np.nanmin(surface.loss)), _highest(surface)
    path = surface.path_loss[np.isfinite(surface.path_loss)]
    inside = path[path <= high]
    reached = float(inside.max()) if len(inside) else high
    cut = low + HEADROOM * (reached - low)
    return cut if low < cut < high else high


def _highest(surface: Surface) -> float:
    """Return the highest finite loss in the window, and more than the lowest."""
    finite = surface.loss[np.isfinite(surface.loss)]
    low, high = float(finite.min()), float(finite.max())
    return high if high > low else low + max(abs(low), 1.0) * 1e-6

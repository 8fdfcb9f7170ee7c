"""The panel of the sharpness: the largest curvature at some steps, and where the rate holds it."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from steepest.view.chart import numbers_on
from steepest.view.panel import DrawnPath, Panel
from steepest.view.scene import Scene
from steepest.view.style import PATH, theme_in_use

__all__ = ["SharpnessPanel"]

ROOM = 1.15
"""The highest of what is drawn by which the axis ends."""


class SharpnessPanel(Panel):
    """The sharpness against the step, and the limit at the rates in force, dashed."""

    def __init__(self, axes: Axes, scene: Scene, path: DrawnPath) -> None:
        known = self._known = scene.sharpness
        axes.plot(known.steps, known.largest, color=theme_in_use().faint, lw=1.4, zorder=1)
        axes.plot(known.steps, known.limits, color=theme_in_use().muted, lw=1.2, ls="--", zorder=2)
        # Not logarithmic as the others: what hovers at the limit is most of a run.
        axes.set_xlim(-0.03 * (len(scene.trace) - 1), 1.04 * max(len(scene.trace) - 1, 1))
        limits = known.limits[np.isfinite(known.limits)]
        axes.set_ylim(min(0.0, float(known.largest.min())), ROOM * max(*known.largest, *limits))
        numbers_on(axes.yaxis)
        axes.set_xlabel("step")
        axes.set_ylabel("largest curvature")
        axes.set_title("Sharpness against step")
        if len(limits):
            colour, said = theme_in_use().muted, f"dashed: {known.formula}"
            axes.text(0.02, 0.97, said, transform=axes.transAxes, va="top", color=colour, size=9.5)
        self._steps = path.steps
        (self._line,) = axes.plot([], [], color=PATH, lw=1.8, zorder=3)
        (self._here,) = axes.plot([], [], "o", color=PATH, mec="white", mew=1.6, ms=9, zorder=4)

    @property
    def moving(self) -> list[Artist]:
        """The curve so far and its current point."""
        return [self._line, self._here]

    def show(self, at: int) -> None:
        """Draw the curve up to point `at` of the path."""
        past = self._known.steps <= self._steps[at]
        steps, largest = self._known.steps[past], self._known.largest[past]
        self._line.set_data(steps, largest)
        self._here.set_data(steps[-1:], largest[-1:])

"""What a page is told of a surface, and at how many points it is drawn."""

from math import isqrt

import numpy as np

from steepest.errors import ChoiceError
from steepest.objective.risk import Risk
from steepest.page.schema import SurfaceRecord
from steepest.surface.surface import Surface
from steepest.view.story import Story, shortened

__all__ = ["PAGE_POINTS", "next_points", "page_points", "surface_record"]

PAGE_POINTS = 101
"""Points a side of the surface: few enough to draw it anew while a data point is dragged."""

FEWEST_POINTS = 21
"""Points a side of the surface of a large network."""

SURFACE_WORK = 2_000_000_000
"""Rows times params times points of a network's surface: about a second on one core."""

AT_ONCE = 200_000_000
"""The same of what Python draws at once for a page: a tenth of that."""

LEVELS = (17, 51)
"""Points a side of what is drawn before all of a large network's surface: ever finer."""

MOST_PARAMS = 20_000
"""Params of a network on a page: each has a name, a number at every step, and a line of choice."""


def page_points(objective: Risk) -> int:
    """Return how many points a side a page's first surface has; fewer of a large network.

    Raises ChoiceError for more params than a page has room for.
    """
    if objective.size > MOST_PARAMS:
        raise ChoiceError(
            f"the model has {objective.size:,} params, but a page takes {MOST_PARAMS:,} at most: "
            "it tells each at every step; a figure and a film have no such bound"
        )
    if objective.linear is not None:
        return PAGE_POINTS
    points = isqrt(SURFACE_WORK // (objective.count * objective.size))
    return max(FEWEST_POINTS, min(PAGE_POINTS, points | 1))


def next_points(objective: Risk, most: int, drawn: int) -> int:
    """Return the points a side of the next surface, of `most`, where so many are `drawn`, or 0.

    A network's surface that takes long comes coarse first.
    """
    if objective.linear is not None:
        return most
    once = isqrt(AT_ONCE // (objective.count * objective.size))
    if not drawn and once >= most:
        return most
    finer = [points for points in LEVELS if points > drawn]
    first = [points for points in LEVELS if points <= once] or LEVELS[:1]
    return min([most, *(finer[:1] if drawn else first[-1:])])


def surface_record(story: Story, surface: Surface, walk: str = "none") -> SurfaceRecord:
    """Return a surface for a page, over params or, with `walk` a scale, over its coordinates.

    Over other directions `xIndex` and `yIndex` are null, and `said` and `numbers` tell what they
    are. `zero`, (2,), is what `px` and `py` make of params where both axes are 0.
    """
    axes, lowest, names = surface.axes, surface.lowest, story.param_names
    shown = (axes.x_name, axes.y_name)
    first, second = (names.index(name) if name in names else None for name in shown)
    px, py = axes.reading
    return {
        "nx": len(surface.x),
        "ny": len(surface.y),
        "x": surface.x,
        "y": surface.y,
        "loss": surface.loss.ravel(),
        "xLabel": axes.x_name if first is None else _axis_label(story, first, walk),
        "yLabel": axes.y_name if second is None else _axis_label(story, second, walk),
        "lossLabel": story.loss_label,
        "xName": surface.x_name,
        "yName": surface.y_name,
        "xIndex": first,
        "yIndex": second,
        "axes": axes.word if walk == "none" else "walk",
        "held": axes.rest(surface.plane.origin),
        "ux": axes.u,
        "uy": axes.v,
        "px": px,
        "py": py,
        "zero": (-axes.read(np.zeros(len(px)))).tolist(),
        "slice": surface.is_slice,
        "said": surface.in_words,
        "numbers": dict(surface.numbers),
        "lowest": None if lowest is None else lowest.tolist(),
        "lowestLoss": None if lowest is None else float(surface.at(*lowest)[0]),
    }


def _axis_label(story: Story, index: int, walk: str = "none") -> str:
    """Return what an axis says: a param with its unit, or a coordinate of the walk."""
    name = story.param_names[index]
    if walk == "none":
        return story.param_label(name)
    if walk == "standard":
        return f"{story.long_word(index)}, in standard units"
    row, which = divmod(index, story.biases)
    of = "" if story.biases == 1 or story.classes is None else f"[{story.classes[which]}]"
    return f"round {row + 1}{shortened(of)}"

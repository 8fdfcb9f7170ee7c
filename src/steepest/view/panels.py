"""The panels by the names that `panels=` takes, on the axes of a sheet."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from steepest.view.chart import Gradients, Losses, Map
from steepest.view.fit import draw_fit
from steepest.view.panel import DrawnPath, Panel
from steepest.view.relief import Relief
from steepest.view.sharpness_panel import SharpnessPanel
from steepest.view.sheet import Sheet
from steepest.view.story import Story

__all__ = ["draw_panels"]

DRAWN: Mapping[str, Callable[[Any, Any, DrawnPath], Panel]] = {
    "fit": draw_fit,
    "surface": Relief,
    "map": Map,
    "loss": Losses,
    "gradient": Gradients,
    "sharpness": SharpnessPanel,
}


def draw_panels(
    sheet: Sheet, names: Sequence[str], story: Story, path: DrawnPath, with_scale: bool = False
) -> dict[str, Panel]:
    """Draw panels side by side in the room that is left on a sheet; return them by name.

    The story is a scene, with its surface, unless all panels do without. `with_scale` adds the
    losses of the colours to those that have such.
    """
    axes = sheet.panels(len(names), names.index("surface") if "surface" in names else None)
    panels = {name: DRAWN[name](at, story, path) for name, at in zip(names, axes, strict=True)}
    for panel in panels.values() if with_scale else ():
        panel.add_scale(sheet.figure)
    sheet.settle()
    for panel in panels.values():
        panel.settle()
    return panels

"""A surface as a file keeps it: what was drawn, of an objective that no file has."""

from collections.abc import Mapping, Sequence
from math import isfinite, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.objective.objective import Objective
from steepest.objective.plane.plane import Plane
from steepest.surface.axes import Axes, CoordinateAxes, DirectionAxes
from steepest.surface.surface import Surface, whole_path
from steepest.trace import Trace

__all__ = ["kept_arrays", "kept_record", "surface_kept"]

Array = NDArray[np.float64]
Arrays = Mapping[str, NDArray[Any]]

NAME = "surface_{}"
"""What the arrays of a surface are called in a file."""


def kept_record(surface: Surface) -> dict[str, Any]:
    """Return what a file holds of a surface as JSON: its axes in names and words."""
    axes = surface.axes
    numbers = {name: one if isfinite(one) else None for name, one in axes.numbers.items()}
    return {
        "x_name": axes.x_name,
        "y_name": axes.y_name,
        "word": axes.word,
        "in_words": axes.in_words,
        "numbers": numbers,
    }


def kept_arrays(surface: Surface, drawn: NDArray[np.intp]) -> dict[str, Array]:
    """Return what a file holds of it as arrays: grid and loss, and the plane, (params,) each.

    The loss below the path is worked out, which takes time, at the points that are `drawn` alone;
    that of the others is NaN.
    """
    plane, arrays = surface.plane, {"x": surface.x, "y": surface.y, "loss": surface.loss}
    below = np.full(len(surface.path), np.nan)
    below[drawn] = surface.plane_loss_of(drawn)
    arrays |= {"plane_loss": below, "origin": plane.origin, "u": plane.u, "v": plane.v}
    arrays |= {} if surface.lowest is None else {"lowest": surface.lowest}
    return {NAME.format(name): array for name, array in arrays.items()}


def surface_kept(
    record: Mapping[str, Any], arrays: Arrays, names: Sequence[str], trace: Trace, own: Objective
) -> Surface:
    """Return the surface of a file, with the path of the trace on it.

    `names` are those of the params, `own` the objective, which cannot be asked for other points.
    Raises KeyError and ValueError for a record that is no such surface.
    """
    x, y, loss, origin, u, v = (
        arrays[NAME.format(name)] for name in ("x", "y", "loss", "origin", "u", "v")
    )
    if loss.shape != (len(y), len(x)) or not len(origin) == len(u) == len(v) == trace.size:
        raise ValueError("the surface is of another size than the run")
    axes, path = _axes_of(record, names, origin, u, v), np.asarray(trace.params, dtype=np.float64)
    on_plane = axes.read(path)
    surface = Surface(
        x=x,
        y=y,
        loss=loss,
        path=on_plane,
        path_loss=trace.full_losses[trace.kept],
        off_plane=axes.off_plane(path - origin),
        x_name=axes.x_name,
        y_name=axes.y_name,
        held=axes.held(origin),
        exact=not own.rows_in_words,
        objective=own,
        plane=Plane(origin, u, v),
        axes=axes,
        lowest=arrays.get(NAME.format("lowest")),
        whole_path=whole_path(axes, trace, on_plane),
    )
    # It was worked out by the objective, as all of the surface was.
    vars(surface)["plane_loss"] = arrays[NAME.format("plane_loss")]
    return surface


def _axes_of(
    record: Mapping[str, Any], names: Sequence[str], origin: Array, u: Array, v: Array
) -> Axes:
    if record["word"] == CoordinateAxes.word:
        return CoordinateAxes.of_params(names, record["x_name"], record["y_name"])
    numbers = {name: nan if one is None else one for name, one in record["numbers"].items()}
    return DirectionAxes.through(
        origin,
        u,
        v,
        x_name=str(record["x_name"]),
        y_name=str(record["y_name"]),
        word=str(record["word"]),
        in_words=str(record["in_words"]),
        numbers=numbers,
    )

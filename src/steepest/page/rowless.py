"""The record of a run that has no rows: of an objective that was given, or a watched training.

The page of it replays the steps: loss, surface and path, the four steps in words, what was found.
What is made of rows is not there, and `note` says so.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from steepest.descent.named_rules import RULES
from steepest.diagnosis.sharpness_along import SharpnessAlong
from steepest.numerals import counted
from steepest.page.few_coordinates import BEYOND, FewCoordinates
from steepest.page.record import MOST_SAVED, VERSION
from steepest.page.run_record import kept_steps, told_run
from steepest.page.schema import (
    DrawnRecord,
    ModelRecord,
    OfferedRecord,
    ParamRecord,
    RouteRecord,
    RowsRecord,
    RunRecord,
    SceneRecord,
    SharpnessRecord,
    SourceRecord,
    SurfaceRecord,
)
from steepest.page.surface_record import surface_record
from steepest.surface.surface import Surface
from steepest.view.scene import thinned
from steepest.view.story import Story, label

__all__ = ["rowless_record", "with_sharpness"]

Array = NDArray[np.float64]

NOTE = (
    "A page has rows only where it knows the model; of this run it has the params and their loss: "
    "so the picture of the data, the table of rows and the tasks are left out."
)

MOST_ON_ROUTE = 4000
"""Steps that the line of the path goes through: more than a picture has pixels across."""

LOOK = "There is no surface either: "


def rowless_record(story: Story, surface: Surface | None, why: str = "") -> SceneRecord:
    """Return all that a page shows of a run without rows, over a surface of it.

    `why` says why there is none, where there is none.
    """
    size = len(story.param_names)
    told = _told(story, surface)
    drawn = _no_surface(story) if surface is None else surface_record(story, surface)
    if surface is not None and (route := _route(story, surface)) is not None:
        drawn["route"] = route
    few = None
    if len(told) + len(BEYOND) < size:
        origin = story.result.params if surface is None else surface.plane.origin
        few = FewCoordinates(told, drawn["ux"], drawn["uy"], origin)
        drawn = _in_few(drawn, few, told)
    params = [_param(story, i) for i in (range(size) if few is None else told)]
    params += [] if few is None else [_beyond(name, size - len(told)) for name in BEYOND]
    axes = [i for i in (drawn["xIndex"], drawn["yIndex"]) if i is not None]
    shown: DrawnRecord = {
        "run": _run(story, few),
        "surface": drawn,
        "plane": axes if len(axes) == 2 else [0, 1],
        "note": f"{NOTE} {LOOK}{why}." if why else NOTE,
        "told": told if few is None else list(range(len(told))),
        "allParams": size,
    }
    return {
        **_source(story),
        **_offered(story),
        **_model(story),
        **_no_rows(),
        **shown,
        "features": [],
        "target": {"name": "", "unit": "", "label": "", "classes": None},
        "params": params,
        "engine": "record",
        "editable": False,
        "weighted": False,
    }


def _source(story: Story) -> SourceRecord:
    return {
        "version": VERSION,
        "title": story.title,
        "source": story.source,
        "rows": 0,
        "shown": 0,
        "dropped": 0,
        "missing": "",
        "exposure": None,
        "dates": {},
        "sampled": "",
    }


def _offered(story: Story) -> OfferedRecord:
    """Return what the run was made with, which is all there is to choose from."""
    return {
        "losses": [{"name": story.plan.loss_name, "label": story.loss_label, "formula": ""}],
        "rules": [story.plan.rule.word],
        "named": list(RULES),
        "scales": [story.plan.scale],
    }


def _model(story: Story) -> ModelRecord:
    return {
        "columns": [],
        "terms": "",
        "margins": 1,
        "weights": 0,
        "network": None,
        "startWords": story.params_in_words,
        "prefix": story.weight_prefix,
    }


def _no_rows() -> RowsRecord:
    return {
        "X": np.empty(0),
        "y": np.empty(0),
        "separation": None,
        "rowNumbers": np.empty(0, dtype=np.int32),
        "standing": None,
    }


def with_sharpness(scene: SceneRecord, known: SharpnessAlong) -> SceneRecord:
    """Return the same with the sharpness along the run."""
    told: SharpnessRecord = {
        "steps": known.steps.astype(np.int32),
        "largest": known.largest,
        "limits": known.limits,
        "said": f"dashed: {known.formula}" if np.isfinite(known.limits).any() else "",
    }
    return {**scene, "sharpness": told}


def _route(story: Story, surface: Surface) -> RouteRecord | None:
    """Return where all steps lie on the surface, where some gave their params up; else None."""
    whole, trace = surface.whole_path, story.trace
    if whole is None or len(trace.kept) == len(trace) or np.isnan(whole).any():
        return None
    index = thinned(len(whole), MOST_ON_ROUTE)
    x, y = whole[index].T
    return {"index": index.astype(np.int32), "x": x, "y": y}


def _told(story: Story, surface: Surface | None) -> list[int]:
    """Return the params that are told one by one: those on the axes, then as in words."""
    names = set() if surface is None else {surface.x_name, surface.y_name}
    on_axes = [i for i, name in enumerate(story.param_names) if name in names]
    return list(dict.fromkeys([*on_axes, *story.shown_params]))


def _param(story: Story, i: int) -> ParamRecord:
    name, word, unit = story.param_names[i], story.param_words[i], story.param_units[i]
    return {"name": name, "word": word, "unit": unit, "label": label(story.long_word(i), unit)}


def _beyond(name: str, others: int) -> ParamRecord:
    """Return a coordinate of all params that are not told, of how many `others`."""
    said = f"the other {counted(others, 'param')} {name}"
    return {"name": said, "word": said, "unit": "", "label": said}


def _run(story: Story, few: FewCoordinates | None) -> RunRecord:
    """Return the run for a page, in few coordinates where all would be too many."""
    trace = story.trace
    size = trace.size if few is None else len(few.direction(trace.first.params))
    index = kept_steps(trace, story.result.index, MOST_SAVED, size)
    place = np.searchsorted(trace.kept, index)
    points, gradients = trace.params[place], trace.gradients[place]
    if few is not None:
        points = few.path(points)
        gradients = np.array([few.gradient(one) for one in gradients])
    return told_run(story, index, points, gradients, trace.full_losses[index])


def _in_few(drawn: SurfaceRecord, few: FewCoordinates, told: Sequence[int]) -> SurfaceRecord:
    """Return a surface with its directions in few coordinates, of which some are `told`."""
    first, second = drawn["xIndex"], drawn["yIndex"]
    return {
        **drawn,
        "held": few.direction(drawn["held"]),
        "ux": few.direction(drawn["ux"]),
        "uy": few.direction(drawn["uy"]),
        "px": few.direction(drawn["px"]),
        "py": few.direction(drawn["py"]),
        "xIndex": None if first is None else told.index(first),
        "yIndex": None if second is None else told.index(second),
    }


def _no_surface(story: Story) -> SurfaceRecord:
    """Return a surface of no points."""
    nothing, none = np.empty(0), np.zeros(len(story.param_names))
    return {
        "nx": 0,
        "ny": 0,
        "x": nothing,
        "y": nothing,
        "loss": nothing,
        "xLabel": "",
        "yLabel": "",
        "lossLabel": story.loss_label,
        "xName": "",
        "yName": "",
        "xIndex": None,
        "yIndex": None,
        "axes": "none",
        "held": none,
        "ux": none,
        "uy": none,
        "px": none,
        "py": none,
        "zero": [0.0, 0.0],
        "slice": False,
        "said": "",
        "numbers": {},
        "lowest": None,
        "lowestLoss": None,
    }

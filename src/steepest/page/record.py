"""The record that a page reads: rows, run and surface as plain numbers, words and arrays.

The same shape for the saved file, the live page and the notebook; `wire.py` writes it down. A
page shows what is told here and works out no label and no unit of its own. Its types are in
`schema.py`.
"""

from collections.abc import Mapping
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.dates import DATES
from steepest.data.exposure import Exposure
from steepest.data.float_types import FLOAT64
from steepest.data.prepared import Data
from steepest.data.sparse import dense_rows
from steepest.descent.named_rules import RULES
from steepest.descent.plan.plan import Plan
from steepest.diagnosis.verdict import Verdict
from steepest.errors import ChoiceError
from steepest.objective.loss.named import LOSSES, choose_loss, losses_for
from steepest.objective.risk import Risk
from steepest.page.replay import (
    NETWORK_SCALES,
    PAGE_LOSSES,
    PAGE_RULES,
    PAGE_SCALES,
    repeats,
    trained_by_pages,
    walked_by_pages,
)
from steepest.page.schema import (
    ChoicesRecord,
    ExposureRecord,
    HeldOutRecord,
    LossRecord,
    NamesRecord,
    NetworkRecord,
    RunRecord,
    SceneRecord,
    SurfaceRecord,
    VerdictRecord,
)
from steepest.surface.surface import Surface
from steepest.trace import Trace
from steepest.view.scene import MOST_ROWS, some_rows, thinned
from steepest.view.story import Story, label, loss_label, shortened

__all__ = [
    "MOST_SAVED",
    "PAGE_POINTS",
    "VERSION",
    "Record",
    "next_points",
    "page_points",
    "run_record",
    "scene_record",
    "surface_record",
]

Array = NDArray[np.float64]
Record = Mapping[str, Any]
"""What a page is told: one of `schema.py`, or what a session adds to one."""

VERSION = 1

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

MOST_STEPS = 100_001
"""Points of a run that a page gets: all of the longest that it can ask for."""

MOST_SAVED = 20_001
"""Points of a run in a file that cannot walk it again."""

MOST_WALKED = 2000
"""Points of a run in a file that can: what the page makes of the choices is held to these."""

MOST_STEP_NUMBERS = 1_000_000
"""Params and gradients of all those steps together: 8 MB."""

MOST_ROW_NUMBERS = 400_000
"""Numbers of X that a page gets."""

MOST_EDITABLE = 5000
"""Rows of one feature that a page gets all of, so that it can compute with them itself."""

MOST_WORK = 5e7
"""Numbers of X that are read to fill in the losses that mini-batches left open."""

MOST_TRAINED = 400_000
"""Rows times params of a network that a page trains itself.

Of 292,000 a step took 4 to 5 ms in Chromium, so the 200 steps after a change take a second.
"""

MOST_PARAMS = 20_000
"""Params of a network on a page: each has a name, a number at every step, and a line of choice."""


def scene_record(
    story: Story,
    data: Data,
    objective: Risk,
    surface: Surface,
    usual: tuple[str, str],
    live: bool = False,
    known: dict[int, float] | None = None,
    separation: Verdict | None = None,
) -> SceneRecord:
    """Return all that a page shows of a run at first.

    `usual` are the two params that a surface is over if it is not over others. `live` says that
    Python computes for the page; `known` is as `run_record` has it. `separation` is the verdict on
    any run of these rows without a penalty: the page's own have it too. Raises ChoiceError for a
    loss of the reader's own, which is code that no page has.
    """
    if story.plan.loss_name not in LOSSES:
        raise ChoiceError(
            f"a page works out losses by itself, and the loss {story.plan.loss_name} is your own "
            "code, which it has not; make a figure or a film of the run"
        )
    shown = _shown_rows(data)
    whole, one = len(shown) == story.rows, len(data.features.names) == 1
    words = "" if whole else f"{len(shown):,} of {story.rows:,} rows drawn"
    plain = data.sample_weight is None
    alone = "page" if whole and plain and _computes(story, objective, one) else "record"
    # Rounding grows where a network is trained at the edge of stability, so its steps are kept.
    again = alone == "page" and objective.is_convex and repeats(story.plan)
    again = again and not story.trace.last.least
    most = MOST_STEPS if live else MOST_WALKED if again else MOST_SAVED
    names = _names(story, data)
    return {
        "version": VERSION,
        "title": story.title,
        "source": story.source,
        "rows": story.rows,
        "shown": len(shown),
        "dropped": story.dropped,
        "missing": data.features.missing or ("drop" if story.dropped else ""),
        "exposure": None if data.target.exposure is None else _exposure(data.target.exposure),
        "dates": {one.name: one.kind for one in data.features.columns if one.kind in DATES},
        "sampled": words,
        "features": names["features"],
        "target": names["target"],
        "params": names["params"],
        "columns": [column.name for column in data.features.columns],
        "terms": " + ".join(term.text for term in data.features.terms),
        "margins": objective.outputs,
        "weights": objective.layout.weights.stop,
        "network": _network(objective),
        "startWords": story.params_in_words,
        "prefix": story.weight_prefix,
        "losses": _losses(story, data.target.unit),
        "rules": list(PAGE_RULES),
        "named": list(RULES),
        "scales": list(PAGE_SCALES if objective.linear else NETWORK_SCALES),
        "engine": "python" if live else alone,
        "editable": one and whole and plain,
        "weighted": not plain,
        "X": dense_rows(data.X, shown).ravel(),
        "y": data.y[shown],
        "separation": None if separation is None else _verdict(separation),
        "rowNumbers": data.row_numbers[shown].astype(np.int32),
        "run": run_record(story, objective, most, known),
        "surface": surface_record(story, surface),
        "plane": [story.param_names.index(name) for name in _over(surface, usual)],
    }


def _over(surface: Surface, usual: tuple[str, str]) -> tuple[str, str]:
    """Return the two params that a surface is over, the usual ones where it is over directions."""
    return usual if surface.axes.word != "units" else (surface.axes.x_name, surface.axes.y_name)


def _shown_rows(data: Data) -> NDArray[np.intp]:
    """Return which rows a page gets: all of few, or the same random ones each time."""
    rows, features = data.X.shape
    if features == 1 and rows <= MOST_EDITABLE:
        return np.arange(rows)
    return some_rows(rows, max(1, min(MOST_ROWS, MOST_ROW_NUMBERS // features)))


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


def _computes(story: Story, objective: Risk, one: bool) -> bool:
    """Return whether the page itself can walk on all the rows; `one` says of one feature.

    Its own numbers are float64, so not where those of a network are float32.
    """
    if objective.linear is not None:
        return one and walked_by_pages(story.plan)
    if objective.dtype != FLOAT64:
        return False
    return objective.count * objective.size <= MOST_TRAINED and trained_by_pages(story.plan)


def _network(objective: Risk) -> NetworkRecord | None:
    """Return sizes, activation and random start of a network; None of one neuron."""
    network: Any = objective.to_record().get("network")
    if network is None:
        return None
    sizes = [objective.blocks.features, *network["units"], objective.outputs]
    told: NetworkRecord = {
        "units": network["units"],
        "activation": network["activation"],
        "initial": network["initial"],
        "sizes": sizes,
        "most": MOST_TRAINED,
    }
    if "dtype" in network:
        told["dtype"] = network["dtype"]
    return told


def _exposure(exposure: Exposure) -> ExposureRecord:
    """Return the exposure of the rows for a page."""
    return {"name": exposure.name, "log": exposure.log}


def _names(story: Story, data: Data) -> NamesRecord:
    """Return what features, target and params are called, with their units."""
    features, target = data.features, data.target
    named = zip(features.names, features.units, strict=True)
    params = zip(story.param_names, story.param_words, story.param_units, strict=True)
    return {
        "features": [{"name": n, "unit": u, "label": label(n, u)} for n, u in named],
        "target": {
            "name": target.name,
            "unit": target.unit,
            "label": label(target.name, target.unit),
            "classes": None if story.classes is None else list(story.classes),
        },
        "params": [
            {"name": n, "word": w, "unit": u, "label": label(story.long_word(i), u)}
            for i, (n, w, u) in enumerate(params)
        ],
    }


def _losses(story: Story, unit: str) -> list[LossRecord]:
    """Return the losses that fit the target: those that are offered, and the run's own."""
    own, plan = story.plan.loss_name, story.plan
    classes = None if story.classes is None else len(story.classes)
    fitting = [name for name in losses_for(classes) if name == own or name in PAGE_LOSSES]
    return [
        {
            "name": name,
            "label": loss_label(name, unit),
            "formula": choose_loss(name, classes, plan.delta, plan.quantile).formula,
        }
        for name in fitting
    ]


def run_record(
    story: Story,
    objective: Risk,
    most: int = MOST_STEPS,
    known: dict[int, float] | None = None,
) -> RunRecord:
    """Return a run for a page: its choices, its steps, how it ended and what is said of it.

    `most` is how many points are told, of longer runs the first ones and ever fewer after them.
    `known` has losses of all rows by step, and gets those that are worked out here: whoever keeps
    it has each worked out once.
    """
    plan, trace = story.plan, story.trace
    index = _kept_steps(trace, story.result.index, most)
    place = np.searchsorted(trace.kept, index)
    params = trace.params[place]
    losses = _full_losses(trace, index, params, objective, {} if known is None else known)
    return {
        "choices": _choices(plan, trace),
        "size": objective.size,
        "count": len(trace),
        "least": trace.last.least,
        "index": index.astype(np.int32),
        "params": params.ravel(),
        "gradient": trace.gradients[place].ravel(),
        "loss": trace.losses[index],
        "fullLoss": losses,
        "heldOut": _held_out(story, index),
        "norm": trace.gradient_norms[index],
        "rate": trace.learning_rates[index],
        "momentum": trace.momenta[index],
        "curvature": plan.curvature,
        "limit": plan.limit,
        "exactLimit": story.exact_limit,
        "best": _best(losses),
        "result": int(np.searchsorted(index, story.result.index)),
        "lowest": None if story.lowest is None else float(np.nanmin([story.lowest, *losses])),
        "stop": {"reason": story.stop.reason, "message": story.stop.message},
        "verdicts": [_verdict(one) for one in story.verdicts],
        "notes": [
            {"name": one.name, "message": one.message, "numbers": dict(one.numbers)}
            for one in story.notes
        ],
        "checks": [
            {"name": one.name, "state": one.state, "message": one.message} for one in story.checks
        ],
    }


def _verdict(one: Verdict) -> VerdictRecord:
    """Return a verdict for a page."""
    return {
        "level": one.level,
        "name": one.name,
        "message": one.message,
        "numbers": dict(one.numbers),
        "remedy": one.remedy,
        "source": one.source,
    }


def _kept_steps(trace: Trace, result: int, most: int) -> NDArray[np.intp]:
    """Return the steps that a page gets, start, best, `result` and last among them."""
    kept = trace.kept
    room = MOST_STEP_NUMBERS // (2 * max(trace.size, 1))
    chosen = kept[thinned(len(kept), max(2, min(most, room)))]
    always = [0, trace.best.index, result, len(trace) - 1]
    return np.union1d(chosen, np.array(always, dtype=np.intp))


def _full_losses(
    trace: Trace,
    index: NDArray[np.intp],
    params: Array,
    objective: Risk,
    known: dict[int, float],
) -> Array:
    """Return the losses of all rows, those that mini-batches left open worked out if few."""
    losses = trace.full_losses[index]
    holes = np.flatnonzero(np.isnan(losses))
    if len(holes) * objective.blocks.X.size > MOST_WORK:
        return losses
    with np.errstate(over="ignore", invalid="ignore"):
        for i, step in zip(holes, index[holes].tolist(), strict=True):
            if step not in known:
                known[step] = objective.value(params[i])
            losses[i] = known[step]
    return losses


def _held_out(story: Story, index: NDArray[np.intp]) -> HeldOutRecord | None:
    """Return the losses of the rows kept back at some steps, and how many rows they are."""
    best = story.trace.best_validated
    if best is None:
        return None
    losses = story.trace.validation_losses[index]
    return {"rows": story.validation_rows, "loss": losses, "best": best.index}


def _best(losses: Array) -> int:
    """Return where the lowest loss of all rows is; the start, if none is known."""
    return 0 if np.isnan(losses).all() else int(np.nanargmin(losses))


def _choices(plan: Plan, trace: Trace) -> ChoicesRecord:
    """Return what was chosen; a run that was given no number of steps chose those it took."""
    return {
        "loss": plan.loss_name,
        "rule": plan.rule.word,
        "learning_rate": plan.rate_in_words,
        "scale": plan.scale,
        "l1": plan.penalty.l1,
        "l2": plan.penalty.l2,
        "delta": plan.delta,
        "quantile": plan.quantile,
        "batch": plan.batch,
        "clip": plan.clip,
        "dropout": plan.dropout,
        "seed": plan.seed,
        "steps": max(1, trace.walked - 1) if plan.steps is None else plan.steps,
        "start": None if plan.random_start else trace[0].params.tolist(),
    }


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

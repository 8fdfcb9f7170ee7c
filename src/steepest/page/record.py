"""The record that a page reads: rows, run and surface as plain numbers, words and arrays.

The same shape for the saved file, the live page and the notebook; `wire.py` writes it down. A
page shows what is told here and works out no label and no unit of its own.
"""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepare import Data
from steepest.data.sparse import dense_rows
from steepest.descent.plan.method import Choices
from steepest.descent.rules import RULES
from steepest.objective.loss.named import LOSSES, choose_loss
from steepest.objective.loss.regression import Squared
from steepest.objective.risk import LinearObjective
from steepest.surface.surface import Surface
from steepest.trace import Trace
from steepest.view.scene import MOST_ROWS, some_rows, thinned
from steepest.view.story import Story, brief, label, loss_label

__all__ = ["PAGE_POINTS", "PAGE_RULES", "VERSION", "run_record", "scene_record", "surface_record"]

Array = NDArray[np.float64]
Record = dict[str, Any]

VERSION = 1

PAGE_RULES = ("steepest", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "plane")
"""The rules that stand once more in `web/descent.js`; a page offers no others."""

PAGE_RATES = ("auto", "time", "step", "cosine")
"""The words of a learning rate that stand once more in `web/engine/rates.js`; numbers do too."""

PAGE_LOSSES = ("squared", "absolute", "huber", "cross_entropy")
"""The losses that a page walks on, and so offers; of a run on another it has the steps."""

PAGE_SCALES = ("none", "standard", "round")
"""The coordinates of `web/engine/scales.js`."""

PAGE_POINTS = 101
"""Points a side of the surface: few enough to draw it anew while a data point is dragged."""

CHOSEN = (
    "loss",
    "rule",
    "learning_rate",
    "scale",
    "l1",
    "l2",
    "delta",
    "quantile",
    "batch",
    "seed",
)
"""The choices that a page is told as they are."""

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


def scene_record(
    story: Story,
    data: Data,
    objective: LinearObjective,
    surface: Surface,
    lowest: float | None,
    live: bool = False,
) -> Record:
    """Return all that a page shows of a run at first.

    `lowest` is the lowest loss of the objective, None if it is not known; `live` says that Python
    computes for the page.
    """
    shown = _shown_rows(data)
    whole, one = len(shown) == len(data.y), len(data.features.names) == 1
    words = "" if whole else f"{len(shown):,} of {len(data.y):,} rows drawn"
    plain = data.sample_weight is None
    alone = "page" if one and whole and plain and _known(story.choices) else "record"
    again = alone == "page" and _same_again(story.choices)
    most = MOST_STEPS if live else MOST_WALKED if again else MOST_SAVED
    return {
        "version": VERSION,
        "title": story.title,
        "source": story.source,
        "rows": story.rows,
        "shown": len(shown),
        "dropped": story.dropped,
        "sampled": words,
        **_names(story, data),
        "columns": [column.name for column in data.features.columns],
        "margins": objective.layout.biases,
        "losses": _losses(story, data.target.unit),
        "rules": list(PAGE_RULES),
        "named": list(RULES),
        "scales": list(PAGE_SCALES),
        "engine": "python" if live else alone,
        "editable": one and whole and plain,
        "weighted": not plain,
        "X": dense_rows(data.X, shown).ravel(),
        "y": data.y[shown],
        "rowNumbers": (shown + 1).astype(np.int32),
        "run": run_record(story, objective, lowest, most),
        "surface": surface_record(story, surface),
    }


def _shown_rows(data: Data) -> NDArray[np.intp]:
    """Return which rows a page gets: all of few, or the same random ones each time."""
    rows, features = data.X.shape
    if features == 1 and rows <= MOST_EDITABLE:
        return np.arange(rows)
    return some_rows(rows, max(1, min(MOST_ROWS, MOST_ROW_NUMBERS // features)))


def _known(choices: Choices) -> bool:
    """Return whether a page can walk the run again: it knows losses, rules and rates, not L1."""
    known = choices.rule in PAGE_RULES and choices.loss in PAGE_LOSSES and not choices.l1
    known = known and choices.scale in PAGE_SCALES
    return known and _walked_by_pages(choices.learning_rate)


def _walked_by_pages(rate: float | str) -> bool:
    """Return whether a page knows the learning rate: a number, however written, or a word."""
    try:
        return bool(np.isfinite(float(rate)))
    except ValueError:
        return str(rate).split(":")[0] in PAGE_RATES


def _same_again(choices: Choices) -> bool:
    """Return whether who walks the run again surely takes the same steps: rounding stays small.

    A searched rate magnifies it, and so do kinks and quotients of small gradients.
    """
    plain = choices.rule in ("steepest", "momentum", "nesterov")
    return plain and choices.learning_rate != "auto" and choices.loss != "absolute"


def _names(story: Story, data: Data) -> Record:
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


def _losses(story: Story, unit: str) -> list[Record]:
    """Return the losses that fit the target: those that are offered, and the run's own."""
    own, delta, quantile = story.choices.loss, story.choices.delta, story.choices.quantile
    classes = None if story.classes is None else len(story.classes)
    fitting = [name for name in LOSSES if (name == "cross_entropy") == (classes is not None)]
    fitting = [name for name in fitting if name == own or name in PAGE_LOSSES]
    return [
        {
            "name": name,
            "label": loss_label(name, unit),
            "formula": choose_loss(name, classes, delta, quantile).formula,
        }
        for name in fitting
    ]


def run_record(
    story: Story, objective: LinearObjective, lowest: float | None, most: int = MOST_STEPS
) -> Record:
    """Return a run for a page: its choices, its steps, how it ended and what is said of it.

    `lowest` is the lowest loss that is known of the objective; `most` is how many points are told,
    of longer runs the first ones and ever fewer after them.
    """
    choices, trace = story.choices, story.trace
    index = _kept_steps(trace, most)
    place = np.searchsorted(trace.kept, index)
    params = trace.params[place]
    losses = _full_losses(trace.full_losses[index], params, objective)
    known = choices.curvature if choices.rule in RULES else None
    return {
        "choices": _choices(choices, trace),
        "size": objective.size,
        "count": len(trace),
        "index": index.astype(np.int32),
        "params": params.ravel(),
        "gradient": trace.gradients[place].ravel(),
        "loss": trace.losses[index],
        "fullLoss": losses,
        "norm": trace.gradient_norms[index],
        "rate": trace.learning_rates[index],
        "momentum": trace.momenta[index],
        "curvature": choices.curvature,
        "limit": RULES[choices.rule]().limit(known) if known else None,
        "exactLimit": isinstance(objective.loss, Squared),
        "best": _best(losses),
        "lowest": None if lowest is None else float(np.nanmin([lowest, *losses])),
        "stop": asdict(story.stop),
        "verdicts": [asdict(verdict) for verdict in story.verdicts],
    }


def _kept_steps(trace: Trace, most: int) -> NDArray[np.intp]:
    """Return the steps that a page gets, the start, the best and the last among them."""
    kept = trace.kept
    room = MOST_STEP_NUMBERS // (2 * max(trace.size, 1))
    chosen = kept[thinned(len(kept), max(2, min(most, room)))]
    return np.union1d(chosen, np.array([0, trace.best.index, len(trace) - 1], dtype=np.intp))


def _full_losses(losses: Array, params: Array, objective: LinearObjective) -> Array:
    """Return the losses of all rows, those that mini-batches left open worked out if few."""
    holes = np.flatnonzero(np.isnan(losses))
    if len(holes) * objective.blocks.X.size > MOST_WORK:
        return losses
    filled = losses.copy()
    with np.errstate(over="ignore", invalid="ignore"):
        filled[holes] = [objective.value(params[i]) for i in holes]
    return filled


def _best(losses: Array) -> int:
    """Return where the lowest loss of all rows is; the start, if none is known."""
    return 0 if np.isnan(losses).all() else int(np.nanargmin(losses))


def _choices(choices: Choices, trace: Trace) -> Record:
    """Return what was chosen; a run that was told no number of steps chose those it took."""
    chosen = {name: getattr(choices, name) for name in CHOSEN}
    steps = max(1, len(trace) - 1) if choices.steps is None else choices.steps
    start = None if choices.random_start else trace[0].params.tolist()
    return chosen | {"steps": steps, "start": start}


def surface_record(story: Story, surface: Surface, walk: str = "none") -> Record:
    """Return a surface for a page, over params or, with `walk` a scale, over its coordinates."""
    axes, lowest = surface.axes, surface.lowest
    first, second = (story.param_names.index(name) for name in (axes.x_name, axes.y_name))
    px, py = axes.reading
    return {
        "nx": len(surface.x),
        "ny": len(surface.y),
        "x": surface.x,
        "y": surface.y,
        "loss": surface.loss.ravel(),
        "xLabel": _axis_label(story, first, walk),
        "yLabel": _axis_label(story, second, walk),
        "lossLabel": story.loss_label,
        "xName": surface.x_name,
        "yName": surface.y_name,
        "xIndex": first,
        "yIndex": second,
        "axes": "units" if walk == "none" else "walk",
        "held": axes.rest(surface.plane.origin),
        "ux": axes.u,
        "uy": axes.v,
        "px": px,
        "py": py,
        "slice": surface.is_slice,
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
    row, which = divmod(index, story.loss.margins)
    of = "" if story.loss.margins == 1 or story.classes is None else f"[{story.classes[which]}]"
    return f"round {row + 1}{brief(of)}"

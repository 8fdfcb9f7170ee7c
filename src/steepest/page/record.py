"""The record that a page reads: rows, run and surface as plain numbers, words and arrays.

The same shape for the saved file, the live page and the notebook; `wire.py` writes it down. A
page shows what is told here and works out no label and no unit of its own. Its types are in
`schema.py`; a run is told in `run_record.py`, a surface in `surface_record.py`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.dates import DATES
from steepest.data.exposure import Exposure
from steepest.data.float_types import FLOAT64
from steepest.data.prepared import Data
from steepest.data.sparse import dense_rows
from steepest.descent.named_rules import RULES
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
from steepest.page.run_record import MOST_STEPS, run_record, verdict_record
from steepest.page.schema import (
    DrawnRecord,
    ExposureRecord,
    LossRecord,
    ModelRecord,
    NamesRecord,
    NetworkRecord,
    OfferedRecord,
    RowsRecord,
    SceneRecord,
    SourceRecord,
    StandingRecord,
)
from steepest.page.standing_rows import standing_rows
from steepest.page.surface_record import surface_record
from steepest.surface.surface import Surface
from steepest.view.scene import MOST_ROWS, some_rows
from steepest.view.story import Story, label, loss_label

__all__ = ["MOST_SAVED", "VERSION", "Record", "scene_record"]

Record = Mapping[str, Any]
"""What a page is told: one of `schema.py`, or what a session adds to one."""

VERSION = 1

MOST_SAVED = 20_001
"""Points of a run in a file that cannot walk it again."""

MOST_WALKED = 2000
"""Points of a run in a file that can: what the page makes of the choices is held to these."""

MOST_ROW_NUMBERS = 400_000
"""Numbers of X that a page gets."""

MOST_FEATURES = 2
"""Features of a linear model that a page computes with itself."""

MOST_EDITABLE = 5000
"""Rows of so few features that a page gets all of, so that it can compute with them itself."""

MOST_TRAINED = 400_000
"""Rows times params of a network that a page trains itself.

Of 292,000 a step took 4 to 5 ms in Chromium, so the 200 steps after a change take a second.
"""

LEAST_SAMPLED = 1000
"""Rows of a sample that a page computes with: of fewer the loss is too far from that of all."""


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
    _check_loss(story)
    few = len(data.features.names) <= MOST_FEATURES
    shown = _shown_rows(data)
    whole = data.sample_weight is None and len(shown) == story.rows
    stands = not (live or whole) and few and _is_told_by_sums(story, data, objective)
    again = (whole or stands) and _computes(story, objective, few, story.rows)
    sample = None if live or again else _sample(story, data, objective, few)
    shown = shown if sample is None else sample
    alone = again or sample is not None
    drawn: DrawnRecord = {
        "run": run_record(story, objective, _most_steps(story, objective, live, again), known),
        "surface": surface_record(story, surface),
        "plane": [story.param_names.index(name) for name in _over(surface, usual)],
    }
    return {
        **_source(story, data, len(shown)),
        **_names(story, data),
        **_model(story, data, objective),
        **_offered(story, data, objective, stands=stands and alone),
        "engine": "python" if live else "page" if alone else "record",
        "editable": len(data.features.names) == 1 and whole and sample is None,
        "weighted": data.sample_weight is not None,
        **_rows(data, shown, separation, stands=stands and alone),
        **drawn,
    }


def _check_loss(story: Story) -> None:
    """Raise ChoiceError for a loss of the reader's own."""
    if story.plan.loss_name not in LOSSES:
        raise ChoiceError(
            f"a page works out losses by itself, and the loss {story.plan.loss_name} is your own "
            "code, which it has not; make a figure or a film of the run"
        )


def _most_steps(story: Story, objective: Risk, live: bool, alone: bool) -> int:
    """Return how many points of the run a page gets; `alone` says that it computes all of it.

    A page that walks again gets few; rounding grows where a network is trained at the edge of
    stability, so its steps are kept.
    """
    if live:
        return MOST_STEPS
    again = alone and objective.is_convex and repeats(story.plan) and not story.trace.last.least
    return MOST_WALKED if again else MOST_SAVED


def _source(story: Story, data: Data, shown: int) -> SourceRecord:
    """Return where the rows are from, and how many of them are `shown`."""
    return {
        "version": VERSION,
        "title": story.title,
        "source": story.source,
        "rows": story.rows,
        "shown": shown,
        "dropped": story.dropped,
        "missing": data.features.missing or ("drop" if story.dropped else ""),
        "exposure": None if data.target.exposure is None else _exposure(data.target.exposure),
        "dates": {one.name: one.kind for one in data.features.columns if one.kind in DATES},
        "sampled": "" if shown == story.rows else f"{shown:,} of {story.rows:,} rows drawn",
    }


def _rows(
    data: Data, shown: NDArray[np.intp], separation: Verdict | None, stands: bool
) -> RowsRecord:
    """Return the rows that are shown, and the verdict on any run of them without a penalty.

    `stands` asks for the few rows that stand for all.
    """
    return {
        "X": dense_rows(data.X, shown).ravel(),
        "y": data.y[shown],
        "separation": None if separation is None else verdict_record(separation),
        "rowNumbers": data.row_numbers[shown].astype(np.int32),
        "standing": _standing(data) if stands else None,
    }


def _standing(data: Data) -> StandingRecord:
    """Return the few rows on which the squared loss is that of all."""
    X, y = standing_rows(dense_rows(data.X, np.arange(len(data.y))), data.y)
    return {"X": X.ravel(), "y": y}


def _is_told_by_sums(story: Story, data: Data, objective: Risk) -> bool:
    """Return whether few rows can stand for all: of a squared loss, in whole steps, unweighted."""
    plan = story.plan
    squared = plan.loss_name == "squared" and story.classes is None and not plan.by_batches
    return squared and objective.linear is not None and data.sample_weight is None


def _model(story: Story, data: Data, objective: Risk) -> ModelRecord:
    """Return what the model is made of: columns, terms, outputs and layers."""
    return {
        "columns": [column.name for column in data.features.columns],
        "terms": " + ".join(term.text for term in data.features.terms),
        "margins": objective.outputs,
        "weights": objective.layout.weights.stop,
        "network": _network(objective),
        "startWords": story.params_in_words,
        "prefix": story.weight_prefix,
    }


def _offered(story: Story, data: Data, objective: Risk, stands: bool) -> OfferedRecord:
    """Return what a reader can choose from; rows that stand for all do so in their own loss."""
    losses = _losses(story, data.target.unit)
    return {
        "losses": [one for one in losses if not stands or one["name"] == story.plan.loss_name],
        "rules": list(PAGE_RULES),
        "named": list(RULES),
        "scales": list(PAGE_SCALES if objective.linear else NETWORK_SCALES),
    }


def _over(surface: Surface, usual: tuple[str, str]) -> tuple[str, str]:
    """Return the two params that a surface is over, the usual ones where it is over directions."""
    return usual if surface.axes.word != "units" else (surface.axes.x_name, surface.axes.y_name)


def _shown_rows(data: Data) -> NDArray[np.intp]:
    """Return which rows a page gets: all of few, or the same random ones each time."""
    rows, features = data.X.shape
    if features <= MOST_FEATURES and rows <= MOST_EDITABLE:
        return np.arange(rows)
    return some_rows(rows, max(1, min(MOST_ROWS, MOST_ROW_NUMBERS // features)))


def _sample(story: Story, data: Data, objective: Risk, few: bool) -> NDArray[np.intp] | None:
    """Return the rows, the same random ones each time, that a page computes with in place of all.

    None where it cannot compute, where rows weigh, or a sample would be too small or lack a class.
    """
    most = min(MOST_EDITABLE, MOST_ROW_NUMBERS // data.X.shape[1])
    if objective.linear is None:
        most = min(most, MOST_TRAINED // objective.size)
    if most < LEAST_SAMPLED or data.sample_weight is not None:
        return None
    sample = some_rows(story.rows, most)
    every = story.classes is None or len(np.unique(data.y[sample])) == len(story.classes)
    return sample if every and _computes(story, objective, few, len(sample)) else None


def _computes(story: Story, objective: Risk, few: bool, rows: int) -> bool:
    """Return whether the page itself can walk on so many rows; `few` says of one feature or two.

    Its own numbers are float64, so not where those of a network are float32.
    """
    if objective.linear is not None:
        return few and walked_by_pages(story.plan)
    if objective.dtype != FLOAT64:
        return False
    return rows * objective.size <= MOST_TRAINED and trained_by_pages(story.plan)


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

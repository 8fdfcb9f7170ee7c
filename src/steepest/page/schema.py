"""The schema of the record: the shape of all that a page gets, as types.

`python tools/page_types.py` writes the same types for the page's modules, `web/record.d.ts`, so
both sides are checked against this one. An array is flat where it has two axes; a number that is
not finite is null on the page, since JSON has no word for it, but arrays keep NaN and infinity.
"""

from typing import NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CheckRecord",
    "ChoicesRecord",
    "DrawnRecord",
    "ExposureRecord",
    "FeatureRecord",
    "HeldOutRecord",
    "LossRecord",
    "ModelRecord",
    "NamesRecord",
    "NetworkRecord",
    "NoteRecord",
    "OfferedRecord",
    "ParamRecord",
    "RouteRecord",
    "RowsRecord",
    "RunRecord",
    "SceneRecord",
    "SharpnessRecord",
    "SourceRecord",
    "StandingRecord",
    "StopRecord",
    "SurfaceRecord",
    "TargetRecord",
    "VerdictRecord",
]

Floats = NDArray[np.float64]
Whole = NDArray[np.int32]


class StopRecord(TypedDict):
    """Why a run ended."""

    reason: str
    message: str


class VerdictRecord(TypedDict):
    """One thing that is wrong with a run."""

    level: str
    name: str
    message: str
    numbers: dict[str, float]
    remedy: str
    source: str


class NoteRecord(TypedDict):
    """One thing worth knowing of a run of which nothing is wrong."""

    name: str
    message: str
    numbers: dict[str, float]


class CheckRecord(TypedDict):
    """One thing that was looked at, or was not, and why."""

    name: str
    state: str
    message: str


class ChoicesRecord(TypedDict):
    """What was chosen for a run; a rate is a number, `auto`, or a schedule in words."""

    loss: str
    rule: str
    learning_rate: float | str
    scale: str
    l1: float
    l2: float
    delta: float
    quantile: float
    batch: int | None
    clip: float | None
    dropout: float
    seed: int
    steps: int
    start: list[float] | None


class HeldOutRecord(TypedDict):
    """The losses of the rows kept back, (kept,), how many rows, and the step with the lowest."""

    rows: int
    loss: Floats
    best: int


class RunRecord(TypedDict):
    """A run: (kept,) numbers of the steps that are kept, (kept * size) params and gradients."""

    choices: ChoicesRecord
    size: int
    count: int
    least: float | None
    index: Whole
    params: Floats
    gradient: Floats
    loss: Floats
    fullLoss: Floats
    heldOut: HeldOutRecord | None
    norm: Floats
    rate: Floats
    momentum: Floats
    curvature: float | None
    limit: float | None
    exactLimit: bool
    best: int
    result: int
    lowest: float | None
    stop: StopRecord
    verdicts: list[VerdictRecord]
    notes: list[NoteRecord]
    checks: list[CheckRecord]


class RouteRecord(TypedDict):
    """Where all steps of a run lie on a surface, (steps,) each, and not only those it kept."""

    index: Whole
    x: Floats
    y: Floats


class SurfaceRecord(TypedDict):
    """A surface: (ny * nx) losses over (nx,) and (ny,) places, and its axes, (params,) each.

    It is `coarse` where a session, or the page, has one with more points on its way.
    """

    nx: int
    ny: int
    x: Floats
    y: Floats
    loss: Floats
    xLabel: str
    yLabel: str
    lossLabel: str
    xName: str
    yName: str
    xIndex: int | None
    yIndex: int | None
    axes: str
    held: Floats
    ux: Floats
    uy: Floats
    px: Floats
    py: Floats
    zero: list[float]
    slice: bool
    said: str
    numbers: dict[str, float]
    lowest: list[float] | None
    lowestLoss: float | None
    route: NotRequired["RouteRecord"]
    coarse: NotRequired[bool]


class FeatureRecord(TypedDict):
    """A feature, with its unit."""

    name: str
    unit: str
    label: str


class TargetRecord(TypedDict):
    """The target, with its unit, and its classes if it has any."""

    name: str
    unit: str
    label: str
    classes: list[str] | None


class ParamRecord(TypedDict):
    """A param, with its unit: `word` is what it is called for short."""

    name: str
    word: str
    unit: str
    label: str


class NamesRecord(TypedDict):
    """What features, target and params are called."""

    features: list[FeatureRecord]
    target: TargetRecord
    params: list[ParamRecord]


class LossRecord(TypedDict):
    """A loss that fits the target."""

    name: str
    label: str
    formula: str


class NetworkRecord(TypedDict):
    """A network: units of each hidden layer, of all as `sizes`, and the most that a page trains."""

    units: list[int]
    activation: str
    initial: str
    dtype: NotRequired[str]
    sizes: list[int]
    most: int


class ExposureRecord(TypedDict):
    """The exposure of the rows: the column, and whether it is its logarithm."""

    name: str
    log: bool


class SourceRecord(TypedDict):
    """Where the rows are from, and how many of them there are."""

    version: int
    title: str
    source: str
    rows: int
    shown: int
    dropped: int
    missing: str
    exposure: ExposureRecord | None
    dates: dict[str, str]
    sampled: str


class ModelRecord(TypedDict):
    """What the model is made of."""

    columns: list[str]
    terms: str
    margins: int
    weights: int
    network: NetworkRecord | None
    startWords: str
    prefix: str


class OfferedRecord(TypedDict):
    """What a reader can choose from."""

    losses: list[LossRecord]
    rules: list[str]
    named: list[str]
    scales: list[str]


class StandingRecord(TypedDict):
    """The few rows on which the squared loss is that of all: (features + 2) rows of X and y."""

    X: Floats
    y: Floats


class RowsRecord(TypedDict):
    """The rows that are shown, and the verdict on any run of them without a penalty.

    `standing` are those that a page computes with, where it has not all of them.
    """

    X: Floats
    y: Floats
    separation: VerdictRecord | None
    rowNumbers: Whole
    standing: StandingRecord | None


class SharpnessRecord(TypedDict):
    """The largest curvature at some steps, and that at which the rate is its limit, (points,)."""

    steps: Whole
    largest: Floats
    limits: Floats
    said: str


class DrawnRecord(TypedDict):
    """A run on a surface, over the `plane` of two params; of several the `others`, and a note.

    Of a run without rows `told` are the params that are told one by one, of `allParams`.
    """

    run: RunRecord
    surface: SurfaceRecord
    plane: list[int]
    others: NotRequired[list[RunRecord]]
    note: NotRequired[str]
    told: NotRequired[list[int]]
    allParams: NotRequired[int]
    sharpness: NotRequired[SharpnessRecord]


class SceneRecord(DrawnRecord, RowsRecord, OfferedRecord, ModelRecord, NamesRecord, SourceRecord):
    """All that a page shows at first: (shown * features) X, (shown,) y, a run and a surface."""

    engine: str
    editable: bool
    weighted: bool

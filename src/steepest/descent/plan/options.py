"""The options of a descent as they were given: words, numbers, or the reader's own functions.

Here and nowhere else an option is declared; see `option.py` for who reads the fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from typing import Any

from numpy.typing import ArrayLike

from steepest.data.float_types import FLOAT32, FLOAT64, float_type
from steepest.descent.named_rules import RULES
from steepest.descent.plan.named_rates import SCHEDULES, rate_in_words
from steepest.descent.plan.option import Kind, Part, described, option
from steepest.descent.rule import GradientTransformation
from steepest.descent.rules import GradientPlane
from steepest.descent.steps.step_size import Schedule
from steepest.errors import ChoiceError
from steepest.objective.coordinates.bounded import SCALES
from steepest.objective.loss.cross_entropy import CrossEntropy, Softmax
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.named import LOSSES
from steepest.objective.loss.poisson import Poisson
from steepest.objective.loss.quantile import Quantile
from steepest.objective.loss.regression import Absolute, Huber, Squared
from steepest.objective.model.activation import ACTIVATIONS
from steepest.objective.model.initial import INITIALISATIONS

__all__ = ["OPTIONS", "VALIDATION", "Options"]

VALIDATION = "validation"
"""The word for the rows that are kept back, as what ends a run and as the reason of its end."""


@dataclass(frozen=True, eq=False)
class Options:
    """The options of `steepest.descend`, as given.

    Raises ChoiceError for a number that is out of its range.
    """

    loss: str | Loss = option(
        "auto",
        Kind.WORD,
        Part.OBJECTIVE,
        "What is minimised, with its number if it has one (huber:3); auto goes by the target.",
        detail="Poisson is for counts: the prediction is `exp(X w + b)`. An object such as "
        "`Huber(3.0)` will do as well.",
        known=("auto", *LOSSES),
    )
    delta: float | None = option(
        None,
        Kind.NUMBER,
        Part.OBJECTIVE,
        "Where the Huber loss turns straight, in units of the target.",
        above=0.0,
        value=1.0,
    )
    quantile: float | None = option(
        None,
        Kind.NUMBER,
        Part.OBJECTIVE,
        "For the loss quantile: the share of the rows below the prediction.",
        above=0.0,
        value=0.5,
    )
    l1: float = option(
        0.0,
        Kind.NUMBER,
        Part.OBJECTIVE,
        "Penalty on the sizes of the weights: many come to rest at exactly 0.",
        detail="Adds `l1 |weights|_1` to the mean loss, the bias free, the weights in the units "
        "of the data. It needs a smooth loss, steps of all rows, and the rule auto, steepest or "
        "proximal, or of networks adam_proximal. The gradient of a step is then the minimum-norm "
        "subgradient, 0 in the minimum.",
    )
    l2: float = option(
        0.0,
        Kind.NUMBER,
        Part.OBJECTIVE,
        "Penalty on the squares of the weights.",
        detail="Adds `l2 / 2 |weights|^2` to the mean loss, the bias free; with `l1` it is an "
        "elastic net.",
    )
    hidden: Sequence[int] | None = option(
        None,
        Kind.SIZES,
        Part.OBJECTIVE,
        "Units of each hidden layer of a network: 8,8.",
        detail="All losses, rules and rates are there for it; with `l1` proximal ones.",
        metavar="UNITS,...",
        left_out="none, one neuron",
    )
    activation: str = option(
        "tanh",
        Kind.WORD,
        Part.OBJECTIVE,
        "What a hidden unit of a network answers to its sum; gelu is its approximation by tanh.",
        known=tuple(ACTIVATIONS),
    )
    init: str = option(
        "auto",
        Kind.WORD,
        Part.OBJECTIVE,
        "How the weights and biases of a network are drawn at first; auto is random.",
        detail="With random, hidden biases are drawn too; with the others they are 0, as in their "
        "papers.",
        known=("auto", *INITIALISATIONS),
    )
    dtype: str = option(
        FLOAT64.name,
        Kind.WORD,
        Part.OBJECTIVE,
        "What a network computes with: float32 has 7 digits, and takes half the memory.",
        detail="Rows, params, activations, gradients and what a rule keeps are float32 then; each "
        "row's loss and their sum are float64, and so are predictions. One neuron has float64 "
        "only, which the proofs of its minimum need.",
        known=(FLOAT64.name, FLOAT32.name),
    )
    bias: bool = option(
        True,
        Kind.SWITCH,
        Part.OBJECTIVE,
        "Whether there is a bias; without one the margin is 0 where all features are.",
        detail="Then scale is none or round, and there is no page.",
    )
    rule: str | GradientTransformation = option(
        "auto",
        Kind.WORD,
        Part.METHOD,
        "How a gradient becomes a direction, with its numbers if they are others (momentum:0.5).",
        detail="An object such as `Momentum(0.5)` will do as well. adamw ends elsewhere than in "
        "the minimum of the loss; proximal is what auto and steepest are with `l1`.",
        known=("auto", *RULES),
    )
    learning_rate: float | str | Schedule = option(
        "auto",
        Kind.RATE,
        Part.METHOD,
        "A number, auto, time:RATE, step:RATE, cosine:RATE, warmup:RATE, adgd, polyak[:LOWEST], "
        "silver, backtracking, exact or dog.",
        detail="Or a function of the step's index. auto is a search that never lets the loss "
        "rise (mini-batches: a safe rate that fades over the epochs; nesterov_restart and "
        "schedule_free: 1 / curvature). `adgd`, `backtracking`, `silver`, `exact` (squared loss), "
        "`polyak:LOWEST` (the lowest loss, 0 if left out) and, for mini-batches, `dog` are made "
        "for the rule steepest and found by themselves: `steepest.descent.steps.adaptive` says "
        "what each is promised, and where it fails.",
        metavar="RATE",
    )
    scale: str = option(
        "auto",
        Kind.WORD,
        Part.METHOD,
        "The coordinates in which steps are taken; results stay in your units.",
        known=("auto", *SCALES),
    )
    batch: int | None = option(
        None,
        Kind.WHOLE,
        Part.METHOD,
        "Go by mini-batches of so many rows.",
        detail="A step's loss is then its batch's, and the loss of all rows is worked out at the "
        "end of each epoch.",
        least=1,
        metavar="ROWS",
    )
    clip: float | None = option(
        None,
        Kind.NUMBER,
        Part.METHOD,
        "The most that a gradient may be long: of a longer one a step takes that much.",
        detail="Gradient clipping by norm, `g min(1, clip / |g|)`, in the coordinates of the scale "
        "(Pascanu, Mikolov & Bengio 2013). It needs a learning rate that is given: a search goes "
        "as far along a short gradient as along a long one.",
        above=0.0,
        metavar="LENGTH",
    )
    dropout: float = option(
        0.0,
        Kind.NUMBER,
        Part.METHOD,
        "The share of the hidden units of a network that each step leaves out, drawn for each row.",
        detail="Those that stay count `1 / (1 - dropout)` as much (Srivastava et al. 2014, "
        "inverted). It needs `batch`. A batch's loss and gradient are of the network that is left, "
        "the loss of all rows and all that is reported of the result are of the whole one.",
        below=1.0,
        metavar="SHARE",
    )
    start: ArrayLike | None = option(
        None,
        Kind.PARAMS,
        Part.METHOD,
        "Weights, then bias; or a saved run, where it ended.",
        detail="The weights go row by row, (features, k) for k > 2 classes, then k biases; a run "
        "must have the same features.",
        metavar="W,...,B|RUN",
        left_out="random",
    )
    seed: int = option(
        0, Kind.WHOLE, Part.METHOD, "Of the random start, mini-batches and rows kept back."
    )
    steps: int | None = option(
        None,
        Kind.WHOLE,
        Part.STOPPING,
        "How many.",
        left_out="until it has arrived, 100,000 at most, of a network 1,000",
    )
    epochs: int | None = option(
        None,
        Kind.WHOLE,
        Part.STOPPING,
        "How many passes over the rows, in place of steps.",
        detail="With mini-batches each is as many steps as there are batches, else one.",
    )
    tol: float | None = option(
        None,
        Kind.NUMBER,
        Part.STOPPING,
        "How small the gradient must be to have arrived; of a network, to stop.",
        detail="Relative to the norm at which one safe step would take away the whole loss of a "
        "constant guess; a run without `steps` and `tol` has 1e-10. With `l1` the duality gap has "
        "to be `tol` of that loss as well: no loss is lower by more. Of a network, whose curvature "
        "has no bound, it is relative to the mean slope since the start, `(f0 - f) / |x - x0|`, "
        "and its end says no more than that; without `tol` it goes on until nothing lower is "
        "found, or for `steps`.",
    )
    seconds: float | None = option(
        None, Kind.NUMBER, Part.STOPPING, "Stop after so many seconds.", above=0.0
    )
    stop: str = option(
        "auto",
        Kind.WORD,
        Part.VALIDATION,
        "validation: also where the loss of the rows kept back falls no more; its best step is "
        "the result.",
        detail="It needs `validation`.",
        known=("auto", VALIDATION),
    )
    patience: int = option(
        20,
        Kind.WHOLE,
        Part.VALIDATION,
        "With stop validation: how many losses of the rows kept back may be no lower, in a row.",
        least=1,
    )

    def __post_init__(self) -> None:
        for name, one in described(type(self)).items():
            given = getattr(self, name)
            if given is one.default:
                continue
            value = one.checked(given)
            if value is not given:
                object.__setattr__(self, name, value)

        object.__setattr__(self, "dtype", float_type(self.dtype).name)
        if self.stop not in ("auto", VALIDATION):
            raise ChoiceError(f"stop is {self.stop!r}; it must be auto or {VALIDATION}")
        if self.epochs is not None and self.steps is not None:
            raise ChoiceError(
                f"steps is {self.steps} and epochs {self.epochs}; give one of the two"
            )

    def in_steps(self, rows: int) -> "Options":
        """Return the options with epochs as steps: of so many rows, all or in batches."""
        if self.epochs is None:
            return self
        batches = -(-rows // self.batch) if self.batch else 1
        return replace(self, steps=self.epochs * batches, epochs=None)

    @property
    def by_validation(self) -> bool:
        """Whether the rows kept back say which step is the result."""
        return self.stop == VALIDATION

    @property
    def rate_in_words(self) -> float | str:
        """The learning rate as a number or a word; of a bare function, that it is one."""
        return rate_in_words(self.learning_rate)

    def to_dict(self) -> dict[str, object] | None:
        """Return what a file can hold of it, all but the start; None where that is not enough.

        A loss, a rule or a function of the reader's own is code, which no file of ours holds.
        """
        made = {name: _written(getattr(self, name)) for name in OBJECTS}
        if None in made.values():
            return None
        kept = {field.name: getattr(self, field.name) for field in fields(self)}
        del kept["start"]
        return {**kept, **made}

    @classmethod
    def from_dict(cls, written: Mapping[str, Any]) -> "Options":
        """Return the options whose `to_dict` gave `written`."""
        return cls(**{**written, **{name: _read(written[name]) for name in OBJECTS}})


OPTIONS = described(Options)
"""Every option by its name."""

OBJECTS = ("loss", "rule", "learning_rate")
"""The options that may be objects."""

OURS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        *RULES.values(),
        *SCHEDULES.values(),
        *(Squared, Absolute, Huber, Quantile, Poisson, CrossEntropy, Softmax),
    )
}

FORMER = {"Plane": GradientPlane}
"""Names that a file of an earlier version may have."""


def _written(given: object) -> str | float | dict[str, dict[str, Any]] | None:
    """Return a word or number as it is, an object of ours as its name and numbers, else None."""
    if isinstance(given, str):
        return given
    if isinstance(given, int | float):
        return float(given)
    if (
        is_dataclass(given)
        and not isinstance(given, type)
        and OURS.get(type(given).__name__) is type(given)
    ):
        return {type(given).__name__: asdict(given)}
    return None


def _read(written: Any) -> Any:
    """Return what `_written` gave, as it was."""
    if not isinstance(written, dict):
        return written
    ((name, numbers),) = written.items()
    return (OURS | FORMER)[name](**numbers)

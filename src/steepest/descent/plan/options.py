"""What was asked of a descent, as it was asked: words, numbers, or the reader's own functions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from numpy.typing import ArrayLike

from steepest.checks import number, whole_number
from steepest.descent.plan.named_rates import SCHEDULES, rate_in_words
from steepest.descent.rules import RULES, GradientTransformation
from steepest.descent.steps.step_size import Schedule
from steepest.objective.loss.loss import Loss

__all__ = ["Asked"]


@dataclass(frozen=True, eq=False)
class Asked:
    """The choices of a descent; see `steepest.descend` for what each of them says.

    Raises ChoiceError for numbers that cannot be.
    """

    loss: str | Loss = "auto"
    rule: str | GradientTransformation = "auto"
    learning_rate: float | str | Schedule = "auto"
    steps: int | None = None
    start: ArrayLike | None = None
    seed: int = 0
    scale: str = "auto"
    l1: float = 0.0
    l2: float = 0.0
    delta: float | None = None
    quantile: float | None = None
    batch: int | None = None
    tol: float | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        checked: dict[str, Any] = {
            "l1": number("l1", self.l1),
            "l2": number("l2", self.l2),
            "seed": whole_number("seed", self.seed, least=0),
        }
        for name in ("delta", "quantile"):
            if (value := getattr(self, name)) is not None:
                checked[name] = number(name, value, above=0)
        if self.steps is not None:
            checked["steps"] = whole_number("steps", self.steps, least=0)
        if self.batch is not None:
            checked["batch"] = whole_number("batch", self.batch, least=1)
        if self.tol is not None:
            checked["tol"] = number("tol", self.tol)
        if self.seconds is not None:
            checked["seconds"] = number("seconds", self.seconds, above=0)
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def rate_in_words(self) -> float | str:
        """The learning rate as a number or a word; of a bare function, that it is one."""
        return rate_in_words(self.learning_rate)

    def to_dict(self) -> dict[str, Any] | None:
        """Return what a file can hold of it, all but the start; None where that is not enough.

        A rule or a function of the reader's own is code, which no file of ours holds.
        """
        made = {
            "loss": self.loss if isinstance(self.loss, str) else self.loss.word,
            "rule": _written(self.rule),
            "learning_rate": _written(self.learning_rate),
        }
        if None in made.values():
            return None
        kept = {field.name: getattr(self, field.name) for field in fields(self)}
        del kept["start"]
        return kept | made

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Asked":
        """Return the options whose `to_dict` gave `kept`."""
        rule, rate = _read(kept["rule"]), _read(kept["learning_rate"])
        return cls(**{**kept, "rule": rule, "learning_rate": rate})


OURS: dict[str, Any] = {kind.__name__: kind for kind in (*RULES.values(), *SCHEDULES.values())}


def _written(choice: Any) -> Any:
    """Return a word or a number as it is, one of our rules or schedules as its name and numbers."""
    if isinstance(choice, str):
        return choice
    if isinstance(choice, int | float):
        return float(choice)
    if type(choice) in OURS.values():
        return {type(choice).__name__: asdict(choice)}
    return None


def _read(written: Any) -> Any:
    if not isinstance(written, dict):
        return written
    ((name, numbers),) = written.items()
    return OURS[name](**numbers)

"""Which rate: by a number, a word, a function of the step; or the one that a rule needs."""

from dataclasses import is_dataclass
from typing import Any

from steepest.descent.rule import Rule, word_of
from steepest.descent.steps.adaptive import ADAPTIVE, Backtracking
from steepest.descent.steps.step_size import (
    BarzilaiBorwein,
    Cosine,
    Fixed,
    Schedule,
    Scheduled,
    StepDecay,
    StepSize,
    TimeDecay,
    WarmUp,
)
from steepest.errors import ChoiceError

__all__ = ["OWN_RATE", "RATES", "choose_step_size", "rate_in_words", "step_size_of_rule"]

SCHEDULES = {"time": TimeDecay, "step": StepDecay, "cosine": Cosine, "warmup": WarmUp}

RATES = ("auto", *SCHEDULES, *ADAPTIVE)
"""The words that a learning rate may begin with."""

OWN_RATE = "a function of the step"
"""What is said of a learning rate that is a function of the reader's own."""

FORMS = {
    "time": "time:RATE[:DECAY]",
    "step": "step:RATE[:FACTOR[:EVERY]]",
    "cosine": "cosine:RATE[:STEPS]",
    "warmup": "warmup:RATE[:STEPS]",
}
"""The words of the schedules; what stands in brackets may be left out."""

HOW = (
    f"a number above 0, auto, {', '.join(FORMS.values())}, "
    "adgd, polyak[:LOWEST], silver, backtracking, exact or dog"
)


def choose_step_size(
    rate: float | str | Schedule, steps: int | None = None, curvature: float | None = None
) -> StepSize:
    """Return the learning rate for `rate`: a number, a word as above, or a function of the index.

    `steps` is how long a cosine runs, `curvature` the most that the objective curves, if known.
    Raises ChoiceError for what is none of them, and for a rate that is not above 0.
    """
    if isinstance(rate, type):
        raise ChoiceError(
            f"the learning rate is the class {rate.__name__}, but it must be {HOW}, or a function "
            "of the step; give what the class makes"
        )
    if callable(rate):
        return Scheduled(rate)
    if rate == "auto":
        return BarzilaiBorwein(curvature)
    if rate == OWN_RATE:
        raise ChoiceError(
            "the learning rate was a function of your own, which is in no file of a run; give it "
            "to load(path, learning_rate=...)"
        )
    if isinstance(rate, str):
        return _of_word(rate, steps, curvature)
    return Fixed(_number(rate))


def _of_word(word: str, steps: int | None, curvature: float | None) -> StepSize:
    """Return the learning rate of a word, `name` or `name:number:number`, or of a number's text."""
    kind, *texts = word.split(":")
    if kind in SCHEDULES:
        if not "".join(texts).strip():
            raise ChoiceError(f"the learning rate {word!r} has no number; {kind} is {FORMS[kind]}")
        return Scheduled(_schedule(kind, [_number(text, word) for text in texts], steps))
    if kind in ADAPTIVE:
        made: StepSize = _made(ADAPTIVE[kind], curvature, *(_number(text, word) for text in texts))
        return made
    return Fixed(_number(word))


def _schedule(kind: str, numbers: list[float], steps: int | None) -> Schedule:
    """Return the schedule `kind` with its numbers, the first of which is a rate."""
    arguments: list[Any] = list(numbers)
    if kind == "cosine":
        if steps is None and len(numbers) < 2:
            raise ChoiceError(
                "a cosine learning rate needs to know its end: say how many steps, or give a "
                "function of the step's index"
            )
        arguments = [*numbers, steps] if len(numbers) < 2 else arguments
    schedule: Schedule = _made(SCHEDULES[kind], *arguments)
    return schedule


def rate_in_words(rate: float | str | Schedule) -> float | str:
    """Return the learning rate as a number or a word; of a function of one's own, that it is one.

    >>> rate_in_words(TimeDecay(0.1)), rate_in_words(Cosine(0.5, 30)), rate_in_words(1)
    ('time:0.1', 'cosine:0.5:30', 1.0)
    """
    if isinstance(rate, str):
        return rate
    if not callable(rate):
        return float(rate)
    for name, kind in SCHEDULES.items():
        if type(rate) is kind:
            return word_of(name, rate)
    return str(rate) if is_dataclass(rate) else OWN_RATE


def _made(maker: Any, *arguments: Any) -> Any:
    """Return what `maker` makes of its arguments; ChoiceError if it does not take so many."""
    try:
        return maker(*arguments)
    except TypeError:
        raise ChoiceError(f"too many numbers in the learning rate; it is {HOW}") from None


def _number(rate: Any, word: Any = None) -> float:
    """Return a rate, or a number in the `word` of one; ChoiceError if it is none."""
    try:
        return float(rate)
    except (TypeError, ValueError):
        said = f"{rate!r}" if word is None else f"{word!r}, and {rate!r} is no number"
        raise ChoiceError(f"the learning rate is {said}, but it must be {HOW}") from None


def step_size_of_rule(rule: Rule, curvature: float | None) -> StepSize | None:
    """Return the rate that `auto` is for a rule that counts on the same one at every step.

    It is `1 / curvature`, for which such rules have their guarantee. None for all other rules.
    Without a bound on the curvature the restarted momentum, whose direction is always downhill,
    goes by backtracking. Raises ChoiceError where only the reader can tell the rate.
    """
    if not rule.constant_rate:
        return None
    if curvature:
        return Fixed(1.0 / curvature)
    if rule.is_always_downhill:
        return Backtracking()
    raise ChoiceError(
        "the rule schedule_free needs the same learning rate at every step, and without a bound "
        "on how the loss curves none is known; give a number, or choose the rule steepest"
    )

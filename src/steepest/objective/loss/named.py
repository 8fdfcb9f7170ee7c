"""Which loss: by its word, as an object, or by what there is to predict."""

from steepest.checks import number
from steepest.errors import ChoiceError
from steepest.numerals import plain
from steepest.objective.loss.cross_entropy import CrossEntropy, OfClasses, Softmax
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.members import lacking
from steepest.objective.loss.poisson import Poisson
from steepest.objective.loss.quantile import Quantile
from steepest.objective.loss.regression import Absolute, Huber, Squared

__all__ = ["LOSSES", "choose_loss", "losses_for", "wants_classes"]

LOSSES = ("squared", "absolute", "huber", "quantile", "poisson", "cross_entropy")

OF_CLASSES = ("cross_entropy",)
"""The losses of them whose target has classes."""

PLAIN: dict[str, type[Squared | Absolute | Poisson]] = {
    "squared": Squared,
    "absolute": Absolute,
    "poisson": Poisson,
}


def choose_loss(
    loss: str | Loss,
    classes: int | None,
    delta: float | None = None,
    quantile: float | None = None,
) -> Loss:
    """Return the loss that `loss` says, an object or a word; `classes` is None for a number.

    A word may bring its number: `huber:3` is `Huber(3.0)`, `quantile:0.8` is `Quantile(0.8)`; else
    `delta` is Huber's (1 if None) and `quantile` that of a quantile (0.5). `auto` is squared for a
    number and cross entropy for classes. Raises ChoiceError for an unknown word, for a loss that
    does not fit the target, and where the loss and `delta` or `quantile` say different numbers.
    """
    chosen = _named(loss, classes, delta, quantile) if isinstance(loss, str) else _object(loss)
    if (chosen.classes is None) != (classes is None):
        raise ChoiceError(_misfit(chosen.name, classes))
    if chosen.classes != classes:
        raise ChoiceError(
            f"the loss is {chosen!r}, but this target has {classes} classes; use cross_entropy"
        )
    for name, given in (("delta", delta), ("quantile", quantile)):
        own = chosen.numbers.get(name)
        if given not in (None, own) and own is not None:
            raise ChoiceError(
                f"the loss is {chosen.word}, of {name} {plain(own)}, but {name} is {given:g} as "
                "well; give one of the two"
            )
    return chosen


def wants_classes(loss: str | Loss) -> bool | None:
    """Return whether the loss needs a target of classes; None if the target's type decides."""
    name = loss.split(":")[0] if isinstance(loss, str) else getattr(loss, "name", "")
    if name in LOSSES:
        return name in OF_CLASSES
    return True if getattr(loss, "classes", None) else None


def losses_for(classes: int | None) -> list[str]:
    """Return the names of the losses of a target with classes, or of a number."""
    return [name for name in LOSSES if (name in OF_CLASSES) == (classes is not None)]


def _named(word: str, classes: int | None, delta: float | None, quantile: float | None) -> Loss:
    """Return the loss of a word, `name` or `name:number`."""
    name, *numbers = word.split(":")
    if word == "auto":
        name = "squared" if classes is None else "cross_entropy"
    if name not in LOSSES:
        raise ChoiceError(f"there is no loss {word!r}; choose one of auto, {', '.join(LOSSES)}")
    if len(numbers) > (name in ("huber", "quantile")):
        raise ChoiceError(
            f"the loss is {word!r}, but {name} takes no such number; numbers are for huber:DELTA "
            "and quantile:SHARE"
        )
    if name in OF_CLASSES:
        # A target that is a number is refused with this very name.
        return _of_classes(classes or 2)
    if name == "huber":
        return Huber(*_number("delta", numbers, delta))
    if name == "quantile":
        return Quantile(*_number("quantile", numbers, quantile))
    return PLAIN[name]()


def _number(name: str, numbers: list[str], given: float | None) -> list[float]:
    """Return the number of a word, or that given beside it, or none."""
    if numbers:
        return [number(name, numbers[0], above=0)]
    return [] if given is None else [given]


def _of_classes(classes: int) -> OfClasses:
    """Return the cross entropy of so many classes."""
    return CrossEntropy() if classes == 2 else Softmax(classes)


def _object(loss: Loss) -> Loss:
    """Return `loss` if it is one: neither its class nor something else."""
    if isinstance(loss, type) or not hasattr(loss, "name"):
        raise ChoiceError(
            f"the loss is {loss!r}, but it must be a word, one of auto, {', '.join(LOSSES)}, or a "
            "loss itself, such as steepest.Huber(3.0)"
        )
    if missing := lacking(loss):
        raise ChoiceError(
            f"the loss {loss.name} lacks {', '.join(missing)}; a subclass of "
            "steepest.objective.loss.regression.NumberLoss has all but name, formula, "
            "curvature_bound, value, slope and curvature"
        )
    return loss


def _misfit(name: str, classes: int | None) -> str:
    """Return why the loss and the target do not go together."""
    if classes is None:
        return f"the loss {name} needs a target of classes, but this target is a number"
    return (
        f"the loss {name} needs a target that is a number, but this target has {classes} "
        "classes; use cross_entropy"
    )

"""Which loss: by its name, or by what there is to predict."""

from steepest.errors import ChoiceError
from steepest.objective.loss.cross_entropy import CrossEntropy, Softmax
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.poisson import Poisson
from steepest.objective.loss.quantile import Quantile
from steepest.objective.loss.regression import Absolute, Huber, Squared

__all__ = ["LOSSES", "choose_loss"]

LOSSES = ("squared", "absolute", "huber", "quantile", "poisson", "cross_entropy")

PLAIN: dict[str, type[Squared | Absolute | Poisson]] = {
    "squared": Squared,
    "absolute": Absolute,
    "poisson": Poisson,
}


def choose_loss(
    name: str | Loss,
    classes: int | None,
    delta: float | None = None,
    quantile: float | None = None,
) -> Loss:
    """Return the loss called `name`; `classes` is None where the target is a number.

    `delta` is for Huber's loss, `quantile` for that of a quantile. `auto` is squared for a number
    and cross entropy for classes. Raises ChoiceError for an unknown name and for a loss that does
    not fit the target.
    """
    if not isinstance(name, str):
        return name
    if name == "auto":
        name = "squared" if classes is None else "cross_entropy"
    if name not in LOSSES:
        raise ChoiceError(f"there is no loss {name!r}; choose one of auto, {', '.join(LOSSES)}")
    if (name == "cross_entropy") != (classes is not None):
        raise ChoiceError(_misfit(name, classes))
    if name == "cross_entropy":
        return CrossEntropy() if classes == 2 else Softmax(classes or 0)
    if name == "huber":
        return Huber() if delta is None else Huber(delta)
    if name == "quantile":
        return Quantile() if quantile is None else Quantile(quantile)
    return PLAIN[name]()


def _misfit(name: str, classes: int | None) -> str:
    """Return why the loss and the target do not go together."""
    if classes is None:
        return f"the loss {name} needs a target of classes, but this target is a number"
    return (
        f"the loss {name} needs a target that is a number, but this target has {classes} "
        "classes; use cross_entropy"
    )

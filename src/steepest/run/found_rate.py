"""A learning rate that was found, and what can be asked of it."""

from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING

from steepest.run.drawn import Drawn
from steepest.view.format import Format
from steepest.view.rate_story import Array, RateStory, RateTrial

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FoundRate"]


class FoundRate(Drawn, RateStory):
    """A rate with its reason: `learning_rate`, `limit`, `margin`, `trials`, `range_test`, ..."""

    def __float__(self) -> float:
        """Return the rate."""
        return self.learning_rate

    def __repr__(self) -> str:
        """Return the rate, and of how many it is the best."""
        return (
            f"<FoundRate: {self.learning_rate:.4g} for {self.rule}, the best of "
            f"{len(self.trials)} after {self.steps} steps>"
        )

    def explain(self) -> str:
        """Return the rate and its reason in words and numbers."""
        from steepest.view.rate_words import tell_rate

        return tell_rate(self)

    def draw(self, wanted: Format) -> "Figure":
        """Return trials and range test as a figure."""
        from steepest.view.rate_figure import draw_rate

        return draw_rate(self, wanted)

    def to_dict(self) -> dict[str, object]:
        """Return it for JSON: what is no finite number is None."""
        test = self.range_test
        return {
            "learning_rate": self.learning_rate,
            "rule": self.rule,
            "scale": self.scale,
            "steps": self.steps,
            "start_loss": self.start_loss,
            "loss": self.best.loss,
            "limit": self.limit,
            "limit_is_exact": self.is_exact,
            "margin": _finite(self.margin),
            "steady": None if self.steady is None else _told(self.steady),
            "worse": None if self.worse is None else _told(self.worse),
            "trials": [_told(one) for one in self.trials],
            "range_test": {
                "rates": _all_finite(test.rates),
                "losses": _all_finite(test.losses),
                "steepest": test.steepest,
            },
        }


def _told(one: RateTrial) -> dict[str, object]:
    return asdict(one) | {"loss": _finite(one.loss)}


def _finite(number: float) -> float | None:
    return number if isfinite(number) else None


def _all_finite(numbers: Array) -> Sequence[float | None]:
    return [_finite(number) for number in numbers.tolist()]

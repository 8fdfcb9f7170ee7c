"""The objective written out, for libraries that minimise any function: losses, mean, penalty."""

from collections.abc import Mapping

from steepest.run.elsewhere.objective import NoEqualError, Terms

__all__ = ["losses_of_rows", "mean_loss"]


def losses_of_rows(
    terms: Terms, losses: Mapping[str, str], softmax: str, who: str = "it", whose: str = "its"
) -> str:
    """Return the losses of all rows as an expression: of `losses` by name, `softmax` of several.

    NoEqualError at kinks, to which none of the optimisers of the library, `who`, comes, and for a
    loss that it has not.
    """
    if terms.l1 or not terms.loss.smooth:
        raise NoEqualError(
            f"at a kink {whose} optimisers go to and fro: they reach the minimum of l1, or of an "
            "absolute loss, only in the limit of ever smaller steps"
        )
    if terms.loss.name not in losses:
        raise NoEqualError(f"{who} has no loss {terms.loss.name}")
    return softmax if terms.several else losses[terms.loss.name].format(**terms.loss.numbers)


def mean_loss(terms: Terms) -> str:
    """Return the mean of `losses`, by `weight` if there are some, and the penalty on `weights`."""
    penalty = f" + {terms.l2 / 2!r} * (weights ** 2).sum()" if terms.l2 else ""
    mean = f"(weight * losses).sum() / {terms.total!r}" if terms.weighted else "losses.mean()"
    return f"{mean}{penalty}"

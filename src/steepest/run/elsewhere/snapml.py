"""Why there is no equal in Snap ML."""

from steepest.run.elsewhere.objective import NoEqualError, Terms

__all__ = ["lines"]


def lines(terms: Terms) -> list[str]:
    """Raise NoEqualError: it penalises the bias, which is free here."""
    raise NoEqualError(
        "it penalises the bias with the weights, which is another minimum; its regularizer R "
        "is l2 = R / n for classes, and l2 = 2 R / n for numbers, of n rows"
    )

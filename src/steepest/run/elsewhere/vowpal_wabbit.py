"""Why there is no equal in Vowpal Wabbit."""

from steepest.run.elsewhere.objective import NoEqualError, Terms

__all__ = ["lines"]


def lines(terms: Terms) -> list[str]:
    """Raise NoEqualError: it learns row by row, with a rate that fades, and ends near a minimum."""
    raise NoEqualError(
        "it goes by single rows with a rate that fades, so it ends near a minimum, not in it, and "
        "its --l2 with the usual updates is another penalty: --l2 0.01 took a slope of 1 to 0.10"
    )

"""The errors that steepest raises on purpose: `SteepestError` and its three kinds.

A `RowError` is a ChoiceError on one row of X, whose place in its source is found later.

Every message says what was got, where, what is needed and what to do. The command line turns
each of these into one line and exit status 2; no other exception is meant to reach a user.
"""

from collections.abc import Callable

__all__ = ["ChoiceError", "DataError", "FileError", "RowError", "SteepestError"]


class SteepestError(ValueError):
    """The base of all errors that steepest raises on purpose."""


class DataError(SteepestError):
    """The data cannot be used as they are: a gap, a word among numbers, no such column."""


class ChoiceError(SteepestError):
    """A choice that was asked for cannot be: a negative learning rate, an unknown rule."""


class RowError(ChoiceError):
    """A choice cannot be for what a row holds: `{at}` in the `words` is the place of that row."""

    def __init__(self, words: str, row: int) -> None:
        super().__init__(words.format(at=f"row {row + 1} of those in use"))
        self.words, self.row = words, row

    def found(self, place: Callable[[int], str]) -> ChoiceError:
        """Return the error with the place that `place` has for the row, by its index from 0."""
        return ChoiceError(self.words.format(at=place(self.row)))


class FileError(SteepestError):
    """A file cannot be read or written: missing, damaged, foreign, or no room for it."""

"""The errors that steepest raises on purpose: `SteepestError` and its three kinds.

Every message says what was got, where, what is needed and what to do. The command line turns
each of these into one line and exit status 2; no other exception is meant to reach a user.
"""

__all__ = ["ChoiceError", "DataError", "FileError", "SteepestError"]


class SteepestError(ValueError):
    """The base of all errors that steepest raises on purpose."""


class DataError(SteepestError):
    """The data cannot be used as they are: a gap, a word among numbers, no such column."""


class ChoiceError(SteepestError):
    """A choice that was asked for cannot be: a negative learning rate, an unknown rule."""


class FileError(SteepestError):
    """A file cannot be read or written: missing, damaged, foreign, or no room for it."""

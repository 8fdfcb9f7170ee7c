"""The message to a page about an exception that nobody expected."""

import os
import traceback

__all__ = ["fault"]


def fault(error: Exception) -> str:
    """Return what to tell; with STEEPEST_DEBUG set the traceback is printed too.

    >>> fault(ValueError("no room"))
    'a fault of steepest itself, not of yours: ValueError: no room'
    """
    if os.environ.get("STEEPEST_DEBUG"):
        traceback.print_exception(error)
    return f"a fault of steepest itself, not of yours: {type(error).__name__}: {error}"

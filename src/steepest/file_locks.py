"""Locks on files, by which a process that was killed is known: its locks ended with it."""

import sys

if sys.platform != "win32":
    import fcntl

__all__ = ["lock"]


def lock(handle: int) -> bool:
    """Lock a file if nobody else has; return whether. A lock ends with its process, killed or not.

    Where files have no locks one that is open cannot be removed, or none is known to be litter.
    """
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

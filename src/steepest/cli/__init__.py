"""The command line, one of the doors: `commands.py` has the commands, `outputs.py` what they make.

A door only turns a request into calls; it knows nothing of losses or steps.
"""

from steepest.cli.commands import main

__all__ = ["main"]

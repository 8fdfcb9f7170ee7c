"""The command line: a file for each command, gathered by `program`.

`fit`, `resume`, `predict`, `show`, `play`, `data` and `demo` are the commands. A command only turns
a request into calls; it knows nothing of losses or steps. The options of a descent come from
`Options` by `options`; `outputs` has what a command makes of a run.
"""

from steepest.cli.program import main

__all__ = ["main"]

"""The command line: a file for each command, gathered by `program`.

`fit`, `resume`, `predict`, `show`, `diagnose`, `rate`, `path`, `play`, `lesson`, `classroom`,
`data` and `demo` are the commands. A command only turns a request into calls; it knows
nothing of losses or steps.
The options of a descent come from `Options` by `options`, those of tables are in `table_options`;
`outputs` has what a command makes of a run (`output_options` names it), `saving` how it is kept,
`what_runs` the command that would run where one is refused.
"""

import sys

from steepest.interrupts import as_a_program, patient

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C is one line and status 130, also while modules load.

    SIGTERM and SIGHUP keep the work as Ctrl-C does, and have the statuses 143 and 129.
    """
    program = as_a_program()
    try:
        with patient() as interrupted:
            from steepest.cli.program import load, run

            load(sys.argv[1:])
        if interrupted():
            raise KeyboardInterrupt
        run()
    except KeyboardInterrupt:
        print("steepest: interrupted", file=sys.stderr)
        sys.exit(program.status)
    finally:
        program.ended()

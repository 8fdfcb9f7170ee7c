"""`python -m steepest`, and the script `steepest`, are the command line.

Nothing is loaded but within `main`, so that Ctrl-C has an answer from its first line on. Until the
command line hears it, a press is noted: raised in the midst of an import it may be lost (in a
callback of importlib's locks), or leave `threading` half loaded, which complains at the end.
"""

# `signal` takes a while to load; this part of it is within Python.
import _signal  # type: ignore[import-not-found]
import os
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C while it loads is one line and status 130."""
    try:
        pressed: list[object] = []
        heard = _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler

        def note(*press: object) -> None:
            if pressed:  # the second ends at once, whatever is loading
                os.write(2, b"\nsteepest: interrupted\n")
                os._exit(130)
            pressed.append(press)

        if heard:
            _signal.signal(_signal.SIGINT, note)
        from steepest.cli import main as command_line

        if heard:
            _signal.signal(_signal.SIGINT, _signal.default_int_handler)
        if pressed:
            raise KeyboardInterrupt
        command_line()
    except KeyboardInterrupt:
        print("steepest: interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()

"""Docstrings as they are when the package runs, options and all: Griffe's, for `make docs`."""

import re
from importlib import import_module
from operator import attrgetter
from typing import Any

import griffe

OPTIONS = "{options}"
"""What stands in the source for the options, which are put in when the module is imported."""


class AsTheyRun(griffe.Extension):
    """Takes each docstring from the object itself, and sets its lists apart, as Markdown wants."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Replace what was read from the source."""
        if not obj.docstring:
            return
        text = obj.docstring.value
        if OPTIONS in text:
            module = obj.module.path
            found = attrgetter(obj.path.removeprefix(f"{module}."))(import_module(module))
            text = griffe.Docstring(found.__doc__).value
        obj.docstring.value = re.sub(r"(?m)^(?!- |  )(.+)\n- ", r"\1\n\n- ", text)

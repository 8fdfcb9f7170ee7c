"""What the command line answers to a test, and the fixture that asks it."""

from collections.abc import Callable
from typing import NamedTuple


class Answer(NamedTuple):
    status: int
    out: str
    err: str


Ask = Callable[..., Answer]

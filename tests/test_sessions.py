"""Sessions of the live page in a random order of messages, reloads, windows, slow readers."""

import os

import pytest
from sessions import simulate

from steepest.data.table import read_table
from steepest.session.opening import OpenData, open_table

LONG = int(os.environ.get("STEEPEST_SESSIONS", "400"))
"""How many sessions `make prove` plays; STEEPEST_SESSIONS=100000 is the long mode."""


@pytest.fixture(scope="module")
def opened() -> OpenData:
    return open_table(read_table("orings"))


@pytest.mark.parametrize("seed", range(6))
def test_some_sessions(opened: OpenData, seed: int) -> None:
    simulate(opened, seed)


@pytest.mark.prove
@pytest.mark.parametrize("tenth", range(10))
def test_many_sessions(opened: OpenData, tenth: int) -> None:
    for seed in range(tenth, LONG, 10):
        simulate(opened, seed)

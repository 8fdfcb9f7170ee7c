"""Sessions of the live page in a random order of messages, reloads, windows, slow readers."""

import os

import pytest
from sessions import Simulator

from steepest.data.table import read_table
from steepest.session.opening import open_table

MANY = int(os.environ.get("STEEPEST_SESSIONS", "100000"))
"""How many sessions `make prove` plays."""


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(open_table(read_table("orings")))


def test_some_sessions(simulator: Simulator) -> None:
    for seed in range(40):
        simulator.play(seed)


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("tenth", range(10))
def test_many_sessions(simulator: Simulator, tenth: int) -> None:
    for seed in range(tenth, MANY, 10):
        simulator.play(seed)
    assert simulator.answers.compared > MANY // 2000

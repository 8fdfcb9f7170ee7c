"""A limit on a question is asked inside the long work, and before work that nothing can stop."""

import tracemalloc
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import steepest as st
from steepest.data.prepare import prepare
from steepest.data.table import Table
from steepest.descent.plan.method import objective_of
from steepest.descent.plan.options import Options
from steepest.limits import check, check_decomposition, within
from steepest.objective.linear_algebra.factor import spectral
from steepest.session import Session, session


class GivenUpError(Exception):
    """Nobody waits for the answer any more."""


def wanted() -> None:
    """Never give up."""


def test_where_no_limit_is_set_nothing_is_asked() -> None:
    check()
    check_decomposition(10**6)


def test_a_matrix_that_takes_longer_than_is_left_is_not_decomposed() -> None:
    with within(10.0, 1e12, wanted):
        check_decomposition(500)
        with pytest.raises(st.ChoiceError, match="a matrix of 9,000 by 9,000 would take about"):
            check_decomposition(9000)
        check_decomposition(9000, 100)
    with (
        within(1e9, 1e6, wanted),
        pytest.raises(st.ChoiceError, match=r"300 by 300 would take .* and 4 MB"),
    ):
        spectral(np.eye(300)[None], 1e-10, stiffen=False)


def test_what_a_matrix_is_made_of_is_not_made_before_it_is_asked() -> None:
    """Of 300 classes: 64 rows of 300 gains by 300 margins twice take 92 MB, of 2,000 4 GB."""
    x, classes = np.random.default_rng(0).normal(size=1200), 300
    labels = pa.array([f"k{i % classes}" for i in range(len(x))]).dictionary_encode()
    data = prepare(Table(pa.table({"x": x, "k": labels}), "many"), "k", ["x"])
    objective = objective_of(data, Options())
    tracemalloc.start()
    with within(5.0, 1e12, wanted), pytest.raises(st.ChoiceError, match="19,200 by 600 would"):
        objective.recession(np.zeros(objective.size))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40e6


@pytest.mark.parametrize("threads", [1, 2])
def test_passes_over_the_rows_ask_between_their_blocks(threads: int) -> None:
    asked: list[int] = []

    def later() -> None:
        asked.append(1)
        if len(asked) > 40:
            raise GivenUpError

    rows = np.random.default_rng(0).normal(size=(100_000, 4))
    with within(1e9, 1e12, later), pytest.raises(GivenUpError):
        st.descend((rows, rows @ np.ones(4)), threads=threads, rule="adam", steps=10**6)


def test_work_that_is_given_up_ends_within_it() -> None:
    here = Session.of_run(st.descend("diabetes", "progression", steps=2))
    asked: list[int] = []

    def given_up() -> bool:
        asked.append(1)
        return len(asked) > 4

    choices: dict[str, Any] = {"rule": "adam", "learning_rate": 1e-9, "steps": 1}
    assert here.answer({"ask": "descend", "choices": choices}, given_up) == {"superseded": True}


def test_a_question_that_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Session.of_run(st.descend("diabetes", "progression", steps=2))
    monkeypatch.setattr(session, "LONGEST", 0.0)
    said = here.answer({"ask": "descend", "choices": {"steps": 5}})["error"]
    assert said.startswith("this has taken the 0 s that one question may take; take fewer columns")
    monkeypatch.undo()
    assert "error" not in here.answer({"ask": "descend", "choices": {"steps": 5}})

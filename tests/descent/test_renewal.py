"""When coordinates are renewed: after twice the steps that a whitening costs, and not if fast."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import problem

import steepest as st
from steepest.descent import renewal
from steepest.descent.checkpoint import Checkpoint, LastStep, WhiteningRecord
from steepest.descent.renewal import FAST, Renewal, WhenItPays


def made(features: int = 3, classes: int = 2, rows: int = 60) -> tuple[Any, WhenItPays]:
    kind = "softmax" if classes > 2 else "cross_entropy"
    X, y = problem(kind, 0, rows=rows, features=features, classes=classes)
    objective = st.LinearObjective(X, y, "cross_entropy")
    whitening = objective.hessian_whitening(objective)
    assert whitening is not None
    return objective, WhenItPays(whitening)


def test_coordinates_stay_as_they_are_unless_something_renews_them() -> None:
    objective, _ = made()
    at = objective.evaluate(np.zeros(4))
    stays = Renewal()
    assert not stays.due(objective, 1000, 1.0, None)
    assert stays.thinning(objective, None) == 1 and stays.renewed(objective, at, 1) is None


@pytest.mark.parametrize(
    ("features", "rows", "first"),
    [(3, 60, 3), (127, 300, 4), (255, 300, 8), (255, 128, 4), (255, 60, 3)],
)
def test_a_whitening_is_due_after_twice_the_steps_that_it_costs(
    features: int, rows: int, first: int
) -> None:
    """The features and the bias, or fewer rows, at 64 a step: 128 cost 2, so it is due after 4."""
    objective, renews = made(features, rows=rows)
    due = [since for since in range(20) if renews.due(objective, since, 1.0, None)]
    assert due == list(range(first, 20))


def test_a_gradient_that_shrinks_fast_needs_no_better_coordinates() -> None:
    objective, renews = made()
    assert renews.due(objective, 10, 1.01 * FAST, None)
    assert not renews.due(objective, 10, FAST, None)


def test_of_several_margins_the_first_whitening_is_due_once_it_is_paid() -> None:
    """Two matrices of 128 cost 4 steps with one margin, 2 with several, which are as dear."""
    objective, renews = made(features=255, classes=3, rows=300)
    before = WhiteningRecord(3, np.zeros(1), 300)
    assert [renews.due(objective, since, 1.0, None) for since in (3, 4)] == [False, True]
    assert [renews.due(objective, since, 1.0, before) for since in (7, 8)] == [False, True]


def test_each_margin_has_a_matrix_of_its_own_while_that_is_cheap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(renewal, "AFFORDABLE", 0.5)
    few, renews = made(features=4, classes=3)
    many, dear = made(features=60, classes=6, rows=400)
    for objective, renewing, shared in ((few, renews, False), (many, dear, True)):
        params = 0.1 * np.random.default_rng(0).normal(size=objective.size)
        found = renewing.renewed(objective, objective.evaluate(params), 1)
        assert found is not None
        assert (len(found.root.factor.root) == 1) == shared


def test_few_numbers_are_all_read_and_of_many_some(monkeypatch: pytest.MonkeyPatch) -> None:
    objective, renews = made(features=4, rows=3000)
    assert renews.thinning(objective, None) == 1
    monkeypatch.setattr(renewal, "FEW_NUMBERS", 100)
    monkeypatch.setattr(renewal, "ENOUGH_ROWS", 200)
    # 3,000 rows have 3 times 200 for each of 5 columns; no more than one in 4 is spared.
    assert renews.thinning(objective, None) == 3
    monkeypatch.setattr(renewal, "ENOUGH_ROWS", 10)
    assert renews.thinning(objective, None) == 4
    # Where some rows did not do for long, all are read.
    assert renews.thinning(objective, WhiteningRecord(3, np.zeros(5), 3000)) == 1
    assert renews.thinning(objective, WhiteningRecord(3, np.zeros(5), 200)) == 4


def test_after_a_whitening_the_newton_step_is_taken() -> None:
    data = problem("cross_entropy", 0, rows=80, features=4)
    run = st.descend(data, loss="cross_entropy", l2=0.05)
    (first, *_) = run.trace.whitened
    at = run.trace[int(first)]
    objective = run.objective
    directions = list(np.eye(objective.size))
    hessian = objective.curvature_along(objective.evaluate(at.params), directions)
    newton = at.params - np.linalg.solve(hessian, at.gradient)
    assert at.learning_rate == 1.0 and at.momentum == 0.0
    # A thousandth of the bound is added, so that no direction is flat.
    after = run.trace[int(first) + 1].params
    assert np.linalg.norm(after - newton) < 0.01 * np.linalg.norm(after - at.params)


numbers = some.floats(allow_nan=False)
vectors = some.lists(numbers, min_size=1, max_size=4).map(np.array)


@given(
    params=vectors,
    state=some.lists(some.one_of(vectors, numbers, some.integers(0, 99)), max_size=3).map(tuple),
    memory=some.one_of(some.none(), numbers, some.tuples(vectors, numbers)),
    is_first=some.booleans(),
    whitened=some.booleans(),
    reference=some.one_of(some.none(), vectors),
)
def test_a_checkpoint_comes_back_from_plain_arrays_to_the_bit(
    params: Any, state: Any, memory: Any, is_first: bool, whitened: bool, reference: Any
) -> None:
    last = None if is_first else LastStep(0.1, params, -params, 2 * params, memory, params)
    record = WhiteningRecord(3, params, 500, 2) if whitened else None
    one = Checkpoint(7, params, state, 60, last, record, 8.5, 0.25, reference)
    arrays = one.to_arrays()
    assert all(isinstance(array, np.ndarray) for array in arrays.values())
    again = Checkpoint.from_arrays(arrays)
    assert again is not None
    assert type(again.last) is type(last) and type(again.whitening) is type(record)
    assert_equal(again, one)


def assert_equal(left: Any, right: Any) -> None:
    if isinstance(right, Checkpoint):
        for name in Checkpoint._fields:
            assert_equal(getattr(left, name), getattr(right, name))
    elif isinstance(right, tuple):
        assert len(left) == len(right)
        for one, other in zip(left, right, strict=True):
            assert_equal(one, other)
    else:
        assert np.array_equal(left, right)


def test_arrays_without_a_checkpoint_have_none() -> None:
    assert Checkpoint.from_arrays({"params": np.ones(3)}) is None

from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import plain, problem

import steepest as st
from steepest.descent.sampling import Batches


def trained(batch: int, steps: int, seed: int = 0, kind: str = "squared", **more: Any) -> st.Run:
    data = problem(kind, 0)
    return st.descend(
        data, rule="steepest", learning_rate=0.01, batch=batch, steps=steps, seed=seed, **more
    )


def drawn(rows: int, size: int, seed: int, epochs: int) -> list[list[int]]:
    """Return which rows are in each batch, known by their target."""
    objective = st.LinearObjective(np.zeros((rows, 1)), np.arange(float(rows)), st.Squared())
    batches = Batches(objective, size, seed)
    return [
        one.blocks.y.astype(int).tolist()
        for one in islice(batches.after(0), epochs * batches.in_epoch)
    ]


@given(rows=some.integers(2, 40), size=some.integers(1, 50), seed=some.integers(0, 10**6))
def test_every_row_is_read_once_an_epoch(rows: int, size: int, seed: int) -> None:
    batches = drawn(rows, size, seed, epochs=3)
    each = len(batches) // 3
    for first in range(0, len(batches), each):
        read = [row for batch in batches[first : first + each] for row in batch]
        assert sorted(read) == list(range(rows))
    assert max(map(len, batches)) <= size


@given(rows=some.integers(2, 40), seed=some.integers(0, 2**70))
def test_the_orders_are_those_of_the_first_child_of_the_seed(rows: int, seed: int) -> None:
    """NumPy says of a seed and its children that their streams are independent."""
    child = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])
    assert drawn(rows, rows, seed, 2) == [child.permutation(rows).tolist() for _ in range(2)]


def test_the_start_is_drawn_from_the_seed_itself() -> None:
    run = trained(7, 0, seed=5)
    assert np.array_equal(run.trace[0].params, run.objective.random_start(np.random.default_rng(5)))


def test_the_order_depends_on_the_seed_alone() -> None:
    assert drawn(20, 3, 5, 2) == drawn(20, 3, 5, 2)
    assert drawn(20, 3, 5, 2) != drawn(20, 3, 6, 2)


def test_each_epoch_has_an_order_of_its_own() -> None:
    batches = drawn(20, 20, 0, 2)
    assert batches[0] != batches[1]


@pytest.mark.parametrize("kind", ["squared", "softmax"])
@pytest.mark.parametrize("batch", [1, 7, 30, 99])
def test_a_steps_loss_is_that_of_its_own_rows(kind: str, batch: int) -> None:
    loss = "cross_entropy" if kind == "softmax" else "squared"
    run = trained(batch, 12, seed=3, kind=kind, loss=loss, scale="none", l2=0.1)
    for step, rows in zip(run.trace, Batches(run.objective, batch, 3).after(0), strict=False):
        value, gradient = plain(kind, rows.blocks.X, rows.blocks.y, step.params, 0.1)
        assert step.loss == pytest.approx(value, rel=1e-12)
        assert np.allclose(step.gradient, gradient, rtol=1e-10, atol=1e-11)


def test_a_textbook_step_follows_the_batchs_gradient() -> None:
    run = trained(7, 12, scale="none")
    for here, there in zip(run.trace, list(run.trace)[1:], strict=False):
        assert np.array_equal(there.params, here.params - 0.01 * here.gradient)


def test_the_loss_of_all_rows_is_known_where_an_epoch_ends_and_at_the_last_step() -> None:
    run = trained(7, 13)  # 30 rows: 5 batches an epoch
    known = ~np.isnan(run.trace.full_losses)
    assert np.flatnonzero(known).tolist() == [0, 5, 10, 13]
    for step in run.trace:
        if known[step.index]:
            assert step.full_loss == run.objective.value(step.params)


def test_the_result_is_the_loss_of_all_rows() -> None:
    run = trained(7, 13)
    assert run.loss == pytest.approx(plain("squared", run.data.X, run.data.y, run.params)[0], 1e-14)


def test_a_batch_of_all_rows_is_the_whole_descent() -> None:
    one = trained(30, 20, scale="none")
    whole = st.descend(
        problem("squared", 0), rule="steepest", learning_rate=0.01, scale="none", steps=20
    )
    assert one.trace.losses == pytest.approx(whole.trace.losses, rel=1e-12)


@pytest.mark.parametrize("kind", ["squared", "softmax"])
def test_the_automatic_rate_of_batches_comes_near_the_minimum(kind: str) -> None:
    data = problem(kind, 0, rows=200)
    loss = "cross_entropy" if kind == "softmax" else "squared"
    best = st.descend(data, loss=loss).loss
    run = st.descend(data, loss=loss, batch=20, steps=2000)
    assert best <= run.loss <= 1.01 * best


def test_batches_are_the_same_bits_again() -> None:
    assert np.array_equal(trained(7, 13).trace.params, trained(7, 13).trace.params)


@pytest.mark.parametrize("batch", [0, -3])
def test_a_batch_needs_a_row(batch: int) -> None:
    with pytest.raises(st.ChoiceError, match=f"batch is {batch}, but"):
        trained(batch, 1)


def test_a_batch_without_slope_is_not_an_arrival() -> None:
    draw = np.random.default_rng(0)
    X = draw.normal(size=(30, 2))
    y = np.where(np.arange(30) < 25, 0.0, 5.0)
    for seed in range(20):
        run = st.descend((X, y), start=[0.0, 0.0, 0.0], batch=5, seed=seed, steps=None, seconds=0.2)
        assert run.stop.reason != "arrived"

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import steepest as st
from steepest import Step, Trace


def step(index: int, size: int = 2, loss: float | None = None, full: float | None = None) -> Step:
    """Return a step whose every number is told by its index."""
    loss = 100.0 - index if loss is None else loss
    return Step(
        index=index,
        params=np.arange(size) + 10.0 * index,
        loss=loss,
        full_loss=loss if full is None else full,
        gradient=-np.arange(size) - 10.0 * index,
        gradient_norm=2.0 * index,
        steepness=3.0 * index,
        learning_rate=0.1 / (index + 1),
        seconds=0.5 * index,
    )


def filled(length: int, size: int = 2, losses: Any = None, budget: int | None = None) -> Trace:
    trace = Trace(size) if budget is None else Trace(size, budget)
    for i in range(length):
        trace.append(step(i, size, None if losses is None else losses[i]))
    return trace


def same(one: Step, two: Step) -> bool:
    numbers = [name for name in one._fields if name not in ("params", "gradient")]
    return (
        np.array_equal([getattr(one, n) for n in numbers], [getattr(two, n) for n in numbers], True)
        and np.array_equal(one.params, two.params, equal_nan=True)
        and np.array_equal(one.gradient, two.gradient, equal_nan=True)
    )


@pytest.mark.parametrize("length", [1, 2, 63, 64, 65, 500])
def test_every_step_is_as_it_was(length: int) -> None:
    trace = filled(length)
    assert len(trace) == length
    assert all(same(trace[i], step(i)) for i in range(length))
    assert all(same(one, step(i)) for i, one in enumerate(trace))
    assert len(list(trace)) == length


def test_negative_indices_count_from_the_end() -> None:
    trace = filled(5)
    assert same(trace[-1], step(4))
    assert same(trace[-5], step(0))


@pytest.mark.parametrize("index", [5, -6, 100])
def test_there_is_no_other_step(index: int) -> None:
    with pytest.raises(IndexError, match=f"there is no step {index}: the trace has steps 0 to 4"):
        filled(5)[index]


def test_steps_follow_one_another() -> None:
    with pytest.raises(ValueError, match="step 7 cannot follow step 4"):
        filled(5).append(step(7))


def test_the_columns_are_the_steps() -> None:
    trace = filled(100)
    for column, name in [
        (trace.losses, "loss"),
        (trace.full_losses, "full_loss"),
        (trace.gradient_norms, "gradient_norm"),
        (trace.steepnesses, "steepness"),
        (trace.learning_rates, "learning_rate"),
        (trace.seconds, "seconds"),
    ]:
        assert column.tolist() == [getattr(one, name) for one in trace]
    assert np.array_equal(trace.params, [one.params for one in trace])
    assert np.array_equal(trace.gradients, [one.gradient for one in trace])
    assert trace.kept.tolist() == list(range(100))


@given(some.lists(some.floats(allow_nan=False), min_size=1, max_size=100))
def test_the_best_step_is_the_first_of_the_lowest(losses: list[float]) -> None:
    trace = filled(len(losses), losses=losses)
    assert trace.best.index == int(np.argmin(losses))


def test_losses_that_are_unknown_are_not_the_best() -> None:
    trace = Trace(2)
    for i, full in enumerate([5.0, np.nan, 3.0, np.nan]):
        trace.append(step(i, loss=0.0, full=full))
    assert trace.best.index == 2


def test_the_last_loss_can_be_made_known() -> None:
    trace = Trace(2)
    for i, full in enumerate([5.0, np.nan]):
        trace.append(step(i, loss=0.0, full=full))
    trace.fill_last(2.0)
    assert trace[-1].full_loss == trace.full_losses[-1] == 2.0
    assert trace.best.index == 1


def test_a_loss_that_is_known_stays() -> None:
    trace = filled(3)
    trace.fill_last(-1.0)
    assert trace[-1].full_loss == 98.0


def test_progress_is_counted_from_the_last_lower_loss() -> None:
    losses = [5.0, 4.0, 4.0, 4.0 * (1 - 1e-14), 4.5]
    assert filled(5, losses=losses).since_progress == 3


def small_budgets() -> Any:
    return {
        "length": some.integers(1, 400),
        "size": some.integers(1, 5),
        "vectors": some.integers(4, 70),
        "seed": some.integers(0, 10**6),
    }


def thinned(length: int, size: int, vectors: int, seed: int) -> Trace:
    losses = np.random.default_rng(seed).normal(size=length)
    return filled(length, size, losses.tolist(), budget=16 * size * vectors)


@given(**small_budgets())
def test_memory_stays_within_the_budget(length: int, size: int, vectors: int, seed: int) -> None:
    trace = thinned(length, size, vectors, seed)
    # First step, best and last are kept beside the budget.
    assert len(trace.kept) <= vectors + 3
    assert trace._regular.nbytes <= 16 * size * vectors


@given(**small_budgets())
def test_a_thin_trace_keeps_start_best_and_last(
    length: int, size: int, vectors: int, seed: int
) -> None:
    trace = thinned(length, size, vectors, seed)
    for i in {0, int(np.argmin(trace.losses)), length - 1}:
        assert i in trace.kept
        assert np.array_equal(trace[i].params, step(i, size).params)
        assert np.array_equal(trace[i].gradient, step(i, size).gradient)


@given(**small_budgets())
def test_kept_vectors_are_true_and_the_others_holes(
    length: int, size: int, vectors: int, seed: int
) -> None:
    trace = thinned(length, size, vectors, seed)
    kept = trace.kept
    assert np.array_equal(kept, np.unique(kept))
    assert trace.params.shape == trace.gradients.shape == (len(kept), size)
    assert np.array_equal(trace.params, [step(int(i), size).params for i in kept])
    assert np.array_equal(trace.gradients, [step(int(i), size).gradient for i in kept])
    for i in set(range(length)) - set(kept.tolist()):
        assert np.isnan(trace[i].params).all() and np.isnan(trace[i].gradient).all()


@given(**small_budgets())
def test_kept_steps_are_spread_evenly(length: int, size: int, vectors: int, seed: int) -> None:
    kept = thinned(length, size, vectors, seed)._regular.steps
    assert len(set(np.diff(kept).tolist())) <= 1
    assert len(kept) >= min(length, vectors) // 2


@given(**small_budgets())
def test_numbers_of_every_step_are_kept(length: int, size: int, vectors: int, seed: int) -> None:
    trace = thinned(length, size, vectors, seed)
    assert len(trace.losses) == len(trace) == length
    assert trace.seconds.tolist() == [0.5 * i for i in range(length)]


@given(**small_budgets())
def test_to_arrays_and_back_is_the_same(length: int, size: int, vectors: int, seed: int) -> None:
    trace = thinned(length, size, vectors, seed)
    again = Trace.from_arrays(trace.to_arrays())
    assert len(again) == length
    assert all(same(one, two) for one, two in zip(trace, again, strict=True))
    assert np.array_equal(again.kept, trace.kept)
    assert np.array_equal(again.params, trace.params)
    assert same(again.best, trace.best)


def test_a_trace_that_came_back_goes_on() -> None:
    trace = Trace.from_arrays(filled(70).to_arrays())
    for i in range(70, 200):
        trace.append(step(i))
    assert all(same(one, step(i)) for i, one in enumerate(trace))
    assert trace.best.index == 199


def test_to_arrow_has_a_row_a_step() -> None:
    table = filled(100).to_arrow()
    assert table.num_rows == 100
    assert table.column_names[0] == "index"
    assert table["loss"].to_pylist() == [100.0 - i for i in range(100)]
    assert table["params"].to_pylist() == [[10.0 * i, 10.0 * i + 1] for i in range(100)]


def test_to_arrow_has_null_where_vectors_were_given_up() -> None:
    trace = thinned(50, 2, 8, 0)
    params = trace.to_arrow()["params"].to_pylist()
    assert [i for i, one in enumerate(params) if one is not None] == trace.kept.tolist()


def test_the_largest_model_keeps_start_best_and_last() -> None:
    trace = filled(20, size=3, budget=0)
    assert {0, 19} <= set(trace.kept.tolist())
    assert len(trace.kept) <= 6


def test_a_step_that_was_handed_out_stays_as_it_was() -> None:
    trace = Trace(2, budget=128)
    for i in range(3):
        trace.append(step(i))
    held = trace[1]
    for i in range(3, 9):
        trace.append(step(i))
    assert held.params[0] == step(1).params[0]


def test_a_record_cannot_be_written_to() -> None:
    run = st.descend("geyser", "waiting", ["duration"])
    for array in (
        run.weights,
        run.params,
        run.trace.losses,
        run.trace.params,
        run.trace[1].gradient,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0


def test_a_slice_is_a_list_of_steps() -> None:
    trace = filled(6)
    assert [step.index for step in trace[1:5:2]] == [1, 3]
    assert [step.index for step in trace[-2:]] == [4, 5]


def test_a_step_is_equal_to_itself_alone() -> None:
    one, two = step(1), step(1)
    assert one == one
    assert one != two
    assert len({one, two}) == 2
    assert one in [two, one]


def test_a_step_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        step(1).loss = 0.0  # type: ignore[misc]


def whitened(at: set[int], length: int) -> Trace:
    trace = Trace(2)
    for i in range(length):
        trace.append(step(i)._replace(whitened=i in at, rows=i + 1))
    return trace


@given(some.sets(some.integers(0, 80)), some.integers(1, 80))
def test_steps_in_new_coordinates_are_known(at: set[int], length: int) -> None:
    trace = whitened(at, length)
    assert trace.whitened.tolist() == sorted(i for i in at if i < length)
    assert [one.index for one in trace if one.whitened is True] == trace.whitened.tolist()
    assert [one.rows for one in trace] == list(range(1, length + 1))


def test_the_former_name_of_whitened_is_deprecated() -> None:
    trace = whitened({3}, 6)
    with pytest.warns(DeprecationWarning, match=r"Trace\.rounded is now called whitened") as told:
        assert trace.rounded.tolist() == [3]
    assert told[0].filename == __file__
    with pytest.warns(DeprecationWarning, match=r"Step\.rounded is now called whitened"):
        assert trace[3].rounded is True


@given(some.lists(some.floats(0, 100) | some.just(float("nan")), min_size=1, max_size=60))
def test_full_losses_are_worked_out_only_where_they_are_missing(full: list[float]) -> None:
    trace = Trace(2)
    for i, loss in enumerate(full):
        trace.append(step(i, loss=0.0, full=loss))
    asked = []

    def value(params: Any) -> float:
        asked.append(int(params[0] // 10))
        return 1000.0 + asked[-1]

    known = trace.with_full_losses(value)
    missing = np.flatnonzero(np.isnan(full)).tolist()
    assert asked == missing
    assert known.full_losses.tolist() == [
        1000.0 + i if i in missing else loss for i, loss in enumerate(full)
    ]
    assert np.array_equal(trace.full_losses, full, equal_nan=True)
    assert known.best.index == int(np.argmin(known.full_losses))


@given(some.integers(2, 60), some.integers(4, 20), some.data())
def test_a_reopened_trace_goes_on_as_if_it_had_never_ended(
    length: int, vectors: int, data: some.DataObject
) -> None:
    cut = data.draw(some.integers(1, length))
    ended = filled(cut, budget=32 * vectors)
    ended.fill_last(0.0)
    whole, again = filled(length), ended.reopened(cut)
    for i in range(cut, length):
        again.append(step(i))
    assert len(again) == length
    assert np.array_equal(again.full_losses, whole.full_losses)
    assert again.best.index == whole.best.index
    for i in again.kept:
        assert np.array_equal(again[int(i)].params, whole[int(i)].params)


def test_what_was_filled_in_at_the_end_is_open_again() -> None:
    trace = Trace(2)
    for i, full in enumerate([5.0, np.nan]):
        trace.append(step(i, loss=0.0, full=full))
    trace.fill_last(2.0)
    again = trace.reopened(2)
    assert np.isnan(again.full_losses[-1]) and again.best.index == 0
    assert trace.full_losses[-1] == 2.0


def test_a_file_from_before_some_numbers_were_kept_has_zeros_for_them() -> None:
    arrays = filled(5).to_arrays()
    again = Trace.from_arrays({**arrays, "numbers": arrays["numbers"][:, :6]})
    assert again.losses.tolist() == filled(5).losses.tolist()
    assert not again.momenta.any() and not len(again.whitened)


@given(some.lists(some.floats(1e-6, 1e6), min_size=1, max_size=120))
def test_progress_is_what_a_plain_loop_counts(losses: list[float]) -> None:
    lowest, since = float("inf"), 0
    for loss in losses:
        lowest, since = (loss, 0) if lowest - loss > 1e-12 * loss else (lowest, since + 1)
    trace = filled(len(losses), losses=losses)
    assert trace.since_progress == since
    assert Trace.from_arrays(trace.to_arrays()).since_progress == since

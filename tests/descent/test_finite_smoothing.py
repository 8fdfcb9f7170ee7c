"""Absolute and quantile loss: their lowest point, against linear programs, and what is proved."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.typing import NDArray
from reference import pinball_program, problem
from scipy.optimize import minimize
from scipy.sparse import csr_array

import steepest as st
from steepest import ChoiceError, Quantile
from steepest.objective.kinks import fewer_rows

Array = NDArray[np.float64]
Problem = tuple[Array, Array]

NEAR = 1e-6
"""The share of a loss by which it may lie above the lowest."""


def _normal(rng: np.random.Generator, rows: int) -> Problem:
    X = rng.normal(size=(rows, 3))
    return X, X.sum(axis=1) + rng.normal(size=rows)


def _counts(rng: np.random.Generator, rows: int) -> Problem:
    return rng.integers(0, 4, (rows, 2)).astype(float), rng.poisson(3, rows).astype(float)


def _twins(rng: np.random.Generator, rows: int) -> Problem:
    X, y = _normal(rng, rows)
    return np.column_stack([X, X[:, 0], X.sum(axis=1)]), y


def _levels(rng: np.random.Generator, rows: int) -> Problem:
    return np.eye(4)[rng.integers(0, 4, rows)][:, 1:], np.round(
        100 * np.exp(rng.normal(6, 1, rows))
    )


def _unlike(rng: np.random.Generator, rows: int) -> Problem:
    X, y = _normal(rng, rows)
    return X * [1e-5, 1.0, 1e5] + [0.0, 1e4, 0.0], 1e-9 * y


def _wide(rng: np.random.Generator, rows: int) -> Problem:
    X, y = problem("squared", int(rng.integers(99)), rows=rows, features=rows + 3)
    return X, y


def _near_collinear(rng: np.random.Generator, rows: int) -> Problem:
    X, y = _normal(rng, rows)
    return np.column_stack([X, X[:, 0] + 1e-5 * rng.normal(size=rows)]), y


KINDS: dict[str, Callable[[np.random.Generator, int], Problem]] = {
    "normal": _normal,
    "counts": _counts,
    "twins": _twins,
    "levels": _levels,
    "unlike": _unlike,
    "wide": _wide,
    "near collinear": _near_collinear,
}


@settings(deadline=None, max_examples=60)
@given(
    kind=some.sampled_from(sorted(KINDS)),
    rows=some.sampled_from([4, 15, 60, 200]),
    share=some.sampled_from([0.01, 0.25, 0.5, 0.9, 0.99]),
    l1=some.sampled_from([0.0, 0.0, 0.02, 0.5]),
    weighted=some.booleans(),
    seed=some.integers(0, 10_000),
)
def test_it_reaches_the_linear_program_and_proves_it(
    kind: str, rows: int, share: float, l1: float, weighted: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    X, y = KINDS[kind](rng, rows)
    weight = np.append(rng.integers(0, 3, rows - 2), [1, 2]).astype(float) if weighted else None
    lowest = pinball_program(X, y, share, l1, weight)
    run = st.descend((X, y), loss="quantile", quantile=share, l1=l1, sample_weight=weight)
    rounding = 1e-9 * run.objective.null_loss
    assert lowest * (1 - NEAR) - rounding <= run.loss <= lowest * (1 + NEAR) + rounding
    assert run.loss - run.trace.gaps[-1] <= lowest * (1 + NEAR) + rounding
    assert (
        run.stop.reason in ("arrived", "settled") and "the duality gap proves" in run.stop.message
    )
    assert (np.diff(run.trace.losses) <= 1e-12 * run.objective.null_loss).all()
    assert run.verdicts == []


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_every_gap_on_the_way_is_one(share: float) -> None:
    X, y = problem("squared", 3, rows=200, features=3)
    lowest = pinball_program(X, y, share)
    run = st.descend((X, y), loss="quantile", quantile=share)
    assert (run.trace.losses - run.trace.gaps <= lowest * (1 + 1e-9)).all()
    assert len(run.trace) > 3 and (np.diff(run.trace.losses) < 0).all()


@pytest.mark.parametrize("l1", [0.0, 0.05])
def test_with_l2_it_reaches_the_quadratic_program(l1: float) -> None:
    X, y = problem("squared", 5, rows=14, features=2)
    share, l2 = 0.3, 0.2
    run = st.descend((X, y), loss="quantile", quantile=share, l1=l1, l2=l2)

    # Weights in two parts, bias, and what each row is too low and too high by.
    def value(at: Array) -> float:
        up, down, low, high = at[:2], at[2:4], at[5:19], at[19:]
        of_weights = l1 * (up + down).sum() + l2 / 2 * ((up - down) ** 2).sum()
        return float((share * low + (1 - share) * high).mean() + of_weights)

    def rows(at: Array) -> Array:
        return X @ (at[:2] - at[2:4]) + at[4] + at[5:19] - at[19:] - y

    first = np.concatenate([np.zeros(5), np.maximum(y, 0), np.maximum(-y, 0)])
    bounds = [(0, None)] * 4 + [(None, None)] + [(0, None)] * 28
    peer = minimize(
        value,
        first,
        bounds=bounds,
        constraints={"type": "eq", "fun": rows},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    assert run.loss == pytest.approx(peer.fun, rel=1e-6)
    assert run.loss <= peer.fun * (1 + 1e-9)
    assert run.trace.gaps[-1] <= 1e-9 * run.loss


def test_weights_that_l1_brings_to_rest_are_exactly_0() -> None:
    X, y = problem("squared", 1, rows=80, features=6)
    run = st.descend((X, y), loss="absolute", l1=0.5)
    assert 0 < np.sum(run.weights == 0.0) < 6
    assert run.loss == pytest.approx(2 * pinball_program(X, y, 0.5, 0.25), rel=1e-9)


@pytest.mark.parametrize("kind", ["normal", "levels", "twins", "wide"])
def test_the_seed_does_not_choose(kind: str) -> None:
    X, y = KINDS[kind](np.random.default_rng(1), 40)
    one, other = (st.descend((X, y), loss="absolute", seed=seed) for seed in (0, 7))
    assert not np.array_equal(one.trace[0].params, other.trace[0].params)
    assert np.array_equal(one.params, other.params)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_median_of_an_even_count_is_told_as_flat(seed: int) -> None:
    run = st.descend((np.ones((4, 1)), np.array([0.0, 1.0, 3.0, 9.0])), loss="absolute", seed=seed)
    assert run.params.tolist() == [0.0, 2.0]
    (note,) = (note for note in run.notes if note.name == "flat bottom")
    assert "bias anywhere from 1 to 3" in note.message and note.numbers == {"bias": 2.0}


def test_medians_of_groups_are_in_their_middles() -> None:
    rng = np.random.default_rng(2)
    group = np.repeat(np.arange(3), 20)
    y = rng.normal(size=60)
    X = (group[:, None] == [1, 2]).astype(float)
    run = st.descend((X, y), loss="absolute")
    medians = [np.median(y[group == one]) for one in range(3)]
    found = run.bias + np.append(0.0, run.weights)
    assert np.allclose(found, medians, rtol=0, atol=1e-12)
    ends = np.sort(y[group == 0])[9:11]
    (note,) = (note for note in run.notes if note.name == "flat bottom")
    assert note.numbers["bias"] == pytest.approx(ends[1] - ends[0], rel=1e-9)


def test_a_bottom_that_is_one_point_is_not_told_as_flat() -> None:
    run = st.descend(problem("squared", 0, rows=31), loss="absolute")
    assert not any(note.name == "flat bottom" for note in run.notes)


def test_a_start_at_the_bottom_stays() -> None:
    X, y = problem("squared", 0, rows=31)
    once = st.descend((X, y), loss="absolute")
    again = st.descend((X, y), loss="absolute", start=once)
    assert np.allclose(again.params, once.params, rtol=1e-12)
    assert again.loss == pytest.approx(once.loss, rel=1e-15)


@pytest.mark.parametrize("size", [1e-150, 1e-9, 1e9, 1e150])
def test_the_unit_of_the_target_does_not_matter(size: float) -> None:
    X, y = problem("squared", 4, rows=50, features=3)
    plain, scaled = (st.descend((X, unit * y), loss="absolute") for unit in (1.0, size))
    assert scaled.loss / size == pytest.approx(plain.loss, rel=1e-12)
    assert (plain.stop.reason, scaled.stop.reason) == ("arrived", "arrived")


def test_whole_weights_are_repeated_rows() -> None:
    X, y = problem("squared", 6, rows=40, features=2)
    weight = np.random.default_rng(0).integers(1, 4, 40)
    one = st.descend((X, y), loss="quantile", quantile=0.8, sample_weight=weight)
    times = np.repeat(np.arange(40), weight)
    other = st.descend((X[times], y[times]), loss="quantile", quantile=0.8)
    assert one.loss == pytest.approx(other.loss, rel=1e-12)
    assert np.allclose(one.params, other.params, rtol=1e-9)


def test_sparse_and_single_rows_have_the_same_minimum() -> None:
    X, y = problem("squared", 8, rows=120, features=4)
    X = X.astype(np.float32).astype(float)
    dense = st.descend((X, y), loss="quantile", quantile=0.7)
    for form in (csr_array(X), X.astype(np.float32)):
        run = st.descend((form, y), loss="quantile", quantile=0.7)
        assert run.loss == pytest.approx(dense.loss, rel=1e-12)


MANY = 6_000
"""Rows of two features of which a sample tells the first step."""


@pytest.fixture(scope="module")
def many() -> dict[str, Any]:
    X, y = problem("squared", 9, rows=MANY, features=2)
    return {"data": (X, y), "loss": "quantile", "quantile": 0.9}


def test_many_rows_go_by_few_to_the_same_minimum(
    many: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_few = st.descend(**many)
    monkeypatch.setattr(fewer_rows, "FEWER", MANY)
    of_all = st.descend(**many)
    assert by_few.trace.passes[-1] < of_all.trace.passes[-1]
    assert by_few.loss == pytest.approx(of_all.loss, rel=1e-12)
    assert by_few.trace.gaps[-1] <= 1e-12 * by_few.loss
    assert np.allclose(by_few.params, of_all.params, rtol=1e-9)


def test_any_number_of_threads_gives_the_same_bits(many: dict[str, Any]) -> None:
    one, two = (st.descend(**many, threads=threads) for threads in (1, 2))
    assert np.array_equal(one.trace.params, two.trace.params)


def test_many_weighted_rows_with_l1() -> None:
    X, y = problem("squared", 2, rows=MANY, features=2)
    weight = np.random.default_rng(0).integers(0, 3, MANY).astype(float)
    run = st.descend((X, y), loss="absolute", l1=0.1, sample_weight=weight)
    assert run.trace.gaps[-1] <= 1e-9 * run.loss
    assert (np.diff(run.trace.losses) <= 0).all()


def test_a_bottom_of_many_rows_is_flat_too() -> None:
    y = np.repeat([0.0, 1.0, 3.0, 4.0], MANY // 4)
    x = np.tile([-1.0, 1.0], MANY // 2)
    run = st.descend((x, y), loss="absolute")
    assert run.bias == pytest.approx(2.0, abs=1e-12) and run.loss == 1.5
    assert any(note.name == "flat bottom" for note in run.notes)


def test_another_rule_that_stops_at_a_kink_has_stalled() -> None:
    X, y = problem("squared", 3, rows=60, features=4)
    run = st.descend((X, y), loss="quantile", quantile=0.95, rule="steepest")
    assert run.stop.reason == "stalled" and "lower it by" in run.stop.message
    assert np.isnan(run.trace.gaps).all()


@settings(max_examples=15)
@given(
    kind=some.sampled_from(["normal", "counts", "twins", "levels"]),
    rows=some.sampled_from([15, 60, 200]),
    size=some.sampled_from([1e-3, 1.0, 1e9]),
    share=some.sampled_from([0.2, 0.5]),
    l2=some.sampled_from([1e-3, 0.1]),
    seed=some.integers(0, 10_000),
)
def test_with_l2_the_gap_closes_too(
    kind: str, rows: int, size: float, share: float, l2: float, seed: int
) -> None:
    X, y = KINDS[kind](np.random.default_rng(seed), rows)
    run = st.descend((X, size * y), loss="quantile", quantile=share, l2=l2 / size)
    assert run.stop.reason == "arrived" and run.trace.gaps[-1] <= 1e-10 * run.objective.null_loss


@settings(max_examples=12)
@given(
    kind=some.sampled_from(sorted(KINDS)),
    rows=some.sampled_from([15, 60, 200]),
    size=some.sampled_from([1e4, 1e6, 1e9, 1e13, 1e17, 1e40, 1e150]),
    weighted=some.booleans(),
    seed=some.integers(0, 10_000),
)
def test_huber_of_targets_far_beyond_its_delta_is_the_linear_program(
    kind: str, rows: int, size: float, weighted: bool, seed: int
) -> None:
    """A row's loss is delta times its absolute error, less half a delta squared at most."""
    rng = np.random.default_rng(seed)
    X, y = KINDS[kind](rng, rows)
    weight = np.append(rng.integers(0, 3, rows - 2), [1, 2]).astype(float) if weighted else None
    delta = 1.0 if kind != "unlike" else 1e-9
    lowest = 2.0 * size * pinball_program(X, y, 0.5, weight=weight)
    run = st.descend((X, size * y), loss=st.Huber(delta), sample_weight=weight)
    rounding = 1e-9 * run.objective.null_loss
    assert delta * (lowest - delta / 2) - rounding <= run.loss <= delta * lowest + rounding
    assert run.stop.reason == "arrived" and run.verdicts == []
    assert run.trace.gaps[-1] <= rounding


@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("delta", [1e-5, 1e-3, 0.1, 1.0, 10.0])
def test_huber_by_smoothing_is_that_by_the_plane(delta: float, l2: float) -> None:
    X, y = problem("squared", 3, rows=200, features=3)
    runs = [
        st.descend((X, y), loss="huber", delta=delta, l2=l2 * delta, rule=rule)
        for rule in ("smoothing", "plane")
    ]
    assert runs[0].loss == pytest.approx(runs[1].loss, rel=1e-9)
    assert runs[0].trace.gaps[-1] <= 1e-12 * runs[0].loss
    assert len(runs[0].trace) < 20


def test_many_rows_of_a_small_delta_go_by_few() -> None:
    X, y = problem("squared", 1, rows=MANY, features=3)
    runs = [st.descend((X, y), loss="huber", delta=1e-4, rule=rule) for rule in ("auto", "plane")]
    assert runs[0].loss <= runs[1].loss * (1 + 1e-12) and len(runs[0].trace) < 6
    assert runs[0].trace.gaps[-1] <= 1e-12 * runs[0].loss


def test_a_bottom_of_huber_is_flat_where_no_row_bends() -> None:
    run = st.descend((np.zeros((4, 1)), [0.0, 1e4, 3e4, 9e4]), loss="huber", delta=2.0)
    (note,) = (note for note in run.notes if note.name == "flat bottom")
    assert "bias anywhere from 10,002 to 29,998" in note.message
    assert run.bias == pytest.approx(2e4) and run.loss == pytest.approx(2 * 27500 - 2)


@pytest.mark.parametrize("options", [{"rule": "plane"}, {"l1": 0.1}])
def test_where_huber_bends_too_sharply_for_another_way_it_has_stalled(
    options: dict[str, Any],
) -> None:
    X, y = problem("squared", 3, rows=60, features=2)
    run = st.descend((X, 1e18 * y), loss="huber", **options)
    assert run.stop.reason == "stalled" and "larger delta" in run.stop.message
    assert len(run.trace) > 1


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a smooth loss": ({"rule": "smoothing"}, "smoothing is for the losses absolute and quantile"),
    "a rate": ({"loss": "absolute", "rule": "smoothing", "learning_rate": 0.1}, "a learning rate"),
    "batches": ({"loss": Quantile(0.1), "rule": "smoothing", "batch": 5}, "mini-batches were"),
    "l1 and a rate": ({"loss": "absolute", "l1": 0.1, "learning_rate": 0.1}, "l1 is 0.1, and the"),
    "l1 and a rule": ({"loss": "absolute", "l1": 0.1, "rule": "adam"}, "but the rule is adam"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_go_with_it_is_refused(name: str) -> None:
    options, message = REFUSED[name]
    with pytest.raises(ChoiceError, match=message):
        st.descend(problem("squared", 0), **options)


def test_words_and_report_tell_the_gap(tmp_path: Any) -> None:
    run = st.descend("geyser", "waiting", ["duration"], loss="absolute")
    assert "as the duality gap proves" in run.explain() and "finite smoothing" in run.explain()
    run.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    assert np.array_equal(again.trace.gaps, run.trace.gaps) and again.stop == run.stop
    assert any(check.name == "end" and "duality gap" in check.message for check in run.checks)


@pytest.mark.parametrize("loss", ["absolute", "quantile"])
@pytest.mark.parametrize("penalty", [{}, {"l1": 0.1}, {"l2": 0.1}], ids=str)
@pytest.mark.parametrize("offset", [1e10, 1e12])
def test_what_is_proved_of_a_large_target_is_true(loss, penalty, offset):
    """A gap has the rounding of its margins in it: the same rows without the offset are exact."""
    g = np.random.default_rng(0)
    X = g.normal(size=(300, 4))
    y = X @ [1.0, 2.0, -1.0, 0.5] + g.normal(size=300) + offset
    run = st.descend((X, y), loss=loss, **penalty)
    exact = st.descend((X, y - offset), loss=loss, **penalty)
    assert exact.trace[-1].gap < 1e-8
    assert abs(run.loss - exact.loss) <= run.trace[-1].gap

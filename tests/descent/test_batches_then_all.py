"""Mini-batches, then all rows: what steps see, which rate is found, and going on bit for bit."""

from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.descent.plan.batches_then_all import RATES
from steepest.descent.plan.successive_halving import successive_halving
from steepest.descent.rules import Adam
from steepest.descent.sampling import Batches
from steepest.errors import ChoiceError

COLUMNS = ("params", "losses", "full_losses", "gradient_norms", "learning_rates", "rows")


def waves(rows: int = 2100) -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(rows, 2))
    return X, np.sin(2.0 * X[:, 0]) + X[:, 1] + 0.1 * generator.normal(size=rows)


def grown(steps: int, rows: int = 2100, **more: Any) -> st.Run:
    return st.descend(waves(rows), hidden=(3,), rule="adam_lbfgs", steps=steps, **more)


WHOLE = 320


def same(one: st.Run, other: st.Run) -> bool:
    pairs = [(getattr(run.trace, name) for run in (one, other)) for name in COLUMNS]
    return all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)


def stretches(trace: st.Trace) -> list[slice]:
    """Return where batches at one rate or all rows stretch, one after the other."""
    rates = np.where(trace.rows == 256, trace.learning_rates, 0.0)
    ends = [0, *(np.flatnonzero(np.diff(rates)) + 1), len(rates)]
    return [slice(*pair) for pair in pairwise(map(int, ends))]


def test_batches_come_first_and_then_all_rows_on_which_the_loss_never_rises() -> None:
    """Twice: where all rows bring little it begins anew, and at last it stays on all rows."""
    trace = grown(500).trace
    rates = trace.learning_rates / trace.learning_rates[0]
    begun = [stretch.start for stretch in stretches(trace)]
    assert [trace.rows[at] for at in begun] == [256, 256, 2100, 256, 256, 2100]
    assert np.allclose(rates[begun][[0, 1, 3, 4]], [1.0, 0.1, 1.0, 0.1])
    for on_all in (stretches(trace)[2], stretches(trace)[5]):
        assert np.array_equal(trace.losses[on_all], trace.full_losses[on_all])
        assert (np.diff(trace.full_losses[on_all]) <= 1e-12).all()
    assert grown(500).loss == pytest.approx(np.nanmin(trace.full_losses), rel=1e-12)


def little(losses: Any, best: float = np.inf) -> tuple[int, float]:
    """Return how many of the last losses in a row took off little, and the best before them."""
    count = 0
    for loss in losses:
        count = 0 if loss <= 0.97 * best else count + 1
        best = loss if not count else best
    return count, best


def test_the_next_stage_begins_after_losses_that_took_off_little() -> None:
    trace = grown(500).trace
    losses, epoch = trace.full_losses, 2100 // 256
    rate, less, on_all, again = stretches(trace)[:4]
    first = losses[rate][np.isfinite(losses[rate])]
    assert np.isfinite(losses[rate][::epoch]).all()
    assert little(first)[0] == 2
    assert little(first[:-1])[0] < 2
    best = little(first)[1]
    second = losses[less][np.isfinite(losses[less])]
    assert little(second, best)[0] == 2
    best = little(second, best)[1]
    waits = 6 * (len(first) + len(second))
    assert little(losses[on_all], best)[0] == waits
    assert little(losses[on_all][:-1], best)[0] < waits
    anew = losses[again][np.isfinite(losses[again])]
    assert len(anew) >= 2 * len(first)
    assert little(anew)[0] >= 2


@pytest.mark.parametrize(
    ("place", "cut"),
    [("start", 3), ("falls", -1), ("falls", 0), ("all", -1), ("all", 0), ("all", 9), ("anew", 0)],
)
def test_a_run_goes_on_bit_for_bit(place: str, cut: int, tmp_path: Path) -> None:
    """On batches, where the rate falls, where all rows begin, on them, and where all is anew."""
    whole = grown(WHOLE)
    rates, rows = whole.trace.learning_rates, whole.trace.rows
    falls = int(np.flatnonzero(rates != rates[0])[0])
    begins = int(np.flatnonzero(rows == 2100)[0])
    anew = int(np.flatnonzero(np.diff(rows) < 0)[0]) + 1
    at = {"falls": falls, "all": begins, "anew": anew}.get(place, 0) + cut
    grown(at).save(tmp_path / "run.steepest")
    assert same(st.load(tmp_path / "run.steepest").resume(steps=WHOLE - at), whole)


def test_the_seed_says_all_and_threads_nothing() -> None:
    one = grown(120, threads=1)
    assert same(one, grown(120, threads=3))
    assert not same(one, grown(120, seed=1))


def test_the_best_of_five_rates_is_found() -> None:
    run = grown(0)
    start, units = run.trace[0].params, run.objective.standard_units
    batches = Batches(run.objective, 256, drops_rest=True)

    def loss_at(rate: float) -> float:
        sizes: dict[str, Any] = {"rule": "adam", "learning_rate": rate, "batch": 256}
        walk = st.steps(run.objective, start=start, scale="standard", **sizes)
        return run.objective.value(next(islice(walk, 4, None)).params)

    rates = (1e-6, 0.02, 1e9)
    found = successive_halving(Adam(), units, batches, start, rates)
    assert found.rate == 0.02 == min(rates, key=loss_at)
    assert found.rows_read == 3 * (2 * 256 + 2100) + 2 * (2 * 256 + 2100)
    hopeless = successive_halving(Adam(), units, batches, start, (np.inf, 1e300))
    assert hopeless.rate == 1e300


def test_rates_are_in_units_of_the_target() -> None:
    X, y = waves()
    one = st.descend((X, y), hidden=(3,), rule="adam_lbfgs", steps=30)
    other = st.descend((X, 1000.0 * y), hidden=(3,), rule="adam_lbfgs", steps=30)
    assert one.trace.learning_rates[0] / one.objective.margin_spread == pytest.approx(
        other.trace.learning_rates[0] / other.objective.margin_spread
    )
    assert any(
        one.trace.learning_rates[0] == pytest.approx(share / 3.0 * one.objective.margin_spread)
        for share in RATES
    )
    assert np.allclose(other.trace.losses, 1e6 * one.trace.losses, rtol=1e-6)


def test_auto_begins_on_batches_where_rows_are_many() -> None:
    X, y = waves(10_000)
    asked: dict[str, Any] = {"hidden": (2,), "seconds": 0.05}
    run = st.descend((X, y), **asked)
    assert run.plan.rule.name == "adam_lbfgs"
    assert "rate that successive halving finds: Jamieson & Talwalkar 2016" in run.plan.reasons
    assert "256 of 10,000 rows" in run.explain()
    assert st.descend((X[1:], y[1:]), **asked).plan.rule.name == "lbfgs"
    assert st.descend((X, y), hidden=(2,), steps=2).plan.rule.name == "lbfgs"


def test_what_does_not_go_with_it_is_said() -> None:
    for more in ({"learning_rate": 0.1}, {"batch": 32}):
        with pytest.raises(ChoiceError, match="finds its own rate and batches"):
            grown(3, **more)
    with pytest.raises(ChoiceError, match="is for networks, a smooth loss"):
        st.descend(waves(), rule="adam_lbfgs", steps=3)

"""Columns that are each other's multiple but for rounding, far from 0: unix seconds, and hours.

One of them alone has the same minimum: rounding of the other is no more data. With both, rounding
of a margin `X w + b` of weights along their difference is as large as what these weights do.
"""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.linear_model import LinearRegression

import steepest as st
from steepest.data.blocks import Blocks
from steepest.data.moments import moments
from steepest.objective.minimum.null_space import null_space

RNG = np.random.default_rng(0)
ROWS = 120
SECONDS = 1.76e9 + np.sort(RNG.uniform(0, 86_400, ROWS)).round()
Y = 20 + 5 * np.sin((SECONDS - 1.76e9) / 86_400 * 2 * np.pi) + RNG.normal(size=ROWS)
TARGETS: dict[str, Any] = {
    "squared": Y,
    "huber": Y,
    "absolute": Y,
    "quantile:0.9": Y,
    "poisson": Y.round(),
    "cross_entropy": np.where(Y > 20, "late", "early"),
}
OTHERS = {"hours": SECONDS / 3600, "days": SECONDS / 86_400}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("loss", TARGETS)
def test_both_columns_have_the_minimum_of_one(loss: str, other: str) -> None:
    y = TARGETS[loss]
    both = np.column_stack([SECONDS, OTHERS[other]])
    alone = st.descend((SECONDS[:, None], y), loss=loss)
    runs = [st.descend((both, y), loss=loss, seed=seed) for seed in range(2)]
    for run in runs:
        assert run.loss == pytest.approx(alone.loss, rel=1e-7)
        assert run.stop.reason in ("arrived", "settled")
        assert [note.name for note in run.notes if note.name == "rank"] == ["rank"]
        assert run.objective.value(run.params) == pytest.approx(run.loss, rel=1e-9)
    one, two = (run.objective.margins(run.params) for run in runs)
    assert np.allclose(one, two, rtol=1e-5, atol=1e-5)
    assert np.allclose(runs[0].weights, runs[1].weights, rtol=1e-4)


def test_the_minimum_is_that_of_the_rows_less_their_mean() -> None:
    both = np.column_stack([SECONDS, OTHERS["hours"]])
    centred = both - both.mean(axis=0)
    truth = LinearRegression().fit(centred, Y)
    run = st.descend((both, Y))
    assert run.loss == pytest.approx(np.mean((Y - truth.predict(centred)) ** 2), rel=1e-9)
    assert run.metrics()["r2"] == pytest.approx(truth.score(centred, Y), rel=1e-6)
    assert np.ptp(run.surface(points=3).loss) > 0


def test_twins_of_opposite_sign_do_not_run_away_at_kinks() -> None:
    x = RNG.normal(size=20)
    far = 1e8 - 0.5 * x
    X = np.column_stack([x, far, RNG.normal(size=(20, 2))])
    y = X[:, 2] + RNG.normal(size=20)
    design = np.column_stack([np.delete(X, 1, axis=1), np.ones(20)])
    cost = np.r_[np.zeros(4), np.full(20, 0.05), np.full(20, 0.95)] / 20
    unit = np.eye(20)
    bounds = [(None, None)] * 4 + [(0, None)] * 40
    found = linprog(cost, A_eq=np.c_[design, unit, -unit], b_eq=y, bounds=bounds, method="highs")
    run = st.descend((X, y), loss="quantile:0.05")
    assert run.loss == pytest.approx(found.fun, rel=1e-6)


@pytest.mark.parametrize("far", [1e3, 1e5, 1e7, 1e9])
def test_what_is_near_but_told_by_the_rows_stays(far: float) -> None:
    """A difference of a thousandth of the deviation is data wherever the columns are."""
    x, apart = RNG.normal(size=(2, 80))
    X = far + np.column_stack([x, x + 1e-3 * apart])
    found = null_space(Blocks(X, x), moments(Blocks(X, x)))
    assert found is None
    y = x + apart
    run = st.descend((X, y))
    assert run.loss < 1e-6 and run.stop.reason in ("arrived", "settled")

"""Counts over an exposure: the rates that scikit-learn fits with weights, told and kept."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from asked import Ask
from pyarrow import csv
from scipy.optimize import minimize
from sklearn.linear_model import PoissonRegressor

import steepest as st
from steepest.errors import ChoiceError, DataError


def claims(rows: int = 60, seed: int = 0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    age, kind = draw.normal(40, 10, rows).round(1), draw.choice(["car", "bike"], rows)
    years = draw.uniform(0.2, 3.0, rows).round(2)
    rate = np.exp(-1.0 + 0.02 * age + 0.5 * (kind == "bike"))
    return pd.DataFrame(
        {"age": age, "kind": kind, "years": years, "claims": draw.poisson(years * rate)}
    )


def likelihood(run: st.Run, data: pd.DataFrame) -> Any:
    """Return minus the logarithm of the probability of the counts, by SciPy's own minimiser."""
    Z = np.column_stack([run.data.X, np.ones(len(data))])
    y, offset = data["claims"].to_numpy(), np.log(data["years"].to_numpy())

    def loss(params: Any) -> tuple[float, Any]:
        mu = np.exp(Z @ params + offset)
        return float(mu.sum() - y @ (Z @ params)), Z.T @ (mu - y)

    return minimize(loss, run.params, jac=True, method="BFGS", options={"gtol": 1e-9})


def test_the_fit_is_that_of_counts_with_an_offset() -> None:
    data = claims()
    run = st.descend(data, "claims", loss="poisson", exposure="years")
    assert run.feature_names == ("age", "kind=car") or run.feature_names == ("age", "kind=bike")
    np.testing.assert_allclose(run.params, likelihood(run, data).x, rtol=1e-6)
    truth = PoissonRegressor(alpha=0.0, tol=1e-12, solver="newton-cholesky").fit(
        run.data.X, data["claims"] / data["years"], data["years"]
    )
    np.testing.assert_allclose(run.weights, truth.coef_, rtol=1e-7)
    np.testing.assert_allclose(
        run.predict(data), truth.predict(run.data.X) * data["years"], rtol=1e-7
    )
    np.testing.assert_allclose(run.predict(run.data.X), truth.predict(run.data.X), rtol=1e-7)


def test_an_offset_is_the_logarithm_and_numbers_do_as_well() -> None:
    data = claims()
    usual = st.descend(data, "claims", loss="poisson", exposure="years")
    logs = data.assign(log_years=np.log(data["years"])).drop(columns="years")
    X, y = usual.data.X, data["claims"]
    for run in (
        st.descend(logs, "claims", loss="poisson", offset="log_years"),
        st.descend(data.drop(columns="years"), "claims", loss="poisson", exposure=data["years"]),
        st.descend((X, y), loss="poisson", exposure=data["years"].to_numpy()),
        st.descend((X, y), loss="poisson", offset=np.log(data["years"])),
    ):
        np.testing.assert_allclose(run.params, usual.params, rtol=1e-8)


def test_weights_and_exposure_go_together_as_repeated_rows_do() -> None:
    data = claims()
    data["times"] = np.random.default_rng(1).integers(0, 3, len(data))
    run = st.descend(data, "claims", loss="poisson", exposure="years", sample_weight="times")
    again = data.loc[data.index.repeat(data["times"])].drop(columns="times")
    repeated = st.descend(again, "claims", loss="poisson", exposure="years")
    np.testing.assert_allclose(run.params, repeated.params, rtol=1e-8)
    assert run.metrics()["deviance_explained"] == pytest.approx(
        repeated.metrics()["deviance_explained"], rel=1e-10
    )


def test_rows_kept_back_count_by_their_exposure() -> None:
    data = claims()
    back = np.arange(60) >= 45
    split = st.descend(data, "claims", loss="poisson", exposure="years", validation=back.tolist())
    other = st.descend(
        data[~back], "claims", loss="poisson", exposure="years", validation=data[back]
    )
    assert split.metrics("validation")["rmse"] == pytest.approx(other.metrics("validation")["rmse"])
    assert other.metrics(data[back])["rmse"] == pytest.approx(other.metrics("validation")["rmse"])


def test_every_door_tells_it(ask: Ask) -> None:
    data = claims()
    data.loc[3, "years"] = np.nan
    data.to_csv("c.csv", index=False)
    fit = ["fit", "c.csv", "--target", "claims", "--loss", "poisson", "--exposure", "years"]
    told = ask(*fit, "--missing", "drop", "--save", "r")
    assert told.status == 0
    assert "claims is taken per years, and a row counts by years: predictions are rates" in told.out
    assert "1 row with gaps left out" in told.out and " per years, mean absolute error" in told.out
    report = json.loads(ask("show", "r", "--json").out)
    assert report["data"]["exposure"] == {"name": "years", "log": False}
    assert ask("resume", "r", "--steps", "1", "--save", "s").status == 0
    assert "'years' has 1 missing value" in ask("predict", "s", "c.csv").err
    assert ask("predict", "s", "c.csv", "-o", "b.csv", "--missing", "blank").status == 0
    assert csv.read_csv(Path("b.csv"))["predicted"].null_count == 1
    with pytest.raises(DataError, match="'years' has no value on row 4"):
        st.load("s").predict(data)
    data.dropna().to_csv("d.csv", index=False)
    assert ask("predict", "s", "d.csv", "-o", "p.csv").status == 0
    predicted = csv.read_csv(Path("p.csv"))["predicted"].to_numpy()
    np.testing.assert_allclose(predicted, st.load("s").predict(data.dropna()))
    data.drop(columns="years").to_csv("n.csv", index=False)
    assert "there is no column 'years' for the exposure" in ask("predict", "s", "n.csv").err


REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "another loss": ({"loss": "squared"}, ChoiceError, "is one of counts, but the loss is squared"),
    "both": ({"offset": "age"}, ChoiceError, "exposure and offset are both given"),
    "a feature": ({"features": ["years"]}, DataError, "'years' is a feature, it cannot be the"),
    "no column": ({"exposure": "yeers"}, DataError, "no column 'yeers' .* mean 'years'"),
    "words": ({"exposure": "kind"}, DataError, "the column 'kind' must hold numbers, got text"),
    "too few": ({"exposure": [1.0, 2.0]}, DataError, "exposure has 2 values, but there are 60"),
    "zero": ({"exposure": np.zeros(60)}, DataError, "exposure is 0 on row 1, but an exposure must"),
    "too large": (
        {"exposure": None, "offset": np.full(60, 1e4)},
        DataError,
        "offset is 10000 on row 1, and its exponential must be finite",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_exposure(name: str) -> None:
    options, error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        st.descend(claims(), "claims", **({"loss": "poisson", "exposure": "years"} | options))

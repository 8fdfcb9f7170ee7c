"""The summary: standard errors by the textbook's formulas, or why there are none; three tables."""

import json
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest
from asked import Ask
from numpy.typing import NDArray
from scipy import stats

import steepest as st
from steepest.diagnosis.student import two_sided_quantile
from steepest.errors import ChoiceError

Array = NDArray[Any]


def rows(seed: int = 0, count: int = 120) -> tuple[Array, dict[str, Array]]:
    """Return X of different units, far from 0, and a number, a class and a count for each row."""
    draw = np.random.default_rng(seed)
    X = draw.normal([0.0, 200.0, 3.0], [1.0, 10.0, 0.1], (count, 3))
    score = (X - X.mean(axis=0)) / X.std(axis=0) @ [0.5, 0.3, -0.4]
    return X, {
        "squared": X @ [1.0, 0.1, 2.0] + draw.normal(size=count),
        "cross_entropy": (draw.random(count) < 1 / (1 + np.exp(-score))).astype(int),
        "poisson": draw.poisson(np.exp(score + 0.5)),
    }


def by_formula(X: Array, y: Array, params: Array, loss: str, weight: Array | None) -> Array:
    """Return the standard errors from the information matrix, of centred columns, by SciPy."""
    bias = len(params) > X.shape[1]
    weight = np.ones(len(y)) if weight is None else weight
    Z = np.column_stack([X, np.ones(len(y))]) if bias else X
    margin = Z @ params
    curvature = {
        "squared": np.ones(len(y)),
        "cross_entropy": 1 / (2 + np.exp(margin) + np.exp(-margin)),
        "poisson": np.exp(margin),
    }[loss] * weight
    root = np.linalg.qr(Z * np.sqrt(curvature)[:, None], mode="r")
    inverse = np.linalg.inv(root)
    errors = np.sqrt((inverse**2).sum(axis=1))
    if loss == "squared":
        errors *= np.sqrt(weight @ (y - margin) ** 2 / (weight.sum() - len(params)))
    return errors


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("loss", ["squared", "cross_entropy", "poisson"])
def test_errors_and_intervals_are_those_of_the_theory(loss: str, bias: bool) -> None:
    X, targets = rows()
    weight = np.random.default_rng(1).integers(1, 4, len(X))
    for counts in (None, weight):
        run = st.descend((X, targets[loss]), loss=loss, bias=bias, sample_weight=counts, tol=1e-13)
        columns = run.summary(level=0.9).weights.to_dict()
        truth = by_formula(X, targets[loss], run.params, loss, counts)
        np.testing.assert_allclose(columns["standard_error"], truth, rtol=1e-10)
        freedom = (len(X) if counts is None else counts.sum()) - len(run.params)
        reach = stats.t.ppf(0.95, freedom) if loss == "squared" else stats.norm.ppf(0.95)
        np.testing.assert_allclose(columns["high_90%"], run.params + reach * truth, rtol=1e-10)
        np.testing.assert_allclose(columns["low_90%"], run.params - reach * truth, rtol=1e-10)
        assert columns["reason"] == [None] * len(run.params)


def test_whole_weights_are_repeated_rows_and_so_is_an_exposure_of_one() -> None:
    X, targets = rows(count=40)
    weight = np.random.default_rng(2).integers(0, 3, 40)
    y = targets["squared"]
    weighed = st.descend((X, y), sample_weight=weight).summary().weights.to_dict()
    again = np.repeat(np.arange(40), weight)
    repeated = st.descend((X[again], y[again])).summary().weights.to_dict()
    np.testing.assert_allclose(weighed["standard_error"], repeated["standard_error"], rtol=1e-9)
    counts = targets["poisson"]
    plain = st.descend((X, counts), loss="poisson").summary().weights.to_dict()
    over = st.descend((X, counts), loss="poisson", exposure=np.ones(40)).summary().weights
    np.testing.assert_allclose(plain["standard_error"], over.to_dict()["standard_error"], rtol=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_quantiles_are_scipys(level: float) -> None:
    for freedom in (1, 2, 3, 10, 101, 499, 500, 12345, 10**7):
        truth = stats.t.ppf((1 + level) / 2, freedom)
        assert two_sided_quantile(level, freedom) == pytest.approx(truth, rel=2e-12)
    normal = two_sided_quantile(level, float("inf"))
    assert normal == pytest.approx(stats.norm.ppf((1 + level) / 2), rel=1e-14)


WITHOUT: dict[str, tuple[dict[str, Any], str]] = {
    "penalty": ({"l2": 0.1}, "a penalty draws the weights towards 0 on purpose"),
    "l1": ({"l1": 0.1}, "a penalty draws the weights towards 0 on purpose"),
    "loss": ({"loss": "absolute"}, "they are there for the losses squared, poisson, and cross_en"),
    "network": ({"hidden": 2, "steps": 2}, "of a network there is no theory for them"),
    "end": ({"steps": 1, "rule": "steepest", "scale": "none", "learning_rate": 1e-9}, "not known"),
    "weights": ({"sample_weight": np.linspace(0.1, 2, 40)}, "no whole numbers do not say how oft"),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_where_there_are_none_the_reason_is_said(name: str) -> None:
    options, reason = WITHOUT[name]
    X, targets = rows(count=40)
    summary = st.descend((X, targets["squared"]), **options).summary()
    columns = summary.weights.to_dict()
    assert reason in columns["reason"][0] and set(columns["standard_error"]) == {None}
    assert f"no standard errors: {columns['reason'][0]}" in str(summary)
    assert "standard error " not in str(summary.weights)


def test_dependent_features_and_few_rows_have_none() -> None:
    X, targets = rows(count=40)
    twins = st.descend((X[:, [0, 0, 1]], targets["squared"])).summary().weights.to_dict()
    assert twins["reason"][0] == "the rows do not tell all weights"
    few = st.descend((X[:4], targets["squared"][:4])).summary().weights.to_dict()
    assert few["reason"][0] == "4 rows for 4 params leave nothing to tell the noise by"
    labels = targets["cross_entropy"]
    by_class = st.descend((X, labels), class_weight={"0": 2, "1": 3}).summary().weights.to_dict()
    assert "rows count by class, which does not say how often" in by_class["reason"][0]
    three = st.descend((X, np.arange(40) % 3), loss="cross_entropy").summary().weights.to_dict()
    assert "cross_entropy of two classes" in three["reason"][0]
    given = st.descend(lambda p: (float(p @ p), 2 * p), start=[3.0, 4.0]).summary()
    assert given.rows is None and "only the loss" in given.weights.to_dict()["reason"][0]


class Cells(HTMLParser):
    """The words of all cells of some HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.cells.append(data)


def test_the_tables_say_the_same_in_every_form(ask: Ask) -> None:
    table = pd.DataFrame({"a <b>": [1.0, 2.0, None, 4.0, 5.0, 7.0], "y": [1, 3, 4, 5, 6, 9]})
    table.to_csv("t.csv", index=False)
    fit = ["fit", "t.csv", "--target", "y", "--missing", "drop", "--validation", "last:0.2"]
    assert ask(*fit, "--save", "r").status == 0
    run = st.load("r")
    summary = run.summary()
    shown = ask("show", "r", "--summary")
    assert (shown.status, shown.out.rstrip()) == (0, str(summary))
    said = json.loads(ask("show", "r", "--summary", "--json").out)
    assert said == json.loads(json.dumps(summary.to_dict())) and list(said) == [
        *("weights", "run", "rows")
    ]
    row = summary.run.to_frame().iloc[0]
    assert (row["rows"], row["left_out"], row["validation_rows"]) == (4, "1 row with gaps", 1)
    assert row["r2"] == run.metrics()["r2"] and row["end"] == "arrived"
    assert row["validation_rmse"] == run.metrics("validation")["rmse"]
    worst = summary.rows
    assert worst is not None
    frame, rows_of_run = worst.to_frame(), run.table().to_pandas()
    assert frame["share"].is_monotonic_decreasing
    assert set(frame["row"]) == set(rows_of_run.nlargest(4, "share")["row"])
    assert worst.to_frame("polars").to_dicts() == worst.to_arrow().to_pylist()
    with pytest.raises(ChoiceError, match="package is 'R'; data frames are of pandas or polars"):
        worst.to_frame("R")
    weights = summary.weights.to_frame()
    assert list(weights["param"]) == ["a <b>", "bias"]
    assert weights.loc[0, "low_95%"] < weights.loc[0, "estimate"] < weights.loc[0, "high_95%"]
    assert worst.to_arrow().num_rows == 4
    page = summary.to_html()
    assert "a <b>" not in page and page.count("<table>") == page.count("</table>") == 3
    cells = " ".join(Cells(page).cells).split()
    assert cells == str(summary).split()


def test_a_level_is_a_share() -> None:
    run = st.descend("geyser", "waiting", ["duration"])
    with pytest.raises(ChoiceError, match="level is 1, but it must be between 0 and 1"):
        run.summary(level=1)

"""Saved pages that compute by themselves: of two features, and of any number of rows."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from doors import Doors, Menu, assert_steps, enter, loss_of, press, settle
from sklearn.linear_model import LinearRegression

import steepest as st
from steepest.numerals import short
from steepest.page.standing_rows import standing_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRESS_UNITS = """() => {
  const all = [...document.querySelectorAll('.st-turns button')];
  all.find((one) => one.textContent === 'Your units').click();
}"""

ROWS = 12_000

CHOICES: dict[str, Any] = {"rule": "steepest", "scale": "standard", "steps": 30}


def many(rows: int = ROWS) -> pa.Table:
    rng = np.random.default_rng(7)
    x = rng.normal(180.0, 14.0, rows)
    z = rng.gamma(3.0, 2.0, rows) + 0.02 * x
    return pa.table({"x": x, "z": z, "y": 40 * x - 3 * z + rng.normal(0.0, 300.0, rows)})


def assert_walks_like_python(
    doors: Doors, path: Path, table: Any, target: str, features: list[str], **more: Any
) -> None:
    """Change the rate in the saved page of a run, and check every step against Python's own."""
    asked = CHOICES | more
    st.descend(table, target, features, learning_rate=0.1, **asked).page(path)
    page = doors.file(path, "explore")
    enter(page, "learning rate as a number", "0.3")
    wanted = st.descend(table, target, features, learning_rate=0.3, **asked)
    assert_steps(page, wanted.trace_table(), 1e-9)


def test_a_page_of_two_features_takes_the_steps_of_python(doors: Doors, tmp_path: Path) -> None:
    features = ["flipper_length_mm", "bill_length_mm"]
    for target in ("body_mass_g", "species"):
        path = tmp_path / f"{target}.html"
        assert_walks_like_python(doors, path, "penguins", target, features, missing="drop")


def test_the_surface_of_two_features_is_seen_in_standard_units(
    doors: Doors, tmp_path: Path
) -> None:
    features = ["flipper_length_mm", "bill_length_mm"]
    run = st.descend("penguins", "body_mass_g", features, learning_rate=0.1, **CHOICES)
    run.page(tmp_path / "two.html")
    page = doors.file(tmp_path / "two.html", "explore")
    start = page.locator(".st-map .st-handle")
    standard = weight_in(start.get_attribute("aria-valuetext"))
    page.evaluate(PRESS_UNITS)
    settle(page)
    own = weight_in(start.get_attribute("aria-valuetext"))
    spread = run.data.X[:, 0].std()
    assert standard == pytest.approx(own * spread, rel=2e-3) and spread > 10


def weight_in(told: str | None) -> float:
    """Return the weight that the start of the map tells: "..., in standard units 71.48, bias"."""
    found = re.search(r"(?:units|\(g per mm\)) (-?[\d.,]+), bias", told or "")
    assert found
    return float(found[1].replace(",", ""))


@pytest.mark.parametrize("features", [["x"], ["x", "z"]])
def test_a_page_of_many_rows_computes_with_all_of_them(
    doors: Doors, tmp_path: Path, features: list[str]
) -> None:
    table = many()
    path = tmp_path / "many.html"
    assert_walks_like_python(doors, path, table, "y", features)
    assert path.stat().st_size < 1e6, "the rows themselves are not in the file"


def test_the_loss_at_params_typed_is_that_of_all_rows_and_batches_are_refused(
    doors: Doors, tmp_path: Path
) -> None:
    table = many()
    st.descend(table, "y", ["x"], learning_rate=0.1, **CHOICES).page(tmp_path / "many.html")
    page = doors.file(tmp_path / "many.html", "explore")
    enter(page, "weight", "41.5")
    enter(page, "bias", "-300")
    x, y = (table[name].to_numpy() for name in ("x", "y"))
    assert loss_of(page) == pytest.approx(np.mean((41.5 * x - 300 - y) ** 2), rel=1e-9)
    enter(page, "batch size", "32")
    said = page.locator(".st-fault").first.inner_text()
    assert "this page computes with sums over all rows" in said and "steepest play" in said


NOTE = "5,000 of 12,000 rows"


@pytest.mark.parametrize(
    "kind", ["classes", *(pytest.param(one, marks=pytest.mark.prove) for one in ("absolute",))]
)
def test_other_losses_are_of_a_sample_of_many_rows_and_say_so(
    doors: Doors, tmp_path: Path, kind: str
) -> None:
    table = many()
    target, more = {
        "absolute": ("y", {"loss": "absolute", "learning_rate": 100.0}),
        "classes": ("c", {"learning_rate": 0.5}),
    }[kind]
    classes = np.where(table["y"].to_numpy() > np.median(table["y"].to_numpy()), "high", "low")
    table = table.append_column("c", pa.array(classes))
    run = st.descend(table, target, ["x"], **CHOICES | more)
    run.page(tmp_path / "many.html")
    page = doors.file(tmp_path / "many.html", "explore")
    assert NOTE not in page.locator(".st-frame").inner_text(), "the run that came is of all rows"
    assert loss_of(page) == pytest.approx(run.trace.full_losses[0], rel=1e-12)
    press(page, "Keep this run and try another")
    enter(page, "bias", "1")
    drawn = page.locator('[data-card="chart"] svg').first
    assert f"Run 2: {NOTE}" in (drawn.text_content() or ""), "two runs of other rows on one axis"
    page = doors.file(tmp_path / "many.html", "explore")
    start = page.get_by_label("weight", exact=True).input_value()
    enter(page, "weight", f"{float(start.replace(',', '')) * 1.5:.6g}")
    sample = np.sort(np.random.default_rng(0).choice(ROWS, 5000, replace=False))
    own = {"start": [float(value) for value in Menu(page).told()["start"].split(",")]}
    few = st.descend(table.take(sample), target, ["x"], **CHOICES | more | own)
    assert_steps(page, few.trace_table(), 1e-9)
    assert NOTE in page.locator(".st-frame").inner_text()
    assert NOTE in page.locator(".st-runs").inner_text()
    assert NOTE in (page.locator('[data-card="chart"] svg').first.text_content() or "")
    params = few.trace[0].params
    costs = row_losses(few, params)
    wide = costs.std(ddof=1) / np.sqrt(5000) * np.sqrt(1 - 5000 / ROWS)
    told = page.locator(".st-loss-number small").text_content() or ""
    assert told == f" ± {short(wide, 2)}"
    whole = st.descend(table, target, ["x"], **CHOICES | more | own | {"steps": 0})
    assert abs(whole.loss - loss_of(page)) < 4 * wide
    # How much a loss fell is known better: the same rows were taken before and after.
    press(page, "Step")
    fall = row_losses(few, few.trace[1].params) - costs
    paired = fall.std(ddof=1) / np.sqrt(5000) * np.sqrt(1 - 5000 / ROWS)
    page.wait_for_selector('.st-app[data-at="1"]')
    third = page.locator('[data-step="3"] .st-lines p').first.text_content() or ""
    assert third.endswith(f" ± {short(paired, 2)} ({NOTE})") and paired < 0.7 * wide


def row_losses(run: st.Run, params: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Return the loss of each row: of a line, or of two classes by NumPy."""
    margin, y = run.data.X[:, 0] * params[0] + params[1], run.data.y
    if run.classes is not None:
        return np.logaddexp(0.0, np.where(y == 1, -margin, margin))
    return np.abs(margin - y) if run.plan.loss_name == "absolute" else (margin - y) ** 2


@pytest.mark.prove
def test_a_network_of_many_rows_computes_with_a_sample(doors: Doors, tmp_path: Path) -> None:
    asked: dict[str, Any] = {"rule": "steepest", "learning_rate": 0.1, "scale": "standard"}
    run = st.descend(many(), "y", ["x"], hidden=3, steps=4, **asked)
    run.page(tmp_path / "network.html")
    page = doors.file(tmp_path / "network.html", "explore")
    assert loss_of(page) == pytest.approx(run.trace[0].loss, rel=1e-12)
    enter(page, "seed", "3")
    sample = np.sort(np.random.default_rng(0).choice(ROWS, 5000, replace=False))
    few = st.descend(many().take(sample), "y", ["x"], hidden=3, steps=4, seed=3, **asked)
    assert_steps(page, few.trace_table(), 1e-9)
    assert NOTE in page.locator(".st-frame").inner_text()


def test_rows_that_weigh_are_not_sampled(doors: Doors, tmp_path: Path) -> None:
    table = many().append_column("w", pa.array(np.arange(ROWS) % 3 + 1.0))
    asked = CHOICES | {"sample_weight": "w", "loss": "huber", "learning_rate": 0.1}
    st.descend(table, "y", ["x"], **asked).page(tmp_path / "weighs.html")
    page = doors.file(tmp_path / "weighs.html", "explore")
    assert page.get_by_label("learning rate as a number", exact=True).is_disabled()


def test_few_rows_stand_for_all_of_a_squared_loss() -> None:
    table = many()
    X = np.column_stack([table[name].to_numpy() for name in ("x", "z")])
    y = table["y"].to_numpy()
    few, told = standing_rows(X, y)
    assert few.shape == (4, 2)
    fits = [LinearRegression().fit(*rows) for rows in ((X, y), (few, told))]
    np.testing.assert_allclose(fits[1].coef_, fits[0].coef_, rtol=1e-9)
    params = np.random.default_rng(1).normal(size=(20, 3)) * [30, 30, 1000]
    for *weights, bias in params:
        whole, stood = (
            np.mean((rows @ weights + bias - numbers) ** 2)
            for rows, numbers in ((X, y), (few, told))
        )
        assert stood == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("kind", ["constant", "collinear", "far"])
def test_rows_that_lie_on_a_line_or_far_away_are_stood_for(kind: str) -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=500)
    other: NDArray[np.float64] = {"constant": np.full(500, 3.0), "collinear": 2 * x, "far": x}[kind]
    X, y = np.column_stack([x + 1e6 * (kind == "far"), other]), 3 * x + rng.normal(size=500)
    few, told = standing_rows(X, y)
    for weights in ([1.0, -2.0], [0.0, 0.0], [3.0, 0.5]):
        whole = np.mean((X @ weights - y) ** 2)
        assert np.mean((few @ weights - told) ** 2) == pytest.approx(whole, rel=1e-9)

"""What a page gets of a run: the run's own numbers, in the shape that the page reads."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.data.shipped import about
from steepest.objective.linear import LinearObjective
from steepest.page import record as record_module
from steepest.page import run_record as run_record_module
from steepest.page.run_record import run_record
from steepest.page.wire import to_json
from steepest.run.lowest_loss import lowest_loss
from steepest.run.report import report
from steepest.trace import Trace


def run_of(name: str, **choices: Any) -> st.Run:
    shown = about(name)
    return st.descend(name, shown.target, list(shown.features), **choices)


@pytest.fixture(scope="module", params=st.datasets())
def run(request: pytest.FixtureRequest) -> st.Run:
    return run_of(request.param, steps=30, scale="standard", l2=1e-3)


def test_every_step_is_that_of_the_trace(run: st.Run) -> None:
    told = run.record()["run"]
    size, trace = told["size"], run.trace
    assert told["count"] == len(trace) == len(told["index"])
    assert np.array_equal(told["params"].reshape(-1, size), trace.params)
    assert np.array_equal(told["gradient"].reshape(-1, size), trace.gradients)
    assert np.array_equal(told["loss"], trace.losses)
    assert np.array_equal(told["norm"], trace.gradient_norms)
    assert np.array_equal(told["rate"], trace.learning_rates)


def test_rows_and_names_fit_together(run: st.Run) -> None:
    scene = run.record()
    assert np.array_equal(scene["X"].reshape(scene["shown"], -1), run.data.X)
    assert np.array_equal(scene["y"], run.data.y)
    assert scene["rowNumbers"].tolist() == list(range(1, scene["rows"] + 1))
    assert len(scene["params"]) == (len(scene["features"]) + 1) * scene["margins"]
    assert [param["name"] for param in scene["params"]] == list(run.param_names)
    assert len(scene["params"]) == scene["run"]["size"]


def test_a_point_of_the_surface_has_the_loss_of_its_params(run: st.Run) -> None:
    surface = run.record()["surface"]
    i, j = 3, 70
    params = surface["held"] + surface["x"][i] * surface["ux"] + surface["y"][j] * surface["uy"]
    loss = surface["loss"][j * surface["nx"] + i]
    assert loss == pytest.approx(run.objective.value(params), rel=1e-9)
    assert surface["px"] @ params == pytest.approx(surface["x"][i])
    assert surface["py"] @ params == pytest.approx(surface["y"][j])
    assert surface["slice"] == (len(params) > 2)


def test_columns_are_those_of_the_table_that_can_be_opened_again() -> None:
    run = st.descend("penguins", "species", steps=1)
    scene = run.record()
    assert "sex=female" in [feature["name"] for feature in scene["features"]]
    assert scene["columns"][-2:] == ["sex", "island"]
    again = st.descend("penguins", "species", scene["columns"], steps=1)
    assert again.feature_names == run.feature_names


@pytest.mark.parametrize(
    ("name", "engine", "margins"),
    [("geyser", "page", 1), ("orings", "page", 1), ("diabetes", "record", 1)],
)
def test_one_feature_can_be_computed_by_the_page_itself(
    name: str, engine: str, margins: int
) -> None:
    scene = run_of(name, steps=2).record()
    assert (scene["engine"], scene["margins"]) == (engine, margins)
    assert scene["editable"] == (engine == "page")
    assert run_of(name, steps=2).record(live=True)["engine"] == "python"


def test_a_run_of_a_rule_without_a_name_is_only_shown() -> None:
    assert run_of("geyser", learning_rate=lambda i: 0.01, steps=3).record()["engine"] == "record"


@pytest.mark.parametrize("name", ["adamw", "nesterov_restart", "schedule_free"])
def test_a_rule_that_the_page_does_not_know_is_shown_and_named_but_not_offered(name: str) -> None:
    scene = run_of("geyser", rule=name, learning_rate=0.01, steps=3).record()
    assert scene["engine"] == "record"
    assert name in scene["named"] and name not in scene["rules"]


@pytest.mark.parametrize("rate", ["adgd", "polyak:1", "silver", "backtracking", "exact", "dog"])
def test_a_rate_that_the_page_does_not_know_is_only_shown(rate: str) -> None:
    asked = {"rule": "steepest", "learning_rate": rate, "scale": "none"}
    assert run_of("geyser", **asked, steps=3).record()["engine"] == "record"


@pytest.mark.parametrize("rate", [0.01, "0.01", "auto", "time:0.01", "step:0.01", "cosine:0.01"])
def test_a_rate_that_the_page_knows_is_walked_there(rate: float | str) -> None:
    asked = {"rule": "steepest", "learning_rate": rate, "scale": "none"}
    assert run_of("geyser", **asked, steps=3).record()["engine"] == "page"


def test_losses_are_those_that_fit_the_target_with_their_units() -> None:
    losses = run_of("geyser", steps=1, l2=0.1).record()["losses"]
    assert [loss["name"] for loss in losses] == ["squared", "absolute", "huber"]
    assert [loss["label"].split(" (")[1] for loss in losses] == ["min²)", "min)", "min²)"]
    assert [loss["name"] for loss in run_of("orings", steps=1).record()["losses"]] == [
        "cross_entropy"
    ]


@pytest.mark.parametrize("loss", ["poisson", "quantile"])
def test_of_a_loss_that_no_page_knows_there_are_the_steps(loss: str) -> None:
    more = {"quantile": 0.9} if loss == "quantile" else {}
    run = run_of("geyser", loss=loss, steps=3, **more)
    scene, live = run.record(), run.record(live=True)
    assert (scene["engine"], live["engine"]) == ("record", "python")
    for told in (scene, live):
        named = [one["name"] for one in told["losses"]]
        assert named == ["squared", "absolute", "huber", loss]
    assert "prediction" in scene["losses"][-1]["formula"]
    assert len(scene["run"]["index"]) == 4
    assert "poisson" not in str(run_of("geyser", steps=1).record(live=True)["losses"])


def test_choices_are_those_that_make_the_run_again() -> None:
    asked: dict[str, Any] = {
        "loss": "huber",
        "rule": "adam",
        "learning_rate": "time:0.1",
        "scale": "none",
        "l1": 0.0,
        "l2": 0.5,
        "delta": 2.0,
        "quantile": 0.5,
        "batch": 16,
        "seed": 3,
        "steps": 12,
        "start": [1.0, 2.0],
        "clip": 5.0,
        "dropout": 0.0,
    }
    assert run_of("geyser", **asked).record()["run"]["choices"] == asked
    free = run_of("geyser").record()["run"]
    assert free["choices"]["start"] is None
    assert free["choices"]["steps"] == free["count"] - 1


def test_limit_is_that_of_the_rule_and_best_is_the_lowest() -> None:
    told = run_of("geyser", rule="momentum", learning_rate=0.9, scale="none").record()["run"]
    assert told["limit"] == pytest.approx(2 * 1.9 / told["curvature"])
    assert told["exactLimit"] and told["stop"]["reason"] == "diverged"
    assert told["best"] == int(np.argmin(told["fullLoss"]))
    assert told["verdicts"][0]["level"] == "proved"


def test_the_result_is_told_where_it_is_an_earlier_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_module, "MOST_SAVED", 7)
    rng = np.random.default_rng(5)
    X = rng.normal(size=(80, 45))
    how: dict[str, Any] = {"rule": "steepest", "learning_rate": 0.01, "steps": 400}
    run = st.descend((X, X[:, 0] + rng.normal(size=80)), validation=0.3, **how)
    told = run.record()["run"]
    assert told["index"][told["result"]] == 400
    kept = st.descend(
        (X, X[:, 0] + rng.normal(size=80)), validation=0.3, stop="validation", patience=500, **how
    )
    told = kept.record()["run"]
    at = kept.trace.best_validated
    assert at is not None and told["index"][told["result"]] == at.index < 400


def test_losses_that_mini_batches_left_open_are_filled_in() -> None:
    run = run_of("geyser", batch=16, steps=40, scale="standard", learning_rate=0.1)
    told = run.record()["run"]
    assert np.isnan(run.trace.full_losses).any()
    true = [run.objective.value(params) for params in told["params"].reshape(-1, 2)]
    assert told["fullLoss"] == pytest.approx(true, rel=1e-12)


def test_losses_are_filled_in_once_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of("geyser", batch=16, steps=40, scale="standard", learning_rate=0.1)
    saved = run.record()["run"]

    def again(*_: object) -> float:
        raise AssertionError("worked out a second time")

    monkeypatch.setattr(LinearObjective, "value", again)
    for live in (False, True):
        np.testing.assert_array_equal(run.record(live)["run"]["fullLoss"], saved["fullLoss"])


def test_losses_stay_open_where_filling_them_in_would_take_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_record_module, "MOST_WORK", 100)
    told = run_of("geyser", batch=16, steps=40).record()["run"]
    assert np.isnan(told["fullLoss"]).any() and np.isfinite(told["fullLoss"][told["best"]])


def test_of_many_steps_the_start_the_best_and_the_last_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(record_module, "MOST_WALKED", 20)
    run = run_of("geyser", rule="momentum", learning_rate=0.05, scale="none", steps=999)
    told = run.record()["run"]
    index = told["index"].tolist()
    assert len(index) <= 23 and index == sorted(set(index))
    assert {0, 1, 2, run.trace.best.index, 999} <= set(index)
    assert told["count"] == 1000
    assert np.array_equal(told["loss"], run.trace.losses[index])


def test_steps_without_vectors_are_not_told() -> None:
    run = run_of("geyser", steps=300)
    short = Trace(size=2, budget=0)
    for step in run.trace:
        short.append(step)
    told = run_record(replace(run.story, trace=short), run.objective)
    assert np.isfinite(told["params"]).all() and np.isfinite(told["gradient"]).all()
    assert told["index"][0] == 0 and told["index"][-1] == 300
    assert len(told["params"]) == 2 * len(told["index"])


def test_params_of_wide_models_are_thinned_to_what_a_page_can_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_record_module, "MOST_STEP_NUMBERS", 2 * 11 * 10)
    told = run_of("diabetes", steps=100).record()["run"]
    assert len(told["index"]) <= 13 and told["size"] == 11


def test_of_many_rows_some_are_drawn_and_that_is_said() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(6000, 1))
    squared = st.descend((X, X[:, 0] + 1), steps=1).record()
    entropy = st.descend((X, np.where(X[:, 0] > rng.normal(size=6000), "b", "a")), steps=1).record()
    # Those of a squared loss are drawn and stand for nothing: sums stand for all of them.
    for scene, drawn in ((squared, 2000), (entropy, 5000)):
        assert scene["shown"] == drawn and scene["sampled"] == f"{drawn:,} of 6,000 rows drawn"
        assert not scene["editable"]
        assert np.array_equal(scene["X"], X[scene["rowNumbers"] - 1, 0])
    assert squared["engine"] == entropy["engine"] == "page"
    assert st.descend((X[:5000], X[:5000, 0] ** 2), steps=1).record()["editable"]


def test_of_wide_rows_fewer_are_drawn() -> None:
    X = np.random.default_rng(0).normal(size=(500, 2000))
    scene = st.descend((X, X[:, 0]), steps=1, scale="none", learning_rate=1e-4).record()
    assert scene["shown"] == 200 and scene["sampled"] == "200 of 500 rows drawn"


@pytest.mark.parametrize("l2", [0.0, 0.01])
@pytest.mark.parametrize("loss", ["squared", "absolute", "huber"])
@pytest.mark.parametrize("name", ["geyser", "diabetes"])
def test_the_lowest_loss_is_what_a_run_arrives_at(name: str, loss: str, l2: float) -> None:
    run = run_of(name, loss=loss, l2=l2)
    assert lowest_loss(run.objective) == pytest.approx(run.loss, rel=1e-12)


@pytest.mark.parametrize(("name", "l2"), [("orings", 0.0), ("penguins", 0.0), ("orings", 0.1)])
def test_the_lowest_cross_entropy_is_what_a_run_arrives_at(name: str, l2: float) -> None:
    run = run_of(name, l2=l2)
    assert lowest_loss(run.objective) == pytest.approx(run.loss, rel=1e-10)


def test_of_classes_that_can_be_told_apart_no_lowest_loss_is_known() -> None:
    run = st.descend((np.arange(6.0), np.array(list("aaabbb"))), steps=3)
    assert run.record()["run"]["lowest"] is None


def test_a_network_in_float32_is_told_as_such_and_not_walked_by_a_page() -> None:
    asked: dict[str, Any] = {"hidden": (3,), "learning_rate": 0.1, "rule": "steepest", "steps": 5}
    single, double = (run_of("geyser", **asked, dtype=d) for d in ("float32", "float64"))
    assert (single.record()["engine"], double.record()["engine"]) == ("record", "page")
    assert single.record(live=True)["engine"] == "python"
    assert single.record()["network"]["dtype"] == "float32"
    assert "dtype" not in double.record()["network"]
    told, run = json.loads(to_json(single.record())), report(single)
    assert told["network"]["dtype"] == run["dtype"] == "float32"
    assert report(double)["dtype"] == "float64"

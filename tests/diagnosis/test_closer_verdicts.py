"""Verdicts of a closer look: on units, layers, saddles, rates and ravines, against plain NumPy."""

import re
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from reference import problem

import steepest as st
from steepest.diagnosis.verdicts import LATER_NAMES
from steepest.page.run_record import run_record
from steepest.run.report import report
from steepest.view.words import tell_diagnosis


def names(run: st.Run) -> list[str]:
    return [verdict.name for verdict in run.verdicts]


def bent(seed: int = 0, rows: int = 60) -> tuple[Any, Any]:
    made = np.random.default_rng(seed)
    X = made.uniform(-1.0, 1.0, (rows, 2))
    return X, np.sin(3.0 * X[:, 0]) * X[:, 1]


def network(**more: Any) -> st.Run:
    usual = {"loss": "squared", "hidden": [5], "activation": "tanh", "rule": "steepest"}
    return st.descend(bent(), **{**usual, "learning_rate": 0.1, "steps": 120, **more})


def hessian(run: st.Run, params: Any) -> Any:
    """The Hessian by differences of the gradient, in the reader's own units."""
    step, columns = 1e-5, []
    for axis in np.eye(run.objective.size):
        ahead = run.objective.evaluate(params + step * axis).gradient
        columns.append((ahead - run.objective.evaluate(params - step * axis).gradient) / (2 * step))
    return np.array(columns)


def ill(condition: float) -> tuple[Any, Any]:
    """Rows of which the second derivatives of the squared loss have this condition."""
    made = np.random.default_rng(3)
    Q = np.linalg.qr(np.column_stack([np.ones(80), made.normal(size=(80, 2))]))[0][:, 1:]
    X = Q * np.sqrt(len(Q) * np.array([1.0, 1.0 / condition]))
    return X, X @ np.array([1.0, np.sqrt(condition)])


@pytest.mark.parametrize("condition", [30.0, 3e4])
def test_a_ravine_is_proved_with_its_condition_and_the_steps_it_takes(condition: float) -> None:
    data = ill(condition)
    options: dict[str, Any] = {"rule": "steepest", "scale": "none", "learning_rate": 0.5}
    run = st.descend(data, steps=120, **options)
    if condition == 30.0:
        assert names(run) == []
        return
    (verdict,) = run.verdicts
    assert (verdict.name, verdict.level) == ("ravine", "proved")
    assert verdict.numbers["condition"] == pytest.approx(condition, rel=1e-6)
    needed = int(verdict.numbers["steps"])
    longer = st.descend(data, steps=120 + needed, **options)
    start = run.trace.full_losses[0]
    assert longer.loss <= 0.1 * start < st.descend(data, steps=120 + needed // 2, **options).loss
    assert names(longer) == []


def test_a_rate_far_below_its_limit_is_told_from_a_ravine() -> None:
    run = st.descend(ill(30.0), rule="steepest", scale="none", learning_rate=1e-3, steps=120)
    (verdict,) = run.verdicts
    assert verdict.name == "too small" and verdict.numbers["limit"] == pytest.approx(1.0)
    again = st.descend(
        ill(30.0),
        rule="steepest",
        scale="none",
        learning_rate=verdict.numbers["suggested"],
        steps=120,
    )
    assert names(again) == [] and again.loss < 0.1 * run.loss


def test_a_layer_that_is_0_on_every_row_is_proved_dead() -> None:
    sound = network(activation="relu", scale="none")
    start = np.array(sound.trace.first.params)
    start[15:20] = -50.0  # the biases of the hidden layer, which no row overcomes
    run = network(activation="relu", scale="none", start=start)
    (verdict,) = run.verdicts
    assert (verdict.name, verdict.level) == ("dead units", "proved")
    X, _ = bent()
    layer = run.layers[0]
    assert not np.maximum(X @ layer.weights + layer.bias, 0.0).any()
    assert verdict.numbers["dead"] == 5 and "dead units" not in names(sound)


def test_one_dead_unit_of_many_is_a_note() -> None:
    start = np.array(network(activation="relu", scale="none").trace.first.params)
    start[15] = -50.0
    run = network(activation="relu", scale="none", start=start)
    assert "dead units" not in names(run)
    (note,) = [note for note in run.notes if note.name == "dead units"]
    assert note.numbers["dead"] >= 1


def test_a_network_that_diverged_is_told_the_limit_at_which_it_began() -> None:
    run = network(scale="none", learning_rate=5.0, steps=200)
    verdict = run.verdicts[0]
    assert (verdict.name, verdict.level) == ("divergence", "measured")
    tops = [
        np.linalg.eigvalsh(hessian(run, np.array(step.params)))[-1]
        for step in (run.trace.first, run.trace.best)
    ]
    assert verdict.numbers["limit"] == pytest.approx(2.0 / max(tops), rel=0.02)
    again = network(scale="none", learning_rate=verdict.numbers["suggested"], steps=200)
    assert again.loss < run.trace.full_losses[0] and names(again) == []


@pytest.mark.parametrize("rate", [0.4, 0.5])
def test_hovering_at_the_limit_is_normal_and_noted(rate: float) -> None:
    run = network(scale="none", learning_rate=rate, steps=1200, seed=1)
    top = np.linalg.eigvalsh(hessian(run, np.array(run.trace.last.params)))[-1]
    assert rate * top / 2.0 == pytest.approx(1.0, abs=0.05) and run.verdicts == []
    (note,) = [note for note in run.notes if note.name == "edge of stability"]
    assert note.numbers["curvature"] == pytest.approx(top, rel=0.02)


def test_to_and_fro_above_its_lowest_loss_is_too_much() -> None:
    run = network(scale="none", learning_rate=0.75, steps=1200, seed=1)
    (verdict,) = run.verdicts
    assert (verdict.name, verdict.level) == ("oscillation", "measured")
    suggested = verdict.numbers["suggested"]
    again = network(scale="none", learning_rate=suggested, steps=1200, seed=1)
    assert names(again) == [] and again.loss < 0.2 * run.trace.full_losses[-1]


def test_the_limit_of_adam_is_that_of_the_preconditioned_curvature() -> None:
    run = network(scale="none", rule="adam", learning_rate=0.02, steps=80)
    (check,) = [check for check in run.checks if check.name == "sharpness"]
    square = np.zeros(run.objective.size)
    for step in run.trace:
        square = 0.999 * square + 0.001 * step.gradient**2
    root = 1.0 / np.sqrt(np.sqrt(square / (1.0 - 0.999 ** len(run.trace))) + 1e-8)
    H = hessian(run, np.array(run.trace.last.params))
    top = np.linalg.eigvalsh(root[:, None] * H * root)[-1]
    share = 0.02 * top / 38.0
    assert check.state == "checked"
    told = float(check.message.split(" is ")[1].split("%")[0])
    assert told / 100.0 == pytest.approx(share, abs=0.006)


def test_deep_sigmoid_layers_pass_on_a_gradient_that_vanishes() -> None:
    run = network(hidden=[4] * 8, activation="sigmoid", learning_rate=0.5)
    verdict = run.verdicts[0]
    assert (verdict.name, verdict.level) == ("vanishing", "rule of thumb")
    layers = run.problem.layers(np.array(run.trace.first.gradient))
    ratio = np.abs(layers[0].weights).mean() / np.abs(layers[-1].weights).mean()
    assert verdict.numbers["ratio"] == pytest.approx(ratio)


def test_a_saddle_is_told_with_a_lower_loss_beside_it() -> None:
    sound = network(steps=300)
    assert "saddle" not in names(sound)
    start = np.array(sound.trace.first.params)
    flat = 1e-9 * start
    flat[-1] = bent()[1].mean()
    run = network(scale="none", start=flat, steps=100)
    verdict = run.verdicts[0]
    assert verdict.name == "saddle" and verdict.numbers["lower"] < 0.98 * run.loss
    values = np.linalg.eigvalsh(hessian(run, np.array(run.trace.last.params)))
    assert verdict.numbers["bottom"] == pytest.approx(values[0], rel=0.05)


@pytest.mark.parametrize("rule", ["steepest", "momentum", "adam", "auto"])
@pytest.mark.parametrize("hidden", [[], [5]])
def test_sound_runs_have_no_verdict(rule: str, hidden: list[int]) -> None:
    more: dict[str, Any] = {} if rule == "auto" else {"learning_rate": 0.05, "steps": 400}
    run = st.descend(problem("squared", 1), hidden=hidden, rule=rule, **more)
    assert run.verdicts == []


def test_where_no_limit_explains_a_run_that_left_its_lowest_the_rate_is_told() -> None:
    made = np.random.default_rng(0)
    X = made.normal(size=(40, 2))
    y = X @ [1.0, 2.0] + made.standard_t(2, 40)
    run = st.descend((X, y), loss="absolute", rule="adam", learning_rate=30.0)
    assert run.stop.reason == "risen" and run.is_judged
    (verdict,) = run.verdicts
    assert (verdict.name, verdict.level) == ("oscillation", "rule of thumb")
    assert verdict.numbers["best_loss"] < run.trace.full_losses[-1] < run.trace.full_losses[0]
    better = st.descend((X, y), loss="absolute", rule="adam", learning_rate=3.0)
    assert better.loss < run.loss


@pytest.mark.parametrize("hidden", [[], [5]])
def test_a_clip_that_shortens_every_step_to_nothing_is_told_as_the_reason(
    hidden: list[int],
) -> None:
    how: dict[str, Any] = {"hidden": hidden, "rule": "steepest", "learning_rate": 0.1, "steps": 60}
    run = st.descend(problem("squared", 1), clip=1e-9, **how)
    (verdict,) = run.verdicts
    assert verdict.name == "too small" and verdict.message.startswith("clip 1e-09 is too small")
    assert "leave clip out" in verdict.remedy
    assert st.descend(problem("squared", 1), clip=1e3, **how).verdicts == []


def test_the_page_knows_which_verdicts_leave_the_last_step_the_result() -> None:
    source = files("steepest.page") / "web" / "state" / "select.js"
    listed = source.read_text().split("const LATER = [")[1].split("]")[0]
    assert set(re.findall(r"'([^']+)'", listed)) == LATER_NAMES


def test_every_door_says_the_same(tmp_path: Any) -> None:
    run = st.descend(ill(3e4), rule="steepest", scale="none", learning_rate=0.5, steps=120)
    run.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    (verdict,) = again.verdicts
    assert verdict == run.verdicts[0] and verdict.name in LATER_NAMES
    assert np.array_equal(again.params, run.params)
    assert verdict.message in again.explain()
    on_page = run_record(run.story, run.problem.risk("a page"))
    for told in (report(run), on_page):
        assert [one["message"] for one in told["verdicts"]] == [verdict.message]
    assert f"Verdict (proved): {verdict.message}" in tell_diagnosis(again.story)

"""The descent in the browser takes Python's steps: the same choices, the same numbers."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import golden
import numpy as np
import pytest
from proved import every_other, paired

import steepest as st

DESCEND = """async ({ scene, choices }) => {
  const { localEngine } = await import('/engine/local.js');
  const arrays = { X: Float64Array.from(scene.X), y: Float64Array.from(scene.y) };
  const run = await localEngine({ ...scene, ...arrays }).descend({ choices, rows: null });
  const plain = (value) => (ArrayBuffer.isView(value) ? Array.from(value) : value);
  return Object.fromEntries(Object.entries(run).map(([key, value]) => [key, plain(value)]));
}"""

BLIND = ("steepest", "momentum", "nesterov")
"""The rules that see no axes: it is all one to them how the round coordinates are turned."""

TIGHT = 1e-12
"""Both add up the same hundreds of doubles in another order, tens of times."""

LOOSE = 1e-10
"""The same, divided by the size of gradients that go to 0: each step may magnify what it finds."""


def descend(modules: Any, case: golden.Case) -> Any:
    return modules.evaluate(DESCEND, {"scene": case["scene"], "choices": case["choices"]})


def assert_same_steps(found: Any, wanted: Any, rtol: float, upto: int = 10**6) -> None:
    size = wanted["size"]
    # Relative to the largest: a slope that goes to 0 is a difference of what stays large.
    for name in ("loss", "fullLoss", "norm", "gradient"):
        numbers = size if name == "gradient" else 1
        a, b = (np.array(run[name])[: upto * numbers] for run in (found, wanted))
        assert np.abs(a - b).max() <= rtol * np.abs(b).max(), name
    a, b = (np.array(run["params"]).reshape(-1, size)[:upto] for run in (found, wanted))
    assert (np.abs(a - b).max(axis=0) <= rtol * np.abs(b).max(axis=0)).all()


def assert_same_run(found: Any, wanted: Any, rtol: float = TIGHT) -> None:
    assert found["count"] == wanted["count"]
    assert found["stop"] == wanted["stop"]
    assert_same_steps(found, wanted, rtol)
    assert found["rate"] == pytest.approx(wanted["rate"], rel=1e-12)
    for name in ("curvature", "limit"):
        assert found[name] == (wanted[name] and pytest.approx(wanted[name], rel=1e-12)), name
    assert found["exactLimit"] == wanted["exactLimit"]
    assert found["index"] == list(range(wanted["count"]))
    assert_same_verdicts(found["verdicts"], wanted["verdicts"])


def assert_same_verdicts(found: Any, wanted: Any) -> None:
    assert len(found) == len(wanted)
    for a, b in zip(found, wanted, strict=True):
        assert a | {"numbers": {}} == b | {"numbers": {}}
        assert a["numbers"] == pytest.approx(b["numbers"], rel=1e-12)


@pytest.mark.parametrize("scale", golden.SCALES)
@pytest.mark.parametrize("rule", golden.RATED)
@pytest.mark.parametrize("kind", golden.DATA)
def test_every_rule_on_every_loss(kind: str, rule: str, scale: str, modules: Any) -> None:
    rate = golden.safe_rate(kind, rule, scale)
    case = golden.case(kind, rule=rule, learning_rate=rate, scale=scale, steps=25)
    assert_same_run(descend(modules, case), case["run"], TIGHT if rule in BLIND else LOOSE)


@pytest.mark.parametrize("rule", golden.NUMBERED)
@pytest.mark.parametrize("kind", golden.DATA)
def test_the_numbers_of_a_rule(kind: str, rule: str, modules: Any) -> None:
    rate = golden.safe_rate(kind, rule, "standard")
    case = golden.case(kind, rule=rule, learning_rate=rate, scale="standard", steps=25)
    tight = rule.split(":")[0] in BLIND
    assert_same_run(descend(modules, case), case["run"], TIGHT if tight else LOOSE)


@pytest.mark.parametrize("rule", ["momentum:0.5", "nesterov:0.5"])
def test_the_verdict_knows_the_beta(rule: str, modules: Any) -> None:
    rate = golden.safe_rate("squared", rule, "none", 1.1)
    case = golden.case("squared", rule=rule, learning_rate=rate, steps=40)
    assert case["run"]["verdicts"][0]["numbers"]["limit"] == pytest.approx(rate / 1.1)
    assert_same_run(descend(modules, case), case["run"])


@pytest.mark.parametrize("rule", ["momentum:1.5", "nesterov:1.25"])
def test_the_verdict_knows_that_the_beta_is_at_fault(rule: str, modules: Any) -> None:
    case = golden.case("squared", rule=rule, learning_rate=1e-3, steps=60)
    assert "from 1 up the velocity never dies out" in case["run"]["verdicts"][0]["message"]
    assert_same_run(descend(modules, case), case["run"])


@pytest.mark.parametrize("rule", ["adam:0.9:0.999:0", "rmsprop:0.9:0", "adagrad:0"])
def test_a_param_without_a_slope_stays_where_it_is(rule: str, modules: Any) -> None:
    """The slope by the weight of a feature that is 0 is 0 for ever: 0 by 0 is no step."""
    case = golden.case("squared", rule=rule, learning_rate=0.1, steps=5, start=[0.0, 70.0])
    case["scene"]["X"] = [0.0] * len(case["scene"]["X"])
    found = descend(modules, case)
    params = np.array(found["params"]).reshape(-1, 2)
    assert (params[:, 0] == 0.0).all() and (np.diff(params[:, 1]) != 0.0).all()


@pytest.mark.parametrize("scale", golden.SCALES)
@pytest.mark.parametrize("kind", golden.DATA)
def test_the_penalty(kind: str, scale: str, modules: Any) -> None:
    case = golden.case(
        kind,
        rule="momentum",
        scale=scale,
        l2=0.3,
        learning_rate=golden.safe_rate(kind, "momentum", scale, 0.3),
    )
    assert_same_run(descend(modules, case), case["run"])


@pytest.mark.parametrize("rate", golden.SCHEDULES)
def test_schedules(rate: str, modules: Any) -> None:
    case = golden.case("squared", learning_rate=rate, steps=230)
    assert_same_run(descend(modules, case), case["run"])


@pytest.mark.parametrize("scale", golden.SCALES)
@pytest.mark.parametrize("kind", golden.DATA)
def test_a_searched_rate(kind: str, scale: str, modules: Any) -> None:
    """Rates from differences of gradients magnify rounding, some tenfold a step: chaos by design.

    So the first steps are the same, and where both end, unless they are on their way for long.
    """
    case = golden.case(kind, scale=scale, steps=200, l2=0.01)
    found, wanted = descend(modules, case), case["run"]
    assert found["rate"][:2] == pytest.approx(wanted["rate"][:2], rel=1e-12)
    assert_same_steps(found, wanted, 1e-9, upto=7)
    if kind != "absolute" and scale != "none":
        assert min(found["fullLoss"]) == pytest.approx(min(wanted["fullLoss"]), rel=1e-9)
    assert np.max(np.diff(found["loss"])) <= 1e-14 * found["loss"][0]
    assert found["verdicts"] == []


SOON = [
    ("huber", "momentum"),
    ("huber", "momentum:0.99"),
    ("squared", "adam"),
    ("cross_entropy", "adam"),
    ("softmax", "nesterov"),
]
"""Runs whose velocity soon leads nowhere: before rounding has grown to differences."""


@pytest.mark.parametrize(("kind", "rule"), SOON)
def test_a_searched_rate_starts_its_rule_anew(kind: str, rule: str, modules: Any) -> None:
    """Where the velocity leads nowhere that is lower, the next step is along the gradient."""
    case = golden.case(kind, rule=rule, scale="none", steps=60)
    found, wanted = descend(modules, case), case["run"]
    first = restarted_at(wanted)
    assert_same_steps(found, wanted, 1e-7, upto=first + 2)
    assert found["rate"][first] == pytest.approx(wanted["rate"][first], rel=1e-5)
    assert np.max(np.diff(found["loss"])) <= 1e-14 * found["loss"][0]


def restarted_at(run: Any) -> int:
    """Return the first step that goes against the gradient, but for the start's."""
    gradients = np.array(run["gradient"]).reshape(-1, run["size"])[:-1]
    steps = np.diff(np.array(run["params"]).reshape(-1, run["size"]), axis=0)
    lengths = np.linalg.norm(steps, axis=1) * np.linalg.norm(gradients, axis=1)
    along = -np.sum(steps * gradients, axis=1) > (1 - 1e-9) * lengths
    return int(np.flatnonzero(along[1:])[0]) + 1


RAVINE = 1e-10
"""Where one way curves millions of times as much as another, so does what is solved for there."""


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("scale", golden.SCALES)
@pytest.mark.parametrize("kind", golden.CURVED)
def test_the_plane_search(kind: str, scale: str, l2: float, modules: Any) -> None:
    case = golden.case(kind, rule="plane", scale=scale, l2=l2, steps=20)
    found, wanted = descend(modules, case), case["run"]
    # Where the slope is as good as 0 a search goes by rounding: there the end alone is compared.
    first = steep_steps(wanted)
    assert_same_steps(found, wanted, RAVINE if scale == "none" else TIGHT, first)
    assert found["loss"][-1] == pytest.approx(wanted["loss"][-1], rel=1e-12)
    # How far along what is next to nothing is chance, and moves nothing.
    for name in ("rate", "momentum"):
        assert found[name][:2] == pytest.approx(wanted[name][:2], rel=1e-9, abs=1e-9), name
    assert found["curvature"] == pytest.approx(wanted["curvature"], rel=1e-12)
    assert found["limit"] is wanted["limit"] is None and found["verdicts"] == []


def steep_steps(run: Any) -> int:
    """Return how many steps there are to the first whose slope is as good as 0."""
    return int(np.sum(np.array(run["norm"]) > 1e-8 * run["norm"][0])) + 1


@pytest.mark.parametrize("kind", golden.MANY)
def test_the_plane_search_over_many_features(kind: str, modules: Any) -> None:
    case = golden.case(kind, rule="plane", scale="round", l2=1e-3, steps=12)
    assert_same_steps(descend(modules, case), case["run"], 1e-9)


def test_the_plane_search_from_weights_that_have_something_in_common(modules: Any) -> None:
    size = golden.run_of("many of three", steps=0).objective.size
    start = (np.arange(size) % 4 / 1e3).tolist()
    case = golden.case("many of three", rule="plane", scale="round", l2=1e-3, steps=12, start=start)
    assert_same_steps(descend(modules, case), case["run"], 1e-9)


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_the_plane_search_over_fewer_rows_than_features(l2: float, modules: Any) -> None:
    """Python adds a share of the bound by what curves in the span of the rows, the page by all."""
    draws = np.random.default_rng(0)
    table = {f"x{j}": draws.normal(size=12) for j in range(15)} | {"kind": list("abcabcabcabb")}
    asked = {"rule": "plane", "scale": "round", "l2": l2, "steps": 12}
    run = st.descend(table, "kind", **asked)
    case = {"scene": golden.scene_of(run), "choices": golden.choices_of(run, **asked)}
    assert descend(modules, case)["loss"] == pytest.approx(run.trace.losses, rel=1e-6)


@pytest.mark.parametrize("kind", golden.CURVED)
def test_a_page_walks_the_default_run_again(kind: str, modules: Any) -> None:
    data, target, features = golden.DATA[kind]
    loss = "huber" if kind == "huber" else "auto"
    run = st.descend(data, target, features, loss=loss, missing="drop")
    made = {name: run.plan.to_dict()[name] for name in ("rule", "scale", "delta")}
    choices = golden.choices_of(run, steps=len(run.trace) - 1, **made)
    asked = {"scene": golden.scene_of(run), "choices": choices}
    found, wanted = modules.evaluate(DESCEND, asked), golden.record_of(run)
    assert_same_steps(found, wanted, 1e-9, steep_steps(wanted))
    assert found["loss"][-1] == pytest.approx(run.loss, rel=1e-12)


@pytest.mark.parametrize("rate", [0.002, "time:0.002", "auto"])
@pytest.mark.parametrize("size", [1, 16, 400])
@pytest.mark.parametrize("kind", golden.DATA)
def test_mini_batches_are_of_the_same_rows(kind: str, size: int, rate: Any, modules: Any) -> None:
    scale = "standard" if rate == "auto" else "none"
    case = golden.case(kind, learning_rate=rate, batch=size, seed=3, scale=scale, steps=60)
    assert_same_run(descend(modules, case), case["run"])


@pytest.mark.parametrize("seed", [1, 77, 2**40 + 1])
@pytest.mark.parametrize("kind", golden.DATA)
def test_a_seed_gives_the_same_start(kind: str, seed: int, modules: Any) -> None:
    case = golden.case(kind, learning_rate=1e-3, seed=seed, steps=0)
    assert_same_run(descend(modules, case), case["run"])


def test_the_steps_are_those_of_the_loop_itself(modules: Any) -> None:
    case = golden.case("squared", learning_rate=0.05, start=[1.0, 50.0], steps=30)
    run = golden.run_of("squared", steps=0)
    steps = st.steps(run.objective, "steepest", 0.05, start=[1.0, 50.0])
    found = descend(modules, case)
    for i, step in zip(range(31), steps, strict=False):
        assert found["params"][2 * i : 2 * i + 2] == pytest.approx(step.params, rel=1e-12)
        assert found["loss"][i] == pytest.approx(step.loss, rel=1e-12)


@pytest.mark.parametrize("scale", ["standard", "round"])
@pytest.mark.parametrize("kind", golden.MANY)
def test_many_features(kind: str, scale: str, modules: Any) -> None:
    rate = golden.safe_rate(kind, "steepest", scale)
    case = golden.case(kind, scale=scale, l2=1e-3, learning_rate=rate)
    # What all classes have in common changes no prediction, and is scaled by thousands (grams).
    assert_same_steps(descend(modules, case), case["run"], 1e-7)


TOO_FAR = [
    ("squared", "steepest", 1.3),
    ("squared", "steepest", 1.0004),
    ("squared", "steepest", 1.03),
    ("huber", "steepest", 1.01),
    ("squared", "momentum", 1.1),
    ("squared", "nesterov", 1.5),
    ("huber", "momentum", 3.0),
    ("cross_entropy", "steepest", 40.0),
    ("softmax", "steepest", 30.0),
    ("softmax", "nesterov", 60.0),
]


@pytest.mark.parametrize(("scale", "far"), paired(golden.SCALES, TOO_FAR))
def test_the_verdict_on_divergence(far: tuple[str, str, float], scale: str, modules: Any) -> None:
    kind, rule, share = far
    rate = golden.safe_rate(kind, rule, scale, share)
    # A loss that flattens out is not left for good: after some hundred steps errors are as large.
    steps = 300 if kind == "squared" else 60
    case = golden.case(kind, rule=rule, learning_rate=rate, scale=scale, steps=steps)
    found, wanted = descend(modules, case), case["run"]
    # Errors grow as the run does: only what is said must be the same, in every digit.
    assert found["stop"] == wanted["stop"]
    assert_same_verdicts_in_words(found["verdicts"], wanted["verdicts"])


def assert_same_verdicts_in_words(found: Any, wanted: Any) -> None:
    told = [[v | {"numbers": sorted(v["numbers"])} for v in some] for some in (found, wanted)]
    assert told[0] == told[1]


def test_some_of_these_verdicts_are_there() -> None:
    rates = {kind: golden.safe_rate(kind, "steepest", "none", 40.0) for kind in golden.DATA}
    runs = {kind: golden.run_of(kind, learning_rate=rates[kind]) for kind in ("squared", "softmax")}
    assert [run.verdicts[0].level for run in runs.values()] == ["proved", "measured"]


@pytest.mark.parametrize("rule", ["adagrad", "rmsprop", "adam"])
def test_the_verdict_where_no_limit_is_known(rule: str, modules: Any) -> None:
    case = golden.case("squared", rule=rule, learning_rate=300.0, steps=12, start=[10.5, 35.0])
    assert case["run"]["verdicts"][0]["level"] == "rule of thumb"
    assert_same_run(descend(modules, case), case["run"])


def test_mini_batches_that_diverge(modules: Any) -> None:
    case = golden.case("squared", learning_rate=0.4, batch=16, steps=100)
    assert case["run"]["verdicts"]
    found = descend(modules, case)
    assert found["stop"] == case["run"]["stop"]
    assert_same_verdicts_in_words(found["verdicts"], case["run"]["verdicts"])


def test_a_run_that_leaves_all_bounds(modules: Any) -> None:
    case = golden.case("squared", learning_rate=1e200, steps=50)
    found = descend(modules, case)
    assert "is no finite number" in found["stop"]["message"]
    assert found["stop"] == case["run"]["stop"]
    assert_same_verdicts_in_words(found["verdicts"], case["run"]["verdicts"])


@pytest.mark.parametrize("kind", every_other(["squared", "cross_entropy"]))
def test_a_long_run_keeps_all_of_its_steps(kind: str, modules: Any) -> None:
    rate = golden.safe_rate(kind, "steepest", "standard")
    case = golden.case(kind, learning_rate=rate, scale="standard", steps=5000)
    found, wanted = descend(modules, case), case["run"]
    assert found["count"] == wanted["count"] == 5001
    assert list(found["index"]) == list(range(5001))
    assert found["fullLoss"][found["best"]] == min(found["fullLoss"])
    assert found["fullLoss"] == pytest.approx(wanted["fullLoss"], rel=1e-12)
    assert np.allclose(found["params"], wanted["params"], rtol=1e-9, atol=0)


def test_the_same_runs_in_node(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node to run the modules in: apt-get install nodejs")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    if tuple(map(int, version.stdout[1:].split(".")[:2])) < (20, 19):
        pytest.skip("node 20.19 or later is needed: earlier ones take our modules for CommonJS")
    cases = tmp_path / "golden.json"
    cases.write_text(json.dumps(golden.small_cases()), encoding="utf-8")
    test = Path(__file__).with_name("golden.test.mjs")
    environment = os.environ | {"GOLDEN": str(cases), "NODE_NO_WARNINGS": "1"}
    command = [node, "--test", "--test-reporter=tap", str(test)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "# fail 0" in done.stdout

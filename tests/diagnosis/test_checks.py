"""What was looked at and what was not stands beside the verdicts, the same at every door."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.diagnosis.check import CHECKED, NOT_JUDGED, NOT_LOOKED_AT
from steepest.run.report import report

GEYSER = ("geyser", "waiting", ["duration"])

RUNS: dict[str, dict[str, Any]] = {
    "arrived": {},
    "settled": {"loss": "absolute"},
    "steps": {"steps": 3},
    "diverged": {"rule": "steepest", "learning_rate": 1.0, "scale": "none", "steps": 40},
    "stalled": {"learning_rate": "cosine:1e-4:9", "scale": "none", "tol": 1e-9},
    "batches": {"batch": 32, "steps": 20},
}


def states(run: st.Run) -> dict[str, str]:
    return {check.name: check.state for check in run.checks}


def said(run: st.Run, name: str) -> str:
    return next(check.message for check in run.checks if check.name == name)


@pytest.mark.parametrize("name", RUNS)
def test_every_door_tells_the_same(name: str, tmp_path: Path) -> None:
    run = st.descend(*GEYSER, **RUNS[name])
    lines = [str(check) for check in run.checks]
    assert len(lines) == len({check.name for check in run.checks}) == 6
    assert [line.strip() for line in run.explain().split("Looked at\n")[1].splitlines()] == lines
    told = json.loads(json.dumps(report(run)))["checks"]
    assert [f"{one['name']}: {one['state']}, {one['message']}" for one in told] == lines
    assert told == run.record()["run"]["checks"]
    run.save(tmp_path / "run.steepest")
    loaded = st.load(tmp_path / "run.steepest")
    assert (loaded.checks, loaded.notes) == (run.checks, run.notes)
    assert loaded.explain() == run.explain()


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("arrived", CHECKED),
        ("settled", CHECKED),
        ("steps", NOT_LOOKED_AT),
        ("diverged", CHECKED),
        ("stalled", CHECKED),
        ("batches", NOT_LOOKED_AT),
    ],
)
def test_the_end_is_proved_or_it_is_said_why_not(name: str, state: str) -> None:
    assert states(st.descend(*GEYSER, **RUNS[name]))["end"] == state


def test_no_held_out_rows_are_said_to_be_none() -> None:
    run = st.descend(*GEYSER)
    assert states(run)["held-out loss"] == NOT_LOOKED_AT
    assert said(run, "held-out loss") == "no rows were kept back"


def test_the_curvature_is_exact_bounded_or_not_known() -> None:
    assert said(st.descend(*GEYSER, scale="none", steps=1), "curvature") == "exact, 28.74"
    assert said(st.descend(*GEYSER, loss="huber", steps=1), "curvature").startswith("a bound, ")
    own = st.descend(lambda p: (float(p @ p), 2 * p), start=[1.0], steps=1)
    assert states(own)["curvature"] == NOT_LOOKED_AT


def test_an_objective_of_ones_own_has_checks_of_its_own() -> None:
    falls = st.descend(lambda p: (float(p @ p), 2 * p), start=[1.0])
    assert states(falls)["gradient"] == NOT_LOOKED_AT
    rises = st.descend(lambda p: (float(p @ p), 2 * p), start=[1.0], learning_rate=3.0, steps=9)
    assert states(rises)["gradient"] == CHECKED
    assert not {"separation", "held-out loss"} & set(states(falls))


def test_a_run_that_was_to_arrive_and_did_not_cannot_be_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("steepest.descent.plan.stopping.MOST_STEPS", 30)
    run = st.descend(*GEYSER, rule="momentum", learning_rate=0.001, scale="none")
    assert states(run)["end"] == NOT_JUDGED and not run.is_judged
    assert said(run, "end") == "30 steps did not bring the gradient to 0"
    asked = st.descend(*GEYSER, rule="momentum", learning_rate=0.001, scale="none", steps=30)
    assert asked.is_judged


def test_a_rate_near_its_limit_is_worth_knowing_and_not_wrong() -> None:
    limit = st.descend(*GEYSER, scale="none", rule="steepest", steps=0).plan.limit
    assert limit is not None
    chosen: dict[str, Any] = {"scale": "none", "rule": "steepest", "steps": 200}
    near = st.descend(*GEYSER, learning_rate=0.95 * limit, **chosen)
    (note,) = near.notes
    assert (note.name, near.verdicts) == ("near the limit", [])
    assert note.numbers == {"learning_rate": 0.95 * limit, "limit": pytest.approx(limit)}
    assert "Worth knowing\n  learning rate" in near.explain()
    # To and fro: the error along the steepest axis changes its sign each step.
    turned = np.sign(near.trace.gradients[:8] @ near.trace.gradients[0])
    assert (turned == [1, -1] * 4).all()
    assert st.descend(*GEYSER, learning_rate=0.5 * limit, **chosen).notes == []
    assert st.descend(*GEYSER, learning_rate=1.02 * limit, **chosen).notes == []


def test_a_file_from_before_has_none(tmp_path: Path) -> None:
    old = next(Path("tests/fixtures").glob("*/textbook.steepest"))
    run = st.load(old)
    assert run.checks == [] and run.notes == [] and run.is_judged
    assert "Looked at" not in run.explain()


def test_uniqueness_is_looked_at() -> None:
    x = np.random.default_rng(0).normal(size=(30, 2))
    y = x @ [1.0, 2.0] + np.random.default_rng(1).normal(size=30)
    twins = np.column_stack([x, x[:, 0]])
    assert said(st.descend((x, y)), "uniqueness") == "the rows tell the weights of all 2 features"
    assert "do not tell all weights" in said(st.descend((twins, y)), "uniqueness")
    assert "the penalty holds" in said(st.descend((twins, y), l2=0.1), "uniqueness")
    wide = np.random.default_rng(0).normal(size=(1025, 1030)).astype(np.float32)
    run = st.descend((wide, wide[:, 0]), scale="standard", steps=1)
    assert states(run)["uniqueness"] == NOT_LOOKED_AT
    assert said(run, "uniqueness") == "1,025 rows of 1,030 features are too many for their rank"
    network = st.descend((x, y), hidden=(2,), steps=1)
    assert said(network, "uniqueness") == "of a network it is not known"

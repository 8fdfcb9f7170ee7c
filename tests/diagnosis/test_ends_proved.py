"""What a run says of its end is only what is proved there."""

from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.diagnosis.check import NOT_JUDGED


def note(run: st.Run, name: str) -> str:
    return next((note.message for note in run.notes if note.name == name), "")


def end(run: st.Run) -> str:
    return next(check.state for check in run.checks if check.name == "end")


@pytest.mark.parametrize("options", [{}, {"rule": "plane"}, {"rule": "steepest"}])
@pytest.mark.parametrize("loss", ["absolute", "quantile:0.3"])
def test_at_kinks_without_a_proof_no_run_has_settled(
    loss: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More features than rows fit every row: the minimum is 0."""
    monkeypatch.setattr("steepest.objective.linear.MOST_FEATURES", 20)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(10, 40)), rng.normal(size=10)
    run = st.descend((X, y), loss=loss, **options)
    if run.loss > 1e-7:
        assert run.stop.reason == "stalled"
        assert run.verdicts or end(run) == NOT_JUDGED
    assert run.loss > 1e-7 or loss == "absolute"


def test_weights_of_a_loss_that_falls_for_ever_are_not_called_the_least() -> None:
    rng = np.random.default_rng(0)
    run = st.descend((rng.normal(size=(10, 30)), np.arange(10) % 2))
    assert run.stop.reason == "separated" and not run.trace.last.least
    told = note(run, "rank")
    assert "the least" not in told and "minimum is not unique" not in told
    assert "the loss has no minimum" in told


@pytest.mark.parametrize("delta", [1e-160, 1e-200, 1e-300])
def test_a_huber_loss_of_tiny_delta_is_the_absolute_loss(delta: float) -> None:
    run = st.descend("geyser", "waiting", ["duration"], loss="huber", delta=delta)
    absolute = st.descend("geyser", "waiting", ["duration"], loss="absolute")
    assert run.loss / delta == pytest.approx(absolute.loss, rel=1e-9)


HUGE = [
    ("diabetes", "progression", 1e28, {}),
    ("geyser", "waiting", 1e28, {"scale": "round"}),
    ("geyser", "waiting", 1e60, {"scale": "round", "rule": "steepest"}),
]


@pytest.mark.parametrize(("dataset", "target", "l2", "options"), HUGE)
def test_beside_a_huge_penalty_the_bias_arrives_at_the_mean(
    dataset: str, target: str, l2: float, options: dict[str, Any]
) -> None:
    run = st.descend(dataset, target, l2=l2, **options)
    assert run.stop.reason == "arrived"
    assert run.loss == pytest.approx(np.var(run.data.y), rel=1e-12)


@pytest.mark.parametrize("l2", [1e17, 1e60])
def test_where_a_huge_penalty_leaves_only_tiny_steps_the_run_has_not_arrived(l2: float) -> None:
    options: dict[str, Any] = {"rule": "steepest", "scale": "standard"}
    run = st.descend("orings", "damaged", ["temperature"], l2=l2, **options)
    share = np.mean(run.data.y)
    lowest = -share * np.log(share) - (1 - share) * np.log1p(-share)
    assert run.loss > lowest * (1 + 1e-6) and run.stop.reason == "stalled"

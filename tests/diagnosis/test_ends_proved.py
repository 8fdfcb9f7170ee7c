"""What a run says of its end is only what is proved there."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.diagnosis.check import NOT_JUDGED
from steepest.numerals import short


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
    monkeypatch.setattr("steepest.data.blocks.Blocks.most_matrix", 21**2)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(10, 40)), rng.normal(size=10)
    run = st.descend((X, y), loss=loss, **options)
    if run.loss > 1e-7:
        # By other bits the last steps may be many, and end by their number.
        assert run.stop.reason in ("stalled", "steps")
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


@pytest.mark.parametrize("hidden", [(4,), (4, 3)])
@pytest.mark.parametrize("rule", ["auto", "adam"])
def test_units_that_start_alike_are_told_and_have_stayed_alike(
    hidden: tuple[int, ...], rule: str
) -> None:
    rng = np.random.default_rng(11)
    X = rng.normal(size=(80, 2))
    y = np.sin(2 * X[:, 0]) + 0.1 * rng.normal(size=80)
    run = st.descend((X, y), hidden=hidden, init="zeros", rule=rule, steps=20)
    (verdict,) = (one for one in run.verdicts if one.name == "symmetry")
    assert verdict.level == "proved" and verdict.numbers["layers"] == len(hidden)
    weights = [layer.weights for layer in run.layers]
    for into, out in pairwise(weights):
        assert np.ptp(into, axis=1).max() == np.ptp(out, axis=0).max() == 0.0
    other = st.descend((X, y), hidden=hidden, steps=20)
    assert other.loss < run.loss and "symmetry" not in [one.name for one in other.verdicts]


def test_a_loss_that_stayed_is_not_said_to_have_risen() -> None:
    X = np.random.default_rng(0).normal(size=(20, 2))
    rate = {"rule": "steepest", "learning_rate": 0.1, "steps": 3}
    run = st.descend((X, X[:, 0]), hidden=(3,), init="zeros", **rate)
    told = run.explain().splitlines()
    line = told[told.index("Step 3  Calculate the new loss.") + 1]
    assert line.endswith(": it stayed")


@pytest.mark.parametrize(
    ("scale", "where"), [("none", ""), ("standard", "in standard units "), ("auto", "in whitened")]
)
def test_the_end_tells_the_gradient_in_the_coordinates_that_it_names(
    scale: str, where: str
) -> None:
    """Far from 0 a gradient in the reader's units is long where that of the walk is rounding."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    options: dict[str, Any] = {} if scale == "auto" else {"rule": "steepest", "steps": 3}
    run = st.descend((X + 1e9 * (scale != "none"), X[:, 0]), scale=scale, **options)
    said = next(check.message for check in run.checks if check.name == "end")
    assert where in said and said.split()[-1] == short(run.trace[-1].steepness)
    assert scale == "none" or run.trace[-1].steepness < 1e-3 * run.trace[-1].gradient_norm

"""A walk to be watched: from the start of a run of auto, in 20 to 60 steps, of a network 200."""

from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.page.look import HIDDEN, PageLook
from steepest.run.watched import watched

AUTO: list[tuple[Any, ...]] = [
    ("geyser", "waiting", ["duration"]),
    ("orings", "damaged"),
    ("penguins", "species", ["flipper_length_mm", "bill_depth_mm"]),
    ("diabetes", "progression", ["bmi", "blood_pressure"]),
]


@pytest.mark.parametrize("asked", AUTO)
def test_a_walk_of_auto_goes_from_its_start_nearly_to_its_end(asked: tuple[Any, ...]) -> None:
    run = st.descend(*asked)
    walk = watched(run)
    assert walk is not None
    assert walk.plan.scale == "standard" and walk.plan.rule.word == "steepest"
    assert isinstance(walk.plan.learning_rate, float)
    assert 20 <= len(walk.trace) - 1 <= 60
    assert np.allclose(walk.trace[0].params, run.trace[0].params, rtol=1e-9)
    fallen = walk.trace.full_losses[0] - walk.loss
    assert fallen >= 0.95 * (run.trace.full_losses[0] - run.loss)
    assert (np.diff(walk.trace.full_losses) <= 0).all()


@pytest.mark.parametrize(
    "options", [{"rule": "steepest"}, {"learning_rate": 0.1}, {"scale": "none"}, {"steps": 5}]
)
def test_what_was_chosen_is_walked_as_it_was_chosen(options: dict[str, Any]) -> None:
    assert watched(st.descend("geyser", "waiting", ["duration"], **options)) is None


@pytest.mark.parametrize("asked", [("xor", "class"), ("geyser", "waiting")])
def test_a_network_walks_at_the_smallest_rate_of_1_2_5_that_falls_as_far(
    asked: tuple[str, str],
) -> None:
    """Within 1 % of the best rate at which no step rises, which the next of these cannot say."""
    run = st.descend(*asked, hidden=(4,), missing="drop")
    walk = watched(run)
    assert walk is not None and len(walk.trace) == 201
    assert (walk.plan.rule.word, walk.plan.scale) == ("steepest", "standard")
    assert np.allclose(walk.trace[0].params, run.trace[0].params, rtol=1e-9, atol=1e-12)
    assert (np.diff(walk.trace.full_losses) < 0).all()
    ladder = [float(f"{digit}e{power}") for power in range(-4, 2) for digit in (1, 2, 5)]
    rate = float(walk.plan.rate_in_words)
    at = ladder.index(rate)
    start, ends = walk.trace.full_losses[0], {}
    for other in ladder[at - 1 : at + 6]:
        how = {"rule": "steepest", "scale": "standard", "learning_rate": other}
        losses = st.descend(*asked, hidden=(4,), missing="drop", steps=200, **how).trace.losses
        if len(losses) == 201 and (np.diff(losses) < 0).all():
            ends[other] = losses[-1]
    near = min(ends.values()) + 0.01 * (start - min(ends.values()))
    assert ends[rate] <= near < ends[ladder[at - 1]]


def test_what_has_no_walk_to_watch_is_shown_as_it_is() -> None:
    """Many features of a linear model, steps that were counted, a start where the gradient is 0."""
    assert watched(st.descend("diabetes", "progression")) is None
    network = st.descend("geyser", "waiting", ["duration"], hidden=[2], steps=2)
    assert watched(network) is None
    assert watched(st.descend("xor", "class", hidden=[2], init="zeros")) is None


@pytest.mark.parametrize(
    ("asked", "hidden"), [(("spirals", "class"), (4,)), (("orings", "damaged"), None)]
)
def test_the_walk_of_a_page_is_seen_over_the_params_that_the_words_name(
    asked: tuple[str, str], hidden: tuple[int, ...] | None
) -> None:
    """Of a network the walk moves others most than the run of auto does, which the words tell."""
    run = st.descend(*asked, hidden=hidden)
    walk = watched(run)
    assert walk is not None
    shown, own = (one.record() for one in (run, walk))
    opened = run.opening_record()
    assert opened["plane"] == shown["plane"]
    assert opened["surface"]["xLabel"] == shown["surface"]["xLabel"]
    if hidden:
        assert own["plane"] != shown["plane"]
        words = run.explain().split("Step 2")[0]
        assert all(f"{opened['params'][i]['name']} = " in words for i in opened["plane"])


def test_what_a_page_cannot_be_is_refused() -> None:
    with pytest.raises(st.ChoiceError, match=r"hide names gears, but .* rate,"):
        PageLook(hide=["rate", "gears"])
    with pytest.raises(st.ChoiceError, match="theme is 'pink'"):
        PageLook(theme="pink")
    assert len(set(HIDDEN)) == len(HIDDEN)

"""A walk to be watched: from the start of a run of auto, to its end, in 20 to 60 steps."""

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


def test_many_features_and_networks_are_shown_as_they_are() -> None:
    assert watched(st.descend("diabetes", "progression")) is None
    network = st.descend("geyser", "waiting", ["duration"], hidden=[2], steps=2)
    assert watched(network) is None


def test_what_a_page_cannot_be_is_refused() -> None:
    with pytest.raises(st.ChoiceError, match=r"hide names gears, but .* rate,"):
        PageLook(hide=["rate", "gears"])
    with pytest.raises(st.ChoiceError, match="theme is 'pink'"):
        PageLook(theme="pink")
    assert len(set(HIDDEN)) == len(HIDDEN)

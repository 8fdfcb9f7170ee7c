"""What Step 2 says of its step: steepest only where it is, in coordinates that are named."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import steepest as st
from steepest.numerals import short
from steepest.view.step_words import step_note

GEYSER = ("geyser", "waiting", ["duration"])
NUMBER = r"-?[\d,.]+(?:e[-+]\d+)?"


def degrees_between(u: Any, v: Any) -> float:
    """Return the angle by its cosine, another way than the story's."""
    cosine = u @ v / np.sqrt((u @ u) * (v @ v))
    return float(np.rad2deg(np.arccos(np.clip(cosine, -1.0, 1.0))))


def first_step(run: st.Run) -> Any:
    return run.trace[1].params - run.trace[0].params


def step_2(run: st.Run) -> str:
    return run.explain().split("Step 2  ")[1].split("Step 3  ")[0].partition("\n")[2]


def test_a_whitened_step_is_not_called_steepest_in_the_readers_units() -> None:
    run = st.descend(*GEYSER)
    told = step_2(run)
    angle = degrees_between(first_step(run), -run.trace[0].gradient)
    assert angle > 60
    assert "direction of steepest descent" not in told
    assert "the step is along steepest descent in whitened coordinates" in told
    assert f"in your units the step is {angle:.0f}° off steepest descent" in told


@pytest.mark.parametrize("scale", ["none", "standard", "round"])
@pytest.mark.parametrize("rule", ["steepest", "momentum", "adam"])
def test_the_told_direction_is_that_of_the_step(scale: str, rule: str) -> None:
    run = st.descend(*GEYSER, rule=rule, learning_rate=0.01, scale=scale, steps=3)
    told = re.search(
        rf"direction of ([\w ]+): weight ({NUMBER}|\+{NUMBER}), bias (\S+)", step_2(run)
    )
    assert told
    move = run.story.move
    assert move is not None
    way = np.array([float(told[2]), float(told[3])])
    assert degrees_between(way, move.new - move.old) < 0.1
    if "steepest" in told[1]:
        assert degrees_between(way, -move.gradient) < 0.1


@pytest.mark.parametrize("scale", ["none", "standard", "round"])
def test_the_gradient_of_step_2_is_the_first_of_the_table(scale: str) -> None:
    run = st.descend(*GEYSER, rule="steepest", learning_rate=0.01, scale=scale, steps=3)
    text = run.explain()
    first = re.search(r"^ +0 .*$", text, re.MULTILINE)
    assert first
    assert first[0].split()[-2] == short(run.trace[0].steepness)
    lengths = re.findall(rf"length ({NUMBER})", step_2(run))
    assert short(run.trace[0].steepness) in lengths
    named = re.search(r"the length of the gradient is given (.*)", text)
    assert (named[1] if named else "") == run.story.coordinates


@pytest.mark.parametrize(
    ("options", "note"),
    [
        ({"rule": "steepest", "scale": "none", "learning_rate": 0.01}, ""),
        ({"rule": "adam", "scale": "none", "learning_rate": 0.1}, "a step of adam, "),
        ({"rule": "steepest", "scale": "standard", "learning_rate": 0.1}, "in standard units; in "),
        ({}, "along steepest descent in whitened coordinates; in your units 79° off"),
    ],
)
def test_the_film_says_what_its_arrow_is(options: dict[str, Any], note: str) -> None:
    told = step_note(st.descend(*GEYSER, **options, steps=2).story)
    assert note in told and bool(note) == bool(told)


@given(some.lists(some.floats(-50, 50), min_size=4, max_size=4), some.sampled_from([0.3, 1.0, 7.0]))
def test_steepest_descent_is_off_itself_by_nothing(start: list[float], curvature: float) -> None:
    """In the reader's own units no step of steepest descent is told as off it."""
    scales = curvature ** np.arange(4.0)
    objective = lambda p: (float(scales @ p**2), 2 * scales * p)  # noqa: E731
    run = st.descend(objective, start=start, rule="steepest", learning_rate=1e-4, steps=1)
    assert run.story.off_steepest == pytest.approx(0.0, abs=1e-4)
    assert " off steepest" not in run.explain()


def test_a_number_that_was_given_has_one_form() -> None:
    run = st.descend(*GEYSER, rule="steepest", learning_rate=0.0123456, scale="none", steps=2)
    text = run.explain()
    assert text.count("0.0123456") >= 5
    assert "0.01235" not in text


@pytest.mark.parametrize("more", [{}, {"rule": "adam"}, {"scale": "none"}])
def test_a_network_tells_the_update_of_the_two_params_on_the_axes(more: dict[str, Any]) -> None:
    asked: dict[str, Any] = {"rule": "steepest", "learning_rate": 0.1, "steps": 3, **more}
    run = st.descend(
        "penguins", "species", ["bill_length_mm", "bill_depth_mm"], hidden=(8, 4), **asked
    )
    move, story = run.story.move, run.story
    assert move is not None and move.by_param
    surface = run.surface(points=3)
    named = [run.param_names[i] for i in story.shown_params]
    assert {surface.x_name, surface.y_name} == set(named)
    told = step_2(run)
    for i, name in zip(story.shown_params, named, strict=True):
        line = re.search(
            rf"^  {name}: ({NUMBER}) ([+-]) 0.1 × ({NUMBER}) = ({NUMBER})$", told, re.MULTILINE
        )
        assert line
        rate = 0.1 if line[2] == "+" else -0.1
        assert float(line[4]) == pytest.approx(float(line[1]) + rate * float(line[3]), abs=2e-4)
        assert line[4] == short(move.new[i])
    assert "... and 73 more, in the same way" in told
    lengths = [float(n) for n in re.findall(r"its length (\S+)$", told, re.MULTILINE)]
    assert len(lengths) == 4
    assert np.hypot.reduce(lengths[:3]) == pytest.approx(lengths[3], rel=1e-3)


def test_a_network_says_how_its_start_was_drawn() -> None:
    asked: dict[str, Any] = {"hidden": (3,), "steps": 1, "seed": 7}
    told = st.descend(*GEYSER, init="he", **asked).explain()
    assert "seed 7: weights normal of variance 2 / inputs (he), in standard units; biases 0" in told
    assert "hidden params times 13.57" in told
    told = st.descend(*GEYSER, **asked).explain()
    assert "(random), in standard units; biases uniform within 1 / sqrt(inputs) of 0" in told
    assert "seed 7: " not in st.descend(*GEYSER, seed=7, steps=1).explain()

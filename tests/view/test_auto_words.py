"""What a run says of what `auto` chose, and of how its steps differ from the textbook's."""

import re
from functools import cache

import numpy as np
import pytest

import steepest as st
from steepest.numerals import short

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
THREE = np.array(["ant", "bee", "cat"])[np.digitize(X[:, 0], [-0.5, 0.5])]


@cache
def classes() -> st.Run:
    return st.descend((X, THREE), l2=1e-4)


@cache
def sampled() -> st.Run:
    many = RNG.normal(size=(300_000, 2))
    return st.descend((many, (many[:, 0] + RNG.logistic(size=300_000) > 0).astype(float)))


def test_what_auto_became_is_told_with_its_reason() -> None:
    run = classes()
    text = run.explain()
    assert "rule plane; learning rate auto; scale round" in text
    assert f"chosen by auto: {run.plan.reasons}" in text
    assert "plane search: " in run.plan.reasons
    assert "round: whitened by a matrix of 4 × 4" in run.plan.reasons


def test_what_the_reader_chose_needs_no_reason() -> None:
    run = st.descend((X, THREE), rule="steepest", scale="none", learning_rate=0.1, steps=3)
    text = run.explain()
    for word in ("chosen by auto", "momentum", " anew ", " saw "):
        assert word not in text


def test_a_plane_step_is_told_as_one() -> None:
    run = classes()
    text = run.explain()
    assert "each step is learning rate × direction + momentum × the step before it" in text
    step = run.trace[2]
    cells = next(line.split() for line in text.splitlines() if re.match(r" +2 ", line))
    assert cells[-2:] == [short(step.learning_rate), short(step.momentum)]


def test_the_first_step_of_a_plane_search_goes_against_the_gradient() -> None:
    text = classes().explain()
    assert (
        "the step is along steepest descent in whitened coordinates, where the gradient has" in text
    )
    assert "direction of steepest descent: " not in text
    straight = st.descend((X[:, :1], THREE), scale="standard", l2=0.1, steps=2)
    start, rate = straight.story.move, short(straight.trace[0].learning_rate)
    assert start is not None and start.by_param
    told = re.findall(rf" (\S+) - {re.escape(rate)} × (\S+) = (\S+)$", straight.explain(), re.M)
    assert told == [
        (short(a), short(b), short(c))
        for a, b, c in zip(start.old, start.gradient, start.new, strict=True)
    ]


def test_new_coordinates_are_told() -> None:
    anew = classes().trace.whitened
    told = re.search(r"the coordinates were whitened anew at steps ([\d, ]+)", classes().explain())
    assert told
    assert [int(at) for at in told[1].split(", ")] == anew[: len(told[1].split(", "))].tolist()


@pytest.mark.prove
def test_samples_are_told_with_their_rows() -> None:
    run = sampled()
    text = run.explain()
    rows = run.trace.rows.astype(int)
    assert rows[0] < rows[-1] == 300_000
    assert f"of {rows[0]:,} rows drawn at random" in text
    assert ", on rows drawn at random" in text
    assert f" saw {rows[0]:,} of 300,000 rows; " in text
    assert "saw all 300,000 rows" in text
    start = next(line.split() for line in text.splitlines() if re.match(r" +0 ", line))
    whole = run.objective.value(run.trace[0].params)
    assert start[4:6] == [short(run.trace[0].loss), short(whole)]
    assert np.isnan(run.trace[0].full_loss)
    assert run.scene.trace[0].full_loss == whole
    steps = re.findall(r"steps? (\d+)(?: to (\d+))? saw", text)
    assert [int(first) for first, _ in steps] == [0, *(np.flatnonzero(np.diff(rows)) + 1)]
    assert int(steps[-1][1] or steps[-1][0]) == len(rows) - 1

import math
from typing import Any

import numpy as np
import pytest
from reference import problem

import steepest as st
from steepest.descent.plan.named_rates import choose_step_size
from steepest.descent.steps.step_size import Cosine, Scheduled, StepDecay, TimeDecay
from steepest.page.replay import trained_by_pages, walked_by_pages

DATA = problem("squared", 0)


def rates(rate: Any, steps: int = 6) -> list[float]:
    run = st.descend(DATA, rule="steepest", scale="none", learning_rate=rate, steps=steps)
    return run.trace.learning_rates.tolist()


def test_a_number_is_the_rate_of_every_step() -> None:
    assert rates(0.01) == [0.01] * 7


def test_a_number_may_be_a_word() -> None:
    assert rates("0.01") == [0.01] * 7


def test_time_decay() -> None:
    assert rates("time:0.01:0.5") == [0.01 / (1 + 0.5 * k) for k in range(7)]
    assert rates("time:0.01") == [0.01 / (1 + 0.01 * k) for k in range(7)]


def test_step_decay() -> None:
    assert rates("step:0.08:0.5:2", 5) == [0.08, 0.08, 0.04, 0.04, 0.02, 0.02]
    assert StepDecay(0.1)(99) == 0.1
    assert StepDecay(0.1)(100) == 0.05


def test_a_warm_up_rises_evenly_to_its_rate_and_stays_there() -> None:
    warm = choose_step_size("warmup:0.4:4")
    assert isinstance(warm, Scheduled)
    assert [warm.schedule(k) for k in range(6)] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4, 0.4])
    with pytest.raises(st.ChoiceError, match="steps of the warm-up is 0"):
        choose_step_size("warmup:0.4:0")
    run = st.descend(DATA, learning_rate="warmup:0.01:3", steps=4)
    assert not walked_by_pages(run.plan) and not trained_by_pages(run.plan)


def test_cosine() -> None:
    expected = [0.5 * 0.01 * (1 + math.cos(math.pi * k / 6)) for k in range(7)]
    assert rates("cosine:0.01") == pytest.approx(expected, rel=1e-14)
    assert Cosine(0.1, 5)(6) == 0.0


def test_a_function_of_the_step() -> None:
    assert rates(lambda k: 0.01 / (k + 1)) == [0.01 / (k + 1) for k in range(7)]
    assert rates(TimeDecay(0.01, 1.0)) == [0.01 / (k + 1) for k in range(7)]


def test_a_schedule_sets_how_far_the_steps_go() -> None:
    run = st.descend(
        DATA, rule="steepest", scale="none", learning_rate="time:0.01:1", steps=5, l2=0.1
    )
    for k, (here, there) in enumerate(zip(run.trace, list(run.trace)[1:], strict=False)):
        assert np.array_equal(there.params, here.params - 0.01 / (1 + k) * here.gradient)


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (-0.1, "the learning rate is -0.1, but it must be a number above 0"),
        (0, "the learning rate is 0, but it must be a number above 0"),
        (float("nan"), "the learning rate is nan, but it must be a number above 0"),
        (float("inf"), "the learning rate is inf, but it must be a number above 0"),
        ("-1", "the learning rate is -1, but it must be a number above 0"),
        ("fast", "the learning rate is 'fast', but it must be a number above 0, auto, time:RATE"),
        ("time", "the learning rate 'time' has no number; time is time:RATE"),
        ("time:", "the learning rate 'time:' has no number; time is time:RATE"),
        ("time:-1", "the learning rate is -1, but it must be a number above 0"),
        ("time:0.1:slow", "the learning rate is 'time:0.1:slow', and 'slow' is no number, but"),
        ("time:0.1:1:2", "too many numbers in the learning rate; it is a number above 0, auto"),
        ("step:0.1:1:2:3", "too many numbers in the learning rate"),
        ("cosine:0.1:5:6", "too many numbers in the learning rate"),
        (None, "the learning rate is None, but it must be"),
        ([0.1, 0.2], r"the learning rate is \[0.1, 0.2\], but it must be"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(rate: Any, said: str) -> None:
    with pytest.raises(st.ChoiceError, match=said):
        rates(rate)


def test_a_cosine_needs_its_end() -> None:
    with pytest.raises(st.ChoiceError, match="needs to know its end: say how many steps"):
        st.descend(DATA, learning_rate="cosine:0.1")


@pytest.mark.parametrize(
    "rate",
    ["step:0.1:0.5:nan", "step:0.1:0.5:inf", "time:0.1:-0.1", "step:0.1:-1", "step:0.1:0.5:0.3"],
)
def test_numbers_of_a_schedule_that_cannot_be_are_refused(rate: str) -> None:
    with pytest.raises(st.ChoiceError, match="must be a"):
        st.descend("geyser", "waiting", ["duration"], learning_rate=rate, steps=3)


def test_a_schedule_that_goes_wrong_says_at_which_step() -> None:
    with pytest.raises(st.ChoiceError, match="the scheduled learning rate of step 4 is nan"):
        st.descend(
            "geyser",
            "waiting",
            ["duration"],
            steps=9,
            learning_rate=lambda k: 0.01 if k < 4 else float("nan"),
        )

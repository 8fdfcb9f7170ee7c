"""A learning rate with a reason: against a fine grid, closed forms, and PyTorch's own steps."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked import Ask

import steepest as st
from steepest.errors import ChoiceError
from steepest.view.rate_story import RangeTest

RNG = np.random.default_rng(5)
X = RNG.normal(size=(80, 3)) * [1.0, 5.0, 0.2]
CURVED = np.tanh(X[:, 0]) + 0.1 * RNG.normal(size=80)

PROBLEMS: dict[str, tuple[Any, dict[str, Any]]] = {
    "squared": ((X, X @ [1.0, -1.0, 2.0] + RNG.normal(size=80)), {"scale": "none"}),
    "classes": ((X, X[:, 0] + RNG.normal(size=80) > 0), {"scale": "standard", "l2": 0.01}),
    "momentum": ((X, X[:, 0] + RNG.normal(size=80) > 0), {"rule": "momentum", "l2": 0.01}),
    "huber": ((X, CURVED), {"loss": "huber:0.1", "scale": "standard"}),
    "network": ((X, CURVED), {"hidden": (4,), "loss": "squared"}),
}
SLOW: dict[str, tuple[Any, dict[str, Any]]] = {
    "adam": ((X, CURVED), {"hidden": (4,), "loss": "squared", "rule": "adam"}),
    "three classes": ((X, np.digitize(X[:, 0], [-0.5, 0.5]).astype(str)), {"l2": 0.01}),
    "counts": ((X, RNG.poisson(np.exp(X[:, 0] / 2))), {"loss": "poisson", "scale": "standard"}),
    "moons": (("moons", "class"), {"hidden": (4,)}),
    "gelu": ((X, CURVED), {"hidden": (8,), "activation": "gelu", "loss": "squared"}),
}


def data_of(data: Any) -> tuple[Any, ...]:
    return data if isinstance(data[0], str) else (data,)


def losses(
    found: st.FoundRate, data: Any, rate: float, steps: int, more: dict[str, Any]
) -> list[float]:
    run = st.descend(
        *data_of(data), **{**more, "rule": found.rule, "learning_rate": rate, "steps": steps}
    )
    return list(map(float, run.trace.losses))


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        *((name, 0) for name in PROBLEMS),
        *(
            pytest.param(name, seed, marks=pytest.mark.prove)
            for name, (_, more) in (PROBLEMS | SLOW).items()
            for seed in (range(8) if "hidden" in more else [0])
        ),
    ],
)
def test_it_reaches_the_best_of_a_fine_grid(name: str, seed: int) -> None:
    data, usual = (PROBLEMS | SLOW)[name]
    more = {**usual, "seed": seed}
    found = st.find_rate(*data_of(data), **more, trial_steps=40)
    rates = np.geomspace(found.trials[0].rate, found.trials[-1].rate, 40)
    best = min(losses(found, data, rate, 40, more)[-1] for rate in rates if rate != found.limit)
    taken = losses(found, data, found.learning_rate, 60, more)
    assert min(taken) <= 1.05 * best
    assert taken[min(40, len(taken) - 1)] == pytest.approx(found.best.loss, rel=1e-12)


def test_a_rate_among_jumps_is_told_with_one_below_them() -> None:
    data, more = SLOW["gelu"]
    found = st.find_rate(data, **more, trial_steps=40)
    steady = found.steady
    assert steady is not None and steady.rate < found.learning_rate
    assert steady.loss > found.best.loss
    below = [one for one in found.trials if one.rate <= steady.rate]
    assert [one.loss for one in below] == sorted((one.loss for one in below), reverse=True)
    assert f"the best below them is {steady.rate:.4g}, with a loss of" in found.explain()
    assert found.to_dict()["steady"] == vars(steady)


def test_the_loss_of_a_bowl_does_not_jump() -> None:
    data, more = PROBLEMS["squared"]
    found = st.find_rate(data, trial_steps=20, **more)
    assert found.steady is None and "jumps" not in found.explain()


def test_the_limit_of_a_squared_loss_is_the_curvatures_and_proved() -> None:
    (rows, y), more = PROBLEMS["squared"]
    found = st.find_rate((rows, y), trial_steps=20, **more)
    wide = np.column_stack([rows, np.ones(80)])
    curvature = np.linalg.eigvalsh(2 * wide.T @ wide / 80)[-1]
    assert found.is_exact
    assert found.limit == pytest.approx(2 / curvature, rel=1e-9)
    assert found.margin == found.limit / found.learning_rate > 1
    assert f"= {found.limit_formula}: above it the steps grow without end" in found.explain()
    above = st.descend((rows, y), **more, rule="steepest", learning_rate=found.limit * 1.05)
    assert above.stop.reason == "diverged"


def test_of_a_network_nothing_is_proved_and_that_is_said() -> None:
    data, more = PROBLEMS["network"]
    found = st.find_rate(data, trial_steps=20, **more)
    assert (found.limit, found.is_exact, found.is_network) == (None, False, True)
    beyond = [one.rate for one in found.trials if one.diverged]
    assert beyond and found.margin == min(beyond) / found.learning_rate
    assert "a rate that holds for 20 steps may fail later" in found.explain()


def test_the_range_test_falls_fastest_where_it_does() -> None:
    rates = np.geomspace(1e-4, 1.0, 200)
    falls = 1 / (1 + np.exp(4 * np.log(rates / 0.02)))
    assert RangeTest(rates, falls).steepest == pytest.approx(0.02, rel=0.1)
    losses = falls.copy()
    losses[150:] = np.nan
    assert RangeTest(rates, losses).steepest == pytest.approx(0.02, rel=0.1)


def test_it_comes_with_mini_batches_too() -> None:
    data, more = PROBLEMS["network"]
    found = st.find_rate(data, trial_steps=20, batch=16, **more)
    assert found.best.loss < found.start_loss


OF_STEPS: dict[str, dict[str, Any]] = {
    "batches": {"batch": 16},
    "dropout": {"batch": 16, "dropout": 0.5},
    "all rows, dropout": {"batch": 80, "dropout": 0.5},
    "clip": {"clip": 0.01},
}


@pytest.mark.parametrize("name", OF_STEPS)
def test_trials_are_the_runs_that_their_options_make(name: str) -> None:
    data, more = PROBLEMS["network"]
    options = {**more, **OF_STEPS[name], "rule": "adam"}
    found = st.find_rate(data, trial_steps=12, **options)
    plain = st.find_rate(data, trial_steps=12, **more, rule="adam")
    assert [one.loss for one in found.trials] != [one.loss for one in plain.trials]
    for one in found.trials[2::5]:
        run = st.descend(data, **options, learning_rate=one.rate, steps=12)
        if one.diverged:
            continue
        losses = [float(run.objective.value(step.params)) for step in run.trace]
        assert one.loss == losses[-1]
        near = one.loss + 1e-3 * (found.start_loss - one.loss)
        assert losses[one.steps] <= near
        in_epoch = 5 if name in ("batches", "dropout") else 1
        assert one.steps % in_epoch == 0 or one.steps == 12
        assert not any(losses[i] <= near for i in range(0, one.steps, in_epoch))


@pytest.mark.parametrize("steps", [{"clip": 0.5}, {"batch": 16}])
def test_a_limit_is_told_only_where_it_proves_something(steps: dict[str, Any]) -> None:
    data, more = PROBLEMS["squared"]
    found = st.find_rate(data, trial_steps=10, **more, **steps)
    assert (found.limit, found.is_exact) == (None, False)
    assert st.find_rate(data, trial_steps=10, **more, batch=80).limit is not None


def test_the_next_rate_that_is_worse_is_told_beside_the_margin() -> None:
    data, more = PROBLEMS["network"]
    found = st.find_rate(data, trial_steps=20, **more, rule="adam")
    worse = found.worse
    assert worse is not None and worse.rate > found.learning_rate and not worse.diverged
    alike = found.best.loss + 1e-3 * (found.start_loss - found.best.loss)
    between = [one for one in found.trials if found.learning_rate < one.rate < worse.rate]
    assert worse.loss > alike >= max([one.loss for one in between], default=alike)
    assert f"the loss is {worse.loss:.4g} already" in found.explain()
    assert found.to_dict()["worse"] == vars(worse)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"learning_rate": 0.1}, "learning_rate: find_rate tries rates"),
        ({"steps": 5, "stop": "validation"}, "steps, stop: find_rate tries rates"),
        ({"rule": "plane"}, "the rule plane needs no learning rate"),
        ({"rule": "lbfgs", "hidden": (3,)}, "the rule lbfgs needs no learning rate"),
        ({"trial_steps": 1}, "trial_steps is 1, but it must be a whole number from 2 up"),
        ({"hidden": (3,), "init": "zeros"}, "the gradient at the start is 0"),
    ],
)
def test_what_cannot_be_is_told(options: dict[str, Any], said: str) -> None:
    target = np.where(np.arange(80) % 2 == 0, 1.0, -1.0)
    with pytest.raises(ChoiceError, match=said):
        st.find_rate((np.ones((80, 1)) * target[:, None], 0 * CURVED + target), **options)


def test_the_command_line_tells_it_and_draws_it(ask: Ask) -> None:
    asked = ["rate", "geyser", "--target", "waiting", "--scale", "standard", "--trial-steps", "20"]
    answer = ask(*asked, "--figure", "rate.png")
    assert (answer.status, answer.err) == (0, "")
    assert "limit: 1 = 2/curvature: above it the steps grow without end" in answer.out
    assert Path("rate.png").stat().st_size > 10_000
    found = json.loads(ask(*asked, "--json").out)
    assert found["learning_rate"] == pytest.approx(0.5)
    assert found["limit_is_exact"] is True
    assert sorted(one["rate"] for one in found["trials"]) == [
        one["rate"] for one in found["trials"]
    ]


def test_a_run_is_diagnosed(ask: Ask) -> None:
    fit = ["fit", "geyser", "--target", "waiting", "--save", "run.steepest"]
    diverging = [*fit, "--rule", "steepest", "--scale", "none", "--learning-rate", "1"]
    assert ask(*diverging).status == 0
    answer = ask("diagnose", "run.steepest")
    assert (answer.status, answer.err) == (0, "")
    assert "Verdict (proved): " in answer.out and "what to do: " in answer.out
    told = json.loads(ask("diagnose", "run.steepest", "--json").out)
    assert told["verdicts"][0]["name"] == "divergence" and told["stop"]["reason"] == "diverged"
    assert ask(*fit).status == 0
    assert (
        "No verdict\n  nothing that was looked at is wrong" in ask("diagnose", "run.steepest").out
    )

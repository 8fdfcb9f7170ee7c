"""Going on with a run: to the bit as if it had never stopped, from memory and from a file."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reference import problem
from scipy.sparse import csr_array

import steepest as st
from steepest.descent.named_rules import RULES
from steepest.descent.rules import Momentum
from steepest.descent.steps.step_size import StepDecay

COMPARED = (
    "params",
    "gradients",
    "losses",
    "full_losses",
    "steepnesses",
    "learning_rates",
    "momenta",
    "rows",
    "whitened",
    "passes",
)
LINE = problem("squared", 0)
CLASSES = problem("softmax", 0, rows=60)

RULE_RUNS: dict[str, Any] = {
    name: {"data": CLASSES, "rule": name, "learning_rate": 0.05, "scale": "standard"}
    for name in RULES
    if name not in ("adam_lbfgs", "adam_proximal", "lbfgs", "plane", "smoothing")
}
RATES = (
    0.05,
    "auto",
    "time:0.1",
    "step:0.1:0.5:7",
    "cosine:0.1",
    "adgd",
    "polyak",
    "silver",
    "backtracking",
    "exact",
    "dog",
)
RATE_RUNS: dict[str, Any] = {
    f"rate {rate}": {"data": LINE, "rule": "steepest", "learning_rate": rate, "scale": "none"}
    for rate in RATES
}
OTHER_RUNS: dict[str, Any] = {
    "plane": {"data": CLASSES, "scale": "standard", "l2": 0.01},
    "lbfgs": {"data": CLASSES, "rule": "lbfgs", "l2": 0.01},
    "lbfgs of a network": {"data": CLASSES, "hidden": (3,)},
    "plane, whitened on the way": {"data": CLASSES, "l2": 1e-4},
    "plane, normal equations": {"data": LINE},
    "search on whitened classes": {"data": CLASSES, "rule": "steepest", "l2": 0.01},
    "auto of absolute": {"data": LINE, "loss": "absolute"},
    "batches": {"data": LINE, "batch": 7, "rule": "momentum", "learning_rate": 0.01},
    "dropout, clipped": {
        "data": CLASSES,
        "hidden": (4,),
        "batch": 16,
        "dropout": 0.3,
        "clip": 0.2,
        "rule": "adam",
        "learning_rate": 0.02,
    },
    "batches, dog": {"data": LINE, "batch": 7, "rule": "steepest", "learning_rate": "dog"},
    "one epoch of batches": {"data": LINE, "batch": 5, "rule": "adam", "learning_rate": "auto"},
    "a rule with its own number": {"data": LINE, "rule": Momentum(0.5), "learning_rate": 0.01},
    "a schedule": {"data": LINE, "rule": "adam", "learning_rate": StepDecay(0.1, 0.5, 4)},
    "weights of rows": {"data": LINE, "sample_weight": np.arange(30.0), "scale": "none"},
    "counts": {"data": problem("poisson", 0), "loss": "poisson", "l2": 0.01},
    "huber": {"data": LINE, "loss": "huber", "delta": 0.5},
    "quantile": {"data": LINE, "loss": "quantile", "quantile": 0.8, "scale": "standard"},
    "quantile, l1": {"data": problem("squared", 2, rows=200), "loss": "quantile:0.9", "l1": 0.01},
    "flat absolute": {"data": (np.ones((4, 1)), np.arange(4.0)), "loss": "absolute"},
    "two classes, by blocks": {"data": problem("cross_entropy", 0), "scale": "block"},
    "plane, by blocks": {"data": CLASSES, "rule": "plane", "scale": "block", "l2": 0.01},
    "single precision": {"data": (CLASSES[0].astype(np.float32), CLASSES[1]), "l2": 0.01},
    "sparse rows": {"data": (csr_array(CLASSES[0]), CLASSES[1]), "l2": 0.01},
    "more features than rows": {"data": problem("cross_entropy", 1, features=60), "l2": 0.1},
    "rows of very unlike columns": {"data": (LINE[0] * [1e-6, 1e6], LINE[1])},
    "l1": {"data": CLASSES, "l1": 0.02, "l2": 0.01},
    "l1, textbook": {"data": LINE, "l1": 0.02, "learning_rate": 0.01, "scale": "none"},
}
RUNS = RULE_RUNS | RATE_RUNS | OTHER_RUNS


def stopped(at: int) -> Callable[[st.Step], bool]:
    """Return a callback that ends a run at this step."""
    return lambda step: step.index == at


def saved(run: st.Run, folder: Path) -> st.Run:
    run.save(folder / "run.steepest")
    return st.load(folder / "run.steepest")


def assert_same(one: st.Run, other: st.Run) -> None:
    for name in COMPARED:
        left, right = getattr(one.trace, name), getattr(other.trace, name)
        assert np.array_equal(left, right, equal_nan=True), name
    assert (one.stop, one.verdicts, one.plan) == (other.stop, other.verdicts, other.plan)
    assert one.trace.since_progress == other.trace.since_progress
    assert one.trace.best.index == other.trace.best.index


@pytest.mark.parametrize("name", RUNS)
def test_a_resumed_run_is_the_run_that_never_stopped(name: str, tmp_path: Path) -> None:
    choices = {**RUNS[name], "steps": 30, "seed": 3}
    whole = st.descend(**choices)
    half = st.descend(**choices, callback=stopped(12))
    before = {key: array.copy() for key, array in half.trace.to_arrays().items()}
    assert_same(half.resume(steps=18), whole)
    assert_same(saved(half, tmp_path).resume(steps=18), whole)
    for key, array in half.trace.to_arrays().items():
        assert np.array_equal(array, before[key], equal_nan=True)


@pytest.mark.parametrize("at", [0, 1, 2, 5])
def test_a_run_can_be_taken_up_at_any_step_again_and_again(at: int, tmp_path: Path) -> None:
    whole = st.descend(CLASSES, l2=1e-4, steps=9)
    run = st.descend(CLASSES, l2=1e-4, steps=at)
    while len(run.trace) < 10:
        run = saved(run, tmp_path).resume(steps=1)
    assert_same(run, whole)


def large() -> Any:
    X, y = problem("cross_entropy", 1, rows=300_000, features=2)
    return X, y


def test_samples_that_grow_are_drawn_again_as_they_were(tmp_path: Path) -> None:
    data = large()
    whole = st.descend(data, steps=6)
    assert len(set(whole.trace.rows)) > 1 and len(whole.trace.whitened)
    for at in range(4):
        half = st.descend(data, steps=at)
        assert_same(half.resume(steps=6 - at), whole)
    assert_same(saved(half, tmp_path).resume(steps=3), whole)


def test_to_the_end_is_as_far_as_the_run_goes() -> None:
    whole = st.descend(CLASSES, l2=0.01)
    gone_on = st.descend(CLASSES, l2=0.01, callback=stopped(3)).resume()
    assert gone_on.stop.reason == "arrived"
    assert_same(gone_on, whole)
    assert gone_on.explain() == whole.explain()


@pytest.mark.parametrize(
    "name", ["plane, whitened on the way", "plane, normal equations", "rate backtracking"]
)
def test_beyond_where_it_had_arrived_a_run_takes_the_same_steps(name: str, tmp_path: Path) -> None:
    arrived = st.descend(**RUNS[name], tol=1e-3)
    assert arrived.stop.reason == "arrived"
    steps = len(arrived.trace) - 1
    whole = st.descend(**RUNS[name], steps=steps + 4)
    assert_same(arrived.resume(steps=4), whole)
    assert_same(saved(arrived, tmp_path).resume(steps=4), whole)


def test_a_run_that_has_arrived_stays_where_it_is() -> None:
    run = st.descend("geyser", "waiting")
    again = run.resume()
    assert (len(again.trace), again.stop) == (len(run.trace), run.stop)
    assert len(run.resume(steps=3).trace) == len(run.trace) + 3


def test_a_run_that_diverged_stays_so() -> None:
    run = st.descend(LINE, rule="steepest", scale="none", learning_rate=0.9)
    again = run.resume(steps=5)
    assert again.stop == run.stop
    assert again.verdicts == run.verdicts


def test_more_time_is_counted_from_where_it_stopped() -> None:
    slow = {"rule": "steepest", "scale": "none", "learning_rate": 1e-6}
    run = st.descend(LINE, seconds=0.02, **slow)
    longer = run.resume(seconds=0.03)
    assert longer.stop.message == "stopped: the 0.03 s it was given are over"
    assert longer.trace.seconds[-1] - run.trace.seconds[-1] >= 0.03
    assert (np.diff(longer.trace.seconds) >= 0).all()


def test_vectors_are_given_up_as_they_would_have_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = st.Trace.__init__.__defaults__
    assert usual is not None
    monkeypatch.setattr(st.Trace.__init__, "__defaults__", (16 * 3 * 10, *usual[1:]))
    choices = {"batch": 7, "rule": "steepest", "learning_rate": 0.01}
    whole = st.descend(LINE, steps=90, **choices)
    half = st.descend(LINE, steps=37, **choices)
    assert half.resume(steps=53).trace.kept.tolist() == whole.trace.kept.tolist()
    assert_same(saved(half, tmp_path).resume(steps=53), whole)


def test_ctrl_c_leaves_a_run_to_go_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = st.descend(CLASSES, rule="adam", learning_rate=0.1, steps=20)
    updates = iter(range(1000))

    def interrupted(self: object, gradient: Any, state: Any) -> Any:
        if next(updates) == 7:
            raise KeyboardInterrupt  # in the middle of a step, after part of it was worked out
        return update(self, gradient, state)

    update = RULES["adam"].update
    with monkeypatch.context() as patched:
        patched.setattr(RULES["adam"], "update", interrupted)
        half = st.descend(CLASSES, rule="adam", learning_rate=0.1, steps=20)
    assert (half.stop.reason, len(half.trace)) == ("interrupted", 7)
    assert_same(half.resume(steps=14), whole)


def test_passes_are_those_of_the_walk() -> None:
    plain = st.descend(LINE, rule="steepest", scale="none", learning_rate=0.01, steps=5)
    assert plain.trace.passes.tolist() == [1, 2, 3, 4, 5, 6]
    sums = st.descend(LINE, steps=3)
    assert 1 <= sums.trace.passes[0] <= sums.trace.passes[-1] <= 3
    assert sums.trace.rows.tolist() == [30] * 4
    batches = st.descend(LINE, batch=10, learning_rate=0.01, steps=4)
    # Each batch is a third; the loss of all rows is worked out at the end of each epoch.
    assert np.allclose(batches.trace.passes, [4 / 3, 5 / 3, 2, 10 / 3, 11 / 3])
    assert batches.trace.rows.tolist() == [10] * 5


def old(run: st.Run, folder: Path, **changes: Any) -> st.Run:
    """Return the run as a file from before runs could be gone on with has it."""
    run.save(folder / "new.steepest")
    with (
        zipfile.ZipFile(folder / "new.steepest") as archive,
        zipfile.ZipFile(folder / "old.steepest", "w") as other,
    ):
        for name in archive.namelist():
            part = archive.read(name)
            if name == "run.json":
                record = json.loads(part)
                del record["asked"], record["choices"]["afresh"], record["arrays"]
                record["choices"] |= changes
                part = json.dumps(record).encode()
            if not name.startswith(("standing", "stride", "filled")):
                other.writestr(name, part)
    return st.load(folder / "old.steepest")


@pytest.mark.parametrize("batch", [None, 7])
def test_an_old_file_goes_on_afresh_from_its_last_step_and_says_so(
    batch: int | None, tmp_path: Path
) -> None:
    half = st.descend(
        LINE, rule="momentum", scale="none", learning_rate=0.05, steps=12, batch=batch
    )
    run = old(half, tmp_path).resume(steps=4)
    # The ball begins at rest: the first new step goes along the gradient alone.
    last, after = run.trace[12], run.trace[13]
    assert np.array_equal(last.params, half.trace[12].params)
    assert np.allclose(after.params, last.params - 0.05 * last.gradient, rtol=1e-15)
    assert len(run.trace) == 17
    said = "gone on afresh from step 12: what its rule carried was not kept"
    assert said in run.explain()
    assert said in saved(run, tmp_path).explain()
    assert np.array_equal(run.resume(steps=1).trace.params[:17], run.trace.params)


def test_what_no_file_can_hold_is_said(tmp_path: Path) -> None:
    run = st.descend(LINE, rule="steepest", learning_rate=lambda index: 0.1, steps=3)
    assert len(run.resume(steps=2).trace) == 6
    with pytest.raises(st.ChoiceError, match=r"a function of your own.*start=run"):
        saved(run, tmp_path).resume(steps=2)


def test_steps_must_be_a_number() -> None:
    run = st.descend("orings", "damaged", steps=2)
    with pytest.raises(st.ChoiceError, match="steps is -1, but it must be a whole number"):
        run.resume(steps=-1)
    with pytest.raises(st.ChoiceError, match="seconds is 0, but it must be a number above 0"):
        run.resume(seconds=0)


def test_a_callback_gets_every_step_and_may_stop() -> None:
    given: list[st.Step] = []

    def callback(step: st.Step) -> bool:
        given.append(step)
        return step.loss < 0.445

    run = st.descend("orings", "damaged", callback=callback)
    assert run.stop == st.Stop("callback", f"stopped at step {len(run.trace) - 1} by the callback")
    assert [step.loss for step in given] == run.trace.losses.tolist()
    assert run.trace.losses[-1] < 0.445 <= run.trace.losses[-2]
    assert run.stop.message in run.explain()


def test_an_error_in_a_callback_is_the_readers_and_the_run_is_kept() -> None:
    def callback(step: st.Step) -> None:
        if step.index == 2:
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine") as raised:
        st.descend("orings", "damaged", callback=callback)
    run = vars(raised.value)["run"]
    assert (len(run.trace), run.stop.reason) == (3, "callback")
    assert "the run so far is this error's `run`" in raised.value.__notes__[0]
    assert run.resume().stop.reason == "arrived"


def test_a_warm_start_begins_where_another_run_ended() -> None:
    first = st.descend("geyser", "waiting", ["duration"], steps=1, rule="steepest")
    run = st.descend("geyser", "waiting", ["duration"], loss="huber", start=first, steps=2)
    assert np.array_equal(run.trace[0].params, first.params)
    assert not run.plan.random_start


@pytest.mark.parametrize(
    ("features", "target", "said"),
    [
        (["sex"], "species", "has the feature bill_length_mm where these data have sex=female"),
        (["bill_length_mm", "sex"], "species", "has 1 feature, but these data have 2; choose the"),
        (["bill_length_mm"], "sex", "predicts the classes Adelie, Chinstrap, Gentoo of species, "),
        (["bill_length_mm"], "body_mass_g", "but these data have a number, body_mass_g"),
    ],
)
def test_a_warm_start_from_another_model_is_refused(
    features: list[str], target: str, said: str
) -> None:
    first = st.descend("penguins", "species", ["bill_length_mm"], steps=1)
    with pytest.raises(st.ChoiceError, match=said):
        st.descend("penguins", target, features, start=first)


@pytest.mark.parametrize("more", [{"steps": 12}, {}])
@pytest.mark.parametrize("rate", ["cosine:0.1", "cosine:0.1:7"])
def test_a_schedule_that_is_over_is_not_gone_on_with(rate: str, more: Any) -> None:
    run = st.descend(CLASSES, rule="adam", learning_rate=rate, steps=7)
    with pytest.raises(st.ChoiceError, match=r"its rate is 0 there.*start=run, learning_rate"):
        run.resume(**more)
    longer = st.descend(CLASSES, rule="adam", learning_rate="cosine:0.1:19", steps=7)
    assert longer.resume(steps=12).trace.learning_rates[7:-1].all()


def test_a_schedule_that_starts_again_is_gone_on_with() -> None:
    restarts = st.descend(CLASSES, learning_rate=lambda k: 0.1 * (3 - k % 4), rule="steepest",
                          steps=3)  # fmt: skip
    assert restarts.resume(steps=1).resume(steps=5).trace.walked == 10

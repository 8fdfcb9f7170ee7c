"""Rows kept back: their loss at every step, the stop that goes by it, and what is said of it."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked import Ask
from scipy.special import log_expit, log_softmax
from sklearn.metrics import mean_squared_error

import steepest as st
from steepest.run.report import report

RNG = np.random.default_rng(5)
X = RNG.normal(size=(80, 45))
Y = X[:, 0] + RNG.normal(size=80)
TWO = np.where(Y > 0, "up", "down")
THREE = np.array(["a", "b", "c"])[np.digitize(Y, [-0.7, 0.7])]
SLOWLY: dict[str, Any] = {"rule": "steepest", "learning_rate": 0.01}


def overfitted(**more: Any) -> st.Run:
    return st.descend((X, Y), validation=0.3, **SLOWLY, **{"steps": 400, **more})


def measured(run: st.Run, params: np.ndarray) -> float:
    """Return the mean loss of the rows kept back by SciPy and scikit-learn."""
    back = run.data.validation
    assert back is not None
    margins, codes = run.problem.margins(params, back.X), back.y.astype(int)
    if run.classes is None:
        return float(mean_squared_error(back.y, margins, sample_weight=back.sample_weight))
    if margins.ndim == 1:
        losses = -log_expit(np.where(codes == 1, margins, -margins))
    else:
        losses = -log_softmax(margins, axis=1)[np.arange(len(codes)), codes]
    return float(np.average(losses, weights=back.sample_weight))


@pytest.mark.parametrize("target", [Y, TWO, THREE])
@pytest.mark.parametrize("more", [{}, {"l2": 0.1}, {"hidden": (4,)}, {"sample_weight": True}])
def test_the_losses_are_those_of_scipy_on_the_rows_kept_back(
    target: np.ndarray, more: dict[str, Any]
) -> None:
    if "sample_weight" in more:
        more = {"sample_weight": RNG.integers(1, 4, size=80)}
    run = st.descend((X, target), validation=0.3, steps=6, **more)
    for params, loss in zip(run.trace.params, run.trace.validation_losses, strict=True):
        assert loss == pytest.approx(measured(run, params), rel=1e-10)
    assert run.validation_loss == run.trace.validation_losses[-1]


@pytest.mark.parametrize("more", [{}, {"batch": 8, "epochs": 2}, {"hidden": (3,), "steps": 5}])
def test_the_walk_is_that_of_the_other_rows_alone(more: dict[str, Any]) -> None:
    run = st.descend((X, Y), validation=0.3, l2=0.01, **more)
    alone = st.descend((run.data.X, run.data.y), l2=0.01, **more)
    assert np.array_equal(run.trace.params, alone.trace.params)
    assert np.isnan(alone.trace.validation_losses).all() and np.isnan(alone.validation_loss)


def test_mini_batches_measure_at_the_end_of_each_epoch() -> None:
    run = st.descend((X, Y), validation=0.2, batch=10, epochs=3)
    assert len(run.trace) == 1 + 3 * 7
    known = np.flatnonzero(np.isfinite(run.trace.validation_losses))
    assert known.tolist() == [0, 7, 14, 21]


def test_a_run_that_is_to_stops_where_they_fall_no_more_and_its_best_step_is_the_result() -> None:
    whole, run = overfitted(), overfitted(stop="validation", patience=10)
    lowest = int(np.argmin(whole.trace.validation_losses))
    assert 0 < lowest < 390
    assert run.stop.reason == "validation" and not run.stop.ended_by_itself
    assert f"lowest at step {lowest}, and the next 10 were no lower" in run.stop.message
    assert len(run.trace) == lowest + 11
    assert np.array_equal(run.params, whole.trace[lowest].params)
    assert run.validation_loss == whole.trace.validation_losses.min()
    assert f"the best step: {lowest}" in run.explain()


def test_without_the_stop_the_last_step_is_the_result_and_it_is_noted() -> None:
    run = overfitted(steps=800)
    assert np.array_equal(run.params, run.trace[-1].params)
    (note,) = [note for note in run.notes if note.name == "risen validation loss"]
    assert f"lowest at step {int(np.argmin(run.trace.validation_losses))}" in note.message
    early = overfitted(steps=20).notes
    assert not [note for note in early if note.name == "risen validation loss"]


def test_a_file_keeps_them_and_goes_on_to_the_bit(tmp_path: Path) -> None:
    overfitted(steps=30).save(tmp_path / "run.steepest")
    loaded = st.load(tmp_path / "run.steepest")
    assert loaded.data.validation is not None and len(loaded.data.validation.y) == 24
    for run in (loaded.resume(steps=20), overfitted(steps=30).resume(epochs=20)):
        whole = overfitted(steps=50)
        assert np.array_equal(run.trace.validation_losses, whole.trace.validation_losses)


def test_a_run_that_has_stopped_by_them_can_go_on() -> None:
    run = overfitted(stop="validation", patience=10)
    further = run.resume(steps=5)
    assert len(further.trace) == len(run.trace) + 5
    assert np.array_equal(further.params, run.params)


@pytest.mark.parametrize("more", [{"learning_rate": 0.05}, {"l1": 0.001}])
def test_an_end_that_is_not_the_result_says_of_which_step_it_tells(more: dict[str, Any]) -> None:
    rows = {"validation": 0.3, "stop": "validation", "patience": 5000}
    run = st.descend((X, Y), **rows, tol=1e-3, **more)
    assert run.stop.ended_by_itself
    best, last = int(np.nanargmin(run.trace.validation_losses)), run.trace.last.index
    where = f"the result is step {best}, where the loss of the rows kept back was lowest"
    (end,) = [check.message for check in run.checks if check.name == "end"]
    for said in (run.stop.message, end, report(run)["stop"]["message"]):
        assert said.endswith(f"; that is of the last step, {last}, and {where}")
    asked = overfitted(stop="validation", patience=500)
    assert asked.stop.message.startswith("stopped after 400 steps, as asked; the result is step ")
    assert "the result is" not in overfitted().stop.message


def test_going_on_after_the_stop_counts_all_that_were_no_lower() -> None:
    run = overfitted(stop="validation", patience=5)
    best = int(np.nanargmin(run.trace.validation_losses))
    first = f"lowest at step {best}, and the next 5 were no lower"
    assert run.stop.message.endswith(first)
    further = run.resume()
    since = further.trace.last.index - best
    assert since == 10 and further.stop.reason == "validation"
    assert (
        f"the next {since:,} were no lower, 5 of them since it was gone on with"
        in further.stop.message
    )


@pytest.mark.parametrize(
    ("end", "more"),
    [
        ("stopped after 7 steps, as asked", {"steps": 7}),
        ("stopped: the 1e-09 s it was given are over", {"seconds": 1e-9}),
        ("stopped at step 3 by the callback", {"callback": lambda step: step.index == 3}),
        ("stopped: the loss of the rows kept back was lowest", {"stop": "validation"}),
    ],
)
def test_the_check_says_what_ended_the_run(end: str, more: dict[str, Any]) -> None:
    run = overfitted(**more)
    (said,) = [check.message for check in run.checks if check.name == "end"]
    assert said.startswith(end) and "the gradient has the length" in said


def test_the_note_gives_no_advice_that_is_taken_already() -> None:
    def note(run: st.Run) -> str:
        return next(n.message for n in run.notes if n.name == "risen validation loss")

    assert "stop = validation keeps that step" in note(overfitted(steps=800))
    taken = note(overfitted(stop="validation", patience=500, steps=800))
    assert "that step is the result" in taken and "stop =" not in taken
    other = (X[:4], -9.0 * Y[:4])
    at_start = note(st.descend((X, Y), validation=other, steps=5))
    assert "no step served them" in at_start and "stop =" not in at_start


def test_two_losses_that_are_not_the_same_read_as_two() -> None:
    y = Y + 1e4
    run = st.descend((X, y), validation=0.3, loss="huber", steps=30, **SLOWLY)
    losses = run.trace.validation_losses
    (said,) = [check.message for check in run.checks if check.name == "held-out loss"]
    if losses[-1] == losses.min():
        assert said.endswith(", its lowest")
    else:
        end, lowest = re.findall(r"is (\S+) at the end, and lowest, (\S+), at", said)[0]
        assert end != lowest


def test_a_long_run_keeps_the_params_of_its_best_step() -> None:
    run = overfitted()
    best = run.trace.best_validated
    assert best is not None
    small = st.Trace(run.trace.size, budget=1)
    for step in run.trace:
        small.append(step)
    assert best.index in small.kept
    assert np.array_equal(small[best.index].params, best.params)
    again = st.Trace.from_arrays(small.to_arrays()).best_validated
    assert again is not None and np.array_equal(again.params, best.params)


def test_words_and_json_say_them() -> None:
    run, words = overfitted(), overfitted().explain()
    assert "24 rows kept back for validation" in words
    assert "loss of rows kept back" in words
    assert "loss of the 24 rows kept back: " in words
    assert "held-out loss: checked, that of 24 rows kept back is" in words
    said = json.loads(json.dumps(report(run)))
    assert said["validation_loss"] == run.validation_loss
    assert said["data"]["validation_rows"] == 24
    assert report(st.descend("orings", "damaged", steps=2))["validation_loss"] is None
    assert "loss without the penalty of the 24 rows" in overfitted(l2=0.1).explain()


def test_their_metrics_are_those_of_the_same_rows_given_anew() -> None:
    for target in (Y, TWO):
        run = st.descend((X, target), validation=0.3, l2=0.1)
        back = run.data.validation
        assert back is not None
        labels = back.y if run.classes is None else np.array(run.classes)[back.y.astype(int)]
        given = run.metrics((back.X, labels))
        for name, value in run.metrics("validation").items():
            assert np.array_equal(value, given[name])
        assert "Fit on the rows kept back" in run.explain()
        assert report(run)["validation_metrics"].keys() == given.keys()
    with pytest.raises(st.ChoiceError, match="no rows were kept back"):
        st.descend("orings", "damaged", steps=2).metrics("validation")
    with pytest.raises(st.ChoiceError, match="it is no file and no shipped data set; leave it out"):
        st.descend("orings", "damaged", steps=2).metrics("train")


@pytest.mark.parametrize("target", [Y, TWO])
def test_of_a_single_row_no_share_is_explained(target: np.ndarray) -> None:
    run = st.descend((X[:, :2], target), validation=np.arange(80) == 7, l2=0.1)
    metrics = run.metrics("validation")
    assert metrics["deviance_explained"] is None and metrics.get("r2") is None
    assert "not defined" in run.explain()
    assert report(run)["validation_metrics"]["deviance_explained"] is None


def test_the_chart_shows_them() -> None:
    figure = overfitted().figure(panels=["loss"])
    dashed = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert max(len(line.get_ydata()) for line in dashed) == 401
    said = [text.get_text() for text in figure.axes[0].texts]
    assert any("dashed: 24 rows kept back, lowest at step" in text for text in said)
    assert not any("(ring)" in text for text in said)


def test_the_chart_rings_the_step_that_is_the_result() -> None:
    run = overfitted(stop="validation", patience=500)
    axes, best = run.figure(panels=["loss"]).axes[0], run.trace.best_validated
    assert best is not None
    (ring,) = [line for line in axes.lines if line.get_markerfacecolor() == "none"]
    assert ring.get_xydata().tolist() == [[best.index, best.validation_loss]]
    said = [text.get_text() for text in axes.texts]
    assert any(f"lowest at step {best.index} (ring), the result" in text for text in said)


def test_the_command_line_has_them(ask: Ask) -> None:
    asked = "fit orings --target damaged --l2 0.01 --validation 0.3 --stop validation --json"
    answer = ask(*asked.split())
    assert answer.status == 0, answer.err
    said = json.loads(answer.out)
    assert said["data"]["validation_rows"] == 7 and said["validation_loss"] > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stop": "validation"}, "stop is validation, but no rows were kept back; say which"),
        ({"stop": "early", "validation": 0.2}, "stop is 'early'; it must be auto or validation"),
        ({"steps": 5, "epochs": 2}, "steps is 5 and epochs 2; give one of the two"),
        ({"patience": 0, "validation": 0.2}, "patience"),
        ({"patience": 5, "validation": 0.2}, "patience is 5, but it counts only with stop = valid"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(st.SteepestError, match=message):
        st.descend((X, Y), **options)

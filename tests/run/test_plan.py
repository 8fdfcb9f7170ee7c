"""A run keeps what it was made with as values: every door says the same of them, files too."""

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import heavy_ball

import steepest as st
from steepest.descent.named_rules import RULES, choose_rule
from steepest.descent.plan.named_rates import choose_step_size, rate_in_words
from steepest.descent.plan.plan import Plan
from steepest.descent.rule import OwnRule, Rule
from steepest.descent.steps.step_size import Cosine, Scheduled, StepDecay, TimeDecay
from steepest.objective.loss.named import choose_loss
from steepest.run.report import report
from steepest.session import Session

BALL = st.Momentum(beta=0.5)
USUAL: dict[str, Any] = {"learning_rate": 0.12, "scale": "none"}


def geyser(**options: Any) -> st.Run:
    return st.descend("geyser", "waiting", ["duration"], **options)


def limit_of(run: st.Run, beta: float) -> float:
    """Return `2 (1 + beta) / L`, L the largest eigenvalue of the Hessian `2 X'X / n`."""
    X = np.column_stack([run.data.X, np.ones(len(run.data.y))])
    return float(2 * (1 + beta) / np.linalg.eigvalsh(2 * X.T @ X / len(X))[-1])


@pytest.fixture(scope="module")
def ball() -> st.Run:
    return geyser(rule=BALL, **USUAL)


def test_every_door_says_the_limit_of_the_rule_that_ran(ball: st.Run) -> None:
    limit = limit_of(ball, 0.5)
    assert f"{limit:.3g}" == "0.104"
    [verdict] = ball.verdicts
    assert verdict.numbers["limit"] == pytest.approx(limit, rel=1e-12)
    assert "2 (1 + beta)/curvature = 0.104" in verdict.message
    assert ball.plan.limit == pytest.approx(limit, rel=1e-12)
    assert ball.record()["run"]["limit"] == pytest.approx(limit, rel=1e-12)


PHRASES = {
    "none": r"\(curvature [0-9.]+\), so",
    "standard": r"\(curvature 2 in standard units\), so",
    "block": r"\(curvature 1 in coordinates whitened by blocks\), so",
    "round": r"\(curvature 1 in whitened coordinates\), so",
}


@pytest.mark.parametrize("scale", PHRASES)
def test_a_verdict_says_in_which_coordinates_the_curvature_is(scale: str) -> None:
    [verdict] = geyser(rule="steepest", learning_rate=3.0, scale=scale).verdicts
    assert re.search(PHRASES[scale], verdict.message), verdict.message


def test_a_session_goes_the_way_of_the_run_it_was_opened_with(ball: st.Run) -> None:
    session = Session.of_run(ball)
    own = ball.record()["run"]["choices"]
    asked = own | {"learning_rate": 0.06, "steps": 60, "start": [0.0, 70.0]}
    answer = session.answer({"ask": "descend", "choices": asked})
    true = heavy_ball(ball.data.X, ball.data.y, [0.0, 70.0], 0.06, 0.5, 60)
    assert f"{true:.2f}" == "44.02"
    assert answer["loss"][-1] == pytest.approx(true, rel=1e-9)
    assert answer["choices"]["rule"] == own["rule"] == "momentum:0.5"


def test_words_and_json_carry_the_numbers_of_the_rule(ball: st.Run) -> None:
    assert "; rule momentum:0.5; " in ball.explain()
    assert report(ball)["choices"]["rule"] == "momentum:0.5"
    again = geyser(rule="momentum:0.5", **USUAL)
    np.testing.assert_array_equal(again.trace.params, ball.trace.params)
    assert again.plan == ball.plan


numbers = some.floats(0, 1e6, allow_nan=False, exclude_max=True)
share = some.floats(0, 1, exclude_max=True)


@given(some.data())
def test_a_rule_made_again_from_its_word_is_the_same(data: Any) -> None:
    kind = data.draw(some.sampled_from(sorted(RULES)))
    named = [field.name for field in fields(RULES[kind])]  # type: ignore[arg-type]
    some_named = named[: data.draw(some.integers(0, len(named)))]
    shares = RULES[kind].shares
    rule = RULES[kind](*[data.draw(share if n in shares else numbers) for n in some_named])
    assert choose_rule(rule.word) == rule
    assert choose_rule(rule) is rule


@given(some.sampled_from([("huber", st.Huber), ("quantile", st.Quantile)]), some.floats(0.01, 0.99))
def test_a_loss_made_again_from_its_word_is_the_same(
    named: tuple[str, Callable[[float], Any]], number: float
) -> None:
    name, kind = named
    assert choose_loss(kind(number).word, None) == kind(number)
    assert choose_loss(f"{name}:{number!r}", None) == kind(number)


@given(some.floats(1e-9, 1e3), some.floats(1e-9, 1e3), some.integers(1, 10**6))
def test_a_schedule_made_again_from_its_word_is_the_same(
    rate: float, number: float, whole: int
) -> None:
    made = (
        TimeDecay(rate, number),
        TimeDecay(rate),
        StepDecay(rate, number, whole),
        Cosine(rate, whole),
    )
    for schedule in made:
        assert choose_step_size(rate_in_words(schedule)) == Scheduled(schedule)


def test_a_loss_is_an_object_or_a_word_with_its_number() -> None:
    usual = {"steps": 30, "rule": "steepest"}
    made = geyser(loss=st.Huber(3.0), **usual)
    assert made.plan.loss == st.Huber(3.0) and made.plan.loss.word == "huber:3"
    for other in ({"loss": "huber:3"}, {"loss": "huber", "delta": 3.0}):
        np.testing.assert_array_equal(geyser(**other, **usual).trace.params, made.trace.params)
    assert geyser(loss=st.Huber(3.0), delta=3.0, **usual).plan == made.plan
    choices = made.record()["run"]["choices"]
    assert (choices["loss"], choices["delta"]) == ("huber", 3.0)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "two deltas": ({"loss": st.Huber(3.0), "delta": 2.0}, r"huber:3, of delta 3, but delta is 2"),
    "two deltas in a word": ({"loss": "huber:3", "delta": 2.0}, "but delta is 2 as well"),
    "two quantiles": ({"loss": "quantile:0.9", "quantile": 0.5}, "but quantile is 0.5 as well"),
    "a class of losses": (
        {"loss": st.Huber},
        "the loss is <class .*must be a word, one of auto",
    ),
    "no loss": ({"loss": 7}, "the loss is 7, but it must be a word"),
    "a number too many": ({"loss": "squared:2"}, "squared takes no such number"),
    "no number": ({"loss": "huber:wide"}, "delta is 'wide', but it must be a number above 0"),
    "a loss of classes": ({"loss": st.CrossEntropy()}, "but this target has 51 classes"),
    "a word too long": ({"rule": "momentum:0.5:0.9"}, "too many numbers; it is momentum:BETA"),
    "a rule's odd number": ({"rule": "adam:x"}, "beta1 of the rule adam is 'x'"),
    "an unknown rule": ({"rule": "newton:1"}, "there is no rule 'newton:1'"),
    "no rule": ({"rule": 7}, "the rule is 7, but it must be the name of a rule"),
}


@pytest.mark.parametrize(("options", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_with_what_was_got(options: dict[str, Any], said: str) -> None:
    with pytest.raises(st.ChoiceError, match=said):
        geyser(steps=3, **options)


def test_a_loss_for_other_classes_is_refused() -> None:
    with pytest.raises(st.ChoiceError, match=r"Softmax\(classes=4\), but this target has 3"):
        st.descend("penguins", "species", ["body_mass_g"], missing="drop", loss=st.Softmax(4))


class HalfSign:
    """A rule with no more than a rule must have."""

    def init(self, params: np.ndarray) -> tuple[()]:
        return ()

    def update(self, gradient: np.ndarray, state: tuple[()]) -> tuple[np.ndarray, tuple[()]]:
        return -0.5 * np.sign(gradient), state


@dataclass(frozen=True)
class Named(Rule):
    """A rule of one's own that has the name of another, and a limit."""

    @property
    def name(self) -> str:
        return "momentum"

    def init(self, params: np.ndarray) -> tuple[()]:
        return ()

    def update(self, gradient: np.ndarray, state: tuple[()]) -> tuple[np.ndarray, tuple[()]]:
        return -2 * gradient, state

    def limit(self, curvature: float) -> float:
        return 1 / curvature


def test_a_rule_with_init_and_update_alone_goes_through_every_door(tmp_path: Path) -> None:
    run = geyser(rule=HalfSign(), learning_rate=0.1, scale="none", steps=20)
    assert np.allclose(np.abs(np.diff(run.trace.params, axis=0)), 0.05)
    assert (run.plan.rule.name, run.plan.limit) == ("HalfSign", None)
    assert "rule HalfSign" in run.explain() and "direction of HalfSign" in run.explain()
    record = run.record()
    assert (record["engine"], record["run"]["limit"]) == ("record", None)
    run.page(tmp_path / "page.html")
    more = run.resume(steps=5)
    assert len(more.trace) == 26
    run.save(tmp_path / "run.steepest")
    loaded = st.load(tmp_path / "run.steepest")
    assert loaded.plan.to_dict() == run.plan.to_dict()
    assert loaded.explain() == run.explain()
    with pytest.raises(st.ChoiceError, match=r"HalfSign is code.*load\(path, rule=\.\.\.\)"):
        loaded.resume(steps=1)
    again = st.load(tmp_path / "run.steepest", rule=HalfSign()).resume(steps=5)
    np.testing.assert_allclose(again.params, more.params, rtol=1e-12)
    assert "gone on afresh from step 20" in again.explain()


def test_a_rule_given_to_load_is_that_of_the_run(tmp_path: Path) -> None:
    run = geyser(rule=HalfSign(), learning_rate=lambda step: 0.1, scale="none", steps=20)
    run.save(tmp_path / "own.steepest")
    with pytest.raises(st.ChoiceError, match=r"the rule is Named, but .* went by HalfSign"):
        st.load(tmp_path / "own.steepest", rule=Named())
    with pytest.raises(st.ChoiceError, match=r"function of your own.*learning_rate=\.\.\."):
        st.load(tmp_path / "own.steepest", rule=HalfSign()).resume(steps=5)
    whole = st.load(tmp_path / "own.steepest", rule=HalfSign(), learning_rate=lambda step: 0.1)
    np.testing.assert_allclose(whole.resume(steps=5).params, run.resume(steps=5).params, rtol=1e-12)
    geyser(steps=3).save(tmp_path / "ours.steepest")
    with pytest.raises(st.ChoiceError, match="has its rule, steepest; leave rule out"):
        st.load(tmp_path / "ours.steepest", rule=HalfSign())
    with pytest.raises(st.ChoiceError, match="has its learning rate, auto; leave"):
        st.load(tmp_path / "ours.steepest", learning_rate=lambda step: 0.1)


def test_a_rule_of_ones_own_is_never_taken_for_one_of_ours() -> None:
    run = geyser(rule=Named(), learning_rate=0.2, scale="none")
    assert isinstance(run.plan.rule, OwnRule) and run.plan.rule.word == "Named"
    assert run.verdicts[0].numbers["limit"] == pytest.approx(limit_of(run, 0.0) / 2)
    assert run.record()["engine"] == "record"
    assert "momentum" not in run.explain()


def with_record(run: st.Run, folder: Path, change: Callable[[dict[str, Any]], None]) -> st.Run:
    """Return the run as a file has it whose JSON was changed."""
    run.save(folder / "new.steepest")
    with (
        zipfile.ZipFile(folder / "new.steepest") as archive,
        zipfile.ZipFile(folder / "old.steepest", "w") as other,
    ):
        for name in archive.namelist():
            part = archive.read(name)
            if name == "run.json":
                record = json.loads(part)
                change(record)
                part = json.dumps(record).encode()
            other.writestr(name, part)
    return st.load(folder / "old.steepest")


def by_name_alone(record: dict[str, Any]) -> None:
    """Make of the record one of before rules had words, when the options still had the numbers."""
    assert record["asked"]["rule"] == {"Momentum": {"beta": 0.5}}
    record["choices"]["rule"] = "momentum"


def test_an_old_file_that_says_only_the_name_has_the_numbers_of_its_options(
    ball: st.Run, tmp_path: Path
) -> None:
    old = with_record(ball, tmp_path, by_name_alone)
    assert old.plan == ball.plan and old.plan.rule == BALL
    more = ball.resume(steps=4)
    np.testing.assert_array_equal(old.resume(steps=4).trace.params, more.trace.params)


def test_an_old_file_without_options_has_the_usual_numbers(ball: st.Run, tmp_path: Path) -> None:
    def forget(record: dict[str, Any]) -> None:
        by_name_alone(record)
        record["asked"] = None

    assert with_record(ball, tmp_path, forget).plan.rule == st.Momentum(0.9)


SAVED: dict[str, dict[str, Any]] = {
    "momentum": {"rule": BALL, **USUAL},
    "adam": {"rule": "adam:0.8:0.99", "learning_rate": 0.5},
    "schedule": {"rule": "steepest", "learning_rate": TimeDecay(0.01, 0.5), "scale": "none"},
    "cosine": {"rule": "steepest", "learning_rate": Cosine(0.01, 50), "scale": "none"},
    "huber": {"loss": st.Huber(3.0), "rule": "steepest"},
    "quantile": {"loss": "quantile:0.8", "rule": "steepest", "learning_rate": 0.1},
    "lasso": {"l1": 2.0, "l2": 0.1},
    "auto": {},
}


@pytest.mark.parametrize("name", SAVED)
def test_a_file_keeps_the_plan(name: str, tmp_path: Path) -> None:
    run = geyser(steps=15, seed=3, **SAVED[name])
    run.save(tmp_path / "run.steepest")
    loaded = st.load(tmp_path / "run.steepest")
    assert loaded.plan == run.plan
    assert loaded.plan.to_dict() == run.plan.to_dict() == report(loaded)["choices"]
    ours, theirs = run.resume(steps=5), loaded.resume(steps=5)
    np.testing.assert_array_equal(ours.trace.params, theirs.trace.params)


@pytest.mark.parametrize("name", SAVED)
def test_the_words_of_a_plan_make_the_run_again(name: str) -> None:
    """So JSON, page and command line are enough to do it once more."""
    run = geyser(steps=15, seed=3, **SAVED[name])
    words = json.loads(json.dumps(run.plan.to_dict()))
    own = {key: words[key] for key in ("loss", "rule", "learning_rate", "scale", "l1", "l2")}
    numbers = {"delta": words["delta"], "quantile": words["quantile"]}
    again = geyser(steps=15, seed=3, **own, **numbers)
    np.testing.assert_allclose(again.trace.params, run.trace.params, rtol=1e-6, atol=1e-9)
    found = Plan.from_dict(words, None)
    assert found.to_dict() == words and found.rule == run.plan.rule


def test_the_name_of_before_still_answers_and_says_so(ball: st.Run) -> None:
    with pytest.warns(DeprecationWarning, match=r"run\.plan"):
        choices = ball.choices
    assert vars(choices) == ball.plan.to_dict()
    assert (choices.rule, choices.learning_rate) == ("momentum:0.5", 0.12)
    with pytest.warns(DeprecationWarning, match=r"run\.asked is now run\.options"):
        assert ball.asked is ball.options
    with pytest.warns(DeprecationWarning, match=r"run\.standing is now run\.checkpoint"):
        assert ball.standing is ball.checkpoint


PAGES: dict[str, tuple[dict[str, Any], str]] = {
    "a rule with numbers": ({"rule": BALL, "learning_rate": 0.01}, "page"),
    "a schedule": ({"rule": "steepest", "learning_rate": TimeDecay(0.01)}, "page"),
    "a cosine to another end": ({"rule": "steepest", "learning_rate": Cosine(0.01, 9)}, "page"),
    "a rule of Python alone": ({"rule": st.AdamW(), "learning_rate": 0.1}, "record"),
    "a rule named like ours": ({"rule": Named(), "learning_rate": 0.01}, "record"),
    "a rate of Python alone": ({"rule": "steepest", "learning_rate": "adgd"}, "record"),
    "a loss of Python alone": ({"loss": st.Quantile(0.4), "rule": "steepest"}, "record"),
    "l1": ({"l1": 1.0}, "record"),
    "huber": ({"loss": st.Huber(3.0), "rule": "steepest"}, "page"),
}


@pytest.mark.parametrize(("options", "engine"), PAGES.values(), ids=PAGES)
def test_a_page_walks_what_it_knows_and_replays_the_rest(
    options: dict[str, Any], engine: str
) -> None:
    assert geyser(steps=3, **{"scale": "none"} | options).record()["engine"] == engine


def test_options_stay_as_they_were_given() -> None:
    run = geyser(loss="huber:3", rule=BALL, learning_rate=0.01, steps=3)
    assert run.options is not None
    assert (run.options.loss, run.options.rule) == ("huber:3", BALL)
    assert replace(run.plan, steps=9).steps == 9 and run.plan.steps == 3

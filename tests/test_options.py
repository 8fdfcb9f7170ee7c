"""The options of a descent are declared once, and every door has them from there."""

import copy
import inspect
import json
import pickle
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as some
from sklearn.base import clone

import steepest as st
from steepest.cli.fit import fit
from steepest.cli.options import TYPES, descent_options
from steepest.cli.program import cli
from steepest.cli.resume import resume
from steepest.descent.plan.keywords import MethodKeywords, OptionKeywords
from steepest.descent.plan.option import Kind, Option, Part, described, option
from steepest.descent.plan.options import OPTIONS, Options
from steepest.descent.plan.signature import takes_options
from steepest.descent.rules import Adam, Momentum
from steepest.descent.steps.step_size import Cosine, TimeDecay
from steepest.errors import ChoiceError
from steepest.run.descend import descend_rows
from steepest.session import Session
from steepest.session.request import NOT_FOR_PAGES, READERS, choices_of
from steepest.sklearn import SteepestClassifier, SteepestRegressor


@dataclass(frozen=True, eq=False)
class More(Options):
    """The options, and two that nobody has."""

    noise: float = option(0.25, Kind.NUMBER, Part.METHOD, "How much noise.", above=0.0)
    nth_step: int | None = option(
        None, Kind.WHOLE, Part.STOPPING, "Which step.", least=2, left_out="every step"
    )


@takes_options(options=More)
def more(data: str, *, start: list[float] | None = None, **given: Any) -> dict[str, Any]:
    """Return what was given.

    {options}
    """
    return {"data": data, "start": start, **given}


@click.command()
@descent_options(options=More)
def more_command(**given: object) -> None:
    """Print what was given."""
    click.echo(json.dumps(given))


def run(command: click.Command, *words: str) -> dict[str, Any]:
    answer = CliRunner().invoke(command, words, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    read = json.loads(answer.output)
    assert isinstance(read, dict)
    return read


class TestANewOption:
    """A field is all that a new option takes."""

    def test_is_in_the_signature_with_its_default(self) -> None:
        shown = inspect.signature(more).parameters
        assert list(shown) == ["data", *OPTIONS, "noise", "nth_step"]
        assert (shown["noise"].default, shown["noise"].annotation) == (0.25, float)
        assert shown["nth_step"].annotation == int | None
        assert all(one.kind is one.KEYWORD_ONLY for one in list(shown.values())[1:])

    def test_is_explained(self) -> None:
        assert more.__doc__ is not None
        assert "\n    - `noise`: How much noise.\n" in more.__doc__
        assert "\n    - `nth_step`: Which step. Left out: every step.\n" in more.__doc__
        assert more("x", noise=2.0) == {"data": "x", "start": None, "noise": 2.0}

    def test_is_on_the_command_line(self) -> None:
        help = CliRunner().invoke(more_command, ["--help"]).output
        assert "--noise FLOAT" in help
        assert "How much noise.  [default: 0.25]" in help
        assert "Which step.  [default: every step]" in help
        assert run(more_command)["nth_step"] is None
        assert run(more_command, "--noise", "3", "--nth-step", "4")["noise"] == 3.0

    def test_can_be_chosen_by_a_page(self) -> None:
        named = described(More)
        assert choices_of({"noise": 2, "nth_step": 3.0}, named) == {"noise": 2.0, "nth_step": 3}
        with pytest.raises(ChoiceError, match=r"nth_step is 1\.5, but it must be a whole number"):
            choices_of({"nth_step": 1.5}, named)
        with pytest.raises(ChoiceError, match="there is no choice 'noise'"):
            choices_of({"noise": 2})

    def test_is_checked(self) -> None:
        assert More(noise=2, nth_step=3.0).nth_step == 3  # type: ignore[arg-type]
        with pytest.raises(ChoiceError, match="noise is 0, but it must be a number above 0"):
            More(noise=0)
        with pytest.raises(ChoiceError, match=r"nth_step is 1, .* whole number from 2 up"):
            More(nth_step=1)


def parameters(function: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(function).parameters


OF_TEXT = ["decimal", "thousands", "delimiter", "encoding", "sheet", "query"]
OF_DATA = ["data", "target", "features", "missing", "drop", "category", "sample_weight"]
OF_DATA += [
    "class_weight",
    "date",
    "terms",
    "positive",
    "exposure",
    "offset",
    "validation",
    *OF_TEXT,
]
OF_THE_CALL = ["threads", "progress", "callback"]
OF_PASSES = ["memory", "cache", "keep_cache", "cluster"]
KEEPING = ["checkpoint", "every"]


class TestEveryDoorHasTheOptions:
    """A door lists them all; what it leaves out, or calls otherwise, is named here."""

    def test_descend(self) -> None:
        shown = parameters(st.descend)
        assert sorted(shown) == sorted([*OF_DATA, *OPTIONS, *OF_THE_CALL, *OF_PASSES, *KEEPING])
        for name in OPTIONS:
            assert shown[name].kind is inspect.Parameter.KEYWORD_ONLY
            assert shown[name].default == OPTIONS[name].shown_default
            assert f"    - `{name}`: " in (st.descend.__doc__ or "")
        assert (shown["delta"].default, shown["quantile"].default) == (1.0, 0.5)

    def test_descend_rows(self) -> None:
        assert set(parameters(descend_rows)) == {*OPTIONS, *OF_THE_CALL, "rows", "given_up", "like"}

    def test_steps_has_those_of_the_method(self) -> None:
        shown = parameters(st.steps)
        assert set(shown) == {"objective", *described(Options, Part.METHOD)}
        assert list(shown)[:4] == ["objective", "rule", "learning_rate", "start"]
        assert (shown["rule"].default, shown["scale"].default) == ("steepest", "none")

    def test_resume_has_those_of_the_stopping(self) -> None:
        stopping = described(Options, Part.STOPPING)
        assert stopping.keys() <= parameters(st.Run.resume).keys()
        assert stopping.keys() <= {one.name for one in resume.params}

    def test_fit_on_the_command_line(self) -> None:
        others = {"data", "target", "features", "drop", "missing", "save_to", "as_json"}
        others |= {"without_data", *OF_PASSES, *KEEPING}
        others |= {
            "category",
            "weights",
            "class_weight",
            "date",
            "terms",
            "positive",
            "exposure",
            "offset",
            "validation",
            "seeds",
        }
        others |= {*OF_TEXT}
        kinds = {"figure", "film", "page", "present", "table", "trace", "onnx", "frames"}
        kinds |= {"panels", "size", "theme", "fps", "surface_x", "surface_y", "surface_plane"}
        kinds |= {"page_title", "page_text", "page_hide", "page_lang"}
        assert {one.name for one in fit.params} == {*OPTIONS, *others, *kinds}
        for one in fit.params:
            if one.name in OPTIONS:
                assert one.default == OPTIONS[one.name].default

    @pytest.mark.parametrize("name", OPTIONS)
    def test_a_page(self, name: str) -> None:
        value = {Kind.WORD: "auto", Kind.RATE: 0.5, Kind.PARAMS: [1.0, 2.0]}
        choice = {name: value.get(OPTIONS[name].kind, 1)}
        if name in NOT_FOR_PAGES:
            with pytest.raises(ChoiceError, match="there is no choice"):
                choices_of(choice)
        else:
            assert list(choices_of(choice)) == [name]

    def test_the_regressor(self) -> None:
        shown = parameters(SteepestRegressor)
        renamed = {"steps": "max_iter", "seed": "random_state", "start": "warm_start"}
        renamed["bias"] = "fit_intercept"
        # A limit on time makes no reproducible fit.
        names = {renamed.get(name, name) for name in OPTIONS if name != "seconds"}
        assert set(shown) == {*names, "callback", "progress", "validation"}
        for name in set(OPTIONS) & set(shown) - {"loss"}:
            assert shown[name].default == OPTIONS[name].shown_default, name

    def test_the_classifier_has_the_same_but_for_the_numbers_of_losses(self) -> None:
        both = {*parameters(SteepestRegressor)} - {"delta", "quantile"}
        assert {*parameters(SteepestClassifier)} == both

    def test_every_kind_is_read_by_every_door(self) -> None:
        assert set(TYPES) == set(READERS) == set(Kind)

    def test_type_checkers(self) -> None:
        remedy = "run: python tools/option_types.py"
        types = {one.name: one.type for one in fields(Options) if one.name != "start"}
        assert typing.get_type_hints(OptionKeywords) == types, remedy
        method = described(Options, Part.METHOD).keys() - {"rule", "learning_rate", "start"}
        assert typing.get_type_hints(MethodKeywords).keys() == method, remedy


NAMES = {
    "lr": "did you mean learning_rate?",
    "learning_rat": "did you mean learning_rate?",
    "step": "steps",
    "sample_weights": "sample_weight",
    "xyzzy": "it takes data, target, features, loss, delta",
}


@pytest.mark.parametrize(("name", "hint"), NAMES.items())
def test_an_unknown_name_says_the_nearest(name: str, hint: str) -> None:
    options: dict[str, Any] = {name: 1}
    with pytest.raises(TypeError, match=r"descend\(\) has no option") as error:
        st.descend("geyser", "waiting", **options)
    assert hint in str(error.value)


def test_an_option_of_another_part_is_none_of_steps() -> None:
    options: dict[str, Any] = {"l2": 1.0}
    with pytest.raises(TypeError, match=r"steps\(\) has no option 'l2'"):
        st.steps(lambda params: (0.0, params), **options)


def test_a_function_that_takes_options_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(st.descend)) is st.descend


numbers = some.floats(1e-6, 1e6)
given_options = some.fixed_dictionaries(
    {},
    optional={
        "l1": numbers,
        "l2": numbers,
        "delta": numbers,
        "quantile": numbers,
        "batch": some.integers(1, 10**9),
        "seed": some.integers(0, 10**9),
        "steps": some.integers(0, 100_000),
        "learning_rate": numbers.map(str) | some.sampled_from(["auto", "adgd", "time:0.5"]),
        "rule": some.sampled_from(["auto", "adam", "momentum:0.5"]),
        "loss": some.sampled_from(["auto", "squared", "huber:3"]),
        "scale": some.sampled_from(["auto", "none", "round"]),
    },
)


@given(given_options)
def test_text_and_json_and_python_say_the_same(options: dict[str, Any]) -> None:
    words = [
        f"--{name.replace('_', '-')}={value!r}"
        if not isinstance(value, str)
        else f"--{name.replace('_', '-')}={value}"
        for name, value in options.items()
    ]
    read = run(more_command, *words)
    taken = {name: read[name] for name in options}
    assert taken == choices_of(json.loads(json.dumps(options))) == options
    assert {name: getattr(Options(**options), name) for name in options} == options


OUT_OF_RANGE: list[tuple[str, object, str]] = [
    ("l1", -1, "l1 is -1, but it must be a number from 0 up"),
    ("l2", float("nan"), "l2 is nan, but it must be a number from 0 up"),
    ("l2", None, "l2 is None"),
    ("delta", 0, "delta is 0, but it must be a number above 0"),
    ("quantile", float("inf"), "quantile is inf, but it must be a number above 0"),
    ("seed", -1, "seed is -1, but it must be a whole number from 0 up"),
    ("steps", 1.5, "steps is 1.5, but it must be a whole number from 0 up"),
    ("batch", 0, "batch is 0, but it must be a whole number from 1 up"),
    ("tol", "x", "tol is 'x', but it must be a number from 0 up"),
    ("seconds", 0, "seconds is 0, but it must be a number above 0"),
]


@pytest.mark.parametrize(("name", "value", "message"), OUT_OF_RANGE)
def test_what_is_out_of_range_is_refused(name: str, value: object, message: str) -> None:
    options: dict[str, Any] = {name: value}
    with pytest.raises(ChoiceError) as error:
        Options(**options)
    assert str(error.value).startswith(message)


def test_what_was_left_out_is_known() -> None:
    assert Options().delta is None
    assert Options(delta=1.0).delta == 1.0
    assert Options(quantile=0.5).quantile == 0.5


GIVEN: dict[str, Options] = {
    "nothing": Options(),
    "words": Options(loss="huber:3", rule="momentum:0.5", learning_rate="time:0.1"),
    "objects": Options(loss=st.Huber(3.0), rule=Adam(beta1=0.5), learning_rate=TimeDecay(0.1, 2.0)),
    "numbers": Options(learning_rate=1, l1=0.5, delta=2.0, batch=7, steps=3, seconds=1.5),
    "a cosine": Options(loss=st.Quantile(0.8), rule=Momentum(0.25), learning_rate=Cosine(0.1, 9)),
}


@pytest.mark.parametrize("options", GIVEN.values(), ids=GIVEN)
def test_options_are_kept_in_a_file_as_themselves(options: Options) -> None:
    written = options.to_dict()
    assert written is not None
    read = Options.from_dict(json.loads(json.dumps(written)))
    assert vars(read) == vars(options)


def test_what_only_code_can_say_is_in_no_file() -> None:
    class MyRule(Momentum):
        pass

    assert Options(rule=MyRule()).to_dict() is None
    assert Options(learning_rate=lambda index: 0.1 / (index + 1)).to_dict() is None


def test_options_of_an_old_file_are_read() -> None:
    old = {
        "loss": "huber", "rule": {"Adam": {"beta1": 0.5, "beta2": 0.999, "epsilon": 1e-8}},
        "learning_rate": 0.1, "steps": 5, "seed": 3, "scale": "none", "l2": 0.0, "delta": 2.0,
        "batch": None, "tol": None, "seconds": None,
    }  # fmt: skip
    read = Options.from_dict(old)
    assert (read.rule, read.delta, read.quantile) == (Adam(beta1=0.5), 2.0, None)


class TestEstimators:
    """Parameters are kept as they came, as scikit-learn asks, and reach the descent."""

    def test_parameters_are_kept_cloned_pickled_and_shown(self) -> None:
        loss, rule = st.Huber(3.0), Momentum(0.5)
        model = SteepestRegressor(loss, rule=rule, max_iter=7)
        assert model.loss is loss and model.rule is rule
        for same in (clone(model), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
            assert same.get_params() == model.get_params()
        assert repr(SteepestRegressor(l1=0.5)) == "SteepestRegressor(l1=0.5)"

    def test_options_reach_the_descent(self) -> None:
        rng = np.random.default_rng(5)
        X = rng.normal(size=(40, 2))
        y = X @ [1.0, -2.0] + rng.standard_t(2, size=40)
        given: dict[str, Any] = {
            "rule": "momentum", "learning_rate": 0.05, "scale": "standard", "l2": 0.1,
            "delta": 0.5, "loss": "huber", "batch": 8, "tol": 1e-3,
        }  # fmt: skip
        model = SteepestRegressor(**given, max_iter=9, random_state=4)
        with pytest.warns(match="give max_iter more steps"):
            model.fit(X, y)
        run = st.descend((X, y), **given, steps=9, seed=4)
        assert np.array_equal(model.run_.params, run.params)
        for name in OPTIONS:
            ours, theirs = getattr(model.run_.options, name), getattr(run.options, name)
            assert ours == theirs, name

    def test_a_subclass_may_have_parameters_of_its_own(self) -> None:
        class Own(SteepestRegressor):
            def __init__(self, l2: float = 0.5, own: int = 3) -> None:
                super().__init__(l2=l2)
                self.own = own

        assert clone(Own(own=4)).get_params() == {"l2": 0.5, "own": 4}


def test_an_option_without_a_default_of_its_own_shows_the_one_it_stands_for() -> None:
    one = Option(Kind.NUMBER, Part.METHOD, "Some number.", value=2.0, name="one")
    assert one.shown_default == 2.0
    assert one.checked(None) is None
    assert one.checked(3) == 3.0


TEXTBOOK: dict[str, Any] = {"learning_rate": 0.05, "scale": "none", "steps": 12}

SAME: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "momentum:0.5": ({"rule": "momentum:0.5"}, {"rule": Momentum(beta=0.5)}),
    "adam:0.5": ({"rule": "adam:0.5"}, {"rule": Adam(beta1=0.5)}),
    "huber:3": ({"loss": "huber:3"}, {"loss": st.Huber(3.0)}),
    "huber and delta": ({"loss": "huber", "delta": 3.0}, {"loss": st.Huber(3.0)}),
    "huber:3 and delta": ({"loss": "huber:3", "delta": 3.0}, {"loss": st.Huber(3.0), "delta": 3.0}),
    "quantile:0.8": ({"loss": "quantile:0.8"}, {"loss": st.Quantile(0.8)}),
}
"""Options in words, and the same as objects."""


@pytest.mark.parametrize(("words", "objects"), SAME.values(), ids=SAME)
class TestWordsAreObjects:
    """A word with its numbers is the object, whichever door it comes in by."""

    def run_of(self, options: dict[str, Any]) -> st.Run:
        return st.descend("geyser", "waiting", ["duration"], **TEXTBOOK | options)

    def test_in_python(self, words: dict[str, Any], objects: dict[str, Any]) -> None:
        assert np.array_equal(self.run_of(words).params, self.run_of(objects).params)

    def test_on_the_command_line(self, words: dict[str, Any], objects: dict[str, Any]) -> None:
        given = [f"--{name.replace('_', '-')}={one}" for name, one in (TEXTBOOK | words).items()]
        told = run(
            cli, "fit", "geyser", "--target", "waiting", "--features", "duration", "--json", *given
        )
        assert told["loss"] == pytest.approx(self.run_of(objects).loss, rel=1e-9)

    def test_from_a_page(self, words: dict[str, Any], objects: dict[str, Any]) -> None:
        session = Session.of_run(self.run_of({}))
        answer = session.answer({"ask": "descend", "choices": TEXTBOOK | words})
        assert np.array_equal(answer["loss"], self.run_of(objects).trace.losses)

    def test_in_an_estimator(self, words: dict[str, Any], objects: dict[str, Any]) -> None:
        rng = np.random.default_rng(7)
        X = rng.normal(size=(60, 2))
        y = X @ [1.0, -2.0] + 4.0 * rng.standard_t(2, size=60)
        shared: dict[str, Any] = {"learning_rate": 0.05, "scale": "none", "max_iter": 12}
        one, other = (SteepestRegressor(**shared, **options) for options in (words, objects))
        with pytest.warns(match="give max_iter more steps"):
            one.fit(X, y), other.fit(X, y)
        assert np.array_equal(one.coef_, other.coef_)
        assert np.array_equal(one.predict(X), other.predict(X))


TWO_NUMBERS: list[dict[str, Any]] = [
    {"loss": "huber:3", "delta": 5.0},
    {"loss": "huber:3", "delta": 1.0},
    {"loss": st.Huber(3.0), "delta": 1.0},
    {"loss": "quantile:0.8", "quantile": 0.5},
]


@pytest.mark.parametrize("options", TWO_NUMBERS, ids=str)
def test_two_different_numbers_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ChoiceError, match="give one of the two"):
        st.descend("geyser", "waiting", ["duration"], **options)


def test_words_that_are_none_are_refused_on_the_command_line() -> None:
    words = ["geyser", "--target", "waiting"]
    answer = CliRunner().invoke(cli, ["fit", *words, "--rule", "sgd:3"])
    assert answer.exit_code == 2
    assert "'sgd' is not one of 'auto', 'steepest', 'momentum'" in answer.output
    with pytest.raises(ChoiceError, match="too many numbers"):
        CliRunner().invoke(cli, ["fit", *words, "--rule", "steepest:3"], catch_exceptions=False)


@pytest.mark.parametrize("given", [{"activation": "relu"}, {"init": "he"}, {"init": "zeros"}])
def test_what_counts_in_hidden_layers_is_refused_without_them(given: dict[str, str]) -> None:
    ((name, word),) = given.items()
    with pytest.raises(st.SteepestError, match=f"{name} is {word}, but it counts only in hidden"):
        st.descend("geyser", "waiting", **given)  # type: ignore[arg-type]
    run = st.descend("geyser", "waiting", hidden=(2,), steps=1, **given)  # type: ignore[arg-type]
    assert len(run.trace) == 2


@pytest.mark.parametrize(("batch", "noted"), [(1000, True), (272, False), (50, False)])
def test_a_batch_larger_than_the_rows_is_noted(batch: int, noted: bool) -> None:
    run = st.descend("geyser", "waiting", batch=batch, steps=3)
    assert noted == any("1,000 rows, but there are 272" in note.message for note in run.notes)

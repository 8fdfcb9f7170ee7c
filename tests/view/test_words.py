"""What a run says of itself, for every kind of model."""

import re
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

import steepest as st
from steepest.numerals import percent, short
from steepest.view.scene import thinned

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = X @ [1.0, -2.0, 0.5] + 1
TWO = np.where(X[:, 0] > 0.2 * X[:, 1], "yes", "no")
NOISE = 0.3 * RNG.normal(size=60)
THREE = np.array(["ant", "bee", "cat"])[np.digitize(X[:, 0] + NOISE, [-0.5, 0.5])]
ONE = X[:, :1]
TEXTBOOK = {"rule": "steepest", "scale": "none", "learning_rate": 0.1}

RUNS: dict[str, Callable[[], st.Run]] = {
    "one feature": lambda: st.descend((ONE, Y), steps=30, **TEXTBOOK),
    "many features": lambda: st.descend((X, Y), steps=30, **TEXTBOOK),
    "auto": lambda: st.descend((X, Y)),
    "two classes": lambda: st.descend((ONE, TWO), steps=30, **TEXTBOOK),
    "three classes": lambda: st.descend((X, THREE), steps=30, **TEXTBOOK),
    "penalty": lambda: st.descend((X, THREE), steps=30, l2=0.1, **TEXTBOOK),
    "mini-batches": lambda: st.descend((X, Y), steps=30, batch=10, **TEXTBOOK),
    "absolute": lambda: st.descend((ONE, Y), loss="absolute", steps=30, **TEXTBOOK),
    "huber": lambda: st.descend((ONE, Y), loss="huber", steps=30, **TEXTBOOK),
    "momentum": lambda: st.descend((ONE, Y), steps=30, **{**TEXTBOOK, "rule": "momentum"}),
    "diverged": lambda: st.descend((ONE, Y), steps=99, **{**TEXTBOOK, "learning_rate": 3.0}),
    "no step": lambda: st.descend((ONE, Y), steps=0, **TEXTBOOK),
    "one step": lambda: st.descend((ONE, Y), steps=1, **TEXTBOOK),
    "given start": lambda: st.descend((ONE, Y), steps=3, start=[2.0, -1.0], **TEXTBOOK),
}


@cache
def run_of(name: str) -> st.Run:
    return RUNS[name]()


@pytest.mark.parametrize("name", RUNS)
def test_every_run_tells_start_repetition_and_result(name: str) -> None:
    text = run_of(name).explain()
    assert text.index("Step 1  Start at ") < text.index("Step 4  Repeat ") < text.index("Result ")


@pytest.mark.parametrize("name", RUNS)
def test_all_four_steps_are_told_and_those_not_taken_say_so(name: str) -> None:
    text = run_of(name).explain()
    assert all(f"Step {number}  " in text for number in range(1, 5))
    assert ("none was taken" in text) == (len(run_of(name).trace) == 1)


@pytest.mark.parametrize("name", RUNS)
def test_no_number_is_left_without_a_value(name: str) -> None:
    assert not re.search(r"\b(nan|None|inf)\b", run_of(name).explain())


@pytest.mark.parametrize("name", RUNS)
def test_no_line_is_left_open_at_the_end(name: str) -> None:
    assert not re.search(r"[ \t]$", run_of(name).explain(), re.MULTILINE)


@pytest.mark.parametrize("name", RUNS)
def test_result_is_that_of_the_run(name: str) -> None:
    run = run_of(name)
    result = run.explain().split("Result after ")[1]
    assert short(run.loss) in result


@pytest.mark.parametrize("name", ["one feature", "many features", "no step", "given start"])
def test_every_param_of_a_small_model_is_told(name: str) -> None:
    run = run_of(name)
    result = run.explain().split("Result after ")[1]
    for value in run.params:
        assert f"= {short(value)}" in result


def test_random_start_is_told_with_its_seed() -> None:
    assert "Start at a random bias and weight" in run_of("one feature").explain()
    assert "seed 0" in run_of("one feature").explain()


def test_given_start_is_told_as_given() -> None:
    text = run_of("given start").explain()
    assert "Start at the given bias and weight" in text
    assert "seed" not in text


def test_diverged_run_says_why_and_what_to_do() -> None:
    text = run_of("diverged").explain()
    assert "it rose by" in text
    assert re.search(r"Verdict \(proved\): diverged: learning rate 3 is above 2/curvature", text)
    assert "what to do: " in text
    assert "the best step: 0" in text


@pytest.mark.parametrize("name", sorted(RUNS.keys() - {"diverged"}))
def test_a_sound_run_gets_no_verdict(name: str) -> None:
    assert "Verdict" not in run_of(name).explain()


def test_mini_batch_losses_are_told_from_that_of_all_rows() -> None:
    text = run_of("mini-batches").explain()
    assert "mini-batches of 10 rows" in text
    of_all = st.descend("orings", "damaged", batch=1000, steps=2).explain()
    assert "batches of all 23 rows, in random order" in of_all and "1000" not in of_all
    assert "of the first mini-batch" in text
    assert "loss of all rows" in text
    assert "each on its own mini-batch" in text


def test_momentum_update_is_not_told_as_the_textbook_one() -> None:
    text = run_of("momentum").explain()
    assert "direction of momentum: weight" in text
    assert "the rule momentum may turn it: a step need not be along the steepest gradient" in text
    assert re.search(r"weight \S+ \+ \S+ × \S+ = \S+", text)


@pytest.mark.parametrize("name", ["two classes", "three classes", "penalty"])
def test_told_rows_add_up_to_the_cross_entropy(name: str) -> None:
    run = run_of(name)
    text = run.explain()
    found = re.search(r"cross entropy = sum / rows = ([\d.]+) / (\d+) = ([\d.]+)", text)
    rest = re.search(r"the other (\d+) rows together: ([\d.]+)", text)
    assert found and rest
    told = re.findall(r"^ +\d+ +[a-z]+ .* ([\d.]+) +[\d.]+ %$", text, re.MULTILINE)
    assert len(told) + int(rest[1]) == int(found[2]) == 60
    assert sum(map(float, told)) + float(rest[2]) == pytest.approx(float(found[1]), abs=2e-3)
    assert float(found[3]) == pytest.approx(float(found[1]) / 60, rel=1e-3)
    penalty = run.objective.value(run.params) - run.scene.row_losses.mean()
    assert float(found[3]) + penalty == pytest.approx(run.loss, rel=1e-3)


@pytest.mark.parametrize("name", ["two classes", "three classes"])
def test_told_probabilities_of_a_row_sum_to_one(name: str) -> None:
    assert run_of(name).classes is not None
    count = len(run_of(name).classes or ())
    pattern = r"^ +\d+ +[a-z]+ " + r" +([01]\.\d{4})" * count
    rows = re.findall(pattern, run_of(name).explain(), re.MULTILINE)
    assert rows
    for row in rows:
        assert sum(map(float, row)) == pytest.approx(1, abs=2e-4)


@pytest.mark.parametrize("name", ["two classes", "three classes", "penalty"])
def test_scene_probabilities_sum_to_one_in_every_row(name: str) -> None:
    probabilities = run_of(name).scene.probabilities
    assert probabilities is not None
    assert probabilities.shape == (60, len(run_of(name).classes or ()))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-12)


@pytest.mark.parametrize("name", ["two classes", "three classes"])
def test_cost_of_a_row_is_minus_log_of_its_probability(name: str) -> None:
    scene = run_of(name).scene
    assert scene.probabilities is not None and scene.actual is not None
    given = scene.probabilities[np.arange(60), scene.actual]
    np.testing.assert_allclose(scene.row_losses, -np.log(given), rtol=1e-9)
    assert scene.row_losses.mean() == pytest.approx(run_of(name).loss)


def test_scene_of_numbers_has_no_probabilities() -> None:
    assert run_of("one feature").scene.probabilities is None


def test_scene_samples_many_rows_and_says_so() -> None:
    x = np.linspace(0, 1, 5000)
    scene = st.descend((x, 2 * x + 1), steps=1).scene
    assert scene.X.shape == (2000, 1)
    assert "2,000 of 5,000" in scene.sampled
    np.testing.assert_allclose(scene.y, 2 * scene.X[:, 0] + 1)


def test_scene_draws_all_of_few_rows() -> None:
    assert run_of("one feature").scene.sampled == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (70, "70"),
        (0.123456, "0.1235"),
        (-0.000012345, "-1.234e-05"),
        (-12345.6, "-12,346"),
        (9999.9, "1e+04"),
        (1.5e9, "1.5e+09"),
        (np.inf, "inf"),
        (-np.inf, "-inf"),
        (np.nan, "nan"),
    ],
)
def test_short_numbers(value: float, text: str) -> None:
    if text == "1e+04":
        assert short(value) in (text, "10,000")
    else:
        assert short(value) == text


@pytest.mark.parametrize("value", np.geomspace(1e-300, 1e300, 61).tolist())
def test_short_keeps_four_digits(value: float) -> None:
    assert float(short(value).replace(",", "")) == pytest.approx(value, rel=1e-3)
    assert short(-value) == f"-{short(value)}"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.27643, "27.6 %"),
        (1.0, "100 %"),
        (0.0000012, "0.00012 %"),
        (0.5, "50 %"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize("count", [1, 2, 99, 100, 101, 102, 150, 1000, 20_001, 1_000_000])
@pytest.mark.parametrize("most", [10, 100])
def test_thinned_keeps_first_and_last_and_no_more_than_asked(count: int, most: int) -> None:
    kept = thinned(count, most)
    assert (kept[0], kept[-1]) == (0, count - 1)
    assert len(kept) <= most
    assert (np.diff(kept) > 0).all()


def test_thinned_keeps_all_of_the_first_half() -> None:
    np.testing.assert_array_equal(thinned(10_000, 100)[:50], np.arange(50))


def test_thinned_leaves_few_alone() -> None:
    np.testing.assert_array_equal(thinned(100, 100), np.arange(100))


def test_standard_units_are_told_in_the_coordinates_of_the_walk() -> None:
    run = st.descend(
        "orings",
        "damaged",
        ["temperature"],
        rule="steepest",
        learning_rate=2.0,
        scale="standard",
        steps=2,
    )
    text = run.explain()
    told = re.search(r"weight (\S+) - 2 × (\S+) = (\S+)", text)
    assert told is not None
    old, slope, new = (float(number) for number in told.groups())
    deviation = float(np.std(run.data.X))
    assert old == pytest.approx(run.trace[0].params[0] * deviation, rel=1e-3)
    assert new == pytest.approx(run.trace[1].params[0] * deviation, rel=1e-3)
    assert new == pytest.approx(old - 2 * slope, abs=2e-3)


def test_words_need_no_surface(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st.Run, "surface", None)
    assert "Step 4" in st.descend("geyser", "waiting", ["duration"]).explain()


def test_the_levels_that_the_bias_holds_are_named() -> None:
    text = st.descend("penguins", "body_mass_g", ["species", "sex"], steps=1).explain()
    assert "weights of levels are against species=Adelie, sex=male, which the bias holds" in text


def test_what_rows_cost_is_told_with_digits_however_little_it_is() -> None:
    x = np.arange(-8.0, 8.0) + 0.5
    run = st.descend((x[:, None], np.where(x > 0, "b", "a")))
    assert 0 < run.story.row_losses.max() < 1e-4
    lines = run.explain().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("Actual against predicted"))
    cells = [re.split(r"\s{2,}", line.strip()) for line in lines[at + 2 : at + 18]]
    told = np.array([float(one[4]) for one in cells])
    np.testing.assert_allclose(told, run.story.row_losses, rtol=6e-4)
    assert {one[5] for one in cells if float(one[4]) < 1e-7 * told.sum()} == {"below 0.0001 %"}
    total = re.search(r"sum / rows = (\S+) / 16 = (\S+)$", run.explain(), re.MULTILINE)
    assert total is not None
    assert float(total[1]) / 16 == pytest.approx(float(total[2]), rel=1e-3)

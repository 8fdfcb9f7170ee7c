"""The words of the page: the numbers are Python's, and every line of arithmetic is right."""

import re
from pathlib import Path
from typing import Any

import golden
import numpy as np
import pytest
from proved import every_other, paired
from telling import ask, record

import steepest as st
from steepest.data.written import write_table
from steepest.descent.rules import AdamW, Momentum
from steepest.numerals import counted, percent, short, signed
from steepest.view.words import four_steps

CARDS = ("fit", "relief", "map", "chart")


def geyser(**choices: Any) -> st.Run:
    return golden.run_of("squared", **choices)


def state(run: st.Run, **more: Any) -> list[Any]:
    return [record(run), more]


# --- numbers -------------------------------------------------------------------------------------


def numbers() -> list[float]:
    """Return numbers of all sizes, ties of rounding among them."""
    generator = np.random.default_rng(0)
    sizes = 10.0 ** generator.uniform(-12, 12, 4000) * generator.choice([-1, 1], 4000)
    ties = [k / 2**j for k in range(-3000, 3000, 13) for j in range(12)]
    halves = [k + 0.5 for k in range(990, 12000, 7)]
    edges = [0.0, -0.0, 999.5, 999.4999, 9999.5, 1e7, 9999999.5, 1e-4, 9.99995e-5, 5e-324, 1.7e308]
    return [*edges, *sizes.tolist(), *ties, *halves, *generator.uniform(-1e4, 1e4, 1000).round(3)]


def test_numbers_are_told_as_python_tells_them(modules: Any) -> None:
    values = [float(value) for value in numbers()]
    tell = """(_, values) => values.map((v) => [m.short(v), m.short(v, 6), m.signed(v),
      m.percent(v), m.general(v, 3), m.fixed(v, 2)])"""
    found = ask(modules, "/numerals.js", tell, [], values)
    for value, told in zip(values, found, strict=True):
        wanted = [short(value), short(value, 6), signed(value), percent(value), f"{value:.3g}"]
        assert told[:-1] == wanted, value
        if value:
            assert told[-1] == f"{value:,.2f}", value


@pytest.mark.parametrize("value", [1e21, 9.99e20, 1e25, -1.5e22, 123456789e15, 1.7e308])
@pytest.mark.parametrize("decimals", [0, 3])
def test_huge_numbers_have_all_their_digits(value: float, decimals: int, modules: Any) -> None:
    tell = "(_, [value, decimals]) => m.fixed(value, decimals)"
    found = ask(modules, "/numerals.js", tell, [], [value, decimals])
    assert found == f"{value:,.{decimals}f}"


def test_counts_and_what_is_no_number(modules: Any) -> None:
    tell = """() => [m.counted(1, 'step'), m.counted(1200, 'step'), m.short(NaN),
      m.short(-Infinity), m.percent(Infinity), m.percent(NaN)]"""
    found = ask(modules, "/numerals.js", tell, [])
    wanted = [counted(1, "step"), counted(1200, "step"), short(np.nan), short(-np.inf)]
    assert found == [*wanted, percent(np.inf), percent(np.nan)]


# --- arithmetic ----------------------------------------------------------------------------------

NUMBER = r"(-?[\d,]+(?:\.\d+)?(?:e[+-]\d+)?)"
PRODUCT_OF_TWO = rf"([-+]) {NUMBER} × {NUMBER}"
UPDATE = re.compile(rf" {NUMBER} {PRODUCT_OF_TWO}(?: {PRODUCT_OF_TWO})? = {NUMBER}$")
MOVE = re.compile(rf" {NUMBER} ([-+]) {NUMBER} = {NUMBER}$")
FALL = re.compile(rf"^(?:of all rows: )?{NUMBER} → {NUMBER}: it (?:fell|rose) by {NUMBER} \(")
PRODUCT = re.compile(rf": {NUMBER} × {NUMBER} = {NUMBER}$")
LENGTH = re.compile(rf"√\((.*)\) = {NUMBER}$")


def read(text: str) -> float:
    return float(text.replace(",", ""))


def last_digit(text: str) -> float:
    mantissa, _, power = text.partition("e")
    return 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))


def sum_of(line: str) -> tuple[float, str] | None:
    """Return what the printed arithmetic of a line gives, and the result that it prints."""
    if found := UPDATE.search(line):
        products = re.findall(PRODUCT_OF_TWO, line)
        ways = [float(f"{sign}1") * read(a) * read(b) for sign, a, b in products]
        return read(found[1]) + sum(ways), found[8]
    if found := MOVE.search(line):
        old, sign, way, new = found.groups()
        return read(old) + (read(way) if sign == "+" else -read(way)), new
    if found := FALL.search(line):
        before, after, change = found.groups()
        return abs(read(before) - read(after)), change
    if found := PRODUCT.search(line):
        rate, length, product = found.groups()
        return read(rate) * read(length), product
    if found := LENGTH.search(line):
        parts = [read(part) for part in re.findall(rf"{NUMBER}²", found[1])]
        return float(np.hypot.reduce(parts)), found[2]
    return None


EVERY_STEP = """(states) => states.flatMap((state) => {
  const lines = [];
  for (let at = 0; at < state.runs[0].index.length; at += 1) {
    const steps = m.fourSteps({ ...state, at });
    const phases = (steps[1].phases ?? []).flatMap((phase) => phase.arithmetic.split('\\n'));
    lines.push(...steps.flatMap((step) => step.lines), ...phases);
  }
  return lines;
})"""


def assert_sums_hold(lines: list[str], at_least: int) -> None:
    sums = [(line, found) for line in lines if (found := sum_of(line))]
    assert len(sums) >= at_least
    for line, (computed, printed) in sums:
        assert abs(computed - read(printed)) <= 1.001 * last_digit(printed), line


@pytest.mark.parametrize(("scale", "kind"), paired(golden.SCALES, golden.DATA))
def test_a_reader_with_a_calculator_gets_what_is_printed(
    kind: str, scale: str, modules: Any
) -> None:
    rates = {rule: golden.safe_rate(kind, rule, scale, 0.8) for rule in golden.RATED}
    rates |= {"plane": "auto"} if kind in golden.CURVED else {}
    runs = [golden.run_of(kind, rule=r, learning_rate=rates[r], scale=scale) for r in rates]
    lines = ask(modules, "/words/steps.js", EVERY_STEP, [state(run) for run in runs])
    assert_sums_hold(lines, 1000)


@pytest.mark.parametrize("start", [[1e9, -3.0], [1e-9, 1e12], [-0.5, 60.0]])
@pytest.mark.parametrize("rate", [1e-9, 0.0123456789, 0.09, "auto", "cosine:0.05"])
def test_the_sums_hold_for_numbers_of_any_size(start: Any, rate: Any, modules: Any) -> None:
    run = geyser(learning_rate=rate, start=start, steps=25)
    assert_sums_hold(ask(modules, "/words/steps.js", EVERY_STEP, [state(run)]), 20)


def test_how_a_walk_ended_is_said_at_its_last_round_alone(modules: Any) -> None:
    run = geyser(learning_rate=0.05, steps=6)
    tell = """([s]) => Array.from(s.runs[0].index,
      (_, at) => m.fourSteps({ ...s, at })[3].lines.join())"""
    *before, last = ask(modules, "/words/steps.js", tell, [state(run)])
    assert len(before) == 6 and str(run.stop.message) in last
    assert not any("stopped" in lines or "in the end" in lines for lines in before)


def test_what_hardly_moves_is_not_told_in_zeros(modules: Any) -> None:
    run = geyser(learning_rate=0.05, steps=4000)
    tell = "([s]) => m.fourSteps({ ...s, at: s.runs[0].index.length - 1 })"
    steps = ask(modules, "/words/steps.js", tell, [state(run)])
    _, second, third, _ = (step["lines"] for step in steps)
    assert re.fullmatch(r"[\d.]+: it (?:stayed|(?:fell|rose) by less than a millionth)", third[0])
    for name in ("weight", "bias"):
        assert any(re.fullmatch(rf"{name} [\d.]+ (?:hardly moves|stays)", line) for line in second)
    assert not any(re.search(r"0\.0{6}|0\.0+(?!\d)", line) for line in second + third)


def test_a_tiny_share_is_not_told_in_zeros(modules: Any) -> None:
    tell = "(_, shares) => shares.map(m.shareOf)"
    found = ask(modules, "/words/told.js", tell, [], [0, 1e-12, 2e-6, 0.5])
    assert found == ["0 %", "less than 0.0001 %", "0.0002 %", "50 %"]


def test_the_printed_result_is_the_param(modules: Any) -> None:
    run = geyser(learning_rate=0.05, steps=30)
    tell = "(states) => states.map((state) => m.fourSteps(state)[1].lines)"
    states = [state(run, at=at) for at in range(1, 31)]
    for i, lines in enumerate(ask(modules, "/words/steps.js", tell, states), start=1):
        updates = [found for line in lines if (found := UPDATE.search(line))]
        for found, param in zip(updates, run.trace[i].params, strict=True):
            assert abs(read(found[8]) - param) <= 0.51 * last_digit(found[8])


def test_the_example_of_the_lecture(modules: Any) -> None:
    tell = "(_, args) => m.updateArithmetic(...args)"
    found = ask(modules, "/words/arithmetic.js", tell, [], [0.2, [[-0.1, 3.412]], -0.1412])
    assert found == "0.200 - 0.1 × 3.412 = -0.141"


@pytest.mark.parametrize(
    "old, rate, slope",
    [
        (0.5364, 3.0, -1e37),
        (-0.5364, 3.0, 1e12),
        (4e-7, 0.1, -8.0),
        (-3e-5, 1.0, 20_000.0),
        (1e20, 1.0, 1e20 - 16384.0),
    ],
)
def test_no_value_of_a_line_is_rounded_to_0(
    modules: Any, old: float, rate: float, slope: float
) -> None:
    after = old - rate * slope
    update, move = ask(
        modules,
        "/words/arithmetic.js",
        "(_, [old, rate, slope, after]) => [m.updateArithmetic(old, [[-rate, slope]], after),"
        " m.moveArithmetic(old, after)]",
        [],
        [old, rate, slope, after],
    )
    for line in (update, move):
        texts = line.replace(",", "").split()
        assert float(texts[0]) == pytest.approx(old, rel=1e-2)
        assert float(texts[-1]) == pytest.approx(after, rel=1e-2)


def test_a_value_before_one_that_is_infinite_is_short(modules: Any) -> None:
    tell = """(_, olds) => olds.map((old) => [m.differenceTexts(old, Infinity),
        m.moveArithmetic(old, -Infinity)])"""
    (far, off), (near, _) = ask(modules, "/words/arithmetic.js", tell, [], [1.6554e76, 12.5])
    assert far == ["1.655e+76", "inf", "inf"]
    assert off == "1.655e+76 - inf = -inf"
    assert near == ["12.50", "inf", "inf"]


@pytest.mark.parametrize(
    "pair, usual, wanted",
    [
        ([79.0, 80.52], ["79", "80.52"], ["79", "80.52"]),
        ([1e6, 1e6 + 0.0123], ["1,000,000", "1,000,000"], ["1,000,000.000", "1,000,000.012"]),
        ([5.0, 5.0], ["5", "5.000"], ["5", "5.000"]),
        ([float("nan"), 1.0], ["nan", "1"], ["nan", "1"]),
    ],
)
def test_actual_and_predicted_have_the_digits_that_show_the_error(
    pair: list[float], usual: list[str], wanted: list[str], modules: Any
) -> None:
    tell = "(_, [[a, b], usual]) => m.apartTexts(a ?? NaN, b, usual).slice(0, 2)"
    known = [None if np.isnan(value) else value for value in pair]
    assert ask(modules, "/words/arithmetic.js", tell, [], [known, usual]) == wanted


def test_drawn_pairs_show_their_error_to_a_tenth(modules: Any) -> None:
    generator = np.random.default_rng(0)
    actual = 10.0 ** generator.uniform(-6, 9, 300)
    errors = actual * 10.0 ** generator.uniform(-8, 0, 300) * generator.choice([-1, 1], 300)
    pairs = np.column_stack([actual, actual + errors]).tolist()
    tell = """(_, pairs) => pairs.map(([a, b]) => m.apartTexts(a, b, [a, b].map((v) =>
      v.toPrecision(4))).slice(0, 2).map(m.read))"""
    for (near, far), (a, b) in zip(
        ask(modules, "/words/arithmetic.js", tell, [], pairs), pairs, strict=True
    ):
        assert far - near == pytest.approx(b - a, rel=0.1)


def test_a_plane_step_is_told_with_what_it_takes_of_the_last_one(modules: Any) -> None:
    run = golden.run_of("squared", rule="plane", steps=2, start=[0.0, 0.0])
    tell = "([s]) => m.fourSteps({ ...s, at: 2, phase: 0 })[1]"
    told = ask(modules, "/words/steps.js", tell, [state(run)])
    updates = [line for line in told["lines"] if " × " in line]
    assert len(updates) == 2 and all(line.count(" × ") == 2 for line in updates)
    assert any(line.startswith("direction of the step: ") for line in told["lines"])
    assert "of the last step" in told["phases"][1]["sentence"]
    assert "found together" in told["phases"][2]["sentence"]
    assert_sums_hold(told["lines"], 2)


# --- the four steps ------------------------------------------------------------------------------

STEPS = "(states) => states.map((state) => m.fourSteps(state))"


@pytest.mark.parametrize("scale", ["none", "standard"])
@pytest.mark.parametrize("kind", golden.DATA)
def test_the_first_step_in_pythons_words(kind: str, scale: str, modules: Any) -> None:
    run = golden.run_of(kind, rule="momentum", learning_rate=0.01, scale=scale, steps=3)
    [steps] = ask(modules, "/words/steps.js", STEPS, [state(run)])
    parts = four_steps(run.story)
    assert [f"Step {s['number']}  {s['heading']}" for s in steps] == [p.heading for p in parts]
    assert steps[0]["lines"] == list(parts[0].lines)
    for line in parts[1].lines:
        if line.startswith(("gradient", "direction", "size")):
            assert line in steps[1]["lines"]


@pytest.mark.parametrize("choices", [{"rule": "adam"}, {"rule": "steepest"}, {"scale": "none"}])
def test_a_networks_first_step_in_pythons_words(choices: Any, modules: Any) -> None:
    """Of its many params the two on the axes, each update written out in the walk's coordinates."""
    made: Any = {"learning_rate": 0.1, "scale": "standard", "steps": 2} | choices
    run = golden.network_case("cross_entropy", (4, 3), **made)["of"]
    [steps] = ask(modules, "/words/steps.js", STEPS, [state(run)])
    parts = four_steps(run.story)
    params = [line for line in parts[0].lines if " = " in line and "network" not in line]
    assert [line for line in steps[0]["lines"] if " = " in line] == params and len(params) == 2
    told = {line for line in parts[1].lines if line.startswith(("gradient: ", "direction", "size"))}
    updates = [line for line in parts[1].lines if line.startswith(("weight", "bias"))]
    more = [line for line in parts[1].lines if line.startswith("... and")]
    lines = steps[1]["lines"]
    assert told | set(more) <= set(lines) and len(more) == 1
    here = [line for line in lines if line.startswith(("weight", "bias"))]
    after = [[float(line.split(" = ")[1]) for line in some] for some in (here, updates)]
    assert after[0] == pytest.approx(after[1], rel=5e-3)
    assert all(": " in line and " × " in line for line in here) and len(here) == 2


def test_the_other_axes_are_told_where_the_surface_is_over_them(modules: Any) -> None:
    run = golden.network_case("cross_entropy", (4, 3), rule="steepest", steps=2)["of"]
    [steps] = ask(modules, "/words/steps.js", STEPS, [state(run, plane=[5, 2], axes="path")])
    told = [line for line in steps[3]["lines"] if line.startswith("weight")]
    assert [line.split(" = ")[0] for line in told] == ["weight 3", "weight 6"]


def test_the_given_start_is_not_called_random(modules: Any) -> None:
    run = geyser(learning_rate=0.05, start=[1.0, 2.0], steps=2)
    [steps] = ask(modules, "/words/steps.js", STEPS, [state(run)])
    assert steps[0]["heading"] == "Start at the given bias and weight, and calculate the loss."
    assert steps[0]["lines"][0] == "weight of duration = 1 min per min"


def test_the_step_that_is_on_is_lit(modules: Any) -> None:
    run = geyser(learning_rate=0.05, steps=4)
    looks = [{}, {"at": 2}, {"at": 2, "phase": 1}, {"at": 2, "playing": True}, {"at": 4}]
    told = ask(modules, "/words/steps.js", STEPS, [state(run, **look) for look in looks])
    assert [[step["number"] for step in steps if step["lit"]] for steps in told] == [
        [1], [3], [2], [4], [4],
    ]  # fmt: skip


def test_the_phases_are_those_of_the_step_to_come(modules: Any) -> None:
    run = geyser(learning_rate=0.05, steps=4)
    tell = "(states) => states.map((state) => m.phaseWords(state))"
    states = [state(run, at=1, phase=phase) for phase in range(5)]
    none, parts, total, rate, move = ask(modules, "/words/phases.js", tell, states)
    assert none is None
    slopes = [short(abs(float(part))) for part in run.trace[1].gradient]
    assert all(slope in parts["arithmetic"] for slope in slopes)
    assert total["arithmetic"].startswith("its length √(")
    assert "0.05" in rate["sentence"]
    assert len(move["arithmetic"].split("\n")) == 2


def test_a_run_without_a_step(modules: Any) -> None:
    run = geyser(learning_rate=0.05, steps=0)
    [steps] = ask(modules, "/words/steps.js", STEPS, [state(run)])
    assert [step["lines"] for step in steps[1:3]] == [["none was taken"]] * 2


def test_losses_that_are_no_finite_numbers_are_told(modules: Any) -> None:
    run = geyser(learning_rate=1e200, steps=50)
    last = len(record(run)["run"]["verdicts"]) and len(run.trace) - 1
    [steps] = ask(modules, "/words/steps.js", STEPS, [state(run, at=last)])
    assert any("inf" in line for line in steps[2]["lines"] + steps[3]["lines"])


# --- what became of a run ------------------------------------------------------------------------

OUTCOME = "(states) => states.map(({ runs }) => m.outcomeOf(runs[0]))"

OUTCOMES = [
    ({"learning_rate": 0.05, "steps": 1000}, "came near", "after 369 rounds"),
    ({"learning_rate": 0.09, "steps": 50}, "diverged", "0.09 is above 2/curvature = 0.0696"),
    ({"learning_rate": 0.069579, "steps": 9000, "start": [50.0, 0.0]}, "diverged", "0.069579"),
    ({"learning_rate": 0.001, "steps": 50}, "on its way", "after 50 rounds the loss is still"),
    ({"learning_rate": 1e-8, "steps": 50}, "stands still", "50 rounds made 0.0"),
    ({"learning_rate": 0.05, "steps": 0}, "stands still", "no step was taken"),
    ({"learning_rate": 0.03, "steps": 4000, "batch": 4, "seed": 1}, "wanders", "mini-batch"),
    ({"learning_rate": 50.0, "steps": 3, "rule": "adam"}, "not settled", "too far for adam"),
    ({"learning_rate": 0.2, "steps": 90, "rule": "momentum"}, "diverged", "2 (1 + beta)/curvature"),
]


@pytest.mark.parametrize("choices, word, part", OUTCOMES)
def test_outcomes(choices: Any, word: str, part: str, modules: Any) -> None:
    [told] = ask(modules, "/words/outcome.js", OUTCOME, [state(geyser(**choices))])
    assert told["word"] == word
    assert part in told["sentence"]
    assert told["sentence"].startswith(("Run 1 ", "Run 1: "))


def test_what_to_do_has_the_numbers_of_the_data(modules: Any) -> None:
    rates = [0.09, 0.05, 0.001, 0.0695]
    runs = [geyser(learning_rate=rate, steps=60) for rate in rates]
    told = ask(modules, "/words/outcome.js", OUTCOME, [state(run) for run in runs])
    too_large, ravine, small, close = told
    assert too_large["remedy"] == "Use learning rate 0.035 (1/curvature), or auto."
    assert ravine["remedy"].startswith("This is a ravine")
    assert small["remedy"] == "Take more rounds, or a rate below 0.0696."
    assert close["remedy"] == "The rate is all but at its limit, 0.0696: try 0.035."
    assert "it overshoots, to and fro: 0.05 is above 1/curvature = 0.0348." in ravine["sentence"]
    assert "overshoots" not in small["sentence"]


def test_a_loss_of_many_times_the_lowest_is_told_so(modules: Any) -> None:
    t = np.arange(60.0)
    noise = 1e-3 * np.random.default_rng(1).normal(size=60)
    run = st.descend(
        (t[:, None], 1e6 + 3e-3 * t + noise), rule="steepest", scale="none", learning_rate=1e-4,
        steps=20,
    )  # fmt: skip
    assert run.lowest_loss is not None
    [told] = ask(modules, "/words/outcome.js", OUTCOME, [state(run)])
    times, lowest = short(run.loss / run.lowest_loss), short(run.lowest_loss)
    assert f"is still {times} times the lowest, {lowest}." in told["sentence"]


def test_the_numbers_in_the_formula_of_a_row_differ_as_it_says(modules: Any) -> None:
    t = np.arange(60.0)
    run = st.descend((t[:, None], 1e6 + 3e-3 * t), steps=1, rule="steepest", scale="none",
                     learning_rate=1e-4)  # fmt: skip
    tell = """(states) => states.map((state) =>
      m.worked(m.valuesOf(state, state.runs[0]), state.runs[0].choices, 0))"""
    [told] = ask(modules, "/cards/table_rows.js", tell, [state(run, at=1)])
    found = re.search(r"\(([\d,.]+) - ([\d,.]+)\)² = ([\d.e-]+)$", told)
    assert found is not None
    predicted, actual, cost = (float(text.replace(",", "")) for text in found.groups())
    decimals = len(found[1].partition(".")[2])
    assert decimals >= 2
    assert abs(predicted - actual) == pytest.approx(np.sqrt(cost), abs=0.51 * 10.0**-decimals)


def test_a_bound_is_called_a_bound(modules: Any) -> None:
    rate = golden.safe_rate("cross_entropy", "steepest", "standard", 0.1)
    slow = golden.run_of("cross_entropy", learning_rate=rate, scale="standard", steps=4)
    wild = golden.run_of("cross_entropy", learning_rate=400 * rate, scale="standard", steps=9)
    told = ask(modules, "/words/outcome.js", OUTCOME, [state(slow), state(wild)])
    assert "the curvature is at most" in told[0]["remedy"]
    assert "(at most curvature" in told[1]["sentence"]


def test_nothing_is_claimed_where_the_lowest_loss_is_not_known(modules: Any) -> None:
    run = golden.run_of("softmax", learning_rate=0.1, scale="standard", steps=60)
    tell = "(states) => states.map(({ runs }) => m.outcomeOf({ ...runs[0], lowest: null }))"
    [told] = ask(modules, "/words/outcome.js", tell, [state(run)])
    assert told["word"] == "on its way"
    assert "the lowest loss it found" in told["sentence"]


NETWORK: dict[str, Any] = {"hidden": (6,), "rule": "steepest"}


NO_FALL = {"oscillation": "oscillation", "unsettled": "not settled", "too small": "too small"}
"""The page's word for each verdict on a run that does not fall."""


@pytest.mark.parametrize(
    "how",
    [
        {"rule": "adam", "learning_rate": 10.0},
        {"learning_rate": 1e-6, "steps": 60},
        {"learning_rate": 0.1, "clip": 1e-9, "steps": 60},
        {"learning_rate": 5.0, "batch": 1, "epochs": 3},
    ],
)
def test_a_network_that_does_not_fall_is_not_said_to(how: Any, modules: Any) -> None:
    """Nor where the page knows no verdict of a closer look, as of runs that it walks itself.

    Which verdict a rate far too large has hangs on the last bits of its steps.
    """
    run = st.descend("moons", "class", **{**NETWORK, **how})
    [told] = ask(modules, "/words/outcome.js", OUTCOME, [state(run)])
    (verdict,) = run.verdicts
    assert told["word"] == NO_FALL[verdict.name] and verdict.message in told["sentence"]
    tell = """(states) => states.map(({ runs: [run] }) => m.outcomeOf(
      { ...run, verdicts: [], stop: { reason: 'steps', message: 'stopped' } }))"""
    [alone] = ask(modules, "/words/outcome.js", tell, [state(run)])
    assert "still falls" not in alone["sentence"]
    assert alone["word"] in ("not settled", "stands still")


def test_mini_batches_above_their_start_are_judged_by_the_page_as_by_python(modules: Any) -> None:
    run = st.descend("moons", "class", learning_rate=5.0, batch=1, epochs=3, **NETWORK)
    full = [None if np.isnan(loss) else float(loss) for loss in run.trace.full_losses]
    told = {"loss": run.trace.losses.tolist(), "rate": run.trace.learning_rates.tolist()}
    tell = """(_, { full, ...trace }) => [300, 900].map((inEpoch) => m.judgeBatches(
      { ...trace, fullLoss: full.map((loss) => loss ?? NaN), stop: { reason: 'steps' } },
      'steepest', inEpoch).map(({ message }) => message))"""
    found = ask(modules, "/engine/divergence.js", tell, [], {**told, "full": full})
    assert found == [[verdict.message for verdict in run.verdicts]] * 2
    tell = tell.replace("...trace,", "...trace, loss: trace.loss.map((loss) => loss / 10),")
    assert ask(modules, "/engine/divergence.js", tell, [], {**told, "full": full}) == [[], []]


def test_a_loss_with_its_penalty_is_called_so_everywhere(modules: Any) -> None:
    runs = [st.descend("geyser", "waiting", ["duration"], steps=2, l2=l2) for l2 in (0.0, 0.1)]
    tell = "(states) => states.map(({ scene, runs }) => m.lossLabel(scene, runs[0].choices))"
    told = ask(modules, "/state/select.js", tell, [state(run) for run in runs])
    assert told == [run.story.loss_label for run in runs]


def test_no_arrival_is_asked_for_where_there_is_no_lowest_loss(modules: Any) -> None:
    X = np.random.default_rng(0).normal(size=(30, 3))
    sides = np.where(X[:, 0] > 0, "a", "b")
    tell = """(states) => states.map((state) =>
      m.tasksOf(state, { kind: 'record' }).map(({ question }) => question))"""
    runs = [st.descend((X, sides), l2=l2) for l2 in (0.0, 0.1)]
    apart, held = ask(modules, "/words/tasks.js", tell, [state(run) for run in runs])
    assert not any("lowest loss" in question for question in apart)
    assert any("lowest loss" in question for question in held)


# --- captions, and what is spoken ----------------------------------------------------------------


def scenes() -> list[st.Run]:
    """Return runs of each shape of data that a card has another picture for."""
    usual: dict[str, Any] = {"learning_rate": 0.01, "scale": "standard", "steps": 5}
    bills = ["bill_length_mm", "bill_depth_mm"]
    return [
        *(golden.run_of(kind, **usual) for kind in golden.DATA),
        st.descend("penguins", "species", bills, rule="steepest", missing="drop", **usual),
        st.descend("diabetes", "progression", rule="steepest", **usual),
        st.descend("breast_cancer", "diagnosis", rule="steepest", **usual),
    ]


def test_every_card_has_a_caption_and_is_described(modules: Any) -> None:
    tell = """(states, cards) => states.map((state) => cards.map(
      (card) => [m.captionOf(card, state), m.described(card, state)]))"""
    states = [state(run, at=3) for run in scenes()]
    for cards in ask(modules, "/words/captions.js", tell, states, CARDS):
        for card, (caption, told) in zip(CARDS, cards, strict=True):
            assert 40 < len(caption) < 480
            # The two faces of the surface say what they show themselves: nothing is told twice.
            assert 20 < len(told) < 500 if card in ("fit", "chart") else told == ""
            assert not re.search(r"undefined|NaN|null|\[object", caption + told)


def test_a_slice_tells_how_far_off_the_step_is(modules: Any) -> None:
    run = st.descend("diabetes", "progression", learning_rate=0.1, scale="standard", steps=9)
    tell = "(states) => states.map((state) => m.captionOf('relief', state))"
    start, end = ask(modules, "/words/captions.js", tell, [state(run), state(run, at=9)])
    assert "the other 9 params are held" in start
    assert re.search(r"lies [\d.,]+ off it, at its true loss [\d.,]+\.", start)
    assert "The arrow is downhill in " in start
    assert "lies on it" in end
    assert "downhill" not in end


@pytest.mark.parametrize("kind, told", [
    ("squared", "The strokes are those of Run 2."),
    ("cross_entropy", "The strip is that of Run 2."),
    ("softmax", "Of the runs only Run 2 is drawn."),
    ("many of three", "Of the runs only Run 2 is drawn."),
])  # fmt: skip
def test_of_several_runs_it_is_told_which_is_drawn(kind: str, told: str, modules: Any) -> None:
    run = golden.run_of(kind, learning_rate=0.01, scale="standard", steps=3)
    tell = """([state]) => {
      const runs = [state.runs[0], { ...state.runs[0], label: 'Run 2' }];
      return [state, { ...state, runs, active: 1 }].map((one) => m.captionOf('fit', one));
    }"""
    one, two = ask(modules, "/words/captions.js", tell, [state(run)])
    assert told not in one
    assert two == f"{one} {told}"


def test_what_is_described_has_the_numbers(modules: Any) -> None:
    run = geyser(learning_rate=0.05, steps=7)
    tell = "(states) => states.map((state) => m.described('fit', state))"
    [told] = ask(modules, "/words/captions.js", tell, [state(run, at=7)])
    weight, bias = run.trace[7].params
    assert told == f"272 rows and the line waiting = {short(weight)} × duration + {short(bias)}."


def test_what_is_spoken(modules: Any) -> None:
    run = geyser(learning_rate=0.09, steps=4)
    tell = "(states) => states.map((state) => m.spoken(state))"
    looks: list[Any] = [{}, {"at": 1}, {"at": 1, "phase": 2}, {"at": 4}]
    first, step, phase, last = ask(
        modules, "/words/spoken.js", tell, [state(run, **look) for look in looks]
    )
    weight, bias = run.trace[1].params
    loss = short(run.trace[1].loss)
    assert first.startswith("Start: weight ")
    assert step == f"Round 1: weight {short(weight)}, bias {short(bias)}, loss {loss}."
    assert phase.startswith("Together the parts")
    assert "\n" not in phase
    assert last.endswith(f"Run 1: {run.verdicts[0].message}.")


# --- the lines of Python -------------------------------------------------------------------------

PYTHON = "(states) => states.map((state) => m.pythonLines(state))"


def run_lines(lines: str) -> st.Run:
    names: dict[str, Any] = {}
    exec(lines, names)
    run: st.Run = names["run"]
    return run


PYTHON_RUNS = [
    lambda: geyser(learning_rate=0.05, steps=20),
    lambda: geyser(learning_rate=0.0123456789012345, start=[1e-7, 1 / 3], steps=20),
    lambda: geyser(learning_rate="cosine:0.05", batch=16, seed=5, start=[1.0, -0.0], steps=30),
    lambda: golden.run_of("huber", rule="adam", learning_rate=0.5, l2=0.1, delta=2.5),
    lambda: golden.run_of("softmax", scale="round"),
    lambda: st.descend("penguins", "species", l2=1e-3, steps=5, missing="drop"),
    lambda: st.descend("penguins", "sex", l2=1e-3, steps=5, missing="indicator"),
    lambda: st.descend(
        *("penguins", "body_mass_g", ["bill_length_mm"]),
        **{"loss": "poisson", "exposure": "bill_depth_mm", "missing": "drop", "steps": 5},
    ),
    lambda: st.descend("breast_cancer", "diagnosis", l2=1e-3, steps=5),
    lambda: geyser(learning_rate=0.09, steps=99),
    lambda: geyser(rule="adamw", learning_rate="backtracking", steps=9),
    lambda: geyser(hidden=(3,), dtype="float32", steps=4),
    lambda: geyser(rule=Momentum(beta=0.3), learning_rate=0.04, steps=20),
    lambda: geyser(rule=AdamW(beta2=0.99, weight_decay=1e-7), learning_rate=0.1, steps=9),
]


@pytest.mark.parametrize("make", every_other(PYTHON_RUNS))
def test_the_lines_of_python_make_the_same_run(make: Any, modules: Any, capsys: Any) -> None:
    run = make()
    [lines] = ask(modules, "/words/python.js", PYTHON, [state(run)])
    assert max(map(len, lines.splitlines())) <= 90
    again = run_lines(lines)
    assert np.array_equal(again.trace.params, run.trace.params)
    assert again.param_names == run.param_names
    assert "Step 1" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["squared", "cross_entropy", "softmax"])
def test_rows_as_the_reader_changed_them(kind: str, modules: Any) -> None:
    run = golden.run_of(kind, learning_rate=0.001, start=None, steps=8)
    edit = """([state], _) => {
      const X = state.scene.X.slice();
      X[0] = 3.7123456789012345;
      const start = Array.from(state.runs[0].params.subarray(0, state.runs[0].size));
      const choices = { ...state.choices, start };
      const runs = [{ ...state.runs[0], choices }];
      return m.pythonLines({ ...state, runs, choices, rows: { X, y: state.scene.y } });
    }"""
    again = run_lines(ask(modules, "/words/python.js", edit, [state(run)]))
    X = run.data.X.copy()
    X[0, 0] = 3.7123456789012345
    assert np.array_equal(again.data.X, X)
    assert np.array_equal(again.data.y, run.data.y)
    assert np.array_equal(again.trace[0].params, run.trace[0].params)


def test_names_cannot_leave_their_quotes(tmp_path: Path, monkeypatch: Any, modules: Any) -> None:
    pa = pytest.importorskip("pyarrow")
    names = ["a \"b' \\ \n=c", "</script>é😀"]
    name = "my \"file'.csv"
    monkeypatch.chdir(tmp_path)
    rows = np.random.default_rng(0).normal(size=(2, 20))
    write_table(pa.table(dict(zip(names, rows, strict=True))), name)
    run = st.descend(name, names[1], [names[0]], learning_rate=0.1, steps=4)
    [lines] = ask(modules, "/words/python.js", PYTHON, [state(run)])
    again = run_lines(lines)
    assert np.array_equal(again.trace.params, run.trace.params)


def test_a_category_is_told_by_its_column(tmp_path: Path, monkeypatch: Any, modules: Any) -> None:
    pa = pytest.importorskip("pyarrow")
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    table = {"kind=": list("abcc" * 5), "m=1": rng.integers(0, 2, 20), "y": rng.normal(size=20)}
    write_table(pa.table(table), "odd.csv")
    run = st.descend("odd.csv", "y", steps=4)
    [lines] = ask(modules, "/words/python.js", PYTHON, [state(run)])
    assert 'features=["kind=", "m=1"]' in lines
    again = run_lines(lines)
    assert again.feature_names == run.feature_names == ("kind==a", "kind==b", "m=1")
    assert np.allclose(again.trace.params, run.trace.params, rtol=1e-12, atol=1e-12)


def test_data_without_a_name_are_told_as_such(modules: Any) -> None:
    pa = pytest.importorskip("pyarrow")
    X, y = np.arange(8.0), np.arange(8.0) ** 2
    runs = [
        st.descend((X, y), learning_rate=0.01, steps=2),
        st.descend(pa.table({"x": X, "y": y}), "y", learning_rate=lambda i: 0.01, steps=2),
    ]
    arrays, frame = ask(modules, "/words/python.js", PYTHON, [state(run) for run in runs])
    assert "# X, y: the arrays of this run\n\nrun = st.descend(\n    (X, y),\n" in arrays
    assert "    learning_rate=schedule,\n" in frame
    compile(arrays + frame, "lines", "exec")


# --- tasks ---------------------------------------------------------------------------------------

TASKS = """async ([state], wanted) => {
  const { localEngine } = await import('/engine/local.js');
  const tasks = m.tasksOf(state, localEngine(state.scene));
  const answers = [];
  for (const { question, answer } of tasks) {
    if (wanted.some((word) => question.includes(word))) answers.push(await answer());
  }
  return { answers, questions: tasks.map(({ question, hint }) => [question, hint]) };
}"""


def answer(modules: Any, run: st.Run, word: str, **more: Any) -> str:
    [told] = ask(modules, "/words/tasks.js", TASKS, [state(run, **more)], [word])["answers"]
    return str(told)


def test_the_rate_that_just_diverges(modules: Any) -> None:
    told = answer(modules, geyser(learning_rate=0.05, steps=9), "just diverges")
    assert told.startswith("2/curvature = 2/28.745 = 0.06958: above it the run diverges")
    assert re.search(r"at 0.06888 the loss is 34\.72 after .*at 0.07027 it diverges", told)
    sure = answer(
        modules,
        golden.run_of("cross_entropy", learning_rate=1.0, scale="standard"),
        "just diverges",
    )
    assert "That is a bound" in sure
    low, high = map(float, re.findall(r"Tried: ([\d.]+) settles, ([\d.]+) does not", sure)[0])
    assert 8 < low < high < 1.03 * low


def test_the_rate_that_arrives_in_the_fewest_steps(modules: Any) -> None:
    told = answer(modules, geyser(learning_rate=0.05, steps=9), "fewest rounds")
    found = re.search(r"([\d,]+) rounds at the rate ([\d.]+)", told)
    assert found
    steps, rate = int(found[1]), float(found[2])
    # On a bowl the best rate is 2 / (largest + smallest curvature).
    assert rate == pytest.approx(2 / (28.7445 + 0.1811), rel=0.02)
    run = geyser(learning_rate=rate, steps=steps + 5)
    near = run.trace.losses <= 34.7183347 + 1e-3 * (run.trace[0].loss - 34.7183347)
    assert abs(int(np.argmax(near)) - steps) <= 3


def test_the_ravine_and_momentum(modules: Any) -> None:
    run = geyser(learning_rate=0.05, steps=9)
    ravine = answer(modules, run, "ravine")
    X = np.column_stack([run.data.X, np.ones(272)])
    low, high = np.linalg.eigvalsh(X.T @ X)
    assert f"the bowl curves {short(high / low, 3)} times as much" in ravine
    assert "1 round." in ravine
    momentum = answer(modules, run, "momentum")
    found = re.search(r"steepest: (\d+) rounds; momentum: (\d+) rounds", momentum)
    assert found
    assert int(found[2]) < int(found[1]) / 4
    assert short(np.sqrt(high / low), 3) in momentum


def test_the_next_step_is_predicted(modules: Any) -> None:
    run = geyser(learning_rate=0.05, steps=9)
    told = answer(modules, run, "Predict", at=3)
    assert told.startswith("From round 3: weight ")
    assert told.endswith(f"The loss is then {short(run.trace[4].loss)}.")


CHECK = """(states, guesses) => states.map((state, i) => m.tasksOf(state, { kind: 'page' })
  .find(({ predict }) => predict).check(guesses[i]))"""


def test_a_guess_is_judged_by_where_the_step_lands(modules: Any) -> None:
    run = geyser(learning_rate=0.05, steps=9)
    (x, y), (u, v) = run.trace[3].params, run.trace[4].params
    guesses = [[u, v], [u + 0.08 * (u - x), v], [u, v + 5.0], [x, y]]
    states = [state(run, at=3)] * 4
    right, close, off, still = ask(modules, "/words/tasks.js", CHECK, states, guesses)
    assert [one["near"] for one in (right, close, off, still)] == [True, True, False, False]
    assert right["words"].startswith("Near: off by 0 % of the length of the step as it is drawn.")
    assert still["words"].startswith("Not there: off by 100 % of the length of the step")
    in_weight = rf"at {NUMBER} in weight of duration \(min per min\), you pointed at {NUMBER}"
    in_bias = rf"at {NUMBER} in bias \(min\), you pointed at {NUMBER}"
    pattern = rf"Round 4 lands {in_weight}, off by {NUMBER}; {in_bias}, off by {NUMBER}\.$"
    found = re.search(pattern, off["words"])
    assert found
    assert list(map(read, found.groups())) == pytest.approx([u, u, 0, v, v + 5, 5], rel=1e-3)


def test_a_guess_is_judged_on_the_axes_that_are_seen(modules: Any) -> None:
    run = geyser(learning_rate=0.2, scale="standard", steps=9)
    judge = """async ([state]) => {
      const { localEngine } = await import('/engine/local.js');
      const { onPlane } = await import('/state/select.js');
      const { choices, runs } = state;
      const see = [{ params: runs[0].params, loss: runs[0].fullLoss }];
      const asked = { choices, rows: null, see, points: 21, axes: 'walk' };
      const surface = await localEngine(state.scene).surface(asked);
      const task = m.tasksOf({ ...state, surface }, { kind: 'page' }).find((one) => one.predict);
      return task.check(onPlane(surface, runs[0].params.subarray(2, 4)));
    }"""
    told = ask(modules, "/words/tasks.js", judge, [state(run)])
    assert told["near"]
    assert "in weight of duration, in standard units, you pointed at" in told["words"]


@pytest.mark.parametrize("rule", ["steepest", "momentum", "nesterov"])
def test_a_theorem_is_told_only_where_there_is_one(rule: str, modules: Any) -> None:
    choices: dict[str, Any] = {"rule": rule, "learning_rate": 0.01, "scale": "standard"}
    bowl = geyser(**choices)
    other = golden.run_of("cross_entropy", **choices)
    batches = golden.run_of("cross_entropy", batch=4, **choices)
    kinds = ["just diverges", "fewest rounds", "momentum"]
    answers = [
        ask(modules, "/words/tasks.js", TASKS, [state(run)], kinds)["answers"]
        for run in (bowl, other, batches)
    ]
    assert "above it the run diverges" in answers[0][1]
    assert ("surely falls" in answers[1][1]) is (rule == "steepest")
    assert (f"of {rule} on it nothing is proved" in answers[1][1]) is (rule != "steepest")
    assert "the limit of a bowl that curves so much everywhere is" in answers[1][0]
    assert "on a bowl of that shape the rounds of steepest grow" in answers[1][2]
    assert "that shape" not in answers[0][2]
    for told, plain in zip(answers[2], answers[1], strict=True):
        assert told.endswith("With all rows a step; mini-batches wander, and may do otherwise.")
        assert "mini-batches" not in plain


def test_a_recording_has_tasks_that_it_can_answer(modules: Any) -> None:
    run = st.descend(
        "diabetes", "progression", rule="steepest", learning_rate=0.1, scale="standard", steps=300
    )
    told = ask(modules, "/words/tasks.js", TASKS, [state(run)], ["After how many", "diverges"])
    assert len(told["questions"]) == 2
    assert re.fullmatch(r"After 10[456] rounds\.", told["answers"][0])
    assert told["answers"][1].startswith("2/curvature = 2/8.048 = 0.2485")


@pytest.mark.parametrize("kind", golden.DATA)
def test_every_task_has_an_answer(kind: str, modules: Any) -> None:
    run = golden.run_of(kind, learning_rate=0.05, scale="standard", steps=30)
    told = ask(modules, "/words/tasks.js", TASKS, [state(run)], [""])
    assert len(told["answers"]) == len(told["questions"]) >= 2
    for text in told["answers"]:
        assert not re.search(r"undefined|NaN|null|\[object|Infinity", text), text


# --- a result that is an earlier step ------------------------------------------------------------


def early(**more: Any) -> st.Run:
    """Return a run of which the rows kept back say that an earlier step is the result."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(80, 45))
    asked: dict[str, Any] = {"rule": "steepest", "learning_rate": 0.01, "steps": 400} | more
    return st.descend(
        (X, X[:, 0] + rng.normal(size=80)), validation=0.3, patience=500, stop="validation", **asked
    )


def test_an_earlier_step_is_told_as_the_result(modules: Any) -> None:
    run = early()
    best = run.trace.best_validated
    assert best is not None and 0 < best.index < 400
    [told] = ask(modules, "/words/outcome.js", OUTCOME, [state(run)])
    assert told["word"] == "earlier step" and told["remedy"] == ""
    assert f"has round {best.index} as its result" in told["sentence"]
    assert f"24 rows kept back was lowest, {short(best.validation_loss)}." in told["sentence"]
    tell = "([state]) => [m.captionOf('relief', state), m.captionOf('chart', state)]"
    surface, chart = ask(modules, "/words/captions.js", tell, [state(run)])
    assert f"A slice through round {best.index}, the result: the other 44 params" in surface
    assert f"lowest at round {best.index} (ring), which is the result." in chart
    [usual] = ask(modules, "/words/outcome.js", OUTCOME, [state(early(steps=20))])
    assert usual["word"] != "earlier step"

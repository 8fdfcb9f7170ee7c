"""What the command line does when all is well."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from asked import Ask
from PIL import Image
from proved import every_other
from pyarrow import csv, feather, parquet

import steepest
from steepest import load
from steepest.data.table import read_table

STEEPEST = [sys.executable, "-m", "steepest"]
GEYSER = ["fit", "geyser", "--target", "waiting"]
TEXTBOOK = ["--rule", "steepest", "--scale", "none", "--learning-rate", "0.05"]

EXAMPLE = re.compile(r"^ *(steepest (?:\\\n|.)*)$", re.MULTILINE)
NUMBER = r"(-?[\d,.]+(?:e[+-]?\d+)?)"

Told = Callable[..., str]


@pytest.fixture
def told(ask: Ask) -> Told:
    """Return what is printed by a command that ends well, with nothing on standard error."""

    def run(*words: str) -> str:
        answer = ask(*words)
        assert (answer.status, answer.err) == (0, "")
        return answer.out

    return run


@pytest.fixture
def asked_json(told: Told) -> Callable[..., dict[str, Any]]:
    def run(*words: str) -> dict[str, Any]:
        def no_number(name: str) -> float:
            raise AssertionError(f"{name} is not JSON")

        read = json.loads(told(*words, "--json"), parse_constant=no_number)
        assert isinstance(read, dict)
        return read

    return run


def number(text: str) -> float:
    return float(text.replace(",", ""))


def steps_table(text: str) -> list[list[str]]:
    """Return the cells of the table of steps, its heads first."""
    lines = text.splitlines()
    head = next(i for i, line in enumerate(lines) if line.split()[:1] == ["step"])
    rows = [lines[head].split()]
    for line in lines[head + 1 :]:
        if not line.split()[0].replace(",", "").isdigit():
            break
        rows.append(line.split())
    return rows


def test_fit_tells_the_four_steps_in_order(told: Told) -> None:
    text = told(*GEYSER)
    steps = re.findall(r"^Step (\d)  \w", text, re.MULTILINE)
    assert steps == ["1", "2", "3", "4"]


def test_fit_names_the_data_and_the_choices(told: Told) -> None:
    first, second, *_ = told(*GEYSER, *TEXTBOOK, "--steps", "5").splitlines()
    assert first == "waiting by duration: 272 rows of geyser"
    for choice in ("loss squared", "rule steepest", "learning rate 0.05", "scale none"):
        assert choice in second


def test_start_is_told_with_seed_and_loss(told: Told) -> None:
    text = told(*GEYSER, *TEXTBOOK, "--steps", "1", "--seed", "3")
    assert "seed 3" in text
    assert re.search(r"weight of duration = .*\n  bias = .*\n  mean squared error \(min²\): ", text)


def test_given_start_is_told_as_such(told: Told) -> None:
    text = told(*GEYSER, *TEXTBOOK, "--steps", "1", "--start", "-2,0.5")
    assert "Start at the given bias and weight" in text
    assert "seed" not in text
    assert "bias = 0.5" in text


def test_update_line_holds_its_arithmetic(told: Told) -> None:
    text = told(*GEYSER, *TEXTBOOK, "--steps", "1", "--start", "-2,0.5")
    for name in ("weight", "bias"):
        line = rf"{name} {NUMBER} - {NUMBER} × {NUMBER} = {NUMBER}"
        found = re.search(line, text)
        assert found
        old, rate, gradient, new = map(number, found.groups())
        assert rate == 0.05
        assert new == pytest.approx(old - rate * gradient, rel=2e-3)


def test_update_line_is_the_run_of_the_json(
    told: Told, asked_json: Callable[..., dict[str, Any]]
) -> None:
    words = [*GEYSER, *TEXTBOOK, "--steps", "1", "--start", "-2,0.5"]
    text, run = told(*words), asked_json(*words)
    weight = re.search(rf"weight {NUMBER} - .* = {NUMBER}", text)
    fall = re.search(rf"{NUMBER} → {NUMBER}: it fell by {NUMBER}", text)
    assert weight and fall
    assert number(weight[2]) == pytest.approx(run["weights"]["duration"], rel=1e-3)
    assert number(fall[1]) == pytest.approx(run["start_loss"], rel=1e-3)
    assert number(fall[2]) == pytest.approx(run["loss"], rel=1e-3)
    assert number(fall[3]) == pytest.approx(run["start_loss"] - run["loss"], rel=1e-3)


def test_direction_has_length_one(told: Told) -> None:
    text = told(*GEYSER, *TEXTBOOK, "--steps", "1")
    found = re.search(rf"direction .*: weight \+?{NUMBER}, bias \+?{NUMBER}", text)
    assert found
    assert np.hypot(number(found[1]), number(found[2])) == pytest.approx(1, abs=1e-3)


def test_size_of_the_step_is_rate_times_gradient(told: Told) -> None:
    text = told(*GEYSER, *TEXTBOOK, "--steps", "1")
    length = re.search(rf"its length {NUMBER}", text)
    size = re.search(rf"size of the step: {NUMBER}", text)
    assert length and size
    assert number(size[1]) == pytest.approx(0.05 * number(length[1]), rel=2e-3)


def test_table_of_steps_is_the_first_the_powers_of_two_and_the_last(told: Told) -> None:
    rows = steps_table(told(*GEYSER, *TEXTBOOK, "--steps", "1000"))
    shown = [number(row[0]) for row in rows[1:]]
    assert shown == [0, 1, 2, 3, 4, 8, 16, 32, 64, 128, 256, 512, 1000]


def test_losses_in_the_table_fall(told: Told) -> None:
    rows = steps_table(told(*GEYSER, *TEXTBOOK, "--steps", "300"))
    losses = [number(row[rows[0].index("loss")]) for row in rows[1:]]
    assert losses == sorted(losses, reverse=True)


def test_result_is_that_of_least_squares(asked_json: Callable[..., dict[str, Any]]) -> None:
    run = asked_json(*GEYSER)
    table = steepest.dataset("geyser")
    slope, intercept = np.polyfit(table["duration"].to_numpy(), table["waiting"].to_numpy(), 1)
    assert run["weights"]["duration"] == pytest.approx(slope, rel=1e-9)
    assert run["bias"] == pytest.approx(intercept, rel=1e-9)


def test_diverging_rate_is_told_with_its_limit(told: Told) -> None:
    text = told(*GEYSER, *TEXTBOOK, "--learning-rate", "0.9")
    verdict = re.search(rf"Verdict \(proved\): .* 0\.9 is above 2/curvature = {NUMBER}", text)
    assert verdict
    X = np.column_stack([steepest.dataset("geyser")["duration"], np.ones(272)])
    curvature = np.linalg.eigvalsh(2 / 272 * X.T @ X)[-1]
    assert number(verdict[1]) == pytest.approx(2 / curvature, rel=1e-2)
    assert "what to do: use learning rate" in text


def test_rate_below_the_limit_gets_no_verdict(told: Told) -> None:
    assert "Verdict" not in told(*GEYSER, *TEXTBOOK, "--learning-rate", "0.069", "--steps", "9")


KEYS = [
    "format",
    "data",
    "choices",
    "weights",
    "bias",
    "loss",
    "validation_loss",
    "metrics",
    "validation_metrics",
    "metrics_in_words",
    "lowest_loss",
    "limit",
    "steps",
    "start_loss",
    "stop",
    "verdicts",
    "notes",
    "checks",
    "files",
    "rows_inside",
]

HOLDS = "{} holds the 272 rows that it was made from; --without-data leaves them out"

DATA_KEYS = [
    *("name", "rows", "dropped", "validation_rows"),
    *("target", "classes", "base_levels", "missing", "fills", "exposure"),
]


@pytest.mark.parametrize(
    "words",
    [
        [*GEYSER],
        ["fit", "orings", "--target", "damaged"],
        ["fit", "penguins", "--target", "species", "--steps", "5"],
        ["fit", "diabetes", "--target", "progression", "--steps", "0"],
        [*GEYSER, *TEXTBOOK, "--learning-rate", "1e6"],
        [*GEYSER, "--batch", "10", "--steps", "7"],
    ],
    ids=" ".join,
)
def test_json_has_the_same_keys_for_every_run(
    asked_json: Callable[..., dict[str, Any]], words: list[str]
) -> None:
    run = asked_json(*words)
    assert list(run) == KEYS
    assert list(run["data"]) == DATA_KEYS


def test_json_names_the_weights_by_class(asked_json: Callable[..., dict[str, Any]]) -> None:
    run = asked_json("fit", "penguins", "--target", "species", "--steps", "5")
    assert list(run["weights"]["body_mass_g"]) == ["Adelie", "Chinstrap", "Gentoo"]
    assert list(run["bias"]) == run["data"]["classes"]


def test_json_of_two_classes_has_one_weight_each(
    asked_json: Callable[..., dict[str, Any]],
) -> None:
    run = asked_json("fit", "orings", "--target", "damaged")
    assert run["data"]["classes"] == ["no", "yes"]
    assert isinstance(run["bias"], float)


def test_json_lists_the_files(asked_json: Callable[..., dict[str, Any]]) -> None:
    run = asked_json(*GEYSER, "--save", "g.steepest", "--trace", "g.csv")
    assert sorted(run["files"]) == ["g.csv", "g.steepest"]


def test_words_list_the_files(told: Told) -> None:
    text = told(*GEYSER, "--save", "g.steepest", "--trace", "g.csv", "--table", "t.csv")
    assert text.endswith(
        f"Written:\n  t.csv\n  g.csv\n  g.steepest\n  {HOLDS.format('g.steepest')}\n"
    )
    assert all(Path(name).stat().st_size for name in ("t.csv", "g.csv", "g.steepest"))


def test_dropped_rows_are_counted_in_words_and_json(
    told: Told, asked_json: Callable[..., dict[str, Any]]
) -> None:
    Path("f.csv").write_text("a,y\n1,2\n,3\n3,5\nnan,8\n5,1\n6,inf\n")
    words = ["fit", "f.csv", "--target", "y", "--missing", "drop"]
    assert re.search(r"\b3 rows with gaps left out", told(*words))
    assert asked_json(*words)["data"] == {
        "validation_rows": 0,
        "name": "f.csv",
        "rows": 3,
        "dropped": 3,
        "target": "y",
        "classes": None,
        "base_levels": {},
        "missing": None,
        "fills": {},
        "exposure": None,
    }


def test_nothing_is_said_of_gaps_where_there_are_none(told: Told) -> None:
    assert "gap" not in told(*GEYSER, "--missing", "drop")


def made_rows() -> pa.Table:
    rng = np.random.default_rng(1)
    a, b, c = rng.normal(size=(3, 40)).round(3)
    return pa.table({"a": a, "b": b, "c": c, "y": (2 * a - b + 0.1 * c).round(3)})


def test_every_kind_of_file_gives_the_same_numbers(
    asked_json: Callable[..., dict[str, Any]],
) -> None:
    table = made_rows()
    csv.write_csv(table, "f.csv")
    csv.write_csv(table, "f.tsv", csv.WriteOptions(delimiter="\t"))
    parquet.write_table(table, "f.parquet")
    feather.write_feather(table, "f.arrow")
    runs = []
    for name in ("f.csv", "f.tsv", "f.parquet", "f.arrow"):
        run = asked_json("fit", name, "--target", "y")
        assert run["data"].pop("name") == name
        runs.append(run)
    assert runs[1:] == runs[:1] * 3


@pytest.mark.parametrize(
    ("words", "features"),
    [
        (["--features", "b,a"], ["b", "a"]),
        (["--features", " a , b "], ["a", "b"]),
        (["--drop", "a"], ["b", "c"]),
        (["--drop", "a,c"], ["b"]),
        ([], ["a", "b", "c"]),
    ],
)
def test_features_are_chosen(
    asked_json: Callable[..., dict[str, Any]], words: list[str], features: list[str]
) -> None:
    csv.write_csv(made_rows(), "f.csv")
    assert list(asked_json("fit", "f.csv", "--target", "y", *words)["weights"]) == features


def test_a_resumed_run_is_told_as_one_that_never_stopped(told: Told) -> None:
    whole = told(*GEYSER, *TEXTBOOK, "--steps", "20")
    told(*GEYSER, *TEXTBOOK, "--steps", "8", "--save", "g.steepest")
    resumed = told("resume", "g.steepest", "--steps", "12", "--save", "further.steepest")
    assert resumed == (
        f"{whole}\nWritten:\n  further.steepest\n  {HOLDS.format('further.steepest')}\n"
    )
    assert len(load("further.steepest").trace) == 21
    assert len(load("g.steepest").trace) == 9


def test_a_saved_run_is_a_start(told: Told) -> None:
    told(*GEYSER, *TEXTBOOK, "--steps", "8", "--save", "g.steepest")
    told(*GEYSER, "--start", "g.steepest", "--steps", "1", "--save", "further.steepest")
    first, run = load("g.steepest"), load("further.steepest")
    assert np.array_equal(run.trace[0].params, first.params)


def test_shown_run_is_told_as_it_was_fitted(told: Told) -> None:
    fitted = told(*GEYSER, *TEXTBOOK, "--steps", "20", "--save", "g.steepest")
    shown = told("show", "g.steepest")
    assert fitted == f"{shown}\nWritten:\n  g.steepest\n  {HOLDS.format('g.steepest')}\n"


@pytest.mark.parametrize(
    "words",
    [
        [*GEYSER, *TEXTBOOK, "--steps", "20"],
        [*GEYSER, *TEXTBOOK, "--learning-rate", "0.9"],
        ["fit", "penguins", "--target", "species", "--steps", "5", "--l2", "0.01"],
        [*GEYSER, "--batch", "10", "--steps", "7"],
    ],
    ids=" ".join,
)
def test_shown_json_is_that_of_the_fit(
    asked_json: Callable[..., dict[str, Any]], words: list[str]
) -> None:
    fitted = asked_json(*words, "--save", "g.steepest")
    assert fitted.pop("files") == ["g.steepest"]
    assert "--without-data leaves them out" in fitted.pop("rows_inside")[0]
    shown = asked_json("show", "g.steepest")
    assert (shown.pop("files"), shown.pop("rows_inside")) == ([], [])
    assert shown == fitted


def test_predict_prints_the_rows_with_their_prediction(told: Told) -> None:
    told(*GEYSER, "--save", "g.steepest")
    Path("new.csv").write_text("duration,name\n2.0,a\n4.0,b\n")
    Path("printed.csv").write_text(told("predict", "g.steepest", "new.csv"))
    printed = csv.read_csv("printed.csv")
    assert printed.column_names == ["duration", "name", "predicted"]
    assert printed["name"].to_pylist() == ["a", "b"]
    expected = load("g.steepest").predict("new.csv")
    np.testing.assert_array_equal(printed["predicted"].to_numpy(), expected)


@pytest.mark.parametrize("name", ["p.csv", "p.tsv", "p.parquet", "p.arrow", "p.feather"])
def test_predict_writes_the_same_as_it_prints(told: Told, name: str) -> None:
    told(*GEYSER, "--save", "g.steepest")
    Path("printed.csv").write_text(told("predict", "g.steepest", "geyser"))
    assert told("predict", "g.steepest", "geyser", "-o", name) == f"272 rows written to {name}\n"
    written = read_table(name).arrow
    assert written.to_pydict() == csv.read_csv("printed.csv").to_pydict()


def test_predict_gives_the_probability_of_each_class(told: Told) -> None:
    told("fit", "orings", "--target", "damaged", "--save", "o.steepest")
    told("predict", "o.steepest", "orings", "-o", "p.parquet")
    table = parquet.read_table("p.parquet")
    assert table.column_names[-3:] == ["predicted", "P(no)", "P(yes)"]
    both = table["P(no)"].to_numpy() + table["P(yes)"].to_numpy()
    np.testing.assert_allclose(both, 1.0)
    likely = np.where(table["P(yes)"].to_numpy() > 0.5, "yes", "no")
    assert table["predicted"].to_pylist() == likely.tolist()


def test_trace_has_a_row_for_every_step(told: Told) -> None:
    told(*GEYSER, *TEXTBOOK, "--steps", "30", "--trace", "t.csv")
    trace = csv.read_csv("t.csv")
    assert trace["index"].to_pylist() == list(range(31))
    weight = trace["param duration"].to_numpy()
    slope = trace["gradient duration"].to_numpy()
    np.testing.assert_allclose(weight[1:], weight[:-1] - 0.05 * slope[:-1], rtol=1e-12)


def test_table_of_the_rows_adds_up(told: Told, asked_json: Callable[..., dict[str, Any]]) -> None:
    words = ["fit", "orings", "--target", "damaged", "--table", "t.csv"]
    loss = asked_json(*words)["loss"]
    table = csv.read_csv("t.csv")
    assert np.mean(table["loss"].to_numpy()) == pytest.approx(loss)
    assert np.sum(table["share"].to_numpy()) == pytest.approx(1)


def test_data_lists_every_data_set_with_its_source_and_licence(told: Told) -> None:
    text = told("data")
    named = [line.split()[0] for line in text.splitlines()[:-2] if not line.startswith(" ")]
    assert named == list(steepest.datasets())
    assert text.count("source: ") == text.count("licence: ") == len(named)


@pytest.mark.parametrize("name", steepest.datasets())
def test_data_describes_every_column(told: Told, name: str) -> None:
    text = told("data", name)
    for column in steepest.dataset(name).column_names:
        assert re.search(rf"^  {column}( \(.*\))?: .", text, re.MULTILINE)
    assert "source: " in text and "licence: " in text


@pytest.mark.parametrize("name", steepest.datasets())
def test_data_suggests_a_line_that_runs(told: Told, name: str) -> None:
    suggested = re.search(r"^try: steepest (.*)$", told("data", name), re.MULTILINE)
    assert suggested
    told(*shlex.split(suggested[1]), "--steps", "2")


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        *((name, "csv") for name in steepest.datasets()),
        *(("diabetes", ending) for ending in ("tsv", "parquet", "arrow", "feather")),
    ],
)
def test_data_written_out_is_the_same_table(told: Told, name: str, ending: str) -> None:
    shipped = steepest.dataset(name)
    told("data", name, "-o", f"d.{ending}")
    written = read_table(f"d.{ending}").arrow
    for column in shipped.column_names:
        values = shipped[column].to_pylist()
        if column in ("sex", "digit") and name != "penguins" and ending in ("csv", "tsv"):
            values = list(map(int, values))  # "1" and "2": a text file has no types
        assert written[column].to_pylist() == values


def test_version(told: Told) -> None:
    assert told("--version") == f"steepest {steepest.__version__}\n"


def test_module_runs_like_the_command() -> None:
    printed = subprocess.run([*STEEPEST, "--version"], capture_output=True, text=True, check=True)
    assert printed.stdout == f"steepest {steepest.__version__}\n"


def test_command_is_installed() -> None:
    command = Path(sys.executable).with_name("steepest")
    printed = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert printed.stdout == f"steepest {steepest.__version__}\n"


COMMANDS = [
    "class",
    "demo",
    "diagnose",
    "fit",
    "lesson",
    "path",
    "rate",
    "resume",
    "play",
    "show",
    "predict",
    "data",
]


def test_every_command_is_helped(told: Told) -> None:
    listed = told("--help").split("Commands:\n")[1]
    assert re.findall(r"^  (\w+)", listed, re.MULTILINE) == sorted(COMMANDS)


@pytest.mark.parametrize("command", [None, *COMMANDS])
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_has_an_example(told: Told, command: str | None, flag: str) -> None:
    assert EXAMPLE.search(told(*([command] if command else []), flag))


def examples(told: Told, command: str) -> list[list[str]]:
    """Return the examples in a help text, each as words without the name of the program."""
    found = EXAMPLE.findall(told(command, "--help"))
    return [shlex.split(line.replace("\\\n", " "))[1:] for line in found]


WITH_EXAMPLES = [name for name in COMMANDS if name not in ("demo", "play")]


@pytest.mark.parametrize("command", every_other(WITH_EXAMPLES))
def test_examples_in_the_help_run(told: Told, command: str) -> None:
    """All but films and slides, which have tests of their own."""
    lines = examples(told, command)
    assert lines
    Path("links.csv").write_text(LINKS, encoding="utf-8")
    Path("mine.csv").write_text("size,price\n1,10\n2,30\n3,28\n4,35\n", encoding="utf-8")
    Path("lesson.toml").write_text('title = "Ours"\n', encoding="utf-8")
    Path("folder").mkdir()
    rows = pa.table({"x": range(40), "y": [2.0 * one % 7 for one in range(40)]})
    parquet.write_table(rows, "folder/rows.parquet")
    for words in lines:
        for slow in {"--film", "--pptx"} & {*words}:
            where = words.index(slow)
            words = words[:where] + words[where + 2 :]
        told(*words)
        named = [words[i + 1] for i, word in enumerate(words) if word in WRITING]
        assert all(Path(name).stat().st_size for name in named)


LINKS = """student,link
Ada,lesson.html#v=1&data=geyser&target=waiting&features=duration&rule=steepest&rate=0.2&steps=9
"""

WRITING = ("--figure", "--film", "--page", "--save", "-o", "--handout", "--quiz", "--toml")


@pytest.mark.prove
def test_demo_in_the_help_writes_all_its_files(told: Told) -> None:
    """The slow one: two figures, two films and a page of each of two runs."""
    plain, everything = examples(told, "demo")
    assert plain == ["demo"]
    text = told(*everything)
    written = re.findall(r"^  (steepest-demo/\S+)$", text, re.MULTILINE)
    assert sorted(written) == sorted(map(str, Path("steepest-demo").iterdir()))
    kinds = {Path(name).suffix for name in written}
    assert kinds == {".png", ".svg", ".gif", ".mp4", ".html", ".csv"}
    assert all(Path(name).stat().st_size for name in written)
    for step in ("Step 1", "Step 2", "Step 3", "Step 4", "-log P"):
        assert step in text


def test_demo_opens_its_lesson_before_it_makes_anything_else(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[str] = []

    def opened(address: str) -> None:
        there.extend(sorted(path.name for path in Path("steepest-demo").iterdir()))

    monkeypatch.setattr("webbrowser.open", opened)
    monkeypatch.setattr("steepest.cli.demo._has_screen", lambda: True)
    monkeypatch.setattr("steepest.cli.demo._tell", lambda *rest: None)
    text = told("demo")
    assert there == ["geyser.html"]
    assert text.rstrip().splitlines()[-2].startswith("to see it move, open /")


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Return what is served: the first page's chosen columns, its port, whether it is opened."""
    served: list[tuple[Any, ...]] = []

    def serve(session: Any, port: int, open_browser: bool, tell: Any) -> None:
        answer = session().answer({"ask": "offer"})
        served.append((answer["chosen"], port, open_browser))

    monkeypatch.setattr("steepest.server.serve", serve)
    return served


def test_examples_of_play_open_what_they_name(told: Told, played: list[tuple[Any, ...]]) -> None:
    Path("mine.csv").write_text("size,rooms,price\n1,2,10\n5,3,30\n3,2,28\n")
    said = [told(*words) for words in examples(told, "play")]
    assert played == [
        ({"data": "geyser", "target": "waiting", "features": ["duration"]}, 8421, True),
        (
            {"data": "penguins", "target": "species", "features": ["bill_length_mm"]},
            8421,
            True,
        ),
        ({"data": "", "target": "price", "features": ["size"]}, 8421, False),
    ]
    assert said == ["", "", "price is predicted by size: choose other columns if you like\n"]


@pytest.mark.parametrize("command", ["play", "lesson"])
def test_a_target_that_nobody_named_is_said_with_what_else_it_could_be(
    ask: Ask, played: list[tuple[Any, ...]], command: str
) -> None:
    Path("my own.csv").write_text("id,size,price,agent\n1,4,10,a\n2,9,30,b\n3,2,28,a\n4,3,31,b\n")
    answer = ask(command, "my own.csv")
    assert answer.out.startswith(
        "price is predicted by size: choose other columns if you like (likely too: agent, size)\n"
    )
    assert answer.err == (
        "steepest: no --target says what to predict, so it is price (a number, its name); it could "
        "also be agent (2 classes, the last column), size (a number); --target COLUMN says which, "
        "and `steepest data 'my own.csv'` looks at the table\n"
    )
    asked = ask(command, "my own.csv", "--target", "agent")
    assert asked.out.startswith("agent is predicted by price: ") and not asked.err


def test_a_saved_run_can_be_played_with(told: Told, played: list[tuple[Any, ...]]) -> None:
    told(*GEYSER, "--save", "g.steepest")
    told("play", "g.steepest", "--port", "0")
    assert played == [({"data": "geyser", "target": "waiting", "features": ["duration"]}, 0, True)]


def test_a_network_can_be_played_with(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    scenes: list[Any] = []

    def serve(session: Any, *rest: object) -> None:
        scenes.append(session().answer({"ask": "open"})["scene"])

    monkeypatch.setattr("steepest.server.serve", serve)
    told("play", "--hidden", "4,3")
    assert scenes[0]["network"]["sizes"] == [1, 4, 3, 1]


def test_a_saved_run_becomes_a_page(told: Told) -> None:
    told(*GEYSER, *TEXTBOOK, "--steps", "3", "--save", "g.steepest", "--page", "fitted.html")
    told("show", "g.steepest", "--page", "shown.html")
    assert Path("shown.html").read_bytes() == Path("fitted.html").read_bytes()


def test_no_colours_away_from_a_terminal(told: Told) -> None:
    assert "\x1b[" not in told(*GEYSER)


def test_no_colours_in_an_error_away_from_a_terminal(ask: Ask) -> None:
    assert "\x1b[" not in ask("data", "geysr").err


def test_a_path_offers_only_what_can_count_in_it(ask: Ask) -> None:
    offered = set(re.findall(r"^ +(--[a-z0-9-]+)", ask("path", "--help").out, re.MULTILINE))
    assert {"--penalties", "--loss", "--l2", "--batch", "--class-weight"} <= offered
    refused = {"--hidden", "--activation", "--init", "--dtype", "--dropout", "--start"}
    assert not offered & {*refused, "--validation"}


def test_colours_on_a_terminal(tmp_path: Path) -> None:
    master, slave = os.openpty()
    with os.fdopen(master, "rb", closefd=True) as terminal:
        with os.fdopen(slave, "wb") as screen:
            subprocess.run([*STEEPEST, "data", "geyser"], stdout=screen, check=True, cwd=tmp_path)
        assert b"\x1b[1m" in terminal.read(200)


@pytest.fixture
def slow(tmp_path: Path) -> list[str]:
    """Return a run that lasts until it is interrupted; it is seen to walk by its progress bar."""
    words = [*GEYSER, "--rule", "steepest", "--scale", "none", "--learning-rate", "1e-9"]
    return [*words, "--steps", "100000000", "--seconds", "60"]


def interrupted(words: list[str], folder: Path) -> tuple[int, str, str]:
    """Run a command on a terminal and press Ctrl-C once its bar tells a loss."""
    master, slave = os.openpty()
    # Tests in the background may be deaf to Ctrl-C, and would hand that down.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    command = subprocess.Popen(
        [*STEEPEST, *words], cwd=folder, stdout=subprocess.PIPE, stderr=slave, text=True
    )
    signal.signal(signal.SIGINT, before)
    os.close(slave)
    said = b""
    while b"loss" not in said:
        said += os.read(master, 1000)
    command.send_signal(signal.SIGINT)
    with suppress(OSError):  # what a terminal says when the other end is gone
        while more := os.read(master, 1000):
            said += more
    os.close(master)
    out, _ = command.communicate(timeout=60)
    return command.returncode, out, said.decode(errors="replace")


def test_interrupt_keeps_the_work(tmp_path: Path, slow: list[str]) -> None:
    status, out, err = interrupted([*slow, "--save", "g.steepest"], tmp_path)
    assert status == 130
    assert "Traceback" not in err
    assert "interrupted at step" in out
    assert "steepest: to go on: steepest resume g.steepest" in err
    run = load(tmp_path / "g.steepest")
    assert run.stop.reason == "interrupted"
    assert len(run.trace) > 1
    assert [path.name for path in tmp_path.iterdir()] == ["g.steepest"]


def test_interrupt_leaves_json_whole(tmp_path: Path, slow: list[str]) -> None:
    status, out, err = interrupted([*slow, "--json", "--checkpoint", "a run.ckpt"], tmp_path)
    assert status == 130
    going_on = err.strip().removesuffix("\x1b[0m").rpartition("to go on: ")[2]
    assert going_on == "steepest resume 'a run.ckpt' --checkpoint 'a run.ckpt'"
    assert load(tmp_path / "a run.ckpt").stop.reason == "interrupted"
    assert json.loads(out)["stop"]["reason"] == "interrupted"


@pytest.mark.parametrize("words", [GEYSER, ["data", "breast_cancer"], ["--help"]], ids=" ".join)
def test_closed_pipe_is_no_fault(tmp_path: Path, words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        answer = subprocess.run(
            [*STEEPEST, *words], stdout=pipe, stderr=subprocess.PIPE, text=True, cwd=tmp_path
        )
    assert answer.stderr == ""


def test_debug_shows_where(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(steepest.Run, "explain", broken)
    answer = ask(*GEYSER)
    assert answer.status == 1
    assert "a fault of steepest itself" in answer.err
    assert "RuntimeError: boom" in answer.err
    monkeypatch.setenv("STEEPEST_DEBUG", "1")
    with pytest.raises(RuntimeError, match="boom"):
        ask(*GEYSER)


SLOW = ["--rule", "steepest", "--scale", "none", "--learning-rate", "0.001"]


def test_what_could_not_be_judged_has_a_status_of_its_own(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.descent.plan.stopping.MOST_STEPS", 30)
    answer = ask(*GEYSER, *SLOW, "--save", "g.steepest")
    assert (answer.status, answer.err) == (3, "")
    assert "end: could not judge, 30 steps did not bring the gradient to 0" in answer.out
    assert ask("show", "g.steepest").status == 3
    assert ask("resume", "g.steepest", "--steps", "5").status == 0
    assert json.loads(ask(*GEYSER, *SLOW, "--json").out)["checks"][0]["state"] == "could not judge"
    assert ask(*GEYSER, *SLOW, "--steps", "30").status == 0


@pytest.mark.parametrize("command", ["fit", "resume", "show"])
def test_the_help_says_the_statuses(command: str, told: Told) -> None:
    assert "3 if something could not be judged" in " ".join(told(command, "--help").split())


def test_pictures_are_as_they_are_asked_for(ask: Ask, tmp_path: Path) -> None:
    asked = "--figure f.png --panels surface,map --size 800x450 --theme dark --frames slides"
    answer = ask(*GEYSER, *TEXTBOOK, "--steps", "2", *asked.split())
    assert answer.status == 0, answer.err
    for name in ("f.png", *(f"slides/step-{i}.png" for i in (1, 2, 3, 4))):
        assert name in answer.out
        with Image.open(tmp_path / name) as picture:
            assert picture.size == (800, 450)
            assert np.median(np.asarray(picture.convert("L").resize((80, 45)))) < 128


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--panels", "surface,cake"], "there is no panel 'cake'; choose some of fit, surface"),
        (["--size", "big"], "such as 1280x720"),
        (["--size", "20x20"], "a whole number from 320 to 7680"),
        (["--theme", "pink"], "'light', 'dark'"),
        (["--fps", "90"], "a whole number from 1 to 50"),
    ],
)
def test_pictures_that_cannot_be_are_refused_before_any_work(
    ask: Ask, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.cli.fit.descend", None)
    answer = ask(*GEYSER, *words)
    assert answer.status == 2
    assert said in answer.err


def test_signs_that_a_pipe_cannot_encode_do_not_end_the_program() -> None:
    """Latin-1 has no arrow: the loss before and after a step is printed all the same."""
    command = [sys.executable, "-m", "steepest", *GEYSER, *TEXTBOOK, "--steps", "2"]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, capture_output=True, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b" ? " in done.stdout and "min²".encode("latin-1") in done.stdout


@pytest.mark.parametrize(
    ("data", "asked", "way"),
    [
        (("geyser", "waiting", "duration"), (), "lesson"),
        (("geyser", "waiting", "duration"), ("--text", "Look."), "explore"),
        (("penguins", "body_mass_g", "flipper_length_mm,bill_length_mm"), (), "explore"),
        (("geyser", "waiting", "duration"), ("--present",), "present"),
        (("geyser", "waiting", "duration"), ("--rule", "steepest", "--steps", "3"), ""),
    ],
    ids=["one feature", "its text", "two features", "before a class", "chosen"],
)
def test_the_terminal_says_on_what_a_page_opens(
    told: Told, tmp_path: Path, data: tuple[str, str, str], asked: tuple[str, ...], way: str
) -> None:
    path, (name, target, features) = tmp_path / "page.html", data
    words = ("fit", name, "--target", target, "--features", features, "--page", str(path), *asked)
    said = " ".join(told(*words).split())
    text = path.read_text("utf-8")
    kept = json.loads(text.split('id="steepest-kept">')[1].split("</script>")[0])
    record = json.loads(text.split('id="steepest-record">')[1].split("</script>")[0])
    assert kept["way"] == (way or "explore")
    if not way:
        assert "opens in" not in said and not record.get("others")
        return
    where = "Explore, on a walk in standard units from the same start"
    if way != "explore":
        where = "the lesson, on a walk in standard units from its own start"
    assert f"page.html opens in {where}; this fit is run 2 in Explore" in said
    assert len(record["others"]) == 1 and record["run"]["choices"]["scale"] == "standard"

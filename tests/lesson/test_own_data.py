"""Data of an author's own for each part of the lesson: the line, the classes, the network."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.linear_model import LinearRegression

from steepest.cli.program import cli
from steepest.errors import FileError, SteepestError
from steepest.lesson.doors import Doors
from steepest.lesson.lesson import Lesson, lesson_of
from steepest.lesson.own_data import MOST_NETWORK_ROWS
from steepest.lesson.settings import Settings, read_settings, write_settings
from steepest.page.lesson.record import shipped_network
from steepest.run.descend import descend

TOML = """\
title = "Week 3"
[data.regression]
data = "houses.csv"
target = "price"
features = ["size"]

[data.classification]
data = "insects.csv"
target = "kind"

[ data . "network" ]
data = "rooms.csv"
target = "state"
features = ["heat", "light"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lesson.toml that names three tables beside it, one with a gap."""
    made = tmp_path_factory.mktemp("own")
    random = np.random.default_rng(1)
    size = random.uniform(40, 160, 30).round(1)
    price = (2500 * size + random.normal(size=30) * 30000).round()
    kinds = random.choice(["ant", "bee", "fly"], 40)
    weights = [{"ant": 2, "bee": 6, "fly": 4}[kind] + random.normal() for kind in kinds]
    rooms = random.normal(size=(MOST_NETWORK_ROWS + 100, 2)) * [300, 0.02] + [1000, 5]
    states = np.where((rooms[:, 0] > 1000) == (rooms[:, 1] > 5), "on", "off")
    tables = {
        "houses": ("size,price", zip(size, price, strict=True)),
        "insects": ("weight,kind", [*zip(weights, kinds, strict=True), ("", "ant")]),
        "rooms": ("heat,light,state", zip(*rooms.T, states, strict=True)),
    }
    for name, (head, rows) in tables.items():
        text = "\n".join([head, *(",".join(map(str, row)) for row in rows)])
        (made / f"{name}.csv").write_text(f"{text}\n", encoding="utf-8")
    (made / "lesson.toml").write_text(TOML, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def lesson(folder: Path) -> Lesson:
    settings = read_settings(folder / "lesson.toml")
    run = descend(settings.data_beside, settings.target, settings.features, steps=1)
    return lesson_of(run, settings)


def test_each_part_of_the_lesson_has_its_own_rows(lesson: Lesson) -> None:
    numbers, classes, network = lesson.rows
    x, y = numbers["X"], numbers["Y"]
    fitted = LinearRegression().fit(x[:, None], y)
    lowest = float(np.mean((y - fitted.predict(x[:, None])) ** 2))
    assert lesson.values["lowest"] == pytest.approx(lowest)
    assert (numbers["y"], classes["y"], len(classes["Y"])) == ("price", "kind", 40)
    assert classes["classes"] == ["ant", "bee", "fly"] and not classes["made"]
    X = network["X"].reshape(-1, 2)
    assert X.shape == (MOST_NETWORK_ROWS, 2) and network["classes"] == ["off", "on"]
    assert np.allclose(X.mean(axis=0), 0) and np.allclose(X.std(axis=0), 1)
    share = np.mean((network["Y"] == 1) == (X[:, 0] * X[:, 1] > 0))
    assert share > 0.9, "rows and their classes belong together"
    walk = lesson.network.walk.trace
    assert lesson.network.trained.trace.last.loss < 0.1
    assert np.all(np.diff(walk.losses) <= 0) and walk.losses[-1] < walk.losses[0]


def test_whose_rows_a_part_has_is_said(lesson: Lesson) -> None:
    assert lesson.sentence("title") == "houses.csv: 30 rows"
    said = lesson.sentence("classes", "sum")
    assert said == "insects.csv: 40 rows; 1 row with a gap is left out"
    assert lesson.sentence("two", "sum") == (
        "The network learns state of rooms.csv, from heat and light in standard units; "
        "500 of 600 rows"
    )


def test_the_page_has_the_rows_of_each_part(lesson: Lesson) -> None:
    found = Doors(lesson.run, lesson.settings).author_page
    for part in ("numbers", "classes", "network"):
        one, other = found[part], getattr(lesson.rows, part)  # type: ignore[literal-required]
        assert {k: np.asarray(v).tolist() for k, v in one.items()} == {
            k: np.asarray(v).tolist() for k, v in other.items()
        }


def test_data_for_one_part_leave_the_others_as_they_are(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "lesson.toml"
    text = '[data.network]\ndata = "circles"\ntarget = "class"\n'
    path.write_text(text, encoding="utf-8")
    settings = read_settings(path)
    assert (settings.data, settings.classification) == ("", None)
    made = lesson_of(descend("geyser", "waiting", ["duration"], steps=1), settings)
    assert made.rows.classes["made"] == "made_thirds"
    assert made.rows.network["source"] != shipped_network()["source"]


def test_what_is_written_of_own_data_is_read_back(folder: Path, tmp_path: Path) -> None:
    settings = read_settings(folder / "lesson.toml")
    path = tmp_path / "again.toml"
    write_settings(settings, ["title"], {"title": "a"}, path)
    again = read_settings(path)
    assert again.regression is not None and again.regression.where.endswith("[data.regression]")
    assert (again.data, again.target, again.features) == ("houses.csv", "price", ("size",))
    assert (again.classification, again.network) == (settings.classification, settings.network)


def part(name: str, data: str, target: str, features: str = "") -> str:
    """Return a table of a lesson.toml, which begins at line 2."""
    listed = f"features = [{features}]\n" if features else ""
    return f'# own\n[data.{name}]\ndata = "{data}"\ntarget = "{target}"\n{listed}'


WRONG = {
    "# a\n[data.line]\ndata = 'a.csv'": "data has 'line', but a lesson knows regression, classif",
    "# a\n[data.network]\ntarget = 'a'": "line 2: [data.network] has no data; it needs data = ",
    "# a\n[data.network]\ncolour = 1": "line 2: [data.network] has 'colour', but a lesson knows ",
    "data.network = 3": "[data.network] is 3, but it must be a table with data and target",
    "target = 'a'\n" + part("network", "rooms.csv", "state"): (
        "target stands beside [data.network]; data that are named for parts have their own: put "
        "it into [data.regression]"
    ),
    part("network", "none.csv", "state"): "line 2: [data.network]: ",
    part("network", "rooms.csv", "stat"): "line 2: [data.network]: ",
    part("network", "houses.csv", "price"): "line 2: [data.network]: ",
    part("network", "rooms.csv", "state", '"heat"'): (
        "line 2: [data.network]: the network of the lesson, 2-8-8-1, takes two features and two "
        "classes, but here are 1 (heat) and 2; name features = ['one', 'other']"
    ),
    part("classification", "digits", "digit"): (
        "'digit' has 10 classes, but a picture of the lesson has colours for 8; choose a column"
    ),
    part("classification", "flat.csv", "kind"): "[data.classification]: flat.csv: column 'x'",
    part("regression", "none.csv", "price"): "line 2: [data.regression]: ",
    part("regression", "insects.csv", "kind"): (
        "line 2: [data.regression]: the target 'kind' is one of 3 classes, but a regression "
        "predicts a number; choose a column of numbers, or name these data in "
        "[data.classification]"
    ),
}


def test_a_part_uncommented_below_the_data_says_which_lines_to_remove(
    folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.toml"
    named = Settings(data="penguins", target="body_mass_g", features=("species",))
    write_settings(named, ["title"], {"title": "a"}, path)
    lines = path.read_text("utf-8").splitlines()
    table = lines.index("# [data.regression]")
    lines[table : table + 4] = [line.removeprefix("# ") for line in lines[table : table + 4]]
    path.write_text("\n".join(lines), encoding="utf-8")
    first = lines.index('data = "penguins"') + 1
    with pytest.raises(FileError) as raised:
        read_settings(path)
    assert str(raised.value) == (
        f"{path}: line {table + 1} begins [data.regression], but line {first} names data already: "
        f'remove line {first} (data = "penguins") and line {first + 3} (target = "body_mass_g") '
        f'and line {first + 6} (features = ["species"])'
    )
    kept = [line for one, line in enumerate(lines, 1) if one - first not in (0, 3, 6)]
    path.write_text("\n".join(kept), encoding="utf-8")
    (tmp_path / "houses.csv").write_bytes((folder / "houses.csv").read_bytes())
    assert read_settings(path).target == "price"


@pytest.mark.parametrize("text", WRONG)
def test_own_data_that_cannot_be_used_are_refused_with_their_line(folder: Path, text: str) -> None:
    (folder / "flat.csv").write_text("x,kind\n1,a\n1,b\n1,a\n1,b\n", encoding="utf-8")
    path, out = folder / "wrong.toml", folder / "wrong.html"
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(cli, ["lesson", "--from", str(path), "-o", str(out)])
    assert isinstance(result.exception, SteepestError) and not out.exists()
    assert str(path) in str(result.exception) and WRONG[text] in str(result.exception)


def test_own_data_are_in_the_file_that_the_command_line_writes(folder: Path) -> None:
    path = folder / "page.html"
    asked = ["lesson", "--from", str(folder / "lesson.toml"), "-o", str(path)]
    result = CliRunner().invoke(cli, asked)
    assert result.exit_code == 0, result.output
    text = path.read_text(encoding="utf-8").split('id="steepest-lesson">')[1].split("</script")[0]
    lesson = json.loads(text)
    sources = [lesson[one]["source"] for one in ("numbers", "classes", "network")]
    assert sources == ["houses.csv", "insects.csv", "rooms.csv"]

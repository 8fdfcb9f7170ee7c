"""`steepest data FILE`: a look at the reader's own table, and the command that it leads to."""

import io
import json
import re
import shlex
import sys
from pathlib import Path

import pytest
from asked import Ask

from steepest.data.table import read_table

ROWS = "".join(
    f"{i};{(i * 37 % 101) / 10:.1f};{'rgb'[i % 3]};0{i % 3}123;{['no', 'yes'][i * i % 7 > 2]}\n"
    for i in range(40)
).replace(".", ",")
TABLE = f"nr;size;colour;zip;sold\n{ROWS}"


def suggested(text: str) -> list[str]:
    found = re.search(r"^try: steepest (.*)$", text, re.MULTILINE)
    assert found
    return shlex.split(found[1])


def test_the_command_that_is_told_runs(ask: Ask) -> None:
    Path("my table.csv").write_text(TABLE)
    told = ask("data", "my table.csv")
    assert (told.status, told.err) == (0, "")
    assert told.out.startswith("my table.csv: 40 rows, 5 columns\n")
    words = suggested(told.out)
    assert words[:4] == ["fit", "my table.csv", "--target", "sold"]
    assert ask(*words, "--steps", "2").status == 0


def test_how_the_text_is_read_goes_into_the_command(ask: Ask) -> None:
    Path("f.csv").write_text('x:"y"\n' + "".join(f'"{i},{i % 3}00":{i % 5}\n' for i in range(20)))
    words = suggested(ask("data", "f.csv", "--decimal", ",", "--delimiter", ":").out)
    assert words[-2:] == ["--decimal=,", "--delimiter=:"]
    assert ask(*words, "--steps", "2").status == 0


def test_json_has_the_same_keys_for_every_table(ask: Ask) -> None:
    Path("f.csv").write_text(TABLE)
    Path("one.csv").write_text("a\n1\n2\n")
    keys = [
        ["format", "name", "rows", "columns", "reading", "notes", "targets", "command"],
        ["name", "kind", "unit", "missing", "infinite", "distinct", "mean", "histogram", "levels",
         "refused", "id", "code", "stopgap", "twin", "min", "max"],
    ]  # fmt: skip
    for name in ("f.csv", "one.csv", "penguins"):
        said = json.loads(ask("data", name, "--json").out)
        assert list(said) == keys[0]
        assert all(list(column) == keys[1] for column in said["columns"])
    assert json.loads(ask("data", "one.csv", "--json").out)["command"] is None


def test_json_tells_what_the_words_tell(ask: Ask) -> None:
    Path("f.csv").write_text(TABLE)
    said, words = json.loads(ask("data", "f.csv", "--json").out), ask("data", "f.csv").out
    assert shlex.join(said["command"]) in words
    assert all(note in words for note in [*said["notes"], *said["reading"]])
    yes = ROWS.count("yes")
    assert said["targets"][0]["classes"] == {"no": 40 - yes, "yes": yes}
    assert f"{yes / 40:.1%}".replace("%", " %").replace(".0", "") in words


def test_what_is_piped_in_can_be_looked_at(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TABLE.encode())))
    told = ask("data", "-")
    assert told.status == 0
    assert suggested(told.out)[:2] == ["fit", "-"]


def test_a_file_goes_before_a_shipped_data_set(ask: Ask) -> None:
    Path("geyser").mkdir()
    assert "it is a folder" in ask("data", "geyser").err
    Path("penguins").write_text(TABLE)
    assert "the suffix '' is not known" in ask("data", "penguins").err


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_is_written_as_it_was_read(ask: Ask, ending: str) -> None:
    Path("f.csv").write_text(TABLE)
    answer = ask("data", "f.csv", "-o", f"out.{ending}")
    assert answer.out == f"40 rows written to out.{ending}\n"
    assert read_table(f"out.{ending}").arrow.to_pydict() == read_table("f.csv").arrow.to_pydict()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["data", "none.csv"], "there is no such file"),
        (["data", "f.csv", "-o", "f.csv"], "would be read from and written to"),
        (["data", "--json"], "say which table"),
        (["data", "f.csv", "--decimal", "x"], "decimal is 'x'"),
    ],
)
def test_mistakes_are_told(ask: Ask, words: list[str], said: str) -> None:
    Path("f.csv").write_text(TABLE)
    answer = ask(*words)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert Path("f.csv").read_text() == TABLE

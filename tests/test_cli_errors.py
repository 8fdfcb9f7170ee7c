"""What the command line says of every mistake: one message, status 2, nothing left behind."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from asked import Ask
from proved import every_other
from pyarrow import feather, parquet

RNG = np.random.default_rng(0)

NUMBERS = "a,b,y\n" + "".join(f"{i},{i * 7 % 5},{i * 2 + i % 3}\n" for i in range(20))
WORDS = "a,b,y\n" + "".join(f"{i},{i * 7 % 5},{'pq'[i * i % 7 > 2]}\n" for i in range(20))
AMOUNTS = "a,y\n" + "".join(f"{i},{i * 1.37}\n" for i in range(200))
LEVELS = "c,y\n" + "".join(f"{'rgb'[i % 3]},{i % 3 + i * 0.01}\n" for i in range(30))

SLOW = ["--steps", "1000000000", "--rule", "steepest", "--scale", "none", "--learning-rate", "1e-9"]
"""A run that would not end within the life of the test."""

FIT = ["fit", "f.csv", "--target", "y"]


@pytest.fixture
def refused(ask: Ask) -> Callable[..., str]:
    """Return what is said of a mistake, after looking at all that must hold for each."""

    def run(*words: str) -> str:
        before = sorted(path.name for path in Path().rglob("*"))
        answer = ask(*words)
        assert answer.status == 2, answer
        assert answer.out == ""
        assert "Traceback" not in answer.err
        assert "fault of steepest itself" not in answer.err
        assert sorted(path.name for path in Path().rglob("*")) == before
        return answer.err

    return run


@pytest.fixture
def saved(ask: Ask) -> Path:
    """Return a run of two features and one of a category, saved beside their data."""
    Path("f.csv").write_text(NUMBERS)
    Path("levels.csv").write_text(LEVELS)
    assert ask(*FIT, "--save", "f.steepest").status == 0
    assert ask("fit", "levels.csv", "--target", "y", "--save", "levels.steepest").status == 0
    return Path("f.steepest")


def has_all(text: str, *parts: str) -> None:
    for part in parts:
        assert part in text


BAD_TEXT = {
    "empty file": ("", ["f.csv", "the file is empty", "header and rows"]),
    "header only": ("a,y\n", ["f.csv", "header (a, y)", "no row"]),
    "one row": ("a,y\n1,2\n", ["f.csv", "1 row", "two or more"]),
    "ragged line, too long": (
        "a,y\n1,2\n3,4,5\n5,6\n",
        ["f.csv, line 3", "expected 2 columns", "got 3", "quotes"],
    ),
    "ragged line, too short": ("a,y\n1,2\n3\n5,6\n", ["f.csv, line 3", "expected 2", "got 1"]),
    "text among numbers": (
        "a,y\n1,2\n2,3\nthree,4\n4,5\n5,6\n",
        ["f.csv", "column 'a'", "'three' on line 4", "--drop a"],
    ),
    "NaN": ("a,y\n1,2\nnan,3\n3,5\n", ["column 'a'", "1 missing", "line 3", "--missing drop"]),
    "infinity": ("a,y\n1,2\ninf,3\n3,5\n", ["column 'a'", "infinite", "line 3", "--missing drop"]),
    "gap": ("a,y\n1,2\n2,3\n,4\n", ["column 'a'", "1 missing", "line 4", "--missing drop"]),
    "gap in the target": ("a,y\n1,2\n2,\n3,4\n", ["column 'y'", "line 3", "--missing drop"]),
    "constant target": ("a,y\n1,2\n2,2\n3,2\n", ["target 'y' is 2", "choose a column that varies"]),
    "one class": ("a,y\n1,p\n2,p\n3,p\n", ["target 'y'", "single class, 'p'", "two or more"]),
    "no target": ("a,b\n1,2\n2,3\n3,5\n", ["no column 'y' for the target", "columns: a, b"]),
    "two columns of one name": (
        "a,a,y\n1,2,3\n2,3,4\n",
        ["columns 1 and 2 are both named 'a'", "rename"],
    ),
    "column without a name": ("a,,y\n1,2,3\n2,3,4\n", ["column 2 has no name", "header"]),
    "column all the same": (
        "a,b,y\n1,7,3\n2,7,4\n3,7,9\n",
        ["column 'b' is 7 in every row", "--drop b"],
    ),
    "NUL byte": ("a,y\n1,2\n2,\0\n", ["f.csv", "line 3", "NUL", "UTF-8"]),
    "only the target": ("y\n1\n2\n3\n", ["no feature is left", "columns: y"]),
}


@pytest.mark.parametrize(("content", "parts"), BAD_TEXT.values(), ids=BAD_TEXT)
def test_text_that_cannot_be_used(
    refused: Callable[..., str], content: str, parts: list[str]
) -> None:
    Path("f.csv").write_text(content)
    has_all(refused(*FIT), *parts)


def test_each_message_is_one_line(refused: Callable[..., str]) -> None:
    Path("f.csv").write_text("a,y\n1,2\n3,4,5\n")
    assert refused(*FIT).count("\n") == 1


def test_missing_file_names_the_nearest(refused: Callable[..., str]) -> None:
    Path("mine.csv").write_text(NUMBERS)
    said = refused("fit", "mien.csv", "--target", "y")
    has_all(said, "cannot read mien.csv", "no such file", "did you mean mine.csv?", "steepest data")


def test_missing_folder_is_named(refused: Callable[..., str]) -> None:
    has_all(refused("fit", "no/f.csv", "--target", "y"), "there is no folder no")


def test_folder_as_data(refused: Callable[..., str]) -> None:
    Path("f.csv").mkdir()
    has_all(refused(*FIT), "cannot read f.csv", "the folder has no data in it", ".parquet")


def test_link_to_nothing(refused: Callable[..., str]) -> None:
    Path("f.csv").symlink_to("nowhere.csv")
    has_all(refused(*FIT), "cannot read f.csv", "no such file")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file that opens and fails")
def test_file_that_fails_when_read(refused: Callable[..., str]) -> None:
    Path("f.csv").symlink_to("/proc/self/mem")
    has_all(refused(*FIT), "cannot read f.csv", "Input/output error")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_that_may_not_be_read(refused: Callable[..., str]) -> None:
    Path("f.csv").write_text(NUMBERS)
    Path("f.csv").chmod(0)
    has_all(refused(*FIT), "cannot read f.csv", "you may not read it")


@pytest.mark.parametrize("name", ["f.csv", "f.tsv", "f.parquet", "f.arrow", "f.csv.gz"])
def test_binary_junk(refused: Callable[..., str], name: str) -> None:
    Path(name).write_bytes(RNG.integers(0, 256, 500, dtype=np.uint8).tobytes())
    has_all(refused("fit", name, "--target", "y"), f"cannot read {name}")


def test_unknown_suffix_names_the_known(refused: Callable[..., str]) -> None:
    Path("f.docx").write_bytes(b"PK\3\4")
    has_all(refused("fit", "f.docx", "--target", "y"), "'.docx'", "known are .csv", ".parquet")


@pytest.mark.parametrize("kept", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", ["f.parquet", "f.arrow"])
def test_packed_table_cut_short(refused: Callable[..., str], name: str, kept: float) -> None:
    table = pa.table({"a": np.arange(1000.0), "y": np.arange(1000.0) ** 2})
    write = parquet.write_table if name == "f.parquet" else feather.write_feather
    write(table, name)
    whole = Path(name).read_bytes()
    Path(name).write_bytes(whole[: int(kept * len(whole))])
    has_all(refused("fit", name, "--target", "y"), f"cannot read {name}", "cut short")


BAD_CHOICES = {
    "--features a,q": ["no column 'q'", "columns: a, b, y"],
    "--features a,y": ["'y' is the target"],
    "--features a,a": ["'a' is there twice"],
    "--drop q": ["no column 'q'", "columns: a, b, y"],
    "--drop a,b": ["no feature is left"],
    "--start 1": ["start has 1", "3 params", "weights", "bias"],
    "--start 1,2,3,4": ["start has 4", "3 params"],
    "--start a,b": ["--start is 'a,b'", "numbers with commas", "0.5,-2", "a saved run"],
    "--start 1,,2": ["--start is '1,,2'", "numbers"],
    "--start nan,1,1": ["start holds nan", "finite"],
    "--start inf,1,1": ["start holds inf", "finite"],
    "--learning-rate -0.1": ["learning rate is -0.1", "above 0"],
    "--learning-rate 0": ["learning rate is 0", "above 0"],
    "--learning-rate nan": ["learning rate is nan", "above 0"],
    "--learning-rate inf": ["learning rate is inf", "above 0"],
    "--learning-rate fast": ["learning rate is 'fast'", "above 0", "auto", "cosine:RATE"],
    "--learning-rate time:x": ["'x'", "time:RATE"],
    "--learning-rate cosine:0.1": ["cosine", "how many steps"],
    "--l2 -1": ["l2 is -1", "from 0 up"],
    "--l2 nan": ["l2 is nan", "from 0 up"],
    "--l2 x": ["'--l2'", "'x' is not a valid float"],
    "--hidden ,": ["hidden is ','", "whole numbers from 1 up, such as 8,8"],
    "--hidden=": ["hidden is ''", "whole numbers from 1 up, such as 8,8"],
    "--init he --hidden 2 --start 1": ["init is he", "a start is given too", "leave one"],
    "--steps -1": ["steps is -1", "from 0 up"],
    "--steps 1.5": ["'--steps'", "'1.5' is not a valid integer"],
    "--batch 0": ["batch is 0", "from 1 up"],
    "--batch -3": ["batch is -3", "from 1 up"],
    "--tol -1": ["tol is -1", "from 0 up"],
    "--tol nan": ["tol is nan", "from 0 up"],
    "--seconds 0": ["seconds is 0", "above 0"],
    "--seconds nan": ["seconds is nan", "above 0"],
    "--loss huber --delta 0": ["delta is 0", "above 0"],
    "--loss huber --delta nan": ["delta is nan", "above 0"],
    "--rule sgd": ["'--rule'", "'sgd' is not one of", "'steepest'", "'adam'"],
    "--loss mse": ["'--loss'", "'mse' is not one of", "'squared'", "'cross_entropy'"],
    "--scale unit": ["'--scale'", "'unit' is not one of", "'standard'", "'round'"],
    "--missing fill": ["'--missing'", "'fill' is not one of", "'error'", "'drop'"],
    "--bogus": ["No such option '--bogus'"],
    "--seed x": ["'--seed'", "'x' is not a valid integer"],
}


@pytest.mark.parametrize(("words", "parts"), BAD_CHOICES.items(), ids=BAD_CHOICES)
def test_choice_that_cannot_be(refused: Callable[..., str], words: str, parts: list[str]) -> None:
    Path("f.csv").write_text(NUMBERS)
    has_all(refused(*FIT, *words.split()), *parts)


def test_nearest_column_is_named(refused: Callable[..., str]) -> None:
    Path("f.csv").write_text(NUMBERS)
    assert "did you mean 'y'?" in refused("fit", "f.csv", "--target", "Y")


def test_squared_loss_of_words(refused: Callable[..., str]) -> None:
    Path("f.csv").write_text(WORDS)
    has_all(refused(*FIT, "--loss", "squared"), "target 'y' must hold numbers", "'p' on line 2")


def test_cross_entropy_of_amounts(refused: Callable[..., str]) -> None:
    Path("f.csv").write_text(AMOUNTS)
    has_all(refused(*FIT, "--loss", "cross_entropy"), "'y' has 200 different values", "as a number")


def test_nothing_left_when_gaps_are_dropped(refused: Callable[..., str]) -> None:
    Path("f.csv").write_text("a,y\n1,\n,3\n,4\n")
    refused(*FIT, "--missing", "drop")


def test_one_row_left_when_gaps_are_dropped(refused: Callable[..., str]) -> None:
    Path("f.csv").write_text("a,y\n1,2\n,3\n")
    has_all(refused(*FIT, "--missing", "drop"), "1 row left", "1 row with gaps", "two or more")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ([], ["Usage: steepest"]),
        (["fti"], ["No such command 'fti'"]),
        (["fit"], ["Missing argument 'DATA'"]),
        (["fit", "geyser"], ["Missing option '--target'"]),
        (["show"], ["Missing argument 'RUN'"]),
        (["predict", "f.steepest"], ["Missing argument 'DATA'"]),
        (["data", "geysr"], ["no data set 'geysr'", "did you mean 'geyser'?", "penguins"]),
        (["data", "geysr", "-o", "g.csv"], ["no data set 'geysr'", "did you mean 'geyser'?"]),
        (["data", "xxxx"], ["no data set 'xxxx'", "shipped are", "penguins"]),
        (["data", "geyser", "-o", "g.doc"], ["cannot write g.doc", "must end in .csv"]),
        (["data", "geyser", "-o", "no/g.csv"], ["cannot write no/g.csv", "no folder no"]),
    ],
    ids=" ".join,
)
def test_words_that_are_no_command(
    refused: Callable[..., str], words: list[str], parts: list[str]
) -> None:
    has_all(refused(*words), *parts)


BAD_PLACES = {
    "--save no/r.steepest": ["cannot write no/r.steepest", "no folder no", "make it first"],
    "--save folder": ["cannot write folder", "it is a folder"],
    "--figure f.bmp": ["cannot write f.bmp", ".png or .svg or .pdf"],
    "--figure f": ["cannot write f:", ".png or .svg or .pdf"],
    "--figure no/f.png": ["cannot write no/f.png", "no folder no"],
    "--figure folder.png": ["cannot write folder.png", "it is a folder"],
    "--film f.avi": ["cannot write f.avi", ".gif or .mp4"],
    "--film no/f.gif": ["cannot write no/f.gif", "no folder no"],
    "--film folder.gif": ["cannot write folder.gif", "it is a folder"],
    "--page p.txt": ["cannot write p.txt", ".html or .htm"],
    "--page no/p.html": ["cannot write no/p.html", "no folder no"],
    "--page folder.html": ["cannot write folder.html", "it is a folder"],
    "--table t.txt": ["cannot write t.txt", ".csv or .tsv"],
    "--table no/t.csv": ["cannot write no/t.csv", "no folder no"],
    "--table folder.csv": ["cannot write folder.csv", "it is a folder"],
    "--trace t.json": ["cannot write t.json", ".csv or .tsv"],
    "--trace no/t.csv": ["cannot write no/t.csv", "no folder no"],
    "--trace folder.csv": ["cannot write folder.csv", "it is a folder"],
}


@pytest.mark.parametrize(("words", "parts"), BAD_PLACES.items(), ids=BAD_PLACES)
def test_place_that_cannot_be_written_is_told_before_the_descent(
    refused: Callable[..., str], words: str, parts: list[str]
) -> None:
    Path("f.csv").write_text(NUMBERS)
    for name in ("folder", "folder.png", "folder.gif", "folder.html", "folder.csv"):
        Path(name).mkdir()
    has_all(refused(*FIT, *SLOW, *words.split()), *parts)


def test_predict_says_first_where_it_cannot_write(refused: Callable[..., str]) -> None:
    has_all(refused("predict", "none.steepest", "none.csv", "-o", "p.doc"), "cannot write p.doc")


def test_resume_of_what_is_no_run(refused: Callable[..., str], saved: Path) -> None:
    has_all(refused("resume", "none.steepest"), "none.steepest", "there is no such file", "--save")
    has_all(refused("resume", "f.csv"), "f.csv", "it is no saved run")


def test_resume_says_first_where_it_cannot_write(refused: Callable[..., str], saved: Path) -> None:
    has_all(refused("resume", str(saved), "--save", str(saved)), "read from and written to")
    has_all(refused("resume", str(saved), "--save", "none/f"), "none", "make it first")
    has_all(refused("resume", str(saved), "--figure", "f.txt"), "f.txt", ".png")


def test_resume_by_what_is_no_number_of_steps(refused: Callable[..., str], saved: Path) -> None:
    has_all(refused("resume", str(saved), "--steps", "-1"), "steps is -1", "from 0 up")
    has_all(refused("resume", str(saved), "--steps", "x"), "--steps", "'x'")
    has_all(refused("resume", str(saved), "--seconds", "0"), "seconds is 0", "above 0")


def test_start_from_a_run_on_other_features(refused: Callable[..., str], saved: Path) -> None:
    said = refused(*FIT, "--start", "levels.steepest")
    has_all(said, "the run to start from has the feature", "choose the same features")
    has_all(refused(*FIT, "--start", "f.csv"), "f.csv", "it is no saved run")


def test_show_says_first_where_it_cannot_draw(refused: Callable[..., str]) -> None:
    has_all(refused("show", "none.steepest", "--figure", "f.bmp"), "cannot write f.bmp", ".png")


BAD_ROWS = {
    "missing column": ("a\n1\n2\n", ["p.csv", "no column 'b'", "columns: a"]),
    "text in a number column": ("a,b\n1,2\n1,x\n", ["column 'b'", "'x' on line 3"]),
    "gap": ("a,b\n1,2\n,3\n", ["column 'a'", "1 missing value (first: line 3)", "--missing blank"]),
    "infinity": ("a,b\n1,2\ninf,3\n", ["column 'a'", "infinite", "line 3"]),
    "no rows": ("a,b\n", ["p.csv", "no row"]),
    "column called predicted": ("a,b,predicted\n1,2,3\n", ["column 'predicted' already", "rename"]),
}


@pytest.mark.parametrize(("content", "parts"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_rows_that_cannot_be_predicted(
    refused: Callable[..., str], saved: Path, content: str, parts: list[str]
) -> None:
    Path("p.csv").write_text(content)
    has_all(refused("predict", "f.steepest", "p.csv"), *parts)
    has_all(refused("predict", "f.steepest", "p.csv", "-o", "out.csv"), *parts)


def test_unseen_category(refused: Callable[..., str], saved: Path) -> None:
    Path("p.csv").write_text("c\nr\nviolet\n")
    said = refused("predict", "levels.steepest", "p.csv")
    has_all(said, "column 'c'", "'violet' on line 3", "known are: b, g, r")


@pytest.mark.parametrize("command", [["show", "x.steepest"], ["predict", "x.steepest", "f.csv"]])
class TestRunFile:
    def test_missing(self, refused: Callable[..., str], saved: Path, command: list[str]) -> None:
        has_all(refused(*command), "cannot read x.steepest", "there is no such file")

    def test_folder(self, refused: Callable[..., str], saved: Path, command: list[str]) -> None:
        Path("x.steepest").mkdir()
        has_all(refused(*command), "cannot read x.steepest")

    @pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.99])
    def test_cut_short(
        self, refused: Callable[..., str], saved: Path, command: list[str], kept: float
    ) -> None:
        whole = saved.read_bytes()
        Path("x.steepest").write_bytes(whole[: int(kept * len(whole))])
        has_all(refused(*command), "x.steepest", "no saved run, or it is damaged", "--save")

    @pytest.mark.parametrize("at", np.linspace(0.05, 0.6, 8).round(2).tolist())
    def test_one_byte_wrong_is_told_or_harmless(
        self, ask: Ask, saved: Path, command: list[str], at: float
    ) -> None:
        content = bytearray(saved.read_bytes())
        Path("x.steepest").write_bytes(bytes(content))
        sound = ask(*command)
        content[int(at * len(content))] ^= 0xFF
        Path("x.steepest").write_bytes(bytes(content))
        answer = ask(*command)
        if answer != sound:
            assert (answer.status, answer.out) == (2, "")
            has_all(answer.err, "cannot read x.steepest", "damaged", "--save")

    def test_foreign_text(
        self, refused: Callable[..., str], saved: Path, command: list[str]
    ) -> None:
        Path("x.steepest").write_text(NUMBERS)
        has_all(refused(*command), "x.steepest", "no saved run")

    def test_foreign_zip(
        self, refused: Callable[..., str], saved: Path, command: list[str]
    ) -> None:
        with zipfile.ZipFile("x.steepest", "w") as archive:
            archive.writestr("run.json", "{}")
        has_all(refused(*command), "x.steepest", "not a saved run of steepest")

    def test_later_version(
        self, refused: Callable[..., str], saved: Path, command: list[str]
    ) -> None:
        with zipfile.ZipFile("x.steepest", "w") as archive:
            archive.writestr("run.json", json.dumps({"format": "steepest run", "version": 99}))
        has_all(refused(*command), "x.steepest", "later steepest (format 99", "update steepest")


FULL_DISK = """
import resource, signal, sys
sys.dont_write_bytecode = True
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
from steepest.cli import main
main()
"""
"""A disk on which no file can grow beyond 64 bytes.

No bytecode is written to it: Python takes 64 bytes written for the whole, and reads them later.
"""

FULL = [
    ["fit", "f.csv", "--target", "y", "--save", "out.steepest"],
    ["fit", "f.csv", "--target", "y", "--figure", "out.png"],
    ["fit", "f.csv", "--target", "y", "--figure", "out.svg"],
    ["fit", "f.csv", "--target", "y", "--figure", "out.pdf"],
    ["fit", "f.csv", "--target", "y", "--film", "out.gif"],
    ["fit", "f.csv", "--target", "y", "--film", "out.mp4"],
    ["fit", "f.csv", "--target", "y", "--page", "out.html"],
    ["fit", "f.csv", "--target", "y", "--table", "out.csv"],
    ["fit", "f.csv", "--target", "y", "--trace", "out.parquet"],
    ["predict", "f.steepest", "f.csv", "-o", "out.csv"],
    ["predict", "f.steepest", "f.csv", "-o", "out.feather"],
    ["fit", "f.csv", "--target", "y", "--trace", "out.tsv"],
    ["fit", "f.csv", "--target", "y", "--onnx", "out.onnx"],
    ["data", "penguins", "-o", "out.csv"],
]


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with 200 rows and a run of them."""
    folder = tmp_path_factory.mktemp("crowded")
    (folder / "f.csv").write_text(AMOUNTS)
    command = [sys.executable, "-m", "steepest", *FIT, "--save", "f.steepest"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize(
    "words", every_other(FULL), ids=lambda words: " ".join((words[0], words[-1]))
)
def test_full_disk_leaves_nothing_behind(crowded: Path, words: list[str]) -> None:
    before = sorted(path.name for path in crowded.iterdir())
    answer = subprocess.run(
        [sys.executable, "-c", FULL_DISK, *words], cwd=crowded, capture_output=True, text=True
    )
    assert answer.returncode == 2, answer.stderr
    assert "Traceback" not in answer.stderr
    assert words[-1] in answer.stderr
    assert answer.stdout == ""
    assert sorted(path.name for path in crowded.iterdir()) == before


LESSON = ["lesson", "f.csv", "--target", "y"]

LATER_FULL = [
    [*LESSON, "-o", "out.html"],
    [*LESSON, "--no-film", "--pptx", "out.pptx"],
    [*LESSON, "--handout", "out.pdf"],
    [*LESSON, "--quiz", "out.gift"],
    [*LESSON, "--scorm", "out.zip"],
    [*LESSON, "--toml", "out.toml"],
    ["class", "links.csv", "--figure", "out.png"],
    ["path", "f.csv", "--target", "y", "--figure", "out.svg"],
    ["fit", "f.csv", "--target", "y", "--memory", "100MB", "--keep-cache", "k", "--cache", "cache"],
]
"""What is written at the doors that take their time."""

CLASS = """link
"lesson.html#v=1&data=geyser&target=waiting&features=duration&rule=steepest&rate=0.3&start=1,50"
"""


@pytest.mark.prove
@pytest.mark.timeout(600)
@pytest.mark.parametrize("words", LATER_FULL, ids=lambda words: " ".join((words[0], words[-2])))
def test_full_disk_at_the_other_doors_leaves_nothing_behind(
    crowded: Path, words: list[str]
) -> None:
    (crowded / "links.csv").write_text(CLASS)
    (crowded / "cache").mkdir(exist_ok=True)
    before = sorted(crowded.rglob("*"))
    answer = subprocess.run(
        [sys.executable, "-c", FULL_DISK, *words], cwd=crowded, capture_output=True, text=True
    )
    assert answer.returncode == 2, answer.stderr
    assert "Traceback" not in answer.stderr
    assert f"cannot write {words[-1]}" in answer.stderr.replace("to the cache folder ", "")
    assert sorted(crowded.rglob("*")) == before


def test_full_disk_keeps_the_old_file(crowded: Path) -> None:
    old = (crowded / "f.steepest").read_bytes()
    command = [sys.executable, "-c", FULL_DISK, *FIT, "--save", "f.steepest"]
    answer = subprocess.run(command, cwd=crowded, capture_output=True, text=True)
    assert answer.returncode == 2
    assert (crowded / "f.steepest").read_bytes() == old


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--table", "f.csv"], "f.csv would be read from and written to"),
        (["--save", "f.csv"], "f.csv would be read from and written to"),
        (["--table", "a.csv", "--trace", "a.csv"], "a.csv would be written to twice"),
        (["--figure", "a.png", "--figure", "./a.png"], "a.png would be written to twice"),
        (["--page", "a.html", "--page", "./a.html"], "a.html would be written to twice"),
        (["--save", ""], "cannot write"),
    ],
)
def test_no_file_is_overwritten_by_mistake(
    refused: Callable[..., str], saved: Path, words: list[str], said: str
) -> None:
    before = Path("f.csv").read_bytes()
    has_all(refused("fit", "f.csv", "--target", "y", *words), said)
    assert Path("f.csv").read_bytes() == before


def test_a_link_is_written_through_and_a_device_is_not_replaced(
    refused: Callable[..., str], saved: Path
) -> None:
    Path("real.csv").touch()
    Path("link.csv").symlink_to("real.csv")
    cli_data = ["data", "geyser", "-o", "link.csv"]
    subprocess.run([sys.executable, "-m", "steepest", *cli_data], check=True, capture_output=True)
    assert Path("link.csv").is_symlink()
    assert Path("real.csv").stat().st_size > 0
    os.mkfifo("pipe.csv")
    has_all(refused("data", "geyser", "-o", "pipe.csv"), "pipe.csv", "a device or a pipe")


def test_a_demo_that_cannot_be_put_anywhere(refused: Callable[..., str], saved: Path) -> None:
    has_all(refused("demo", "--out", "f.csv"), "cannot make the folder f.csv")


def test_a_name_with_a_comma_is_put_in_quotes(refused: Callable[..., str], saved: Path) -> None:
    Path("c.csv").write_text('"d, e",x,y\n2020-01-01,1,2\n2020-01-02,2,3\n2020-01-03,3,5\n')
    said = refused("fit", "c.csv", "--target", "y")
    assert """--drop '"d, e"'""" in said
    command = ["fit", "c.csv", "--target", "y", "--drop", '"d, e"']
    answer = subprocess.run([sys.executable, "-m", "steepest", *command], capture_output=True)
    assert answer.returncode == 0


@pytest.mark.parametrize("command", ["fit", "path", "rate"])
def test_what_would_run_is_told_and_runs(
    refused: Callable[..., str], ask: Ask, command: str
) -> None:
    rows = [f"{i},n{i},2020-01-{i + 1:02},7,{i % 4 or ''},{i * i % 11}" for i in range(20)]
    Path("c.csv").write_text("\n".join(["a,name,day,same,b,y", *rows, ""]))
    said = refused(command, "c.csv", "--target", "y", "--drop", "a")
    told = said.splitlines()[-1].removeprefix("try: steepest ")
    lacking = "--drop name --drop day --drop same --missing drop"
    assert told == f"{command} c.csv --target y --drop a {lacking}"
    assert ask(*told.split()).status == 0


def test_nothing_is_told_where_the_columns_are_chosen_or_nothing_would_run(
    refused: Callable[..., str],
) -> None:
    Path("c.csv").write_text("a,y\n" + "".join(f"w{i},{i}\n" for i in range(20)))
    assert "try:" not in refused("fit", "c.csv", "--target", "y")
    Path("d.csv").write_text("a,b,y\n" + "".join(f"w{i},{i % 3},{i}\n" for i in range(20)))
    assert "try:" not in refused("fit", "d.csv", "--target", "y", "--features", "a,b")
    assert "try:" not in refused("fit", "d.csv", "--target", "z")


def test_nothing_is_told_where_another_column_is_at_fault(refused: Callable[..., str]) -> None:
    """A twin of the target could be left out, and the command would be refused again."""
    rows = [f"{i},{1e155 if i == 7 else i},{i + 1}" for i in range(20)]
    Path("c.csv").write_text("\n".join(["x,z,y", *rows, ""]))
    said = refused("fit", "c.csv", "--target", "y")
    has_all(said, "z holds numbers up to 1e+155 (line 9)")
    assert "try:" not in said


def test_rows_that_are_read_in_passes_are_not_held_to_see_what_would_run(
    refused: Callable[..., str],
) -> None:
    Path("c.csv").write_text("a,b,y\n" + "".join(f"{i},7,{i * i % 11}\n" for i in range(20)))
    assert "try:" in refused("fit", "c.csv", "--target", "y")
    assert "try:" not in refused("fit", "c.csv", "--target", "y", "--memory", "100MB")


BAD_PLAYS = {
    "none.csv": ["cannot read none.csv", "no such file"],
    "f.steepest --target a": ["f.steepest is a saved run", "are settled"],
    "levels.csv --target z": ["levels.csv", "no column 'z' for the target", "columns: c, y"],
    "f.csv --features z": ["f.csv", "no column 'z' for the features"],
    "f.csv --port 65536": ["65536", "0<=x<=65535"],
    "junk.parquet": ["cannot read junk.parquet"],
}


@pytest.mark.parametrize(("words", "parts"), BAD_PLAYS.items(), ids=BAD_PLAYS)
def test_what_cannot_be_played_with(
    refused: Callable[..., str], saved: Path, words: str, parts: list[str]
) -> None:
    Path("junk.parquet").write_bytes(b"junk")
    has_all(refused("play", "--no-open", *words.split()), *parts)


@pytest.mark.parametrize("command", [("play", "--no-open"), ("lesson",)])
def test_options_that_only_fit_has_are_told_with_the_command_that_has_them(
    refused: Callable[..., str], ask: Ask, command: tuple[str, ...]
) -> None:
    words = "\n".join(f"w{i}x,{i % 7}" for i in range(30))
    Path("words.csv").write_text(f"a,b\n{words}\n")
    said = refused(*command, "words.csv", "--target", "b")
    assert "(--category and --drop: of `steepest fit words.csv --save RUN`, whose RUN" in said
    ask("fit", "words.csv", "--target", "b", "--category", "a", "--save", "r.steepest")
    assert ask("lesson", "r.steepest", "-o", "r.html").status == 0
    assert "(--" not in refused("fit", "words.csv", "--target", "b")


@pytest.mark.parametrize("command", ["fit", "show", "resume"])
def test_an_mp4_of_odd_sides_is_refused_before_the_run(command: str, ask: Ask) -> None:
    # There is no such table and no such run: the size is looked at first.
    words = {"fit": ("fit", "none.csv", "--target", "y")}.get(command, (command, "none.steepest"))
    answer = ask(*words, "--film", "f.gif", "--film", "f.mp4", "--size", "641x480")
    assert (answer.status, answer.out) == (2, "")
    assert "size is 641x480, but an MP4 has even sides; use 642x480" in answer.err


def test_the_look_of_a_picture_that_nobody_asked_for_is_refused(ask: Ask) -> None:
    fit = ("fit", "geyser", "--target", "waiting", "--features", "duration")
    answer = ask(*fit, "--theme", "dark", "--fps", "3")
    assert answer.status == 2 and "--theme and --fps say how a picture looks" in answer.err
    assert "--page" not in answer.err
    theme = ask(*fit, "--theme", "dark")
    assert "--theme says how a picture or a page looks" in theme.err
    assert "add --page FILE, --figure FILE" in theme.err
    assert ask(*fit, "--page", "a.html", "--theme", "dark", "--hide", "").status == 0
    axes = ask(*fit, "--x", "duration", "--y", "bias")
    assert "--x and --y say how" in axes.err and "add --page FILE, --figure FILE" in axes.err
    assert ask(*fit, "--figure", "run.png", "--fps", "3").err.rstrip().endswith("add --film FILE")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("--template mine.pptx", "pptx"),
        ("--no-film", "pptx"),
        ("--paper letter", "handout"),
        ("--scorm-version 2004", "scorm"),
    ],
)
def test_a_lesson_says_which_file_an_option_is_of(ask: Ask, said: str, kind: str) -> None:
    told = ask("lesson", *said.split(), "-o", "lesson.html")
    name = said.split()[0]
    assert told.status == 2 and f"{name} says how" in told.err
    assert f"none is asked for; add --{kind} FILE, or leave it" in told.err


def test_a_lesson_hides_builds_that_there_are(ask: Ask) -> None:
    """Before any work is done: the data are not even looked for."""
    told = ask("lesson", "missing.csv", "--hide", "momentum,ravin")
    assert told.status == 2 and "hide of the lesson names 'ravin'" in told.err
    assert "there are title, rows, line" in told.err


@pytest.mark.parametrize("name", ["--author", "--hide"])
def test_a_quiz_names_no_author_and_hides_no_build(ask: Ask, name: str) -> None:
    told = ask("lesson", name, "momentum", "--quiz", "quiz.gift")
    assert told.status == 2 and f"{name} says how a page or a file of slides or a" in told.err


@pytest.mark.parametrize("name", ["--exam", "--present"])
def test_a_lesson_without_a_page_takes_no_option_of_one(ask: Ask, name: str) -> None:
    told = ask("lesson", name, "--quiz", "quiz.gift")
    assert told.status == 2 and "none is asked for; add -o FILE, or leave it" in told.err

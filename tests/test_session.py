"""A reader's session: what is answered is Python's own, and what cannot be is said in words."""

import base64
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some
from pyarrow import feather, parquet

import steepest as st
from steepest.data.reader_process import read_here
from steepest.data.shipped import about
from steepest.data.table import read_table
from steepest.page.wire import to_frame
from steepest.session import Session, opening
from steepest.session.opening import first_choices, open_run, open_table
from steepest.session.request import file_of

CHOICES = {"rule": "steepest", "learning_rate": 0.05, "scale": "none", "steps": 20}


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files in this process; tests of the reader's own process are in its room."""
    monkeypatch.setattr(opening, "read_apart", lambda path, given_up: read_here(path))


@pytest.fixture
def session() -> Session:
    return Session.of_table(read_table("geyser"))


def ask(session: Session, what: str, **more: Any) -> dict[str, Any]:
    """Return an answer that holds no error, after a way over the wire as words."""
    answer = session.answer(json.loads(json.dumps({"ask": what, **more})))
    assert "error" not in answer, answer["error"]
    to_frame(answer)
    return answer


def refused(session: Session, what: str, **more: Any) -> str:
    answer = session.answer({"ask": what, **more})
    assert list(answer) == ["error"]
    assert "fault of steepest itself" not in answer["error"]
    return str(answer["error"])


def as_file(name: str, contents: bytes) -> dict[str, str]:
    return {"name": name, "base64": base64.b64encode(contents).decode()}


CSV = b"when,a,b,c\nx,1,2,3\ny,2,3,5\nx,3,1,9\ny,,1,9\n"


@pytest.mark.parametrize("name", st.datasets())
def test_a_shipped_data_set_opens_with_its_own_first_use(name: str) -> None:
    answer = ask(Session.of_table(read_table(name)), "open")
    shown, scene = about(name), answer["scene"]
    assert answer["offer"]["chosen"] == {
        "data": name,
        "target": shown.target,
        "features": list(shown.features),
    }
    assert scene["engine"] == "python" and scene["source"] == name
    assert answer["note"] == ""
    told = scene["run"]
    assert told["stop"]["reason"] == "steps" and told["loss"][-1] < 0.9 * told["loss"][0]


def test_the_offer_lists_data_sets_and_columns(session: Session) -> None:
    offer = ask(session, "offer")
    assert offer["datasets"] == st.datasets()
    assert offer["columns"][:2] == [
        {"name": "duration", "kind": "number"},
        {"name": "waiting", "kind": "number"},
    ]


def test_a_descent_is_that_of_python(session: Session) -> None:
    told = ask(session, "descend", choices=CHOICES | {"start": [1.0, 2.0], "l2": None}, rows=None)
    run = st.descend("geyser", "waiting", ["duration"], **CHOICES, start=[1.0, 2.0])
    assert np.array_equal(told["params"].reshape(-1, 2), run.trace.params)
    assert told["choices"]["start"] == [1.0, 2.0]
    assert told["lowest"] == pytest.approx(34.718334, rel=1e-6)


def test_changed_rows_are_descended_and_the_next_question_has_the_old_ones(
    session: Session,
) -> None:
    rows = {"X": [0.0, 1.0, 2.0], "y": [1.0, 3.0, 5.0]}
    told = ask(session, "descend", choices={"scale": "round", "learning_rate": "auto"}, rows=rows)
    assert told["params"][-2:] == pytest.approx([2.0, 1.0])
    assert ask(session, "loss", params=[0.0, 0.0])["loss"] == pytest.approx(5210.68, rel=1e-4)
    assert ask(session, "loss", params=[2.0, 1.0], rows=rows)["loss"] == 0.0


def looked(session: Session, **more: Any) -> dict[str, Any]:
    told = ask(session, "descend", choices=CHOICES)
    see = [{"params": told["params"].tolist(), "loss": told["fullLoss"].tolist()}]
    request = {"x": 0, "y": 1, "base": told["params"][-2:].tolist(), "see": see, "points": 31}
    return ask(session, "surface", **(request | {"choices": CHOICES} | more))


def test_a_surface_is_that_of_the_run(session: Session) -> None:
    surface = looked(session)
    run = st.descend("geyser", "waiting", ["duration"], **CHOICES)
    true = run.surface(points=31)
    assert np.array_equal(surface["x"], true.x) and np.array_equal(surface["y"], true.y)
    assert np.array_equal(surface["loss"], true.loss.ravel())
    assert surface["lossLabel"] == "mean squared error (min²)"
    assert surface["lowest"] == pytest.approx(run.surface().lowest.tolist())  # type: ignore[union-attr]


@pytest.mark.parametrize("scale", ["none", "standard", "round"])
@pytest.mark.parametrize(
    ("name", "count"),
    [("geyser", 1), ("orings", 1), ("penguins", 1), ("penguins", 2), ("diabetes", 10)],
)
def test_a_surface_over_the_walk_has_the_true_loss(name: str, count: int, scale: str) -> None:
    shown = about(name)
    session = Session.of_table(read_table(name), shown.target, list(shown.features[:count]))
    size = ask(session, "open")["scene"]["run"]["size"]
    base = np.linspace(-1, 1, size).tolist()
    choices = {"scale": scale}
    asked_for = {"x": size // 2 - 1, "y": size - 1, "base": base, "axes": "walk", "points": 9}
    surface = ask(session, "surface", choices=choices, **asked_for)
    assert surface["axes"] == ("units" if scale == "none" else "walk")
    x, y = surface["x"][2], surface["y"][7]
    params = surface["held"] + x * surface["ux"] + y * surface["uy"]
    loss = ask(session, "loss", choices=choices, params=params.tolist())["loss"]
    assert surface["loss"][7 * 9 + 2] == pytest.approx(loss, rel=1e-9)
    assert surface["px"] @ params == pytest.approx(x) and surface["py"] @ params == pytest.approx(y)


def test_a_walks_axes_have_names(session: Session) -> None:
    for scale, x, y in (
        ("standard", "weight of duration, in standard units", "bias, in standard units"),
        ("round", "round 1", "round 2"),
    ):
        surface = looked(session, choices=CHOICES | {"scale": scale}, axes="walk")
        assert (surface["xLabel"], surface["yLabel"]) == (x, y)


def test_the_bowl_is_round_where_the_walk_is(session: Session) -> None:
    surface = looked(session, choices=CHOICES | {"scale": "round"}, axes="walk", points=101)
    loss = surface["loss"].reshape(101, 101) - surface["lowestLoss"]
    x, y = np.meshgrid(surface["x"], surface["y"])
    far = (x - surface["lowest"][0]) ** 2 + (y - surface["lowest"][1]) ** 2
    assert np.allclose(loss, far / 2, rtol=1e-9, atol=1e-9)


def test_a_window_can_be_kept(session: Session) -> None:
    surface = looked(session, window=[-1.0, 1.0, 50.0, 60.0], points=5)
    assert surface["x"].tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert surface["y"].tolist() == [50.0, 52.5, 55.0, 57.5, 60.0]
    loss = ask(session, "loss", params=[0.5, 52.5])["loss"]
    assert surface["loss"][1 * 5 + 3] == pytest.approx(loss, rel=1e-12)


def test_a_path_that_has_left_all_bounds_does_not_widen_the_window(session: Session) -> None:
    wild = {"params": [1.0, 2.0, 1e9, 1e9, None, 3.0], "loss": [5000.0, 1e20, None]}
    calm = {"params": [1.0, 2.0], "loss": [5000.0]}
    seen = [looked(session, see=[path]) for path in (wild, calm)]
    assert np.array_equal(seen[0]["x"], seen[1]["x"])


def test_where_nothing_must_be_seen_the_base_is(session: Session) -> None:
    surface = looked(session, see=None, base=[10.0, 30.0])
    assert surface["x"].min() < 10.0 < surface["x"].max()


def test_a_file_is_opened_and_what_is_not_chosen_is_proposed(session: Session) -> None:
    answer = ask(session, "open", file=as_file("C:\\of mine\\my.csv", CSV))
    assert answer["scene"]["source"] == "my.csv" and answer["scene"]["dropped"] == 1
    assert answer["offer"]["chosen"] == {"data": "", "target": "c", "features": ["a"]}
    assert answer["offer"]["columns"][0] == {"name": "when", "kind": "category"}
    assert answer["note"] == (
        "c is predicted by a: choose other columns if you like (likely too: when, a, b); 1 row "
        "with gaps left out"
    )
    chosen = ask(session, "open", data="", target="b", features=["a", "when"])
    assert chosen["offer"]["chosen"] == {"data": "", "target": "b", "features": ["a", "when"]}
    assert ask(session, "open", data="", target="a")["offer"]["chosen"]["features"] == ["c"]
    assert ask(session, "open", data="orings")["offer"]["chosen"]["data"] == "orings"


def arrow_bytes(ending: str) -> bytes:
    table, kept = pa.table({"a": [1.0, 2.0, 4.0], "y": [1.0, 3.0, 2.0]}), io.BytesIO()
    if ending == "parquet":
        parquet.write_table(table, kept)
    else:
        feather.write_feather(table, kept)
    return kept.getvalue()


@pytest.mark.parametrize("ending", ["csv", "tsv", "CSV", "parquet", "arrow", "feather"])
def test_every_kind_of_file_can_be_dropped(session: Session, ending: str) -> None:
    text = {"csv": b"a,y\n1,1\n2,3\n4,2\n", "tsv": b"a\ty\n1\t1\n2\t3\n4\t2\n"}
    contents = text.get(ending.lower()) or arrow_bytes(ending)
    answer = ask(session, "open", file=as_file(f"x.{ending}", contents))
    assert answer["scene"]["y"].tolist() == [1.0, 3.0, 2.0]


BAD_FILES = {
    "ragged": (as_file("a b.csv", b"a,b\n1\n1,2\n"), "a b.csv, line 2: expected 2 columns"),
    "junk": (as_file("x.parquet", b"junk"), "cannot read x.parquet: it is not a Parquet file"),
    "empty": (as_file("x.csv", b""), "cannot read x.csv: the file is empty"),
    "ending": (as_file("x.exe", b"MZ"), "cannot read x.exe: known are .csv"),
    "packed": (as_file("x.csv.gz", b"\x1f"), "cannot read x.csv.gz: known are .csv"),
    "no name": (as_file("", b"a,b\n"), "cannot read the file: known are"),
    "path": (as_file("/etc/passwd", b""), "cannot read passwd: known"),
    "letters": ({"name": "x.csv", "base64": "?"}, "x.csv arrived damaged"),
    "no contents": ({"name": "x.csv"}, "x.csv must have at most 32 MB"),
    "large": ({"name": "x.csv", "base64": "A" * 42_666_672}, "x.csv must have at most 32 MB"),
    "one column": (as_file("x.csv", b"a\n1\n2\n"), "x.csv: no feature|x.csv: there is no column"),
    "no file": ("x.csv", "the file is 'x.csv', but it must be a name and its contents"),
}


@pytest.mark.parametrize(("file", "said"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_cannot_be_used_is_told_by_its_own_name(
    session: Session, file: Any, said: str
) -> None:
    error = refused(session, "open", file=file)
    assert any(part in error for part in said.split("|"))
    assert "/tmp" not in error and "dropped" not in error
    assert ask(session, "offer")["chosen"]["data"] == "geyser"


def packed(table: pa.Table, ending: str) -> bytes:
    """Return a table as a file of few bytes."""
    kept = io.BytesIO()
    if ending == "parquet":
        parquet.write_table(table, kept, store_schema=False)
    elif ending == "feather":
        feather.write_feather(table, kept, compression="zstd")
    else:
        choices = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_stream(kept, table.schema, options=choices) as stream:
            stream.write_table(table)
    return kept.getvalue()


@pytest.mark.parametrize("ending", ["parquet", "feather", "ipc"])
def test_a_small_file_of_a_large_table_is_not_unpacked(session: Session, ending: str) -> None:
    one = pa.array(np.zeros(260_000, dtype=np.int8))
    contents = packed(pa.table({f"x{i}": one for i in range(200)}), ending)
    assert len(contents) < 1_000_000
    assert refused(session, "open", file=as_file(f"x.{ending}", contents)) == (
        f"x.{ending} holds 52,000,000 cells, but a page takes 50,000,000 at most; "
        "open it with: steepest play FILE"
    )


@pytest.mark.parametrize("ending", ["parquet", "feather"])
def test_text_that_repeats_is_counted_as_often_as_it_is_there(
    session: Session, ending: str
) -> None:
    codes = pa.array(np.zeros(50_000, dtype=np.int32))
    text = pa.DictionaryArray.from_arrays(codes, ["x" * 10_000])
    text = text.cast(pa.large_string()) if ending == "feather" else text
    contents = packed(pa.table({"x": np.arange(50_000), "y": text}), ending)
    assert len(contents) < 1_000_000
    error = refused(session, "open", file=as_file(f"x.{ending}", contents))
    assert error.startswith(f"x.{ending} unpacks to 50") and "400 MB at most" in error


@pytest.mark.parametrize("ending", ["parquet", "feather", "ipc"])
def test_a_file_that_is_cut_short_is_damaged(session: Session, ending: str) -> None:
    table = pa.table({"a": np.arange(5000.0), "y": [f"text {i % 5}" for i in range(5000)]})
    contents = packed(table, ending)
    assert ask(session, "open", file=as_file(f"x.{ending}", contents))["scene"]["rows"] == 5000
    for damaged in (contents[:20], contents[:-300], contents[:300] + b"\xff" * 300):
        error = refused(session, "open", file=as_file(f"x.{ending}", damaged))
        assert error.startswith(f"cannot read x.{ending}") and "damaged or cut short" in error


def test_no_file_of_this_machine_is_read(session: Session, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(CSV)
    for path in (str(tmp_path / "secret.csv"), "/etc/passwd", "secret.csv"):
        assert "there is no data set" in refused(session, "open", data=path)


def test_a_run_without_its_table_keeps_its_columns() -> None:
    X = np.arange(10.0)
    session = Session.of_run(st.descend((X, X**2), steps=3))
    assert ask(session, "open")["scene"]["run"]["count"] == 4
    assert ask(session, "offer")["columns"] == [
        {"name": "x1", "kind": "number"},
        {"name": "y", "kind": "number"},
    ]
    assert "only the rows of the run are here" in refused(session, "open", target="x1")
    assert ask(session, "open", data="geyser")["scene"]["source"] == "geyser"


def test_a_run_of_a_shipped_data_set_can_have_other_columns() -> None:
    run = st.descend("penguins", "species", ["bill_length_mm"], steps=3)
    session = Session(open_run(run))
    answer = ask(session, "open", target="body_mass_g", features=["flipper_length_mm"])
    assert answer["offer"]["chosen"]["target"] == "body_mass_g"


def test_the_page_that_is_saved_has_the_state(session: Session) -> None:
    page = ask(session, "page", choices=CHOICES, link="v=1&at=7")["html"]
    assert 'id="steepest-kept">{"link": "v=1&at=7",' in page
    wide = Session.of_table(read_table("diabetes"))
    page = ask(wide, "page", choices={"steps": 3}, link="v=1&l2=1", look="v=1&at=2")["html"]
    assert 'id="steepest-kept">{"link": "v=1&at=2",' in page


def test_given_up_work_ends_at_once(session: Session) -> None:
    request = {"ask": "descend", "choices": {"steps": 100_000, "rule": "adam"}}
    looks = iter([False] * 50)
    assert session.answer(request, lambda: next(looks, True)) == {"superseded": True}
    opened = {"ask": "open", "data": "orings"}
    assert session.answer(opened, lambda: True) == {"superseded": True}
    assert ask(session, "offer")["chosen"]["data"] == "geyser"


def test_a_first_run_stays_below_the_limit() -> None:
    rng = np.random.default_rng(0)
    for spread in (1e-3, 1.0, 1e4):
        x = 1e3 + spread * rng.normal(size=50)
        data = st.descend((x, x + rng.normal(size=50)), steps=1).data
        chosen = first_choices(data)
        assert chosen["scale"] == "standard" and chosen["learning_rate"] == 0.1
    data = st.descend("geyser", "waiting", ["duration"], steps=1).data
    chosen = first_choices(data)
    assert (chosen["scale"], chosen["learning_rate"]) == ("standard", 0.1)


BAD_ASKS = {
    "nothing": ({}, "nothing can be asked by the name None"),
    "unknown": ({"ask": "eval"}, "nothing can be asked by the name 'eval'; known are open"),
    "no word": ({"ask": 7}, "ask is 7, but it must be a word"),
    "rule": ({"ask": "descend", "choices": {"rule": "x"}}, "there is no rule 'x'"),
    "choice": ({"ask": "descend", "choices": {"progress": 1}}, "there is no choice 'progress'"),
    "choices": ({"ask": "descend", "choices": 7}, "the choices are 7, but"),
    "steps": ({"ask": "descend", "choices": {"steps": 10**9}}, "a page takes 100,000 at most"),
    "truth": ({"ask": "descend", "choices": {"steps": True}}, "steps is True, but it must be a wh"),
    "half": ({"ask": "descend", "choices": {"batch": 1.5}}, "batch is 1.5, but"),
    "negative": ({"ask": "descend", "choices": {"seed": -1}}, "seed is -1, but"),
    "huge": ({"ask": "descend", "choices": {"l2": 10**400}}, "l2 is 1000"),
    "rate": ({"ask": "descend", "choices": {"learning_rate": -1}}, "learning rate"),
    "rate word": ({"ask": "descend", "choices": {"learning_rate": "fast"}}, "'fast'"),
    "infinite": ({"ask": "descend", "choices": {"learning_rate": float("inf")}}, "finite number"),
    "start": ({"ask": "descend", "choices": {"start": [1.0]}}, "start has 1 number"),
    "start of gaps": ({"ask": "descend", "choices": {"start": [1.0, None]}}, "no finite number"),
    "start of words": ({"ask": "descend", "choices": {"start": ["1", "2"]}}, "what is no number"),
    "loss": ({"ask": "descend", "choices": {"loss": "cross_entropy"}}, "target of classes"),
    "rows": ({"ask": "descend", "rows": [1]}, "the rows are list, but"),
    "one row": ({"ask": "descend", "rows": {"X": [1.0], "y": [1.0]}}, "a descent needs 2"),
    "uneven": ({"ask": "descend", "rows": {"X": [1.0], "y": [1.0, 2.0]}}, "X has 1 numbers"),
    "flat": ({"ask": "descend", "rows": {"X": [1, 2], "y": [3, 3]}}, "waiting is 3 in every row"),
    "beyond float64": (
        {"ask": "descend", "rows": {"X": [1, 2], "y": [1, 1e200]}},
        "y holds numbers beyond 1e+100",
    ),
    "params": ({"ask": "loss", "params": [1.0]}, "params has 1 numbers, but 2 are needed"),
    "no axes": ({"ask": "surface", "base": [1, 2]}, "x is NoneType, but"),
    "same axes": ({"ask": "surface", "base": [1, 2], "x": 1, "y": 1}, "two different params"),
    "axis": ({"ask": "surface", "base": [1, 2], "x": 2, "y": 1}, "x is 2, but it must be one of 0"),
    "kind of axes": (
        {"ask": "surface", "base": [1, 2], "x": 0, "y": 1, "axes": "z"},
        "the axes are 'z'",
    ),
    "points": (
        {"ask": "surface", "base": [1, 2], "x": 0, "y": 1, "points": 10**4},
        "points is 10000, but it must be one of 0 to 201",
    ),
    "one point": ({"ask": "surface", "base": [1, 2], "x": 0, "y": 1, "points": 1}, "from 2 up"),
    "window": (
        {"ask": "surface", "base": [1, 2], "x": 0, "y": 1, "window": [1, 0, 0, 1]},
        "two spans",
    ),
    "see": ({"ask": "surface", "base": [1, 2], "see": [1]}, "a list of paths"),
    "uneven path": (
        {"ask": "surface", "base": [1, 2], "see": [{"params": [1], "loss": [1]}]},
        "a path needs 2 params",
    ),
    "column": ({"ask": "open", "target": "nothing"}, "there is no column 'nothing'"),
    "features": ({"ask": "open", "features": "duration"}, "it must be a list of names"),
    "long": ({"ask": "open", "target": "x" * 2000}, "target is 'xxx"),
}


@pytest.mark.parametrize(("request_", "said"), BAD_ASKS.values(), ids=BAD_ASKS)
def test_what_cannot_be_is_said_in_words(
    session: Session, request_: dict[str, Any], said: str
) -> None:
    answer = session.answer(request_)
    assert list(answer) == ["error"] and said in answer["error"]
    assert "fault of steepest itself" not in answer["error"]
    assert len(answer["error"]) < 400
    assert ask(session, "offer")["chosen"]["data"] == "geyser"


def test_classes_keep_a_row_each() -> None:
    session = Session.of_table(read_table("orings"))
    lost = refused(session, "descend", rows={"X": [50, 60, 70], "y": [0, 0, 0]})
    assert lost == "no row is left of the class yes"
    assert "no class" in refused(session, "descend", rows={"X": [50, 60], "y": [0, 0.5]})


def test_a_fault_of_ours_is_told_and_not_raised(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("steepest.session.session.descend_rows", lambda *_, **__: 1 / 0)
    answer = session.answer({"ask": "descend"})
    assert answer["error"].startswith("a fault of steepest itself, not of yours: ZeroDivisionErr")
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("STEEPEST_DEBUG", "1")
    session.answer({"ask": "descend"})
    assert "ZeroDivisionError" in capsys.readouterr().err


JUNK = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=4),
    lambda parts: some.lists(parts, max_size=4) | some.dictionaries(some.text(max_size=4), parts),
    max_leaves=6,
)
TYPED = (
    some.lists(some.floats(), max_size=4)
    | some.integers(0, 5)
    | some.sampled_from(
        ["walk", "units", "geyser", "", "duration", "waiting", "steepest", "adam", "round", "auto"]
    )
)
VALUES = JUNK | TYPED
CHOSEN = some.dictionaries(
    some.sampled_from(["loss", "rule", "learning_rate", "scale", "l2", "delta", "batch", "seed"])
    | some.sampled_from(["start", "steps"])
    | some.text(max_size=4),
    VALUES | some.floats(1e-3, 1.0),
)
ROWS = some.fixed_dictionaries({"X": VALUES, "y": VALUES})
PATHS = some.lists(some.fixed_dictionaries({"params": VALUES, "loss": VALUES}), max_size=2)
REQUESTS = some.fixed_dictionaries(
    {"ask": some.sampled_from(["open", "offer", "descend", "surface", "loss", "page"]) | VALUES},
    optional={
        "choices": CHOSEN | VALUES,
        "rows": ROWS | VALUES,
        "see": PATHS | VALUES,
        "file": some.fixed_dictionaries({"name": VALUES, "base64": VALUES}) | VALUES,
        **dict.fromkeys(["data", "target", "link", "x", "y", "axes", "points", "base"], VALUES),
        **dict.fromkeys(["params", "window", "features", "id", "of", "look", "drawn"], VALUES),
    },
)


@pytest.fixture(scope="module")
def fuzzed() -> Session:
    return Session.of_table(read_table("geyser"))


@given(request=REQUESTS | JUNK)
def test_no_request_is_a_fault(fuzzed: Session, request: Any) -> None:
    asked_steps = request.get("choices") if isinstance(request, dict) else None
    if isinstance(asked_steps, dict):
        asked_steps.setdefault("steps", 3)
    answer = fuzzed.answer(request)
    assert "fault of steepest itself" not in answer.get("error", "")
    assert len(answer.get("error", "")) < 1000
    to_frame(answer)


def test_names_of_files_are_their_own_alone() -> None:
    for given_name in ("/a/b/x.csv", "..\\..\\x.csv", "x.csv", "a/../x.csv", "\0\nx.csv"):
        assert file_of(as_file(given_name, b"1")) == ("x.csv", b"1")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_session_goes_on_with_the_network_that_is_open(dtype: str) -> None:
    hidden: dict[str, Any] = {"hidden": (4, 3), "activation": "relu", "init": "lecun"}
    hidden["dtype"] = dtype
    run = st.descend("penguins", "species", missing="drop", steps=5, **hidden)
    session = Session.of_run(run)
    opened = session.answer({"ask": "open"})["scene"]
    sizes = {"units": [4, 3], "activation": "relu", "initial": "lecun", "sizes": [7, 4, 3, 3]}
    assert sizes.items() <= opened["network"].items() and opened["engine"] == "python"
    choices = opened["run"]["choices"] | {"seed": 3, "steps": 4}
    walked = session.answer({"ask": "descend", "choices": choices})
    same = st.descend("penguins", "species", missing="drop", steps=4, seed=3, **hidden)
    assert walked["loss"].tolist() == same.trace.losses.tolist()
    base = same.trace[-1].params
    ask = {"choices": choices, "x": 14, "y": 50, "base": base.tolist(), "points": 5}
    drawn = session.answer({"ask": "surface", **ask})
    assert (drawn["xName"], drawn["yName"]) == ("weight 15", "bias 2")
    told = session.answer({"ask": "loss", "choices": choices, "params": base.tolist()})
    assert told["loss"] == same.trace[-1].loss
    assert "hidden" not in str(session.answer({"ask": "descend", "choices": {"l2": "x"}}))


def test_the_surface_of_a_large_network_comes_coarse_first() -> None:
    """Each next one is finer, up to what a page draws; where both have a point, the same loss."""
    run = st.descend("spirals", "class", hidden=(32, 32), steps=1)
    session = Session.of_run(run)
    window = [-1.0, 1.0, -1.0, 1.0]
    asked = {"base": run.params.tolist(), "x": 3, "y": 1100, "window": window, "points": 101}
    found = [ask(session, "surface", choices={}, **asked)]
    while found[-1]["coarse"]:
        found.append(ask(session, "surface", choices={}, drawn=found[-1]["nx"], **asked))
    assert [one["nx"] for one in found] == [17, 51, 65]
    corners = [np.reshape(one["loss"], (one["ny"], one["nx"]))[::-1, ::-1][0, 0] for one in found]
    assert np.allclose(corners, corners[-1], rtol=1e-12)


def test_other_columns_keep_the_network() -> None:
    session = Session.of_run(st.descend("geyser", "waiting", hidden=(3,), steps=2))
    scene = session.answer({"ask": "open", "data": "penguins", "target": "sex"})["scene"]
    assert scene["network"]["sizes"] == [1, 3, 1]
    axes = {"ask": "surface", "choices": scene["run"]["choices"], "axes": "walk", "x": 0, "y": 1}
    assert "of one neuron with 1,000" in session.answer(axes | {"base": [0.0] * 10})["error"]


def test_the_network_that_is_open_gets_other_layers() -> None:
    session = Session.of_run(st.descend("geyser", "waiting", hidden=(3,), init="lecun", steps=2))
    choices = {"rule": "steepest", "learning_rate": 1e-3, "steps": 4, "start": [0.0]}
    ask = {"ask": "open", "choices": choices}
    scene = session.answer(ask | {"network": {"units": [5, 2]}})["scene"]
    made = {"units": [5, 2], "activation": "tanh", "initial": "lecun", "sizes": [1, 5, 2, 1]}
    assert made.items() <= scene["network"].items()
    assert (scene["run"]["size"], scene["run"]["count"]) == (25, 5)
    scene = session.answer(ask | {"network": {"units": [2], "activation": "relu"}})["scene"]
    assert (scene["network"]["activation"], scene["network"]["initial"]) == ("relu", "random")
    for odd in ({}, {"units": [1.5]}, {"units": []}, {"units": [0]}, {"units": "8"}, [8], "8"):
        assert "error" in session.answer(ask | {"network": odd})
    neuron = Session.of_run(st.descend("geyser", "waiting", steps=2))
    assert "no hidden layers" in neuron.answer(ask | {"network": {"units": [2]}})["error"]


@pytest.mark.parametrize("plane", ["path", "random", "sharpest"])
def test_a_plane_by_a_word_is_that_of_the_run(plane: str) -> None:
    choices: Any = {"rule": "momentum", "learning_rate": 0.3, "steps": 12}
    run = st.descend("xor", "class", hidden=(3,), **choices)
    true = run.surface(plane=plane, points=5)
    request = {
        "choices": {**choices, "scale": run.plan.scale},
        "base": run.params.tolist(),
        "see": [{"params": run.trace.params.ravel().tolist(), "loss": run.trace.losses.tolist()}],
        "steps": run.trace.kept.tolist(),
        "points": 5,
    }
    session = Session.of_run(run)
    surface = ask(session, "surface", plane=plane, **request)
    assert surface["axes"] == plane and surface["said"] == true.in_words
    assert (surface["xIndex"], surface["xName"]) == (None, true.x_name)
    assert np.allclose(surface["loss"], true.loss.ravel(), rtol=1e-9)
    path = {"path": run.trace.params.ravel().tolist(), "steps": None, "see": None}
    alike = ask(session, "surface", **{**request, **path, "axes": plane})
    assert np.allclose(alike["ux"], surface["ux"])
    assert "random walk" not in alike["said"]
    wrong = {"plane": plane, **request}
    assert "must be one of path, random, sharpest" in refused(
        session, "surface", **{**wrong, "plane": "steepest"}
    )
    assert "the path has 4 numbers" in refused(session, "surface", **wrong, path=[1, 2, 3, 4])
    assert "must rise" in refused(session, "surface", **{**wrong, "steps": [0] * 13})
    if plane == "path":
        alone = {**wrong, "steps": None, "path": [1] * run.objective.size}
        assert "span no plane" in refused(session, "surface", **alone)


@pytest.mark.parametrize("rows", [60, 12_000])
@pytest.mark.parametrize("kind", ["number", "word", "truth"])
def test_the_feature_that_explains_most_is_proposed(rows: int, kind: str) -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(rows, 9))
    y = X[:, 6] + 0.3 * random.normal(size=rows)
    goals: dict[str, Any] = {"number": y, "word": np.where(y > 0, "a", "b"), "truth": y > 0}
    columns = {f"x{i}": column for i, column in enumerate(X.T)}
    columns["x6"] = np.where(np.arange(rows) == 3, np.nan, columns["x6"])
    found = open_table(read_table({**columns, "price": goals[kind]}))
    assert (found.data.target.name, found.data.features.names) == ("price", ("x6",))
    chosen = open_table(read_table({**columns, "price": goals[kind]}), "price", ["x2"])
    assert chosen.data.features.names == ("x2",) and not chosen.note


def test_dates_are_taken_in_days_where_nothing_else_is_there() -> None:
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=2 * i) for i in range(20)]
    table = read_table({"day": days, "visitors": [3.0 * i + i % 3 for i in range(20)]})
    for features in (None, ["day"]):
        found = open_table(table, None if features is None else "visitors", features)
        assert found.data.target.name == "visitors" and len(found.data.features.names) == 1
        slope = np.polyfit(2 * np.arange(20), [3.0 * i + i % 3 for i in range(20)], 1)[0]
        assert found.run.weights[0] == pytest.approx(slope, rel=1e-3)


def test_a_shipped_network_opens_on_a_walk_and_with_a_rule_of_ones_own_on_that() -> None:
    walk = open_table(read_table("xor")).run
    assert (walk.plan.rule.word, walk.plan.scale, len(walk.trace)) == ("steepest", "standard", 201)
    assert (np.diff(walk.trace.losses) < 0).all()
    own = open_table(read_table("xor"), rule="adam", learning_rate=0.1).run
    assert own.plan.rule.word == "adam"

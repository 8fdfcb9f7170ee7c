"""What a reader takes along: the link, the table of steps, the picture, the copied text."""

import csv
import io
import re
import struct
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import golden
import numpy as np
import pytest
from doors import Menu, into_sight, press, settle
from hypothesis import Phase, given, settings
from hypothesis import strategies as some
from telling import ask, record

import steepest as st
from steepest.data.written import write_table
from steepest.page.replay import PAGE_RULES

# --- the link ------------------------------------------------------------------------------------

GO_AND_COME = """(_, states) => states.map((state) => {
  const fragment = m.toFragment(state);
  return [fragment, m.fromFragment(fragment, state.scene)];
})"""

finite = some.floats(allow_nan=False, allow_infinity=False)
above = some.floats(min_value=1e-300, max_value=1e300)
degrees = some.integers(-90, 90)
plain = some.text(some.characters(exclude_categories=["Cc", "Cs"]), max_size=60)

rates = some.one_of(
    above,
    some.just("auto"),
    some.builds("time:{}:{}".format, above, above),
    some.builds("step:{}:0.5:{}".format, above, some.integers(1, 99)),
    some.builds("cosine:{}".format, above),
)

shares = some.floats(0, 1, exclude_max=True)

numbered = some.one_of(
    some.builds("momentum:{}".format, shares),
    some.builds("rmsprop:{}:{}".format, shares, above),
    some.builds("adam:{}:{}".format, shares, shares),
)

choices = some.fixed_dictionaries(
    {
        "loss": some.sampled_from(["squared", "absolute", "huber"]),
        "rule": some.sampled_from(sorted(PAGE_RULES)) | numbered,
        "learning_rate": rates,
        "scale": some.sampled_from(golden.SCALES),
        "l2": some.floats(0, 1e9),
        "delta": above,
        "batch": some.none() | some.integers(1, 10**6),
        "seed": some.integers(0, 2**53 - 1),
        "steps": some.integers(0, 100_000),
        "start": some.none() | some.lists(finite, min_size=2, max_size=2),
    }
)

SCENE = {
    "source": "geyser.csv",
    "target": {"name": "waiting", "classes": None},
    "features": [{"name": "duration"}],
    "params": [{"name": "duration"}, {"name": "bias"}],
    "surface": {"xIndex": 0, "yIndex": 1, "axes": "units"},
    "rowNumbers": [4, 9, 2],
    "editable": True,
    "losses": [{"name": name} for name in ("squared", "absolute", "huber")],
    "rules": list(PAGE_RULES),
    "scales": list(golden.SCALES),
}

states = some.builds(
    lambda runs, active, named, source, names, look, window, points: {
        "scene": SCENE
        | {"source": source, "target": {"name": names[0], "classes": None}}
        | {"features": [{"name": names[1]}], "columns": names[1:]},
        "runs": [
            {"choices": one, "index": [0, 5, 9], "id": i, "label": f"Run {i}", "colour": colour}
            for one, (i, colour) in zip(runs, named, strict=False)
        ],
        "choices": runs[active % len(runs)],
        "active": active % len(runs),
        "surface": window and {"x": window[:2], "y": window[2:], "nx": 2, "ny": 2},
        "rows": points and {"X": [x for x, _ in points], "y": [y for _, y in points]},
        **look,
    },
    some.lists(choices, min_size=1, max_size=6),
    some.integers(0, 5),
    some.sampled_from([[(i + 1, i) for i in range(6)], [(7 - i, 5 - i) for i in range(6)]]),
    plain,
    some.lists(plain.filter(bool), min_size=2, max_size=5),
    some.fixed_dictionaries(
        {
            "at": some.integers(0, 2),
            "plane": some.sampled_from([[0, 1], [1, 0]]),
            "axes": some.sampled_from(["units", "walk", "path", "random", "sharpest"]),
            "row": some.integers(-1, 2),
            "theme": some.sampled_from(["auto", "light", "dark", "projector"]),
            "pace": some.floats(0.1, 100),
            "phase": some.integers(0, 4),
            "slow": some.booleans(),
            "guessing": some.booleans(),
            "camera": some.none()
            | some.tuples(degrees, degrees.map(abs), some.just(1.5)).map(list),
            "hidden": some.lists(some.sampled_from(["loss", "batch", "keep-png", "tasks"])),
            "lesson": plain,
            "exam": some.booleans(),
            "answers": some.dictionaries(
                some.from_regex(r"[a-z0-9_]{1,40}", fullmatch=True), finite, max_size=3
            ),
        }
    ),
    some.just([-1.5, 2.25, 0.0, 1e9]),
    some.none() | some.lists(some.tuples(finite, finite), min_size=1, max_size=9),
)


@settings(max_examples=15, deadline=None, phases=[Phase.generate])
@given(given=some.lists(states, min_size=8, max_size=12))
def test_a_link_holds_the_whole_state(modules: Any, given: Any) -> None:
    found = ask(modules, "/keep/link.js", GO_AND_COME, [], given)
    for state, (fragment, asked) in zip(given, found, strict=True):
        assert fragment.isascii()
        assert not set(fragment) & set(' <>"#')
        assert asked["faults"] == []
        assert asked["data"] == state["scene"]["source"]
        assert asked["target"] == state["scene"]["target"]["name"]
        assert asked["features"] == state["scene"]["columns"]
        assert asked.get("at", 0) == [0, 5, 9][state["at"]]
        assert_same_choices(state, asked)
        for name, usual in USUAL.items():
            assert as_doubles(asked.get(name, usual)) == as_doubles(state[name]), name
        assert asked["window"] == [-1.5, 2.25, 0.0, 1e9]
        assert asked.get("named", usual_names(state)) == names_of(state)
        if state["rows"]:
            assert as_doubles(asked["points"]) == as_doubles(state["rows"])


USUAL = {"plane": [0, 1], "axes": "units", "theme": "auto", "pace": 5, "hidden": [], "lesson": ""}
USUAL |= {"row": -1, "phase": 0, "slow": False, "guessing": False, "camera": None}
USUAL |= {"exam": False, "answers": {}}


def names_of(state: Any) -> Any:
    return [[run["id"], run["colour"]] for run in state["runs"]]


def usual_names(state: Any) -> Any:
    return [[i + 1, i] for i in range(len(state["runs"]))]


def as_doubles(value: Any) -> Any:
    """Return the same with each number a double, which is all that JavaScript has."""
    if isinstance(value, dict):
        return {key: as_doubles(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_doubles(one) for one in value]
    return float(value) if isinstance(value, int) else value


def assert_same_choices(state: Any, asked: Any) -> None:
    first, *others = [run["choices"] for run in state["runs"]]
    found = [asked["choices"], *asked.get("runs", [])]
    assert as_doubles([{"start": None} | one for one in found]) == as_doubles([first, *others])
    assert asked.get("shownRun", 0) == state["active"]


READ = "(_, [text, scene]) => m.fromFragment(text, scene)"


def read(modules: Any, text: str) -> Any:
    return ask(modules, "/keep/link.js", READ, [], [text, SCENE])


DAMAGED = [
    "rate=-1", "rate=0", "rate=0x1f", "rate=1e999", "rate=NaN", "rate=1,5", "rate=time:",
    "rate=time:0.1:-1", "rate=evil:1", "rule=sgd", "rule=__proto__", "loss=cross_entropy",
    "rule=momentum:", "rule=momentum:x", "rule=momentum:1", "rule=nesterov:-0.1", "rule=:0.5",
    "rule=momentum:0.5:0.5", "rule=steepest:1", "rule=adam:0.9:1", "rule=rmsprop:0.9:-1",
    "scale=constructor", "seed=-1", "seed=1.5", "seed=1e300", "steps=100001", "steps=ten",
    "batch=0", "l2=-1", "delta=0", "start=1", "start=1,2,3", "start=1,Infinity", "start=1,,2",
    "at=-1", "axes=z", "theme=<b>", "pace=0", "hide=<script>", "hide=a,,b", "text=%zz",
    "text=%E0%A4%A", "runs=7", "runs=0", "x=1", "x=1,2,3&y=1,2", "x=a&y=1", "x=1,2&y=1",
    "runs=2&run2.rate=0", "v=2", "target=%", "plane=bias", "plane=bias,bias", "plane=bias,height",
    "view=1,2", "view=400,1,1", "view=0,91,1", "view=0,1,0", "view=a,b,c", "slow=1", "guess=yes",
    "part=5", "part=0", "window=1,2,3", "window=2,1,0,1", "window=0,1,0,inf", "named=1:6",
    "named=1:0,1:1", "named=1:0,2:0", "named=x",
    "plane=0,2", "plane=-1,0", "plane=duration,bias,bias", "plane=%zz,bias", "plane=",
    "row=0", "row=99", "row=x", "exam=1", "answer.square=ten", "answer.square=inf",
]  # fmt: skip


@pytest.mark.parametrize("damaged", DAMAGED)
def test_a_damaged_value_is_left_out_and_told(damaged: str, modules: Any) -> None:
    asked = read(modules, f"#v=1&{damaged}&l2=0.5" if damaged != "v=2" else "v=2&l2=0.5")
    if not damaged.startswith("l2"):
        assert asked["choices"]["l2"] == 0.5
    assert len(asked["faults"]) == 1
    name = damaged.split("=")[0]
    assert set(asked) <= {"choices", "faults", "runs", "shownRun"}, name


def test_a_teachers_link(modules: Any) -> None:
    link = (
        "#v=1&data=geyser&target=waiting&features=duration&rate=.05&start=24.3%2C-48.6&seed=0"
        "&at=17&hide=loss,batch&text=Find%20the%20best%20rate,%20please!&unknown=1&plane=bias,0"
    )
    assert read(modules, link) == {
        "data": "geyser",
        "target": "waiting",
        "features": ["duration"],
        "choices": {"learning_rate": 0.05, "seed": 0, "start": [24.3, -48.6]},
        "at": 17,
        "hidden": ["loss", "batch"],
        "lesson": "Find the best rate, please!",
        "plane": [1, 0],
        "faults": [],
    }


def test_a_run_has_from_the_first_what_it_does_not_tell_itself(modules: Any) -> None:
    asked = read(modules, "rate=0.05&start=random&runs=3&run2.rate=0.09&run2.start=1,2&run3.l2=2")
    assert asked["choices"] == {"learning_rate": 0.05, "start": None}
    assert asked["runs"] == [
        {"learning_rate": 0.09, "start": [1, 2]},
        {"learning_rate": 0.05, "start": None, "l2": 2},
    ]


def test_a_random_start_is_told(modules: Any) -> None:
    run = golden.run_of("squared", learning_rate=0.01, steps=2, start=[1.0, 2.0])
    renew = """([{ runs, ...state }]) => {
      const choices = { ...state.choices, start: null };
      return m.toFragment({ ...state, choices, runs: [{ ...runs[0], choices }] });
    }"""
    assert "&start=random" in ask(modules, "/keep/link.js", renew, [[record(run), {}]])


def test_a_link_names_columns_that_can_be_opened(modules: Any) -> None:
    run = st.descend("penguins", "species", ["sex", "island", "body_mass_g"], steps=2)
    tell = """([state]) => [m.toFragment(state), m.dataOf(m.toFragment(state)),
      m.toFragment({ ...state, scene: { ...state.scene, columns: undefined } })]"""
    link, data, old = ask(modules, "/keep/link.js", tell, [[record(run), {}]])
    assert "&features=sex,island,body_mass_g&" in f"{link}&"
    assert data == {
        "data": "penguins", "target": "species", "features": ["sex", "island", "body_mass_g"]
    }  # fmt: skip
    assert "&features=sex=female,island=Dream,island=Torgersen,body_mass_g" in old


def test_the_data_of_a_link_is_read_by_itself(modules: Any) -> None:
    tell = "(_, all) => all.map((text) => m.dataOf(text))"
    links = ["#v=1&rate=-1", "", "#v=1&data=a%20b&rate=0.1", "target=%zz&features=a,b%2Cc"]
    found = ask(modules, "/keep/link.js", tell, [], links)
    assert found == [None, None, {"data": "a b"}, {"features": ["a", "b,c"]}]


PLANES = """([state]) => {
  const { params } = state.scene;
  const planes = params.flatMap((_, i) => params.map((_, j) => [i, j])).filter(([i, j]) => i !== j);
  const links = planes.map((plane) => m.toFragment({ ...state, plane }));
  return [links, planes, links.map((link) => m.fromFragment(link, state.scene))];
}"""


@pytest.mark.parametrize("names", [["bill,length", "a=b&c"], ["1", "0"]])
def test_the_plane_is_told_by_the_names_of_its_params(names: list[str], modules: Any) -> None:
    X = np.random.default_rng(0).normal(size=(9, 2))
    run = st.descend((X, X[:, 0]), features=names, learning_rate=0.1, steps=2)
    scene = record(run) | {"engine": "python"}
    links, planes, asked = ask(modules, "/keep/link.js", PLANES, [[scene, {}]])
    first = [scene["surface"]["xIndex"], scene["surface"]["yIndex"]]
    assert ["plane=" in link for link in links] == [plane != first for plane in planes]
    assert [one.get("plane", first) for one in asked] == planes
    assert all(one["faults"] == [] for one in asked)


def test_a_page_that_only_shows_leaves_out_what_it_cannot_take_up(modules: Any) -> None:
    run = st.descend("diabetes", "progression", learning_rate=0.1, scale="standard", steps=9)
    tell = """([state]) => {
      const link = m.toFragment({ ...state, plane: [1, 0], rows: { X: [1], y: [1] } });
      return [link, m.fromFragment(link, state.scene)];
    }"""
    link, asked = ask(modules, "/keep/link.js", tell, [[record(run), {"at": 3}]])
    assert set(asked) == {"data", "target", "features", "at", "faults"}
    assert asked["at"] == 3
    assert asked["faults"] == []
    assert "rate=" not in link


@pytest.mark.parametrize(
    "points, more, told",
    [
        ("x=1,2,3&y=1,2", {}, "x has 3 numbers and y has 2, but each of y needs 1 of x"),
        ("x=1,2,3,4&y=1,2", {}, "x has 4 numbers and y has 2, but each of y needs 1 of x"),
        ("x=1,2&y=1,2", {"editable": False}, "the rows of this page cannot be changed"),
        (f"x={'1,' * 5000}2&y={'1,' * 5000}2", {}, "5001 are more than 5000"),
        ("x=1,1e999&y=1,2", {}, "x and y must be numbers"),
        ("x=1,2&y=0,2", {"classes": ["no", "yes"]}, "each of y must be a class, 0 to 1"),
        ("x=1,2&y=0,-1", {"classes": ["no", "yes"]}, "each of y must be a class, 0 to 1"),
        ("x=1,2&y=0,0.5", {"classes": ["no", "yes"]}, "each of y must be a class, 0 to 1"),
    ],
)
def test_points_that_cannot_be_the_rows(points: str, more: Any, told: str, modules: Any) -> None:
    target = {"name": "waiting", "classes": more.get("classes")}
    scene = SCENE | {"target": target, "editable": more.get("editable", True)}
    asked = ask(modules, "/keep/link.js", READ, [], [points, scene])
    assert asked == {"faults": [f"the points are left out: {told}"]}
    fine = ask(modules, "/keep/link.js", READ, [], ["x=1,2&y=0,1", SCENE | {"target": target}])
    assert fine["faults"] == []
    assert list(fine["points"]["y"]) == [0, 1]


@pytest.mark.parametrize(
    "text", ["", "#", "&&&", "=", "section-2", "a" * 10**6, "%", "__proto__=1"]
)
def test_what_is_no_link_of_ours_asks_for_nothing(text: str, modules: Any) -> None:
    asked = read(modules, text)
    assert set(asked) == {"faults"}


@settings(max_examples=10, deadline=None, phases=[Phase.generate])
@given(given=some.lists(some.text(max_size=300), min_size=20, max_size=30))
def test_any_text_can_be_read(modules: Any, given: Any) -> None:
    read_all = """(_, [all, scene]) => all.map((text) => (
      m.fromFragment(`v=1&text=${text}&rate=${text}&view=${text}&named=${text}`, scene)))"""
    for asked in ask(modules, "/keep/link.js", read_all, [], [given, SCENE]):
        assert isinstance(asked["faults"], list)


def test_a_link_that_is_too_long_says_so(modules: Any) -> None:
    tell = "(_, lengths) => lengths.map((length) => m.faultOfLink('a'.repeat(length)))"
    short, long = ask(modules, "/keep/link.js", tell, [], [8000, 8001])
    assert short == ""
    assert "save the page instead" in long


def test_text_has_no_control_characters(modules: Any) -> None:
    assert read(modules, "text=a%00b%0Ac%1B")["lesson"] == "ab\nc"


def test_a_rate_that_has_no_name_is_left_out(modules: Any) -> None:
    run = golden.run_of("squared", learning_rate=lambda index: 0.01, steps=2)
    tell = "(states) => states.map((state) => m.toFragment(state))"
    [fragment] = ask(modules, "/keep/link.js", tell, [[record(run), {}]])
    assert "rate=" not in fragment
    assert read(modules, fragment)["faults"] == []


# --- the table of steps --------------------------------------------------------------------------

CSV = "(states) => states.map(({ scene, runs }) => m.traceCsv(runs[0], scene))"


def table_of(run: st.Run, folder: Path) -> list[list[str]]:
    """Return Python's own table as it is written, without what only Python knows."""
    path = folder / "trace.csv"
    pythons = ["steepness", "seconds", "rows", "passes", "whitened", "least", "gap"]
    pythons += ["validation_loss"]
    write_table(run.trace_table().drop_columns(pythons), path)
    return list(csv.reader(io.StringIO(path.read_text("utf-8"))))


@pytest.mark.parametrize("kind", golden.DATA)
def test_the_trace_is_pythons_table(kind: str, modules: Any, tmp_path: Path) -> None:
    run = golden.run_of(kind, learning_rate=0.01, scale="standard", steps=30)
    [text] = ask(modules, "/keep/files.js", CSV, [[record(run), {}]])
    found, wanted = list(csv.reader(io.StringIO(text))), table_of(run, tmp_path)
    assert found[0] == wanted[0]
    assert np.array_equal(np.array(found[1:], float), np.array(wanted[1:], float))
    assert text.endswith("\n")


def test_names_in_the_trace_are_quoted(modules: Any, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    rows = np.random.default_rng(0).normal(size=(2, 9))
    names = ['a,"b\nc', "d"]
    table = pa.table(dict(zip(names, rows, strict=True)))
    run = st.descend(table, "d", [names[0]], learning_rate=1e200, steps=9)
    [text] = ask(modules, "/keep/files.js", CSV, [[record(run), {}]])
    found, wanted = list(csv.reader(io.StringIO(text))), table_of(run, tmp_path)
    assert found[0] == wanted[0]
    both = [np.array(one[1:], float) for one in (found, wanted)]
    assert np.array_equal(both[0], both[1], equal_nan=True)
    assert not np.isfinite(both[0]).all()


# --- the picture ---------------------------------------------------------------------------------

CARDS = """
  const { savePicture } = await import('/keep/files.js');
  const sheet = document.createElement('style');
  sheet.textContent = '.st-x { fill: rgb(1, 2, 3); } body { --st-ink: #123456; }';
  document.body.append(sheet);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [200, 100];
  const pen = canvas.getContext('2d');
  pen.fillStyle = 'rgb(200, 10, 10)';
  pen.fillRect(0, 0, 200, 100);
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', '0 0 200 100');
  const rect = document.createElementNS(ns, 'rect');
  rect.setAttribute('class', 'st-x');
  rect.setAttribute('width', '200');
  rect.setAttribute('height', '100');
  svg.append(rect);
  const caption = document.createElement('p');
  caption.textContent = 'words & <more> words '.repeat(12);
  document.body.append(canvas, svg, caption);
  const cards = [
    { title: 'One & only', caption, picture: () => canvas },
    { title: 'Two', caption: 'short', picture: () => svg },
    { title: 'Three', caption: '', picture: () => null },
  ];
"""

PNG = f"""async () => {{
  {CARDS}
  const blob = await savePicture(cards, {{ format: 'png', title: 'A <title>' }});
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const image = await createImageBitmap(blob);
  const shown = document.createElement('canvas');
  [shown.width, shown.height] = [image.width, image.height];
  const look = shown.getContext('2d');
  look.drawImage(image, 0, 0);
  const at = (x, y) => Array.from(look.getImageData(x, y, 1, 1).data);
  return [blob.type, Array.from(bytes.slice(0, 24)), at(600, 400), at(2000, 400), at(8, 8)];
}}"""


def test_a_picture_as_png_is_twice_as_sharp(page: Any) -> None:
    kind, head, canvas, drawing, paper = page.evaluate(PNG)
    assert kind == "image/png"
    assert bytes(head[:8]) == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", bytes(head[16:24]))
    assert width == 2 * 1532
    assert 800 < height < 1400
    assert canvas == [200, 10, 10, 255]
    assert drawing == [1, 2, 3, 255]
    assert paper == [255, 255, 255, 255]


SVG = f"""async () => {{
  {CARDS}
  const blob = await savePicture(cards, {{ format: 'svg', title: 'A <title>' }});
  return [blob.type, await blob.text()];
}}"""


def test_a_picture_as_svg_stands_alone(page: Any) -> None:
    kind, text = page.evaluate(SVG)
    assert kind == "image/svg+xml"
    root = ElementTree.fromstring(text)
    name = "{http://www.w3.org/2000/svg}"
    words = [one.text for one in root.iter(f"{name}text")]
    assert words[:2] == ["A <title>", "One & only"]
    assert "Three" not in words
    [image] = root.iter(f"{name}image")
    assert image.attrib["href"].startswith("data:image/png;base64,")
    assert "rgb(1, 2, 3)" in text
    assert "class=" not in text
    assert root.find(f".//{name}text").attrib["fill"] == "#123456"  # type: ignore[union-attr]


DOWNLOAD = """async () => {
  const { download } = await import('/keep/files.js');
  download(new Blob(['a,b\\n'], { type: 'text/csv' }), 'trace.csv', document.body);
  return document.querySelectorAll('a').length;
}"""


def test_a_download(page: Any, tmp_path: Path) -> None:
    with page.expect_download() as saved:
        assert page.evaluate(DOWNLOAD) == 0
    path = tmp_path / "trace.csv"
    saved.value.save_as(path)
    assert saved.value.suggested_filename == "trace.csv"
    assert path.read_text() == "a,b\n"


COPY = """async () => (await import('/keep/files.js')).copyText('words')"""


def test_a_text_is_copied_where_that_is_allowed(page: Any) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert page.evaluate(COPY) is True
    assert page.evaluate("navigator.clipboard.readText()") == "words"


@pytest.mark.parametrize("clipboard", ["undefined", "{ writeText: () => Promise.reject(Error()) }"])
def test_where_it_is_not_the_page_is_told(clipboard: str, page: Any) -> None:
    page.evaluate(f"Object.defineProperty(navigator, 'clipboard', {{ value: {clipboard} }})")
    assert page.evaluate(COPY) is False


# --- a page from a link --------------------------------------------------------------------------


def eye(page: Any) -> list[float]:
    relief = page.locator(".st-relief")
    return [float(relief.get_attribute(f"data-{name}")) for name in ("azimuth", "elevation")]


def look_and_walk(page: Any) -> None:
    """Turn the surface, start elsewhere, remove the first of three runs, show a part of a step."""
    relief = page.locator(".st-relief")
    relief.focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "+"):
        relief.press(key)
    for _ in range(2):
        press(page, "Keep this run and try another")
    page.get_by_label("rule", exact=True).select_option("momentum")
    settle(page)
    press(page, "Remove Run 1")
    x, y = into_sight(page.locator('[data-card="map"] .st-layers'))
    page.mouse.click(x + 60, y - 60)
    settle(page)
    page.get_by_label("slow motion").check()
    press(page, "Step")
    press(page, "Part 1 of 4")


def seen_of(page: Any) -> dict[str, Any]:
    """Return what of the look a reader sees."""
    settle(page)
    return {
        "surface": page.locator(".st-map").get_attribute("aria-label"),
        "runs": page.locator(".st-runs .st-link").all_inner_texts(),
        "colours": page.locator(".st-sample line").evaluate_all(
            "(all) => all.map((line) => line.style.stroke)"
        ),
        "part": page.locator(".st-phase").inner_text(),
    }


def assert_a_link_brings_eye_window_names_and_part(doors: Any, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    st.descend("geyser", "waiting", ["duration"], learning_rate=0.05, steps=30).page(path)
    page = doors.file(path)
    look_and_walk(page)
    seen = seen_of(page)
    assert seen["runs"] == ["Run 2", "Run 3"] and seen["part"].startswith("Part 2 of 4.")
    link = Menu(page).link().partition("#")[2]
    again = doors.file(path, link)
    assert seen_of(again) == seen
    assert eye(again) == pytest.approx(eye(page), abs=2e-4)
    assert sorted(Menu(again).link().partition("#")[2].split("&")) == sorted(link.split("&"))


def assert_a_link_asks_for_a_guess(doors: Any, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    how: dict[str, Any] = {"learning_rate": 0.05, "rule": "steepest", "scale": "none"}
    st.descend("geyser", "waiting", ["duration"], steps=30, **how).page(path)
    page = doors.file(path, "v=1&guess=true&at=2")
    settle(page)
    answer = page.locator(".st-answer").filter(has_text="where the next step will land")
    answer.wait_for()
    assert "guess=true" in Menu(page).link()
    x, y = into_sight(page.locator('[data-card="map"] .st-layers'))
    page.mouse.click(x, y)
    page.locator(".st-answer").filter(has_text="Round 3 lands").wait_for()
    assert "guess=" not in Menu(page).link()


def test_an_old_link_still_opens(modules: Any) -> None:
    """What version 1.0 wrote: it knew no eye, no window, no part of a step."""
    old = (
        "v=1&data=geyser.csv&target=waiting&features=duration&loss=squared&rule=steepest&rate=0.05"
        "&scale=none&l2=0&delta=1&batch=all&seed=0&steps=40&start=random&runs=2&run=2"
        "&run2.rate=0.06&at=7&axes=walk&theme=dark&pace=2"
    )
    asked = read(modules, old)
    assert asked["faults"] == [] and asked["shownRun"] == 1 and asked["at"] == 7
    assert asked["runs"] == [asked["choices"] | {"learning_rate": 0.06}]
    assert not {"camera", "window", "named", "phase", "slow", "guessing"} & set(asked)


def assert_steps_left_out_are_told(doors: Any, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    run = st.descend("diabetes", "progression", learning_rate=0.1, scale="standard", steps=30_000)
    run.page(path)
    page = doors.file(path)
    kept = int(page.get_by_label("Round of the run").get_attribute("max"))
    words = page.get_by_text("Of 30,000 rounds").inner_text()
    said = rf"Of 30,000 rounds {kept:,} are kept: all of the first 10,0\d\d, then ever fewer, and "
    assert re.fullmatch(said + "the best and the last.", words)
    page.get_by_label("Round of the run").fill("9876")
    assert page.locator(".st-app").get_attribute("data-at") == "9876"

"""The figure: every kind of model and every edge of the numbers can be drawn."""

import io
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image
from proved import every_other

import steepest as st

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
ONE = X[:, :1]
NOISE = RNG.normal(size=60)
Y = X @ [1.0, -2.0, 0.5] + 1 + 0.3 * NOISE
SLOPED = 3 * ONE[:, 0] + 1 + 0.5 * NOISE
TWO = np.where(X[:, 0] + 0.4 * NOISE > 0, "yes", "no")
THREE = np.array(["ant", "bee", "cat"])[np.digitize(X[:, 0], [-0.5, 0.5])]
TWELVE = np.array([f"class {i:02d}" for i in range(12)])[np.arange(60) // 5]
NAME = "a $x$ </script>\nünïcode & " + "long" * 13
TEXTBOOK: dict[str, Any] = {"rule": "steepest", "scale": "none", "learning_rate": 0.1}


def wide(rate: float) -> dict[str, Any]:
    return {**TEXTBOOK, "learning_rate": rate}


def named(target: str, *features: str) -> st.Run:
    columns = {name: X[:, i] for i, name in enumerate(features)}
    return st.descend(pl.DataFrame({**columns, target: SLOPED}), target, steps=9, **TEXTBOOK)


RUNS: dict[str, Callable[[], st.Run]] = {
    "one feature": lambda: st.descend((ONE, SLOPED), steps=30, **TEXTBOOK),
    "many features": lambda: st.descend((X, Y), steps=30, **TEXTBOOK),
    "two classes, one feature": lambda: st.descend((ONE, TWO), steps=30, **TEXTBOOK),
    "two classes": lambda: st.descend((X, TWO), steps=30, l2=0.01, **TEXTBOOK),
    "three classes, one feature": lambda: st.descend((ONE, THREE), steps=30, **TEXTBOOK),
    "three classes": lambda: st.descend((X, THREE), steps=30, **TEXTBOOK),
    "twelve classes": lambda: st.descend((X, TWELVE), steps=9, **TEXTBOOK),
    "mini-batches": lambda: st.descend((ONE, SLOPED), steps=30, batch=10, **TEXTBOOK),
    "diverged": lambda: st.descend((ONE, SLOPED), steps=99, **wide(1.3)),
    "diverged at once": lambda: st.descend((ONE, SLOPED), steps=99, **wide(1e9)),
    "no step": lambda: st.descend((ONE, SLOPED), steps=0, **TEXTBOOK),
    "one step": lambda: st.descend((ONE, SLOPED), steps=1, **TEXTBOOK),
    "no loss at all": lambda: st.descend((ONE, 3 * ONE[:, 0]), steps=5, start=[3, 0], **TEXTBOOK),
    "huge": lambda: st.descend((1e12 * ONE, 1e12 * SLOPED)),
    "tiny": lambda: st.descend((1e-12 * ONE, 1e-12 * SLOPED)),
    "far start": lambda: st.descend((ONE, SLOPED), steps=30, start=[1e6, -1e6], **TEXTBOOK),
    "strange names": lambda: named("y$_2$ <b> \\frac", NAME),
    "strange names of many": lambda: named("t" * 80, NAME, "$", "c" * 80),
    "many rows": lambda: many_rows(),
    "geyser": lambda: st.descend("geyser", "waiting", steps=1),
    "many steps": lambda: st.descend((ONE, SLOPED), steps=20_000, tol=0.0, **wide(1e-4)),
    "two rows": lambda: st.descend(([0.0, 1.0], [1.5, 2.0]), steps=5, **TEXTBOOK),
}


def many_rows() -> st.Run:
    x = RNG.normal(size=5000)
    return st.descend((x, 2 * x + RNG.normal(size=5000)), steps=9, **TEXTBOOK)


@cache
def run_of(name: str) -> st.Run:
    return RUNS[name]()


@cache
def figure_of(name: str) -> Figure:
    return run_of(name).figure()


def overlaps(a: Bbox, b: Bbox) -> bool:
    """Return whether two boxes share more than a pixel."""
    wide = min(a.x1, b.x1) - max(a.x0, b.x0)
    return bool(wide > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1)


def heads_of(figure: Figure) -> dict[str, Bbox]:
    """Return the box of each text that stands alone: above, below and over panels."""
    alone = [*figure.texts, *(axes._left_title for axes in figure.axes)]  # type: ignore[attr-defined]
    return {text.get_text(): text.get_window_extent() for text in alone if text.get_text().strip()}


def check_room(figure: Figure) -> None:
    """Assert that no text is cut at the edge, and that none of the words is over another."""
    figure.draw_without_rendering()
    heads = heads_of(figure)
    axes_of_all = [axis for axes in figure.axes if axes.axison for axis in axes._axis_map.values()]  # type: ignore[attr-defined]
    named = [axis.get_tightbbox() for axis in axes_of_all]
    noted = [text.get_window_extent() for axes in figure.axes for text in axes.texts]
    width, height = figure.bbox.size
    for box in [*heads.values(), *noted, *(box for box in named if box is not None)]:
        assert box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
    apart = list(heads.items())
    for i, (text, box) in enumerate(apart):
        over = [other for other, there in apart[:i] if overlaps(box, there)]
        assert not over, (text, over)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(mpl.text.Text) if text.get_visible()]


def slow_but(*quick: str) -> list[Any]:
    """Return the names of all runs; those that are not `quick` are drawn by make prove."""
    return [name if name in quick else pytest.param(name, marks=pytest.mark.prove) for name in RUNS]


@pytest.mark.parametrize("name", slow_but("one feature", "diverged", "twelve classes"))
def test_every_run_can_be_drawn(tmp_path: Path, name: str) -> None:
    path = tmp_path / "f.png"
    run_of(name).figure(path)
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    with Image.open(path) as picture:
        assert picture.size == (1600, 900)
        width, height = picture.width // 2, picture.height // 2
        for left, top in product((0, width), (0, height)):
            quarter = picture.convert("RGB").crop((left, top, left + width, top + height))
            assert len(quarter.getcolors(width * height)) > 20
    assert [other.name for other in tmp_path.iterdir()] == ["f.png"]


@pytest.mark.parametrize("name", every_other(RUNS))
def test_nothing_is_cut_and_no_words_are_over_others(name: str) -> None:
    check_room(figure_of(name))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("diverged", (700, 1400)),
        ("diverged", (3200, 1200)),
        ("strange names of many", (900, 900)),
        ("strange names of many", (640, 360)),
    ],
)
def test_nothing_is_cut_at_any_size(name: str, size: tuple[int, int]) -> None:
    figure = run_of(name).figure(size=size)
    assert tuple(np.floor(figure.bbox.size).astype(int)) == size
    check_room(figure)


PANELS = ("fit", "surface", "map", "loss", "gradient")


@pytest.mark.parametrize(
    "panels", [("map",), ("surface", "map"), ("loss", "gradient", "fit"), PANELS]
)
def test_panels_are_those_that_are_asked_for_in_their_order(panels: tuple[str, ...]) -> None:
    figure = run_of("one feature").figure(panels=panels)
    titles = {
        "fit": "Data and fit",
        "surface": "Loss surface",
        "map": "The loss from above",
        "loss": "Loss against step",
        "gradient": "Gradient against step",
    }
    shown = [axes.get_title(loc="left") for axes in figure.axes]
    assert [title for title in shown if title in titles.values()] == [titles[p] for p in panels]
    check_room(figure)


def test_a_dark_figure_is_dark_with_light_words(tmp_path: Path) -> None:
    run_of("one feature").figure(tmp_path / "dark.png", theme="dark")
    with Image.open(tmp_path / "dark.png") as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert np.median(pixels) < 60
    head = pixels[:60, :400]
    assert head.max() > 200


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"panels": ["fit", "table"]}, "no panel 'table'; choose some of fit, surface, map"),
        ({"panels": []}, "panels is empty"),
        ({"panels": ["fit", "fit"]}, "names one twice"),
        ({"theme": "pink"}, "no theme 'pink'; choose one of light, dark"),
        ({"size": 900}, "pixels across and down"),
        ({"size": (100, 900)}, "a whole number from 320 to 7680"),
        ({"size": (900.5, 900)}, "a whole number from 320 to 7680"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(st.ChoiceError, match=message):
        run_of("one feature").figure(**options)


def test_a_panel_of_the_surface_is_refused_where_there_is_none() -> None:
    run = st.descend(lambda p: (float(p @ p), 2 * p), start=[1.0])
    assert len(run.figure(panels=["gradient"]).axes) == 1
    with pytest.raises(st.ChoiceError, match="the panel map cannot be drawn: a surface needs two"):
        run.figure(panels=["loss", "map"])


def test_a_cross_is_told_where_it_is_hidden_and_never_where_there_is_no_minimum() -> None:
    arrived = " ".join(texts(st.descend((ONE, SLOPED)).figure()))
    assert "Cross, under the filled circle: the minimum." in arrived
    assert "Cross: the minimum." in " ".join(texts(figure_of("diverged")))
    apart = np.where(ONE[:, 0] > 0, "yes", "no")
    figure = st.descend((ONE, apart), steps=50, **TEXTBOOK).figure()
    assert "inimum" not in " ".join(texts(figure))
    assert not [line for axes in figure.axes for line in axes.lines if line.get_marker() == "+"]


@pytest.mark.parametrize(
    ("ending", "magic"), [("svg", b"<?xml"), ("pdf", b"%PDF-"), ("PNG", b"\x89PNG")]
)
def test_kind_goes_by_the_ending(tmp_path: Path, ending: str, magic: bytes) -> None:
    path = tmp_path / f"f.{ending}"
    run_of("one feature").figure(path)
    content = path.read_bytes()
    assert content.startswith(magic)
    assert len(content) > 10_000


def test_svg_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        st.descend((ONE, SLOPED), steps=5, **TEXTBOOK).figure(tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.parametrize("name", ["f.jpg", "f", "f.svgz"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(st.FileError, match=r"must end in \.png or \.svg or \.pdf"):
        run_of("one feature").figure(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_settings_of_the_reader_stay(tmp_path: Path) -> None:
    with mpl.rc_context({"font.size": 31.0, "axes.facecolor": "red", "savefig.dpi": 5}):
        before = dict(mpl.rcParams)
        run_of("one step").figure(tmp_path / "f.png")
        assert dict(mpl.rcParams) == before


@pytest.mark.prove
def test_settings_of_the_reader_do_not_show(tmp_path: Path) -> None:
    run_of("one step").figure(tmp_path / "plain.png")
    with mpl.rc_context({"font.size": 31.0, "axes.facecolor": "red", "savefig.dpi": 5}):
        run_of("one step").figure(tmp_path / "set.png")
    assert (tmp_path / "plain.png").read_bytes() == (tmp_path / "set.png").read_bytes()


def test_no_figure_is_left_open_in_pyplot() -> None:
    from matplotlib import pyplot

    run_of("one step").figure()
    assert pyplot.get_fignums() == []


def test_figure_is_the_readers_to_save(tmp_path: Path) -> None:
    figure_of("one step").savefig(tmp_path / "mine.png", dpi=30)
    assert (tmp_path / "mine.png").stat().st_size > 1000


def test_sample_of_the_rows_is_told() -> None:
    assert any("2,000 of 5,000 rows drawn" in text for text in texts(figure_of("many rows")))


def test_title_names_target_rows_and_source() -> None:
    shown = texts(figure_of("geyser"))
    assert "waiting by duration: 272 rows of geyser" in shown


def test_diverged_figure_says_why() -> None:
    shown = " ".join(" ".join(texts(figure_of("diverged"))).split())
    assert "learning rate 1.3 is above 2/curvature" in shown


def test_slice_is_called_one_and_says_what_it_holds() -> None:
    shown = " ".join(" ".join(texts(figure_of("many features"))).split())
    assert "a slice" in shown
    assert "its loss is" in shown


def test_whole_space_is_not_called_a_slice() -> None:
    assert "slice" not in " ".join(texts(figure_of("one feature")))


def test_names_are_drawn_as_written() -> None:
    shown = texts(figure_of("strange names"))
    assert any("y$_2$ <b> \\frac" in text for text in shown)


def test_units_stand_at_the_axes() -> None:
    shown = texts(figure_of("geyser"))
    assert "duration (min)" in shown
    assert "waiting (min)" in shown
    assert any("mean squared error (min²)" in text for text in shown)


def test_svg_of_a_name_with_markup_is_sound_xml(tmp_path: Path) -> None:
    from xml.etree import ElementTree

    run_of("strange names").figure(tmp_path / "f.svg")
    root = ElementTree.parse(tmp_path / "f.svg").getroot()
    assert root.tag.endswith("svg")
    assert not root.findall(".//{*}script")


def test_figure_can_go_to_memory() -> None:
    buffer = io.BytesIO()
    figure_of("one step").savefig(buffer, format="png", dpi=30)
    assert buffer.getvalue().startswith(b"\x89PNG")

"""The film, read back from its files."""

import re
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import imageio_ffmpeg
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.transforms import Bbox
from numpy.typing import NDArray
from PIL import Image, ImageColor

import steepest as st
from steepest.view.film import Reel, film_taker
from steepest.view.format import Format
from steepest.view.style import CLASSES, PATH, look

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2))
TEXTBOOK: dict[str, Any] = {"rule": "steepest", "scale": "none"}


def overlaps(a: Bbox, b: Bbox) -> bool:
    """Return whether two boxes share more than a pixel."""
    wide = min(a.x1, b.x1) - max(a.x0, b.x0)
    return bool(wide > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1)


class Film(NamedTuple):
    path: Path
    size: tuple[int, int]
    seconds: float
    rate: float
    frames: list[NDArray[np.uint8]]
    """One after the other, as often as they are shown (MP4) or once each (GIF)."""


def read_mp4(path: Path) -> Film:
    """Let ffmpeg unpack a film; it tells of the size and the rate on standard error."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "rawvideo"]
    played = subprocess.run([*command, "-pix_fmt", "rgb24", "-"], capture_output=True, check=True)
    told = re.search(r"Video: h264.* (\d+)x(\d+).* ([\d.]+) fps", played.stderr.decode())
    assert told and "yuv420p(tv, bt709, progressive)" in told[0]
    width, height, rate = int(told[1]), int(told[2]), float(told[3])
    frames = list(np.frombuffer(played.stdout, np.uint8).reshape(-1, height, width, 3))
    return Film(path, (width, height), len(frames) / rate, rate, frames)


def read_gif(path: Path) -> Film:
    frames, durations = [], []
    with Image.open(path) as film:
        for i in range(film.n_frames):
            film.seek(i)
            durations.append(film.info["duration"])
            frames.append(np.asarray(film.convert("RGB")))
        return Film(path, film.size, sum(durations) / 1000, 1000 / min(durations), frames)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one film, shot once, in both kinds."""
    where = tmp_path_factory.mktemp("film")
    run = st.descend("geyser", "waiting", steps=40, start=[2, 70], learning_rate=0.05, **TEXTBOOK)
    run.film(where / "f.gif", where / "f.mp4")
    return where


@pytest.fixture(scope="module")
def films(folder: Path) -> dict[str, Film]:
    return {"gif": read_gif(folder / "f.gif"), "mp4": read_mp4(folder / "f.mp4")}


@pytest.fixture(params=["gif", "mp4"])
def film(films: dict[str, Film], request: pytest.FixtureRequest) -> Film:
    return films[request.param]


@pytest.mark.prove
def test_nothing_else_is_left(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["f.gif", "f.mp4"]


def test_size(film: Film) -> None:
    assert film.size == (1280, 720)


def test_is_under_5_megabytes(film: Film) -> None:
    assert film.path.stat().st_size < 5e6


def test_more_than_20_frames_differ(film: Film) -> None:
    assert len({frame.tobytes() for frame in film.frames}) > 20


def test_last_frame_differs_from_the_first(film: Film) -> None:
    first, last = film.frames[0].astype(int), film.frames[-1].astype(int)
    assert (np.abs(last - first).max(axis=2) > 60).mean() > 0.005


def test_lasts_long_enough_to_be_read(film: Film) -> None:
    assert 8 < film.seconds < 60


def test_both_kinds_last_equally_long(films: dict[str, Film]) -> None:
    assert films["gif"].seconds == pytest.approx(films["mp4"].seconds, abs=0.01)


def test_mp4_plays_at_10_frames_a_second_at_least(films: dict[str, Film]) -> None:
    assert films["mp4"].rate >= 10


def test_gif_goes_round_for_ever(folder: Path) -> None:
    with Image.open(folder / "f.gif") as film:
        assert film.info["loop"] == 0


def test_both_kinds_show_the_same(films: dict[str, Film]) -> None:
    for at in (0, -1):
        apart = np.abs(films["gif"].frames[at].astype(int) - films["mp4"].frames[at].astype(int))
        assert apart.mean() < 4


FLAT = [(213, 94, 0), (27, 31, 36), (68, 1, 84), (253, 231, 37), (33, 145, 140), (0, 114, 178)]


def test_the_colours_of_an_mp4_are_those_of_the_figure(tmp_path: Path) -> None:
    """ffmpeg converts back by the tags that the file bears, as a player does."""
    frame = np.repeat(np.array(FLAT, dtype=np.uint8), 80, axis=0)[None].repeat(320, axis=0)
    with film_taker(tmp_path / "flat.mp4", Format(size=(480, 320))) as take:
        for _ in range(3):
            take(frame)
    shown = read_mp4(tmp_path / "flat.mp4").frames[1][160, 40::80]
    assert np.abs(shown.astype(int) - FLAT).max() <= 2


@pytest.mark.parametrize("fps", [7, 24, 30, 50])
def test_a_film_lasts_as_long_at_any_pace(tmp_path: Path, fps: int) -> None:
    """The times of a GIF are whole hundredths, which 1/7, 1/24 and 1/30 are not."""
    names = [tmp_path / "f.gif", tmp_path / "f.mp4"]
    wanted = Format(size=(320, 320), fps=fps)
    with ExitStack() as stack:
        takers = [stack.enter_context(film_taker(name, wanted)) for name in names]
        for number in range(2 * fps):
            frame = np.full((320, 320, 3), number * 2 % 256, dtype=np.uint8)
            for take in takers:
                take(frame)
    gif, mp4 = read_gif(names[0]), read_mp4(names[1])
    assert gif.seconds == pytest.approx(2.0, abs=0.011)
    assert mp4.seconds == pytest.approx(2.0)
    assert mp4.rate == fps


def small_run() -> st.Run:
    return st.descend("geyser", "waiting", steps=3, learning_rate=0.2, **TEXTBOOK)


def test_frames_are_a_picture_for_each_of_the_four_steps(tmp_path: Path) -> None:
    run = small_run()
    paths = run.frames(tmp_path / "slides", size=(960, 540), theme="dark")
    assert [path.name for path in paths] == [f"step-{i}.png" for i in (1, 2, 3, 4)]
    assert sorted((tmp_path / "slides").iterdir()) == sorted(paths)
    pictures = []
    for path in paths:
        with Image.open(path) as picture:
            assert picture.size == (960, 540)
            pictures.append(np.asarray(picture.convert("RGB")).astype(int))
    for before, after in pairwise(pictures):
        assert (np.abs(after - before).max(axis=2) > 60).mean() > 0.002


def test_a_run_without_a_step_has_its_first_and_its_last_frame(tmp_path: Path) -> None:
    run = st.descend("geyser", "waiting", steps=0, **TEXTBOOK)
    assert [path.name for path in run.frames(tmp_path)] == ["step-1.png", "step-4.png"]


def test_frames_need_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(st.FileError, match="cannot make the folder"):
        small_run().frames(tmp_path / "file")


@pytest.mark.parametrize("fps", [0, 51, 1.5])
def test_a_pace_that_no_film_has_is_refused(tmp_path: Path, fps: float) -> None:
    with pytest.raises(st.ChoiceError, match=r"fps is .*, but it must be a whole number from 1 to"):
        small_run().film(tmp_path / "f.gif", fps=fps)  # type: ignore[arg-type]


def test_an_mp4_of_odd_sides_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(st.ChoiceError, match="even sides; use 642x482"):
        small_run().film(tmp_path / "f.gif", tmp_path / "f.mp4", size=(641, 481))
    assert not list(tmp_path.iterdir())


WORDY: dict[str, Callable[[], st.Run]] = {
    "diverged": small_run,
    "slice": lambda: st.descend("penguins", "species", l2=0.01),
    "long names": lambda: st.descend({"w " * 40: X[:, 0], "v" * 60: X[:, 1]}, "v" * 60, steps=9),
    "no step": lambda: st.descend("geyser", "waiting", steps=0, **TEXTBOOK),
}


@pytest.mark.parametrize("size", [(1280, 720), pytest.param((720, 1280), marks=pytest.mark.prove)])
@pytest.mark.parametrize("name", WORDY)
def test_no_words_are_cut_or_over_others_in_any_picture(name: str, size: tuple[int, int]) -> None:
    with look():
        reel = Reel(WORDY[name]().scene, Format(size=size))
        for _ in reel.pictures(reel.builds):
            shown = [text for text in reel.figure.texts if text.get_visible() and text.get_text()]
            boxes = [text.get_window_extent() for text in shown]
            for i, box in enumerate(boxes):
                assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= size[0] and box.y1 <= size[1]
                assert not any(overlaps(box, other) for other in boxes[:i])


INCOME = "median_household_income_before_taxes_and_transfers"
LONG = {INCOME: X[:, 0], "v" * 60: X[:, 1], "y": X.sum(axis=1)}


def test_a_word_too_long_for_its_column_stays_in_it() -> None:
    with look():
        run = st.descend(LONG, "y", [name for name in LONG if name != "y"], steps=2)
        reel = Reel(run.scene, Format(size=(1280, 720)))
        *_, last = reel.pictures(reel.builds)
    columns = [
        text for text in reel.figure.texts if text.get_text().startswith(("median", "step "))
    ]
    assert last.shape == (720, 1280, 3) and len(columns) == 3
    widths = [text.get_window_extent().width for text in columns]
    assert max(widths) <= (1280 * 0.97 / 4) - 1280 * 0.03 + 1
    assert all("taxes" not in text.get_text() for text in columns)


@pytest.mark.parametrize("name", ["f.avi", "f.mov", "f", "f.gif.txt"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    run = st.descend((X, X[:, 0]), steps=1)
    with pytest.raises(st.FileError, match=r"must end in \.gif or \.mp4"):
        run.film(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_one_wrong_ending_leaves_no_film_at_all(tmp_path: Path) -> None:
    run = st.descend((X, X[:, 0]), steps=1)
    with pytest.raises(st.FileError, match=r"f\.avi"):
        run.film(tmp_path / "f.gif", tmp_path / "f.avi")
    assert not list(tmp_path.iterdir())


def test_settings_of_the_reader_stay(tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    st.descend((X, X[:, 0]), steps=0).film(tmp_path / "f.gif")
    assert dict(mpl.rcParams) == before


@pytest.mark.prove
def test_diverged_run_can_be_filmed(tmp_path: Path) -> None:
    run = st.descend((X, X[:, 0] + X[:, 1] ** 2), learning_rate=30.0, steps=50, **TEXTBOOK)
    run.film(tmp_path / "f.gif")
    with Image.open(tmp_path / "f.gif") as film:
        assert film.n_frames > 2


def test_a_gif_has_the_colours_of_path_and_classes(tmp_path: Path) -> None:
    run = st.descend((X[:, :2], X[:, 0] * X[:, 1] > 0), hidden=(3,), steps=9)
    run.film(tmp_path / "f.gif")
    with Image.open(tmp_path / "f.gif") as film:
        film.seek(film.n_frames - 1)
        colours = {colour for _, colour in film.convert("RGB").getcolors(1 << 20)}
    for name in (PATH, *CLASSES[:2]):
        near = min(np.abs(np.subtract(colour, ImageColor.getrgb(name))).max() for colour in colours)
        assert near <= 8

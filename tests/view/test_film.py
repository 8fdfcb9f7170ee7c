"""The film, read back from its files."""

import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import imageio_ffmpeg
import matplotlib as mpl
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import steepest as st

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2))
TEXTBOOK: dict[str, Any] = {"rule": "steepest", "scale": "none"}


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
    assert told
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
    assert films["gif"].seconds == pytest.approx(films["mp4"].seconds, rel=0.1)


def test_mp4_plays_at_10_frames_a_second_at_least(films: dict[str, Film]) -> None:
    assert films["mp4"].rate >= 10


def test_gif_goes_round_for_ever(folder: Path) -> None:
    with Image.open(folder / "f.gif") as film:
        assert film.info["loop"] == 0


def test_both_kinds_show_the_same(films: dict[str, Film]) -> None:
    for at in (0, -1):
        apart = np.abs(films["gif"].frames[at].astype(int) - films["mp4"].frames[at].astype(int))
        assert apart.mean() < 4


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


def test_diverged_run_can_be_filmed(tmp_path: Path) -> None:
    run = st.descend((X, X[:, 0] + X[:, 1] ** 2), learning_rate=30.0, steps=50, **TEXTBOOK)
    run.film(tmp_path / "f.gif")
    with Image.open(tmp_path / "f.gif") as film:
        assert film.n_frames > 2

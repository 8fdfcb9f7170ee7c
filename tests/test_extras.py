"""Without the extras tables are read, runs made and pages shown; what needs one names its line."""

import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest
from asked import Ask

import steepest as st
from steepest.errors import ChoiceError
from steepest.extras import PACKAGES

FILM = r"needs matplotlib and pillow and imageio-ffmpeg; pip install 'steepest\[film\]'"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide what the extras bring, as on a machine with the plain install."""
    for name in {package for packages in PACKAGES.values() for package in packages}:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    shown: list[str] = []
    monkeypatch.setattr(webbrowser, "open", shown.append)
    return shown


@pytest.mark.usefixtures("bare")
def test_a_run_is_made_told_and_has_its_page(tmp_path: Path) -> None:
    run = st.descend("geyser", "waiting", ["duration"])
    assert run.loss < 34.72
    run.page(tmp_path / "run.html")
    assert (tmp_path / "run.html").stat().st_size > 100_000


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (
            lambda run, to: run.figure(),
            r"a figure needs matplotlib; pip install 'steepest\[figure\]'",
        ),
        (lambda run, to: run.film(to / "f.mp4"), f"a film {FILM}"),
        (lambda run, to: run.frames(to), f"a picture for each step {FILM}"),
    ],
)
def test_what_needs_an_extra_names_its_line(
    tmp_path: Path, draw: Callable[[st.Run, Path], object], said: str
) -> None:
    run = st.descend("geyser", "waiting", ["duration"], steps=3)
    with pytest.raises(ChoiceError, match=said):
        draw(run, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("bare")
def test_the_command_line_says_so_before_it_trains(ask: Ask) -> None:
    answer = ask("fit", "no such file.csv", "--target", "y", "--film", "f.mp4")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("steepest: a film needs matplotlib and pillow")


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("display", ["", ":0"])
def test_the_demo_shows_its_page_where_there_is_a_screen(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, opened: list[str], display: str
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    answer = ask("demo")
    assert (answer.status, answer.err) == (0, "")
    page = Path("steepest-demo", "geyser.html").absolute()
    assert f"to see it move, open {page}" in answer.out
    assert opened == ([page.as_uri()] if display else [])
    assert {path.suffix for path in page.parent.iterdir()} == {".html", ".csv"}


@pytest.mark.usefixtures("bare")
def test_without_pytorch_its_door_names_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "steepest.torch", raising=False)
    monkeypatch.delitem(vars(st), "torch", raising=False)
    with pytest.raises(ChoiceError, match=r"needs torch; pip install 'steepest\[torch\]'"):
        st.torch  # noqa: B018

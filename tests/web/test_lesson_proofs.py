"""The lesson from first to last build in real browsers: keys, touch, names, themes, sizes, axe.

What is to come is in no text and on no canvas: numbers are looked for as they are told later, and
places on the map as the walk comes to them, by its closed form.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import firefox as driven
import numpy as np
import pytest
from doors import Doors
from numpy.typing import NDArray
from test_lesson_page import (
    CUT,
    KEYS,
    RECORD_TEXTS,
    SIZES,
    key_of,
    opened,
    pixels,
)

import steepest as st
from steepest.page.lesson.builds import builds, sentences

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.prove

THEMES = ("light", "dark", "projector")


@pytest.fixture(scope="module")
def lessons(line: st.Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The lesson's page in each theme."""
    folder = tmp_path_factory.mktemp("lessons")
    for theme in THEMES:
        line.lesson(folder / f"{theme}.html", theme=theme, language="en")
    return {theme: folder / f"{theme}.html" for theme in THEMES}


def by_name(page: "Page") -> None:
    if key_of(page) == KEYS[-1]:
        return
    page.get_by_role("button", name="Next", exact=True).click()


def by_touch(page: "Page") -> None:
    box = page.locator(".st-le-canvas").bounding_box()
    assert box is not None
    on_map = 0.25 if page.viewport_size and page.viewport_size["width"] < 600 else 0.65
    up = 0.2 if key_of(page) == "guess_large" else 0.5
    if key_of(page) == "guess_large":
        on_map = 0.3
    page.touchscreen.tap(box["x"] + on_map * box["width"], box["y"] + up * box["height"])


WAYS: dict[str, Callable[["Page"], None]] = {
    "space": lambda page: page.keyboard.press("Space"),
    "clicker": lambda page: page.keyboard.press("PageDown"),
    "touch": by_touch,
    "names": by_name,
}


@pytest.mark.parametrize("way", WAYS)
def test_one_press_is_one_build_from_first_to_last(
    doors: Doors, lessons: dict[str, Path], way: str
) -> None:
    size = (390, 844) if way == "touch" else (1280, 720)
    page = opened(doors, lessons["light"], size, has_touch=way == "touch")
    said = sentences("en")
    for one in builds():
        assert key_of(page) == one.key
        live = page.locator(".st-lecture > [aria-live]").inner_text()
        named = str(page.locator(".st-le-canvas").get_attribute("aria-label"))
        assert live and named.startswith("Picture: ")
        if one.step:
            heard = page.locator(".st-le-steps li").last.inner_text()
            assert said["steps"][one.step - 1] in heard
        WAYS[way](page)
    assert key_of(page) == KEYS[-1]
    page.locator(".st-le-go").get_by_role("button", name="Explore", exact=True).click()
    page.wait_for_selector('.st-app[data-busy="false"]')


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_no_picture_is_cut_in_any_theme_and_size(
    doors: Doors, lessons: dict[str, Path], size: tuple[int, int], theme: str
) -> None:
    page = opened(doors, lessons[theme], size)
    assert page.locator(".st-lecture").get_attribute("data-theme") == theme
    for key in KEYS:
        assert key_of(page) == key
        assert not page.evaluate(CUT), key
        page.keyboard.press("PageDown")


NUMBER = re.compile(r"\d[\d,.]*\d")

TOLD = """() => {
  const lecture = document.querySelector('.st-lecture');
  const said = [...document.querySelectorAll('.st-lecture *')].flatMap((one) => (
    ['aria-label', 'title', 'alt'].map((name) => one.getAttribute(name) ?? '')));
  const texts = [lecture.textContent, ...said, ...window.drawn];
  window.drawn.clear();
  return texts.join(' | ');
}"""


def long_numbers(text: str) -> set[str]:
    """Return the numbers of four digits: what a build works out, not a tick or a rate."""
    found = NUMBER.findall(text.replace("\N{MINUS SIGN}", "-"))
    return {one for one in found if len(re.sub(r"[^\d]", "", one).lstrip("0")) >= 4}


def test_no_number_is_told_before_its_build(doors: Doors, lessons: dict[str, Path]) -> None:
    page = opened(doors, lessons["light"])
    page.evaluate(RECORD_TEXTS)
    page.keyboard.press("Space")
    page.keyboard.press("PageUp")
    told = []
    for _ in KEYS:
        told.append(page.evaluate(TOLD))
        page.keyboard.press("Space")
    sums = [long_numbers(one["sum"]) for one in _sums(page, doors, lessons)]
    assert len(set().union(*sums)) > 15
    for at, text in enumerate(told):
        known = set().union(*sums[: at + 1])
        early = set().union(*sums[at + 1 :]) - known
        assert not early & long_numbers(text), KEYS[at]


def _sums(page: "Page", doors: Doors, lessons: dict[str, Path]) -> Iterator[dict[str, str]]:
    fresh = opened(doors, lessons["light"])
    for _ in KEYS:
        yield {"sum": fresh.locator(".st-le-sum").inner_text()}
        fresh.keyboard.press("Space")


MARK = np.array([179, 71, 0])
"""The colour of the dot on the map."""


def dot_in(image: NDArray[np.int64], box: tuple[int, int, int, int]) -> NDArray[np.float64]:
    """Return where the middle of the dot is in a part of a picture, (2,): the largest disc."""
    left, top, right, bottom = box
    part = np.abs(image[top:bottom, left:right] - MARK).max(axis=2) < 40
    size = 9
    counts = part.cumsum(0).cumsum(1)
    sums = (
        counts[size:, size:]
        - counts[:-size, size:]
        - counts[size:, :-size]
        + counts[:-size, :-size]
    )
    rows, columns = np.nonzero(sums == sums.max())
    return np.array([columns.mean() + left + size / 2, rows.mean() + top + size / 2])


def test_no_place_on_the_map_is_marked_before_the_walk_comes_there(
    doors: Doors, lessons: dict[str, Path]
) -> None:
    """Each round leaves 0.7 of the way, so two places tell all others, the lowest point too."""
    page = opened(doors, lessons["light"])
    shots = {}
    for key in KEYS[: KEYS.index("walk") + 1]:
        assert key_of(page) == key
        shots[key] = pixels(page)
        page.keyboard.press("Space")
    height, width = shots["dot"].shape[:2]
    box = (int(0.46 * width), int(0.08 * height), int(0.83 * width), int(0.86 * height))
    first, second = dot_in(shots["dot"], box), dot_in(shots["step"], box)
    along = second - first
    assert np.hypot(*along) > 20

    def place(rounds: float) -> NDArray[np.float64]:
        return first + along * (1 - 0.7**rounds) / 0.3

    assert np.allclose(dot_in(shots["again"], box), place(2), atol=3)
    comes = {"dot": 0, "nudge_weight": 0, "nudge_bias": 0, "sum": 0, "guess": 0}
    comes |= {"step": 1, "loss": 1, "again": 2}
    # Arrows are 0.25 of the gradient, 1.7 of the first step; a walk is seen some 40 pixels round.
    reach = {"nudge_weight": 2, "nudge_bias": 2, "sum": 2, "again": 4}
    for key, rounds in comes.items():
        for later in (1, 2, 3, 4, 6, 9, np.inf):
            if later <= max(rounds, reach.get(key, 0)):
                continue
            x, y = np.round(place(later)).astype(int)
            near = shots[key][y - 6 : y + 7, x - 6 : x + 7]
            assert near.std(axis=(0, 1)).max() < 6, (key, later)
    ground = shots["dot"][box[1] + 60, box[2] - 60]
    for rounds in (0, 1, 2):
        x, y = np.round(place(rounds)).astype(int)
        near = shots["again"][y - 6 : y + 7, x - 6 : x + 7]
        assert np.abs(near - ground).max() > 60, "it is seen where the walk was"


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_no_fault_at_any_build_or_in_explore(
    doors: Doors, lessons: dict[str, Path], theme: str
) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    )
    page = opened(doors, lessons[theme])
    found: list[Any] = []
    for key in KEYS:
        assert key_of(page) == key
        found += _faults(axe, page, key)
        page.keyboard.press("Space")
    page.get_by_role("button", name="Explore", exact=True).first.click()
    page.wait_for_selector('.st-app[data-busy="false"]')
    assert not found + _faults(axe, page, "explore")


def _faults(axe: Any, page: "Page", where: str) -> list[tuple[str, str, str]]:
    return [
        (where, fault["id"], node["html"][:120])
        for fault in axe.Axe().run(page).response["violations"]
        for node in fault["nodes"]
    ]


@pytest.fixture(scope="module")
def fox() -> Iterator[driven.Firefox]:
    path = next(filter(None, map(shutil.which, driven.BROWSERS)), None)
    if path is None:
        pytest.skip("apt-get install firefox-esr")
    with driven.firefox(path) as found:
        yield found


STATE = "() => document.querySelector('.st-lecture').dataset.build"

DRAWN = """() => {
  const canvas = document.querySelector('.st-le-canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let painted = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i]) painted += 1;
  return painted / (canvas.width * canvas.height);
}"""


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)])
@pytest.mark.parametrize("theme", THEMES)
def test_firefox_shows_every_build_whole(
    fox: driven.Firefox, lessons: dict[str, Path], theme: str, size: tuple[int, int]
) -> None:
    fox.open(lessons[theme].as_uri() + "?" + theme + str(size[0]), *size)
    for key in KEYS:
        assert fox.evaluate(STATE) == key
        assert not fox.evaluate(CUT), key
        assert fox.evaluate(DRAWN) > 0.005, key
        fox.press("Space")
    assert fox.evaluate(STATE) == KEYS[-1]
    assert fox.complaints == []


def test_firefox_walks_in_explore(fox: driven.Firefox, lessons: dict[str, Path]) -> None:
    fox.open(lessons["light"].as_uri() + "?whole#explore", 1366, 768)
    ready = "() => document.querySelector('.st-app[data-busy=\"false\"]') !== null"
    for _ in range(100):
        if fox.evaluate(ready):
            break
    before = fox.evaluate("() => document.querySelector('.st-app').dataset.loss")
    fox.press("ArrowRight")
    for _ in range(100):
        after = fox.evaluate("() => document.querySelector('.st-app').dataset.loss")
        if after != before:
            break
    assert float(after) < float(before)
    assert fox.complaints == []

"""The page of a network: it trains by itself, and its picture chooses what the surface is over."""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from doors import Doors, Menu, at_step, enter, into_sight, loss_of, outcomes, press, settle
from numpy.typing import NDArray
from proved import every_other

import steepest as st
from steepest.numerals import short
from steepest.server import serve
from steepest.session import Session

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TEXTBOOK: dict[str, Any] = {"rule": "steepest", "scale": "none", "learning_rate": 0.2}

NUMBER = "svg.st-plot-svg text"


def two_rings(rows: int = 60) -> dict[str, NDArray[Any]]:
    """Return rows of two classes, one around the other: no line parts them."""
    turn = np.linspace(0.0, 7.0 * np.pi, rows)
    far = np.where(np.arange(rows) % 2, 1.0, 0.4)
    ring = np.where(far > 0.5, "outer", "inner")
    return {"left": far * np.cos(turn), "up": far * np.sin(turn), "ring": ring}


@pytest.fixture(scope="module")
def rings() -> st.Run:
    return st.descend(two_rings(), "ring", hidden=(8, 8), steps=12, **TEXTBOOK)


@pytest.fixture(scope="module")
def saved(rings: st.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("network") / "rings.html"
    rings.page(path)
    return path


@pytest.fixture(scope="module")
def page(saved: Path, browser: "Browser") -> "Iterator[Page]":
    """One page of the rings for all tests that leave its run as it is."""
    with Doors(browser, 1400, 1000) as doors:
        yield doors.file(saved, "at=3")


def card(page: "Page", name: str) -> Any:
    return page.locator(f'[data-card="{name}"]')


def told(page: "Page") -> str:
    return str(page.locator(".st-net-told").inner_text())


def axes(page: "Page") -> str | None:
    return page.locator(".st-network").get_attribute("data-axes")


PLACES = """() => {
  const card = document.querySelector('[data-card="network"]');
  const bottom = (one) => one.getBoundingClientRect().bottom;
  const words = card.querySelector('.st-net-words');
  const canvas = card.querySelector('.st-underlay').getBoundingClientRect();
  const drawn = card.querySelector('.st-plot-svg');
  const { a, e, f } = drawn.getScreenCTM();
  return {
    units: Math.max(...[...card.querySelectorAll('.st-plot-svg text')].map(bottom)),
    picture: bottom(drawn), words: bottom(words), card: bottom(card),
    row: bottom(card.querySelector('.st-pass .st-row')),
    letters: 0.88 * a * parseFloat(drawn.getAttribute('font-size')),
    hidden: card.scrollHeight - card.clientHeight, scrolls: getComputedStyle(words).overflowY,
    off: Math.hypot(
      canvas.left - e, canvas.top - f, canvas.width - a * drawn.viewBox.baseVal.width),
  };
}"""


@pytest.mark.parametrize("size", [(390, 844), (1366, 768)])
def test_the_whole_network_is_in_sight_and_its_words_scroll(
    doors: Doors, saved: Path, size: tuple[int, int]
) -> None:
    page = doors.sealed()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{saved.as_uri()}#explore")
    page.get_by_role("button", name="Network", exact=True).click()
    page.locator(".st-net-words").wait_for()
    page.wait_for_timeout(300)
    places = page.evaluate(PLACES)
    assert places["units"] <= places["picture"] + 1 <= places["words"], places
    assert places["words"] <= places["card"] + 1 and not places["hidden"], places
    assert places["scrolls"] == "auto" and places["off"] < 1.5, places
    assert places["row"] <= places["words"] and places["letters"] > 5.0, places
    lit = page.locator(".st-net-told")
    before = lit.inner_text()
    box = page.locator(NUMBER, has_text=re.compile("^17$")).last.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert lit.inner_text() != before and "bias 17" in lit.inner_text()


LAID_OUT = """async ([sizes, width, high]) => {
  const { layoutOf } = await import('/cards/network_layout.js');
  const { Network } = await import('/engine/network.js');
  const network = new Network({ sizes, activation: 'tanh', initial: 'random' });
  const { numbers, share, upright, width: wide, height, nodes } = layoutOf(
    network, { width, high: high ?? Infinity, size: 12, before: 40, after: 40 });
  return { all: numbers.every(Boolean), share, upright, wide: share * wide, high: share * height,
    inside: nodes.flat().every(({ x, y }) => x > 0 && x < wide && y > 0 && y < height) };
}"""


@pytest.mark.parametrize(
    ("sizes", "room", "least"),
    [
        ([2, 8, 8, 1], (517, 285), 0.65),
        ([2, 8, 8, 1], (370, 236), 0.45),
        ([7, 8, 3], (517, 285), 0.9),
        ([2, 8, 8, 1], (950, None), 1.0),
        ([1, 4, 1], (370, 236), 0.7),
    ],
)
def test_a_network_has_all_its_numbers_and_is_as_large_as_its_room_lets_it(
    sizes: list[int], room: tuple[int, int | None], least: float, modules: Any
) -> None:
    laid = modules.evaluate(LAID_OUT, [sizes, *room])
    assert laid["all"] and laid["inside"] and laid["share"] >= least, laid
    assert laid["wide"] <= room[0] + 1e-9 and laid["high"] <= (room[1] or np.inf) + 1e-9, laid


def test_it_trains_on_in_the_page(rings: st.Run, saved: Path, doors: Doors) -> None:
    """A new start of the same seed, a hundred steps more, and what is run on, are Python's."""
    page = doors.file(saved)
    press(page, "100 rounds")
    at_step(page, 100)
    same = st.descend(two_rings(), "ring", hidden=(8, 8), steps=100, **TEXTBOOK)
    assert loss_of(page) == pytest.approx(same.loss, rel=1e-9)
    page.locator(".st-scrub input").press("End")
    press(page, "Run on")
    page.wait_for_function("() => Number(document.querySelector('.st-app').dataset.at) > 212")
    press(page, "Pause")
    settle(page)
    at = int(page.get_attribute(".st-app", "data-at") or 0)
    same = st.descend(two_rings(), "ring", hidden=(8, 8), steps=at, **TEXTBOOK)
    assert loss_of(page) == pytest.approx(same.loss, rel=1e-8)
    page.get_by_label("seed", exact=True).fill("5")
    page.get_by_label("seed", exact=True).press("Tab")
    settle(page)
    other = st.descend(two_rings(), "ring", hidden=(8, 8), seed=5, steps=0, **TEXTBOOK)
    assert loss_of(page) == pytest.approx(other.loss, rel=1e-12)
    assert len(outcomes(page)) >= 1


FOLLOWS = """() => {
  const [, round] = /at round (\\d+)/.exec(document.querySelector('.st-net-told').innerText);
  const run = document.querySelector('.st-transport [aria-pressed="true"]');
  return run?.textContent === 'Pause' && Number(round) > 5;
}"""


def test_the_words_of_its_params_follow_a_run_that_goes_on(saved: Path, doors: Doors) -> None:
    page = doors.file(saved)
    press(page, "Run")
    page.wait_for_function(FOLLOWS)
    press(page, "Pause")
    settle(page)
    assert f"at round {page.get_attribute('.st-app', 'data-at')};" in told(page)


@pytest.mark.prove
def test_the_surface_is_worked_out_beside_the_page(doors: Doors, tmp_path: Path) -> None:
    """In a worker of the file's own text, at few points first and at all in the end."""
    data = {name: np.tile(values, 9) for name, values in two_rings().items()}
    st.descend(data, "ring", hidden=(8, 8), steps=2, **TEXTBOOK).page(tmp_path / "rows.html")
    page = doors.sealed()
    workers: list[Any] = []
    page.on("worker", lambda worker: workers.append(worker))
    page.goto((tmp_path / "rows.html").as_uri())
    settle(page)
    page.evaluate(
        "() => { window.seen = new Set(); const app = document.querySelector('.st-app');"
        "const note = () => window.seen.add(Number(app.dataset.points));"
        "new MutationObserver(note).observe(app, { attributeFilter: ['data-points'] }); }"
    )
    page.get_by_label("surface over", exact=True).select_option("3")
    page.wait_for_function("() => window.seen.size > 3")
    page.locator('.st-app[data-points="101"]').wait_for()
    assert page.evaluate("() => [...window.seen]") == [101, 9, 17, 51]
    assert len(workers) == 1


def test_every_weight_and_bias_shows_its_number(page: "Page") -> None:
    texts = card(page, "network").locator(NUMBER).all_text_contents()
    numbers = sorted(int(text) for text in texts if text.isdigit())
    assert numbers == sorted([*range(1, 89), *range(1, 18)])
    assert "network 2-8-8-1, tanh" in str(
        card(page, "network").locator("[role=application]").get_attribute("aria-label")
    )


def test_the_keyboard_goes_from_param_to_param(page: "Page") -> None:
    card(page, "network").locator("[role=application]").focus()
    assert "weight 1 (" in told(page)
    page.keyboard.press("ArrowDown")
    assert "weight 2 (layer 1, unit 1, from input 2: up)" in told(page)
    page.keyboard.press("Enter")
    settle(page)
    for key in ("ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    settle(page)
    assert axes(page) == f"1 {88 + 7}"
    page.keyboard.press("Shift+Enter")
    settle(page)
    assert axes(page) == f"{88 + 7} 1"


def test_a_line_that_is_pressed_is_the_axis_across_and_a_circle_the_one_up(page: "Page") -> None:
    """The lecture's weight 15 and bias 14."""
    picture = card(page, "network").locator("[role=application]")
    page.mouse.click(*into_sight(picture.get_by_text("15", exact=True).first))
    settle(page)
    page.mouse.click(*into_sight(picture.get_by_text("14", exact=True).last))
    settle(page)
    assert axes(page) == f"14 {88 + 13}"
    label = card(page, "map").locator("[aria-label]").first.get_attribute("aria-label")
    assert re.search(r"by weight 15 from .* and bias 14 from", str(label))
    assert page.get_by_label("surface over", exact=True).input_value() == "14"


def test_what_is_pressed_is_told_by_mouse_and_by_finger(saved: Path, doors: Doors) -> None:
    for touch in (False, True):
        page = doors.file(saved, "at=3", has_touch=touch)
        picture = card(page, "network").locator("[role=application]")
        for number in ("15", "16"):
            x, y = into_sight(picture.get_by_text(number, exact=True).first)
            if touch:
                page.touchscreen.tap(x, y)
            else:
                page.mouse.click(x, y)
            settle(page)
            assert told(page).startswith(f"weight {number} (layer 1, unit 8,"), touch
            assert axes(page) is not None and str(axes(page)).startswith(f"{int(number) - 1} ")


def test_the_surface_over_the_path_of_the_run(rings: st.Run, page: "Page") -> None:
    """Its shares are those of Python's; a weight that is chosen leads back to params."""
    page.get_by_label("drawn", exact=True).select_option("path")
    settle(page)
    names = rings.surface(plane="path", points=2)
    caption = card(page, "relief").locator("figcaption").inner_text()
    shares = re.findall(r"(\S+) %", caption)[:3]
    wanted = [100.0 * names.axes.numbers[one] for one in ("first", "second", "share")]
    assert np.array(shares, float) == pytest.approx(wanted, rel=1e-2)
    label = card(page, "map").locator("[aria-label]").first.get_attribute("aria-label")
    assert f"by {names.x_name} from" in str(label)
    page.get_by_label("surface over", exact=True).select_option("14")
    settle(page)
    assert page.get_by_label("drawn", exact=True).input_value() == "units"


@pytest.mark.parametrize("plane", every_other(["sharpest", "path", "given", "random"]))
def test_a_page_opens_on_the_plane_that_it_was_made_with(
    rings: st.Run, plane: str, doors: Doors, tmp_path: Path
) -> None:
    """And has it still after others, without Python: what is said of it is what Python says."""
    vectors = (np.arange(1.0, 106.0), np.ones(105))
    surface = rings.surface(plane=vectors if plane == "given" else plane, seed=3, points=5)
    rings.page(tmp_path / "plane.html", surface=surface)
    page = doors.file(tmp_path / "plane.html")
    drawn = page.get_by_label("drawn", exact=True)
    said = surface.in_words.split(";")[0] or "two directions that were given"
    for _ in range(2):
        assert drawn.input_value() == plane
        assert said.rstrip(".") in card(page, "relief").locator("figcaption").inner_text()
        drawn.select_option("units")
        settle(page)
        drawn.select_option(plane)
        settle(page)
    assert {"path", "random", "sharpest"} <= set(drawn.locator("option").evaluate_all(VALUES))


VALUES = "(options) => options.map(({ value }) => value)"


def test_two_knobs_set_the_values_on_the_axes(rings: st.Run, saved: Path, doors: Doors) -> None:
    """The lecture's weight 15, bias 14, loss: by keyboard, by number, and to start from there."""
    page = doors.file(saved, "plane=weight%2015,bias%2014&at=3")
    knobs = page.locator("[data-control=knobs]")
    numbers = knobs.locator(".st-entry")
    step = rings.trace[3].params[[14, 88 + 13]]
    shown = [float(numbers.nth(i).input_value()) for i in (0, 1)]
    assert np.array(shown) == pytest.approx(step, rel=1e-5)
    knobs.get_by_label("weight 15", exact=True).press("ArrowRight")
    numbers.last.fill("0.5")
    numbers.last.press("Tab")
    page.wait_for_function(
        "() => document.querySelector('[data-control=knobs] p').textContent"
        ".startsWith('Loss there')"
    )
    settle(page)
    values = [float(numbers.nth(i).input_value()) for i in (0, 1)]
    assert values[0] != shown[0] and values[1] == 0.5
    there = rings.surface(x="weight 15", y="bias 14", points=3).at(*values)[0]
    found = float(knobs.locator("p").inner_text().split()[2].rstrip(","))
    assert found == pytest.approx(there, rel=1e-4)
    press(page, "Start there")
    settle(page)
    at_step(page, 3)
    page.locator(".st-scrub input").press("Home")
    settle(page)
    assert loss_of(page) == pytest.approx(there, rel=1e-4)


def test_a_rows_story_is_reached_by_its_number(rings: st.Run, saved: Path, doors: Doors) -> None:
    """By the address and by a field; its numbers are those of `run.explain(row=12)`."""
    page = doors.file(saved, "at=12&row=12")
    passed = card(page, "network").locator(".st-pass")
    assert passed.locator(".st-heading").inner_text().startswith("Row 12, 1 of 8")
    assert f"left is {short(rings.data.X[11, 0])}" in passed.inner_text()
    stages = []
    while passed.get_by_role("button", name="Next").is_visible():
        stages.append(passed.locator(".st-lines").inner_text())
        press(page, "Next")
    python = rings.explain(row=12)
    loss = re.search(r"row's loss is (\S+)", " ".join(stages))
    assert loss is not None and loss[1] in python
    first = re.search(r"gradient of weight (\d+): \S+ × \S+ = (\S+)", stages[-1])
    assert first is not None
    gradient = rings.objective.sample(np.array([11])).evaluate(rings.params).gradient
    assert float(first[2]) == pytest.approx(gradient[int(first[1]) - 1], rel=1e-3)
    field = passed.get_by_label("row", exact=True)
    field.fill("31")
    field.press("Tab")
    assert passed.locator(".st-heading").inner_text().startswith("Row 31, 1 of 8")
    field.fill("61")
    field.press("Tab")
    assert "there is no row 61 on this page" in page.locator(".st-fault").inner_text()


@pytest.mark.prove
def test_a_page_of_seeds_shows_them_side_by_side(doors: Doors, tmp_path: Path) -> None:
    """Seven, the six best: on the plane of their starts and ends, with what they say together."""
    runs = st.seeds(7, two_rings(), "ring", hidden=(3,), steps=5, **TEXTBOOK)
    runs.page(tmp_path / "seeds.html")
    page = doors.file(tmp_path / "seeds.html")
    told = page.locator(".st-lesson").all_inner_texts()
    assert any("7 seeds, the 6 best here: losses:" in text for text in told)
    losses = sorted(run.loss for run in runs)
    assert [short(loss) for loss in losses[:6]] == ends_of(page)
    caption = card(page, "relief").locator("figcaption").inner_text()
    assert runs.surface(3).in_words in caption
    page.get_by_label("drawn", exact=True).select_option("units")
    settle(page)
    page.get_by_label("drawn", exact=True).select_option("ends")
    settle(page)
    assert runs.surface(3).in_words in card(page, "relief").locator("figcaption").inner_text()


def ends_of(page: "Page") -> list[str]:
    """Return the lowest loss of each run that is shown, as the page says it."""
    words = page.locator(".st-runs [data-outcome] strong").all_inner_texts()
    return [found[1] for text in words if (found := re.search(r"it found is (\S+),", text))]


def test_no_loss_is_told_that_the_page_cannot_know(doors: Doors, tmp_path: Path) -> None:
    """Of rows that weigh: the plain mean over them is another loss."""
    weighted = two_rings() | {"weighs": np.arange(60) % 3 + 1.0}
    run = st.descend(weighted, "ring", ["left", "up"], sample_weight="weighs", steps=2)
    run.page(tmp_path / "weighted.html")
    page = doors.file(tmp_path / "weighted.html")
    knobs = page.locator("[data-control=knobs]")
    knobs.locator(".st-entry").first.fill("0.5")
    knobs.locator(".st-entry").first.press("Tab")
    knobs.get_by_text("The loss there is not told").wait_for()


def test_python_finds_the_planes_that_a_page_asks_for(rings: st.Run, doors: Doors) -> None:
    """What is told of them is what `run.surface(plane=...)` tells."""
    with served(rings) as address:
        page = doors.window()
        page.goto(address)
        settle(page)
        for word in ("path", "random", "sharpest"):
            page.get_by_label("drawn", exact=True).select_option(word)
            settle(page)
            said = rings.surface(plane=word, points=2).in_words
            assert said in card(page, "relief").locator("figcaption").inner_text()
            assert page.locator(".st-fault").is_hidden()
        page.close()


@contextmanager
def served(run: st.Run) -> Iterator[str]:
    """Return the address of a run's live page, until it is left."""
    said: Queue[str] = Queue()
    work = {"port": 0, "open_browser": False, "tell": said.put, "linger": 0.1}
    server = Thread(target=serve, args=(lambda: Session.of_run(run),), kwargs=work)
    server.start()
    yield next(word for word in said.get().split() if word.startswith("http"))
    server.join()


def test_what_is_pointed_at_tells_its_step_with_its_numbers(rings: st.Run, page: "Page") -> None:
    picture = card(page, "network").locator("[role=application]")
    page.mouse.move(*into_sight(picture.get_by_text("15", exact=True).first))
    settle(page)
    words = told(page)
    step = rings.trace[2]
    assert "weight 15 (layer 1, unit 8, from input 1: left)" in words
    found = re.search(r"weight 15: (\S+) ([-+]) (\S+) × (\S+) = (\S+?)[.;](?:\s|$)", words)
    assert found is not None
    old, sign, rate, slope, new = found.groups()
    assert float(old) == pytest.approx(step.params[14], rel=1e-3)
    assert float(slope) == pytest.approx(step.gradient[14], rel=1e-3)
    change = float(rate) * float(slope) * (-1.0 if sign == "-" else 1.0)
    assert float(old) + change == pytest.approx(float(new), abs=2e-4)


def test_a_row_that_is_lit_goes_through_the_network(rings: st.Run, page: "Page") -> None:
    """Forward and backward, each product with its numbers, as the row alone has them."""
    page.mouse.click(*into_sight(card(page, "network").get_by_text("15", exact=True).first))
    settle(page)
    row = page.locator(".st-table tbody tr").first
    row.hover()
    number = int(row.inner_text().split()[0])
    texts = card(page, "network").locator(NUMBER).all_text_contents()
    params, alone = rings.trace[3].params, rings.objective.sample(np.array([number - 1]))
    margin = rings.problem.margins(params, rings.data.X[[number - 1]])[0]
    assert any(is_near(text, margin) for text in texts)
    words = told(page)
    forward, back = (
        re.search(rf"{start} (\S+) × (\S+) = (\S+?)[ ;]", words)
        for start in ("Row \\d+, weight 15: forward,", "weight 15: .*gradient is delta")
    )
    assert forward is not None and back is not None
    x = rings.data.X[number - 1, 0]
    assert np.array(forward.groups(), float) == pytest.approx(
        [params[14], x, params[14] * x], rel=2e-3
    )
    assert float(back[3]) == pytest.approx(alone.evaluate(params).gradient[14], rel=2e-3)
    whole = re.search(r"mean of that over 60 rows is the gradient, (\S+?);", words)
    assert whole is not None
    assert float(whole[1]) == pytest.approx(rings.trace[3].gradient[14], rel=1e-3)
    # Its step, and where it is on the surface: this goes through the end of the run.
    assert re.search(r"round 2 → 3: weight 15: \S+ [-+] 0\.2 × ", words)
    on = re.search(r"it is across, at (\S+), where the surface has the loss (\S+); that of", words)
    assert on is not None
    shadow = rings.params.copy()
    up = 88 + 13 if axes(page) == f"14 {88 + 13}" else int(str(axes(page)).split()[1])
    shadow[[14, up]] = params[[14, up]]
    wanted = [params[14], rings.objective.value(shadow)]
    assert np.array(on.groups(), float) == pytest.approx(wanted, rel=1e-3)


def test_a_row_goes_slowly_through_the_network_and_back(rings: st.Run, page: "Page") -> None:
    """By the keyboard: each sum as it comes out by a calculator, the loss, and the first delta."""
    network = card(page, "network")
    network.get_by_role("button", name="through the network, slowly").press("Enter")
    told, layers = [], []
    while (heading := network.locator(".st-pass .st-heading").inner_text()) != "":
        told.append((heading.split(": ")[1], network.locator(".st-pass .st-lines").inner_text()))
        if len(told) == 1:
            row = int(re.findall(r"Row (\d+)", heading)[0]) - 1
            shown = network.locator(".st-net-told").inner_text()
            page.locator(".st-table tbody tr").nth(2).hover()
            page.locator(".st-table tbody tr.st-lit").wait_for()
            assert network.locator(".st-net-told").inner_text() == shown, "a row of another number"
        layers.append(page.locator(".st-network").get_attribute("data-layer"))
        network.get_by_role("button", name="Next").press("Enter")
    assert layers == ["0", "1", "2", "3", "3", "3", "2", "1"]
    sums = [line for _, text in told for line in re.findall(r"unit \d+: (.* = \S+?)[; ]", text)]
    for line in (one for one in sums if "slope" not in one):
        left, right = line.replace("×", "*").split(" = ")
        assert eval(left) == pytest.approx(float(right), abs=6e-4)
    params = rings.trace[3].params
    alone = rings.objective.sample(np.array([row]))
    assert float(told[4][1].split()[-1]) == pytest.approx(alone.evaluate(params).loss, rel=1e-3)
    delta = re.search(r"delta (\S+) is how", told[5][1])
    assert delta is not None
    assert float(delta[1]) == pytest.approx(alone.evaluate(params).gradient[-1], rel=1e-3)


def test_a_unit_that_passes_nothing_back_wears_a_lock(tmp_path: Path, doors: Doors) -> None:
    """The mean of 1 - tanh² over the rows is told; one that is below 0.01 is locked."""
    run = st.descend(
        two_rings(), "ring", hidden=(3,), steps=0, start=[0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 8, 0]
    )
    run.page(tmp_path / "locked.html")
    page = doors.file(tmp_path / "locked.html")
    assert card(page, "network").locator(".st-lock").count() == 1
    slope = 1.0 - np.tanh(8.0) ** 2
    words = re.search(r"Saturated: 1 unit .* the least is (\S+), of layer 1, unit 3\.", told(page))
    assert words is not None and float(words[1]) == pytest.approx(slope, rel=0.1)
    badge = page.locator(".st-badge[data-agree]")
    badge.wait_for()
    assert badge.get_attribute("data-agree") == "true"
    shares = re.findall(r"(gradient|surface|Python) (\S+)", badge.inner_text())
    assert [name for name, _ in shares] == ["gradient", "surface", "Python"]
    assert all(
        float(share) < most for (_, share), most in zip(shares, (1e-7, 1e-10, 1e-10), strict=True)
    )


def is_near(text: str, value: float) -> bool:
    """Return whether a text is a number to two digits."""
    return bool(re.fullmatch(r"-?[\d.]+", text)) and float(text) == pytest.approx(value, rel=0.06)


def pixels(page: "Page", name: str) -> NDArray[np.uint8]:
    """Return what lies below the marks of a card: height, width, and red, green, blue, opacity."""
    width, height, data = (
        card(page, name)
        .locator(".st-underlay canvas")
        .evaluate(
            "(one) => { const copy = document.createElement('canvas').getContext('2d');"
            "Object.assign(copy.canvas, { width: one.width, height: one.height });"
            "copy.drawImage(one, 0, 0);"
            "const { data } = copy.getImageData(0, 0, one.width, one.height);"
            "const letters = Array.from(data, (byte) => String.fromCharCode(byte)).join('');"
            "return [one.width, one.height, btoa(letters)]; }"
        )
    )
    return np.frombuffer(base64.b64decode(data), dtype=np.uint8).reshape(height, width, 4)


def test_two_features_of_one_neuron_have_their_plane_too(tmp_path: Path, doors: Doors) -> None:
    """The region of a class is where the neuron gives it more than one half, at each step."""
    run = st.descend(two_rings(), "ring", steps=3, **TEXTBOOK)
    run.page(tmp_path / "line.html")
    page = doors.file(tmp_path / "line.html", "at=1")
    ground = pixels(page, "fit").astype(float)
    press(page, "Step")
    assert not np.array_equal(pixels(page, "fit"), ground)
    across, up = (np.ptp(run.data.X[:, j]) * np.linspace(-0.08, 1.08, 64) for j in (0, 1))
    across, up = across + run.data.X[:, 0].min(), up[::-1] + run.data.X[:, 1].min()
    grid = np.column_stack([np.tile(across, 64), np.repeat(up, 64)])
    first = run.problem.margins(run.trace[1].params, grid).ravel()
    # Blue of the first class is much bluer than orange of the second.
    assert np.corrcoef(ground[..., 2].ravel(), first)[0, 1] < -0.99


def test_the_regions_of_the_classes_move_with_the_steps(page: "Page") -> None:
    before = [pixels(page, name) for name in ("fit", "network")]
    press(page, "Step")
    at_step(page, 4)
    after = [pixels(page, name) for name in ("fit", "network")]
    assert [np.array_equal(*both) for both in zip(before, after, strict=True)] == [False, False]
    # Each of 2 + 8 + 8 + 1 circles has its picture too, and nothing is painted between them.
    places = (
        card(page, "network")
        .locator("circle[fill=none][stroke-width='1.3']")
        .evaluate_all(
            "(all) => all.map((one) => "
            "['cx', 'cy', 'r'].map((key) => Number(one.getAttribute(key))))"
        )
    )
    painted = after[1][..., 3] > 0
    assert len(places) == 19
    assert all(painted[round(y), round(x)] for x, y, _ in places)
    assert painted.sum() == pytest.approx(sum(3.14 * r * r for *_, r in places), rel=0.1)
    assert "most probable ring over left and up" in str(
        card(page, "fit").locator("svg").first.get_attribute("aria-label")
    )


def test_rows_of_pixels_are_shown_as_pictures(tmp_path: Path, doors: Doors) -> None:
    """Features of the names `pixel_row_column`; a pixel that is none of them is paper."""
    rows = np.random.default_rng(0).random((12, 4))
    names = ["pixel_0_1", "pixel_1_0", "pixel_1_1", "pixel_1_2"]
    table = dict(zip(names, rows.T, strict=True)) | {"kind": np.where(rows[:, 0] > 0.5, "b", "a")}
    st.descend(table, "kind", steps=2).page(tmp_path / "pictures.html")
    page = doors.file(tmp_path / "pictures.html", "at=2")
    card(page, "fit").locator(".st-point").nth(0).focus()
    picture = card(page, "fit").locator(".st-row-image")
    assert picture.inner_text().startswith("row 1\nactual ")
    width, height, data = picture.locator("canvas").evaluate(
        "(one) => [one.width, one.height, "
        "[...one.getContext('2d').getImageData(0, 0, one.width, one.height).data]]"
    )
    seen = np.array(data, dtype=float).reshape(height, width, 4)[..., 0]
    assert seen.shape == (2, 3) and seen[0, 0] == seen[0, 2] == 255
    paper, ink = 255.0, float(0x1B)
    shares = (rows[0] - rows.min()) / np.ptp(rows)
    assert seen[[0, 1, 1, 1], [1, 0, 1, 2]] == pytest.approx(paper + shares * (ink - paper), abs=1)
    page.get_by_role("button", name="Fit to the window", exact=True).click()
    page.locator("[data-fitted]").wait_for()
    page.wait_for_timeout(100)
    names = (".st-row-image", ".st-transport")
    low, end = [page.locator(one).first.bounding_box() for one in names]
    assert low and end and low["y"] + low["height"] <= end["y"]


def test_a_number_of_one_feature_has_a_curve(tmp_path: Path, doors: Doors) -> None:
    run = st.descend("geyser", "waiting", ["duration"], hidden=(3,), steps=5)
    run.page(tmp_path / "geyser.html")
    page = doors.file(tmp_path / "geyser.html", "at=5")
    line = str(card(page, "fit").locator(".st-fit-line").first.get_attribute("d"))
    assert line.count("L") > 100
    assert loss_of(page) == pytest.approx(run.loss, rel=1e-9)


def test_nothing_is_wider_than_a_phone(tmp_path: Path, doors: Doors) -> None:
    run = st.descend("penguins", "species", hidden=(30, 20), steps=1, missing="drop")
    run.page(tmp_path / "large.html")
    page = doors.file(tmp_path / "large.html", width=390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert "the numbers are left out" in card(page, "network").locator("figcaption").inner_text()


@pytest.mark.prove
def test_a_network_of_very_many_weights_is_drawn_by_its_layers(
    tmp_path: Path, doors: Doors
) -> None:
    run = st.descend("penguins", "species", hidden=(60, 50), steps=1, missing="drop")
    run.page(tmp_path / "large.html")
    page = doors.file(tmp_path / "large.html")
    assert "3,000 weights" in card(page, "network").locator(NUMBER).all_text_contents()
    assert "Each box is a layer" in card(page, "network").locator("figcaption").inner_text()
    page.locator(".st-settings").get_by_text("others (rows times params are 1,").wait_for()


def test_more_params_than_a_page_tells_are_refused(tmp_path: Path) -> None:
    run = st.descend("diabetes", "progression", hidden=(2000,), steps=0)
    with pytest.raises(st.SteepestError, match=r"24,001 params, but a page takes 20,000 at most"):
        run.page(tmp_path / "page.html")


def test_the_network_gets_other_layers_and_another_activation(saved: Path, doors: Doors) -> None:
    """What the page makes then is what its lines of Python make."""
    page = doors.file(saved)
    enter(page, "hidden units", "4, 3")
    page.get_by_label("activation", exact=True).select_option("relu")
    settle(page)
    press(page, "100 rounds")
    at_step(page, 100)
    made: dict[str, Any] = {"hidden": (4, 3), "activation": "relu"}
    same = st.descend(two_rings(), "ring", steps=100, **made, **TEXTBOOK)
    assert loss_of(page) == pytest.approx(same.loss, rel=1e-8)
    assert 'hidden=[4, 3],\n    activation="relu"' in Menu(page).text("Show the Python lines")
    told = Menu(page).told()
    assert (told["hidden"], told["activation"]) == ("4,3", "relu")
    enter(page, "hidden units", "4, x")
    assert "layer is 'x', but it must be a whole number" in page.locator(".st-fault").inner_text()
    again = doors.file(saved, "hidden=4,3&activation=relu&steps=100&at=100&plane=weight 3,bias 2")
    at_step(again, 100)
    assert loss_of(again) == loss_of(page) and axes(again) == f"2 {8 + 12 + 3 + 1}"


def test_another_network_leaves_drawer_and_picture_as_they_are(saved: Path, doors: Doors) -> None:
    """In a fitted page: the field stays under the hand, and the network is seen as it changes."""
    page = doors.sealed()
    page.goto(f"{saved.as_uri()}#explore")
    page.get_by_role("button", name="Network", exact=True).click()
    page.get_by_role("button", name="Rate and rule", exact=True).click()
    field = page.get_by_label("hidden units", exact=True)
    for units in ("4", "3, 2"):
        field.fill(units)
        field.press("Enter")
        last = sum(map(int, units.split(","))) + 1
        card(page, "network").locator(NUMBER, has_text=re.compile(f"^{last}$")).last.wait_for()
        assert field.is_visible() and card(page, "network").is_visible()
        # One more is the ring of the bias that is an axis.
        assert card(page, "network").locator(".st-plot-svg circle").count() == last + 3


def test_a_page_says_that_its_steps_are_float32_and_agrees_with_them(
    tmp_path: Path, doors: Doors
) -> None:
    run = st.descend(two_rings(), "ring", hidden=(3,), steps=30, dtype="float32")
    run.page(tmp_path / "single.html")
    page = doors.file(tmp_path / "single.html")
    assert page.get_by_text("they are in float32, a page computes in float64").count() == 1
    badge = page.locator(".st-badge[data-agree]")
    badge.wait_for()
    assert badge.get_attribute("data-agree") == "true"
    shares = re.findall(r"(surface|Python) (\S+)", badge.inner_text())
    # Measured: 9e-8 and 2e-7; of a network in float64 both are below 1e-10.
    assert all(1e-10 < float(share) < 1e-5 for _, share in shares)

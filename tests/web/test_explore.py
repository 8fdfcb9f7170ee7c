"""Explore, fitted to its window: large pictures, few words, and kept when reloaded."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from doors import READY, Doors, loss_of, step_of

import steepest as st
from steepest.numerals import short

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SEEN = """() => {
  const app = document.querySelector('.st-app');
  const within = (box) => box.width > 2 && box.height > 2 && box.bottom <= innerHeight + 1;
  const walker = document.createTreeWalker(app, NodeFilter.SHOW_TEXT);
  const words = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const range = document.createRange();
    range.selectNodeContents(node);
    const clipped = getComputedStyle(parent).clipPath !== 'none';
    const unseen = clipped || parent.closest('.st-unseen, option') ||
      (parent.closest('.st-frame > li:not(.st-lit)') && !parent.matches('.st-number'));
    if (unseen || !parent.checkVisibility() || !within(range.getBoundingClientRect())) continue;
    words.push(...node.textContent.trim().split(/\\s+/).filter(Boolean));
  }
  const pictures = [...app.querySelectorAll('.st-draw')].filter((one) => one.checkVisibility());
  const boxes = pictures.map((one) => one.getBoundingClientRect());
  const area = boxes.reduce((sum, { width, height }) => sum + width * height, 0);
  const root = document.documentElement;
  const canvases = [...(window.drawnOn ?? [])].filter(([one]) => one.isConnected);
  const drawn = canvases.filter(([one]) => one.checkVisibility()).flatMap(([, texts]) => (
    texts.flatMap((text) => text.split(/\\s+/))));
  return {
    words: words.length,
    drawn: drawn.length,
    drawnNumbers: drawn.filter((word) => /\\d/.test(word)).length,
    numbers: words.filter((word) => /\\d/.test(word)).length,
    share: area / (innerWidth * innerHeight),
    cut: boxes.filter((box) => box.bottom > innerHeight || box.right > innerWidth + 1).length,
    scrolls: root.scrollHeight > innerHeight || root.scrollWidth > innerWidth,
  };
}"""


LARGE = ((1366, 768), (1920, 1080))


def assert_plain(seen: dict[str, float]) -> None:
    """Check the first sight of a page: large pictures, few words and numbers, on canvases too."""
    assert seen["share"] >= 0.6 and seen["words"] + seen["drawn"] <= 120, seen
    assert seen["numbers"] + seen["drawnNumbers"] <= 40, seen


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lesson's page, of textbook steps in standard units."""
    path = tmp_path_factory.mktemp("explore") / "lesson.html"
    choices = {"rule": "steepest", "learning_rate": 0.1, "scale": "standard", "steps": 40}
    st.descend("geyser", "waiting", ["duration"], **choices).lesson(path)  # type: ignore[arg-type]
    return path


WRITTEN = """
  window.written = [];
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    window.written.push(text);
    return fillText.call(this, text, ...place);
  };
"""
"""Keeps what is written into canvases."""


DRAWN = """
  window.drawnOn = new Map();
  const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
  Object.assign(CanvasRenderingContext2D.prototype, {
    fillText(text, ...place) {
      window.drawnOn.set(this.canvas, [...(window.drawnOn.get(this.canvas) ?? []), text]);
      return fillText.call(this, text, ...place);
    },
    clearRect(...box) {
      window.drawnOn.set(this.canvas, []);
      return clearRect.call(this, ...box);
    },
  });
"""
"""Keeps what stands on each canvas."""


def explored(doors: Doors, path: Path, size: tuple[int, int], script: str = "") -> "Page":
    page = doors.sealed()
    page.add_init_script(script)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{path.as_uri()}#explore")
    page.locator(READY).wait_for()
    page.locator('[data-fitted] [data-card="map"]').wait_for()
    return page


def test_pictures_are_large_words_are_few_and_nothing_scrolls(doors: Doors, lesson: Path) -> None:
    page = explored(doors, lesson, (1366, 768), DRAWN)
    for size in ((1920, 1080), (1366, 625), (1280, 720), (1366, 768)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.wait_for_timeout(200)
        seen = page.evaluate(SEEN)
        assert not seen["scrolls"] and not seen["cut"], (size, seen)
        if size in LARGE:
            assert_plain(seen)
            assert seen["drawnNumbers"] > 4, seen
    assert page.locator('[data-control="rate"]').is_hidden()
    page.get_by_role("button", name="Rate and rule").click()
    assert page.locator('[data-control="rate"]').is_visible()
    assert not page.evaluate(SEEN)["scrolls"]
    page.get_by_role("button", name="Just diverges").click()
    page.wait_for_function("() => Number(document.querySelector('.st-app').dataset.loss) > 160")
    assert page.locator(".st-limit-words").inner_text().startswith("diverges above")


def table_of(path: Path) -> Path:
    """A table of long names, a text to predict and missing cells."""
    names = ["Alter des Patienten bei der Aufnahme", "Temperatur in Celsius", "Diagnose am Ende"]
    told = ("gesund und munter", "erkrankt")
    rows = [
        f"{'' if i % 9 == 3 else 30 + i},{36 + i % 7 / 3:.2f},{told[(i * 7 + i // 4) % 11 > 5]}"
        for i in range(60)
    ]
    path.write_text("\n".join([",".join(names), *rows]) + "\n", encoding="utf-8")
    return path


FIRST_SIGHTS: dict[str, Callable[[Path], st.Run]] = {
    "auto": lambda _: st.descend("geyser", "waiting", ["duration"]),
    "three classes": lambda _: st.descend("penguins", "species", ["flipper_length_mm"]),
    "text, missing cells": lambda path: st.descend(
        table_of(path / "own.csv"), "Diagnose am Ende", missing="drop"
    ),
    "two features, a number": lambda _: st.descend(
        "penguins", "body_mass_g", ["flipper_length_mm", "bill_length_mm"]
    ),
    "many rows": lambda _: st.descend(
        {"size": np.arange(20_000) % 97, "price": np.arange(20_000) % 89}, "price", ["size"]
    ),
    "two classes": lambda _: st.descend("orings", "damaged"),
    "two features": lambda _: st.descend(
        "penguins", "species", ["flipper_length_mm", "bill_length_mm"]
    ),
    "network": lambda _: st.descend("spirals", "class", hidden=(16, 16), steps=60),
    "thirty features": lambda _: st.descend("breast_cancer", "diagnosis"),
}


@pytest.mark.parametrize(
    "name",
    [
        *list(FIRST_SIGHTS)[:4],
        *(pytest.param(one, marks=pytest.mark.prove) for one in list(FIRST_SIGHTS)[4:]),
    ],
)
def test_the_first_sight_of_any_data_is_plain(doors: Doors, tmp_path: Path, name: str) -> None:
    path = tmp_path / "page.html"
    FIRST_SIGHTS[name](tmp_path).page(path)
    page = explored(doors, path, LARGE[0], DRAWN)
    for width, height in LARGE:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)
        seen = page.evaluate(SEEN)
        assert_plain(seen)
        assert not seen["scrolls"] and not seen["cut"], seen


def test_a_step_lights_two_three_four_and_a_reload_keeps_the_state(
    doors: Doors, lesson: Path
) -> None:
    page = explored(doors, lesson, (1280, 720))
    page.keyboard.press("Space")
    for step in (2, 3, 4):
        page.locator(f'.st-frame [data-step="{step}"].st-lit').wait_for()
    weight = page.get_by_label("turn the weight")
    weight.focus()
    weight.press("ArrowRight")
    page.wait_for_function("() => /start=[-0-9]/.test(location.hash)")
    before = loss_of(page)
    page.reload()
    page.locator(READY).wait_for()
    page.wait_for_function(
        "(told) => Math.abs(document.querySelector('.st-app').dataset.loss - told) < 1e-6 * told",
        arg=before,
    )


ARROW = "downhill in 105 params"


def test_an_arrow_that_is_not_the_steepest_of_its_slice_says_of_what_it_is(
    doors: Doors, tmp_path: Path
) -> None:
    """Seen from above and in 3D; at the result, which lies on the slice, nothing is to be said."""
    path = tmp_path / "net.html"
    how = {"rule": "steepest", "learning_rate": 0.5, "scale": "standard", "steps": 60}
    st.descend("spirals", "class", hidden=(8, 8), **how).page(path)  # type: ignore[arg-type]
    page = explored(doors, path, (1280, 720), WRITTEN)
    assert ARROW in page.evaluate("() => window.written.splice(0)")
    page.locator(".st-scrub input").evaluate(TO_THE_END)
    page.locator('.st-app[data-at="60"]').wait_for()
    page.wait_for_timeout(200)
    page.evaluate("() => { window.written = []; }")
    page.get_by_role("button", name="3D", exact=True).click()
    page.wait_for_timeout(200)
    assert ARROW not in page.evaluate("() => window.written")
    page.get_by_role("button", name="Back", exact=True).click()
    page.wait_for_function(
        f"() => window.written.filter((one) => one === '{ARROW}').length > 1", timeout=9000
    )


KNOBS = """() => [...document.querySelectorAll('.st-turn-row')].map((row, i) => ({
  value: Number(row.querySelector('input').getAttribute('aria-valuetext').replace(/,/g, '')),
  change: row.querySelector('.st-nudge').textContent,
}))"""


TO_THE_END = "(one) => { one.value = one.max; one.dispatchEvent(new Event('input')); }"


def assert_the_step_is_as_announced(page: "Page") -> None:
    """Take a step; check that weight and bias change by what was beside their knobs before."""
    before = page.evaluate(KNOBS)
    said = [
        {"▲": 1, "▼": -1}[one["change"][0]] * float(one["change"][2:].replace(",", ""))
        for one in before
    ]
    at = step_of(page)
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function(f"() => document.querySelector('.st-app').dataset.at == {at + 1}")
    after = page.evaluate(KNOBS)
    for one, change, there in zip(before, said, after, strict=True):
        rounding = 6e-4 * (abs(one["value"]) + abs(there["value"])) + 6e-3 * abs(change)
        assert there["value"] - one["value"] == pytest.approx(change, abs=rounding), (before, after)


@pytest.mark.parametrize(
    ("rule", "scale"), [("auto", "auto"), ("steepest", "none"), ("adam", "standard")]
)
def test_the_arrow_at_each_knob_is_what_the_next_step_changes(
    doors: Doors, tmp_path: Path, rule: str, scale: str
) -> None:
    """In the reader's units: of sizes around 90 the bias falls where its slope alone says up."""
    rows = [f"{size},{3 * size + size * size % 37 - 20}" for size in range(30, 161, 2)]
    (tmp_path / "mine.csv").write_text("\n".join(["size,price", *rows]) + "\n")
    path = tmp_path / "mine.html"
    st.descend(tmp_path / "mine.csv", "price", rule=rule, scale=scale, steps=30).page(path)
    page = explored(doors, path, (1280, 720))
    assert_the_step_is_as_announced(page)
    weight = page.get_by_label("turn the weight")
    weight.focus()
    for _ in range(20):
        weight.press("ArrowRight")
    page.locator('.st-app[data-at="0"][data-busy="false"]').wait_for()
    assert_the_step_is_as_announced(page)
    page.locator(".st-scrub input").evaluate(TO_THE_END)
    page.wait_for_function("() => !document.querySelector('.st-nudge').textContent")


def test_no_rate_is_called_diverging_where_the_limit_is_a_bound(
    doors: Doors, tmp_path: Path
) -> None:
    path = tmp_path / "classes.html"
    choices = {"rule": "steepest", "learning_rate": 0.5, "scale": "standard", "steps": 40}
    st.descend("penguins", "species", ["flipper_length_mm"], **choices).lesson(path)  # type: ignore[arg-type]
    page = explored(doors, path, (1366, 768))
    presets = page.locator('[data-control="presets"]')
    assert presets.get_by_role("button", name="Momentum race").is_visible()
    for name in ("Too large", "Just diverges", "Round bowl", "Ravine"):
        assert presets.get_by_role("button", name=name).count() == 0, name


def test_a_race_that_cannot_begin_says_why(doors: Doors, lesson: Path) -> None:
    page = explored(doors, lesson, (1366, 768))
    race = page.get_by_role("button", name="Momentum race")
    race.click()
    page.locator('.st-presets button[aria-disabled="true"]').wait_for()
    told = "There are two runs already: for another race take one away, in Runs."
    described = race.get_attribute("aria-describedby")
    assert page.locator(f"#{described}").text_content() == race.get_attribute("title") == told
    page.locator(READY).wait_for()
    race.click(force=True)
    page.locator(".st-fault").filter(has_text=told).wait_for()


OTHER = """() => {
  const at = (one, name) => Number(one.getAttribute(name));
  const [other] = document.querySelectorAll('[data-card="chart"] .st-curve circle');
  const here = document.querySelector('[data-card="chart"] svg svg > g:last-of-type > circle');
  const bar = document.querySelector('.st-loss-bar').getBoundingClientRect();
  const names = [...document.querySelectorAll('[data-card="chart"] text')]
    .filter((one) => one.textContent.startsWith('Run ')).map((one) => one.getBoundingClientRect());
  return {
    round: [at(other, 'cx'), at(here, 'cx')], height: [at(other, 'cy'), at(here, 'cy')],
    over: names.filter(({ left, right }) => left < bar.right && right > bar.left).length,
    names: names.length,
  };
}"""


def test_in_a_race_both_runs_are_shown_at_the_same_round(doors: Doors, lesson: Path) -> None:
    page = explored(doors, lesson, (1366, 768))
    page.get_by_role("button", name="Momentum race").click()
    page.locator('.st-presets button[aria-disabled="true"]').wait_for()
    page.locator(READY).wait_for()
    page.get_by_role("button", name="Pause").click()
    # Without motion the loss of a round is shown at once, not when its Step 3 is lit.
    page.emulate_media(reduced_motion="reduce")
    heights = []
    # The button that was pressed has the keys no more.
    for key in ("Home", *["ArrowRight"] * 4, "PageDown"):
        page.keyboard.press(key)
        page.wait_for_timeout(60)
        seen = page.evaluate(OTHER)
        assert abs(seen["round"][0] - seen["round"][1]) < 0.1, (key, seen)
        assert seen["names"] == 2 and not seen["over"], seen
        heights.append(seen["height"][0])
    assert app_at(page) == 29 and len(set(heights)) == len(heights), heights


def app_at(page: "Page") -> int:
    return int(page.locator(".st-app").get_attribute("data-at") or -1)


HANDLES = """() => {
  const plot = document.querySelector('[data-card="fit"] .st-plot-svg');
  const of = (name) => Number(plot.querySelector('svg').getAttribute(name));
  const outer = plot.getBoundingClientRect();
  const box = { left: outer.left + of('x'), top: outer.top + of('y'), height: of('height') };
  const line = document.querySelector('[data-card="fit"] .st-fit-line').getAttribute('d');
  const [x0, y0, x1, y1] = line.match(/[-\\d.e]+/g).map(Number);
  const ends = [...document.querySelectorAll('.st-line-end')];
  return ends.filter((one) => one.checkVisibility()).map((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const [x, y] = [(left + right) / 2 - box.left, (top + bottom) / 2 - box.top];
    const off = Math.abs(y0 + ((y1 - y0) * (x - x0)) / (x1 - x0) - y);
    return { off, inside: y > -2 && y < box.height + 2 };
  });
}"""


def test_the_ends_of_a_steep_line_stay_on_it(doors: Doors, lesson: Path) -> None:
    page = explored(doors, lesson, (1366, 768))
    page.get_by_role("button", name="Just diverges").click()
    page.get_by_role("button", name="Pause").click()
    page.keyboard.press("End")
    page.wait_for_function("() => document.querySelector('.st-app').dataset.at === '40'")
    ends = page.evaluate(HANDLES)
    assert len(ends) == 2 and all(one["inside"] and one["off"] < 3 for one in ends), ends
    end = page.get_by_label("right end of the line")
    box = end.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 60, steps=3)
    page.mouse.up()
    page.locator(READY).wait_for()
    moved = page.evaluate(HANDLES)
    assert all(one["off"] < 3 for one in moved), moved


def loss_at_the_end(page: "Page") -> float:
    """Return the loss where the run that is shown ends."""
    page.locator(READY).wait_for()
    page.keyboard.press("End")
    page.wait_for_function("() => document.querySelector('.st-app').dataset.at >= 30")
    return loss_of(page)


@pytest.mark.prove
def test_the_good_rate_is_the_best_one_and_momentum_wins_its_race(
    doors: Doors, tmp_path: Path
) -> None:
    path = tmp_path / "own.html"
    choices = {"rule": "steepest", "learning_rate": 0.05, "scale": "none", "steps": 60}
    st.descend("geyser", "waiting", ["duration"], **choices).lesson(path)  # type: ignore[arg-type]
    page = explored(doors, path, (1366, 768))
    ends = {}
    for name in ("Too small", "Good", "Too large"):
        page.get_by_role("button", name=name).click()
        page.wait_for_timeout(300)
        ends[name] = loss_at_the_end(page)
    assert ends["Good"] < min(ends["Too small"], ends["Too large"])
    page.get_by_role("button", name="Momentum race").click()
    page.locator('.st-presets button[aria-disabled="true"]').wait_for()
    momentum = loss_at_the_end(page)
    step = page.locator(".st-frame").inner_text()
    assert "Take a step in the direction of the rule momentum." in step
    made = r"times the direction of momentum, made of the gradient \(\S.*\) and the steps before"
    assert re.search(made, step) and "steepest gradient" not in step
    page.get_by_role("button", name="Runs", exact=True).click()
    page.locator(".st-runs").get_by_role("button", name="Run 1", exact=True).click()
    assert momentum < loss_at_the_end(page)


def test_names_of_300_letters_leave_the_weight_and_the_bias_in_sight(
    doors: Doors, tmp_path: Path
) -> None:
    table, name = tmp_path / "long.csv", "PreisInTausendEuro" * 17
    rows = "".join(f"{i}.5,{3.7 * i + i % 3 - 12}\n" for i in range(20))
    table.write_text(f"\u202e{'lang ' * 60},{name}\n{rows}", encoding="utf-8")
    path = tmp_path / "lesson.html"
    st.descend(table, name, steps=1).lesson(path)
    page = explored(doors, path, (1280, 720), WRITTEN)
    line = page.locator(".st-formula-line")
    assert line.evaluate("(node) => node.scrollWidth <= node.clientWidth")
    assert line.locator("b").count() == 2
    assert "\u202e" not in page.locator("body").inner_text()
    written = page.evaluate("() => window.written")
    assert len(written) > 9 and "\u202e" not in "".join(written)


STRIP = """() => {
  const strip = document.querySelector('.st-frame');
  const box = strip.getBoundingClientRect();
  const lit = [...strip.querySelectorAll('.st-lit :is(.st-heading, .st-lines p)')];
  const seen = lit.filter((one) => one.textContent && one.checkVisibility());
  const boxes = seen.map((one) => one.getBoundingClientRect());
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  return {
    out: boxes.filter(({ bottom, top, right }) =>
      bottom > box.bottom || top < box.top || right > box.right).length,
    meeting: boxes.filter((one, i) => boxes.some((other, k) => k > i && meet(one, other))).length,
    texts: boxes.length, high: box.height,
  };
}"""


@pytest.mark.parametrize(
    "size",
    [
        (1280, 720),
        pytest.param((1366, 625), marks=pytest.mark.prove),
        pytest.param((1920, 1080), marks=pytest.mark.prove),
    ],
)
def test_the_strip_cuts_no_sentence_and_keeps_its_height(
    doors: Doors, lesson: Path, size: tuple[int, int]
) -> None:
    page = explored(doors, lesson, size)
    high = page.evaluate(STRIP)["high"]
    for _ in range(2):
        told = page.evaluate(STRIP)
        assert told["texts"] > 1 and not told["out"] and not told["meeting"], told
        assert abs(told["high"] - high) < 1, "the pictures are drawn anew at a press"
        page.keyboard.press("Space")
        page.locator('.st-frame [data-step="2"].st-lit').wait_for()
    # A sentence of any length: the strip grows with it.
    longer = "(one) => { one.textContent += ' more'.repeat(90); }"
    page.locator(".st-lit .st-heading").evaluate(longer)
    told = page.evaluate(STRIP)
    assert told["high"] > high and not told["out"] and not told["meeting"], told
    assert not page.evaluate(SEEN)["cut"]


def test_the_second_step_says_its_units_and_what_it_is_in_the_readers_own(
    doors: Doors, lesson: Path
) -> None:
    page = explored(doors, lesson, (1280, 720))
    high = page.evaluate(STRIP)["high"]
    told = page.locator('[data-step="2"] .st-lines p').all_text_contents()
    assert told[0].startswith("in standard units: weight ") and told[1].startswith("bias ")
    run = st.descend(
        "geyser",
        "waiting",
        ["duration"],
        rule="steepest",
        learning_rate=0.1,
        scale="standard",
        steps=1,
    )
    old, new = (run.trace[step].params for step in (0, 1))
    values = [f"{short(a)} → {short(b)}" for a, b in zip(old, new, strict=True)]
    assert told[2] == f"in your units: weight {values[0]}, bias {values[1]}"
    position = (run.data.X[:, 0].std() * old[0], run.data.X[:, 0].mean() * old[0] + old[1])
    assert f"weight {position[0]:.4g}"[:11] in told[0]
    # Once longer words have been there the strip keeps their room, until other data come.
    page.locator('[data-step="2"] .st-heading').evaluate(
        "(one) => { one.textContent += ' more'.repeat(90); }"
    )
    page.wait_for_timeout(50)
    longer = page.evaluate(STRIP)["high"]
    page.keyboard.press("Space")
    page.locator('.st-frame [data-step="3"].st-lit').wait_for()
    assert page.evaluate(STRIP)["high"] == longer > high


CUT_TEXTS = """() => {
  const plot = document.querySelector('[data-card="chart"] .st-plot-svg').getBoundingClientRect();
  return [...document.querySelectorAll('[data-card="chart"] text')].filter((one) => {
    const { left, right, width } = one.getBoundingClientRect();
    const area = one.closest('svg').getBoundingClientRect();
    const [from, to] = [Math.max(plot.left, area.left), Math.min(plot.right, area.right)];
    const out = left < from - 1 || right > to + 1;
    return width && (out || one.textContent.endsWith('\u2026'));
  }).map((one) => one.textContent);
}"""


def test_what_two_runs_are_is_told_beside_them(doors: Doors, tmp_path: Path) -> None:
    st.descend("geyser", "waiting", ["duration"]).page(tmp_path / "page.html")
    page = explored(doors, tmp_path / "page.html", (1280, 720))
    told = page.get_by_text("Run 2 is that of auto: 2 rounds.")
    assert told.count() == 1 and not told.is_visible()
    page.get_by_role("button", name="Runs").click()
    assert told.is_visible()


def test_a_long_name_is_short_in_the_strip_and_at_its_axis_and_whole_where_pointed_at(
    doors: Doors, tmp_path: Path
) -> None:
    run = st.descend(table_of(tmp_path / "own.csv"), "Diagnose am Ende", missing="drop")
    run.page(tmp_path / "page.html")
    page = explored(doors, tmp_path / "page.html", LARGE[0])
    axis = page.locator('[data-card="fit"] text', has_text="Alter des Patienten")
    assert axis.evaluate("(one) => one.firstChild.data") == "Alter des Patienten…"
    assert axis.locator("title").text_content() == "Alter des Patienten bei der Aufnahme"
    lines = page.locator(".st-lit .st-lines")
    assert "Temperatur in Celsius = " in lines.inner_text() and "+1 more" in lines.inner_text()
    assert "weight of Temperatur in Celsius = " in (lines.get_attribute("title") or "")


def test_the_lowest_loss_is_whole_beside_a_drawer_however_many_digits_it_has(
    doors: Doors, tmp_path: Path
) -> None:
    x = np.arange(40.0)
    table = {"size": x, "price": 9000 * x + 5000 * (x * 7 % 11)}
    st.descend(table, "price", ["size"]).page(tmp_path / "page.html")
    page = explored(doors, tmp_path / "page.html", LARGE[0])
    for name in ("Rows", "Rate and rule"):
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_timeout(150)
        floor = page.locator('[data-card="chart"] .st-lowest text')
        assert re.fullmatch(r"(lowest )?[\d,.e+]+", floor.text_content() or "")
        assert page.evaluate(CUT_TEXTS) == [], name


def test_no_word_of_the_loss_is_cut_beside_an_open_drawer(doors: Doors, lesson: Path) -> None:
    page = explored(doors, lesson, (1280, 720))
    page.evaluate("() => document.fonts.ready")
    for name in ("Rows", "Rate and rule"):
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_timeout(150)
        told = page.locator('[data-card="chart"] text').all_text_contents()
        assert "mean squared error" in " ".join(told) and any("34.7" in one for one in told)
        assert page.evaluate(CUT_TEXTS) == [], name
    page.get_by_label("learning rate as a number").fill("1.4")
    page.get_by_label("learning rate as a number").press("Enter")
    page.locator('[data-card="chart"] .st-exit').wait_for()
    assert page.evaluate(CUT_TEXTS) == [], "the loss of a run that diverged"
    page.locator(".st-scrub input").evaluate(TO_THE_END)
    page.wait_for_function("() => Number(document.querySelector('.st-app').dataset.loss) > 1e4")
    tip = page.locator('[data-card="chart"] .st-exit').get_attribute("d") or ""
    dot = page.locator('[data-card="chart"] svg svg > g:last-child > circle')
    assert float(dot.get_attribute("cx") or 0) == pytest.approx(float(tip[1:].split()[0]), abs=0.1)
    assert float(dot.get_attribute("cy") or 0) > 11, "the dot hides its arrow"


FILM = """(pace) => new Promise((done) => {
  const app = document.querySelector('.st-app');
  const field = document.querySelector('.st-pace');
  field.value = pace;
  field.dispatchEvent(new Event('input'));
  const of = (text) => Number(text.match(/round\\s*(\\d+)/)[1]);
  const dot = document.querySelector('[data-card="chart"] svg svg circle:last-of-type');
  const seen = [];
  const look = () => {
    seen.push([Number(app.dataset.at), of(document.querySelector('.st-counter').textContent),
      of(document.querySelector('[data-step="4"] .st-lines p').textContent),
      Number(dot.getAttribute('cx'))]);
    if (app.dataset.at === '40') done(seen);
    else requestAnimationFrame(look);
  };
  document.querySelector('.st-run').click();
  requestAnimationFrame(look);
})"""


@pytest.mark.parametrize("pace", ["5", "7"])
def test_while_a_run_is_shown_words_and_pictures_say_one_round(
    doors: Doors, lesson: Path, pace: str
) -> None:
    seen = explored(doors, lesson, (1280, 720)).evaluate(FILM, pace)
    assert len({at for at, *_ in seen}) > 3
    left, right = seen[0][-1], seen[-1][-1]
    rounds = [(*told, round(40 * (x - left) / (right - left))) for *told, x in seen]
    assert right - left > 50 and [one for one in rounds if len(set(one)) > 1] == []


@pytest.fixture(scope="module")
def auto(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a run of which rule, rate and scale were left to auto."""
    path = tmp_path_factory.mktemp("auto") / "auto.html"
    run = st.descend("geyser", "waiting", ["duration"])
    run.page(path, title="Old Faithful", hide=["tasks", "chart"], theme="dark", text="Look & see")
    return path


HEARD = """() => {
  const app = document.querySelector('.st-app');
  window.styled = 0;
  window.points = [app.dataset.points];
  new MutationObserver(() => window.points.push(app.dataset.points)).observe(app, {
    attributeFilter: ['data-points'],
  });
  const { getComputedStyle: real } = window;
  window.getComputedStyle = (...given) => { window.styled += 1; return real(...given); };
}"""


def test_a_drag_draws_few_points_and_asks_for_no_layout_and_all_follow(
    doors: Doors, lesson: Path
) -> None:
    page = doors.file(lesson, "explore")
    page.locator("button", has_text="Fit to the window").click()
    point = page.locator("[data-card=fit] .st-point").nth(40)
    before = point.get_attribute("aria-label")
    box = point.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.evaluate(HEARD)
    for step in range(1, 5):
        page.mouse.move(box["x"] + 5 * step, box["y"] - 15 * step)
    page.wait_for_selector('.st-app[data-points="51"]')
    assert page.evaluate("() => window.styled") == 0
    page.mouse.up()
    page.wait_for_selector('.st-app[data-points="101"][data-busy="false"]')
    assert page.evaluate("() => window.points.slice(-1)") == ["101"]
    assert point.get_attribute("aria-label") != before


OUT = """() => [...document.querySelectorAll('.st-hidden')]
  .map(({ dataset }) => dataset.control ?? dataset.card)"""


@pytest.mark.parametrize(
    ("link", "added"),
    [("hide=rate,rule&hide=loss", {"rate", "rule"}), ("hide=", set()), ("hide=<b>", set())],
    ids=["others", "empty", "damaged"],
)
def test_a_link_hides_more_than_the_file_and_never_less(
    doors: Doors, auto: Path, link: str, added: set[str]
) -> None:
    page = doors.file(auto, f"v=1&theme=light&{link}")
    assert set(page.evaluate(OUT)) == {"tasks", "chart"} | added
    assert not page.locator(":is([data-card=chart], [data-control=tasks]):visible").count()


def test_no_column_is_left_where_all_beside_the_pictures_is_hidden(
    doors: Doors, auto: Path
) -> None:
    page = doors.file(auto, "explore")
    names = page.locator(".st-aside [data-control]").evaluate_all(
        "(all) => all.map((one) => one.dataset.control)"
    )
    page = doors.file(auto, f"v=1&hide={','.join(names)}")
    page.get_by_role("button", name="Fit to the window").wait_for()
    assert len(names) > 9 and not page.locator(".st-aside").is_visible()
    cards, body = (page.locator(one).bounding_box() for one in (".st-cards", ".st-body"))
    assert cards and body and cards["width"] == body["width"]


WATCH = """() => {
  window.kept = [];
  const replace = history.replaceState.bind(history);
  history.replaceState = (...given) => {
    replace(...given);
    window.kept.push({ hash: location.hash });
  };
}"""

PHONE = """() => {
  const box = (one) => document.querySelector(one).getBoundingClientRect();
  const seen = [...document.querySelectorAll('.st-app :is(button, select, input, summary)')]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 2);
  const root = document.documentElement;
  return {
    low: seen.filter((one) => one.getBoundingClientRect().height < 44).length,
    scrolls: root.scrollHeight > innerHeight || root.scrollWidth > innerWidth,
    picture: [box('.st-cards').top, box('.st-cards').bottom],
    rate: box('.st-hand .st-rate input[type=range]').bottom,
    knob: box('.st-hand .st-turn-row input').top,
    step: box('.st-transport .st-main').bottom, high: innerHeight,
    shown: [...document.querySelectorAll('.st-cards > figure')].filter((one) => {
      const { left, right } = one.getBoundingClientRect();
      return one.checkVisibility() && left > -2 && right < innerWidth + 2;
    }).map((one) => one.dataset.card),
  };
}"""


HOLDS_SIX_DIGITS = """(field) => {
  const before = field.value;
  field.value = '0.0168632';
  const fits = field.scrollWidth <= field.clientWidth;
  field.value = before;
  return fits;
}"""

CUT_PRESETS = """() => [...document.querySelectorAll('.st-presets button')].filter((one) => {
  const { left, right } = one.getBoundingClientRect();
  return left < 0 || right > innerWidth || one.scrollWidth > one.clientWidth + 1 ||
    one.scrollHeight > one.clientHeight + 1;
}).map((one) => one.textContent)"""


@pytest.mark.parametrize("size", [(390, 844), pytest.param((820, 1180), marks=pytest.mark.prove)])
def test_a_phone_has_a_picture_its_knobs_and_a_button_on_one_screen(
    doors: Doors, lesson: Path, size: tuple[int, int]
) -> None:
    page = explored(doors, lesson, size)
    page.wait_for_timeout(200)
    told = page.evaluate(PHONE)
    assert not told["low"] and not told["scrolls"], told
    assert told["picture"][1] <= told["knob"] < told["rate"] < told["step"] <= told["high"], told
    assert told["picture"][1] - told["picture"][0] > 0.28 * told["high"], told
    assert told["shown"] == ["fit"]
    assert not page.evaluate(STRIP)["out"] and page.evaluate(CUT_PRESETS) == []
    for name, card in (("Loss", "chart"), ("Surface", "map")):
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_function(f"({PHONE})().shown.join() === '{card}'")
    page.get_by_role("button", name="Rate and rule").click()
    assert page.locator(".st-settings").is_visible() and page.locator(".st-main").first.is_visible()
    rate, first = (
        page.locator(one).first for one in (".st-settings .st-rate", ".st-settings input")
    )
    assert rate.is_visible() and 0 < top(rate) < min(top(first), size[1])
    assert page.locator(".st-params .st-entry").first.evaluate(HOLDS_SIX_DIGITS)
    page.get_by_role("button", name="Rate and rule").click()
    assert page.locator(".st-hand .st-rate").is_visible()
    assert page.evaluate(PHONE)["shown"] == ["map"]


CUT_TABS = """() => [...document.querySelectorAll('.st-tabs button')].filter((one) => (
  one.checkVisibility() && (one.getBoundingClientRect().right > innerWidth + 1 ||
    one.scrollWidth > one.clientWidth + 1))).map((one) => one.textContent)"""


def test_the_tabs_of_a_phone_are_whole_in_the_letters_of_a_projector(
    doors: Doors, lesson: Path
) -> None:
    page = explored(doors, lesson, (390, 844))
    assert page.evaluate(CUT_TABS) == []
    page.evaluate("() => { document.querySelector('.st-app').dataset.theme = 'projector'; }")
    assert page.evaluate(CUT_TABS) == []


def top(mark: "Locator") -> float:
    box = mark.bounding_box()
    assert box
    return box["y"]


def test_the_address_has_what_was_changed_when_a_run_begins_to_play(
    doors: Doors, lesson: Path
) -> None:
    page = explored(doors, lesson, (1366, 768))
    page.wait_for_function("() => location.hash.includes('axes=walk')")  # What opening keeps.
    page.evaluate(WATCH)
    page.evaluate(
        "() => [...document.querySelectorAll('.st-transport button')].filter((one) =>"
        " ['Step', 'Run'].includes(one.textContent)).forEach((one) => one.click())"
    )
    page.wait_for_function("() => window.kept.length")
    assert re.search("&at=[12]&", page.evaluate("() => window.kept[0].hash"))
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_timeout(600)
    assert page.evaluate("() => window.kept.length") == 1


def test_a_page_of_auto_opens_on_a_walk_to_be_watched_as_it_was_asked_for(
    doors: Doors, auto: Path
) -> None:
    page = explored(doors, auto, (1280, 720))
    assert page.locator("h1").inner_text() == "Old Faithful"
    assert page.locator(".st-app").get_attribute("data-theme") == "dark"
    assert page.get_by_text("Look & see").is_visible()
    assert page.locator('[data-control="tasks"], [data-card="chart"]').evaluate_all(
        "(all) => all.length > 1 && all.every((one) => !one.checkVisibility())"
    )
    assert "0 of 20" in page.locator(".st-counter").inner_text()
    page.get_by_role("button", name="Runs").click()
    assert page.locator('[data-control="runs"]').inner_text().count("Run 2") > 0
    page.get_by_role("button", name="Your units").click()
    page.get_by_role("button", name="Standard units").wait_for()


@pytest.mark.parametrize("text", ["abc", "0", "-1"])
def test_an_invalid_rate_is_told_beside_its_field(doors: Doors, lesson: Path, text: str) -> None:
    page = explored(doors, lesson, (1280, 720))
    page.get_by_role("button", name="Rate and rule").click()
    field = page.get_by_label("learning rate as a number")
    field.fill(text)
    field.press("Enter")
    fault = page.locator(".st-rate .st-fault")
    fault.wait_for()
    assert field.get_attribute("aria-invalid") == "true"
    assert field.get_attribute("aria-describedby") == fault.get_attribute("id")
    boxes = [one.bounding_box() for one in (field, fault)]
    assert boxes[0] and boxes[1]
    assert 0 <= boxes[1]["y"] - boxes[0]["y"] - boxes[0]["height"] < 30
    field.fill("0.1")
    field.press("Enter")
    fault.wait_for(state="detached")
    assert field.get_attribute("aria-invalid") is None


GROUNDS = """
  window.grounds = 0;
  const { putImageData } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.putImageData = function (...all) {
    window.grounds += 1;
    return putImageData.apply(this, all);
  };
"""
"""Counts how often the colours of a surface are drawn."""


def test_the_surface_is_drawn_once_as_a_page_opens(doors: Doors, lesson: Path) -> None:
    page = explored(doors, lesson, LARGE[0], GROUNDS)
    page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    assert page.evaluate("() => window.grounds") == 1
    # Where nothing is pointed at, two of the four layers have nothing on them.
    layers = "(all) => all.map(({ style }) => style.visibility)"
    seen = page.locator("[data-card=map] .st-layers canvas").evaluate_all(layers)
    assert seen == ["", "hidden", "", "hidden"]

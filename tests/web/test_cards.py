"""The flat cards - data and fit, loss against step, rows - against the numbers of Python's runs."""

import math
import re
from typing import TYPE_CHECKING, Any, Protocol

import golden
import numpy as np
import pytest
from numpy.testing import assert_allclose
from proved import paired
from telling import record

import steepest as st
from steepest.run.lowest_loss import lowest_loss

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

MOUNT = """async ([kind, record, more, width]) => {
  const { fromBase64 } = await import('/engine/wire.js');
  const { makeFit } = await import('/cards/fit.js');
  const { makeChart } = await import('/cards/chart.js');
  const { makeTable } = await import('/cards/table.js');
  const scene = { ...fromBase64(record), engine: 'page' };
  const run = { ...scene.run, label: 'Run 1', colour: 0 };
  const hover = { row: -1, point: null, loss: null, level: null };
  window.state = { scene, surface: scene.surface, choices: run.choices, runs: [run], active: 0,
    at: run.index.length - 1, phase: 0, ahead: true, hover, hidden: [], theme: 'light', ...more };
  window.heard = [];
  window.put = (patch) => {
    window.state = { ...window.state, ...patch };
    window.card.show(window.state, new Set(Object.keys(patch)));
  };
  const acts = {
    row: (row) => window.put({ hover: { ...window.state.hover, row } }),
    seek: (at) => window.put({ at }),
    movePoint: (i, x, y) => {
      const { X, y: targets } = window.state.scene;
      const moved = { X: X.slice(), y: targets.slice() };
      moved.X[i] = x;
      moved.y[i] = y;
      window.put({ scene: { ...window.state.scene, ...moved } });
    },
  };
  const names = ['row', 'seek', 'movePoint', 'pointEnd', 'addPoint', 'removePoint'];
  const on = Object.fromEntries(names.map((name) => [name, (...values) => {
    window.heard.push([name, ...values]);
    acts[name]?.(...values);
  }]));
  const host = document.createElement('div');
  host.style.width = `${width}px`;
  document.body.replaceChildren(host);
  window.card = { fit: makeFit, chart: makeChart, table: makeTable }[kind](host, on);
  window.card.show(window.state, null);
}"""


ANOTHER = """async (record) => {
  const { fromBase64 } = await import('/engine/wire.js');
  const run = { ...fromBase64(record).run, label: 'Run 2', colour: 1 };
  window.put({ runs: [...window.state.runs, run] });
}"""


class Mount(Protocol):
    def __call__(self, kind: str, run: st.Run, width: int = 560, **more: Any) -> "Locator": ...


@pytest.fixture
def mount(page: "Page") -> Mount:
    """Put a card of a run on the page; return it when it has drawn."""

    def put(kind: str, run: st.Run, width: int = 560, **more: Any) -> "Locator":
        page.evaluate(MOUNT, [kind, record(run), more, width])
        card = page.locator("[data-at]")
        card.wait_for()
        return card

    return put


def told(card: "Locator", name: str) -> float:
    return float(card.get_attribute(f"data-{name}") or "nan")


def heard(page: "Page", name: str) -> list[list[float]]:
    """Return the values with which a callback was called, call by call."""
    page.evaluate("() => new Promise(requestAnimationFrame)")
    calls: list[Any] = page.evaluate("window.heard")
    return [call[1:] for call in calls if call[0] == name]


def mark(card: "Locator", row: int) -> tuple[float, float]:
    """Return where the mark of a row lies in the area of the plot."""
    text = card.locator(".st-point").nth(row).get_attribute("transform") or ""
    x, y = re.findall(r"-?[\d.]+", text)
    return float(x), float(y)


def scales(card: "Locator", run: st.Run) -> Any:
    """Return the straight lines from feature and target to pixels, from where the rows lie."""
    places = np.array([mark(card, row) for row in range(12)])
    across = np.polyfit(run.data.X[:12, 0], places[:, 0], 1)
    return across, np.polyfit(run.data.y[:12], places[:, 1], 1)


def centre(card: "Locator", row: int) -> tuple[float, float]:
    """Return the middle of the mark of a row on the page."""
    box = card.locator(".st-point").nth(row).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: "Page", start: tuple[float, float], by: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    for part in (0.5, 1.0):
        page.mouse.move(start[0] + part * by[0], start[1] + part * by[1])
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.mouse.up()


# --- data and fit --------------------------------------------------------------------------------


def test_the_line_is_that_of_the_step(page: "Page", mount: Mount) -> None:
    run = golden.run_of("squared", steps=30)
    card = mount("fit", run)
    (slope_x, zero_x), (slope_y, zero_y) = scales(card, run)
    for at in (30, 0, 7):
        page.evaluate("at => window.put({ at })", at)
        weight, bias = run.trace[at].params
        path = card.locator(".st-fit-line").get_attribute("d") or ""
        x0, y0, x1, y1 = (float(number) for number in re.findall(r"-?[\d.]+", path))
        for x, y in ((x0, y0), (x1, y1)):
            predicted = weight * (x - zero_x) / slope_x + bias
            assert y == pytest.approx(slope_y * predicted + zero_y, abs=0.6)
        assert told(card, "step") == at
        assert told(card, "loss") == pytest.approx(run.trace[at].loss, rel=1e-12)
        assert f"round {at} " in (card.locator("svg").first.get_attribute("aria-label") or "")


@pytest.mark.parametrize("start, side", [([0.0, 1e4], "above"), ([0.0, -1e4], "below")])
def test_a_line_outside_the_picture_is_told(
    page: "Page", mount: Mount, start: list[float], side: str
) -> None:
    run = golden.run_of("squared", start=start, learning_rate=0.05, steps=900)
    card = mount("fit", run)
    assert card.locator(".st-outside text").count() == 0
    page.evaluate("window.put({ at: 0 })")
    told = card.locator(".st-outside text")
    sign = "▲" if side == "above" else "▼"
    assert told.text_content() == f"{sign} the line lies {side} the picture"
    label = card.locator("svg").first.get_attribute("aria-label") or ""
    assert f"and lies {side} the picture" in label


def test_a_lit_row_shows_its_error_and_the_square_of_it(page: "Page", mount: Mount) -> None:
    run = golden.run_of("squared", steps=30)
    card = mount("fit", run)
    page.mouse.move(*centre(card, 5))
    row = int(card.get_attribute("data-row") or -1)
    assert heard(page, "row")[-1] == [row]
    note = card.locator(".st-note").inner_html()
    table = run.table().to_pydict()
    error = table["predicted"][row] - table["actual"][row]
    assert f"actual {table['actual'][row]:g} min" in note
    assert f"predicted {table['predicted'][row]:.4g} min" in note
    assert f"error {error:+.4g} min" in note
    assert f"squared error {table['loss'][row]:.4g} min²" in note
    _, (slope_y, _) = scales(card, run)
    square = card.locator(".st-square").get_attribute("d") or ""
    up, across = (float(number) for number in re.findall(r"[vh](-?[\d.]+)", square)[:2])
    assert abs(across) == pytest.approx(abs(up), abs=1e-6)
    assert abs(across) == pytest.approx(abs(slope_y * error), abs=0.2)


def test_a_dragged_point_is_told_in_the_units_of_the_data(page: "Page", mount: Mount) -> None:
    run = golden.run_of("squared", steps=3)
    card = mount("fit", run)
    (slope_x, _), (slope_y, _) = scales(card, run)
    row = int(np.argmax(run.data.X[:, 0]))
    drag(page, centre(card, row), (-40, 30))
    moves = heard(page, "movePoint")
    last_row, x, y = moves[-1]
    assert 1 <= len(moves) <= 3
    assert last_row == row
    assert x == pytest.approx(run.data.X[row, 0] - 40 / slope_x, abs=1.1 / abs(slope_x))
    assert y == pytest.approx(run.data.y[row] + 30 / slope_y, abs=1.1 / abs(slope_y))
    assert len(heard(page, "pointEnd")) == 1


def test_points_are_moved_added_and_removed_with_keys(page: "Page", mount: Mount) -> None:
    run = golden.run_of("squared", steps=3)
    card = mount("fit", run)
    order = np.argsort(run.data.X[:, 0], kind="stable")
    card.locator(".st-point[tabindex='0']").focus()
    page.keyboard.press("Home")
    assert heard(page, "row")[-1] == [order[0]]
    page.keyboard.press("ArrowRight")
    focused = int(order[1])
    assert heard(page, "row")[-1] == [focused]
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Alt+ArrowUp")
    moves = heard(page, "movePoint")
    assert [move[0] for move in moves] == [focused, focused]
    assert moves[1][1] > run.data.X[focused, 0]
    assert moves[1][2] > run.data.y[focused]
    assert len(heard(page, "pointEnd")) == 2
    page.keyboard.press("a")
    page.keyboard.press("Delete")
    assert len(heard(page, "addPoint")) == 1
    assert heard(page, "removePoint") == [[focused]]


def test_points_are_added_and_removed_with_the_mouse(page: "Page", mount: Mount) -> None:
    run = golden.run_of("squared", steps=3)
    card = mount("fit", run)
    x, y = centre(card, 0)
    page.mouse.dblclick(x - 120, y - 60)
    page.get_by_role("button", name="Add points").click()
    page.mouse.click(x - 100, y - 90)
    page.keyboard.down("Shift")
    page.mouse.click(x, y)
    page.keyboard.up("Shift")
    assert len(heard(page, "addPoint")) == 2
    (removed,) = heard(page, "removePoint")[0]
    assert page.get_by_role("button", name=f"Remove row {int(removed) + 1}").is_enabled()


def test_a_point_dragged_over_the_middle_changes_its_class(page: "Page", mount: Mount) -> None:
    run = golden.run_of("cross_entropy", steps=30)
    card = mount("fit", run)
    row = int(np.argmin(run.data.X[:, 0]))
    actual = run.data.y[row]
    drag(page, centre(card, row), (30, 160 if actual else -160))
    last_row, x, y = heard(page, "movePoint")[-1]
    assert (last_row, y) == (row, 1 - actual)
    assert x > run.data.X[row, 0]


TEXTS = """(card) => {
  const { left, right } = card.getBoundingClientRect();
  const written = [...card.querySelectorAll('svg text')].filter((text) => text.getBBox().width);
  const boxes = written.map((text) => [text.textContent, text.getBoundingClientRect()]);
  const cut = boxes.filter(([, box]) => box.left < left - 1 || box.right > right + 1);
  const touching = boxes.filter(([, a], i) => boxes.some(([, b], j) => j > i
    && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4));
  return { count: boxes.length, faults: [...cut, ...touching].map(([text]) => text) };
}"""


@pytest.mark.parametrize(
    ("width", "classes", "features"), paired([320, 560, 320], [3, 8], [1, 2, 2])
)
def test_long_names_and_large_numbers_are_written_whole_and_apart(
    mount: Mount, width: int, classes: int, features: int
) -> None:
    random = np.random.default_rng(0)
    codes = np.arange(160) % classes
    X = 1e6 * (codes[:, None] + random.normal(size=(160, features)))
    names = np.array([f"'{code}', un_nom \U0001f427 \"très long\" {60 * '_'}" for code in codes])
    card = mount("fit", st.descend((X, names), steps=6), width)
    texts = card.evaluate(TEXTS)
    assert texts["count"] > 8
    assert not texts["faults"]


@pytest.mark.parametrize("kind", ["cross_entropy", "softmax"])
def test_the_regions_are_where_each_class_is_predicted(mount: Mount, kind: str) -> None:
    run = golden.run_of(kind, steps=60, rule="momentum", learning_rate=0.3, scale="standard")
    card = mount("fit", run)
    low, high = run.data.X.min(), run.data.X.max()
    room = 0.06 * (high - low)
    grid = np.linspace(low - room, high + room, 161)
    chance = run.objective.loss.probabilities(grid[:, None] @ run.weights.reshape(1, -1) + run.bias)
    if kind == "cross_entropy":
        margins = grid * run.weights[0] + run.bias
        chance = run.objective.loss.probabilities(margins)
    codes = chance.argmax(axis=1)
    changes = codes[np.flatnonzero(np.diff(codes, prepend=-1))]
    names = " ".join(str(run.data.target.classes[code]) for code in changes)
    assert card.get_attribute("data-regions") == names


@pytest.mark.parametrize("kind", list(golden.MANY))
def test_many_features_are_drawn_at_margin_or_probability(mount: Mount, kind: str) -> None:
    run = golden.run_of(kind, steps=20, scale="standard", learning_rate=0.1)
    card = mount("fit", run)
    margins = run.objective.margins(run.params)
    actual = run.data.y.astype(int)
    if kind == "many numbers":
        axis, value = 1, margins
    elif kind == "many of two":
        axis, value = 0, margins
    else:
        chance = run.objective.loss.probabilities(margins)
        axis, value = 1, chance[np.arange(len(actual)), actual]
    rows = range(0, len(actual), 25)
    places = np.array([mark(card, row)[axis] for row in rows])
    line = np.polyfit(value[list(rows)], places, 1)
    assert_allclose(np.polyval(line, value[list(rows)]), places, atol=0.2)


# --- loss against step ---------------------------------------------------------------------------


def heights(card: "Locator") -> tuple[float, float]:
    """Return the straight line from the log of a loss to pixels, from the ticks of the axis."""
    ticks = card.locator("svg > g > text[text-anchor=end]").all()
    found = [(t.text_content() or "", float(t.get_attribute("y") or 0)) for t in ticks]
    values = [math.log10(float(text.replace(",", ""))) for text, _ in found]
    slope, zero = np.polyfit(values, [y for _, y in found], 1)
    return float(slope), float(zero)


def test_the_dashed_line_lies_at_the_lowest_loss(mount: Mount) -> None:
    run = golden.run_of("squared", learning_rate=0.06, steps=300)
    card = mount("chart", run)
    assert card.get_attribute("data-scale") == "log"
    lowest = lowest_loss(run.objective)
    assert lowest is not None
    assert told(card, "lowest") == pytest.approx(lowest, rel=1e-12)
    line = card.locator(".st-lowest line")
    label = card.locator(".st-lowest text")
    assert label.text_content() == "lowest 34.72"
    slope, zero = heights(card)
    offset = float(card.locator("svg svg").get_attribute("y") or 0) + 0.35 * 12.16
    found = float(line.get_attribute("y1") or 0) + offset
    assert found == pytest.approx(slope * math.log10(lowest) + zero, abs=0.5)


def test_a_press_and_keys_on_the_chart_go_to_a_step(page: "Page", mount: Mount) -> None:
    run = golden.run_of("squared", learning_rate=0.05, steps=50)
    card = mount("chart", run)
    slider = page.get_by_role("slider")
    tick = card.locator("svg > g > text", has_text=re.compile("^20$")).bounding_box()
    box = slider.bounding_box()
    assert tick and box
    page.mouse.click(tick["x"] + tick["width"] / 2, box["y"] + box["height"] / 2)
    assert heard(page, "seek")[-1] == [20]
    assert "round 20" in card.locator(".st-note").inner_html()
    slider.focus()
    for key in ("ArrowRight", "Home", "ArrowRight", "PageUp", "End"):
        page.keyboard.press(key)
    assert [at for (at,) in heard(page, "seek")] == [20, 21, 0, 1, 6, 50]
    words = slider.get_attribute("aria-valuetext") or ""
    assert words.startswith(f"round 50 of 50, loss {run.trace[50].loss:.4g}")


def test_a_diverged_run_leaves_through_the_top(mount: Mount) -> None:
    run = golden.run_of("squared", learning_rate=0.09, steps=200)
    card = mount("chart", run)
    assert run.stop.reason == "diverged"
    last = run.trace[len(run.trace) - 1]
    text = card.locator(".st-exit + text").text_content()
    assert text == f"{last.loss:,.0f}, round {last.index}"


def covers(box: Any, other: Any) -> bool:
    """Return whether two boxes on the page overlap."""
    across = min(box["x"] + box["width"], other["x"] + other["width"]) - max(box["x"], other["x"])
    down = min(box["y"] + box["height"], other["y"] + other["height"]) - max(box["y"], other["y"])
    return bool(across > 0 and down > 0)


@pytest.mark.parametrize(("width", "rate"), paired([260, 340, 560], [0.0705, 0.08, 0.09, 0.5]))
def test_the_words_of_the_chart_are_whole_and_hide_no_step(
    page: "Page", mount: Mount, rate: float, width: int
) -> None:
    run = golden.run_of("squared", learning_rate=rate, steps=300)
    card = mount("chart", run, width=width)
    area = card.locator("svg svg").bounding_box()
    assert area
    words = [card.locator(".st-exit + text"), card.locator(".st-lowest text")]
    for text in words:
        box = text.bounding_box()
        assert box
        assert box["x"] >= area["x"] - 1
        assert box["x"] + box["width"] <= area["x"] + area["width"] + 1
    last = len(run.trace) - 1
    for at in (0, 1, last // 2, last - 1, last):
        page.evaluate("at => window.put({ at })", at)
        dot = card.locator("svg svg > g > circle").bounding_box()
        for text in words:
            assert not covers(text.bounding_box(), dot), at


def test_the_lowest_loss_is_named_off_the_curve_that_comes_to_it(mount: Mount) -> None:
    run = golden.run_of("cross_entropy", learning_rate=0.5, scale="standard", steps=2000)
    card = mount("chart", run, width=330)
    text = card.locator(".st-lowest text").bounding_box()
    assert not covers(text, card.locator("svg svg > g > circle").bounding_box())


def test_the_lowest_loss_stands_off_the_names_of_runs(page: "Page", mount: Mount) -> None:
    """The second run ends early, so its name stands in the chart, at the lowest loss."""
    short_run = golden.run_of("squared", learning_rate=0.5, scale="standard", steps=60)
    long_run = golden.run_of("squared", learning_rate=0.1, scale="standard", steps=100)
    for width in (190, 210, 260, 340):
        card = mount("chart", short_run, width=width)
        page.evaluate(ANOTHER, record(long_run))
        lowest = card.locator(".st-lowest text").bounding_box()
        for name in ("Run 1", "Run 2"):
            label = card.get_by_text(name, exact=True).bounding_box()
            assert lowest and label and not covers(lowest, label), (width, name)


def test_mini_batches_are_drawn_beside_the_loss_of_all_rows(mount: Mount) -> None:
    run = golden.run_of("squared", learning_rate=0.02, steps=80, batch=64)
    card = mount("chart", run)
    path = card.locator(".st-batches").get_attribute("d") or ""
    assert path.count("L") == 80
    assert card.get_by_text("thin: each mini-batch; thick: all rows").count() == 1


# --- rows ----------------------------------------------------------------------------------------


def rows_of(card: "Locator") -> list[list[str]]:
    """Return the texts of the table's rows, without the mark of the worst."""
    rows = card.locator("tbody tr").all()
    texts = [row.locator("th, td").all_text_contents() for row in rows]
    return [[text.replace("▲ most", "").strip() for text in row] for row in texts]


def test_the_table_of_two_classes_has_pythons_numbers(mount: Mount) -> None:
    run = golden.run_of("cross_entropy", steps=40, scale="standard", learning_rate=0.5)
    card = mount("table", run, width=900)
    table = run.table().to_pydict()
    found = rows_of(card)
    assert len(found) == len(table["row"])
    heads = card.locator("thead th").all_text_contents()
    assert [head.split("\xa0")[0] for head in heads] == [
        *("row", "temperature (°F)", "actual", "P(no)", "P(yes)", "-log P(actual)"),
        "share of the sum",
    ]
    for i, (row, _, actual, no, yes, cost, share) in enumerate(found):
        assert (int(row), actual) == (table["row"][i], table["actual"][i])
        assert float(no) == pytest.approx(table["P(no)"][i], abs=5.1e-4)
        assert float(yes) == pytest.approx(table["P(yes)"][i], abs=5.1e-4)
        assert float(cost) == pytest.approx(table["loss"][i], abs=5.1e-4)
        assert float(share.rstrip(" %")) == pytest.approx(100 * table["share"][i], abs=0.051)
    assert told(card, "sum") == pytest.approx(sum(table["loss"]), rel=1e-12)
    assert told(card, "mean") == pytest.approx(run.loss, rel=1e-12)
    foot = card.locator("tfoot").inner_text()
    assert "sum over 23 rows" in foot
    assert f"{run.loss:.4g}" in foot


def test_the_table_of_many_rows_shows_those_that_cost_most(page: "Page", mount: Mount) -> None:
    run = golden.run_of("many of three", steps=20, scale="standard", learning_rate=0.1, l2=1e-3)
    card = mount("table", run)
    table = run.table().to_pydict()
    loss = np.array(table["loss"])
    order = np.argsort(-loss, kind="stable")
    assert [int(row[0]) for row in rows_of(card)] == [table["row"][i] for i in order[:12]]
    assert told(card, "worst") == table["row"][order[0]]
    assert card.locator("tr.st-worst").inner_text().count("▲ most") == 1
    rest = card.locator("tfoot tr").first.inner_text()
    assert f"the other {len(loss) - 12} rows together" in rest
    assert f"{loss[order[12:]].sum():.4g}" in rest
    assert told(card, "mean") == pytest.approx(loss.mean(), rel=1e-12)
    assert told(card, "loss") == pytest.approx(run.loss, rel=1e-12)
    page.get_by_role("button", name="row", exact=True).click()
    assert card.locator("th[aria-sort=ascending]").inner_text().startswith("row")
    numbers = [int(row[0]) for row in rows_of(card)]
    assert numbers == sorted(table["row"][i] for i in order[:12])
    page.get_by_role("button", name="Show the 300 rows").click()
    assert card.locator("tbody tr").count() == 300


def test_the_table_of_a_number_has_pythons_errors(page: "Page", mount: Mount) -> None:
    run = golden.run_of("absolute", steps=20)
    card = mount("table", run, width=900)
    page.evaluate("window.put({ at: 4 })")
    weight, bias = run.trace[4].params
    predicted = run.data.X[:, 0] * weight + bias
    errors = predicted - run.data.y
    for row, _, actual, guess, error, cost, _ in rows_of(card):
        i = int(row) - 1
        assert float(actual) == run.data.y[i]
        assert float(guess) == pytest.approx(predicted[i], rel=2e-4)
        assert float(error) == pytest.approx(errors[i], abs=0.01)
        assert float(cost) == pytest.approx(abs(errors[i]), abs=0.01)
    assert told(card, "mean") == pytest.approx(run.trace[4].loss, rel=1e-12)


def test_rows_are_lit_by_pointer_and_keys_without_a_jump(page: "Page", mount: Mount) -> None:
    run = golden.run_of("cross_entropy", steps=10)
    card = mount("table", run)
    card.locator("tbody tr").nth(3).hover()
    assert heard(page, "row")[-1] == [3]
    assert card.locator("tr.st-lit th").all_text_contents() == ["4"]
    assert "row 4: " in card.locator(".st-worked").inner_text()
    card.locator("tbody tr[tabindex='0']").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    assert heard(page, "row")[-1] == [len(run.data.y) - 2]
    before = page.evaluate("[scrollX, scrollY]")
    page.evaluate("window.put({ hover: { ...window.state.hover, row: 0 } })")
    assert page.evaluate("[scrollX, scrollY]") == before

"""The page in a headless Chromium that draws without a GPU: how long the reader waits."""

import json
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

import steepest as st
from bench.timing import progress, table
from steepest import Run
from steepest.server import serve
from steepest.session import Session

ROWS, STEPS, ROUNDS, OPENINGS = 300, 200, 60, 12

MANY_ROWS = 20_000

START, POINT = "[data-card=map] [role=slider]", "[data-card=fit] .st-point"
"""What is dragged: the start of the walk, a row of the data."""

Wait = tuple[str, str, list[float], str]
"""What is waited for, the loss, the milliseconds of each time, and the bars of median and 95th."""

RATES = {"squared": 0.03, "cross_entropy": 0.05}

WATCH = """
() => {
  const root = document.querySelector('.st-app');
  const before = root.dataset.loss;
  const changed = () => new Promise((done) => {
    const watch = new MutationObserver(() => {
      if (root.dataset.loss === before) return;
      watch.disconnect();
      done();
    });
    watch.observe(root, { attributes: true, attributeFilter: ['data-loss'] });
  });
  // A message sent from a frame is handed over when that frame is drawn.
  const drawn = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    channel.port2.postMessage(0);
  }));
  window.waited = new Promise((done) => {
    window.addEventListener('pointermove', async () => {
      const began = performance.now();
      await changed();
      done((await drawn()) - began);
    }, { once: true, capture: true });
  });
}
"""
"""How long from a move of the pointer until the frame is drawn in which the loss is another."""

TRIPS = """
const asked = new Map();
window.trips = [];
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  const { id, ask } = JSON.parse(text);
  if (ask === 'descend') asked.set(id, performance.now());
  if (!this.timed) this.addEventListener('message', ({ data }) => {
    const words = new TextDecoder().decode(new Uint8Array(data, 0, Math.min(400, data.byteLength)));
    for (const [known, since] of asked) if (words.includes(`"${known}"`)) {
      window.trips.push(performance.now() - since);
      asked.delete(known);
    }
  });
  this.timed = true;
  send.call(this, text);
};
"""
"""How long each descent takes from the question to Python to its answer."""

FIRST = """
() => new Promise((done) => {
  const look = () => {
    const surface = document.querySelector('[data-card=map] canvas');
    const { width, height } = surface ?? { width: 0, height: 0 };
    const pixels = width && surface.getContext('2d').getImageData(0, 0, width, height).data;
    if (pixels && pixels.some((value) => value > 0)) done(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})
"""


FRAMES = """
(count) => new Promise((done) => {
  const run = document.querySelector('.st-run');
  const pace = document.querySelector('.st-pace');
  pace.value = pace.max;
  pace.dispatchEvent(new Event('input'));
  run.click();
  const [taken, steps] = [[], []];
  let last = null;
  const frame = (now) => {
    const at = Number(document.querySelector('.st-app').dataset.at);
    if (last !== null) taken.push(now - last.now), steps.push(at - last.at);
    last = { now, at };
    if (taken.length < count && run.getAttribute('aria-pressed') === 'true') {
      requestAnimationFrame(frame);
    } else {
      // A run that came to its end is not running: a press would take it on from there.
      if (run.getAttribute('aria-pressed') === 'true') run.click();
      done([taken.slice(2), steps.slice(2)]);
    }
  };
  requestAnimationFrame(frame);
})
"""
"""How long each frame takes while a run is shown at its fastest, and how many steps it takes."""

REFINED = """
(param) => new Promise((done) => {
  const app = document.querySelector('.st-app');
  const field = [...document.querySelectorAll('.st-settings select')].find(
    ({ options }) => options.length > 100);
  const [since, found, frames] = [performance.now(), {}, []];
  let [points, last] = [app.dataset.points, since];
  const frame = () => {
    frames.push(performance.now() - last);
    last = performance.now();
    if (!found[51]) requestAnimationFrame(frame);
    else done({ ...found, frames });
  };
  new MutationObserver((_, watch) => {
    if (app.dataset.points === points) return;
    points = app.dataset.points;
    found[points] ??= performance.now() - since;
    if (found[51]) watch.disconnect();
  }).observe(app, { attributeFilter: ['data-points'] });
  field.value = String(param);
  field.dispatchEvent(new Event('change'));
  requestAnimationFrame(frame);
})
"""
"""How long after a weight was chosen its surface has so many points, and the frames till 51."""

WEIGHTS = (0, 2, 5, 9, 13)
"""Weights of the first layer: with each all of the network is worked out at every point."""


def page() -> str:
    """Return the tables: what the reader waits for, median and 95th percentile; the file's size."""
    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        rows = [_row(*wait) for name in RATES for wait in waits(browser, name, Path(folder))]
        rows.append(_row(*_large(browser, Path(folder))))
        size = _size(Path(folder) / "squared.html")
        network = list(_network_rows(browser, Path(folder)))
    title = f"The page ({size}): {ROWS} rows, {STEPS} steps, headless Chromium without a GPU"
    large = "The page of a network: 2-8-8-1, 500 rows, the same browser; it trains by itself"
    head = ("median ms", "95th percentile ms", "bars ms")
    return "\n\n".join(
        [table(title, ("", "loss", *head), rows), table(large, ("", *head), network)]
    )


@contextmanager
def _browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def tell() -> None:
    """Print as JSON all that is waited for on the pages of the checkout that is imported."""
    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        told = [wait for name in RATES for wait in waits(browser, name, Path(folder))]
    print(json.dumps(told))


def waits(browser: Browser, loss: str, folder: Path) -> Iterator[Wait]:
    """Yield what a reader waits for: its name, the loss, the milliseconds, and the bar."""
    run = _run(loss)
    path = folder / f"{loss}.html"
    run.page(path)
    works: dict[str, tuple[Callable[[], list[float]], str]] = {
        "first picture of the saved file": (lambda: _openings(browser, path), "350 / 450"),
        "pointer moved to path redrawn": (lambda: _saved(browser, path, START), "10 / 16"),
        "data point moved to surface redrawn": (lambda: _saved(browser, path, POINT), "25 / 33"),
    }
    for name, (work, bar) in works.items():
        progress(f"      {loss}: {name} ...")
        yield name, loss, work(), bar
    progress(f"      {loss}: the same drag through Python ...")
    trips, drawn = _live(browser, run)
    yield "question to Python and answer, 200 steps", loss, trips, "50"
    yield "pointer moved to path redrawn, through Python", loss, drawn, ""


def _large(browser: Browser, folder: Path) -> Wait:
    """Return how long a drag of the start takes on the saved page of very many rows."""
    progress(f"      {MANY_ROWS:,} rows: the start dragged ...")
    path = folder / "large.html"
    _run("squared", MANY_ROWS).page(path)
    name = f"the same of {MANY_ROWS:,} rows: pointer moved to path redrawn"
    return name, "squared", _saved(browser, path, START), "- / 33"


def _row(name: str, loss: str, taken: list[float], bars: str) -> tuple[str, ...]:
    median, late = np.quantile(taken, [0.5, 0.95])
    return name, loss, f"{median:.3g}", f"{late:.3g}", bars


def _size(path: Path) -> str:
    """Return the size of a saved page, and of what of it is code."""
    text = path.read_text(encoding="utf-8")
    data = '<script type="application/json".*?</script>|<noscript>.*?</noscript>'
    code = re.sub(data, "", text, flags=re.DOTALL)
    return f"{len(text) / 1000:,.0f} kB, {len(code) / 1000:,.0f} kB of it code"


def _run(loss: str, rows: int = ROWS) -> Run:
    """Return a run on rows of Old Faithful, drawn with replacement until there are enough."""
    geyser = st.dataset("geyser")
    chosen = np.random.default_rng(0).choice(geyser.num_rows, rows)
    X = geyser["duration"].to_numpy()[chosen][:, None]
    y = geyser["waiting"].to_numpy()[chosen].astype(float)
    y = y if loss == "squared" else np.where(y > 70, "long", "short")
    how = {"rule": "steepest", "learning_rate": RATES[loss], "scale": "none"}
    return st.descend((X, y), loss=loss, steps=STEPS, **how)


def _network_rows(browser: Browser, folder: Path) -> Iterator[tuple[str, ...]]:
    """Yield what a reader of a network's page waits for; a worker works out the surfaces."""
    progress("      network: frames and surfaces ...")
    _network_run().page(folder / "network.html")
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto((folder / "network.html").as_uri())
    page.wait_for_selector(".st-app[data-busy=false]")
    taken, steps = page.evaluate(FRAMES, ROUNDS)
    found = [page.evaluate(REFINED, weight) for weight in WEIGHTS]
    page.close()
    drawn = f"frame with {np.median(steps):.0f} steps and the region drawn anew"
    waits: dict[str, tuple[list[float], str]] = {
        drawn: (taken, "17"),
        "a weight of layer 1 chosen to its surface of 17 x 17": (
            [one["17"] for one in found],
            "200",
        ),
        "the same of 51 x 51": ([one["51"] for one in found], "2000"),
        "frame meanwhile": ([frame for one in found for frame in one["frames"]], "17"),
    }
    for name, (times, bars) in waits.items():
        first, _, *rest = _row(name, "", times, bars)
        yield first, *rest


def _network_run() -> Run:
    """Return a run on two spirals, two classes that no line parts."""
    chance = np.random.default_rng(0)
    turn, arm = 0.5 + 1.5 * np.pi * np.sqrt(chance.random(500)), np.arange(500) % 2
    X = np.column_stack([np.cos(turn), np.sin(turn)]) * (turn * (2 * arm - 1))[:, None]
    X += chance.normal(0.0, 0.15, X.shape)
    how = {"rule": "steepest", "learning_rate": 0.1, "scale": "none"}
    return st.descend((X, np.where(arm, "one", "other")), hidden=(8, 8), steps=2000, **how)


def _openings(browser: Browser, path: Path) -> list[float]:
    """Return how long it takes from the navigation to the first surface on the screen."""
    taken = []
    for _ in range(OPENINGS):
        page = browser.new_page()
        page.goto(path.as_uri(), wait_until="commit")
        taken.append(page.evaluate(FIRST))
        page.close()
    return taken


def _saved(browser: Browser, path: Path, handle: str) -> list[float]:
    page = browser.new_page()
    page.goto(path.as_uri())
    taken = _drags(page, handle)
    page.close()
    return taken


def _drags(page: Page, handle: str) -> list[float]:
    """Return how long each move of a drag takes until it is seen, after a few to warm up."""
    page.wait_for_selector(".st-app[data-busy=false]")
    held = page.locator(handle).first
    held.scroll_into_view_if_needed()
    box = held.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    taken = [_moved(page, x + 30 * np.sin(i), y + 20 * np.cos(1.7 * i)) for i in range(5 + ROUNDS)]
    page.mouse.up()
    return taken[5:]


def _moved(page: Page, x: float, y: float) -> float:
    page.evaluate(WATCH)
    page.mouse.move(x, y)
    return page.evaluate("() => window.waited")


def _live(browser: Browser, run: Run) -> tuple[list[float], list[float]]:
    """Return the same for a page that asks Python: of each answer, and of each move."""
    said: list[str] = []
    heard = threading.Event()

    def tell(words: str) -> None:
        said.append(words)
        heard.set()

    work = {"port": 0, "open_browser": False, "tell": tell, "linger": 0.5}
    server = threading.Thread(target=serve, args=(lambda: Session.of_run(run),), kwargs=work)
    server.start()
    heard.wait()
    page = browser.new_page()
    page.add_init_script(TRIPS)
    page.goto(next(word for word in said[0].split() if word.startswith("http")))
    drawn = _drags(page, START)
    trips = page.evaluate("() => window.trips")[5:]
    page.close()
    server.join()
    return trips, drawn

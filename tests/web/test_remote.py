"""The engine behind a channel: its answers are Python's, and it lives through a lost connection."""

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from websockets.sync.server import ServerConnection, serve

import steepest as st
from steepest.data.table import read_table
from steepest.page.wire import to_buffers, to_frame
from steepest.session import Session

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHOICES = {"rule": "steepest", "learning_rate": 0.05, "scale": "none", "steps": 5, "start": [1, 2]}

BEGIN = """async (url) => {
  const { socketEngine } = await import('/engine/remote.js');
  window.told = [];
  window.engine = socketEngine(url, {
    connection: (word) => window.told.push(word),
    fault: (words) => window.told.push(words),
  });
}"""

ASK = """async ([name, request]) => {
  const plain = (value) => {
    if (ArrayBuffer.isView(value)) return Array.from(value);
    if (Array.isArray(value)) return value.map(plain);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
  };
  try {
    return plain(await window.engine[name](request));
  } catch (error) {
    return { error: error.message, superseded: error.superseded ?? false };
  }
}"""


class Python:
    """The other end: answers as a session, keeps what it hears, and can be told to misbehave."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.before_answer: list[Any] = []
        self.refuses_to_open = False
        self.opened = 0
        self.server = serve(self._serve, "127.0.0.1", 0, max_size=None, compression=None)
        self.port = self.server.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def _serve(self, page: ServerConnection) -> None:
        self.opened += 1
        session = Session.of_table(read_table("geyser"))
        for message in page:
            request = json.loads(message)
            self.heard.append(request)
            odd = self.before_answer.pop(0) if self.before_answer else None
            if odd == "drop":
                page.socket.close()
                return
            if odd == "nothing" or request["ask"] == "give up":
                continue
            for frame in odd or ():
                page.send(frame)
            answer = session.answer(request)
            if self.refuses_to_open and request["ask"] == "open":
                answer = {"error": "there is no room"}
            page.send(to_frame({"id": request["id"], **_told(answer)}))

    def all_heard(self, last: str) -> list[dict[str, Any]]:
        """Return all requests once one of the kind `last` has arrived."""
        end = time.monotonic() + 20
        while last not in [request["ask"] for request in self.heard]:
            assert time.monotonic() < end
            time.sleep(0.01)
        return self.heard

    def end(self) -> None:
        self.server.shutdown()
        self.thread.join()


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    return answer if "error" in answer else {"answer": answer}


@pytest.fixture
def python() -> Iterator[Python]:
    python = Python()
    yield python
    python.end()


@pytest.fixture
def page(modules: "Page", python: Python) -> "Iterator[Page]":
    """A page whose engine is connected to `python`."""
    modules.evaluate(BEGIN, f"ws://127.0.0.1:{python.port}/socket")
    yield modules
    modules.evaluate("window.engine.close()")


def ask(page: "Page", name: str, request: Any = None) -> Any:
    return page.evaluate(ASK, [name, request])


def test_a_descent_is_pythons(page: "Page") -> None:
    told = ask(page, "descend", {"choices": CHOICES, "rows": None})
    run = st.descend("geyser", "waiting", ["duration"], **CHOICES)  # type: ignore[arg-type]
    assert np.array_equal(np.reshape(told["params"], (-1, 2)), run.trace.params)


def test_arrays_of_the_page_reach_python(page: "Page") -> None:
    script = """async () => {
      const { engine } = window;
      const params = Float64Array.of(2, 1);
      const rows = { X: Float64Array.of(0, 1, 2), y: Float64Array.of(1, 3, 5.5) };
      const see = [{ params: Float64Array.of(0, 0), loss: Float64Array.of(NaN) }];
      const surface = await engine.surface({ rows, x: 0, y: 1, base: params, points: 5, see });
      return [await engine.lossAt({ rows, params }), surface.loss.length];
    }"""
    assert page.evaluate(script) == [pytest.approx(0.25 / 3), 25]


def test_a_file_of_the_page_is_opened(page: "Page", python: Python) -> None:
    script = """() => window.engine.open({ file: {
      name: 'my.csv',
      bytes: new TextEncoder().encode(`a,b\\n${'1,2\\n2,5\\n3,1\\n'.repeat(30000)}`),
    } }).then(({ scene, offer }) => [scene.source, scene.rows, offer.chosen.target])"""
    assert page.evaluate(script) == ["my.csv", 90_000, "b"]
    assert ask(page, "offer")["chosen"]["target"] == "b"
    assert python.heard[-1]["ask"] == "offer"


def test_what_python_refuses_is_an_error_with_its_words(page: "Page") -> None:
    told = ask(page, "descend", {"choices": {"rule": "x"}})
    assert told["error"].startswith("there is no rule 'x'") and not told["superseded"]


def test_frames_that_cannot_be_read_are_told_and_nothing_else(page: "Page", python: Python) -> None:
    junk = ["words", b"", b"\xff\xff\xff\x7f{}", to_frame({"id": None, "error": "not JSON"})]
    python.before_answer = [[*junk, to_frame({"id": "nobody's", "answer": 1})]]
    assert ask(page, "lossAt", {"params": [0, 0]}) == pytest.approx(5210.68, rel=1e-4)
    told = page.evaluate("window.told")
    assert len(told) == 4 and all("could not be read" in words for words in told)
    assert told[-1].endswith("not JSON")


def test_a_lost_connection_comes_back_with_all_that_was_open(page: "Page", python: Python) -> None:
    ask(page, "open", {"data": "orings"})
    python.before_answer = ["drop"]
    both = """() => Promise.all([
      window.engine.lossAt({ params: [0, 0] }),
      window.engine.offer(),
    ]).then(([loss, offer]) => [loss, offer.chosen.data])"""
    assert page.evaluate(both) == [pytest.approx(np.log(2)), "orings"]
    assert page.evaluate("window.told") == ["lost", "back"]
    assert python.opened == 2
    asked = [request["ask"] for request in python.heard]
    assert asked[:2] == ["open", "loss"] and asked[-3:] == ["open", "loss", "offer"]


OPEN_FILE = """() => window.engine.open({ file: {
  name: 'my.csv',
  bytes: new TextEncoder().encode('a,b,c\\n1,2,9\\n2,5,7\\n3,1,8\\n'),
} }).then(({ offer }) => offer.chosen)"""


@pytest.mark.parametrize("named", ["", "my.csv"])
def test_a_file_with_other_columns_comes_back_as_both(
    page: "Page", python: Python, named: str
) -> None:
    assert page.evaluate(OPEN_FILE) == {"data": "", "target": "c", "features": ["b"]}
    ask(page, "open", {"data": named, "target": "c", "features": ["b"]})
    ask(page, "open", {"data": named, "target": "b", "features": ["c"]})
    ask(page, "open", {})
    loss = ask(page, "lossAt", {"params": [0, 0]})
    python.before_answer = ["drop"]
    assert ask(page, "lossAt", {"params": [0, 0]}) == loss == pytest.approx(10)
    assert ask(page, "offer")["chosen"] == {"data": "", "target": "b", "features": ["c"]}
    assert page.evaluate("window.told") == ["lost", "back"]
    again = [request["ask"] for request in python.heard][-3:]
    assert again == ["open", "loss", "offer"]
    last = python.heard[-3]
    assert last["file"]["name"] == "my.csv" and (last["target"], last["features"]) == ("b", ["c"])


def test_columns_of_what_python_began_with_come_back(page: "Page", python: Python) -> None:
    ask(page, "open", {"target": "duration", "features": ["waiting"]})
    python.before_answer = ["drop"]
    assert ask(page, "offer")["chosen"]["target"] == "duration"
    assert python.heard[-2]["data"] == "" and python.heard[-2]["target"] == "duration"


def test_what_cannot_be_opened_again_is_told_and_nothing_else_answers(
    page: "Page", python: Python
) -> None:
    page.evaluate(OPEN_FILE)
    python.refuses_to_open, python.before_answer = True, ["drop"]
    words = "what was open could not be opened again (there is no room): open it once more"
    lost = {"error": words, "superseded": False}
    assert ask(page, "lossAt", {"params": [0, 0]}) == lost
    assert page.evaluate("window.told") == ["lost", words, "back"]
    for name in ("descend", "surface", "offer"):
        assert ask(page, name, {}) == lost
    assert ask(page, "open", {"data": "", "target": "waiting"}) == lost
    assert [request["ask"] for request in python.heard][-2:] == ["loss", "open"]
    python.refuses_to_open = False
    ask(page, "open", {"data": "orings"})
    assert ask(page, "lossAt", {"params": [0, 0]}) == pytest.approx(np.log(2))


INFINITE = {
    "descend({ choices: { learning_rate: Infinity } })": "the learning rate is inf, but",
    "descend({ choices: { learning_rate: 0.1, l2: NaN } })": "l2 is nan, but",
    "surface({ choices: { delta: -Infinity } })": "delta is -inf, but",
    "descend({ choices: { start: [0, NaN] } })": "start holds nan, but",
    "descend({ choices: {}, rows: { X: Float64Array.of(1, Infinity), y: [1, 2] } })": "X holds inf",
    "lossAt({ rows: { X: [1, 2], y: Float64Array.of(NaN, 1) } })": "y holds nan, but",
    "lossAt({ params: Float64Array.of(1, NaN) })": "params holds nan, but",
    "surface({ base: [1, 2], window: [0, Infinity, 0, 1] })": "window holds inf, but",
}


@pytest.mark.parametrize(("asked", "said"), INFINITE.items())
def test_what_json_cannot_tell_is_not_asked(
    page: "Page", python: Python, asked: str, said: str
) -> None:
    told = page.evaluate(f"() => window.engine.{asked}.catch((error) => error.message)")
    assert told.startswith(said) and "must be " in told and "finite" in told
    assert not python.heard


def test_where_there_is_no_python_that_is_said(modules: "Page") -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    # A page of its own, since the browser complains of what it cannot reach.
    page = modules.context.new_page()
    page.goto(modules.url)
    page.evaluate(BEGIN, f"ws://127.0.0.1:{port}/socket")
    told = ask(page, "offer")
    assert "there is no connection to Python" in told["error"]
    assert page.evaluate("window.told") == ["lost"]
    page.close()


def test_late_answers_can_be_given_up(page: "Page", python: Python) -> None:
    python.before_answer = ["nothing", "nothing", "nothing"]
    script = """async () => {
      const { engine } = window;
      const words = (error) => [error.message, error.superseded];
      const late = [engine.descend({}), engine.offer()].map((p) => p.catch(words));
      engine.giveUp();
      await new Promise((done) => setTimeout(done, 350));
      const early = engine.surface({}).catch(words);
      engine.giveUp();
      const given = await late[0];
      engine.close();
      return [given, await late[1], await early];
    }"""
    closed = ["the page was closed", None]
    assert page.evaluate(script) == [["a newer question took its place", True], closed, closed]
    ids = {request["ask"]: request["id"] for request in python.all_heard("give up")}
    assert ids["give up"] == ids["descend"]


def test_questions_of_one_kind_do_not_take_each_others_place(page: "Page", python: Python) -> None:
    ask(page, "offer")
    ask(page, "offer")
    assert len({request["of"] for request in python.heard}) == 2


def test_a_saved_page_has_the_state_in_it(page: "Page") -> None:
    state = ask(page, "open", {})["scene"]
    script = """async (scene) => {
      const choices = scene.run.choices;
      const runs = [{ ...scene.run, label: 'Run 1', colour: 0 }];
      const state = { scene, choices, rows: null, runs, active: 0, at: 3, axes: 'units', hidden: [],
        theme: 'dark', pace: 5, lesson: '', surface: scene.surface };
      return window.engine.page(state);
    }"""
    text = page.evaluate(script, state)
    assert text.startswith("<!doctype html>") and "dark" in text


COMM = """async ([header, buffers]) => {
  const { commEngine } = await import('/engine/remote.js');
  const heard = [];
  const model = {
    on: (event, hear) => heard.push([event, hear]),
    off: (event, hear) => heard.splice(heard.findIndex((pair) => pair[1] === hear), 1),
    send: (content) => {
      const views = buffers.map((buffer) => {
        const room = new Uint8Array([9, ...Uint8Array.from(atob(buffer), (c) => c.charCodeAt(0))]);
        return new DataView(room.buffer, 1);
      });
      for (const [, hear] of heard) hear({ ...header, id: content.id }, views);
    },
  };
  const engine = commEngine(model, {});
  const { params } = await engine.descend({ choices: {}, rows: null });
  engine.close();
  return [Array.from(params), heard.length];
}"""


def test_a_notebooks_buffers_are_read(modules: "Page") -> None:
    header, buffers = to_buffers({"answer": {"params": np.array([1.5, np.pi])}})
    coded = [base64.b64encode(buffer).decode() for buffer in buffers]
    assert modules.evaluate(COMM, [header, coded]) == [[1.5, np.pi], 0]


SILENCE = """async () => {
  const { commEngine } = await import('/engine/remote.js');
  const engine = commEngine({ on() {}, off() {}, send() {} });
  window.silent = engine.offer().catch((error) => error.message);
}"""

GONE = """async () => {
  const { commEngine } = await import('/engine/remote.js');
  const shut = () => { throw new Error('Cannot send'); };
  const ends = [shut, async () => shut()].map((send) => commEngine({ on() {}, off() {}, send }));
  return Promise.all(ends.map((engine) => engine.offer().catch((error) => error.message)));
}"""


def test_a_kernel_that_does_not_answer_is_told(modules: "Page") -> None:
    page = modules.context.new_page()
    page.clock.install()
    page.goto(modules.url)
    page.evaluate(SILENCE)
    page.clock.run_for(31_000)
    words = page.evaluate("window.silent")
    page.close()
    assert "Python does not answer" in words and "run the cell again" in words


def test_a_kernel_that_was_started_anew_is_told(modules: "Page") -> None:
    for words in modules.evaluate(GONE):
        assert "started anew" in words and "run the cell again" in words

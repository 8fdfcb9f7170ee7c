"""The live page's server: who may ask, what can be had, and how it ends."""

import gc
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from frames import read_frame
from reference import heavy_ball
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

import steepest as st
from steepest.data.table import read_table
from steepest.server import serve
from steepest.server.serve import listen
from steepest.session import Session, session
from steepest.session.opening import open_table

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/\?token=([\w-]+)")

PATIENCE = 20


class Live(NamedTuple):
    """A server that is running, and a session of it that can be held up."""

    port: int
    token: str

    def get(self, path: str, host: str | None = None, **headers: str) -> Any:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        named = {"Host": f"127.0.0.1:{self.port}" if host is None else host} | headers
        asked.request("GET", path, headers=named)
        answer = asked.getresponse()
        answer.text = answer.read().decode()  # type: ignore[attr-defined]
        asked.close()
        return answer

    def page(self, path: str = "/", **headers: str) -> Any:
        return self.get(f"{path}?token={self.token}", **headers)

    def socket(self, token: str | None = None, **options: Any) -> ClientConnection:
        path = f"/socket?token={self.token if token is None else token}"
        options = {"origin": f"http://127.0.0.1:{self.port}", "max_size": None} | options
        return connect(f"ws://127.0.0.1:{self.port}{path}", **options)


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    """A server on the geyser, which ends when its last page is closed."""
    opened = open_table(read_table("geyser"))
    with running(lambda: Session(opened)) as server, server.socket():
        yield server


class running:  # noqa: N801
    """Serves in a thread; at the end all pages are closed, and with them the server."""

    def __init__(self, session: Callable[[], Session], **options: Any) -> None:
        self.said: list[str] = []
        told = threading.Event()

        def tell(words: str) -> None:
            self.said.append(words)
            told.set() if ADDRESS.search(words) else None

        options = {"port": 0, "open_browser": False, "linger": 0.0, "tell": tell} | options
        self.thread = threading.Thread(target=serve, args=(session,), kwargs=options, daemon=True)
        self.thread.start()
        assert told.wait(PATIENCE)

    def __enter__(self) -> Live:
        found = ADDRESS.search("\n".join(self.said))
        assert found
        return Live(int(found[1]), found[2])

    def __exit__(self, *error: object) -> None:
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


def ask(page: ClientConnection, id_: Any, what: Any, **more: Any) -> None:
    page.send(json.dumps({"id": id_, "ask": what} | more))


def answered(page: ClientConnection, patience: float = PATIENCE) -> Any:
    frame = page.recv(timeout=patience)
    assert isinstance(frame, bytes)
    return read_frame(frame)


def test_the_page_its_code_and_its_style_are_served(live: Live) -> None:
    page = live.page()
    assert page.status == 200 and page.getheader("content-type") == "text/html; charset=utf-8"
    parts = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    assert len(parts) == 2 and "again.js" not in page.text
    for path, kind in zip(sorted(parts), ("text/javascript", "text/css"), strict=True):
        part = live.get(path)
        assert part.status == 200 and part.getheader("content-type").startswith(kind)
        assert len(part.text) > 1000


def test_every_answer_is_strict(live: Live) -> None:
    for answer in (live.page(), live.page("/app.js"), live.get("/"), live.page("/none")):
        policy = answer.getheader("content-security-policy")
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.getheader("x-content-type-options") == "nosniff"
        assert answer.getheader("referrer-policy") == "no-referrer"
        assert answer.getheader("cache-control") == "no-store"
        assert answer.getheader("access-control-allow-origin") is None
        assert answer.getheader("server") is None
    policy = live.page().getheader("content-security-policy")
    assert f"connect-src 'self' ws://127.0.0.1:{live.port};" in policy


@pytest.mark.parametrize("path", ["/", "/app.js", "/page.css", "/none"])
def test_nothing_is_had_without_the_token(live: Live, path: str) -> None:
    wrong = [
        path,
        f"{path}?token=",
        f"{path}?token={live.token[:-1]}",
        f"{path}?Token={live.token}",
    ]
    for asked in [*wrong, f"{path}?token=%ff&token={live.token}"]:
        answer = live.get(asked)
        # A reload, without any, gets the same words, and the way back to its tab's own token.
        assert answer.status == (200 if asked == "/" else 403) and "token" in answer.text
        assert live.token not in answer.text and len(answer.text) < 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "", "[::1]"])
def test_a_name_that_is_not_this_machines_is_refused(live: Live, host: str) -> None:
    answer = live.page(host=host.format(port=live.port))
    assert answer.status == 403 and "this machine only" in answer.text
    assert live.page(host=f"localhost:{live.port}").status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:{port}"])
def test_another_page_is_refused(live: Live, origin: str) -> None:
    origin = origin.format(port=live.port)
    answer = live.page(Origin=origin)
    assert answer.status == 403 and "Another page" in answer.text
    with pytest.raises(InvalidStatus, match="403"):
        live.socket(origin=origin)
    assert live.page(Origin=f"http://127.0.0.1:{live.port}").status == 200


def test_a_socket_needs_the_token_too(live: Live) -> None:
    for token in ("", "x", live.token + "x"):
        with pytest.raises(InvalidStatus, match="403"):
            live.socket(token)


@pytest.mark.parametrize(
    "path", ["/../pyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/app.js/", "/web"]
)
def test_no_path_of_this_machine_is_served(live: Live, path: str) -> None:
    assert live.page(path).status in (404, 307)
    assert "root:" not in live.page(path).text


def test_it_listens_on_this_machine_only(live: Live) -> None:
    with socket.socket() as other:
        other.settimeout(1)
        assert other.connect_ex((socket.gethostbyname(socket.gethostname()), live.port)) or (
            socket.gethostbyname(socket.gethostname()).startswith("127.")
        )


def test_a_descent_is_answered(live: Live) -> None:
    choices = {"rule": "steepest", "learning_rate": 0.05, "scale": "none", "steps": 9}
    with live.socket() as page:
        ask(page, 1, "descend", choices=choices)
        told = answered(page)
    run = st.descend("geyser", "waiting", ["duration"], **choices)  # type: ignore[arg-type]
    assert told["id"] == 1
    assert np.array_equal(told["answer"]["params"].reshape(-1, 2), run.trace.params)


def test_the_numbers_of_a_rule_go_over_the_socket(live: Live) -> None:
    choices = {"rule": "momentum:0.5", "learning_rate": 0.06, "scale": "none", "steps": 60}
    with live.socket() as page:
        ask(page, 1, "descend", choices=choices | {"start": [0.0, 70.0]})
        told = answered(page)["answer"]
    data = st.descend("geyser", "waiting", ["duration"], steps=0).data
    true = heavy_ball(data.X, data.y, [0.0, 70.0], 0.06, 0.5, 60)
    assert f"{true:.2f}" == "44.02"
    assert told["loss"][-1] == pytest.approx(true, rel=1e-9)
    assert told["choices"]["rule"] == "momentum:0.5"


def test_each_page_has_a_session_of_its_own(live: Live) -> None:
    with live.socket() as one, live.socket() as other:
        ask(one, 1, "open", data="orings")
        assert answered(one)["answer"]["scene"]["source"] == "orings"
        ask(other, 1, "offer")
        assert answered(other)["answer"]["chosen"]["data"] == "geyser"


WRONG = {
    "no JSON": ("{", "must be JSON"),
    "deep": ("[" * 100_000, "must be JSON"),
    "long number": ("1" * 5000, "must be JSON"),
    "list": ("[1]", "must be an object"),
    "bytes": (b"\0\1", "must be text"),
    "nothing": ("", "must be JSON"),
    "no ask": ("{}", "nothing can be asked by the name None"),
    "unknown": ('{"ask": "eval", "id": {"a": 1}}', "nothing can be asked by the name 'eval'"),
    "NaN": ('{"ask": "loss", "params": [NaN, 1]}', "no finite number"),
}


@pytest.mark.parametrize(("message", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_message_is_answered_and_the_next_one_too(
    live: Live, message: str | bytes, said: str
) -> None:
    with live.socket() as page:
        page.send(message)
        told = answered(page)
        assert said in told["error"] and told["id"] is None
        ask(page, "x", "offer")
        assert answered(page)["id"] == "x"


def test_a_message_that_is_too_large_ends_its_page_alone(live: Live) -> None:
    with live.socket() as page, pytest.raises(ConnectionClosed):
        page.send('{"ask": "open", "file": "' + "x" * 48_000_000 + '"}')
        page.recv(timeout=PATIENCE)
    assert live.page().status == 200


class Slow(Session):
    """A session that takes its time, until it is let go or given up."""

    started = threading.Event()
    let_go = threading.Event()

    def answer(self, request: Any, given_up: Callable[[], bool] = lambda: False) -> dict[str, Any]:
        self.started.set()
        while not self.let_go.wait(0.005):
            if given_up():
                return {"superseded": True}
        return {"asked": request["number"]}


@pytest.fixture
def slow() -> Iterator[ClientConnection]:
    """A page whose session is busy with request 0."""
    opened = open_table(read_table("geyser"))
    Slow.started.clear()
    Slow.let_go.clear()
    with running(lambda: Slow(opened)) as server, server.socket() as page:
        ask(page, 0, "descend", number=0)
        assert Slow.started.wait(PATIENCE)
        yield page
        Slow.let_go.set()


def test_a_newer_request_takes_the_place_of_an_older_one(slow: ClientConnection) -> None:
    for number in (1, 2, 3):
        ask(slow, number, "surface", number=number)
    assert [answered(slow) for _ in (1, 2)] == [{"id": n, "superseded": True} for n in (1, 2)]
    ask(slow, 4, "descend", number=4)
    assert answered(slow) == {"id": 0, "superseded": True}
    Slow.let_go.set()
    assert [answered(slow)["answer"] for _ in (3, 4)] == [{"asked": 3}, {"asked": 4}]


def test_requests_of_other_kinds_wait_for_their_turn(slow: ClientConnection) -> None:
    for number, of in ((1, "a"), (2, "b")):
        ask(slow, number, "descend", of=of, number=number)
    Slow.let_go.set()
    assert [answered(slow)["answer"]["asked"] for _ in range(3)] == [0, 1, 2]


def test_a_request_can_be_given_up(slow: ClientConnection) -> None:
    ask(slow, 1, "surface", number=1)
    ask(slow, 1, "give up")
    ask(slow, 0, "give up")
    ask(slow, 7, "give up")
    told = sorted((answered(slow) for _ in (0, 1)), key=lambda answer: answer["id"])
    assert told == [{"id": 0, "superseded": True}, {"id": 1, "superseded": True}]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: {"loss": object()}, "TypeError: Object of type object is not JSON"),
        (lambda: {"loss": np.array(["x"])}, "ValueError: could not convert string"),
        (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
    ],
)
def test_an_answer_that_fails_is_an_error_for_the_page_and_the_next_is_answered(
    answer: Callable[[], Any], words: str
) -> None:
    class Failing(Session):
        def answer(self, request: Any, given_up: Any = None) -> Any:
            return answer() if request["ask"] == "fail" else super().answer(request)

    opened = open_table(read_table("orings"))
    with running(lambda: Failing(opened)) as server, server.socket() as page:
        ask(page, 1, "fail")
        assert f"a fault of steepest itself, not of yours: {words}" in answered(page)["error"]
        ask(page, 2, "offer")
        assert answered(page)["id"] == 2


def test_a_page_cannot_pile_up_requests(slow: ClientConnection) -> None:
    for number in range(1, 70):
        ask(slow, number, "surface", of=number, number=number)
    assert "too many requests" in answered(slow)["error"]


def test_a_page_that_is_closed_while_its_answer_is_worked_out_leaves_no_trace(
    slow: ClientConnection, caplog: pytest.LogCaptureFixture
) -> None:
    ask(slow, 1, "surface", number=1)
    slow.close()
    gc.collect()
    assert not caplog.records


def test_pages_that_are_too_many_are_told_to_come_later(live: Live) -> None:
    with ExitStack() as pages:
        for _ in range(15):
            ask(page := pages.enter_context(live.socket()), 1, "offer")
            answered(page)
        with pytest.raises(InvalidStatus, match="403"), live.socket():
            pass


def test_a_port_in_use_is_told_and_another_taken(live: Live) -> None:
    said: list[str] = []
    listening = listen(live.port, said.append)
    other = listening.getsockname()
    listening.close()
    assert other[0] == "127.0.0.1" and other[1] != live.port
    assert said == [f"port {live.port}: address already in use; {other[1]} is taken instead"]


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(st.ChoiceError, match=f"the port is {port}"):
        listen(port, print)


def test_the_browser_is_opened_on_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    done = threading.Event()

    def browse(address: str) -> bool:
        opened.append(address)
        done.set()
        return True

    monkeypatch.setattr("webbrowser.open", browse)
    first = open_table(read_table("geyser"))
    with running(lambda: Session(first), open_browser=True) as server, server.socket():
        assert done.wait(PATIENCE)
    assert opened == [f"http://127.0.0.1:{server.port}/?token={server.token}"]


def test_it_ends_when_the_last_page_has_been_closed_for_a_while() -> None:
    opened = open_table(read_table("geyser"))
    server = running(lambda: Session(opened), linger=0.3)
    with server as live:
        for _ in range(3):  # a page that is loaded anew comes back in time
            with live.socket() as page:
                ask(page, 1, "offer")
                answered(page)
    assert server.said[-1] == "the page was closed; that was all"


@pytest.fixture
def playing(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    # Tests in the background may be deaf to Ctrl-C, and would hand that down.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    words = [sys.executable, "-W", "error", "-m", "steepest", "play", "--no-open", "--port", "0"]
    command = subprocess.Popen(
        words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    signal.signal(signal.SIGINT, before)
    yield command
    command.kill()
    command.communicate()


def test_ctrl_c_ends_it_cleanly(playing: subprocess.Popen[str]) -> None:
    assert playing.stdout
    found = ADDRESS.search(playing.stdout.readline())
    assert found
    live = Live(int(found[1]), found[2])
    assert live.page().status == 200
    with live.socket() as page:
        ask(page, 1, "descend", choices={"steps": 100_000, "rule": "adam", "learning_rate": 1e-9})
        ask(page, 2, "offer")
        playing.send_signal(signal.SIGINT)
        out, err = playing.communicate(timeout=PATIENCE)
    assert (playing.returncode, err) == (0, "")
    assert out.endswith("\nended\n")


WIDE = 6000
"""Columns of a page that held a worker for minutes, in cubic work that asks no clock."""

SLACK = 20.0
"""Seconds that the last piece of work may take, in which no clock is asked, on a busy machine."""

DEEP_IN_WORK = 1.0
"""Seconds after which a page's question is under way."""


@pytest.mark.prove
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scale", ["auto", "round"])
def test_ctrl_c_twice_ends_it_in_the_midst_of_wide_work(tmp_path: Path, scale: str) -> None:
    """With a question of 6,000 columns under way; a second press ends it, whatever is at work."""
    table = tmp_path / "wide.csv"
    rows = np.round(np.random.default_rng(0).normal(size=(200, WIDE)), 2)
    names = [f"x{j}" for j in range(WIDE)]
    np.savetxt(table, rows, "%g", ",", header=",".join(names), comments="")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    words = [sys.executable, "-m", "steepest", "play", str(table), "--no-open", "--port", "0"]
    server = subprocess.Popen(
        words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    signal.signal(signal.SIGINT, before)
    try:
        assert server.stdout
        found = next(filter(None, map(ADDRESS.search, server.stdout)))
        live = Live(int(found[1]), found[2])
        with live.socket() as page:
            choices = {"rule": "steepest", "scale": scale}
            ask(page, 1, "open", target="x0", features=names[1:], choices=choices)
            time.sleep(DEEP_IN_WORK)
            server.send_signal(signal.SIGINT)
            time.sleep(0.2)
            server.send_signal(signal.SIGINT)
            began = time.monotonic()
            _, err = server.communicate(timeout=PATIENCE)
            assert time.monotonic() - began < PATIENCE and "Traceback" not in err
        assert server.returncode in (0, 130)
    finally:
        server.kill()
        server.communicate()


@pytest.mark.prove
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "choices",
    [
        {"rule": "auto"},
        {"rule": "auto", "loss": "huber"},
        {"rule": "auto", "loss": "absolute"},
        {"rule": "auto", "l1": 0.01},
        {"rule": "steepest", "scale": "round"},
        {"rule": "steepest", "scale": "block"},
    ],
    ids=str,
)
def test_a_question_of_wide_rows_keeps_its_bounds(choices: dict[str, Any]) -> None:
    """An answer, or a refusal in words, within the time and the memory that one may take."""
    done = subprocess.run(
        [sys.executable, "-c", WIDE_QUESTION, json.dumps(choices), str(WIDE)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["seconds"] < session.LONGEST + SLACK and told["bytes"] < session.MOST_MEMORY
    assert not told["error"] or "more than one question may take" in told["error"]


WIDE_QUESTION = """
import json, resource, sys, time
import numpy as np
from steepest.data.table import Table
from steepest.session import Session, session
import pyarrow as pa
choices, columns = json.loads(sys.argv[1]), int(sys.argv[2])
rows = np.random.default_rng(0).normal(size=(400, columns))
names = [f"x{j}" for j in range(columns)]
here = Session.of_table(Table(pa.table(dict(zip(names, rows.T))), "wide"), "x0", names[1:2])
most = lambda: 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before, began = most(), time.monotonic()
opened = here.answer({"ask": "open", "target": "x0", "features": names[1:]})
taken = time.monotonic() - began
began = time.monotonic()
answer = here.answer({"ask": "descend", "choices": choices})
taken = max(taken, time.monotonic() - began)
told = {"seconds": taken, "bytes": most() - before, "error": answer.get("error", "")}
print(json.dumps(told))
"""

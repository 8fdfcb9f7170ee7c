"""A seeded simulator of sessions of the live page: a failing one is one integer.

As FoundationDB's and TigerBeetle's: the seed is the whole world. Windows send messages in a random
order, reload, are closed in the midst of an answer, lose their server, or read slowly; answers
fail, and take as many turns of the event loop as the seed gives them. All go through the channel
and the session that the server has, without a network, a thread or a clock.

What a session answers depends on what is open and on the question alone, so an answer is worked
out once and kept; some are worked out once more, by a session that was asked other things, and
compared.
"""

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from typing import Any

from frames import read_frame
from starlette.websockets import WebSocketDisconnect

from steepest.errors import SteepestError
from steepest.page.wire import to_frame
from steepest.server.channel import MOST_WAITING, Channel
from steepest.session import Session
from steepest.session.opening import OpenData
from steepest.session.session import SupersededError

__all__ = ["Simulator"]

COMPARED = 0.002
"""The share of kept answers that are worked out once more."""

TURNS = (0, 0, 0, 1, 1, 2, 5)
"""Turns of the event loop that a window or an answer may take."""

MOST_TURNS = 20_000
"""Turns after which a question that has no answer will never have one."""

NO_REQUESTS = ("", "{", "[]", "null", '"ask"', "[" * 2000)
"""Messages that are no requests."""

BROKEN = "broken"
"""What a question is of whose answer fails."""

FAULT = "a fault of steepest itself"


async def turns(count: int) -> None:
    """Let the others have this many turns."""
    for _ in range(count):
        await asyncio.sleep(0)


class Answers:
    """What has been answered: by what was open and what was asked, and what is open after that."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], tuple[Any, OpenData]] = {}
        self.compared = 0

    def answer(
        self, opened: OpenData, asked: str, work: Callable[[], tuple[Any, OpenData]], again: bool
    ) -> tuple[Any, OpenData]:
        """Return the answer, or the error, and what is open then."""
        known = self._kept.get((id(opened), asked))
        if known is None:
            known = self._kept[id(opened), asked] = work()
        elif again:
            self.compared += 1
            assert plain(work()[0]) == plain(known[0]), f"another answer to {asked}"
        return known


def plain(answer: object) -> object:
    """Return an answer for comparison: without the time that it took."""
    if isinstance(answer, SteepestError):
        return str(answer)
    return to_frame(_untimed(answer))


def _untimed(value: object) -> object:
    if isinstance(value, dict):
        return {key: _untimed(part) for key, part in value.items() if "second" not in str(key)}
    return [_untimed(part) for part in value] if isinstance(value, list | tuple) else value


class Prepared(Session):
    """A session whose answers are kept, and which fails where it is asked to."""

    def __init__(self, opened: OpenData, answers: Answers, draw: random.Random) -> None:
        super().__init__(opened)
        self._answers = answers
        self._draw = draw

    def _answer(self, request: Any, given_up: Callable[[], bool]) -> Any:
        if request.get("of") == BROKEN:
            return {"loss": object()} if self._draw.random() < 0.5 else 1 / 0
        if given_up():
            raise SupersededError
        asked = json.dumps({key: part for key, part in request.items() if key not in ("id", "of")})
        before = self._opened

        def work() -> tuple[Any, OpenData]:
            self._opened = before
            try:
                return super(Prepared, self)._answer(request, lambda: False), self._opened
            except SteepestError as error:
                return error, before

        again = self._draw.random() < COMPARED
        answer, self._opened = self._answers.answer(before, asked, work, again)
        if isinstance(answer, SteepestError):
            raise answer
        return answer


class Window:
    """A page as the server sees it: what it sends comes from the seed, what it gets is kept."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._messages: asyncio.Queue[str | None] = asyncio.Queue()
        self.got: list[dict[str, Any]] = []
        self.asked: dict[int, Mapping[str, Any]] = {}
        self.given_up: set[object] = set()
        self.closed = self.ended = False

    async def accept(self) -> None:
        """Open the socket."""

    async def receive(self) -> dict[str, Any]:
        """Return the next message, or that the window was closed."""
        text = await self._messages.get()
        if text is None:
            return {"type": "websocket.disconnect", "code": 1001}
        return {"type": "websocket.receive", "text": text}

    async def send_bytes(self, frame: bytes) -> None:
        """Take an answer, now or after a while; not once the window is closed."""
        await turns(self._draw.choice(TURNS))
        if self.closed:
            raise self._draw.choice((WebSocketDisconnect(1001), RuntimeError("closed")))
        self.got.append(head_of(frame))

    async def work(self, function: Callable[[Any], bytes], job: Any) -> bytes:
        """Work an answer out, after a while and for a while, as a thread would."""
        await turns(self._draw.choice(TURNS))
        assert not self.ended, "a question of a window that is gone was begun"
        frame = function(job)
        await turns(self._draw.choice(TURNS))
        return frame

    async def serve(self, session: Session) -> None:
        """Be served, until the window is closed or the server ends."""
        try:
            await Channel(self, session, self.work).run()  # type: ignore[arg-type]
        finally:
            self.ended = self.closed = True

    def say(self, text: str) -> None:
        """Send a message."""
        self._messages.put_nowait(text)

    def ask(self, request: Mapping[str, Any]) -> None:
        """Send a request that has a number of its own."""
        self.asked[request["id"]] = request
        self.say(json.dumps(request))

    def close(self) -> None:
        """Close the window, whatever is on its way."""
        self.closed = True
        self._messages.put_nowait(None)

    def unanswered(self) -> set[int]:
        """Return the requests that got no answer so far."""
        return set(self.asked) - {one.get("id") for one in self.got}  # type: ignore[return-value]


_HEADS: dict[bytes, dict[str, Any]] = {}


def head_of(frame: bytes) -> dict[str, Any]:
    """Return what a frame says of its question; each kind of frame is read in full once."""
    cut = frame.find(b",", 4)  # After the id, which comes first.
    record = _HEADS.get(frame[cut:])
    if record is None:
        whole = read_frame(frame)
        if next(iter(whole)) != "id":
            return dict(whole)
        record = _HEADS[frame[cut:]] = {
            key: part if key == "error" else True for key, part in whole.items() if key != "id"
        }
    return {"id": json.loads(frame[frame.index(b":", 4) + 1 : cut]), **record}


def _request(draw: random.Random, number: int) -> dict[str, Any]:
    """Return what a page may ask, or what none of ours does."""
    choices: dict[str, Any] = {"steps": draw.randrange(6)}
    choices["rule"] = draw.choice(("adam", "steepest", "auto"))
    choices["learning_rate"] = draw.choice((0.01, 0.5, "auto", -1, "x"))
    base = [draw.choice((-1.0, 0.25)) for _ in range(draw.choice((2, 2, 3)))]
    asks: tuple[dict[str, Any], ...] = (
        {"ask": "offer"},
        {"ask": "loss", "params": base},
        {"ask": "descend", "choices": choices},
        {"ask": "surface", "x": draw.randrange(3), "y": 1, "base": base, "points": 5},
        {"ask": "open", "data": draw.choice(("orings", "geyser", "nothing"))},
        {"ask": draw.choice(("nothing", "", None, 7))},
    )
    of = draw.choice(("run", "run", "run", "other", "other", BROKEN))
    return {"id": number, "of": of, **draw.choice(asks)}


class Simulator:
    """Plays sessions that begin with what is open."""

    def __init__(self, opened: OpenData) -> None:
        self._opened = opened
        self.answers = Answers()
        self._runner = asyncio.Runner()

    def play(self, seed: int) -> None:
        """Play one session; AssertionError, with the seed, if anything is not as it must be."""
        try:
            self._runner.run(self._play(random.Random(seed)))
        except BaseException as error:
            error.add_note(f"the session of seed {seed}")
            raise

    async def _play(self, draw: random.Random) -> None:
        windows: list[Window] = []
        served: list[asyncio.Task[None]] = []

        def open_window() -> None:
            windows.append(Window(draw))
            session = Prepared(self._opened, self.answers, draw)
            served.append(asyncio.create_task(windows[-1].serve(session)))

        open_window()
        open_window()
        for number in range(draw.randrange(2, 14)):
            at = draw.randrange(len(windows))
            if draw.random() < 0.12:  # a reload, or a window that is closed and one that is opened
                windows[at].close()
                open_window()
            elif draw.random() < 0.02:  # the server ends in the midst of anything
                windows[at].closed = True
                served[at].cancel()
            elif not windows[at].closed:
                _act(draw, windows[at], 1000 * number)
            await turns(draw.choice((0, 1, 1, 3)))
        await _settled(windows)
        for window in windows:
            window.close()
        await _ended(served)
        for window in windows:
            _check(window)


def _act(draw: random.Random, window: Window, number: int) -> None:
    """Have a window do one thing."""
    chance = draw.random()
    if chance < 0.1:
        window.say(draw.choice(NO_REQUESTS))
    elif chance < 0.2:
        other = draw.choice([*window.asked, 7])
        window.given_up.add(other)
        window.say(json.dumps({"id": other, "ask": "give up"}))
    elif chance < 0.202:  # more than may wait
        for more in range(MOST_WAITING + 5):
            window.ask({"id": number + more, "ask": "offer", "of": f"{more}"})
    else:
        window.ask(_request(draw, number))


async def _settled(windows: list[Window]) -> None:
    """Wait until each open window has an answer to all that it has asked."""
    for _ in range(MOST_TURNS):
        if all(window.closed or not window.unanswered() for window in windows):
            return
        await asyncio.sleep(0)
    raise AssertionError("a question got no answer")


async def _ended(served: list[asyncio.Task[None]]) -> None:
    """Wait until all has ended; nothing may be left that works for a window that is gone."""
    for _ in range(MOST_TURNS):
        if asyncio.all_tasks() == {asyncio.current_task()}:
            break
        await asyncio.sleep(0)
    else:
        raise AssertionError("something goes on after its window is gone")
    for task in served:
        assert task.cancelled() or task.exception() is None


def _check(window: Window) -> None:
    """Raise AssertionError for an answer twice, to nobody, a wrong one, or a fault of ours."""
    answered = [one["id"] for one in window.got if one["id"] is not None]
    assert len(answered) == len(set(answered)), "a question was answered twice"
    assert set(answered) <= set(window.asked), "what was not asked was answered"
    newest = {(str(one["ask"]), one["of"]): number for number, one in window.asked.items()}
    for one in window.got:
        assert len({"answer", "error", "superseded"} & one.keys()) == 1
        asked = window.asked.get(one["id"], {})
        faulty = FAULT in str(one.get("error", ""))
        assert not faulty or asked["of"] == BROKEN, one
        assert "answer" not in one or asked["of"] != BROKEN
        if "superseded" in one and one["id"] in newest.values():
            assert one["id"] in window.given_up, "the newest question of its kind was given up"

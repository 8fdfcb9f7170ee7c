"""A seeded simulator of sessions of the live page: a failing one is one integer.

As FoundationDB's and TigerBeetle's: the seed is the whole world. Two windows send messages in a
random order, reload, are closed in the midst of an answer, or read slowly; all go through the
channel and the session that the server has, without a network.
"""

import asyncio
import json
import random
from typing import Any

from frames import read_frame
from starlette.websockets import WebSocketDisconnect

from steepest.server.channel import Channel
from steepest.session import Session
from steepest.session.opening import OpenData

__all__ = ["simulate"]


class Window:
    """A page as the server sees it: what it sends comes from the seed, what it gets is kept."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._messages: asyncio.Queue[str | None] = asyncio.Queue()
        self.got: list[dict[str, Any]] = []
        self.asked: list[int] = []
        self.closed = False

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
        for _ in range(self._draw.choice((0, 0, 1, 5))):
            await asyncio.sleep(0)
        if self.closed:
            raise WebSocketDisconnect(1001)
        self.got.append(read_frame(frame))

    def say(self, request: object, number: int | None = None) -> None:
        """Send a request."""
        if number is not None:
            self.asked.append(number)
        self._messages.put_nowait(request if isinstance(request, str) else json.dumps(request))

    def close(self) -> None:
        """Close the window, whatever is on its way."""
        self.closed = True
        self._messages.put_nowait(None)


def _request(draw: random.Random, number: int) -> object:
    """Return what a page may ask, or what none of ours does."""
    choices = {"steps": draw.randrange(6), "rule": draw.choice(("adam", "steepest", "auto"))}
    choices["learning_rate"] = draw.choice((0.01, 0.5, "auto", -1, "x"))
    base = [draw.uniform(-1, 1) for _ in range(draw.choice((2, 2, 3)))]
    asks: tuple[dict[str, Any], ...] = (
        {"ask": "offer"},
        {"ask": "loss", "params": base},
        {"ask": "descend", "choices": choices},
        {"ask": "surface", "x": draw.randrange(3), "y": 1, "base": base, "points": 5},
        {"ask": "open", "data": draw.choice(("orings", "geyser", "nothing"))},
        {"ask": draw.choice(("nothing", "", None, 7))},
        {"ask": "give up"},
    )
    return {"id": number, "of": draw.choice(("run", "other")), **draw.choice(asks)}


NO_REQUESTS = ("", "{", "[]", "null", '"ask"', "[" * 2000)
"""Messages that are no requests."""


def _act(draw: random.Random, window: Window, number: int) -> None:
    """Have a window do one thing."""
    if draw.random() < 0.1:
        window.say(draw.choice(NO_REQUESTS))
        return
    request = _request(draw, number)
    given_up = isinstance(request, dict) and request.get("ask") == "give up"
    if given_up:
        request = {"id": draw.randrange(max(number, 1)), "ask": "give up"}
    window.say(request, None if given_up else number)


async def _play(opened: OpenData, seed: int) -> None:
    draw = random.Random(seed)
    windows: list[Window] = []
    running: list[asyncio.Task[None]] = []

    def open_window() -> None:
        windows.append(Window(draw))
        channel = Channel(windows[-1], Session(opened))  # type: ignore[arg-type]
        running.append(asyncio.create_task(channel.run()))

    open_window()
    open_window()
    for number in range(draw.randrange(2, 14)):
        at = draw.randrange(len(windows))
        if draw.random() < 0.12:  # a reload, or a window that is closed and one that is opened
            windows[at].close()
            open_window()
        elif not windows[at].closed:
            _act(draw, windows[at], number)
        if draw.random() < 0.5:
            await asyncio.sleep(0)
    await _settled(windows)
    for window in windows:
        window.close()
    await asyncio.wait_for(asyncio.gather(*running), 60)
    for window in windows:
        _check(window)


async def _settled(windows: list[Window]) -> None:
    """Wait until each open window has an answer to all that it has asked."""
    for _ in range(6000):
        if all(window.closed or _unanswered(window) == set() for window in windows):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("a question got no answer")


def _unanswered(window: Window) -> set[int]:
    return set(window.asked) - {one.get("id") for one in window.got}  # type: ignore[return-value]


def _check(window: Window) -> None:
    """Raise AssertionError for an answer twice, to nobody, or that is a fault of ours."""
    told = [one["id"] for one in window.got if one["id"] is not None]
    assert len(told) == len(set(told)), "a question was answered twice"
    assert set(told) <= set(window.asked), "what was not asked was answered"
    for one in window.got:
        assert {"answer", "error", "superseded"} & one.keys()
        assert "a fault of steepest itself" not in str(one.get("error", "")), one


def simulate(opened: OpenData, seed: int) -> None:
    """Play one session; AssertionError, with the seed, if anything is not as it must be."""
    try:
        asyncio.run(_play(opened, seed))
    except BaseException as error:
        error.add_note(f"the session of seed {seed}")
        raise

"""One page's socket: requests come in, answers go out, and only the newest of a kind counts.

Requests are JSON, `{"id": 7, "ask": "descend", "of": "run", ...}`; answers are frames (see
`page/wire.py`), `{"id": 7, "answer": {...}}`, `{"id": 7, "error": "..."}` or `{"id": 7,
"superseded": true}`. A request takes the place of an older one with the same `ask` and `of`: one
that waits is not worked out any more, one that is being worked out is given up. `{"ask": "give up",
"id": 7}` does the same to request 7 with nothing in its place.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event

from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from steepest.page.wire import to_frame
from steepest.session import Session
from steepest.session.fault import fault

__all__ = ["Channel"]

MOST_WAITING = 64
"""Requests of different kinds that may wait; a page of ours has half a dozen."""

GIVE_UP = "give up"

Kind = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Job:
    """A request that is to be answered."""

    id: int | str | None
    request: Mapping[str, object]
    given_up: Event = field(default_factory=Event)

    @property
    def kind(self) -> Kind:
        """Requests of the same kind take each other's place."""
        return str(self.request.get("ask"))[:100], str(self.request.get("of"))[:100]


Work = Callable[[Callable[[Job], bytes], Job], Awaitable[bytes]]
"""What works an answer out while the socket goes on to be heard: in a thread."""


class Channel:
    """The socket of one page and the session behind it."""

    def __init__(self, socket: WebSocket, session: Session, work: Work = asyncio.to_thread) -> None:
        self._socket = socket
        self._session = session
        self._work = work
        self._waiting: dict[Kind, Job] = {}
        self._current: Job | None = None
        self._more = asyncio.Event()

    async def run(self) -> None:
        """Answer until the page closes."""
        await self._socket.accept()
        answering = asyncio.create_task(self._answer_all())
        try:
            while True:
                await self._take(await self._socket.receive())
        except WebSocketDisconnect:
            pass  # The page was closed.
        finally:
            if self._current:
                self._current.given_up.set()
            answering.cancel()

    async def _take(self, message: Message) -> None:
        """Take in one message of the page."""
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        try:
            job = _job(message.get("text"))
        except ValueError as error:
            await self._send({"id": None, "error": str(error)})
            return
        if job.request.get("ask") == GIVE_UP:
            await self._give_up(lambda other: other.id == job.id)
        elif len(self._waiting) >= MOST_WAITING:
            await self._send({"id": job.id, "error": "too many requests at once; wait for answers"})
        else:
            await self._give_up(lambda other: other.kind == job.kind)
            self._waiting[job.kind] = job
            self._more.set()

    async def _give_up(self, wanted: Callable[[Job], bool]) -> None:
        """Give up the requests that are `wanted`: answer those that wait, stop the one at work."""
        if self._current and wanted(self._current):
            self._current.given_up.set()
        for job in [job for job in self._waiting.values() if wanted(job)]:
            del self._waiting[job.kind]
            await self._send({"id": job.id, "superseded": True})

    async def _answer_all(self) -> None:
        """Answer what waits, the oldest first, one at a time in a thread."""
        while True:
            await self._more.wait()
            if not self._waiting:
                self._more.clear()
                continue
            job = self._current = self._waiting.pop(next(iter(self._waiting)))
            frame = await self._work(self._frame, job)
            self._current = None
            await self._send_frame(frame)

    def _frame(self, job: Job) -> bytes:
        """Return the frame of an answer; one that cannot be had or sent is an error for the page.

        An exception here would end the answering of this page: all later questions would wait.
        """
        try:
            answer = self._session.answer(job.request, job.given_up.is_set)
            whole = "error" not in answer and "superseded" not in answer
            return to_frame({"id": job.id, **({"answer": answer} if whole else answer)})
        except Exception as error:
            return to_frame({"id": job.id, "error": fault(error)})

    async def _send(self, record: Mapping[str, object]) -> None:
        await self._send_frame(to_frame(record))

    async def _send_frame(self, frame: bytes) -> None:
        # A page may close while an answer is sent: then nobody wants it.
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.send_bytes(frame)


def _job(text: object) -> Job:
    """Return the request in a text; ValueError, with what is wrong, if there is none."""
    if not isinstance(text, str):
        raise ValueError("a message must be text")
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("a message must be JSON") from None
    if not isinstance(request, dict):
        raise ValueError("a message must be an object with an `ask`")
    number = request.get("id")
    return Job(number if isinstance(number, int | str) else None, request)

"""What can be had from the server: the page, its code, its style, and a socket."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from steepest.page.html import live_html, live_script, style
from steepest.server.channel import Channel
from steepest.server.guard import Guard
from steepest.session import Session

__all__ = ["Pages", "make_app"]

MOST_PAGES = 16
"""Pages that may be open at once."""

TRY_LATER = 1013


class Pages:
    """The pages that are open; `left` is called when the last has been closed for a while."""

    def __init__(self, linger: float, left: Callable[[], None]) -> None:
        self.open = 0
        self._linger = linger
        self._left = left
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        self.open += 1
        if self._timer:
            self._timer.cancel()

    def __exit__(self, *error: object) -> None:
        self.open -= 1
        if not self.open:
            self._timer = asyncio.get_running_loop().call_later(self._linger, self._left)


def make_app(session: Callable[[], Session], token: str, port: int, pages: Pages) -> ASGIApp:
    """Return the app behind its guard; every page gets a session of its own."""
    texts = {
        "/": ("text/html", live_html(token)),
        "/app.js": ("text/javascript", live_script()),
        "/page.css": ("text/css", style(lesson=True)),
    }

    async def socket(websocket: WebSocket) -> None:
        if pages.open >= MOST_PAGES:
            await websocket.close(TRY_LATER)
            return
        with pages:
            await Channel(websocket, session()).run()

    routes: list[BaseRoute] = [Route(path, _text(*text)) for path, text in texts.items()]
    routes.append(WebSocketRoute("/socket", socket))
    return Guard(Starlette(routes=routes), token, port)


def _text(kind: str, text: str) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that answers with a text from memory."""

    async def answer(request: Request) -> Response:
        return Response(text, media_type=kind)

    return answer

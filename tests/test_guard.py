"""The guard of the live page: whatever is added behind it is closed, but for what is named here."""

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from steepest.server.guard import AGAIN, Guard

TOKEN, PORT = "t" * 32, 8421
HOST = [(b"host", f"127.0.0.1:{PORT}".encode())]


async def text(request: Request) -> PlainTextResponse:
    return PlainTextResponse("what only the reader may see")


async def talk(socket: WebSocket) -> None:
    await socket.accept()


ADDED = Starlette(
    routes=[
        Route("/", text),
        Route("/added", text, methods=["GET", "POST", "DELETE"]),
        Route(AGAIN, text),
        Mount("/files", Starlette(routes=[Route("/one", text)])),
        WebSocketRoute("/added-socket", talk),
        WebSocketRoute("/", talk),
    ]
)
"""An app to which somebody has added routes and sockets without a thought of who may ask."""


def asked(kind: str, path: str, method: str = "GET", **more: Any) -> list[dict[str, Any]]:
    """Return what the guarded app sends to a request for a path."""
    sent: list[dict[str, Any]] = []
    scope = {"type": kind, "path": path, "raw_path": path.encode(), "query_string": b"", **more}
    scope = {"headers": HOST, "method": method, "root_path": "", "scheme": "http", **scope}

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect" if kind == "websocket" else "http.request"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    asyncio.run(Guard(ADDED, TOKEN, PORT)(scope, receive, send))  # type: ignore[arg-type]
    return sent


WITH_TOKEN = {"query_string": f"token={TOKEN}".encode()}
FROM_ELSEWHERE = {"headers": [*HOST, (b"origin", b"http://evil.example")], **WITH_TOKEN}


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/added", "/files/one", AGAIN, "/none"])
def test_a_route_that_is_added_is_closed(path: str, method: str) -> None:
    for more in ({}, FROM_ELSEWHERE, {"headers": [(b"host", b"evil.example")], **WITH_TOKEN}):
        sent = asked("http", path, method, **more)
        body = b"".join(message.get("body", b"") for message in sent)
        assert b"what only the reader may see" not in body
        assert TOKEN.encode() not in body
        assert sent[0]["status"] == (200 if path in ("/", AGAIN) and not more else 403)


@pytest.mark.parametrize("path", ["/added-socket", "/", AGAIN])
def test_a_socket_that_is_added_is_closed(path: str) -> None:
    for more in ({}, FROM_ELSEWHERE):
        assert [message["type"] for message in asked("websocket", path, **more)] == [
            "websocket.close"
        ]


def test_whoever_has_the_token_gets_both() -> None:
    assert asked("http", "/added", **WITH_TOKEN)[0]["status"] == 200
    assert asked("websocket", "/added-socket", **WITH_TOKEN)[0]["type"] == "websocket.accept"

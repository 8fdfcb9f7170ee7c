"""Requests are answered only to the reader's own page.

Any website may send requests to 127.0.0.1, and a name of its own may point there (DNS rebinding).
So a request must name the host it was meant for, come from a page of ours if it says where it comes
from, and have the token, which only the printed address holds. The page takes the token out of the
address once it is there, and keeps it in its tab: a reload gets a page that looks there for the
token and asks once more. All else, whatever is added, is closed.
"""

from secrets import compare_digest, token_urlsafe
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Guard", "new_token"]

REFUSED = {
    "host": "This page is served to this machine only.",
    "origin": "Another page asked for this; only the page itself may.",
    "token": "The address lacks its token: open the whole address that steepest printed.",
}


AGAIN = "/again.js"
"""The one text that is had without a token: it holds nothing but the redirect to a tab's own."""

AGAIN_SCRIPT = """\
const token = sessionStorage.getItem('steepest-token');
if (token && !location.search) location.replace(`/?token=${token}${location.hash}`);
"""


def new_token() -> str:
    """Return a token that cannot be guessed: 192 bits."""
    return token_urlsafe(24)


class Guard:
    """Lets requests through to `app` that have the token and come from a page of this server."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self.app = app
        self.token = token
        self.hosts = (f"127.0.0.1:{port}", f"localhost:{port}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app, with strict headers, or refuse."""
        host = Headers(scope=scope).get("host", "")
        wrong = self._wrong(scope, host)
        if scope["type"] == "websocket":
            await (self.app(scope, receive, send) if not wrong else _close(send))
            return
        answer = _refusal(wrong, scope) if wrong else self.app
        await answer(scope, receive, _strict(send, host if not wrong else ""))

    def _wrong(self, scope: Scope, host: str) -> str:
        """Return what is wrong with a request, "" if nothing is."""
        if host not in self.hosts:
            return "host"
        if Headers(scope=scope).get("origin", f"http://{host}") != f"http://{host}":
            return "origin"
        sent = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        return "" if compare_digest(sent.encode(), self.token.encode()) else "token"


def _refusal(wrong: str, scope: Scope) -> Response:
    """Return the answer to a request that is refused; that of a reload, which is none, is no error.

    It has no token at all, and gets nothing but the words and the redirect to its tab's own.
    """
    bare = wrong == "token" and not scope["query_string"]
    if bare and scope["path"] == AGAIN:
        return Response(AGAIN_SCRIPT, media_type="text/javascript")
    if bare and scope["path"] == "/":
        return HTMLResponse(f'{REFUSED[wrong]}<script src="{AGAIN}"></script>')
    return PlainTextResponse(REFUSED[wrong], 403)


async def _close(send: Send) -> None:
    """Refuse a socket before it opens: to the page that is status 403."""
    await send({"type": "websocket.close", "code": 1008})


def _strict(send: Send, host: str) -> Send:
    """Return a `send` that adds the headers of every answer."""
    connect = f"'self' ws://{host}" if host else "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data: blob:; "
        f"connect-src {connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
    }
    added = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def strict(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *added]}
        await send(message)

    return strict

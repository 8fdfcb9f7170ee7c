"""Listening on this machine, opening the browser, and ending cleanly."""

import logging
import socket
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn

from steepest.errors import ChoiceError
from steepest.interrupts import patient
from steepest.server.app import Pages, make_app
from steepest.server.guard import new_token
from steepest.session import Session

__all__ = ["PORT", "listen", "serve"]

PORT = 8421
"""Where the page is, if nobody says otherwise and it is free."""

LINGER = 60.0
"""Seconds that the server waits, once the last page was closed, for one to come back."""

MOST_MESSAGE = 48_000_000
"""Bytes of a message: a file of 32 MB in base64, and some room."""


def serve(
    session: Callable[[], Session],
    port: int = PORT,
    open_browser: bool = True,
    tell: Callable[[str], None] = print,
    linger: float = LINGER,
) -> None:
    """Serve the live page until Ctrl-C, or until the last one was closed `linger` seconds ago.

    `session` makes the session of each page that connects. What happens is said by `tell`: the
    address, a port that is taken and which one takes its place, the end. Raises ChoiceError for
    a number that is no port.
    """
    listening = listen(port, tell)
    taken = listening.getsockname()[1]
    token = new_token()
    server: Server | None = None

    def left() -> None:
        tell("the page was closed; that was all")
        if server:
            server.should_exit = True

    app = make_app(session, token, taken, Pages(linger, left))
    address = f"http://127.0.0.1:{taken}/?token={token}"
    tell(f"the page is at {address}\nCtrl-C ends it")
    if open_browser:
        # In a thread, since some browsers only return when they are closed.
        Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    try:
        with patient() as interrupted:
            server = Server(_quiet(app), interrupted)
            server.run(sockets=[listening])
        if interrupted():
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        tell("\nended")
    finally:
        listening.close()


class Server(uvicorn.Server):
    """A server that ends when it is asked to, by whoever hears the signals of this process."""

    def __init__(self, config: uvicorn.Config, interrupted: Callable[[], bool]) -> None:
        super().__init__(config)
        self._interrupted = interrupted

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to those who hear them."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Return whether to end; it is asked ten times a second."""
        return self._interrupted() or await super().on_tick(counter)


def listen(port: int, tell: Callable[[str], None]) -> socket.socket:
    """Return a socket that listens on 127.0.0.1: on `port`, or, which is said, on a free one.

    Raises ChoiceError for a number that is no port.
    """
    if not 0 <= port < 2**16:
        raise ChoiceError(f"the port is {port}, but it must be a number from 0 to 65535")
    try:
        return _listening(port)
    except OSError as error:
        other = _listening(0)
        reason = (error.strerror or "cannot be had").lower()
        tell(f"port {port}: {reason}; {other.getsockname()[1]} is taken instead")
        return other


def _listening(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":
        # There it would let two servers have one port; here it only frees one just left.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening


def _quiet(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level=logging.CRITICAL,
        access_log=False,
        server_header=False,
        ws_max_size=MOST_MESSAGE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
    )

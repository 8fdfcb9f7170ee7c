"""Firefox, driven by WebDriver BiDi over a bare websocket: no driver of its own is needed."""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

__all__ = ["BROWSERS", "Firefox", "firefox"]

BROWSERS = ("firefox-esr", "firefox")

KEYS = {"Space": " ", "PageDown": "\ue00f", "PageUp": "\ue00e", "ArrowRight": "\ue014"}
"""What BiDi calls keys: those without a letter are in Unicode's private area (WebDriver)."""

ANSWERED = 60.0
"""Seconds that an answer may take."""


class Firefox:
    """One tab of a Firefox; `complaints` are the errors on its console."""

    def __init__(self, channel: ClientConnection) -> None:
        self._channel, self._ids = channel, count(1)
        self.complaints: list[str] = []
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self._tab = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, address: str, width: int, height: int) -> None:
        """Open an address in a window of so many pixels, and wait until it is loaded."""
        size = {"width": width, "height": height}
        self._ask("browsingContext.setViewport", context=self._tab, viewport=size)
        self._ask("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def evaluate(self, script: str) -> Any:
        """Return what a function without arguments returns, as JSON has it."""
        answer = self._ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({script})()) ?? null))()",
            target={"context": self._tab},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def press(self, key: str) -> None:
        """Press a key, and let it go."""
        value = KEYS.get(key, key)
        acts = [{"type": kind, "value": value} for kind in ("keyDown", "keyUp")]
        keyboard = {"type": "key", "id": "keyboard", "actions": acts}
        self._ask("input.performActions", context=self._tab, actions=[keyboard])

    def _ask(self, method: str, **params: object) -> Any:
        number = next(self._ids)
        self._channel.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            told = json.loads(self._channel.recv(timeout=ANSWERED))
            if told.get("method") == "log.entryAdded" and told["params"]["level"] == "error":
                self.complaints.append(str(told["params"]["text"]))
            if told.get("id") == number:
                assert told["type"] == "success", told
                return told["result"]


@contextmanager
def firefox(path: str) -> Iterator[Firefox]:
    """Yield a headless Firefox with a profile of its own, and end it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # Nothing moves: the pictures are as they end.
        Path(folder, "user.js").write_text('user_pref("ui.prefersReducedMotion", 1);\n')
        words = [path, "--headless", "--no-remote", "--profile", folder]
        process = subprocess.Popen(
            [*words, "--remote-debugging-port", "0", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            address = f"ws://127.0.0.1:{_port(Path(folder))}/session"
            with connect(address, max_size=None, compression=None) as channel:
                yield Firefox(channel)
        finally:
            process.terminate()
            process.wait(20)


def _port(folder: Path) -> int:
    """Return where a Firefox listens that has just been started, once it has written that down."""
    told = folder / "WebDriverBiDiServer.json"
    until = time.monotonic() + ANSWERED
    while time.monotonic() < until:
        with suppress(OSError, ValueError, KeyError):
            return int(json.loads(told.read_text())["ws_port"])
        time.sleep(0.1)
    raise TimeoutError(f"Firefox did not listen within {ANSWERED:g} s")

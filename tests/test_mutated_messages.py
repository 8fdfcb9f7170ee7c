"""Changed messages to the live page: each has an answer, and the server lives on.

They go over a real socket, one after the other, to one server, which also gets files with changed
bytes: what reads those is a process of its own, and may end.
"""

import base64
import io
import json
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from mutated import VALUES
from pyarrow import feather, parquet
from test_server import Live, answered, ask, running

from steepest.data.table import read_table
from steepest.session import Session
from steepest.session.opening import open_table

FAULT = "fault of steepest itself"

PATIENCE = 100.0
"""Seconds for one answer: what a question may take, and some room."""


def file_of(name: str) -> dict[str, str]:
    """Return a small table as a page sends a file."""
    x = np.arange(20.0)
    table = pa.table({"x": x, "c": ["pq"[i % 2] for i in range(20)], "y": 2 * x + x % 3})
    held = io.BytesIO()
    if name.endswith("parquet"):
        parquet.write_table(table, held)
    elif name.endswith("arrow"):
        feather.write_feather(table, held, compression="zstd")
    else:
        held.write(b"x,y\n" + b"".join(b"%d,%d\n" % (i, 2 * i + i % 3) for i in range(20)))
    return {"name": name, "base64": base64.b64encode(held.getvalue()).decode()}


CHOICES: dict[str, Any] = {"rule": "adam", "learning_rate": 0.1, "steps": 3, "l2": 0.1, "seed": 1}
ROWS = {"X": [1.0, 2.0, 3.0, 4.0], "y": [2.0, 3.0, 5.0, 4.0]}
SEE = [{"params": [0.0, 1.0, 2.0, 3.0], "loss": [2.0, 1.0]}]
SURFACE = {"ask": "surface", "x": 0, "y": 1, "base": [0.5, 1.0], "points": 5, "see": SEE}

MESSAGES: tuple[dict[str, Any], ...] = (
    {"ask": "open", "data": "geyser", "target": "waiting", "features": ["duration"]},
    {"ask": "open", "file": file_of("a.csv")},
    {"ask": "open", "file": file_of("a.parquet")},
    {"ask": "open", "file": file_of("a.arrow")},
    {"ask": "offer"},
    {"ask": "descend", "choices": CHOICES, "rows": ROWS},
    {"ask": "descend", "choices": {**CHOICES, "rule": "steepest", "scale": "round", "l1": 0.1}},
    {**SURFACE, "window": [0.0, 1.0, -1.0, 1.0], "axes": "walk", "choices": CHOICES},
    {**SURFACE, "plane": "random", "path": [0.0, 1.0, 2.0, 3.0], "steps": [0, 1]},
    {"ask": "loss", "params": [0.5, 1.0], "rows": ROWS},
    {"ask": "page", "choices": CHOICES, "look": "v=1&at=2"},
    {"ask": "lesson"},
)
"""What a page of ours asks, each part of it in use."""


def places(part: Any) -> list[tuple[Any, Any]]:
    """Return every place in a message: what holds a value, and its key there."""
    if not isinstance(part, dict | list):
        return []
    keys = list(part) if isinstance(part, dict) else range(len(part))
    return [*((part, key) for key in keys), *(one for key in keys for one in places(part[key]))]


def with_changed_bytes(message: dict[str, Any], draw: random.Random) -> None:
    """Change some bits of the file in a message, or cut it off."""
    held = bytearray(base64.b64decode(message["file"]["base64"]))
    for _ in range(draw.choice((1, 1, 2, 8))):
        held[draw.randrange(len(held))] ^= 1 << draw.randrange(8)
    if draw.random() < 0.2:
        held = held[: draw.randrange(len(held))]
    message["file"]["base64"] = base64.b64encode(held).decode()


def mutated_message(seed: int) -> str | bytes:
    """Return a message of a page with one to three things changed."""
    draw = random.Random(seed)
    message = json.loads(json.dumps({"id": seed, "of": "run", **draw.choice(MESSAGES)}))
    if "file" in message and draw.random() < 0.7:
        with_changed_bytes(message, draw)
        return json.dumps(message)
    for _ in range(draw.choice((1, 1, 2, 3))):
        holder, key = draw.choice(places(message))
        way = draw.randrange(3)
        if way == 0 and key != "ask":
            del holder[key]
        elif way == 1:
            holder[key] = draw.choice(VALUES)
        else:
            other, place = draw.choice(places(message))
            holder[key] = json.loads(json.dumps(other[place]))
    text = json.dumps(message)
    cut = draw.random()
    if cut < 0.05:
        return text[: draw.randrange(len(text))]
    return text.encode() if cut < 0.1 else text


@pytest.fixture(scope="module")
def server() -> Iterator[Live]:
    opened = open_table(read_table("geyser"))
    with running(lambda: Session(opened)) as live, live.socket():
        yield live


def assert_answered(server: Live, seeds: range) -> None:
    """Check that each message has one answer, in words where it cannot be, and the next one too."""
    refused = 0
    with server.socket() as page:
        for seed in seeds:
            said = mutated_message(seed)
            page.send(said)
            try:
                answer = answered(page, PATIENCE)
                error = answer.get("error", "")
                assert FAULT not in error and len({"answer", "error"} & answer.keys()) == 1
                assert not error or len(error) < 1000
                refused += bool(error)
            except BaseException as failed:
                failed.add_note(f"seed {seed}: {said[:2000]!r}")
                raise
        ask(page, "last", "open", data="geyser")
        last = answered(page, PATIENCE)
        assert last["id"] == "last" and last["answer"]["offer"]["chosen"]["data"] == "geyser"
    assert 0 < refused < len(seeds)


def test_what_was_changed_in_a_message_is_answered(server: Live) -> None:
    assert_answered(server, range(6))


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_a_thousand_changed_messages(server: Live) -> None:
    assert_answered(server, range(1000))

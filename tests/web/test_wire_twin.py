"""The page reads what Python writes: the twins of the wire against each other."""

import base64
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from steepest.page.wire import to_buffers, to_frame, to_json

if TYPE_CHECKING:
    from playwright.sync_api import Page

READ = """async (records) => {
  const { unpackFrame, fromBuffers } = await import('/engine/frames.js');
  const { fromBase64 } = await import('/engine/wire.js');
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const shifted = (text) => {
    const given = bytes(text);
    const room = new Uint8Array(given.length + 7);
    room.set(given, 3);
    return new DataView(room.buffer, 3, given.length);
  };
  const letters = ({ buffer, byteOffset, byteLength }) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer, byteOffset, byteLength)));
  const told = (value) => {
    if (ArrayBuffer.isView(value)) return { [value.constructor.name]: letters(value) };
    if (Array.isArray(value)) return value.map(told);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, told(part)]));
  };
  return records.map(({ frame, file, header, buffers }) => [
    unpackFrame(bytes(frame).buffer),
    unpackFrame(shifted(frame)),
    fromBase64(JSON.parse(file)),
    fromBuffers(header, buffers.map(shifted)),
    fromBuffers(header, buffers.map((buffer) => bytes(buffer).buffer)),
  ].map(told));
}"""

FAULT = """async ([frame, header]) => {
  const { unpackFrame, fromBuffers } = await import('/engine/frames.js');
  try {
    return frame === null ? fromBuffers(header, []) : unpackFrame(Uint8Array.from(frame).buffer);
  } catch (error) {
    return error.message;
  }
}"""

WHOLE = some.integers(-(2**31), 2**31 - 1)
ARRAYS = some.lists(some.floats(), max_size=5).map(lambda v: np.array(v, dtype=np.float64)) | (
    some.lists(WHOLE, max_size=5).map(lambda v: np.array(v, dtype=np.int32))
)
WORDS = some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = WORDS.filter(lambda word: not word.startswith("$") and word != "__proto__")
RECORDS = some.recursive(
    some.none() | some.booleans() | WHOLE | WORDS | ARRAYS,
    lambda parts: some.lists(parts, max_size=3) | some.dictionaries(NAMES, parts, max_size=3),
    max_leaves=12,
)


def coded(part: bytes) -> str:
    return base64.b64encode(part).decode()


def sent(record: Any) -> dict[str, Any]:
    header, buffers = to_buffers(record)
    return {
        "frame": coded(to_frame(record)),
        "file": to_json(record),
        "header": header,
        "buffers": [coded(buffer) for buffer in buffers],
    }


def told(record: Any) -> Any:
    """Return a record as the page tells it: typed arrays by their name and their bytes."""
    if isinstance(record, np.ndarray):
        name = "Int32Array" if record.dtype == np.int32 else "Float64Array"
        return {name: coded(record.tobytes())}
    if isinstance(record, dict):
        return {key: told(part) for key, part in record.items()}
    return [told(part) for part in record] if isinstance(record, list) else record


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(records=some.lists(RECORDS, min_size=1, max_size=40))
def test_the_page_reads_what_python_wrote(modules: "Page", records: list[Any]) -> None:
    got = modules.evaluate(READ, [sent(record) for record in records])
    for record, ways in zip(records, got, strict=True):
        for way in ways:
            assert way == told(record)


def test_a_large_array_arrives_whole(modules: "Page") -> None:
    record = {"loss": np.random.default_rng(0).normal(size=7_777)}
    for way in modules.evaluate(READ, [sent(record)])[0]:
        assert way == told(record)


@pytest.mark.parametrize(
    ("record", "cut", "said"),
    [
        ({"a": np.arange(3.0)}, -8, "cut short"),
        ({"a": np.arange(3.0)}, 20, "cut short"),
        ({"a": 1}, 3, "cut short"),
        ({"a": {"$": [0, "f2", 1]}}, None, "there is no array of f2"),
        ({"a": {"$": [0, "constructor", 1]}}, None, "there is no array of constructor"),
    ],
)
def test_a_broken_frame_is_told(modules: "Page", record: Any, cut: int, said: str) -> None:
    frame = list(to_frame(record)[:cut])
    assert said in modules.evaluate(FAULT, [frame, None])


def test_a_missing_buffer_is_told(modules: "Page") -> None:
    header = json.loads('{"a": {"$": [0, "f8", 1]}}')
    assert modules.evaluate(FAULT, [None, header]) == "there are no bytes"

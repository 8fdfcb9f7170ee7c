"""Reads what the wire writes, in its own words: the plain twin for the tests."""

import json
import struct
from typing import Any

import numpy as np


def filled(header: Any, array: Any) -> Any:
    """Return a header with its arrays in place, as `array` finds them."""
    if isinstance(header, dict):
        if set(header) in ({"$"}, {"$f8"}, {"$i4"}):
            return array(header)
        return {key: filled(part, array) for key, part in header.items()}
    return [filled(part, array) for part in header] if isinstance(header, list) else header


def strict(text: str | bytes) -> Any:
    def no_number(name: str) -> float:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=no_number)


def read_frame(frame: bytes) -> Any:
    (length,) = struct.unpack_from("<I", frame)
    header = strict(frame[4 : 4 + length])
    starts, at = [], -(-(4 + length) // 8) * 8
    counts: list[tuple[int, int]] = []
    filled(header, lambda part: counts.append((part["$"][0], part["$"][2] * int(part["$"][1][1]))))
    for _, size in sorted(counts):
        starts.append(at)
        at += -(-size // 8) * 8
    assert at == len(frame)
    return filled(
        header, lambda p: np.frombuffer(frame, f"<{p['$'][1]}", p["$"][2], starts[p["$"][0]])
    )

"""Records written down: nothing is lost on the way, and nothing gets out of its place."""

import base64
import json
from typing import Any

import numpy as np
import pytest
from frames import filled, read_frame, strict
from hypothesis import given
from hypothesis import strategies as some

from steepest.page.wire import to_buffers, to_frame, to_json

NUMBERS = some.floats(allow_subnormal=True)
ARRAYS = some.one_of(
    some.lists(NUMBERS, max_size=5).map(lambda values: np.array(values, dtype=np.float64)),
    some.lists(some.integers(-(2**31), 2**31 - 1), max_size=5).map(
        lambda values: np.array(values, dtype=np.int32)
    ),
)
WORDS = some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
RECORDS = some.recursive(
    some.one_of(some.none(), some.booleans(), some.integers(), NUMBERS, WORDS, ARRAYS),
    lambda parts: (
        some.lists(parts, max_size=3)
        | some.dictionaries(WORDS.filter(lambda word: not word.startswith("$")), parts, max_size=3)
    ),
    max_leaves=12,
)


def read_json(text: str) -> Any:
    def array(part: dict[str, str]) -> Any:
        ((key, coded),) = part.items()
        return np.frombuffer(base64.b64decode(coded), f"<{key[1:]}")

    return filled(strict(text), array)


def read_buffers(record: Any) -> Any:
    header, buffers = to_buffers(record)
    header = strict(json.dumps(header, allow_nan=False))
    return filled(header, lambda p: np.frombuffer(buffers[p["$"][0]], f"<{p['$'][1]}"))


def assert_same(got: Any, sent: Any) -> None:
    if isinstance(sent, np.ndarray):
        assert np.array_equal(got, sent, equal_nan=True)
        assert got.dtype == sent.dtype
    elif isinstance(sent, dict):
        assert list(got) == list(sent)
        for key in sent:
            assert_same(got[key], sent[key])
    elif isinstance(sent, list):
        assert len(got) == len(sent)
        for one, other in zip(got, sent, strict=True):
            assert_same(one, other)
    elif isinstance(sent, float) and not np.isfinite(sent):
        assert got is None
    else:
        assert got == sent and type(got) is type(sent)


@given(RECORDS)
def test_nothing_is_lost_on_any_way(record: Any) -> None:
    for got in (read_frame(to_frame(record)), read_json(to_json(record)), read_buffers(record)):
        assert_same(got, record)


@given(RECORDS)
def test_nothing_in_a_file_can_end_its_script(record: Any) -> None:
    text = to_json(record)
    assert "<" not in text and text.isascii()


@pytest.mark.parametrize("text", ["</script><!--", "\u2028\u2029", "\ud800", "]]>", "\0"])
def test_odd_text_is_escaped(text: str) -> None:
    assert json.loads(to_json({text: text})) == {text: text}
    assert to_json(text).isascii()


def test_half_a_letter_does_not_stop_a_frame() -> None:
    assert read_frame(to_frame({"name": "a\ud800"}))["name"] == "a?"


def test_numbers_of_numpy_are_numbers() -> None:
    record = {"a": np.float64(1.5), "b": np.int64(2), "c": np.bool_(True), "d": np.float64("nan")}
    assert json.loads(to_json(record)) == {"a": 1.5, "b": 2, "c": True, "d": None}


def test_arrays_of_several_dimensions_are_told_row_by_row() -> None:
    table = np.arange(6.0).reshape(2, 3)
    assert read_json(to_json({"t": table.T}))["t"].tolist() == [0, 3, 1, 4, 2, 5]

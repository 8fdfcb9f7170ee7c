"""Files of runs with something changed in them: the parts of the zip, not its bytes."""

import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["mutated"]

Parts = dict[str, bytes]

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 10**6, 10**12, 10**30, 0.5, -0.5, 1e-320, 1e155, 1e308),
    *(float("nan"), float("inf"), "", "x", "auto", "squared", [], {}, [1], ["a"], {"a": 1}, [[]]),
)
"""What takes the place of a value in the record."""


def mutated(path: Path, target: Path, seed: int) -> str:
    """Write the run in `path` to `target` with one to three things changed; return what was."""
    draw = random.Random(seed)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    done = [draw.choice(WAYS)(parts, draw) for _ in range(draw.choice((1, 1, 1, 2, 3)))]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return "; ".join(done)


def _places(record: Any) -> list[tuple[Any, Any]]:
    """Return every place in a record: what holds a value, and its key there."""
    if not isinstance(record, dict | list):
        return []
    keys = list(record) if isinstance(record, dict) else range(len(record))
    inner = [place for key in keys for place in _places(record[key])]
    return [*((record, key) for key in keys), *inner]


def _record(parts: Parts, draw: random.Random) -> str:
    try:
        record = json.loads(parts["run.json"])
    except ValueError:
        return "no record any more"
    places = _places(record)
    if not places:
        return "a record of nothing"
    holder, key = draw.choice(places)
    way = draw.randrange(3)
    before = str(holder[key])[:40]
    if way == 0:
        del holder[key]
        said = f"{key!r} left out"
    elif way == 1:
        holder[key] = draw.choice(VALUES)
        said = f"{key!r} is {holder[key]!r}, was {before}"
    else:
        other, place = draw.choice(places)
        holder[key] = json.loads(json.dumps(other[place]))
        said = f"{key!r} is that of {place!r}, was {before}"
    parts["run.json"] = json.dumps(record).encode()
    return said


def _array_name(parts: Parts, draw: random.Random) -> str:
    return draw.choice([name for name in parts if name.endswith(".npy")] or ["run.json"])


def _array(parts: Parts, draw: random.Random) -> str:
    name = _array_name(parts, draw)
    try:
        array = np.load(io.BytesIO(parts[name]), allow_pickle=False)
    except Exception:  # damaged before: what that raises is open-ended
        return f"{name} is none"
    with np.errstate(all="ignore"):
        changed = draw.choice(CHANGES)(array, draw)
    held = io.BytesIO()
    np.save(held, changed)
    parts[name] = held.getvalue()
    return f"{name} is {changed.dtype}{changed.shape}, was {array.dtype}{array.shape}"


def _value(array: Any, draw: random.Random) -> Any:
    changed = np.array(array)
    if changed.size:
        number = draw.choice((np.nan, np.inf, -np.inf, 1e308, 1e155, -1.0, 0.0, 1e-320, 1e9))
        kind = changed.dtype.kind
        whole = draw.choice((0, 1, -1, 100, 2**31 - 1)) if kind in "iu" else number
        changed.flat[draw.randrange(changed.size)] = np.array(whole).astype(changed.dtype)
    return changed


CHANGES = (
    *(_value, _value, _value),
    lambda array, draw: np.array(array)[1:] if np.ndim(array) else array,
    lambda array, draw: np.repeat(np.atleast_1d(array), 2, axis=0),
    lambda array, draw: np.atleast_1d(array)[..., None],
    lambda array, draw: np.array(array).T,
    lambda array, draw: np.zeros((0, *np.shape(array)[1:])),
    lambda array, draw: np.array(array).astype(draw.choice(("f4", "i1", "i8", "U5", "c16", "?"))),
    lambda array, draw: np.zeros(draw.choice(((3_000_000,), (2000, 2000), (1, 1, 1)))),
)
"""What becomes of an array."""


def _bytes(parts: Parts, draw: random.Random) -> str:
    name = draw.choice(list(parts))
    part = bytearray(parts[name])
    if not part:
        return "nothing"
    at = draw.randrange(min(len(part), 200) if draw.random() < 0.7 else len(part))
    part[at] ^= 1 << draw.randrange(8)
    parts[name] = bytes(part)
    return f"a bit of {name} at {at}"


def _lost(parts: Parts, draw: random.Random) -> str:
    name = draw.choice(list(parts))
    del parts[name]
    parts.setdefault("run.json", b"{}")
    return f"{name} left out"


def _cut(parts: Parts, draw: random.Random) -> str:
    name = draw.choice(list(parts))
    parts[name] = parts[name][: draw.randrange(len(parts[name]) + 1)]
    return f"{name} cut"


def _swapped(parts: Parts, draw: random.Random) -> str:
    one, other = (_array_name(parts, draw) for _ in range(2))
    parts[one], parts[other] = parts[other], parts[one]
    return f"{one} and {other} swapped"


def _added(parts: Parts, draw: random.Random) -> str:
    name = draw.choice(("X.data", "more", "../up", "standing.99", "kept_back.y", "y.npy.npy"))
    parts[f"{name}.npy"] = parts[_array_name(parts, draw)]
    return f"{name} added"


WAYS = (_record, _record, _record, _array, _array, _bytes, _lost, _cut, _swapped, _added)

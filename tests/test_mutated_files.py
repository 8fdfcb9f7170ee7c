"""Files of runs in which something was changed: refused in words, or what opens works."""

import json
import re
import resource
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mutated import mutated

import steepest as st
from steepest.run.report import report
from steepest.session import Session
from steepest.step import COLUMNS

RUNS: dict[str, Callable[[], st.Run]] = {
    "a line": lambda: st.descend(
        "geyser", "waiting", ["duration"], validation=0.2, steps=8, rule="adam", learning_rate=0.1
    ),
    "classes": lambda: st.descend(
        "penguins", "species", ["bill_length_mm", "sex"], l2=0.01, steps=5, missing="drop"
    ),
    "a network": lambda: st.descend(
        "xor", "class", hidden=(4,), steps=6, rule="adam", learning_rate=0.1, batch=16
    ),
    "given": lambda: st.descend(lambda p: (float(p @ p), 2 * p), start=[3.0, 4.0], steps=5),
}
WITHOUT_ROWS = "without rows"

MOST_MEMORY = 200_000_000
"""Bytes that opening a file may add to the process."""

LONGEST = 1.0
"""Seconds of CPU time that opening a file may take."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    for name, made in RUNS.items():
        made().save(folder / name)
    RUNS["a line"]().save(folder / WITHOUT_ROWS, data=False)
    for path in folder.iterdir():
        works(st.load(path), folder)
    return folder


@np.errstate(all="ignore")
def works(run: st.Run, folder: Path) -> None:
    """Ask of a run what can be asked."""
    assert run.explain() and repr(run)
    run.trace_table()
    run.save(folder.parent / "again")
    if run.problem.has_rows:
        run.surface(points=5)
        run.table()
        run.predict(run.data.X)
        json.dumps(report(run, []), allow_nan=False)
        run.record()
        run.resume(steps=1)
        on_the_live_page(run)


def on_the_live_page(run: st.Run) -> None:
    """Have a session of the live page begin with a run; what it cannot do it says."""
    try:
        session = Session.of_run(run)
    except st.ChoiceError:
        return
    few: dict[str, Any] = {"choices": {"steps": 2}}
    plane = {"x": 0, "y": 1, "points": 5, "base": run.params.tolist()}
    asks = ({"ask": "open"}, {"ask": "offer"}, {"ask": "descend", **few}, {"ask": "page", **few})
    for one in (*asks, {"ask": "surface", **plane}, {"ask": "loss", "params": [0.5, 1.0]}):
        assert "fault of steepest itself" not in session.answer(one).get("error", ""), one


def peak() -> int:
    """Return the most memory that the process has had, in bytes."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def open_mutated(saved: Path, folder: Path, seed: int) -> tuple[bool, float]:
    """Return whether a changed file opens, then it works; and the CPU seconds of opening it."""
    names = [*RUNS, WITHOUT_ROWS]
    said = mutated(saved / names[seed % len(names)], folder / "changed", seed)
    before, start = peak(), time.process_time()
    run, refused = None, ""
    try:
        run = st.load(folder / "changed")
    except st.FileError as error:
        refused = str(error)
    seconds = time.process_time() - start
    assert peak() - before < MOST_MEMORY, said
    if run is None:
        assert str(folder / "changed") in refused
        return False, seconds
    try:
        works(run, saved)
    except Exception as error:
        error.add_note(f"seed {seed}: {said}")
        raise
    return True, seconds


def test_what_was_changed_is_refused_or_works(saved: Path, tmp_path: Path) -> None:
    opened = [open_mutated(saved, tmp_path, seed)[0] for seed in range(40)]
    assert 0 < sum(opened) < len(opened)


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("begin", range(0, 10_000, 500))
def test_ten_thousand_changes(saved: Path, tmp_path: Path, begin: int) -> None:
    for seed in range(begin, begin + 500):
        _, seconds = open_mutated(saved, tmp_path, seed)
        assert seconds < LONGEST, seed


def packed(target: Path, record: dict[str, Any], parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("run.json", json.dumps(record))
        for name, part in parts.items():
            with archive.open(name, "w") as member:
                member.write(part)
    return target


@pytest.mark.parametrize("told", [True, False])
def test_a_small_file_does_not_fill_the_memory(tmp_path: Path, told: bool) -> None:
    """Zeros are packed 1,000 to 1; what the record does not tell is not read at all."""
    zeros = np.zeros(0)
    head = np.lib.format.magic(1, 0)
    text = b"{'descr': '<f8', 'fortran_order': False, 'shape': (12500000,), }"
    text += b" " * (118 - len(text) - 1) + b"\n"
    part = head + len(text).to_bytes(2, "little") + text + bytes(100_000_000)
    record = {"format": "steepest run", "version": 1}
    arrays = {"X": ["<f8", 12_500_000]} if told else {"y": ["<f8", 1]}
    path = packed(tmp_path / "run", record | {"arrays": arrays}, {"X.npy": part})
    assert path.stat().st_size < 200_000 and not zeros.size
    before = peak()
    with pytest.raises(st.FileError, match="it would unpack to 100 MB"):
        st.load(path)
    assert peak() - before < 20_000_000


def test_two_parts_of_one_name_and_parts_that_nobody_told_are_refused(
    saved: Path, tmp_path: Path
) -> None:
    path = tmp_path / "run"
    path.write_bytes((saved / "a line").read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.npy", b"")
    with pytest.raises(st.FileError, match="it has other arrays than its record lists"):
        st.load(path)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.npy", b"")
    with pytest.raises(st.FileError, match="two of its parts have one name"):
        st.load(path)


def unpacked(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the record of a file, and its other parts by name."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(parts.pop("run.json")), parts


def test_an_index_beyond_a_sparse_table_is_refused(tmp_path: Path) -> None:
    from scipy.sparse import csr_array

    X = csr_array(np.eye(6))
    st.descend((X, np.arange(6.0)), l2=0.1, steps=2).save(tmp_path / "run")
    record, parts = unpacked(tmp_path / "run")
    indices = np.lib.format.read_array
    with zipfile.ZipFile(tmp_path / "run") as archive, archive.open("X_indices.npy") as part:
        places = indices(part)
    places[-1] = 6
    changed = parts["X_indices.npy"][: -places.nbytes] + places.tobytes()
    path = packed(tmp_path / "changed", record, {**parts, "X_indices.npy": changed})
    with pytest.raises(st.FileError, match="it is damaged"):
        st.load(path)


@pytest.mark.parametrize(
    ("part", "value"),
    [("standing.1.npy", [np.nan, 0.0]), ("standing.1.npy", [0.0]), ("standing.11.npy", [0.0, 1.0])],
    ids=["not finite", "other params", "no yes or no"],
)
def test_a_checkpoint_that_none_can_go_on_from_is_refused(
    saved: Path, tmp_path: Path, part: str, value: list[float]
) -> None:
    record, parts = unpacked(saved / "a line")
    held = BytesIO()
    np.save(held, np.array(value))
    path = packed(tmp_path / "changed", record, {**parts, part: held.getvalue()})
    with pytest.raises(st.FileError, match="it is damaged"):
        st.load(path)


def test_a_learning_rate_that_is_none_is_refused(saved: Path, tmp_path: Path) -> None:
    record, parts = unpacked(saved / "a line")
    record["asked"]["learning_rate"] = "sometimes"
    with pytest.raises(st.FileError, match="it is damaged"):
        st.load(packed(tmp_path / "changed", record, parts))


def with_value(path: Path, target: Path, place: str, value: object) -> Path:
    """Write the run in `path` to `target` with another value at a place of its record: `a.b.0`."""
    record, parts = unpacked(path)
    holder: Any = record
    *outer, last = (int(key) if key.isdecimal() else key for key in place.split("."))
    for key in outer:
        holder = holder[key]
    holder[last] = value
    return packed(target, record, parts)


@pytest.mark.parametrize(
    ("name", "place", "value", "why"),
    [
        ("a line", "choices.seed", -1, "seed is -1"),
        ("a line", "asked.seed", -1, "seed is -1"),
        ("a line", "choices.steps", -8, "steps is -8"),
        ("a network", "choices.batch", 0, "batch is 0"),
        ("a line", "choices.clip", -1, "clip is -1"),
        ("a network", "choices.dropout", 1.5, "dropout is 1.5"),
        ("a line", "choices.l2", -0.5, "l2 is -0.5"),
        ("a line", "choices.l1", -0.5, "l1 is -0.5"),
        ("a line", "choices.curvature", -1, "curvature is -1"),
        ("a line", "dropped", -3, "dropped is -3"),
        ("a line", "dropped", 10**30, f"dropped is {10**30}"),
        ("a line", "weightless", -1, "weightless is -1"),
        (WITHOUT_ROWS, "without_rows.rows", -1, "rows is -1"),
        (WITHOUT_ROWS, "without_rows.validation_rows", -1, "validation_rows is -1"),
        (WITHOUT_ROWS, "without_rows.rows_of_metrics", -1, "rows_of_metrics is -1"),
        ("a line", "choices.l2", 10**30, f"l2 {10**30}"),
        (WITHOUT_ROWS, "without_rows.lowest_loss", 10**30, f"lowest_loss {10**30}"),
        (WITHOUT_ROWS, "without_rows.metrics.rmse", 10**30, f"rmse is {10**30}"),
        ("classes", "target.classes", ["a", "a", "b"], "of its 3 classes only 2 are different"),
        ("classes", "target.classes", [1, True, 2], "of its 3 classes only 2 are different"),
        ("classes", "target.classes", [1, "1", 2], "of its 3 classes only 2 are different"),
        ("a network", "features.columns.1.name", "x", "of its 2 features only 1 are different"),
        ("given", "objective.params", ["w", "w"], "of its 2 params only 1 are different"),
    ],
)
def test_a_value_of_its_type_that_no_run_has_is_refused(
    saved: Path, tmp_path: Path, name: str, place: str, value: object, why: str
) -> None:
    path = with_value(saved / name, tmp_path / "changed", place, value)
    with pytest.raises(st.FileError, match=f"it is damaged .*{re.escape(why)}"):
        st.load(path)


def with_number(path: Path, target: Path, part: str, place: tuple[int, ...], value: float) -> Path:
    """Write the run in `path` to `target` with another number at a place of an array."""
    record, parts = unpacked(path)
    array = np.lib.format.read_array(BytesIO(parts[part]), allow_pickle=False)
    array[place] = value
    held = BytesIO()
    np.save(held, array)
    return packed(target, record, {**parts, part: held.getvalue()})


@pytest.mark.parametrize(
    ("part", "place", "value", "why"),
    [
        ("numbers.npy", (3, COLUMNS["gradient_norm"]), -1.0, "gradient_norms of its steps"),
        ("numbers.npy", (3, COLUMNS["steepness"]), -1.0, "steepnesses of its steps"),
        ("numbers.npy", (3, COLUMNS["rows"]), 1.5, "the rows of its steps are no whole numbers"),
        ("numbers.npy", (3, COLUMNS["rows"]), 1e300, "the rows of its steps are no whole numbers"),
        ("standing.3.npy", (), -1, "rows is -1"),
        ("standing.9.0.npy", (), -1, "the stream of its seed"),
    ],
)
def test_a_number_that_no_step_and_no_checkpoint_has_is_refused(
    saved: Path, tmp_path: Path, part: str, place: tuple[int, ...], value: float, why: str
) -> None:
    path = with_number(saved / "a network", tmp_path / "changed", part, place, value)
    with pytest.raises(st.FileError, match=f"it is damaged .*{why}"):
        st.load(path)


@pytest.mark.parametrize("column", ["full_loss", "validation_loss"])
def test_a_loss_that_leaves_no_room_on_an_axis_is_drawn(
    saved: Path, tmp_path: Path, column: str
) -> None:
    """No loss but that of the last step and of the result is compared with the rows."""
    place = (3, COLUMNS[column])
    path = with_number(saved / "a line", tmp_path / "changed", "numbers.npy", place, 1e300)
    figure = st.load(path).figure(panels=["loss"])
    figure.canvas.draw()
    assert 1e300 < figure.axes[0].get_ylim()[1] < np.inf


def test_a_step_that_became_the_lowest_by_a_changed_loss_is_refused(
    saved: Path, tmp_path: Path
) -> None:
    """The result would be that step, and no surface about it the one that the run walked on."""
    record, parts = unpacked(saved / "a network")
    table = np.lib.format.read_array(BytesIO(parts["numbers.npy"]), allow_pickle=False)
    run = st.load(saved / "a network")
    [column] = np.flatnonzero(table[0] == run.trace.full_losses[0])
    table[1, column] = -1.0
    held = BytesIO()
    np.save(held, table)
    path = packed(tmp_path / "changed", record, {**parts, "numbers.npy": held.getvalue()})
    with pytest.raises(st.FileError, match="at step 1, and -1 was recorded"):
        st.load(path)

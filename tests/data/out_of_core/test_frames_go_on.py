"""A checkpoint of a Dask data frame goes on with the same frame, given again, to the same bits."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked import Ask
from test_going_on import KilledError, assert_same, killed, killer
from test_read_in_passes import table_of, written

import steepest as st
from steepest.errors import ChoiceError, DataError, FileError
from steepest.run import checkpoint_file

distributed = pytest.importorskip("distributed")
dd = pytest.importorskip("dask.dataframe")

# Dask leaves sockets to be closed when they are forgotten.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ASKED = {"target": "k", "drop": ["y"], "l2": 1e-3}
PARTITIONS = 4


@pytest.fixture(scope="module")
def client() -> Any:
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as made,
    ):
        yield made


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_file, "WRITING", float("inf"))


def frame_of(partitions: int = PARTITIONS, seed: int = 0, **columns: Any) -> Any:
    table = table_of(seed=seed).to_pandas().assign(**columns)
    return dd.from_pandas(table, npartitions=partitions)


@pytest.fixture(scope="module")
def left(client: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkpoint of a frame, of a run that was killed at its second step."""
    path = tmp_path_factory.mktemp("left") / "run.ckpt"
    with pytest.MonkeyPatch().context() as patched, pytest.raises(KilledError):
        patched.setattr(checkpoint_file, "WRITING", float("inf"))
        st.descend(frame_of(), **ASKED, checkpoint=path, every=0, callback=killer(2))
    return path


def test_the_same_frame_given_again_goes_on_to_the_same_bits(
    client: Any, left: Path, tmp_path: Path
) -> None:
    whole = st.descend(frame_of(), **ASKED)
    half = st.load(left)
    assert len(half.trace) < len(whole.trace)
    said = half.explain()
    assert "and resume takes the same data frame again, resume(data=frame)" in said
    assert_same(half.resume(data=frame_of()), whole)
    path, kill = tmp_path / "b", killer(len(half.trace) + 1)
    with pytest.raises(KilledError):
        half.resume(data=frame_of(), checkpoint=path, every=0, callback=kill)
    assert_same(st.load(path).resume(data=frame_of(), cluster=client), whole)


def other_level() -> Any:
    values = table_of().to_pandas()["z"].to_numpy().copy()
    values[7] += 1e-9
    return values


OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "partitions": ({"partitions": 3}, "it has 3 partitions, but had 4"),
    "a type": ({"z": 1}, "column 'z' is int64, but was double"),
    "a column": ({"new": 1.0}, "column 'new' was not there"),
    "one value": ({"z": other_level()}, "partition 0 has other values"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_frame_is_refused_by_what_differs(client: Any, left: Path, name: str) -> None:
    changed, words = OTHERS[name]
    with pytest.raises(DataError, match=f"not that of the checkpoint: {re.escape(words)}, so"):
        st.load(left).resume(data=frame_of(**changed))


def test_a_frame_with_fewer_rows_or_columns_is_refused(client: Any, left: Path) -> None:
    table = table_of().to_pandas()
    with pytest.raises(DataError, match=r"partition 0 has [\d,]+ rows, but had [\d,]+, so"):
        st.load(left).resume(data=dd.from_pandas(table.iloc[:-8], npartitions=PARTITIONS))
    with pytest.raises(DataError, match="column 'z' is not there, so"):
        st.load(left).resume(data=dd.from_pandas(table.drop(columns="z"), npartitions=PARTITIONS))
    with pytest.raises(DataError, match="its columns are in another order"):
        st.load(left).resume(data=frame_of()[table.columns[::-1].tolist()])


def test_without_its_frame_it_is_said_what_to_do(ask: Ask, left: Path, tmp_path: Path) -> None:
    with pytest.raises(ChoiceError, match=r"give it again, st.load\(FILE\).resume\(data=frame\)"):
        st.load(left).resume()
    answer = ask("resume", str(left))
    assert answer.status == 2 and "these the command line finds by itself" in answer.err
    run = st.descend("geyser", "waiting", steps=1)
    with pytest.raises(ChoiceError, match="data is given, but only the checkpoint of a fit on"):
        run.resume(data=frame_of())
    with pytest.raises(ChoiceError, match="cluster is 'local', but this run has its rows"):
        run.resume(cluster="local")
    files = killed(tmp_path / "f.ckpt", written(tmp_path, table_of()), 1, **ASKED)
    with pytest.raises(ChoiceError, match="data is given, but only the checkpoint of a fit on"):
        files.resume(data=frame_of())


@pytest.mark.parametrize(
    "spoiled", [{"types": 5}, {"rows": ["a"] * PARTITIONS}, {"digests": ["a"]}, {"used": [1]}]
)
def test_a_damaged_frame_is_refused_in_words(left: Path, tmp_path: Path, spoiled: Any) -> None:
    path = tmp_path / "damaged.ckpt"
    with zipfile.ZipFile(left) as kept, zipfile.ZipFile(path, "w") as damaged:
        for name in kept.namelist():
            part = kept.read(name)
            if name.endswith(".json"):
                record = json.loads(part)
                record["origin"]["frame"] |= spoiled
                part = json.dumps(record).encode()
            damaged.writestr(name, part)
    with pytest.raises(FileError, match="damaged"):
        st.load(path)


def test_files_held_by_a_cluster_go_on_here_and_there(client: Any, tmp_path: Path) -> None:
    """By the client that held them, whose address the checkpoint has, by another, and by none."""
    files = written(tmp_path, table_of())
    whole = st.descend(files, **ASKED)
    half = killed(tmp_path / "run.ckpt", files, 2, **ASKED, cluster=client)
    for cluster in (None, client, "none"):
        assert_same(half.resume(cluster=cluster), whole)
    alone = killed(tmp_path / "alone.ckpt", files, 2, **ASKED)
    assert_same(alone.resume(cluster=client), whole)


STEEPEST = [sys.executable, "-m", "steepest"]
FIT = ["--target", "k", "--drop", "y", "--rule", "adam", "--steps", "60", "--every", "0s"]


@pytest.mark.prove
@pytest.mark.timeout(300)
def test_a_command_on_local_workers_that_is_killed_goes_on(tmp_path: Path) -> None:
    files, path = written(tmp_path, table_of()), tmp_path / "run.ckpt"
    whole = st.descend(files, "k", drop=["y"], rule="adam", steps=60)
    asked = [*STEEPEST, "fit", files, *FIT, "--cluster", "local", "--checkpoint", str(path)]
    command = subprocess.Popen(asked, start_new_session=True)
    while not path.exists():
        time.sleep(0.01)
    os.killpg(command.pid, signal.SIGKILL)
    command.wait()
    assert len(st.load(path).trace) < len(whole.trace)
    for where in (["--cluster", "local"], ["--cluster", "none"], []):
        end = tmp_path / f"e{len(where)}.steepest"
        subprocess.run([*STEEPEST, "resume", str(path), *where, "--save", str(end)], check=True)
        kept = st.load(end)
        assert np.array_equal(kept.trace.losses, whole.trace.losses)
        assert np.array_equal(kept.params, whole.params)

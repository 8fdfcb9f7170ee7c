"""Every failure point of rows that are read in passes: of cache, spool, checkpoint and cluster.

After each the folders hold what they held, and the next run has the same bits.
"""

import gc
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from failing import visit

import steepest as st
from steepest.run import checkpoint_file
from steepest.temporary_folder import TemporaryFolder

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]

ASKED = {"l2": 1e-3, "threads": 1, "rule": "adam", "learning_rate": 0.1, "steps": 3}


def rows(words: bool = False) -> pa.Table:
    g = np.random.default_rng(0)
    x = g.normal(size=240)
    c = np.where(g.random(240) > 0.5, "a", "b") if words else g.normal(size=240)
    return pa.table({"x": x, "c": c, "y": x + g.normal(size=240)})


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    for k in range(2):
        pq.write_table(rows().slice(120 * k, 120), tmp_path / "data" / f"p{k}.parquet")
    return tmp_path / "data"


def is_right(work: Callable[[], st.Run], *kept: Path) -> Callable[[bool], None]:
    """Return what asks, after a failure, for an empty cache, the files as they were, the bits."""
    whole, *kept_files = work(), *(one for folder in kept for one in folder.iterdir())
    held = {one: one.read_bytes() for one in kept_files}

    def sound(passed: bool) -> None:
        gc.collect()
        assert {one: one.read_bytes() for folder in kept for one in folder.iterdir()} == held
        assert np.array_equal(work().trace.params, whole.trace.params)

    return sound


@pytest.mark.parametrize("kind", ["cache", "cached", "allocation"])
def test_a_cache(tmp_path: Path, files: Path, kind: str) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()

    def work() -> st.Run:
        return st.descend(files, "y", cache=cache, **ASKED)

    assert visit(kind, work, is_right(work, cache, files)) > 0


@pytest.mark.parametrize("kind", ["spool", "sync", "rename", "opening", "cache", "cached"])
@pytest.mark.parametrize("before", ["nothing", "other rows"])
def test_a_cache_that_is_kept(tmp_path: Path, files: Path, kind: str, before: str) -> None:
    """Whatever failed, what has the name is whole, and what lies beside it the next one removes."""
    cache, other = tmp_path / "cache", tmp_path / "other.parquet"
    cache.mkdir()
    pq.write_table(rows().slice(0, 100), other)
    asked = {"cache": str(cache), "keep_cache": "rows", **ASKED}

    def work() -> st.Run:
        shutil.rmtree(cache / "rows", ignore_errors=True)
        if before == "other rows":
            shutil.copytree(tmp_path / "held", cache / "rows")
        return st.descend(files, "y", **asked)

    def sound(passed: bool) -> None:
        gc.collect()
        TemporaryFolder(cache).remove()
        assert {one.name for one in cache.iterdir()} <= {"rows"}
        assert np.array_equal(st.descend(files, "y", **asked).trace.params, whole.trace.params)

    st.descend([other], "y", **asked)
    shutil.copytree(cache / "rows", tmp_path / "held")
    whole = st.descend(files, "y", **ASKED)
    assert visit(kind, work, sound) > 0


@pytest.mark.parametrize("kind", ["spool", "cache", "cached"])
def test_a_text_that_is_spooled(tmp_path: Path, kind: str) -> None:
    for name in ("cache", "data"):
        (tmp_path / name).mkdir()
    pc.write_csv(rows(words=True), tmp_path / "data" / "t.csv")

    def work() -> st.Run:
        return st.descend(tmp_path / "data" / "t.csv", "y", cache=tmp_path / "cache", **ASKED)

    assert visit(kind, work, is_right(work, tmp_path / "cache", tmp_path / "data")) > 0


@pytest.mark.filterwarnings("ignore:no checkpoint was written")
@pytest.mark.parametrize("kind", ["write", "sync", "rename", "kill", "cache", "cached"])
def test_a_checkpoint_and_its_resume(
    tmp_path: Path, files: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_file, "WRITING", float("inf"))
    (tmp_path / "kept").mkdir()
    path, whole = tmp_path / "kept" / "run.ckpt", st.descend(files, "y", **ASKED)

    def fit() -> st.Run:
        file = checkpoint_file.CheckpointFile(path, 0, lambda said: None)
        return st.descend(files, "y", checkpoint=file, **ASKED)

    fit()

    def sound(passed: bool) -> None:
        assert [one.name for one in path.parent.iterdir()] == [path.name]
        left = st.load(path)
        gone_on = left if left.stop.reason == "steps" else left.resume()
        assert np.array_equal(gone_on.trace.params, whole.trace.params)

    assert visit(kind, fit, sound) > 0


@pytest.mark.filterwarnings("ignore:no checkpoint was written")
@pytest.mark.parametrize(
    "kind", ["write", "sync", "rename", "kill", "cache", "cached", "allocation", "read"]
)
def test_resume_from_a_checkpoint_to_a_checkpoint(
    tmp_path: Path, files: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails, the file opens, and from where it is the run ends at the same bits."""
    monkeypatch.setattr(checkpoint_file, "WRITING", float("inf"))
    (tmp_path / "kept").mkdir()
    path, whole = tmp_path / "kept" / "run.ckpt", st.descend(files, "y", **ASKED)
    st.descend(files, "y", **{**ASKED, "steps": 1}, checkpoint=path)
    begun = path.read_bytes()

    def resume() -> st.Run:
        file = checkpoint_file.CheckpointFile(path, 0, lambda said: None)
        return st.load(path).resume(steps=2, checkpoint=file)

    def sound(passed: bool) -> None:
        assert [one.name for one in path.parent.iterdir()] == [path.name]
        left = st.load(path)
        steps = len(whole.trace) - len(left.trace)
        gone_on = left.resume(steps=steps) if steps else left
        assert np.array_equal(gone_on.trace.params, whole.trace.params)
        path.write_bytes(begun)

    assert visit(kind, resume, sound) > 0


@pytest.mark.parametrize("kind", ["opening", "rename", "sync"])
@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_predictions_in_passes(tmp_path: Path, files: Path, kind: str, name: str) -> None:
    run, path = st.descend(files, "y", **ASKED), tmp_path / "out" / name
    path.parent.mkdir()
    run.predict_to(files, path)
    held = path.read_bytes()

    def sound(passed: bool) -> None:
        assert path.read_bytes() == held
        assert [one.name for one in path.parent.iterdir()] == [name]

    assert visit(kind, lambda: run.predict_to(files, path), sound) > 0


def test_messages_of_a_cluster(files: Path) -> None:
    """Whichever message is lost, this is told in words, and the cluster is there for the next."""
    places = ["submit", "gather", "who_has", "run"]
    _visit_messages(files, places, lambda: files)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # Dask's own, of pandas
def test_messages_of_a_data_frame(files: Path) -> None:
    """Its partitions are worked out, looked at and read by messages of their own."""
    frames = pytest.importorskip("dask.dataframe")
    places = ["compute", "map", "gather", "submit"]
    _visit_messages(files, places, lambda: frames.read_parquet(str(files)))


def _visit_messages(files: Path, names: list[str], given: Callable[[], object]) -> None:
    distributed = pytest.importorskip("distributed")
    client = distributed.Client
    places = [(client, name) for name in names]
    workers = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
    )
    with workers as cluster, client(cluster) as asked:

        def work() -> st.Run:
            return st.descend(given(), "y", cluster=asked, **ASKED)

        for error in (distributed.comm.CommClosedError("closed"), TimeoutError("late")):
            sound = is_right(work, files)
            assert visit((places, error), work, sound, (st.SteepestError,)) > 5

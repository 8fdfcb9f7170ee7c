"""Rows that the workers of Dask hold: the bits of one process, whoever holds what."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import steepest as st
from steepest.data.out_of_core.cluster import BACK_SECONDS, LOST, Cluster, _deaf_to_ctrl_c
from steepest.errors import ChoiceError

distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("dask")

# Dask leaves sockets to be closed when they are forgotten.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def folder_of(path: Path, files: int = 3, rows: int = 400) -> Path:
    for k in range(files):
        g = np.random.default_rng(k)
        x, c = g.normal(size=rows), g.choice(["a", "b", "c"], rows)
        y = np.where(x + (c == "b") + g.normal(size=rows) > 0.5, "yes", "no")
        table = pa.table({"x": x, "z": g.normal(size=rows), "c": c, "y": y})
        pq.write_table(table, path / f"p{k}.parquet", row_group_size=100)
    return path


def of_threads(workers: int) -> "distributed.LocalCluster":
    return distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=False, dashboard_address=":0"
    )


def test_threads_of_a_cluster_come_to_the_bits_of_one_process(tmp_path):
    folder = folder_of(tmp_path)
    alone = st.descend(folder, "y", l2=1e-3)
    with of_threads(2) as cluster, distributed.Client(cluster) as client:
        run = st.descend(folder, "y", l2=1e-3, cluster=client)
        assert (run.params == alone.params).all() and run.stop.message == alone.stop.message
        assert "held by workers" in run.explain()


@pytest.mark.prove
def test_a_frame_of_dask_is_the_table_of_its_partitions(tmp_path):
    dd = pytest.importorskip("dask.dataframe")
    folder_of(tmp_path)
    frame = pd.concat([pd.read_parquet(tmp_path / f"p{k}.parquet") for k in range(3)])
    with of_threads(1) as cluster, distributed.Client(cluster):
        run = st.descend(dd.from_pandas(frame.reset_index(drop=True), npartitions=4), "y", l2=1e-3)
        memory = st.descend(frame, "y", l2=1e-3)
        assert run.feature_names == memory.feature_names and run.problem.rows == 1200
        assert 0.0 <= (run.loss - memory.loss) / memory.loss <= 1e-6


def test_a_scheduler_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr("steepest.data.out_of_core.cluster.ANSWER_SECONDS", 0.2)
    with pytest.raises(ChoiceError, match=r"no scheduler of Dask answers at tcp://127.0.0.1:9"):
        st.descend(folder_of(tmp_path), "y", cluster="tcp://127.0.0.1:9")


def test_a_worker_of_another_version(tmp_path, monkeypatch):
    with of_threads(1) as cluster, distributed.Client(cluster) as client:
        for told, words in (("''", "has no steepest"), ("'0.0.1'", "has steepest 0.0.1, but")):
            monkeypatch.setattr("steepest.data.out_of_core.cluster.FIND_VERSION", told)
            with pytest.raises(ChoiceError, match=words):
                st.descend(folder_of(tmp_path), "y", cluster=client)


def test_a_worker_that_dies_while_it_is_asked_its_version_is_left_out(tmp_path, monkeypatch):
    """Of two the other one answers; where it was the only one it is asked again."""
    folder, real, lost = folder_of(tmp_path), distributed.Client.run, OSError("closed")
    answers = [{"tcp://gone": lost}, {"tcp://gone": lost, "tcp://there": st.__version__}]

    def run(self, function, *args, **named):
        return answers.pop(0) if function is eval and answers else real(self, function, *args)

    monkeypatch.setattr(distributed.Client, "run", run)
    with of_threads(1) as cluster, distributed.Client(cluster) as client:
        run = st.descend(folder, "y", l2=1e-3, cluster=client)
    assert not answers and (run.params == st.descend(folder, "y", l2=1e-3).params).all()


@pytest.mark.prove
@pytest.mark.parametrize("workers", [1, 2, 5])
def test_processes_come_to_the_bits_of_one_process(tmp_path, workers):
    folder = folder_of(tmp_path, files=50)
    alone = st.descend(folder, "y", l2=1e-3)
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert (st.descend(folder, "y", l2=1e-3, cluster=client).params == alone.params).all()


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_a_worker_that_is_killed_changes_no_bit(tmp_path):
    """Twenty times, and each time the cluster has two workers again, however soon it was."""
    folder = folder_of(tmp_path, files=20)
    alone = st.descend(folder, "y", l2=1e-3)
    generator = np.random.default_rng(0)
    with (
        dask.config.set({LOST: BACK_SECONDS}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        for _ in range(20):
            victim = next(iter(client.run(os.getpid).values()))
            killer = threading.Timer(
                float(generator.uniform(0.0, 1.5)), os.kill, (victim, signal.SIGKILL)
            )
            killer.start()
            run = st.descend(folder, "y", l2=1e-3, cluster=client)
            killer.join()
            assert (run.params == alone.params).all()
            client.wait_for_workers(2, timeout=120)


def test_ctrl_c_ends_the_wait_for_workers():
    with of_threads(1) as cluster, distributed.Client(cluster) as client:
        asked = [client.submit(time.sleep, 1.0)]
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            Cluster(client).gathered(asked)
        signal.signal(signal.SIGINT, before)
        assert not asked[0].done()


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_process_of_ours_does_not_hear_ctrl_c():
    with _deaf_to_ctrl_c():
        started = subprocess.Popen(["sleep", "30"])
    started.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        started.wait(0.2)
    started.kill()
    started.wait()


@pytest.mark.prove
@pytest.mark.timeout(600)
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_press_at_any_moment_is_one_line(tmp_path, name):
    """SIGINT as a terminal sends it: to the workers, too."""
    fit = [sys.executable, "-m", "steepest", "fit", str(folder_of(tmp_path)), "--target", "y"]
    fit += ["--cluster", "local", "--rule", "adam", "--steps", "100000"]
    number = getattr(signal, name)
    for moment in np.arange(0.5, 10.0, 0.5).tolist():
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        command = subprocess.Popen(fit, **pipes, start_new_session=True)
        time.sleep(moment)
        command.send_signal(number) if name == "SIGTERM" else os.killpg(command.pid, number)
        words = command.communicate(timeout=60)[1].decode().splitlines()
        assert command.returncode == 128 + number and len(words) <= 1, (moment, words)


def test_a_client_that_is_closed_and_workers_that_do_not_start(tmp_path, monkeypatch):
    with of_threads(1) as cluster:
        client = distributed.Client(cluster)
    client.close()
    with pytest.raises(ChoiceError, match="is closed"):
        st.descend(folder_of(tmp_path), "y", cluster=client)

    def failing(**asked: object) -> None:
        raise RuntimeError("Nanny failed to start.")

    monkeypatch.setattr(distributed, "LocalCluster", failing)
    with pytest.raises(ChoiceError, match="below `if __name__"):
        st.descend(tmp_path, "y", cluster="local")

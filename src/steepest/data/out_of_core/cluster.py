"""A cluster of Dask: its workers read units and hold their rows; one small message a step and back.

Rows are made by tasks from their source, never sent: so those of a worker that dies are read anew
by another. Whatever is summed comes back by unit, and is added here in the one fixed tree.
"""

import logging
import signal
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from typing import Any, TypeVar

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.frames import one_line
from steepest.errors import ChoiceError
from steepest.extras import check_installed
from steepest.interrupts import patient, undivided

__all__ = ["OWN_CLUSTER", "Cluster", "answering", "distributed"]

LOCAL = "local"
"""The word for workers on this machine, a process for each core."""

LOST = "distributed.deploy.lost-worker-timeout"
"""Dask's setting of how long a worker may be gone."""

ANSWER_SECONDS = 10.0
"""Seconds in which a scheduler has to answer, and a worker to be there."""

BACK_SECONDS = 3600.0
"""Seconds in which a worker on this machine that died has to be back, before it is given up.

Dask's 15 are over where one dies again meanwhile, and it is never started any more (measured).
"""

OWN_CLUSTER = {"dashboard_address": ":0", "silence_logs": logging.CRITICAL}
"""How a cluster is started here: what its workers log when they end is no news to anybody."""

SOON = 0.2
"""Seconds after which it is looked whether Ctrl-C was pressed while workers are at work."""

RETRIES = 5
"""How often a task is done anew whose worker died."""

Result = TypeVar("Result")


class Cluster:
    """The workers that a client of Dask has; `frames` are parts of a data frame, by unit."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.frames: Sequence[Any] = ()

    @classmethod
    def of(cls, said: object) -> "Cluster":
        """Return the cluster of an address, of the word "local", or of a client.

        Raises ChoiceError where no scheduler or no worker is there, or one has another steepest.
        """
        if isinstance(said, cls):
            return said
        if not isinstance(said, str) and not hasattr(said, "wait_for_workers"):
            raise ChoiceError(
                f"cluster is {said!r}, but it must be the address of a scheduler of Dask, such as "
                "tcp://host:8786, a client of it, or local"
            )
        found = cls.owning(_client(said)) if isinstance(said, str) else cls(said)
        found._check_workers()
        return found

    @staticmethod
    def address(said: Any) -> Any:
        """Return the address of the scheduler of a client; whatever else is given as it is."""
        scheduler = getattr(said, "scheduler", None)
        return said if scheduler is None else scheduler.address

    @classmethod
    def owning(cls, client: Any) -> "Cluster":
        """Return the cluster of a client that is closed with it."""
        found = cls(client)
        weakref.finalize(found, _close, client)
        return found

    def _check_workers(self) -> None:
        """Raise ChoiceError if there is no worker, or one without this very steepest."""
        here = sys.modules["steepest"].__version__
        versions: dict[str, str] = {}
        for _ in range(RETRIES):
            # One that dies while it is asked tells nothing: another takes its place.
            versions = versions or self._versions()
        for worker, version in versions.items():
            if version == here:
                continue
            got = f"steepest {version}" if version else "no steepest"
            raise ChoiceError(
                f"the worker {worker} has {got}, but here it is {here}; install that there: "
                f"pip install steepest=={here}"
            )

    def _versions(self) -> dict[str, str]:
        """Return the version of steepest that each worker has; ChoiceError if there is no worker.

        Those that died while they were asked are left out.
        """
        try:
            self.client.wait_for_workers(1, timeout=ANSWER_SECONDS)
        except TimeoutError as error:
            raise ChoiceError(
                "the cluster has no worker; start one with `dask worker ADDRESS`, and see that it "
                "has the same packages"
            ) from error
        except (OSError, RuntimeError) as error:
            raise ChoiceError("the client of the cluster is closed; make another") from error
        # By a function that every Python has: a worker without steepest could read none of ours.
        with answering():
            answers = self.client.run(eval, FIND_VERSION, on_error="return")
            found = {one: said for one, said in answers.items() if not isinstance(said, OSError)}
            for said in found.values():
                if isinstance(said, Exception):
                    raise said
        return found

    def each(self, source: Any, work: Callable[[Any, Any], Result]) -> list[Result]:
        """Return `work(source, unit)` of each unit, in order."""
        return self.gathered(self.submitted(source, work))

    def gathered(self, asked: Sequence[Any]) -> list[Any]:
        """Return what is being worked out, in order; Ctrl-C ends the wait for it soon."""
        from distributed import wait

        while not (all(one.done() for one in asked) or any(one.status == "error" for one in asked)):
            with answering(), suppress(TimeoutError):
                wait(asked, timeout=SOON)
        with answering():
            found: list[Any] = self.client.gather(asked)
        return found

    def submitted(self, source: Any, work: Callable[[Any, Any], Any]) -> list[Any]:
        """Return what will be `work(source, unit)`, where it is worked out, for each unit."""
        frames = self.frames or [None] * len(source.units)
        with answering():
            return [
                self.client.submit(_on_unit, work, source, unit, frame, pure=False, retries=RETRIES)
                for unit, frame in zip(source.units, frames, strict=True)
            ]

    def by_worker(
        self, parts: Sequence[Any], work: Callable[[Any], Result] | list[Callable[[Any], Result]]
    ) -> list[Result]:
        """Return `work(part)` of parts that workers hold, in order: one task a worker.

        `work` is one for all, or one for each.
        """
        works = work if isinstance(work, list) else [work] * len(parts)
        with answering():
            asked = self._asked(parts, works)
        numbers = [number for some, _ in asked for number in some]
        found = self.gathered([done for _, done in asked])
        results = dict(zip(numbers, (one for some in found for one in some), strict=True))
        return [results[number] for number in range(len(parts))]

    def _asked(
        self, parts: Sequence[Any], works: Sequence[Callable[[Any], Any]]
    ) -> list[tuple[list[int], Any]]:
        """Return which parts a task is of, and what will be its results, for each worker."""
        asked = []
        for worker, numbers in self._whereabouts(parts).items():
            there = {"workers": [worker], "allow_other_workers": True} if worker else {}
            some = [parts[number] for number in numbers]
            mine = [works[number] for number in numbers]
            done = self.client.submit(_on_parts, mine, some, pure=False, retries=RETRIES, **there)
            asked.append((numbers, done))
        return asked

    def _whereabouts(self, parts: Sequence[Any]) -> Mapping[str, list[int]]:
        """Return which parts each worker holds; those that are lost are of no worker."""
        holders = self.client.who_has(list(parts))
        found: dict[str, list[int]] = {}
        for number, part in enumerate(parts):
            where = sorted(holders.get(part.key, ()))
            found.setdefault(where[0] if where else "", []).append(number)
        return found


FIND_VERSION = """(lambda u: __import__("steepest").__version__ if u.find_spec("steepest") else "")(
    __import__("importlib.util").util)"""
"""What a worker says of itself: its version of steepest, or nothing."""


@contextmanager
def answering() -> Iterator[None]:
    """Ask a cluster something; ChoiceError where a message is lost, or its workers keep dying.

    Ctrl-C waits until it is answered: Dask prints a traceback where it comes in between.
    """
    from distributed.scheduler import KilledWorker, NoValidWorkerError

    try:
        with undivided():
            yield
    except (OSError, CancelledError, KilledWorker, NoValidWorkerError) as error:
        raise ChoiceError(
            f"the cluster was lost in the midst of the work ({type(error).__name__}: "
            f"{one_line(error)}); see that its scheduler runs and that its workers have memory "
            "enough, then fit once more, or go on from a checkpoint with `steepest resume`"
        ) from error


def distributed(what: str) -> Any:
    """Return Dask's package of clusters; ChoiceError where it is missing, which `what` needs."""
    check_installed("dask", what)
    with undivided():
        import distributed as package

    return package


def _client(said: str) -> Any:
    """Return a client of workers on this machine, or of the scheduler at an address."""
    dask = distributed("a cluster")
    if said == LOCAL:
        return _local_client(dask)
    try:
        return dask.Client(said, timeout=ANSWER_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raise ChoiceError(
            f"no scheduler of Dask answers at {said}; start one with `dask scheduler`, or say local"
        ) from error


def _local_client(dask: Any) -> Any:
    from dask import config

    config.set({LOST: BACK_SECONDS})  # it is read whenever a worker is lost
    client = None
    try:
        with undivided(), _deaf_to_ctrl_c():
            client = dask.Client(dask.LocalCluster(threads_per_worker=1, **OWN_CLUSTER))
            return client
    except KeyboardInterrupt:
        if client is not None:
            _close(client)
        raise
    except RuntimeError as error:
        raise ChoiceError(
            "no worker of Dask starts on this machine; each imports the script anew, so in one "
            'call steepest below `if __name__ == "__main__":`'
        ) from error


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Have the threads and processes that are started meanwhile not hear Ctrl-C.

    A terminal sends it to all processes: here it is answered, and workers end when they are asked.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # its start has the thread hear Ctrl-C again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _close(client: Any) -> None:
    with patient():
        cluster = client.cluster
        client.close()
        if cluster is not None:
            cluster.close()


def _on_unit(work: Callable[[Any, Any], Result], source: Any, unit: Any, frame: Any) -> Result:
    with ONE_BLAS_THREAD:
        return work(source if frame is None else source.with_frame(frame), unit)


def _on_parts(works: Sequence[Callable[[Any], Result]], parts: Sequence[Any]) -> list[Result]:
    with ONE_BLAS_THREAD:
        return [work(part) for work, part in zip(works, parts, strict=True)]

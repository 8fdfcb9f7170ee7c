"""A process of its own for each peer: it can be stopped, and its threads disturb no other."""

import multiprocessing
import os
import time
import warnings
from importlib import import_module
from importlib.util import find_spec
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from threadpoolctl import threadpool_limits

from bench.kept_rows import problem_of
from bench.peers import peer_named
from bench.peers.others import THREADS
from bench.peers.peer import Peer
from bench.problems import Problem
from bench.recipes import RECIPES

PAUSE = 0.05
"""Seconds before a fit: threads of the last peer that still wait for work fall asleep."""

STARTING = 120.0
"""Seconds that a process may take to import its packages and make the rows."""


_START = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
"""A process that has read the common packages, and run nothing, is copied where that is known."""

COMMON = ["sklearn.linear_model", "scipy.sparse", "steepest"]


class Fit(NamedTuple):
    """How long a fit took, and the loss of the params that it found."""

    seconds: float
    loss: float


class LateError(Exception):
    """A fit was stopped because its time was over."""


class FailedError(Exception):
    """A fit ended in an error; the message is that of the peer."""


class Worker:
    """A peer with a problem, in a process of its own; used in a `with`, which ends the process.

    `threads` is on how many it may compute, None as many as it takes by itself.
    """

    def __init__(self, recipe: str, peer: Peer, quick: bool, threads: int | None = None) -> None:
        context = multiprocessing.get_context(_START)
        if _START == "forkserver":
            context.set_forkserver_preload(COMMON)
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, recipe, peer.name, quick, threads), daemon=True
        )
        self._process.start()
        theirs.close()

    def __enter__(self) -> "Worker":
        try:
            self._answer(STARTING)
        except (LateError, FailedError):
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    def fit(self, tol: float, *, repeats: int = 1, limit: float = 60.0) -> Fit:
        """Return the mean time of `repeats` fits and the loss; raise LateError after `limit` s."""
        self._pipe.send((tol, repeats))
        return self._answer(limit * repeats)

    def _answer(self, limit: float) -> Any:
        if not self._pipe.poll(limit):
            raise LateError(f"not in {limit:.0f} s")
        try:
            answer = self._pipe.recv()
        except EOFError:
            raise FailedError("its process ended") from None
        if isinstance(answer, str):
            raise FailedError(answer)
        return answer


def missing(peer: Peer) -> bool:
    """Return whether the package of a peer is not installed."""
    return find_spec(peer.module) is None


def serve(
    pipe: Connection, recipe: str, name: str, quick: bool, threads: int | None = None
) -> None:
    """Fit whenever asked, until the process is ended; an error is sent as a text.

    `threads` is on how many BLAS, OpenMP, torch and Snap ML may compute; None leaves that to them.
    """
    warnings.simplefilter("ignore")
    # Snap ML prints beside what Python can hold back; the tables go there.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        problem = problem_of(recipe, quick)
        peer = peer_named(RECIPES[recipe].field, name)
        import_module(peer.module)
        if threads:
            os.environ[THREADS] = str(threads)
            threadpool_limits(threads)
        rows = peer.prepare(problem)
        pipe.send(None)
        while True:
            pipe.send(_timed(problem, rows, peer, *pipe.recv()))
    except EOFError:
        pass
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")


def _timed(problem: Problem, rows: Problem, peer: Peer, tol: float, repeats: int) -> Fit:
    time.sleep(PAUSE)
    start = time.perf_counter()
    for _ in range(repeats):
        params = peer.fit(rows, tol)
    seconds = (time.perf_counter() - start) / repeats
    return Fit(seconds, problem.value(*params))

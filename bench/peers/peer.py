"""What a peer is to the benchmark."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bench.problems import Problem

Params = tuple[Any, Any]
"""Weights, (features,) or (features, k), and the bias or biases."""

DIRECT = (0.0,)
"""The only setting of what has no tolerance: a direct method, or a call that leaves it out."""


@dataclass(frozen=True)
class Peer:
    """A way to train: `fit(problem, tol)` returns params; `tols` are its settings, loosest first.

    `module` is what it needs. `prepare` may lay out the rows as the peer likes them best, and
    compile what it compiles, before the clock starts.
    """

    name: str
    fit: Callable[[Problem, float], Params]
    tols: tuple[float, ...]
    module: str
    prepare: Callable[[Problem], Problem] = lambda problem: problem


def decades(first: int, last: int) -> tuple[float, ...]:
    """Return 10^first, 10^(first - 1), ..., 10^last."""
    return tuple(10.0**power for power in range(first, last - 1, -1))


def by_columns(problem: Problem) -> Problem:
    """Return the problem with X laid out column after column."""
    from scipy.sparse import csc_array, issparse

    X = csc_array(problem.X) if issparse(problem.X) else np.asfortranarray(problem.X)
    return replace(problem, X=X)

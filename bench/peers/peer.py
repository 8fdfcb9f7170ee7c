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


def tolerances(first: int, last: int) -> tuple[float, ...]:
    """Return 10^first, and from there two a decade, rounded to one digit, down to 10^last.

    >>> tolerances(-2, -3)
    (0.01, 0.003, 0.001)
    """
    powers = np.arange(first, last - 0.25, -0.5)
    return tuple(float(f"{10.0**power:.0e}") for power in powers)


def by_columns(problem: Problem) -> Problem:
    """Return the problem with X laid out column after column."""
    from scipy.sparse import csc_array, issparse

    X = csc_array(problem.X) if issparse(problem.X) else np.asfortranarray(problem.X)
    return replace(problem, X=X)

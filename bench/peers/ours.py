"""steepest: a whole `descend` call, from arrays to a run with every step kept."""

from functools import partial
from typing import Any

import steepest as st
from bench.peers.peer import DIRECT, Params, Peer, tolerances
from bench.problems import Problem


def _descend(problem: Problem, tol: float, **choices: Any) -> Params:
    """Return what `descend` finds; a tolerance of 0 is left out of the call."""
    if tol:
        choices["tol"] = tol
    if problem.l1:
        choices["l1"] = problem.l1
    if problem.loss == "quantile":
        choices["quantile"] = problem.quantile
    if problem.loss == "huber":
        choices["delta"] = problem.delta
    run = st.descend((problem.X, problem.y), loss=problem.loss, l2=problem.l2, **choices)
    return run.weights, run.bias


OURS = Peer("steepest", _descend, tolerances(-2, -9), "steepest")

AS_IT_COMES = Peer("steepest, no tol given", _descend, DIRECT, "steepest")

SET_UP = Peer("steepest, no step", partial(_descend, steps=0), DIRECT, "steepest")
"""What a call costs before its first step, and after its last."""

"""The peers: what else trains the same model, and its settings from loose to tight.

`peer.py` says what a peer is, `ours.py` is steepest, the others are named by their packages.
`FIELDS` says who takes part in which kind of problem; a peer whose package is missing is told.
"""

from bench.peers import others, quantiles, scikit
from bench.peers.ours import AS_IT_COMES, OURS, SET_UP
from bench.peers.peer import Peer

__all__ = ["FIELDS", "OURS", "REFERENCES", "Peer", "entrants", "peer_named"]

FIELDS: dict[str, tuple[Peer, ...]] = {
    "logistic": (
        scikit.LBFGS,
        scikit.NEWTON_CHOLESKY,
        scikit.NEWTON_CG,
        scikit.SAG,
        scikit.SAGA,
        others.GLUM,
        *others.SNAP,
        others.TORCH,
    ),
    "softmax": (scikit.LBFGS, scikit.NEWTON_CHOLESKY, scikit.NEWTON_CG, others.TORCH),
    "squares": (scikit.LINE, scikit.LSTSQ, *scikit.RIDGE),
    "ridge": scikit.RIDGE,
    "sparse": (
        *scikit.LIBLINEAR,
        scikit.LBFGS,
        scikit.NEWTON_CG,
        scikit.SAG,
        scikit.SAGA,
        *others.SNAP,
    ),
    "lasso": (others.CELER, others.SKGLM, scikit.ELASTIC, others.GLUM_BY_COLUMNS),
    "poisson": (*scikit.POISSON, others.GLUM, others.GLM),
    "huber": (scikit.HUBER, others.RLM),
    "quantile": (quantiles.STATSMODELS, quantiles.HIGHS),
}
"""Who takes part, by the kind of problem; steepest itself is in all of them."""

REFERENCES: dict[str, tuple[Peer, ...]] = {
    "logistic": (OURS, scikit.NEWTON_CHOLESKY),
    "softmax": (OURS, scikit.LBFGS),
    "squares": (OURS, scikit.SCALED_LSTSQ),
    "ridge": (OURS, scikit.RIDGE[0]),
    "sparse": (OURS, scikit.NEWTON_CG),
    "lasso": (OURS, others.CELER),
    "poisson": (OURS, scikit.POISSON[0]),
    "huber": (OURS, scikit.HUBER),
    "quantile": (OURS, quantiles.HIGHS),
}
"""Whose tightest settings give the lowest loss known, by the kind of problem: two that differ."""


def entrants(field: str) -> tuple[Peer, ...]:
    """Return who is timed next to steepest: steepest as it comes, and the peers."""
    return (AS_IT_COMES, *FIELDS[field])


def peer_named(field: str, name: str) -> Peer:
    """Return the peer of that name in a field."""
    every = (OURS, SET_UP, *entrants(field))
    return next(peer for peer in every if peer.name == name)

"""scikit-learn's linear models."""

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.peers.peer import DIRECT, Params, Peer, by_columns, tolerances
from bench.problems import EPSILON, Problem

ENDLESS = 1_000_000
"""Steps that no fit comes to: only its tolerance ends it, or the clock."""

BIAS_SCALE = {"primal": 10.0, "dual": 1.0}
"""Where the bias is the weight of a constant column and penalised, that constant.

A large one makes the penalty tiny, and dual coordinate descent slow; the primal does not mind.
"""

ROUNDING = float(np.finfo(np.float64).eps)
"""The share of the longest direction of X below which another is taken for rounding."""

PACKAGE, MODULE = "scikit-learn", "sklearn"


def _logistic(solver: str, **more: Any) -> Callable[[Problem, float], Params]:
    """Return a fit of classes; scikit-learn sums over rows: C = 1 / (l2 rows)."""

    def fit(problem: Problem, tol: float) -> Params:
        from sklearn.linear_model import LogisticRegression

        C = 1.0 / (problem.l2 * len(problem.y))
        model = LogisticRegression(
            C=C, solver=solver, tol=tol, max_iter=ENDLESS, random_state=0, **more
        )
        model.fit(problem.X, problem.y)
        if len(model.coef_) == 1:
            return model.coef_[0], model.intercept_[0]
        return model.coef_.T, model.intercept_

    return fit


def _ridge(solver: str) -> Callable[[Problem, float], Params]:
    """Return a fit of values; scikit-learn sums over rows: alpha = l2 / 2 rows."""

    def fit(problem: Problem, tol: float) -> Params:
        from sklearn.linear_model import Ridge

        alpha = problem.l2 / 2 * len(problem.y)
        model = Ridge(alpha, solver=solver, tol=tol, max_iter=ENDLESS, random_state=0)
        model.fit(problem.X, problem.y)
        return model.coef_, model.intercept_

    return fit


def _line(problem: Problem, _: float) -> Params:
    from sklearn.linear_model import LinearRegression

    # Since 1.9 its tol is the share of the largest singular value below which a direction of dense
    # X is dropped, 1e-6 if left out: a column of small units would go, and the fit be another.
    model = LinearRegression(tol=ROUNDING).fit(problem.X, problem.y)
    return model.coef_, model.intercept_


def _lstsq(problem: Problem, _: float) -> Params:
    """Return NumPy's answer (LAPACK's gelsd), the bias as a last column of ones."""
    X = np.column_stack([problem.X, np.ones(len(problem.y))])
    params = np.linalg.lstsq(X, problem.y, rcond=None)[0]
    return params[:-1], params[-1]


def _scaled_lstsq(problem: Problem, _: float) -> Params:
    """Return SciPy's answer (LAPACK's gelsd) for centred columns of length 1, in their units.

    The bias is that of the means. So neither units nor a mean far from 0 decide what counts as
    rounding.
    """
    from scipy.linalg import lstsq

    mean = problem.X.mean(axis=0)
    centred = problem.X - mean
    length = np.linalg.norm(centred, axis=0)
    level = problem.y.mean()
    weights = lstsq(centred / length, problem.y - level, cond=ROUNDING)[0] / length
    return weights, level - mean @ weights


def _elastic(problem: Problem, tol: float) -> Params:
    """Return the fit of lasso or elastic net; scikit-learn halves the mean of squared errors."""
    from sklearn.linear_model import ElasticNet

    l1, l2 = problem.l1 / 2, problem.l2 / 2
    gram = len(problem.y) > problem.X.shape[1]
    model = ElasticNet(l1 + l2, l1_ratio=l1 / (l1 + l2), tol=tol, max_iter=ENDLESS, precompute=gram)
    model.fit(problem.X, problem.y)
    return model.coef_, model.intercept_


def _poisson(solver: str) -> Callable[[Problem, float], Params]:
    """Return a fit of counts; scikit-learn's objective is half the mean deviance, as ours."""

    def fit(problem: Problem, tol: float) -> Params:
        from sklearn.linear_model import PoissonRegressor

        model = PoissonRegressor(alpha=problem.l2, solver=solver, tol=tol, max_iter=ENDLESS)
        model.fit(problem.X, problem.y)
        return model.coef_, model.intercept_

    return fit


def _huber(problem: Problem, tol: float) -> Params:
    """Return the fit of HuberRegressor, which finds the scale, and so delta, by itself."""
    from sklearn.linear_model import HuberRegressor

    model = HuberRegressor(epsilon=EPSILON, alpha=0.0, tol=tol, max_iter=ENDLESS)
    model.fit(problem.X, problem.y)
    return model.coef_, model.intercept_


def _peer(solver: str, tols: tuple[float, ...], **more: Any) -> Peer:
    return Peer(f"{PACKAGE} {solver}", _logistic(solver, **more), tols, MODULE)


LBFGS = _peer("lbfgs", tolerances(-2, -10))
NEWTON_CHOLESKY = _peer("newton-cholesky", tolerances(-2, -10))
NEWTON_CG = _peer("newton-cg", tolerances(-2, -10))
SAG = _peer("sag", tolerances(-2, -8))
SAGA = _peer("saga", tolerances(-2, -8))

LIBLINEAR = tuple(
    Peer(
        f"{PACKAGE} liblinear, {form}",
        _logistic("liblinear", dual=form == "dual", intercept_scaling=BIAS_SCALE[form]),
        tolerances(-1, -8),
        MODULE,
    )
    for form in BIAS_SCALE
)

SCALED_LSTSQ = Peer("SciPy lstsq, columns scaled", _scaled_lstsq, DIRECT, "scipy")
LSTSQ = Peer("NumPy lstsq", _lstsq, DIRECT, "numpy")
LINE = Peer(f"{PACKAGE} LinearRegression", _line, DIRECT, MODULE)

_DIRECT_RIDGE = tuple(
    Peer(f"{PACKAGE} Ridge {solver}", _ridge(solver), DIRECT, MODULE)
    for solver in ("cholesky", "svd")
)
_WALKING_RIDGE = tuple(
    Peer(f"{PACKAGE} Ridge {solver}", _ridge(solver), tolerances(-3, -12), MODULE)
    for solver in ("sparse_cg", "lsqr", "sag", "saga")
)
RIDGE = (*_DIRECT_RIDGE, *_WALKING_RIDGE)

ELASTIC = Peer(f"{PACKAGE} ElasticNet", _elastic, tolerances(-2, -10), MODULE, by_columns)

POISSON = tuple(
    Peer(f"{PACKAGE} PoissonRegressor {solver}", _poisson(solver), tolerances(-2, -10), MODULE)
    for solver in ("newton-cholesky", "lbfgs")
)
HUBER = Peer(f"{PACKAGE} HuberRegressor", _huber, tolerances(-1, -8), MODULE)

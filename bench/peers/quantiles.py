"""Regression of a quantile: statsmodels by reweighted least squares, scikit-learn by HiGHS."""

import numpy as np

from bench.peers.peer import DIRECT, Params, Peer, tolerances
from bench.peers.scikit import ENDLESS
from bench.problems import Problem


def _statsmodels(problem: Problem, tol: float) -> Params:
    """Return statsmodels' fit; `tol` is how far any param may still move in a step."""
    from statsmodels.regression.quantile_regression import QuantReg

    X = np.column_stack([problem.X, np.ones(len(problem.y))])
    found = QuantReg(problem.y, X).fit(q=problem.quantile, p_tol=tol, max_iter=ENDLESS).params
    return found[:-1], found[-1]


def _highs(problem: Problem, _: float) -> Params:
    """Return scikit-learn's fit, by a linear program."""
    from sklearn.linear_model import QuantileRegressor

    model = QuantileRegressor(quantile=problem.quantile, alpha=0.0, solver="highs")
    model.fit(problem.X, problem.y)
    return model.coef_, model.intercept_


STATSMODELS = Peer("statsmodels QuantReg", _statsmodels, tolerances(-2, -10), "statsmodels")
HIGHS = Peer("scikit-learn QuantileRegressor highs", _highs, DIRECT, "sklearn")

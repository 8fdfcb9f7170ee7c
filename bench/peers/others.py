"""glum, Snap ML, torch, celer and skglm, each asked for the same minimum in its own words."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from bench.peers.peer import Params, Peer, by_columns, tolerances
from bench.peers.scikit import BIAS_SCALE, ENDLESS
from bench.problems import Problem

FEW = 100_000
"""Numbers in X up to which torch and Snap ML are faster on one thread."""

THREADS = "STEEPEST_BENCH_THREADS"
"""Where a worker's process keeps on how many threads a peer may compute, if that is limited."""

MOST_EPOCHS = 100_000
"""Steps of the solvers that keep a record of each: no fit comes to so many in its time."""


def _threads(problem: Problem) -> int:
    """Return how many threads torch and Snap ML get: those that a worker may have, at most."""
    most = int(os.environ.get(THREADS) or os.cpu_count() or 1)
    return 1 if problem.X.size <= FEW else most


def _glum(problem: Problem, tol: float) -> Params:
    """Return glum's fit; its penalties stand beside half the squared error, or the log loss."""
    from glum import GeneralizedLinearRegressor

    half = 0.5 if problem.loss == "squared" else 1.0
    families = {"squared": "normal", "poisson": "poisson"}
    l1, l2 = half * problem.l1, half * problem.l2
    model = GeneralizedLinearRegressor(
        family=families.get(problem.loss, "binomial"),
        alpha=l1 + l2,
        l1_ratio=l1 / (l1 + l2) if l1 else 0.0,
        gradient_tol=tol,
        max_iter=ENDLESS,
    )
    model.fit(problem.X, problem.y)
    return model.coef_, model.intercept_


def _snap(form: str) -> Callable[[Problem, float], Params]:
    """Return Snap ML's fit of rows with a column for the bias: its own is none in the primal."""

    def fit(problem: Problem, tol: float) -> Params:
        from snapml import LogisticRegression

        model = LogisticRegression(
            regularizer=problem.l2 * len(problem.y),
            dual=form == "dual",
            n_jobs=_threads(problem),
            tol=tol,
            max_iter=MOST_EPOCHS,
            random_state=0,
        )
        model.fit(problem.X, problem.y)
        params = np.ravel(model.coef_)
        return params[:-1], params[-1] * BIAS_SCALE[form]

    return fit


def _with_bias(form: str) -> Callable[[Problem], Problem]:
    """Return what adds the column for the bias."""

    def prepare(problem: Problem) -> Problem:
        from scipy.sparse import csr_matrix, hstack, issparse

        column = np.full((len(problem.y), 1), BIAS_SCALE[form])
        if issparse(problem.X):
            return replace(problem, X=csr_matrix(hstack([problem.X, column])))
        return replace(problem, X=np.hstack([problem.X, column]))

    return prepare


def _torch(problem: Problem, tol: float) -> Params:
    """Return the fit of torch's LBFGS with its line search, all rows at every step, float64."""
    import torch

    torch.set_num_threads(_threads(problem))
    X, y = torch.from_numpy(problem.X), torch.from_numpy(problem.y)
    classes = int(problem.y.max()) + 1
    outputs = classes if classes > 2 else 1
    line = torch.nn.Linear(X.shape[1], outputs, dtype=torch.float64)
    torch.nn.init.zeros_(line.weight)
    torch.nn.init.zeros_(line.bias)
    walk = torch.optim.LBFGS(
        line.parameters(),
        max_iter=ENDLESS,
        max_eval=ENDLESS,
        tolerance_grad=tol,
        tolerance_change=1e-3 * tol,
        line_search_fn="strong_wolfe",
    )
    loss = _torch_loss(X, y, line, problem.l2)

    def evaluate() -> Any:
        walk.zero_grad()
        value = loss()
        value.backward()
        return value

    walk.step(evaluate)
    weights, bias = line.weight.detach().numpy(), line.bias.detach().numpy()
    return (weights.T, bias) if outputs > 1 else (weights[0], bias[0])


def _torch_loss(X: Any, y: Any, line: Any, l2: float) -> Callable[[], Any]:
    """Return the loss as a function of no argument: of one margin a row, or of several."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

    def penalty() -> Any:
        return l2 / 2 * torch.sum(line.weight**2)

    if line.out_features > 1:
        return lambda: cross_entropy(line(X), y) + penalty()
    target = y.to(torch.float64)
    return lambda: binary_cross_entropy_with_logits(line(X)[:, 0], target) + penalty()


def _celer(problem: Problem, tol: float) -> Params:
    from celer import ElasticNet, Lasso

    return _halved(problem, tol, Lasso, ElasticNet)


def _skglm(problem: Problem, tol: float) -> Params:
    from skglm import ElasticNet, Lasso

    return _halved(problem, tol, Lasso, ElasticNet)


def _compiled(problem: Problem) -> Problem:
    """Return the problem laid out for skglm, with its loops compiled by a fit of a few rows."""
    rows = by_columns(problem)
    _skglm(by_columns(replace(problem, X=problem.X[:50], y=problem.y[:50])), 0.1)
    return rows


def _halved(problem: Problem, tol: float, lasso: Any, elastic: Any) -> Params:
    """Return the fit of a model in scikit-learn's words: half the mean of squared errors."""
    l1, l2 = problem.l1 / 2, problem.l2 / 2
    if l2:
        model = elastic(l1 + l2, l1_ratio=l1 / (l1 + l2), tol=tol, fit_intercept=True)
    else:
        model = lasso(l1, tol=tol, fit_intercept=True)
    model.fit(problem.X, problem.y)
    return model.coef_, float(np.ravel(model.intercept_)[0])


def _glm(problem: Problem, tol: float) -> Params:
    """Return statsmodels' fit of counts by reweighted least squares."""
    import statsmodels.api as sm

    X = np.column_stack([problem.X, np.ones(len(problem.y))])
    found = sm.GLM(problem.y, X, family=sm.families.Poisson()).fit(tol=tol, maxiter=ENDLESS)
    return found.params[:-1], found.params[-1]


def _rlm(problem: Problem, tol: float) -> Params:
    """Return statsmodels' fit by Huber's loss; its scale is held, so that delta is ours."""
    import statsmodels.api as sm
    from statsmodels.robust.scale import mad

    X = np.column_stack([problem.X, np.ones(len(problem.y))])
    first = np.linalg.lstsq(X, problem.y, rcond=None)[0]
    scale = float(mad(problem.y - X @ first, center=0))
    model = sm.RLM(problem.y, X, M=sm.robust.norms.HuberT(problem.delta / scale))
    found = model.fit(update_scale=False, tol=tol, maxiter=1000, conv="coefs").params
    return found[:-1], found[-1]


GLUM = Peer("glum", _glum, tolerances(-2, -10), "glum")
GLUM_BY_COLUMNS = Peer("glum", _glum, tolerances(-2, -10), "glum", by_columns)
SNAP = tuple(
    Peer(f"Snap ML, {form}", _snap(form), tolerances(-1, -8), "snapml", _with_bias(form))
    for form in BIAS_SCALE
)
TORCH = Peer("torch LBFGS", _torch, tolerances(-2, -10), "torch")
CELER = Peer("celer", _celer, tolerances(-2, -12), "celer", by_columns)
SKGLM = Peer("skglm", _skglm, tolerances(-2, -12), "skglm", _compiled)
GLM = Peer("statsmodels GLM", _glm, tolerances(-2, -10), "statsmodels")
RLM = Peer("statsmodels RLM", _rlm, tolerances(-2, -10), "statsmodels")

"""scikit-learn's linear models by steepest's estimators: its own signatures, its own penalties.

Each class is scikit-learn's with another `fit`. What steepest has no counterpart of (a model
without a bias, bounds on weights) is skipped by `not_there`; `uses` counts what was asked of ours.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest
import sklearn.linear_model as theirs
from scipy.optimize import brentq
from scipy.sparse import issparse
from sklearn.utils.class_weight import compute_class_weight

from steepest.errors import DataError
from steepest.sklearn import SteepestClassifier, SteepestRegressor

__all__ = ["MODELS", "uses"]

uses = {"fits": 0}

FEW = 50
"""Below so many `max_iter` is meant as a limit; above it is a cap that no test means to reach."""

LEAST_SCALE, SCALE_NEAR, FACTOR = 1e-9, 1e-12, 4.0
"""The least scale of Huber's estimate, as a share of the largest; how well it is found; and by what
it is divided until it is bracketed: a small scale, of hardly a row inside, is the slowest to fit.
"""


def not_there(what: str) -> None:
    """Skip a test of what steepest has not."""
    raise pytest.skip.Exception(f"steepest has no {what}")


def total_weight(X: Any, weight: Any) -> float:
    rows = X.shape[0] if hasattr(X, "shape") else len(X)
    if weight is None:
        return float(rows)
    return float(weight) * rows if np.ndim(weight) == 0 else float(np.sum(weight))


def limit(model: Any, default: int) -> int | None:
    most = getattr(model, "max_iter", None)
    return None if most is None or most == default or not 1 <= most < FEW else int(most)


class Adapted:
    """What all of them do: keep the fitted estimator, and what it knows of the features."""

    def _keep(self, fitted: Any) -> None:
        self._ours = fitted
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(fitted, name):
                setattr(self, name, getattr(fitted, name))
            elif hasattr(self, name):
                delattr(self, name)


class Regression(Adapted):
    several: ClassVar[bool] = False
    """Whether scikit-learn's takes several targets at once."""

    def _regress(
        self, X: Any, y: Any, weight: Any, make: Callable[[int], Any], default: int = 0
    ) -> None:
        """Fit each column of y by the estimator that `make` returns for it."""
        uses["fits"] += 1
        if not getattr(self, "fit_intercept", True):
            not_there("fit without a bias")
        if getattr(self, "positive", False):
            not_there("bounds on weights")
        if not self.several and np.ndim(y) == 2 and np.shape(y)[1] == 1:
            y = np.ravel(y)
        several = self.several and np.ndim(y) == 2
        each = np.asarray(y).T if several else [y]
        fitted = [self._one(X, one, weight, make(j), default) for j, one in enumerate(each)]
        self._keep(fitted[0])
        self.n_iter_ = fitted[0].n_iter_
        if several:
            self.coef_ = np.array([one.coef_ for one in fitted])
            self.intercept_ = np.array([one.intercept_ for one in fitted])
        else:
            self.coef_, self.intercept_ = fitted[0].coef_, np.float64(fitted[0].intercept_)

    def _one(self, X: Any, y: Any, weight: Any, model: Any, default: int) -> Any:
        model.max_iter = limit(self, default)
        before = getattr(self, "_ours", None)
        if getattr(self, "warm_start", False) and isinstance(before, SteepestRegressor):
            model.warm_start = True
            model.coef_ = np.asarray(self.coef_, float)
            model.intercept_ = float(np.ravel(self.intercept_)[0])
        try:
            return model.fit(X, y, sample_weight=weight)
        except DataError as error:
            if "one dimension" in str(error):
                raise ValueError("Sample weights must be 1D array or scalar") from error
            raise


class LinearRegression(Regression, theirs.LinearRegression):
    several = True

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        self._regress(X, y, sample_weight, lambda _: SteepestRegressor())
        return self


class Ridge(Regression, theirs.Ridge):
    several = True

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        if np.any(np.asarray(self.alpha) < 0):
            raise ValueError("alpha is below 0")
        alpha = np.atleast_1d(np.asarray(self.alpha, float)).ravel()
        total = total_weight(X, sample_weight) if np.ndim(sample_weight) < 2 else 1.0
        if len(alpha) not in (1, *np.shape(y)[1:]):
            shape = f"{len(alpha)} != {np.size(y) // len(y)}"
            raise ValueError(
                f"Number of targets and number of penalties do not correspond: {shape}"
            )
        l2 = np.resize(2.0 * alpha / total, np.size(y))
        self._regress(X, y, sample_weight, lambda j: SteepestRegressor(l2=float(l2[j])))
        self.solver_ = self.solver if self.solver != "auto" else "cholesky"
        if np.ndim(y) == 2 and np.shape(y)[1] == 1:
            self.coef_ = self.coef_[0]
        return self


class ElasticNet(Regression, theirs.ElasticNet):
    several = True

    def fit(self, X: Any, y: Any, sample_weight: Any = None, check_input: bool = True) -> Any:
        l1, l2 = 2.0 * self.alpha * self._ratio, 2.0 * self.alpha * (1.0 - self._ratio)
        self._regress(X, y, sample_weight, lambda _: SteepestRegressor(l1=l1, l2=l2), 1000)
        self.dual_gap_ = self._gaps(X, y, sample_weight)
        if np.ndim(y) == 2 and np.shape(y)[1] == 1:
            self.coef_ = self.coef_[0]
        return self

    @property
    def _ratio(self) -> float:
        return float(self.l1_ratio)

    def _gaps(self, X: Any, y: Any, weight: Any) -> Any:
        """Return the duality gap of each column of y, as scikit-learn's solver tells it."""
        X = X.toarray() if issparse(X) else np.asarray(X, float)
        y = np.asarray(y, float)
        w = np.ones(len(y)) if weight is None else np.broadcast_to(weight, len(y)).astype(float)
        w = w * len(y) / w.sum()
        if y.ndim == 1:
            return self._gap(X, y, w, self.coef_, self.intercept_)
        fits = zip(y.T, self.coef_, self.intercept_, strict=True)
        return np.array([self._gap(X, one, w, np.ravel(c), b) for one, c, b in fits])

    def _gap(self, X: Any, y: Any, w: Any, coef: Any, bias: Any) -> float:
        rows, residual = len(y), y - X @ coef - bias
        l1, l2 = self.alpha * self._ratio * rows, self.alpha * (1.0 - self._ratio) * rows
        dual = np.abs(X.T @ (w * residual) - l2 * coef).max()
        scale = min(1.0, l1 / dual) if dual else 1.0
        squares = 0.5 * (1 + scale**2) * ((w * residual**2).sum() + l2 * (coef @ coef))
        cross = scale * (w * residual * (y - np.average(y, weights=w))).sum()
        return float((squares + l1 * np.abs(coef).sum() - cross) / rows)


class Lasso(ElasticNet, theirs.Lasso):
    @property
    def _ratio(self) -> float:
        return 1.0


class PoissonRegressor(Regression, theirs.PoissonRegressor):
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        make = lambda _: SteepestRegressor("poisson", l2=self.alpha)  # noqa: E731
        self._regress(X, y, sample_weight, make, 100)
        return self

    def predict(self, X: Any) -> Any:
        return self._ours.predict(X)


class QuantileRegressor(Regression, theirs.QuantileRegressor):
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        if self.alpha:
            not_there("L1 penalty on a quantile")
        make = lambda _: SteepestRegressor("quantile", quantile=self.quantile)  # noqa: E731
        self._regress(X, y, sample_weight, make)
        return self


class HuberRegressor(Regression, theirs.HuberRegressor):
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Fit the scale too: all is convex in it, so its slope has one root (Huber 1981, 7.7)."""
        y = np.ravel(y)
        total = total_weight(X, sample_weight)
        weight = np.ones(int(X.shape[0])) if sample_weight is None else np.asarray(sample_weight)

        def slope(scale: float) -> float:
            delta, l2 = self.epsilon * scale, self.alpha * scale / total
            self._regress(
                X, y, sample_weight, lambda _: SteepestRegressor("huber", delta=delta, l2=l2), 100
            )
            self._size = np.abs(y - self._ours.predict(X))
            out = self._size > delta
            inside = (weight[~out] * self._size[~out] ** 2).sum() / scale**2
            return float(total - weight[out].sum() * self.epsilon**2 - inside)

        above = largest = float(np.ptp(y)) + LEAST_SCALE
        below = above / FACTOR
        while slope(below) > 0.0 and below > LEAST_SCALE * largest:
            above, below = below, below / FACTOR
        if below > LEAST_SCALE * largest:
            below = brentq(slope, below, above, xtol=SCALE_NEAR * above, rtol=SCALE_NEAR)
            slope(below)
        self.scale_, self.outliers_ = below, self._size > below * self.epsilon
        return self


class SGDRegressor(Regression, theirs.SGDRegressor):
    def fit(self, X: Any, y: Any, coef_init: Any = None, intercept_init: Any = None,
            sample_weight: Any = None) -> Any:  # fmt: skip
        if self.early_stopping:
            not_there("early stopping")
        self._regress(X, y, sample_weight, lambda _: SteepestRegressor(**self._objective()), 1000)
        self.intercept_ = np.atleast_1d(self.intercept_)
        self.t_ = 1.0 + self.n_iter_ * len(np.asarray(y))
        return self

    def _objective(self) -> dict[str, Any]:
        l1, l2 = penalties(self)
        if self.loss == "squared_error":
            return {"loss": "squared", "l1": 2.0 * l1, "l2": 2.0 * l2}
        if self.loss == "huber":
            return {"loss": "huber", "delta": self.epsilon, "l1": l1, "l2": l2}
        not_there(f"loss {self.loss}")
        return {}

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        if not hasattr(self, "_part"):
            self._part = SteepestRegressor(**self._objective())
        uses["fits"] += 1
        self._keep(self._part.partial_fit(X, y, sample_weight))
        self.coef_, self.intercept_ = self._part.coef_, np.array([self._part.intercept_])
        self.t_ = 1
        return self


def penalties(model: Any) -> tuple[float, float]:
    """Return L1 and L2 of a model of scikit-learn's that goes by `penalty`."""
    if model.average:
        not_there("average of the steps")
    if model.penalty not in ("l2", None, "l1", "elasticnet"):
        not_there(f"penalty {model.penalty}")
    if model.penalty == "elasticnet" and model.l1_ratio is None:
        raise ValueError("l1_ratio must be set when penalty is 'elasticnet'")
    ratio = {"l2": 0.0, None: 0.0, "l1": 1.0, "elasticnet": model.l1_ratio}[model.penalty]
    alpha = 0.0 if model.penalty is None else model.alpha
    return alpha * ratio, alpha * (1.0 - ratio)


def class_weights(model: Any, y: Any, weight: Any) -> Any:
    """Return the sample weights times those of the classes."""
    if model.class_weight is None:
        return weight
    classes = np.unique(y)
    by_class = compute_class_weight(
        model.class_weight, classes=classes, y=np.asarray(y), sample_weight=weight
    )
    of = dict(zip(classes.tolist(), by_class, strict=True))
    own = np.array([of[one] for one in np.asarray(y).tolist()])
    return own if weight is None else np.asarray(weight, float) * own


class LogisticRegression(Adapted, theirs.LogisticRegression):
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        uses["fits"] += 1
        if not self.fit_intercept:
            not_there("fit without a bias")
        weight = class_weights(self, y, sample_weight)
        penalty = getattr(self, "penalty", None)
        ratio = {"l1": 1.0, "l2": 0.0}.get(penalty, self.l1_ratio or 0.0)
        free = penalty is None or np.isinf(self.C)
        size = 0.0 if free else 1.0 / (self.C * total_weight(X, weight))
        model = SteepestClassifier()
        if self.warm_start and hasattr(self, "_ours"):
            model = self._ours.set_params(warm_start=True)
        model.set_params(l1=size * ratio, l2=size * (1.0 - ratio), max_iter=limit(self, 100))
        model.fit(X, y, sample_weight=weight)
        self._keep(model)
        self.coef_, self.intercept_ = model.coef_, model.intercept_
        self.classes_, self.n_iter_ = model.classes_, np.array([model.n_iter_], dtype=np.int32)
        return self

    def _whose(self) -> Any:
        """Return what predicts by the weights as they are now: a test may have set its own."""
        if not hasattr(self, "_ours") or issparse(self.coef_):
            return super()
        self._ours.coef_, self._ours.intercept_ = self.coef_, self.intercept_
        return self._ours

    def decision_function(self, X: Any) -> Any:
        return self._whose().decision_function(X)

    def predict(self, X: Any) -> Any:
        return self._whose().predict(X)

    def predict_proba(self, X: Any) -> Any:
        return self._whose().predict_proba(X)

    def predict_log_proba(self, X: Any) -> Any:
        return self._whose().predict_log_proba(X)


class SGDClassifier(Adapted, theirs.SGDClassifier):
    def fit(self, X: Any, y: Any, coef_init: Any = None, intercept_init: Any = None,
            sample_weight: Any = None) -> Any:  # fmt: skip
        uses["fits"] += 1
        options = self._options()
        if len(np.unique(y)) > 2:
            not_there("one class against the rest: ours is softmax")
        if self.early_stopping:
            not_there("early stopping")
        model = SteepestClassifier(**options, max_iter=limit(self, 1000))
        self._take(model.fit(X, y, class_weights(self, y, sample_weight)))
        self.n_iter_, self.t_ = model.n_iter_, 1.0 + model.n_iter_ * len(y)
        return self

    def _options(self) -> dict[str, float]:
        if self.loss != "log_loss":
            not_there(f"loss {self.loss}")
        if not self.fit_intercept:
            not_there("fit without a bias")
        return dict(zip(("l1", "l2"), penalties(self), strict=True))

    def _take(self, model: Any) -> None:
        self._keep(model)
        self.coef_, self.intercept_ = model.coef_, model.intercept_
        self.classes_ = model.classes_

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Any:
        if not hasattr(self, "_part"):
            self._part = SteepestClassifier(**self._options())
        uses["fits"] += 1
        self._take(self._part.partial_fit(X, y, classes, sample_weight))
        self.t_ = 1
        return self


MODELS = {
    one.__name__: one
    for one in (
        LinearRegression,
        Ridge,
        ElasticNet,
        Lasso,
        PoissonRegressor,
        QuantileRegressor,
        HuberRegressor,
        LogisticRegression,
        SGDRegressor,
        SGDClassifier,
    )
}

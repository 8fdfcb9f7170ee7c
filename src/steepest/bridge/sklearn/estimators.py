"""The two estimators: a number to predict, or one of a few classes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets

from steepest.bridge.sklearn.callbacks import StepCallback, with_callbacks
from steepest.bridge.sklearn.descending import Descending, RandomState
from steepest.bridge.sklearn.rows import Labels
from steepest.descent.rule import GradientTransformation
from steepest.descent.steps.step_size import Schedule
from steepest.errors import ChoiceError, DataError
from steepest.objective.loss.cross_entropy import CrossEntropy, Softmax
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.named import choose_loss

__all__ = ["SteepestClassifier", "SteepestRegressor"]

Array = NDArray[np.float64]

NETWORK_PENALTY = 1e-4
"""`l2` of a classifier with hidden layers times the rows: the `alpha` of `MLPClassifier`."""


class SteepestRegressor(RegressorMixin, Descending):
    """A regression by gradient descent, linear or by a network, every step kept.

    It minimises `mean(loss(X w + b, y)) + l2 / 2 |w|^2 + l1 |w|_1`, the mean weighted by
    `sample_weight`. `Lasso(alpha)` has the same minimum as the squared loss with `l1 = 2 alpha`,
    and `ElasticNet(alpha, l1_ratio=r)` with `l1 = 2 alpha r` and `l2 = 2 alpha (1 - r)`. With n
    rows (or n the sum of the weights) `Ridge(alpha)` has the same minimum as the squared
    loss with `l2 = 2 alpha / n`, and `SGDRegressor(loss="huber", alpha)` with `l2 = alpha`.

    `PoissonRegressor(alpha)` has the same objective with `l2 = alpha`, and `QuantileRegressor` that
    of the loss quantile, but for its penalty.

    - `loss`: squared, absolute, huber with `delta`, in units of y, quantile with `quantile`, the
      share of the rows below the prediction, or poisson, of counts: there it is `exp(X w + b)`.
    - `rule`, `learning_rate`, `scale`, `batch`, `clip`, `dropout`: as in `steepest.descend`; all
      may be left out.
    - `hidden`: units of each hidden layer of a network, `(8, 8)`; `activation` is what they answer,
      `init` how their weights are drawn, `dtype` what it computes with (float64, or float32: its
      layers are of that type, predictions float64), all as in `steepest.descend`. Without any the
      model is linear, and float64. A network is fitted by at most 1,000 steps where `max_iter` does
      not say how many.
    - `fit_intercept`: whether there is a bias; it is 0 where there is none.
    - `max_iter`: the most steps; None goes on until the descent has arrived. `tol` says how
      good that is, relative to where one safe step would take away the whole loss of a constant;
      of a network, relative to the mean slope since the start, 1e-5 if left out.
    - `epochs`: passes over the rows, in place of `max_iter`.
    - `validation`: rows that `fit` keeps back, on which the loss is measured at each step
      (`trace_.validation_losses`): a share such as 0.2, true or false for each row, or a pair
      (X, y). With `stop="validation"` the fit ends where it falls no more for `patience` steps,
      and its best step is what is fitted.
    - `random_state`: a seed, None, a RandomState or a Generator, for the start and mini-batches.
    - `warm_start`: whether `fit` goes on from the params of the last one.
    - `callback`: is called with every step, a `Step`; what is true ends the fit there.
    - `progress`: whether a bar is shown on a terminal.

    Fitted: `coef_`, (features,), and `intercept_`, a float, or of a network `coefs_` and
    `intercepts_`, a list of (inputs, units) and (units,) each; `n_iter_`, the steps taken,
    `loss_curve_`, (n_iter_ + 1,), the loss at the start and after each step, `trace_`, every step,
    and `run_`, with the words, pictures and page of it (`run_.explain()`, `run_.page("run.html")`).
    `run_` holds the rows and is left out of a pickle or a copy.

    A fit that ends before it arrives, or diverges, warns with a ConvergenceWarning. Ctrl-C keeps
    what is fitted so far and is then passed on, so that a search around it ends too.

    >>> from steepest.sklearn import SteepestRegressor
    >>> model = SteepestRegressor().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> model.coef_.round(6), round(model.intercept_, 6)
    (array([2.]), 1.0)
    """

    def __init__(
        self,
        loss: str | Loss = "squared",
        *,
        rule: str | GradientTransformation = "auto",
        learning_rate: float | str | Schedule = "auto",
        scale: str = "auto",
        fit_intercept: bool = True,
        l1: float = 0.0,
        l2: float = 0.0,
        delta: float = 1.0,
        quantile: float = 0.5,
        batch: int | None = None,
        clip: float | None = None,
        dropout: float = 0.0,
        hidden: Sequence[int] | None = None,
        activation: str = "tanh",
        init: str = "auto",
        dtype: str = "float64",
        max_iter: int | None = None,
        epochs: int | None = None,
        tol: float | None = None,
        validation: Any = None,
        stop: str = "auto",
        patience: int = 20,
        random_state: RandomState = 0,
        warm_start: bool = False,
        callback: StepCallback | None = None,
        progress: bool = False,
    ) -> None:
        self._keep(locals())

    @with_callbacks
    def fit(
        self, X: object, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> "SteepestRegressor":
        """Descend on X, (rows, features), dense or sparse, and y, (rows,); return the estimator.

        A row of weight 0 is as if it were not there, one of weight 2 as if it were there twice.
        Raises ValueError for what cannot be fitted.
        """
        rows = self._rows(X, y, sample_weight, first=True, y_numeric=True)
        self._fit(rows.counting().data(self._names), X, y, sample_weight)
        return self

    def partial_fit(
        self, X: object, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> "SteepestRegressor":
        """Go one step on these rows alone, from the present params; return the estimator.

        With `batch` it is a step for each mini-batch of these rows. The first call starts at 0.
        Left to `auto` the step is one of steepest descent in standard units, at the safe rate of
        these rows over the square root of the number of calls; a number is taken as it is, and a
        schedule goes on from call to call. A rule begins anew with each call. `n_iter_` and
        `loss_curve_` go on; `trace_` and `run_` are of the last call.
        """
        first = not self._is_fitted
        rows = self._rows(X, y, sample_weight, first, y_numeric=True)
        self._partial_fit(rows.counting().data(self._names), first)
        return self

    def predict(self, X: object) -> Array:
        """Return the prediction for each row, (rows,)."""
        given = self._given_options()
        loss = choose_loss(self.loss, None, given.get("delta"), given.get("quantile"))
        return loss.prediction(self._margins(X))

    def _fitted_neuron(self, weights: Array, bias: Array) -> dict[str, object]:
        return {"coef_": weights[:, 0].copy(), "intercept_": float(bias[0])}


class SteepestClassifier(ClassifierMixin, Descending):
    """Classes by gradient descent: a logistic regression, softmax of more than two, or a network.

    It minimises `mean(-log(probability of the actual class)) + l2 / 2 |w|^2 + l1 |w|_1`, the mean
    weighted by `sample_weight`. With n rows (or n the sum of the weights) `LogisticRegression(C)`
    has the same minimum with `l2 = 1 / (C n)`, with an L1 penalty `l1 = 1 / (C n)`, and
    `SGDClassifier(loss="log_loss", alpha)` of two classes with `l2 = alpha`. Left to `auto` l2 is
    1 / n, the C=1 of `LogisticRegression` (in parts: 1 over the rows so far), but 0 with l1:
    without a penalty classes that a plane can part have no minimum. With hidden layers it is
    1e-4 / n, the alpha of `MLPClassifier` where all rows are one batch.

    What can be chosen, what warns, and what is fitted is as in `SteepestRegressor`, but for the
    shapes: `coef_` is (1, features) and `intercept_` (1,) for two classes, (k, features) and (k,)
    for more, as `classes_`, (k,), orders them. A class of which all rows weigh 0 is not there.

    >>> from steepest.sklearn import SteepestClassifier
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], ["no", "yes", "no", "yes"]
    >>> SteepestClassifier().fit(X, y).predict([[0.5], [2.5]])
    array(['no', 'yes'], dtype='<U3')
    >>> corners = [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]]
    >>> network = SteepestClassifier(hidden=(4,)).fit(corners, ["same", "same", "other", "other"])
    >>> network.predict(corners), [weights.shape for weights in network.coefs_]
    (array(['same', 'same', 'other', 'other'], dtype='<U5'), [(2, 4), (4, 1)])
    """

    def __init__(
        self,
        loss: str | Loss = "cross_entropy",
        *,
        rule: str | GradientTransformation = "auto",
        learning_rate: float | str | Schedule = "auto",
        scale: str = "auto",
        fit_intercept: bool = True,
        l1: float = 0.0,
        l2: float | str = "auto",
        batch: int | None = None,
        clip: float | None = None,
        dropout: float = 0.0,
        hidden: Sequence[int] | None = None,
        activation: str = "tanh",
        init: str = "auto",
        dtype: str = "float64",
        max_iter: int | None = None,
        epochs: int | None = None,
        tol: float | None = None,
        validation: Any = None,
        stop: str = "auto",
        patience: int = 20,
        random_state: RandomState = 0,
        warm_start: bool = False,
        callback: StepCallback | None = None,
        progress: bool = False,
    ) -> None:
        self._keep(locals())

    @with_callbacks
    def fit(
        self, X: object, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> "SteepestClassifier":
        """Descend on X, (rows, features), dense or sparse, and labels y, (rows,).

        A row of weight 0 is as if it were not there, one of weight 2 as if it were there twice.
        Raises ValueError for what cannot be fitted. Returns the estimator.
        """
        rows = self._rows(X, y, sample_weight, first=True)
        check_classification_targets(rows.y)
        counting = rows.counting()
        classes = np.unique(counting.y)
        _check_two(classes)
        if self.warm_start and self._is_fitted:
            self._check_same(classes, "warm_start=False")
        self.classes_ = classes
        self._fit(counting.data(self._names, classes), X, y, sample_weight)
        return self

    def partial_fit(
        self,
        X: object,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> "SteepestClassifier":
        """Go one step on these rows alone, from the present params; return the estimator.

        `classes` are all labels that there will be; the first call needs them, ChoiceError if it
        has none. All else is as `SteepestRegressor.partial_fit` tells.
        """
        first = not self._is_fitted
        if first and classes is None:
            raise ChoiceError(
                "the first call of partial_fit needs classes, all labels that there will be: "
                "these rows may not have them all"
            )
        rows = self._rows(X, y, sample_weight, first)
        check_classification_targets(rows.y)
        if classes is not None:
            known = np.unique(np.asarray(classes))
            _check_two(known)
            if not first:
                self._check_same(known, "a new estimator")
            self.classes_ = known
        self._partial_fit(rows.counting().data(self._names, self.classes_), first)
        return self

    def decision_function(self, X: object) -> Array:
        """Return the margins: (rows,), above 0 for the second class; (rows, k) for k > 2."""
        return self._margins(X)

    def predict(self, X: object) -> Labels:
        """Return the most probable class of each row, (rows,)."""
        margins = self._margins(X)
        codes = margins.argmax(axis=1) if margins.ndim == 2 else (margins > 0).astype(np.intp)
        labels: Labels = self.classes_[codes]
        return labels

    def predict_proba(self, X: object) -> Array:
        """Return the probability of each class for each row, (rows, k), as `classes_` orders."""
        margins = self._margins(X)
        count = len(self.classes_)
        loss = CrossEntropy() if count == 2 else Softmax(count)
        return loss.probabilities(margins)

    def predict_log_proba(self, X: object) -> Array:
        """Return the logarithms of the probabilities, (rows, k); finite where those are 0."""
        margins = self._margins(X)
        if margins.ndim == 1:
            margins = np.column_stack([np.zeros_like(margins), margins])
        logs: Array = margins - np.logaddexp.reduce(margins, axis=1, keepdims=True)
        return logs

    def _penalty(self, total: float) -> float:
        if self.l2 != "auto":
            return self.l2
        return 0.0 if self.l1 else (NETWORK_PENALTY if self._hidden else 1.0) / total

    def _fitted(self, params: Array) -> dict[str, object]:
        return {**super()._fitted(params), "classes_": self.classes_}

    def _fitted_neuron(self, weights: Array, bias: Array) -> dict[str, object]:
        coef, intercept = weights.T.copy(), bias.copy()
        if len(intercept) > 1:
            # What all classes have in common moves no probability, so no data can tell it. Of the
            # weights the mean over the classes is the least; what L1 has brought to 0 stays so.
            intercept -= intercept.mean()
            coef -= 0.0 if self.l1 else coef.mean(axis=0)
        return {"coef_": coef, "intercept_": intercept}

    def _check_same(self, classes: Labels, remedy: str) -> None:
        """Raise ChoiceError if these are not the classes that are known."""
        if not np.array_equal(classes, self.classes_):
            raise ChoiceError(
                f"the classes are {_listed(classes)}, but what is to be gone on with was fitted to "
                f"{_listed(self.classes_)}; give the same classes, or take {remedy}"
            )


def _check_two(classes: Labels) -> None:
    """Raise DataError if there is one class."""
    if len(classes) < 2:
        raise DataError(
            f"y has one class, {_listed(classes)}, in the rows that count; a classifier "
            "needs rows of two or more"
        )


def _listed(classes: Labels) -> str:
    """Return the classes in words."""
    return ", ".join(map(str, classes))

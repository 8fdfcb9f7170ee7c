"""The same in scikit-learn: C against n, alpha halved or not, each as its class counts it."""

from collections.abc import Callable

from steepest.run.elsewhere.objective import NoEqualError, Terms

__all__ = ["lines"]

MOST_REACH = 30.0
"""The `reach` of features up to which saga arrives: at 500 it ended a share of 1e-5 above."""


def lines(terms: Terms) -> list[str]:
    """Return the lines; NoEqualError where scikit-learn has no such loss or penalty."""
    makers: dict[str, Callable[[Terms], str]] = {
        "squared": _squared,
        "cross_entropy": _cross_entropy,
        "poisson": _poisson,
        "absolute": _absolute,
        "quantile": _quantile,
        "huber": _huber,
    }
    if terms.loss.name not in makers:
        raise NoEqualError(f"it has no loss {terms.loss.name}")
    model = makers[terms.loss.name](terms)
    name = model.split("(")[0]
    return [
        *(["import numpy as np"] if "np." in model else []),
        f"from sklearn.linear_model import {name}",
        "",
        *terms.data_lines(),
        f"model = {model}",
        f"model.fit(X, y{terms.weight()})",
        *_ends(terms),
    ]


def _ends(terms: Terms) -> list[str]:
    if terms.several:
        return ["weights, bias = model.coef_.T, model.intercept_"]
    if terms.classes:
        return ["weights, bias = model.coef_[0], model.intercept_[0]"]
    return ["weights, bias = model.coef_, model.intercept_"]


def _bias(terms: Terms) -> str:
    return "" if terms.bias else ", fit_intercept=False"


def _squared(terms: Terms) -> str:
    """`|y - X w|² + alpha |w|²` of Ridge, `|y - X w|² / 2 n + alpha |w|₁` of Lasso."""
    if not (terms.l1 or terms.l2):
        # Since 1.7 a rank is cut off by tol, and small features with it.
        return f"LinearRegression(tol=1e-14{_bias(terms)})"
    if not terms.l1:
        return f"Ridge(alpha={terms.l2 * terms.total / 2!r}, tol=1e-12{_bias(terms)})"
    alpha, until = (terms.l1 + terms.l2) / 2, f"tol=1e-12, max_iter=1_000_000{_bias(terms)}"
    if not terms.l2:
        return f"Lasso(alpha={alpha!r}, {until})"
    return f"ElasticNet(alpha={alpha!r}, l1_ratio={terms.ratio!r}, {until})"


def _cross_entropy(terms: Terms) -> str:
    """`C sum loss + l1_ratio |w|₁ + (1 - l1_ratio) / 2 |w|²`."""
    much = (terms.l1 + terms.l2) * terms.total
    strength = f"C={1 / much!r}" if much else "C=np.inf"
    if not terms.l1:
        return f"LogisticRegression({strength}, tol=1e-12, max_iter=10_000{_bias(terms)})"
    if terms.reach > MOST_REACH:
        raise NoEqualError(
            f"L1 with classes is there by its solver saga alone, which comes no nearer where "
            f"features differ so in size (here one is {terms.reach:.3g} times as far from 0 as "
            "another varies); scale them, and give the run scaled features too"
        )
    mixed = f"l1_ratio={terms.ratio!r}, solver='saga'"
    return f"LogisticRegression({strength}, {mixed}, tol=1e-8, max_iter=100_000{_bias(terms)})"


def _poisson(terms: Terms) -> str:
    """`mean half deviance + alpha / 2 |w|²`."""
    if terms.l1:
        raise NoEqualError("its PoissonRegressor has no L1; glum has")
    until = f"tol=1e-10, max_iter=10_000, solver='newton-cholesky'{_bias(terms)}"
    return f"PoissonRegressor(alpha={terms.l2!r}, {until})"


def _quantile(terms: Terms) -> str:
    """`mean pinball loss + alpha |w|₁`."""
    return _of_share(terms, terms.loss.numbers["quantile"], 1.0)


def _absolute(terms: Terms) -> str:
    """Twice that of the median."""
    return _of_share(terms, 0.5, 2.0)


def _of_share(terms: Terms, share: float, factor: float) -> str:
    if terms.l2:
        raise NoEqualError("its QuantileRegressor has no L2, only L1")
    return f"QuantileRegressor(quantile={share!r}, alpha={terms.l1 / factor!r}{_bias(terms)})"


def _huber(terms: Terms) -> str:
    raise NoEqualError(
        "its HuberRegressor learns a scale besides, and its epsilon is in units of that; "
        "SGDRegressor(loss='huber') goes by single rows and does not arrive"
    )

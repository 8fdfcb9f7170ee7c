"""The same in celer: lasso and elastic net with working sets, the squared error halved."""

from steepest.run.elsewhere.objective import NoEqualError, Terms

__all__ = ["lines"]

UNTIL = "tol=1e-12, max_iter=10_000"


def lines(terms: Terms) -> list[str]:
    """Return the lines; NoEqualError where celer has no such loss, penalty or weights."""
    if terms.weighted:
        raise NoEqualError("its weights are those of features; rows count all the same")
    if not terms.l1:
        raise NoEqualError("it is made for l1; scikit-learn's Ridge has l2 alone")
    model = _model(terms)
    return [
        f"from celer import {model.split('(')[0]}",
        "",
        *terms.data_lines(),
        f"model = {model}",
        "model.fit(X, y)",
        *_ends(terms),
    ]


def _model(terms: Terms) -> str:
    """`|y - X w|² / 2 n + alpha |w|₁`, or `C sum loss + |w|₁`."""
    if terms.loss.name == "cross_entropy" and not terms.several:
        return _logistic(terms)
    if terms.loss.name != "squared":
        raise NoEqualError("it has the squared loss, and the cross entropy of two classes")
    fit = f"{UNTIL}, fit_intercept={terms.bias}"
    alpha = (terms.l1 + terms.l2) / 2
    if terms.l2:
        return f"ElasticNet(alpha={alpha!r}, l1_ratio={terms.ratio!r}, {fit})"
    return f"Lasso(alpha={alpha!r}, {fit})"


def _logistic(terms: Terms) -> str:
    if terms.bias or terms.l2:
        raise NoEqualError("its LogisticRegression has neither an intercept nor l2")
    return f"LogisticRegression(C={1 / (terms.l1 * terms.total)!r}, {UNTIL})"


def _ends(terms: Terms) -> list[str]:
    if terms.classes:
        return ["weights, bias = model.coef_[0], 0.0"]
    return ["weights, bias = model.coef_, model.intercept_"]

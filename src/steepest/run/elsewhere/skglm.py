"""The same in skglm: a datafit by the mean, a penalty, and the solver that goes with both."""

from steepest.run.elsewhere.objective import NoEqualError, Terms

__all__ = ["lines"]

UNTIL = "tol=1e-10, max_iter=1_000"
"""Of slopes, in their unit: with a target as small as 1e-6 it ends where it begins."""

DATAFITS = {
    "squared": ("Quadratic()", "AndersonCD", 2.0),
    "cross_entropy": ("Logistic()", "ProxNewton", 1.0),
    "poisson": ("Poisson()", "ProxNewton", 1.0),
    "huber": ("Huber({delta!r})", "AndersonCD", 1.0),
}
"""The datafit of each loss, a solver, and by what its penalty is divided: squares are halved."""


def lines(terms: Terms) -> list[str]:
    """Return the lines; NoEqualError where skglm has no such loss, or counts rows alike."""
    if terms.loss.name not in DATAFITS or terms.several:
        raise NoEqualError("it has no such datafit: squared, huber, poisson, and two classes")
    datafit, solver, factor = DATAFITS[terms.loss.name]
    datafit = datafit.format(**terms.loss.numbers)
    if terms.weighted:
        if terms.loss.name != "squared":
            raise NoEqualError("of its datafits only the quadratic one takes weights of rows")
        datafit = "WeightedQuadratic(weight)"
    penalty = _penalty(terms, factor)
    return [
        "from skglm import GeneralizedLinearEstimator",
        f"from skglm.datafits import {datafit.split('(')[0]}",
        f"from skglm.penalties import {penalty.split('(')[0]}",
        f"from skglm.solvers import {solver}",
        "",
        *terms.data_lines(),
        *(["y = 2.0 * y - 1.0"] if terms.classes else []),
        f"solver = {solver}({UNTIL}, fit_intercept={terms.bias})",
        f"model = GeneralizedLinearEstimator({datafit}, {penalty}, solver)",
        "model.fit(X, y)",
        "weights, bias = model.coef_.ravel(), model.intercept_",
    ]


def _penalty(terms: Terms, factor: float) -> str:
    """`alpha (l1_ratio |w|₁ + (1 - l1_ratio) / 2 |w|²)`."""
    if not terms.l1:
        raise NoEqualError("it is made for l1: its solvers go by sets of weights that are not 0")
    alpha = (terms.l1 + terms.l2) / factor
    return f"L1_plus_L2({alpha!r}, {terms.ratio!r})" if terms.l2 else f"L1({alpha!r})"

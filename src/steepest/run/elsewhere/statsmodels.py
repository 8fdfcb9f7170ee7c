"""The same in statsmodels: the bias is a column of X, and penalised unless alpha says it is not."""

from steepest.run.elsewhere.objective import NoEqualError, Terms

__all__ = ["lines"]

FAMILIES = {"cross_entropy": "Binomial", "poisson": "Poisson"}

UNTIL = "maxiter=10_000, cnvrg_tol=1e-12, zero_tol=1e-14"


def lines(terms: Terms) -> list[str]:
    """Return the lines; NoEqualError where statsmodels has no such loss or penalty."""
    Z = "Z = sm.add_constant(X, prepend=False, has_constant='add')" if terms.bias else "Z = X"
    return [
        *(["import numpy as np"] if terms.l1 or terms.l2 or terms.several else []),
        "import statsmodels.api as sm",
        "",
        *terms.data_lines(),
        Z,
        *_fit(terms),
        *_ends(terms),
    ]


def _ends(terms: Terms) -> list[str]:
    if terms.several:
        # The first class has none: only differences of classes change a probability.
        lines = ["params = np.column_stack([np.zeros(Z.shape[1]), fitted.params])"]
        end = (
            "weights, bias = params[:-1], params[-1]"
            if terms.bias
            else "weights, bias = params, 0.0"
        )
        return [*lines, end]
    if terms.bias:
        return ["weights, bias = fitted.params[:-1], fitted.params[-1]"]
    return ["weights, bias = fitted.params, 0.0"]


def _fit(terms: Terms) -> list[str]:
    """Return the lines from Z to `fitted`."""
    if terms.several:
        return _multinomial(terms)
    if terms.loss.name == "squared":
        return _least_squares(terms)
    if terms.loss.name in FAMILIES:
        return _of_family(terms)
    if terms.loss.name in ("absolute", "quantile"):
        raise NoEqualError(
            "its QuantReg takes neither weights nor penalties, and ends near the minimum"
        )
    if terms.loss.name == "huber":
        raise NoEqualError("its RLM learns a scale besides, and HuberT's t is in units of that")
    raise NoEqualError(f"it has no loss {terms.loss.name}")


def _least_squares(terms: Terms) -> list[str]:
    """`|y - Z w|² / 2 n + alpha (L1_wt |w|₁ + (1 - L1_wt) / 2 |w|²)`."""
    model = f"model = sm.WLS(y, Z{terms.weight(', weights=weight')})"
    if not (terms.l1 or terms.l2):
        return [model, "fitted = model.fit()"]
    until = f", {UNTIL}" if terms.l1 else ""
    fit = f"fitted = model.fit_regularized(alpha=alpha, L1_wt={terms.ratio!r}{until})"
    return [model, _alpha(terms, (terms.l1 + terms.l2) / 2), fit]


def _of_family(terms: Terms) -> list[str]:
    """`-log likelihood / n + alpha (...)`, n the rows, however much they weigh."""
    family = f"sm.families.{FAMILIES[terms.loss.name]}()"
    model = f"model = sm.GLM(y, Z, {family}{terms.weight(', freq_weights=weight')})"
    if not (terms.l1 or terms.l2):
        return [model, "fitted = model.fit(tol=1e-14, maxiter=1_000)"]
    if terms.l1 and terms.classes:
        raise NoEqualError(
            "its GLM.fit_regularized of classes with l1 may end early: one of 25 fits ended 2e-5 "
            "above the minimum"
        )
    by_weight = " * weight.sum() / len(y)" if terms.weighted else ""
    until = f", {UNTIL}" if terms.l1 else ""
    fit = f"fitted = model.fit_regularized(alpha=alpha, L1_wt={terms.ratio!r}{until})"
    return [model, _alpha(terms, terms.l1 + terms.l2, by_weight), fit]


def _alpha(terms: Terms, much: float, by_weight: str = "") -> str:
    """Return the line of the penalty of each column: none of the bias."""
    if not terms.bias:
        return f"alpha = np.full(Z.shape[1], {much!r}){by_weight}"
    return f"alpha = np.append(np.full(X.shape[1], {much!r}){by_weight}, 0.0)"


def _multinomial(terms: Terms) -> list[str]:
    if terms.l1 or terms.l2:
        raise NoEqualError(
            "its MNLogit holds one class at 0, so that a penalty means another thing"
        )
    if terms.weighted:
        raise NoEqualError("its MNLogit takes no weights")
    return [
        "fitted = sm.MNLogit(y, Z).fit(method='newton', maxiter=1_000, tol=1e-14, disp=False)",
    ]

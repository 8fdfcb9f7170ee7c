"""The same in statsmodels: the bias is a column of X, and penalised unless alpha says it is not."""

from steepest.run.elsewhere.objective import NoEqualError, Told

__all__ = ["lines"]

FAMILIES = {"cross_entropy": "Binomial", "poisson": "Poisson"}

UNTIL = "maxiter=10_000, cnvrg_tol=1e-12, zero_tol=1e-14"


def lines(told: Told) -> list[str]:
    """Return the lines; NoEqualError where statsmodels has no such loss or penalty."""
    Z = "Z = sm.add_constant(X, prepend=False, has_constant='add')" if told.bias else "Z = X"
    return [
        *(["import numpy as np"] if told.l1 or told.l2 or told.several else []),
        "import statsmodels.api as sm",
        "",
        *told.data_lines(),
        Z,
        *_fit(told),
        *_ends(told),
    ]


def _ends(told: Told) -> list[str]:
    if told.several:
        # The first class has none: only differences of classes change a probability.
        lines = ["params = np.column_stack([np.zeros(Z.shape[1]), fitted.params])"]
        end = (
            "weights, bias = params[:-1], params[-1]"
            if told.bias
            else "weights, bias = params, 0.0"
        )
        return [*lines, end]
    if told.bias:
        return ["weights, bias = fitted.params[:-1], fitted.params[-1]"]
    return ["weights, bias = fitted.params, 0.0"]


def _fit(told: Told) -> list[str]:
    """Return the lines from Z to `fitted`."""
    if told.several:
        return _multinomial(told)
    if told.loss.name == "squared":
        return _least_squares(told)
    if told.loss.name in FAMILIES:
        return _of_family(told)
    if told.loss.name in ("absolute", "quantile"):
        raise NoEqualError(
            "its QuantReg takes neither weights nor penalties, and ends near the minimum"
        )
    if told.loss.name == "huber":
        raise NoEqualError("its RLM learns a scale besides, and HuberT's t is in units of that")
    raise NoEqualError(f"it has no loss {told.loss.name}")


def _least_squares(told: Told) -> list[str]:
    """`|y - Z w|² / 2 n + alpha (L1_wt |w|₁ + (1 - L1_wt) / 2 |w|²)`."""
    model = f"model = sm.WLS(y, Z{told.weight(', weights=weight')})"
    if not (told.l1 or told.l2):
        return [model, "fitted = model.fit()"]
    until = f", {UNTIL}" if told.l1 else ""
    fit = f"fitted = model.fit_regularized(alpha=alpha, L1_wt={told.ratio!r}{until})"
    return [model, _alpha(told, (told.l1 + told.l2) / 2), fit]


def _of_family(told: Told) -> list[str]:
    """`-log likelihood / n + alpha (...)`, n the rows, however much they weigh."""
    family = f"sm.families.{FAMILIES[told.loss.name]}()"
    model = f"model = sm.GLM(y, Z, {family}{told.weight(', freq_weights=weight')})"
    if not (told.l1 or told.l2):
        return [model, "fitted = model.fit(tol=1e-14, maxiter=1_000)"]
    if told.l1 and told.classes:
        raise NoEqualError(
            "its GLM.fit_regularized of classes with l1 may end early: one of 25 fits ended 2e-5 "
            "above the minimum"
        )
    by_weight = " * weight.sum() / len(y)" if told.weighted else ""
    until = f", {UNTIL}" if told.l1 else ""
    fit = f"fitted = model.fit_regularized(alpha=alpha, L1_wt={told.ratio!r}{until})"
    return [model, _alpha(told, told.l1 + told.l2, by_weight), fit]


def _alpha(told: Told, much: float, by_weight: str = "") -> str:
    """Return the line of the penalty of each column: none of the bias."""
    if not told.bias:
        return f"alpha = np.full(Z.shape[1], {much!r}){by_weight}"
    return f"alpha = np.append(np.full(X.shape[1], {much!r}){by_weight}, 0.0)"


def _multinomial(told: Told) -> list[str]:
    if told.l1 or told.l2:
        raise NoEqualError(
            "its MNLogit holds one class at 0, so that a penalty means another thing"
        )
    if told.weighted:
        raise NoEqualError("its MNLogit takes no weights")
    return [
        "fitted = sm.MNLogit(y, Z).fit(method='newton', maxiter=1_000, tol=1e-14, disp=False)",
    ]

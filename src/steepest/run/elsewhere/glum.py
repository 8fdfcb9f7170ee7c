"""The same in glum: generalised linear models, penalties by the mean, normal ones halved."""

from steepest.run.elsewhere.objective import NoEqualError, Terms

__all__ = ["lines"]

FAMILIES = {
    "squared": ("normal", 2.0),
    "cross_entropy": ("binomial", 1.0),
    "poisson": ("poisson", 1.0),
}
"""The family of each loss, and by what its penalty is divided: half of the squared error counts."""


def lines(terms: Terms) -> list[str]:
    """Return the lines; NoEqualError where glum has no such family."""
    if terms.loss.name not in FAMILIES:
        raise NoEqualError(f"its families have no loss {terms.loss.name}")
    if terms.several:
        raise NoEqualError("it has two classes, and no softmax of more")
    family, factor = FAMILIES[terms.loss.name]
    alpha = (terms.l1 + terms.l2) / factor
    given = [f"family={family!r}", f"alpha={alpha!r}", f"l1_ratio={terms.ratio!r}"]
    given += [
        "gradient_tol=1e-10",
        "max_iter=1_000",
        *([] if terms.bias else ["fit_intercept=False"]),
    ]
    return [
        "from glum import GeneralizedLinearRegressor",
        "",
        *terms.data_lines(),
        f"model = GeneralizedLinearRegressor({', '.join(given)})",
        f"model.fit(X, y{terms.weight(', sample_weight=weight')})",
        "weights, bias = model.coef_, model.intercept_",
    ]

"""The same in glum: generalised linear models, penalties by the mean, normal ones halved."""

from steepest.run.elsewhere.objective import NoEqualError, Told

__all__ = ["lines"]

FAMILIES = {
    "squared": ("normal", 2.0),
    "cross_entropy": ("binomial", 1.0),
    "poisson": ("poisson", 1.0),
}
"""The family of each loss, and by what its penalty is divided: half of the squared error counts."""


def lines(told: Told) -> list[str]:
    """Return the lines; NoEqualError where glum has no such family."""
    if told.loss.name not in FAMILIES:
        raise NoEqualError(f"its families have no loss {told.loss.name}")
    if told.several:
        raise NoEqualError("it has two classes, and no softmax of more")
    family, factor = FAMILIES[told.loss.name]
    alpha = (told.l1 + told.l2) / factor
    given = [f"family={family!r}", f"alpha={alpha!r}", f"l1_ratio={told.ratio!r}"]
    given += [
        "gradient_tol=1e-10",
        "max_iter=1_000",
        *([] if told.bias else ["fit_intercept=False"]),
    ]
    return [
        "from glum import GeneralizedLinearRegressor",
        "",
        *told.data_lines(),
        f"model = GeneralizedLinearRegressor({', '.join(given)})",
        f"model.fit(X, y{told.weight(', sample_weight=weight')})",
        "weights, bias = model.coef_, model.intercept_",
    ]

"""The same in XGBoost: its booster gblinear is coordinate descent on a linear model."""

from steepest.run.elsewhere.objective import NoEqualError, Terms

__all__ = ["lines"]

OBJECTIVES = {
    "squared": ("reg:squarederror", 2.0, 0.5),
    "cross_entropy": ("binary:logistic", 1.0, 0.5),
    "poisson": ("count:poisson", 1.0, 1.0),
}
"""The objective of each loss, by what its penalty is divided, and where its base score begins."""

MOST_REACH = 30.0
"""The `reach` of features up to which rounds of coordinates arrive: farther ones move together."""


def lines(terms: Terms) -> list[str]:
    """Return the lines; NoEqualError where gblinear has no such loss, or does not arrive."""
    if terms.loss.name not in OBJECTIVES or terms.several:
        raise NoEqualError("its gblinear has the losses squared, poisson, and two classes")
    if not terms.bias:
        raise NoEqualError("its gblinear always has a bias")
    if terms.reach > MOST_REACH:
        raise NoEqualError(
            "its gblinear goes by one coordinate at a time in single precision, which does not "
            f"arrive where features differ so in size (here one is {terms.reach:.3g} times as far "
            "from 0 as another varies); scale them, and give the run scaled features too"
        )
    objective, factor, base = OBJECTIVES[terms.loss.name]
    given = {"reg_lambda": terms.l2 / factor, "reg_alpha": terms.l1 / factor, "eta": 1.0}
    given |= {"base_score": base}
    settings = ", ".join(f"{name}={value!r}" for name, value in given.items())
    return [
        "import json",
        "import numpy as np",
        "import xgboost",
        "",
        *terms.data_lines(),
        "params = dict(booster='gblinear', updater='coord_descent', feature_selector='cyclic',",
        f"              objective={objective!r}, {settings})",
        f"rows = xgboost.DMatrix(X, label=y{terms.weight(', weight=weight')})",
        "model = xgboost.train(params, rows, num_boost_round=5_000)",
        "found = json.loads(model.save_raw('json'))['learner']['gradient_booster']['model']",
        "*weights, bias = found['weights']",
        "weights = np.array(weights)",
        *(["bias += 0.5  # its base score"] if terms.loss.name == "squared" else []),
    ]

"""The same in Spark's `pyspark.ml`: regParam of halved squares, and L2 by the target's deviation.

Its solver "normal" (apache/spark 4, `WeightedLeastSquares.scala`) divides the target
by its deviation even where `standardization` is False, so that L2 is regParam by that; its other
solver takes the deviation of a sample, by n - 1.
"""

from steepest.run.elsewhere.objective import NoEqualError, Terms

__all__ = ["lines"]

MODELS = {
    "squared": ("regression", "LinearRegression"),
    "cross_entropy": ("classification", "LogisticRegression"),
    "poisson": ("regression", "GeneralizedLinearRegression"),
}
"""The module and the class of each loss."""


def lines(terms: Terms) -> list[str]:
    """Return the lines; NoEqualError where Spark has no such loss or penalty."""
    name = terms.loss.name
    if name not in MODELS:
        scale = "its loss huber learns a scale besides, and its epsilon is in units of that"
        raise NoEqualError(scale if name == "huber" else f"it has no loss {name}")
    makers = {"squared": _squared, "cross_entropy": _cross_entropy, "poisson": _poisson}
    before, given = makers[name](terms)
    module, model = MODELS[name]
    given += ["maxIter=1_000", "tol=1e-12"]
    given += ["weightCol='weight'"] if terms.weighted else []
    given += [] if terms.bias else ["fitIntercept=False"]
    return [
        *(["import numpy as np"] if before else []),
        "from pyspark.ml.linalg import Vectors",
        f"from pyspark.ml.{module} import {model}",
        "from pyspark.sql import SparkSession",
        "",
        *terms.data_lines(),
        *_rows(terms),
        *before,
        f"model = {model}({', '.join(given)}).fit(rows)",
        _ends(terms),
    ]


def _rows(terms: Terms) -> list[str]:
    """Return the lines that hand the numbers to Spark."""
    columns = ["features", "label", *(["weight"] if terms.weighted else [])]
    return [
        "spark = SparkSession.builder.getOrCreate()",
        f"numbers = zip(map(Vectors.dense, X), y.tolist(){terms.weight(', weight.tolist()')})",
        f"rows = spark.createDataFrame(list(numbers), {columns})",
    ]


def _ends(terms: Terms) -> str:
    if terms.several:
        matrix = "model.coefficientMatrix.toArray().T"
        return f"weights, bias = {matrix}, model.interceptVector.toArray()"
    return "weights, bias = model.coefficients.toArray(), model.intercept"


def _squared(terms: Terms) -> tuple[list[str], list[str]]:
    """`|y - X w|² / 2 n + r (a |w|₁ + (1 - a) / 2 |w|² / deviation(y))`, r regParam."""
    usual = ["standardization=False", "solver='normal'"]
    if not terms.l2:
        return [], [f"regParam={terms.l1 / 2!r}", f"elasticNetParam={float(terms.l1 > 0)}", *usual]
    of_weight = terms.weight(", weights=weight")
    before = [
        f"away = y - np.average(y{of_weight})",
        f"l2 = {terms.l2 / 2!r} * float(np.sqrt(np.average(away**2{of_weight})))",
    ]
    l1 = terms.l1 / 2
    return before, [f"regParam={l1!r} + l2", f"elasticNetParam={l1!r} / ({l1!r} + l2)", *usual]


def _cross_entropy(terms: Terms) -> tuple[list[str], list[str]]:
    """`mean loss + r (a |w|₁ + (1 - a) / 2 |w|²)`."""
    penalty = [f"regParam={terms.l1 + terms.l2!r}", f"elasticNetParam={terms.ratio!r}"]
    return [], [*penalty, "standardization=False"]


def _poisson(terms: Terms) -> tuple[list[str], list[str]]:
    """`mean loss + r / 2 mean(prediction) |w|²`; with a bias that mean is the target's."""
    if terms.l1:
        raise NoEqualError("its GeneralizedLinearRegression has no L1; glum has")
    if not terms.l2:
        return [], ["family='poisson'", "regParam=0.0"]
    if not terms.bias:
        raise NoEqualError(
            "it multiplies L2 by the mean of the predictions, which without a bias is not known "
            "before the fit"
        )
    mean = f"np.average(y{terms.weight(', weights=weight')})"
    return [f"l2 = {terms.l2!r} / float({mean})"], ["family='poisson'", "regParam=l2"]

#!/bin/sh
# PySpark 4.1.1, NumPy 2.2.6 (PyPI), a Java runtime of 17 or later.
#
# One would guess: pyspark.ml.regression.LinearRegression(standardization=False, regParam=r) minimises
# what its documentation says: 1/(2n) ||Xw - y||² + r (a ||w||₁ + (1 - a)/2 ||w||²), a elasticNetParam.
#
# What happens: the target is divided by its standard deviation before the fit, whatever
# standardization says, and only L1 is scaled with it. So L2 in force is r divided by the target's
# deviation: of a target in the hundreds next to none. The two solvers take two deviations besides,
# "normal" that of a population (by n), "l-bfgs" that of a sample (by n - 1), so that they end at two
# weights. L1 (elasticNetParam=1) is in force as it is documented, by both.
#
# Who meets it: whoever carries a penalty over from scikit-learn's Ridge(alpha=n r), glmnet or a
# formula, changes the unit of the target, or compares the two solvers.
#
# Needs python3 with venv, PyPI and java. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pyspark==4.1.1 numpy==2.2.6
cd "$folder"
venv/bin/python - 2>spark.log <<'PYTHON'
import numpy as np
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import LinearRegression
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .getOrCreate()
)
generator = np.random.default_rng(0)
n, r = 20, 0.3
x = generator.normal(size=n)
y = 100 * x + 50 * generator.normal(size=n)
pairs = [(Vectors.dense([one]), other) for one, other in zip(x.tolist(), y.tolist())]
rows = spark.createDataFrame(pairs, ["features", "label"])
xx, xy = x.var(), ((x - x.mean()) * (y - y.mean())).mean()


def weight(solver, l1_share):
    model = LinearRegression(
        solver=solver, regParam=r, elasticNetParam=l1_share, standardization=False,
        tol=1e-12, maxIter=1000,
    )
    return float(model.fit(rows).coefficients[0])


for solver, deviation in (("normal", y.std()), ("l-bfgs", y.std(ddof=1))):
    # Of one feature with a bias the minimum is w = (xy - l1) / (xx + l2).
    w = weight(solver, 0.0)
    l2 = xy / w - xx
    print(f"{solver}: L2, w = {w:.6f}, documented {xy / (xx + r):.6f}; in force {l2:.6f}")
    print(f"{solver}: regParam by the deviation of the target is {r / deviation:.6f}")
    assert abs(l2 * deviation / r - 1) < 1e-6
    w = weight(solver, 1.0)
    print(f"{solver}: L1, w = {w:.6f}, documented {(xy - r) / xx:.6f}")
    assert abs(w / ((xy - r) / xx) - 1) < 1e-6
PYTHON

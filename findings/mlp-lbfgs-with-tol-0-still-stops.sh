#!/bin/sh
# scikit-learn 1.9.1, SciPy 1.17.1 (PyPI).
#
# One would guess: MLPRegressor(solver="lbfgs", tol=0) goes on until max_iter, or until no lower loss
# is found: "tol: Tolerance for the optimization."
#
# What happens: tol becomes the bound on the gradient alone (gtol of SciPy's L-BFGS-B). The bound on
# the fall of the loss (ftol) keeps its default, 2.2e-9 of the loss a step, which no argument of the
# estimator reaches. So it stops at the first step that falls by less, after a few thousand of 100,000
# iterations, without a ConvergenceWarning; fitted once more from there (warm_start) it falls further,
# here by some per cent.
#
# Who meets it: whoever takes the loss at tol=0 for the minimum, as a truth in a test, or as the end
# of a race against time: ravines of a network have many such steps before the end.
#
# Needs python3 with venv, and PyPI. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check scikit-learn==1.9.1 scipy==1.17.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

warnings.simplefilter("error", ConvergenceWarning)
generator = np.random.default_rng(0)
X = generator.normal(size=(200, 3))
y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2]
fell = []
for seed in range(5):
    model = MLPRegressor(
        hidden_layer_sizes=(8,), activation="tanh", solver="lbfgs", alpha=0, tol=0,
        max_iter=100_000, max_fun=10**7, random_state=seed, warm_start=True,
    )
    first = model.fit(X, y).loss_
    steps = model.n_iter_
    for _ in range(3):
        model.fit(X, y)
    fell.append(1 - model.loss_ / first)
    print(f"seed {seed}: stopped after {steps} of 100,000; fitted on, the loss fell by {fell[-1]:.2%}")
    assert steps < 50_000
assert min(fell) > 0 and max(fell) > 0.005
PYTHON

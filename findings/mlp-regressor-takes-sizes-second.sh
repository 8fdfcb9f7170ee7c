#!/bin/sh
# scikit-learn 1.9.1 (PyPI).
#
# One would guess: MLPClassifier((8, 8)) and MLPRegressor((8, 8)) mean the same two hidden layers, as
# they did up to scikit-learn 1.6; sister estimators take their first argument alike.
#
# What happens: MLPRegressor has `loss` as its first parameter, in front of hidden_layer_sizes, since it
# can minimise the Poisson deviance. The call is taken without a word, and `fit` raises an error that
# names a loss the caller never chose. MLPClassifier still takes the sizes first.
#
# Who meets it: whoever carries a script over from a classifier or an older version, and whoever builds
# both from one table of positional arguments.
#
# Needs python3 with venv, and PyPI. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check scikit-learn==1.9.1
cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

X = np.random.default_rng(0).standard_normal((50, 2))
print("classifier:", [w.shape for w in MLPClassifier((8, 8), max_iter=5).fit(X, X[:, 0] > 0).coefs_])
regressor = MLPRegressor((8, 8), max_iter=5)
print("regressor:  loss =", regressor.loss, " hidden_layer_sizes =", regressor.hidden_layer_sizes)
assert regressor.loss == (8, 8) and regressor.hidden_layer_sizes == (100,)
try:
    regressor.fit(X, X[:, 0])
except ValueError as error:
    print("fit raises:", str(error).split(". Got")[0])
    assert "'loss' parameter of MLPRegressor" in str(error)
else:
    raise AssertionError("it was fitted")
PYTHON

#!/bin/sh
# scikit-learn 1.9.1 (PyPI).
#
# One would guess: alpha of MLPRegressor and MLPClassifier says how strong the L2 penalty is; the size of
# the batches says how noisy the steps are, and not which weights are best.
#
# What happens: the penalty of each step is divided by the rows of its batch, not of the data, so it
# counts (rows / batch_size) times as much. Without hidden layers the model is ridge regression, whose
# minimum is known: 200 rows with alpha=20 end at the weights of Ridge(20) in one batch, of Ridge(80) in
# batches of 50, and of Ridge(400) in batches of 10, a third as long.
#
# Who meets it: whoever tunes batch_size and alpha one after the other, compares lbfgs (all rows) with
# adam (batches of 200), or carries weight decay over to PyTorch: over 10,000 rows the default batch
# makes the same alpha 50 times as strong.
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
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPRegressor

generator = np.random.default_rng(0)
X = generator.standard_normal((200, 3))
y = X @ [1.0, -2.0, 0.5] + 3 + 0.1 * generator.standard_normal(200)
lengths = []
for batch in (200, 50, 10):
    how = {"solver": "sgd", "momentum": 0, "learning_rate_init": 0.002, "random_state": 0}
    how |= {"max_iter": 3000, "tol": 0, "n_iter_no_change": 10**6}
    model = MLPRegressor(hidden_layer_sizes=(), alpha=20, batch_size=batch, **how).fit(X, y)
    found, strength = model.coefs_[0].ravel(), 20 * 200 // batch
    ridge = Ridge(alpha=strength).fit(X, y).coef_
    print(f"batches of {batch}: {found.round(3)}; Ridge({strength}): {ridge.round(3)}")
    assert np.allclose(found, ridge, atol=0.006)
    lengths.append(np.linalg.norm(found))
assert lengths[0] > 2.5 * lengths[2]
PYTHON

#!/bin/sh
# scikit-learn 1.9.1 (PyPI).
#
# One would guess: loss_ of a fitted MLPClassifier, "the current loss computed with the loss function",
# is the loss of the fitted model on the rows that it was fitted on, whatever the solver.
#
# What happens: with lbfgs it is, to the last bit. With sgd and adam it is the mean over the batches of
# the last epoch, each taken before its own step, so it is of weights that are gone: above the model's
# own log_loss after each number of epochs tried, by 3 % after the first of adam. loss_curve_ is the
# same quantity, so its entry i is no point of the path, and best_loss_ belongs to no weights.
#
# Who meets it: whoever compares solvers, or another library, by loss_; the loss has to be worked out
# anew from predict_proba.
#
# Needs python3 with venv, and PyPI. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check scikit-learn==1.9.1
cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import scale

X, y = load_breast_cancer(return_X_y=True)
X = scale(X)
above = {}
for solver in ("lbfgs", "sgd", "adam"):
    for epochs in (1, 5, 20):
        model = MLPClassifier((8,), solver=solver, alpha=0, max_iter=epochs, random_state=0)
        told, true = model.fit(X, y).loss_, log_loss(y, model.predict_proba(X))
        above[solver, epochs] = told / true - 1
        print(f"{solver}, {epochs} epochs: loss_ {told:.4f}, of the fitted model {true:.4f}")
assert all(abs(above["lbfgs", epochs]) < 1e-12 for epochs in (1, 5, 20))
assert all(above[solver, epochs] > 0.005 for solver in ("sgd", "adam") for epochs in (1, 5, 20))
assert above["adam", 1] > 0.03
PYTHON

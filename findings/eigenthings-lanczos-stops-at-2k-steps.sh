#!/bin/sh
# hessian-eigenthings 1.0.0a5, torch 2.13.0 (PyPI).
#
# One would guess: lanczos(operator, k=1, tol=1e-4) takes steps until the eigenvalue is known to 1e-4 of
# itself, as eigsh of SciPy (ARPACK) does with its tol, and a smaller tol is paid with more steps.
#
# What happens: it takes 2 k steps, whatever tol says; tol only marks what it found. For the largest
# curvature alone that is two products: on a least-squares problem of 20 weights, whose Hessian is
# 2 X'X / n, it returns 6.5 where the largest eigenvalue is 9.0, the same for 0.1 and 1e-12. The result's
# field `converged` is False; nothing is raised or warned. With max_iter=20 it is right to 1e-12.
#
# Who meets it: whoever reads the sharpness of a network off eigenvalues[0], to choose a learning rate
# below 2 / sharpness: the rate is too high by a third here. Look at `converged`, or give max_iter.
#
# Needs python3 with venv, and PyPI (torch: some 200 MB on the CPU). Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check torch==2.13.0 numpy scipy tqdm
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-deps hessian-eigenthings==1.0.0a5
cd "$folder"
venv/bin/python -W error - <<'PYTHON'
import torch
from hessian_eigenthings import HessianOperator, lanczos

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
X = torch.randn(300, 20) * torch.linspace(1, 2, 20)
y = torch.randn(300, 1)
true = float(torch.linalg.eigvalsh(2 * X.T @ X / 300)[-1])
model = torch.nn.Linear(20, 1, bias=False)


def loss(model, batch):
    return torch.nn.functional.mse_loss(model(batch[0]), batch[1])


matrix = HessianOperator(model, [(X, y)], loss)


def top(**how):
    found = lanczos(matrix, k=1, which="LA", seed=0, **how)
    value, known = float(found.eigenvalues[0]), bool(found.converged[0])
    print(f"{how}: {value:.4f} of {true:.4f}, {found.iterations} steps, converged {known}")
    return value, found.iterations, known


loose, tight = top(tol=0.1), top(tol=1e-12)
assert loose == tight and loose[1:] == (2, False) and loose[0] < 0.75 * true
found, _, known = top(tol=1e-12, max_iter=20)
assert known and abs(found - true) < 1e-9 * true
PYTHON

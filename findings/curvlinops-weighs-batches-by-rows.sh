#!/bin/sh
# curvlinops-for-pytorch 3.0.1, torch 2.13.0 (PyPI).
#
# One would guess: HessianLinearOperator over data in several batches is the Hessian of the loss of all
# rows, so the same matrix however the rows are cut into batches, for every criterion with reduction
# "mean". Its check that all is deterministic passes without a word.
#
# What happens: with plain cross entropy it is so, to 1e-16. With class weights, or where targets are
# ignored (ignore_index), cutting 8 rows into 5 and 3 moves the matrix by more than half of its largest
# entry: each batch's mean is weighted by its number of rows, while the criterion divides by the sum of
# the weights of the targets that count. In one batch the matrix is autograd's own Hessian.
#
# Who meets it: whoever looks at the sharpness of a network for unbalanced classes, or for sequences
# with padding, with a DataLoader; the eigenvalues are those of another loss, which depends on the
# size of the batches.
#
# Needs python3 with venv, and PyPI (torch: some 200 MB on the CPU). Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check torch==2.13.0 numpy \
  curvlinops-for-pytorch==3.0.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import torch
from curvlinops import HessianLinearOperator

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
X, y = torch.randn(8, 3), torch.tensor([0, 0, 0, 0, 1, 1, 2, 2])
model = torch.nn.Linear(3, 3)
weights = torch.cat([one.detach().reshape(-1) for one in model.parameters()])
criteria = {
    "plain": torch.nn.CrossEntropyLoss(),
    "class weights": torch.nn.CrossEntropyLoss(weight=torch.tensor([1.0, 5.0, 20.0])),
    "ignore_index": torch.nn.CrossEntropyLoss(ignore_index=0),
}


def by_batches(criterion, *ends):
    batches = [(X[first:last], y[first:last]) for first, last in zip((0, *ends), ends)]
    return HessianLinearOperator(model, criterion, list(model.parameters()), batches) @ torch.eye(12)


def share(a, b):
    return float((a - b).abs().max() / b.abs().max())


for name, criterion in criteria.items():
    def loss(vector):
        return criterion(X @ vector[:9].view(3, 3).T + vector[9:], y)

    true = torch.autograd.functional.hessian(loss, weights)
    one, two = share(by_batches(criterion, 8), true), share(by_batches(criterion, 5, 8), true)
    print(f"{name}: off by {one:.1e} in one batch, by {two:.1e} in batches of 5 and 3")
    assert one < 1e-12
    assert two < 1e-12 if name == "plain" else two > 0.5
PYTHON

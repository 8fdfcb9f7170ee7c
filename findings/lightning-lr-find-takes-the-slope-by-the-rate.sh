#!/bin/sh
# lightning 2.6.6, torch 2.13.0 (PyPI).
#
# One would guess: Tuner.lr_find, a range test whose rates grow by the same factor at each step and are
# drawn on a logarithmic axis, suggests the rate at which the curve that it draws falls fastest.
#
# What happens: suggestion() takes the slope of the loss by the rate itself, not by its logarithm. Over
# rates from 1e-8 to 1 that divides each fall by the rate, so a fall at a small rate counts for most:
# of a least squares problem whose steps hold up to 2/curvature the suggestion is less than a hundredth
# of that limit, while the loss by the logarithm of the rate falls fastest at over a tenth of it.
#
# Who meets it: whoever trains at the suggested rate, which lr_find writes into the module.
#
# Needs python3 with venv, and PyPI (torch: some 200 MB on the CPU). Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check torch==2.13.0 numpy lightning==2.6.6
cd "$folder"
venv/bin/python - 2>/dev/null <<'PYTHON'
import numpy as np
import torch
from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.tuner import Tuner
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X = torch.randn(200, 3)
y = X @ torch.tensor([[1.0], [-1.0], [2.0]]) + torch.randn(200, 1)
design = np.column_stack([X.numpy(), np.ones(len(X))])
limit = 2 / np.linalg.eigvalsh(2 * design.T @ design / len(X))[-1]


class Line(LightningModule):
    def __init__(self):
        super().__init__()
        self.model, self.lr = torch.nn.Linear(3, 1), 1e-3

    def training_step(self, batch, index):
        return torch.nn.functional.mse_loss(self.model(batch[0]), batch[1])

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.lr)


trainer = Trainer(
    accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False
)
line = Line()
found = Tuner(trainer).lr_find(line, DataLoader(TensorDataset(X, y), batch_size=len(X)))
rates, losses = (np.array(found.results[name]) for name in ("lr", "loss"))
inner = slice(10, -1)
fastest = rates[inner][np.gradient(losses[inner], np.log(rates[inner])).argmin()]
suggested = found.suggestion()
print(f"limit {limit:.3g}; by the logarithm fastest at {fastest:.3g}; suggested {suggested:.3g}")
assert suggested == rates[inner][np.gradient(losses[inner], rates[inner]).argmin()] == line.lr
assert fastest > limit / 10
assert suggested < limit / 100
PYTHON

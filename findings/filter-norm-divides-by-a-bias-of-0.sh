#!/bin/sh
# loss-landscapes 3.0.6, torch 2.13.0 (PyPI).
#
# One would guess: normalization="filter", which Li et al. 2018 ("Visualizing the loss landscape of
# neural nets", section 4) propose for any network, works on one whose biases are 0, as initialisation
# by Glorot or He leaves them, and as a network has them before its first step. (The paper itself
# ignores biases: it scales the weights of filters.)
#
# What happens: random_plane raises ZeroDivisionError: float division by zero. The direction's part
# for a layer's biases is scaled to the length of these, so to 0, and then once more number by number,
# each divided by its own length, which is 0 by then. With normalization "layer" or "model", or with
# PyTorch's default, whose biases are random, there is a plane.
#
# Who meets it: whoever draws a surface at the start of a training, which is where a lecture begins,
# of a network with biases at 0.
#
# Needs python3 with venv, and PyPI (torch: some 200 MB on the CPU). Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check torch==2.13.0 numpy
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-deps loss-landscapes==3.0.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import loss_landscapes
import torch
from loss_landscapes.metrics import Loss

torch.manual_seed(0)
rows = torch.randn(64, 2)
actual = (rows[:, :1] * rows[:, 1:] > 0).float()


def plane(zeros, normalization):
    network = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
    if zeros:
        for layer in (network[0], network[2]):
            torch.nn.init.zeros_(layer.bias)
    loss = Loss(torch.nn.BCEWithLogitsLoss(), rows, actual)
    try:
        found = loss_landscapes.random_plane(network, loss, 1.0, 5, normalization=normalization)
    except ZeroDivisionError as error:
        return f"ZeroDivisionError: {error}"
    return found.shape


seen = {
    (biases, kind): plane(biases == "zeros", kind)
    for biases in ("as PyTorch draws them", "zeros")
    for kind in ("filter", "layer", "model")
}
for (biases, kind), result in seen.items():
    print(f"biases {biases}, normalization {kind}: {result}")
assert seen.pop(("zeros", "filter")) == "ZeroDivisionError: float division by zero"
assert set(seen.values()) == {(5, 5)}
PYTHON

#!/bin/sh
# loss-landscapes 3.0.6, torch 2.13.0 (PyPI).
#
# One would guess: planar_interpolation(start, end_one, end_two, metric, steps) is the loss on a grid,
# row i and column j at start + i (end_one - start)/steps + j (end_two - start)/steps, as a comment in
# its source says; random_plane likewise; and linear_interpolation begins at the start of the line.
#
# What happens: the points are walked to and fro, and the step is taken before the loss is: rows 0, 2,
# 4, ... hold columns 1 to steps, rows 1, 3, 5, ... columns 0 to steps - 1. So each second row is
# shifted by one cell against its neighbours, and straight contours are drawn as zigzags. The line
# holds points 1 to steps: its first value is not the loss at the start.
#
# Who meets it: whoever draws a surface with it; at few steps the teeth are seen, at many they look
# like roughness of the loss.
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
import numpy as np
import torch
from loss_landscapes.metrics import Metric


class Second(Metric):
    """The second param, which along the plane is the column, and nothing else."""

    def __call__(self, model):
        return float(next(iter(model.get_module_parameters()))[0, 1])


def model_at(first, second):
    made = torch.nn.Linear(2, 1, bias=False)
    made.weight.data = torch.tensor([[float(first), float(second)]])
    return made


steps = 4
corners = model_at(0, 0), model_at(steps, 0), model_at(0, steps)
columns = loss_landscapes.planar_interpolation(*corners, Second(), steps, deepcopy_model=True)
print("columns that the rows hold:")
print(columns)
assert np.allclose(columns[0::2], np.arange(1, steps + 1))
assert np.allclose(columns[1::2], np.arange(steps))

line = loss_landscapes.linear_interpolation(
    model_at(0, 0), model_at(0, steps), Second(), steps, deepcopy_model=True
)
print("steps that the line holds:", line)
assert np.allclose(line, np.arange(1, steps + 1))
PYTHON

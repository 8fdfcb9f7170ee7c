"""The edge of stability: the sharpness rises to 2 / learning rate and stays, which is normal."""

import math

import torch
from torch import nn

import steepest as st

torch.manual_seed(0)
turn, far = torch.linspace(0, 1.5 * math.pi, 60), 2 * torch.linspace(0.08, 1, 60).sqrt()
arm = torch.stack([far * turn.cos(), far * turn.sin()], dim=1)
X, y = torch.cat([arm, -arm]).double(), torch.cat([torch.ones(60, 1), -torch.ones(60, 1)]).double()
model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
model, loss = model.double(), nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
    for _ in range(600):
        optimizer.zero_grad()
        loss(model(X), y).backward()
        optimizer.step()

run = watched.run
sharpness = run.sharpness()
surface = run.surface(plane="path", points=41)
run.figure("edge.png", panels=["surface", "map", "sharpness", "loss"], surface=surface)
run.page("edge.html", surface=surface, sharpness=True)
print(run.explain())
top, limit = sharpness.largest[-1], sharpness.limits[-1]
print(f"at the end the largest curvature is {top:.3g}; 2 / learning rate is {limit:g}")

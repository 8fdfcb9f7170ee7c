"""A training loop of your own, watched: one line around it, and it is a run like any other."""

import torch
from torch import nn

import steepest as st

torch.manual_seed(0)
X = torch.randn(200, 2)
y = (X[:, 0] * X[:, 1] > 0).long()
model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
rows = torch.utils.data.TensorDataset(X, y)
loader = torch.utils.data.DataLoader(rows, batch_size=50, shuffle=True)

with st.torch.watch(model, optimizer, loss=loss, data=(X, y)) as watched:
    for _ in range(10):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss(model(inputs), targets).backward()
            optimizer.step()

run = watched.run
print(run.explain())
print(run.surface(plane="path", points=15).in_words)

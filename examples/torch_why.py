"""Why does this training fail? Three loops with a fault each, and what their runs say of it."""

import torch
from torch import nn

import steepest as st

torch.manual_seed(0)
X = torch.randn(100, 3)
y = X @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.1 * torch.randn(100, 1)
loss = nn.MSELoss()


def watched(rate: float, dtype: torch.dtype = torch.float32, *, clears: bool = True) -> st.Run:
    """Train a linear model at a rate, in a type, with or without `zero_grad`; return its run."""
    model, inputs, targets = nn.Linear(3, 1).to(dtype), X.to(dtype), y.to(dtype)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    with st.torch.watch(model, optimizer, loss=loss, data=(inputs, targets)) as seen:
        for _ in range(50):
            if clears:
                optimizer.zero_grad()
            loss(model(inputs), targets).backward()
            optimizer.step()
    return seen.run


faults = {
    "a rate above its limit": watched(1.2),
    "a rate far below it": watched(1e-5),
    "weights in bfloat16": watched(1e-6, torch.bfloat16),
    "no zero_grad": watched(0.05, clears=False),
    "nothing": watched(0.3),
}
for fault, run in faults.items():
    print(f"{fault}: {'; '.join(map(str, run.verdicts)) or 'no verdict'}")

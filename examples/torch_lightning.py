"""A fit of Lightning, watched by a callback."""

import lightning.pytorch as pl
import torch
from torch import nn

import steepest as st

torch.manual_seed(0)
X = torch.randn(200, 2)
y = (X[:, 0] * X[:, 1] > 0).long()
rows = torch.utils.data.TensorDataset(X, y)


class Net(pl.LightningModule):
    """A small network with its criterion."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
        self.criterion = nn.CrossEntropyLoss()

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the margins of two classes."""
        return self.layers(inputs)

    def training_step(self, batch: list[torch.Tensor]) -> torch.Tensor:
        """Return the loss of a batch."""
        inputs, targets = batch
        return self.criterion(self(inputs), targets)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return the optimizer."""
        return torch.optim.Adam(self.parameters(), lr=0.02)


watching = st.torch.LightningCallback(loss="criterion", data=(X, y))
trainer = pl.Trainer(
    max_epochs=5,
    callbacks=[watching],
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
)
trainer.fit(Net(), torch.utils.data.DataLoader(rows, batch_size=50, shuffle=True))
print(watching.run.explain())

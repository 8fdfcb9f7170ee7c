"""Networks of PyTorch that the tests of its bridge train, watch and draw; import it after torch."""

from typing import Any

import torch
from torch import nn

__all__ = ["Attention", "Convolutional", "Recurrent", "convolutional", "dense"]


def dense(*between: Any) -> Any:
    """A layer, what is between (tanh if nothing is said), a layer: 2 to 4 to 3."""
    return nn.Sequential(nn.Linear(2, 4), *(between or (nn.Tanh(),)), nn.Linear(4, 3))


def convolutional(side: int = 4, channels: int = 3) -> Any:
    """Pictures of `side` pixels to 3 classes, with running statistics and dropout."""
    head = nn.Flatten(), nn.Dropout(0.5), nn.Linear(channels * (side // 2) ** 2, 3)
    first = nn.Conv2d(1, channels, 3, padding=1), nn.BatchNorm2d(channels)
    return nn.Sequential(*first, nn.ReLU(), nn.MaxPool2d(2), *head)


class Convolutional(nn.Module):
    """As a reader writes it: functions among modules, ReLU before the largest is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3)
        self.second, self.out = nn.Conv2d(3, 4, 3, padding=1), nn.Linear(4, 3)

    def forward(self, x: Any) -> Any:
        """Return the logits of pictures of 4 by 4."""
        x = torch.max_pool2d(torch.relu(self.norm(self.first(x))), 2)
        x = nn.functional.max_pool2d(self.second(x).relu(), 2)
        return self.out(x.flatten(1))


class Recurrent(nn.Module):
    """An LSTM over two numbers at a time, and a layer on its last state: 3 classes."""

    def __init__(self, units: int = 3) -> None:
        super().__init__()
        self.lstm, self.out = nn.LSTM(2, units, batch_first=True), nn.Linear(units, 3)

    def forward(self, x: Any) -> Any:
        """Return the logits."""
        return self.out(self.lstm(x)[0][:, -1])


class Attention(nn.Module):
    """A small transformer that says the next of some words.

    Tied weights: of the embedding and the output. Frozen ones: of a layer between.
    """

    def __init__(self, words: int = 3, width: int = 4) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.layer = nn.TransformerEncoderLayer(width, 2, 2 * width, batch_first=True)
        self.out = nn.Linear(width, words, bias=False)
        self.out.weight = self.embedding.weight
        self.layer.linear1.weight.requires_grad_(False)

    def forward(self, x: Any) -> Any:
        """Return the logits of the word after the last."""
        return self.out(self.layer(self.embedding(x))[:, -1])

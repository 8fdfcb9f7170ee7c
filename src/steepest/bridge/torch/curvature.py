"""How much the loss of a linear model curves, where that is the same everywhere: squared loss."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from steepest.bridge.torch.objective import TorchObjective
from steepest.objective.evaluation import Vector

__all__ = ["is_quadratic", "largest_curvature"]

MOST_COLUMNS = 500
"""Params of a linear model whose limit is worked out: so many gradients, and a matrix of them."""

SQUARED = (functional.mse_loss,)

SHAPING = (nn.Flatten, nn.Identity, nn.Unflatten)
"""Layers without params that only put numbers elsewhere."""


def is_quadratic(model: nn.Module, loss: Any) -> bool:
    """Return whether it is proved by its structure that the loss is a quadratic in the params.

    So it is of one linear layer under the squared loss; what a class of the reader's own does with
    its layer is not known.
    """
    layers = list(model) if type(model) is nn.Sequential else [model]
    linear = [layer for layer in layers if type(layer) is nn.Linear]
    others = [layer for layer in layers if type(layer) is not nn.Linear]
    squared = type(loss) is nn.MSELoss or any(loss is one for one in SQUARED)
    return len(linear) == 1 and squared and all(type(one) in SHAPING for one in others)


def largest_curvature(model: nn.Module, loss: Any, data: Any, params: Vector) -> float | None:
    """Return the largest eigenvalue of the Hessian of a quadratic at params, (size,).

    Its columns are differences of gradients, worked out in float64 and exact but for rounding: the
    gradient of a quadratic is linear. None for more params than `MOST_COLUMNS`, or if they are not
    finite.
    """
    if len(params) > MOST_COLUMNS or not np.isfinite(params).all():
        return None
    objective = TorchObjective(model, loss, data, dtype=torch.float64)
    here = objective.evaluate(params).gradient
    columns = [objective.evaluate(params + one).gradient - here for one in np.eye(len(params))]
    hessian = np.array(columns)
    return float(np.linalg.eigvalsh((hessian + hessian.T) / 2.0)[-1])

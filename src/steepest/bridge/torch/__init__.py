"""PyTorch: a module, its loss and its data as an objective of ours, and planes through it.

`objective` is the loss as a function of one vector, which `params` takes apart into the module's
tensors; `batches` reads the data once, `criterion` weighs batches as the loss itself would,
`untouched` puts modes, hooks and random numbers back.
"""

from steepest.bridge.torch.objective import TorchObjective
from steepest.bridge.torch.surface import TorchSurface, objective, surface

__all__ = ["TorchObjective", "TorchSurface", "objective", "surface"]

"""PyTorch: `st.torch.objective(model, loss, data)`, a module to be descended on and looked at."""

from steepest.extras import check_installed

check_installed("torch", "steepest.torch")

from steepest.bridge.torch import TorchObjective as objective  # noqa: E402
from steepest.bridge.torch.watch import Watched, watch  # noqa: E402

__all__ = ["Watched", "objective", "watch"]

"""PyTorch: a module of the reader's own, unchanged, to be descended on and looked at.

objective = st.torch.objective(model, loss, data)
run = st.descend(objective, start=objective.params)
st.torch.surface(model, loss, data, plane="random").figure("plane.png")
"""

from steepest.extras import check_installed

check_installed("torch", "steepest.torch")

from steepest.bridge.torch import objective, surface  # noqa: E402

__all__ = ["objective", "surface"]

"""PyTorch: a module of the reader's own, unchanged, to be descended on, looked at, and watched.

objective = st.torch.objective(model, loss, data)
run = st.descend(objective, start=objective.params)
st.torch.surface(model, loss, data, plane="random").figure("plane.png")
with st.torch.watch(model, optimizer, loss=loss, data=data) as watched: ...
"""

from steepest.extras import check_installed

check_installed("torch", "steepest.torch")

from steepest.bridge.torch import (  # noqa: E402
    LightningCallback,
    Watched,
    objective,
    surface,
    watch,
)

__all__ = ["LightningCallback", "Watched", "objective", "surface", "watch"]

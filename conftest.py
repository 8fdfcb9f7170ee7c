"""What is collected: the bridge to PyTorch only where that is there, as its examples want it."""

from importlib.util import find_spec

collect_ignore_glob = (
    [] if find_spec("torch") else ["src/steepest/torch.py", "src/steepest/bridge/torch/*"]
)

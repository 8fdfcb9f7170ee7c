"""What is collected: the bridge to PyTorch only where that is installed, for its examples need it."""

from importlib.util import find_spec

collect_ignore_glob = (
    [] if find_spec("torch") else ["src/steepest/torch.py", "src/steepest/bridge/torch/*"]
)

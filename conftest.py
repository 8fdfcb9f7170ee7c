"""What is collected: the bridge to PyTorch only where that is installed."""

from importlib.util import find_spec

collect_ignore_glob = (
    [] if find_spec("torch") else ["src/steepest/torch.py", "src/steepest/bridge/torch/*"]
)

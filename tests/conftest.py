import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from asked import Answer, Ask
from hypothesis import settings

from steepest import cli
from steepest.interrupts import Program

# The same examples every time, and as many as a laptop does in a minute.
settings.register_profile("steepest", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("steepest")

# Without PyTorch, which `make test` does not install, what begins with it is not collected.
OF_TORCH = ["bridge/test_torch_watch_transforms.py", "descent/test_network_l1.py", "torch_nets.py"]
collect_ignore = [] if find_spec("torch") else OF_TORCH


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Ask:
    """Run the command line in an empty folder; the status is that of the process.

    The signals stay pytest's: a program of its own would end it on the second Ctrl-C.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "as_a_program", Program)

    def run(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["steepest", *words])
        status: object = 0
        try:
            cli.main()
        except SystemExit as end:
            status = end.code or 0
        assert isinstance(status, int)
        return Answer(status, *capfd.readouterr())

    return run


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """PyTorch's sums are those of one thread; nothing where it was not imported."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)

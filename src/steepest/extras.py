"""Packages that are extras: which are there, and the line that installs those that are not.

The plain install reads tables, descends, tells and shows the page; what is heavy, and not needed
for that, is an extra of `pyproject.toml`.
"""

from collections.abc import Mapping
from importlib.util import find_spec

from steepest.errors import ChoiceError

__all__ = ["check_installed", "install_line", "is_installed"]

PACKAGES: Mapping[str, tuple[str, ...]] = {
    "figure": ("matplotlib",),
    "film": ("matplotlib", "PIL", "imageio_ffmpeg"),
    "notebook": ("anywidget",),
    "onnx": ("onnx",),
    "dask": ("dask", "distributed"),
    "slides": ("pptx", "matplotlib", "PIL", "imageio_ffmpeg"),
    "torch": ("torch",),
}
"""What each extra is imported as."""


def is_installed(extra: str) -> bool:
    """Return whether all packages of an extra are there; none of them is loaded."""
    return not _missing(extra)


def check_installed(extra: str, what: str) -> None:
    """Raise ChoiceError, with the line that installs it, where `what` needs a missing package."""
    missing = _missing(extra)
    if missing:
        raise ChoiceError(f"{what} needs {' and '.join(missing)}; {install_line(extra)}")


def install_line(extra: str) -> str:
    """Return the line that installs an extra.

    >>> install_line("film")
    "pip install 'steepest[film]'"
    """
    return f"pip install 'steepest[{extra}]'"


def _missing(extra: str) -> list[str]:
    """Return the packages of an extra that are not there, by the names of PyPI."""
    named = {"PIL": "pillow", "pptx": "python-pptx", "imageio_ffmpeg": "imageio-ffmpeg"}
    return [named.get(name, name) for name in PACKAGES[extra] if not _is_there(name)]


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ValueError:  # a module that was set to None, as tests do
        return False

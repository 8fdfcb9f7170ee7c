"""Estimators for scikit-learn: `from steepest.sklearn import SteepestClassifier`."""

from importlib.util import find_spec

if find_spec("sklearn") is None:
    raise ImportError(
        "steepest.sklearn needs scikit-learn, which is not installed here: "
        'pip install "steepest[sklearn]"'
    )

from steepest.bridge.sklearn import SteepestClassifier, SteepestRegressor

__all__ = ["SteepestClassifier", "SteepestRegressor"]

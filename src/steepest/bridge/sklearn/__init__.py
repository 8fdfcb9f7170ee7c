"""scikit-learn: a run as an estimator. `coef_` and `intercept_` are words of this folder only."""

from steepest.bridge.sklearn.estimators import SteepestClassifier, SteepestRegressor

__all__ = ["SteepestClassifier", "SteepestRegressor"]

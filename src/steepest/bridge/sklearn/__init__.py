"""scikit-learn: a run as an estimator. `coef_` and `intercept_` are words of this folder only.

`estimators` has the two, `descending` what they have in common; `rows` takes rows as scikit-learn
hands them over, `layers` keeps networks as `MLPClassifier` does, `callbacks` calls whoever listens
to a fit.
"""

from steepest.bridge.sklearn.estimators import SteepestClassifier, SteepestRegressor

__all__ = ["SteepestClassifier", "SteepestRegressor"]

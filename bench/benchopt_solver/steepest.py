"""A solver for benchopt's benchmarks logreg_l2 and ols, called back after every step."""

from typing import ClassVar

import numpy as np
from benchopt import BaseSolver

import steepest as st


class Solver(BaseSolver):
    """The default descent of steepest: from 0, on all rows, until benchopt has seen enough."""

    name = "steepest"
    sampling_strategy = "callback"
    requirements: ClassVar[list[str]] = ["pip::steepest"]

    def set_objective(self, X, y, lmbd=None, fit_intercept=False):
        """Keep the rows: of classes (`lmbd` is given, on the sum over rows) or of values."""
        self.loss = "squared" if lmbd is None else "cross_entropy"
        self.l2 = (lmbd or 0.0) / len(y)
        self.fit_intercept = fit_intercept
        self.rows = (X, y) if fit_intercept else _mirrored(X, y)
        self.params = np.zeros(X.shape[1] + 1)

    def run(self, callback):
        """Descend; each step is kept, then benchopt is asked whether it wants another."""

        def enough(step):
            self.params = step.params
            return not callback()

        st.descend(
            self.rows,
            loss=self.loss,
            l2=self.l2,
            start=np.zeros_like(self.params),
            callback=enough,
        )

    def get_result(self):
        """Return the weights, and the bias behind them where the objective has one."""
        return {"beta": self.params if self.fit_intercept else self.params[:-1]}


def _mirrored(X, y):
    """Return each row twice, the second time as (-x, -y): the lowest loss then has the bias 0."""
    if isinstance(X, np.ndarray):
        return np.concatenate([X, -X]), np.concatenate([y, -y])
    from scipy.sparse import vstack

    return vstack([X, -X], format="csr"), np.concatenate([y, -y])

"""The tables of a run, and the lines that fit the same elsewhere."""

import os
from typing import TYPE_CHECKING, cast

from steepest.data.written import flat

if TYPE_CHECKING:
    import pyarrow as pa
    from torch import nn

    from steepest.objective.evaluation import Vector
    from steepest.objective.problem import Problem
    from steepest.run.run import Run
    from steepest.run.summary import Summary
    from steepest.trace import Trace

__all__ = ["Reports"]


class Reports:
    """What a run tells of itself in rows and columns."""

    if TYPE_CHECKING:

        @property
        def problem(self) -> Problem:
            """What was minimised."""

        @property
        def trace(self) -> Trace:
            """Every step."""

        @property
        def params(self) -> Vector:
            """The params at the end, (params,)."""

        @property
        def param_names(self) -> tuple[str, ...]:
            """What they are called."""

    def trace_table(self) -> "pa.Table":
        """Return every step as a row, with a column for each param and each of its slopes."""
        params = [f"param {name}" for name in self.param_names]
        slopes = [f"gradient {name}" for name in self.param_names]
        return flat(self.trace.to_arrow(), {"params": params, "gradient": slopes})

    def table(self) -> "pa.Table":
        """Return the rows the run was trained on: actual, predicted, loss and share of the loss.

        For classes there is the probability of each; the losses are `-log` of that of the actual
        class, and their mean is the cross entropy. Of rows beyond memory it is those 100 that cost
        most, the costliest first, and then those of the sample.
        """
        from steepest.view.table import row_table

        problem = self.problem.with_worst_rows(self.params)
        return row_table(problem, problem.table("run.table"), self.params)

    def summary(self, level: float = 0.95, rows: int = 10) -> "Summary":
        """Return three tables: the weights, the run, and the `rows` that hurt most.

        A weight has its unit, its standard error and an interval that covers the true one in a
        share `level` of all samples, or the reason why there is none: they are there at the minimum
        of the squared loss, of the cross entropy of two classes and of the Poisson loss, without a
        penalty, where the rows tell all weights. They are those of ordinary least squares and of
        maximum likelihood, if the model is true and the rows are independent. A whole sample weight
        counts as so many rows. Each table has `to_frame()` (pandas), `to_arrow()` and `to_dict()`,
        the summary `to_html()`. Raises ChoiceError for a level that is not between 0 and 1.

        >>> import steepest as st
        >>> print(st.descend("geyser", "waiting", ["duration"]).summary(rows=1).weights)
        Weights
          param     estimate  unit         standard error  low 95%  high 95%
          duration  10.73     min per min  0.3148          10.11    11.35
          bias      33.47     min          1.155           31.2     35.75
          intervals of 95 % by Student's t of 270 degrees of freedom, if the model is true and ...
        """
        from steepest.run.summary import summary

        return summary(cast("Run", self), level, rows)

    def to_torch(self) -> "nn.Sequential":
        """Return the model as a module of PyTorch: (rows, features) to margins, (rows, outputs).

        It is in float64, and its outputs are `run.margins(X)` to rounding: X as `run.data.X` has
        it, in the reader's units, with nothing to be scaled first. Of two classes the one margin is
        the log odds of the second; of k > 2 there are k; a number is its own margin, but of the
        loss poisson, whose margin is its logarithm. The module has its own copy of the params, to
        be trained further, and no more to do with the run. Raises ChoiceError without data, and
        where PyTorch is not installed (`pip install 'steepest[torch]'`).
        """
        from steepest.run.export.parts import parts_of
        from steepest.run.export.torch_module import torch_module

        return torch_module(parts_of(cast("Run", self), "run.to_torch"))

    def to_onnx(self, path: str | os.PathLike[str]) -> None:
        """Write the model as ONNX, .onnx: float64, with plain tensors as outputs.

        Its input `X`, (rows, features), is as `run.data.X` has it, in the reader's units; the file
        names the features. It gives `margin`, (rows, outputs), and for classes `label`, (rows,),
        and `probabilities`, (rows, k), for a number `prediction`, (rows,), with an exposure a rate.
        Raises ChoiceError without data, and where the package onnx is not installed
        (`pip install 'steepest[onnx]'`); FileError for any other ending.
        """
        from steepest.run.export.onnx_graph import write_onnx
        from steepest.run.export.parts import parts_of

        write_onnx(parts_of(cast("Run", self), "run.to_onnx"), path)

    def elsewhere(self, library: str | None = None) -> str | dict[str, str]:
        """Return the lines of Python that fit the same with another library: its minimum is ours.

        `library` is scikit-learn, statsmodels, glum, pytorch, spark, jax, skglm, celer, xgboost,
        vowpal-wabbit or snapml; left out they are all returned, by name. Penalty, loss and weights
        are converted as that library counts them, and the lines end with `weights` and `bias`.
        Where there is no equal a comment says why. Raises ChoiceError for another library, and
        without data.

        >>> import steepest as st
        >>> run = st.descend("geyser", "waiting", ["duration"], l2=0.5)
        >>> print(run.elsewhere("scikit-learn"))
        from sklearn.linear_model import Ridge
        <BLANKLINE>
        X, y = run.data.X, run.data.y  # as the run has them; run = steepest.load(...)
        model = Ridge(alpha=68.0, tol=1e-12)
        model.fit(X, y)
        weights, bias = model.coef_, model.intercept_
        """
        from steepest.run.elsewhere.libraries import LIBRARIES, elsewhere

        run = cast("Run", self)
        if library is not None:
            return elsewhere(run, library)
        return {name: elsewhere(run, name) for name in LIBRARIES}

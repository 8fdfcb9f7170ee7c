"""A run: problem, plan, trace and verdicts together, and what can be asked of them."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepared import Data
from steepest.descent.checkpoint import Checkpoint
from steepest.descent.plan.options import Options
from steepest.descent.plan.plan import Plan
from steepest.descent.stop import Stop
from steepest.diagnosis.check import NOT_JUDGED, Check
from steepest.diagnosis.findings import Findings
from steepest.diagnosis.note import Note
from steepest.diagnosis.verdict import Verdict
from steepest.errors import ChoiceError
from steepest.objective.minimum.recession import Recession
from steepest.objective.model.model import Layer
from steepest.objective.objective import Objective
from steepest.objective.problem import Problem
from steepest.run.former import FormerNames
from steepest.run.lowest_loss import lowest_loss
from steepest.run.pages import Pages
from steepest.run.predictions import Predictions
from steepest.run.reports import Reports
from steepest.run.result import result_of
from steepest.run.surfaces import Surfaces
from steepest.surface.surface import Surface
from steepest.trace import Step, Trace

if TYPE_CHECKING:
    from steepest.run.checkpoint_file import CheckpointFile
    from steepest.run.display import Bundle
    from steepest.run.training import Outcome
    from steepest.view.story import Story

__all__ = ["Run"]

Array = NDArray[np.float64]


@dataclass(frozen=True, repr=False, eq=False)
class Run(Surfaces, Predictions, Pages, Reports, FormerNames):
    """A trained model with every step that led to it; made by `steepest.descend`.

    All numbers are in the units of the reader's data, whatever scale the walk was taken in. A run
    of an objective that was given has no data: what asks for them raises ChoiceError.
    """

    problem: Problem
    """What was minimised: the objective, with names, and the data behind it if there are any."""
    plan: Plan
    """What the run was made with: loss, penalty, rule, learning rate, coordinates."""
    trace: Trace
    stop: Stop
    findings: Findings
    """The verdicts, notes and checks; see the properties of these names."""
    options: Options | None = None
    """The options as they were given; None if the file of the run does not hold them."""
    checkpoint: Checkpoint | None = None
    """Where the descent was when it stopped, to go on from; None if that was not kept."""
    kept_surface: Surface | None = None
    """The surface that the file of the run holds, of an objective that no file has; else None."""

    @classmethod
    def of(
        cls,
        problem: Problem,
        plan: Plan,
        options: Options | None,
        outcome: "Outcome",
    ) -> "Run":
        """Return the run that training has come to."""
        return cls(
            problem=problem,
            plan=plan,
            trace=outcome.trace,
            stop=outcome.stop,
            findings=outcome.findings,
            options=options,
            checkpoint=outcome.checkpoint,
        )

    def _repr_mimebundle_(self, **ignored: object) -> "Bundle":
        """Return the run as Jupyter shows it: the page, or a picture; and what is said of them."""
        from steepest.run.display import mime_bundle

        return mime_bundle(self)

    def _ipython_display_(self) -> None:
        """Show the run in a notebook: as the page, and as a picture for who exports it."""
        from steepest.run.display import show_with_still

        show_with_still(self)

    def _display_(self) -> object:
        """Return the run as marimo shows it."""
        from steepest.run.display import marimo_view

        return marimo_view(self)

    def __repr__(self) -> str:
        """Return what was fitted and how it ended, in a line."""
        return (
            f"<Run: {self.problem}; loss {self.loss:.6g} after {len(self.trace) - 1} steps, "
            f"{self.stop.reason}>"
        )

    @property
    def data(self) -> Data:
        """The rows with features and target; ChoiceError if the objective was given."""
        return self.problem.table("run.data")

    @property
    def objective(self) -> Objective:
        """The function that was minimised: `run.objective.value(params)` is its loss."""
        return self.problem.objective

    @property
    def params(self) -> Array:
        """The params at the end, (params,); of a run that diverged, its best point's."""
        return self.result.params

    @property
    def loss(self) -> float:
        """The loss of all rows at `params`, penalty included: that of `result`, a step.

        Where the run left a better step for worse, as one that diverged does, or goes by the rows
        kept back, that is not the last step, whose loss is `trace.last.full_loss`.
        """
        return self.result.full_loss

    @property
    def validation_loss(self) -> float:
        """The mean loss of the rows kept back at `params`, without the penalty; NaN without any."""
        return self.result.validation_loss

    @property
    def result(self) -> Step:
        """The step that is the result: the last, or the best where the run left that for worse."""
        curvature, by_validation = self.plan.curvature, self.plan.by_validation
        return result_of(self.trace, self.stop, self.findings.at_once, curvature, by_validation)

    @property
    def verdicts(self) -> list[Verdict]:
        """What is wrong with the run, each with its numbers; empty where nothing is."""
        return self.findings.verdicts

    @property
    def notes(self) -> list[Note]:
        """What is worth knowing, though nothing is wrong; empty where nothing is."""
        return self.findings.notes

    @property
    def checks(self) -> list[Check]:
        """What was looked at, and what was not, and why; empty if the run's file holds none."""
        return self.findings.checks

    @property
    def is_judged(self) -> bool:
        """Whether it is known what to think of the run: each check was made, or was not needed."""
        return all(check.state != NOT_JUDGED for check in self.checks)

    @property
    def weights(self) -> Array:
        """The weights, (features,); (features, k) for k > 2 classes; ChoiceError without data."""
        return self.problem.split(self.params)[0]

    @property
    def layers(self) -> list[Layer]:
        """The layers, each with `weights` (inputs, units) and `bias` (units,); a neuron is one.

        Raises ChoiceError without data.
        """
        return self.problem.layers(self.params)

    @property
    def bias(self) -> Any:
        """The bias, a float; (k,) for k > 2 classes; ChoiceError without data."""
        bias = self.problem.split(self.params)[1]
        return float(bias) if np.ndim(bias) == 0 else bias

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the features, one per weight: `duration`, `sex=male`; () without data."""
        return self.problem.feature_names

    @property
    def classes(self) -> tuple[Any, ...] | None:
        """The classes of the target, in the order of the columns of `predict_proba`, or None."""
        return self.problem.classes

    @property
    def param_names(self) -> tuple[str, ...]:
        """The names of all params: the features, then `bias`; for k > 2 classes `name[class]`.

        Those of an objective that was given are its own, or `param 1`, `param 2`, ...
        """
        return self.problem.param_names

    def resume(
        self,
        *,
        steps: int | None = None,
        epochs: int | None = None,
        tol: float | None = None,
        seconds: float | None = None,
        callback: Callable[[Step], object] | None = None,
        progress: bool = False,
        checkpoint: "str | os.PathLike[str] | CheckpointFile | None" = None,
        every: float | str = "30s",
        data: Any = None,
        cluster: Any = None,
    ) -> "Run":
        """Return the run gone on with: the old steps and then new ones, as if it had not stopped.

        `steps` or `epochs` is how many more, `seconds` how much longer; with none of them nor `tol`
        it goes on until it has arrived, one that was interrupted as far as it was asked to; so does
        the `checkpoint` of one that was killed (see `descend`). All else is the run's own, which
        itself stays as it is; a schedule keeps to the steps it was made for, so `cosine` stands
        still after its end. The new steps are, to the bit, those that the run would have taken,
        also from a file, on the same kind of processor and the same NumPy: others add up in another
        order. An old file says less: then the rule begins anew at the last step, and `explain`
        tells so. The rows of a checkpoint that are read in passes are read anew from their files,
        and held by the `cluster` that held them, by another, or, at "none", here. A data frame of
        Dask has no name: give the same one as `data`; it is recognised by its columns, its
        partitions and a digest of their values. Raises ChoiceError for a file that had to leave
        out a rule or a function of your own, as long as it is not given to `load`, DataError for
        another data frame.

        >>> import steepest as st
        >>> run = st.descend("orings", "damaged", rule="adam", learning_rate=0.5, steps=10)
        >>> len(run.resume(steps=10).trace)
        21
        """
        from steepest.run.checkpoint_file import checkpoint_file
        from steepest.run.resume import resume

        more = Options(steps=steps, epochs=epochs, tol=tol, seconds=seconds)
        keeping = checkpoint_file(checkpoint, every)
        return resume(self, more, callback, progress, keeping, data, cluster)

    @cached_property
    def lowest_loss(self) -> float | None:
        """The lowest loss of all rows that there is, penalty included; None if it is not known.

        It is worked out once, when it is first asked for: by least squares, or by a descent of its
        own. A run may come below that by what is rounded.
        """
        if self.problem.recorded is not None:
            return self.problem.recorded.lowest_loss
        known = None if self.objective.linear is None else lowest_loss(self.objective.linear)
        return None if known is None else min(known, self.trace.best.full_loss)

    @property
    def recession(self) -> Recession:
        """What is known of directions along which the loss falls for ever; see `Recession`.

        Where there is one the loss has no lowest point, and `lowest_loss` is None. `checked` says
        what was looked at, and how sure that is.
        """
        last = self.trace[-1]
        return self.objective.recession(last.params, last.gradient_of_all)

    def with_lowest_loss(self, known: float | None) -> "Run":
        """Return the run with its `lowest_loss` known, from another run on the same objective."""
        run = replace(self)
        vars(run)["lowest_loss"] = known
        return run

    @cached_property
    def story(self) -> "Story":
        """All that is said of the run, as one plain record."""
        from steepest.view.story import Story

        return Story.of(
            self.problem,
            self.plan,
            self.informed_trace,
            self.result,
            self.stop,
            self.verdicts,
            self.notes,
            self.checks,
            self.lowest_loss,
        )

    def explain(self, row: int | None = None, step: int | None = None) -> str:
        """Return the four steps of this run, in words and numbers; or what one row makes of them.

        `row` is its place in the table, from 1, as `table()` has it: then it is the forward pass,
        inputs times weights and bias, layer by layer, to its loss, and back again, each factor of
        the chain rule with its number. `step` says at which params, the result's if left out.
        Raises ChoiceError for a row or step that is not there, and for a row without data.

        >>> import steepest as st
        >>> run = st.descend("geyser", "waiting", ["duration"])
        >>> print(run.explain(row=3).split("What a step")[0])
        Row 3 of geyser, at the params of step ...
        Forward: from the row to its loss
          weight of duration × duration  10.73 × 3.333 =  35.76
          bias                                            33.47
          prediction                     the sum =        69.24 min
          actual waiting = 74 min
          loss = (prediction - actual)² = (69.24 - 74)² = 22.69
        <BLANKLINE>
        Back: how fast the loss rises with each param, by the chain rule
          `loss by a number` is how much the loss rises for each 1 that the number rises: a slope
          loss by the prediction: 2 (prediction - actual) = 2 (69.24 - 74) = -9.527
          weight of duration  -9.527 × 3.333 =  -31.75
          bias                -9.527 × 1 =      -9.527
        <BLANKLINE>
        <BLANKLINE>
        """
        if row is not None:
            from steepest.run.one_row import row_story
            from steepest.view.row_words import tell_row

            return tell_row(row_story(self, row, step))
        if step is not None:
            raise ChoiceError(
                f"step is {step}, but it counts only with a row: explain(row=12, step={step}); "
                "leave it out for the whole run, which tells its steps"
            )
        from steepest.view.words import tell

        return tell(self.story)

    def save(
        self, path: str | os.PathLike[str], *, data: bool = True, surface: Surface | None = None
    ) -> None:
        """Write the run to one file, whole or not at all: model, data rows, every step.

        `load` reads it back. The file is a zip of JSON and arrays, nothing pickled; an objective
        that was given is code, and is given to `load` again; with one `surface` of the run, which
        is kept then, figure, film and page of the file do without it. With `data=False` it holds no
        row: no number of X, y, weights or of rows kept back. Such a run predicts, and tells its
        words, metrics and steps; figures of the rows, surface, page, `resume` and `metrics` by
        another threshold need rows, and say so. Names of columns, classes and levels are in it, and
        so are the means that fill gaps. Raises ChoiceError for `data=False` where there are no
        rows, for a surface of another run, and for one of a run with rows, which draws it anew.
        """
        from steepest.run.saved import write_run

        write_run(self, path, data=data, surface=surface)

"""Evidence: all that is known of a descent once it is over, for a verdict to look at."""

from dataclasses import dataclass, field

import numpy as np

from steepest.descent.loop import Method
from steepest.descent.stop import Stop
from steepest.diagnosis.note import Note
from steepest.diagnosis.training import Training
from steepest.objective.minimum.identifiability import Identifiability
from steepest.objective.model.model import Array
from steepest.objective.objective import Objective
from steepest.objective.problem import Problem
from steepest.trace import Step, Trace

__all__ = ["Evidence"]


@dataclass(frozen=True)
class Evidence:
    """What ran, every step that it took, and why it ended; a verdict is a function of it.

    `method` has the parts: rule, step size, coordinates, sampler. `problem` has the names of
    features, params and classes.
    """

    method: Method
    trace: Trace
    stop: Stop
    problem: Problem
    identifiability: Identifiability | None = None
    """Along which params the loss does not change; None where that is not known."""
    flat: Array = field(default_factory=lambda: np.empty((0, 4)))
    """Where params may be with no change of the lowest loss; see `StepSize.flat_bottom`."""
    to_arrive: bool = False
    """Whether the run was to go on until it arrived: no number of steps was given."""
    by_validation: bool = False
    """Whether the result is the step with the lowest loss of the rows kept back."""
    training: Training | None = None
    """What is known of a training that was watched; None of a descent of ours."""
    said: tuple[Note, ...] = ()
    """What whoever recorded the run has to say of it."""

    @property
    def objective(self) -> Objective:
        """What was descended, on all rows."""
        return self.method.objective

    @property
    def at_minimum(self) -> bool:
        """Whether the walk was over by itself, where nothing lower is known."""
        return self.stop.at_minimum

    @property
    def validated(self) -> Step | None:
        """The step that is the result by the rows kept back; None where they do not say it."""
        return self.trace.best_validated if self.by_validation else None

    @property
    def in_batches(self) -> bool:
        """Whether steps were evaluated on parts of rows or units, so losses may rise by chance."""
        return self.method.sampler.varies

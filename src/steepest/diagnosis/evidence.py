"""Evidence: all that is known of a descent once it is over, for a verdict to look at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from steepest.descent.loop import Method
from steepest.descent.stop import Stop
from steepest.diagnosis.lost import Lost
from steepest.diagnosis.note import Note
from steepest.diagnosis.spectrum import Spectrum, ends_at, spectrum_at
from steepest.diagnosis.training import Training
from steepest.objective.linear_algebra.lanczos import Ends
from steepest.objective.minimum.identifiability import Identifiability
from steepest.objective.model.activity import LayerActivity
from steepest.objective.model.model import Array
from steepest.objective.objective import Objective
from steepest.objective.problem import Problem
from steepest.trace import Step, Trace

__all__ = ["Evidence"]


MOST_REPLAYED = 20_000
"""Steps up to which a rule is gone through once more, to know by what it divides: 0.5 s."""


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
    automatic: bool = False
    """Whether rule, learning rate and scale were all left to auto."""
    by_validation: bool = False
    """Whether the result is the step with the lowest loss of the rows kept back."""
    training: Training | None = None
    """What is known of a training that was watched; None of a descent of ours."""
    lost: Lost | None = None
    """Where its loss is no number although its weights are; None where that is not so."""
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

    @property
    def looked_at(self) -> Step:
        """The step that a closer look is at: the last, or the best of a run that diverged."""
        return self.trace.best if self.stop.reason == "diverged" else self.trace.last

    @property
    def looked_at_params(self) -> Array:
        """The params there, (params,), in float64."""
        return np.asarray(self.looked_at.params, dtype=np.float64)

    @cached_property
    def spectrum(self) -> Spectrum | None:
        """All eigenvalues of the Hessian of a convex loss at `looked_at`; None where not known."""
        return spectrum_at(self.objective, self.method.coordinates, self.looked_at_params)

    @cached_property
    def ends(self) -> Ends | None:
        """Both ends of the spectrum of the Hessian at `looked_at`; None where not known."""
        return ends_at(self.objective, self.method.coordinates, self.looked_at_params)

    @cached_property
    def first_ends(self) -> Ends | None:
        """The same at the start."""
        start = np.asarray(self.trace.first.params, dtype=np.float64)
        return ends_at(self.objective, self.method.coordinates, start)

    @cached_property
    def preconditioned_ends(self) -> Ends | None:
        """Both ends of the spectrum of `P^-1/2 H P^-1/2` there, P what the rule divides by.

        None where that is not known.
        """
        scale, coordinates = self._preconditioner, self.method.coordinates
        if scale is None:
            return None
        return ends_at(self.objective, coordinates, self.looked_at_params, scale)

    @property
    def _preconditioner(self) -> Array | None:
        """By what the rule divides at `looked_at`: its state there is that of all gradients."""
        trace, method, steps = self.trace, self.method, self.looked_at.index + 1
        whole = len(trace.kept) == len(trace) and steps <= MOST_REPLAYED and method.clip is None
        gradients = trace.gradients[:steps] if whole else np.empty((0, trace.size))
        if not len(gradients) or not np.isfinite(gradients).all():
            return None
        state = method.rule.init(np.zeros(trace.size))
        for gradient in gradients:
            _, state = method.rule.update(method.coordinates.pullback(gradient), state)
        return method.rule.preconditioner(state)

    @cached_property
    def activity(self) -> Sequence[LayerActivity] | None:
        """What the units of the hidden layers answer at `looked_at`; None where not known."""
        return self._activity_at(self.looked_at)

    @cached_property
    def first_activity(self) -> Sequence[LayerActivity] | None:
        """What they answer at the start."""
        return self._activity_at(self.trace.first)

    def _activity_at(self, step: Step) -> Sequence[LayerActivity] | None:
        missing = self.objective.missing or not np.isfinite(step.params).all()
        return None if missing else self.objective.activity(step.params)

"""The surface of a run's loss, and the curvature along its steps."""

from functools import cached_property, partial
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from steepest.checks import whole_number
from steepest.diagnosis.sharpness_along import SharpnessAlong, sharpness_along
from steepest.errors import ChoiceError
from steepest.surface.directions import choose_axes
from steepest.surface.planes import Path, axes_of_plane
from steepest.surface.surface import Surface, surface_of_trace
from steepest.trace import Step, Trace

if TYPE_CHECKING:
    from steepest.descent.plan.plan import Plan
    from steepest.objective.objective import Objective
    from steepest.objective.problem import Problem

__all__ = ["Surfaces"]


class Surfaces:
    """The loss of a run over planes through its params, and its curvature at the steps."""

    if TYPE_CHECKING:

        @property
        def problem(self) -> Problem:
            """What was minimised."""

        @property
        def plan(self) -> Plan:
            """What the run was made with."""

        @property
        def trace(self) -> Trace:
            """The steps."""

        @property
        def objective(self) -> Objective:
            """The function that was minimised."""

        @property
        def result(self) -> Step:
            """The step that is the result."""

        @property
        def loss(self) -> float:
            """The loss of all rows at the result."""

        @property
        def kept_surface(self) -> Surface | None:
            """The surface that the file of the run holds."""

    def surface(
        self,
        x: str | None = None,
        y: str | None = None,
        points: int = 101,
        *,
        plane: str | tuple[ArrayLike, ArrayLike] | None = None,
        seed: int = 0,
        progress: bool = False,
    ) -> Surface:
        """Return the true loss over two params, `points` a side; by default a weight and a bias.

        Of an objective that was given the two are by default those that moved most; of a training
        that was watched it is the plane on which the place of each step was kept, if there is one.
        With more than two params it is a slice through the end of the run. A param of a network can
        be named by its unit, too: `layer 1, unit 3, from age`, `layer 2, unit 3, from unit 1`, and
        its bias `layer 2, unit 3`.

        `plane`, in place of two names, is a word: "path", the principal directions of the steps;
        "random", two random directions (by `seed`) as long in each unit as its weights;
        "sharpest", the eigenvectors at both ends of the Hessian's spectrum. They are found in
        standard units, with scale none in the params; `in_words` of the surface tells the plane.
        Or it is two vectors (u, v), (params,): at (x, y) the params are `params + x u + y v`.

        `at(x, y)` of the surface is the true loss at any point of it, so at any two values.
        Where it takes over a second, as for large networks, `progress` shows a bar; `refinement` of
        the surface tells what each finer grid found. Raises ChoiceError for what is no param or no
        plane, or without two params.
        """
        problem, is_usual = self.problem, x is None and y is None and plane is None
        if problem.no_surface and self.kept_surface is not None and is_usual:
            return self.kept_surface
        if problem.no_surface:
            raise ChoiceError(problem.no_surface)
        end = self._surface_end
        usual = problem.surface_params(self.trace[0].params, end.params)
        first, second = (None if one is None else problem.param_called(one) for one in (x, y))
        trace, at = self.informed_trace, np.asarray(end.params, dtype=np.float64)
        of_word = partial(axes_of_plane, self.objective, Path.of(trace), at, self.plan.scale, seed)
        names = problem.param_names
        if is_usual and trace.projections is not None:
            first, second, plane = trace.projections.plane(names)
        axes = choose_axes(names, at, first, second, plane, usual=usual, of_word=of_word)
        if not progress:
            return surface_of_trace(self.objective, axes, trace, end, points)
        from steepest.view.progress import bar

        with bar("surface", 1.0) as show:
            return surface_of_trace(self.objective, axes, trace, end, points, show)

    @property
    def no_surface(self) -> str:
        """Why there is no surface to draw, and what to do; empty where there is one."""
        return "" if self.kept_surface is not None else self.problem.no_surface

    def sharpness(self, points: int = 40) -> SharpnessAlong:
        """Return the largest curvature of the loss at so many of the steps, and the rate's limit.

        Of a network at a rate that lasts it rises to `2 / learning rate` and hovers there while the
        loss goes on falling: the edge of stability, which is normal. `figure(panels=["sharpness",
        ...])` draws it. Raises ChoiceError where it is not known, or would take too long.
        """
        points = whole_number("points", points, least=2)
        return sharpness_along(self.objective, self.plan, self.trace, points)

    @cached_property
    def informed_trace(self) -> Trace:
        """The trace as it is drawn: steps on samples know the loss of all rows too."""
        sampled = np.isnan(self.trace.full_losses).any() and not self.plan.by_batches
        sampled = sampled and not self.objective.missing
        return self.trace.with_full_losses(self.objective.value) if sampled else self.trace

    @property
    def _surface_end(self) -> Step:
        """The step through which surfaces go: the result, or the last one that is finite."""
        return self.result if isfinite(self.loss) else self.trace.last_finite

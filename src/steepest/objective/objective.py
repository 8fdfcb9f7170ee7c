"""What a descent, a surface and a verdict may ask of an objective, a function of params.

An objective has `size`, `value` and `evaluate`. All else is a capability, asked by its method: the
answer None says that this objective does not know. So whoever asks names no type, and an objective
that nobody here wrote takes part in all that it can answer.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import LARGEST_SAMPLE, Blocks, drawn_rows
from steepest.data.float_types import FLOAT64, LOSS_ROUNDING
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.loss.penalty import Penalty
from steepest.objective.minimum.recession import Recession
from steepest.objective.minimum.sure_gap import SureGap
from steepest.objective.model.activity import LayerActivity
from steepest.objective.model.model import Layout
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.plane_loss import PlaneLoss, PointwiseLoss

if TYPE_CHECKING:
    from steepest.objective.coordinates.coordinates import Coordinates, Units
    from steepest.objective.coordinates.whitening import WhiteningByHessian
    from steepest.objective.kinks.smoothed import Smoothed
    from steepest.objective.linear import LinearObjective
    from steepest.objective.minimum.identifiability import Identifiability
    from steepest.objective.normal_equations import NormalEquations
    from steepest.objective.refined_equations import RefinedEquations

__all__ = ["Objective", "Vector"]

NO_PENALTY = Penalty()


class Objective:
    """A loss to be descended, `params -> loss`, of `size` params; see the methods for the rest.

    What it is (`is_...`, `has_...`) is asked while a descent is planned, before there are params to
    ask at; a question that needs params is a method, and None its answer where it is not known.
    """

    size: int
    count: int = 0
    """The rows that an evaluation is a mean over; 0 where there are none."""
    layer_names: tuple[str, ...] = ()
    """The layers of `by_layer`, from the inputs on; () where there are none."""
    dtype: np.dtype[Any] = FLOAT64
    """The type of params and gradient: float64, or float32 where it computes with that."""
    rounding: float = LOSS_ROUNDING[FLOAT64]
    """The share of itself by which two losses may differ by rounding alone."""
    layout: Layout = Layout.linear(0, 0)
    """How the params fall into weights and biases, where they do."""
    outputs: int = 1
    """The numbers that its model answers to a row: the margins, 1 or one a class."""
    gap_tol: float = 0.0
    """The share of the loss above the lowest at which a walk is over, where a pass over the rows is
    dear; 0 where it goes on to the last digits."""
    proved_by: str = "the curvature of the rows"
    """What proves how much lower a smooth loss can be, see `proved_gap`."""
    proof_is_cheap: bool = False
    """Whether `proved_gap` reads rows only where they are about to prove it, so that it may be
    asked at each step."""
    every_row_counts: bool = True
    """Whether no row weighs 0."""
    is_stateful: bool = False
    """Whether an evaluation changes what the next one starts from; see `copy_for_descent`."""
    penalty: Penalty = NO_PENALTY
    """The penalty that is part of the loss."""
    rows_in_words: str = ""
    """How many rows of how many it is the loss of, and how far that is off; empty of all rows."""
    null_loss: float = 0.0
    """The loss of a constant guess, `Loss.guess`: the scale of losses; 0 if there is none."""
    slope_by_curvature: float = inf
    """`max |l'| / sqrt(max l'')` of a row's loss l; `inf` where one of the two has no bound."""
    slope_is_bounded: bool = False
    """Whether the gradient is known to have a bound that holds at all params."""
    is_quadratic: bool = False
    """Whether the curvature is known to be the same at all params."""
    is_convex: bool = True
    """Whether a minimum is the lowest point, as far as is known: not of a network."""
    smooth: bool = True
    """Whether the gradient is continuous, as far as is known."""
    without_kinks: str = "or fewer features and no hidden units"
    """What else to choose where nothing is proved at a kink."""
    has_curvature: bool = False
    """Whether `curvature_along` has an answer."""
    plane_is_dear: bool = False
    """Whether second derivatives along two directions take longer than loss and gradient do."""
    margin_spread: float = 1.0
    """The spread of a usual margin, in which the coordinates of a network's params are counted."""
    has_page: bool = False
    """Whether a page can show it: it works out the outputs of rows by itself."""
    has_inverse_root: bool = False
    """Whether `inverse_root` has an answer."""
    has_hessian_blocks: bool = False
    """Whether it is one of weights and a bias, whose Hessian by some of them is worked out."""
    kind: str = "a function"
    """What it is, for a message."""
    missing: str = ""
    """That it is not at hand, and how to give it; empty where it is."""
    linear: "LinearObjective | None" = None
    """Itself as the risk of weights and biases, of which alone some things are known."""
    is_pointwise: bool = True
    """Whether the loss on a plane costs an evaluation a point."""
    reference: Vector | None = None
    """The params at which a stateful one was last read in full; see `copy_for_descent`."""

    def value(self, params: Vector) -> float:
        """Return the loss at `params`, (size,)."""
        return self.evaluate(params).loss

    def evaluate(self, params: Vector) -> Evaluation:
        """Return loss and gradient at `params`, (size,)."""
        raise NotImplementedError

    def value_and_gradient(self, params: Vector) -> tuple[float, Vector]:
        """Return the loss at `params`, (size,), and its gradient, (size,)."""
        evaluation = self.evaluate(params)
        return evaluation.loss, evaluation.gradient

    def curvature_along(
        self, at: Evaluation, directions: Sequence[Vector], before: Evaluation | None = None
    ) -> NDArray[np.float64] | None:
        """Return `u' H v` for the directions u, v, each (size,), H the Hessian at `at.params`.

        With `before` the last of the directions is `at.params - before.params`: of such a step
        much may be known. None where second derivatives are not known.
        """
        return None

    def hessian_at(self, params: Vector) -> Callable[[Vector], Vector] | None:
        """Return what takes a direction, (size,), to `H d`, (size,), H the Hessian at `params`.

        It is that of the loss without an L1 penalty, which has none. None where second derivatives
        are not known.
        """
        return None

    no_hessian: str = ""
    """Why `hessian_at` has no answer, where more is known of it than `kind`."""

    def unit_lengths(self, params: Vector) -> Vector:
        """Return for each param, (size,), the length of the weights into its unit; 0 of biases.

        Where params are not weights of units, the length of all of them.
        """
        return np.full(self.size, np.linalg.norm(params))

    def on_plane(self, plane: Plane) -> PlaneLoss:
        """Return the loss on a plane through the params; as it is, one evaluation a point."""
        return PointwiseLoss(self.value, plane)

    def picture_points(self, most: int) -> int:
        """Return the points a side of a picture: `most`, or as many as there is time for."""
        return most

    @property
    def null_params(self) -> Vector:
        """The params of a constant guess, `Loss.guess`, (size,); 0 where that means nothing."""
        return np.zeros(self.size)

    @property
    def feature_means(self) -> Vector:
        """The mean of each feature, (features,); of none where there are none."""
        return np.empty(0)

    def largest_margin_change(self, direction: Vector) -> float:
        """Return how far a step, (size,), moves the margin of any row at most; 0 without rows."""
        return 0.0

    def recession(self, params: Vector, gradient: Vector | None = None) -> Recession:
        """Return what is known of directions along which the loss falls for ever.

        `params`, (size,), help to find out: best those of the end of a run, with the `gradient`
        there of all rows, (size,), if it is known.
        """
        return Recession("unknown", f"of {self.kind} only values are known")

    def alike_layers(self, params: Vector) -> tuple[int, ...]:
        """Return the hidden layers, from 1, whose units all have the same weights in and out.

        Params are (size,).
        """
        return ()

    @property
    def rows_read(self) -> int:
        """How many rows an evaluation reads, as far as is known."""
        return self.count

    def by_layer(self, vector: Vector) -> Sequence[Vector]:
        """Return the weights of each layer in a vector of all params, (size,); see `layer_names`.

        Biases are no part of them.
        """
        return ()

    def activity(self, params: Vector) -> Sequence[LayerActivity] | None:
        """Return what the units of each hidden layer answer to the rows, at params, (size,).

        None where that is not known.
        """
        return None

    def curvature_of_rows(self, scale: str) -> float:
        """Return a bound on the curvature that the rows have without L2, by the trace of Z'Z.

        In the coordinates called `scale`; `inf` where there is no L2 to leave out, or none is
        known.
        """
        return inf

    def proved_gap(self, at: Evaluation, cheaply: bool = False) -> SureGap | None:
        """Return by how much lower than at `at` any loss can be, by all rows; None if not known.

        It may cost some passes over them, which it tells; `cheaply` asks for what costs none, or
        is about to prove enough.
        """
        return None

    @property
    def unproved(self) -> str:
        """Why `proved_gap` is not known, and what to do; empty where it is, or nothing is known."""
        return ""

    def duality_gap(self, at: Evaluation) -> float | None:
        """Return how much lower than at `at`, of all rows, any loss can be; None if not known."""
        return None

    def largest_loss(self, params: Vector, rows: NDArray[np.intp]) -> float:
        """Return the largest loss of some rows, (n,), at `params`, (size,); inf without rows."""
        return float("inf")

    def identifiability(self, full_rank: bool = False) -> "Identifiability | None":
        """Return along which params the loss does not change; None where that is not known.

        `full_rank` says that coordinates showed the loss to curve in every direction.
        """
        return None

    @property
    def rank_seconds(self) -> float:
        """About how many seconds `identifiability` takes where the rank is not known."""
        return 0.0

    def minimum_norm(self, known: "Identifiability", params: Vector) -> Vector:
        """Return the params, (size,), of the same loss with the least weights, by what is known."""
        return params

    def suggested_scale(self, plane_search: bool) -> tuple[str, str]:
        """Return the name of the coordinates in which to walk, and why."""
        return "none", "no scale: only weights and a bias can be scaled"

    def thinned(self, share: float, stream: tuple[int, ...]) -> "Objective | None":
        """Return the objective with a share of its hidden units left out; None of one without any.

        Which they are, of each row, is drawn from `stream`, whole numbers from 0 up.
        """
        return None

    def hessian_whitening(
        self, sample: "Objective", start: Vector | None = None
    ) -> "WhiteningByHessian | None":
        """Return what whitens by the Hessian on the path from `start`, (size,), if that is known.

        None where the Hessian is not.
        """
        return None

    def whiten(
        self, whitening: "WhiteningByHessian", at: Evaluation, shared: bool, thinning: int
    ) -> "Coordinates | None":
        """Return what `whitening` makes of the Hessian at `at`; see `WhiteningByHessian.at`."""
        return None

    @property
    def has_normal_equations(self) -> bool:
        """Whether `normal_equations` has an answer."""
        return False

    def normal_equations(self) -> "NormalEquations | RefinedEquations | None":
        """Return the objective as a quadratic with a root of its curvature; None where none is."""
        return None

    def smoothed(self) -> "Smoothed | None":
        """Return the objective with its kinks smoothed; None where it is not straight beside them.

        Also where products of all pairs of features would cost more than they are worth.
        """
        return None

    def inverse_root(self, row_weights: Vector) -> NDArray[np.float64] | None:
        """Return M, (size, size), with `M M' = (J' D J)^-1`, J how margins go with params.

        D are the row weights, (rows,). None where that is not known.
        """
        return None

    def random_start(self, generator: np.random.Generator) -> Vector | None:
        """Return random params, (size,), of a sensible size; None where the start must be given."""
        return None

    def coordinates(self, name: str) -> "Coordinates | None":
        """Return the coordinates called `name` in which to walk; None if there are none."""
        return None

    @property
    def standard_units(self) -> "Units | None":
        """Standard units, in which directions are comparable; None where there are no others."""
        return None

    def param_coordinates(self, name: str) -> "Coordinates | None":
        """Return the coordinates called `name` if each is that of one param; None if they mix.

        They come without a bound on the curvature.
        """
        return None

    def first_not_finite(self, params: Vector) -> str:
        """Return where in the forward pass at params, (size,), a number first is not finite.

        Empty where that is not known, or none is.
        """
        return ""

    @property
    def start_in_words(self) -> str:
        """How a random start is drawn, where more is to be said than its seed."""
        return ""

    @property
    def standard_in_words(self) -> str:
        """What standard units are."""
        return "each feature less its mean, by its standard deviation"

    def sample(self, indices: NDArray[np.intp]) -> "Objective | None":
        """Return the same objective on the rows `indices`, (chosen,); None if it has none."""
        return None

    @property
    def most_matrix(self) -> int:
        """How many numbers a matrix over pairs of params may have."""
        return Blocks.most_matrix

    @property
    def largest_sample(self) -> int:
        """How many rows the largest sample has that a descent may begin on."""
        return self.count // LARGEST_SAMPLE

    def random_sample(self, size: int, seed: int) -> "Objective | None":
        """Return the same objective on a sample of so many rows; None if it has none."""
        return self.sample(drawn_rows(self.count, size, seed))

    def stretch(self, at: slice) -> "Objective | None":
        """Return the same objective on neighbouring rows; None if it has none."""
        return None

    def copy_for_descent(self, reference: Vector | None = None) -> "Objective":
        """Return the objective for one descent: a copy of a stateful one, else itself.

        `reference` is the params, (size,), at which that was last evaluated in full.
        """
        return self

    def split(self, params: Vector) -> tuple[Vector, Any]:
        """Return the params under the penalty, and those that are free of it, each (some,)."""
        return params, params[:0]

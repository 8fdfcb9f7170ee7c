"""The network objective: the mean loss of a dense network, and what is known of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from steepest.data.array_blocks import blocks_of
from steepest.data.blocks import Block, Blocks
from steepest.data.float_types import FLOAT64, LOSS_ROUNDING
from steepest.data.moments import moments
from steepest.errors import ChoiceError
from steepest.numerals import short
from steepest.objective.coordinates.coordinates import Coordinates, Identity
from steepest.objective.coordinates.network_units import NetworkUnits
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.loss.loss import Loss, weighed
from steepest.objective.loss.members import check_loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.minimum.own_side import is_on_own_side
from steepest.objective.minimum.recession import Recession
from steepest.objective.model.activity import FAR, LayerActivity
from steepest.objective.model.hidden_layers import HiddenLayers
from steepest.objective.model.initial import INITIALISATIONS
from steepest.objective.model.model import Array
from steepest.objective.model.network import Network
from steepest.objective.model.network_hessian import NetworkHessian
from steepest.objective.model.thinned_pass import ThinnedPass, drawn_factors
from steepest.objective.plane.network import NetworkPlaneLoss
from steepest.objective.plane.plane import Plane
from steepest.objective.risk import Risk

__all__ = ["HiddenLayers", "NetworkObjective", "ThinnedNetwork"]

MOST_PARAMS = 2**26
"""Params of a network at most: 512 MB, of which a descent keeps several."""

TOGETHER = 600
"""Rows of a block at least: products of matrices want hundreds, and each block has a gradient.

Measured, 784-128-10, 5,000 rows, one thread: 294 rows took 49 ms for both products of the first
layer, 588 took 43, 2,500 took 44; in float32 21, 19 and 18.
"""

MOST_GRADIENTS = 2**32
"""Bytes of the gradients of all blocks of rows together, which are added up in a tree: 4 GB."""

MOST_KEPT = 2**26
"""Numbers that products with one Hessian keep between them, four a unit and row: 512 MB."""


class NetworkObjective(Risk):
    """`mean l(network(x), y) + l1 |weights|₁ + l2 / 2 |weights|²`, all biases free.

    `initial` is the name of the random start, one of `INITIALISATIONS`.
    """

    model: Network
    kind = "a network"
    is_convex = False
    has_page = True
    plane_is_dear = True
    keeps_margins = True

    def __init__(
        self, model: Network, loss: Loss, penalty: Penalty, blocks: Blocks, initial: str
    ) -> None:
        super().__init__(model, loss, penalty, blocks)
        self.initial, self.dtype = initial, model.dtype
        self.rounding = LOSS_ROUNDING[model.dtype]

    @classmethod
    def of(
        cls,
        X: Any,
        y: ArrayLike,
        loss: Loss,
        penalty: Penalty,
        hidden: HiddenLayers,
        *,
        sample_weight: ArrayLike | None = None,
        threads: int | None = None,
    ) -> "NetworkObjective":
        """Return the objective of rows X, (rows, features), and targets y, (rows,).

        Raises ChoiceError for targets that the loss is not made for, and for more params than there
        is room for.
        """
        units = sum(hidden.units) + loss.margins
        blocks = blocks_of(
            X,
            y,
            sample_weight,
            outputs=units,
            threads=threads,
            dtype=hidden.dtype,
            least=TOGETHER,
        )
        loss.check(blocks.y)
        check_loss(loss, blocks.y)
        model = hidden.network(blocks.features, loss.margins)
        _check(model, len(blocks.slices))
        return cls(model, loss, penalty, blocks, hidden.initial)

    @property
    def hidden(self) -> HiddenLayers:
        """What makes the network beside its data."""
        model = self.model
        return HiddenLayers(model.sizes[1:-1], model.activation, self.initial, model.dtype)

    def to_record(self) -> dict[str, object]:
        """Return the hidden layers as a file holds them."""
        return {"network": self.hidden.to_dict()}

    @property
    def has_curvature(self) -> bool:  # type: ignore[override]
        """Whether the loss has second derivatives; at the kinks of units they are taken as 0."""
        return self.loss.smooth

    def curvature_along(
        self, at: Evaluation, directions: Sequence[Vector], before: Evaluation | None = None
    ) -> Array:
        """Return `u' H v`, (k, k), for directions u, v, (params,): one read of X.

        `H = J' l'' J + sum l' f''`, plus L2: Gauss and Newton's part and that of the units' own
        curvature; L1 has none but at its kinks.
        """
        network, loss, margins = self.model.at(at.params), self.loss, at.cache

        def work(block: Block) -> tuple[Array]:
            margin = margins[block.at]
            slope = weighed(loss.slope(margin, block.y), block.weight)
            moves, second = network.second_derivatives(block.X, slope, directions)
            return (loss.hessian_along(margin, block.y, block.weight, moves) + second,)

        (total,) = self.blocks.sum(work)
        hessian: Array = total / self.blocks.total
        weights = np.array([direction[self.layout.weights] for direction in directions])
        return hessian + self.penalty.l2 * (weights @ weights.T)

    def hessian_at(self, params: Vector) -> Callable[[Vector], Vector] | None:
        """Return what takes a direction, (params,), to the Hessian times it, by the R-operator.

        What products share is kept while there is room, else worked out anew for each. It is in
        float64, whatever the network computes with: of a network in float32 it is that of its loss
        without rounding, so that a residual says what it does of others.
        """
        if not self.has_curvature:
            return None
        if self.dtype != FLOAT64:
            return self.in_float64().hessian_at(params.astype(FLOAT64))
        blocks, model, loss, where = self.blocks, self.model, self.loss, self.layout.weights
        network = model.at(params)

        def prepared(block: Block) -> tuple[NetworkHessian, Callable[[Array], Array]]:
            margin = network.output(block.X)
            slope = weighed(loss.slope(margin, block.y), block.weight)
            hessian = NetworkHessian.at(model, params, block.X, slope)
            return hessian, loss.curve(margin, block.y)

        room = 4 * self.count * sum(model.sizes[1:]) <= MOST_KEPT
        kept = dict(blocks.map(lambda b: (b.at.start, prepared(b)))) if room else {}

        def product(direction: Vector) -> Vector:
            def work(block: Block) -> tuple[Vector]:
                hessian, curve = kept.get(block.at.start) or prepared(block)
                along = hessian.product(direction, lambda u: weighed(curve(u), block.weight))
                return (along,)

            (total,) = blocks.sum(work)
            found: Vector = total / blocks.total
            found[where] += self.penalty.l2 * direction[where]
            return found

        return product

    def on_plane(self, plane: Plane) -> NetworkPlaneLoss:
        """Return the loss on a plane, many points at a time."""
        return NetworkPlaneLoss(self, plane)

    @np.errstate(over="ignore", invalid="ignore")
    def first_not_finite(self, params: Vector) -> str:
        """Return the first layer of whose params, (params,), or sums one is not finite."""
        names = [*(f"layer {i}" for i in range(1, len(self.model.sizes) - 1)), "the output"]
        layers = zip(names, self.model.layers(params), strict=True)
        wrong = [name for name, layer in layers if not all(np.isfinite(p).all() for p in layer)]
        if wrong:
            return f"a weight or bias of {wrong[0]}"
        network = self.model.at(params)

        def work(block: Block) -> tuple[Array]:
            sums = network.forward(block.X).sums
            return (np.array([float(not np.isfinite(z).all()) for z in sums]),)

        (found,) = self.blocks.sum(work)
        return f"a sum of {names[int(found.argmax())]}" if found.any() else ""

    @property
    def layer_names(self) -> tuple[str, ...]:  # type: ignore[override]
        """The layers by their numbers, from 1; the last is the output."""
        return tuple(f"layer {i}" for i in range(1, len(self.model.sizes)))

    def by_layer(self, vector: Vector) -> list[Vector]:
        """Return the weights of each layer in a vector of all params, (params,)."""
        return [layer.weights.ravel() for layer in self.model.matrices(vector)]

    @np.errstate(over="ignore", invalid="ignore")
    def activity(self, params: Vector) -> list[LayerActivity]:
        """Return what the units of each hidden layer answer to the rows at params, (params,)."""
        network, activation = self.model.at(params), self.model.activation
        ends = np.cumsum(self.model.sizes[1:-2])

        def work(block: Block) -> tuple[Array, Array]:
            sums = network.forward(block.X).sums[:-1]
            over = [np.count_nonzero(z > 0.0, axis=1) for z in sums]
            far = [np.count_nonzero(np.abs(z) >= FAR, axis=1) for z in sums]
            return np.concatenate(over).astype(float), np.concatenate(far).astype(float)

        over, far = self.blocks.sum(work)
        bounded = activation.of_exponential is not None
        return [
            LayerActivity(
                units=len(one),
                dead=int(np.sum(one == 0.0)) if activation.is_ramp else 0,
                saturated=float(distant.mean() / self.count) if bounded else 0.0,
            )
            for one, distant in zip(np.split(over, ends), np.split(far, ends), strict=True)
        ]

    def alike_layers(self, params: Vector) -> tuple[int, ...]:
        """Return the hidden layers, from 1, whose units are all the same at params, (size,)."""
        return self.model.alike_layers(params)

    def recession(self, params: Vector, gradient: Vector | None = None) -> Recession:
        """Return what is known of a direction along which the loss falls for ever.

        If each row is on its own class's side, all its margins may grow by the same factor: along
        the last layer's params, (size,), the loss falls to 0, whatever the layers before are.
        """
        if not self.loss.is_log_loss or self.penalty:
            return Recession("unknown", "of a network it is looked for among classes")
        margins = self.in_float64().margins(params)
        if not is_on_own_side(margins, self.blocks.y).all():
            return Recession("unknown", "at the end a row is on another class's side")
        direction = np.zeros(self.size)
        last, there = self.model.matrices(params)[-1], self.model.matrices(direction)[-1]
        there.weights[:], there.bias[:] = last.weights, last.bias
        return Recession(
            "proved",
            "each row is on its own class's side, so all margins may grow by the same factor",
            direction=direction,
            rows=np.arange(self.count),
            complete=True,
        )

    @cached_property
    def units(self) -> NetworkUnits:
        """Standard units by the moments of the features and the spread of the target."""
        spread = self.loss.spread(self.blocks.y, self.blocks.sample_weight)
        return NetworkUnits(self.model, *moments(self.blocks), spread or 1.0)

    @property
    def margin_spread(self) -> float:  # type: ignore[override]
        """The spread of a usual margin, as in `units`."""
        return self.units.spread

    @property
    def standard_units(self) -> NetworkUnits:
        """Standard units, as those of `units`."""
        return self.units

    def coordinates(self, name: str) -> Coordinates | None:
        """Return standard units or the reader's own, of the type of the params; else None."""
        units = self.units if self.dtype == FLOAT64 else replace(self.units, dtype=self.dtype)
        known: dict[str, Coordinates] = {"standard": units, "none": Identity()}
        return known.get(name)

    def param_coordinates(self, name: str) -> Coordinates | None:
        """Return the same: each of these is that of one param."""
        return self.coordinates(name)

    @property
    def standard_in_words(self) -> str:
        """What standard units are: of the hidden layers' params too."""
        features, spread = super().standard_in_words, self.units.spread
        return features if spread == 1.0 else f"{features}; hidden params times {short(spread)}"

    @property
    def start_in_words(self) -> str:
        """How the random start is drawn, layer by layer."""
        drawn = INITIALISATIONS[self.initial]
        return (
            f"weights {drawn.in_words} ({self.initial}), in standard units; biases "
            f"{drawn.biases_in_words}, those of the output at the best constant guess"
        )

    def suggested_scale(self, plane_search: bool) -> tuple[str, str]:
        """Return standard units, and why."""
        return "standard", "standard: the units of a network see all features in equal size"

    def random_start(self, generator: np.random.Generator) -> Vector:
        """Return random weights and biases, (params,), by the name of the initialisation.

        They are drawn for features and margins in standard units (the output's bias is the best
        constant guess), and reported in the reader's.
        """
        spread, position = self.units.spread, np.zeros(self.size)
        draw, gain = INITIALISATIONS[self.initial], self.model.activation.initial_gain
        layers = self.model.matrices(position)
        for layer in layers:
            layer.weights[:] = spread * draw.weights(generator, layer.weights.shape, gain)
            layer.bias[:] = spread * draw.biases(generator, layer.weights.shape)
        layers[-1].bias[:] = self.guess
        return self.units.params(position)

    def thinned(self, share: float, stream: tuple[int, ...]) -> "NetworkObjective":
        """Return the objective with a share of its hidden units left out."""
        return ThinnedNetwork(self, share, stream)

    def in_float64(self) -> "NetworkObjective":
        """Return the same objective, computed with float64: of rows in float32, as they are."""
        if self.dtype == FLOAT64:
            return self
        model, blocks = replace(self.model, dtype=FLOAT64), self.blocks.in_float64()
        return NetworkObjective(model, self.loss, self.penalty, blocks, self.initial)

    def on(self, blocks: Blocks, penalty: Penalty | None = None) -> "NetworkObjective":
        """Return the same objective on other rows, under another penalty if one is given."""
        kept = self.penalty if penalty is None else penalty
        return NetworkObjective(self.model, self.loss, kept, blocks, self.initial)


class ThinnedNetwork(NetworkObjective):
    """The loss of `whole` with a `share` of the hidden units of each row left out, drawn once.

    Which they are is set by `stream`, whole numbers, and by the row's block: the same at every
    evaluation, and for any number of threads.
    """

    def __init__(self, whole: NetworkObjective, share: float, stream: tuple[int, ...]) -> None:
        super().__init__(whole.model, whole.loss, whole.penalty, whole.blocks, whole.initial)
        self.share, self.stream = share, stream

    def evaluate(self, params: Vector) -> Evaluation:
        """Return loss and gradient at `params`, (params,), of the units that are left."""
        at, total_and_slope = self.model.at(params), self.loss.total_and_slope
        margins, units = self._margin_array(), self.model.sizes[1:-1]

        def work(block: Block) -> tuple[float, Vector]:
            generator = np.random.default_rng([*self.stream, block.at.start])
            factors = drawn_factors(generator, units, len(block.y), self.share)
            passed = ThinnedPass(at, block.X, factors)
            margin = margins[block.at] = passed.output
            total, slope = total_and_slope(margin, block.y, block.weight)
            return total, passed.pullback(slope)

        total, smooth = self.blocks.sum(work)
        return self._evaluation(params, total, smooth, margins)

    def value(self, params: Vector) -> float:
        """Return the loss at `params`, (params,), of the units that are left."""
        return self.evaluate(params).loss


def _check(model: Network, blocks: int) -> None:
    """Raise ChoiceError for a network of whose gradients there is no room for all."""
    sizes, size = "-".join(map(str, model.sizes)), model.layout.size
    if size > MOST_PARAMS:
        raise ChoiceError(
            f"the network {sizes} has {size:,} params, but there is room for {MOST_PARAMS:,}; "
            "choose fewer hidden units"
        )
    if 8 * size * blocks > MOST_GRADIENTS:
        raise ChoiceError(
            f"the network {sizes} has {size:,} params, and {blocks:,} gradients of these, one for "
            f"each block of rows, take {8 * size * blocks / 2**30:.1f} GB; choose fewer hidden "
            "units"
        )

"""A dense network: layers of units, each a weighted sum of the layer before and a bias.

Forward, layer by layer, from the row x itself:

    a_0 = x,    z_l = W_l a_(l-1) + b_l,    a_l = s(z_l),    output = z_L

Backward, from the derivative `delta_L` of the loss by the output (Rumelhart, Hinton & Williams
1986, "Learning representations by back-propagating errors"):

    gradient by W_l = delta_l a_(l-1)',   by b_l = delta_l,   delta_(l-1) = s'(z_(l-1)) W_l' delta_l

W_l is (units, inputs), a row for each receiving unit. Inside, a layer's numbers are (units, rows),
so that what is done unit by unit runs along memory; the rows of a block are taken all at once. A
bias is the weight from a unit that always answers 1: `[W b] [a; 1]` are the sums in one product.

Params are all weights, layer by layer, receiving unit by receiving unit, then all biases in the
same order: of 2-8-8-1 `weight 15` goes to unit 8 of layer 1 from input 1, and `bias 14` is that of
unit 6 of layer 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from threading import get_ident
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Matrix
from steepest.data.float_types import FLOAT64
from steepest.data.sparse import is_sparse
from steepest.objective.evaluation import Vector
from steepest.objective.model.activation import Activation
from steepest.objective.model.model import Array, Layer, Layout
from steepest.objective.model.network_pass import Pass, pass_of
from steepest.objective.model.network_products import put_back, put_sum_of_parts, put_sums
from steepest.objective.model.param_name import Places, index_of
from steepest.objective.model.row_product import row_product

__all__ = ["Network", "NetworkAt"]


class _Matrix(NamedTuple):
    """A layer as it is multiplied: weights (units, inputs), and bias (units,)."""

    weights: Array
    bias: Array


@dataclass(frozen=True)
class Network:
    """Layers of `sizes` units, the inputs first and the outputs last, with one activation inside.

    >>> from steepest.objective.model.activation import choose_activation
    >>> net = Network((2, 8, 8, 1), choose_activation("tanh"))
    >>> net.layout.size, net.unit_of(14)
    (105, 'weight 15: layer 1, unit 8, from input 1')
    """

    sizes: tuple[int, ...]
    activation: Activation
    dtype: np.dtype[Any] = FLOAT64
    """What it computes with: float64, or float32. Its margins are float64 in either case."""
    params_in_words: ClassVar[str] = "weights and biases"
    weight_prefix: ClassVar[str] = ""

    @property
    def in_words(self) -> str:
        """Its layers and its activation: `network 2-8-8-1, tanh`; that it is in float32."""
        single = "" if self.dtype == FLOAT64 else f", {self.dtype.name}"
        return f"network {self._shape}, {self.activation.name}{single}"

    @cached_property
    def layout(self) -> Layout:
        """All weights, then all biases."""
        weights = sum(before * after for before, after in pairwise(self.sizes))
        biases = sum(self.sizes[1:])
        size = weights + biases
        return Layout((size, 1), size, biases, slice(0, weights))

    @cached_property
    def places(self) -> Places:
        """Where each layer's weights are among the params, their shape, where its biases are."""
        counts = [before * after for before, after in pairwise(self.sizes)]
        ends = list(accumulate([*counts, *self.sizes[1:]], initial=0))
        places = [slice(begin, end) for begin, end in pairwise(ends)]
        shapes = [(after, before) for before, after in pairwise(self.sizes)]
        return tuple(zip(places[: len(counts)], shapes, places[len(counts) :], strict=True))

    def matrix(self, params: Vector, layer: int) -> _Matrix:
        """Return one layer of `params`, (params,), from 0: weights (units, inputs), bias."""
        weights, shape, bias = self.places[layer]
        return _Matrix(params[weights].reshape(shape), params[bias])

    def matrices(self, params: Vector) -> list[_Matrix]:
        """Return all layers of `params`, (params,), each as `matrix` does."""
        return [
            _Matrix(params[weights].reshape(shape), params[bias])
            for weights, shape, bias in self.places
        ]

    def joined(self, params: Vector) -> list[Array]:
        """Return a copy of each layer of `params`, (params,), as `[W b]'`, (inputs + 1, units)."""
        order, places = self._joined
        numbers = params[order]
        return [numbers[at].reshape(shape) for at, shape in places]

    @cached_property
    def _joined(self) -> tuple[NDArray[np.intp], list[tuple[slice, tuple[int, int]]]]:
        """Which param stands where of the layers `[W b]'`, one after the other, and their places.

        The first is (params,); a place is where a layer is among them, and its shape.
        """
        numbered = self.matrices(np.arange(self.layout.size, dtype=np.float64))
        joined = [np.vstack([W.T, b]) for W, b in numbered]
        ends = list(accumulate([one.size for one in joined], initial=0))
        places = [slice(begin, end) for begin, end in pairwise(ends)]
        order = np.concatenate([one.ravel() for one in joined]).astype(np.intp)
        return order, [(at, one.shape) for at, one in zip(places, joined, strict=True)]

    def layers(self, params: Vector) -> list[Layer]:
        """Return the layers of `params`, (params,), as views of it."""
        return [Layer(weights.T, bias) for weights, bias in self.matrices(params)]

    def alike_layers(self, params: Vector) -> tuple[int, ...]:
        """Return the hidden layers, from 1, whose units are the same: weights in and out, biases.

        >>> from steepest.objective.model.activation import choose_activation
        >>> Network((2, 3, 1), choose_activation("tanh")).alike_layers(np.zeros(13))
        (1,)
        """
        pairs = enumerate(pairwise(self.matrices(params)), start=1)
        return tuple(layer for layer, (into, out) in pairs if _are_alike(into, out.weights))

    def surface_params(self, start: Vector, end: Vector) -> tuple[int, int]:
        """Return the indices of the weight and the bias that moved most, of (params,)."""
        moved, weights = np.abs(end - start), self.layout.weights.stop
        return int(moved[:weights].argmax()), weights + int(moved[weights:].argmax())

    def unit_lengths(self, params: Vector) -> Vector:
        """Return for each param, (params,), the length of the weights into its unit; 0 of biases.

        >>> from steepest.objective.model.activation import choose_activation
        >>> Network((2, 1, 1), choose_activation("tanh")).unit_lengths(np.array([3, 4, -2.0, 7, 8]))
        array([5., 5., 2., 0., 0.])
        """
        lengths = np.zeros(params.shape)
        for here, there in zip(self.matrices(params), self.matrices(lengths), strict=True):
            there.weights[:] = np.linalg.norm(here.weights, axis=1)[:, None]
        return lengths

    def index_of(self, name: str) -> int:
        """Return the index, from 0, of the param that a name says, by its number or by its unit.

        `weight 15` and `bias 14`, or `layer 2, unit 3, from unit 1` and `layer 2, unit 3`; what
        the first layer's weights are from are inputs. Raises ChoiceError for what is not there.

        >>> from steepest.objective.model.activation import choose_activation
        >>> net = Network((2, 8, 8, 1), choose_activation("tanh"))
        >>> net.index_of("weight 15"), net.index_of("layer 1, unit 8, from input 1")
        (14, 14)
        """
        return index_of(str(name), self.sizes, self.places)

    @property
    def _shape(self) -> str:
        return "-".join(map(str, self.sizes))

    def param_names(
        self, features: Sequence[str], classes: Sequence[object] | None
    ) -> tuple[str, ...]:
        """Return the names of all params, (params,): `weight 1`, ..., `bias 1`, ..."""
        weights = self.layout.weights.stop
        biases = self.layout.size - weights
        names = [f"weight {i}" for i in range(1, weights + 1)]
        return (*names, *[f"bias {i}" for i in range(1, biases + 1)])

    def param_units(self, units: Sequence[str], margin: str) -> tuple[str, ...]:
        """Return the unit of each param, (params,): none, but of the output's biases."""
        outputs = self.sizes[-1]
        return ("",) * (self.layout.size - outputs) + (margin,) * outputs

    def unit_of(self, index: int) -> str:
        """Return where param `index`, from 0, stands: its layer, unit and input.

        Raises IndexError for one that is not there.
        """
        for layer, (weights, _, biases) in enumerate(self.places, start=1):
            if weights.start <= index < weights.stop:
                unit, source = divmod(index - weights.start, self.sizes[layer - 1])
                begin = f"input {source + 1}" if layer == 1 else f"unit {source + 1}"
                return f"weight {index + 1}: layer {layer}, unit {unit + 1}, from {begin}"
            if biases.start <= index < biases.stop:
                bias = index - self.layout.weights.stop + 1
                return f"bias {bias}: layer {layer}, unit {index - biases.start + 1}"
        raise IndexError(f"there is no param {index}: the network has {self.layout.size}")

    def at(self, params: Vector) -> "NetworkAt":
        """Return the network at `params`, (params,), as numbers of its type."""
        return NetworkAt(self, np.asarray(params, dtype=self.dtype))


class NetworkAt:
    """A network at some params."""

    def __init__(self, model: Network, params: Vector) -> None:
        self.model, self.activation, self.dtype = model, model.activation, model.dtype
        self.params, self.joined = params, model.joined(params)
        self._last: dict[int, tuple[Matrix, Pass, int]] = {}

    @cached_property
    def matrices(self) -> list[_Matrix]:
        """Weights (units, inputs), and bias (units,), of each layer."""
        return self.model.matrices(self.params)

    def forward(self, X: Matrix) -> Pass:
        """Return all sums and activations for the rows X, (rows, inputs): the caller's own."""
        return self._forward(X, Pass(self.model.sizes, X.shape[0], self.dtype))

    def _forward(self, X: Matrix, numbers: Pass) -> Pass:
        """Return the room `numbers`, filled with all sums and activations for the rows X."""
        numbers.begin(_as(self.dtype, _dense(X)))
        inputs, sums, value = numbers.inputs, numbers.sums, self.activation.value
        put_sums(self.joined[0], inputs[0], sums[0], numbers.parts)
        for i in range(1, len(sums)):
            value(sums[i - 1], numbers.activations[i])
            self.joined[i].T.dot(inputs[i], sums[i])
        return numbers

    def _passed(self, X: Matrix) -> Pass:
        """Return the same in the room that the thread keeps: gone with its next pass.

        Those of the rows that it asked for last are still there, for the backward pass.
        """
        known = self._last.get(get_ident())
        if known is not None and known[0] is X and known[1].count == known[2]:
            return known[1]
        numbers = self._forward(X, pass_of(self.model.sizes, X.shape[0], self.dtype))
        self._last[get_ident()] = X, numbers, numbers.count
        return numbers

    def output(self, X: Matrix) -> Array:
        """Return the margins of rows X, (rows,) or (rows, k), as float64.

        So a loss has all its digits, and its sum over rows loses none, whatever the type.
        """
        return _as(FLOAT64, _by_row(self._passed(X).sums[-1]))

    def output_by_row(self, X: Matrix) -> Array:
        """Return the margins of rows X, each from its own numbers alone: for predictions.

        They are worked out in float64, whatever the type of the params.
        """
        a = _dense(X)
        for weights, bias in self.matrices[:-1]:
            a = self.activation.value(row_product(a, weights) + bias[:, None]).T
        weights, bias = self.matrices[-1]
        return _by_row(row_product(a, weights) + bias[:, None])

    def pullback(self, X: Matrix, slope: Array) -> Vector:
        """Return `J' slope`, (params,): backpropagation; `slope` is of the output's shape."""
        numbers = self._passed(X)
        by = numbers.by = numbers.by or self.model.matrices(numbers.gradient)
        delta, sums, ones = _as(self.dtype, _by_unit(slope)), numbers.sums, numbers.ones
        for i in range(len(sums) - 1, 0, -1):
            weights, bias = by[i]
            delta.dot(ones, bias)
            delta.dot(numbers.across[i - 1], weights)
            a, room = numbers.activations[i], numbers.slopes[i - 1]
            slopes = self.activation.slope(sums[i - 1], a, room)
            if i == 1 and len(delta) == 1:
                slopes *= delta
                self._put_first(X, numbers, slopes)
                return self._times_weights(numbers)
            delta = put_back(self.joined[i][:-1], delta, out=numbers.deltas[i - 1])
            delta *= slopes
        self._put_first(X, numbers, delta)
        return numbers.gradient.copy()

    def _put_first(self, X: Matrix, numbers: Pass, delta: Array) -> None:
        """Put the gradient by the first layer, of `delta` (units, rows), into the pass's room."""
        weights, bias = numbers.by[0]
        as_is = isinstance(X, np.ndarray) and X.dtype == self.dtype
        rows: Any = X if as_is else numbers.activations[0].T
        delta.dot(numbers.ones, bias)
        put_sum_of_parts(delta, rows, numbers.parts, weights)

    def _times_weights(self, numbers: Pass) -> Vector:
        """Return the gradient once the first layer's is times the weights w of the one output.

        With `delta = w s' delta_2` a unit's w is a factor of all its sums over rows, which is
        multiplied once they are made: no outer product `w delta_2` of units and rows.
        """
        out = self.joined[1][:-1]
        gradient = numbers.gradient.copy()
        weights, bias = self.model.matrix(gradient, 0)
        weights *= out
        bias *= out[:, 0]
        return gradient

    def _slopes(self, forward: Pass) -> list[Array]:
        """Return `s'` of each hidden layer."""
        pairs = zip(forward.sums, forward.activations[1:], strict=False)
        return [self.activation.slope(z, a) for z, a in pairs]

    def _moves(self, forward: Pass, slopes: list[Array], direction: Vector) -> "_Moves":
        """Return z' and a' of each layer along a direction."""
        along = self.model.matrices(_as(self.dtype, direction))
        moves = _Moves(along, [], [])
        for i, (weights, bias) in enumerate(along):
            z = weights @ forward.activations[i]
            z += bias[:, None]
            if i:
                z += self.matrices[i].weights @ moves.activations[-1]
            moves.sums.append(z)
            if i < len(slopes):
                moves.activations.append(slopes[i] * z)
        return moves

    def second_derivatives(
        self, X: Matrix, slope: Array, directions: Sequence[Vector]
    ) -> tuple[list[Array], Array]:
        """Return `J u` for each direction, and `sum slope f_uv` for each pair, (k, k).

        `f_uv` is the second derivative of the outputs along u and v, by forward passes alone:
        `z_l'' = W_l a_(l-1)'' + U a_v' + V a_u'` and `a'' = s'(z) z'' + s''(z) z_u' z_v'`. With the
        curvature of the loss by its margins these make `u' H v` (Griewank & Walther 2008,
        "Evaluating derivatives", chapter 13). `slope` is of the output's shape.
        """
        forward = self._passed(X)
        slopes = self._slopes(forward)
        moves = [self._moves(forward, slopes, direction) for direction in directions]
        pairs = zip(forward.sums, forward.activations[1:], strict=False)
        curvatures = [self.activation.curvature(z, a) for z, a in pairs]
        delta = _as(self.dtype, _by_unit(slope))
        second = np.empty((len(directions), len(directions)))
        for i, u in enumerate(moves):
            for j, v in enumerate(moves[: i + 1]):
                z = self._second_moves(u, v, slopes, curvatures)
                second[i, j] = second[j, i] = np.vdot(delta, z)
        return [_as(FLOAT64, _by_row(move.sums[-1])) for move in moves], second

    def _second_moves(
        self, u: "_Moves", v: "_Moves", slopes: list[Array], curvatures: list[Array]
    ) -> Array:
        """Return `z_L''` along u and v, (outputs, rows); a linear model has none."""
        z = np.zeros_like(u.sums[0])
        for i, (slope, curvature) in enumerate(zip(slopes, curvatures, strict=True)):
            curved = curvature * u.sums[i]
            curved *= v.sums[i]
            if i:
                curved += slope * z
            z = self.matrices[i + 1].weights @ curved
            z += u.along[i + 1].weights @ v.activations[i]
            z += v.along[i + 1].weights @ u.activations[i]
        return z


class _Moves(NamedTuple):
    """How a network moves `along` a direction: z' of all layers, a' of the hidden ones."""

    along: list[_Matrix]
    sums: list[Array]
    activations: list[Array]


def _are_alike(layer: _Matrix, out: Array) -> bool:
    """Return whether all units, of two or more, are the same: weights in, bias, weights out."""
    units = np.column_stack([layer.weights, layer.bias, out.T])
    return len(units) > 1 and bool((units == units[0]).all())


def _dense(X: Matrix) -> Array:
    """Return the rows as a dense array."""
    dense: Array = X.toarray() if is_sparse(X) else X
    return dense


def _as(dtype: np.dtype[Any], numbers: Array) -> Array:
    """Return numbers as those of a type: a copy where they are not."""
    return numbers if numbers.dtype == dtype else numbers.astype(dtype)


def _by_row(output: Array) -> Array:
    """Return (outputs, rows) as (rows,) of one output, else as (rows, outputs)."""
    return output[0] if len(output) == 1 else output.T


def _by_unit(slope: Array) -> Array:
    """Return the slopes of rows as (outputs, rows)."""
    return slope[None, :] if slope.ndim == 1 else slope.T

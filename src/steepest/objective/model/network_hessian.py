"""The Hessian of a network times a direction, by the R-operator: exactly, and never as a matrix.

`R{f}` is the derivative of f along the direction (V, c) of the params, all others forward and
backward at once (Pearlmutter 1994, "Fast exact multiplication by the Hessian", Neural Computation
6). Of the sums z, activations a and deltas of `network.py`:

    R{z_l} = W_l R{a_(l-1)} + V_l a_(l-1) + c_l,              R{a_l} = s'(z_l) R{z_l}
    R{delta_L} = l'' R{z_L}
    R{delta_(l-1)} = s' (W_l' R{delta_l} + V_l' delta_l) + s'' R{z_(l-1)} W_l' delta_l
    (H d) by W_l = R{delta_l} a_(l-1)' + delta_l R{a_(l-1)}',   by b_l = R{delta_l}

That is a forward and a backward pass again, at about twice the cost of a gradient. What does not
depend on the direction is worked out once, for all products at the same params.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from steepest.data.blocks import Matrix
from steepest.data.sparse import is_sparse
from steepest.objective.evaluation import Vector
from steepest.objective.model.model import Array
from steepest.objective.model.network import Network
from steepest.objective.model.network_products import parts_of_rows, put_back, put_sum_of_parts

__all__ = ["NetworkHessian"]


@dataclass(frozen=True, eq=False)
class NetworkHessian:
    """The sum of some rows' Hessians at some params; all arrays are (units, rows), by layer.

    `weights` are W_l, `inputs` a_0 to a_(L-1), `slopes` s' and `curvatures` s'' W' delta of the
    hidden layers (None where the activation has no curvature), `deltas` delta_1 to delta_L.
    """

    model: Network
    weights: list[Array]
    inputs: list[Array]
    slopes: list[Array]
    curvatures: list[Array | None]
    deltas: list[Array]

    @classmethod
    def at(cls, model: Network, params: Vector, X: Matrix, slope: Array) -> "NetworkHessian":
        """Return that of the rows X at params, (params,).

        `slope` is the derivative of their losses by the margins, in the shape of the output.
        """
        activation, sums, inputs = model.activation, [], [_dense(X).T]
        weights = [matrix.weights for matrix in model.matrices(params)]
        for after, bias in model.matrices(params)[:-1]:
            sums.append(after @ inputs[-1] + bias[:, None])
            inputs.append(activation.value(sums[-1]))
        slopes: list[Array] = []
        curvatures: list[Array | None] = []
        deltas = [np.ascontiguousarray(slope[None, :] if slope.ndim == 1 else slope.T)]
        hidden = list(zip(weights[1:], sums, inputs[1:], strict=True))
        for after, z, a in reversed(hidden):
            back, s1, s2 = after.T @ deltas[0], activation.slope(z, a), activation.curvature(z, a)
            curvatures.insert(0, s2 * back if s2.any() else None)
            slopes.insert(0, s1)
            deltas.insert(0, s1 * back)
        return cls(model, weights, inputs, slopes, curvatures, deltas)

    def product(self, direction: Vector, curve: Callable[[Array], Array]) -> Vector:
        """Return `H d`, (params,), of a direction d, (params,).

        `curve` takes how margins move to how their slopes do, `l'' u`, in the output's shape.
        """
        along = self.model.matrices(direction)
        sums, activations = self._forward(direction)
        moved = sums[-1]
        delta = np.atleast_2d(curve(moved[0] if len(moved) == 1 else moved.T).T)
        product = np.empty(self.model.layout.size)
        by = self.model.matrices(product)
        for i in range(len(self.weights) - 1, -1, -1):
            rows = self.inputs[i].T
            put_sum_of_parts(
                delta, rows, parts_of_rows(by[i].weights.size, len(rows)), by[i].weights
            )
            np.add.reduce(delta, axis=1, out=by[i].bias)
            if i:
                by[i].weights[:] += self.deltas[i] @ activations[i - 1].T
                delta = _times(self.weights[i].T, delta)
                delta += _times(along[i].weights.T, self.deltas[i])
                delta *= self.slopes[i - 1]
                curvature = self.curvatures[i - 1]
                if curvature is not None:
                    sums[i - 1] *= curvature
                    delta += sums[i - 1]
        return product

    def _forward(self, direction: Vector) -> tuple[list[Array], list[Array]]:
        """Return R{z} of all layers and R{a} of the hidden ones."""
        sums: list[Array] = []
        activations: list[Array] = []
        for i, (weights, bias) in enumerate(self.model.matrices(direction)):
            z = weights @ self.inputs[i]
            z += bias[:, None]
            if i:
                z += self.weights[i] @ activations[-1]
            sums.append(z)
            if i < len(self.slopes):
                activations.append(self.slopes[i] * z)
        return sums, activations


def _dense(X: Matrix) -> Array:
    """Return the rows as a dense array."""
    dense: Array = X.toarray() if is_sparse(X) else X
    return dense


def _times(left: Array, right: Array) -> Array:
    """Return the product, `W' delta`."""
    return put_back(left, right, np.empty((len(left), right.shape[1])))

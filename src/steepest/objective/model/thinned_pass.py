"""A pass over rows through a network of which some units are left out: dropout.

    a_l = m_l s(z_l),   delta_l = m_l s'(z_l) W_(l+1)' delta_(l+1),   m = 0 or 1 / (1 - share)

with an m of its own for each unit and row, 0 with the probability `share`: the mean of `a` over
the draws is `s(z)`, so the whole network is evaluated as it is (Srivastava, Hinton, Krizhevsky,
Sutskever & Salakhutdinov 2014, "Dropout: a simple way to prevent neural networks from overfitting",
JMLR 15; "inverted", as in PyTorch).
"""

from collections.abc import Sequence

import numpy as np

from steepest.data.blocks import Matrix
from steepest.data.sparse import is_sparse
from steepest.objective.evaluation import Vector
from steepest.objective.model.model import Array
from steepest.objective.model.network import NetworkAt

__all__ = ["ThinnedPass", "drawn_factors"]


class ThinnedPass:
    """Rows X, (rows, inputs), through a network; `factors` m is (units, rows) a hidden layer."""

    def __init__(self, network: NetworkAt, X: Matrix, factors: Sequence[Array]) -> None:
        self._network, self._slopes = network, list[Array]()
        self._activations: list[Array] = [(X.toarray() if is_sparse(X) else X).T]
        factors = [factor.astype(network.dtype, copy=False) for factor in factors]
        for (weights, bias), factor in zip(network.matrices[:-1], factors, strict=True):
            z = weights @ self._activations[-1] + bias[:, None]
            a = network.activation.value(z)
            self._slopes.append(factor * network.activation.slope(z, a))
            self._activations.append(factor * a)
        weights, bias = network.matrices[-1]
        z = weights @ self._activations[-1] + bias[:, None]
        self.output: Array = (z[0] if len(z) == 1 else z.T).astype(np.float64, copy=False)
        """The margins, (rows,) or (rows, k), as float64."""

    def pullback(self, slope: Array) -> Vector:
        """Return `J' slope`, (params,); `slope` is of the output's shape."""
        model, matrices = self._network.model, self._network.matrices
        gradient: Vector = np.empty(model.layout.size, self._network.dtype)
        layers = zip(matrices, model.matrices(gradient), self._activations, strict=True)
        delta = (slope[None, :] if slope.ndim == 1 else slope.T).astype(gradient.dtype, copy=False)
        for at, (here, by, a) in reversed(list(enumerate(layers))):
            by.weights[:], by.bias[:] = delta @ a.T, delta.sum(axis=1)
            if at:
                delta = (here.weights.T @ delta) * self._slopes[at - 1]
        return gradient


def drawn_factors(
    generator: np.random.Generator, units: Sequence[int], rows: int, share: float
) -> list[Array]:
    """Return m of each hidden layer of `units`, (units, rows): 0 for about a `share` of them.

    >>> (m,) = drawn_factors(np.random.default_rng(0), [2], 3, 0.5)
    >>> m.tolist()
    [[2.0, 0.0, 0.0], [0.0, 2.0, 2.0]]
    """
    kept = 1.0 / (1.0 - share)
    return [np.where(generator.random((count, rows)) < share, 0.0, kept) for count in units]

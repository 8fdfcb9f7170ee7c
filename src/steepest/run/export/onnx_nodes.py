"""The nodes of an ONNX graph, one after the other, each with a name for what it gives.

All numbers are float64. Operators are those that the common runtimes have in double: what they
lack, such as Gelu and Softplus, is written out.
"""

from collections.abc import Callable
from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.objective.model.activation import GELU_CUBE, LeakyReLU

__all__ = ["ACTIVATIONS", "Nodes"]


class Nodes:
    """Nodes and constants, as they are added."""

    def __init__(self) -> None:
        from onnx import helper, numpy_helper

        self._helper, self._numpy_helper = helper, numpy_helper
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: NDArray[Any] | float) -> str:
        """Return the name of a constant: an array, of any shape, as it is, a number as float64."""
        array = np.asarray(value, dtype=np.float64) if isinstance(value, float) else value
        name = f"constant_{len(self.constants)}"
        self.constants.append(self._numpy_helper.from_array(array, name))
        return name

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add a node and return the name of what it gives, `name` or one of its own."""
        given = name or f"{kind.lower()}_{len(self.nodes)}"
        made = self._helper.make_node(kind, list(inputs), [given], **attributes)
        self.nodes.append(made)
        return given

    def linear(self, x: str, weights: NDArray[Any], bias: NDArray[Any], name: str = "") -> str:
        """Return `x W + b` of weights (inputs, units) and bias (units,)."""
        W, b = self.constant(np.ascontiguousarray(weights)), self.constant(np.array(bias))
        return self.add("Gemm", x, W, b, name=name)


def _gelu(nodes: Nodes, z: str) -> str:
    """Return `z (1 + tanh(sqrt(2/pi) (z + 0.044715 z³))) / 2`."""
    cube = nodes.add("Mul", nodes.add("Mul", z, z), z)
    inner = nodes.add("Add", z, nodes.add("Mul", cube, nodes.constant(GELU_CUBE)))
    t = nodes.add("Tanh", nodes.add("Mul", inner, nodes.constant(sqrt(2.0 / pi))))
    half = nodes.add("Mul", z, nodes.constant(0.5))
    return nodes.add("Mul", half, nodes.add("Add", t, nodes.constant(1.0)))


def _softplus(nodes: Nodes, z: str) -> str:
    """Return `max(z, 0) + log(1 + exp(-|z|))`, which no z overflows."""
    small = nodes.add("Exp", nodes.add("Neg", nodes.add("Abs", z)))
    log = nodes.add("Log", nodes.add("Add", small, nodes.constant(1.0)))
    return nodes.add("Add", nodes.add("Relu", z), log)


def _leaky(nodes: Nodes, z: str) -> str:
    """Return `max(z, 0.01 z)`."""
    return nodes.add("Max", z, nodes.add("Mul", z, nodes.constant(LeakyReLU.leak)))


def _of_kind(kind: str) -> Callable[[Nodes, str], str]:
    """Return what adds one node of a kind."""
    return lambda nodes, z: nodes.add(kind, z)


ACTIVATIONS: dict[str, Callable[[Nodes, str], str]] = {
    "tanh": _of_kind("Tanh"),
    "relu": _of_kind("Relu"),
    "sigmoid": _of_kind("Sigmoid"),
    "identity": _of_kind("Identity"),
    "softplus": _softplus,
    "gelu": _gelu,
    "leaky": _leaky,
}
"""What adds each activation, by its name."""

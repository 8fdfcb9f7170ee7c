"""The model as an ONNX graph: features in, margins out, and what these say.

One input, `X`, float64, (rows, features). Outputs: `margin`, (rows, outputs); for classes
`probabilities`, (rows, k), one plain tensor (no list of maps), and `label`, (rows,); for a number
`prediction`, (rows,).
"""

import json
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError
from steepest.extras import check_installed
from steepest.files import MODELS, check_writable, whole_file
from steepest.run.export.onnx_nodes import ACTIVATIONS, Nodes
from steepest.run.export.parts import Parts

__all__ = ["write_onnx"]

OPSET = 17
"""The version of the operators: that of ONNX 1.12 (2022), which every runtime of today reads."""

IR_VERSION = 8
"""The version of the file format that goes with it."""


def write_onnx(parts: Parts, path: str | os.PathLike[str]) -> None:
    """Write the model to `path`, .onnx, whole or not at all.

    Raises ChoiceError if the package is missing or the loss tells no prediction that ONNX has,
    and FileError for any other ending.
    """
    check_installed("onnx", "to write ONNX")
    check_writable(path, MODELS)
    model = _model(parts)
    with whole_file(path) as draft:
        draft.write_bytes(model.SerializeToString())


def _model(parts: Parts) -> Any:
    """Return the model, checked by the package's own checker."""
    from onnx import TensorProto, checker, helper

    nodes = Nodes()
    margin = _margins(nodes, parts)
    outputs = _outcome(nodes, parts, margin)
    features = len(parts.feature_names)
    X = helper.make_tensor_value_info("X", TensorProto.DOUBLE, ["rows", features])
    graph = helper.make_graph(nodes.nodes, "steepest", [X], outputs, nodes.constants)
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(
        graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="steepest"
    )
    helper.set_model_props(model, _about(parts))
    checker.check_model(model, full_check=True)
    return model


def _margins(nodes: Nodes, parts: Parts) -> str:
    """Add the layers; return the name of the margins, (rows, outputs)."""
    a, last = "X", len(parts.layers) - 1
    for at, (weights, bias) in enumerate(parts.layers):
        z = nodes.linear(a, weights, bias, name="margin" if at == last else "")
        if at == last:
            return z
        assert parts.activation is not None
        a = ACTIVATIONS[parts.activation.name](nodes, z)
    raise AssertionError("a model has a layer")


def _outcome(nodes: Nodes, parts: Parts, margin: str) -> list[Any]:
    """Add what the margins say; return the outputs."""
    from onnx import TensorProto, helper

    count = parts.layers[-1].weights.shape[1]
    margins = helper.make_tensor_value_info(margin, TensorProto.DOUBLE, ["rows", count])
    if parts.classes is None:
        _prediction(nodes, parts, margin)
        said = helper.make_tensor_value_info("prediction", TensorProto.DOUBLE, ["rows"])
        return [said, margins]
    labels = _labels(parts.classes)
    _classes(nodes, margin, labels, count)
    kind = TensorProto.INT64 if labels.dtype == np.int64 else TensorProto.STRING
    chances: list[str | int | None] = ["rows", len(parts.classes)]
    return [
        helper.make_tensor_value_info("label", kind, ["rows"]),
        helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, chances),
        margins,
    ]


def _prediction(nodes: Nodes, parts: Parts, margin: str) -> None:
    """Add the number that a margin predicts: it itself, or its exponential."""
    flat = nodes.add("Squeeze", margin, nodes.constant(np.array([1], dtype=np.int64)))
    kinds = {"": "Identity", "exp(weights x features + bias)": "Exp"}
    kind = kinds.get(parts.loss.inverse_link)
    if kind is None:
        raise ChoiceError(
            f"the loss {parts.loss.name} predicts {parts.loss.inverse_link} of a margin, of which "
            "no ONNX is known here; run.to_torch() has the margins"
        )
    nodes.add(kind, flat, name="prediction")


def _classes(nodes: Nodes, margin: str, labels: NDArray[Any], count: int) -> None:
    """Add the probabilities of the classes, and the most probable one."""
    if count == 1:
        # Two classes by one margin: the odds of the second.
        other = nodes.add("Sigmoid", nodes.add("Neg", margin))
        both = (other, nodes.add("Sigmoid", margin))
        nodes.add("Concat", *both, name="probabilities", axis=1)
    else:
        nodes.add("Softmax", margin, name="probabilities", axis=1)
    code = nodes.add("ArgMax", "probabilities", axis=1, keepdims=0)
    nodes.add("Gather", nodes.constant(labels), code, name="label", axis=0)


def _labels(classes: tuple[Any, ...]) -> NDArray[Any]:
    """Return the classes as ONNX has them: whole numbers if all are, else words."""
    if all(isinstance(one, int | np.integer) and not isinstance(one, bool) for one in classes):
        return np.array(classes, dtype=np.int64)
    return np.array([str(one) for one in classes], dtype=object)


def _about(parts: Parts) -> dict[str, str]:
    """Return what the file says of itself beside its graph."""
    names = list(parts.feature_names)
    return {"features": json.dumps(names, ensure_ascii=False), "target": parts.target_name}

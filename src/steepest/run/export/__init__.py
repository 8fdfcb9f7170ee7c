"""A run's model for other programs: its layers as they are, in float64, nothing to be scaled first.

`parts` takes the model out of a run, `torch_module` makes a module of PyTorch of it, `onnx_graph`
an ONNX file (`onnx_nodes` writes the nodes).
"""

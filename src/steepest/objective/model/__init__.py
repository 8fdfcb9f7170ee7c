"""Models, functions of rows and params; and the linear algebra of the linear one.

`model` says what a model is, `linear` is the lecture's neuron, `X w + b`. `hessian` has its second
derivatives, `factor` their square roots, `residuals` (in `double_double`) the last digits of its
squared loss, `recession` the directions along which it falls for ever
(found by `gaining` and `cone` from the rows' `gains`, proved by `exact`).
"""

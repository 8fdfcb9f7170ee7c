"""Models, functions of rows and params; and the linear algebra of the linear one.

`model` says what a model is, `network` is the dense network, layer by layer (`activation`,
`initial`), `linear` the lecture's neuron, `X w + b`. `hessian` has the neuron's second derivatives,
`row_product` a prediction that is the same in any batch, `factor` their square roots, `residuals`
(in `double_double`) the last digits of its squared loss, `null_space` the weights that no row
tells, `identifiability` what the loss does not tell, `recession` the directions along which it
falls for ever (found by `gaining` and `cone` from the rows' `gains`, proved by `exact`).
"""

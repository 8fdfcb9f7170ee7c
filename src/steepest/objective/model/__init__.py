"""Models, functions of rows and params; and the linear algebra of the linear one.

`model` says what a model is, `network` is the dense network, layer by layer (`activation`,
`initial`), `linear` the linear model, `X w + b`, and `through_origin` that without b. `hessian` has
its second derivatives, `factor` their square roots, `row_product` a prediction that is the same in
any batch, `residuals` (in `double_double`) the last digits of the squared loss, `null_space` the
weights that no row tells, `identifiability` what the loss does not tell, `recession` the directions
along which it falls for ever (found by `recession_search` and `cone` from the rows'
`recession_gains`, or `origin_gains`, linear inequalities, and proved by `recession_certificate`).
"""

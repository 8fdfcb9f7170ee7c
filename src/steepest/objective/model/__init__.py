"""Models, functions of rows and params.

`model` says what a model is, `linear` is the linear model, `X w + b`, `through_origin` that without
b, `network` the dense network, layer by layer (`hidden_layers` what makes one, `activation`,
`initial`, and `network_pass`, the room for its numbers, `network_products` its products of
matrices, `param_name` the names of its params, `thinned_pass` without some units, `activity` what
its units answer, counted), and `network_hessian` its second derivatives along a direction.
`row_product` is a product that is the same in any batch, `row_pass` one row forward and back, for
people to read.
"""

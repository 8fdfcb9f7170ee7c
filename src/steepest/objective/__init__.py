"""What is descended: the loss of a model on its data, as a function of one vector of params.

`objective` says what may be asked of an objective, `evaluation` what it is at some params,
`line_search` how a step along it is shortened, `gradient_check` whether a gradient is its own.
There are six: `risk` is the mean loss of a model over rows, plus a penalty; `network` that of a
dense network; `linear` that of weights and a bias, which knows more; `through_origin` that of
weights alone (both are a `margin_risk`); `normal_equations` the squared loss as a quadratic that
needs no rows, of very many params `refined_equations`; `function` one that the reader gives.
`problem` says what an objective and its params are called, `table_problem` also what its rows are,
of which `stored_problem` has a sample at hand, and where these are left out of a file
`without_rows` has what was `recorded` of them. `model/` has what the rows and params come to,
`loss/` what that costs, `plane/` the loss on a plane through the params, `coordinates/` the changes
of variables in which to walk, `linear_algebra/` products of the rows and their roots, `minimum/`
whether there is one and only one. An objective knows its data and how to read them once for value
and gradient; it knows nothing of steps.
"""

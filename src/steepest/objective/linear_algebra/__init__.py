"""The linear algebra of the rows: products of all pairs of features, and what is made of them.

`hessian` has the weighted products, `factor` their triangular and spectral roots, `triangle` a root
that is solved with and not inverted, `single_root` one from products in float32, `residuals` (in
`double_double`) the last digits of the squared loss; `kept_gram` the products of the columns that a
path comes back to; `lanczos` finds both ends of the spectrum of a
matrix that is known by its products alone.
"""

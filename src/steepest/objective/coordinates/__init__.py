"""Coordinates in which to walk: linear changes of variables that an objective offers.

With `params = T position` the gradient by the position is `T' gradient`: the objective stays as
it is, and a bowl that is a ravine in one set of coordinates is round in another. An optimiser
calls `T T'` a preconditioner. Nothing of X is copied. `coordinates` says what they are; `standard`
are z-scored features, `whitening` has those in which a curvature is 1: of a bound (`bounded`), or
of the Hessian at some params (`hessian_whitening`; of few rows `span_whitening`, of ridge on
few rows `row_whitening`). `suggested` says which pay. `network_units` are the standard units of a
network.
"""

"""The loss on a plane through the params, `origin + a u + b v`: a closed form for each loss.

`plane` is the plane, `plane_loss` what an objective answers on it, and the plain answer of any
objective: one evaluation a point. `linear` answers for a linear objective, from its rows' margins
on the plane (`rows_on_plane`): `quadratic` the squared loss, `cross_entropy_grid` the loss of
classes, `bowl` the minimum. `network` answers for a network, many points at a time
(`network_margins`), by the kinks of one ReLU layer (`ramps`), or by two lines of points where its
outputs are a sum (`separable`). `newton_step` is Newton's step of two numbers.
"""

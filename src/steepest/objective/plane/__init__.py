"""The loss on a plane through the params, `origin + a u + b v`: a closed form for each loss.

`plane.py` is the plane, `plane_loss.py` what an objective answers on it, and the plain answer of
any objective: one evaluation a point. `linear.py` answers for a linear objective, from its rows'
margins on the plane (`rows_on_plane.py`): `quadratic.py` the squared loss, `cross_entropy_grid.py`
the loss of classes, `bowl.py` the minimum. `newton_step.py` is Newton's step of two numbers.
"""

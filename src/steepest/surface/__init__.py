"""The loss surface: the true loss of the objective on a plane through its params.

`plane.py` is a plane and what the rows are on it, `grid.py` works out the loss on a grid of
points, each loss by its exact short cut, `window.py` chooses what part of the plane to show, and
`surface.py` puts them together into the record that the views draw.
"""

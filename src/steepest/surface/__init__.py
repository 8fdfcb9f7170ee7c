"""The loss surface: the true loss of the objective on a plane through its params.

`directions` turns names of params, or two vectors, into the axes of `axes`, and `planes` the words
for planes (`path_plane`, `random_plane`, `sharpest_plane`), `ends_plane` is that of several runs;
`window` chooses what part of the plane to show; `surface` asks the objective for its loss there and
puts all together into the record that the views draw (`refinement`: from coarse to fine); `kept`
is what a file holds of it. How a
loss is worked out on a plane is the objective's own (`objective/plane/`).
"""

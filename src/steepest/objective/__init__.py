"""What is descended: the loss of a model on its data, as a function of one vector of params.

`protocol.py` says what may be asked of an objective, `risk.py` is the one of model, loss, penalty
and rows, `function.py` one that is given. `problem.py` and `table_problem.py` say what an objective
and its parts are called, without data and with a table. `loss/` has losses and penalties, `model/` models and the
linear algebra of the linear one, `coordinates/` the changes of variables that an objective offers,
`plane/` its loss on a plane. An objective reads its rows once for value and gradient; it knows
nothing of steps.
"""

"""What is descended: the loss of a model on its data, as a function of one vector of params.

`protocol.py` says what a descent asks of an objective, `loss.py` what a loss of a margin is,
`regression.py` and `entropy.py` hold the losses, `choice.py` their names, `linear.py` the model
with weights and a bias, `sums.py` its squared loss once the rows are summed up. An objective
knows its data and how to read them once for value and gradient; it knows nothing of steps.
"""

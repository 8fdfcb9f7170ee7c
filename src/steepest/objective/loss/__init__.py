"""Losses of a margin, and penalties on the weights: pure functions that know nothing of X.

`loss` says what a loss is; `regression`, `quantile`, `poisson` and `cross_entropy` hold them,
`named` chooses one by its word, `members` checks one of the reader's own, `penalty` has L1 and L2.
"""

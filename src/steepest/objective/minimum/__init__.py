"""Whether a loss has a minimum, and whether the rows tell where: existence and uniqueness.

`recession` has the directions along which the loss falls for ever (found by `recession_search` and
`cone` from the rows' `recession_gains`, without a bias `origin_gains`, linear inequalities, and
proved by `recession_certificate`; of a network `own_side` has the one case that is looked for),
`null_space` the weights that no row tells, `identifiability` what the loss does not tell. How much
lower a loss can be say `duality_gap` with L1, by `feature_sizes`, `sure_gap` without kinks, in
`proof_units`, and of many weights `penalty_gap`.
"""

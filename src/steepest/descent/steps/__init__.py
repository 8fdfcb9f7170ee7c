"""How far to go: step sizes that are fixed, scheduled, searched or solved for.

Each is a function of the state of the search (`SearchState`): `step_size` says what one is, and has
the fixed, the scheduled and the searched; `adaptive` those that find themselves; `plane_search`
finds rate and momentum together, `sampled_newton` along Newton's direction by some of very many
rows, `quasi_newton` is L-BFGS (`inverse_hessian`); `proximal_gradient`,
`proximal_backtracking` and `proximal_newton` (`working_set`, `l1_quadratic`; where many weights
stay `row_space`, `semismooth_newton`) are for L1, `finite_smoothing` for kinks (by a
`smoothing_path`, of many rows a `fewer_rows_path`); `safe` is for mini-batches, and `rate_then`
where all rows follow them.
"""

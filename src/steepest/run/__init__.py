"""A run: problem, plan, trace and verdicts together; how it is made, and what can be asked of it.

`descend` leads from data, or from an objective, to a run, `descended` from a problem; `training`
records and judges the steps, `result` says which of them counts, `run` is what comes of it, `load`
reads one from a file. `checkpoint_file` keeps one in a file while it goes on, `checked` says
whether a file holds one, by its `checked_values` too. `resume`, `one_row`, `saved`, `predictions`,
`scoring`, `pictures`, `pages`, `surfaces`, `reports`, `display`, `report`, `summary`, `lowest_loss`
and `watched` each answer for one thing that a run can do, `callback` is the reader's own function
at every step, `former` the names of before, `without_rows` what stands in a file for rows left out.
`descend_seeds` makes several runs from as many seeds, `seeds` is what can be asked of them,
`descend_path` runs along `penalties`, as a `penalty_path`; `several` is what both have, `drawn` the
figure of what has one. `find_rate` tries learning rates, `found_rate` is the best. `elsewhere/`
writes the same fit for other libraries, `export/` the model itself. `passes` shows how far a pass
over files is, `predict_in_passes` writes predictions as they come.
"""

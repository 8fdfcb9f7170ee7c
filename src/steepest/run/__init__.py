"""A run: data, plan, trace and verdicts together; how it is made, and what can be asked of it.

`descend` leads from data to a run, `training` records and judges the steps, `run` is what comes of
it; `resume`, `saved`, `scoring`, `display`, `report` and `lowest_loss` each answer for one thing
that a run can do, `callback` is the reader's own function at every step, `former` the names of
before.
"""

"""Benchmarks: steepest beside its peers, in one run, with the loss that each reached.

Run `python -m bench` in the root of the repository: tables in Markdown, in under three minutes.

`one_pass.py` is the time of one value and gradient, next to the least it could be: reading X once.
`surface.py` is the time of a loss surface of 101 x 101 cells, next to a loop over the cells.
`timing.py` takes the time: after a warm-up all competitors in turn (A B C A B C ...), so that a
noisy machine is as unfair to one as to the other; a table shows medians. The ratios are what to
trust: they hold on another machine, milliseconds do not.
"""

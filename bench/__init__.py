"""Benchmarks: steepest beside its peers, in one run, with the loss that each reached.

Run `python -m bench` in the root of the repository: tables in Markdown, in some twenty minutes;
or those you name: `python -m bench training`, `logistic`, `softmax-mnist`, `memory`. With `--quick`
the problems are small: it shows that all runs, not how fast.

`one_pass.py` is the time of one value and gradient, next to the least it could be: reading X once.
`surface.py` is the time of a loss surface of 101 x 101 cells, next to a loop over the cells.
`page.py` is how long the reader of a page waits.
`training.py` is the time of a whole training to the same loss. `problems.py` makes the rows,
`recipes.py` names the problems, `peers/` knows what else solves them, `worker.py` gives each peer
a process of its own. `memory.py` is the most memory that a training holds.
`behind.py` prints those where we were behind, beside an older build too.
`checkouts.py` compares this checkout of steepest with another one, `calls.py` counts Python calls.
`benchopt_solver/` is steepest for benchopt, which has benchmarks of its own.
`timing.py` takes the time: after a warm-up all competitors in turn (A B C A B C ...), so that a
noisy machine is as unfair to one as to the other; a table shows medians. The ratios are what to
trust: they hold on another machine, milliseconds do not.
"""

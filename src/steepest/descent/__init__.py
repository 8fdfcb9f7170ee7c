"""How the params move: rules, step sizes, samples, stops, and the one loop that uses them.

`plan/` turns options into a `Method`, the parts that run: a rule turns a gradient into a direction
(`rule` says what one is, `rules/` has them, `named_rules` chooses one), a step size says how far to
go along it (`steps/`), a sampler on which rows (`sampling`, `batches_then_all`) and units
(`dropout`), a renewal when coordinates are made anew (`renewal`). `loop` runs them; `evaluator`
keeps what was evaluated last, `checkpoint` is all that the next step needs, `stopping` says when it
is over, by a `stop`, and `arrival` whether nothing lower is to be had, also by the `remaining_gap`.
Only `loop` iterates, and it asks no part what it is.
"""

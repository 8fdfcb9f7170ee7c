"""From options to the parts of a descent, and what they became.

`options` declares every option once (`option` says what is known of one), and `signature` and
`keywords` give them to functions. `method` makes the parts, with what `auto` stands for (`auto`),
where to start (`start`), in which coordinates (`scale`), by which rate (`named_rates`), and under
L1 (`proximal`), of kinks (`smoothing`) or of many rows (`batches_then_all`, whose rate
`successive_halving` finds), with what else (`clip_and_dropout`); `stopping` says when it is over.
`plan` keeps the outcome as values, for all who tell, draw or save the run.
"""

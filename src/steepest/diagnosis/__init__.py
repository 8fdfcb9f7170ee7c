"""What is wrong with a run, with numbers, a source and a remedy.

A verdict is a pure function of the evidence (`evidence`: what ran, its trace, its stop) to a
`Verdict` or None, one file each (`divergence`, `separation`, `gradient`, `stalled`, `symmetry`; of
a watched `training` also `ascent`, `loop_order`, `not_finite` by where its loss was `lost`,
`unmoved` and `too_small`); `verdicts` lists them. Those of a closer look are worked out when
verdicts are first asked for: `units`, `layers`, `saddle`, `slow`, and `sharpness`, which has what a
rate above its limit explains; `spectrum` has the eigenvalues that they go by, `stability` the
limit, `sharpness_along` both at steps of a run. They come in three levels: `proved` by numbers
alone, `measured` against a theory that holds for these runs, `rule of thumb`. None is a made-up
confidence. What is worth knowing though nothing is wrong is a `note`, made alike: `uniqueness` and
`flat_bottom` have those on what the rows leave open, `notes` lists them. `metrics` say how good
the predictions are (`metrics_in_passes` of rows beyond memory), `uncertainty` how sure the params
(`student` has quantiles). `remedies` are in our options, or in PyTorch's words for a loop of it.
A `check` says what was looked at and what was not, `checks` lists them (`network_checks` has those
of networks); `findings` are all of a run. Files and programs read them as JSON (`as_record`).
"""

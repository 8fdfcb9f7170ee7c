"""How the params move: rules, step sizes, samples, stops, and the one loop that uses them.

A rule turns a gradient into a direction (`rules.py`), a step size says how far to go along it
(`steps/`), a sampler on which rows a step is evaluated (`sampling.py`), a stop when it is over
(`stopping.py`); in which coordinates is for the objective to say. `plan/` makes these parts of the
options that were given. Only `loop.py` iterates.
"""

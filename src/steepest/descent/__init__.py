"""How the params move: rules, learning rates, scales, stops, and the one loop that uses them.

A rule turns a gradient into a direction (`rules.py`), a learning rate says how far to go along it
(`rates.py`; `adaptive.py` has those that find themselves, `choice.py` their words), a scale says
in which coordinates (`scale.py`), a stop says when it is over (`stops.py`). Only `loop.py`
iterates.
"""

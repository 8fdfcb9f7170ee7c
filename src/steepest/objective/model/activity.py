"""What the units of a hidden layer answer to the rows, counted."""

from typing import NamedTuple

__all__ = ["FAR", "LayerActivity"]

FAR = 5.0
"""How far from 0 the sum of a bounded unit is saturated: `tanh' = 1.8e-4`, `sigmoid' = 6.6e-3`.

Cao et al. 2022, "DeepDiagnosis: automatically diagnosing faults and recommending actionable fixes
in deep learning programs", take the same.
"""


class LayerActivity(NamedTuple):
    """The `units` of a layer, and how many of them are `dead`: 0 on every row, as is their slope.

    `saturated` is the share of units and rows of which the sum is `FAR` from 0 or further, of
    activations that are bounded; 0 of others.
    """

    units: int
    dead: int
    saturated: float

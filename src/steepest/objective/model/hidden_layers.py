"""Hidden layers: what makes a network beside its data, in words and as a file holds it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from steepest.data.float_types import FLOAT64, float_type
from steepest.objective.model.activation import Activation, choose_activation
from steepest.objective.model.initial import choose_initialisation
from steepest.objective.model.network import Network

__all__ = ["HiddenLayers"]


class HiddenLayers(NamedTuple):
    """What makes a network beside its data: units of each hidden layer, activation, random start.

    `initial` is one of `INITIALISATIONS`, `dtype` what it computes with.
    """

    units: tuple[int, ...]
    activation: Activation
    initial: str
    dtype: np.dtype[Any] = FLOAT64

    @classmethod
    def of(
        cls, units: Sequence[int], activation: str, initial: str, dtype: str = FLOAT64.name
    ) -> "HiddenLayers | None":
        """Return the hidden layers by words; None where there are none: one neuron.

        Raises ChoiceError for a word that is unknown.
        """
        chosen, name = choose_activation(activation), choose_initialisation(initial)
        return cls(tuple(units), chosen, name, float_type(dtype)) if units else None

    def to_dict(self) -> dict[str, object]:
        """Return what a file holds of them; float64 goes without saying."""
        single = {} if self.dtype == FLOAT64 else {"dtype": self.dtype.name}
        return {
            "units": list(self.units),
            "activation": self.activation.name,
            "initial": self.initial,
            **single,
        }

    @classmethod
    def from_dict(cls, written: Mapping[str, Any]) -> "HiddenLayers":
        """Return the layers whose `to_dict` gave `written`."""
        activation = choose_activation(written["activation"])
        dtype = float_type(written.get("dtype", FLOAT64))
        return cls(tuple(map(int, written["units"])), activation, written["initial"], dtype)

    def network(self, inputs: int, outputs: int) -> Network:
        """Return the network of these layers between so many inputs and outputs."""
        return Network((inputs, *self.units, outputs), self.activation, self.dtype)

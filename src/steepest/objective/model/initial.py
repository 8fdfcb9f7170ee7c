"""Random weights of a network by name: how large the first sums of its units are.

Each draws the weights of one layer, (units, inputs), for inputs of mean square 1; hidden biases
are 0, the output's is a constant guess. `gain` is the activation's, of which `orthogonal` alone
makes use.
"""

from collections.abc import Callable
from math import sqrt

import numpy as np

from steepest.checks import nearest
from steepest.errors import ChoiceError
from steepest.objective.model.activation import Activation
from steepest.objective.model.model import Array

__all__ = ["INITIALISATIONS", "IN_WORDS", "choose_initialisation"]

Draw = Callable[[np.random.Generator, tuple[int, int], float], Array]


def glorot(generator: np.random.Generator, shape: tuple[int, int], gain: float) -> Array:
    """Return normal weights of variance `2 / (inputs + units)`.

    A compromise between sums and gradients that keep their size from layer to layer (Glorot &
    Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", 12).
    `shape` is (units, inputs).
    """
    return generator.standard_normal(shape) * sqrt(2.0 / (shape[0] + shape[1]))


def he(generator: np.random.Generator, shape: tuple[int, int], gain: float) -> Array:
    """Return normal weights of variance `2 / inputs`.

    Units that answer 0 to half of all sums halve their mean square (He et al. 2015, "Delving deep
    into rectifiers", 10). `shape` is (units, inputs).
    """
    return generator.standard_normal(shape) * sqrt(2.0 / shape[1])


def lecun(generator: np.random.Generator, shape: tuple[int, int], gain: float) -> Array:
    """Return normal weights of variance `1 / inputs`: sums have variance 1 where inputs have.

    LeCun et al. 1998, "Efficient backprop", section 4.6. `shape` is (units, inputs).
    """
    return generator.standard_normal(shape) * sqrt(1.0 / shape[1])


def orthogonal(generator: np.random.Generator, shape: tuple[int, int], gain: float) -> Array:
    """Return a random matrix of orthonormal rows or columns, times the activation's gain.

    Lengths are kept through any number of linear layers (Saxe, McClelland & Ganguli 2014, arXiv
    1312.6120). `shape` is (units, inputs); uniform by Haar's measure (Mezzadri 2007).
    """
    drawn = generator.standard_normal((max(shape), min(shape)))
    q, r = np.linalg.qr(drawn)
    q *= np.where(np.diag(r) < 0.0, -1.0, 1.0)
    return gain * (q if shape[0] >= shape[1] else q.T)


def zeros(generator: np.random.Generator, shape: tuple[int, int], gain: float) -> Array:
    """Return zeros, (units, inputs): all units of a layer are alike, and stay so.

    Their gradients are equal, so no step of a rule that treats all params alike tells them apart.
    """
    return np.zeros(shape)


INITIALISATIONS: dict[str, Draw] = {
    "glorot": glorot,
    "he": he,
    "lecun": lecun,
    "orthogonal": orthogonal,
    "zeros": zeros,
}
"""The initialisations by their names."""

IN_WORDS = {
    "glorot": "normal of variance 2 / (inputs + units)",
    "he": "normal of variance 2 / inputs",
    "lecun": "normal of variance 1 / inputs",
    "orthogonal": "a random matrix of orthonormal rows or columns, times the activation's gain",
    "zeros": "0",
}
"""What each draws, for who reads of a start."""


def choose_initialisation(name: str, activation: Activation) -> str:
    """Return the name itself, or what auto stands for: he where half of all sums give 0.

    Raises ChoiceError for a name that is none.

    >>> from steepest.objective.model.activation import choose_activation
    >>> choose_initialisation("auto", choose_activation("relu"))
    'he'
    """
    if name == "auto":
        return "he" if activation.initial_gain > 1.0 else "glorot"
    if name not in INITIALISATIONS:
        known = ("auto", *INITIALISATIONS)
        raise ChoiceError(f"there is no initialisation {name!r}{nearest(name, known)}")
    return name

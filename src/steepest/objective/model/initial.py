"""The random start of a network by name: how large the first sums of its units are, and where.

Each draws the weights of one layer, (units, inputs), for inputs of mean square 1, and then the
biases of its units, (units,); the output's biases are a constant guess. `gain` is the activation's,
of which `orthogonal` alone makes use.
"""

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

import numpy as np

from steepest.checks import nearest
from steepest.errors import ChoiceError
from steepest.objective.evaluation import Vector
from steepest.objective.model.model import Array

__all__ = ["INITIALISATIONS", "Initialisation", "choose_initialisation"]

Shape = tuple[int, int]

AUTO = "random"
"""What auto stands for, whatever the activation.

Evaluations to a thousandth of the loss at the start, two spirals by 2-16-16-1, medians of ten
seeds: tanh 50, of glorot 174; sigmoid 116 of 160; relu 46, of he 52; leaky 43 of 56; gelu 35 of 37;
softplus 88 of 92. Six hidden layers of 8 units, tanh: 83 of 278. Of digits and breast cancer, where
one layer has many inputs, biases make no difference.
"""


def glorot(generator: np.random.Generator, shape: Shape, gain: float) -> Array:
    """Return normal weights of variance `2 / (inputs + units)`.

    A compromise between sums and gradients that keep their size from layer to layer (Glorot &
    Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", 12).
    `shape` is (units, inputs).
    """
    return generator.standard_normal(shape) * sqrt(2.0 / (shape[0] + shape[1]))


def he(generator: np.random.Generator, shape: Shape, gain: float) -> Array:
    """Return normal weights of variance `2 / inputs`.

    Units that answer 0 to half of all sums halve their mean square (He et al. 2015, "Delving deep
    into rectifiers", 10). `shape` is (units, inputs).
    """
    return generator.standard_normal(shape) * sqrt(2.0 / shape[1])


def lecun(generator: np.random.Generator, shape: Shape, gain: float) -> Array:
    """Return normal weights of variance `1 / inputs`: sums have variance 1 where inputs have.

    LeCun et al. 1998, "Efficient backprop", section 4.6. `shape` is (units, inputs).
    """
    return generator.standard_normal(shape) * sqrt(1.0 / shape[1])


def orthogonal(generator: np.random.Generator, shape: Shape, gain: float) -> Array:
    """Return a random matrix of orthonormal rows or columns, times the activation's gain.

    Lengths are kept through any number of linear layers (Saxe, McClelland & Ganguli 2014, arXiv
    1312.6120). `shape` is (units, inputs); uniform by Haar's measure (Mezzadri 2007).
    """
    drawn = generator.standard_normal((max(shape), min(shape)))
    q, r = np.linalg.qr(drawn)
    q *= np.where(np.diag(r) < 0.0, -1.0, 1.0)
    return gain * (q if shape[0] >= shape[1] else q.T)


def uniform_biases(generator: np.random.Generator, shape: Shape) -> Vector:
    """Return biases uniform between `-1 / sqrt(inputs)` and `1 / sqrt(inputs)`, (units,).

    Where all are 0, all units of the first layer curve at the mean of the data; so drawn they
    curve all over it. So PyTorch's `nn.Linear` draws them (its documentation). `shape` is (units,
    inputs).
    """
    bound = 1.0 / sqrt(shape[1])
    return generator.uniform(-bound, bound, shape[0])


def no_biases(generator: np.random.Generator, shape: Shape) -> Vector:
    """Return zeros, (units,), as the papers of the other initialisations have them.

    Glorot & Bengio 2010, section 2.3, and He et al. 2015, section 2.2, say so; LeCun et al. 1998
    and Saxe et al. 2014 draw weights alone. `shape` is (units, inputs).
    """
    return np.zeros(shape[0])


def zeros(generator: np.random.Generator, shape: Shape, gain: float) -> Array:
    """Return zeros, (units, inputs): all units of a layer are alike, and stay so.

    Their gradients are equal, so no step of a rule that treats all params alike separates them.
    """
    return np.zeros(shape)


class Initialisation(NamedTuple):
    """How weights and biases of a layer are drawn, and what that is in words."""

    weights: Callable[[np.random.Generator, Shape, float], Array]
    in_words: str
    biases: Callable[[np.random.Generator, Shape], Vector] = no_biases
    biases_in_words: str = "0"


INITIALISATIONS: dict[str, Initialisation] = {
    "random": Initialisation(
        he, "normal of variance 2 / inputs", uniform_biases, "uniform within 1 / sqrt(inputs) of 0"
    ),
    "glorot": Initialisation(glorot, "normal of variance 2 / (inputs + units)"),
    "he": Initialisation(he, "normal of variance 2 / inputs"),
    "lecun": Initialisation(lecun, "normal of variance 1 / inputs"),
    "orthogonal": Initialisation(
        orthogonal, "a random matrix of orthonormal rows or columns, times the activation's gain"
    ),
    "zeros": Initialisation(zeros, "0"),
}
"""The initialisations by their names: `random` draws biases too, in all others they are 0."""


def choose_initialisation(name: str) -> str:
    """Return the name itself, or what auto stands for.

    Raises ChoiceError for a name that is none.

    >>> choose_initialisation("auto")
    'random'
    """
    if name == "auto":
        return AUTO
    if name not in INITIALISATIONS:
        known = ("auto", *INITIALISATIONS)
        raise ChoiceError(f"there is no initialisation {name!r}{nearest(name, known)}")
    return name

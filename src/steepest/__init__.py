"""Gradient descent you can see: every step, on the true loss surface, on your own data.

import steepest as st

run = st.descend("geyser", target="waiting", features=["duration"])
print(run.explain())
run.figure("geyser.png")
"""

from steepest.data.shipped import dataset, datasets
from steepest.descent.plan.method import steps
from steepest.descent.rules import (
    AdaGrad,
    Adam,
    AdamW,
    GradientPlane,
    Momentum,
    Nesterov,
    NesterovRestart,
    Proximal,
    RMSProp,
    ScheduleFree,
    Steepest,
)
from steepest.descent.stopping import Stop
from steepest.diagnosis.verdict import Verdict
from steepest.errors import ChoiceError, DataError, FileError, SteepestError
from steepest.objective.linear import LinearObjective
from steepest.objective.loss.cross_entropy import CrossEntropy, Softmax
from steepest.objective.loss.poisson import Poisson
from steepest.objective.loss.quantile import Quantile
from steepest.objective.loss.regression import Absolute, Huber, Squared
from steepest.run.descend import descend
from steepest.run.load import load
from steepest.run.run import Run
from steepest.surface.surface import Surface
from steepest.trace import Step, Trace

__version__ = "0.1.0"

__all__ = [
    "Absolute",
    "AdaGrad",
    "Adam",
    "AdamW",
    "ChoiceError",
    "CrossEntropy",
    "DataError",
    "FileError",
    "GradientPlane",
    "Huber",
    "LinearObjective",
    "Momentum",
    "Nesterov",
    "NesterovRestart",
    "Poisson",
    "Proximal",
    "Quantile",
    "RMSProp",
    "Run",
    "ScheduleFree",
    "Softmax",
    "Squared",
    "Steepest",
    "SteepestError",
    "Step",
    "Stop",
    "Surface",
    "Trace",
    "Verdict",
    "dataset",
    "datasets",
    "descend",
    "load",
    "steps",
]

"""Gradient descent you can see: every step, on the true loss surface, on your own data.

import steepest as st

run = st.descend("geyser", target="waiting", features=["duration"])
print(run.explain())
run.figure("geyser.png")
"""

from steepest.data.shipped import dataset, datasets
from steepest.descend import descend
from steepest.descent.plan import steps
from steepest.descent.stops import Stop
from steepest.diagnosis.verdict import Verdict
from steepest.errors import ChoiceError, DataError, FileError, SteepestError
from steepest.notebook import marimo_view, mime_bundle
from steepest.objective.counts import Poisson
from steepest.objective.entropy import CrossEntropy, Softmax
from steepest.objective.linear import LinearObjective
from steepest.objective.quantile import Quantile
from steepest.objective.regression import Absolute, Huber, Squared
from steepest.recording import resume
from steepest.run import Run, load
from steepest.surface.surface import Surface
from steepest.trace import Step, Trace

Run._resume = resume
Run._in_notebook, Run._in_marimo = mime_bundle, marimo_view

__version__ = "0.1.0"

__all__ = [
    "Absolute",
    "ChoiceError",
    "CrossEntropy",
    "DataError",
    "FileError",
    "Huber",
    "LinearObjective",
    "Poisson",
    "Quantile",
    "Run",
    "Softmax",
    "Squared",
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

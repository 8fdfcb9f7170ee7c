"""Gradient descent you can see: every step, on the true loss surface, on your own data.

import steepest as st

run = st.descend("geyser", target="waiting", features=["duration"])
print(run.explain())
run.figure("geyser.png")

Nothing of it is loaded before it is asked for: `import steepest` costs next to nothing.
"""

# Nothing here is imported or called: where Python does either, it may hear Ctrl-C, and whoever
# runs the command line would see a traceback through this file.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from steepest import torch as torch
    from steepest.data.shipped import dataset, datasets
    from steepest.descent.plan.method import steps
    from steepest.descent.rules import (
        LBFGS,
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
    from steepest.descent.stop import Stop
    from steepest.diagnosis.verdict import Verdict
    from steepest.errors import ChoiceError, DataError, FileError, SteepestError
    from steepest.objective.linear import LinearObjective
    from steepest.objective.loss.cross_entropy import CrossEntropy, Softmax
    from steepest.objective.loss.poisson import Poisson
    from steepest.objective.loss.quantile import Quantile
    from steepest.objective.loss.regression import Absolute, Huber, Squared
    from steepest.run.descend import descend
    from steepest.run.descend_path import penalty_path
    from steepest.run.descend_seeds import seeds
    from steepest.run.find_rate import find_rate
    from steepest.run.found_rate import FoundRate
    from steepest.run.load import load
    from steepest.run.penalty_path import PenaltyPath
    from steepest.run.run import Run
    from steepest.run.seeds import Seeds
    from steepest.surface.surface import Surface
    from steepest.trace import Step, Trace

__version__ = "0.1.0"

__all__ = [
    "LBFGS",
    "Absolute",
    "AdaGrad",
    "Adam",
    "AdamW",
    "ChoiceError",
    "CrossEntropy",
    "DataError",
    "FileError",
    "FoundRate",
    "GradientPlane",
    "Huber",
    "LinearObjective",
    "Momentum",
    "Nesterov",
    "NesterovRestart",
    "PenaltyPath",
    "Poisson",
    "Proximal",
    "Quantile",
    "RMSProp",
    "Run",
    "ScheduleFree",
    "Seeds",
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
    "find_rate",
    "load",
    "penalty_path",
    "seeds",
    "steps",
]

HOMES = {
    "steepest.data.shipped": "dataset datasets",
    "steepest.descent.plan.method": "steps",
    "steepest.descent.rules": (
        "AdaGrad Adam AdamW GradientPlane LBFGS Momentum "
        "Nesterov NesterovRestart Proximal RMSProp ScheduleFree Steepest"
    ),
    "steepest.descent.stop": "Stop",
    "steepest.diagnosis.verdict": "Verdict",
    "steepest.errors": "ChoiceError DataError FileError SteepestError",
    "steepest.objective.linear": "LinearObjective",
    "steepest.objective.loss.cross_entropy": "CrossEntropy Softmax",
    "steepest.objective.loss.poisson": "Poisson",
    "steepest.objective.loss.quantile": "Quantile",
    "steepest.objective.loss.regression": "Absolute Huber Squared",
    "steepest.run.descend": "descend",
    "steepest.run.descend_path": "penalty_path",
    "steepest.run.descend_seeds": "seeds",
    "steepest.run.find_rate": "find_rate",
    "steepest.run.found_rate": "FoundRate",
    "steepest.run.load": "load",
    "steepest.run.penalty_path": "PenaltyPath",
    "steepest.run.run": "Run",
    "steepest.run.seeds": "Seeds",
    "steepest.surface.surface": "Surface",
    "steepest.trace": "Step Trace",
}
"""The names of each module."""

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Return what is called so, loaded now: a name of ours, or a module."""
        from importlib import import_module
        from importlib.util import find_spec

        for home, names in HOMES.items():
            if name in names.split():
                return globals().setdefault(name, getattr(import_module(home), name))
        if find_spec(f"steepest.{name}") is not None:
            return import_module(f"steepest.{name}")
        raise AttributeError(f"module 'steepest' has no attribute {name!r}")

    def __dir__() -> list[str]:
        """Return the names that there are, loaded or not."""
        return sorted({*globals(), *__all__})

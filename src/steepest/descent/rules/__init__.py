"""The rules: steepest descent, momentum in its forms, and those with a rate of each param's own.

`along_gradient` has those whose direction is `-gradient`, `momentum` those that add gradients up,
`schedule_free` the one that averages, `per_param` AdaGrad, RMSProp and Adam. Each says its formula,
its source, and the fixed rate at and above which it leaves a bowl, if that is known. `rule.py`
beside says what a rule is; `named_rules.py` makes one of its word.
"""

from steepest.descent.rules.along_gradient import (
    LBFGS,
    GradientPlane,
    Proximal,
    Smoothing,
    Steepest,
)
from steepest.descent.rules.momentum import Momentum, Nesterov, NesterovRestart
from steepest.descent.rules.per_param import AdaGrad, Adam, AdamLBFGS, AdamProximal, AdamW, RMSProp
from steepest.descent.rules.schedule_free import ScheduleFree

__all__ = [
    "LBFGS",
    "AdaGrad",
    "Adam",
    "AdamLBFGS",
    "AdamProximal",
    "AdamW",
    "GradientPlane",
    "Momentum",
    "Nesterov",
    "NesterovRestart",
    "Proximal",
    "RMSProp",
    "ScheduleFree",
    "Smoothing",
    "Steepest",
]

"""The user's own optimizers by their names, and as rules of ours where these take the same steps.

That they do is proved by their tests: recorded steps are taken again, to 1e-10. PyTorch's own
alone are known, by their exact type: a class of another's that is called Adam may be another rule.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch

from steepest.descent.plan.plan import UnkeptRule
from steepest.descent.rule import Rule
from steepest.descent.rules import AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp, Steepest

__all__ = ["Known", "rule_of"]

Group = Mapping[str, Any]


class Known(NamedTuple):
    """A rule, and the `decay` of the weights that is added to each gradient before it."""

    rule: Rule
    decay: float


def rule_of(optimizers: Sequence[Any]) -> Known:
    """Return the rule of optimizers that step together: a name alone where it is not ours."""
    found = {known for one in optimizers if (known := _known(one)) is not None}
    if len(found) == 1 and all(_known(one) is not None for one in optimizers):
        return found.pop()
    names = list(dict.fromkeys(_name(one) for one in optimizers))
    return Known(UnkeptRule(" and ".join(names) or "by hand"), 0.0)


def _name(optimizer: Any) -> str:
    kind = type(optimizer)
    return f"{kind.__name__} of {kind.__module__.split('.')[0]}"


def _known(optimizer: Any) -> Known | None:
    """Return the rule of ours that all groups of an optimizer go by, None if there is none."""
    make = _KNOWN.get(type(optimizer))
    if make is None:
        return None
    found = {make(group) for group in optimizer.param_groups}
    return found.pop() if len(found) == 1 else None


def _of_sgd(group: Group) -> Known | None:
    beta = group["momentum"]
    if group["maximize"] or (beta and group["dampening"]):
        return None
    rule = Steepest() if not beta else (Nesterov if group["nesterov"] else Momentum)(beta)
    return Known(rule, float(group["weight_decay"]))


def _of_adam(group: Group) -> Known | None:
    if group["maximize"] or group["amsgrad"]:
        return None
    beta1, beta2 = map(float, group["betas"])
    epsilon, decay = float(group["eps"]), float(group["weight_decay"])
    if group.get("decoupled_weight_decay"):
        return Known(AdamW(beta1, beta2, epsilon, decay), 0.0)
    return Known(Adam(beta1, beta2, epsilon), decay)


def _of_rmsprop(group: Group) -> Known | None:
    if group["maximize"] or group["centered"] or group["momentum"]:
        return None
    return Known(RMSProp(group["alpha"], group["eps"]), float(group["weight_decay"]))


def _of_adagrad(group: Group) -> Known | None:
    if group["maximize"] or group["lr_decay"] or group["initial_accumulator_value"]:
        return None
    return Known(AdaGrad(group["eps"]), float(group["weight_decay"]))


_KNOWN: Mapping[type, Any] = {
    torch.optim.SGD: _of_sgd,
    torch.optim.Adam: _of_adam,
    torch.optim.AdamW: _of_adam,
    torch.optim.RMSprop: _of_rmsprop,
    torch.optim.Adagrad: _of_adagrad,
}

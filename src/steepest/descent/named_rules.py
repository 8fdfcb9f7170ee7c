"""The rules by their names, and the rule that a word or an object says."""

from steepest.descent.rule import GradientTransformation, OwnRule, Rule, fields_of
from steepest.descent.rules import (
    LBFGS,
    AdaGrad,
    Adam,
    AdamLBFGS,
    AdamProximal,
    AdamW,
    GradientPlane,
    Momentum,
    Nesterov,
    NesterovRestart,
    Proximal,
    RMSProp,
    ScheduleFree,
    Smoothing,
    Steepest,
)
from steepest.errors import ChoiceError

__all__ = ["RULES", "choose_rule"]

RULES: dict[str, type[Rule]] = {
    "steepest": Steepest,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "nesterov_restart": NesterovRestart,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
    "adam_lbfgs": AdamLBFGS,
    "adam_proximal": AdamProximal,
    "schedule_free": ScheduleFree,
    "plane": GradientPlane,
    "lbfgs": LBFGS,
    "proximal": Proximal,
    "smoothing": Smoothing,
}
"""The rules by their names."""


def choose_rule(rule: str | GradientTransformation) -> Rule:
    """Return the rule that a word says, or the rule itself if it is one.

    A word may bring numbers, `momentum:0.5` or `adam:0.9:0.99`, as `Rule.word` has them; `auto` is
    steepest descent. A rule of the reader's own becomes an `OwnRule`. Raises ChoiceError for an
    unknown word, and for what has no `init` and `update`.
    """
    if isinstance(rule, str):
        return _named("steepest" if rule == "auto" else rule)
    if isinstance(rule, type):
        name = rule.__name__
        raise ChoiceError(f"the rule is the class {name}, but it must be one made of it: {name}()")
    lacking = [part for part in ("init", "update") if not callable(getattr(rule, part, None))]
    if lacking:
        raise ChoiceError(
            f"the rule is {rule!r}, but it must be the name of a rule, or have the methods "
            f"init(params) and update(gradient, state); it lacks {' and '.join(lacking)}"
        )
    if isinstance(rule, Rule) and type(rule) in (*RULES.values(), OwnRule):
        return rule
    name = str(getattr(rule, "name", ""))
    return OwnRule(rule, type(rule).__name__ if name in ("", "auto", *RULES) else name)


def _named(word: str) -> Rule:
    """Return the rule of a word, `name` or `name:number:number`."""
    name, *texts = word.split(":")
    if name not in RULES:
        raise ChoiceError(f"there is no rule {word!r}; choose one of auto, {', '.join(RULES)}")
    kind = RULES[name]
    if not texts:
        return kind()
    names = [field.name for field in fields_of(kind)]
    if len(texts) > len(names):
        most = ":".join([name, *(each.upper() for each in names)])
        raise ChoiceError(f"the rule is {word!r}, but there are too many numbers; it is {most}")
    # A rule checks its numbers itself, and takes them from their text.
    return kind(**dict(zip(names, texts, strict=False)))

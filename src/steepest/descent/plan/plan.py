"""A plan: what the options of a descent became, as the things themselves.

A run keeps it, and whoever tells, draws or saves the run asks these values: nothing is made again
from a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from steepest.descent.named_rules import RULES, choose_rule
from steepest.descent.plan.named_rates import OWN_RATE, rate_in_words
from steepest.descent.plan.options import OPTIONS, Options
from steepest.descent.rule import GradientTransformation, Rule, State
from steepest.descent.steps.step_size import Schedule
from steepest.errors import ChoiceError
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.named import choose_loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.objective import Vector

__all__ = ["GIVEN", "Plan", "UnkeptRule"]

GIVEN = "given"
"""The name of the loss of an objective that was given: it has none of rows."""


@dataclass(frozen=True)
class Plan:
    """What a descent was made with; `auto` is what it became.

    `loss` is None where the objective was given: of what it is a mean is not known.
    `learning_rate` is a number, a word or a schedule, as it was given. `scale` is the name of the
    coordinates, `curvature` the bound on the objective's curvature in them, None if there is none.
    `steps` and `batch` are None where no number was given.
    """

    loss: Loss | None
    penalty: Penalty
    rule: Rule
    learning_rate: float | str | Schedule
    scale: str
    curvature: float | None
    seed: int
    random_start: bool
    steps: int | None = None
    batch: int | None = None
    clip: float | None = None
    """The length at which gradients are clipped, in the coordinates of the walk; None: at none."""
    dropout: float = 0.0
    """The share of the hidden units that each step leaves out."""
    by_validation: bool = False
    """Whether the rows kept back say which step is the result."""
    reasons: str = ""
    """Why `auto` became what it did, part by part; empty where nothing was left to it."""
    afresh: str = ""
    """Where the run was gone on with without what its rule had carried, and why; mostly empty."""

    @classmethod
    def of(
        cls,
        options: Options,
        *,
        loss: Loss | None,
        penalty: Penalty,
        rule: Rule,
        scale: str,
        curvature: float | None,
        reasons: str,
    ) -> "Plan":
        """Return the plan that these options became."""
        return cls(
            loss=loss,
            penalty=penalty,
            rule=rule,
            learning_rate=options.learning_rate,
            scale=scale,
            curvature=curvature,
            seed=options.seed,
            random_start=options.start is None,
            steps=options.steps,
            batch=options.batch,
            clip=options.clip,
            dropout=options.dropout,
            by_validation=options.by_validation,
            reasons=reasons,
        )

    @property
    def by_batches(self) -> bool:
        """Whether steps are on mini-batches, of one size or of ever more rows."""
        return self.batch is not None or self.rule.begins_on_batches

    @property
    def loss_name(self) -> str:
        """The name of the loss of a row, "given" where there is none."""
        return GIVEN if self.loss is None else self.loss.name

    @property
    def limit(self) -> float | None:
        """The fixed learning rate at and above which the rule leaves a bowl so curved, if known."""
        return self.rule.limit(self.curvature) if self.curvature else None

    @property
    def rate_in_words(self) -> float | str:
        """The learning rate as a number or a word."""
        return rate_in_words(self.learning_rate)

    @property
    def delta(self) -> float:
        """Huber's delta, in units of the target; 1 for another loss."""
        return self._number_of_loss("delta")

    @property
    def quantile(self) -> float:
        """The quantile that is the loss's; 0.5 for another loss."""
        return self._number_of_loss("quantile")

    def _number_of_loss(self, name: str) -> float:
        """Return a number of the loss, and the usual one where it has none of that name."""
        own = {} if self.loss is None else self.loss.numbers
        usual: Any = OPTIONS[name].value
        return float(own.get(name, usual))

    def to_dict(self) -> dict[str, str | float | bool | None]:
        """Return the plan in words and numbers, as JSON and files hold it."""
        return {
            "loss": self.loss_name,
            "rule": self.rule.word,
            "learning_rate": self.rate_in_words,
            "scale": self.scale,
            "l2": self.penalty.l2,
            "delta": self.delta,
            "seed": self.seed,
            "random_start": self.random_start,
            "steps": self.steps,
            "batch": self.batch,
            "clip": self.clip,
            "dropout": self.dropout,
            "curvature": self.curvature,
            "quantile": self.quantile,
            "l1": self.penalty.l1,
            "why": self.reasons,
            "afresh": self.afresh,
            "by_validation": self.by_validation,
        }

    @classmethod
    def from_dict(
        cls, words: Mapping[str, Any], classes: int | None, options: Options | None = None
    ) -> "Plan":
        """Return the plan whose `to_dict` gave `words`, of a target with so many classes.

        Files of earlier versions say the rule by its name alone; its numbers are then those of
        `options`, the options as they were given, if the file holds these.
        """
        given, name = (
            {"delta": words["delta"], "quantile": words.get("quantile", 0.5)},
            words["loss"],
        )
        return cls(
            loss=None if name == GIVEN else choose_loss(name, classes, **given),
            penalty=Penalty(words.get("l1", 0.0), words["l2"]),
            rule=_rule(words["rule"], options),
            learning_rate=words["learning_rate"] if options is None else options.learning_rate,
            scale=words["scale"],
            curvature=words["curvature"],
            seed=words["seed"],
            random_start=words["random_start"],
            steps=words["steps"],
            batch=words["batch"],
            clip=words.get("clip"),
            dropout=words.get("dropout", 0.0),
            reasons=words.get("why", ""),
            afresh=words.get("afresh", ""),
            by_validation=words.get("by_validation", False),
        )

    def with_code(
        self, rule: GradientTransformation | None, learning_rate: Schedule | None
    ) -> "Plan":
        """Return the plan with a rule and a function of the reader's own that no file holds.

        Raises ChoiceError where the plan has its own, and for a rule of another name.
        """
        if rule is not None:
            self._check_own(rule)
        if learning_rate is not None and self.learning_rate != OWN_RATE:
            raise ChoiceError(
                f"the run in the file has its learning rate, {self.rate_in_words}; leave "
                "learning_rate out"
            )
        return replace(
            self,
            rule=self.rule if rule is None else choose_rule(rule),
            learning_rate=self.learning_rate if learning_rate is None else learning_rate,
        )

    def _check_own(self, rule: GradientTransformation) -> None:
        """Raise ChoiceError if the rule is not the one whose name the file has kept."""
        if not isinstance(self.rule, UnkeptRule):
            raise ChoiceError(f"the run in the file has its rule, {self.rule.word}; leave rule out")
        given = choose_rule(rule).name
        if given != self.rule.name:
            raise ChoiceError(
                f"the rule is {given}, but the run in the file went by {self.rule.name}; give that"
            )

    def to_options(self) -> Options:
        """Return options that would become this plan, but for the start.

        A learning rate that is not known any more stays a word that nothing is called by.
        """
        return Options(
            loss="auto" if self.loss is None else self.loss,
            rule=self.rule,
            learning_rate=self.learning_rate,
            steps=self.steps,
            seed=self.seed,
            scale=self.scale,
            l1=self.penalty.l1,
            l2=self.penalty.l2,
            batch=self.batch,
            clip=self.clip,
            dropout=self.dropout,
        )


@dataclass(frozen=True)
class UnkeptRule(Rule):
    """A rule of the reader's own of which a file has kept the name: code is in no file.

    For params, (params,), it has no direction: ChoiceError.
    """

    called: str

    @property
    def name(self) -> str:
        """The name that it had."""
        return self.called

    @property
    def word(self) -> str:
        """The name: by it the rule cannot be made again."""
        return self.called

    def init(self, params: Vector) -> State:
        """Raise ChoiceError: what the rule does is not known."""
        raise ChoiceError(
            f"the rule {self.called} is code, which is in no file of a run; give it to "
            "load(path, rule=...) and the run can go on"
        )


def _rule(word: str, options: Options | None) -> Rule:
    """Return the rule that a file says."""
    given = None if options is None or options.rule == "auto" else choose_rule(options.rule)
    if given is not None and given.name == word:
        return given
    return choose_rule(word) if word.split(":")[0] in RULES else UnkeptRule(word)

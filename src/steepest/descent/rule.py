"""What a rule is: how a gradient becomes a direction, and what is known of that.

A rule is two pure functions, as a gradient transformation of optax is: `init(params) -> state` and
`update(gradient, state) -> (direction, state)`. The step is then `params += learning_rate *
direction`. States are tuples of arrays and numbers, so they can be kept and taken up again. What
else is known of a rule, such as its limit, is asked of it; a rule that nobody here wrote needs the
two only.
"""

from collections.abc import Callable
from dataclasses import Field, dataclass, fields, is_dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from steepest.checks import number
from steepest.errors import ChoiceError
from steepest.numerals import plain
from steepest.objective.evaluation import Vector

__all__ = ["GradientTransformation", "OwnRule", "Rule", "State", "fields_of", "word_of"]

State = tuple[Any, ...]

SAID = (
    "first_step_is_steepest",
    "searches_plane",
    "turns_gradient",
    "draws_to_zero",
    "constant_rate",
    "is_always_downhill",
    "limit_formula",
    "limit_source",
)
"""What a rule of the reader's own may say of itself."""


class GradientTransformation(Protocol):
    """All that a rule of the reader's own must have."""

    def init(self, params: Vector) -> State:
        """Return the state before the first step."""

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return the direction to go and the next state."""


def word_of(name: str, made: object) -> str:
    """Return `name:number:number` for what was made with these numbers, its fields.

    Usual ones at the end are left out. By that word it can be made again, to the bit.
    """
    own = fields_of(made)
    numbers = [getattr(made, field.name) for field in own]
    while numbers and numbers[-1] == own[len(numbers) - 1].default:
        numbers.pop()
    return ":".join([name, *map(plain, numbers)])


def fields_of(made: object) -> tuple[Field[float], ...]:
    """Return the fields of a dataclass or of one made, its numbers; none of anything else."""
    return fields(made) if is_dataclass(made) else ()


class Rule:
    """How a gradient becomes a direction, and what is known of that; by default nothing."""

    first_step_is_steepest: ClassVar[bool] = False
    """Whether the first step is along minus the gradient, as that of steepest descent is."""
    keeps_nothing: ClassVar[bool] = False
    """Whether its state is `()` wherever it begins, so that nobody need say where."""
    searches_plane: ClassVar[bool] = False
    """Whether rate and momentum are found together, on the plane of gradient and last step."""
    turns_gradient: ClassVar[bool] = False
    """Whether its step size turns the gradient by the curvature that the last steps met."""
    begins_on_batches: ClassVar[bool] = False
    """Whether its first steps see mini-batches, and the later ones all rows."""
    draws_to_zero: ClassVar[bool] = False
    """Whether the step goes against the gradient and then draws weights towards 0, as L1 asks."""
    constant_rate: ClassVar[bool] = False
    """Whether it has its guarantee only at the same learning rate at every step."""
    is_always_downhill: ClassVar[bool] = False
    """Whether no direction of it leads uphill, so that backtracking ends."""
    limit_formula: ClassVar[str] = ""
    """`limit` as a formula; empty if there is none."""
    limit_source: ClassVar[str] = ""
    """Where `limit` is from; empty if there is none."""
    shares: ClassVar[tuple[str, ...]] = ()
    """Which of its numbers must be below 1: its formula has none for others."""

    def __post_init__(self) -> None:
        """Check the numbers of a rule, whether a word or an object brought them.

        Raises ChoiceError for what is no finite number from 0 up, or a share that is not below 1.
        """
        for field in fields_of(self):
            if field.type is float:
                what, given = f"{field.name} of the rule {self.name}", getattr(self, field.name)
                below = 1.0 if field.name in self.shares else None
                object.__setattr__(self, field.name, number(what, given, below=below))

    @property
    def name(self) -> str:
        """The name by which the rule is chosen: `momentum`."""
        raise NotImplementedError

    @property
    def word(self) -> str:
        """The name and the numbers that are not the usual ones, in order: `momentum:0.5`.

        >>> from steepest.descent.rules import Adam, Momentum
        >>> Momentum().word, Adam(beta2=0.99).word
        ('momentum', 'adam:0.9:0.99')
        """
        return word_of(self.name, self)

    @property
    def finds_rate(self) -> bool:
        """Whether it finds its own rate, and takes none."""
        return self.searches_plane or self.turns_gradient or self.begins_on_batches

    @property
    def fault(self) -> str:
        """Why it may diverge on a quadratic at any fixed rate; empty where some rate is safe."""
        return ""

    @property
    def decays(self) -> bool:
        """Whether `decay_at` is to be added to each direction."""
        return False

    def init(self, params: Vector) -> State:
        """Return the state before the first step."""
        raise NotImplementedError

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return the direction to go and the next state."""
        raise NotImplementedError

    def decay_at(self, position: Vector) -> Vector:
        """Return what is added to the direction at this position, of the same shape."""
        return np.zeros_like(position)

    def preconditioner(self, state: State) -> Vector | None:
        """Return P, (params,), by which a rule in this state divides; None of one without."""
        return None

    def preconditioned_limit(self, curvature: float) -> float | None:
        """Return the limit of a fixed rate by the largest eigenvalue of `P^-1 H`; None if unknown.

        P is the `preconditioner`, taken to stand still (Cohen et al. 2022, "Adaptive gradient
        methods at the edge of stability", arXiv 2207.14484).
        """
        return None

    def limit(self, curvature: float) -> float | None:
        """Return the stability limit of a fixed rate on a quadratic of this largest eigenvalue.

        None where it is not known.
        """
        return None


@dataclass(frozen=True)
class OwnRule(Rule):
    """A rule of the reader's own: what it does not say of itself is not known.

    `rule` has `init` and `update`, and may have a `name`, a `limit(curvature)`, a
    `decay_at(position)`, a `fault`, and each of `SAID`, as a `Rule` has them.
    """

    rule: GradientTransformation
    called: str

    def __post_init__(self) -> None:
        """Take over what the rule says of itself."""
        usual = {"limit_formula": "its limit", "limit_source": f"the rule {self.name} itself"}
        for name in SAID:
            said = getattr(self.rule, name, usual.get(name, getattr(Rule, name)))
            object.__setattr__(self, name, said or usual.get(name, said))

    @property
    def name(self) -> str:
        """What it is called: its own name, or that of its class."""
        return self.called

    @property
    def word(self) -> str:
        """The name: by it the rule cannot be made again."""
        return self.name

    @property
    def fault(self) -> str:
        """Why it may diverge at any fixed rate, as far as it says so."""
        return str(getattr(self.rule, "fault", ""))

    @property
    def decays(self) -> bool:
        """Whether it has a decay."""
        return bool(getattr(self.rule, "decays", hasattr(self.rule, "decay_at")))

    def init(self, params: Vector) -> State:
        """Return what `rule` does."""
        return self.rule.init(params)

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return what `rule` does with a copy of the gradient.

        Raises ChoiceError if that is not a pair of a direction, of the gradient's shape, and a
        state, or if a gradient of finite numbers gets a direction with others.
        """
        found: object = self.rule.update(gradient.copy(), state)
        if not isinstance(found, tuple) or len(found) != 2:
            raise self._misfit(f"a {type(found).__name__}")
        try:
            direction = np.asarray(found[0], dtype=gradient.dtype)
        except (TypeError, ValueError):
            raise self._misfit(f"{found[0]!r} as direction") from None
        if direction.shape != gradient.shape:
            raise self._misfit(f"a direction of the shape {direction.shape}")
        if not np.isfinite(direction).all() and np.isfinite(gradient).all():
            at = int(np.flatnonzero(~np.isfinite(direction))[0])
            raise self._misfit(f"the direction {direction[at]:g} for param {at + 1}")
        return direction, found[1]

    def _misfit(self, got: str) -> ChoiceError:
        """Return what is wrong with an update."""
        return ChoiceError(
            f"update of the rule {self.name} returned {got}, but it must return a pair (direction, "
            "state), the direction one finite number a param"
        )

    def decay_at(self, position: Vector) -> Vector:
        """Return what `rule` does."""
        own: Callable[[Vector], Vector] = getattr(self.rule, "decay_at", np.zeros_like)
        return own(position)

    def limit(self, curvature: float) -> float | None:
        """Return what `rule` does, None if it has no limit."""
        own: Callable[[float], float | None] | None = getattr(self.rule, "limit", None)
        return None if own is None else own(curvature)

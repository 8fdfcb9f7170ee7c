"""The names that parts of a run had before; each still answers, and warns."""

import warnings
from types import SimpleNamespace

from steepest.descent.checkpoint import Checkpoint
from steepest.descent.plan.options import Options
from steepest.descent.plan.plan import Plan

__all__ = ["FormerNames"]


class FormerNames:
    """What a run has by other names now."""

    plan: Plan
    options: Options | None
    checkpoint: Checkpoint | None

    @property
    def choices(self) -> SimpleNamespace:
        """The plan in words and numbers, as `report` has it. Deprecated: ask `plan`."""
        _warn("choices", "plan, in words run.plan.to_dict()")
        return SimpleNamespace(**self.plan.to_dict())

    @property
    def asked(self) -> Options | None:
        """The options as they were given. Deprecated: ask `options`."""
        _warn("asked", "options")
        return self.options

    @property
    def standing(self) -> Checkpoint | None:
        """Where the run is gone on with. Deprecated: ask `checkpoint`."""
        _warn("standing", "checkpoint")
        return self.checkpoint


def _warn(former: str, name: str) -> None:
    """Warn whoever asks for a former name."""
    warnings.warn(f"run.{former} is now run.{name}", DeprecationWarning, stacklevel=3)

"""A fit of Lightning watched by a callback: `Trainer(callbacks=[LightningCallback()])`."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from steepest.bridge.torch.watch import Watched, watch
from steepest.errors import ChoiceError
from steepest.run.run import Run

__all__ = ["LightningCallback"]

HOMES = ("lightning.pytorch", "pytorch_lightning")
"""Where Lightning's own callback is, under its two names of PyPI."""


class Watching:
    """What is done at the begin and at the end of a fit; `run` is there once that is over."""

    def __init__(self, loss: Any, data: Any, options: dict[str, Any]) -> None:
        self._loss, self._data, self._options = loss, data, options
        self._watched: Watched | None = None

    @property
    def watched(self) -> Watched:
        """What watches the fit; ChoiceError before one has begun."""
        if self._watched is None:
            raise ChoiceError("no fit has begun; give the callback to a Trainer and call its fit()")
        return self._watched

    @property
    def run(self) -> Run:
        """The run; ChoiceError as long as the fit is not over."""
        return self.watched.run

    def on_train_start(self, trainer: Any, module: Any) -> None:
        """Begin to watch the module and its optimizers."""
        loss = getattr(module, self._loss) if isinstance(self._loss, str) else self._loss
        optimizers = trainer.optimizers
        self._watched = watch(module, *optimizers, loss=loss, data=self._data, **self._options)
        self._watched.__enter__()

    def on_train_end(self, trainer: Any, module: Any) -> None:
        """End watching with the fit."""
        self.watched.__exit__(None, None, None)

    def on_exception(self, trainer: Any, module: Any, exception: BaseException) -> None:
        """End watching with an error of the fit, which passes through."""
        if self._watched is not None:
            self._watched.__exit__(type(exception), exception, exception.__traceback__)


def LightningCallback(loss: Any = None, data: Any = None, **options: Any) -> Any:  # noqa: N802
    """Return a callback of Lightning that watches a fit; its `run` is there once that is over.

    `loss` is the criterion, or the name of the module's own; `data` and the `options` are those of
    `watch`. Raises ChoiceError where Lightning is not installed.
    """
    home = next((name for name in HOMES if _is_there(name)), None)
    if home is None:
        raise ChoiceError("LightningCallback needs lightning; pip install lightning")
    own = import_module(home).Callback
    return type("LightningCallback", (Watching, own), {})(loss, data, options)


def _is_there(name: str) -> bool:
    return find_spec(name.split(".")[0]) is not None

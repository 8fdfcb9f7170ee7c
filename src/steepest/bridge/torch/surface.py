"""What `st.torch` offers: the objective of a module, and a surface through its params."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from numpy.typing import ArrayLike
from torch import nn

from steepest.bridge.torch.objective import TorchObjective
from steepest.bridge.torch.preview import POINTS, preview_of
from steepest.checks import whole_number
from steepest.errors import ChoiceError
from steepest.run.descend import descend
from steepest.run.run import Run
from steepest.surface.surface import Surface
from steepest.view.format import SIZE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["TorchSurface", "objective", "surface"]

USUAL_POINTS = 51
"""Points a side of a surface, where nobody says how many."""

PANELS = ("surface", "map")
"""What is drawn of a surface without a run."""


@dataclass(frozen=True, eq=False)
class TorchSurface(Surface):
    """A surface through the params of a module; `run` is one without a step from there."""

    run: Run = field(kw_only=True, repr=False)

    def figure(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        panels: Sequence[str] = PANELS,
        size: tuple[int, int] = SIZE,
        theme: str = "light",
    ) -> "Figure":
        """Return the surface as a figure, written to `path` too if given; see `Run.figure`."""
        return self.run.figure(path, panels=panels, size=size, theme=theme, surface=self)


def objective(
    model: nn.Module,
    loss: Any,
    data: Any,
    *,
    rows: int | None = None,
    statistics: str = "running",
    dtype: torch.dtype | None = None,
) -> TorchObjective:
    """Return the loss of a module on its data, as a function of all its trainable parameters.

        loss(params) = sum_b d_b criterion(model(X_b; params), y_b) / sum_b d_b

    where d_b is what the criterion itself divides the sum of batch b by: its rows, or with weights
    of classes or an `ignore_index` their weights. So batches of any sizes give the loss of all rows
    at once.

    `loss` is a module such as `nn.CrossEntropyLoss()`, a function (output, target), or a function
    (model, batch) whose first argument is called model, module, net or network. `data` is (X, y),
    of tensors or arrays, a list of such batches, a DataLoader or a Dataset; it is read once, so
    that all points have the same rows. Dropout is off; BatchNorm takes its `statistics` of running
    or of batch. All is worked out in float64 where the module can, else in its own type, or in
    `dtype`. `rows` draws so many rows at random, and the words then say "m of n rows, ± x at 95 %".

    The module is not changed: no parameter, buffer, mode, hook or random number. The result goes
    to `st.descend(objective, start=objective.params)` and `st.steps`; params are named as the
    module names them, `fc1.weight[3, 2]`, or by number, `weight 15`, weights counted layer by
    layer, receiving unit by receiving unit. Raises ChoiceError for a module without params, for a
    loss that is not one number, and for what PyTorch refuses; DataError for NaN and for no rows.

    >>> import torch, steepest as st
    >>> _ = torch.manual_seed(0)
    >>> model = torch.nn.Linear(1, 1)
    >>> X = torch.tensor([[0.0], [1.0], [2.0]])
    >>> objective = st.torch.objective(model, torch.nn.MSELoss(), (X, 2 * X + 1))
    >>> run = st.descend(objective, start=objective.params)
    >>> run.param_names, run.params.round(6)
    (('weight[0, 0]', 'bias[0]'), array([2., 1.]))
    """
    return TorchObjective(model, loss, data, rows=rows, statistics=statistics, dtype=dtype)


def surface(
    model: nn.Module,
    loss: Any,
    data: Any,
    *,
    x: str | None = None,
    y: str | None = None,
    plane: str | tuple[ArrayLike, ArrayLike] | None = None,
    points: int | None = None,
    seed: int = 0,
    rows: int | None = None,
    seconds: float | None = None,
    statistics: str = "running",
    dtype: torch.dtype | None = None,
    progress: bool = False,
) -> TorchSurface:
    """Return the loss `f(params + a u + b v)` around a module's params as they are; no training.

    Model, loss, data, `rows`, `statistics` and `dtype` are as in `objective`. The plane is that of
    two params, `x` and `y`, by name or number; or `plane`: "random", two directions (by `seed`) as
    long in each filter or row as its weights are, biases held (Li et al. 2018); "sharpest", the
    eigenvectors at both ends of the Hessian's spectrum; or two vectors (u, v), (params,) each. It
    is "random" where nothing is said. `points` a side, 51; `progress` shows a bar. `in_words` and
    `numbers` tell the plane, `refinement` what each finer grid found, `figure()` draws it.

    `seconds` asks for a preview in about that time once the data are read: 9 points a side, of as
    many rows, drawn at random, as there is time for ("m of n rows, ± x at 95 %"), in
    the module's own type of numbers. `refined()` of it halves the spacing, of the same rows.

    Second derivatives are tested against differences of the gradient first. Raises ChoiceError as
    `objective`, for a time that is not above 0, and for a plane that there is not: of wrong second
    derivatives it names the layer.

    >>> import torch, steepest as st
    >>> _ = torch.manual_seed(0)
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    >>> X = torch.randn(40, 2)
    >>> y = X[:, :1] * X[:, 1:]
    >>> drawn = st.torch.surface(model, torch.nn.MSELoss(), (X, y), plane="sharpest", points=9)
    >>> print(drawn.in_words)
    The axes are the eigenvectors at both ends of the Hessian's spectrum, with eigenvalues ...
    """
    make = partial(TorchObjective, model, loss, statistics=statistics)
    if seconds is None:
        asked = make(data, rows=rows, dtype=dtype)
    else:
        if rows is not None:
            raise ChoiceError("rows and seconds: both say how many rows; leave one out")
        points = POINTS if points is None else whole_number("points", points, least=2)
        asked = preview_of(make, model, data, seconds, points, dtype)
    points = USUAL_POINTS if points is None else points
    run = descend(asked, start=asked.params, steps=0)
    if x is None and y is None and plane is None:
        plane = "random"
    found = run.surface(x, y, points, plane=plane, seed=seed, progress=progress)
    return TorchSurface(**{one.name: getattr(found, one.name) for one in fields(found)}, run=run)

"""A learning rate found by `st.find_rate`, torch-lr-finder and Lightning, for modules of torch.

Each tool is as it comes, given the module, the loss and all rows as one batch. What its rate is
worth is seen by training: the lowest loss of 60 steps of torch's own optimizer, as a multiple of
the lowest loss that 40 steps reach at any of a fine grid of rates.
"""

import io
import logging
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from copy import deepcopy
from importlib.util import find_spec
from itertools import chain
from math import inf, isfinite
from typing import Any, NamedTuple

import numpy as np

from bench.timing import TORCH_MISSING, has_torch, progress, table, times
from steepest.numerals import short

__all__ = ["Case", "cases", "judged", "rate"]

STEPS = 40
"""Steps in which the grid's rates, and those of our own trials, show what they are worth."""

MORE_STEPS = 60
"""Steps that a rate that was found is given."""

GRID = np.geomspace(1e-4, 1e2, 100)

ROWS = 80

STARTS = 3
"""Random starts of each network."""

NEAR = 1.05
"""The multiple of the best loss that counts as near to it."""

OURS = "st.find_rate"


class Case(NamedTuple):
    """A module with the loss, the rows, and torch's optimizer at a rate."""

    model: Any
    loss: Any
    X: Any
    y: Any
    rule: str = "steepest"

    def optimizer(self, model: Any, rate: float) -> Any:
        """Return the optimizer of a copy of the module."""
        import torch

        if self.rule == "adam":
            return torch.optim.Adam(model.parameters(), lr=rate)
        momentum = 0.9 if self.rule == "momentum" else 0.0
        return torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)

    def losses(self, rate: float, steps: int) -> list[float]:
        """Return the losses of a training from the same start, (steps + 1,)."""
        model = deepcopy(self.model)
        optimizer, found = self.optimizer(model, rate), []
        for _ in range(steps + 1):
            optimizer.zero_grad()
            loss = self.loss(model(self.X), self.y)
            found.append(float(loss.detach()))
            loss.backward()
            optimizer.step()
        return found


def rate(quick: bool = False) -> str:
    """Return the table: the rate of each tool, and how its training compares with the grid's."""
    if not has_torch():
        return TORCH_MISSING
    import torch

    torch.set_num_threads(1)
    known: Mapping[str, tuple[Callable[[Case], float], str]] = {
        OURS: (_ours, "steepest"),
        "torch-lr-finder": (_lr_finder, "torch_lr_finder"),
        "Lightning": (_lightning, "lightning"),
    }
    tools = {name: work for name, (work, package) in known.items() if find_spec(package)}
    found = [
        judged(name, case, tools)
        for seed in range(1 if quick else STARTS)
        for name, case in list(cases(seed).items())[: 2 if quick else None]
        if seed == 0 or len(case.model) > 1
    ]
    within = [sum(one.times[name] <= NEAR for one in found) for name in tools]
    rows = [one.cells for one in found]
    rows.append(
        ["within 5 % of the best", "", "", *_each_two(f"{n} of {len(rows)}" for n in within)]
    )
    missing = ", ".join(name for name in known if name not in tools)
    note = f"\nNot installed: {missing} (pip install --no-deps).\n" if missing else ""
    header = ["", "best of a grid: rate", "loss"]
    for name in tools:
        header += [f"{name}: rate", "loss to best"]
    title = f"Learning rates: lowest loss in {MORE_STEPS} steps, to that of the best in {STEPS}"
    return table(title, header, rows) + note


class Judged(NamedTuple):
    """A problem's best rate of the grid, and the rate of each tool with its loss to the best."""

    name: str
    best: float
    loss: float
    found: Mapping[str, float]
    times: Mapping[str, float]

    @property
    def cells(self) -> list[str]:
        """The line of the table."""
        told = [(short(self.found[name], 2), times(self.times[name])) for name in self.found]
        return [self.name, short(self.best, 2), short(self.loss, 3), *chain(*told)]


def judged(name: str, case: Case, tools: Mapping[str, Callable[[Case], float]]) -> Judged:
    progress(f"rate {name}")
    ends = {float(at): _number(case.losses(float(at), STEPS)[-1]) for at in GRID}
    best = min(ends, key=lambda at: ends[at])
    with _quiet():
        found = {tool: find(case) for tool, find in tools.items()}
    lowest = {tool: min(map(_number, case.losses(at, MORE_STEPS))) for tool, at in found.items()}
    to_best = {tool: loss / ends[best] for tool, loss in lowest.items()}
    return Judged(name, best, ends[best], found, to_best)


def _each_two(cells: Iterable[str]) -> Iterator[str]:
    """Yield each cell after an empty one: under the loss, not the rate."""
    for cell in cells:
        yield from ("", cell)


def _number(loss: float) -> float:
    return loss if isfinite(loss) else inf


def cases(seed: int = 0) -> dict[str, Case]:
    """Return ten problems, linear modules under five losses and networks, and an eleventh.

    Of moons without noise a lucky overshooting may reach 0: there the best rate is drawn by lot.
    """
    import torch

    torch.manual_seed(seed)
    nn, made = torch.nn, np.random.default_rng(5)
    unlike = made.normal(size=(ROWS, 3)) * [1.0, 5.0, 0.2]
    alike = (unlike - unlike.mean(0)) / unlike.std(0)
    z = unlike[:, 0] + made.normal(size=ROWS)
    curved = np.tanh(unlike[:, 0]) + 0.1 * made.normal(size=ROWS)
    apart, near, side = _moons(made, 0.0), _moons(made, 0.25), np.arange(ROWS) % 2
    codes = torch.from_numpy(np.digitize(z, [-0.5, 0.5]))
    counts = made.poisson(np.exp(unlike[:, 0] / 2))

    def column(y: Any) -> Any:
        return torch.from_numpy(np.asarray(y, dtype=np.float64))[:, None]

    def of(X: Any, layers: Any, loss: Any, y: Any, rule: str = "steepest") -> Case:
        return Case(nn.Sequential(*layers).double(), loss, torch.from_numpy(X), y, rule)

    def net(inputs: int, hidden: int, activation: Any) -> Any:
        return nn.Linear(inputs, hidden), activation, nn.Linear(hidden, 1)

    line = [nn.Linear(3, 1) for _ in range(5)]
    linear = column(unlike @ [1.0, -1.0, 2.0] + made.normal(size=ROWS))
    mse, bce = nn.MSELoss(), nn.BCEWithLogitsLoss()
    return {
        "squared, unlike features": of(unlike, line[:1], mse, linear),
        "two classes": of(alike, line[1:2], bce, column(z > 0)),
        "two classes, momentum": of(alike, line[2:3], bce, column(z > 0), "momentum"),
        "Huber": of(alike, line[3:4], nn.HuberLoss(delta=0.1), column(curved)),
        "three classes": of(alike, [nn.Linear(3, 3)], nn.CrossEntropyLoss(), codes),
        "counts": of(alike, line[4:], nn.PoissonNLLLoss(), column(counts)),
        "3-4-1 tanh": of(alike, net(3, 4, nn.Tanh()), mse, column(curved)),
        "3-4-1 tanh, Adam": of(alike, net(3, 4, nn.Tanh()), mse, column(curved), "adam"),
        "3-8-1 GELU": of(alike, net(3, 8, nn.GELU()), mse, column(curved)),
        "2-4-1 tanh, moons": of(near, net(2, 4, nn.Tanh()), bce, column(side)),
        "2-4-1 tanh, moons without noise": of(apart, net(2, 4, nn.Tanh()), bce, column(side)),
    }


def _moons(made: np.random.Generator, noise: float) -> Any:
    """Return points on two half circles in turn, (rows, 2), with normal noise."""
    angle, side = made.uniform(0.0, np.pi, ROWS), np.arange(ROWS) % 2
    sines = np.sin(angle) * (1 - 2 * side) + side / 2
    points = np.column_stack([np.cos(angle) + side, sines])
    return points + noise * made.normal(size=points.shape)


def _ours(case: Case) -> float:
    import steepest as st

    objective = st.torch.objective(case.model, case.loss, (case.X, case.y))
    found = st.find_rate(objective, start=objective.params, rule=case.rule, trial_steps=STEPS)
    return float(found.learning_rate)


def _batches(case: Case) -> Any:
    from torch.utils.data import DataLoader, TensorDataset

    return DataLoader(TensorDataset(case.X, case.y), batch_size=len(case.X))


def _lr_finder(case: Case) -> float:
    """Return the suggestion of torch-lr-finder: of its plot, by the settings of its README."""
    from matplotlib.figure import Figure
    from torch_lr_finder import LRFinder

    model = deepcopy(case.model)
    finder = LRFinder(model, case.optimizer(model, 1e-7), case.loss, device="cpu")
    finder.range_test(_batches(case), end_lr=10, num_iter=100)
    told = finder.plot(ax=Figure().add_subplot())
    return float(told[1])


def _lightning(case: Case) -> float:
    """Return the suggestion of Lightning's tuner by its own settings."""
    from lightning.pytorch import LightningModule, Trainer
    from lightning.pytorch.tuner import Tuner

    class Training(LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model, self.lr = deepcopy(case.model), 1e-3

        def training_step(self, batch: Any, index: int) -> Any:
            return case.loss(self.model(batch[0]), batch[1])

        def configure_optimizers(self) -> Any:
            return case.optimizer(self.model, self.lr)

    with tempfile.TemporaryDirectory() as folder:
        options = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}
        trainer = Trainer(
            accelerator="cpu", max_epochs=100, default_root_dir=folder,
            enable_checkpointing=False, **options,
        )  # fmt: skip
        found = Tuner(trainer).lr_find(Training(), train_dataloaders=_batches(case))
    return float(found.suggestion())


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the tools say off the terminal."""
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    said = io.StringIO()
    with warnings.catch_warnings(), redirect_stdout(said), redirect_stderr(said):
        warnings.simplefilter("ignore")
        yield

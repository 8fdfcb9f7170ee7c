"""A path over penalties: the minimum at each, and how well it does on rows kept back by folds."""

from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.run.run import Run
from steepest.run.several import Several
from steepest.view.format import Format
from steepest.view.path_story import PathStory
from steepest.view.story import loss_label
from steepest.view.summary_table import SummaryTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PenaltyPath"]

Array = NDArray[np.float64]


@dataclass(frozen=True, repr=False, eq=False)
class PenaltyPath(Several):
    """The runs on all rows, the largest penalty first, and the losses of the rows kept back.

    `fold_losses`, (folds, penalties), are without the penalty; of no rows where there are no folds.
    """

    penalty: str
    fold_losses: Array

    def __repr__(self) -> str:
        """Return what was fitted, and along which penalties."""
        first, last = self.penalties[0], self.penalties[-1]
        return (
            f"<PenaltyPath: {self.runs[0].problem}; {len(self.runs)} penalties {self.penalty} from "
            f"{first:.6g} to {last:.6g}, {len(self.fold_losses)} folds>"
        )

    @property
    def penalties(self) -> Array:
        """The penalties, (penalties,), falling."""
        return np.array([getattr(run.plan.penalty, self.penalty) for run in self.runs])

    @property
    def weights(self) -> Array:
        """The weights of each run, (penalties, weights): of several classes row by row."""
        return np.array([run.params[run.objective.layout.weights] for run in self.runs])

    @property
    def best(self) -> Run | None:
        """The run with the lowest mean loss of the rows kept back; None without folds."""
        return self.runs[self.story.best] if len(self.fold_losses) else None

    @property
    def within_one_error(self) -> Run | None:
        """The run of the largest penalty within one standard error of that; None without folds."""
        return self.runs[self.story.within_error] if len(self.fold_losses) else None

    @cached_property
    def story(self) -> PathStory:
        """All that is said of them, as one plain record."""
        first = self.runs[0]
        plan, problem = first.plan, first.problem
        used = first.objective.layout.weights
        return PathStory(
            title=first.story.title,
            how=f"{problem.loss_in_words}; {self.penalty} from {self.penalties[0]:.4g} down to "
            f"{self.penalties[-1]:.4g}",
            penalty=self.penalty,
            loss_label=loss_label(plan.loss_name, problem.unit),
            penalties=self.penalties,
            weights=self.weights,
            weight_names=problem.param_names[used],
            losses=np.array([_without_penalty(run) for run in self.runs]),
            fold_losses=self.fold_losses,
            ends=[run.stop.reason for run in self.runs],
        )

    def explain(self) -> str:
        """Return the path in words and numbers, and which penalty the folds choose."""
        from steepest.view.path_words import tell_path

        return tell_path(self.story)

    @property
    def table(self) -> SummaryTable:
        """A row a penalty: losses, weights that are not 0, and each weight; it has `to_frame()`."""
        story = self.story
        columns: dict[str, Any] = {
            self.penalty: story.penalties.tolist(),
            "loss": story.losses.tolist(),
            "weights_not_0": story.used.tolist(),
        }
        if len(self.fold_losses):
            columns["validation_loss"] = story.mean_losses.tolist()
            columns["standard_error"] = story.errors.tolist()
        weights = zip(story.weight_names, story.weights.T, strict=True)
        columns |= {f"weight {name}": of_it.tolist() for name, of_it in weights}
        return SummaryTable("Path", {**columns, "end": list(story.ends)})

    def to_frame(self, package: str = "pandas") -> Any:
        """Return the table as a data frame of pandas, or of polars; ChoiceError for another."""
        return self.table.to_frame(package)

    def to_dict(self) -> dict[str, Any]:
        """Return the table and the choices for JSON: what is no finite number is None."""
        chosen = {"best": self.best, "within_one_error": self.within_one_error}
        return {
            "penalty": self.penalty,
            "path": self.table.to_dict(),
            "fold_losses": [
                [one if isfinite(one) else None for one in fold]
                for fold in self.fold_losses.tolist()
            ],
            **{
                name: None if run is None else getattr(run.plan.penalty, self.penalty)
                for name, run in chosen.items()
            },
        }

    def draw(self, wanted: Format) -> "Figure":
        """Return weights and losses by the penalty as a figure."""
        from steepest.view.path_figure import draw_path

        return draw_path(self.story, wanted)


def _without_penalty(run: Run) -> float:
    """Return the loss of all rows at the result of a run, without the penalty."""
    weights = run.params[run.objective.layout.weights]
    return run.loss - run.plan.penalty.value(weights)

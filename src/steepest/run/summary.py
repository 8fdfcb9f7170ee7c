"""The summary of a run as three tables: its weights, the run itself, the rows that hurt most."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.checks import number
from steepest.diagnosis.metrics import Measured
from steepest.diagnosis.uncertainty import Uncertainty, uncertainty_of
from steepest.errors import ChoiceError
from steepest.numerals import counted, percent, plain
from steepest.view.summary_table import SummaryTable

if TYPE_CHECKING:
    from steepest.run.run import Run

__all__ = ["Summary", "summary"]


@dataclass(frozen=True)
class Summary:
    """Three tables: a row a weight, the run, a row a row; each has `to_frame()`.

    As text it is printed, as HTML a notebook shows it, `to_dict()` is for JSON.
    """

    weights: SummaryTable
    run: SummaryTable
    rows: SummaryTable | None
    """None where there are no rows."""

    @property
    def tables(self) -> dict[str, SummaryTable]:
        """The tables by name."""
        there = {"weights": self.weights, "run": self.run, "rows": self.rows}
        return {name: table for name, table in there.items() if table is not None}

    def __str__(self) -> str:
        """Return the tables as text."""
        return "\n\n".join(map(str, self.tables.values()))

    __repr__ = __str__

    def to_html(self) -> str:
        """Return the tables as HTML."""
        return "\n".join(table.to_html() for table in self.tables.values())

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return self.to_html()

    def to_dict(self) -> dict[str, dict[str, list[Any]]]:
        """Return each table's columns by name, for JSON."""
        return {name: table.to_dict() for name, table in self.tables.items()}


def summary(run: "Run", level: float, rows: int) -> Summary:
    """Return the summary of a run; see `Run.summary`.

    Raises ChoiceError for a level that is not between 0 and 1.
    """
    level = number("level", level, above=0.0)
    if level >= 1.0:
        raise ChoiceError(f"level is {level:g}, but it must be between 0 and 1, such as 0.95")
    known = uncertainty_of(run.problem, run.params, run.stop, level)
    last = run.story.result.index == run.trace.last.index
    known = known if last or known.reason else _of_another_step(known)
    hurt = _rows(run, rows) if run.problem.has_rows else None
    return Summary(_weights(run, known), _run(run), hurt)


def _of_another_step(known: Uncertainty) -> Uncertainty:
    """Return that there are none: the result is not the step at which the run ended."""
    none = np.full(len(known.errors), np.nan)
    reason = "the result is an earlier step than the minimum"
    return replace(known, errors=none, low=none, high=none, reason=reason)


def _weights(run: "Run", known: Uncertainty) -> SummaryTable:
    """Return a row a param: estimate, unit, standard error and interval, or why there are none."""
    share = percent(known.level).replace(" ", "")
    ends = {f"low_{share}": known.low, f"high_{share}": known.high}
    columns: dict[str, Any] = {
        "param": list(run.param_names),
        "estimate": run.params.tolist(),
        "unit": list(run.problem.param_units),
        "standard_error": known.errors.tolist(),
        **{name: end.tolist() for name, end in ends.items()},
        "reason": [known.reason or None] * len(run.params),
    }
    if known.reason:
        once = ("standard_error", *ends, "reason")
        return SummaryTable("Weights", columns, f"no standard errors: {known.reason}", once)
    by = "the normal distribution"
    if np.isfinite(known.freedom):
        by = f"Student's t of {plain(known.freedom)} degrees of freedom"
    note = f"intervals of {percent(known.level)} by {by}, if the model is true and rows independent"
    return SummaryTable("Weights", columns, note, ("reason",))


def _run(run: "Run") -> SummaryTable:
    """Return the run as one row: rows, end and its proof, metrics of both parts, limits."""
    story = run.story
    end = next((check.message for check in run.checks if check.name == "end"), None)
    columns: dict[str, Any] = {
        "source": story.source,
        "target": story.target_name or None,
        "loss": story.loss_in_words,
        "rows": story.rows,
        "left_out": _left_out(run),
        "validation_rows": story.validation_rows,
        "steps": len(run.trace) - 1,
        "end": run.stop.reason,
        "message": run.stop.message,
        "proof": end,
        "loss_at_the_end": run.loss,
        "lowest_loss": run.lowest_loss,
        "limit_of_a_fixed_rate": run.plan.limit,
        "verdicts": "; ".join(map(str, run.verdicts)) or None,
        **dict(_metrics("", story.fitted)),
        **dict(_metrics("validation_", story.held_out)),
    }
    return SummaryTable("Run", {name: [cell] for name, cell in columns.items()}, upright=True)


def _left_out(run: "Run") -> str:
    """Return how many rows were left out, and why."""
    said = []
    if run.problem.dropped:
        said.append(f"{counted(run.problem.dropped, 'row')} with gaps")
    if run.problem.weightless:
        said.append(f"{counted(run.problem.weightless, 'row')} of weight 0")
    return ", ".join(said) or "none"


def _metrics(prefix: str, said: Measured | None) -> Iterator[tuple[str, float | None]]:
    """Yield the metrics that are single numbers."""
    for name, value in ({} if said is None else said.metrics).items():
        if name not in ("confusion", "calibration"):
            yield f"{prefix}{name}", value


def _rows(run: "Run", most: int) -> SummaryTable:
    """Return the rows with the largest shares of the loss, the largest first."""
    import pyarrow.compute as pc

    table = run.table()
    order = pc.sort_indices(table, sort_keys=[("share", "descending"), ("row", "ascending")])
    worst = table.take(order[:most])
    share = float(pc.sum(worst["share"]).as_py() or 0.0)
    note = f"these {worst.num_rows:,} of {table.num_rows:,} rows are {percent(share)} of the loss"
    return SummaryTable("Rows that hurt most", worst.to_pydict(), note)

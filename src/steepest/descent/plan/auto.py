"""The rule behind `auto`, and why; which coordinates is for the objective to say."""

from steepest.descent.steps.step_size import Schedule
from steepest.objective.objective import Objective

__all__ = ["WHY_SMOOTHING", "auto_rule", "has_many_rows", "why_batches"]

WHY_SMOOTHING = (
    "finite smoothing: the loss is straight but for kinks, or bends as sharply as if it had them, "
    "so its steps are those of the loss with these smoothed, ever less, and along its edges"
)


MANY_ROWS = 10_000
"""Rows from which a network begins on mini-batches.

Of 10,000, a number by 20-16-1: after 50 passes over the rows the loss is 0.031, by L-BFGS 0.068.
"""

ROWS_BY_PARAM = 5
"""Rows for each param from which it does.

20,000 rows of a number after 50 passes: with 28 rows a param 0.0053 (by L-BFGS 0.088), with 9
0.0038 (0.090). Images by 784-32-10, 0.8 rows a param: L-BFGS comes to 2e-6 where Adam has 5e-3.
"""


def auto_rule(
    objective: Objective,
    learning_rate: float | str | Schedule,
    batch: int | None,
    steps: int | None = None,
) -> tuple[str, str]:
    """Return the name of the rule that `auto` stands for, and the reason.

    The plane search has the guarantees of steepest descent with the best rate at every step, and
    on a quadratic those of conjugate gradients; it needs all rows and a second derivative. Where
    `steps` are counted, those of all rows bring most.
    Everything else goes along the gradient.
    """
    if learning_rate != "auto":
        return "steepest", "steepest descent: a learning rate was given"
    if batch is not None:
        return "steepest", "steepest descent: a mini-batch tells no plane of the whole loss"
    if objective.has_normal_equations:
        return "steepest", (
            "steepest descent: in whitened coordinates the squared loss curves the same in every "
            "direction"
        )
    for_network = objective.plane_is_dear and objective.smooth
    if for_network and steps is None and has_many_rows(objective):
        return "adam_lbfgs", why_batches(objective, "L-BFGS")
    if for_network:
        return "lbfgs", (
            "L-BFGS: the last steps tell how a network's loss curves, at one evaluation a step"
        )
    if objective.has_curvature:
        known_by = "the rows' margins" if objective.count else "second derivatives"
        return "plane", f"plane search: rate and momentum together are found from {known_by}"
    if not objective.smooth:
        return "steepest", "steepest descent: the loss has a kink, so no second derivative"
    return "steepest", "steepest descent: of this objective only loss and gradient are known"


def why_batches(objective: Objective, on_all_rows: str) -> str:
    """Return why a network begins on mini-batches, and what it goes on with `on_all_rows`."""
    return (
        f"Adam, then {on_all_rows}: {objective.count:,} rows are many for {objective.size:,} "
        "params, so the first steps see mini-batches (at a third of the rate that successive "
        "halving finds: Jamieson & Talwalkar 2016), at a tenth of that once epochs bring little "
        "(He et al. 2016), then all rows; where these bring little it begins anew, once, with "
        "twice as many batches (Loshchilov & Hutter 2017)"
    )


def has_many_rows(objective: Objective) -> bool:
    """Return whether there are so many that mini-batches pay."""
    count = objective.count
    return count >= max(MANY_ROWS, ROWS_BY_PARAM * objective.size) and objective.every_row_counts

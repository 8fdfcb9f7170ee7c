"""One weight and one bias at five rates by torch: what each tool says, and whether it is true.

Squared loss of 272 rows, plain descent, 300 steps from 0. Its limit is 2/curvature in closed form:
a rate at a ten-thousandth of it is too small, rates of 0.24 and 0.96 of it are sound, and at 1.08
and 1.2 of it the loss grows without end.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np

import steepest as st
from bench.timing import TORCH_MISSING, has_torch, table
from bench.verdict_peers import logged, meant, of_log, of_training

__all__ = ["five_rates", "judged"]

STEPS = 300

RIGHT = {
    1e-4: frozenset({"too small"}),
    0.24: frozenset[str](),
    0.96: frozenset[str](),
    1.08: frozenset({"divergence"}),
    1.2: frozenset({"divergence"}),
}
"""The name that is right at each share of the limit; none of a sound rate."""


class Line:
    """The training at a share of the limit, about to take its steps."""

    def __init__(self, share: float) -> None:
        import torch

        rows = st.dataset("geyser")
        x, y = (np.array(rows[name], dtype=np.float64) for name in ("duration", "waiting"))
        design = np.column_stack([x, np.ones_like(x)])
        limit = 2.0 / np.linalg.eigvalsh(2.0 * design.T @ design / len(x))[-1]
        self.X, self.y = torch.tensor(x[:, None]), torch.tensor(y[:, None])
        self.model, self.loss = torch.nn.Linear(1, 1).double(), torch.nn.MSELoss()
        for one in self.model.parameters():
            torch.nn.init.zeros_(one)
        self.rate, self.steps = share * limit, STEPS
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=self.rate)

    def watched(self) -> list[str]:
        """Return the names of our verdicts."""
        data = self.X, self.y
        with st.torch.watch(self.model, self.optimizer, loss=self.loss, data=data) as watching:
            logged(self)
        return [one.name for one in watching.run.verdicts]


def five_rates() -> str:
    """Return the table: whether what each tool says at each rate is right."""
    if not has_torch():
        return TORCH_MISSING
    cells: dict[str, list[str]] = {}
    for share, right in RIGHT.items():
        ours = {"steepest": [frozenset({name}) for name in Line(share).watched()]}
        found = of_log(logged(Line(share))) | of_training(partial(Line, share))
        theirs = {tool: list(map(meant, sorted(set(said)))) for tool, said in found.items()}
        for tool, names in (ours | theirs).items():
            cells.setdefault(tool, []).append(judged(names, right))
    header = "", *(f"{share:g} of the limit" for share in RIGHT)
    title = f"Five rates of one weight and one bias, squared loss, {STEPS} steps by torch"
    return table(title, header, [[tool, *line] for tool, line in cells.items()])


def judged(found: Sequence[frozenset[str]], right: frozenset[str]) -> str:
    """Return whether what was found is right: no alarm of a sound rate, else the name of the fault.

    A finding is right that may mean the name; one of which no meaning is the name is not.
    """
    if not right:
        return "false alarm" if found else "right"
    named = [names for names in found if names & right]
    if not named:
        return "missed"
    return "right" if len(named) == len(found) else "right, and something false"

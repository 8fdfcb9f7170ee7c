"""Where every point of a training lies on the plane that is drawn, also once weights are thinned.

That is the plane that was given. Without one it is that of two params: of those that had moved most
when the first weights were to be given up, since later it is too late to ask for any.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from steepest.bridge.torch.rows import Rows
from steepest.bridge.torch.tensors import Tensors

__all__ = ["Projecting"]

Array = NDArray[np.float64]


class Projecting:
    """The products of the weights of each point with a plane's two directions, (2, size)."""

    def __init__(self, tensors: Tensors, plane: Array | None) -> None:
        self._tensors, self._plane, self._given = tensors, plane, None
        if plane is not None:
            self._given = torch.tensor(plane, dtype=tensors.dtype, device=tensors.device)
        self._places: Tensor | None = None
        self._rows = Rows(2, tensors.dtype, None)

    def append(self, index: int, row: Tensor) -> None:
        """Keep the products of a point's weights, (size,), where a plane is known."""
        if self._given is not None:
            self._rows.append(index, self._given @ row)
        elif self._places is not None:
            self._rows.append(index, row[self._places])

    @property
    def is_open(self) -> bool:
        """Whether no plane is known yet."""
        return self._given is None and self._places is None

    def choose(self, rows: NDArray[np.generic]) -> None:
        """Choose the two params that moved most so far; `rows`, (points, size), are all points."""
        moved = np.abs(rows[-1].astype(np.float64) - rows[0].astype(np.float64))
        moved[~np.isfinite(moved)] = 0.0
        places = np.sort(np.argsort(-moved, kind="stable")[:2])
        self._places = torch.from_numpy(places).to(self._tensors.device)
        for index, row in enumerate(torch.from_numpy(rows[:, places])):
            self._rows.append(index, row.to(self._tensors.device))

    @property
    def directions(self) -> Array | None:
        """The two directions, (2, size); None where there are none."""
        if self._plane is not None or self._places is None:
            return self._plane
        found = np.zeros((2, self._tensors.size))
        found[[0, 1], self._places.cpu().numpy()] = 1.0
        return found

    @property
    def rows(self) -> Rows:
        """The products, (points, 2)."""
        return self._rows

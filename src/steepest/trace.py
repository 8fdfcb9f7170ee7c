"""Every step of a descent as plain data: params, loss, gradient, learning rate, seconds.

A trace only grows. The loop writes it and everything above reads it; it knows nothing of
objectives, rules or pictures.
"""

from collections.abc import Callable, Iterator, Mapping
from math import nan
from struct import Struct
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from steepest.growing import ROOM, locked, longer
from steepest.kept_vectors import KeptVectors
from steepest.projections import Projections
from steepest.step import COLUMNS, NUMBERS, UNKNOWN, Step, numbers_of, renamed
from steepest.trace_arrays import check_arrays, with_all_columns

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BUDGET", "Step", "Trace"]

Array = NDArray[np.float64]
AnyArray = NDArray[np.generic]

BUDGET = 2**28
"""Bytes that params and gradients of the kept steps may take together: 256 MB."""

FLOAT64 = np.dtype(np.float64)

PROGRESS = {FLOAT64: 1e-12, np.dtype(np.float32): 1e-6}
"""The share of itself by which a loss must fall to count as lower: rounding alone does less."""

ROW = Struct(f"{len(NUMBERS)}d")
"""One row of numbers. Packed, it is written in half the time that NumPy takes to assign it."""


class Trace:
    """Every step of a run; `trace[0]` is the start, so `len(trace)` is the steps taken plus one.

    The numbers of every step are kept, at 104 bytes a step. Params and gradients are kept for
    every step too while they fit in `budget` bytes. Beyond that every second kept step gives up
    its two vectors, and from there on only every second (then fourth, ...) step keeps them, so
    that memory stays below the budget however long and wide the run is; the start, the first step,
    the last and the best, by either loss, always keep theirs. `kept` says which have them; of the
    others `trace[i]` has NaN in their place. `dtype` is their type, float64 or that of a descent in
    float32; all numbers of a step are float64.

    >>> trace = Trace(size=1)
    >>> one = np.array([1.0])
    >>> trace.append(Step(0, one, 4.0, 2 * one, 2.0, 0.1, 0.0, 4.0, 2.0))
    >>> len(trace), trace[0].loss, trace[-1].params
    (1, 4.0, array([1.]))
    """

    def __init__(self, size: int, budget: int = BUDGET, dtype: np.dtype[Any] = FLOAT64) -> None:
        self.size, self.dtype, self.least_fall = size, dtype, PROGRESS[dtype]
        self._length = 0
        self._numbers = np.empty((ROOM, len(NUMBERS)))
        self._regular = KeptVectors(size, budget, dtype)
        self._first: Step | None = None
        self._second: Step | None = None
        self._last: Step | None = None
        self._best: Step | None = None
        self._validated: Step | None = None
        self._lowest_validated = float("inf")
        self._lowest = self._progress = float("inf")
        self._filled = False
        self.projections: Projections | None = None
        """Where every step lies along some directions, of a training that kept that."""
        self.since_progress = 0
        """How many losses of all rows have been worked out since one was measurably lower."""

    def append(self, step: Step) -> None:
        """Add the next step; its index must be `len(trace)`, ValueError if it is another."""
        index = step.index
        if index != self._length:
            raise ValueError(f"step {index} cannot follow step {self._length - 1}")
        if index == len(self._numbers):
            self._numbers = longer(self._numbers)
        ROW.pack_into(self._numbers.data, ROW.size * index, *numbers_of(step))
        self._length = index + 1
        self._last = step
        if index == 0:
            self._first = step
        elif index == 1:
            self._second = step
        self._note(step.full_loss, step)
        self._note_validation(step)
        if index % self._regular.spacing == 0:
            self._regular.add(index, step.params, step.gradient)

    def fill_last(self, full_loss: float, validation_loss: float = nan) -> None:
        """Set the losses of all rows at the last step, where a mini-batch left them NaN."""
        if self._last is not None and self._last.full_loss != self._last.full_loss:
            last = self._last._replace(full_loss=full_loss, validation_loss=validation_loss)
            ROW.pack_into(self._numbers.data, ROW.size * last.index, *numbers_of(last))
            self._last, self._filled = last, True
            self._note(full_loss, last)
            self._note_validation(last)

    def _note(self, full_loss: float, step: Step) -> None:
        """Compare the loss of all rows at a step with those before; NaN is one not worked out."""
        if full_loss < self._lowest or (self._best is None and full_loss == full_loss):
            self._lowest, self._best = full_loss, step
        if self._progress - full_loss > self.least_fall * abs(full_loss):
            self._progress, self.since_progress = full_loss, 0
        elif full_loss == full_loss:
            self.since_progress += 1

    def _note_validation(self, step: Step) -> None:
        """Keep the first step with the lowest loss of the rows kept back."""
        if step.validation_loss < self._lowest_validated:
            self._lowest_validated, self._validated = step.validation_loss, step

    def __len__(self) -> int:
        """Return the number of points: the steps taken plus one."""
        return self._length

    def __iter__(self) -> Iterator[Step]:
        """Go through all steps in order."""
        return (self[i] for i in range(self._length))

    @overload
    def __getitem__(self, index: int) -> Step: ...

    @overload
    def __getitem__(self, index: slice) -> list[Step]: ...

    def __getitem__(self, index: int | slice) -> Step | list[Step]:
        """Return step `index`, or a list for a slice; negative ones count from the end.

        Raises IndexError for a step that is not there.
        """
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._length))]
        i = index + self._length if index < 0 else index
        if not 0 <= i < self._length:
            raise IndexError(f"there is no step {index}: the trace has steps 0 to {len(self) - 1}")
        params, gradient = self._vectors_of(i)
        named = dict(zip(NUMBERS, self._numbers[i].tolist(), strict=True))
        rows = int(named.pop("rows"))
        whitened, least = bool(named.pop("whitened")), bool(named.pop("least"))
        return Step(
            index=i,
            params=params,
            gradient=gradient,
            rows=rows,
            whitened=whitened,
            least=least,
            **named,
        )

    @property
    def _always_kept(self) -> list[Step]:
        """The steps that keep their vectors, however long the run is."""
        kept = (self._second, self._last, self._best, self._validated)
        return [step for step in kept if step is not None]

    def _vectors_of(self, i: int) -> tuple[Array, Array]:
        """Return params and gradient of step i, NaN where it gave them up."""
        for step in self._always_kept:
            if step is not None and step.index == i:
                return step.params, step.gradient
        kept = self._regular.at(i)
        if kept is not None:
            return kept
        hole: Array = np.full(self.size, np.nan, self.dtype)
        return hole, hole

    @property
    def walked(self) -> int:
        """The number of points of the walk: all but a last one of the least weights."""
        return self._length - (self._last is not None and self._last.least)

    @property
    def kept(self) -> NDArray[np.intp]:
        """The indices of the steps whose vectors are kept, in order, (kept,)."""
        ends = [step.index for step in self._always_kept]
        return np.union1d(self._regular.steps, np.array(ends, dtype=np.intp))

    @property
    def params(self) -> Array:
        """The params of the kept steps (all, unless the budget was reached), (kept, params)."""
        return self._stack(0)

    @property
    def gradients(self) -> Array:
        """The gradients of the kept steps, (kept, params)."""
        return self._stack(1)

    def _stack(self, which: int) -> Array:
        kept = self.kept
        if len(kept) == len(self._regular.steps):
            return locked(self._regular.vectors[:, which])
        return np.array([self._vectors_of(int(i))[which] for i in kept])

    @property
    def losses(self) -> Array:
        """The loss of every step, (steps + 1,); see `Step.loss`."""
        return self._column("loss")

    @property
    def full_losses(self) -> Array:
        """The loss of all rows at every step, NaN where it was not worked out, (steps + 1,)."""
        return self._column("full_loss")

    @property
    def shown_losses(self) -> Array:
        """The losses that are drawn, (steps + 1,): of all rows, else each step's own."""
        full = self.full_losses
        return full if np.isfinite(full).any() else self.losses

    @property
    def gradient_norms(self) -> Array:
        """The length of every step's gradient, (steps + 1,)."""
        return self._column("gradient_norm")

    @property
    def steepnesses(self) -> Array:
        """The length of every step's gradient in the coordinates of the walk, (steps + 1,)."""
        return self._column("steepness")

    @property
    def learning_rates(self) -> Array:
        """The learning rate of the step from each point, (steps + 1,)."""
        return self._column("learning_rate")

    @property
    def momenta(self) -> Array:
        """How much of the last step the step from each point takes once more, (steps + 1,)."""
        return self._column("momentum")

    @property
    def seconds(self) -> Array:
        """The seconds that had passed at each step, (steps + 1,)."""
        return self._column("seconds")

    @property
    def rows(self) -> Array:
        """How many rows each step saw, (steps + 1,); see `Step.rows`."""
        return self._column("rows")

    @property
    def passes(self) -> Array:
        """How often all rows had been read at each step, (steps + 1,); see `Step.passes`."""
        return self._column("passes")

    @property
    def whitened(self) -> NDArray[np.intp]:
        """The indices of the steps at which the coordinates were made anew, (whitened,)."""
        return np.flatnonzero(self._column("whitened"))

    @property
    def gaps(self) -> Array:
        """How much lower a loss can be at most, NaN where not proved, (steps + 1,)."""
        return self._column("gap")

    @property
    def validation_losses(self) -> Array:
        """The mean loss of the rows kept back, NaN where not measured, (steps + 1,)."""
        return self._column("validation_loss")

    @property
    def rounded(self) -> NDArray[np.intp]:
        """The former name of `whitened`, of its shape; deprecated."""
        return renamed("Trace.rounded", "whitened", self.whitened)

    def _column(self, name: str) -> Array:
        return locked(self._numbers[: self._length, COLUMNS[name]])

    @property
    def first(self) -> Step:
        """The start; IndexError while there is none."""
        return self._first or self[0]

    @property
    def last(self) -> Step:
        """The step that was appended last; IndexError while there is none."""
        return self._last or self[-1]

    @property
    def last_finite(self) -> Step:
        """The last of the kept steps whose loss of all rows is a number that can be drawn.

        The last of all where none has one, as at first where a sample grows.
        """
        drawn = self.kept[np.isfinite(self.full_losses[self.kept])]
        return self[int(drawn[-1])] if len(drawn) else self.last

    @property
    def best(self) -> Step:
        """The step with the lowest loss of all rows; the start, if no loss was finite."""
        return self._best if self._best is not None else self[0]

    @property
    def best_validated(self) -> Step | None:
        """The step with the lowest loss of the rows kept back; None where it is not known."""
        return self._validated

    def to_arrow(self) -> "pa.Table":
        """Return a table with one row a step: its index, its numbers, its params and gradient.

        The last two are lists, null for steps that gave them up. So is what is not known.
        """
        import pyarrow as pa

        columns: dict[str, object] = {"index": np.arange(self._length)}
        columns |= {name: self._column(name) for name in NUMBERS}
        for name in UNKNOWN:
            columns[name] = pa.array(self._column(name), from_pandas=True)
        table = pa.table(columns)
        for name, vectors in (("params", self.params), ("gradient", self.gradients)):
            column: list[Array | None] = [None] * self._length
            for i, vector in zip(self.kept, vectors, strict=True):
                column[i] = vector
            kind = pa.list_(pa.from_numpy_dtype(self.dtype))
            table = table.append_column(name, pa.array(column, type=kind))
        return table

    def to_arrays(self) -> dict[str, AnyArray]:
        """Return all there is to keep as named arrays, (steps, numbers) and (kept, params)."""
        return {
            "numbers": self._numbers[: self._length],
            "kept": self.kept,
            "params": self.params,
            "gradients": self.gradients,
            "stride": np.array(self._regular.spacing),
            "filled": np.array(self._filled),
            **({} if self.projections is None else self.projections._asdict()),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, AnyArray]) -> "Trace":
        """Return the trace that gave `arrays`, of its shapes; KeyError if one is missing.

        Raises ValueError for arrays of other shapes or types, or steps that are not in order.
        """
        check_arrays(arrays)
        numbers, kept = with_all_columns(arrays["numbers"]), arrays["kept"].astype(np.intp)
        vectors: Array = np.stack([arrays["params"], arrays["gradients"]], axis=1).astype(
            np.float32 if arrays["params"].dtype == np.float32 else np.float64
        )
        trace = cls(size=arrays["params"].shape[1], dtype=vectors.dtype)
        trace._numbers = numbers
        trace._length = len(numbers)
        trace._regular.fill(kept, vectors, int(arrays.get("stride", np.array(1))))
        trace._filled = bool(arrays.get("filled", False))
        if "directions" in arrays:
            directions, products = (arrays[name].astype(float) for name in Projections._fields)
            trace.projections = Projections(directions, products)
        if len(numbers):
            trace._recall()
        return trace

    def _recall(self) -> None:
        """Work out what is known of the last and the best step, and which vectors stay for good."""
        self._first, self._last = self[0], self[-1]
        # A file from before the first step always kept its vectors may have it without them.
        self._second = self[1] if 1 in self.kept else None
        full = self.full_losses
        if not np.isnan(full).all():
            best = self[int(np.nanargmin(full))]
            for loss in full.tolist():
                self._note(loss, best)
        measured = self.validation_losses
        if not np.isnan(measured).all():
            self._note_validation(self[int(np.nanargmin(measured))])
        self._regular.drop_others()

    def with_full_losses(self, value: Callable[[Array], float]) -> "Trace":
        """Return a copy in which all kept steps have a `full_loss`.

        `value(params)` is the loss of all rows at (params,); it is asked only where it was not
        worked out.
        """
        arrays, full = self.to_arrays(), COLUMNS["full_loss"]
        numbers = self._numbers[: self._length].copy()
        for at, params in zip(self.kept, self.params, strict=True):
            if np.isnan(numbers[at, full]):
                numbers[at, full] = value(params)
        return Trace.from_arrays({**arrays, "numbers": numbers})

    def reopened(self, length: int) -> "Trace":
        """Return a trace of the first `length` points that can be gone on with; this one stays.

        What was filled in at the end, once the walk was over, is open again: a trace that goes on
        is the same as if it had never ended.
        """
        arrays = self.to_arrays()
        numbers, early = self._numbers[: self._length][:length].copy(), self.kept < length
        if self._filled:
            filled = [COLUMNS["full_loss"], COLUMNS["validation_loss"]]
            numbers[self.walked - 1 :, filled] = np.nan
        vectors = {name: arrays[name][early] for name in ("kept", "params", "gradients")}
        return Trace.from_arrays({**arrays, **vectors, "numbers": numbers, "filled": np.array(0)})

"""The data of a module's objective: batches of tensors, read once and kept.

All points of a surface, and all steps of a descent, see the same rows: a loader that shuffles, or
makes its rows anew each time, is read once, and that is said.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset, RandomSampler

from steepest.bridge.torch.untouched import same_random_state
from steepest.errors import ChoiceError, DataError

__all__ = ["Batch", "Batches", "tensors_in"]

MOST_BYTES = 2**32
"""Bytes of all batches together: 4 GB are kept; a loader that never ends is refused here."""

USUAL_BATCH = 256
"""Rows of a batch where a data set is given without a loader."""


FEW_ROWS = 8
"""Rows that are tried before a training: enough for shapes, and quick of any module."""


class Batch(NamedTuple):
    """What a module is called with, its `target`, and the batch as it came, `whole`."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    target: Any
    whole: Any

    @property
    def rows(self) -> int:
        """How many rows there are: what the first tensor has of its first index."""
        first = next(iter(tensors_in(self.whole)), None)
        return int(first.shape[0]) if first is not None and first.ndim else 1


class Batches(NamedTuple):
    """All batches, and what is to be said of how they were read."""

    all: tuple[Batch, ...]
    said: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(batch.rows for batch in self.all)

    def at_rows(self, numbers: NDArray[np.intp]) -> "Batches":
        """Return the batches of some rows, by their numbers from 0 in order, (rows,)."""
        kept, first = [], 0
        for batch in self.all:
            here = numbers[(numbers >= first) & (numbers < first + batch.rows)] - first
            if len(here):
                kept.append(_batch(_mapped(batch.whole, partial(_at, rows=batch.rows, at=here))))
            first += batch.rows
        return self._replace(all=tuple(kept))

    def as_one(self) -> tuple[Tensor, Tensor] | None:
        """Return X and y of all rows; None where a batch is anything but two tensors."""
        for batch in self.all:
            if len(batch.args) != 1 or batch.kwargs:
                return None
            if not all(isinstance(one, Tensor) for one in (batch.args[0], batch.target)):
                return None
        X, y = (
            torch.cat(parts)
            for parts in zip(*((b.args[0], b.target) for b in self.all), strict=True)
        )
        return X, y

    @classmethod
    def of(
        cls,
        data: Any,
        dtype: torch.dtype,
        device: torch.device | None,
    ) -> "Batches":
        """Return the batches of (X, y), a list of such, a loader or a data set.

        NumPy's arrays become tensors of `dtype` (whole numbers stay whole) on `device`; tensors
        must be there already, where it is not None. Raises DataError for NaN and for no rows, and
        ChoiceError for what is no data, is elsewhere, or is too large to be kept.
        """
        tensors = partial(_as_tensors, dtype=dtype, device=device)
        source, said = _source(data)
        kept, size = [], 0
        with _same_generators(source), same_random_state():
            for number, whole in enumerate(source, start=1):
                batch = _batch(_mapped(whole, tensors))
                _check(batch, number, device)
                kept.append(batch)
                size += sum(one.nbytes for one in tensors_in(batch.whole))
                if size > MOST_BYTES:
                    raise ChoiceError(
                        f"the data have more than {MOST_BYTES:,} bytes in {number:,} batches, "
                        "which are kept so that all points see the same rows; give fewer batches"
                    )
        if not sum(batch.rows for batch in kept):
            raise DataError("the data have no rows; give at least one batch")
        return cls(tuple(kept), said)

    @classmethod
    def beginning(
        cls, data: Any, dtype: torch.dtype, device: torch.device | None
    ) -> "Batches | None":
        """Return some rows of the first batch, read without a trace; None where that leaves one.

        What can be read once alone, or is read by other processes, is left alone.
        """
        if isinstance(data, Iterator) or isinstance(
            data.dataset if isinstance(data, DataLoader) else data, IterableDataset
        ):
            return None
        if isinstance(data, DataLoader) and data.num_workers:
            return None
        source, said = _source(data)
        tensors = partial(_as_tensors, dtype=dtype, device=device)
        with _same_generators(source), same_random_state():
            for whole in source:
                batch = _batch(_mapped(whole, tensors))
                some = cls((batch,), said).at_rows(np.arange(min(batch.rows, FEW_ROWS)))
                for one in some.all:
                    _check(one, 1, device)
                return some
        return None

    def in_type(self, dtype: torch.dtype) -> "Batches":
        """Return the same batches with real numbers of this type."""
        cast = partial(_of_type, dtype=dtype)
        return self._replace(all=tuple(_batch(_mapped(one.whole, cast)) for one in self.all))


def tensors_in(nested: Any) -> Iterator[Tensor]:
    """Yield the tensors in tuples, lists and mappings."""
    if isinstance(nested, Tensor):
        yield nested
    elif isinstance(nested, Mapping):
        for one in nested.values():
            yield from tensors_in(one)
    elif isinstance(nested, tuple | list):
        for one in nested:
            yield from tensors_in(one)


def _source(data: Any) -> tuple[Iterable[Any], tuple[str, ...]]:
    """Return what yields batches, and what is to be said of it; ChoiceError if it is no data."""
    if isinstance(data, DataLoader):
        return data, _said_of(data)
    if isinstance(data, Dataset):
        return DataLoader(data, batch_size=USUAL_BATCH), ()
    if isinstance(data, Mapping | tuple) or _is_pair(data):
        return (data,), ()
    if isinstance(data, Iterable) and not isinstance(data, str | Tensor | np.ndarray):
        return data, ()
    raise ChoiceError(
        f"data is {type(data).__name__}, but it must be (X, y), a list of such batches, a "
        "DataLoader or a Dataset"
    )


def _is_pair(data: Any) -> bool:
    """Return whether a list is one batch, [X, y], and no list of batches."""
    is_two = isinstance(data, list) and len(data) == 2
    return is_two and all(isinstance(one, Tensor | np.ndarray) for one in data)


def _said_of(loader: DataLoader[Any]) -> tuple[str, ...]:
    """Return what is to be said of a loader: whether it shuffles, and leaves rows out."""
    said = []
    shuffles = isinstance(loader.sampler, RandomSampler)
    if shuffles:
        said.append("the loader shuffles; its rows were taken once, the same for every point")
    if isinstance(loader.dataset, IterableDataset) or not loader.batch_size:
        return tuple(said)
    total = len(loader.sampler)
    left = total % loader.batch_size
    if loader.drop_last and left:
        said.append(f"the loader leaves out {left:,} of {total:,} rows (drop_last)")
    return tuple(said)


@contextmanager
def _same_generators(source: Any) -> Iterator[None]:
    """Put back the state of the generators that a loader has of its own."""
    holders = [source, *(getattr(source, name, None) for name in ("sampler", "batch_sampler"))]
    holders.append(getattr(holders[-1], "sampler", None))
    found = [getattr(holder, "generator", None) for holder in holders]
    own = [one for one in found if isinstance(one, torch.Generator)]
    states = [one.get_state() for one in own]
    try:
        yield
    finally:
        for one, state in zip(own, states, strict=True):
            one.set_state(state)


def _as_tensors(one: Any, dtype: torch.dtype, device: torch.device | None) -> Any:
    """Return an array as a tensor, and a tensor as a copy of its own; anything else itself."""
    if isinstance(one, np.ndarray):
        made = torch.from_numpy(np.array(one))
        return made.to(device, dtype if made.is_floating_point() else made.dtype)
    return one.detach().clone() if isinstance(one, Tensor) else one


def _of_type(one: Any, dtype: torch.dtype) -> Any:
    """Return a tensor of real numbers in this type; else itself."""
    return one.to(dtype) if isinstance(one, Tensor) and one.is_floating_point() else one


def _at(one: Any, rows: int, at: NDArray[np.intp]) -> Any:
    """Return some rows of a tensor of all rows; else itself."""
    of_rows = isinstance(one, Tensor) and one.ndim and len(one) == rows
    return one[torch.from_numpy(at).to(one.device)] if of_rows else one


def _mapped(nested: Any, function: Callable[[Any], Any]) -> Any:
    """Return the same tuples and mappings with `function` of what is in them; lists are tuples."""
    if isinstance(nested, Mapping):
        return {name: _mapped(one, function) for name, one in nested.items()}
    if isinstance(nested, tuple | list):
        parts = (_mapped(one, function) for one in nested)
        return type(nested)(*parts) if hasattr(nested, "_fields") else tuple(parts)
    return function(nested)


def _batch(whole: Any) -> Batch:
    """Return a batch: its last part is the target, and all before it go to the module."""
    if isinstance(whole, Mapping):
        return Batch((), whole, None, whole)
    if not isinstance(whole, tuple) or len(whole) < 2:
        return Batch(whole if isinstance(whole, tuple) else (whole,), {}, None, whole)
    *args, target = whole
    if len(args) == 1 and isinstance(args[0], Mapping):
        return Batch((), args[0], target, whole)
    if len(args) == 1 and isinstance(args[0], tuple):
        return Batch(args[0], {}, target, whole)
    return Batch(tuple(args), {}, target, whole)


def _check(batch: Batch, number: int, device: torch.device | None) -> None:
    """Raise for a tensor that has NaN, or is on another device than the module."""
    for one in tensors_in(batch.whole):
        if device is not None and one.device != device:
            raise ChoiceError(
                f"the model is on {device}, but batch {number} is on {one.device}; give the data "
                f"there: [(X.to({str(device)!r}), y.to({str(device)!r})) for X, y in data]"
            )
        if one.is_floating_point() and bool(torch.isnan(one).any()):
            rows = torch.isnan(one.reshape(len(one), -1) if one.ndim else one.reshape(1, 1))
            row = int(rows.any(dim=1).nonzero()[0])
            raise DataError(
                f"batch {number} has NaN: row {row + 1} of a tensor of shape {tuple(one.shape)}; "
                "leave such rows out, or fill the gaps"
            )

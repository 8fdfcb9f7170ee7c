"""The target: the column to predict, as a number or as one of a few classes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NotRequired, TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrays import AnyArray, as_vector
from steepest.data.categories import check_words
from steepest.data.columns import (
    counts,
    in_order,
    kind_of,
    listing,
    need_column,
    numbers,
    unit_of,
    what_it_holds,
    words,
)
from steepest.data.exact import check_exact, in_full
from steepest.data.exposure import Exposure
from steepest.data.table import Table
from steepest.errors import ChoiceError, DataError
from steepest.numerals import counted

__all__ = ["Target", "choose_target", "plain_target", "vector_target"]

_MOST_CLASSES = 50

Label: TypeAlias = str | bool | int | float
"""The name of a class, as Python's own."""


class TargetRecord(TypedDict):
    """The target as a file keeps it."""

    name: str
    classes: Sequence[Label] | None
    unit: str
    exposure: NotRequired[dict[str, object]]


@dataclass(frozen=True)
class Target:
    """What is predicted: a number if `classes` is None, else one of the classes."""

    name: str
    classes: tuple[Label, ...] | None = None  # in order; Python's str, bool, int or float
    unit: str = ""
    exposure: Exposure | None = None  # what counts are over: then they are predicted as rates

    @property
    def categories(self) -> tuple[str, ...]:
        """The column's own name if its values are words, whatever they look like."""
        return (self.name,) if self.classes and isinstance(self.classes[0], str) else ()

    def vector(self, table: Table) -> NDArray[np.float64]:
        """Return y, (rows,): the values, or the codes 0, 1, ... of the classes.

        Raises DataError for a missing column, a gap, an infinite value or an unknown class.
        """
        need_column(table, self.name, "target")
        values = table.arrow[self.name]
        kind = kind_of(values)
        spoken = bool(self.categories)
        if kind in ("time", "other") or (kind in ("text", "dictionary") and not spoken):
            needed = "words" if spoken else "numbers"
            raise DataError(
                f"{table.name}: the target {self.name!r} must hold {needed}, got "
                f"{what_it_holds(table, self.name)}"
            )
        found = words(values).to_numpy() if spoken else numbers(values)
        y = self.codes(found, table.place, f"{table.name}: the target {self.name!r}")
        return y if self.exposure is None else y / self.exposure.of_table(table)

    def over(self, exposure: Exposure | None) -> "Target":
        """Return the target as a rate over an exposure, if there is one."""
        if exposure is None:
            return self
        unit = f"{self.unit} {exposure.unit}".strip()
        return replace(self, unit=unit, exposure=replace(exposure, given=None))

    def codes(
        self, values: AnyArray, place: Callable[[int], str], where: str
    ) -> NDArray[np.float64]:
        """Return `values`, (rows,), as y; `place` and `where` are for messages.

        A gap among words is None. Raises DataError like `vector`.
        """
        if not self.categories:
            if values.dtype.kind not in "biuf":
                raise DataError(f"{where} must hold numbers, got {values.dtype}")
            finite = np.isfinite(values)
            if not finite.all():
                wrong = np.flatnonzero(~finite)
                what = "no value" if np.isnan(values[wrong[0]]) else "an infinite value"
                raise DataError(
                    f"{where} has {what} on {place(int(wrong[0]))}; fill it in or leave the row out"
                )
        elif values.dtype == object:
            odd = [value for value in values if not (value is None or isinstance(value, str))]
            if odd:
                raise DataError(f"{where} must hold words, got values of {type(odd[0]).__name__}")
        if self.classes is None:
            return np.asarray(values, dtype=np.float64)
        codes = self._codes_of_words(values) if self.categories else self._codes_of_numbers(values)
        if codes.min(initial=0.0) < 0:
            wrong = np.flatnonzero(codes < 0)
            label = values[wrong[0]]
            got = "no value" if label is None else f"the class {_python(label)!r}"
            raise DataError(
                f"{where} has {got} on {place(int(wrong[0]))}; known are: {listing(self.classes)}"
            )
        return codes

    def _codes_of_words(self, values: AnyArray) -> NDArray[np.float64]:
        """Return the codes of words, -1 for an unknown one."""
        code: dict[object, int] = {label: index for index, label in enumerate(self.classes or ())}
        found, inverse = _distinct(values)
        return np.array([code.get(label, -1) for label in found], dtype=np.float64)[inverse]

    def _codes_of_numbers(self, values: AnyArray) -> NDArray[np.float64]:
        """Return the codes of numbers, whose classes are sorted; -1 for an unknown one."""
        if len(self.classes or ()) == 2:
            # Two comparisons are quicker than a search.
            first, second = (values == label for label in self.classes or ())
            known = first | second
            return second.astype(np.float64) if known.all() else second - np.where(known, 0.0, 1.0)
        known = np.array(self.classes, dtype=np.float64)
        near = np.minimum(np.searchsorted(known, values), len(known) - 1)
        return np.where(known[near] == values, near, -1.0)

    def with_positive(self, label: object) -> "Target":
        """Return the target with this one of its two classes as the second: log-odds are of it.

        None leaves them in their order. Raises ChoiceError for what is none of two classes.
        """
        if label is None:
            return self
        known = self.classes or ()
        found = [one for one in known if one == label or str(one) == str(label)]
        if len(known) != 2 or not found:
            got = f"are {listing(known)}" if known else "are none: it is a number"
            raise ChoiceError(
                f"positive is {label!r}, which must be one of two classes; those of the target "
                f"{self.name!r} {got}"
            )
        other = next(one for one in known if one is not found[0])
        return replace(self, classes=(other, found[0]))

    def to_dict(self) -> TargetRecord:
        """Return the target as plain lists and strings, for JSON."""
        classes = None if self.classes is None else list(self.classes)
        made: TargetRecord = {"name": self.name, "classes": classes, "unit": self.unit}
        return made | {"exposure": self.exposure.to_dict()} if self.exposure else made

    @classmethod
    def from_dict(cls, said: TargetRecord) -> "Target":
        """Return the target of which `to_dict` made this, also after JSON."""
        classes = None if said["classes"] is None else tuple(said["classes"])
        return cls(said["name"], classes, said["unit"], Exposure.from_dict(said.get("exposure")))


def choose_target(table: Table, name: str, classify: bool | None, category: bool = False) -> Target:
    """Return the column `name` as the target; with `category` its values are words.

    With `classify` None the column decides: words and booleans are classes, numbers are
    predicted as such, except whole ones of exactly two values, which are classes. Raises
    DataError if the column is missing or cannot be predicted as asked.
    """
    need_column(table, name, "target")
    values = table.arrow[name]
    kind = kind_of(values)
    where = f"{table.name}: the target {name!r}"
    if kind in ("time", "other"):
        raise DataError(
            f"{where} holds {values.type}, which cannot be predicted; turn it into a number such "
            "as days since a date"
        )
    if kind in ("text", "dictionary") or category:
        return _of_words(table, name, classify, category)
    _check_exact(table, name)
    amounts = numbers(values)
    return _of_numbers(name, amounts, kind, classify, where, unit_of(table, name))


def plain_target(
    y: object, classify: bool | None, positive: object = None
) -> tuple[Target, NDArray[np.float64]]:
    """Return the target "y" of an array of numbers, booleans or strings, and its (rows,) values.

    `positive` is which of two classes comes second. The rules and errors are those of
    `choose_target`: DataError for what can be no target.
    """
    return vector_target(as_vector(y), classify, positive)


def vector_target(
    values: AnyArray, classify: bool | None, positive: object = None
) -> tuple[Target, NDArray[np.float64]]:
    """Return what `plain_target` does, of values that are (rows,) already; DataError as there."""
    where = "y"
    if _all_words(values):
        if classify is False:
            raise DataError(
                f"y must hold numbers for a regression, got {str(values[0])!r} in row 1"
            )
        found = tuple(sorted({str(label) for label in values}))
        _check_classes(found, values.size, where, most=values.size)
        target = Target("y", found).with_positive(positive)
        return target, target.codes(values, _row, where)
    if values.dtype.kind not in "biuf":
        raise DataError(f"y must hold numbers, booleans or strings, got {values.dtype}")
    kind = "boolean" if values.dtype.kind == "b" else "number"
    amounts = values.astype(np.float64)
    target = _of_numbers("y", amounts, kind, classify, where).with_positive(positive)
    return target, target.codes(amounts, _row, where)


def _check_exact(table: Table, name: str) -> None:
    """Raise DataError if different whole numbers of the target are the same float64."""
    try:
        check_exact(table.arrow[name], name)
    except DataError as error:
        raise DataError(f"{table.name}: the target {error}") from None


def _of_words(table: Table, name: str, classify: bool | None, category: bool) -> Target:
    """Return a column as a target with words as classes."""
    where = f"{table.name}: the target {name!r}"
    try:
        if not category:
            check_words(table, name)
    except DataError as error:
        raise DataError(f"{table.name}: the target {error}") from error
    if classify is False:
        raise DataError(
            f"{where} must hold numbers for a regression, got {what_it_holds(table, name)}; use "
            "the loss cross_entropy, or choose another target"
        )
    levels = counts(table.arrow[name])
    _check_two(where, list(levels))
    return Target(name, tuple(in_order(table.arrow[name], levels)))


def _of_numbers(
    name: str,
    values: NDArray[np.float64],
    kind: str,
    classify: bool | None,
    where: str,
    unit: str = "",
) -> Target:
    """Return numbers or booleans, (rows,), as a target; gaps and infinities are left aside here."""
    sound = np.isfinite(values)
    finite = values if sound.all() else values[sound]
    if finite.size == 0:
        raise DataError(f"{where} has no finite value at all; choose another column")
    low, high = float(finite.min()), float(finite.max())
    two = low != high and _count(finite, low) + _count(finite, high) == finite.size
    whole = low.is_integer() and (two or bool((np.floor(finite) == finite).all()))
    whole = whole and high.is_integer()
    by_type = kind == "boolean" or (whole and two)
    if not (by_type if classify is None else classify):
        if low == high:
            raise DataError(
                f"{where} is {in_full(low + 0.0)} wherever it has a value, there is nothing to "
                "predict; choose a column that varies"
            )
        return Target(name, unit=unit)
    python = bool if kind == "boolean" else int if whole else float
    labels = [python(label) for label in ((low, high) if two else np.unique(finite))]
    _check_classes(labels, finite.size, where, most=finite.size if whole else _MOST_CLASSES)
    return Target(name, tuple(labels))


def _count(values: NDArray[np.float64], value: float) -> int:
    """Return how many of the values are this one."""
    return int(np.count_nonzero(values == value))


def _check_classes(
    labels: Sequence[Label], rows: int, where: str, most: int = _MOST_CLASSES
) -> None:
    """Refuse a single class, and so many that hardly any is there twice."""
    _check_two(where, labels)
    limit = min(most, max(2, rows // 2))
    if len(labels) > limit:
        raise DataError(
            f"{where} has {len(labels)} different values in {counted(rows, 'row')}, too many to be "
            f"classes (at most {limit} here); predict it as a number, or choose another column"
        )


def _check_two(where: str, labels: Sequence[Label]) -> None:
    """Refuse a target of one class or none."""
    if len(labels) > 1:
        return
    got = f"a single class, {labels[0]!r}" if len(labels) else "no value at all"
    raise DataError(f"{where} has {got}; to tell classes apart takes two or more")


def _distinct(values: AnyArray) -> tuple[list[object], NDArray[np.intp]]:
    """Return the distinct values as Python's own, and which of them each row has, (rows,)."""
    if values.dtype != object:
        found, inverse = np.unique(values, return_inverse=True)
        return found.tolist(), inverse
    number: dict[object, int] = {}
    inverse = np.array([number.setdefault(value, len(number)) for value in values], dtype=np.intp)
    return list(number), inverse


def _all_words(values: AnyArray) -> bool:
    """Return whether an array holds strings and nothing else."""
    if values.dtype.kind in "UT":
        return True
    return values.dtype == object and all(isinstance(value, str) for value in values)


def _python(label: object) -> object:
    """Return a label as Python's own type, for a message."""
    return label.item() if isinstance(label, np.generic) else label


def _row(index: int) -> str:
    """Return the place of row `index` (from 0) of an array, counted from 1."""
    return f"row {index + 1}"

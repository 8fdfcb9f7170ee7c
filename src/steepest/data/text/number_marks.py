"""Numbers as people write them, in text: `1.234,50 €`, `12 000`, `(5)`, `45%`, `1'000.5`.

A column is read as numbers only if all of it can be: with one decimal mark, at most one mark
between thousands, and the same currency or percent sign in every row, which becomes its unit. Where
`1,234` could be 1.234 as well as 1234, other columns of the file decide, or the reader.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "GAP_WORDS",
    "NUMBER",
    "NUMBER_LIKE",
    "Marks",
    "Written",
    "deciding_mark",
    "written_numbers",
]

NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
"""What any program takes for a number."""

NUMBER_LIKE = (
    r"^\s*[^\w\s]{0,2}\s*\d[\d., '"
    + "\u00a0\u202f\u2019"
    + r"]*([eE][+-]?\d+)?\s*[^\w\s]{0,2}\s*$|"
    + NUMBER
)
"""Digits and marks, perhaps with a sign, a bracket, a currency or a percent sign around them."""

GAP_WORDS = r"^\s*(#?N/?A|NULL|null|-?[Nn]a[Nn]|n/a|[?.*]|-{1,2}|" "[\u2013\u2014]" r")?\s*$"
"""The spellings of a gap in a column of numbers: `?` of UCI's tables, `.` of SAS and Stata."""

_CODES = "USD|EUR|GBP|JPY|CHF|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|KRW|SGD|HKD"
_MONEY = rf"\p{{Sc}}|[A-Z]{{1,2}}\$|R\$|kr|Kč|zł|Rs\.?|{_CODES}"
_SHAPE = (
    rf"^(?P<sign>[+-]?)\s*(?P<before>{_MONEY})?\s*(?P<second>[+-]?)\s*"
    r"(?P<digits>[\d., ']*\d[.,]?(?:[eE][+-]?\d+)?)"
    rf"\s*(?P<after>%|‰|{_MONEY})?$"
)
_AS_WRITTEN = (
    ("[\u2212\u2013]", "-"),  # the minus of typesetters, and the dash that Word makes of it
    ("[\u00a0\u2007\u2009\u202f]", " "),  # spaces that hold a number together
    ("[\u2019\u02bc]", "'"),
    (r"^\((.*)\)$", r"-\1"),  # as accounts write a loss
    (r"^([^-]*\d[^-]*)-$", r"-\1"),  # as SAP writes it
)
"""What stands for the same mark, and the mark."""


_LOOK = 100
"""Values that are tried before the whole column: most columns of words show it in the first."""


class Marks(NamedTuple):
    """The mark before decimals, and the one between thousands; "" where there is none."""

    decimal: str
    thousands: str


@dataclass(frozen=True)
class Written:
    """A column of text that can be read as numbers: its digits, (rows,), and how to read them."""

    digits: "pa.ChunkedArray"
    """Sign, digits and marks, without unit; null for a gap."""
    unit: str
    readings: Mapping[str, Marks]
    """By decimal mark the marks under which all of it is numbers; both where both do."""
    plain: bool
    """Whether there is no mark at all, so that it does not matter which is the decimal one."""

    @property
    def ambiguous(self) -> bool:
        """Whether all of it is numbers with either decimal mark, and not the same ones."""
        return len(self.readings) > 1 and not self.plain

    @property
    def is_code(self) -> bool:
        """Whether whole numbers begin with 0 and have nothing else about them."""
        import pyarrow.compute as pc

        zeros = pc.match_substring_regex(self.digits, r"^[+-]?0\d")
        return self.plain and not self.unit and bool(pc.any(zeros).as_py())

    def mark(self, decimal: str, only: bool = False) -> str | None:
        """Return the decimal mark to read it with, `decimal` if it fits; None if it is not clear.

        With `only` no other will do.
        """
        if decimal in self.readings:
            return decimal
        return None if self.ambiguous or (only and not self.plain) else next(iter(self.readings))

    def in_words(self, decimal: str) -> str:
        """Return what had to be known to read it with a decimal mark."""
        import pyarrow.compute as pc

        said = []
        if pc.any(pc.match_substring(self.digits, decimal)).as_py() and decimal != ".":
            said.append(f"the decimal mark {decimal!r}")
        if self.readings[decimal].thousands:
            said.append(f"the thousands mark {self.readings[decimal].thousands!r}")
        if self.unit:
            said.append(f"the unit {self.unit!r}")
        return " and ".join(said) or "its own sign for minus"

    def numbers(self, decimal: str) -> "pa.ChunkedArray":
        """Return the numbers, (rows,), whole ones as int64 where they fit."""
        import pyarrow as pa
        import pyarrow.compute as pc

        marks, digits = self.readings[decimal], self.digits
        if marks.thousands:
            digits = pc.replace_substring(digits, marks.thousands, "")
        if marks.decimal != ".":
            digits = pc.replace_substring(digits, marks.decimal, ".")
        digits = pc.replace_substring_regex(digits, r"^\+", "")
        try:
            return digits.cast(pa.int64())
        except pa.ArrowInvalid:
            return digits.cast(pa.float64())


def written_numbers(text: "pa.ChunkedArray") -> Written | None:
    """Return how a column of text can be read as numbers; None if it cannot, or not as one kind.

    A gap is a null, an empty field or one of the usual spellings.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    text = text.cast(pa.string())
    gaps = pc.fill_null(pc.match_substring_regex(text, GAP_WORDS), True)
    text = pc.if_else(gaps, pa.scalar(None, text.type), pc.utf8_trim_whitespace(text))
    head = text.drop_null().slice(0, _LOOK)
    if len(head) == 0 or _parts(head) is None:
        return None
    found = _parts(text)
    if found is None:
        return None
    digits, unit = found
    readings = {marks.decimal: marks for marks in _readings(digits)}
    plain = not pc.any(pc.match_substring_regex(digits, "[.,]")).as_py()
    return Written(digits, unit, readings, plain) if readings else None


def _parts(text: "pa.ChunkedArray") -> "tuple[pa.ChunkedArray, str] | None":
    """Return digits with their sign and marks, (rows,), and the one unit; None if not all have."""
    import pyarrow.compute as pc

    for pattern, mark in _AS_WRITTEN:
        text = pc.replace_substring_regex(text, pattern, mark)
    parts = pc.extract_regex(text, _SHAPE)
    if parts.null_count != text.null_count:
        return None
    sign, before, second, digits, after = (
        pc.struct_field(parts, name) for name in ("sign", "before", "second", "digits", "after")
    )
    units = pc.unique(pc.binary_join_element_wise(before, after, "").drop_null()).to_pylist()
    if len(units) > 1 or pc.any(pc.and_(pc.not_equal(sign, ""), pc.not_equal(second, ""))).as_py():
        return None
    return pc.binary_join_element_wise(sign, second, digits, ""), units[0]


def deciding_mark(columns: Mapping[str, Written]) -> str:
    """Return the decimal mark that some columns allow alone, and no other column denies; or ""."""
    alone = {next(iter(one.readings)) for one in columns.values() if len(one.readings) == 1}
    return alone.pop() if len(alone) == 1 else ""


def _readings(digits: "pa.ChunkedArray") -> Iterator[Marks]:
    """Yield the marks under which all of `digits` are numbers."""
    import pyarrow.compute as pc

    found = "".join(mark for mark in ".,' " if pc.any(pc.match_substring(digits, mark)).as_py())
    for decimal in ".,":
        thousands = found.replace(decimal, "")
        if len(thousands) <= 1 and _all_fit(digits, Marks(decimal, thousands)):
            yield Marks(decimal, thousands)


def _all_fit(digits: "pa.ChunkedArray", marks: Marks) -> bool:
    """Return whether every number is written with these marks, thousands in groups.

    Groups of two are those of India (12,34,567).
    """
    import pyarrow.compute as pc

    point = rf"\{marks.decimal}"
    whole = r"\d+"
    if marks.thousands:
        whole += rf"|[1-9]\d{{0,2}}(\{marks.thousands}\d{{2,3}})*\{marks.thousands}\d{{3}}"
    pattern = rf"^[+-]?(({whole})({point}\d*)?|{point}\d+)([eE][+-]?\d+)?$"
    fits = pc.match_substring_regex(digits, pattern).drop_null()
    return bool(np.all(fits.to_numpy()))

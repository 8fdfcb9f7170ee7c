"""Terms: columns, powers and products of columns as features, `age + age^2 + sex:age`.

The notation is that of Wilkinson & Rogers (1973, "Symbolic description of factorial models for
analysis of variance", Applied Statistics 22), as R has it, with powers as in arithmetic: in a
formula of R, or of formulaic, `age^2` is `age` crossed with itself, which is `age` once more.

    terms = term + term + ...     term = factor : factor ...     factor = column, or column ^ power

`a * b` is `a + b + a:b`, and a dot is every column that would be a feature. A name with one of
these marks in it stands in backticks.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.data.column import Column
from steepest.errors import ChoiceError

__all__ = ["Term", "names_of_terms", "parsed_terms"]

Array = NDArray[np.float64]

MOST_POWER = 9
"""The largest power: beyond it a float64 has few digits left to distinguish the columns by."""

_MARK = re.compile(r"[+:*^()~.-]")
_FACTOR = re.compile(r"\s*(?:`([^`]+)`|([^`+:*^()~-][^`+:*^()~]*?))\s*(?:(?:\^|\*\*)\s*(\d+)\s*)?")


class Term(NamedTuple):
    """A product of columns, each to a power: `sex:age^2` is (("sex", 1), ("age", 2))."""

    factors: tuple[tuple[str, int], ...]

    @property
    def is_column(self) -> bool:
        """Whether it is one column as it is."""
        return len(self.factors) == 1 and self.factors[0][1] == 1

    @property
    def text(self) -> str:
        """The term as it is written: `sex:age^2`."""
        named = [f"`{name}`" if _MARK.search(name) else name for name, _ in self.factors]
        pairs = zip(named, self.factors, strict=True)
        return ":".join(name if power == 1 else f"{name}^{power}" for name, (_, power) in pairs)

    def names(self, columns: Mapping[str, Column]) -> tuple[str, ...]:
        """Return the names of this term's columns of X: `sex=male:age^2`."""
        if self.is_column:
            return columns[self.factors[0][0]].names
        named = [
            [name if power == 1 else f"{name}^{power}" for name in _amounts_of(columns[column])]
            for column, power in self.factors
        ]
        return tuple(":".join(parts) for parts in product(*named))

    def units(self, columns: Mapping[str, Column]) -> tuple[str, ...]:
        """Return the units of this term's columns of X; "" where a number has none."""
        if self.is_column:
            return columns[self.factors[0][0]].units
        measured = [(columns[name].units[0], power) for name, power in self.factors]
        named = [unit if power == 1 else f"{unit}^{power}" for unit, power in measured if unit]
        return ("·".join(named),) * len(self.names(columns))

    def matrix(self, columns: Mapping[str, Column], parts: Mapping[str, Array]) -> Array:
        """Return this term's columns of X, (rows, names), from those of its columns by name."""
        if self.is_column:
            return parts[self.factors[0][0]]
        found: Array | None = None
        for name, power in self.factors:
            part = parts[name][:, : len(_amounts_of(columns[name]))] ** power
            found = part if found is None else _products(found, part)
        assert found is not None
        return found

    def to_list(self) -> list[list[str | int]]:
        """Return the term as plain lists, for JSON."""
        return [[name, power] for name, power in self.factors]

    @classmethod
    def from_list(cls, said: Sequence[Sequence[str | int]]) -> "Term":
        """Return the term of which `to_list` made this, also after JSON."""
        return cls(tuple((str(name), int(power)) for name, power in said))


def _amounts_of(column: Column) -> tuple[str, ...]:
    """Return the names of a column's columns of X without the one that flags gaps."""
    return column.names if column.flag is None else column.names[:1]


def _products(a: Array, b: Array) -> Array:
    """Return the products of each column of a, (rows, m), with each of b, (rows, n): (rows, mn)."""
    return (a[:, :, None] * b[:, None, :]).reshape(len(a), -1)


def parsed_terms(text: str, others: Sequence[str]) -> tuple[Term, ...]:
    """Return the terms that a text says, each once; a dot stands for the columns `others`.

    Raises ChoiceError, with the place, for what is no term.

    >>> [term.factors for term in parsed_terms("age + age^2 + sex:age", [])]
    [(('age', 1),), (('age', 2),), (('sex', 1), ('age', 1))]
    >>> [term.factors for term in parsed_terms("a * b", [])]
    [(('a', 1),), (('b', 1),), (('a', 1), ('b', 1))]
    """
    found: dict[tuple[tuple[str, int], ...], Term] = {}
    for part, at in _split(text, "+", 0):
        if part.strip() == ".":
            made = [Term(((name, 1),)) for name in others]
        else:
            made = list(_crossed([_term(one, start, text) for one, start in _split(part, "*", at)]))
        for term in made:
            found.setdefault(tuple(sorted(term.factors)), term)
    return tuple(found.values())


def names_of_terms(terms: Sequence[Term]) -> tuple[str, ...]:
    """Return the columns that terms are made of, each once."""
    return tuple(dict.fromkeys(name for term in terms for name, _ in term.factors))


def _split(text: str, mark: str, at: int) -> Iterator[tuple[str, int]]:
    """Yield the parts of a text between marks that are not in backticks, with their places.

    Two stars are the mark of a power and not of a product.
    """
    pattern = r"(?<!\*)\*(?!\*)" if mark == "*" else re.escape(mark)
    start = 0
    for match in re.finditer(rf"`[^`]*`|({pattern})", text):
        if match[1]:
            yield text[start : match.start()], at + start
            start = match.end()
    yield text[start:], at + start


def _crossed(terms: Sequence[Term]) -> Iterator[Term]:
    """Yield what `a * b * c` stands for: all products of some of them, short ones first."""
    chosen = product((False, True), repeat=len(terms))
    for picked in sorted(chosen, key=lambda picked: (sum(picked), [not one for one in picked])):
        factors = [f for one, term in zip(picked, terms, strict=True) if one for f in term.factors]
        if factors:
            yield _of_factors(factors)


def _term(text: str, at: int, whole: str) -> Term:
    """Return the term of a text without + and *."""
    factors = []
    for part, start in _split(text, ":", at):
        match = _FACTOR.fullmatch(part)
        power = int(match[3] or 1) if match else 0
        if match is None or not 1 <= power <= MOST_POWER:
            raise ChoiceError(
                f"terms: {part.strip()!r} at letter {start + 1} of {whole!r} is no factor; one is "
                f"a column, or a column ^ a power from 1 to {MOST_POWER}, with : between factors, "
                "+ between terms, and backticks around a name that has such a mark"
            )
        factors.append(((match[1] or match[2]).strip(), power))
    return _of_factors(factors)


def _of_factors(factors: Sequence[tuple[str, int]]) -> Term:
    """Return the product of factors, in which each column is once: `a:a` is `a^2`."""
    powers: dict[str, int] = {}
    for name, power in factors:
        powers[name] = powers.get(name, 0) + power
    return Term(tuple(powers.items()))

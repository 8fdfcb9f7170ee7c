"""Where quotes in a text file open and close fields, found by a look at its bytes.

A line may end within a field in quotes. Where every quote that opens one stands at the start of a
field, or right behind the quote that it doubles, the number of quotes before the end of a line
tells: of an even number it is the end of a row (RFC 4180, 2005). Any other quote is a letter as
good as others, and spoils the count.
"""

from enum import Enum
from pathlib import Path

import numpy as np

from steepest.data.text.dialect import Dialect
from steepest.data.text.encoding import FORMER, UTF8, has_ascii
from steepest.data.text.pieces import byte_pieces, rows_begin

__all__ = ["Quotes", "find_quotes"]

QUOTE = ord('"')


class Quotes(Enum):
    """What the quotes of a text file are."""

    NONE = "none"
    PAIRED = "paired"
    UNCLEAR = "unclear"


def find_quotes(path: Path, dialect: Dialect) -> Quotes:
    """Return what the quotes among the rows of a text file are.

    In other letters than those found by looking a byte may be part of any.
    """
    marks = f"\n\r{dialect.delimiter}".encode()
    clear = dialect.encoding in (UTF8, FORMER) and len(marks) == 3
    if not has_ascii(dialect.encoding):
        return Quotes.UNCLEAR
    before, count = b"\n", 0
    for number, piece in enumerate(byte_pieces(path)):
        # The names of the columns often have quotes where the rows have none.
        rows = piece if number else piece[rows_begin(piece, dialect.first_line) :]
        if b'"' in rows:
            found = np.frombuffer(before + rows, np.uint8)
            at = np.flatnonzero(found[1:] == QUOTE)
            opening = found[at[count % 2 :: 2]]
            if not clear or not np.isin(opening, [*marks, QUOTE]).all():
                return Quotes.UNCLEAR
            count += len(at)
        before = rows[-1:] or before
    if count % 2:
        return Quotes.UNCLEAR
    return Quotes.PAIRED if count else Quotes.NONE

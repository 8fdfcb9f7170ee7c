"""How the reader says that a text file is to be read; what is not said is found by looking."""

from dataclasses import dataclass

from steepest.data.text.encoding import check_encoding
from steepest.errors import ChoiceError

__all__ = ["AS_FOUND", "Reading"]


@dataclass(frozen=True)
class Reading:
    """How the reader says that text is to be read; None is found by looking.

    Raises ChoiceError for a mark that is none, the same mark twice, and an unknown encoding.
    """

    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    sheet: str | None = None  # of a spreadsheet; of a database a table, of a file of R an object
    query: str | None = None  # of a database, in SQL
    usual_decimal: str = ""  # of the file that a model was trained on, where this one is unclear
    usual_columns: tuple[str, ...] = ()  # of the same: what sparse rows may leave out

    def __post_init__(self) -> None:
        if self.encoding is not None:
            check_encoding(self.encoding)
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\n\r'):
            raise ChoiceError(f"delimiter is {self.delimiter!r}; it must be one letter, such as ;")
        for name, known in (("decimal", ".,"), ("thousands", "., '")):
            mark = getattr(self, name)
            if mark is not None and (len(mark) != 1 or mark not in known):
                marks = " ".join(map(repr, known))
                raise ChoiceError(f"{name} is {mark!r}; it must be one of {marks}")
        if self.decimal is not None and self.decimal == self.thousands:
            raise ChoiceError(f"decimal and thousands are both {self.decimal!r}; they must differ")

    @property
    def mark(self) -> str:
        """The decimal mark that was said, also by that of the thousands; "" if none was."""
        return self.decimal or {".": ",", ",": "."}.get(self.thousands or "", "")


AS_FOUND = Reading()
"""Everything is found by looking."""

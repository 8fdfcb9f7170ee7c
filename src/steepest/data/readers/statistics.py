"""Files of SPSS, Stata and SAS: value labels are categories, values marked as missing are gaps.

pyreadstat reads them (ReadStat by Evan Miller). A column whose every value has a label is a
category, its levels in the order of the codes; where only some have one, such as 99 for "Refused",
the numbers stay numbers, and a note says what is labelled.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from steepest.data.readers.contents import Contents, needed_package, no_such_file
from steepest.data.text.reading import Reading

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["STATISTICS", "read_statistics"]

_FUNCTIONS = {
    ".sav": "read_sav",
    ".zsav": "read_sav",
    ".por": "read_por",
    ".dta": "read_dta",
    ".sas7bdat": "read_sas7bdat",
    ".xpt": "read_xport",
}

STATISTICS = tuple(_FUNCTIONS)
"""The suffixes of SPSS (.sav .zsav .por), Stata (.dta) and SAS (.sas7bdat .xpt)."""

SPSS = (".sav", ".zsav", ".por")
"""Where a damaged dictionary may end the process that reads it: ReadStat is C (pyreadstat 1.3.7; no
damaged file of Stata or of SAS's .xpt is known to do so)."""

_TRIAL = "import sys, pyreadstat; getattr(pyreadstat, sys.argv[1])(sys.argv[2], metadataonly=True)"

Code = str | float


def read_statistics(path: Path, reading: Reading) -> Contents:
    """Return the columns of an SPSS, Stata or SAS file; FileError for one that is none."""
    pyreadstat = needed_package("pyreadstat", path, "a file of SPSS, Stata or SAS")
    if path.suffix.lower() in SPSS and _ends_its_process(path):
        error = ValueError("its reader breaks down on it")
        raise no_such_file(path, f"a {path.suffix} file", error)
    read = getattr(pyreadstat, _FUNCTIONS[path.suffix.lower()])
    try:
        columns, metadata = read(str(path), output_format="dict")
    # Whatever the bytes make the reader stumble over: a date may be too far for Python's calendar.
    except Exception as error:
        raise no_such_file(path, f"a {path.suffix} file", error) from error
    notes: list[str] = []
    found = {
        name: _column(name, values, metadata.variable_value_labels.get(name, {}), notes)
        for name, values in columns.items()
    }
    return Contents(found, tuple(notes))


def _ends_its_process(path: Path) -> bool:
    """Return whether a process that reads the dictionary of a file ends by it: tried in another."""
    trial = [sys.executable, "-c", _TRIAL, _FUNCTIONS[path.suffix.lower()], str(path)]
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        done = subprocess.run(trial, env=known, capture_output=True, check=False)
    except OSError:
        return False
    # 0 or 1 is an exit by Python itself: reading the file here gives the error of a damaged one.
    return done.returncode not in (0, 1)


def _column(
    name: str, values: Sequence[object], labels: Mapping[Code, str], notes: list[str]
) -> "Sequence[object] | pa.DictionaryArray":
    """Return a column with its labels, or as it is, with a note on those that only some have."""
    values = [None if value == "" else value for value in values]
    found = {value for value in values if value is not None}
    labelled = [code for code in labels if code in found]
    if labelled and len(labelled) == len(found):
        return _category(values, {code: labels[code] for code in sorted(labelled)})
    if labelled:
        said = ", ".join(f"{code:g} ({labels[code]})" for code in sorted(labelled)[:4])
        notes.append(
            f"{name!r} is read as numbers, of which {said} {'have' if labelled[1:] else 'has'} a "
            "label: is that a gap?"
        )
    return values


def _category(values: Sequence[object], labels: Mapping[Code, str]) -> "pa.DictionaryArray":
    """Return codes as their labels, in the order of the codes; two of one name keep theirs."""
    import pyarrow as pa

    names = list(labels.values())
    levels = [
        f"{label} ({code:g})" if names.count(label) > 1 else label for code, label in labels.items()
    ]
    place: dict[object, int] = {code: i for i, code in enumerate(labels)}
    codes = pa.array([None if value is None else place[value] for value in values], pa.int32())
    return pa.DictionaryArray.from_arrays(codes, pa.array(levels), ordered=True)

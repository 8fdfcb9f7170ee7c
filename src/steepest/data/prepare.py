"""From a source to X and y: the one door through which the other rooms take their data.

Nothing is left out or filled in unasked: a gap is an error, unless the reader says what becomes of
it, and then the rows left out and the gaps filled are counted.
"""

from collections.abc import Sequence
from dataclasses import replace

from steepest.data.class_weight import check_class_weight, count_by_class
from steepest.data.columns import listing, need_column
from steepest.data.dates import check_dates
from steepest.data.exposure import Exposure
from steepest.data.features import LEFT_OPEN
from steepest.data.fill import FILLS
from steepest.data.from_arrays import from_arrays
from steepest.data.from_table import Asked, from_table
from steepest.data.held_out import column_of
from steepest.data.out_of_core.dask_frames import cluster_of_frame, is_dask_frame
from steepest.data.out_of_core.first_pass import Progress, silent
from steepest.data.out_of_core.limits import Limits
from steepest.data.out_of_core.open_source import stored_source
from steepest.data.out_of_core.prepare import prepare_source
from steepest.data.prepared import Data
from steepest.data.split import Split
from steepest.data.table import Table, read_table
from steepest.data.terms import Term, names_of_terms, parsed_terms
from steepest.data.text.reading import AS_FOUND, Reading
from steepest.errors import ChoiceError, DataError

__all__ = ["MISSING", "prepare"]

MISSING = (*LEFT_OPEN, *FILLS)
"""What can become of gaps: an error, rows left out, or what stands for them."""


def prepare(
    source: object,
    target: str | None = None,
    features: Sequence[str] | None = None,
    *,
    drop: Sequence[str] = (),
    category: Sequence[str] = (),
    reading: Reading = AS_FOUND,
    classify: bool | None = None,
    missing: str = "error",
    sample_weight: object = None,
    class_weight: object = None,
    validation: object = None,
    seed: int = 0,
    bias: bool = True,
    exposure: Exposure | None = None,
    date: object = None,
    terms: str | None = None,
    positive: object = None,
    threads: int | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> Data:
    """Return X and y of a table with a column `target`, or of a pair of arrays (X, y).

    `source` is whatever `read_table` takes, or a tuple (X, y); X of one dimension is one feature,
    and may be float32 or sparse, which it stays.
    `features` names the columns to use (for arrays: names them), None takes all but the target
    and those in `drop`. The columns in `category` are words, whatever they hold, and `reading`
    says how a text file is read. `classify` decides whether the target has classes, None leaves it
    to the target's type. `missing` is "error"; "drop", which leaves out the rows with a gap or an
    infinite value; or what stands for a gap in a feature, one of `FILLS`: then the rows with one in
    the target or the weights are left out. `sample_weight` is one number from 0 up for each row, or
    the name of the column of a table that holds them, which is then no feature; rows that weigh 0
    are left out.
    `class_weight` is "balanced", or a number for each class, by which its rows count besides.
    `validation` says which rows are kept back, drawn with `seed`: a share of them, `last:SHARE`,
    `COLUMN:SHARE` for whole groups, a column that marks them, true or false for each row, or a
    second table or pair (X, y). Without a `bias` a column may be the same in every row.
    With an `exposure` y are the rates, which count by it. `date` says what columns of dates become,
    each one of `DATES`. `terms` are powers and products of columns, `parsed_terms`, instead of
    `features`; `positive` is which of two classes is the second.

    Raises DataError, FileError or ChoiceError with what is wrong, where, and what to do.
    """
    if missing not in MISSING:
        raise ChoiceError(f"missing must be one of {', '.join(MISSING)}; got {missing!r}")
    check_class_weight(class_weight)
    dates = check_dates(date)
    names, split = _names(features), Split(validation, seed)
    target = None if target is None else str(target)
    if isinstance(source, tuple):
        if target is not None or drop or category or dates or terms:
            raise ChoiceError(
                "target, drop, category, date and terms name columns of a table; with (X, y) "
                "arrays y is the target, leave them out"
            )
        notes = held_in_memory(limits, "arrays are")
        data = from_arrays(
            source, names, classify, missing, sample_weight, threads, split, exposure, positive
        )
        return count_by_class(data.noted(notes), class_weight)
    category = _names(category) or ()
    limits = limits or Limits(threads=threads)
    if is_dask_frame(source):
        limits = replace(limits, cluster=cluster_of_frame(limits.cluster))
    stored = stored_source(source, limits, reading, progress)
    table = read_table(source, category, reading) if stored is None else stored.empty_table()
    for name in category:
        need_column(table, name, "categories")
    if target is None:
        raise DataError(
            f"{table.name}: name the column to predict (target=, --target); columns: "
            f"{listing(table.arrow.column_names)}"
        )
    by = column_of(validation, table)
    wanted = (*(names or ()), *dates)
    drop = [*(_names(drop) or ()), *([by] if by is not None and by not in wanted else [])]
    made = () if terms is None else _terms(terms, table, [target, *drop], names)
    names = names_of_terms(made) if made else names
    columns = target, names, drop, category, classify
    asked = Asked(*columns, missing, bias, exposure, dates, made, positive)
    if stored is None:
        notes = held_in_memory(limits, f"{table.name} is")
        data = from_table(table, asked, sample_weight, split).noted(notes)
    else:
        data = prepare_source(stored, asked, sample_weight, split, limits, progress)
    return count_by_class(data, class_weight)


def held_in_memory(limits: Limits | None, what: str) -> tuple[str, ...]:
    """Return what to tell where memory or a cache was asked for of rows that are held in memory.

    Raises ChoiceError for a cluster, whose workers would hold none of them.
    """
    if limits is None or not limits.said:
        return ()
    said = (
        f"{' and '.join(limits.said)}: for rows that are read in passes, but {what} held in memory"
    )
    files = "give it as a file of Parquet, Arrow or CSV, or a folder of these"
    if limits.cluster is not None:
        raise ChoiceError(f"{said}, and the workers would have none of them; {files}")
    return (f"{said}, so nothing came of that; for passes {files}",)


def _terms(
    terms: str, table: Table, others: Sequence[str], features: Sequence[str] | None
) -> tuple[Term, ...]:
    """Return the terms of a table, in which a dot is all columns but the `others`."""
    if features is not None:
        raise ChoiceError("terms and features are both given; terms say what the features are")
    out = {*others, *table.index}
    return parsed_terms(terms, [name for name in table.arrow.column_names if name not in out])


def _names(names: Sequence[str] | None) -> Sequence[str] | None:
    """Return the names as a sequence; a single string is one name, not its letters."""
    if names is None:
        return None
    return (names,) if isinstance(names, str) else [str(name) for name in names]

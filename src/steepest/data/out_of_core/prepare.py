"""From files to Data whose rows are not in memory, as `from_table` makes it of a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from steepest.data.columns import numbers
from steepest.data.exposure import count_by
from steepest.data.features import LEFT_OPEN, Features
from steepest.data.fill import FILLS, fill_of_table
from steepest.data.from_table import Asked
from steepest.data.left_out import check_rows
from steepest.data.origin import Origin
from steepest.data.out_of_core.asked_columns import (
    asked_kept_back,
    counting_columns,
    used_columns,
    weight_column,
)
from steepest.data.out_of_core.cluster_pass import held_rows
from steepest.data.out_of_core.digests import Digest, side_by_side
from steepest.data.out_of_core.evidence import (
    check_dates_of,
    check_levels,
    evidence_of,
    filled,
    has_all,
    holes_of_digests,
    with_bases,
)
from steepest.data.out_of_core.first_pass import (
    FirstPass,
    Plain,
    Progress,
    first_pass,
    is_plain,
)
from steepest.data.out_of_core.kept_back import KeptBack
from steepest.data.out_of_core.limits import DECODE, SAMPLED, Limits
from steepest.data.out_of_core.needed import Needed
from steepest.data.out_of_core.schemas import check_everywhere
from steepest.data.out_of_core.scratch import Scratch, size_in_words
from steepest.data.out_of_core.second_pass import AllRows, kept_back_rows, second_pass
from steepest.data.out_of_core.sources import Source
from steepest.data.out_of_core.stored_rows import ScratchRows, StoredRows
from steepest.data.out_of_core.unit_rows import DecodedRows, Recipe
from steepest.data.prepared import Data
from steepest.data.sparse import Matrix
from steepest.data.split import Split
from steepest.data.suspects import suspicions, telling
from steepest.data.table import Table
from steepest.data.target import Target
from steepest.data.weights import check_weights, within_range
from steepest.errors import DataError, FileError
from steepest.numerals import counted

__all__ = ["prepare_source"]

CODED_ROWS = 2**18
"""Targets that become codes at a time."""


def prepare_source(
    source: Source,
    asked: Asked,
    sample_weight: object,
    split: Split,
    limits: Limits,
    progress: Progress,
) -> Data:
    """Return the Data of files, whose X is `StoredRows`, with a sample of them in memory.

    Raises DataError, ChoiceError or FileError as `from_table` does, by file and row.
    """
    weight = weight_column(sample_weight, asked)
    back = asked_kept_back(asked, split)
    columns = used_columns(source, asked, weight)
    check_everywhere(source.schemas, source.unlike, columns, source.name, source.first_word)
    check_rows(source.rows, source.name, "")
    return _Preparing(source, asked, weight, split, limits, progress, columns, back).data()


@dataclass(frozen=True)
class _Preparing:
    """The parts of one preparation; `columns` are those that are read."""

    source: Source
    asked: Asked
    weight: str | None
    split: Split
    limits: Limits
    progress: Progress
    columns: Sequence[str]
    back: KeptBack | None

    def data(self) -> Data:
        scratch = self.limits.scratch
        dtype = self._dtype
        plain = self._plain(scratch, dtype)
        counting = [name for name in self.columns if self._is_counted(name)]
        wanted = self.limits.sample_rows(self.source.rows, len(self.columns))
        first = first_pass(
            self.source,
            self.columns,
            counting,
            self._needed,
            wanted,
            self.split.seed,
            plain,
            self.limits,
            self.progress,
        )
        evidence, whole = evidence_of(first, self.source, self._needed), has_all(first, self.source)
        if self.limits.cluster is None and not whole:
            check_dates_of(self.source, self.asked.date, evidence, self.limits.buffered)
        judged = replace(self.asked, features=self._features, drop=())
        target, features = self._judged(judged, evidence, whole)
        features = self._settled(features, first, evidence)
        first = first.sampled(self.limits.sample_rows(self.source.rows, len(features.names)))
        self._check_holes(features, first)
        self._check_weights(first.digests)
        recipe = Recipe(
            self.source,
            features,
            target,
            self.weight,
            self.asked.missing,
            dtype if self._is_as_it_is(features) else np.dtype(np.float64),
            self.limits.buffered_for(len(self.columns), len(features.names)),
            self._drops(features, first.digests),
            self.back,
        )
        keep = plain is not None and recipe.is_plain and not target.categories
        rows = self._kept(recipe, first, plain) if keep and plain else self._written(recipe, first)
        return self._joined(rows, recipe, first)

    def _judged(self, asked: Asked, evidence: Table, whole: bool) -> tuple[Target, Features]:
        try:
            return asked.of(evidence, None)
        except DataError as error:
            if whole:
                raise
            few = counted(evidence.arrow.num_rows, "row")
            raise DataError(
                f"{error}\nrows that are counted here are of a sample, {few}"
            ) from error

    def _is_counted(self, name: str) -> bool:
        """Return whether the different values of a column of numbers matter."""
        if name == self.asked.target or name in self.asked.category:
            return True
        return self.asked.missing in FILLS and name not in self._counting

    @property
    def _features(self) -> list[str]:
        others = (self.asked.target, *self._counting)
        return [name for name in self.columns if name not in others]

    @property
    def _needed(self) -> Needed:
        """What rows that are left have."""
        others = [self.asked.target, *self._counting]
        open_ = self.asked.missing in LEFT_OPEN
        return Needed(tuple(self.columns if open_ else others), self.weight)

    @property
    def _counting(self) -> list[str]:
        return counting_columns(self.asked, self.weight)

    @property
    def _dtype(self) -> np.dtype[np.floating]:
        """The type of X where columns are used as they are: float32 if that holds them all."""
        kinds = [is_plain(self.source.schema.field(name).type) for name in self._features]
        return np.dtype(np.float32 if all(kind == np.float32 for kind in kinds) else np.float64)

    def _is_as_it_is(self, features: Features) -> bool:
        kinds = {column.kind for column in features.columns}
        return (
            kinds <= {"number", "boolean", "category"}
            and not features.terms
            and not any(isinstance(column.fill, float) for column in features.columns)
        )

    def _plain(self, scratch: Scratch, dtype: np.dtype[np.floating]) -> Plain | None:
        """Return where numbers go in the first pass; None where some columns are more."""
        kinds = [is_plain(self.source.schema.field(name).type) for name in self.columns]
        asked = self.asked
        special = asked.terms, asked.date, asked.category, asked.exposure, self.back
        if any(kind is None for kind in kinds) or any(special) or self.limits.cluster is not None:
            return None
        rows = self.source.rows
        X = self._room_for(scratch, rows, len(self._features), dtype)
        weights = None if self.weight is None else scratch.array(rows)
        return Plain(
            self._features, self.asked.target, self.weight, X, scratch.array(rows), weights
        )

    def _room_for(
        self, scratch: Scratch, rows: int, features: int, dtype: np.dtype[np.floating]
    ) -> ScratchRows | None:
        """Return a scratch file for X; None where it is to be decoded anew, or the disk is full.

        Raises FileError where a folder was named that has no room.
        """
        if self.limits.cache == DECODE:
            return None
        size = rows * features * dtype.itemsize
        if scratch.has_room(size):
            return ScratchRows(scratch, (rows, features), dtype)
        if self.limits.cache is None:
            return None
        raise FileError(
            f"cannot write to the cache folder {scratch.place}: the rows take "
            f"{size_in_words(size)}, but {size_in_words(scratch.free())} are free; name another "
            "folder with --cache DIR, or --cache none to decode the files anew in each pass (in "
            "Python: cache='none')"
        )

    def _settled(self, features: Features, first: FirstPass, evidence: Table) -> Features:
        """Return the features with bases and fills by all rows."""
        check_levels(features, first.digests, self.source.name)
        features = with_bases(features, first.digests, evidence)
        if self.asked.missing not in FILLS:
            return features
        rows = np.ones(evidence.arrow.num_rows, dtype=bool)
        features = fill_of_table(features, evidence, self.asked.missing, rows, None)
        return filled(features, first.digests, self.asked.missing)

    def _check_holes(self, features: Features, first: FirstPass) -> None:
        """Raise DataError for gaps that may neither be left out nor filled."""
        missing, others = self.asked.missing, [self.asked.target, *self._counting]
        used = [*[column.name for column in features.columns], *others]
        holes = {name: first.digests[name] for name in used}
        if missing in FILLS:
            infinite = {n: replace(one, gaps=0, first_gap=-1) for n, one in holes.items()}
            found_holes = holes_of_digests(infinite, self.source)
            remedy = "which is no gap, so nothing fills it; mend it, or leave the rows out with"
        else:
            found_holes = "" if missing == "drop" else holes_of_digests(holes, self.source)
            remedy = "fill them in, or leave the rows out with"
        if found_holes:
            raise DataError(
                f"{self.source.name}: {found_holes}; {remedy} --missing drop "
                "(in Python: missing='drop')"
            )

    def _check_weights(self, digests: Mapping[str, Digest]) -> None:
        if self.weight is None:
            return
        one = digests[self.weight]
        ends = np.array([one.low, one.high])
        check_weights(ends, lambda row: self._first_negative(self.weight), self.source.name)

    def _first_negative(self, name: str | None) -> str:
        """Return where a column of numbers is below 0 first; its files are read once more."""
        if name is None or self.limits.cluster is not None:
            return "a row"
        found = (
            table.source_row(row) + unit.start - unit.in_file
            for unit in self.source.units
            for table in self.source.tables(unit, [name], self.limits.buffered)
            for row in np.flatnonzero(numbers(table.arrow[name]) < 0.0).tolist()[:1]
        )
        return self.source.place(next(found))

    def _drops(self, features: Features, digests: Mapping[str, Digest]) -> bool:
        """Return whether rows are left out."""
        needed = [self.asked.target, *self._counting]
        if self.asked.missing in LEFT_OPEN:
            needed += [column.name for column in features.columns]
        gaps = any(digests[name].gaps or digests[name].infinite for name in needed)
        light = self.weight is not None and digests[self.weight].low == 0.0
        return gaps or light or self.back is not None

    def _kept(self, recipe: Recipe, first: FirstPass, plain: Plain) -> AllRows:
        """Return the rows that the first pass has written already."""
        y, count = plain.y, self.source.rows
        for start in range(0, count, CODED_ROWS):
            stop = min(start + CODED_ROWS, count)
            place = self._places_from(start)
            y[start:stop] = recipe.target.codes(y[start:stop], place, self._where)
        ends = [unit.stop for unit in self.source.units]
        reader = plain.X or DecodedRows(recipe, [0, *ends[:-1]], recipe.dtype)
        shape = count, len(recipe.features.names)
        batches = first.sample.to_batches()
        parts = [side_by_side(batch, recipe.columns, recipe.dtype) for batch in batches]
        X = np.concatenate(parts, out=np.empty((len(first.places), shape[1]), recipe.dtype))
        stored = StoredRows(reader, shape, recipe.dtype, ends, self.limits.scratch, X, first.places)
        return AllRows(stored, y, plain.weights, first.places, first.sample)

    def _places_from(self, start: int) -> Callable[[int], str]:
        """Return what tells where a row is, counted from row `start` of the source."""
        return lambda row: self.source.place(start + row)

    @property
    def _where(self) -> str:
        return f"{self.source.name}: the target {self.asked.target!r}"

    def _written(self, recipe: Recipe, first: FirstPass) -> AllRows:
        """Return the rows that a second pass writes, now that it is known what columns become."""
        if self.limits.cluster is not None:
            return held_rows(recipe, first, self.limits.cluster, self.limits.scratch)
        rows, width = self.source.rows, len(recipe.features.names)
        X = self._room_for(self.limits.scratch, rows, width, recipe.dtype)
        return second_pass(recipe, first, X, self.limits, self.progress)

    def _joined(self, rows: AllRows, recipe: Recipe, first: FirstPass) -> Data:
        """Return the Data of all rows, with those of the sample beside."""
        X, target, features = rows.X, recipe.target, recipe.features
        X.most_matrix, X.most_curvature = self.limits.most_matrix, self.limits.most_curvature
        weights = rows.weights
        evidence = evidence_of(first, self.source, self._needed)
        chosen = self.asked.features is not None
        y, few = (
            np.asarray(rows.y[X.sampled]),
            self.source.table_of(rows.sample, rows.places),
        )
        notes = [*self.source.notes, *self._how_read(rows)]
        notes += suspicions(evidence, target, features, chosen)
        notes += telling(few, target, features, y)
        notes += [] if target.exposure is None else [target.exposure.in_words(target.name)]
        dropped = self.source.rows - len(rows.y) - rows.weightless
        sample = Data(
            X.sample,
            y,
            features,
            target,
            self.source.name,
            0,
            None if weights is None else np.asarray(weights[X.sampled]),
            kept=rows.places,
            notes=tuple(notes),
            count_by=count_by(self.weight, target.exposure),
            finder=self.source.finder(),
            origin=Origin(
                {str(file.absolute()): one for file, one in self.source.files.items()},
                frame=self.source.frame_like(self.limits.cluster, self.columns),
            ),
        )
        weights = None if weights is None else within_range(weights)
        data = replace(
            sample,
            X=cast(Matrix, X),
            y=rows.y,
            dropped=dropped,
            sample_weight=weights,
            kept=rows.kept,
        )
        data = replace(data, weightless=rows.weightless)
        if self.back is not None:
            data = self._with_kept_back(data, recipe, self.back)
        elif self.split.said is not None:
            data = self.split.of(data, np.zeros(0, dtype=bool))
        sample = replace(sample, validation=data.validation, notes=data.notes)
        return replace(data, sample=sample)

    def _with_kept_back(self, data: Data, recipe: Recipe, back: KeptBack) -> Data:
        """Return the data with the rows that measure, in memory: those kept back, or some."""
        rows = self.source.rows
        most = self.limits.sample_rows(SAMPLED * rows, len(self.columns))
        found = kept_back_rows(recipe, back, back.measuring(most, rows), self.limits)
        if not len(found.y):
            raise DataError(
                f"{self.source.name}: validation is {back.share:g}, of which no row is; say more"
            )
        back.check_classes(self.source.name, data.target, data.y)
        weights = None if found.weights is None else within_range(found.weights)
        few = f", {len(found.y):,} of which measure" if len(found.y) < found.kept_back else ""
        note = f"{counted(found.kept_back, 'row')} kept back, drawn by seed{few}"
        other = replace(
            data,
            X=found.X,
            y=found.y,
            sample_weight=weights,
            kept=found.places,
            notes=(),
            sample=None,
            dropped=0,
        )
        dropped, notes = data.dropped - found.kept_back, (*data.notes, note)
        return replace(data, validation=other, dropped=dropped, notes=notes)

    def _how_read(self, rows: AllRows) -> list[str]:
        """Return how the rows are read, in words."""
        size = size_in_words(rows.X.size * rows.X.dtype.itemsize)
        how = rows.X.reader.in_words(size)
        units = counted(len(self.source.units), "part")
        said = f"read in {units} within {size_in_words(self.limits.memory)} of memory, {how}"
        return [f"{said}; a sample of {len(rows.X.sampled):,} rows, drawn by seed, is at hand"]

"""The protocol of blocks, of rows that are read in passes: what holds for any data."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from steepest.data.blocks import Blocks
from steepest.data.out_of_core.digests import MOST_DISTINCT, digest_of, side_by_side
from steepest.data.out_of_core.limits import limits_of
from steepest.data.out_of_core.places import HASHED, hashed, hashes_of, threshold
from steepest.data.out_of_core.scratch import Scratch
from steepest.data.out_of_core.sources import Source
from steepest.data.out_of_core.stored_rows import WRITTEN_BYTES, ScratchRows, StoredRows
from steepest.data.prepare import prepare

sizes = some.lists(some.integers(0, 40), min_size=1, max_size=5).filter(lambda n: sum(n) > 1)


def stored(sizes: list[int], features: int, single: bool) -> tuple[StoredRows, np.ndarray]:
    g, dtype = np.random.default_rng(sum(sizes)), np.float32 if single else np.float64
    X = g.normal(size=(sum(sizes), features)).astype(dtype)
    rows = ScratchRows(Scratch(), X.shape, dtype)
    ends = np.cumsum(sizes).tolist()
    for start, stop in zip([0, *ends], ends, strict=False):
        rows.write(start, X[start:stop])
    sampled = g.permutation(len(X))[: max(1, len(X) // 2)]
    return StoredRows(rows, X.shape, dtype, ends, Scratch(), X[sampled], sampled), X


@settings(max_examples=30, deadline=None)
@given(sizes, some.integers(1, 4), some.booleans(), some.integers(0, 2**32))
def test_rows_are_read_as_they_were_written(sizes, features, single, seed):
    rows, X = stored(sizes, features, single)
    g = np.random.default_rng(seed)
    at, (start, stop) = g.integers(0, len(X), 7), np.sort(g.integers(0, len(X) + 1, 2))
    assert (rows[at] == X[at]).all() and (rows[start:stop] == X[start:stop]).all()
    assert (rows[:, 0] == X[:, 0]).all() and (rows[start:stop:2] == X[start:stop:2]).all()
    assert len(rows) == len(X) and rows.size == X.size and rows.dtype == X.dtype


@pytest.mark.parametrize("columns", [0, 1])
def test_more_rows_than_are_written_at_a_time_are_as_they_were(columns):
    count = 2 * WRITTEN_BYTES // 12 + 7
    X = np.random.default_rng(0).normal(size=(count, 3)).astype(np.float32)
    rows = ScratchRows(Scratch(), (count + 5, 3), np.float32)
    rows.write(5, np.asfortranarray(X) if columns else X)
    found = np.empty((count, 3))
    rows.read(5, count + 5, found)
    assert (found == X).all()


def test_columns_side_by_side_are_rows():
    X = np.random.default_rng(0).integers(0, 9, (11, 3))
    batch = pa.RecordBatch.from_arrays(
        [pa.array(one, kind) for one, kind in zip(X.T, ["float", "int8", "double"], strict=True)],
        names=["a", "b", "c"],
    )
    found = side_by_side(batch, ["c", "a"], np.dtype(np.float32))
    assert found.dtype == np.float32 and (found == X[:, [2, 0]]).all()


@settings(max_examples=30, deadline=None)
@given(sizes, some.integers(1, 3), some.booleans())
def test_sums_are_those_of_blocks_in_memory(sizes, threads, single):
    rows, X = stored(sizes, 3, single)
    y, weight = np.arange(float(len(X))), 1.0 + np.arange(len(X)) % 3
    blocks = rows.to_blocks(y, sample_weight=weight, threads=threads, outputs=1)
    memory = Blocks(X, y, sample_weight=weight)
    assert blocks.total == memory.total and len(blocks) == len(memory)

    def work(block):
        return (block.weight @ block.X, float(block.y @ block.weight))

    for ours, theirs in zip(blocks.sum(work), memory.sum(work), strict=True):
        assert np.allclose(ours, theirs, rtol=1e-12)
    gram = blocks.sum_large(lambda block: block.X.T @ block.X)
    assert np.allclose(gram, X.T.astype(float) @ X, rtol=1e-6 if single else 1e-12)
    assert sum(len(block) for block in blocks.map(lambda block: block.y)) == len(X)


@settings(max_examples=30, deadline=None)
@given(sizes, some.booleans(), some.integers(0, 2**32))
def test_rows_that_are_taken_are_in_a_scratch_file_where_they_are_large(sizes, single, seed):
    rows, X = stored(sizes, 3, single)
    y, at = np.arange(float(len(X))), np.random.default_rng(seed).integers(0, len(X), 9)
    rows.most_matrix = 2  # 16 bytes: more is a file, as is what is made of it
    few = rows.to_blocks(y).take(at)
    fewer = few.take(np.array([4, 4, 0])).within(few)
    for found, wanted in ((few.X, X[at]), (fewer.X, X[at[[4, 4, 0]]])):
        assert isinstance(found.base, np.memmap) and (found == wanted).all()
    assert fewer.empty((2,)).base is None


@given(some.integers(0, 10**12), some.integers(0, 50), some.integers(0, 2**63))
def test_a_row_has_the_hash_of_its_place(start, count, seed):
    assert (hashed(start, count, seed) == hashes_of(np.arange(start, start + count), seed)).all()


def test_more_places_than_are_hashed_at_a_time_have_the_same_hashes():
    count = 2 * HASHED + 3
    assert (hashed(7, count, 1) == hashes_of(np.arange(7, 7 + count), 1)).all()


def test_a_sample_has_about_the_rows_that_are_wanted_whatever_the_period():
    rows, wanted = 200_000, 2_000
    chosen = np.flatnonzero(hashed(0, rows, 3) < threshold(wanted, rows))
    assert wanted <= len(chosen) <= 1.25 * wanted
    for period in (2, 7, 64):
        share = np.bincount(chosen % period, minlength=period) / len(chosen)
        assert np.abs(share - 1 / period).max() < 5 * (1 / period / len(chosen)) ** 0.5


@pytest.mark.parametrize("kind", ["two", "zeros", "sorted", "many", "one"])
@pytest.mark.parametrize("weighed", [False, True])
def test_counts_of_a_column_are_those_of_unique(kind, weighed):
    rng = np.random.default_rng(0)
    values = {
        "two": rng.integers(0, 2, 9000).astype(np.int8),
        "zeros": rng.choice([0.0, -0.0, 2.5], 9000),
        "sorted": np.repeat([0, 1, 2], [5000, 3000, 1000]),
        "many": rng.integers(-200, 200, 9000).astype(np.int16),
        "one": np.array([3]),
    }[kind]
    weights = rng.exponential(size=len(values)) if weighed else None
    found = digest_of("y", pa.array(values), 0, weights, True)
    levels = np.unique(values)
    often = np.ones(len(values)) if weights is None else weights
    assert found.counts == pytest.approx({v: often[values == v].sum() for v in levels.tolist()})
    assert found.mean == pytest.approx(np.average(values, weights=weights), rel=1e-12)
    assert found.is_counted


def test_a_column_of_too_many_values_is_not_counted():
    values = np.random.default_rng(0).permutation(MOST_DISTINCT + 1)
    assert not digest_of("y", pa.array(values), 0, None, True).is_counted
    assert digest_of("y", pa.array(values[1:]), 0, None, True).is_counted


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_that_decode_rows_anew_decode_each_of_them_once(tmp_path, monkeypatch, threads):
    X = np.arange(1200.0).reshape(400, 3)
    columns = {name: X[:, j] for j, name in enumerate("abc")} | {"y": np.arange(400) % 2}
    pq.write_table(pa.table(columns), tmp_path / "rows.parquet", row_group_size=150)
    data = prepare(str(tmp_path / "*.parquet"), "y", limits=limits_of(None, "none", threads))
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 2048)
    blocks = data.X.to_blocks(data.y, threads=threads)
    read, batches = [], Source.batches

    def counted(source, unit, *rest):
        read.append(unit.start)
        return batches(source, unit, *rest)

    monkeypatch.setattr(Source, "batches", counted)
    parts = blocks.map(lambda block: block.X.copy())
    assert len(parts) > 6 and (np.concatenate(parts) == X).all()
    assert sorted(read) == [0, 150, 300]
